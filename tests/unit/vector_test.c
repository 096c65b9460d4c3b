/* components/vector: every kernel against definitions read aloud in doubles, for sizes that fill no
 * register and rows at odd addresses; searches against a full sort; what is refused. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "../harness.h"
#include "vector.h"
#include "vector_kernels.h"
#include "vector_plan.h"
#include "wide/half.h"

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

/* Rows around `centres` points. */
static float *clustered(size_t count, size_t dim, size_t centres, uint64_t seed)
{
    float *rows = random_numbers(count * dim, seed), *points = random_numbers(centres * dim, 77);
    for (size_t r = 0; r < count; r++) {
        const float *point = points + random_bits(&seed) % centres * dim;
        for (size_t k = 0; k < dim; k++) {
            rows[r * dim + k] = point[k] + 0.35f * rows[r * dim + k];
        }
    }
    free(points);
    return rows;
}

/* ---- the oracle ---- */

struct given {
    const float *rows;
    size_t count, dim, stride;
    enum vector_metric metric;
};

static double score_of(const struct given *g, const float *query, size_t row)
{
    const float *x = g->rows + row * g->stride;
    double product = 0, own = 0, other = 0, square = 0;
    for (size_t k = 0; k < g->dim; k++) {
        const double a = (double)query[k], b = (double)x[k];
        product += a * b;
        own += a * a;
        other += b * b;
        square += (a - b) * (a - b);
    }
    return g->metric == VECTOR_L2       ? -square
           : g->metric == VECTOR_COSINE ? product / sqrt(own * other)
                                        : product;
}

static int by_size(const void *a, const void *b)
{
    const double left = *(const double *)a, right = *(const double *)b;
    return (left < right) - (left > right);
}

/* The k best scores, the best first. */
static void oracle(const struct given *g, const float *query, size_t k, double *ret_scores)
{
    double *scores = malloc(g->count * sizeof *scores);
    CHECK(scores != NULL);
    for (size_t r = 0; r < g->count; r++) {
        scores[r] = score_of(g, query, r);
    }
    qsort(scores, g->count, sizeof *scores, by_size);
    memcpy(ret_scores, scores, k * sizeof *scores);
    free(scores);
}

static void check_hits(const struct given *g, const float *query, const struct vector_hit *hits,
                       size_t count)
{
    double want[64];
    oracle(g, query, count, want);
    for (size_t i = 0; i < count; i++) {
        const double tolerance = 2e-5 * (1 + fabs(want[i]));
        CHECK(hits[i].id < g->count);
        CHECK(fabs((double)hits[i].score - want[i]) <= tolerance);
        CHECK(fabs(score_of(g, query, hits[i].id) - want[i]) <= 2 * tolerance);
        CHECK(i == 0 || hits[i - 1].score > hits[i].score ||
              (hits[i - 1].score >= hits[i].score && hits[i - 1].id < hits[i].id));
    }
}

static struct vectors *vectors_of(const struct given *g)
{
    struct vectors *vectors = NULL;
    const struct vectors_options options = {.dim = g->dim, .metric = g->metric, .seed = 5};
    CHECK(vectors_new(&options, &vectors) == VECTOR_OK);
    CHECK(vectors_view(vectors, g->rows, g->count, g->stride) == VECTOR_OK);
    return vectors;
}

static void encode_all(struct vectors *vectors)
{
    for (int code = VECTOR_F16; code < VECTOR_CODES; code++) {
        CHECK(vectors_encode(vectors, (enum vector_code)code) == VECTOR_OK);
    }
}

/* ---- kernels ---- */

struct raw {
    uint8_t *bytes;
    int8_t query[1024];
    uint64_t planes[PLANES * 128];
};

static int32_t want_int4(const uint8_t *row, const int8_t *query, size_t bytes)
{
    int32_t sum = 0;
    for (size_t k = 0; k < 2 * bytes; k++) {
        const uint8_t byte = row[k / 64 * 32 + k % 32];
        sum += (k % 64 < 32 ? byte & 15 : byte >> 4) * query[int4_place(k)];
    }
    return sum;
}

