/* components/weights: every kernel against the definitions read aloud in doubles, for sizes that
 * fill no tile; the search over seeds against trying all of them; what no encoder may take. */
#include <stdint.h>

#include "../harness.h"
#include "weights.h"

#define ROWS_MAX 40u
#define COLS_MAX 700u

/* splitmix64, Vigna's public-domain reference; a sum of 12 uniform numbers is nearly normal. */
static double uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static float *normal_numbers(size_t count, uint64_t seed)
{
    float *numbers = malloc((count + 1) * sizeof *numbers);
    CHECK(numbers != NULL);
    for (size_t i = 0; i < count; i++) {
        double sum = -6;
        for (unsigned k = 0; k < 12; k++) {
            sum += uniform(&seed);
        }
        numbers[i] = (float)sum;
    }
    return numbers;
}

static struct weights_matrix *encoded(struct weights_options options, const float *w, size_t rows,
                                      size_t cols)
{
    struct weights_matrix *matrix = NULL;
    CHECK(weights_encode(&options, w, rows, cols, &matrix) == WEIGHTS_OK);
    CHECK_EQ(weights_rows(matrix), rows);
    CHECK_EQ(weights_cols(matrix), cols);
    return matrix;
}

static const struct weights_options FORMATS[] = {
    {.format = WEIGHTS_INT8, .group = 32},
    {.format = WEIGHTS_INT8, .group = 128},
    {.format = WEIGHTS_INT4, .group = 32},
    {.format = WEIGHTS_INT4, .group = 128},
    {.format = WEIGHTS_INT3, .group = 32},
    {.format = WEIGHTS_INT3, .group = 128},
    {.format = WEIGHTS_TERNARY},
    {.format = WEIGHTS_TERNARY, .least_squares = true},
    {.format = WEIGHTS_SEEDLM, .block = 8},
    {.format = WEIGHTS_SEEDLM, .block = 12},
    {.format = WEIGHTS_VECTORS, .vector = 4, .book_bits = 6},
    {.format = WEIGHTS_VECTORS, .vector = 8, .book_bits = 5, .rest_bits = 4},
    {.format = WEIGHTS_VECTORS, .vector = 5, .book_bits = 9, .rest_bits = 9, .iterations = 2},
};
#define FORMAT_COUNT (sizeof FORMATS / sizeof *FORMATS)

static bool is_seeds(const struct weights_options *options)
{
    return options->format == WEIGHTS_SEEDLM;
}

/* ---- products ---- */

/* The vector as the format sees it: int8 by 32 numbers, int8 as a whole, or as it is. */
static void seen_vector(const struct weights_options *options, const float *x, size_t count,
                        double *ret)
{
    const bool ternary = options->format == WEIGHTS_TERNARY;
    const bool whole = options->format <= WEIGHTS_INT3;
    for (size_t first = 0; first < count; first += 32) {
        const size_t end = ternary ? count : first + 32 < count ? first + 32 : count;
        double greatest = 0;
        for (size_t k = ternary ? 0 : first; k < end; k++) {
            greatest = fmax(greatest, fabs((double)x[k]));
        }
        for (size_t k = first; k < (first + 32 < count ? first + 32 : count); k++) {
            const double scale = greatest / 127;
            ret[k] = whole || ternary ? rint((double)x[k] / scale) * scale : (double)x[k];
        }
    }
}

