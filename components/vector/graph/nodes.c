/* Nodes of a graph: their memory, which grows by half, and the map from ids to them.
 *
 * Everything that searches touch lies in arrays over nodes: codes by themselves, since they are
 * what a walk reads; rows by themselves, since only the best are read. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph_nodes.h"

#define ROOM_FIRST 64u
#define LINE 64u

enum vector_status graph_new(const struct graph_options *options, struct graph **ret_graph)
{
    if (options == NULL || ret_graph == NULL || options->dim == 0 ||
        (options->metric != VECTOR_COSINE && options->metric != VECTOR_L2)) {
        return VECTOR_ERR_ARGUMENT;
    }
    if (options->dim > VECTOR_DIM_MAX || options->links > GRAPH_LINKS_MAX || options->links == 1 ||
        options->beam > GRAPH_BEAM_MAX) {
        return VECTOR_ERR_LIMIT;
    }
    struct graph *graph = calloc(1, sizeof *graph);
    if (graph == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    graph->dim = options->dim;
    graph->metric = options->metric;
    graph->links = options->links > 0 ? options->links : GRAPH_LINKS_DEFAULT;
    graph->beam = options->beam > 0 ? options->beam : GRAPH_BEAM_DEFAULT;
    graph->random = options->seed;
    graph->stride = (options->dim + INT8_BYTES - 1) / INT8_BYTES * INT8_BYTES;
    graph->entry = NONE;
    graph->kernel = vector_kernel_fastest();
    if (walker_init(&graph->walker, graph, graph->beam) != VECTOR_OK) {
        free(graph);
        return VECTOR_ERR_MEMORY;
    }
    if (pthread_rwlock_init(&graph->lock, NULL) != 0) {
        walker_release(&graph->walker);
        free(graph);
        return VECTOR_ERR_MEMORY;
    }
    *ret_graph = graph;
    return VECTOR_OK;
}

void graph_free(struct graph *graph)
{
    if (graph == NULL) {
        return;
    }
    for (size_t node = 0; node < graph->count; node++) {
        free(graph->upper[node]);
    }
    free(graph->ids);
    free(graph->levels);
    free(graph->states);
    free(graph->rows);
    free(graph->scales);
    free(graph->lengths);
    free(graph->codes);
    free(graph->ground);
    free(graph->upper);
    free(graph->map);
    walker_release(&graph->walker);
    pthread_rwlock_destroy(&graph->lock);
    free(graph);
}

void graph_use(struct graph *graph, const struct vector_kernel *kernel)
{
    graph->kernel = kernel != NULL ? kernel : vector_kernel_fastest();
}

/* ---- the map ---- */

