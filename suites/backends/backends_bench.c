/* Suite `backends`: the same kernels by what runs them; here natively, a tier of instructions each.
 * backends_node_bench.mjs has the same rows in Node.js: addon, WebAssembly, JavaScript.
 *
 * Numbers are uniform in [-1, 1).  Before a row is timed its result is held against the definition
 * in doubles, with a bound that grows with the sums of magnitudes. */
#define ASSAY_SUITE "backends"
#include <assay.h>
#include <math.h>

#include "../random/random.h"
#include "backends.h"

#define DIM 64
#define COLUMNS 512

struct work {
    const struct backends_kernels *tier;
    float *left, *right, *values, *output; /* dot: left . right; attend: query, keys */
    size_t count;
};

static struct work *prepare(struct assay_bench *b)
{
    const char *name = assay_param_text(b, "engine");
    struct work *work = assay_alloc(b, sizeof *work);
    b->state = work;
    work->tier = backends_find(name);
    work->count = (size_t)assay_param(b, "n");
    if (work->tier == NULL)
        assay_skip(b, "'%s' is for another kind of processor", name);
    else if (!backends_available(work->tier))
        assay_skip(b, "this processor lacks the instructions of '%s'", name);
    b->items = (double)work->count;
    return work;
}

static void near(struct assay_bench *b, double got, double want, double bound)
{
    assay_expect(b, fabs(got - want) <= bound, "%.9g instead of %.9g", got, want);
}

/* The product in doubles; *magnitude: of the sum's terms. */
static double product(const float *x, const float *y, size_t count, double *magnitude)
{
    double sum = 0;
    *magnitude = 0;
    for (size_t i = 0; i < count; i++) {
        const double term = (double)x[i] * (double)y[i];
        sum += term;
        *magnitude += fabs(term);
    }
    return sum;
}

static void prepare_dot(struct assay_bench *b)
{
    struct work *work = prepare(b);
    work->left = random_numbers(b, work->count, 1);
    work->right = random_numbers(b, work->count, 1);
    work->output = assay_alloc(b, sizeof *work->output);
    b->bytes = 2.0 * sizeof(float) * b->items;
}

static enum backends_status dot(const struct work *work)
{
    return work->tier->dot(work->left, work->right, work->count, work->output);
}

static void check_dot(struct assay_bench *b)
{
    const struct work *work = b->state;
    double magnitude, want = product(work->left, work->right, work->count, &magnitude);
    assay_expect(b, dot(work) == BACKENDS_OK, "a status instead of a product");
    near(b, (double)work->output[0], want, 1e-5 * magnitude);
}

ASSAY_BENCH(dot, .description = "two vectors of n numbers",
            .sweep = "n=16,64,256,1536,65536 engine=avx512,avx2,baseline,scalar",
            .setup = prepare_dot, .check = check_dot, .tags = "traffic")
{
    const struct work *work = b->state;
    ASSAY_LOOP(b)
    {
        assay_keep(dot(work));
    }
}

static void prepare_attend(struct assay_bench *b)
{
    struct work *work = prepare(b);
    work->left = random_numbers(b, DIM, 1);
    work->right = random_numbers(b, work->count * DIM, 1);
    work->values = random_numbers(b, work->count * DIM, 1);
    work->output = assay_alloc(b, DIM * sizeof *work->output);
    b->bytes = 2.0 * sizeof(float) * DIM * b->items;
}

static enum backends_status attend(const struct work *work)
{
    return work->tier->attend(work->left, work->right, work->values, work->output, work->count,
                              DIM);
}

/* Scores are below 64 / 8: no exponential overflows. */
static void check_attend(struct assay_bench *b)
{
    const struct work *work = b->state;
    double want[DIM] = {0}, total = 0, magnitude;
    assay_expect(b, attend(work) == BACKENDS_OK, "a status instead of an output");
    for (size_t i = 0; i < work->count; i++) {
        const double weight =
            exp(product(work->left, work->right + i * DIM, DIM, &magnitude) / sqrt(DIM));
        total += weight;
        for (size_t k = 0; k < DIM; k++)
            want[k] += weight * (double)work->values[i * DIM + k];
    }
    for (size_t k = 0; k < DIM; k++)
        near(b, (double)work->output[k], want[k] / total, 1e-5);
}

ASSAY_BENCH(attend, .description = "softmax attention of one query to n keys of 64 numbers",
            .sweep = "n=10,100,1000,10000 engine=avx512,avx2,baseline,scalar",
            .setup = prepare_attend, .check = check_attend, .tags = "traffic")
{
    const struct work *work = b->state;
    ASSAY_LOOP(b)
    {
        assay_keep(attend(work));
    }
}

static void prepare_multiply(struct assay_bench *b)
{
    struct work *work = prepare(b);
    work->left = random_numbers(b, work->count * COLUMNS, 1);
    work->right = random_numbers(b, COLUMNS, 1);
    work->output = assay_alloc(b, work->count * sizeof *work->output);
    b->bytes = sizeof(float) * COLUMNS * b->items;
}

static enum backends_status multiply(const struct work *work)
{
    return work->tier->multiply(work->left, work->right, work->output, work->count, COLUMNS);
}

static void check_multiply(struct assay_bench *b)
{
    const struct work *work = b->state;
    assay_expect(b, multiply(work) == BACKENDS_OK, "a status instead of a product");
    for (size_t row = 0; row < work->count; row++) {
        double magnitude;
        const double want = product(work->left + row * COLUMNS, work->right, COLUMNS, &magnitude);
        near(b, (double)work->output[row], want, 1e-5 * magnitude);
    }
}

ASSAY_BENCH(multiply, .description = "a matrix of n rows of 512 by a vector",
            .sweep = "n=4,64,512,4096 engine=avx512,avx2,baseline,scalar",
            .setup = prepare_multiply, .check = check_multiply, .tags = "traffic")
{
    const struct work *work = b->state;
    ASSAY_LOOP(b)
    {
        assay_keep(multiply(work));
    }
}
