/* components/vector: proven search where its bounds are hardest to keep, held against exact search
 * bit by bit; and the errors that codes state of themselves. */
#include <stdint.h>
#include <stdlib.h>

#include "../harness.h"
#include "vector.h"
#include "vector_kernels.h"
#include "vector_plan.h"

/* splitmix64, Vigna's public-domain reference. */
static uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Twelve uniform numbers make a normal one, nearly. */
static float random_normal(uint64_t *state)
{
    double sum = -6;
    for (int i = 0; i < 12; i++) {
        sum += (double)(random_bits(state) >> 11) * 0x1p-53;
    }
    return (float)sum;
}

static float *random_numbers(size_t count, uint64_t seed)
{
    float *numbers = malloc((count + 16) * sizeof *numbers);
    CHECK(numbers != NULL);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = random_normal(&seed);
    }
    return numbers;
}

static struct vectors *encoded(const float *rows, size_t count, size_t dim,
                               enum vector_metric metric)
{
    struct vectors *vectors = NULL;
    const struct vectors_options options = {.dim = dim, .metric = metric, .seed = 5};
    CHECK(vectors_new(&options, &vectors) == VECTOR_OK);
    CHECK(vectors_view(vectors, rows, count, 0) == VECTOR_OK);
    CHECK(vectors_encode(vectors, VECTOR_INT5) == VECTOR_OK);
    CHECK(vectors_encode(vectors, VECTOR_INT5_REST) == VECTOR_OK);
    return vectors;
}

enum { HARD_DIM = 130, HARD_COUNT = 400 };

/* Of equal rows, of rows that differ in the last digit, of one large number among small ones, of
 * equal numbers, of numbers with few digits left below 2^-126. */
static void make_hard(float *rows, unsigned kind)
{
    float *random = random_numbers(HARD_COUNT * HARD_DIM, 40 + kind);
    for (size_t i = 0; i < HARD_COUNT * HARD_DIM; i++) {
        const size_t row = i / HARD_DIM, place = i % HARD_DIM;
        const float same = random[row % 3 * HARD_DIM + place], own = random[i];
        rows[i] = kind == 0   ? same
                  : kind == 1 ? same * (1 + (float)(row % 5) * 0x1p-23f)
                  : kind == 2 ? own + (place == row % HARD_DIM ? 1e4f : 0)
                  : kind == 3 ? (own > 0 ? 1.0f : -1.0f) * (row % 7 > 0 || place < 3 ? 1 : 2)
                  : kind == 4 ? ldexpf(own, -140 + (int)(row % 20))
                              : ldexpf(own, (int)(row % 3) * 50 - 90);
    }
    free(random);
}

static void check_certain(const struct vectors *vectors, const struct vector_kernel *kernel,
                          const float *queries, size_t stride, size_t count)
{
    struct vector_search *search = NULL;
    struct vector_hit want[40], got[40];
    size_t found, other;
    CHECK(vector_search_new(vectors, &search) == VECTOR_OK);
    vector_search_use(search, kernel);
    for (size_t q = 0; q < count; q++) {
        for (size_t k = 1; k <= 40; k += 13) {
            CHECK(vector_exact(search, queries + q * stride, k, want, &found) == VECTOR_OK);
            CHECK(vector_certain(search, queries + q * stride, k, got, &other) == VECTOR_OK);
            CHECK_EQ(other, found);
            CHECK(memcmp(got, want, found * sizeof *got) == 0);
        }
    }
    vector_search_free(search);
}

static void check_kind(const float *rows, const float *others, unsigned kind,
                       enum vector_metric metric)
{
    struct vectors *vectors = encoded(rows, HARD_COUNT, HARD_DIM, metric);
    for (size_t i = 0; vector_kernels[i] != NULL; i++) {
        if (vector_kernels[i]->available()) {
            check_certain(vectors, vector_kernels[i], others, HARD_DIM, 9);
            check_certain(vectors, vector_kernels[i], rows, 37 * HARD_DIM, kind < 4 ? 9 : 0);
        }
    }
    vectors_free(vectors);
}

