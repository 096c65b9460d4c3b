/* The SQLite engine of the store.
 *
 * Layout: run and benchmark are small tables; result (outcome and raw samples) and measurement
 * (summaries) are keyed by run first, so that rows arrive in key order and a run lies together; one
 * covering index serves trends.  Fields are described once, in sqlite_columns.c.
 *
 * Why WAL with synchronous=FULL: a result counts as kept when put() returned, also after a power
 * cut, and readers never wait for a run that is under way. Invariants: 1. each put is one
 * transaction; 2. a database of a newer schema is never written. */
#include "store/sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "store/pack.h"

enum { SCHEMA_VERSION = 2, APPLICATION_ID = 0x41535341, BUSY_MS = 10000, RETRY_MS = 10 };

assay_status sqlite_failed(struct sqlite_store *self, const char *act)
{
    int code = sqlite3_errcode(self->db);
    if (code == SQLITE_INTERRUPT)
        return buf_error(&self->store.error, ASSAY_ERR_TIMEOUT,
                         "cannot %s: it would take longer than allowed", act);
    assay_status status = code == SQLITE_NOMEM ? ASSAY_ERR_MEMORY : ASSAY_ERR_IO;
    return buf_error(&self->store.error, status, "cannot %s: %s", act, sqlite3_errmsg(self->db));
}

static assay_status execute(struct sqlite_store *self, const char *sql, const char *act)
{
    return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK ? ASSAY_OK
                                                                      : sqlite_failed(self, act);
}

assay_status sqlite_prepare(struct sqlite_store *self, const char *sql,
                            sqlite3_stmt **ret_statement)
{
    return sqlite3_prepare_v2(self->db, sql, -1, ret_statement, NULL) == SQLITE_OK
               ? ASSAY_OK
               : sqlite_failed(self, "ask the store");
}

void sqlite_finalize_auto(sqlite3_stmt **statement)
{
    sqlite3_finalize(*statement);
}

assay_status sqlite_rows_end(struct sqlite_store *self, int code)
{
    return code == SQLITE_DONE ? ASSAY_OK : sqlite_failed(self, "read the store");
}

/* Runs a statement that yields no row. */
static assay_status step(struct sqlite_store *self, sqlite3_stmt *statement)
{
    return sqlite3_step(statement) == SQLITE_DONE ? ASSAY_OK
                                                  : sqlite_failed(self, "write to the store");
}

static assay_status create_schema(struct sqlite_store *self)
{
    BUF_AUTO sql;
    buf_init(&sql, 64 * 1024);
    buf_puts(&sql, "CREATE TABLE run(key INTEGER PRIMARY KEY, status TEXT, ");
    columns_add_names(&sql, RUN_COLUMNS, true);
    buf_puts(&sql, ", UNIQUE(id));"
                   "CREATE TABLE benchmark(key INTEGER PRIMARY KEY, id TEXT UNIQUE, suite TEXT,"
                   " name TEXT, params TEXT, description TEXT,"
                   " kind INTEGER NOT NULL DEFAULT 0, tags TEXT,"
                   " samples_wanted INTEGER NOT NULL DEFAULT 0);"
                   "CREATE TABLE result(run INTEGER, benchmark INTEGER, module TEXT,"
                   " compiler TEXT, outcome TEXT, reason TEXT, warning TEXT, number INTEGER, bytes "
                   "REAL, items REAL, samples BLOB,"
                   " PRIMARY KEY(run, benchmark)) WITHOUT ROWID;"
                   "CREATE TABLE missing(run INTEGER, benchmark INTEGER, number INTEGER,"
                   " metric TEXT, reason TEXT, PRIMARY KEY(run, benchmark, number)) WITHOUT ROWID;"
                   "CREATE TABLE series(key INTEGER PRIMARY KEY, benchmark INTEGER, metric TEXT,"
                   " unit TEXT, direction INTEGER NOT NULL DEFAULT 0,"
                   " quality INTEGER NOT NULL DEFAULT 0,"
                   " UNIQUE(benchmark, metric));"
                   "CREATE TABLE measurement(run INTEGER, series INTEGER, ");
    columns_add_names(&sql, SUMMARY_COLUMNS, true);
    buf_puts(&sql, ", percentiles BLOB, PRIMARY KEY(run, series)) WITHOUT ROWID;"
                   "CREATE INDEX trend ON measurement(series, run, median, low, high);"
                   "CREATE TABLE target(run INTEGER, number INTEGER, ");
    columns_add_names(&sql, TARGET_COLUMNS, true);
    buf_printf(&sql,
               ", PRIMARY KEY(run, number)) WITHOUT ROWID;"
               "CREATE TABLE baseline(name TEXT PRIMARY KEY, run INTEGER, created_at TEXT)"
               " WITHOUT ROWID;"
               "CREATE TABLE module(run INTEGER, file TEXT, kept TEXT, PRIMARY KEY(run, file))"
               " WITHOUT ROWID;"
               "PRAGMA application_id=%d; PRAGMA user_version=%d;",
               APPLICATION_ID, SCHEMA_VERSION);
    TRY(sql.status);
    return execute(self, sql.text, "create the store's tables");
}

