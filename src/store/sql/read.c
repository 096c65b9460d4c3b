/* Reading of SQL engines: selectors, whole runs, lists, history.
 * Invariants: 1. nothing here writes; 2. a row that cannot be understood is an error with the
 * benchmark's name, never a made-up number. */
#include <stdint.h>
#include <string.h>

#include "store/pack.h"
#include "store/sql/sql.h"

/* The newest one first; the time has whole seconds, the key tells those of one second apart. */
#define NEWEST " ORDER BY started_at DESC, key DESC LIMIT 1"

assay_status sql_find(struct store *store, const char *selector, struct arena *arena,
                      const char **ret_id)
{
    struct sql_store *self = (struct sql_store *)store;
    static const char *const QUERIES[] = {
        "SELECT id FROM run WHERE $1 = 'latest'" NEWEST,
        "SELECT id FROM run WHERE id = $1",
        "SELECT id FROM run WHERE substr(id, 1, length($1)) = $1 AND length($1) >= 8" NEWEST,
        "SELECT id FROM run WHERE substr(started_at, 1, length($1)) = $1 AND length($1) >= "
        "10" NEWEST,
        "SELECT id FROM run JOIN baseline ON baseline.run = run.key WHERE name = $1",
        "SELECT id FROM run WHERE label = $1" NEWEST,
        "SELECT id FROM run WHERE substr(commit_id, 1, length($1)) = $1 AND length($1) >= 7" NEWEST,
        "SELECT id FROM run WHERE tag = $1" NEWEST,
        "SELECT id FROM run WHERE branch = $1" NEWEST,
        "SELECT id FROM run WHERE $1 = 'last'" NEWEST, /* unless something is called so */
    };
    /* "" would be found as the label or tag that most runs do not have. */
    for (size_t i = 0; selector[0] != '\0' && i < sizeof QUERIES / sizeof *QUERIES; i++) {
        STATEMENT_AUTO *statement = NULL;
        TRY(sql_prepare(self, QUERIES[i], &statement));
        sql_bind_text(statement, 1, selector);
        enum sql_step code = sql_step(statement);
        if (code == SQL_ROW)
            return sql_text(statement, 0, arena, ret_id);
        TRY(sql_rows_end(self, code));
    }
    return buf_error(&self->store.error, ASSAY_ERR_NOT_FOUND,
                     "no run is called '%s' (tried: id, time, baseline, label, "
                     "commit, tag, branch); "
                     "'assay history' lists them",
                     selector);
}

/* `status` of unpacking what belongs to `benchmark`, with its text. */
static assay_status unpacked(struct sql_store *self, assay_status status, const char *benchmark)
{
    if (status == ASSAY_OK || status == ASSAY_ERR_MEMORY)
        return status;
    return buf_error(&self->store.error, ASSAY_ERR_IO,
                     "cannot read the store: the samples of '%s' are damaged", benchmark);
}

/* What a benchmark defined itself stands in the row. */
assay_status sql_load_metric(struct sql_statement *statement, struct arena *arena,
                             const struct metric **ret_metric)
{
    *ret_metric = metric_find(statement->engine->text(statement, 0));
    if (*ret_metric != NULL)
        return ASSAY_OK;
    struct metric *own = arena_alloc(arena, sizeof *own);
    if (own == NULL)
        return ASSAY_ERR_MEMORY;
    *own = (struct metric){.direction = (int)sql_integer(statement, 2) == HIGHER_IS_BETTER
                                            ? HIGHER_IS_BETTER
                                            : LOWER_IS_BETTER,
                           .quality = (int)sql_integer(statement, 3) != 0};
    TRY(sql_text(statement, 0, arena, &own->name));
    TRY(sql_text(statement, 1, arena, &own->unit));
    *ret_metric = own;
    return ASSAY_OK;
}

static assay_status load_measurement(struct sql_store *self, struct sql_statement *statement,
                                     struct arena *arena, struct result *result)
{
    const struct metric *metric;
    TRY(sql_load_metric(statement, arena, &metric));
    struct measurement *measurement = result_add_measurement(result, metric);
    if (measurement == NULL)
        return ASSAY_ERR_MEMORY;
    size_t length;
    const void *bytes = sql_blob(statement, 4, &length);
    assay_status status = unpack_percentiles(bytes, length, measurement->summary.percentiles);
    TRY(unpacked(self, status, result->benchmark.id));
    return columns_load(statement, 5, SUMMARY_COLUMNS, NULL, &measurement->summary);
}

