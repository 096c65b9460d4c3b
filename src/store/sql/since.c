/* Histories that grow: who read one reads only what came since.
 *
 * Why counting is proof enough: rows of a finished run are never written again; they are only added
 * (by a run that was interrupted and goes on), removed (with the run) or moved into packs (when
 * runs are sealed).  Each of these changes how many runs, packed runs or rows there are up to a
 * run, and a run whose key was given away again has another id.
 *
 * Invariant: the rows up to a mark are the oldest ones; where runs overlap so that they are not,
 * the mark stays empty and all is read again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/closed/segment.h"

static assay_status read_number(struct sql_store *self, struct sql_statement *statement,
                                int64_t *ret_number)
{
    const enum sql_step step = sql_step(statement);
    if (step != SQL_ROW)
        return sql_rows_end(self, step);
    *ret_number = sql_integer(statement, 0);
    return ASSAY_OK;
}

/* What `text` counts; it may have one parameter, a key. */
static assay_status count(struct sql_store *self, const char *text, int64_t key, int64_t *ret_count)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, text, &statement));
    if (strchr(text, '$') != NULL)
        sql_bind_integer(statement, 1, key);
    return read_number(self, statement, ret_count);
}

/* All less the later ones: the number of all is kept by the engine or quickly counted, and the
 * later ones are few. */
static assay_status count_until(struct sql_store *self, int64_t run, struct history_mark *mark)
{
    int64_t runs = 0, later = 0, closed = 0, closed_later = 0;
    STATEMENT_AUTO *statement = NULL;
    TRY(count(self, "SELECT count(*) FROM run", 0, &runs));
    TRY(count(self, "SELECT count(*) FROM run WHERE key > $1", run, &later));
    TRY(count(self, "SELECT count(*) FROM closed", 0, &closed));
    TRY(count(self, "SELECT count(*) FROM closed WHERE run > $1", run, &closed_later));
    mark->runs = runs - later;
    mark->closed_runs = closed - closed_later;
    TRY(sql_prepare(self, "SELECT count(*) FROM measurement WHERE series = $1 AND run <= $2",
                    &statement));
    sql_bind_integer(statement, 1, mark->series);
    sql_bind_integer(statement, 2, run);
    return read_number(self, statement, &mark->measured);
}

static assay_status find_series(struct sql_store *self, const struct history_name *name,
                                struct arena *arena, struct history_news *news, int64_t *ret_series)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self,
                    "SELECT metric, unit, direction, quality, series.key FROM benchmark"
                    " JOIN series ON series.benchmark = benchmark.key"
                    " WHERE benchmark.id = $1 AND metric = $2",
                    &statement));
    sql_bind_text(statement, 1, name->benchmark);
    sql_bind_text(statement, 2, name->metric);
    const enum sql_step step = sql_step(statement);
    if (step == SQL_DONE)
        return buf_error(&self->store.error, ASSAY_ERR_NOT_FOUND,
                         "no stored benchmark is called '%s' with metric '%s'", name->benchmark,
                         name->metric);
    if (step != SQL_ROW)
        return sql_rows_end(self, step);
    *ret_series = sql_integer(statement, 4);
    return sql_load_metric(statement, arena, &news->metric);
}

static assay_status is_same_run(struct sql_store *self, const struct history_mark *mark,
                                bool *ret_same)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "SELECT id FROM run WHERE key = $1", &statement));
    sql_bind_integer(statement, 1, mark->run);
    const enum sql_step step = sql_step(statement);
    const char *id = step == SQL_ROW ? statement->engine->text(statement, 0) : NULL;
    *ret_same = id != NULL && strcmp(id, mark->run_id) == 0;
    return step == SQL_ROW ? ASSAY_OK : sql_rows_end(self, step);
}

