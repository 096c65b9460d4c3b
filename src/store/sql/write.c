/* Writing of SQL engines: a run's row, its results one by one or all at once, its end.
 * Each result is one transaction, so that what was put is there whatever comes; benchmarks and
 * series get their keys when they are first seen. */
#include <string.h>

#include "store/pack.h"
#include "store/sql/sql.h"

assay_status sql_run_key(struct sql_store *self, const char *id, int64_t *ret_key)
{
    struct sql_statement *statement;
    TRY(sql_keep(self, KEPT_RUN_KEY, "SELECT key FROM run WHERE id = $1", &statement));
    sql_bind_text(statement, 1, id);
    const enum sql_step step = sql_step(statement);
    if (step == SQL_ROW)
        *ret_key = sql_integer(statement, 0);
    const assay_status status = step == SQL_ROW ? ASSAY_OK : sql_rows_end(self, step);
    self->engine->reset(statement);
    TRY(status);
    return step == SQL_ROW ? ASSAY_OK
                           : buf_error(&self->store.error, ASSAY_ERR_NOT_FOUND, "no run '%s'", id);
}

static assay_status keep_run(struct sql_store *self, struct sql_statement **ret_statement)
{
    BUF_AUTO sql;
    buf_init(&sql, 8192);
    *ret_statement = self->kept[KEPT_RUN];
    if (*ret_statement != NULL)
        return ASSAY_OK;
    buf_puts(&sql, "INSERT INTO run(status, ");
    columns_add_names(&sql, RUN_COLUMNS, false);
    buf_puts(&sql, ") VALUES($1, ");
    columns_add_parameters(&sql, RUN_COLUMNS, 2);
    buf_puts(&sql, ") RETURNING key");
    TRY(sql.status);
    return sql_keep(self, KEPT_RUN, sql.text, ret_statement);
}

static assay_status insert_run(struct sql_store *self, const struct run *run, const char *status,
                               int64_t *ret_key)
{
    struct sql_statement *statement;
    TRY(keep_run(self, &statement));
    sql_bind_text(statement, 1, status);
    columns_bind(statement, 2, RUN_COLUMNS, run);
    return sql_run_kept(self, statement, ret_key);
}

assay_status sql_begin(struct store *store, const struct run *run)
{
    struct sql_store *self = (struct sql_store *)store;
    int64_t key = 0;
    TRY(sql_begin_writing(self));
    TRY(sql_end_writing(self, insert_run(self, run, "running", &key)));
    return self->engine->hold(self, key);
}

assay_status sql_resume(struct store *store, const char *id)
{
    struct sql_store *self = (struct sql_store *)store;
    int64_t key = 0;
    TRY(sql_run_key(self, id, &key));
    if (self->engine->hold(self, key) == ASSAY_OK)
        return ASSAY_OK;
    BUF_AUTO why;
    buf_init(&why, 1024);
    buf_puts(&why, store->error.text);
    return buf_error(&store->error, ASSAY_ERR_IO, "run %s: %s", id, why.text);
}

/* The kept statement of an INSERT whose new key is asked for. */
static assay_status keep_insertion(struct sql_store *self, enum kept_statement which,
                                   const char *text, struct sql_statement **ret_statement)
{
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    *ret_statement = self->kept[which];
    if (*ret_statement != NULL)
        return ASSAY_OK;
    buf_puts(&sql, text);
    buf_puts(&sql, self->engine->returning_key);
    TRY(sql.status);
    return sql_keep(self, which, sql.text, ret_statement);
}

/* What else than its name a row says: when that stays the same, the row need not be written. */
static uint64_t benchmark_content(const struct benchmark *benchmark)
{
    uint64_t hash = keys_hash(0, benchmark->description);
    return keys_hash(hash, benchmark->tags ? benchmark->tags : "") + (uint64_t)benchmark->kind +
           4 * (uint64_t)benchmark->samples;
}

/* What a known benchmark may say anew; returns the next parameter. */
static int bind_benchmark(struct sql_statement *statement, const struct benchmark *benchmark)
{
    sql_bind_text(statement, 1, benchmark->description);
    sql_bind_text(statement, 2, benchmark->tags);
    sql_bind_integer(statement, 3, (int)benchmark->kind);
    sql_bind_integer(statement, 4, benchmark->samples);
    sql_bind_text(statement, 5, benchmark->id);
    return 6;
}

