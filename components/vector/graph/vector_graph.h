/* An index of near neighbours: a hierarchical navigable small world (Malkov and Yashunin, 2018,
 * arXiv 1603.09320) over int8 codes, whose best are scored exactly.
 *
 *   struct graph *graph = NULL;
 *   struct graph_search *search = NULL;
 *   graph_new(&(struct graph_options){.dim = 128, .metric = VECTOR_COSINE}, &graph);
 *   graph_insert(graph, 17, row);
 *   graph_search_new(graph, &search);
 *   graph_find(search, query, 10, 64, hits, &found);
 *   graph_search_free(search);
 *   graph_free(graph);
 *
 * Results are approximate: a wider beam looks at more vectors and misses fewer.  On data without
 * clusters and with many dimensions all such indexes fail; vector.h's searches do not.
 *
 * Threads: any number may search, insert and remove at once, each with a search of its own.
 * Searches go side by side; an insertion or removal waits for them and goes alone.  The same
 * insertions in the same order make the same graph. */
#ifndef VECTOR_GRAPH_H
#define VECTOR_GRAPH_H

#include "vector.h"

#define GRAPH_LINKS_DEFAULT 16u
#define GRAPH_LINKS_MAX 64u
#define GRAPH_BEAM_DEFAULT 100u
#define GRAPH_BEAM_MAX 65536u
#define GRAPH_COUNT_MAX ((1u << 31) - 1)

struct graph_options {
    size_t dim;
    enum vector_metric metric; /* VECTOR_COSINE or VECTOR_L2 */
    size_t links;              /* of a vector, twice as many on the ground; 0: the default */
    size_t beam;               /* of insertions; 0: the default */
    uint64_t seed;             /* of the levels */
};

struct graph_hit {
    uint64_t id;
    float score; /* as in vector.h */
};

struct graph;
struct graph_search;

/* ret_graph  written only on VECTOR_OK; freed by graph_free.
 *
 * VECTOR_ERR_ARGUMENT, VECTOR_ERR_LIMIT, VECTOR_ERR_MEMORY. */
enum vector_status graph_new(const struct graph_options *options, struct graph **ret_graph);

/* NULL is allowed.  No search of it may be left. */
void graph_free(struct graph *graph);

/* Adds a vector; `id` is the caller's.
 *
 * VECTOR_ERR_ARGUMENT, VECTOR_ERR_EXISTS, VECTOR_ERR_NOT_FINITE, VECTOR_ERR_ZERO, VECTOR_ERR_LIMIT,
 * VECTOR_ERR_MEMORY: the graph is what it was. */
enum vector_status graph_insert(struct graph *graph, uint64_t id, const float *vector);

/* Results no longer hold this vector, but searches still go over it, until graph_repair.
 * VECTOR_ERR_ABSENT. */
enum vector_status graph_remove(struct graph *graph, uint64_t id);

/* Links around removed vectors, and gives their memory to later ones.  VECTOR_ERR_MEMORY. */
enum vector_status graph_repair(struct graph *graph);

/* Copies the vector, `dim` numbers, as it was inserted.  VECTOR_ERR_ABSENT. */
enum vector_status graph_get(struct graph *graph, uint64_t id, float *ret_vector);

/* Vectors in results; vectors that graph_repair would take out; bytes of everything. */
size_t graph_count(struct graph *graph);
size_t graph_removed(struct graph *graph);
size_t graph_bytes(struct graph *graph);

/* ret_search  written only on VECTOR_OK; freed by graph_search_free. */
enum vector_status graph_search_new(struct graph *graph, struct graph_search **ret_search);
void graph_search_free(struct graph_search *search);

/* About the k nearest of all.
 *
 * beam       vectors that are followed at once, at least k are.
 * ret_hits   room for k; the best first; written on VECTOR_OK only.
 * ret_count  how many there are; 0 on VECTOR_EMPTY.
 *
 * VECTOR_EMPTY, VECTOR_ERR_ARGUMENT, VECTOR_ERR_NOT_FINITE, VECTOR_ERR_ZERO, VECTOR_ERR_LIMIT,
 * VECTOR_ERR_MEMORY. */
enum vector_status graph_find(struct graph_search *search, const float *query, size_t k,
                              size_t beam, struct graph_hit *ret_hits, size_t *ret_count);

/* Uses this kernel from now on; NULL: the fastest available one, as at first. */
void graph_use(struct graph *graph, const struct vector_kernel *kernel);

/* The graph as bytes, after graph_repair; freed with free().  VECTOR_ERR_MEMORY. */
enum vector_status graph_save(struct graph *graph, void **ret_bytes, size_t *ret_size);

/* A graph from the bytes of graph_save.  Nothing in them is believed: sizes, sums, links, levels
 * and numbers are checked.  VECTOR_ERR_CORRUPT, VECTOR_ERR_MEMORY, VECTOR_ERR_ARGUMENT. */
enum vector_status graph_load(const void *bytes, size_t size, struct graph **ret_graph);

#endif