static int32_t want_bits(const uint8_t *row, const uint64_t *planes, size_t bytes)
{
    int32_t sum = 0;
    for (size_t k = 0; k < 8 * bytes; k++) {
        for (size_t p = 0; p < PLANES; p++) {
            sum += (int32_t)((row[k / 8] >> k % 8 & 1) &
                             (planes[p * (bytes / 8) + k / 64] >> k % 64 & 1))
                   << p;
        }
    }
    return sum;
}

static int32_t want_int5(const uint8_t *row, const int8_t *query, size_t bytes)
{
    int32_t sum = 0;
    for (size_t k = 0; k < bytes / 80 * 128; k++) {
        const uint8_t *block = row + k / 128 * 80;
        const int8_t *own = query + k / 128 * 256 + k % 128;
        const int half = k % 128 < 64 ? block[k % 64] & 15 : block[k % 64] >> 4;
        const int fifth = block[64 + k % 128 / 8] >> k % 8 & 1;
        sum += (half + 16 * fifth) * (128 * own[0] + own[128]);
    }
    return sum;
}

static void check_int5(const struct vector_kernel *kernel, const struct raw *raw, size_t bytes,
                       const uint32_t *picks, size_t count)
{
    const struct vector_rows rows = {(const char *)raw->bytes, picks, count, bytes, bytes};
    int32_t got[32];
    kernel->dots_int5(&rows, raw->query, got);
    for (size_t r = 0; r < count; r++) {
        const size_t row = picks != NULL ? picks[r] : r;
        CHECK_EQ(got[r], want_int5(raw->bytes + row * bytes, raw->query, bytes));
    }
}

static void check_codes(const struct vector_kernel *kernel, const struct raw *raw, size_t bytes,
                        const uint32_t *picks, size_t count)
{
    const struct vector_rows rows = {(const char *)raw->bytes, picks, count, bytes + 8, bytes};
    int32_t got[32];
    for (int code = VECTOR_INT8; code <= VECTOR_BITS; code++) {
        if (code == VECTOR_INT8) {
            kernel->dots_int8(&rows, raw->query, got);
        } else if (code == VECTOR_INT4) {
            kernel->dots_int4(&rows, raw->query, got);
        } else {
            kernel->dots_bits(&rows, raw->planes, got);
        }
        for (size_t r = 0; r < count; r++) {
            const uint8_t *row = raw->bytes + (picks != NULL ? picks[r] : r) * (bytes + 8);
            int32_t want = 0;
            for (size_t k = 0; k < bytes && code == VECTOR_INT8; k++) {
                want += row[k] * raw->query[k];
            }
            want = code == VECTOR_INT4   ? want_int4(row, raw->query, bytes)
                   : code == VECTOR_BITS ? want_bits(row, raw->planes, bytes)
                                         : want;
            CHECK_EQ(got[r], want);
        }
    }
}

/* Extreme bytes, too: 255 * -128 twice is beyond 16 bits. */
TEST(all_kernels_sum_codes_alike)
{
    static struct raw raw;
    static const uint32_t picks[] = {7, 0, 19, 3, 3, 12, 1, 18, 2};
    uint64_t seed = 3;
    raw.bytes = malloc(20 * (512 + 8) + 1);
    CHECK(raw.bytes != NULL);
    raw.bytes++;
    for (size_t i = 0; i < 20 * (512 + 8); i++) {
        raw.bytes[i] = (uint8_t)(i % 5 == 0 ? UINT64_C(255) : random_bits(&seed));
    }
    for (size_t i = 0; i < sizeof raw.query; i++) {
        raw.query[i] = (int8_t)(i % 7 < 2 ? -127 : (int)(random_bits(&seed) % 255) - 127);
    }
    for (size_t i = 0; i < PLANES * 128; i++) {
        raw.planes[i] = random_bits(&seed);
    }
    for (size_t i = 0; vector_kernels[i] != NULL; i++) {
        for (size_t bytes = 32; bytes <= 512 && vector_kernels[i]->available(); bytes += 32) {
            check_codes(vector_kernels[i], &raw, bytes, NULL, 1 + bytes / 32);
            check_codes(vector_kernels[i], &raw, bytes, picks, 9);
        }
        for (size_t bytes = 80; bytes <= 320 && vector_kernels[i]->available(); bytes += 80) {
            check_int5(vector_kernels[i], &raw, bytes, NULL, bytes / 20);
            check_int5(vector_kernels[i], &raw, bytes, picks, 9);
        }
    }
    free(raw.bytes - 1);
}

