/* The one source of all backends: compiled once a tier, with BACKENDS_TIER its name and LANES the
 * floats in a register; for WebAssembly its functions are exported instead of put into a table.
 *
 * It calls nothing, not even the C library: what it computes is the same everywhere but for the
 * order of sums, which goes by the register's width.  Four rows are read at once, so that each load
 * of the vector serves four products and no sum waits for the one before. */
#include "backends.h"

#ifndef LANES
#define LANES 4
#endif
#define ROWS 4   /* at once */
#define BLOCK 64 /* keys whose scores are held at once */
#define STEP 32  /* so many scores at a time: whole registers of every tier */
#define LOWEST (-3e38f)

/* WebAssembly folds constants into addresses, if loops are unrolled. */
#ifdef __clang__
#define UNROLL _Pragma("clang loop unroll_count(4)")
#else
#define UNROLL _Pragma("GCC unroll 4")
#endif

#if LANES == 1
typedef float lanes;
#else
typedef float lanes __attribute__((vector_size(LANES * 4), aligned(4), may_alias));
#endif

#ifdef __wasm__
#define KERNEL(name) __attribute__((export_name(#name))) enum backends_status name
#else
#define KERNEL(name) static enum backends_status name
#endif

static inline lanes load(const float *from)
{
    return *(const lanes *)from;
}

static inline void store(float *to, lanes x)
{
    *(lanes *)to = x;
}

static inline float sum_of(lanes x)
{
#if LANES == 1
    return x;
#else
    float sum = 0;
    for (int k = 0; k < LANES; k++)
        sum += x[k];
    return sum;
#endif
}

/* x - x is 0 of a number, NaN of anything else. */
static inline bool is_finite(float x)
{
    return x - x == 0;
}

/* Four accumulators, as a sum takes four times as long as two of them can be started. */
static float dot_of(const float *a, const float *b, size_t count)
{
    lanes s0 = {0}, s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    for (; i + 4 * LANES <= count; i += 4 * LANES) {
        s0 += load(a + i) * load(b + i);
        s1 += load(a + i + LANES) * load(b + i + LANES);
        s2 += load(a + i + 2 * LANES) * load(b + i + 2 * LANES);
        s3 += load(a + i + 3 * LANES) * load(b + i + 3 * LANES);
    }
    float sum = sum_of((s0 + s1) + (s2 + s3));
    for (; i < count; i++)
        sum += a[i] * b[i];
    return sum;
}

static inline void dots_of_four(const float *rows, const float *x, size_t columns, float *sums)
{
    const float *r0 = rows, *r1 = r0 + columns, *r2 = r1 + columns, *r3 = r2 + columns;
    lanes s0 = {0}, s1 = s0, s2 = s0, s3 = s0;
    size_t i = 0;
    UNROLL
    for (; i + LANES <= columns; i += LANES) {
        const lanes y = load(x + i);
        s0 += y * load(r0 + i);
        s1 += y * load(r1 + i);
        s2 += y * load(r2 + i);
        s3 += y * load(r3 + i);
    }
    sums[0] = sum_of(s0);
    sums[1] = sum_of(s1);
    sums[2] = sum_of(s2);
    sums[3] = sum_of(s3);
    for (; i < columns; i++) {
        sums[0] += x[i] * r0[i];
        sums[1] += x[i] * r1[i];
        sums[2] += x[i] * r2[i];
        sums[3] += x[i] * r3[i];
    }
}

static void dots_of(const float *rows, const float *x, size_t count, size_t columns, float *sums)
{
    size_t row = 0;
    for (; row + ROWS <= count; row += ROWS)
        dots_of_four(rows + row * columns, x, columns, sums + row);
    for (; row < count; row++)
        sums[row] = dot_of(rows + row * columns, x, columns);
}

/* exp of x <= 0, within 3e-7 of it; exp(-87) below -87.  Adding 1.5 * 2^23 rounds to a whole
 * number, which then stands in the lowest bits; the rest is a Taylor polynomial.  No branch:
 * compilers make vectors of it. */