static void check_product(const struct weights_options *options, size_t rows, size_t cols)
{
    float *w = normal_numbers(rows * cols, 1 + rows), *x = normal_numbers(cols, 2 + cols);
    float *restored = malloc(rows * cols * sizeof *restored), y[ROWS_MAX];
    double seen[COLS_MAX];
    struct weights_matrix *matrix = encoded(*options, w, rows, cols);
    weights_decode(matrix, restored);
    seen_vector(options, x, cols, seen);
    for (size_t k = 0; weights_kernels[k] != NULL; k++) {
        if (!weights_kernel_available(weights_kernels[k])) {
            continue;
        }
        weights_use(matrix, weights_kernels[k]);
        CHECK(weights_multiply(matrix, x, y) == WEIGHTS_OK);
        for (size_t r = 0; r < rows; r++) {
            double want = 0, size = 0;
            for (size_t c = 0; c < cols; c++) {
                want += (double)restored[r * cols + c] * seen[c];
                size += fabs((double)restored[r * cols + c] * seen[c]);
            }
            /* a number of x on the edge between two bytes may be rounded either way in f32 */
            CHECK(fabs((double)y[r] - want) <= 2e-5 * size + 1e-6);
        }
    }
    weights_free(matrix);
    free(restored);
    free(w);
    free(x);
}

TEST(products_are_those_of_the_decoded_matrix_in_every_kernel)
{
    const size_t sizes[][2] = {{1, 1},   {3, 31},  {4, 32},  {5, 33},  {2, 127}, {1, 128},
                               {7, 129}, {9, 255}, {2, 257}, {6, 300}, {1, 513}, {3, 700}};
    for (size_t f = 0; f < FORMAT_COUNT; f++) {
        for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
            if (!is_seeds(&FORMATS[f]) || sizes[s][0] * sizes[s][1] < 700) {
                check_product(&FORMATS[f], sizes[s][0], sizes[s][1]);
            }
        }
    }
}

TEST(kernels_decode_and_encode_the_same)
{
    float *w = normal_numbers(9 * 301, 5), *want = malloc(9 * 301 * sizeof *want);
    float *got = malloc(9 * 301 * sizeof *got);
    for (size_t f = 0; f < 8; f++) {
        for (size_t k = 0; weights_kernels[k] != NULL; k++) {
            if (!weights_kernel_available(weights_kernels[k])) {
                continue;
            }
            struct weights_options options = FORMATS[f];
            options.kernel = weights_kernels[k];
            struct weights_matrix *matrix = encoded(options, w, 9, 301);
            weights_decode(matrix, k == 0 ? want : got);
            weights_free(matrix);
            CHECK(k == 0 || memcmp(want, got, 9 * 301 * sizeof *want) == 0);
        }
    }
    free(w);
    free(want);
    free(got);
}

/* ---- whole numbers ---- */

TEST(whole_numbers_are_within_half_a_scale)
{
    const double limits[] = {127, 7, 3};
    float *w = normal_numbers(11 * 333, 3), *restored = malloc(11 * 333 * sizeof *restored);
    for (size_t f = 0; f < 6; f++) {
        struct weights_matrix *matrix = encoded(FORMATS[f], w, 11, 333);
        weights_decode(matrix, restored);
        for (size_t i = 0; i < 11 * 333; i++) {
            const size_t row = i / 333, group = FORMATS[f].group;
            const size_t first = row * 333 + i % 333 / group * group;
            double greatest = 0;
            for (size_t k = first; k < first + group && k < (row + 1) * 333; k++) {
                greatest = fmax(greatest, fabs((double)w[k]));
            }
            /* a scale is rounded up by at most 2^-7 */
            const double scale = greatest / limits[FORMATS[f].format] * (1 + 0x1p-7);
            CHECK(fabs((double)w[i] - (double)restored[i]) <= scale / 2 * (1 + 1e-5));
        }
        weights_free(matrix);
    }
    free(w);
    free(restored);
}

TEST(zeros_and_tiny_numbers_are_kept_as_zeros)
{
    float w[300] = {0}, restored[300], x[300], y[1] = {1};
    for (size_t i = 0; i < 300; i++) {
        x[i] = (float)i;
        w[i] = i % 2 ? 1e-44f : 0; /* denormal */
    }
    for (size_t f = 0; f < FORMAT_COUNT; f++) {
        struct weights_matrix *matrix = encoded(FORMATS[f], w, 1, 300);
        weights_decode(matrix, restored);
        CHECK(weights_multiply(matrix, x, y) == WEIGHTS_OK);
        CHECK(fabsf(y[0]) < 1e-38f);
        for (size_t i = 0; i < 300; i++) {
            CHECK(fabsf(restored[i]) <= 1e-38f);
        }
        weights_free(matrix);
    }
}