static double want_sum(const char *row, const float *query, size_t dim, enum vector_sum sum)
{
    double total = 0;
    for (size_t k = 0; k < dim; k++) {
        float x;
        memcpy(&x, row + k * sizeof x, sizeof x);
        total += sum == VECTOR_SQUARES
                     ? ((double)query[k] - (double)x) * ((double)query[k] - (double)x)
                     : (double)query[k] * (double)x;
    }
    return total;
}

static void check_sums(const struct vector_kernel *kernel, const char *base, const float *queries,
                       size_t dim)
{
    float got[24], tiles[13 * TILE];
    for (size_t count = 1; count <= 13; count += 3) {
        const struct vector_rows rows = {base, NULL, count, dim * sizeof(float), dim};
        for (int sum = VECTOR_PRODUCTS; sum <= VECTOR_SQUARES; sum++) {
            kernel->tiles(&rows, (enum vector_sum)sum, queries, tiles);
            for (size_t q = 0; q < TILE; q++) {
                kernel->sums(&rows, (enum vector_sum)sum, queries + q * dim, got);
                for (size_t r = 0; r < count; r++) {
                    const double want = want_sum(base + r * rows.stride, queries + q * dim, dim,
                                                 (enum vector_sum)sum);
                    CHECK(fabs((double)got[r] - want) <= 1e-5 * (double)dim);
                    CHECK(memcmp(&got[r], &tiles[r * TILE + q], sizeof *got) == 0);
                }
            }
        }
    }
}

TEST(all_kernels_sum_floats_of_any_dim_at_any_address)
{
    float *numbers = random_numbers(20 * 140, 1), *queries = random_numbers(TILE * 140, 2);
    char *odd = malloc(20 * 140 * sizeof(float) + 1);
    CHECK(odd != NULL);
    memcpy(odd + 1, numbers, 20 * 140 * sizeof(float));
    for (size_t i = 0; vector_kernels[i] != NULL; i++) {
        for (size_t dim = 1; dim <= 140 && vector_kernels[i]->available(); dim += 1 + dim / 9) {
            check_sums(vector_kernels[i], odd + 1, queries, dim);
        }
    }
    free(odd);
    free(numbers);
    free(queries);
}

TEST(halves_round_to_nearest_even)
{
    CHECK_EQ(float_to_half(1), 0x3C00);
    CHECK_EQ(float_to_half(-2), 0xC000);
    CHECK_EQ(float_to_half(65504), 0x7BFF);
    CHECK_EQ(float_to_half(65520), 0x7C00);
    CHECK_EQ(float_to_half(0x1p-24f), 1);
    CHECK_EQ(float_to_half(1 + 0x1p-11f), 0x3C00);
    CHECK_EQ(float_to_half(1 + 0x1.8p-10f), 0x3C02);
    for (uint32_t half = 0; half < 0x7C00; half++) {
        CHECK_EQ(float_to_half(half_to_float((uint16_t)half)), half);
    }
}