/* *ret_key is 0 where it is there. */
static assay_status insert_benchmark(struct sql_store *self, const struct benchmark *benchmark,
                                     int64_t *ret_key)
{
    struct sql_statement *statement;
    TRY(keep_insertion(self, KEPT_NEW_BENCHMARK,
                       "INSERT INTO benchmark(description, tags, kind, samples_wanted, id, suite,"
                       " name, params) VALUES($1, $2, $3, $4, $5, $6, $7, $8)"
                       " ON CONFLICT(id) DO NOTHING",
                       &statement));
    const int next = bind_benchmark(statement, benchmark);
    sql_bind_text(statement, next, benchmark->suite);
    sql_bind_text(statement, next + 1, benchmark->name);
    sql_bind_text(statement, next + 2, benchmark->params);
    return self->engine->insert(self, statement, ret_key);
}

assay_status sql_benchmark_key(struct sql_store *self, const struct benchmark *benchmark,
                               struct known_key **ret_known)
{
    struct sql_statement *statement;
    struct known_key *known = keys_find(&self->benchmarks, benchmark->id, 0);
    const uint64_t content = benchmark_content(benchmark);
    int64_t key = 0;
    if (known == NULL)
        return ASSAY_ERR_MEMORY;
    *ret_known = known;
    if (known->key != 0 && known->content == content)
        return ASSAY_OK;
    if (known->key == 0)
        TRY(insert_benchmark(self, benchmark, &key));
    if (key == 0) { /* it was there */
        TRY(sql_keep(self, KEPT_BENCHMARK,
                     "UPDATE benchmark SET description = $1, tags = $2, kind = $3,"
                     " samples_wanted = $4 WHERE id = $5 RETURNING key",
                     &statement));
        bind_benchmark(statement, benchmark);
        TRY(sql_run_kept(self, statement, &key));
    }
    known->key = key;
    known->content = content;
    return ASSAY_OK;
}

static void bind_series(struct sql_statement *statement, int64_t benchmark,
                        const struct metric *metric)
{
    sql_bind_text(statement, 1, metric->unit);
    sql_bind_integer(statement, 2, (int)metric->direction);
    sql_bind_integer(statement, 3, metric->quality);
    sql_bind_integer(statement, 4, benchmark);
    sql_bind_text(statement, 5, metric->name);
}

/* *ret_key is 0 where it is there. */
static assay_status insert_series(struct sql_store *self, int64_t benchmark,
                                  const struct metric *metric, int64_t *ret_key)
{
    struct sql_statement *statement;
    TRY(keep_insertion(self, KEPT_NEW_SERIES,
                       "INSERT INTO series(unit, direction, quality, benchmark, metric)"
                       " VALUES($1, $2, $3, $4, $5) ON CONFLICT(benchmark, metric) DO NOTHING",
                       &statement));
    bind_series(statement, benchmark, metric);
    return self->engine->insert(self, statement, ret_key);
}

assay_status sql_series_key(struct sql_store *self, struct known_key *benchmark,
                            const struct metric *metric, int64_t *ret_key)
{
    struct sql_statement *statement;
    struct known_series *known = keys_series(&self->benchmarks, benchmark, metric->name);
    const uint64_t content =
        keys_hash(0, metric->unit) + 2 * (uint64_t)metric->direction + metric->quality;
    int64_t key = 0;
    if (known == NULL)
        return ASSAY_ERR_MEMORY;
    *ret_key = known->key;
    if (known->key != 0 && known->content == content)
        return ASSAY_OK;
    if (known->key == 0)
        TRY(insert_series(self, benchmark->key, metric, &key));
    if (key == 0) { /* it was there */
        TRY(sql_keep(self, KEPT_SERIES,
                     "UPDATE series SET unit = $1, direction = $2, quality = $3"
                     " WHERE benchmark = $4 AND metric = $5 RETURNING key",
                     &statement));
        bind_series(statement, benchmark->key, metric);
        TRY(sql_run_kept(self, statement, &key));
    }
    *ret_key = known->key = key;
    known->content = content;
    return ASSAY_OK;
}

static assay_status measurement_statement(struct sql_store *self,
                                          struct sql_statement **ret_statement)
{
    struct columns columns = SUMMARY_COLUMNS;
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    *ret_statement = self->kept[KEPT_MEASUREMENT];
    if (*ret_statement != NULL)
        return ASSAY_OK;
    buf_puts(&sql, "INSERT INTO measurement(run, series, ");
    columns_add_names(&sql, columns, false);
    buf_puts(&sql, ", percentiles) VALUES($1, $2, ");
    buf_printf(&sql, ", $%d)", columns_add_parameters(&sql, columns, 3));
    TRY(sql.status);
    return sql_keep(self, KEPT_MEASUREMENT, sql.text, ret_statement);
}