/* A file that was removed can be written to all the same, and what was is lost with its last user.
 */
static assay_status check_place(struct sqlite_store *self)
{
    int moved = 0;
    if (sqlite3_file_control(self->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK ||
        moved == 0)
        return ASSAY_OK;
    return buf_error(&self->store.error, ASSAY_ERR_IO,
                     "cannot write to the store: '%s' was moved or removed meanwhile",
                     sqlite3_db_filename(self->db, "main"));
}

assay_status sqlite_begin_writing(struct sqlite_store *self)
{
    TRY(check_place(self));
    return execute(self, "BEGIN IMMEDIATE", "write to the store");
}

assay_status sqlite_end_writing(struct sqlite_store *self, assay_status status)
{
    if (status == ASSAY_OK)
        status = execute(self, "COMMIT", "write to the store");
    if (status != ASSAY_OK)
        sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static assay_status pragma_int(struct sqlite_store *self, const char *sql, int *ret_value)
{
    STATEMENT_AUTO *statement = NULL;
    if (sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        return sqlite_failed(self, "open it");
    *ret_value = sqlite3_column_int(statement, 0);
    return ASSAY_OK;
}

/* Another process may create the tables between our look and our lock, so we look again. */
static assay_status create_unless_done(struct sqlite_store *self)
{
    int tables = 0;
    TRY(execute(self, "BEGIN IMMEDIATE", "create the store's tables"));
    assay_status status = pragma_int(self, "SELECT count(*) FROM sqlite_master", &tables);
    if (status == ASSAY_OK && tables == 0)
        status = create_schema(self);
    return sqlite_end_writing(self, status);
}

/* MIGRATIONS[n] makes schema n + 2 of schema n + 1. */
static const char *const MIGRATIONS[SCHEMA_VERSION - 1] = {
    "ALTER TABLE series ADD COLUMN direction INTEGER NOT NULL DEFAULT 0;"
    "UPDATE series SET direction = 1 WHERE metric IN ('bytes_per_s', 'items_per_s');"
    "ALTER TABLE measurement ADD COLUMN outliers_low_severe INTEGER;"
    "ALTER TABLE measurement ADD COLUMN outliers_low_mild INTEGER;"
    "ALTER TABLE measurement ADD COLUMN outliers_high_mild INTEGER;"
    "ALTER TABLE measurement ADD COLUMN outliers_high_severe INTEGER;"
    "ALTER TABLE measurement ADD COLUMN outliers_variance_share REAL;"
    "ALTER TABLE measurement ADD COLUMN autocorrelation REAL;"
    "ALTER TABLE measurement ADD COLUMN effective_sample_count REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_median_low REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_median_high REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_median_level REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_mean_low REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_mean_high REAL;"
    "ALTER TABLE measurement ADD COLUMN bootstrap_mean_level REAL;"
    "CREATE TABLE missing(run INTEGER, benchmark INTEGER, number INTEGER, metric TEXT,"
    " reason TEXT, PRIMARY KEY(run, benchmark, number)) WITHOUT ROWID;"
    "ALTER TABLE series ADD COLUMN quality INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE run ADD COLUMN warmup_iterations INTEGER;"
    "ALTER TABLE benchmark ADD COLUMN kind INTEGER NOT NULL DEFAULT 0;"
    "ALTER TABLE benchmark ADD COLUMN tags TEXT;"
    "ALTER TABLE run ADD COLUMN facts TEXT;"
    "ALTER TABLE run ADD COLUMN origin TEXT;"
    "ALTER TABLE run ADD COLUMN extras INTEGER;"
    "ALTER TABLE run ADD COLUMN left_out INTEGER;"
    "ALTER TABLE benchmark ADD COLUMN samples_wanted INTEGER NOT NULL DEFAULT 0;",
};

/* Another process may migrate between our look and our lock, so we look again. */
static assay_status migrate(struct sqlite_store *self)
{
    BUF_AUTO sql;
    int version = SCHEMA_VERSION; /* when it cannot be read, there is nothing to do */
    buf_init(&sql, 64 * 1024);
    TRY(sqlite_begin_writing(self));
    assay_status status = pragma_int(self, "PRAGMA user_version", &version);
    for (int i = version; i < SCHEMA_VERSION; i++)
        buf_puts(&sql, MIGRATIONS[i - 1]);
    buf_printf(&sql, "PRAGMA user_version=%d;", SCHEMA_VERSION);
    if (status == ASSAY_OK)
        status = sql.status;
    if (status == ASSAY_OK && version < SCHEMA_VERSION)
        status = execute(self, sql.text, "bring the store up to date");
    return sqlite_end_writing(self, status);
}

static assay_status check_version(struct sqlite_store *self, bool create)
{
    int version = 0, application = 0, tables = 0;
    TRY(pragma_int(self, "SELECT count(*) FROM sqlite_master", &tables));
    TRY(pragma_int(self, "PRAGMA user_version", &version));
    TRY(pragma_int(self, "PRAGMA application_id", &application));
    if (tables == 0 && version == 0)
        return create ? create_unless_done(self)
                      : buf_error(&self->store.error, ASSAY_ERR_NOT_FOUND, "the store is empty");
    if (application != APPLICATION_ID)
        return buf_error(&self->store.error, ASSAY_ERR_VERSION,
                         "this is a database of another program");
    if (version > SCHEMA_VERSION)
        return buf_error(&self->store.error, ASSAY_ERR_VERSION,
                         "written by a newer assay (schema %d, this one knows %d)", version,
                         SCHEMA_VERSION);
    return version < SCHEMA_VERSION && version > 0 ? migrate(self) : ASSAY_OK;
}

assay_status sqlite_run_key(struct sqlite_store *self, const char *id, sqlite3_int64 *ret_key)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sqlite_prepare(self, "SELECT key FROM run WHERE id = ?", &statement));
    sqlite_bind_text_or_null(statement, 1, id);
    int code = sqlite3_step(statement);
    if (code != SQLITE_ROW) {
        TRY(sqlite_rows_end(self, code));
        return buf_error(&self->store.error, ASSAY_ERR_NOT_FOUND, "no run '%s'", id);
    }
    *ret_key = sqlite3_column_int64(statement, 0);
    return ASSAY_OK;
}

static assay_status insert_run(struct sqlite_store *self, const struct run *run)
{
    struct columns columns = RUN_COLUMNS;
    STATEMENT_AUTO *statement = NULL;
    BUF_AUTO sql;
    buf_init(&sql, 8192);
    buf_puts(&sql, "INSERT INTO run(status, ");
    columns_add_names(&sql, columns, false);
    buf_puts(&sql, ") VALUES('running'");
    for (int i = 0; i < columns.count; i++)
        buf_puts(&sql, ", ?");
    buf_puts(&sql, ")");
    TRY(sql.status);
    TRY(sqlite_prepare(self, sql.text, &statement));
    columns_bind(statement, 1, columns, run);
    return step(self, statement);
}

static assay_status sqlite_begin(struct store *store, const struct run *run)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    TRY(insert_run(self, run));
    return sqlite_hold(self, sqlite3_last_insert_rowid(self->db));
}

