/* Reading of the SQLite engine: selectors, whole runs, lists, history.
 * Invariants: 1. nothing here writes; 2. a row that cannot be understood is an error with the
 * benchmark's name, never a made-up number. */
#include <stdint.h>
#include <string.h>

#include "store/pack.h"
#include "store/sqlite.h"

/* The newest one first; the time has whole seconds, the key tells those of one second apart. */
#define NEWEST " ORDER BY started_at DESC, key DESC LIMIT 1"

assay_status sqlite_find(struct store *store, const char *selector, struct arena *arena,
                         const char **ret_id)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    static const char *const QUERIES[] = {
        "SELECT id FROM run WHERE ?1 = 'latest'" NEWEST,
        "SELECT id FROM run WHERE id = ?1",
        "SELECT id FROM run WHERE substr(id, 1, length(?1)) = ?1 AND length(?1) >= 8" NEWEST,
        "SELECT id FROM run WHERE substr(started_at, 1, length(?1)) = ?1 AND length(?1) >= "
        "10" NEWEST,
        "SELECT id FROM run JOIN baseline ON baseline.run = run.key WHERE name = ?1",
        "SELECT id FROM run WHERE label = ?1" NEWEST,
        "SELECT id FROM run WHERE substr(commit_id, 1, length(?1)) = ?1 AND length(?1) >= 7" NEWEST,
        "SELECT id FROM run WHERE tag = ?1" NEWEST,
        "SELECT id FROM run WHERE branch = ?1" NEWEST,
    };
    /* "" would be found as the label or tag that most runs do not have. */
    for (size_t i = 0; selector[0] != '\0' && i < sizeof QUERIES / sizeof *QUERIES; i++) {
        STATEMENT_AUTO *statement = NULL;
        TRY(sqlite_prepare(self, QUERIES[i], &statement));
        sqlite_bind_text_or_null(statement, 1, selector);
        int code = sqlite3_step(statement);
        if (code == SQLITE_ROW)
            return sqlite_text(statement, 0, arena, ret_id);
        TRY(sqlite_rows_end(self, code));
    }
    return buf_error(&self->store.error, ASSAY_ERR_NOT_FOUND,
                     "no run is called '%s' (tried: id, time, baseline, label, "
                     "commit, tag, branch); "
                     "'assay history' lists them",
                     selector);
}

/* `status` of unpacking what belongs to `benchmark`, with its text. */
static assay_status unpacked(struct sqlite_store *self, assay_status status, const char *benchmark)
{
    if (status == ASSAY_OK || status == ASSAY_ERR_MEMORY)
        return status;
    return buf_error(&self->store.error, ASSAY_ERR_IO,
                     "cannot read the store: the samples of '%s' are damaged", benchmark);
}

/* What a benchmark defined itself stands in the row. */
static assay_status load_metric(sqlite3_stmt *statement, struct arena *arena,
                                const struct metric **ret_metric)
{
    *ret_metric = metric_find((const char *)sqlite3_column_text(statement, 0));
    if (*ret_metric != NULL)
        return ASSAY_OK;
    struct metric *own = arena_alloc(arena, sizeof *own);
    if (own == NULL)
        return ASSAY_ERR_MEMORY;
    *own = (struct metric){.direction = sqlite3_column_int(statement, 2) == HIGHER_IS_BETTER
                                            ? HIGHER_IS_BETTER
                                            : LOWER_IS_BETTER,
                           .quality = sqlite3_column_int(statement, 3) != 0};
    TRY(sqlite_text(statement, 0, arena, &own->name));
    TRY(sqlite_text(statement, 1, arena, &own->unit));
    *ret_metric = own;
    return ASSAY_OK;
}