static assay_status put_missing(struct sql_store *self, int64_t run, int64_t benchmark,
                                const absence_vec *missing)
{
    for (size_t i = 0; i < missing->count; i++) {
        STATEMENT_AUTO *statement = NULL;
        TRY(sql_prepare(self,
                        "INSERT INTO missing(run, benchmark, number, metric, reason)"
                        " VALUES($1, $2, $3, $4, $5) ON CONFLICT(run, benchmark, number)"
                        " DO UPDATE SET metric = excluded.metric, reason = excluded.reason",
                        &statement));
        sql_bind_integer(statement, 1, run);
        sql_bind_integer(statement, 2, benchmark);
        sql_bind_integer(statement, 3, (int64_t)i);
        sql_bind_text(statement, 4, missing->items[i].metric);
        sql_bind_text(statement, 5, missing->items[i].reason);
        TRY(sql_run(self, statement));
    }
    return ASSAY_OK;
}

static assay_status put_measurement(struct sql_store *self, int64_t run,
                                    struct known_key *benchmark,
                                    const struct measurement *measurement)
{
    struct sql_statement *statement;
    int64_t series = 0;
    BUF_AUTO packed;
    buf_init(&packed, 4096);
    TRY(sql_series_key(self, benchmark, measurement->metric, &series));
    TRY(measurement_statement(self, &statement));
    pack_percentiles(measurement->summary.percentiles, &packed);
    TRY(packed.status);
    sql_bind_integer(statement, 1, run);
    sql_bind_integer(statement, 2, series);
    int next = columns_bind(statement, 3, SUMMARY_COLUMNS, &measurement->summary);
    sql_bind_blob(statement, next, packed.text, packed.length);
    return sql_run_kept(self, statement, NULL);
}

static assay_status put_result(struct sql_store *self, int64_t run, const struct result *result)
{
    struct sql_statement *statement;
    struct known_key *known;
    BUF_AUTO packed;
    buf_init(&packed, BUF_LENGTH_MAX);
    TRY(sql_benchmark_key(self, &result->benchmark, &known));
    const int64_t benchmark = known->key;
    TRY(sql_keep(
        self, KEPT_RESULT,
        "INSERT INTO result(run, benchmark, module, compiler, outcome, reason, warning, bytes, "
        "items,"
        " samples, number) VALUES($1, $2, $3, $4, $5, $6, $7, $8, $9, $10,"
        " (SELECT count(*) FROM result WHERE run = $1))"
        " ON CONFLICT(run, benchmark) DO UPDATE SET module = excluded.module,"
        " compiler = excluded.compiler, outcome = excluded.outcome, reason = excluded.reason,"
        " warning = excluded.warning, bytes = excluded.bytes, items = excluded.items,"
        " samples = excluded.samples, number = excluded.number",
        &statement));
    const char *const texts[] = {result->benchmark.module, result->benchmark.compiler,
                                 outcome_name(result->outcome), result->reason, result->warning};
    pack_samples(&result->samples, &packed);
    TRY(packed.status);
    sql_bind_integer(statement, 1, run);
    sql_bind_integer(statement, 2, benchmark);
    for (int i = 0; i < 5; i++)
        sql_bind_text(statement, i + 3, texts[i]);
    sql_bind_real(statement, 8, result->bytes);
    sql_bind_real(statement, 9, result->items);
    sql_bind_blob(statement, 10, packed.text, packed.length);
    TRY(sql_run_kept(self, statement, NULL));
    for (size_t i = 0; i < result->measurements.count; i++)
        TRY(put_measurement(self, run, known, &result->measurements.items[i]));
    TRY(sql_put_stacks(self, run, benchmark, result->stacks));
    return put_missing(self, run, benchmark, &result->missing);
}

/* So that a run that is killed knows how long it took. */
static assay_status put_duration(struct sql_store *self, int64_t key, double seconds)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "UPDATE run SET duration_seconds = $1 WHERE key = $2", &statement));
    sql_bind_real(statement, 1, seconds);
    sql_bind_integer(statement, 2, key);
    return sql_run(self, statement);
}

