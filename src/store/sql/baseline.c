/* Baselines of SQL engines: names that point at runs, and the modules that were kept of a
 * run. Why modules by run and not by baseline: two baselines of one run share them.  Removing a
 * name removes no run; the copies that nobody can measure against any more go.  Invariant: a name
 * that exists is only moved when the caller asked for that. */
#include <string.h>
#include <time.h>

#include "store/sql/sql.h"

/* ISO 8601, UTC. */
static void time_text(char *text, size_t size)
{
    struct tm utc;
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(text, size, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

static assay_status check_free(struct sql_store *self, const char *name)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "SELECT 1 FROM baseline WHERE name = $1", &statement));
    sql_bind_text(statement, 1, name);
    enum sql_step code = sql_step(statement);
    if (code != SQL_ROW)
        return sql_rows_end(self, code);
    return buf_error(&self->store.error, ASSAY_ERR_ARGUMENT,
                     "there is a baseline '%s' already; --overwrite moves it", name);
}

static assay_status save(struct sql_store *self, const char *name, const char *run_id,
                         bool overwrite)
{
    STATEMENT_AUTO *statement = NULL;
    int64_t key = 0;
    char now[32];
    TRY(sql_run_key(self, run_id, &key));
    if (!overwrite)
        TRY(check_free(self, name));
    TRY(sql_prepare(self,
                    "INSERT INTO baseline(name, run, created_at) VALUES($1, $2, $3)"
                    " ON CONFLICT(name) DO UPDATE SET run = excluded.run,"
                    " created_at = excluded.created_at",
                    &statement));
    time_text(now, sizeof now);
    sql_bind_text(statement, 1, name);
    sql_bind_integer(statement, 2, key);
    sql_bind_text(statement, 3, now);
    return sql_run(self, statement);
}

assay_status sql_baseline_save(struct store *store, const char *name, const char *run_id,
                               bool overwrite)
{
    struct sql_store *self = (struct sql_store *)store;
    TRY(sql_begin_writing(self));
    return sql_end_writing(self, save(self, name, run_id, overwrite));
}

static assay_status forget_name(struct sql_store *self, const char *name)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "DELETE FROM baseline WHERE name = $1 RETURNING name", &statement));
    sql_bind_text(statement, 1, name);
    enum sql_step step = sql_step(statement);
    if (step == SQL_ROW)
        return ASSAY_OK;
    TRY(sql_rows_end(self, step));
    return buf_error(&self->store.error, ASSAY_ERR_NOT_FOUND, "no baseline '%s'", name);
}

assay_status sql_baseline_remove(struct store *store, const char *name)
{
    struct sql_store *self = (struct sql_store *)store;
    TRY(sql_begin_writing(self));
    return sql_end_writing(self, forget_name(self, name));
}

assay_status sql_baselines(struct store *store, struct arena *arena, baseline_vec *rows)
{
    struct sql_store *self = (struct sql_store *)store;
    STATEMENT_AUTO *statement = NULL;
    enum sql_step code;
    TRY(sql_prepare(self,
                    "SELECT baseline.name, run.id, run.commit_id, baseline.created_at,"
                    " run.fingerprint, (SELECT count(*) FROM module WHERE module.run = run.key)"
                    " FROM baseline JOIN run ON run.key = baseline.run ORDER BY baseline.name",
                    &statement));
    while ((code = sql_step(statement)) == SQL_ROW) {
        struct baseline *row = vec_add(rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct baseline){.modules = (unsigned)(int)sql_integer(statement, 5)};
        const char **const places[] = {&row->name, &row->run_id, &row->commit, &row->created_at,
                                       &row->fingerprint};
        TRY(sql_texts(statement, arena, places, 5));
    }
    return sql_rows_end(self, code);
}

static assay_status put_module(struct sql_store *self, const char *run_id,
                               const struct kept_module *module)
{
    STATEMENT_AUTO *statement = NULL;
    int64_t key = 0;
    TRY(sql_run_key(self, run_id, &key));
    TRY(sql_prepare(self,
                    "INSERT INTO module(run, file, kept) VALUES($1, $2, $3)"
                    " ON CONFLICT(run, file) DO UPDATE SET kept = excluded.kept",
                    &statement));
    sql_bind_integer(statement, 1, key);
    sql_bind_text(statement, 2, module->file);
    sql_bind_text(statement, 3, module->kept);
    return sql_run(self, statement);
}

assay_status sql_module_put(struct store *store, const char *run_id,
                            const struct kept_module *module)
{
    struct sql_store *self = (struct sql_store *)store;
    TRY(sql_begin_writing(self));
    return sql_end_writing(self, put_module(self, run_id, module));
}

assay_status sql_modules(struct store *store, const char *run_id, struct arena *arena,
                         kept_module_vec *rows)
{
    struct sql_store *self = (struct sql_store *)store;
    STATEMENT_AUTO *statement = NULL;
    int64_t key = 0;
    enum sql_step code;
    TRY(sql_run_key(self, run_id, &key));
    TRY(sql_prepare(self, "SELECT file, kept FROM module WHERE run = $1 ORDER BY file",
                    &statement));
    sql_bind_integer(statement, 1, key);
    while ((code = sql_step(statement)) == SQL_ROW) {
        struct kept_module *row = vec_add(rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct kept_module){0};
        const char **const places[] = {&row->file, &row->kept};
        TRY(sql_texts(statement, arena, places, 2));
    }
    return sql_rows_end(self, code);
}

/* The copies of runs without a baseline that no run with one has. */
static assay_status list_unused(struct sql_store *self, struct arena *arena, kept_module_vec *gone)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step code;
    TRY(sql_prepare(self,
                    "SELECT DISTINCT '', kept FROM module"
                    " WHERE kept NOT IN (SELECT kept FROM module"
                    " WHERE run IN (SELECT run FROM baseline)) ORDER BY kept",
                    &statement));
    while ((code = sql_step(statement)) == SQL_ROW) {
        struct kept_module *row = vec_add(gone);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct kept_module){0};
        const char **const places[] = {&row->file, &row->kept};
        TRY(sql_texts(statement, arena, places, 2));
    }
    return sql_rows_end(self, code);
}

static assay_status forget_unused(struct sql_store *self)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "DELETE FROM module WHERE run NOT IN (SELECT run FROM baseline)",
                    &statement));
    return sql_run(self, statement);
}

assay_status sql_module_sweep(struct store *store, struct arena *arena, kept_module_vec *gone)
{
    struct sql_store *self = (struct sql_store *)store;
    size_t before = gone->count;
    TRY(sql_begin_writing(self));
    assay_status status = list_unused(self, arena, gone);
    if (status == ASSAY_OK)
        status = forget_unused(self);
    status = sql_end_writing(self, status);
    if (status != ASSAY_OK)
        gone->count = before;
    return status;
}
