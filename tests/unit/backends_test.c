/* components/backends: every tier that this processor runs, against the definitions in doubles, at
 * sizes that fill no register and at addresses that are no multiple of one; and what is refused. */
#include <math.h>
#include <stdint.h>

#include "../harness.h"
#include "backends.h"

#define COUNT_MAX 130u
#define DIM_MAX 67u

static float keys[COUNT_MAX * DIM_MAX + 1], values[COUNT_MAX * DIM_MAX + 1], query[DIM_MAX + 1],
    output[COUNT_MAX + 2];

/* splitmix64, Vigna's public-domain reference; in [-1, 1). */
static float uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (float)(z >> 40) * 0x1p-23f - 1;
}

static void fill(float *numbers, size_t count, uint64_t seed, float size)
{
    for (size_t i = 0; i < count; i++)
        numbers[i] = size * uniform(&seed);
}

static void fill_all(float size)
{
    fill(keys, COUNT_MAX * DIM_MAX + 1, 1, size);
    fill(values, COUNT_MAX * DIM_MAX + 1, 2, 1);
    fill(query, DIM_MAX + 1, 3, size);
}

static double product(const float *x, const float *y, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += (double)x[i] * (double)y[i];
    return sum;
}

static void check_attention(const float *q, const float *k, const float *v, size_t count,
                            size_t dim)
{
    double want[DIM_MAX] = {0}, scores[COUNT_MAX], greatest = (double)-INFINITY, total = 0;
    for (size_t i = 0; i < count; i++) {
        scores[i] = product(q, k + i * dim, dim) / sqrt((double)dim);
        greatest = fmax(greatest, scores[i]);
    }
    for (size_t i = 0; i < count; i++) {
        const double weight = exp(scores[i] - greatest);
        total += weight;
        for (size_t c = 0; c < dim; c++)
            want[c] += weight * (double)v[i * dim + c];
    }
    for (size_t c = 0; c < dim; c++)
        CHECK(fabs((double)output[c] - want[c] / total) < 1e-4);
}

/* The first `each` that runs here; NULL after the last. */
static const struct backends_kernels *available(size_t *at)
{
    while (backends_tiers[*at] != NULL && !backends_available(backends_tiers[*at]))
        ++*at;
    return backends_tiers[*at] != NULL ? backends_tiers[(*at)++] : NULL;
}

TEST(dot_is_the_sum_of_products_at_every_length)
{
    size_t at = 0;
    fill_all(1);
    for (const struct backends_kernels *tier; (tier = available(&at)) != NULL;)
        for (size_t count = 1; count <= 300; count++)
            for (size_t offset = 0; offset < 2; offset++) {
                float sum = NAN;
                CHECK_EQ(tier->dot(keys + offset, values + 1, count, &sum), BACKENDS_OK);
                CHECK(fabs((double)sum - product(keys + offset, values + 1, count)) < 1e-4);
            }
}

TEST(attention_is_its_definition_at_sizes_that_fill_nothing)
{
    static const size_t COUNTS[] = {1, 3, 4, 31, 63, 64, 65, 130}, DIMS[] = {1, 5, 16, 64, 67};
    size_t at = 0;
    for (const struct backends_kernels *tier; (tier = available(&at)) != NULL;)
        for (size_t i = 0; i < 8 * 5 * 2; i++) {
            const size_t count = COUNTS[i % 8], dim = DIMS[i / 8 % 5], offset = i / 40;
            fill_all(i % 3 == 0 ? 8 : 1); /* 8: one key outweighs all others */
            CHECK_EQ(
                tier->attend(query + offset, keys + offset, values + offset, output, count, dim),
                BACKENDS_OK);
            check_attention(query + offset, keys + offset, values + offset, count, dim);
        }
}