static assay_status load_measurement(struct sqlite_store *self, sqlite3_stmt *statement,
                                     struct arena *arena, struct result *result)
{
    const struct metric *metric;
    TRY(load_metric(statement, arena, &metric));
    struct measurement *measurement = result_add_measurement(result, metric);
    if (measurement == NULL)
        return ASSAY_ERR_MEMORY;
    assay_status status = unpack_percentiles(sqlite3_column_blob(statement, 4),
                                             (size_t)sqlite3_column_bytes(statement, 4),
                                             measurement->summary.percentiles);
    TRY(unpacked(self, status, result->benchmark.id));
    return columns_load(statement, 5, SUMMARY_COLUMNS, NULL, &measurement->summary);
}

static assay_status load_measurements(struct sqlite_store *self, sqlite3_int64 run,
                                      sqlite3_int64 benchmark, struct arena *arena,
                                      struct result *result)
{
    STATEMENT_AUTO *statement = NULL;
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    buf_puts(&sql, "SELECT metric, unit, direction, quality, percentiles, ");
    columns_add_names(&sql, SUMMARY_COLUMNS, false);
    buf_puts(&sql, " FROM series CROSS JOIN measurement ON measurement.series = series.key"
                   " WHERE series.benchmark = ? AND measurement.run = ? ORDER BY series.key");
    TRY(sql.status);
    TRY(sqlite_prepare(self, sql.text, &statement));
    sqlite3_bind_int64(statement, 1, benchmark);
    sqlite3_bind_int64(statement, 2, run);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        TRY(load_measurement(self, statement, arena, result));
    return sqlite_rows_end(self, code);
}

static assay_status load_missing(struct sqlite_store *self, sqlite3_int64 run,
                                 sqlite3_int64 benchmark, struct arena *arena,
                                 struct result *result)
{
    STATEMENT_AUTO *statement = NULL;
    struct absence absence;
    const char **const texts[] = {&absence.metric, &absence.reason};
    TRY(sqlite_prepare(self,
                       "SELECT metric, reason FROM missing WHERE run = ? AND benchmark = ?"
                       " ORDER BY number",
                       &statement));
    sqlite3_bind_int64(statement, 1, run);
    sqlite3_bind_int64(statement, 2, benchmark);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        TRY(sqlite_texts(statement, arena, texts, 2));
        TRY(result_add_missing(result, absence.metric, absence.reason));
    }
    return sqlite_rows_end(self, code);
}

static assay_status load_result(struct sqlite_store *self, sqlite3_stmt *statement,
                                sqlite3_int64 key, struct run *run)
{
    struct result *result = vec_add(&run->results);
    if (result == NULL)
        return ASSAY_ERR_MEMORY;
    *result = (struct result){0};
    const char *outcome;
    const char **const texts[] = {&result->benchmark.id,
                                  &result->benchmark.suite,
                                  &result->benchmark.name,
                                  &result->benchmark.params,
                                  &result->benchmark.description,
                                  &result->benchmark.module,
                                  &result->benchmark.compiler,
                                  &result->benchmark.tags,
                                  &result->reason,
                                  &result->warning,
                                  &outcome};
    TRY(sqlite_texts(statement, &run->arena, texts, sizeof texts / sizeof *texts));
    result->outcome = outcome_parse(outcome);
    result->bytes = sqlite3_column_double(statement, 11);
    result->items = sqlite3_column_double(statement, 12);
    int kind = sqlite3_column_int(statement, 15);
    if (kind >= BENCH_LATENCY && kind <= BENCH_RESOURCE)
        result->benchmark.kind = (enum bench_kind)kind;
    result->benchmark.samples = (unsigned)sqlite3_column_int64(statement, 16);
    assay_status status =
        unpack_samples(sqlite3_column_blob(statement, 13),
                       (size_t)sqlite3_column_bytes(statement, 13), &result->samples);
    TRY(unpacked(self, status, result->benchmark.id));
    sqlite3_int64 benchmark = sqlite3_column_int64(statement, 14);
    TRY(load_missing(self, key, benchmark, &run->arena, result));
    return load_measurements(self, key, benchmark, &run->arena, result);
}