static inline float exponential(float x)
{
    union {
        float number;
        unsigned bits;
    } whole, power;
    x = x < -87 ? -87 : x;
    whole.number = x * 1.44269504f + 12582912.0f;
    const float n = whole.number - 12582912.0f;
    const float f = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    const float p =
        1 +
        f * (1 + f * (0.5f + f * (1.6666667e-1f +
                                  f * (4.1666668e-2f + f * (8.333334e-3f + f * 1.388889e-3f)))));
    power.bits = (whole.bits + 127) << 23;
    return p * power.number;
}

/* The greatest of `count` scores, a multiple of 4; four at once do not wait for each other. */
static float greatest_of(const float *scores, size_t count)
{
    float most[4] = {scores[0], scores[1], scores[2], scores[3]};
    for (size_t i = 4; i < count; i += 4)
        for (int k = 0; k < 4; k++)
            most[k] = scores[i + k] > most[k] ? scores[i + k] : most[k];
    most[0] = most[1] > most[0] ? most[1] : most[0];
    most[2] = most[3] > most[2] ? most[3] : most[2];
    return most[2] > most[0] ? most[2] : most[0];
}

/* The sum of x, a multiple of STEP numbers, and in *differences what is NaN when any of x is not
 * finite. */
static float sum_of_steps(const float *x, size_t count, float *differences)
{
    lanes sum0 = {0}, sum1 = sum0, odd0 = sum0, odd1 = sum0;
    for (size_t i = 0; i < count; i += 2 * LANES) {
        const lanes x0 = load(x + i), x1 = load(x + i + LANES);
        sum0 += x0;
        sum1 += x1;
        odd0 += x0 - x0; /* NOLINT(misc-redundant-expression): NaN of what is not finite */
        odd1 += x1 - x1; /* NOLINT(misc-redundant-expression) */
    }
    *differences = sum_of(odd0 + odd1);
    return sum_of(sum0 + sum1);
}

/* output = kept * output + the sum of `count` rows by their weights. */
static void add_rows(float *output, float kept, const float *rows, const float *weights,
                     size_t count, size_t dim)
{
    for (size_t k = 0; kept != 1 && k < dim; k++)
        output[k] *= kept;
    size_t row = 0;
    for (; row + ROWS <= count; row += ROWS) {
        const float *r0 = rows + row * dim, *r1 = r0 + dim, *r2 = r1 + dim, *r3 = r2 + dim;
        const float w0 = weights[row], w1 = weights[row + 1], w2 = weights[row + 2],
                    w3 = weights[row + 3];
        size_t k = 0;
        UNROLL
        for (; k + LANES <= dim; k += LANES)
            store(output + k, load(output + k) + (w0 * load(r0 + k) + w1 * load(r1 + k)) +
                                  (w2 * load(r2 + k) + w3 * load(r3 + k)));
        for (; k < dim; k++)
            output[k] += (w0 * r0[k] + w1 * r1[k]) + (w2 * r2[k] + w3 * r3[k]);
    }
    for (; row < count; row++)
        for (size_t k = 0; k < dim; k++)
            output[k] += weights[row] * rows[row * dim + k];
}

/* Divides by the sum of weights; NaN in any output makes the sum of differences NaN. */
static enum backends_status finish(float *output, float total, size_t dim)
{
    float differences = 0;
    for (size_t k = 0; k < dim; k++) {
        output[k] /= total;
        differences += output[k] - output[k];
    }
    return differences == 0 ? BACKENDS_OK : BACKENDS_NOT_FINITE;
}

/* 1 / sqrt(x) by Newton's method from a guess of the exponent's half: the C library is not there.
 */