static size_t hash(uint64_t id)
{
    id = (id ^ id >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return (size_t)(id ^ id >> 32);
}

uint32_t *map_place(const struct graph *graph, uint64_t id)
{
    size_t place = hash(id) & (graph->map_room - 1);
    while (graph->map[place] != NONE && graph->ids[graph->map[place]] != id) {
        place = (place + 1) & (graph->map_room - 1);
    }
    return &graph->map[place];
}

/* What follows a removed place may have been put there because of it. */
void map_remove(struct graph *graph, uint64_t id)
{
    size_t place = (size_t)(map_place(graph, id) - graph->map);
    graph->map[place] = NONE;
    for (;;) {
        place = (place + 1) & (graph->map_room - 1);
        const uint32_t moved = graph->map[place];
        if (moved == NONE) {
            return;
        }
        graph->map[place] = NONE;
        *map_place(graph, graph->ids[moved]) = moved;
    }
}

static bool grow_map(struct graph *graph, size_t count)
{
    size_t room = graph->map_room > 0 ? graph->map_room : 2 * ROOM_FIRST;
    while (room < 2 * count) {
        room *= 2;
    }
    if (room == graph->map_room) {
        return true;
    }
    uint32_t *map = malloc(room * sizeof *map);
    if (map == NULL) {
        return false;
    }
    memset(map, 0xFF, room * sizeof *map);
    free(graph->map);
    graph->map = map;
    graph->map_room = room;
    for (uint32_t node = 0; node < graph->count; node++) {
        if (graph->states[node] == NODE_USED) {
            *map_place(graph, graph->ids[node]) = node;
        }
    }
    return true;
}

/* ---- nodes ---- */

static bool resize(void *array, size_t room, size_t size)
{
    void **place = array;
    void *moved = realloc(*place, room * size);
    if (moved != NULL) {
        *place = moved;
    }
    return moved != NULL;
}

/* Codes begin at a line, so that those of 64 bytes do not lie in two. */
static bool resize_codes(struct graph *graph, size_t room)
{
    void *codes = NULL;
    if (posix_memalign(&codes, LINE, room * graph->stride + LINE) != 0) {
        return false;
    }
    if (graph->count > 0) {
        memcpy(codes, graph->codes, graph->count * graph->stride);
    }
    free(graph->codes);
    graph->codes = codes;
    return true;
}

static bool grow(struct graph *graph)
{
    const size_t room = graph->room > 0 ? graph->room + graph->room / 2 : ROOM_FIRST;
    const bool grown =
        resize(&graph->ids, room, sizeof *graph->ids) &&
        resize(&graph->levels, room, sizeof *graph->levels) &&
        resize(&graph->states, room, sizeof *graph->states) &&
        resize(&graph->rows, room, graph->dim * sizeof *graph->rows) &&
        resize(&graph->scales, room, sizeof *graph->scales) &&
        resize(&graph->lengths, room, sizeof *graph->lengths) &&
        resize(&graph->ground, room, (1 + 2 * graph->links) * sizeof *graph->ground) &&
        resize(&graph->upper, room, sizeof *graph->upper) && resize_codes(graph, room);
    graph->room = grown ? room : graph->room;
    return grown;
}

static uint32_t free_place(const struct graph *graph)
{
    uint32_t node = graph->first_free;
    while (node < graph->count && graph->states[node] != NODE_FREE) {
        node++;
    }
    return node;
}

enum vector_status node_take(struct graph *graph, unsigned level, uint32_t *ret_node)
{
    const uint32_t node = free_place(graph);
    if (node == GRAPH_COUNT_MAX) {
        return VECTOR_ERR_LIMIT;
    }
    if ((node == graph->room && !grow(graph)) || !grow_map(graph, graph->used + 1)) {
        return VECTOR_ERR_MEMORY;
    }
    uint32_t *upper = NULL;
    if (level > 0) {
        upper = calloc(level, (1 + graph->links) * sizeof *upper);
        if (upper == NULL) {
            return VECTOR_ERR_MEMORY;
        }
    }
    graph->count += node == graph->count;
    graph->first_free = node;
    graph->levels[node] = (uint8_t)level;
    graph->states[node] = NODE_FREE;
    graph->upper[node] = upper;
    links_of(graph, node, 0)[0] = 0;
    *ret_node = node;
    return VECTOR_OK;
}

void node_fill(struct graph *graph, uint32_t node, uint64_t id, const float *vector, double length)
{
    uint8_t *code = graph->codes + node * graph->stride;
    float largest = 0;
    memcpy(graph->rows + node * graph->dim, vector, graph->dim * sizeof *vector);
    for (size_t k = 0; k < graph->dim; k++) {
        largest = fmaxf(largest, fabsf(vector[k]));
    }
    const float inverse = largest > 0x1p-100f ? 127 / largest : 0;
    memset(code, INT8_MIDDLE, graph->stride);
    for (size_t k = 0; k < graph->dim; k++) {
        const float level = rintf(fminf(fmaxf(vector[k] * inverse, -127), 127));
        code[k] = (uint8_t)((int)level + INT8_MIDDLE);
    }
    const double unit = graph->metric == VECTOR_COSINE ? length : 1;
    graph->scales[node] = inverse > 0 ? (float)((double)largest / 127 / unit) : 0;
    graph->lengths[node] = (float)length;
    graph->ids[node] = id;
    graph->states[node] = NODE_USED;
    graph->used++;
    *map_place(graph, id) = node;
}

void node_drop(struct graph *graph, uint32_t node)
{
    free(graph->upper[node]);
    graph->upper[node] = NULL;
    graph->states[node] = NODE_FREE;
    graph->levels[node] = 0;
    graph->first_free = node < graph->first_free ? node : graph->first_free;
    links_of(graph, node, 0)[0] = 0;
}

/* splitmix64, Vigna's public-domain reference. */
unsigned random_level(struct graph *graph)
{
    uint64_t z = graph->random += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    const double unit = (double)((z ^ (z >> 31)) >> 11) * 0x1p-53 + 0x1p-54;
    const double level = -log(unit) / log((double)graph->links);
    return level < LEVEL_MAX ? (unsigned)level : LEVEL_MAX;
}

/* ---- what is asked of a graph ---- */

size_t graph_count(struct graph *graph)
{
    pthread_rwlock_rdlock(&graph->lock);
    const size_t count = graph->used;
    pthread_rwlock_unlock(&graph->lock);
    return count;
}

size_t graph_removed(struct graph *graph)
{
    pthread_rwlock_rdlock(&graph->lock);
    const size_t count = graph->removed;
    pthread_rwlock_unlock(&graph->lock);
    return count;
}

size_t graph_bytes(struct graph *graph)
{
    pthread_rwlock_rdlock(&graph->lock);
    const size_t node = sizeof *graph->ids + sizeof *graph->levels + sizeof *graph->states +
                        graph->dim * sizeof *graph->rows + sizeof *graph->scales +
                        sizeof *graph->lengths + graph->stride + sizeof *graph->upper +
                        (1 + 2 * graph->links) * sizeof *graph->ground;
    size_t bytes = sizeof *graph + graph->room * node + graph->map_room * sizeof *graph->map;
    for (size_t i = 0; i < graph->count; i++) {
        bytes += graph->levels[i] * (1 + graph->links) * sizeof(uint32_t);
    }
    pthread_rwlock_unlock(&graph->lock);
    return bytes;
}

enum vector_status graph_get(struct graph *graph, uint64_t id, float *ret_vector)
{
    if (graph == NULL || ret_vector == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    enum vector_status status = VECTOR_ERR_ABSENT;
    pthread_rwlock_rdlock(&graph->lock);
    const uint32_t node = graph->map_room > 0 ? *map_place(graph, id) : NONE;
    if (node != NONE) {
        memcpy(ret_vector, graph->rows + node * graph->dim, graph->dim * sizeof *ret_vector);
        status = VECTOR_OK;
    }
    pthread_rwlock_unlock(&graph->lock);
    return status;
}