/* ---- ternary ---- */

TEST(ternary_weights_are_rounded_by_the_mean_magnitude)
{
    float *w = normal_numbers(5 * 300, 7), restored[5 * 300];
    for (unsigned least = 0; least < 2; least++) {
        struct weights_matrix *matrix = encoded(
            (struct weights_options){.format = WEIGHTS_TERNARY, .least_squares = least}, w, 5, 300);
        double mean = 0, sum = 0, kept = 0;
        for (size_t i = 0; i < 5 * 300; i++) {
            mean += fabs((double)w[i]) / (5 * 300);
        }
        for (size_t i = 0; i < 5 * 300; i++) {
            sum += fabs((double)w[i]) > mean / 2 ? fabs((double)w[i]) : 0;
            kept += fabs((double)w[i]) > mean / 2;
        }
        weights_decode(matrix, restored);
        for (size_t i = 0; i < 5 * 300; i++) {
            const double want = fmax(fmin(rint((double)w[i] / mean), 1), -1);
            CHECK_NEAR((double)restored[i], want * (least ? sum / kept : mean), 1e-5);
        }
        weights_free(matrix);
    }
    free(w);
}

/* ---- seeds ---- */

/* The definition read aloud: the numbers of a seed, the coefficients by normal equations, the
 * rounding, the error; of all seeds the least. */
static double least_error(const double *w, unsigned block, unsigned coefficients)
{
    double least = HUGE_VAL;
    for (unsigned seed = 1; seed < 65536; seed++) {
        double u[48], a[4][5] = {{0}}, t[4] = {0}, greatest = 0, error = 0;
        unsigned state = seed;
        for (unsigned k = 0; k < block * coefficients; k++) {
            u[k] = (double)(((float)state - 32768) / 32767);
            state = state >> 1 ^ (state & 1 ? 0xB400u : 0);
        }
        for (unsigned i = 0; i < coefficients; i++) {
            for (unsigned k = 0; k < block; k++) {
                for (unsigned j = 0; j < coefficients; j++) {
                    a[i][j] += u[i * block + k] * u[j * block + k];
                }
                a[i][4] += u[i * block + k] * w[k];
            }
        }
        for (unsigned i = 0; i < coefficients; i++) { /* Gauss-Jordan */
            for (unsigned j = 0; j < coefficients; j++) {
                const double factor = j == i ? 0 : a[j][i] / a[i][i];
                for (unsigned k = 0; k < 5; k++) {
                    a[j][k] -= factor * a[i][k];
                }
            }
        }
        for (unsigned i = 0; i < coefficients; i++) {
            t[i] = a[i][4] / a[i][i];
            greatest = fmax(greatest, fabs(t[i]));
        }
        const double scale = exp2(fmin(fmax(ceil(log2(greatest / 7.49)), -8), 7));
        for (unsigned k = 0; k < block; k++) {
            double rest = w[k];
            for (unsigned i = 0; i < coefficients; i++) {
                rest -= fmax(fmin(rint(t[i] / scale), 7), -8) * scale * u[i * block + k];
            }
            error += rest * rest;
        }
        least = fmin(least, error);
    }
    return least;
}