static assay_status load_results(struct sqlite_store *self, sqlite3_int64 key, struct run *run)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sqlite_prepare(
        self,
        "SELECT id, suite, name, params, description, module, compiler, tags, reason, warning,"
        " outcome, bytes, items, samples, benchmark.key, kind, samples_wanted"
        " FROM result JOIN benchmark ON benchmark.key = result.benchmark"
        " WHERE result.run = ? ORDER BY result.number",
        &statement));
    sqlite3_bind_int64(statement, 1, key);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        TRY(load_result(self, statement, key, run));
    return sqlite_rows_end(self, code);
}

static assay_status load_targets(struct sqlite_store *self, sqlite3_int64 key, struct run *run)
{
    STATEMENT_AUTO *statement = NULL;
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    buf_puts(&sql, "SELECT ");
    columns_add_names(&sql, TARGET_COLUMNS, false);
    buf_puts(&sql, " FROM target WHERE run = ? ORDER BY number");
    TRY(sql.status);
    TRY(sqlite_prepare(self, sql.text, &statement));
    sqlite3_bind_int64(statement, 1, key);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct target *target = vec_add(&run->targets);
        if (target == NULL)
            return ASSAY_ERR_MEMORY;
        *target = (struct target){0};
        TRY(columns_load(statement, 0, TARGET_COLUMNS, &run->arena, target));
        if ((unsigned)target->status > TARGET_UNDECIDED)
            return buf_error(&self->store.error, ASSAY_ERR_IO,
                             "cannot read the store: the target of '%s' is damaged",
                             target->benchmark);
    }
    return sqlite_rows_end(self, code);
}

static assay_status load_run_row(struct sqlite_store *self, sqlite3_int64 key, struct run *run)
{
    STATEMENT_AUTO *statement = NULL;
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    buf_puts(&sql, "SELECT status, ");
    columns_add_names(&sql, RUN_COLUMNS, false);
    buf_puts(&sql, " FROM run WHERE key = ?");
    TRY(sql.status);
    TRY(sqlite_prepare(self, sql.text, &statement));
    sqlite3_bind_int64(statement, 1, key);
    if (sqlite3_step(statement) != SQLITE_ROW)
        return sqlite_failed(self, "read the store");
    const char *status;
    TRY(sqlite_text(statement, 0, &run->arena, &status));
    run->interrupted = strcmp(status, "done") != 0;
    return columns_load(statement, 1, RUN_COLUMNS, &run->arena, run);
}

assay_status sqlite_load(struct store *store, const char *id, struct run *ret_run)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    struct run run = {0};
    sqlite3_int64 key = 0;
    TRY(sqlite_run_key(self, id, &key));
    assay_status status = load_run_row(self, key, &run);
    if (status == ASSAY_OK)
        status = load_results(self, key, &run);
    if (status == ASSAY_OK)
        status = load_targets(self, key, &run);
    if (status == ASSAY_OK)
        *ret_run = run;
    else
        run_release(&run);
    return status;
}

assay_status sqlite_runs(struct store *store, size_t limit, struct arena *arena, run_row_vec *rows)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    STATEMENT_AUTO *statement = NULL;
    TRY(sqlite_prepare(self,
                       "SELECT id, started_at, commit_id, branch, label, profile, status,"
                       " fingerprint, duration_seconds,"
                       " (SELECT count(*) FROM result WHERE run = run.key AND outcome = 'ok'),"
                       " (SELECT count(*) FROM result WHERE run = run.key AND outcome = 'failed'),"
                       " (SELECT count(*) FROM result WHERE run = run.key AND outcome = 'skipped'),"
                       " (SELECT count(*) FROM target WHERE run = run.key AND status = ?2),"
                       " (SELECT count(*) FROM target WHERE run = run.key AND status = ?3),"
                       " (SELECT count(*) FROM target WHERE run = run.key AND status = ?4), key"
                       " FROM run ORDER BY started_at DESC, key DESC LIMIT ?1",
                       &statement));
    sqlite3_bind_int64(statement, 1, (sqlite3_int64)limit);
    for (int status = TARGET_MET; status <= TARGET_UNDECIDED; status++)
        sqlite3_bind_int(statement, 2 + status - TARGET_MET, status);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct run_row *row = vec_add(rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct run_row){.duration_seconds = sqlite3_column_double(statement, 8),
                                .ok = (unsigned)sqlite3_column_int(statement, 9),
                                .failed = (unsigned)sqlite3_column_int(statement, 10),
                                .skipped = (unsigned)sqlite3_column_int(statement, 11),
                                .met = (unsigned)sqlite3_column_int(statement, 12),
                                .missed = (unsigned)sqlite3_column_int(statement, 13),
                                .undecided = (unsigned)sqlite3_column_int(statement, 14)};
        const char **const texts[] = {&row->id,     &row->started_at, &row->commit,
                                      &row->branch, &row->label,      &row->profile,
                                      &row->status, &row->fingerprint};
        TRY(sqlite_texts(statement, arena, texts, sizeof texts / sizeof *texts));
        if (strcmp(row->status, "done") != 0)
            row->status = sqlite_is_held(self, sqlite3_column_int64(statement, 15)) ? "running"
                                                                                    : "interrupted";
    }
    return sqlite_rows_end(self, code);
}

