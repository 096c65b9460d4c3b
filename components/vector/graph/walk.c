/* Walks over a graph: from what was found so far to what is linked to it, as long as that is nearer
 * than the worst of the beam.
 *
 * The pool is a sorted array that serves as both of the usual heaps: what was expanded is marked in
 * it.  Codes are asked for while a node's links are sorted out, and scored eight at a time. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph_nodes.h"
#include "vector_plan.h"

#define WAS_EXPANDED 0x80000000u
#define TOUCHED_FIRST 4096u

static size_t padded(size_t count, size_t to)
{
    return (count + to - 1) / to * to;
}

enum vector_status walker_init(struct walker *walker, const struct graph *graph, size_t beam)
{
    const size_t bytes = padded(graph->dim, QUERY_BYTES);
    *walker = (struct walker){.beam = beam, .touched_room = TOUCHED_FIRST};
    walker->pool = malloc((beam + 1) * sizeof *walker->pool);
    walker->touched = malloc(walker->touched_room * sizeof *walker->touched);
    walker->memory = calloc(1, 2 * bytes + LINE);
    if (walker->pool == NULL || walker->touched == NULL || walker->memory == NULL) {
        walker_release(walker);
        return VECTOR_ERR_MEMORY;
    }
    int8_t *begin = (int8_t *)walker->memory + (LINE - (uintptr_t)walker->memory % LINE);
    walker->probe.bytes = begin;
    walker->other.bytes = begin + bytes;
    return VECTOR_OK;
}

enum vector_status walker_fit(struct walker *walker, const struct graph *graph, size_t beam)
{
    if (beam > walker->beam) {
        struct entry *pool = realloc(walker->pool, (beam + 1) * sizeof *pool);
        if (pool == NULL) {
            return VECTOR_ERR_MEMORY;
        }
        walker->pool = pool;
        walker->beam = beam;
    }
    const size_t words = graph->room / 64 + 1;
    if (words > walker->words) {
        uint64_t *visited = realloc(walker->visited, words * sizeof *visited);
        if (visited == NULL) {
            return VECTOR_ERR_MEMORY;
        }
        memset(visited + walker->words, 0, (words - walker->words) * sizeof *visited);
        walker->visited = visited;
        walker->words = words;
    }
    return VECTOR_OK;
}

void walker_release(struct walker *walker)
{
    free(walker->pool);
    free(walker->visited);
    free(walker->touched);
    free(walker->memory);
    *walker = (struct walker){0};
}

/* ---- probes ---- */

void probe_vector(const struct graph *graph, const float *vector, double length,
                  struct probe *probe)
{
    const bool is_cosine = graph->metric == VECTOR_COSINE;
    float largest = 0;
    int32_t sum = 0;
    for (size_t k = 0; k < graph->dim; k++) {
        largest = fmaxf(largest, fabsf(vector[k]));
    }
    const float inverse = largest > 0x1p-100f ? 127 / largest : 0;
    for (size_t k = 0; k < graph->dim; k++) {
        const float level = rintf(fminf(fmaxf(vector[k] * inverse, -127), 127));
        probe->bytes[k] = (int8_t)level;
        sum += (int32_t)level;
    }
    probe->scale = inverse > 0 ? (float)((double)largest / 127 / (is_cosine ? length : 1)) : 0;
    probe->length = is_cosine ? 1 : (float)length;
    probe->offset = INT8_MIDDLE * sum;
}

void probe_node(const struct graph *graph, uint32_t node, struct probe *probe)
{
    const uint8_t *code = graph->codes + node * graph->stride;
    int32_t sum = 0;
    for (size_t k = 0; k < graph->stride; k++) {
        const int level = code[k] - INT8_MIDDLE;
        probe->bytes[k] = (int8_t)level;
        sum += level;
    }
    probe->scale = graph->scales[node];
    probe->length = graph->metric == VECTOR_COSINE ? 1 : graph->lengths[node];
    probe->offset = INT8_MIDDLE * sum;
}

