/* Suite `weights`: model weights in 2 to 8 bits: encoding, decoding, matrix times vector.
 *
 * Weights are normal, standard deviation 0.02, from the run's seed; the same for every format.
 * Before a row is timed its work is checked against the definition in doubles: a product against
 * the sum over the decoded matrix, with a tolerance for the vector's own rounding; an encoding
 * against the ratio of signal to noise that the format is known to keep of normal weights
 * (docs/suites/weights.md).  Each row tells that ratio (a quality: less of it is no gain), bits a
 * weight, and how far the ratio lies below Shannon's bound for normal numbers, 6.02 dB a bit. */
#define ASSAY_SUITE "weights"
#include <assay.h>
#include <math.h>
#include <string.h>

#ifdef HAVE_OPENBLAS
#include <cblas.h>
#endif

#include "weights.h"

#define DECIBEL_PER_BIT 6.0206
#define DEVIATION 0.02f

/* What a format is called in ids, and what it keeps of normal weights, in dB, at the least. */
static const struct named_format {
    const char *name;
    double least_snr;
    struct weights_options options;
} FORMATS[] = {
    {"int8", 44.5, {.format = WEIGHTS_INT8, .group = 32}},
    {"int4", 19.5, {.format = WEIGHTS_INT4, .group = 32}},
    {"int4g128", 18, {.format = WEIGHTS_INT4, .group = 128}},
    {"int3g128", 10.5, {.format = WEIGHTS_INT3, .group = 128}},
    {"ternary", 5.5, {.format = WEIGHTS_TERNARY}},
    {"ternary_ls", 6.4, {.format = WEIGHTS_TERNARY, .least_squares = true}},
    {"seedlm4", 17, {.format = WEIGHTS_SEEDLM, .block = 8}},
    {"seedlm3", 11.5, {.format = WEIGHTS_SEEDLM, .block = 12}},
    {"vectors2", 8.2, {.format = WEIGHTS_VECTORS, .vector = 4, .book_bits = 8}},
    {"vectors4", 17.5, {.format = WEIGHTS_VECTORS, .vector = 4, .book_bits = 8, .rest_bits = 8}},
    {"vectors1", 4, {.format = WEIGHTS_VECTORS, .vector = 8, .book_bits = 8}},
};

struct work {
    const struct named_format *format; /* NULL: f32 */
    struct weights_options options;
    struct weights_matrix *matrix;
    float *w, *x, *y, *restored;
    size_t rows, cols;
};

/* splitmix64, Vigna's public-domain reference; a sum of 12 uniform numbers is nearly normal. */
static float *normal_numbers(struct assay_bench *b, size_t count, float deviation)
{
    uint64_t state = assay_random(b);
    float *made = assay_alloc(b, count * sizeof *made);
    for (size_t i = 0; i < count; i++) {
        float sum = -6;
        for (unsigned k = 0; k < 6; k++) {
            uint64_t z = state += UINT64_C(0x9E3779B97F4A7C15);
            z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
            z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
            sum += (float)(z >> 40) * 0x1p-24f + (float)(z & 0xFFFFFF) * 0x1p-24f;
        }
        made[i] = deviation * sum;
    }
    return made;
}

static void choose_engine(struct assay_bench *b, struct work *work)
{
    const char *name = assay_param_text(b, "engine");
    for (size_t i = 0; weights_kernels[i] != NULL; i++) {
        if (strcmp(weights_kernel_name(weights_kernels[i]), name) != 0)
            continue;
        if (weights_kernel_available(weights_kernels[i]))
            work->options.kernel = weights_kernels[i];
        else
            assay_skip(b, "this processor lacks the instructions of '%s'", name);
    }
#ifndef HAVE_OPENBLAS
    if (strcmp(name, "openblas") == 0)
        assay_skip(b, "built without openblas: apt-get install libopenblas-dev, then build again");
#endif
}

