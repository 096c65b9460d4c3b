/* Patterns: rows with ids, a map by content for exact matches, groups of those that are alike.
 *
 * A match by a part needs the length of each pattern's known part, which no code can hold for all
 * parts that there may be; so it reads all rows. */
#include "patterns.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "id_map.h"
#include "vector_plan.h"

#define PARTS 8u

struct groups {
    struct vectors *prototypes;
    uint32_t *of; /* the group of each pattern that was there */
    size_t count, patterns;
};

struct patterns {
    struct vectors *vectors;
    struct vector_search *search;
    uint64_t *ids;
    size_t room;
    struct id_map rows, contents; /* by id; by a hash of the numbers */
    struct groups groups;
    float *cue, *known; /* of the match that is under way, with zeros where nothing is known */
};

enum vector_status patterns_new(size_t dim, struct patterns **ret_patterns)
{
    if (ret_patterns == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    struct patterns *patterns = calloc(1, sizeof *patterns);
    if (patterns == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    const struct vectors_options options = {.dim = dim, .metric = VECTOR_COSINE};
    enum vector_status status = vectors_new(&options, &patterns->vectors);
    if (status == VECTOR_OK) {
        status = vector_search_new(patterns->vectors, &patterns->search);
    }
    if (status == VECTOR_OK) {
        patterns->cue = malloc(2 * dim * sizeof *patterns->cue);
        status = patterns->cue != NULL ? VECTOR_OK : VECTOR_ERR_MEMORY;
    }
    if (status != VECTOR_OK) {
        patterns_free(patterns);
        return status;
    }
    patterns->known = patterns->cue + dim;
    *ret_patterns = patterns;
    return VECTOR_OK;
}

static void release_groups(struct groups *groups)
{
    vectors_free(groups->prototypes);
    free(groups->of);
    *groups = (struct groups){0};
}

void patterns_free(struct patterns *patterns)
{
    if (patterns != NULL) {
        release_groups(&patterns->groups);
        vector_search_free(patterns->search);
        vectors_free(patterns->vectors);
        id_map_release(&patterns->rows);
        id_map_release(&patterns->contents);
        free(patterns->ids);
        free(patterns->cue);
        free(patterns);
    }
}

size_t patterns_count(const struct patterns *patterns)
{
    return vectors_count(patterns->vectors);
}

const float *patterns_get(const struct patterns *patterns, uint64_t id)
{
    const uint32_t row = id_map_get(&patterns->rows, id);
    return row != ID_MAP_NONE ? vectors_row(patterns->vectors, row) : NULL;
}

/* ---- exact matches ---- */

/* Adding 0 makes -0 the same as 0. */
static uint64_t hash_of(const float *numbers, size_t dim)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t k = 0; k < dim; k++) {
        const float number = numbers[k] + 0.0f;
        uint32_t bits;
        memcpy(&bits, &number, sizeof bits);
        hash = (hash ^ bits) * UINT64_C(0x9FB21C651E98DF25);
        hash ^= hash >> 29;
    }
    return hash;
}

static bool is_same(const float *a, const float *b, size_t dim)
{
    for (size_t k = 0; k < dim; k++) {
        if (a[k] < b[k] || a[k] > b[k]) {
            return false;
        }
    }
    return true;
}

/* The row with these numbers, or ID_MAP_NONE; a hash that others have, too, is followed by the next
 * one, which ret_key then is. */
static uint32_t find_content(const struct patterns *patterns, const float *numbers,
                             uint64_t *ret_key)
{
    const size_t dim = vectors_dim(patterns->vectors);
    uint64_t key = hash_of(numbers, dim);
    uint32_t row = id_map_get(&patterns->contents, key);
    while (row != ID_MAP_NONE && !is_same(vectors_row(patterns->vectors, row), numbers, dim)) {
        row = id_map_get(&patterns->contents, ++key);
    }
    *ret_key = key;
    return row;
}

