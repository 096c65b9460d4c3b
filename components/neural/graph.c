/* Neurons and connections: see graph.h.
 *
 * The hash table has open addressing with linear probing, at most half full, and closes the gap
 * that a removed entry leaves by moving later ones up (Knuth, The Art of Computer Programming vol.
 * 3, 2nd ed., 6.4, algorithm R), so that there are no tombstones.  An entry is the place of a
 * connection in its neuron's list.
 *
 * Invariants: 1. a connection is in exactly one list and one entry; 2. lists[from].items[place] is
 * where the entry (from, to) says; 3. degrees are the numbers of connections. */
#include "graph.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define BITS_FIRST 6u
#define ROOM_FIRST 4u
#define EMPTY UINT32_MAX

struct connection {
    uint32_t to;
    float weight;
};

struct list {
    struct connection *items;
    uint32_t count, room;
};

struct entry {
    uint32_t from, to; /* from == EMPTY: free */
    uint32_t place;
};

struct neural_graph {
    size_t neurons, connections;
    struct list *lists;
    uint32_t *arriving;
    float *potentials;
    uint32_t *buffers[2]; /* of active neurons, for cascades */
    struct entry *entries;
    unsigned bits; /* 2^bits entries */
};

/* ---- making one ---- */

static struct entry *new_entries(unsigned bits)
{
    struct entry *entries = malloc(((size_t)1 << bits) * sizeof *entries);
    for (size_t i = 0; entries != NULL && i < (size_t)1 << bits; i++) {
        entries[i].from = EMPTY;
    }
    return entries;
}

enum neural_status neural_graph_new(size_t neurons, struct neural_graph **ret_graph)
{
    if (ret_graph == NULL || neurons == 0) {
        return NEURAL_ERR_ARGUMENT;
    }
    if (neurons > NEURAL_NEURONS_MAX) {
        return NEURAL_ERR_LIMIT;
    }
    struct neural_graph *graph = calloc(1, sizeof *graph);
    if (graph == NULL) {
        return NEURAL_ERR_MEMORY;
    }
    graph->neurons = neurons;
    graph->bits = BITS_FIRST;
    graph->lists = calloc(neurons, sizeof *graph->lists);
    graph->arriving = calloc(neurons, sizeof *graph->arriving);
    graph->potentials = calloc(neurons, sizeof *graph->potentials);
    graph->buffers[0] = calloc(2 * neurons, sizeof *graph->buffers[0]);
    graph->entries = new_entries(graph->bits);
    if (graph->lists == NULL || graph->arriving == NULL || graph->potentials == NULL ||
        graph->buffers[0] == NULL || graph->entries == NULL) {
        neural_graph_free(graph);
        return NEURAL_ERR_MEMORY;
    }
    graph->buffers[1] = graph->buffers[0] + neurons;
    *ret_graph = graph;
    return NEURAL_OK;
}

void neural_graph_free(struct neural_graph *graph)
{
    if (graph == NULL) {
        return;
    }
    for (size_t i = 0; graph->lists != NULL && i < graph->neurons; i++) {
        free(graph->lists[i].items);
    }
    free(graph->lists);
    free(graph->arriving);
    free(graph->potentials);
    free(graph->buffers[0]);
    free(graph->entries);
    free(graph);
}

size_t neural_graph_neurons(const struct neural_graph *graph)
{
    return graph->neurons;
}

size_t neural_graph_connections(const struct neural_graph *graph)
{
    return graph->connections;
}

size_t neural_degree_out(const struct neural_graph *graph, uint32_t neuron)
{
    return neuron < graph->neurons ? graph->lists[neuron].count : 0;
}

size_t neural_degree_in(const struct neural_graph *graph, uint32_t neuron)
{
    return neuron < graph->neurons ? graph->arriving[neuron] : 0;
}

/* ---- the table ---- */

static size_t home_of(const struct neural_graph *graph, uint32_t from, uint32_t to)
{
    const uint64_t key = (uint64_t)from << 32 | to;
    return (key * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - graph->bits);
}

/* The entry of a connection, or the free one where it would go. */
static struct entry *entry_of(const struct neural_graph *graph, uint32_t from, uint32_t to)
{
    const size_t mask = ((size_t)1 << graph->bits) - 1;
    size_t at = home_of(graph, from, to);
    while (graph->entries[at].from != EMPTY &&
           (graph->entries[at].from != from || graph->entries[at].to != to)) {
        at = (at + 1) & mask;
    }
    return &graph->entries[at];
}

static bool grow(struct neural_graph *graph)
{
    struct entry *old = graph->entries, *entries = new_entries(graph->bits + 1);
    if (entries == NULL) {
        return false;
    }
    const size_t count = (size_t)1 << graph->bits;
    graph->entries = entries;
    graph->bits++;
    for (size_t i = 0; i < count; i++) {
        if (old[i].from != EMPTY) {
            *entry_of(graph, old[i].from, old[i].to) = old[i];
        }
    }
    free(old);
    return true;
}

static void remove_entry(struct neural_graph *graph, struct entry *entry)
{
    const size_t mask = ((size_t)1 << graph->bits) - 1;
    size_t gap = (size_t)(entry - graph->entries);
    for (size_t at = (gap + 1) & mask; graph->entries[at].from != EMPTY; at = (at + 1) & mask) {
        const size_t home = home_of(graph, graph->entries[at].from, graph->entries[at].to);
        if (((at - home) & mask) >= ((at - gap) & mask)) {
            graph->entries[gap] = graph->entries[at];
            gap = at;
        }
    }
    graph->entries[gap].from = EMPTY;
}

/* ---- edits ---- */