static struct work *prepare_work(struct assay_bench *b, size_t rows, size_t cols)
{
    struct work *work = assay_alloc(b, sizeof *work);
    const char *name = assay_param_text(b, "format");
    b->state = work;
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++)
        work->format = strcmp(FORMATS[i].name, name) == 0 ? &FORMATS[i] : work->format;
    work->rows = rows;
    work->cols = cols;
    if (work->format != NULL)
        work->options = work->format->options;
    choose_engine(b, work);
    work->w = normal_numbers(b, rows * cols, DEVIATION);
    work->x = normal_numbers(b, cols, 1);
    work->y = assay_alloc(b, rows * sizeof *work->y);
    b->bytes = (double)(rows * cols * sizeof *work->w);
    b->items = (double)(rows * cols);
    return work;
}

static bool encode(struct assay_bench *b, struct work *work)
{
    enum weights_status status =
        weights_encode(&work->options, work->w, work->rows, work->cols, &work->matrix);
    assay_expect(b, status == WEIGHTS_OK, "%s", weights_status_text(status));
    return status == WEIGHTS_OK;
}

/* How much is kept, in how many bits; fails the row when it is less than the format is known for.
 */
static void judge(struct assay_bench *b, struct work *work)
{
    double snr = nan(""), bits;
    if (work->format == NULL || (work->matrix == NULL && !encode(b, work)))
        return;
    weights_snr(work->matrix, work->w, &snr);
    bits = 8 * (double)weights_bytes(work->matrix) / (double)(work->rows * work->cols);
    assay_expect(b, snr >= work->format->least_snr, "%.1f dB are kept instead of %.1f", snr,
                 work->format->least_snr);
    assay_quality(b, "snr_db", snr);
    assay_metric(b, "bits_per_weight", "bit", ASSAY_LOWER_IS_BETTER, bits);
    assay_metric(b, "gap_db", "dB", ASSAY_LOWER_IS_BETTER, DECIBEL_PER_BIT * bits - snr);
}

static void teardown(struct assay_bench *b)
{
    struct work *work = b->state;
    if (work != NULL)
        weights_free(work->matrix);
}

/* ---- encode ---- */

static void prepare_encode(struct assay_bench *b)
{
    prepare_work(b, 1024, 4096);
}

/* Few blocks: each is compared with 65535 seeds. */
static void prepare_seeds(struct assay_bench *b)
{
    const size_t block = strcmp(assay_param_text(b, "format"), "seedlm4") == 0 ? 8 : 12;
    const struct work *work = prepare_work(b, 1, 128 * block);
    const size_t blocks = work->cols / block;
    b->items = (double)blocks;
}

static void prepare_books(struct assay_bench *b)
{
    prepare_work(b, 128, 1024);
}

static void check_encode(struct assay_bench *b)
{
    judge(b, b->state);
}

#define ENCODE_BENCH(id, ...)                                                                      \
    ASSAY_BENCH(id, __VA_ARGS__, .check = check_encode, .teardown = teardown)                      \
    {                                                                                              \
        struct work *work = b->state;                                                              \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            weights_free(work->matrix);                                                            \
            work->matrix = NULL;                                                                   \
            assay_keep(                                                                            \
                weights_encode(&work->options, work->w, work->rows, work->cols, &work->matrix));   \
        }                                                                                          \
    }

ENCODE_BENCH(encode, .description = "1024 x 4096 weights",
             .sweep = "format=int8,int4,int3g128,ternary,ternary_ls engine=auto", .tags = "traffic",
             .setup = prepare_encode)
ENCODE_BENCH(encode_kernels, .description = "the same by kernel",
             .sweep = "format=int4,ternary engine=scalar,avx2,avx512", .tags = "traffic",
             .setup = prepare_encode)
ENCODE_BENCH(encode_seeds, .description = "128 blocks, each against all 65535 seeds",
             .sweep = "format=seedlm4,seedlm3 engine=avx2,avx512", .setup = prepare_seeds)
ENCODE_BENCH(encode_books, .description = "128 x 1024 weights: 10 rounds of k-means and the codes",
             .sweep = "format=vectors1,vectors2,vectors4 engine=avx2,avx512", .tags = "slow",
             .setup = prepare_books)

/* ---- decode ---- */

static void prepare_decode(struct assay_bench *b)
{
    const bool slow = strstr(assay_param_text(b, "format"), "seedlm") != NULL;
    struct work *work = prepare_work(b, slow ? 8 : 1024, slow ? 3072 : 4096);
    if (b->state != NULL && encode(b, work))
        work->restored = assay_alloc(b, work->rows * work->cols * sizeof *work->restored);
}