/* The kept statement `which`, ready to be bound; `sql` is asked once. */
static assay_status keep_statement(struct sqlite_store *self, enum kept_statement which,
                                   const char *sql, sqlite3_stmt **ret_statement)
{
    if (self->kept[which] == NULL)
        TRY(sqlite_prepare(self, sql, &self->kept[which]));
    *ret_statement = self->kept[which];
    return ASSAY_OK;
}

/* Runs a kept statement that yields one number, or none for NULL, and makes it ready again. */
static assay_status run_kept(struct sqlite_store *self, sqlite3_stmt *statement,
                             sqlite3_int64 *ret_key)
{
    int wanted = ret_key ? SQLITE_ROW : SQLITE_DONE, code = sqlite3_step(statement);
    assay_status status = code == wanted ? ASSAY_OK : sqlite_failed(self, "write to the store");
    if (status == ASSAY_OK && ret_key != NULL)
        *ret_key = sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    sqlite3_clear_bindings(statement);
    return status;
}

/* The key of a benchmark's row, which is written when it is new. */
static assay_status benchmark_key(struct sqlite_store *self, const struct benchmark *benchmark,
                                  sqlite3_int64 *ret_key)
{
    sqlite3_stmt *statement;
    TRY(keep_statement(self, KEPT_BENCHMARK,
                       "INSERT INTO benchmark(id, suite, name, params, description, tags, kind,"
                       " samples_wanted) VALUES(?, ?, ?, ?, ?, ?, ?, ?)"
                       " ON CONFLICT(id) DO UPDATE SET description = excluded.description,"
                       " tags = excluded.tags, kind = excluded.kind,"
                       " samples_wanted = excluded.samples_wanted RETURNING key",
                       &statement));
    const char *const texts[] = {benchmark->id,     benchmark->suite,       benchmark->name,
                                 benchmark->params, benchmark->description, benchmark->tags};
    for (int i = 0; i < 6; i++)
        sqlite_bind_text_or_null(statement, i + 1, texts[i]);
    sqlite3_bind_int(statement, 7, (int)benchmark->kind);
    sqlite3_bind_int64(statement, 8, benchmark->samples);
    return run_kept(self, statement, ret_key);
}

