/* Statements of the SQLite engine: each call is one of SQLite's own.
 * Texts and blobs are lent, not copied: whoever binds them keeps them until the statement is reset,
 * which the table of functions asks for. */
#include <math.h>
#include <stdlib.h>

#include "store/closed/segment.h"
#include "store/sqlite/sqlite.h"

struct sqlite_statement {
    struct sql_statement base; /* must be first */
    sqlite3_stmt *handle;
};

static sqlite3_stmt *handle(struct sql_statement *statement)
{
    return ((struct sqlite_statement *)statement)->handle;
}

assay_status sqlite_prepare(struct sql_store *store, const char *text, bool kept,
                            struct sql_statement **ret_statement)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    struct sqlite_statement *statement = calloc(1, sizeof *statement);
    const unsigned flags = kept ? SQLITE_PREPARE_PERSISTENT : 0;
    if (statement == NULL)
        return ASSAY_ERR_MEMORY;
    statement->base.engine = &SQLITE_ENGINE;
    if (sqlite3_prepare_v3(self->db, text, -1, flags, &statement->handle, NULL) != SQLITE_OK) {
        free(statement);
        return sqlite_failed(store, "ask the store");
    }
    *ret_statement = &statement->base;
    return ASSAY_OK;
}

static void bind_integer(struct sql_statement *statement, int at, int64_t value)
{
    sqlite3_bind_int64(handle(statement), at, value);
}

/* SQLite has no NaN: it binds NULL for it by itself. */
static void bind_real(struct sql_statement *statement, int at, double value)
{
    sqlite3_bind_double(handle(statement), at, value);
}

static void bind_text(struct sql_statement *statement, int at, const char *text)
{
    if (text == NULL)
        sqlite3_bind_null(handle(statement), at);
    else
        sqlite3_bind_text(handle(statement), at, text, -1, SQLITE_STATIC);
}

static void bind_blob(struct sql_statement *statement, int at, const void *bytes, size_t length)
{
    sqlite3_bind_blob64(handle(statement), at, bytes, length, SQLITE_STATIC);
}

static enum sql_step step(struct sql_statement *statement)
{
    const int code = sqlite3_step(handle(statement));
    return code == SQLITE_ROW ? SQL_ROW : code == SQLITE_DONE ? SQL_DONE : SQL_FAILED;
}

static bool is_null(struct sql_statement *statement, int at)
{
    return sqlite3_column_type(handle(statement), at) == SQLITE_NULL;
}

static int64_t integer(struct sql_statement *statement, int at)
{
    return sqlite3_column_int64(handle(statement), at);
}

static double real(struct sql_statement *statement, int at)
{
    return sqlite3_column_double(handle(statement), at);
}

static const char *text(struct sql_statement *statement, int at)
{
    return (const char *)sqlite3_column_text(handle(statement), at);
}

static const void *blob(struct sql_statement *statement, int at, size_t *ret_length)
{
    const void *bytes = sqlite3_column_blob(handle(statement), at);
    *ret_length = (size_t)sqlite3_column_bytes(handle(statement), at);
    return bytes;
}

static void reset(struct sql_statement *statement)
{
    sqlite3_reset(handle(statement));
    sqlite3_clear_bindings(handle(statement));
}

static void finalize(struct sql_statement *statement)
{
    sqlite3_finalize(handle(statement));
    free(statement);
}

static assay_status insert(struct sql_store *store, struct sql_statement *statement,
                           int64_t *ret_key)
{
    sqlite3 *db = ((struct sqlite_store *)store)->db;
    TRY(sql_run_kept(store, statement, NULL));
    *ret_key = sqlite3_changes(db) > 0 ? sqlite3_last_insert_rowid(db) : 0;
    return ASSAY_OK;
}

static assay_status insert_chunks(struct sql_store *store, const char *bytes,
                                  const struct chunk_row *rows, size_t count)
{
    struct sql_statement *statement;
    TRY(sql_keep(store, KEPT_CHUNK,
                 "INSERT INTO chunk(key, segment, series, points) VALUES($1, $2, $3, $4)",
                 &statement));
    for (size_t i = 0; i < count; i++) {
        sql_bind_integer(statement, 1, CHUNK_KEY(rows[i].segment, rows[i].series));
        sql_bind_integer(statement, 2, rows[i].segment);
        sql_bind_integer(statement, 3, rows[i].series);
        sql_bind_blob(statement, 4, bytes + rows[i].offset, rows[i].length);
        TRY(sql_run_kept(store, statement, NULL));
    }
    return ASSAY_OK;
}

const struct sql_engine SQLITE_ENGINE = {
    .prepare = sqlite_prepare,
    .bind_integer = bind_integer,
    .bind_real = bind_real,
    .bind_text = bind_text,
    .bind_blob = bind_blob,
    .step = step,
    .is_null = is_null,
    .integer = integer,
    .real = real,
    .text = text,
    .blob = blob,
    .reset = reset,
    .finalize = finalize,
    .integrity = "PRAGMA integrity_check",
    .failed = sqlite_failed,
    .begin_writing = sqlite_begin_writing,
    .end_writing = sqlite_end_writing,
    .begin_reading = sqlite_begin_reading,
    .end_reading = sqlite_end_reading,
    .insert = insert,
    .returning_key = "",
    .insert_chunks = insert_chunks,
    .hold = sqlite_hold,
    .is_held = sqlite_is_held,
};