static assay_status holds(struct sql_store *self, const struct history_mark *mark, int64_t series,
                          bool *ret_holds)
{
    struct history_mark now = {.series = series};
    *ret_holds = false;
    if (mark->run == 0 || mark->series != series)
        return ASSAY_OK;
    TRY(is_same_run(self, mark, ret_holds));
    if (*ret_holds)
        TRY(count_until(self, mark->run, &now));
    *ret_holds = *ret_holds && now.runs == mark->runs && now.closed_runs == mark->closed_runs &&
                 now.measured == mark->measured;
    return ASSAY_OK;
}

/* ---- what came since ---- */

struct reading {
    struct arena *arena;
    history_row_vec *rows;
    const char *benchmark, *unit;
};

/* Columns from 0 on: the run's key, id, start, commit, fingerprint. */
static assay_status add_row(struct sql_statement *statement, const struct reading *reading,
                            const double values[3])
{
    struct history_row *row = vec_add(reading->rows);
    if (row == NULL)
        return ASSAY_ERR_MEMORY;
    *row = (struct history_row){.benchmark = reading->benchmark,
                                .unit = reading->unit,
                                .median = values[0],
                                .low = values[1],
                                .high = values[2],
                                .run = sql_integer(statement, 0)};
    TRY(sql_text(statement, 1, reading->arena, &row->run_id));
    TRY(sql_text(statement, 2, reading->arena, &row->started_at));
    TRY(sql_text(statement, 3, reading->arena, &row->commit));
    return sql_text(statement, 4, reading->arena, &row->fingerprint);
}

#define RUN_TEXTS "run.key, id, started_at, commit_id, fingerprint"

static assay_status add_measured(struct sql_store *self, int64_t series, int64_t after,
                                 const struct reading *reading)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self,
                    "SELECT " RUN_TEXTS ", median, low, high FROM measurement"
                    " JOIN run ON run.key = measurement.run"
                    " WHERE series = $1 AND measurement.run > $2 ORDER BY measurement.run",
                    &statement));
    sql_bind_integer(statement, 1, series);
    sql_bind_integer(statement, 2, after);
    while ((step = sql_step(statement)) == SQL_ROW)
        TRY(add_row(statement, reading,
                    (const double[]){sql_real(statement, 5), sql_real(statement, 6),
                                     sql_real(statement, 7)}));
    return sql_rows_end(self, step);
}

static assay_status add_packed(struct sql_statement *statement, int64_t series,
                               const struct reading *reading)
{
    struct closed_points points;
    size_t length;
    const void *bytes = sql_blob(statement, 5, &length);
    TRY(closed_points_open(bytes, length, &points));
    for (size_t i = 0; i < points.count; i++) {
        const struct point point = closed_point(&points, i);
        if (point.series == series)
            return add_row(statement, reading,
                           (const double[]){point.median, point.low, point.high});
    }
    return ASSAY_OK;
}

/* *ret_whole: one of them was sealed already, so that its points are in a segment alone. */
static assay_status add_closed(struct sql_store *self, int64_t series, int64_t after,
                               const struct reading *reading, bool *ret_whole)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self,
                    "SELECT " RUN_TEXTS ", measurements, detail.run FROM closed"
                    " JOIN run ON run.key = closed.run LEFT JOIN detail ON detail.run = closed.run"
                    " WHERE closed.run > $1 ORDER BY closed.run",
                    &statement));
    sql_bind_integer(statement, 1, after);
    while ((step = sql_step(statement)) == SQL_ROW) {
        if (statement->engine->is_null(statement, 6))
            *ret_whole = true;
        else
            TRY(segment_damaged(self, add_packed(statement, series, reading)));
    }
    return sql_rows_end(self, step);
}

static int by_time(const void *a, const void *b)
{
    const struct history_row *x = a, *y = b;
    const int order = strcmp(x->started_at, y->started_at);
    return order != 0 ? order : (x->run > y->run) - (x->run < y->run);
}

/* Rows mostly come in order: then looking is all. */
static void order_rows(history_row_vec *rows)
{
    for (size_t i = 1; i < rows->count; i++)
        if (by_time(&rows->items[i - 1], &rows->items[i]) > 0) {
            qsort(rows->items, rows->count, sizeof *rows->items, by_time);
            return;
        }
}

