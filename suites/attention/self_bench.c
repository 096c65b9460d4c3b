/* Suite `attention`: sequences whose rows attend to each other, 8 heads of 64.
 *
 * Queries, keys and values are uniform in [-1, 1), the same for every engine.  Before it is timed,
 * 64 rows of each engine's output, the first and the last among them, must be those of
 * engines/naive.c: the definition in doubles would take minutes for all rows of the longest
 * sequence.  b->items are operations: two products of dim numbers for each pair of rows that see
 * each other, a multiplication and an addition each; the softmax is not counted. */
#define ASSAY_SUITE "attention"
#include <assay.h>
#include <math.h>
#include <string.h>

#include "../random/random.h"
#include "attention.h"
#include "engines/engine.h"

#define HEADS 8u
#define DIM 64u
#define WIDTH (HEADS * DIM)
#define CHECKED 64u /* rows */

struct work {
    struct engine_sequence given;
    struct attention *attention; /* NULL: OpenBLAS */
    float *output, *scores;
};

static void choose_kernel(struct assay_bench *b, struct work *work, const char *name)
{
    enum attention_status status = attention_new(&work->given.options, &work->attention);
    assay_expect(b, status == ATTENTION_OK, "%s", attention_status_text(status));
    for (size_t i = 0; attention_kernels[i] != NULL && status == ATTENTION_OK; i++) {
        if (strcmp(attention_kernels[i]->name, name) != 0)
            continue;
        if (attention_kernels[i]->available())
            attention_use(work->attention, attention_kernels[i]);
        else
            assay_skip(b, "this processor lacks the instructions of '%s'", name);
    }
}

static void choose_engine(struct assay_bench *b, struct work *work)
{
    const char *name = assay_param_text(b, "engine");
    if (strcmp(name, "openblas") != 0) {
        choose_kernel(b, work, name);
        return;
    }
#ifdef HAVE_OPENBLAS
    work->scores = assay_alloc(b, work->given.rows * work->given.rows * sizeof *work->scores);
#else
    assay_skip(b, "built without openblas: apt-get install libopenblas-dev, then build again");
#endif
}

static void prepare_self(struct assay_bench *b)
{
    struct work *work = assay_alloc(b, sizeof *work);
    const size_t rows = (size_t)assay_param(b, "n");
    const bool causal = strcmp(assay_param_text(b, "sees"), "before") == 0;
    const double pairs = (double)rows * (causal ? (double)(rows + 1) / 2 : (double)rows);
    b->state = work;
    work->given = (struct engine_sequence){
        .options = {.heads = HEADS, .dim = DIM},
        .queries = random_numbers(b, rows * WIDTH, 1),
        .keys = random_numbers(b, rows * WIDTH, 1),
        .values = random_numbers(b, rows * WIDTH, 1),
        .rows = rows,
        .causal = causal,
    };
    work->output = assay_alloc(b, rows * WIDTH * sizeof *work->output);
    choose_engine(b, work);
    b->items = 4 * pairs * WIDTH;
}

static enum attention_status attend(const struct work *work)
{
#ifdef HAVE_OPENBLAS
    if (work->attention == NULL) {
        openblas_self_attention(&work->given, work->scores, work->output);
        return ATTENTION_OK;
    }
#endif
    const struct attention_sequence sequence = {
        .queries = work->given.queries,
        .keys = work->given.keys,
        .values = work->given.values,
        .count = work->given.rows,
        .causal = work->given.causal,
    };
    return attention_self(work->attention, &sequence, work->output, NULL);
}

/* The greatest difference from the oracle in one row; `scores` has room for all rows. */
static double error_of(const struct work *work, size_t row, double *scores)
{
    double want[WIDTH], greatest = 0;
    const struct engine_input input = {
        .options = work->given.options,
        .keys = work->given.keys,
        .values = work->given.values,
        .query = work->given.queries + row * WIDTH,
        .count = work->given.causal ? row + 1 : work->given.rows,
    };
    naive_attention(&input, scores, want);
    for (size_t k = 0; k < WIDTH; k++)
        greatest = fmax(greatest, fabs((double)work->output[row * WIDTH + k] - want[k]));
    return greatest;
}

static void check_self(struct assay_bench *b)
{
    const struct work *work = b->state;
    const enum attention_status status = attend(work);
    assay_expect(b, status == ATTENTION_OK, "%s", attention_status_text(status));
    double *scores = assay_alloc(b, work->given.rows * sizeof *scores);
    for (size_t i = 0; i < CHECKED; i++) {
        const size_t row = i * (work->given.rows - 1) / (CHECKED - 1);
        const double error = error_of(work, row, scores);
        assay_expect(b, error <= 1e-5, "row %zu differs from the oracle by %.2g", row, error);
    }
    const double bytes = work->attention != NULL
                             ? (double)attention_bytes(work->attention)
                             : (double)(work->given.rows * work->given.rows * sizeof(float));
    assay_metric(b, "scratch", "B", ASSAY_LOWER_IS_BETTER, bytes);
}

static void free_self(struct assay_bench *b)
{
    const struct work *work = b->state;
    if (work != NULL)
        attention_free(work->attention);
}

#define SELF_BENCH(id, ...)                                                                        \
    ASSAY_BENCH(id, __VA_ARGS__, .setup = prepare_self, .check = check_self,                       \
                .teardown = free_self)                                                             \
    {                                                                                              \
        const struct work *work = b->state;                                                        \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            assay_keep(attend(work));                                                              \
        }                                                                                          \
    }

SELF_BENCH(self, .description = "each row over all rows or those before it; items are operations",
           .sweep = "n=128,512,1024,2048,4096 sees=all,before engine=auto,openblas",
           .tags = "operations slow[n=2048,4096]")
SELF_BENCH(self_kernels, .description = "the same by kernel",
           .sweep = "n=512 sees=all,before engine=scalar,avx2,avx512", .tags = "operations")