void probe_scores(const struct graph *graph, const struct probe *probe, const uint32_t *nodes,
                  size_t count, float *ret_scores)
{
    int32_t sums[2 * GRAPH_LINKS_MAX + ROWS_AT_ONCE];
    const struct vector_rows rows = {
        .base = (const char *)graph->codes,
        .picks = nodes,
        .count = count,
        .stride = graph->stride,
        .dim = graph->stride,
    };
    graph->kernel->dots_int8(&rows, probe->bytes, sums);
    for (size_t i = 0; i < count; i++) {
        ret_scores[i] = (float)(sums[i] - probe->offset) * (probe->scale * graph->scales[nodes[i]]);
    }
    for (size_t i = 0; i < count && graph->metric == VECTOR_L2; i++) {
        const float length = graph->lengths[nodes[i]];
        ret_scores[i] = 2 * ret_scores[i] - length * length - probe->length * probe->length;
    }
}

/* ---- levels ---- */

static bool is_new(struct walker *walker, uint32_t node)
{
    uint64_t *word = &walker->visited[node / 64];
    const uint64_t bit = UINT64_C(1) << node % 64;
    if ((*word & bit) != 0) {
        return false;
    }
    *word |= bit;
    if (walker->touched_count < walker->touched_room) {
        walker->touched[walker->touched_count] = node;
    }
    walker->touched_count++;
    return true;
}

/* Bits are cleared one by one, unless there were more than are remembered. */
static void forget(struct walker *walker)
{
    if (walker->touched_count > walker->touched_room) {
        memset(walker->visited, 0, walker->words * sizeof *walker->visited);
    } else {
        for (size_t i = 0; i < walker->touched_count; i++) {
            walker->visited[walker->touched[i] / 64] = 0;
        }
    }
    walker->touched_count = 0;
}