TEST(a_rotation_keeps_lengths_and_products)
{
    for (size_t dim = 1; dim < 300; dim += 1 + dim / 3) {
        float *signs = random_numbers(2 * dim, 1);
        float *a = random_numbers(dim, dim), *b = random_numbers(dim, dim + 1);
        double before = 0, after = 0;
        vector_rotate_signs(9, dim, signs);
        for (size_t k = 0; k < dim; k++) {
            before += (double)a[k] * (double)b[k];
        }
        vector_rotate(signs, dim, a);
        vector_rotate(signs, dim, b);
        for (size_t k = 0; k < dim; k++) {
            after += (double)a[k] * (double)b[k];
        }
        CHECK(fabs(before - after) <= 1e-5 * (double)dim);
        free(signs);
        free(a);
        free(b);
    }
}

/* ---- searches ---- */

static void check_exact(const struct given *g, const struct vector_kernel *kernel)
{
    struct vectors *vectors = vectors_of(g);
    struct vector_search *search = NULL;
    struct vector_hit hits[10], many[7 * 10];
    float *queries = random_numbers(7 * g->dim, 99);
    size_t found;
    CHECK(vector_search_new(vectors, &search) == VECTOR_OK);
    vector_search_use(search, kernel);
    CHECK(vector_exact_batch(search, queries, 7, 10, many, &found) == VECTOR_OK);
    CHECK_EQ(found, g->count < 10 ? g->count : 10);
    for (size_t q = 0; q < 7; q++) {
        const float *query = queries + q * g->dim;
        CHECK(vector_exact(search, query, 10, hits, &found) == VECTOR_OK);
        CHECK_EQ(found, g->count < 10 ? g->count : 10);
        check_hits(g, query, hits, found);
        CHECK(memcmp(hits, many + q * 10, found * sizeof *hits) == 0);
    }
    vector_search_free(search);
    vectors_free(vectors);
    free(queries);
}

TEST(exact_search_is_a_full_sort_for_each_metric_and_kernel)
{
    static const size_t DIMS[] = {1, 3, 16, 17, 100, 128}, COUNTS[] = {1, 9, 10, 700};
    float *rows = random_numbers(700 * 131 + 1, 4);
    for (size_t i = 0; vector_kernels[i] != NULL; i++) {
        for (size_t d = 0; d < 6 && vector_kernels[i]->available(); d++) {
            for (size_t c = 0; c < 4; c++) {
                for (int metric = VECTOR_DOT; metric <= VECTOR_L2; metric++) {
                    const struct given g = {rows + 1, COUNTS[c], DIMS[d], DIMS[d] + 3,
                                            (enum vector_metric)metric};
                    check_exact(&g, vector_kernels[i]);
                }
            }
        }
    }
    free(rows);
}

/* Codes that promise something alone, and searches by several. */
enum { CASCADE = VECTOR_INT5 + 1, CERTAIN, WAYS };

struct recall {
    size_t hits, same, of;
};

/* Every search with codes beside the exact one, over 20 queries near the rows. */
static void check_codes_search(const struct given *g, const struct vector_kernel *kernel,
                               struct recall recalls[WAYS])
{
    struct vectors *vectors = vectors_of(g);
    struct vector_search *search = NULL;
    struct vector_hit want[10], got[10];
    size_t found, other;
    encode_all(vectors);
    CHECK(vector_search_new(vectors, &search) == VECTOR_OK);
    vector_search_use(search, kernel);
    for (uint64_t q = 0; q < 20; q++) {
        float *query = random_numbers(g->dim, 1000 + q);
        const float *near = g->rows + q * 17 % g->count * g->stride;
        for (size_t k = 0; k < g->dim; k++) {
            query[k] = q % 2 ? query[k] : near[k] + 0.3f * query[k];
        }
        CHECK(vector_exact(search, query, 10, want, &found) == VECTOR_OK);
        for (int way = VECTOR_F16; way < WAYS; way++) {
            const enum vector_status status =
                way < CASCADE
                    ? vector_rerank(search, query, 10,
                                    &(struct vector_rerank_options){(enum vector_code)way, 100},
                                    got, &other)
                : way == CASCADE ? vector_cascade(search, query, 10, NULL, got, &other)
                                 : vector_certain(search, query, 10, got, &other);
            CHECK(status == VECTOR_OK && other == found);
            for (size_t i = 0; i < found * found; i++) {
                recalls[way].hits += got[i / found].id == want[i % found].id;
            }
            recalls[way].of += found;
            recalls[way].same += memcmp(got, want, found * sizeof *got) == 0;
        }
        free(query);
    }
    vector_search_free(search);
    vectors_free(vectors);
}