assay_status sql_put(struct store *store, const struct run *run, const struct result *result)
{
    struct sql_store *self = (struct sql_store *)store;
    int64_t key = 0;
    TRY(sql_run_key(self, run->id, &key));
    TRY(sql_begin_writing(self));
    assay_status status = put_result(self, key, result);
    if (status == ASSAY_OK)
        status = put_duration(self, key, run->duration_seconds);
    return sql_end_writing(self, status);
}

static assay_status put_target(struct sql_store *self, int64_t run, size_t number,
                               const struct target *target)
{
    STATEMENT_AUTO *statement = NULL;
    BUF_AUTO sql;
    buf_init(&sql, 4096);
    buf_puts(&sql, "INSERT INTO target(run, number, ");
    columns_add_names(&sql, TARGET_COLUMNS, false);
    buf_puts(&sql, ") VALUES($1, $2, ");
    columns_add_parameters(&sql, TARGET_COLUMNS, 3);
    buf_puts(&sql, ")");
    TRY(sql.status);
    TRY(sql_prepare(self, sql.text, &statement));
    sql_bind_integer(statement, 1, run);
    sql_bind_integer(statement, 2, (int64_t)number);
    columns_bind(statement, 3, TARGET_COLUMNS, target);
    return sql_run(self, statement);
}

static assay_status put_targets(struct sql_store *self, int64_t key, const struct run *run)
{
    for (size_t i = 0; i < run->targets.count; i++)
        TRY(put_target(self, key, i, &run->targets.items[i]));
    return ASSAY_OK;
}

static const char *end_status(const struct run *run)
{
    return run->interrupted ? "interrupted" : "done";
}

static assay_status finish_run(struct sql_store *self, int64_t key, const struct run *run)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(
        self, "UPDATE run SET status = $1, duration_seconds = $2, steal_ratio = $3 WHERE key = $4",
        &statement));
    sql_bind_text(statement, 1, end_status(run));
    sql_bind_real(statement, 2, run->duration_seconds);
    sql_bind_real(statement, 3, run->environment.steal_ratio);
    sql_bind_integer(statement, 4, key);
    TRY(sql_run(self, statement));
    /* Those of the finish that was an interruption. */
    TRY(sql_run_with_key(self, "DELETE FROM target WHERE run = $1", key));
    return put_targets(self, key, run);
}

assay_status sql_finish(struct store *store, const struct run *run)
{
    struct sql_store *self = (struct sql_store *)store;
    int64_t key = 0;
    TRY(sql_run_key(self, run->id, &key));
    TRY(sql_begin_writing(self));
    return sql_end_writing(self, finish_run(self, key, run));
}

static assay_status put_whole(struct sql_store *self, const struct run *run)
{
    int64_t key = 0;
    TRY(insert_run(self, run, end_status(run), &key));
    TRY(sql_put_closed(self, key, run));
    return put_targets(self, key, run);
}

assay_status sql_put_run(struct store *store, const struct run *run)
{
    struct sql_store *self = (struct sql_store *)store;
    TRY(sql_begin_writing(self));
    return sql_end_writing(self, put_whole(self, run));
}

static assay_status has_result(struct sql_store *self, int64_t run, const char *benchmark,
                               bool *ret_has)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self,
                    "SELECT 1 FROM result JOIN benchmark ON benchmark.key = result.benchmark"
                    " WHERE result.run = $1 AND benchmark.id = $2",
                    &statement));
    sql_bind_integer(statement, 1, run);
    sql_bind_text(statement, 2, benchmark);
    const enum sql_step step = sql_step(statement);
    *ret_has = step == SQL_ROW;
    return *ret_has ? ASSAY_OK : sql_rows_end(self, step);
}

static assay_status put_rest(struct sql_store *self, const struct run *run, int64_t key)
{
    bool closed = false;
    TRY(sql_is_closed(self, key, &closed));
    if (closed)
        return ASSAY_OK;
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        bool has = false;
        TRY(has_result(self, key, result->benchmark.id, &has));
        if (!has)
            TRY(put_result(self, key, result));
    }
    return finish_run(self, key, run);
}

assay_status sql_complete_run(struct sql_store *self, const struct run *run)
{
    int64_t key = 0;
    TRY(sql_begin_writing(self));
    assay_status status = sql_run_key(self, run->id, &key);
    status = status == ASSAY_ERR_NOT_FOUND ? put_whole(self, run)
             : status == ASSAY_OK          ? put_rest(self, run, key)
                                           : status;
    return sql_end_writing(self, status);
}
