/* Insertions, removals and repairs: which nodes are linked.
 *
 * A node is linked to near ones in different directions: of two that are nearer to each other than
 * to it, only the nearer one (Malkov and Yashunin 2018, algorithm 4).  Lists that overflow are
 * chosen anew the same way. */
#include <stdlib.h>
#include <string.h>

#include "graph_nodes.h"
#include "vector_plan.h"

#define CANDIDATES_MAX (8 * GRAPH_LINKS_MAX)

/* Whether one of the chosen is nearer to the probe than `least`; eight at a time. */
static bool any_nearer(const struct graph *graph, const struct probe *probe, const uint32_t *chosen,
                       size_t count, float least)
{
    for (size_t i = 0; i < count; i += ROWS_AT_ONCE) {
        float scores[ROWS_AT_ONCE];
        const size_t part = count - i < ROWS_AT_ONCE ? count - i : ROWS_AT_ONCE;
        probe_scores(graph, probe, chosen + i, part, scores);
        for (size_t k = 0; k < part; k++) {
            if (scores[k] > least) {
                return true;
            }
        }
    }
    return false;
}

size_t links_choose(const struct graph *graph, struct walker *walker, const struct entry *from,
                    size_t count, size_t most, uint32_t *ret_links)
{
    size_t chosen = 0;
    for (size_t i = 0; i < count && chosen < most; i++) {
        probe_node(graph, from[i].node, &walker->other);
        if (!any_nearer(graph, &walker->other, ret_links, chosen, from[i].score)) {
            ret_links[chosen++] = from[i].node;
        }
    }
    return chosen;
}

static int by_score(const void *a, const void *b)
{
    const struct entry *left = a, *right = b;
    const int order = (left->score < right->score) - (left->score > right->score);
    return order != 0 ? order : (left->node > right->node) - (left->node < right->node);
}

void links_renew(struct graph *graph, uint32_t node, unsigned level, uint32_t *candidates,
                 size_t count)
{
    struct walker *walker = &graph->walker;
    struct entry entries[CANDIDATES_MAX];
    uint32_t *links = links_of(graph, node, level);
    probe_node(graph, node, &walker->other);
    for (size_t i = 0; i < count; i += 2 * GRAPH_LINKS_MAX) {
        float scores[2 * GRAPH_LINKS_MAX + ROWS_AT_ONCE];
        const size_t part = count - i < 2 * GRAPH_LINKS_MAX ? count - i : 2 * GRAPH_LINKS_MAX;
        probe_scores(graph, &walker->other, candidates + i, part, scores);
        for (size_t k = 0; k < part; k++) {
            entries[i + k] = (struct entry){scores[k], candidates[i + k]};
        }
    }
    qsort(entries, count, sizeof *entries, by_score);
    links[0] =
        (uint32_t)links_choose(graph, walker, entries, count, links_max(graph, level), links + 1);
}

static void add_link(struct graph *graph, uint32_t from, uint32_t to, unsigned level)
{
    uint32_t *links = links_of(graph, from, level);
    if (links[0] < links_max(graph, level)) {
        links[++links[0]] = to;
        return;
    }
    uint32_t candidates[2 * GRAPH_LINKS_MAX + 1];
    memcpy(candidates, links + 1, links[0] * sizeof *links);
    candidates[links[0]] = to;
    links_renew(graph, from, level, candidates, links[0] + 1);
}

/* Links of a node whose own level and code are set; the walk comes from above. */
static void connect(struct graph *graph, uint32_t node)
{
    struct walker *walker = &graph->walker;
    const unsigned own = graph->levels[node], top = graph->levels[graph->entry];
    probe_node(graph, node, &walker->probe);
    walk_down(graph, walker, own < top ? own : top);
    for (unsigned level = own < top ? own : top;; level--) {
        walk_level(graph, walker, level, graph->beam);
        uint32_t *links = links_of(graph, node, level);
        links[0] = (uint32_t)links_choose(graph, walker, walker->pool, walker->count, graph->links,
                                          links + 1);
        for (uint32_t i = 1; i <= links[0]; i++) {
            add_link(graph, links[i], node, level);
        }
        if (level == 0) {
            return;
        }
    }
}

static enum vector_status insert(struct graph *graph, uint64_t id, const float *vector,
                                 double length)
{
    if (graph->map_room > 0 && *map_place(graph, id) != NONE) {
        return VECTOR_ERR_EXISTS;
    }
    uint32_t node;
    const uint64_t random = graph->random;
    enum vector_status status = node_take(graph, random_level(graph), &node);
    if (status != VECTOR_OK) {
        graph->random = random;
        return status;
    }
    status = walker_fit(&graph->walker, graph, graph->beam);
    if (status != VECTOR_OK) {
        node_drop(graph, node);
        graph->random = random;
        return status;
    }
    node_fill(graph, node, id, vector, length);
    if (graph->entry != NONE) {
        connect(graph, node);
    }
    if (graph->entry == NONE || graph->levels[node] > graph->levels[graph->entry]) {
        graph->entry = node;
    }
    return VECTOR_OK;
}