static void check_recalls(const struct given *g, double least_of_bits)
{
    for (size_t i = 0; vector_kernels[i] != NULL; i++) {
        struct recall recalls[WAYS] = {0};
        if (!vector_kernels[i]->available()) {
            continue;
        }
        check_codes_search(g, vector_kernels[i], recalls);
        const struct recall *certain = &recalls[CERTAIN];
        CHECK_EQ(certain->same, 20);
        for (int way = VECTOR_F16; way <= CASCADE; way++) {
            const double least = way == VECTOR_BITS ? least_of_bits : 0.99;
            CHECK((double)recalls[way].hits >= least * (double)recalls[way].of);
        }
    }
}

TEST(codes_find_what_exact_search_finds_and_certain_search_all_of_it)
{
    static const size_t DIMS[] = {64, 100, 200};
    for (size_t d = 0; d < 3; d++) {
        float *rows = random_numbers(3000 * DIMS[d], d), *near = clustered(3000, DIMS[d], 30, d);
        for (int metric = VECTOR_DOT; metric <= VECTOR_L2; metric++) {
            struct given g = {rows, 3000, DIMS[d], DIMS[d], (enum vector_metric)metric};
            check_recalls(&g, 0.5);
            g.rows = near;
            check_recalls(&g, 0.7);
        }
        free(rows);
        free(near);
    }
}

/* Rows of very different lengths, equal rows, and rows of zeros: bounds must still hold. */
TEST(certain_search_is_exact_for_rows_of_any_length)
{
    const size_t dim = 33, count = 500;
    float *rows = random_numbers(count * dim, 8);
    for (size_t r = 0; r < count; r++) {
        const float scale = r % 10 == 0 ? 0 : ldexpf(1, (int)(r % 41) - 20);
        for (size_t k = 0; k < dim; k++) {
            rows[r * dim + k] = r % 7 == 1 && r > 1 ? rows[dim + k] : scale * rows[r * dim + k];
        }
    }
    for (int metric = VECTOR_DOT; metric <= VECTOR_L2; metric += 2) {
        const struct given g = {rows, count, dim, dim, (enum vector_metric)metric};
        for (size_t i = 0; vector_kernels[i] != NULL; i++) {
            struct recall recalls[WAYS] = {0};
            if (vector_kernels[i]->available()) {
                check_codes_search(&g, vector_kernels[i], recalls);
                CHECK_EQ(recalls[CERTAIN].same, 20);
            }
        }
    }
    free(rows);
}

TEST(certain_search_scores_few_rows)
{
    const struct given g = {clustered(3000, 256, 30, 1), 3000, 256, 256, VECTOR_COSINE};
    struct vectors *vectors = vectors_of(&g);
    struct vector_search *search = NULL;
    struct vector_hit hits[10];
    size_t found;
    encode_all(vectors);
    CHECK(vector_search_new(vectors, &search) == VECTOR_OK);
    CHECK(vector_certain(search, g.rows, 10, hits, &found) == VECTOR_OK);
    CHECK_EQ(hits[0].id, 0);
    CHECK(vector_search_scored(search) < 400);
    vector_search_free(search);
    vectors_free(vectors);
    free((void *)(uintptr_t)g.rows);
}

/* ---- searches side by side ---- */

enum { ASKED = 40, BEST = 10 };

struct asker {
    const struct vectors *vectors;
    const float *queries;
    struct vector_hit hits[3][ASKED][BEST];
};

