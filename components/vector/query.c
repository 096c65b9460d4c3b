/* A query: checked, made into what kernels of codes want, and scores of rows by it.
 *
 * Kernels give sums of integers or floats; what makes a score of one follows here, in blocks that
 * stay in the first cache. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vector_plan.h"

#define BLOCK 2048u
#define INT5_OFFSET 31             /* 2 * 15.5 */
#define INT5_MOST 16256            /* 127 * INT5_HIGH, the largest number of a query for int5 */
#define INT4_OFFSET 15             /* 2 * 7.5: half bytes mean their value - 7.5 */
#define ONES 30                    /* 2 * 2 * 7.5: what a set bit counts too much */
#define PLANE_STEP 0.3352          /* of the standard deviation, as of int4 codes */
#define QUERY_LEAST_ERROR 0x1p-120 /* more than what is lost below 2^-126 */
#define QUERY_LEAST 0x1p-100       /* a query without a greater number is zeros */

static size_t padded(size_t count, size_t to)
{
    return (count + to - 1) / to * to;
}

static void *take(char *memory, size_t *used, size_t bytes)
{
    void *part = memory != NULL ? memory + *used : NULL;
    *used += padded(bytes, LINE);
    return part;
}

/* Bytes of all arrays; sets them up when there is memory. */
static size_t lay_out(struct vector_search *search, char *memory)
{
    const size_t dim = search->vectors->dim;
    size_t used = 0;
    search->rotated = take(memory, &used, dim * sizeof(float));
    search->bytes = take(memory, &used, padded(dim, QUERY_BYTES));
    search->finer = take(memory, &used, 2 * padded(dim, INT5_NUMBERS));
    search->planes = take(memory, &used, PLANES * padded(dim, 64) / 8);
    search->tile = take(memory, &used, TILE * dim * sizeof(float));
    return used;
}

