/* Forgetting of the SQLite engine.  All runs go in one transaction, so that a crash forgets all of
 * them or none; the file gives its pages back afterwards, which can be done again at any time.
 * Invariant: the run of a baseline and a run that another process is writing are never removed. */
#include "store/sqlite.h"

static assay_status forget(struct sqlite_store *self, sqlite3_int64 run)
{
    static const char *const STATEMENTS[] = {
        "DELETE FROM measurement WHERE run = ?", "DELETE FROM result WHERE run = ?",
        "DELETE FROM target WHERE run = ?",      "DELETE FROM module WHERE run = ?",
        "DELETE FROM missing WHERE run = ?",     "DELETE FROM run WHERE key = ?",
    };
    for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++) {
        STATEMENT_AUTO *statement = NULL;
        TRY(sqlite_prepare(self, STATEMENTS[i], &statement));
        sqlite3_bind_int64(statement, 1, run);
        TRY(sqlite_rows_end(self, sqlite3_step(statement)));
    }
    return ASSAY_OK;
}

/* Looked at inside the transaction: somebody may have saved a baseline meanwhile. */
static assay_status check_free(struct sqlite_store *self, sqlite3_int64 run, const char *id)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sqlite_prepare(self, "SELECT name FROM baseline WHERE run = ?", &statement));
    sqlite3_bind_int64(statement, 1, run);
    int code = sqlite3_step(statement);
    if (code == SQLITE_ROW)
        return buf_error(&self->store.error, ASSAY_ERR_ARGUMENT,
                         "run %s is the baseline '%s': nothing was removed", id,
                         (const char *)sqlite3_column_text(statement, 0));
    return sqlite_rows_end(self, code);
}

/* Benchmarks and metrics that no run has any more. */
static assay_status forget_unused(struct sqlite_store *self)
{
    static const char *const STATEMENTS[] = {
        "DELETE FROM series WHERE key NOT IN (SELECT series FROM measurement)",
        "DELETE FROM benchmark WHERE key NOT IN (SELECT benchmark FROM result)"
        " AND key NOT IN (SELECT benchmark FROM series)",
    };
    for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++) {
        STATEMENT_AUTO *statement = NULL;
        TRY(sqlite_prepare(self, STATEMENTS[i], &statement));
        TRY(sqlite_rows_end(self, sqlite3_step(statement)));
    }
    return ASSAY_OK;
}

static assay_status forget_all(struct sqlite_store *self, const char *const *ids, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        sqlite3_int64 key = 0;
        TRY(sqlite_run_key(self, ids[i], &key));
        TRY(check_free(self, key, ids[i]));
        TRY(forget(self, key));
    }
    return forget_unused(self);
}

assay_status sqlite_prune(struct store *store, const char *const *ids, size_t count)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    TRY(sqlite_begin_writing(self));
    return sqlite_end_writing(self, forget_all(self, ids, count));
}

assay_status sqlite_vacuum(struct store *store)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    const char *sql = "VACUUM; PRAGMA wal_checkpoint(TRUNCATE);";
    return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? ASSAY_OK
               : sqlite_failed(self, "make the store smaller");
}
