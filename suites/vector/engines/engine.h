/* Engines of the suite `vector` beside components/vector's searches of all rows, and the oracle.
 *
 * An index is made of rows of unit length, whose ids are their places; the nearest are those of the
 * smallest distance or the greatest cosine, which is the same. */
#ifndef SUITES_VECTOR_ENGINE_H
#define SUITES_VECTOR_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct engine_rows {
    const float *rows;
    size_t count, dim;
};

/* Graphs of all engines have 16 links a vector; beams of insertions are each engine's, see the
 * suite's page. */
struct engine {
    const char *name;
    void *(*build)(const struct engine_rows *rows); /* NULL when it fails */
    /* An index as bytes, which the caller frees, and back; NULL where building takes no time. */
    bool (*save)(void *index, void **ret_bytes, size_t *ret_size);
    void *(*load)(const struct engine_rows *rows, const void *bytes, size_t size);
    /* How many were found, at most k; `beam` is for graphs. */
    size_t (*find)(void *index, const float *query, size_t k, size_t beam, uint32_t *ret_ids);
    void (*drop)(void *index);
};

extern const struct engine engine_graph;
struct graph;
struct graph *engine_graph_of(void *index); /* which is owned by the index */
/* Compiled only where the libraries are. */
extern const struct engine engine_hnswlib, engine_faiss, engine_faiss_flat, engine_sqlite_vec;

/* The k greatest cosines of all rows, in doubles, the greatest first. */
void naive_search(const struct engine_rows *rows, const float *query, size_t k, uint32_t *ret_ids,
                  double *ret_scores);

#ifdef __cplusplus
}
#endif

#endif
