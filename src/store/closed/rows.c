/* Closed runs in and out of the store: two rows a run, and its share of a segment.
 * Why two: the row of `closed` is written again when the run gets into a segment, and what that
 * does not need should not be copied with it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "store/closed/segment.h"

/* The keys of a run's benchmarks and series, in the run's order. */
struct row_keys {
    key_vec benchmarks, series;
};

static assay_status add_key(key_vec *keys, int64_t key)
{
    int64_t *slot = vec_add(keys);
    if (slot == NULL)
        return ASSAY_ERR_MEMORY;
    *slot = key;
    return ASSAY_OK;
}

/* A row of its own for each benchmark would refuse the second one; here we look. */
static assay_status find_benchmark(struct sql_store *self, const struct benchmark *benchmark,
                                   struct known_key **ret_known)
{
    TRY(sql_benchmark_key(self, benchmark, ret_known));
    if ((*ret_known)->last_run == self->closings)
        return buf_error(&self->store.error, ASSAY_ERR_IO,
                         "cannot write to the store: '%s' is in the run twice", benchmark->id);
    (*ret_known)->last_run = self->closings;
    return ASSAY_OK;
}

static assay_status find_keys(struct sql_store *self, const struct run *run, struct row_keys *keys)
{
    if (!keys_reserve(&self->benchmarks, run->results.count))
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        struct known_key *benchmark;
        int64_t series = 0;
        TRY(find_benchmark(self, &result->benchmark, &benchmark));
        TRY(add_key(&keys->benchmarks, benchmark->key));
        for (size_t k = 0; k < result->measurements.count; k++) {
            TRY(sql_series_key(self, benchmark, result->measurements.items[k].metric, &series));
            TRY(add_key(&keys->series, series));
        }
    }
    return ASSAY_OK;
}

static assay_status insert_closed(struct sql_store *self, int64_t key, const struct run *run,
                                  const struct buf *results)
{
    struct sql_statement *statement;
    int64_t outcomes[OUTCOME_SKIPPED + 1] = {0};
    for (size_t i = 0; i < run->results.count; i++)
        outcomes[run->results.items[i].outcome]++;
    TRY(sql_keep(self, KEPT_CLOSED,
                 "INSERT INTO closed(run, ok, failed, skipped, results)"
                 " VALUES($1, $2, $3, $4, $5)",
                 &statement));
    sql_bind_integer(statement, 1, key);
    for (int i = 0; i <= OUTCOME_SKIPPED; i++)
        sql_bind_integer(statement, 2 + i, outcomes[i]);
    sql_bind_blob(statement, 5, results->text, results->length);
    return sql_run_kept(self, statement, NULL);
}

static assay_status insert_detail(struct sql_store *self, int64_t key,
                                  const struct closed_values *values)
{
    struct sql_statement *statement;
    TRY(sql_keep(self, KEPT_DETAIL,
                 "INSERT INTO detail(run, measurements, samples) VALUES($1, $2, $3)", &statement));
    sql_bind_integer(statement, 1, key);
    sql_bind_blob(statement, 2, values->measurements.text, values->measurements.length);
    sql_bind_blob(statement, 3, values->samples.text, values->samples.length);
    return sql_run_kept(self, statement, NULL);
}

assay_status sql_put_closed(struct sql_store *self, int64_t run, const struct run *what)
{
    struct row_keys keys = {0};
    struct closed_values values;
    closed_values_init(&values);
    self->closings++;
    assay_status status = find_keys(self, what, &keys);
    if (status == ASSAY_OK)
        status = closed_pack(what, keys.benchmarks.items, keys.series.items, &values);
    if (status == ASSAY_OK)
        status = tail_know(self);
    if (status == ASSAY_OK)
        status = insert_closed(self, run, what, &values.results);
    if (status == ASSAY_OK)
        status = insert_detail(self, run, &values);
    for (size_t i = 0; status == ASSAY_OK && i < what->results.count; i++)
        status = sql_put_stacks(self, run, keys.benchmarks.items[i], what->results.items[i].stacks);
    if (status == ASSAY_OK) {
        tail_add(self, run);
        status = segment_fold(self, false);
    }
    closed_values_release(&values);
    vec_release(&keys.benchmarks);
    vec_release(&keys.series);
    return status;
}

/* ---- loading ---- */

assay_status sql_is_closed(struct sql_store *self, int64_t run, bool *ret_closed)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "SELECT 1 FROM closed WHERE run = $1", &statement));
    sql_bind_integer(statement, 1, run);
    const enum sql_step step = sql_step(statement);
    *ret_closed = step == SQL_ROW;
    return *ret_closed ? ASSAY_OK : sql_rows_end(self, step);
}

static struct result *find_result(struct run *run, struct keys *places, const char *id)
{
    const struct known_key *known = keys_find(places, id, 0);
    return known != NULL && known->key > 0 && (size_t)known->key <= run->results.count
               ? &run->results.items[known->key - 1]
               : NULL;
}