static assay_status series_key(struct sqlite_store *self, sqlite3_int64 benchmark,
                               const struct metric *metric, sqlite3_int64 *ret_key)
{
    sqlite3_stmt *statement;
    TRY(keep_statement(self, KEPT_SERIES,
                       "INSERT INTO series(benchmark, metric, unit, direction, quality)"
                       " VALUES(?, ?, ?, ?, ?)"
                       " ON CONFLICT(benchmark, metric) DO UPDATE SET unit = excluded.unit,"
                       " direction = excluded.direction, quality = excluded.quality"
                       " RETURNING key",
                       &statement));
    sqlite3_bind_int64(statement, 1, benchmark);
    sqlite_bind_text_or_null(statement, 2, metric->name);
    sqlite_bind_text_or_null(statement, 3, metric->unit);
    sqlite3_bind_int(statement, 4, (int)metric->direction);
    sqlite3_bind_int(statement, 5, metric->quality);
    return run_kept(self, statement, ret_key);
}

static assay_status measurement_statement(struct sqlite_store *self, sqlite3_stmt **ret_statement)
{
    struct columns columns = SUMMARY_COLUMNS;
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    *ret_statement = self->kept[KEPT_MEASUREMENT];
    if (*ret_statement != NULL)
        return ASSAY_OK;
    buf_puts(&sql, "INSERT INTO measurement(run, series, ");
    columns_add_names(&sql, columns, false);
    buf_puts(&sql, ", percentiles) VALUES(?, ?");
    for (int i = 0; i < columns.count + 1; i++)
        buf_puts(&sql, ", ?");
    buf_puts(&sql, ")");
    TRY(sql.status);
    return keep_statement(self, KEPT_MEASUREMENT, sql.text, ret_statement);
}