static assay_status load_measurements(struct sql_store *self, int64_t run, int64_t benchmark,
                                      struct arena *arena, struct result *result)
{
    STATEMENT_AUTO *statement = NULL;
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    buf_puts(&sql, "SELECT metric, unit, direction, quality, percentiles, ");
    columns_add_names(&sql, SUMMARY_COLUMNS, false);
    buf_puts(&sql, " FROM series JOIN measurement ON measurement.series = series.key"
                   " WHERE series.benchmark = $1 AND measurement.run = $2 ORDER BY series.key");
    TRY(sql.status);
    TRY(sql_prepare(self, sql.text, &statement));
    sql_bind_integer(statement, 1, benchmark);
    sql_bind_integer(statement, 2, run);
    enum sql_step code;
    while ((code = sql_step(statement)) == SQL_ROW)
        TRY(load_measurement(self, statement, arena, result));
    return sql_rows_end(self, code);
}

static assay_status load_missing(struct sql_store *self, int64_t run, int64_t benchmark,
                                 struct arena *arena, struct result *result)
{
    STATEMENT_AUTO *statement = NULL;
    struct absence absence;
    const char **const texts[] = {&absence.metric, &absence.reason};
    TRY(sql_prepare(self,
                    "SELECT metric, reason FROM missing WHERE run = $1 AND benchmark = $2"
                    " ORDER BY number",
                    &statement));
    sql_bind_integer(statement, 1, run);
    sql_bind_integer(statement, 2, benchmark);
    enum sql_step code;
    while ((code = sql_step(statement)) == SQL_ROW) {
        TRY(sql_texts(statement, arena, texts, 2));
        TRY(result_add_missing(result, absence.metric, absence.reason));
    }
    return sql_rows_end(self, code);
}

static assay_status load_result(struct sql_store *self, struct sql_statement *statement,
                                int64_t key, struct run *run)
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
    TRY(sql_texts(statement, &run->arena, texts, sizeof texts / sizeof *texts));
    result->outcome = outcome_parse(outcome);
    result->bytes = sql_real(statement, 11);
    result->items = sql_real(statement, 12);
    int kind = (int)sql_integer(statement, 15);
    if (kind >= BENCH_LATENCY && kind <= BENCH_RESOURCE)
        result->benchmark.kind = (enum bench_kind)kind;
    size_t length;
    const void *bytes = sql_blob(statement, 13, &length);
    assay_status status = unpack_samples(bytes, length, &result->samples);
    TRY(unpacked(self, status, result->benchmark.id));
    result->benchmark.samples = (unsigned)sql_integer(statement, 16);
    int64_t benchmark = sql_integer(statement, 14);
    TRY(load_missing(self, key, benchmark, &run->arena, result));
    return load_measurements(self, key, benchmark, &run->arena, result);
}

assay_status sql_load_rows(struct sql_store *self, int64_t key, struct run *run)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(
        self,
        "SELECT id, suite, name, params, description, module, compiler, tags, reason, warning,"
        " outcome, bytes, items, samples, benchmark.key, kind, samples_wanted"
        " FROM result JOIN benchmark ON benchmark.key = result.benchmark"
        " WHERE result.run = $1 ORDER BY result.number",
        &statement));
    sql_bind_integer(statement, 1, key);
    enum sql_step code;
    while ((code = sql_step(statement)) == SQL_ROW)
        TRY(load_result(self, statement, key, run));
    return sql_rows_end(self, code);
}