TEST(a_product_of_a_matrix_is_one_dot_product_a_row_and_writes_no_more)
{
    size_t at = 0;
    fill_all(1);
    for (const struct backends_kernels *tier; (tier = available(&at)) != NULL;)
        for (size_t rows = 1; rows <= 9; rows++) {
            output[rows] = 7;
            CHECK_EQ(tier->multiply(keys + 1, query, output, rows, DIM_MAX), BACKENDS_OK);
            CHECK(output[rows] == 7);
            for (size_t row = 0; row < rows; row++)
                CHECK(fabs((double)output[row] -
                           product(keys + 1 + row * DIM_MAX, query, DIM_MAX)) < 1e-4);
        }
}

TEST(what_is_empty_is_refused)
{
    size_t at = 0;
    for (const struct backends_kernels *tier; (tier = available(&at)) != NULL;) {
        CHECK_EQ(tier->dot(keys, values, 0, output), BACKENDS_EMPTY);
        CHECK_EQ(tier->attend(query, keys, values, output, 0, 4), BACKENDS_EMPTY);
        CHECK_EQ(tier->attend(query, keys, values, output, 4, 0), BACKENDS_EMPTY);
        CHECK_EQ(tier->multiply(keys, query, output, 0, 4), BACKENDS_EMPTY);
        CHECK_EQ(tier->multiply(keys, query, output, 4, 0), BACKENDS_EMPTY);
    }
}

/* Every score is 0: the mean of the values, and sums of denormal products are 0 or denormal. */
TEST(zeros_and_denormal_numbers_are_numbers)
{
    static const float TINY[] = {0, 1e-40f, -1e-45f};
    enum { COUNT = 70, DIM = 9 };
    static float few[COUNT * DIM], steps[COUNT * DIM];
    size_t at = 0;
    for (size_t i = 0; i < (size_t)COUNT * DIM; i++)
        steps[i] = (float)(i / DIM);
    for (const struct backends_kernels *tier; (tier = available(&at)) != NULL;)
        for (size_t t = 0; t < 3; t++) {
            float sum = NAN;
            for (size_t i = 0; i < (size_t)COUNT * DIM; i++)
                few[i] = TINY[t];
            CHECK_EQ(tier->attend(few, few, steps, output, COUNT, DIM), BACKENDS_OK);
            CHECK(fabs((double)output[DIM - 1] - 34.5) < 1e-4);
            CHECK_EQ(tier->dot(few, few, COUNT, &sum), BACKENDS_OK);
            CHECK(fabsf(sum) < 1e-37f);
            CHECK_EQ(tier->multiply(steps, few, output, COUNT, DIM), BACKENDS_OK);
            CHECK(fabsf(output[COUNT - 1]) < 1e-36f);
        }
}

/* In keys, values and query; near the beginning, and in the last and partly filled block. */
TEST(what_is_not_finite_is_told_wherever_it_stands)
{
    static const float ODD[] = {NAN, INFINITY, -INFINITY};
    size_t at = 0;
    for (const struct backends_kernels *tier; (tier = available(&at)) != NULL;)
        for (size_t i = 0; i < 3 * 4; i++) {
            float *const places[] = {&query[2], &keys[9], &keys[129 * 8 + 7], &values[129 * 8]};
            fill_all(1);
            *places[i / 3] = ODD[i % 3];
            CHECK_EQ(tier->attend(query, keys, values, output, 130, 8), BACKENDS_NOT_FINITE);
        }
    for (at = 0; available(&at) != NULL;) {
        const struct backends_kernels *tier = backends_tiers[at - 1];
        fill_all(1);
        keys[12] = NAN;
        CHECK_EQ(tier->dot(keys, values, 20, output), BACKENDS_NOT_FINITE);
        CHECK_EQ(tier->multiply(keys, query, output, 5, 4), BACKENDS_NOT_FINITE);
        CHECK_EQ(tier->dot(keys, values, 12, output), BACKENDS_OK);
    }
}

TEST(the_portable_tiers_are_everywhere_and_the_best_one_is_available)
{
    CHECK(backends_available(backends_find("scalar")));
    CHECK(backends_available(backends_find("baseline")));
    CHECK(backends_available(backends_best()));
    CHECK(backends_find("none") == NULL);
    CHECK(!backends_available(NULL));
}

TEST_MAIN