/* Where it came to lie; `beam` when it is not near enough. */
static size_t pool_put(struct walker *walker, size_t beam, struct entry entry)
{
    struct entry *pool = walker->pool;
    if (walker->count == beam && !(entry.score > pool[beam - 1].score)) {
        return beam;
    }
    size_t low = 0, high = walker->count;
    while (low < high) {
        const size_t middle = (low + high) / 2;
        if (pool[middle].score >= entry.score) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    memmove(pool + low + 1, pool + low, (walker->count - low) * sizeof *pool);
    pool[low] = entry;
    walker->count += walker->count < beam;
    return low;
}

/* Scores the links of a node; the first place of the pool that changed. */
static size_t expand(const struct graph *graph, struct walker *walker, unsigned level, size_t beam,
                     uint32_t node)
{
    uint32_t fresh[2 * GRAPH_LINKS_MAX];
    float scores[2 * GRAPH_LINKS_MAX + ROWS_AT_ONCE];
    const uint32_t *links = links_of(graph, node, level);
    size_t count = 0, first = beam;
    for (uint32_t i = 1; i <= links[0]; i++) {
        fresh[count] = links[i];
        if (is_new(walker, links[i])) {
            const uint8_t *code = graph->codes + links[i] * graph->stride;
            __builtin_prefetch(code);
            __builtin_prefetch(code + LINE);
            count++;
        }
    }
    if (count == 0) {
        return first;
    }
    probe_scores(graph, &walker->probe, fresh, count, scores);
    for (size_t i = 0; i < count; i++) {
        const size_t place = pool_put(walker, beam, (struct entry){scores[i], fresh[i]});
        first = place < first ? place : first;
    }
    return first;
}

void walk_level(const struct graph *graph, struct walker *walker, unsigned level, size_t beam)
{
    walker->count = walker->count < beam ? walker->count : beam;
    for (size_t i = 0; i < walker->count; i++) {
        is_new(walker, walker->pool[i].node);
    }
    for (size_t next = 0; next < walker->count;) {
        struct entry *entry = &walker->pool[next];
        if ((entry->node & WAS_EXPANDED) != 0) {
            next++;
            continue;
        }
        const uint32_t node = entry->node;
        entry->node |= WAS_EXPANDED;
        const size_t changed = expand(graph, walker, level, beam, node);
        next = changed < next ? changed : next;
    }
    forget(walker);
    walk_reset(walker);
}

void walk_reset(struct walker *walker)
{
    for (size_t i = 0; i < walker->count; i++) {
        walker->pool[i].node &= ~WAS_EXPANDED;
    }
}

void walk_down(const struct graph *graph, struct walker *walker, unsigned level)
{
    float scores[ROWS_AT_ONCE];
    probe_scores(graph, &walker->probe, &graph->entry, 1, scores);
    walker->pool[0] = (struct entry){scores[0], graph->entry};
    walker->count = 1;
    for (unsigned at = graph->levels[graph->entry]; at > level; at--) {
        walk_level(graph, walker, at, 1);
    }
}

/* ---- searches ---- */

struct graph_search {
    struct graph *graph;
    struct walker walker;
};

#define EXACT_LEAST 32u /* of the beam are scored exactly, and 4 k */

enum vector_status graph_search_new(struct graph *graph, struct graph_search **ret_search)
{
    if (graph == NULL || ret_search == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    struct graph_search *search = calloc(1, sizeof *search);
    if (search == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    search->graph = graph;
    const enum vector_status status = walker_init(&search->walker, graph, GRAPH_BEAM_DEFAULT);
    if (status != VECTOR_OK) {
        free(search);
        return status;
    }
    *ret_search = search;
    return VECTOR_OK;
}

void graph_search_free(struct graph_search *search)
{
    if (search != NULL) {
        walker_release(&search->walker);
        free(search);
    }
}

/* The nearest that are still there get exact scores, in groups. */
static void score_exactly(const struct graph *graph, const struct walker *walker,
                          const float *query, double length, struct best *best)
{
    size_t left = 4 * best->room > EXACT_LEAST ? 4 * best->room : EXACT_LEAST;
    const bool is_distance = graph->metric == VECTOR_L2;
    for (size_t i = 0; i < walker->count && left > 0;) {
        uint32_t nodes[ROWS_AT_ONCE];
        float scores[ROWS_AT_ONCE];
        size_t count = 0;
        for (; i < walker->count && count < ROWS_AT_ONCE && count < left; i++) {
            nodes[count] = walker->pool[i].node;
            count += graph->states[walker->pool[i].node] == NODE_USED;
        }
        if (count == 0) {
            return;
        }
        const struct vector_rows rows = {(const char *)graph->rows, nodes, count,
                                         graph->dim * sizeof(float), graph->dim};
        graph->kernel->sums(&rows, is_distance ? VECTOR_SQUARES : VECTOR_PRODUCTS, query, scores);
        for (size_t n = 0; n < count; n++) {
            const float score =
                is_distance ? -scores[n] : scores[n] / graph->lengths[nodes[n]] / (float)length;
            best_offer(best, nodes[n], score);
        }
        left -= count;
    }
}

static enum vector_status find(struct graph_search *search, const float *query, double length,
                               size_t beam, struct best *best)
{
    const struct graph *graph = search->graph;
    struct walker *walker = &search->walker;
    if (graph->used == 0) {
        return VECTOR_EMPTY;
    }
    /* Removed ones take places in the beam that others need. */
    beam += graph->removed < beam ? graph->removed : beam;
    const enum vector_status status = walker_fit(walker, graph, beam);
    if (status == VECTOR_OK) {
        probe_vector(graph, query, length, &walker->probe);
        walk_down(graph, walker, 0);
        walk_level(graph, walker, 0, beam);
        score_exactly(graph, walker, query, length, best);
        best_sort(best);
    }
    return status;
}

enum vector_status graph_find(struct graph_search *search, const float *query, size_t k,
                              size_t beam, struct graph_hit *ret_hits, size_t *ret_count)
{
    if (search == NULL || query == NULL || ret_hits == NULL || ret_count == NULL || k == 0) {
        return VECTOR_ERR_ARGUMENT;
    }
    if (k > GRAPH_BEAM_MAX || beam > GRAPH_BEAM_MAX) {
        return VECTOR_ERR_LIMIT;
    }
    struct graph *graph = search->graph;
    double length;
    enum vector_status status = vector_length(query, graph->dim, graph->metric, &length);
    if (status != VECTOR_OK) {
        return status;
    }
    struct vector_hit few[64], *hits = k <= 64 ? few : malloc(k * sizeof *hits);
    if (hits == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    struct best best;
    best_begin(&best, hits, k);
    pthread_rwlock_rdlock(&graph->lock);
    status = find(search, query, length, beam > k ? beam : k, &best);
    for (size_t i = 0; i < best.count; i++) {
        ret_hits[i] = (struct graph_hit){graph->ids[hits[i].id], hits[i].score};
    }
    pthread_rwlock_unlock(&graph->lock);
    *ret_count = best.count;
    if (hits != few) {
        free(hits);
    }
    return status;
}
