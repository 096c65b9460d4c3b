/* Searches that look at all rows in one way: exact ones, for one query and for many, and re-ranked
 * scans of one code. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vector_plan.h"

#define BLOCK_BYTES (256u << 10) /* of rows that many queries read: stays in the second cache */

/* Rows that are worked on before their scores are looked at. */
static size_t block_of(const struct vectors *vectors)
{
    const size_t rows = BLOCK_BYTES / (vectors->dim * sizeof(float)) / ROWS_AT_ONCE * ROWS_AT_ONCE;
    return rows < ROWS_AT_ONCE ? ROWS_AT_ONCE : rows > BATCH_MAX ? BATCH_MAX : rows;
}

static void give(struct best *best, size_t *ret_count)
{
    best_sort(best);
    *ret_count = best->count;
}

enum vector_status vector_exact(struct vector_search *search, const float *query, size_t k,
                                struct vector_hit *ret_hits, size_t *ret_count)
{
    enum vector_status status = vector_begin(search, query, k, ret_hits, ret_count);
    if (status == VECTOR_OK) {
        status = vector_make_room(search);
    }
    if (status != VECTOR_OK) {
        return status;
    }
    const size_t count = search->vectors->count, block = block_of(search->vectors);
    struct best best;
    best_begin(&best, ret_hits, k);
    for (size_t first = 0; first < count; first += block) {
        const size_t length = count - first < block ? count - first : block;
        vector_score(search, NULL, (uint32_t)first, length, search->scores);
        best_offer_all(&best, NULL, (uint32_t)first, search->scores, length);
    }
    give(&best, ret_count);
    return VECTOR_OK;
}

/* ---- many queries ---- */

struct batch {
    struct vector_search *search;
    const float *queries;
    size_t count;
    struct best *bests;
    float *weights;
};

/* Queries from `q` on, TILE of them, the last one again where there are less. */
static const float *tile_of(const struct batch *batch, size_t q)
{
    const size_t dim = batch->search->vectors->dim;
    if (q + TILE <= batch->count) {
        return batch->queries + q * dim;
    }
    for (size_t i = 0; i < TILE; i++) {
        const size_t kept = q + i < batch->count ? q + i : batch->count - 1;
        memcpy(batch->search->tile + i * dim, batch->queries + kept * dim, dim * sizeof(float));
    }
    return batch->search->tile;
}

/* A block of rows by TILE queries; sums of one row lie beside each other. */
static void score_tile(struct batch *batch, const struct vector_rows *rows, size_t first, size_t q)
{
    const struct vectors *v = batch->search->vectors;
    float *sums = batch->search->scores, own[BATCH_MAX];
    const enum vector_sum sum = v->metric == VECTOR_L2 ? VECTOR_SQUARES : VECTOR_PRODUCTS;
    batch->search->kernel->tiles(rows, sum, tile_of(batch, q), sums);
    for (size_t i = 0; i < TILE && q + i < batch->count; i++) {
        for (size_t r = 0; r < rows->count; r++) {
            own[r] = sums[r * TILE + i];
        }
        vector_make_scores(v, batch->weights[q + i], NULL, (uint32_t)first, rows->count, own);
        best_offer_all(&batch->bests[q + i], NULL, (uint32_t)first, own, rows->count);
    }
}

static void scan_batch(struct batch *batch)
{
    const struct vectors *v = batch->search->vectors;
    const size_t block = block_of(v);
    for (size_t first = 0; first < v->count; first += block) {
        const struct vector_rows rows = {
            .base = (const char *)(v->view + first * v->stride),
            .count = v->count - first < block ? v->count - first : block,
            .stride = v->stride * sizeof(float),
            .dim = v->dim,
        };
        for (size_t q = 0; q < batch->count; q += TILE) {
            score_tile(batch, &rows, first, q);
        }
    }
}

static enum vector_status begin_batch(struct batch *batch, size_t k, struct vector_hit *hits,
                                      size_t *ret_count)
{
    struct vector_search *search = batch->search;
    enum vector_status status = VECTOR_OK;
    for (size_t q = 0; q < batch->count && status == VECTOR_OK; q++) {
        const float *query = batch->queries + q * search->vectors->dim;
        status = vector_begin(search, query, k, hits, ret_count);
        batch->weights[q] = search->weight;
        best_begin(&batch->bests[q], hits + q * k, k);
    }
    if (status == VECTOR_OK) {
        status = vector_make_room(search);
    }
    return status;
}

enum vector_status vector_exact_batch(struct vector_search *search, const float *queries,
                                      size_t query_count, size_t k, struct vector_hit *ret_hits,
                                      size_t *ret_count)
{
    if (search == NULL || queries == NULL || ret_hits == NULL || ret_count == NULL ||
        query_count == 0) {
        return VECTOR_ERR_ARGUMENT;
    }
    struct batch batch = {search, queries, query_count, NULL, NULL};
    batch.bests = malloc(query_count * sizeof *batch.bests);
    batch.weights = malloc(query_count * sizeof *batch.weights);
    enum vector_status status = VECTOR_ERR_MEMORY;
    if (batch.bests != NULL && batch.weights != NULL) {
        status = begin_batch(&batch, k, ret_hits, ret_count);
    }
    if (status == VECTOR_OK) {
        scan_batch(&batch);
        search->scored = search->vectors->count;
        for (size_t q = 0; q < query_count; q++) {
            give(&batch.bests[q], ret_count);
        }
    }
    free(batch.bests);
    free(batch.weights);
    return status;
}

/* ---- codes ---- */

void vector_finish(struct vector_search *search, struct best *kept, struct best *best)
{
    for (size_t i = 0; i < kept->count; i++) {
        search->picks[i] = kept->hits[i].id;
    }
    if (kept->count > 0) {
        vector_score(search, search->picks, 0, kept->count, search->scores);
        best_offer_all(best, search->picks, 0, search->scores, kept->count);
    }
}

enum vector_status vector_rerank(struct vector_search *search, const float *query, size_t k,
                                 const struct vector_rerank_options *options,
                                 struct vector_hit *ret_hits, size_t *ret_count)
{
    enum vector_status status = vector_begin(search, query, k, ret_hits, ret_count);
    if (status != VECTOR_OK) {
        return status;
    }
    if (options == NULL || (int)options->code <= VECTOR_F32 || options->code > VECTOR_INT5) {
        return VECTOR_ERR_ARGUMENT;
    }
    const struct vectors *vectors = search->vectors;
    if (vectors->codes[options->code].count != vectors->count) {
        return VECTOR_ERR_CODE;
    }
    size_t keep = options->keep < k ? k : options->keep;
    keep = keep < vectors->count ? keep : vectors->count;
    status = vector_make_room(search);
    if (status == VECTOR_OK) {
        status = vector_make_hits(search, keep);
    }
    if (status != VECTOR_OK) {
        return status;
    }
    const struct query coded = vector_make_query(search, options->code);
    struct best kept, best;
    best_begin(&kept, search->hits, keep);
    best_begin(&best, ret_hits, k);
    vector_estimate(search, &coded, NULL, 0, vectors->count, search->scores);
    best_offer_all(&kept, NULL, 0, search->scores, vectors->count);
    vector_finish(search, &kept, &best);
    give(&best, ret_count);
    return VECTOR_OK;
}
