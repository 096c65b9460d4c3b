/* components/vector's graph as an engine. */
#include <stdlib.h>

#include "engine.h"
#include "vector_graph.h"

#define HITS_MAX 64u

struct index {
    struct graph *graph;
    struct graph_search *search;
};

static void drop(void *index)
{
    struct index *own = index;
    graph_search_free(own->search);
    graph_free(own->graph);
    free(own);
}

/* Takes the graph over. */
static void *index_of(struct graph *graph)
{
    struct index *index = calloc(1, sizeof *index);
    if (index == NULL) {
        graph_free(graph);
        return NULL;
    }
    index->graph = graph;
    if (graph_search_new(graph, &index->search) != VECTOR_OK) {
        drop(index);
        return NULL;
    }
    return index;
}

static void *build(const struct engine_rows *rows)
{
    const struct graph_options options = {.dim = rows->dim, .metric = VECTOR_COSINE};
    struct graph *graph = NULL;
    if (graph_new(&options, &graph) != VECTOR_OK)
        return NULL;
    for (size_t i = 0; i < rows->count; i++) {
        if (graph_insert(graph, i, rows->rows + i * rows->dim) != VECTOR_OK) {
            graph_free(graph);
            return NULL;
        }
    }
    return index_of(graph);
}

static bool save(void *index, void **ret_bytes, size_t *ret_size)
{
    const struct index *own = index;
    return graph_save(own->graph, ret_bytes, ret_size) == VECTOR_OK;
}

static void *load(const struct engine_rows *rows, const void *bytes, size_t size)
{
    (void)rows;
    struct graph *graph = NULL;
    return graph_load(bytes, size, &graph) == VECTOR_OK ? index_of(graph) : NULL;
}

static size_t find(void *index, const float *query, size_t k, size_t beam, uint32_t *ret_ids)
{
    const struct index *own = index;
    struct graph_hit hits[HITS_MAX];
    size_t found = 0;
    if (k > HITS_MAX || graph_find(own->search, query, k, beam, hits, &found) != VECTOR_OK)
        return 0;
    for (size_t i = 0; i < found; i++)
        ret_ids[i] = (uint32_t)hits[i].id;
    return found;
}

struct graph *engine_graph_of(void *index)
{
    const struct index *own = index;
    return own->graph;
}

const struct engine engine_graph = {"graph", build, save, load, find, drop};
