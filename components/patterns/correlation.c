/* How many equal symbols lie at each distance, directly or by transforms.
 *
 * By transforms: the autocorrelation of each symbol's indicator, summed (Fischer and Paterson 1974,
 * String-matching and other products, SIAM-AMS Proceedings 7, p. 113-125).  Two symbols share a
 * complex transform as its real and imaginary part: |Z(f)|^2 + |Z(-f)|^2 is twice the sum of
 * both powers, so nothing has to be taken apart.  Powers are summed over all transforms, and one
 * real transform leads back, since powers are symmetric.  Results are whole numbers with errors far
 * below 1/2, so rounding makes them exact.
 *
 * `batch` transforms run interleaved, a vector lane each, and in four steps (Bailey 1990, FFTs in
 * external or hierarchical memory, Journal of Supercomputing 4(1), p. 23-35): the numbers are a
 * table of `rows` times `columns`; columns are transformed, turned, and then rows.  A column or row
 * fits the first cache; indicators are written where a column needs them, and rows end as powers,
 * so that the whole table is written once and read once.
 *
 * Directly: compare the sequence with itself, shifted.  That is quadratic, but a register compares
 * 64 symbols at once whatever their number, while transforms cost as much for each pair of symbols;
 * so it wins up to some thousand symbols. */
#include <math.h>
#include <string.h>

#include "internal.h"

#define BATCH_MAX 8u

/* Sizes at which each distance up to length - 1 is free of the others' ends. */
static size_t padded_size(size_t length)
{
    return fft_size_for(2 * length - 1);
}

static size_t batch_for(size_t symbols)
{
    const size_t pairs = fft_size_for((symbols + 1) / 2);
    return pairs < BATCH_MAX ? pairs : BATCH_MAX;
}

/* Times in ns as measured on one machine; only their ratio matters, and a wrong choice costs little
 * around the length where both take equally long. */
enum patterns_method correlation_choose(const struct patterns_options *options,
                                        const struct patterns_kernels *kernels)
{
    if (options->method != PATTERNS_AUTO || options->length == 0) {
        return options->method == PATTERNS_FFT ? PATTERNS_FFT : PATTERNS_DIRECT;
    }
    const double length = (double)options->length, size = (double)padded_size(options->length);
    const size_t batch = batch_for(options->symbols);
    const size_t batches = (options->symbols + 2 * batch - 1) / (2 * batch);
    const double steps = (double)(batches * batch + 1) * size * log2(size);
    return steps * kernels->fft_ns < length * length / 2 * kernels->match_ns ? PATTERNS_FFT
                                                                             : PATTERNS_DIRECT;
}

static struct planes take_planes(struct arena *arena, size_t count)
{
    double *re = arena_take(arena, count * sizeof *re);
    return (struct planes){re, arena_take(arena, count * sizeof *re)};
}

void correlation_lay(struct patterns *patterns, struct arena *arena)
{
    struct indicators *plan = &patterns->indicators;
    if (patterns->method != PATTERNS_FFT) {
        return;
    }
    plan->size = padded_size(patterns->length);
    for (plan->columns = 1; plan->columns * plan->columns * 4 <= plan->size; plan->columns *= 2) {
    }
    plan->rows = plan->size / plan->columns;
    plan->batch = batch_for(patterns->symbols);
    fft_plan_lay(&plan->column_plan, plan->rows, arena);
    fft_plan_lay(&plan->row_plan, plan->columns, arena);
    plan->twiddles = arena_take(arena, 2 * plan->size * sizeof(double));
    plan->column = take_planes(arena, plan->rows * plan->batch);
    plan->spare = take_planes(arena, plan->rows * plan->batch);
    plan->work = take_planes(arena, plan->size * plan->batch);
    plan->powers = arena_take(arena, plan->size * sizeof(double));
    plan->ordered = arena_take(arena, plan->size * sizeof(double));
    fft_lay(&plan->back, patterns->kernels, plan->size, arena);
}

