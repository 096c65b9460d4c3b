/* sqlite-vec as an engine: an extension of SQLite that scans all rows of a virtual table.  It is
 * loaded from node_modules (`npm ci` in suites/vector), where the package puts it. */
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "engine.h"

struct index {
    sqlite3 *db;
    sqlite3_stmt *query;
    int vector_bytes;
};

static void drop(void *index)
{
    struct index *own = index;
    sqlite3_finalize(own->query);
    sqlite3_close(own->db);
    free(own);
}

static bool run(sqlite3 *db, const char *sql)
{
    return sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK;
}

static bool open_table(struct index *index, size_t dim)
{
    char sql[128];
    snprintf(sql, sizeof sql, "create virtual table v using vec0(e float[%zu])", dim);
    return sqlite3_open(":memory:", &index->db) == SQLITE_OK &&
           sqlite3_db_config(index->db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL) ==
               SQLITE_OK &&
           sqlite3_load_extension(index->db, SQLITE_VEC_PATH, "sqlite3_vec_init", NULL) ==
               SQLITE_OK &&
           run(index->db, sql);
}

static bool insert_all(struct index *index, const struct engine_rows *rows)
{
    sqlite3_stmt *insert = NULL;
    bool is_good = run(index->db, "begin") &&
                   sqlite3_prepare_v2(index->db, "insert into v(rowid, e) values(?, ?)", -1,
                                      &insert, NULL) == SQLITE_OK;
    for (size_t i = 0; i < rows->count && is_good; i++) {
        sqlite3_bind_int64(insert, 1, (sqlite3_int64)i);
        sqlite3_bind_blob(insert, 2, rows->rows + i * rows->dim, index->vector_bytes,
                          SQLITE_STATIC);
        is_good = sqlite3_step(insert) == SQLITE_DONE && sqlite3_reset(insert) == SQLITE_OK;
    }
    sqlite3_finalize(insert);
    return is_good && run(index->db, "commit");
}

static void *build(const struct engine_rows *rows)
{
    struct index *index = calloc(1, sizeof *index);
    if (index == NULL)
        return NULL;
    index->vector_bytes = (int)(rows->dim * sizeof *rows->rows);
    if (!open_table(index, rows->dim) || !insert_all(index, rows) ||
        sqlite3_prepare_v2(index->db,
                           "select rowid from v where e match ? and k = ? order by distance", -1,
                           &index->query, NULL) != SQLITE_OK) {
        drop(index);
        return NULL;
    }
    return index;
}

static size_t find(void *index, const float *query, size_t k, size_t beam, uint32_t *ret_ids)
{
    const struct index *own = index;
    size_t count = 0;
    (void)beam;
    sqlite3_bind_blob(own->query, 1, query, own->vector_bytes, SQLITE_STATIC);
    sqlite3_bind_int64(own->query, 2, (sqlite3_int64)k);
    while (count < k && sqlite3_step(own->query) == SQLITE_ROW)
        ret_ids[count++] = (uint32_t)sqlite3_column_int64(own->query, 0);
    sqlite3_reset(own->query);
    return count;
}

const struct engine engine_sqlite_vec = {"sqlite-vec", build, NULL, NULL, find, drop};