TEST(the_seed_is_the_best_of_all)
{
    for (unsigned block = 8; block <= 12; block += 4) {
        float *w = normal_numbers(4 * (size_t)block, block), restored[4 * 12];
        struct weights_options options = {.format = WEIGHTS_SEEDLM, .block = block};
        struct weights_matrix *matrix = encoded(options, w, 1, 4 * (size_t)block);
        double square = 0;
        for (unsigned k = 0; k < 4 * block; k++) {
            square += (double)w[k] * (double)w[k];
        }
        const double scale = sqrt(square / (4 * block));
        weights_decode(matrix, restored);
        for (unsigned b = 0; b < 4; b++) {
            double scaled[12], error = 0;
            for (unsigned k = 0; k < block; k++) {
                scaled[k] = (double)w[b * block + k] / scale;
                error += pow(scaled[k] - (double)restored[b * block + k] / scale, 2);
            }
            CHECK_NEAR(error, least_error(scaled, block, block / 4 + 1), 1e-3);
        }
        weights_free(matrix);
        free(w);
    }
}

/* ---- vectors ---- */

TEST(codebooks_of_distinct_vectors_lose_nothing)
{
    float w[64 * 4], x[64 * 4] = {1}, y[1];
    double snr = 0;
    for (size_t i = 0; i < 64 * 4; i++) {
        w[i] = (float)(i / 4 % 4) * 10 + (float)(i % 4); /* four different vectors */
    }
    struct weights_matrix *matrix =
        encoded((struct weights_options){.format = WEIGHTS_VECTORS, .vector = 4, .book_bits = 6}, w,
                1, 256);
    CHECK(weights_snr(matrix, w, &snr) == WEIGHTS_OK);
    CHECK(isinf(snr) && snr > 0);
    CHECK(weights_multiply(matrix, x, y) == WEIGHTS_OK && y[0] == w[0]);
    CHECK_EQ(weights_bytes(matrix), 64 + 64 * 4 * sizeof(float));
    weights_free(matrix);
}

TEST(each_vector_has_its_nearest_entry_in_every_kernel)
{
    float *w = normal_numbers(6 * 200, 11), *restored = malloc(6 * 200 * sizeof *restored);
    for (size_t k = 0; weights_kernels[k] != NULL; k++) {
        if (!weights_kernel_available(weights_kernels[k])) {
            continue;
        }
        struct weights_matrix *matrix =
            encoded((struct weights_options){.kernel = weights_kernels[k],
                                             .format = WEIGHTS_VECTORS,
                                             .vector = 8,
                                             .book_bits = 4},
                    w, 6, 200);
        weights_decode(matrix, restored);
        for (size_t i = 0; i < 150; i++) {
            double own = 0, least = HUGE_VAL;
            for (size_t e = 0; e < 150; e++) { /* entries are what other vectors became */
                double error = 0;
                for (size_t j = 0; j < 8; j++) {
                    error += pow((double)w[8 * i + j] - (double)restored[8 * e + j], 2);
                }
                own = e == i ? error : own;
                least = fmin(least, error);
            }
            CHECK(own <= least * (1 + 1e-5));
        }
        weights_free(matrix);
    }
    free(w);
    free(restored);
}

/* ---- what is kept of normal weights; the values are those of a reference in numpy ---- */

TEST(signal_to_noise_ratios_and_sizes_are_those_of_the_formats)
{
    const struct {
        struct weights_options options;
        double bits, snr, within;
    } rows[] = {
        {{.format = WEIGHTS_INT8, .group = 32}, 8.5, 45.4, 0.4},
        {{.format = WEIGHTS_INT4, .group = 32}, 4.5, 20.3, 0.4},
        {{.format = WEIGHTS_INT4, .group = 128}, 4.125, 18.6, 0.4},
        {{.format = WEIGHTS_INT3, .group = 128}, 3.125, 11.2, 0.4},
        {{.format = WEIGHTS_TERNARY}, 2, 5.8, 0.3},
        {{.format = WEIGHTS_TERNARY, .least_squares = true}, 2, 6.7, 0.3},
        {{.format = WEIGHTS_SEEDLM, .block = 8}, 4, 18.0, 0.5},
        {{.format = WEIGHTS_SEEDLM, .block = 12}, 3, 12.7, 0.5},
    };
    float *w = normal_numbers((size_t)256 * 1536, 1);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const bool seeds = is_seeds(&rows[i].options);
        const size_t height = seeds ? 1 : 256;
        double snr = 0;
        struct weights_matrix *matrix = encoded(rows[i].options, w, height, 1536);
        CHECK(weights_snr(matrix, w, &snr) == WEIGHTS_OK);
        CHECK(fabs(snr - rows[i].snr) < rows[i].within);
        const double bits = 8 * (double)weights_bytes(matrix) / (double)(height * 1536);
        CHECK(fabs(bits - rows[i].bits) < (seeds ? 0.1 : 1e-9));
        weights_free(matrix);
    }
    free(w);
}

