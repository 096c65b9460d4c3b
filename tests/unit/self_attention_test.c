/* components/attention, self-attention: every kernel against the definition read aloud in doubles,
 * for sequences and heads that fill no tile; what rows may see; memory; what is not finite. */
#include <float.h>
#include <stdint.h>

#include "../harness.h"
#include "attention.h"

/* splitmix64, Vigna's public-domain reference; then uniform in [-size, size). */
static float *random_numbers(size_t count, float size, uint64_t seed)
{
    float *numbers = malloc(count * sizeof *numbers + 1);
    CHECK(numbers != NULL);
    for (size_t i = 0; i < count; i++) {
        uint64_t z = seed += UINT64_C(0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
        z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
        numbers[i] = size * (float)((double)((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1);
    }
    return numbers;
}

struct given {
    size_t heads, dim;
    struct attention_sequence sequence;
    float *numbers[3]; /* what the sequence's pointers point into */
};

/* `size` of queries and keys: large ones make one key win. */
static struct given make_given(size_t heads, size_t dim, size_t count, float size)
{
    struct given g = {.heads = heads, .dim = dim};
    for (unsigned i = 0; i < 3; i++) {
        g.numbers[i] = random_numbers((count + 1) * heads * dim, i < 2 ? size : 1, 7 * i + count);
    }
    g.sequence = (struct attention_sequence){
        .queries = g.numbers[0], .keys = g.numbers[1], .values = g.numbers[2], .count = count};
    return g;
}

static void free_given(struct given *g)
{
    for (unsigned i = 0; i < 3; i++) {
        free(g->numbers[i]);
    }
}

static struct attention *new_attention(const struct given *g)
{
    struct attention *attention = NULL;
    const struct attention_options options = {.heads = g->heads, .dim = g->dim};
    CHECK(attention_new(&options, &attention) == ATTENTION_OK);
    return attention;
}

/* ---- the oracle ---- */

static bool sees(const struct given *g, size_t row, size_t key)
{
    const struct attention_sequence *sequence = &g->sequence;
    return (!sequence->causal || key <= row) &&
           (sequence->mask == NULL || sequence->mask[key] != 0);
}

static size_t offset(const struct given *g, size_t row, size_t head)
{
    const size_t width = g->heads * g->dim;
    return row * (g->sequence.stride != 0 ? g->sequence.stride : width) + head * g->dim;
}

static double score_of(const struct given *g, size_t head, size_t row, size_t key)
{
    double product = 0;
    for (size_t k = 0; k < g->dim; k++) {
        product += (double)g->sequence.queries[offset(g, row, head) + k] *
                   (double)g->sequence.keys[offset(g, key, head) + k];
    }
    return product / sqrt((double)g->dim);
}

/* One row of one head; returns the logarithm of the sum of e^score. */
static double define(const struct given *g, size_t head, size_t row, double *ret_output)
{
    double greatest = -HUGE_VAL, sum = 0;
    memset(ret_output, 0, g->dim * sizeof *ret_output);
    for (size_t i = 0; i < g->sequence.count; i++) {
        greatest = sees(g, row, i) ? fmax(greatest, score_of(g, head, row, i)) : greatest;
    }
    for (size_t i = 0; i < g->sequence.count; i++) {
        const double weight = sees(g, row, i) ? exp(score_of(g, head, row, i) - greatest) : 0;
        sum += weight;
        for (size_t k = 0; k < g->dim && weight > 0; k++) {
            ret_output[k] += weight * (double)g->sequence.values[offset(g, i, head) + k];
        }
    }
    for (size_t k = 0; k < g->dim && sum > 0; k++) {
        ret_output[k] /= sum;
    }
    return greatest + log(sum);
}

/* Scores are rounded to f32, so that weights lose what scores gain. */
static void check_rows(const struct given *g, const float *output, const float *logarithms)
{
    double *want = calloc(g->dim, sizeof *want);
    CHECK(want != NULL);
    for (size_t row = 0; row < g->sequence.count; row++) {
        for (size_t head = 0; head < g->heads; head++) {
            const double logarithm = define(g, head, row, want);
            const double allowed = 1e-5 + 4e-7 * fmax(logarithm - 25, 0);
            const float *got = output + (row * g->heads + head) * g->dim;
            for (size_t k = 0; k < g->dim; k++) {
                CHECK(fabs((double)got[k] - want[k]) < allowed);
            }
            const double told = (double)logarithms[row * g->heads + head];
            CHECK(isfinite(logarithm) ? fabs(told - logarithm) < 10 * allowed
                                      : told < -(double)FLT_MAX);
        }
    }
    free(want);
}

/* Every kernel of this processor gives what the definition says. */
static void check_kernels(const struct given *g, enum attention_status want)
{
    struct attention *attention = new_attention(g);
    const size_t rows = g->sequence.count * g->heads;
    float *output = malloc(rows * g->dim * sizeof *output + 1);
    float *logarithms = malloc(rows * sizeof *logarithms + 1);
    CHECK(output != NULL && logarithms != NULL);
    for (size_t i = 0; attention_kernels[i] != NULL; i++) {
        if (attention_kernels[i]->available()) {
            attention_use(attention, attention_kernels[i]);
            CHECK(attention_self(attention, &g->sequence, output, logarithms) == want);
            check_rows(g, output, logarithms);
        }
    }
    free(output);
    free(logarithms);
    attention_free(attention);
}

TEST(every_kernel_gives_what_the_definition_says)
{
    static const size_t COUNTS[] = {1, 2, 5, 31, 33, 255, 256, 257, 300};
    static const size_t DIMS[] = {1, 3, 16, 64, 65};
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
        for (size_t k = 0; k < sizeof DIMS / sizeof *DIMS; k++) {
            struct given g = make_given(1 + i % 3, DIMS[k], COUNTS[i], 1);
            check_kernels(&g, ATTENTION_OK);
            g.sequence.causal = true;
            check_kernels(&g, ATTENTION_OK);
            free_given(&g);
        }
    }
}

TEST(greater_scores_in_later_tiles_outweigh_what_was_summed)
{
    struct given g = make_given(2, 8, 500, 1);
    for (size_t i = 0; i < 500 * 16; i++) { /* scores grow along the sequence */
        g.numbers[0][i] = fabsf(g.numbers[0][i]) + 1;
        const size_t row = i / 16;
        g.numbers[1][i] = (float)row * 0.05f;
    }
    check_kernels(&g, ATTENTION_OK);
    g.sequence.causal = true;
    check_kernels(&g, ATTENTION_OK);
    free_given(&g);
}

TEST(scores_far_apart_leave_one_key)
{
    struct given g = make_given(1, 4, 200, 60);
    check_kernels(&g, ATTENTION_OK);
    free_given(&g);
}

static void check_both_ways(struct given *g)
{
    check_kernels(g, ATTENTION_OK);
    g->sequence.causal = true;
    check_kernels(g, ATTENTION_OK);
}

/* Groups of rows with short queries need no greatest score, those with long ones do. */
TEST(rows_with_short_and_long_queries_may_follow_each_other)
{
    static const float SIZES[] = {0.01f, 2, 3, 4, 5, 30};
    for (size_t i = 0; i < sizeof SIZES / sizeof *SIZES; i++) {
        struct given g = make_given(2, 16, 300, 1);
        for (size_t k = 0; k < 300 * 32; k++) {
            g.numbers[0][k] *= k < 150 * 32 ? 1 : SIZES[i];
            g.numbers[1][k] = g.numbers[0][k] * (k % 64 < 32 ? 1 : -1); /* scores far from 0 */
        }
        check_both_ways(&g);
        free_given(&g);
    }
}

TEST(squares_beyond_floats_do_not_matter_where_products_are_within)
{
    struct given g = make_given(2, 5, 70, 1);
    for (size_t k = 0; k < 70 * 10; k++) {
        g.numbers[0][k] *= 1e25f;
        g.numbers[1][k] *= 1e-25f;
    }
    check_both_ways(&g);
    free_given(&g);
}

TEST(masked_rows_are_not_looked_at)
{
    struct given g = make_given(2, 5, 290, 1);
    uint8_t mask[290];
    for (size_t i = 0; i < 290; i++) {
        mask[i] = i % 3 != 0;
        for (size_t k = 0; k < 10 && mask[i] == 0; k++) {
            g.numbers[1][i * 10 + k] = NAN;
            g.numbers[2][i * 10 + k] = INFINITY;
        }
    }
    g.sequence.mask = mask;
    check_kernels(&g, ATTENTION_OK);
    g.sequence.causal = true; /* the first row sees nothing: 0 and -infinity */
    check_kernels(&g, ATTENTION_OK);
    free_given(&g);
}

TEST(where_no_row_sees_anything_all_is_zero)
{
    struct given g = make_given(2, 3, 20, 1);
    const uint8_t mask[20] = {0};
    g.sequence.mask = mask;
    check_kernels(&g, ATTENTION_EMPTY);
    g.sequence.count = 0;
    check_kernels(&g, ATTENTION_EMPTY);
    free_given(&g);
}

TEST(rows_may_lie_apart)
{
    struct given g = make_given(2, 7, 150, 1);
    g.sequence.stride = 19; /* 14 numbers each */
    g.sequence.count = 100;
    g.sequence.queries += 1;
    g.sequence.values += 3;
    check_kernels(&g, ATTENTION_OK);
    free_given(&g);
}

TEST(values_near_the_greatest_number_do_not_overflow)
{
    struct given g = make_given(1, 4, 300, 1);
    float *output = malloc(300 * 4 * sizeof *output);
    CHECK(output != NULL);
    for (size_t i = 0; i < 300 * 4; i++) {
        g.numbers[2][i] = 0.5f * FLT_MAX;
    }
    struct attention *attention = new_attention(&g);
    CHECK(attention_self(attention, &g.sequence, output, NULL) == ATTENTION_OK);
    for (size_t i = 0; i < 300 * 4; i++) {
        CHECK(fabs((double)output[i] / (0.5 * (double)FLT_MAX) - 1) < 1e-5);
    }
    attention_free(attention);
    free(output);
    free_given(&g);
}

/* Weights that are not held below 1 would take these sums beyond f32. */
TEST(great_values_are_summed_with_weights_below_one)
{
    struct given g = make_given(1, 4, 64, 3);
    float *output = malloc(64 * 4 * sizeof *output);
    CHECK(output != NULL);
    for (size_t i = 0; i < 64 * 4; i++) {
        g.numbers[2][i] = 1e31f;
    }
    struct attention *attention = new_attention(&g);
    CHECK(attention_self(attention, &g.sequence, output, NULL) == ATTENTION_OK);
    for (size_t i = 0; i < 64 * 4; i++) {
        CHECK(fabs((double)output[i] / 1e31 - 1) < 1e-5);
    }
    attention_free(attention);
    free(output);
    free_given(&g);
}

static float *repeated(float number, size_t count)
{
    float *numbers = malloc(count * sizeof *numbers);
    CHECK(numbers != NULL);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = number;
    }
    return numbers;
}

/* Queries, keys or both are zero or denormal: every score is 0, every weight the same, and the
 * output is the mean of the values, 0 to 39. */
TEST(zeros_and_denormal_numbers_weigh_all_alike)
{
    static const float TINY[] = {0, -0.0f, 1e-40f, 1e-45f};
    enum { COUNT = 40, DIM = 5 };
    float *values = repeated(0, COUNT * DIM), output[COUNT * DIM];
    for (size_t i = 0; i < (size_t)COUNT * DIM; i++) {
        values[i] = (float)(i / DIM);
    }
    for (size_t i = 0; i < 8; i++) {
        const struct attention_options options = {.heads = 1, .dim = DIM};
        float *queries = repeated(TINY[i / 2], COUNT * DIM);
        float *keys = repeated(i % 2 ? 1 : TINY[i / 2], COUNT * DIM);
        const struct attention_sequence sequence = {
            .queries = queries, .keys = keys, .values = values, .count = COUNT};
        const struct attention_memory memory = {.keys = keys, .values = values, .count = COUNT};
        struct attention *attention = NULL;
        CHECK(attention_new(&options, &attention) == ATTENTION_OK);
        for (size_t k = 0; attention_kernels[k] != NULL; k++) {
            if (!attention_kernels[k]->available()) {
                continue;
            }
            attention_use(attention, attention_kernels[k]);
            CHECK(attention_self(attention, &sequence, output, NULL) == ATTENTION_OK);
            CHECK(fabs((double)output[COUNT * DIM - 1] - 19.5) < 1e-4);
            CHECK(attention_flash(attention, &memory, queries, output, NULL) == ATTENTION_OK);
            CHECK(fabs((double)output[DIM - 1] - 19.5) < 1e-4);
        }
        attention_free(attention);
        free(queries);
        free(keys);
    }
    free(values);
}

TEST(what_is_not_finite_is_refused)
{
    static const float WRONG[] = {NAN, INFINITY, -INFINITY};
    float output[40 * 6];
    for (unsigned i = 0; i < 9; i++) {
        struct given g = make_given(2, 3, 40, 1);
        struct attention *attention = new_attention(&g);
        g.numbers[i / 3][39 * 6 + 5] = WRONG[i % 3];
        CHECK(attention_self(attention, &g.sequence, output, NULL) == ATTENTION_ERR_NOT_FINITE);
        g.numbers[i / 3][39 * 6 + 5] = i / 3 < 2 ? 1e30f : 0; /* a score of 1e60 */
        g.numbers[1 - i / 3 % 2][39 * 6 + 5] = i / 3 < 2 ? 1e30f : 0;
        CHECK(attention_self(attention, &g.sequence, output, NULL) ==
              (i / 3 < 2 ? ATTENTION_ERR_NOT_FINITE : ATTENTION_OK));
        attention_free(attention);
        free_given(&g);
    }
}

TEST(what_is_missing_is_refused)
{
    struct given g = make_given(1, 2, 3, 1);
    struct attention *attention = new_attention(&g), *ball = NULL;
    const struct attention_options options = {.heads = 1, .dim = 2, .score = ATTENTION_POINCARE};
    float output[6];
    CHECK(attention_new(&options, &ball) == ATTENTION_OK);
    CHECK(attention_self(NULL, &g.sequence, output, NULL) == ATTENTION_ERR_ARGUMENT);
    CHECK(attention_self(attention, NULL, output, NULL) == ATTENTION_ERR_ARGUMENT);
    CHECK(attention_self(attention, &g.sequence, NULL, NULL) == ATTENTION_ERR_ARGUMENT);
    CHECK(attention_self(ball, &g.sequence, output, NULL) == ATTENTION_ERR_ARGUMENT);
    g.sequence.stride = 1;
    CHECK(attention_self(attention, &g.sequence, output, NULL) == ATTENTION_ERR_ARGUMENT);
    g.sequence.stride = 0;
    g.sequence.count = (size_t)ATTENTION_SEQUENCE_MAX + 1;
    CHECK(attention_self(attention, &g.sequence, output, NULL) == ATTENTION_ERR_LIMIT);
    g.sequence.count = 3;
    g.sequence.keys = NULL;
    CHECK(attention_self(attention, &g.sequence, output, NULL) == ATTENTION_ERR_ARGUMENT);
    attention_free(attention);
    attention_free(ball);
    free_given(&g);
}

TEST(memory_grows_with_the_sequence_and_not_with_its_square)
{
    const size_t dim = 16, step = 1024;
    struct given g = make_given(1, dim, 4 * step, 1);
    float *output = malloc(4 * step * dim * sizeof *output);
    CHECK(output != NULL);
    size_t bytes[5];
    struct attention *attention = new_attention(&g);
    bytes[0] = attention_bytes(attention);
    for (size_t i = 1; i <= 4; i++) {
        g.sequence.count = i * step;
        CHECK(attention_self(attention, &g.sequence, output, NULL) == ATTENTION_OK);
        bytes[i] = attention_bytes(attention);
    }
    for (size_t i = 2; i <= 4; i++) { /* each step adds the same: the packed keys and values */
        CHECK_EQ(bytes[i] - bytes[i - 1], bytes[2] - bytes[1]);
    }
    CHECK(bytes[2] - bytes[1] <= step * (dim + 32 + 2) * sizeof(float));
    CHECK(bytes[4] < step * step * sizeof(float)); /* less than a sixteenth of all scores */
    g.sequence.count = 10;
    CHECK(attention_self(attention, &g.sequence, output, NULL) == ATTENTION_OK);
    CHECK_EQ(attention_bytes(attention), bytes[4]);
    attention_free(attention);
    free(output);
    free_given(&g);
}

TEST_MAIN