static assay_status put_missing(struct sqlite_store *self, sqlite3_int64 run,
                                sqlite3_int64 benchmark, const absence_vec *missing)
{
    for (size_t i = 0; i < missing->count; i++) {
        STATEMENT_AUTO *statement = NULL;
        TRY(sqlite_prepare(self,
                           "INSERT OR REPLACE INTO missing(run, benchmark, number, metric, reason)"
                           " VALUES(?, ?, ?, ?, ?)",
                           &statement));
        sqlite3_bind_int64(statement, 1, run);
        sqlite3_bind_int64(statement, 2, benchmark);
        sqlite3_bind_int64(statement, 3, (sqlite3_int64)i);
        sqlite_bind_text_or_null(statement, 4, missing->items[i].metric);
        sqlite_bind_text_or_null(statement, 5, missing->items[i].reason);
        TRY(step(self, statement));
    }
    return ASSAY_OK;
}

static assay_status put_measurement(struct sqlite_store *self, sqlite3_int64 run,
                                    sqlite3_int64 benchmark, const struct measurement *measurement)
{
    sqlite3_stmt *statement;
    sqlite3_int64 series = 0;
    BUF_AUTO packed;
    buf_init(&packed, 4096);
    TRY(series_key(self, benchmark, measurement->metric, &series));
    TRY(measurement_statement(self, &statement));
    pack_percentiles(measurement->summary.percentiles, &packed);
    TRY(packed.status);
    sqlite3_bind_int64(statement, 1, run);
    sqlite3_bind_int64(statement, 2, series);
    int next = columns_bind(statement, 3, SUMMARY_COLUMNS, &measurement->summary);
    sqlite3_bind_blob64(statement, next, packed.text, packed.length, SQLITE_STATIC);
    return run_kept(self, statement, NULL);
}

/* `number`: the result's place in its run; below 0: behind those that are there. */
static assay_status put_result(struct sqlite_store *self, sqlite3_int64 run,
                               const struct result *result, sqlite3_int64 number)
{
    sqlite3_stmt *statement;
    sqlite3_int64 benchmark = 0;
    BUF_AUTO packed;
    buf_init(&packed, BUF_LENGTH_MAX);
    TRY(benchmark_key(self, &result->benchmark, &benchmark));
    TRY(keep_statement(
        self, KEPT_RESULT,
        "INSERT OR REPLACE INTO result(run, benchmark, module, compiler, outcome, reason, warning,"
        " bytes, items, samples, number) VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,"
        " CASE WHEN ?11 >= 0 THEN ?11 ELSE (SELECT count(*) FROM result WHERE run = ?1) END)",
        &statement));
    const char *const texts[] = {result->benchmark.module, result->benchmark.compiler,
                                 outcome_name(result->outcome), result->reason, result->warning};
    pack_samples(&result->samples, &packed);
    TRY(packed.status);
    sqlite3_bind_int64(statement, 1, run);
    sqlite3_bind_int64(statement, 2, benchmark);
    for (int i = 0; i < 5; i++)
        sqlite_bind_text_or_null(statement, i + 3, texts[i]);
    sqlite3_bind_double(statement, 8, result->bytes);
    sqlite3_bind_double(statement, 9, result->items);
    sqlite3_bind_blob64(statement, 10, packed.text, packed.length, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 11, number);
    TRY(run_kept(self, statement, NULL));
    for (size_t i = 0; i < result->measurements.count; i++)
        TRY(put_measurement(self, run, benchmark, &result->measurements.items[i]));
    return put_missing(self, run, benchmark, &result->missing);
}