/* ---- what is refused ---- */

TEST(bad_input_gets_a_status_and_writes_nothing)
{
    float w[64] = {0}, y[2] = {7, 7};
    struct weights_matrix *matrix = NULL;
    const struct weights_options sound = {.format = WEIGHTS_INT4};
    const struct weights_options bad[] = {
        {.format = (enum weights_format)9},           {.group = 64},
        {.format = WEIGHTS_SEEDLM, .block = 9},       {.format = WEIGHTS_VECTORS, .vector = 17},
        {.format = WEIGHTS_VECTORS, .book_bits = 17}, {.format = WEIGHTS_VECTORS, .rest_bits = 17},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        CHECK(weights_encode(&bad[i], w, 1, 64, &matrix) == WEIGHTS_ERR_ARGUMENT);
    }
    CHECK(weights_encode(NULL, w, 1, 64, &matrix) == WEIGHTS_ERR_ARGUMENT);
    CHECK(weights_encode(&sound, NULL, 1, 64, &matrix) == WEIGHTS_ERR_ARGUMENT);
    CHECK(weights_encode(&sound, w, 0, 64, &matrix) == WEIGHTS_ERR_ARGUMENT);
    CHECK(weights_encode(&sound, w, 1, 0, &matrix) == WEIGHTS_ERR_ARGUMENT);
    CHECK(weights_encode(&sound, w, 1, 64, NULL) == WEIGHTS_ERR_ARGUMENT);
    CHECK(weights_encode(&sound, w, WEIGHTS_SIDE_MAX + 1, 1, &matrix) == WEIGHTS_ERR_LIMIT);
    CHECK(weights_encode(&sound, w, WEIGHTS_SIDE_MAX, WEIGHTS_SIDE_MAX, &matrix) ==
          WEIGHTS_ERR_LIMIT);
    const float odd[] = {NAN, INFINITY, -INFINITY, 0x1p101f};
    for (size_t i = 0; i < 4; i++) {
        w[63] = odd[i];
        for (size_t f = 0; f < FORMAT_COUNT; f++) {
            CHECK(weights_encode(&FORMATS[f], w, 1, 64, &matrix) == WEIGHTS_ERR_NOT_FINITE);
        }
    }
    CHECK(matrix == NULL);
    w[63] = 1;
    matrix = encoded(sound, w, 2, 32);
    CHECK(weights_multiply(matrix, NULL, y) == WEIGHTS_ERR_ARGUMENT);
    CHECK(weights_multiply(NULL, w, y) == WEIGHTS_ERR_ARGUMENT);
    w[5] = NAN;
    CHECK(weights_multiply(matrix, w, y) == WEIGHTS_ERR_NOT_FINITE);
    CHECK(y[0] == 7 && y[1] == 7);
    CHECK(weights_snr(matrix, w, NULL) == WEIGHTS_ERR_ARGUMENT);
    weights_free(matrix);
    weights_free(NULL);
}

TEST(every_status_has_a_text)
{
    CHECK_STR(weights_status_text(WEIGHTS_OK), "ok");
    CHECK_STR(weights_status_text(WEIGHTS_ERR_LIMIT), "too many weights");
    CHECK_STR(weights_status_text((enum weights_status)77), "unknown status");
}

TEST_MAIN