enum vector_status patterns_add(struct patterns *patterns, uint64_t id, const float *numbers)
{
    if (patterns == NULL || numbers == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    if (id_map_get(&patterns->rows, id) != ID_MAP_NONE) {
        return VECTOR_ERR_EXISTS;
    }
    const size_t count = patterns_count(patterns);
    if (count == patterns->room) {
        const size_t room = count + count / 2 + 16;
        uint64_t *ids = realloc(patterns->ids, room * sizeof *ids);
        if (ids == NULL) {
            return VECTOR_ERR_MEMORY;
        }
        patterns->ids = ids;
        patterns->room = room;
    }
    if (!id_map_reserve(&patterns->rows) || !id_map_reserve(&patterns->contents)) {
        return VECTOR_ERR_MEMORY;
    }
    const enum vector_status status = vectors_add(patterns->vectors, numbers, 1);
    if (status != VECTOR_OK) {
        return status;
    }
    uint64_t key;
    if (find_content(patterns, numbers, &key) == ID_MAP_NONE) {
        id_map_put(&patterns->contents, key, (uint32_t)count);
    }
    id_map_put(&patterns->rows, id, (uint32_t)count);
    patterns->ids[count] = id;
    return VECTOR_OK;
}

enum vector_status patterns_exact(const struct patterns *patterns, const float *numbers,
                                  uint64_t *ret_id)
{
    if (patterns == NULL || numbers == NULL || ret_id == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    uint64_t key;
    const uint32_t row = find_content(patterns, numbers, &key);
    if (row == ID_MAP_NONE) {
        return VECTOR_ERR_ABSENT;
    }
    *ret_id = patterns->ids[row];
    return VECTOR_OK;
}

/* ---- partial matches ---- */

/* <cue, x> / |x| over the numbers that are known; -infinity where x is zero there. */
static float likeness(const float *row, const float *cue, const float *known, size_t dim)
{
    float products[PARTS] = {0}, squares[PARTS] = {0};
    double product = 0, square = 0;
    const size_t whole = dim / PARTS * PARTS;
    for (size_t k = 0; k < whole; k += PARTS) {
        for (size_t lane = 0; lane < PARTS; lane++) {
            const float x = row[k + lane];
            products[lane] += cue[k + lane] * x;
            squares[lane] += known[k + lane] * x * x;
        }
    }
    for (size_t k = whole; k < dim; k++) {
        products[k - whole] += cue[k] * row[k];
        squares[k - whole] += known[k] * row[k] * row[k];
    }
    for (size_t lane = 0; lane < PARTS; lane++) {
        product += (double)products[lane];
        square += (double)squares[lane];
    }
    return square > 0 ? (float)(product / sqrt(square)) : -HUGE_VALF;
}

static void give(const struct patterns *patterns, const struct vector_hit *hits, size_t count,
                 struct pattern_hit *ret_hits)
{
    for (size_t i = 0; i < count; i++) {
        ret_hits[i] = (struct pattern_hit){patterns->ids[hits[i].id], hits[i].score};
    }
}

/* The cue with zeros where it is not known. */
static enum vector_status begin_match(struct patterns *patterns, const struct pattern_cue *cue,
                                      double *ret_length)
{
    const size_t dim = vectors_dim(patterns->vectors);
    for (size_t k = 0; k < dim; k++) {
        const bool is_known = cue->known == NULL || cue->known[k] != 0;
        patterns->cue[k] = is_known ? cue->numbers[k] : 0;
        patterns->known[k] = is_known;
    }
    return vector_length(patterns->cue, dim, VECTOR_COSINE, ret_length);
}

enum vector_status patterns_match(struct patterns *patterns, const struct pattern_cue *cue,
                                  size_t k, struct pattern_hit *ret_hits, size_t *ret_count)
{
    if (patterns == NULL || cue == NULL || cue->numbers == NULL || ret_hits == NULL ||
        ret_count == NULL || k == 0) {
        return VECTOR_ERR_ARGUMENT;
    }
    double length;
    const size_t count = patterns_count(patterns), dim = vectors_dim(patterns->vectors);
    enum vector_status status = begin_match(patterns, cue, &length);
    if (status != VECTOR_OK) {
        return status;
    }
    *ret_count = 0;
    if (count == 0) {
        return VECTOR_EMPTY;
    }
    struct best best;
    status = vector_make_hits(patterns->search, k < count ? k : count);
    if (status != VECTOR_OK) {
        return status;
    }
    best_begin(&best, patterns->search->hits, k < count ? k : count);
    const float weight = (float)(1 / length);
    for (uint32_t row = 0; row < count; row++) {
        const float score =
            likeness(vectors_row(patterns->vectors, row), patterns->cue, patterns->known, dim);
        if (score > -HUGE_VALF) {
            best_offer(&best, row, score * weight);
        }
    }
    best_sort(&best);
    give(patterns, best.hits, best.count, ret_hits);
    *ret_count = best.count;
    return VECTOR_OK;
}

/* ---- consolidation ---- */

struct consolidation {
    const struct patterns *patterns;
    struct vectors *leaders;
    struct vector_search *search;
    struct groups groups;
};

/* The group that a pattern joins, or a new one. */
static enum vector_status assign(struct consolidation *c, uint32_t row, float least)
{
    const float *numbers = vectors_row(c->patterns->vectors, row);
    struct vector_hit nearest = {0, -1};
    size_t found = 0;
    enum vector_status status = vector_exact(c->search, numbers, 1, &nearest, &found);
    if (status == VECTOR_OK && found == 1 && nearest.score >= least) {
        c->groups.of[row] = nearest.id;
        return VECTOR_OK;
    }
    if (status == VECTOR_OK || status == VECTOR_EMPTY) {
        status = vectors_add(c->leaders, numbers, 1);
        c->groups.of[row] = (uint32_t)c->groups.count++;
    }
    return status;
}

/* Means of directions: all members are on one side, so that none is zero. */
static enum vector_status make_prototypes(struct consolidation *c)
{
    const size_t dim = vectors_dim(c->leaders), groups = c->groups.count;
    float *means = calloc(groups > 0 ? groups : 1, dim * sizeof *means);
    if (means == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    for (uint32_t row = 0; row < c->groups.patterns; row++) {
        const float *numbers = vectors_row(c->patterns->vectors, row);
        const float length = c->patterns->vectors->lengths[row];
        float *mean = means + c->groups.of[row] * dim;
        for (size_t k = 0; k < dim; k++) {
            mean[k] += numbers[k] / length;
        }
    }
    const enum vector_status status = vectors_add(c->groups.prototypes, means, groups);
    free(means);
    return status;
}

static enum vector_status consolidate(struct consolidation *c, float least)
{
    const struct vectors *vectors = c->patterns->vectors;
    const struct vectors_options options = {.dim = vectors->dim, .metric = VECTOR_COSINE};
    c->groups.patterns = vectors->count;
    c->groups.of = malloc((vectors->count + 1) * sizeof *c->groups.of);
    enum vector_status status = c->groups.of != NULL ? VECTOR_OK : VECTOR_ERR_MEMORY;
    if (status == VECTOR_OK) {
        status = vectors_new(&options, &c->leaders);
    }
    if (status == VECTOR_OK) {
        status = vectors_new(&options, &c->groups.prototypes);
    }
    if (status == VECTOR_OK) {
        status = vector_search_new(c->leaders, &c->search);
    }
    for (uint32_t row = 0; row < c->groups.patterns && status == VECTOR_OK; row++) {
        status = assign(c, row, least);
    }
    return status == VECTOR_OK ? make_prototypes(c) : status;
}

enum vector_status patterns_consolidate(struct patterns *patterns, float least)
{
    if (patterns == NULL || !(least > 0 && least <= 1)) {
        return VECTOR_ERR_ARGUMENT;
    }
    struct consolidation c = {.patterns = patterns};
    const enum vector_status status = consolidate(&c, least);
    vector_search_free(c.search);
    vectors_free(c.leaders);
    release_groups(status == VECTOR_OK ? &patterns->groups : &c.groups);
    if (status == VECTOR_OK) {
        patterns->groups = c.groups;
    }
    return status;
}

size_t patterns_groups(const struct patterns *patterns)
{
    return patterns->groups.count;
}

enum vector_status patterns_group(const struct patterns *patterns, uint64_t id, size_t *ret_group)
{
    const uint32_t row = id_map_get(&patterns->rows, id);
    if (row == ID_MAP_NONE || row >= patterns->groups.patterns) {
        return VECTOR_ERR_ABSENT;
    }
    *ret_group = patterns->groups.of[row];
    return VECTOR_OK;
}

enum vector_status patterns_members(const struct patterns *patterns, size_t group,
                                    uint64_t *ret_ids, size_t room, size_t *ret_count)
{
    size_t count = 0;
    if (group >= patterns->groups.count) {
        return VECTOR_ERR_ABSENT;
    }
    for (size_t row = 0; row < patterns->groups.patterns; row++) {
        if (patterns->groups.of[row] == group) {
            if (count < room) {
                ret_ids[count] = patterns->ids[row];
            }
            count++;
        }
    }
    *ret_count = count;
    return VECTOR_OK;
}

enum vector_status patterns_recall(struct patterns *patterns, const float *numbers, size_t k,
                                   struct pattern_hit *ret_hits, size_t *ret_count)
{
    if (patterns == NULL || numbers == NULL || ret_hits == NULL || ret_count == NULL || k == 0) {
        return VECTOR_ERR_ARGUMENT;
    }
    *ret_count = 0;
    if (patterns->groups.count == 0) {
        return VECTOR_EMPTY;
    }
    struct vector_search *search = NULL;
    k = k < patterns->groups.count ? k : patterns->groups.count;
    struct vector_hit *hits = malloc(k * sizeof *hits);
    enum vector_status status = hits != NULL ? VECTOR_OK : VECTOR_ERR_MEMORY;
    if (status == VECTOR_OK) {
        status = vector_search_new(patterns->groups.prototypes, &search);
    }
    if (status == VECTOR_OK) {
        status = vector_exact(search, numbers, k, hits, ret_count);
    }
    for (size_t i = 0; i < *ret_count; i++) {
        ret_hits[i] = (struct pattern_hit){hits[i].id, hits[i].score};
    }
    vector_search_free(search);
    free(hits);
    return status;
}