enum vector_status vector_search_new(const struct vectors *vectors,
                                     struct vector_search **ret_search)
{
    if (vectors == NULL || ret_search == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    struct vector_search *search = calloc(1, sizeof *search);
    if (search == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    search->vectors = vectors;
    search->memory = calloc(1, lay_out(search, NULL) + LINE);
    if (search->memory == NULL) {
        free(search);
        return VECTOR_ERR_MEMORY;
    }
    lay_out(search, (char *)search->memory + (LINE - (uintptr_t)search->memory % LINE));
    vector_search_use(search, NULL);
    *ret_search = search;
    return VECTOR_OK;
}

void vector_search_free(struct vector_search *search)
{
    if (search != NULL) {
        free(search->scores);
        free(search->picks);
        free(search->hits);
        free(search->memory);
        free(search);
    }
}

void vector_search_use(struct vector_search *search, const struct vector_kernel *kernel)
{
    search->kernel = kernel != NULL ? kernel : vector_kernel_fastest();
}

size_t vector_search_scored(const struct vector_search *search)
{
    return search->scored;
}

enum vector_status vector_make_room(struct vector_search *search)
{
    const size_t needed = padded(search->vectors->count, BLOCK) + BLOCK;
    const size_t room = needed > TILE * BATCH_MAX / 2 ? needed : TILE * BATCH_MAX / 2;
    if (search->room >= room) {
        return VECTOR_OK;
    }
    float *scores = realloc(search->scores, 2 * room * sizeof *scores);
    search->scores = scores != NULL ? scores : search->scores;
    uint32_t *picks = realloc(search->picks, room * sizeof *picks);
    search->picks = picks != NULL ? picks : search->picks;
    if (scores == NULL || picks == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    search->room = room;
    search->room_scores = scores + room;
    return VECTOR_OK;
}

enum vector_status vector_make_hits(struct vector_search *search, size_t count)
{
    if (search->hits_room < count) {
        struct vector_hit *hits = realloc(search->hits, count * sizeof *hits);
        if (hits == NULL) {
            return VECTOR_ERR_MEMORY;
        }
        search->hits = hits;
        search->hits_room = count;
    }
    return VECTOR_OK;
}

enum vector_status vector_begin(struct vector_search *search, const float *query, size_t k,
                                const struct vector_hit *hits, size_t *ret_count)
{
    if (search == NULL || query == NULL || hits == NULL || ret_count == NULL || k == 0) {
        return VECTOR_ERR_ARGUMENT;
    }
    const struct vectors *vectors = search->vectors;
    const enum vector_status status =
        vector_length(query, vectors->dim, vectors->metric, &search->length);
    if (status != VECTOR_OK) {
        return status;
    }
    search->query = query;
    search->weight = vectors->metric == VECTOR_COSINE ? (float)(1 / search->length) : 1;
    search->scored = 0;
    search->is_rotated = false;
    *ret_count = 0;
    return vectors->count > 0 ? VECTOR_OK : VECTOR_EMPTY;
}

void vector_score(struct vector_search *search, const uint32_t *picks, uint32_t first, size_t count,
                  float *ret_scores)
{
    const struct vectors *v = search->vectors;
    const struct vector_rows rows = {
        .base = (const char *)(v->view + first * v->stride),
        .picks = picks,
        .count = count,
        .stride = v->stride * sizeof(float),
        .dim = v->dim,
    };
    const bool is_distance = v->metric == VECTOR_L2;
    search->scored += count;
    search->kernel->sums(&rows, is_distance ? VECTOR_SQUARES : VECTOR_PRODUCTS, search->query,
                         ret_scores);
    vector_make_scores(v, search->weight, picks, first, count, ret_scores);
}

void vector_make_scores(const struct vectors *vectors, float weight, const uint32_t *picks,
                        uint32_t first, size_t count, float *scores)
{
    for (size_t i = 0; i < count && vectors->metric == VECTOR_L2; i++) {
        scores[i] = -scores[i];
    }
    for (size_t i = 0; i < count && vectors->metric == VECTOR_COSINE; i++) {
        const size_t row = picks != NULL ? picks[i] : first + i;
        scores[i] = scores[i] / vectors->lengths[row] * weight;
    }
}

/* ---- queries of codes ---- */

static float largest_of(const float *numbers, size_t count)
{
    float largest = 0;
    for (size_t k = 0; k < count; k++) {
        largest = fmaxf(largest, fabsf(numbers[k]));
    }
    return largest;
}

static struct query make_int_query(struct vector_search *search, enum vector_code code)
{
    const size_t dim = search->vectors->dim;
    const float *from = search->rotated;
    const float largest = largest_of(from, dim);
    const bool is_int4 = code != VECTOR_INT8;
    double error = 0;
    int32_t sum = 0;
    const bool is_zero = (double)largest <= QUERY_LEAST;
    const float inverse = is_zero ? 0 : 127 / largest, scale = is_zero ? 0 : largest / 127;
    memset(search->bytes, 0, padded(dim, QUERY_BYTES));
    for (size_t k = 0; k < dim; k++) {
        const float level = rintf(fminf(fmaxf(from[k] * inverse, -127), 127));
        const double missed = (double)from[k] - (double)scale * (double)level;
        error += missed * missed;
        sum += (int32_t)level;
        search->bytes[is_int4 ? int4_place(k) : k] = (int8_t)level;
    }
    return (struct query){
        .code = code,
        .scale = scale / (is_int4 ? 2 : 1),
        .times = is_int4 ? 2 : 1,
        .offset = sum * (is_int4 ? INT4_OFFSET : INT8_MIDDLE),
        .error = sqrt(error),
    };
}

/* No sum of 2 * 31 * (number + INT5_HIGH / 2) may be beyond 32 bits: in more than 2000 numbers a
 * query is coarser. */
static int32_t int5_most(size_t dim)
{
    const int32_t room = INT32_MAX / (int32_t)(2 * INT5_OFFSET * dim) - INT5_HIGH / 2;
    return room < INT5_MOST ? room : INT5_MOST;
}

static struct query make_int5_query(struct vector_search *search)
{
    const size_t dim = search->vectors->dim;
    const float *from = search->rotated;
    const float most = (float)int5_most(dim), largest = largest_of(from, dim);
    const bool is_zero = (double)largest <= QUERY_LEAST;
    const float inverse = is_zero ? 0 : most / largest, scale = is_zero ? 0 : largest / most;
    double error = 0;
    int32_t sum = 0;
    memset(search->finer, 0, 2 * padded(dim, INT5_NUMBERS));
    for (size_t k = 0; k < dim; k++) {
        const float level = rintf(fminf(fmaxf(from[k] * inverse, -most), most));
        const double missed = (double)from[k] - (double)scale * (double)level;
        const int32_t high = (int32_t)floorf((level + INT5_HIGH / 2) / INT5_HIGH);
        int8_t *place = search->finer + k / INT5_NUMBERS * INT5_QUERY + k % INT5_NUMBERS;
        error += missed * missed;
        sum += (int32_t)level;
        place[0] = (int8_t)high;
        place[INT5_NUMBERS] = (int8_t)((int32_t)level - INT5_HIGH * high);
    }
    return (struct query){
        .code = VECTOR_INT5,
        .scale = scale / 2,
        .times = 2,
        .offset = sum * INT5_OFFSET,
        .error = sqrt(error),
    };
}

/* Sixteen levels, (u - 7.5) steps.  The sum with signs is 2 (sum over set bits) - (sum over all);
 * twice that is an integer. */
static struct query make_bits_query(struct vector_search *search)
{
    const size_t dim = search->vectors->dim, words = (dim + 63) / 64;
    const double step = PLANE_STEP * search->length / sqrt((double)dim);
    const float inverse = step > QUERY_LEAST ? (float)(1 / step) : 0;
    double error = 0;
    int32_t sum = 0;
    memset(search->planes, 0, PLANES * words * sizeof *search->planes);
    for (size_t k = 0; k < dim; k++) {
        const float level = fminf(fmaxf(floorf(search->rotated[k] * inverse + 8), 0), 15);
        const double missed = (double)search->rotated[k] - step * ((double)level - 7.5);
        error += missed * missed;
        sum += (int32_t)level;
        for (unsigned p = 0; p < PLANES; p++) {
            search->planes[p * words + k / 64] |= ((uint64_t)level >> p & 1) << k % 64;
        }
    }
    return (struct query){
        .code = VECTOR_BITS,
        .scale = (float)step / 2,
        .times = 4,
        .offset = 2 * sum - 15 * (int32_t)dim,
        .error = sqrt(error),
    };
}

struct query vector_make_query(struct vector_search *search, enum vector_code code)
{
    const struct vectors *v = search->vectors;
    if (code == VECTOR_F16) {
        return (struct query){.code = code, .scale = search->weight};
    }
    if (!search->is_rotated) {
        memcpy(search->rotated, search->query, v->dim * sizeof *search->rotated);
        vector_rotate(v->signs, v->dim, search->rotated);
        search->is_rotated = true;
    }
    struct query query = code == VECTOR_BITS   ? make_bits_query(search)
                         : code == VECTOR_INT5 ? make_int5_query(search)
                                               : make_int_query(search, code);
    query.scale *= search->weight;
    query.error = (query.error + QUERY_LEAST_ERROR) * (double)search->weight;
    return query;
}

/* Raw sums of a block of rows, as values of the query's scale. */
static void value_block(struct vector_search *search, const struct query *query,
                        const struct vector_rows *rows, int32_t *values, float *ret_values)
{
    switch (query->code) {
    case VECTOR_INT8:
        search->kernel->dots_int8(rows, search->bytes, values);
        break;
    case VECTOR_INT4:
    case VECTOR_INT5_REST:
        search->kernel->dots_int4(rows, search->bytes, values);
        break;
    case VECTOR_INT5:
        search->kernel->dots_int5(rows, search->finer, values);
        break;
    case VECTOR_BITS:
    case VECTOR_BITS_REST:
        search->kernel->dots_bits(rows, search->planes, values);
        break;
    case VECTOR_F16:
    case VECTOR_F32:
    case VECTOR_CODES:
        search->kernel->dots_f16(rows, search->query, ret_values);
        return;
    }
    for (size_t i = 0; i < rows->count; i++) {
        ret_values[i] = (float)(query->times * values[i] - query->offset);
    }
}

/* Contiguous rows are the ones that whole scans see: a loop without picks can be vectorized. */
static void scale_block(const struct code_rows *codes, const struct query *query,
                        const uint32_t *picks, size_t count, float *values)
{
    const bool has_ones = codes->ones != NULL;
    if (picks == NULL) {
        const float *restrict scales = codes->scales;
        const int32_t *restrict ones = codes->ones;
        for (size_t i = 0; i < count && has_ones; i++) {
            values[i] -= (float)(ONES * ones[i]);
        }
        for (size_t i = 0; i < count; i++) {
            values[i] *= query->scale * scales[i];
        }
        return;
    }
    for (size_t i = 0; i < count; i++) {
        const float off = has_ones ? (float)(ONES * codes->ones[picks[i]]) : 0;
        values[i] = (values[i] - off) * (query->scale * codes->scales[picks[i]]);
    }
}

/* -|q - x|^2 = 2 <q, x> - |x|^2 - |q|^2. */
static void bend(const struct vector_search *search, const uint32_t *picks, uint32_t first,
                 size_t count, float *values)
{
    const float own = (float)(search->length * search->length);
    const float *lengths = search->vectors->lengths;
    for (size_t i = 0; i < count; i++) {
        const float length = lengths[picks != NULL ? picks[i] : first + i];
        values[i] = 2 * values[i] - length * length - own;
    }
}

void vector_products(struct vector_search *search, const struct query *query, const uint32_t *picks,
                     uint32_t first, size_t count, float *ret_products)
{
    const struct code_rows *all = &search->vectors->codes[query->code];
    const size_t dim = query->code == VECTOR_F16 ? search->vectors->dim : all->stride;
    int32_t values[BLOCK + ROWS_AT_ONCE];
    for (size_t i = 0; i < count; i += BLOCK) {
        const size_t length = count - i < BLOCK ? count - i : BLOCK;
        const size_t begin = picks == NULL ? first + i : 0;
        const uint32_t *picked = picks != NULL ? picks + i : NULL;
        const struct vector_rows rows = {
            .base = (const char *)all->bytes + begin * all->stride,
            .picks = picked,
            .count = length,
            .stride = all->stride,
            .dim = dim,
        };
        const struct code_rows here = {
            .scales = all->scales + begin,
            .ones = all->ones != NULL ? all->ones + begin : NULL,
        };
        value_block(search, query, &rows, values, ret_products + i);
        scale_block(&here, query, picked, length, ret_products + i);
    }
}

void vector_estimate(struct vector_search *search, const struct query *query, const uint32_t *picks,
                     uint32_t first, size_t count, float *ret_scores)
{
    vector_products(search, query, picks, first, count, ret_scores);
    if (search->vectors->metric == VECTOR_L2) {
        bend(search, picks, first, count, ret_scores);
    }
}