/* So that a run that is killed knows how long it took. */
static assay_status put_duration(struct sqlite_store *self, sqlite3_int64 key, double seconds)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sqlite_prepare(self, "UPDATE run SET duration_seconds = ? WHERE key = ?", &statement));
    sqlite3_bind_double(statement, 1, seconds);
    sqlite3_bind_int64(statement, 2, key);
    return step(self, statement);
}

static assay_status sqlite_put(struct store *store, const struct run *run,
                               const struct result *result)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    sqlite3_int64 key = 0;
    TRY(sqlite_run_key(self, run->id, &key));
    TRY(sqlite_begin_writing(self));
    assay_status status = put_result(self, key, result, -1);
    if (status == ASSAY_OK)
        status = put_duration(self, key, run->duration_seconds);
    return sqlite_end_writing(self, status);
}

static assay_status put_target(struct sqlite_store *self, sqlite3_int64 run, size_t number,
                               const struct target *target)
{
    struct columns columns = TARGET_COLUMNS;
    STATEMENT_AUTO *statement = NULL;
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    buf_puts(&sql, "INSERT OR REPLACE INTO target(run, number, ");
    columns_add_names(&sql, columns, false);
    buf_puts(&sql, ") VALUES(?, ?");
    for (int i = 0; i < columns.count; i++)
        buf_puts(&sql, ", ?");
    buf_puts(&sql, ")");
    TRY(sql.status);
    TRY(sqlite_prepare(self, sql.text, &statement));
    sqlite3_bind_int64(statement, 1, run);
    sqlite3_bind_int64(statement, 2, (sqlite3_int64)number);
    columns_bind(statement, 3, columns, target);
    return step(self, statement);
}

/* Those of the finish that was an interruption. */
static assay_status forget_targets(struct sqlite_store *self, sqlite3_int64 run)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sqlite_prepare(self, "DELETE FROM target WHERE run = ?", &statement));
    sqlite3_bind_int64(statement, 1, run);
    return step(self, statement);
}

static assay_status finish_run(struct sqlite_store *self, sqlite3_int64 key, const struct run *run)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sqlite_prepare(
        self, "UPDATE run SET status = ?, duration_seconds = ?, steal_ratio = ? WHERE key = ?",
        &statement));
    sqlite_bind_text_or_null(statement, 1, run->interrupted ? "interrupted" : "done");
    sqlite3_bind_double(statement, 2, run->duration_seconds);
    sqlite3_bind_double(statement, 3, run->environment.steal_ratio);
    sqlite3_bind_int64(statement, 4, key);
    TRY(step(self, statement));
    TRY(forget_targets(self, key));
    for (size_t i = 0; i < run->targets.count; i++)
        TRY(put_target(self, key, i, &run->targets.items[i]));
    return ASSAY_OK;
}

static assay_status sqlite_finish(struct store *store, const struct run *run)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    sqlite3_int64 key = 0;
    TRY(sqlite_run_key(self, run->id, &key));
    TRY(sqlite_begin_writing(self));
    return sqlite_end_writing(self, finish_run(self, key, run));
}

static assay_status put_whole(struct sqlite_store *self, const struct run *run)
{
    TRY(insert_run(self, run));
    const sqlite3_int64 key = sqlite3_last_insert_rowid(self->db);
    for (size_t i = 0; i < run->results.count; i++)
        TRY(put_result(self, key, &run->results.items[i], (sqlite3_int64)i));
    return finish_run(self, key, run);
}

static assay_status sqlite_put_run(struct store *store, const struct run *run)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    /* 256 MiB, so that pages of a large run are not written out and read back half way. */
    TRY(execute(self, "PRAGMA cache_size=-262144", "write to the store"));
    TRY(sqlite_begin_writing(self));
    return sqlite_end_writing(self, put_whole(self, run));
}