static bool is_there(const struct neural_graph *graph, uint32_t from, uint32_t to)
{
    return from < graph->neurons && to < graph->neurons;
}

static bool make_place(struct list *list)
{
    if (list->count < list->room) {
        return true;
    }
    const uint32_t room = list->room > 0 ? 2 * list->room : ROOM_FIRST;
    struct connection *items = realloc(list->items, room * sizeof *items);
    if (items == NULL) {
        return false;
    }
    list->items = items;
    list->room = room;
    return true;
}

enum neural_status neural_connect(struct neural_graph *graph, uint32_t from, uint32_t to,
                                  float weight)
{
    if (graph == NULL || !is_there(graph, from, to)) {
        return NEURAL_ERR_ARGUMENT;
    }
    if (!isfinite(weight)) {
        return NEURAL_ERR_NOT_FINITE;
    }
    struct list *list = &graph->lists[from];
    struct entry *entry = entry_of(graph, from, to);
    if (entry->from != EMPTY) {
        list->items[entry->place].weight = weight;
        return NEURAL_OK;
    }
    if (graph->connections >= NEURAL_CONNECTIONS_MAX) {
        return NEURAL_ERR_LIMIT;
    }
    const bool full = 2 * (graph->connections + 1) > (size_t)1 << graph->bits;
    if (!make_place(list) || (full && !grow(graph))) {
        return NEURAL_ERR_MEMORY;
    }
    *entry_of(graph, from, to) = (struct entry){from, to, list->count};
    list->items[list->count++] = (struct connection){to, weight};
    graph->arriving[to]++;
    graph->connections++;
    return NEURAL_OK;
}

bool neural_disconnect(struct neural_graph *graph, uint32_t from, uint32_t to)
{
    struct entry *entry = is_there(graph, from, to) ? entry_of(graph, from, to) : NULL;
    if (entry == NULL || entry->from == EMPTY) {
        return false;
    }
    struct list *list = &graph->lists[from];
    const uint32_t place = entry->place;
    const struct connection last = list->items[--list->count];
    if (place < list->count) { /* the last one takes its place */
        list->items[place] = last;
        entry_of(graph, from, last.to)->place = place;
    }
    remove_entry(graph, entry);
    graph->arriving[to]--;
    graph->connections--;
    return true;
}

bool neural_connection(const struct neural_graph *graph, uint32_t from, uint32_t to,
                       float *ret_weight)
{
    const struct entry *entry = is_there(graph, from, to) ? entry_of(graph, from, to) : NULL;
    if (entry == NULL || entry->from == EMPTY) {
        return false;
    }
    if (ret_weight != NULL) {
        *ret_weight = graph->lists[from].items[entry->place].weight;
    }
    return true;
}

size_t neural_prune(struct neural_graph *graph, float least)
{
    const size_t before = graph->connections;
    for (uint32_t from = 0; from < graph->neurons; from++) {
        const struct list *list = &graph->lists[from];
        for (uint32_t place = 0; place < list->count;) {
            if (fabsf(list->items[place].weight) < least) {
                neural_disconnect(graph, from, list->items[place].to);
            } else {
                place++;
            }
        }
    }
    return before - graph->connections;
}

/* ---- activity ---- */

static bool all_there(const struct neural_graph *graph, const uint32_t *active, size_t count)
{
    bool there = count <= graph->neurons;
    for (size_t i = 0; there && i < count; i++) {
        there = active[i] < graph->neurons;
    }
    return there;
}

/* ret_next[next] is written for every neuron, and kept only where it fires: no branch to guess. */
static size_t step(struct neural_graph *graph, const struct neural_rule *rule,
                   const uint32_t *active, size_t count, uint32_t *ret_next)
{
    float *potentials = graph->potentials;
    size_t next = 0;
    for (size_t i = 0; i < graph->neurons; i++) {
        potentials[i] *= rule->decay;
    }
    for (size_t i = 0; i < count; i++) {
        const struct list *list = &graph->lists[active[i]];
        for (size_t k = 0; k < list->count; k++) {
            potentials[list->items[k].to] += list->items[k].weight;
        }
    }
    for (size_t i = 0; i < graph->neurons; i++) {
        const bool fires = potentials[i] >= rule->threshold;
        ret_next[next] = (uint32_t)i;
        next += fires;
        potentials[i] = fires ? 0 : potentials[i];
    }
    return next;
}

enum neural_status neural_fire(struct neural_graph *graph, const struct neural_rule *rule,
                               const uint32_t *active, size_t count, uint32_t *ret_next,
                               size_t *ret_next_count)
{
    if (graph == NULL || rule == NULL || (active == NULL && count > 0) || ret_next == NULL ||
        ret_next_count == NULL || !all_there(graph, active, count)) {
        return NEURAL_ERR_ARGUMENT;
    }
    *ret_next_count = step(graph, rule, active, count, ret_next);
    return NEURAL_OK;
}

size_t neural_cascade(struct neural_graph *graph, const struct neural_rule *rule,
                      const uint32_t *active, size_t count, size_t most, size_t *ret_steps)
{
    size_t fired = 0, steps = 0;
    if (!all_there(graph, active, count)) {
        count = 0;
    }
    while (count > 0) {
        fired += count;
        if (steps == most) {
            break;
        }
        uint32_t *next = graph->buffers[steps++ % 2];
        count = step(graph, rule, active, count, next);
        active = next;
    }
    if (ret_steps != NULL) {
        *ret_steps = steps;
    }
    return fired;
}

void neural_rest(struct neural_graph *graph)
{
    memset(graph->potentials, 0, graph->neurons * sizeof *graph->potentials);
}

const float *neural_potentials(const struct neural_graph *graph)
{
    return graph->potentials;
}
