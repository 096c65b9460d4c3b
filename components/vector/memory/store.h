/* Vectors and graphs in an SQLite database of the caller's.
 *
 *   struct vector_store *store = NULL;
 *   vector_store_open(db, &store);
 *   vector_store_put(store, 17, numbers, dim);
 *   vector_store_save(store, "memories", graph);
 *   vector_store_close(store);
 *
 * Tables `vectors` and `graphs` are made where they are not.  What is read is checked: a vector of
 * another length, a graph with a part missing or with one bit changed is VECTOR_ERR_CORRUPT, and so
 * is a graph that graph_load refuses. */
#ifndef VECTOR_STORE_H
#define VECTOR_STORE_H

#include <sqlite3.h>

#include "tiers.h"
#include "vector.h"
#include "vector_graph.h"

struct vector_store;

/* ret_store  written only on VECTOR_OK; closed by vector_store_close, before the database is.
 *
 * VECTOR_ERR_ARGUMENT, VECTOR_ERR_MEMORY, VECTOR_ERR_STORE (sqlite3_errmsg tells more). */
enum vector_status vector_store_open(sqlite3 *db, struct vector_store **ret_store);
void vector_store_close(struct vector_store *store);

/* A vector under an id gets the place of the one before.  VECTOR_ERR_NOT_FINITE, VECTOR_ERR_STORE.
 */
enum vector_status vector_store_put(struct vector_store *store, uint64_t id, const float *vector,
                                    size_t dim);

/* VECTOR_ERR_ABSENT, VECTOR_ERR_CORRUPT (another length, numbers that are not finite),
 * VECTOR_ERR_STORE. */
enum vector_status vector_store_get(struct vector_store *store, uint64_t id, float *ret_vector,
                                    size_t dim);

/* The store as a cold tier. */
struct tiers_cold vector_store_cold(struct vector_store *store);

/* A graph under a name, whole or not at all; one under the same name is replaced. */
enum vector_status vector_store_save(struct vector_store *store, const char *name,
                                     struct graph *graph);

/* VECTOR_ERR_ABSENT, VECTOR_ERR_CORRUPT, VECTOR_ERR_MEMORY, VECTOR_ERR_STORE. */
enum vector_status vector_store_load(struct vector_store *store, const char *name,
                                     struct graph **ret_graph);

#endif