static void sqlite_close(struct store *store)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    sqlite_let_go(self);
    for (int i = 0; i < KEPT_COUNT; i++)
        sqlite3_finalize(self->kept[i]);
    sqlite3_close(self->db);
    buf_release(&self->store.error);
    free(self);
}

static const struct store_ops SQLITE_OPS = {
    .begin = sqlite_begin,
    .resume = sqlite_resume,
    .put = sqlite_put,
    .finish = sqlite_finish,
    .put_run = sqlite_put_run,
    .find = sqlite_find,
    .load = sqlite_load,
    .runs = sqlite_runs,
    .history = sqlite_history,
    .baseline_save = sqlite_baseline_save,
    .baseline_remove = sqlite_baseline_remove,
    .baselines = sqlite_baselines,
    .module_put = sqlite_module_put,
    .modules = sqlite_modules,
    .module_sweep = sqlite_module_sweep,
    .prune = sqlite_prune,
    .vacuum = sqlite_vacuum,
    .read_only = sqlite_read_only,
    .time_limit = sqlite_time_limit,
    .version = sqlite_version,
    .close = sqlite_close,
};

/* Creates the folder that `path` lies in; one level, as `.assay/history.db` needs. */
static assay_status make_folder(const char *path, struct buf *error)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return ASSAY_OK;
    BUF_AUTO folder;
    buf_init(&folder, 4096);
    buf_add(&folder, path, (size_t)(slash - path));
    TRY(folder.status);
    if (mkdir(folder.text, 0777) == 0 || errno == EEXIST)
        return ASSAY_OK;
    return buf_error(error, ASSAY_ERR_IO, "cannot create folder '%s': %s", folder.text,
                     strerror(errno));
}

/* The change wants the file alone for a moment, and unlike other locks SQLite does not wait for it:
 * two processes that open a new store at once would meet here. */
static assay_status turn_on_wal(struct sqlite_store *self)
{
    int code = SQLITE_BUSY;
    for (int waited_ms = 0; code == SQLITE_BUSY && waited_ms < BUSY_MS; waited_ms += RETRY_MS) {
        code = sqlite3_exec(self->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        if (code == SQLITE_BUSY)
            sqlite3_sleep(RETRY_MS);
    }
    return code == SQLITE_OK ? ASSAY_OK : sqlite_failed(self, "open it");
}

static assay_status open_database(struct sqlite_store *self, const char *where, bool create)
{
    /* NOMUTEX: a store is used by one thread. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(where, &self->db, flags, NULL) != SQLITE_OK)
        return sqlite_failed(self, "open it");
    sqlite3_busy_timeout(self->db, BUSY_MS);
    TRY(check_version(self, create));
    TRY(turn_on_wal(self));
    return execute(self, "PRAGMA synchronous=FULL", "open it");
}

assay_status store_open(const char *where, bool create, struct store **ret_store, struct buf *error)
{
    struct stat info;
    if (strstr(where, "://") != NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "cannot open store '%s': this assay knows SQLite files only", where);
    if (!create && stat(where, &info) != 0)
        return buf_error(error, ASSAY_ERR_NOT_FOUND, "no store '%s' yet: 'assay run' creates it",
                         where);
    if (create)
        TRY(make_folder(where, error));
    struct sqlite_store *self = calloc(1, sizeof *self);
    if (self == NULL)
        return ASSAY_ERR_MEMORY;
    self->store.ops = &SQLITE_OPS;
    self->runs = -1;
    buf_init(&self->store.error, 8192);
    assay_status status = open_database(self, where, create);
    if (status != ASSAY_OK) {
        buf_error(error, status, "store '%s': %s", where, self->store.error.text);
        sqlite_close(&self->store);
        return status;
    }
    *ret_store = &self->store;
    return ASSAY_OK;
}

void store_close(struct store *store)
{
    if (store != NULL)
        store->ops->close(store);
}
