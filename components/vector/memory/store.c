/* Vectors and graphs as blobs of SQLite.  A graph is cut into parts of 16 MiB, since a blob may not
 * have more than a billion bytes and is copied whole; a savepoint makes it appear at once. */
#include "store.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vector_plan.h"

#define PART ((size_t)16 << 20)

enum statement { PUT, GET, PUT_PART, DROP_PARTS, SIZE_OF_PARTS, GET_PARTS, STATEMENTS };

static const char *const SQL[STATEMENTS] = {
    [PUT] = "insert or replace into vectors(id, numbers) values(?, ?)",
    [GET] = "select numbers from vectors where id = ?",
    [PUT_PART] = "insert into graphs(name, part, bytes) values(?, ?, ?)",
    [DROP_PARTS] = "delete from graphs where name = ?",
    [SIZE_OF_PARTS] = "select sum(length(bytes)), count(*), max(part) from graphs where name = ?",
    [GET_PARTS] = "select bytes from graphs where name = ? order by part",
};

struct vector_store {
    sqlite3 *db;
    sqlite3_stmt *statements[STATEMENTS];
};

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

enum vector_status vector_store_open(sqlite3 *db, struct vector_store **ret_store)
{
    if (db == NULL || ret_store == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    if (!run(db, "create table if not exists vectors(id integer primary key, numbers blob);"
                 "create table if not exists graphs(name text, part integer, bytes blob,"
                 " primary key(name, part))")) {
        return VECTOR_ERR_STORE;
    }
    struct vector_store *store = calloc(1, sizeof *store);
    if (store == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    store->db = db;
    for (int i = 0; i < STATEMENTS; i++) {
        if (sqlite3_prepare_v2(db, SQL[i], -1, &store->statements[i], NULL) != SQLITE_OK) {
            vector_store_close(store);
            return VECTOR_ERR_STORE;
        }
    }
    *ret_store = store;
    return VECTOR_OK;
}

void vector_store_close(struct vector_store *store)
{
    if (store != NULL) {
        for (int i = 0; i < STATEMENTS; i++) {
            sqlite3_finalize(store->statements[i]);
        }
        free(store);
    }
}

/* The end of a statement's use: what it was bound to may go. */
static enum vector_status finish(sqlite3_stmt *statement, enum vector_status status)
{
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

/* ---- vectors ---- */

enum vector_status vector_store_put(struct vector_store *store, uint64_t id, const float *vector,
                                    size_t dim)
{
    if (store == NULL || vector == NULL || dim == 0 || dim > VECTOR_DIM_MAX) {
        return VECTOR_ERR_ARGUMENT;
    }
    double length;
    const enum vector_status status = vector_length(vector, dim, VECTOR_L2, &length);
    if (status != VECTOR_OK) {
        return status;
    }
    sqlite3_stmt *put = store->statements[PUT];
    sqlite3_bind_int64(put, 1, (sqlite3_int64)id);
    sqlite3_bind_blob(put, 2, vector, (int)(dim * sizeof *vector), SQLITE_STATIC);
    return finish(put, sqlite3_step(put) == SQLITE_DONE ? VECTOR_OK : VECTOR_ERR_STORE);
}

enum vector_status vector_store_get(struct vector_store *store, uint64_t id, float *ret_vector,
                                    size_t dim)
{
    if (store == NULL || ret_vector == NULL || dim == 0) {
        return VECTOR_ERR_ARGUMENT;
    }
    sqlite3_stmt *get = store->statements[GET];
    sqlite3_bind_int64(get, 1, (sqlite3_int64)id);
    const int step = sqlite3_step(get);
    if (step != SQLITE_ROW) {
        return finish(get, step == SQLITE_DONE ? VECTOR_ERR_ABSENT : VECTOR_ERR_STORE);
    }
    const void *numbers = sqlite3_column_blob(get, 0);
    if (numbers == NULL || (size_t)sqlite3_column_bytes(get, 0) != dim * sizeof *ret_vector) {
        return finish(get, VECTOR_ERR_CORRUPT);
    }
    memcpy(ret_vector, numbers, dim * sizeof *ret_vector);
    double length;
    const bool is_good = vector_length(ret_vector, dim, VECTOR_L2, &length) == VECTOR_OK;
    return finish(get, is_good ? VECTOR_OK : VECTOR_ERR_CORRUPT);
}

static enum vector_status put_cold(void *context, uint64_t id, const float *vector, size_t dim)
{
    return vector_store_put(context, id, vector, dim);
}

static enum vector_status get_cold(void *context, uint64_t id, float *ret_vector, size_t dim)
{
    return vector_store_get(context, id, ret_vector, dim);
}

struct tiers_cold vector_store_cold(struct vector_store *store)
{
    return (struct tiers_cold){store, put_cold, get_cold};
}

/* ---- graphs ---- */

static bool drop_parts(struct vector_store *store, const char *name)
{
    sqlite3_stmt *drop = store->statements[DROP_PARTS];
    sqlite3_bind_text(drop, 1, name, -1, SQLITE_STATIC);
    const bool is_done = sqlite3_step(drop) == SQLITE_DONE;
    finish(drop, VECTOR_OK);
    return is_done;
}

static bool put_parts(struct vector_store *store, const char *name, const uint8_t *bytes,
                      size_t size)
{
    sqlite3_stmt *put = store->statements[PUT_PART];
    bool is_done = true;
    for (size_t begin = 0; begin < size && is_done; begin += PART) {
        const size_t length = size - begin < PART ? size - begin : PART;
        sqlite3_bind_text(put, 1, name, -1, SQLITE_STATIC);
        sqlite3_bind_int64(put, 2, (sqlite3_int64)(begin / PART));
        sqlite3_bind_blob(put, 3, bytes + begin, (int)length, SQLITE_STATIC);
        is_done = sqlite3_step(put) == SQLITE_DONE;
        finish(put, VECTOR_OK);
    }
    return is_done;
}

enum vector_status vector_store_save(struct vector_store *store, const char *name,
                                     struct graph *graph)
{
    if (store == NULL || name == NULL || graph == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    void *bytes = NULL;
    size_t size = 0;
    enum vector_status status = graph_save(graph, &bytes, &size);
    if (status != VECTOR_OK) {
        return status;
    }
    status = VECTOR_ERR_STORE;
    if (run(store->db, "savepoint vector_store")) {
        const bool is_done = drop_parts(store, name) && put_parts(store, name, bytes, size);
        if (!is_done) {
            run(store->db, "rollback to vector_store");
        }
        if (run(store->db, "release vector_store") && is_done) {
            status = VECTOR_OK;
        }
    }
    free(bytes);
    return status;
}

/* Parts are 0, 1, 2 and so on: their number and the greatest one say whether any is missing. */
static enum vector_status size_of_parts(struct vector_store *store, const char *name,
                                        size_t *ret_size)
{
    sqlite3_stmt *sizes = store->statements[SIZE_OF_PARTS];
    sqlite3_bind_text(sizes, 1, name, -1, SQLITE_STATIC);
    if (sqlite3_step(sizes) != SQLITE_ROW) {
        return finish(sizes, VECTOR_ERR_STORE);
    }
    const sqlite3_int64 size = sqlite3_column_int64(sizes, 0);
    const sqlite3_int64 count = sqlite3_column_int64(sizes, 1);
    const sqlite3_int64 last = sqlite3_column_int64(sizes, 2);
    if (count == 0) {
        return finish(sizes, VECTOR_ERR_ABSENT);
    }
    if (last != count - 1 || size <= 0) {
        return finish(sizes, VECTOR_ERR_CORRUPT);
    }
    *ret_size = (size_t)size;
    return finish(sizes, VECTOR_OK);
}

static enum vector_status get_parts(struct vector_store *store, const char *name, uint8_t *bytes,
                                    size_t size)
{
    sqlite3_stmt *parts = store->statements[GET_PARTS];
    size_t filled = 0;
    int step;
    sqlite3_bind_text(parts, 1, name, -1, SQLITE_STATIC);
    while ((step = sqlite3_step(parts)) == SQLITE_ROW) {
        const void *part = sqlite3_column_blob(parts, 0);
        const size_t length = (size_t)sqlite3_column_bytes(parts, 0);
        if (part == NULL || length > size - filled) {
            return finish(parts, VECTOR_ERR_CORRUPT);
        }
        memcpy(bytes + filled, part, length);
        filled += length;
    }
    if (step != SQLITE_DONE) {
        return finish(parts, VECTOR_ERR_STORE);
    }
    return finish(parts, filled == size ? VECTOR_OK : VECTOR_ERR_CORRUPT);
}

enum vector_status vector_store_load(struct vector_store *store, const char *name,
                                     struct graph **ret_graph)
{
    if (store == NULL || name == NULL || ret_graph == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    size_t size = 0;
    enum vector_status status = size_of_parts(store, name, &size);
    if (status != VECTOR_OK) {
        return status;
    }
    uint8_t *bytes = malloc(size);
    if (bytes == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    status = get_parts(store, name, bytes, size);
    if (status == VECTOR_OK) {
        status = graph_load(bytes, size, ret_graph);
    }
    free(bytes);
    return status;
}