static void *ask_all(void *context)
{
    struct asker *asker = context;
    struct vector_search *search = NULL;
    bool good = vector_search_new(asker->vectors, &search) == VECTOR_OK;
    for (size_t q = 0; q < ASKED && good; q++) {
        const float *query = asker->queries + q * 48;
        size_t found[3];
        good = vector_exact(search, query, BEST, asker->hits[0][q], &found[0]) == VECTOR_OK &&
               vector_certain(search, query, BEST, asker->hits[1][q], &found[1]) == VECTOR_OK &&
               vector_cascade(search, query, BEST, NULL, asker->hits[2][q], &found[2]) == VECTOR_OK;
    }
    vector_search_free(search);
    return good ? asker : NULL;
}

TEST(two_threads_find_bit_for_bit_what_one_finds)
{
    const struct given g = {clustered(2000, 48, 20, 3), 2000, 48, 48, VECTOR_COSINE};
    struct vectors *vectors = vectors_of(&g);
    float *queries = random_numbers((size_t)ASKED * 48, 5);
    static struct asker alone, askers[2];
    pthread_t threads[2];
    encode_all(vectors);
    alone = askers[0] = askers[1] = (struct asker){.vectors = vectors, .queries = queries};
    CHECK(ask_all(&alone) == &alone);
    for (size_t i = 0; i < 2; i++) {
        CHECK(pthread_create(&threads[i], NULL, ask_all, &askers[i]) == 0);
    }
    for (size_t i = 0; i < 2; i++) {
        void *good = NULL;
        CHECK(pthread_join(threads[i], &good) == 0 && good == &askers[i]);
        CHECK(memcmp(askers[i].hits, alone.hits, sizeof alone.hits) == 0);
    }
    free(queries);
    vectors_free(vectors);
    free((void *)(uintptr_t)g.rows);
}

/* ---- rows that come later, and what is refused ---- */

TEST(rows_may_be_added_between_searches)
{
    float *rows = random_numbers(300 * 20, 6);
    const struct given g = {rows, 300, 20, 20, VECTOR_COSINE};
    struct vectors *vectors = NULL;
    struct vector_search *search = NULL;
    struct vector_hit hits[5];
    size_t found;
    CHECK(vectors_new(&(struct vectors_options){.dim = 20, .metric = VECTOR_COSINE}, &vectors) ==
          VECTOR_OK);
    CHECK(vector_search_new(vectors, &search) == VECTOR_OK);
    CHECK(vector_exact(search, rows, 5, hits, &found) == VECTOR_EMPTY);
    CHECK_EQ(found, 0);
    for (size_t r = 0; r < 300; r += 100) {
        CHECK(vectors_add(vectors, rows + r * 20, 100) == VECTOR_OK);
        CHECK(vector_certain(search, rows, 5, hits, &found) == VECTOR_ERR_CODE);
        CHECK(vectors_encode(vectors, VECTOR_INT5) == VECTOR_OK);
        CHECK(vector_certain(search, rows, 5, hits, &found) == VECTOR_ERR_CODE);
        CHECK(vectors_encode(vectors, VECTOR_INT5_REST) == VECTOR_OK);
    }
    CHECK_EQ(vectors_count(vectors), 300);
    CHECK(memcmp(vectors_row(vectors, 299), rows + 299 * 20, 20 * sizeof *rows) == 0);
    CHECK(vector_certain(search, rows + 40, 5, hits, &found) == VECTOR_OK);
    check_hits(&g, rows + 40, hits, 5);
    vector_search_free(search);
    vectors_free(vectors);
    free(rows);
}

static enum vector_status add_one(enum vector_metric metric, float first, float second)
{
    struct vectors *vectors = NULL;
    const float row[2] = {first, second};
    CHECK(vectors_new(&(struct vectors_options){.dim = 2, .metric = metric}, &vectors) ==
          VECTOR_OK);
    const enum vector_status status = vectors_add(vectors, row, 1);
    CHECK_EQ(vectors_count(vectors), status == VECTOR_OK);
    vectors_free(vectors);
    return status;
}