void correlation_fill(struct patterns *patterns)
{
    struct indicators *plan = &patterns->indicators;
    if (patterns->method != PATTERNS_FFT) {
        return;
    }
    fft_plan_fill(&plan->column_plan);
    fft_plan_fill(&plan->row_plan);
    fft_fill(&plan->back);
    for (size_t column = 0; column < plan->columns; column++) {
        double *twiddles = plan->twiddles + 2 * column * plan->rows;
        for (size_t k = 0; k < plan->rows; k++) {
            fft_root(column * k, plan->size, twiddles + k, twiddles + plan->rows + k);
        }
    }
}

/* Ones where the symbols first .. first + 2 * batch - 1 stand, each in its lane and plane. */
static void mark_column(const struct patterns *patterns, size_t column, size_t first)
{
    const struct indicators *plan = &patterns->indicators;
    double *const planes[] = {plan->column.re, plan->column.im};
    memset(planes[0], 0, plan->rows * plan->batch * sizeof(double));
    memset(planes[1], 0, plan->rows * plan->batch * sizeof(double));
    for (size_t i = column, row = 0; i < patterns->length; i += plan->columns, row++) {
        const size_t slot = (size_t)patterns->left[i] - first;
        if (slot < 2 * plan->batch) {
            planes[slot % 2][row * plan->batch + slot / 2] = 1;
        }
    }
}

/* Powers of the symbols from `first` on, added in the order of the table's rows: frequency
 * row + rows * k stands at row * columns + k. */
static void add_batch(struct patterns *patterns, size_t first)
{
    const struct indicators *plan = &patterns->indicators;
    const struct patterns_kernels *kernels = fft_kernels(patterns->kernels, plan->batch);
    struct fft_spread spread = {NULL, plan->rows, plan->batch, plan->columns * plan->batch};
    for (size_t column = 0; column < plan->columns; column++) {
        mark_column(patterns, column, first);
        const size_t to = column * plan->batch;
        const struct planes done =
            fft_run(&plan->column_plan, kernels, plan->batch, plan->column, plan->spare);
        spread.twiddles = plan->twiddles + 2 * column * plan->rows;
        kernels->spread(&spread, done, (struct planes){plan->work.re + to, plan->work.im + to});
    }
    for (size_t row = 0; row < plan->rows; row++) {
        const size_t from = row * plan->columns * plan->batch;
        const struct planes done =
            fft_run(&plan->row_plan, kernels, plan->batch,
                    (struct planes){plan->work.re + from, plan->work.im + from}, plan->spare);
        kernels->add_powers(done, plan->columns, plan->batch, plan->powers + row * plan->columns);
    }
}

/* (P(f) + P(-f)) / 2, in order of frequency, divided by the size for the way back. */
static void order_powers(const struct indicators *plan)
{
    const size_t size = plan->size;
    for (size_t row = 0; row < plan->rows; row++) {
        for (size_t k = 0; k < plan->columns; k++) {
            plan->ordered[row + plan->rows * k] = plan->powers[row * plan->columns + k];
        }
    }
    const double scale = 0.5 / (double)size;
    plan->ordered[0] *= 2 * scale;
    for (size_t f = 1; f <= size / 2; f++) {
        const double both = (plan->ordered[f] + plan->ordered[size - f]) * scale;
        plan->ordered[f] = plan->ordered[size - f] = both;
    }
}

static void transforms(struct patterns *patterns)
{
    struct indicators *plan = &patterns->indicators;
    memset(plan->powers, 0, plan->size * sizeof(double));
    for (size_t first = 0; first < patterns->symbols; first += 2 * plan->batch) {
        add_batch(patterns, first);
    }
    order_powers(plan);
    double *counts = plan->work.re, *nothing = plan->work.im;
    patterns_fft_real(&plan->back, plan->ordered, counts, nothing);
    for (size_t lag = 0; lag < patterns->length; lag++) {
        patterns->matches[lag] = (uint16_t)(counts[lag] + 0.5);
    }
}

void correlation_run(struct patterns *patterns)
{
    if (patterns->method == PATTERNS_FFT) {
        transforms(patterns);
    } else {
        patterns->kernels->matches(patterns->left, patterns->right, patterns->length,
                                   patterns->matches);
    }
}
