/* Baselines of the SQLite engine: names that point at runs, and the modules that were kept of a
 * run. Why modules by run and not by baseline: two baselines of one run share them.  Removing a
 * name removes no run; the copies that nobody can measure against any more go.  Invariant: a name
 * that exists is only moved when the caller asked for that. */
#include <string.h>

#include "store/sqlite.h"

static assay_status done(struct sqlite_store *self, sqlite3_stmt *statement)
{
    return sqlite3_step(statement) == SQLITE_DONE ? ASSAY_OK
                                                  : sqlite_failed(self, "write to the store");
}

static assay_status check_free(struct sqlite_store *self, const char *name)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sqlite_prepare(self, "SELECT 1 FROM baseline WHERE name = ?", &statement));
    sqlite_bind_text_or_null(statement, 1, name);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW)
        return sqlite_rows_end(self, code);
    return buf_error(&self->store.error, ASSAY_ERR_ARGUMENT,
                     "there is a baseline '%s' already; --overwrite moves it", name);
}

assay_status sqlite_baseline_save(struct store *store, const char *name, const char *run_id,
                                  bool overwrite)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    STATEMENT_AUTO *statement = NULL;
    sqlite3_int64 key = 0;
    TRY(sqlite_run_key(self, run_id, &key));
    if (!overwrite)
        TRY(check_free(self, name));
    TRY(sqlite_prepare(self,
                       "INSERT OR REPLACE INTO baseline(name, run, created_at)"
                       " VALUES(?, ?, strftime('%Y-%m-%dT%H:%M:%SZ', 'now'))",
                       &statement));
    sqlite_bind_text_or_null(statement, 1, name);
    sqlite3_bind_int64(statement, 2, key);
    return done(self, statement);
}

assay_status sqlite_baseline_remove(struct store *store, const char *name)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    STATEMENT_AUTO *statement = NULL;
    TRY(sqlite_prepare(self, "DELETE FROM baseline WHERE name = ?", &statement));
    sqlite_bind_text_or_null(statement, 1, name);
    TRY(done(self, statement));
    return sqlite3_changes(self->db) > 0
               ? ASSAY_OK
               : buf_error(&self->store.error, ASSAY_ERR_NOT_FOUND, "no baseline '%s'", name);
}

assay_status sqlite_baselines(struct store *store, struct arena *arena, baseline_vec *rows)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    STATEMENT_AUTO *statement = NULL;
    int code;
    TRY(sqlite_prepare(self,
                       "SELECT baseline.name, run.id, run.commit_id, baseline.created_at,"
                       " run.fingerprint, (SELECT count(*) FROM module WHERE module.run = run.key)"
                       " FROM baseline JOIN run ON run.key = baseline.run ORDER BY baseline.name",
                       &statement));
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct baseline *row = vec_add(rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct baseline){.modules = (unsigned)sqlite3_column_int(statement, 5)};
        const char **const places[] = {&row->name, &row->run_id, &row->commit, &row->created_at,
                                       &row->fingerprint};
        TRY(sqlite_texts(statement, arena, places, 5));
    }
    return sqlite_rows_end(self, code);
}

assay_status sqlite_module_put(struct store *store, const char *run_id,
                               const struct kept_module *module)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    STATEMENT_AUTO *statement = NULL;
    sqlite3_int64 key = 0;
    TRY(sqlite_run_key(self, run_id, &key));
    TRY(sqlite_prepare(self, "INSERT OR REPLACE INTO module(run, file, kept) VALUES(?, ?, ?)",
                       &statement));
    sqlite3_bind_int64(statement, 1, key);
    sqlite_bind_text_or_null(statement, 2, module->file);
    sqlite_bind_text_or_null(statement, 3, module->kept);
    return done(self, statement);
}

assay_status sqlite_modules(struct store *store, const char *run_id, struct arena *arena,
                            kept_module_vec *rows)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    STATEMENT_AUTO *statement = NULL;
    sqlite3_int64 key = 0;
    int code;
    TRY(sqlite_run_key(self, run_id, &key));
    TRY(sqlite_prepare(self, "SELECT file, kept FROM module WHERE run = ? ORDER BY file",
                       &statement));
    sqlite3_bind_int64(statement, 1, key);
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct kept_module *row = vec_add(rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct kept_module){0};
        const char **const places[] = {&row->file, &row->kept};
        TRY(sqlite_texts(statement, arena, places, 2));
    }
    return sqlite_rows_end(self, code);
}

/* The copies of runs without a baseline that no run with one has. */
static assay_status list_unused(struct sqlite_store *self, struct arena *arena,
                                kept_module_vec *gone)
{
    STATEMENT_AUTO *statement = NULL;
    int code;
    TRY(sqlite_prepare(self,
                       "SELECT DISTINCT '', kept FROM module"
                       " WHERE kept NOT IN (SELECT kept FROM module"
                       " WHERE run IN (SELECT run FROM baseline)) ORDER BY kept",
                       &statement));
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct kept_module *row = vec_add(gone);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct kept_module){0};
        const char **const places[] = {&row->file, &row->kept};
        TRY(sqlite_texts(statement, arena, places, 2));
    }
    return sqlite_rows_end(self, code);
}

static assay_status forget_unused(struct sqlite_store *self)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sqlite_prepare(self, "DELETE FROM module WHERE run NOT IN (SELECT run FROM baseline)",
                       &statement));
    return done(self, statement);
}

assay_status sqlite_module_sweep(struct store *store, struct arena *arena, kept_module_vec *gone)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    size_t before = gone->count;
    TRY(sqlite_begin_writing(self));
    assay_status status = list_unused(self, arena, gone);
    if (status == ASSAY_OK)
        status = forget_unused(self);
    status = sqlite_end_writing(self, status);
    if (status != ASSAY_OK)
        gone->count = before;
    return status;
}