static assay_status load_targets(struct sql_store *self, int64_t key, struct run *run)
{
    STATEMENT_AUTO *statement = NULL;
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    buf_puts(&sql, "SELECT ");
    columns_add_names(&sql, TARGET_COLUMNS, false);
    buf_puts(&sql, " FROM target WHERE run = $1 ORDER BY number");
    TRY(sql.status);
    TRY(sql_prepare(self, sql.text, &statement));
    sql_bind_integer(statement, 1, key);
    enum sql_step code;
    while ((code = sql_step(statement)) == SQL_ROW) {
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
    return sql_rows_end(self, code);
}

static assay_status read_run_row(struct sql_store *self, struct sql_statement *statement,
                                 struct run *run)
{
    const char *status;
    if (sql_step(statement) != SQL_ROW)
        return sql_failed(self, "read the store");
    TRY(sql_text(statement, 0, &run->arena, &status));
    run->interrupted = strcmp(status, "done") != 0;
    return columns_load(statement, 1, RUN_COLUMNS, &run->arena, run);
}

static assay_status load_run_row(struct sql_store *self, int64_t key, struct run *run)
{
    struct sql_statement *statement;
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    buf_puts(&sql, "SELECT status, ");
    columns_add_names(&sql, RUN_COLUMNS, false);
    buf_puts(&sql, " FROM run WHERE key = $1");
    TRY(sql.status);
    TRY(sql_keep(self, KEPT_RUN_ROW, sql.text, &statement));
    sql_bind_integer(statement, 1, key);
    assay_status status = read_run_row(self, statement, run);
    self->engine->reset(statement);
    return status;
}

static assay_status load_whole(struct sql_store *self, const char *id, struct run *run)
{
    int64_t key = 0;
    TRY(sql_run_key(self, id, &key));
    TRY(load_run_row(self, key, run));
    assay_status status = sql_load_closed(self, key, run);
    if (status == ASSAY_ERR_NOT_FOUND)
        status = sql_load_rows(self, key, run);
    if (status == ASSAY_OK)
        status = sql_load_stacks(self, key, run);
    return status == ASSAY_OK ? load_targets(self, key, run) : status;
}

assay_status sql_load(struct store *store, const char *id, struct run *ret_run)
{
    struct sql_store *self = (struct sql_store *)store;
    struct run run = {0};
    TRY(self->engine->begin_reading(self));
    assay_status status = load_whole(self, id, &run);
    self->engine->end_reading(self);
    if (status == ASSAY_OK)
        *ret_run = run;
    else
        run_release(&run);
    return status;
}

/* Of a run that is kept in rows, or was sealed, the whole run is read. */
static assay_status outline_any(struct sql_store *self, const char *id, struct outline *outline)
{
    int64_t key = 0;
    TRY(sql_run_key(self, id, &key));
    TRY(load_run_row(self, key, &outline->run));
    assay_status status = sql_outline_closed(self, key, outline);
    if (status != ASSAY_ERR_NOT_FOUND)
        return status;
    struct run run = {0};
    status = load_whole(self, id, &run);
    if (status != ASSAY_OK) {
        run_release(&run);
        return status;
    }
    outline_release(outline);
    status = outline_take_run(&run, outline);
    run_release(&run);
    return status;
}

assay_status sql_outline(struct store *store, const char *id, struct outline *ret_outline)
{
    struct sql_store *self = (struct sql_store *)store;
    struct outline outline = {.owned = true};
    TRY(self->engine->begin_reading(self));
    assay_status status = outline_any(self, id, &outline);
    self->engine->end_reading(self);
    if (status == ASSAY_OK)
        *ret_outline = outline;
    else
        outline_release(&outline);
    return status;
}

/* The newest are chosen first, so that only theirs is counted. */
assay_status sql_runs(struct store *store, size_t limit, struct arena *arena, run_row_vec *rows)
{
    struct sql_store *self = (struct sql_store *)store;
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self,
                    "SELECT id, started_at, commit_id, branch, label, profile, status,"
                    " fingerprint, duration_seconds,"
                    " coalesce(closed.ok, (SELECT count(*) FROM result"
                    " WHERE run = run.key AND outcome = 'ok')),"
                    " coalesce(closed.failed, (SELECT count(*) FROM result"
                    " WHERE run = run.key AND outcome = 'failed')),"
                    " coalesce(closed.skipped, (SELECT count(*) FROM result"
                    " WHERE run = run.key AND outcome = 'skipped')),"
                    " (SELECT count(*) FROM target WHERE run = run.key AND status = $1),"
                    " (SELECT count(*) FROM target WHERE run = run.key AND status = $2),"
                    " (SELECT count(*) FROM target WHERE run = run.key AND status = $3), key"
                    " FROM (SELECT * FROM run ORDER BY started_at DESC, key DESC LIMIT $4) AS run"
                    " LEFT JOIN closed ON closed.run = run.key"
                    " ORDER BY started_at DESC, key DESC",
                    &statement));
    sql_bind_integer(statement, 4, (int64_t)limit);
    for (int status = TARGET_MET; status <= TARGET_UNDECIDED; status++)
        sql_bind_integer(statement, 1 + status - TARGET_MET, status);
    enum sql_step code;
    while ((code = sql_step(statement)) == SQL_ROW) {
        struct run_row *row = vec_add(rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct run_row){.duration_seconds = sql_real(statement, 8),
                                .ok = (unsigned)(int)sql_integer(statement, 9),
                                .failed = (unsigned)(int)sql_integer(statement, 10),
                                .skipped = (unsigned)(int)sql_integer(statement, 11),
                                .met = (unsigned)(int)sql_integer(statement, 12),
                                .missed = (unsigned)(int)sql_integer(statement, 13),
                                .undecided = (unsigned)(int)sql_integer(statement, 14)};
        const char **const texts[] = {&row->id,     &row->started_at, &row->commit,
                                      &row->branch, &row->label,      &row->profile,
                                      &row->status, &row->fingerprint};
        TRY(sql_texts(statement, arena, texts, sizeof texts / sizeof *texts));
        if (strcmp(row->status, "done") != 0)
            row->status =
                self->engine->is_held(self, sql_integer(statement, 15)) ? "running" : "interrupted";
    }
    return sql_rows_end(self, code);
}
