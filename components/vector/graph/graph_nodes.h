/* What a graph consists of: arrays over nodes, a map of ids, and walks over it.  Internal.
 *
 * Invariants, while nobody inserts:
 *   1. a link of a level leads to another node that has this level and is not free
 *   2. `entry` is a node of the highest level of all that are not free, or NONE
 *   3. ids of nodes in use are in the map, those of removed and free ones are not */
#ifndef GRAPH_NODES_H
#define GRAPH_NODES_H

#include <pthread.h>

#include "vector_graph.h"
#include "vector_kernels.h"

#define NONE UINT32_MAX
#define LEVEL_MAX 15u

enum node_state { NODE_USED, NODE_REMOVED, NODE_FREE };

/* A query or a node's code, as kernels want it. */
struct probe {
    int8_t *bytes;
    float scale, length; /* length: |q|, or 1 for cosines */
    int32_t offset;
};

struct entry {
    float score;
    uint32_t node; /* with WAS_EXPANDED */
};

/* Scratch memory of one walk at a time. */
struct walker {
    struct entry *pool; /* the nearest first; one more than `beam` */
    size_t count, beam;
    uint64_t *visited; /* a bit a node */
    size_t words;
    uint32_t *touched; /* those whose bit is set */
    size_t touched_count, touched_room;
    struct probe probe, other;
    void *memory;
};

struct graph {
    pthread_rwlock_t lock;
    const struct vector_kernel *kernel;
    size_t dim, links, beam;
    enum vector_metric metric;
    uint64_t random;
    /* Of each node. */
    uint64_t *ids;
    uint8_t *levels, *states;
    float *rows, *scales, *lengths; /* scales: for cosines divided by the length */
    uint8_t *codes;
    uint32_t *ground;   /* level 0: a number of links and 2 * links of them */
    uint32_t **upper;   /* NULL, or `level` times a number of links and `links` of them */
    size_t count, room; /* nodes, also free ones */
    size_t stride;      /* bytes of a code */
    uint32_t entry;
    uint32_t first_free; /* no place before it is free */
    size_t used, removed;
    uint32_t *map; /* node of an id, open addressing; a power of two of places */
    size_t map_room;
    struct walker walker; /* of insertions and repairs */
};

/* ---- nodes ---- */

INLINE size_t links_max(const struct graph *graph, unsigned level)
{
    return level == 0 ? 2 * graph->links : graph->links;
}

/* The number of links, and the links. */
INLINE uint32_t *links_of(const struct graph *graph, uint32_t node, unsigned level)
{
    return level == 0 ? graph->ground + node * (1 + 2 * graph->links)
                      : graph->upper[node] + (level - 1) * (1 + graph->links);
}

/* A free place for a node, not in use yet.  VECTOR_ERR_MEMORY, VECTOR_ERR_LIMIT. */
enum vector_status node_take(struct graph *graph, unsigned level, uint32_t *ret_node);
/* What belongs to the vector: id, row, code.  Its length is known to be good. */
void node_fill(struct graph *graph, uint32_t node, uint64_t id, const float *vector, double length);
/* Back to the free places. */
void node_drop(struct graph *graph, uint32_t node);
/* The place of an id in the map, where it is or would be. */
uint32_t *map_place(const struct graph *graph, uint64_t id);
void map_remove(struct graph *graph, uint64_t id);
/* A random level, geometrically distributed. */
unsigned random_level(struct graph *graph);

/* ---- walks ---- */

enum vector_status walker_init(struct walker *walker, const struct graph *graph, size_t beam);
/* Room for another beam, or for more nodes. */
enum vector_status walker_fit(struct walker *walker, const struct graph *graph, size_t beam);
void walker_release(struct walker *walker);

/* Makes a probe of a vector; and of a node's code. */
void probe_vector(const struct graph *graph, const float *vector, double length,
                  struct probe *probe);
void probe_node(const struct graph *graph, uint32_t node, struct probe *probe);
/* Estimated scores of nodes; room for 7 more. */
void probe_scores(const struct graph *graph, const struct probe *probe, const uint32_t *nodes,
                  size_t count, float *ret_scores);

/* The pool becomes the nearest `beam` nodes of a level, found from those that are in it. */
void walk_level(const struct graph *graph, struct walker *walker, unsigned level, size_t beam);
/* The pool becomes the node of `level` that is nearest, coming from the entry. */
void walk_down(const struct graph *graph, struct walker *walker, unsigned level);
/* Flags are off again, so that another level may begin with this pool. */
void walk_reset(struct walker *walker);

/* ---- links ---- */

/* Of candidates, the nearest first, those that are nearer to the base than to one that was chosen
 * already, at most `most`.  `base` is not among them. */
size_t links_choose(const struct graph *graph, struct walker *walker, const struct entry *from,
                    size_t count, size_t most, uint32_t *ret_links);
/* New links for a node, the best of candidates in any order. */
void links_renew(struct graph *graph, uint32_t node, unsigned level, uint32_t *candidates,
                 size_t count);
/* graph_repair for those who hold the lock. */
enum vector_status links_repair(struct graph *graph);

#endif