enum vector_status graph_insert(struct graph *graph, uint64_t id, const float *vector)
{
    if (graph == NULL || vector == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    double length;
    enum vector_status status = vector_length(vector, graph->dim, graph->metric, &length);
    if (status == VECTOR_OK) {
        pthread_rwlock_wrlock(&graph->lock);
        status = insert(graph, id, vector, length);
        pthread_rwlock_unlock(&graph->lock);
    }
    return status;
}

/* ---- removals ---- */

enum vector_status graph_remove(struct graph *graph, uint64_t id)
{
    if (graph == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    enum vector_status status = VECTOR_ERR_ABSENT;
    pthread_rwlock_wrlock(&graph->lock);
    const uint32_t node = graph->map_room > 0 ? *map_place(graph, id) : NONE;
    if (node != NONE) {
        map_remove(graph, id);
        graph->states[node] = NODE_REMOVED;
        graph->used--;
        graph->removed++;
        status = VECTOR_OK;
    }
    pthread_rwlock_unlock(&graph->lock);
    return status;
}

/* Candidates for the links of a node, each once. */
struct gathering {
    const struct graph *graph;
    struct walker *walker;
    uint32_t *to;
    size_t count;
};

static void gather(struct gathering *g, uint32_t node)
{
    uint64_t *word = &g->walker->visited[node / 64];
    const uint64_t bit = UINT64_C(1) << node % 64;
    if ((*word & bit) == 0 && g->count < CANDIDATES_MAX) {
        *word |= bit;
        g->to[g->count++] = node;
    }
}

/* Used neighbours, and those behind removed ones, which pass on what they were linked to; removed
 * ones are gathered, too, as long as there is room, so that chains of them are followed. */
static void gather_links(struct gathering *g, uint32_t node, unsigned level)
{
    const uint32_t *links = links_of(g->graph, node, level);
    for (uint32_t i = 1; i <= links[0]; i++) {
        gather(g, links[i]);
    }
    for (size_t next = 0; next < g->count; next++) {
        if (g->graph->states[g->to[next]] == NODE_REMOVED) {
            const uint32_t *behind = links_of(g->graph, g->to[next], level);
            for (uint32_t i = 1; i <= behind[0]; i++) {
                gather(g, behind[i]);
            }
        }
    }
}

static bool has_removed_link(const struct graph *graph, uint32_t node, unsigned level)
{
    const uint32_t *links = links_of(graph, node, level);
    for (uint32_t i = 1; i <= links[0]; i++) {
        if (graph->states[links[i]] == NODE_REMOVED) {
            return true;
        }
    }
    return false;
}

/* What was gathered without the node itself and without removed ones. */
static size_t keep_used(struct gathering *g, uint32_t node)
{
    size_t kept = 0;
    for (size_t i = 0; i < g->count; i++) {
        g->walker->visited[g->to[i] / 64] = 0;
        if (g->graph->states[g->to[i]] == NODE_USED && g->to[i] != node) {
            g->to[kept++] = g->to[i];
        }
    }
    return kept;
}

static void relink(struct graph *graph, uint32_t node)
{
    uint32_t candidates[CANDIDATES_MAX];
    for (unsigned level = 0; level <= graph->levels[node]; level++) {
        if (has_removed_link(graph, node, level)) {
            struct gathering g = {graph, &graph->walker, candidates, 0};
            gather_links(&g, node, level);
            links_renew(graph, node, level, candidates, keep_used(&g, node));
        }
    }
}

/* A used node of the highest level. */
static uint32_t highest(const struct graph *graph)
{
    uint32_t best = NONE;
    for (uint32_t node = 0; node < graph->count; node++) {
        if (graph->states[node] == NODE_USED &&
            (best == NONE || graph->levels[node] > graph->levels[best])) {
            best = node;
        }
    }
    return best;
}

/* A used node that nothing leads to any more gets a link from the first one that it leads to. */
static void reach_all(struct graph *graph)
{
    struct walker *walker = &graph->walker;
    memset(walker->visited, 0, walker->words * sizeof *walker->visited);
    for (uint32_t node = 0; node < graph->count; node++) {
        const uint32_t *links = links_of(graph, node, 0);
        for (uint32_t i = 1; i <= links[0] && graph->states[node] == NODE_USED; i++) {
            walker->visited[links[i] / 64] |= UINT64_C(1) << links[i] % 64;
        }
    }
    uint32_t *lost = walker->touched;
    size_t count = 0;
    for (uint32_t node = 0; node < graph->count && count < walker->touched_room; node++) {
        const bool is_linked = (walker->visited[node / 64] >> node % 64 & 1) != 0;
        lost[count] = node;
        count += graph->states[node] == NODE_USED && !is_linked && node != graph->entry;
    }
    memset(walker->visited, 0, walker->words * sizeof *walker->visited);
    while (count > 0) {
        const uint32_t node = lost[--count], *links = links_of(graph, node, 0);
        add_link(graph, links[0] > 0 ? links[1] : graph->entry, node, 0);
    }
}

enum vector_status links_repair(struct graph *graph)
{
    const enum vector_status status = walker_fit(&graph->walker, graph, graph->beam);
    if (status != VECTOR_OK || graph->removed == 0) {
        return status;
    }
    for (uint32_t node = 0; node < graph->count; node++) {
        if (graph->states[node] == NODE_USED) {
            relink(graph, node);
        }
    }
    for (uint32_t node = 0; node < graph->count; node++) {
        if (graph->states[node] == NODE_REMOVED) {
            node_drop(graph, node);
        }
    }
    graph->removed = 0;
    graph->entry = highest(graph);
    if (graph->entry != NONE) {
        reach_all(graph);
    }
    return VECTOR_OK;
}

enum vector_status graph_repair(struct graph *graph)
{
    if (graph == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    pthread_rwlock_wrlock(&graph->lock);
    const enum vector_status status = links_repair(graph);
    pthread_rwlock_unlock(&graph->lock);
    return status;
}