static assay_status add_sealed(struct sql_statement *statement, size_t runs, size_t at,
                               struct keys *places, struct run *run)
{
    struct chunk chunk;
    size_t length, row = 0;
    const void *bytes = sql_blob(statement, 4, &length);
    TRY(chunk_open(bytes, length, runs, &chunk));
    if (!chunk_has(&chunk, at))
        return ASSAY_OK;
    for (size_t i = 0; i < at; i++)
        row += chunk_has(&chunk, i);
    const struct metric *metric;
    const char *id;
    TRY(sql_load_metric(statement, &run->arena, &metric));
    TRY(sql_text(statement, 5, &run->arena, &id));
    struct result *result = find_result(run, places, id);
    if (result == NULL)
        return ASSAY_ERR_PARSE;
    struct measurement *measurement = result_add_measurement(result, metric);
    if (measurement == NULL)
        return ASSAY_ERR_MEMORY;
    const struct point point = chunk_point(&chunk, row);
    const double unknown = (double)NAN;
    measurement->summary = (struct summary){.sample_count = (size_t)point.samples,
                                            .launch_count = point.launches,
                                            .median = point.median,
                                            .interval = {point.low, point.high, point.level},
                                            .mean = unknown,
                                            .sd = unknown,
                                            .mad = unknown,
                                            .min = unknown,
                                            .max = unknown};
    for (int i = 0; i < PERCENTILE_COUNT; i++)
        measurement->summary.percentiles[i].rank = PERCENTILE_RANKS[i];
    return ASSAY_OK;
}

static assay_status add_all_sealed(struct sql_store *self, int64_t segment, size_t runs, size_t at,
                                   struct run *run)
{
    STATEMENT_AUTO *statement = NULL;
    struct keys places = {0};
    enum sql_step step = SQL_DONE;
    assay_status status = ASSAY_OK;
    TRY(sql_prepare(self,
                    "SELECT metric, unit, direction, quality, points, benchmark.id"
                    " FROM chunk JOIN series ON series.key = chunk.series"
                    " JOIN benchmark ON benchmark.key = series.benchmark"
                    " WHERE " CHUNKS_OF_SEGMENT " ORDER BY series.key",
                    &statement));
    sql_bind_integer(statement, 1, segment);
    for (size_t i = 0; status == ASSAY_OK && i < run->results.count; i++) {
        struct known_key *place = keys_find(&places, run->results.items[i].benchmark.id, 0);
        if (place == NULL)
            status = ASSAY_ERR_MEMORY;
        else
            place->key = (int64_t)i + 1;
    }
    while (status == ASSAY_OK && (step = sql_step(statement)) == SQL_ROW)
        status = add_sealed(statement, runs, at, &places, run);
    keys_release(&places);
    return status == ASSAY_OK ? sql_rows_end(self, step) : status;
}

/* A sealed run's measurements are the points that its segment has of it. */
static assay_status load_sealed(struct sql_store *self, int64_t segment, int64_t key,
                                struct run *run)
{
    STATEMENT_AUTO *statement = NULL;
    key_vec runs = {0};
    TRY(sql_prepare(self, "SELECT runs FROM segment WHERE key = $1", &statement));
    sql_bind_integer(statement, 1, segment);
    const enum sql_step step = sql_step(statement);
    if (step != SQL_ROW)
        return step == SQL_DONE ? ASSAY_ERR_PARSE : sql_rows_end(self, step);
    size_t length, at = 0;
    const void *bytes = sql_blob(statement, 0, &length);
    assay_status status = segment_runs_unpack(bytes, length, &runs);
    while (at < runs.count && runs.items[at] != key)
        at++;
    if (status == ASSAY_OK)
        status =
            at < runs.count ? add_all_sealed(self, segment, runs.count, at, run) : ASSAY_ERR_PARSE;
    vec_release(&runs);
    return status;
}

assay_status sql_load_closed(struct sql_store *self, int64_t run, struct run *ret_run)
{
    STATEMENT_AUTO *statement = NULL;
    struct closed_bytes values[3];
    TRY(sql_prepare(self,
                    "SELECT results, measurements, samples, segment, detail.run FROM closed"
                    " LEFT JOIN detail ON detail.run = closed.run WHERE closed.run = $1",
                    &statement));
    sql_bind_integer(statement, 1, run);
    const enum sql_step step = sql_step(statement);
    if (step == SQL_DONE)
        return ASSAY_ERR_NOT_FOUND;
    if (step != SQL_ROW)
        return sql_rows_end(self, step);
    for (int i = 0; i < 3; i++)
        values[i].bytes = sql_blob(statement, i, &values[i].length);
    TRY(closed_unpack(self, values, ret_run));
    if (!statement->engine->is_null(statement, 4))
        return ASSAY_OK;
    assay_status status = load_sealed(self, sql_integer(statement, 3), run, ret_run);
    return status == ASSAY_ERR_PARSE
               ? buf_error(&self->store.error, ASSAY_ERR_IO,
                           "cannot read the store: the measurements of run %s are damaged",
                           ret_run->id)
               : status;
}
