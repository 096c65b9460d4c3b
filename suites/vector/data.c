/* Rows, queries, truth and indexes, each built once and mapped by every later launch.
 *
 * The generators have seeds of their own, so that a fixture does not depend on which benchmark
 * needed it first. */
#include "data.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "../random/random.h"
#include "files.h"
#include "vector.h"

#define SPREAD 0.35f /* of a cluster, against centres of variance 1 */
#define ROWS_A_CLUSTER 100u
#define CLUSTERS_LEAST 10u
#define BLOCK 1024u   /* rows that are made at once */
#define SAMPLED 1000u /* rows that a mean distance is taken over */

struct header {
    uint64_t size; /* of an index */
    double value;  /* its build's CPU time, or the contrast */
    uint64_t reserved[6];
};

/* What a builder is to make: assay_fixture calls it at once. */
static struct wanted {
    const char *kind;
    size_t count, dim;
    const struct engine *engine;
    const struct data *data;
} wanted;

/* ---- rows ---- */

/* Box and Muller 1958, in pairs. */
static void fill_normal(uint64_t *state, float *to, size_t count)
{
    for (size_t i = 0; i < count; i += 2) {
        const uint64_t bits = random_bits(state);
        const float unit = (float)((bits >> 40) + 1) * 0x1p-24f;
        const float angle = (float)(bits & 0xFFFFFF) * (6.28318531f * 0x1p-24f);
        const float radius = sqrtf(-2 * logf(unit));
        to[i] = radius * cosf(angle);
        if (i + 1 < count)
            to[i + 1] = radius * sinf(angle);
    }
}

static void normalize(float *row, size_t dim)
{
    double square = 0;
    for (size_t k = 0; k < dim; k++)
        square += (double)row[k] * (double)row[k];
    const float factor = (float)(1 / sqrt(square));
    for (size_t k = 0; k < dim; k++)
        row[k] *= factor;
}

struct generator {
    uint64_t state;
    const float *centres; /* NULL: none */
    size_t centre_count, dim;
};

static void make_rows(struct generator *generator, float *rows, size_t count)
{
    const size_t dim = generator->dim;
    fill_normal(&generator->state, rows, count * dim);
    for (size_t r = 0; r < count; r++) {
        float *row = rows + r * dim;
        if (generator->centres != NULL) {
            const size_t centre = random_bits(&generator->state) % generator->centre_count;
            for (size_t k = 0; k < dim; k++)
                row[k] = generator->centres[centre * dim + k] + SPREAD * row[k];
        }
        normalize(row, dim);
    }
}

/* ---- truth ---- */

static double distance(const float *a, const float *b, size_t dim)
{
    double square = 0;
    for (size_t k = 0; k < dim; k++)
        square += ((double)a[k] - (double)b[k]) * ((double)a[k] - (double)b[k]);
    return sqrt(square);
}

static double contrast_of(const struct data *data)
{
    const size_t dim = data->rows.dim, step = data->rows.count / SAMPLED + 1;
    double sum = 0;
    for (size_t q = 0; q < QUERIES; q++) {
        const float *query = data->queries + q * dim;
        double mean = 0;
        size_t seen = 0;
        for (size_t r = 0; r < data->rows.count; r += step, seen++)
            mean += distance(query, data->rows.rows + r * dim, dim);
        const size_t last = data->truth[q * K + K - 1];
        sum += mean / (double)seen / distance(query, data->rows.rows + last * dim, dim);
    }
    return sum / QUERIES;
}

static bool find_truth(const struct engine_rows *rows, const float *queries, uint32_t *ret_truth)
{
    const struct vectors_options options = {.dim = rows->dim, .metric = VECTOR_COSINE};
    struct vectors *vectors = NULL;
    struct vector_search *search = NULL;
    static struct vector_hit hits[QUERIES * K];
    size_t found = 0;
    const bool is_good =
        vectors_new(&options, &vectors) == VECTOR_OK &&
        vectors_view(vectors, rows->rows, rows->count, 0) == VECTOR_OK &&
        vector_search_new(vectors, &search) == VECTOR_OK &&
        vector_exact_batch(search, queries, QUERIES, K, hits, &found) == VECTOR_OK && found == K;
    for (size_t i = 0; i < QUERIES * K && is_good; i++)
        ret_truth[i] = hits[i].id;
    vector_search_free(search);
    vectors_free(vectors);
    return is_good;
}

/* Parts of a fixture, in this order: header, truth, queries, rows; the queries lie behind the rows
 * that are given. */
static void put_data(struct assay_bench *b, const float *rows)
{
    static uint32_t truth[QUERIES * K];
    const size_t dim = wanted.dim;
    const struct data made = {{rows, wanted.count, dim}, rows + wanted.count * dim, truth, 0};
    assay_expect(b, find_truth(&made.rows, made.queries, truth), "no truth for these rows");
    const struct header header = {0, contrast_of(&made), {0}};
    assay_fixture_put(b, &header, sizeof header);
    assay_fixture_put(b, truth, sizeof truth);
    assay_fixture_put(b, made.queries, QUERIES * dim * sizeof *rows);
    assay_fixture_put(b, rows, wanted.count * dim * sizeof *rows);
}

