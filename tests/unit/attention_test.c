/* components/attention: every kernel against the definitions read aloud in doubles, for sizes that
 * fill no register; geometry against identities; what is not there, not finite, or not a point. */
#include <stdint.h>
#include <stdlib.h>

#include "../harness.h"
#include "attention.h"
#include "wide/half.h"

#define WIDTH_MAX 512u
#define COUNT_MAX 9000u

/* splitmix64, Vigna's public-domain reference; then uniform in [-1, 1). */
static float random_number(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (float)((double)((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1);
}

static float *random_numbers(size_t count, float size, uint64_t seed)
{
    float *numbers = malloc(count * sizeof *numbers + 1);
    CHECK(numbers != NULL);
    for (size_t i = 0; i < count; i++) {
        numbers[i] = size * random_number(&seed);
    }
    return numbers;
}

/* The same numbers at an address that no type is aligned to. */
static void *moved(const void *from, size_t bytes)
{
    char *to = malloc(bytes + 1);
    CHECK(to != NULL);
    memcpy(to + 1, from, bytes);
    return to;
}

/* ---- the oracle ---- */

struct given {
    size_t heads, dim, count;
    enum attention_score score;
    double scale, curvature;
    const float *query, *keys, *values; /* rows of heads * dim */
    const uint8_t *mask;
};

static double lorentz_first(const float *x, size_t dim, double c)
{
    double sum = 1 / c;
    for (size_t k = 0; k < dim; k++) {
        sum += (double)x[k] * (double)x[k];
    }
    return sqrt(sum);
}

static double distance(const struct given *g, const float *a, const float *b)
{
    const double c = g->curvature;
    double square = 0, norm_a = 0, norm_b = 0, product = 0;
    for (size_t k = 0; k < g->dim; k++) {
        square += ((double)a[k] - (double)b[k]) * ((double)a[k] - (double)b[k]);
        norm_a += (double)a[k] * (double)a[k];
        norm_b += (double)b[k] * (double)b[k];
        product += (double)a[k] * (double)b[k];
    }
    if (g->score == ATTENTION_LORENTZ) {
        const double first = lorentz_first(a, g->dim, c) * lorentz_first(b, g->dim, c);
        return acosh(fmax(c * (first - product), 1)) / sqrt(c);
    }
    return acosh(1 + 2 * c * square / ((1 - c * norm_a) * (1 - c * norm_b))) / sqrt(c);
}

static double score_of(const struct given *g, const float *query, const float *key)
{
    double product = 0;
    if (g->score != ATTENTION_DOT) {
        return -g->scale * distance(g, query, key);
    }
    for (size_t k = 0; k < g->dim; k++) {
        product += (double)query[k] * (double)key[k];
    }
    return g->scale * product;
}

/* The point in Klein's model and its Lorentz factor; a flat value has the factor 1. */
static double klein(const struct given *g, const float *value, double *ret_point)
{
    const double c = g->curvature;
    double norm = 0;
    for (size_t k = 0; k < g->dim; k++) {
        norm += c * (double)value[k] * (double)value[k];
    }
    const double part = g->score == ATTENTION_LORENTZ ? 1 / sqrt(1 + norm) : 2 / (1 + norm);
    double square = 0;
    for (size_t k = 0; k < g->dim; k++) {
        ret_point[k] = (double)value[k] * (g->score == ATTENTION_DOT ? 1 : part);
        square += c * ret_point[k] * ret_point[k];
    }
    return g->score == ATTENTION_DOT ? 1 : 1 / sqrt(1 - square);
}

static void oracle_head(const struct given *g, size_t h, double *ret_output, double *ret_logarithm)
{
    const size_t width = g->heads * g->dim;
    double greatest = -HUGE_VAL, sum = 0, mass = 0, point[WIDTH_MAX], norm = 0;
    for (size_t i = 0; i < g->count; i++) {
        const double score = score_of(g, g->query + h * g->dim, g->keys + i * width + h * g->dim);
        greatest = g->mask == NULL || g->mask[i] ? fmax(greatest, score) : greatest;
    }
    memset(ret_output, 0, g->dim * sizeof *ret_output);
    for (size_t i = 0; i < g->count; i++) {
        const double score = score_of(g, g->query + h * g->dim, g->keys + i * width + h * g->dim);
        const double weight = g->mask == NULL || g->mask[i] ? exp(score - greatest) : 0;
        const double factor = klein(g, g->values + i * width + h * g->dim, point);
        sum += weight;
        mass += weight * factor;
        for (size_t k = 0; k < g->dim; k++) {
            ret_output[k] += weight * factor * point[k];
        }
    }
    for (size_t k = 0; k < g->dim; k++) {
        ret_output[k] /= mass;
        norm += g->curvature * ret_output[k] * ret_output[k];
    }
    const double back =
        g->score == ATTENTION_LORENTZ ? 1 / sqrt(1 - norm) : 1 / (1 + sqrt(1 - norm));
    for (size_t k = 0; k < g->dim; k++) {
        ret_output[k] *= g->score == ATTENTION_DOT ? 1 : back;
    }
    *ret_logarithm = greatest + log(sum);
}

static struct attention *new_attention(const struct given *g, size_t block)
{
    struct attention *attention = NULL;
    const struct attention_options options = {g->heads, g->dim,          block,
                                              g->score, (float)g->scale, (float)g->curvature};
    CHECK(attention_new(&options, &attention) == ATTENTION_OK);
    return attention;
}

static void check_output(const struct given *g, const float *output, const float *logarithms,
                         double error)
{
    for (size_t h = 0; h < g->heads; h++) {
        double want[WIDTH_MAX], logarithm;
        oracle_head(g, h, want, &logarithm);
        CHECK(fabs((double)logarithms[h] - logarithm) < error * (1 + fabs(logarithm)));
        for (size_t k = 0; k < g->dim; k++) {
            CHECK(fabs((double)output[h * g->dim + k] - want[k]) < error);
        }
    }
}

/* Both orders of work, with every kernel that this processor can run. */
static void check_all(const struct given *g, const struct attention_memory *memory, size_t block,
                      double error)
{
    struct attention *attention = new_attention(g, block);
    for (size_t i = 0; attention_kernels[i] != NULL; i++) {
        float output[WIDTH_MAX], logarithms[WIDTH_MAX];
        if (!attention_kernels[i]->available()) {
            continue;
        }
        attention_use(attention, attention_kernels[i]);
        CHECK(attention_flash(attention, memory, g->query, output, logarithms) == ATTENTION_OK);
        check_output(g, output, logarithms, error);
        memset(output, 1, sizeof output);
        CHECK(attention_plain(attention, memory, g->query, output, logarithms) == ATTENTION_OK);
        check_output(g, output, logarithms, error);
    }
    attention_free(attention);
}

static struct attention_memory memory_of(const struct given *g)
{
    return (struct attention_memory){
        .keys = g->keys, .values = g->values, .count = g->count, .mask = g->mask};
}

static void free_given(const struct given *g)
{
    free((void *)(uintptr_t)g->query);
    free((void *)(uintptr_t)g->keys);
    free((void *)(uintptr_t)g->values);
}

static struct given random_given(size_t heads, size_t dim, size_t count, float size)
{
    const size_t width = heads * dim;
    return (struct given){.heads = heads,
                          .dim = dim,
                          .count = count,
                          .scale = 1 / sqrt((double)dim),
                          .curvature = 1,
                          .query = random_numbers(width, size, dim),
                          .keys = random_numbers(count * width, size, count + 1),
                          .values = random_numbers(count * width, size, count + 2)};
}

/* ---- products ---- */

/* Scores 0 and ln 3 give weights 1/4 and 3/4: 10/4 + 3 * 20/4. */
TEST(weights_match_values_worked_by_hand)
{
    const float query = 1, keys[] = {0, 1.09861229f}, values[] = {10, 20};
    const struct given g = {.heads = 1, .dim = 1, .count = 2, .scale = 1, .curvature = 1};
    const struct attention_memory memory = {.keys = keys, .values = values, .count = 2};
    struct attention *attention = new_attention(&g, 0);
    float output, logarithm;
    CHECK(attention_flash(attention, &memory, &query, &output, &logarithm) == ATTENTION_OK);
    CHECK_NEAR((double)output, 17.5, 1e-6);
    CHECK_NEAR((double)logarithm, log(4), 1e-6);
    attention_free(attention);
}

TEST(outputs_are_those_of_the_definition_for_sizes_that_fill_no_register)
{
    static const size_t DIMS[] = {1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 100};
    static const size_t COUNTS[] = {1, 2, 7, 8, 9, 15, 63, 64, 65, 130};
    for (size_t i = 0; i < sizeof DIMS / sizeof *DIMS; i++) {
        for (size_t k = 0; k < sizeof COUNTS / sizeof *COUNTS; k++) {
            struct given g = random_given(1 + i % 3, DIMS[i], COUNTS[k], 3);
            const struct attention_memory memory = memory_of(&g);
            check_all(&g, &memory, 0, 5e-6);
            free_given(&g);
        }
    }
}

TEST(blocks_of_any_size_give_the_definition)
{
    static const size_t BLOCKS[] = {1, 2, 5, 16, 17, 128, 512};
    struct given g = random_given(2, 20, 300, 4);
    const struct attention_memory memory = memory_of(&g);
    for (size_t i = 0; i < sizeof BLOCKS / sizeof *BLOCKS; i++) {
        check_all(&g, &memory, BLOCKS[i], 5e-6);
    }
    free_given(&g);
}

/* All values near 1: a single f32 sum would lose digits with every memory. */
TEST(the_error_does_not_grow_with_the_number_of_memories)
{
    struct given g = random_given(1, 8, COUNT_MAX, 0.5f);
    float *values = random_numbers(COUNT_MAX * 8, 0.001f, 5);
    for (size_t i = 0; i < (size_t)COUNT_MAX * 8; i++) {
        values[i] += 1;
    }
    free((void *)(uintptr_t)g.values);
    g.values = values;
    const struct attention_memory memory = memory_of(&g);
    check_all(&g, &memory, 0, 2e-6);
    free_given(&g);
}

/* Great scores late: all that was summed before is rebased, down to nothing. */
/* Beyond 16 MiB memories are read as eight streams; six are left over here, and blocks of 21 end
 * within a group of eight, those of 5 have none. */
TEST(memories_beyond_the_caches_are_read_in_streams_and_none_is_left_out)
{
    static const size_t BLOCKS[] = {0, 5, 21};
    enum { HEADS = 3, DIM = 33, COUNT = 21190 };
    struct given g = random_given(HEADS, DIM, COUNT, 0.6f);
    struct attention_memory memory = memory_of(&g);
    float *norms = malloc(2 * COUNT * HEADS * sizeof *norms);
    CHECK(norms != NULL);
    for (size_t i = 0; i < sizeof BLOCKS / sizeof *BLOCKS; i++) {
        check_all(&g, &memory, BLOCKS[i], 5e-6);
    }
    g.score = ATTENTION_LORENTZ;
    check_all(&g, &memory, 21, 3e-5);
    attention_to_norms(g.keys, (size_t)COUNT * HEADS, DIM, norms);
    attention_to_norms(g.values, (size_t)COUNT * HEADS, DIM, norms + (size_t)COUNT * HEADS);
    memory.key_norms = norms;
    memory.value_norms = norms + (size_t)COUNT * HEADS;
    check_all(&g, &memory, 0, 3e-5);
    free(norms);
    free_given(&g);
}

TEST(scores_far_apart_neither_overflow_nor_lose_the_winner)
{
    const float query = 100, keys[] = {-80, 0, 0.5f, 90}, values[] = {1, 2, 3, 4};
    struct given g = {1, 1, 4, ATTENTION_DOT, 1, 1, &query, keys, values, NULL};
    const struct attention_memory memory = memory_of(&g);
    check_all(&g, &memory, 1, 1e-6);
    check_all(&g, &memory, 4, 1e-6);
}

TEST(rows_may_lie_anywhere)
{
    struct given g = random_given(3, 21, 70, 2);
    const size_t width = 63, bytes = 70 * width * sizeof(float);
    char *keys = moved(g.keys, bytes), *values = moved(g.values, bytes);
    struct attention_memory memory = memory_of(&g);
    memory.keys = keys + 1;
    memory.values = values + 1;
    check_all(&g, &memory, 0, 5e-6);
    /* head by head: all of a head's rows follow each other */
    float *by_head[2] = {malloc(bytes), malloc(bytes)};
    CHECK(by_head[0] != NULL && by_head[1] != NULL);
    for (size_t i = 0; i < 70 * width; i++) {
        const size_t to = i % width / 21 * 70 * 21 + i / width * 21 + i % 21;
        by_head[0][to] = g.keys[i];
        by_head[1][to] = g.values[i];
    }
    memory = (struct attention_memory){.keys = by_head[0],
                                       .values = by_head[1],
                                       .count = 70,
                                       .stride = 21,
                                       .head_stride = (size_t)70 * 21};
    check_all(&g, &memory, 0, 5e-6);
    free(by_head[0]);
    free(by_head[1]);
    free(keys);
    free(values);
    free_given(&g);
}

TEST(shared_memories_serve_all_heads)
{
    struct given shared = random_given(1, 24, 50, 2), g = random_given(2, 24, 50, 2);
    float *keys = malloc(sizeof(float[50 * 48])), *values = malloc(sizeof(float[50 * 48]));
    CHECK(keys != NULL && values != NULL);
    for (size_t i = 0; i < (size_t)50 * 48; i++) {
        keys[i] = shared.keys[i / 48 * 24 + i % 24];
        values[i] = shared.values[i / 48 * 24 + i % 24];
    }
    struct attention_memory memory = memory_of(&shared);
    memory.shared = true;
    struct given repeated = g;
    repeated.keys = keys;
    repeated.values = values;
    check_all(&repeated, &memory, 0, 5e-6);
    free(keys);
    free(values);
    free_given(&shared);
    free_given(&g);
}

TEST(parts_of_the_memories_merge_by_their_logarithms)
{
    struct given g = random_given(1, 16, 100, 3);
    struct attention *attention = new_attention(&g, 0);
    struct attention_memory memory = memory_of(&g);
    float together[16], logarithm, part[2][16], logs[2];
    CHECK(attention_flash(attention, &memory, g.query, together, &logarithm) == ATTENTION_OK);
    memory.count = 37;
    CHECK(attention_flash(attention, &memory, g.query, part[0], &logs[0]) == ATTENTION_OK);
    memory = (struct attention_memory){
        .keys = g.keys + 37 * 16, .values = g.values + 37 * 16, .count = 63};
    CHECK(attention_flash(attention, &memory, g.query, part[1], &logs[1]) == ATTENTION_OK);
    for (size_t k = 0; k < 16; k++) {
        const double merged = (double)part[0][k] * exp((double)(logs[0] - logarithm)) +
                              (double)part[1][k] * exp((double)(logs[1] - logarithm));
        CHECK(fabs(merged - (double)together[k]) < 5e-6);
    }
    attention_free(attention);
    free_given(&g);
}

/* ---- masks, and nothing to attend to ---- */

TEST(masked_memories_are_not_even_looked_at)
{
    struct given g = random_given(2, 11, 150, 3);
    float *keys = (float *)(uintptr_t)g.keys, *values = (float *)(uintptr_t)g.values;
    uint8_t mask[150];
    for (size_t i = 0; i < 150; i++) {
        mask[i] = i % 3 == 1 || i > 120 ? 7 : 0;
    }
    g.mask = mask;
    const struct attention_memory memory = memory_of(&g);
    check_all(&g, &memory, 0, 5e-6);
    check_all(&g, &memory, 9, 5e-6);
    struct attention *attention = new_attention(&g, 0);
    float output[22];
    keys[0] = values[5] = NAN; /* memory 0 is masked */
    keys[(size_t)3 * 22] = INFINITY;
    CHECK(attention_flash(attention, &memory, g.query, output, NULL) == ATTENTION_OK);
    keys[22] = NAN; /* memory 1 is not */
    CHECK(attention_flash(attention, &memory, g.query, output, NULL) == ATTENTION_ERR_NOT_FINITE);
    attention_free(attention);
    free_given(&g);
}

static void check_empty(struct attention *attention, const struct attention_memory *memory)
{
    const float query[6] = {1, 2, 3, 4, 5, 6};
    for (unsigned i = 0; i < 2; i++) {
        float output[6] = {9, 9, 9, 9, 9, 9}, logarithms[2] = {9, 9};
        CHECK((i > 0 ? attention_flash : attention_plain)(attention, memory, query, output,
                                                          logarithms) == ATTENTION_EMPTY);
        for (size_t k = 0; k < 6; k++) {
            CHECK(output[k] == 0);
        }
        CHECK(logarithms[0] == -INFINITY && logarithms[1] == -INFINITY);
    }
}

TEST(no_memory_and_masked_memories_give_zeros_and_say_so)
{
    const float numbers[12] = {1};
    const uint8_t mask[2] = {0, 0};
    for (enum attention_score score = ATTENTION_DOT; score <= ATTENTION_POINCARE; score++) {
        const struct given g = {.heads = 2, .dim = 3, .score = score, .scale = 1, .curvature = 1};
        struct attention *attention = new_attention(&g, 0);
        check_empty(attention, &(struct attention_memory){0});
        check_empty(attention, &(struct attention_memory){
                                   .keys = numbers, .values = numbers, .count = 2, .mask = mask});
        attention_free(attention);
    }
    CHECK_STR(attention_status_text(ATTENTION_EMPTY), "no memory to attend to");
}

/* ---- smaller memories ---- */

TEST(halves_become_the_numbers_that_they_stand_for)
{
    for (uint32_t half = 0; half < 0x10000; half++) {
        const float value = half_to_float((uint16_t)half);
        uint16_t back;
        attention_to_f16(&value, 1, &back);
        CHECK(isnan(value) ? (back & 0x7FFFu) > 0x7C00u : back == half);
    }
    const float values[] = {1,        -2,         65504,        65520,         0x1p-24f,
                            0x1p-25f, 0x1.8p-24f, 1 + 0x1p-11f, 1 + 0x1.8p-10f};
    const uint16_t want[] = {0x3C00, 0xC000, 0x7BFF, 0x7C00, 1, 0, 2, 0x3C00, 0x3C02};
    uint16_t got[9];
    attention_to_f16(values, 9, got);
    for (size_t i = 0; i < 9; i++) {
        CHECK_EQ(got[i], want[i]);
    }
}

/* The oracle gets what the halves stand for, so that only arithmetic differs. */
TEST(halves_are_attended_to_like_their_numbers)
{
    for (size_t dim = 1; dim < 70; dim += 6) {
        struct given g = random_given(2, dim, 77, 3);
        const size_t total = 77 * 2 * dim;
        uint16_t *halves = malloc(total * 2 * sizeof *halves);
        CHECK(halves != NULL);
        attention_to_f16(g.keys, total, halves);
        attention_to_f16(g.values, total, halves + total);
        for (size_t i = 0; i < total; i++) {
            ((float *)(uintptr_t)g.keys)[i] = half_to_float(halves[i]);
            ((float *)(uintptr_t)g.values)[i] = half_to_float(halves[total + i]);
        }
        char *apart = moved(halves, total * 2 * sizeof *halves);
        struct attention_memory memory = memory_of(&g);
        memory.type = ATTENTION_F16;
        memory.keys = apart + 1;
        memory.values = apart + 1 + total * sizeof *halves;
        check_all(&g, &memory, 0, 5e-6);
        free(apart);
        free(halves);
        free_given(&g);
    }
}

TEST(bytes_are_attended_to_like_their_numbers)
{
    for (size_t dim = 1; dim < 70; dim += 6) {
        struct given g = random_given(2, dim, 77, 3);
        const size_t width = 2 * dim, total = 77 * width;
        int8_t *bytes = malloc(2 * total);
        float scales[2][77];
        uint8_t mask[77];
        CHECK(bytes != NULL);
        memset((float *)(uintptr_t)g.keys + 5 * width, 0, width * sizeof(float));
        attention_to_int8(g.keys, 77, width, bytes, scales[0]);
        attention_to_int8(g.values, 77, width, bytes + total, scales[1]);
        CHECK(scales[0][5] == 0);
        for (size_t i = 0; i < total; i++) {
            const float key = (float)bytes[i] * scales[0][i / width];
            const float value = (float)bytes[total + i] * scales[1][i / width];
            CHECK(fabsf(key - g.keys[i]) <= 0.501f * scales[0][i / width]);
            ((float *)(uintptr_t)g.keys)[i] = key;
            ((float *)(uintptr_t)g.values)[i] = value;
            mask[i / width] = i / width % 4 != 2;
        }
        struct attention_memory memory = {.keys = bytes,
                                          .values = bytes + total,
                                          .count = 77,
                                          .type = ATTENTION_INT8,
                                          .key_scales = scales[0],
                                          .value_scales = scales[1]};
        check_all(&g, &memory, 0, 5e-6);
        g.mask = memory.mask = mask;
        check_all(&g, &memory, 0, 5e-6);
        free(bytes);
        free_given(&g);
    }
}

/* ---- hyperbolic ---- */

TEST(distances_are_those_of_the_definition_in_both_forms)
{
    for (size_t dim = 1; dim < 40; dim += 4) {
        for (unsigned i = 0; i < 4; i++) {
            struct given g = random_given(2, dim, 90, i < 2 ? 1.5f : 0.6f / sqrtf((float)dim));
            g.score = i < 2 ? ATTENTION_LORENTZ : ATTENTION_POINCARE;
            g.scale = 2;
            g.curvature = i % 2 == 0 ? 1 : 0.7;
            const struct attention_memory memory = memory_of(&g);
            check_all(&g, &memory, 0, 3e-5);
            free_given(&g);
        }
    }
}

/* As many heads as there are, in blocks that end within a group of rows, with memories left out. */
TEST(lengths_that_are_given_stand_for_those_that_are_taken)
{
    enum { HEADS = 3, DIM = 13, COUNT = 90 };
    struct given g = random_given(HEADS, DIM, COUNT, 0.6f / sqrtf(DIM));
    float key_norms[COUNT * HEADS], value_norms[COUNT * HEADS];
    uint8_t mask[COUNT];
    for (size_t i = 0; i < COUNT; i++) {
        mask[i] = i % 3 != 1;
    }
    attention_to_norms(g.keys, COUNT * HEADS, DIM, key_norms);
    attention_to_norms(g.values, COUNT * HEADS, DIM, value_norms);
    for (unsigned i = 0; i < 4; i++) {
        g.score = i < 2 ? ATTENTION_LORENTZ : ATTENTION_POINCARE;
        g.scale = 2;
        g.curvature = 0.7;
        g.mask = i % 2 == 0 ? NULL : mask;
        struct attention_memory memory = memory_of(&g);
        memory.key_norms = key_norms;
        memory.value_norms = value_norms;
        check_all(&g, &memory, 0, 3e-5);
        check_all(&g, &memory, 21, 3e-5);
    }
    free_given(&g);
}

/* x -> x / (1 + sqrt(1 + |x|^2)) keeps distances, and so the output. */
TEST(both_forms_give_the_same_point)
{
    const size_t dim = 12, count = 40;
    struct given g = random_given(1, dim, count, 0.8f);
    g.scale = 1;
    g.score = ATTENTION_LORENTZ;
    float *ball[3], output[2][12];
    const float *points[3] = {g.query, g.keys, g.values};
    for (size_t i = 0; i < 3; i++) {
        ball[i] = malloc(dim * count * sizeof(float));
        CHECK(ball[i] != NULL);
        for (size_t k = 0; k < dim * (i == 0 ? 1 : count); k++) {
            const double first = lorentz_first(points[i] + k / dim * dim, dim, 1);
            ball[i][k] = (float)((double)points[i][k] / (1 + first));
        }
    }
    struct attention *attention = new_attention(&g, 0);
    struct attention_memory memory = memory_of(&g);
    CHECK(attention_flash(attention, &memory, g.query, output[0], NULL) == ATTENTION_OK);
    attention_free(attention);
    g.score = ATTENTION_POINCARE;
    attention = new_attention(&g, 0);
    memory.keys = ball[1];
    memory.values = ball[2];
    CHECK(attention_flash(attention, &memory, ball[0], output[1], NULL) == ATTENTION_OK);
    attention_free(attention);
    const double first = lorentz_first(output[0], dim, 1);
    for (size_t k = 0; k < dim; k++) {
        CHECK(fabs((double)output[0][k] / (1 + first) - (double)output[1][k]) < 1e-5);
    }
    for (size_t i = 0; i < 3; i++) {
        free(ball[i]);
    }
    free_given(&g);
}

/* ln 3 is the distance from the origin to 1/2: 2 artanh(1/2). Weights 1 and 1/3 at scale 1. */
TEST(hyperbolic_weights_match_values_worked_by_hand)
{
    const float query = 0, keys[] = {0, 0.5f}, values[] = {0, 0};
    const struct given g = {1, 1, 2, ATTENTION_POINCARE, 1, 1, &query, keys, values, NULL};
    struct attention *attention = new_attention(&g, 0);
    const struct attention_memory memory = memory_of(&g);
    float output, logarithm;
    CHECK(attention_flash(attention, &memory, &query, &output, &logarithm) == ATTENTION_OK);
    CHECK_NEAR((double)logarithm, log(4.0 / 3), 1e-6);
    CHECK(output == 0);
    attention_free(attention);
}

/* ---- experts ---- */

struct mixture {
    struct given g;
    float *router;
};

static struct mixture random_mixture(void)
{
    struct mixture m = {random_given(4, 10, 60, 2), random_numbers(160, 0.5f, 9)};
    return m;
}

static void free_mixture(const struct mixture *m)
{
    free(m->router);
    free_given(&m->g);
}

/* Gates by sorting, outputs by the oracle. */
static void check_mixture(const struct mixture *m, size_t chosen, const float *output,
                          const float *gates)
{
    double odds[4], sum = 0, want[10] = {0};
    for (size_t e = 0; e < 4; e++) {
        odds[e] = 0;
        for (size_t k = 0; k < 40; k++) {
            odds[e] += (double)m->router[e * 40 + k] * (double)m->g.query[k];
        }
        odds[e] = exp(odds[e]);
    }
    for (size_t e = 0; e < 4; e++) {
        size_t better = 0;
        for (size_t other = 0; other < 4; other++) {
            better += odds[other] > odds[e];
        }
        sum += better < chosen ? odds[e] : 0;
        CHECK((gates[e] > 0) == (better < chosen));
    }
    for (size_t e = 0; e < 4; e++) {
        double part[WIDTH_MAX], logarithm;
        oracle_head(&m->g, e, part, &logarithm);
        CHECK(gates[e] <= 0 || fabs((double)gates[e] - odds[e] / sum) < 1e-6);
        for (size_t k = 0; k < 10; k++) {
            want[k] += gates[e] > 0 ? odds[e] / sum * part[k] : 0;
        }
    }
    for (size_t k = 0; k < 10; k++) {
        CHECK(fabs((double)output[k] - want[k]) < 5e-6);
    }
}

/* chosen = 4 is the dense mixture. */
TEST(the_chosen_experts_are_mixed_by_their_odds)
{
    const struct mixture m = random_mixture();
    const struct attention_memory memory = memory_of(&m.g);
    struct attention *attention = new_attention(&m.g, 0);
    for (size_t i = 0; attention_kernels[i] != NULL; i++) {
        for (size_t chosen = 1; chosen <= 4 && attention_kernels[i]->available(); chosen++) {
            const struct attention_router router = {m.router, chosen};
            float output[10], gates[4];
            attention_use(attention, attention_kernels[i]);
            CHECK(attention_experts(attention, &memory, m.g.query, &router, output, gates) ==
                  ATTENTION_OK);
            check_mixture(&m, chosen, output, gates);
        }
    }
    attention_free(attention);
    free_mixture(&m);
}

TEST(experts_that_are_not_chosen_are_not_read_and_the_first_of_equals_is)
{
    const struct mixture m = random_mixture();
    struct attention *attention = new_attention(&m.g, 0);
    const struct attention_memory memory = memory_of(&m.g);
    float *keys = (float *)(uintptr_t)m.g.keys, output[10], gates[4];
    const struct attention_router router = {m.router, 2};
    memset(m.router, 0, sizeof(float[160]));
    keys[2 * 10] = NAN; /* of expert 2 */
    CHECK(attention_experts(attention, &memory, m.g.query, &router, output, gates) == ATTENTION_OK);
    CHECK(gates[0] == 0.5f && gates[1] == 0.5f && gates[2] == 0 && gates[3] == 0);
    keys[10] = NAN;
    CHECK(attention_experts(attention, &memory, m.g.query, &router, output, NULL) ==
          ATTENTION_ERR_NOT_FINITE);
    m.router[7] = INFINITY;
    CHECK(attention_experts(attention, &memory, m.g.query, &router, output, NULL) ==
          ATTENTION_ERR_NOT_FINITE);
    attention_free(attention);
    free_mixture(&m);
}

TEST(experts_refuse_what_they_cannot_choose_and_answer_for_no_memory)
{
    const float router_weights[8] = {1}, query[4] = {1}, zero[2] = {0};
    const struct given g = {.heads = 2, .dim = 2, .scale = 1, .curvature = 1};
    struct attention *attention = new_attention(&g, 0);
    const struct attention_memory none = {0};
    struct attention_router router = {router_weights, 0};
    float output[2] = {5, 5};
    CHECK(attention_experts(attention, &none, query, &router, output, NULL) ==
          ATTENTION_ERR_ARGUMENT);
    router.chosen = 3;
    CHECK(attention_experts(attention, &none, query, &router, output, NULL) ==
          ATTENTION_ERR_ARGUMENT);
    router = (struct attention_router){NULL, 1};
    CHECK(attention_experts(attention, &none, query, &router, output, NULL) ==
          ATTENTION_ERR_ARGUMENT);
    router = (struct attention_router){router_weights, 2};
    CHECK(attention_experts(attention, &none, query, &router, output, NULL) == ATTENTION_EMPTY);
    CHECK(memcmp(output, zero, sizeof zero) == 0);
    attention_free(attention);
}

TEST(numbers_that_are_not_finite_are_refused_and_nothing_is_written)
{
    static const float BAD[] = {NAN, INFINITY, -INFINITY};
    struct given g = random_given(1, 19, 33, 1);
    struct attention *attention = new_attention(&g, 0);
    const struct attention_memory memory = memory_of(&g);
    float *arrays[] = {(float *)(uintptr_t)g.query, (float *)(uintptr_t)g.keys + 19 * 32,
                       (float *)(uintptr_t)g.values + 19 * 32};
    for (size_t i = 0; i < 9; i++) {
        float *number = arrays[i / 3] + 18, output[19] = {7}, kept = *number;
        *number = BAD[i % 3];
        CHECK(attention_flash(attention, &memory, g.query, output, NULL) ==
              ATTENTION_ERR_NOT_FINITE);
        CHECK(attention_plain(attention, &memory, g.query, output, NULL) ==
              ATTENTION_ERR_NOT_FINITE);
        CHECK(output[0] == 7);
        *number = kept;
    }
    attention_free(attention);
    free_given(&g);
}

TEST(options_are_checked)
{
    static const struct attention_options WRONG[] = {
        {.heads = 0, .dim = 4},
        {.heads = 4, .dim = 0},
        {.heads = 1, .dim = 1, .scale = -1},
        {.heads = 1, .dim = 1, .scale = NAN},
        {.heads = 1, .dim = 1, .curvature = INFINITY},
        {.heads = 1, .dim = 1, .score = (enum attention_score)9},
    };
    struct attention *attention = NULL;
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++) {
        CHECK(attention_new(&WRONG[i], &attention) == ATTENTION_ERR_ARGUMENT);
    }
    CHECK(attention_new(NULL, &attention) == ATTENTION_ERR_ARGUMENT);
    CHECK(attention_new(&(struct attention_options){.heads = 1, .dim = 1}, NULL) ==
          ATTENTION_ERR_ARGUMENT);
    CHECK(attention_new(&(struct attention_options){.heads = 2, .dim = SIZE_MAX / 2 + 2},
                        &attention) == ATTENTION_ERR_LIMIT);
    CHECK(attention_new(&(struct attention_options){.heads = 2, .dim = 2, .block = 1u << 20},
                        &attention) == ATTENTION_ERR_LIMIT);
    CHECK(attention == NULL);
    attention_free(NULL);
}

TEST(what_is_missing_is_refused)
{
    const float numbers[4] = {1};
    float output[2];
    struct given g = {.heads = 1, .dim = 2, .scale = 1, .curvature = 1};
    struct attention *a = new_attention(&g, 0);
    struct attention_memory memory = {.keys = numbers, .values = numbers, .count = 2};
    CHECK(attention_flash(NULL, &memory, numbers, output, NULL) == ATTENTION_ERR_ARGUMENT);
    CHECK(attention_flash(a, NULL, numbers, output, NULL) == ATTENTION_ERR_ARGUMENT);
    CHECK(attention_flash(a, &memory, NULL, output, NULL) == ATTENTION_ERR_ARGUMENT);
    CHECK(attention_plain(a, &memory, numbers, NULL, NULL) == ATTENTION_ERR_ARGUMENT);
    CHECK(attention_experts(a, &memory, numbers, NULL, output, NULL) == ATTENTION_ERR_ARGUMENT);
    memory.values = NULL;
    CHECK(attention_flash(a, &memory, numbers, output, NULL) == ATTENTION_ERR_ARGUMENT);
    memory.values = numbers;
    memory.type = ATTENTION_INT8; /* without scales */
    CHECK(attention_flash(a, &memory, numbers, output, NULL) == ATTENTION_ERR_ARGUMENT);
    memory.type = (enum attention_type)7;
    CHECK(attention_flash(a, &memory, numbers, output, NULL) == ATTENTION_ERR_ARGUMENT);
    memory.type = ATTENTION_F32;
    memory.count = (size_t)1 << 40;
    CHECK(attention_flash(a, &memory, numbers, output, NULL) == ATTENTION_ERR_LIMIT);
    attention_free(a);
}

TEST(scratch_memory_does_not_grow_with_the_number_of_memories_but_for_plain)
{
    struct given g = random_given(1, 4, 5000, 1);
    struct attention *attention = new_attention(&g, 0);
    const struct attention_memory memory = memory_of(&g);
    const size_t before = attention_bytes(attention);
    float output[4];
    CHECK(attention_flash(attention, &memory, g.query, output, NULL) == ATTENTION_OK);
    CHECK_EQ(attention_bytes(attention), before);
    CHECK(attention_plain(attention, &memory, g.query, output, NULL) == ATTENTION_OK);
    CHECK(attention_bytes(attention) >= before + 5000 * sizeof(float));
    attention_free(attention);
    free_given(&g);
}

TEST_MAIN