ASSAY_BENCH(decode, .description = "codes back to f32; 1024 x 4096 weights, seeds 8 x 3072",
            .sweep = "format=int8,int4,int3g128,ternary,seedlm4,seedlm3,vectors2,vectors4 "
                     "engine=auto",
            .setup = prepare_decode, .check = check_encode, .teardown = teardown)
{
    struct work *work = b->state;
    ASSAY_LOOP(b)
    {
        weights_decode(work->matrix, work->restored);
        assay_keep(work->restored);
    }
}

/* ---- matrix times vector ---- */

#define LARGEST "traffic slow[n=4096]" /* 64 MiB to make, encode and check in each launch */

static void prepare_multiply(struct assay_bench *b)
{
    const size_t n = (size_t)assay_param(b, "n");
    struct work *work = prepare_work(b, n, n);
    if (work->format != NULL && encode(b, work))
        b->bytes = (double)weights_bytes(work->matrix);
    b->items = 2 * (double)n * (double)n; /* operations */
}

static void multiply(const struct work *work)
{
#ifdef HAVE_OPENBLAS
    if (work->format == NULL) {
        cblas_sgemv(CblasRowMajor, CblasNoTrans, (int)work->rows, (int)work->cols, 1, work->w,
                    (int)work->cols, work->x, 1, 0, work->y, 1);
        return;
    }
#endif
    assay_keep(weights_multiply(work->matrix, work->x, work->y));
}

/* The product must be that of the decoded matrix, but for the vector's rounding to int8: half of
 * 1/127 of its greatest number (at most 6 here), at random, in each term. */
static void check_multiply(struct assay_bench *b)
{
    struct work *work = b->state;
    const float *w = work->w;
    judge(b, work);
    if (work->matrix != NULL) {
        float *restored = assay_alloc(b, work->rows * work->cols * sizeof *restored);
        weights_decode(work->matrix, restored);
        w = restored;
    }
#ifdef HAVE_OPENBLAS
    openblas_set_num_threads(1);
#endif
    multiply(work);
    for (size_t r = 0; r < work->rows; r++) {
        double want = 0, square = 0;
        for (size_t c = 0; c < work->cols; c++) {
            want += (double)w[r * work->cols + c] * (double)work->x[c];
            square += (double)w[r * work->cols + c] * (double)w[r * work->cols + c];
        }
        const double rounding = work->matrix != NULL ? 6.0 / 254 : 1e-5;
        assay_expect(b, fabs((double)work->y[r] - want) <= 5 * rounding * sqrt(square) + 1e-6,
                     "row %zu is %g instead of %g", r, (double)work->y[r], want);
    }
}

#define MULTIPLY_BENCH(id, ...)                                                                    \
    ASSAY_BENCH(id, __VA_ARGS__, .setup = prepare_multiply, .check = check_multiply,               \
                .teardown = teardown)                                                              \
    {                                                                                              \
        const struct work *work = b->state;                                                        \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            multiply(work);                                                                        \
            assay_keep(work->y);                                                                   \
        }                                                                                          \
    }

MULTIPLY_BENCH(multiply, .description = "n x n matrix times a vector; bytes are those of the codes",
               .sweep = "n=1024,4096 format=int8,int4,int4g128,int3g128,ternary,vectors2,vectors4 "
                        "engine=auto",
               .tags = LARGEST)
MULTIPLY_BENCH(multiply_f32, .description = "the same with f32 weights, by OpenBLAS on one thread",
               .sweep = "n=1024,4096 format=f32 engine=openblas", .tags = LARGEST)
MULTIPLY_BENCH(multiply_kernels, .description = "the same by kernel",
               .sweep = "n=1024 format=int8,int4,int3g128,ternary engine=scalar,avx2,avx512",
               .tags = "traffic")
MULTIPLY_BENCH(multiply_seeds, .description = "the same with seeds, restored row by row",
               .sweep = "n=192 format=seedlm4,seedlm3 engine=auto", .tags = "traffic slow")