static void build_data(struct assay_bench *b)
{
    const bool is_clustered = strcmp(wanted.kind, "clustered") == 0;
    const size_t dim = wanted.dim, few = wanted.count / ROWS_A_CLUSTER;
    struct generator generator = {is_clustered ? 8 : 7, NULL, few, dim};
    generator.centre_count = few > CLUSTERS_LEAST ? few : CLUSTERS_LEAST;
    float *centres = malloc(generator.centre_count * dim * sizeof *centres);
    float *rows = malloc((wanted.count + QUERIES) * dim * sizeof *rows);
    if (centres == NULL || rows == NULL) {
        assay_fail(b, "out of memory for %zu rows of %zu numbers", wanted.count, dim);
    } else {
        fill_normal(&generator.state, centres, generator.centre_count * dim);
        generator.centres = is_clustered ? centres : NULL;
        for (size_t r = 0; r < wanted.count + QUERIES; r += BLOCK) {
            const size_t left = wanted.count + QUERIES - r;
            make_rows(&generator, rows + r * dim, left < BLOCK ? left : BLOCK);
        }
        put_data(b, rows);
    }
    free(centres);
    free(rows);
}

/* Words are in the order of their frequency: those behind the rows are the queries. */
static void build_words(struct assay_bench *b)
{
    FILE *file = fopen(WORD_VECTORS_PATH, "rb");
    const size_t room = (wanted.count + QUERIES) * (sizeof(int32_t) + wanted.dim * sizeof(float));
    char *bytes = malloc(room);
    struct vector_file words = {0};
    const size_t size = file != NULL && bytes != NULL ? fread(bytes, 1, room, file) : 0;
    if (file != NULL)
        fclose(file);
    if (size == 0 || vector_file_read(bytes, size, VECTOR_FVECS, 0, &words) != VECTOR_OK ||
        words.count != wanted.count + QUERIES || words.dim != wanted.dim) {
        assay_fail(b, "%s has not %zu rows of %zu numbers", WORD_VECTORS_PATH,
                   wanted.count + QUERIES, wanted.dim);
    } else {
        for (size_t r = 0; r < words.count; r++)
            normalize(words.rows + r * words.dim, words.dim);
        put_data(b, words.rows);
    }
    free(words.rows);
    free(bytes);
}

struct data data_of(struct assay_bench *b, const char *kind, size_t count, size_t dim)
{
    char key[96];
    size_t size = 0;
    wanted = (struct wanted){kind, count, dim, NULL, NULL};
    snprintf(key, sizeof key, "rows-1-%s-%zu-%zu", kind, count, dim);
    const bool is_words = strcmp(kind, "words") == 0;
    if (is_words && access(WORD_VECTORS_PATH, R_OK) != 0) {
        assay_skip(b, "no word vectors: see suites/vector/word_vectors.mjs");
        return (struct data){0};
    }
    const char *bytes = assay_fixture(b, key, is_words ? build_words : build_data, &size);
    const size_t truth_bytes = QUERIES * K * sizeof(uint32_t);
    const size_t wanted_size =
        sizeof(struct header) + truth_bytes + (QUERIES + count) * dim * sizeof(float);
    if (size != wanted_size)
        return (struct data){0}; /* the host failed the benchmark */
    const struct header *header = (const void *)bytes;
    const float *queries = (const void *)(bytes + sizeof *header + truth_bytes);
    return (struct data){
        .rows = {queries + QUERIES * dim, count, dim},
        .queries = queries,
        .truth = (const void *)(bytes + sizeof *header),
        .contrast = header->value,
    };
}

/* ---- indexes ---- */

static double cpu_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void build_index(struct assay_bench *b)
{
    const double begin = cpu_s();
    void *index = wanted.engine->build(&wanted.data->rows), *bytes = NULL;
    struct header header = {.value = cpu_s() - begin};
    size_t size = 0;
    if (index == NULL || !wanted.engine->save(index, &bytes, &size)) {
        assay_fail(b, "%s built no index", wanted.engine->name);
    } else {
        header.size = size;
        assay_fixture_put(b, &header, sizeof header);
        assay_fixture_put(b, bytes, size);
    }
    free(bytes);
    if (index != NULL)
        wanted.engine->drop(index);
}

void *data_index(struct assay_bench *b, const char *kind, const struct engine *engine,
                 const struct data *data, double *ret_build_s)
{
    char key[96];
    size_t size = 0;
    wanted = (struct wanted){kind, data->rows.count, data->rows.dim, engine, data};
    snprintf(key, sizeof key, "index-1-%s-%s-%zu-%zu", engine->name, kind, data->rows.count,
             data->rows.dim);
    const char *bytes = assay_fixture(b, key, build_index, &size);
    const struct header *header = (const void *)bytes;
    if (size < sizeof *header || header->size != size - sizeof *header)
        return NULL;
    *ret_build_s = header->value;
    void *index = engine->load(&data->rows, bytes + sizeof *header, header->size);
    assay_expect(b, index != NULL, "%s cannot load its index", engine->name);
    return index;
}