static float inverse_root(float x)
{
    union {
        float number;
        unsigned bits;
    } guess = {x};
    guess.bits = 0x5F3759DFu - (guess.bits >> 1);
    for (int round = 0; round < 4; round++)
        guess.number *= 1.5f - 0.5f * x * guess.number * guess.number;
    return guess.number;
}

KERNEL(dot)(const float *a, const float *b, size_t count, float *sum)
{
    if (count == 0)
        return BACKENDS_EMPTY;
    *sum = dot_of(a, b, count);
    return is_finite(*sum) ? BACKENDS_OK : BACKENDS_NOT_FINITE;
}

/* What is summed so far, by weights of exp(scale * (score - greatest)). */
struct softmax {
    float scale, greatest, total, differences;
    float weights[BLOCK];
};

/* Scores become weights; by how much less what came before weighs now.  A step that is not full is
 * filled with scores so low that all their weights together are below 1e-36. */
static float weigh(struct softmax *softmax, float *scores, size_t some)
{
    const size_t filled = (some + STEP - 1) / STEP * STEP;
    float differences;
    for (size_t i = some; i < filled; i++)
        scores[i] = LOWEST;
    const float before = softmax->greatest, most = greatest_of(scores, filled);
    softmax->greatest = most > before ? most : before;
    for (size_t i = 0; i < filled; i++)
        softmax->weights[i] = exponential((scores[i] - softmax->greatest) * softmax->scale);
    const float kept = exponential((before - softmax->greatest) * softmax->scale);
    softmax->total = softmax->total * kept + sum_of_steps(softmax->weights, filled, &differences);
    sum_of_steps(scores, filled, &differences);
    softmax->differences += differences;
    return kept;
}

/* Online softmax (Milakov & Gimelshein 2018): a greater score rescales what was summed so far. */
KERNEL(attend)
(const float *query, const float *keys, const float *values, float *output, size_t count,
 size_t dim)
{
    struct softmax softmax = {.scale = inverse_root((float)dim), .greatest = LOWEST};
    float scores[BLOCK];
    if (count == 0 || dim == 0)
        return BACKENDS_EMPTY;
    for (size_t k = 0; k < dim; k++)
        output[k] = 0;
    for (size_t first = 0; first < count; first += BLOCK) {
        const size_t some = count - first < BLOCK ? count - first : BLOCK;
        dots_of(keys + first * dim, query, some, dim, scores);
        const float kept = weigh(&softmax, scores, some);
        add_rows(output, kept, values + first * dim, softmax.weights, some, dim);
    }
    return softmax.differences == 0 ? finish(output, softmax.total, dim) : BACKENDS_NOT_FINITE;
}

KERNEL(multiply)
(const float *matrix, const float *vector, float *output, size_t rows, size_t columns)
{
    float differences = 0;
    if (rows == 0 || columns == 0)
        return BACKENDS_EMPTY;
    dots_of(matrix, vector, rows, columns, output);
    for (size_t row = 0; row < rows; row++)
        differences += output[row] - output[row];
    return differences == 0 ? BACKENDS_OK : BACKENDS_NOT_FINITE;
}

#ifdef __wasm__
/* What a call alone costs, without arguments and with those of attend. */
__attribute__((export_name("nothing"))) void nothing(void)
{
}

__attribute__((export_name("look"))) void look(const float *query, const float *keys,
                                               const float *values, const float *output,
                                               size_t count, size_t dim)
{
    (void)query, (void)keys, (void)values, (void)output, (void)count, (void)dim;
}
#else
#define TABLE_OF(tier) TABLE_NAMED(tier)
#define TABLE_NAMED(tier) backends_##tier
#define TEXT_OF(tier) TEXT_NAMED(tier)
#define TEXT_NAMED(tier) #tier
extern const struct backends_kernels TABLE_OF(BACKENDS_TIER);
const struct backends_kernels TABLE_OF(BACKENDS_TIER) = {
    .name = TEXT_OF(BACKENDS_TIER), .dot = dot, .attend = attend, .multiply = multiply};
#endif