TEST(certain_search_is_exact_where_bounds_are_hardest)
{
    static float rows[HARD_COUNT * HARD_DIM];
    float *others = random_numbers(9 * HARD_DIM, 12);
    for (size_t i = 3 * HARD_DIM; i < 9 * HARD_DIM; i++) {
        others[i] = ldexpf(others[i], i < 6 * HARD_DIM ? -50 : 50);
    }
    for (unsigned kind = 0; kind < 6; kind++) {
        make_hard(rows, kind);
        for (int metric = VECTOR_DOT; metric <= VECTOR_L2; metric++) {
            if (kind >= 4 && metric == VECTOR_COSINE) {
                continue; /* rows without direction, which are refused */
            }
            check_kind(rows, others, kind, (enum vector_metric)metric);
        }
    }
    free(others);
}

/* A query's numbers are coarser where sums would be beyond 32 bits. */
TEST(certain_search_is_exact_in_many_dimensions)
{
    static const size_t DIMS[] = {2049, 5000, 65536};
    for (size_t d = 0; d < 3; d++) {
        const size_t dim = DIMS[d];
        float *rows = random_numbers(30 * dim, d);
        for (size_t k = 0; k < dim; k++) {
            rows[k] = 1;
            rows[dim + k] = k == 7 ? 1e5f : 0;
        }
        struct vectors *vectors = encoded(rows, 30, dim, VECTOR_COSINE);
        check_certain(vectors, NULL, rows, dim, 3);
        vectors_free(vectors);
        free(rows);
    }
}

/* Number k of what int5 codes and those of their rest say of a row. */
static double number_of_int5(const struct vectors *vectors, size_t row, size_t k)
{
    const struct code_rows *codes = &vectors->codes[VECTOR_INT5];
    const uint8_t *block = codes->bytes + row * codes->stride + k / 128 * 80;
    const int half = k % 128 < 64 ? block[k % 64] & 15 : block[k % 64] >> 4;
    const int level = half + 16 * (block[64 + k % 128 / 8] >> k % 8 & 1);
    return (double)codes->scales[row] * (level - 15.5);
}

static double number_of_rest(const struct vectors *vectors, size_t row, size_t k)
{
    const struct code_rows *codes = &vectors->codes[VECTOR_INT5_REST];
    const uint8_t byte = codes->bytes[row * codes->stride + k / 64 * 32 + k % 32];
    return (double)codes->scales[row] * ((k % 64 < 32 ? byte & 15 : byte >> 4) - 7.5);
}

TEST(int5_codes_miss_rows_by_what_they_state)
{
    enum { DIM = 200, COUNT = 50 };
    float *rows = random_numbers(COUNT * DIM, 17), *signs = random_numbers(2 * DIM, 1);
    struct vectors *vectors = encoded(rows, COUNT, DIM, VECTOR_DOT);
    vector_rotate_signs(5, DIM, signs);
    for (size_t r = 0; r < COUNT; r++) {
        double coarse = 0, fine = 0;
        vector_rotate(signs, DIM, rows + r * DIM);
        for (size_t k = 0; k < DIM; k++) {
            const double left = (double)rows[r * DIM + k] - number_of_int5(vectors, r, k);
            const double missed = left - number_of_rest(vectors, r, k);
            coarse += left * left;
            fine += missed * missed;
        }
        const double length = (double)vectors->lengths[r], rounding = 1e-6 * length;
        const double stated = (double)vectors->codes[VECTOR_INT5].errors[r];
        const double rest = (double)vectors->codes[VECTOR_INT5_REST].errors[r];
        CHECK(fabs(sqrt(coarse) - stated) <= rounding && stated < 0.12 * length);
        CHECK(fabs(sqrt(fine) - rest) <= rounding && rest < stated);
    }
    vectors_free(vectors);
    free(rows);
    free(signs);
}

TEST_MAIN