/* The SQL function taken(id, suite, name, params, tags): whether the filter takes a benchmark. */
static void taken(sqlite3_context *context, int count, sqlite3_value **values)
{
    const struct benchmark_filter *filter = sqlite3_user_data(context);
    struct benchmark benchmark = {.description = "", .module = "", .compiler = ""};
    const char **const places[] = {&benchmark.id, &benchmark.suite, &benchmark.name,
                                   &benchmark.params, &benchmark.tags};
    for (int i = 0; i < count; i++) {
        const char *text = (const char *)sqlite3_value_text(values[i]);
        *places[i] = text ? text : "";
    }
    sqlite3_result_int(context, filter->takes(filter->context, &benchmark));
}

static assay_status add_filter(struct sqlite_store *self, const struct benchmark_filter *filter)
{
    void *lent = (void *)(uintptr_t)filter;
    return sqlite3_create_function(self->db, "taken", 5, SQLITE_UTF8, lent, taken, NULL, NULL) ==
                   SQLITE_OK
               ? ASSAY_OK
               : sqlite_failed(self, "read the store");
}

static assay_status read_history(struct sqlite_store *self, const char *metric, struct arena *arena,
                                 history_row_vec *rows)
{
    STATEMENT_AUTO *statement = NULL;
    /* Once for each benchmark, not for each of its measurements. */
    TRY(sqlite_prepare(
        self,
        "SELECT run.id, run.started_at, run.commit_id, run.fingerprint, benchmark.id,"
        " series.unit, measurement.median, measurement.low, measurement.high"
        " FROM benchmark JOIN series ON series.benchmark = benchmark.key"
        " JOIN measurement ON measurement.series = series.key"
        " JOIN run ON run.key = measurement.run"
        " WHERE series.metric = ? AND benchmark.key IN"
        " (SELECT key FROM benchmark WHERE taken(id, suite, name, params, tags))"
        " ORDER BY benchmark.id, run.started_at, run.key",
        &statement));
    sqlite_bind_text_or_null(statement, 1, metric);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW) {
        struct history_row *row = vec_add(rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct history_row){.median = sqlite3_column_double(statement, 6),
                                    .low = sqlite3_column_double(statement, 7),
                                    .high = sqlite3_column_double(statement, 8)};
        const char **const texts[] = {&row->run_id,      &row->started_at, &row->commit,
                                      &row->fingerprint, &row->benchmark,  &row->unit};
        TRY(sqlite_texts(statement, arena, texts, sizeof texts / sizeof *texts));
    }
    return sqlite_rows_end(self, code);
}

assay_status sqlite_history(struct store *store, const struct benchmark_filter *filter,
                            const char *metric, struct arena *arena, history_row_vec *rows)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    TRY(add_filter(self, filter));
    assay_status status = read_history(self, metric, arena, rows);
    sqlite3_create_function(self->db, "taken", 5, SQLITE_UTF8, NULL, NULL, NULL, NULL);
    return status;
}