TEST(rows_without_a_meaning_are_refused)
{
    CHECK(add_one(VECTOR_DOT, NAN, 1) == VECTOR_ERR_NOT_FINITE);
    CHECK(add_one(VECTOR_L2, 1, -INFINITY) == VECTOR_ERR_NOT_FINITE);
    CHECK(add_one(VECTOR_COSINE, 0, 0) == VECTOR_ERR_ZERO);
    CHECK(add_one(VECTOR_COSINE, 1e-40f, -1e-41f) == VECTOR_ERR_ZERO);
    CHECK(add_one(VECTOR_COSINE, 1e30f, 0) == VECTOR_ERR_LIMIT);
    CHECK(add_one(VECTOR_DOT, 0, 0) == VECTOR_OK);
    CHECK(add_one(VECTOR_L2, 1e-40f, 0) == VECTOR_OK);
    CHECK(add_one(VECTOR_COSINE, 1e-10f, 0) == VECTOR_OK);
}

TEST(denormal_rows_and_queries_give_finite_scores)
{
    const float rows[] = {1e-40f, 0, 0, 1e-42f, 1, 1}, query[] = {1e-41f, 1e-40f};
    const struct given g = {rows, 3, 2, 2, VECTOR_DOT};
    struct vectors *vectors = vectors_of(&g);
    struct vector_search *search = NULL;
    struct vector_hit hits[3], exact[3];
    size_t found;
    encode_all(vectors);
    CHECK(vector_search_new(vectors, &search) == VECTOR_OK);
    CHECK(vector_exact(search, query, 3, exact, &found) == VECTOR_OK);
    CHECK_EQ(exact[0].id, 2);
    CHECK(vector_certain(search, query, 3, hits, &found) == VECTOR_OK);
    CHECK(memcmp(hits, exact, sizeof hits) == 0);
    CHECK(vector_cascade(search, query, 3, NULL, hits, &found) == VECTOR_OK);
    CHECK(isfinite(hits[2].score));
    vector_search_free(search);
    vectors_free(vectors);
}

TEST(sizes_out_of_range_are_refused)
{
    struct vectors *vectors = NULL;
    const float row[2] = {1, 2};
    CHECK(vectors_new(NULL, &vectors) == VECTOR_ERR_ARGUMENT);
    CHECK(vectors_new(&(struct vectors_options){.dim = 0}, &vectors) == VECTOR_ERR_ARGUMENT);
    CHECK(vectors_new(&(struct vectors_options){.dim = VECTOR_DIM_MAX + 1}, &vectors) ==
          VECTOR_ERR_LIMIT);
    CHECK(vectors_new(&(struct vectors_options){.dim = 2, .metric = (enum vector_metric)9},
                      &vectors) == VECTOR_ERR_ARGUMENT);
    CHECK(vectors == NULL);
    CHECK(vectors_new(&(struct vectors_options){.dim = 2}, &vectors) == VECTOR_OK);
    CHECK(vectors_view(vectors, row, 1, 1) == VECTOR_ERR_ARGUMENT);
    CHECK(vectors_view(vectors, row, (size_t)VECTOR_COUNT_MAX + 1, 0) == VECTOR_ERR_LIMIT);
    CHECK(vectors_add(vectors, NULL, 1) == VECTOR_ERR_ARGUMENT);
    CHECK(vectors_add(vectors, row, (size_t)VECTOR_COUNT_MAX + 1) == VECTOR_ERR_LIMIT);
    CHECK(vectors_view(vectors, row, 1, 0) == VECTOR_OK);
    CHECK(vectors_add(vectors, row, 1) == VECTOR_ERR_ARGUMENT);
    CHECK(vectors_view(vectors, row, 1, 0) == VECTOR_ERR_ARGUMENT);
    CHECK(vectors_encode(vectors, VECTOR_F32) == VECTOR_ERR_ARGUMENT);
    CHECK(vectors_encode(vectors, VECTOR_CODES) == VECTOR_ERR_ARGUMENT);
    vectors_free(vectors);
    vectors_free(NULL);
}