/* *ret_whole: they do not continue what was read. */
static assay_status read_new(struct sql_store *self, const struct history_mark *mark,
                             const struct history_name *name, struct arena *arena,
                             struct history_news *news, bool *ret_whole)
{
    const struct reading reading = {arena, &news->rows, arena_copy(arena, name->benchmark),
                                    news->metric->unit};
    if (reading.benchmark == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(add_measured(self, mark->series, mark->run, &reading));
    TRY(add_closed(self, mark->series, mark->run, &reading, ret_whole));
    if (news->rows.count == 0)
        return ASSAY_OK;
    order_rows(&news->rows);
    *ret_whole = *ret_whole || strcmp(news->rows.items[0].started_at, mark->started_at) < 0;
    return ASSAY_OK;
}

/* ---- all of it ---- */

static bool is_named(void *name, const struct benchmark *benchmark)
{
    return strcmp(benchmark->id, name) == 0;
}

static assay_status read_whole(struct sql_store *self, const struct history_name *name,
                               struct arena *arena, struct history_news *news)
{
    const struct benchmark_filter filter = {is_named, (void *)(uintptr_t)name->benchmark, 0};
    news->kept = news->rows.count = 0;
    return sql_read_history(self, &filter, name->metric, arena, &news->rows);
}

/* ---- the mark ---- */

static assay_status find_finished(struct sql_store *self, struct history_mark *mark)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "SELECT key, id FROM run WHERE status = 'done' ORDER BY key DESC LIMIT 1",
                    &statement));
    const enum sql_step step = sql_step(statement);
    if (step != SQL_ROW)
        return sql_rows_end(self, step);
    mark->run = sql_integer(statement, 0);
    const char *id = statement->engine->text(statement, 1);
    snprintf(mark->run_id, sizeof mark->run_id, "%s", id != NULL ? id : "");
    return ASSAY_OK;
}

/* Sets mark->rows; false when a row of a later run stands between those up to the mark. */
static bool count_rows(const struct history_news *news, struct history_mark *mark)
{
    size_t settled = 0;
    while (settled < news->rows.count && news->rows.items[settled].run <= mark->run)
        settled++;
    for (size_t i = settled; i < news->rows.count; i++)
        if (news->rows.items[i].run <= mark->run)
            return false;
    mark->rows = news->kept + settled;
    if (settled > 0)
        snprintf(mark->started_at, sizeof mark->started_at, "%s",
                 news->rows.items[settled - 1].started_at);
    return true;
}

static assay_status move_mark(struct sql_store *self, const struct history_news *news,
                              struct history_mark *mark)
{
    TRY(find_finished(self, mark));
    if (mark->run == 0 || !count_rows(news, mark)) {
        *mark = (struct history_mark){0};
        return ASSAY_OK;
    }
    return count_until(self, mark->run, mark);
}

static assay_status read_since(struct sql_store *self, struct history_mark *mark,
                               const struct history_name *name, struct arena *arena,
                               struct history_news *news)
{
    int64_t series = 0;
    bool goes_on = false, whole = false;
    TRY(find_series(self, name, arena, news, &series));
    TRY(holds(self, mark, series, &goes_on));
    if (goes_on) {
        news->kept = mark->rows;
        TRY(read_new(self, mark, name, arena, news, &whole));
    }
    if (!goes_on || whole) {
        *mark = (struct history_mark){.series = series};
        TRY(read_whole(self, name, arena, news));
    }
    return move_mark(self, news, mark);
}

assay_status sql_history_since(struct store *store, struct history_mark *mark,
                               const struct history_name *name, struct arena *arena,
                               struct history_news *ret_news)
{
    struct sql_store *self = (struct sql_store *)store;
    *ret_news = (struct history_news){.kept = 0};
    TRY(self->engine->begin_reading(self));
    assay_status status = read_since(self, mark, name, arena, ret_news);
    self->engine->end_reading(self);
    if (status != ASSAY_OK)
        *mark = (struct history_mark){0};
    return status;
}