TEST(queries_without_a_meaning_are_refused)
{
    const float rows[] = {1, 2, 3, 4}, query[] = {1, NAN}, zero[] = {0, 0};
    const struct given g = {rows, 2, 2, 2, VECTOR_COSINE};
    struct vectors *vectors = vectors_of(&g);
    struct vector_search *search = NULL;
    struct vector_hit hits[4];
    size_t found = 7;
    CHECK(vector_search_new(NULL, &search) == VECTOR_ERR_ARGUMENT);
    CHECK(vector_search_new(vectors, &search) == VECTOR_OK);
    CHECK(vector_exact(search, query, 1, hits, &found) == VECTOR_ERR_NOT_FINITE);
    CHECK(vector_exact(search, zero, 1, hits, &found) == VECTOR_ERR_ZERO);
    CHECK(vector_exact(search, rows, 0, hits, &found) == VECTOR_ERR_ARGUMENT);
    CHECK(vector_exact(search, NULL, 1, hits, &found) == VECTOR_ERR_ARGUMENT);
    CHECK(vector_exact_batch(search, rows, 0, 1, hits, &found) == VECTOR_ERR_ARGUMENT);
    CHECK(vector_exact_batch(search, query, 1, 1, hits, &found) == VECTOR_ERR_NOT_FINITE);
    CHECK(vector_rerank(search, rows, 1, &(struct vector_rerank_options){VECTOR_INT8, 5}, hits,
                        &found) == VECTOR_ERR_CODE);
    CHECK(vector_rerank(search, rows, 1, &(struct vector_rerank_options){VECTOR_F32, 5}, hits,
                        &found) == VECTOR_ERR_ARGUMENT);
    CHECK(vector_rerank(search, rows, 1, &(struct vector_rerank_options){VECTOR_INT5_REST, 5}, hits,
                        &found) == VECTOR_ERR_ARGUMENT);
    CHECK(vector_cascade(search, rows, 1, NULL, hits, &found) == VECTOR_ERR_CODE);
    CHECK(vector_cascade(search, rows, 1, &(struct vector_cascade_options){.deviations = -1}, hits,
                         &found) == VECTOR_ERR_ARGUMENT);
    CHECK(vector_certain(search, rows, 1, hits, &found) == VECTOR_ERR_CODE);
    CHECK(vector_exact(search, rows, 4, hits, &found) == VECTOR_OK);
    CHECK_EQ(found, 2);
    vector_search_free(search);
    vector_search_free(NULL);
    vectors_free(vectors);
}

TEST(codes_take_the_bytes_that_are_stated)
{
    struct vectors *vectors = NULL;
    CHECK(vectors_new(&(struct vectors_options){.dim = 1536}, &vectors) == VECTOR_OK);
    CHECK_EQ(vectors_bytes(vectors, VECTOR_F32), 6144 + 4);
    CHECK_EQ(vectors_bytes(vectors, VECTOR_F16), 3072 + 4);
    CHECK_EQ(vectors_bytes(vectors, VECTOR_INT8), 1536 + 4);
    CHECK_EQ(vectors_bytes(vectors, VECTOR_INT4), 768 + 4);
    CHECK_EQ(vectors_bytes(vectors, VECTOR_BITS), 192 + 12);
    CHECK_EQ(vectors_bytes(vectors, VECTOR_INT5), 960 + 8);
    CHECK_EQ(vectors_bytes(vectors, VECTOR_INT5_REST), 768 + 8);
    CHECK_EQ(vectors_bytes(vectors, VECTOR_BITS_REST), 192 + 16);
    vectors_free(vectors);
}

TEST(every_status_has_a_text)
{
    for (int status = VECTOR_ERR_STORE; status <= VECTOR_EMPTY; status++) {
        CHECK(strcmp(vector_status_text((enum vector_status)status), "unknown status") != 0);
    }
    CHECK_STR(vector_status_text((enum vector_status) - 99), "unknown status");
}

TEST_MAIN
