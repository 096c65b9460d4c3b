/* Histories: a metric of the benchmarks that a filter takes, over all runs.
 *
 * What a history needs beside the points themselves (names of runs, benchmarks and series, which
 * segments there are, the points of runs that no segment has) is read once and kept until somebody
 * writes, since it is the same for every series.  Runs are kept in their order of time, and a run's
 * place there stands for it while points are collected, so that ordering points is comparing
 * places.
 *
 * Why the filter is asked here and not by the database: once a benchmark, not for each of its
 * measurements, and no engine needs to know it. */
#include <stdlib.h>
#include <string.h>

#include "store/closed/segment.h"

struct run_name {
    int64_t key;
    uint32_t place;          /* by time */
    uint32_t length;         /* of the texts, with their ends */
    const char *texts;       /* id, start, commit, one after the other */
    uint32_t start, commit;  /* where those begin */
    const char *fingerprint; /* shared by runs of one machine */
};

struct series_name {
    int64_t key;
    struct benchmark benchmark; /* id, suite, name, params, tags */
    const char *metric, *unit;
};

struct segment_name {
    int64_t key;
    size_t first, count; /* of `places` */
    uint32_t newest;     /* the newest place in this segment and those before it */
};

struct trends {
    struct arena arena;
    uint64_t version, writes;          /* the state that was read */
    VEC(struct run_name) runs;         /* by key */
    VEC(uint32_t) by_place;            /* places -> runs */
    VEC(struct series_name) series;    /* by benchmark's id, metric */
    VEC(struct segment_name) segments; /* by key */
    VEC(uint32_t) places;              /* of the segments' runs; UINT32_MAX: it is gone */
    point_vec tail;                    /* by series; `run` is a place */
};

void sql_forget_trends(struct sql_store *self)
{
    struct trends *trends = self->trends;
    if (trends == NULL)
        return;
    vec_release(&trends->runs);
    vec_release(&trends->by_place);
    vec_release(&trends->series);
    vec_release(&trends->segments);
    vec_release(&trends->places);
    vec_release(&trends->tail);
    arena_release(&trends->arena);
    free(trends);
    self->trends = NULL;
}

/* ---- reading what all series have in common ---- */

static const char *text_or_empty(struct sql_statement *statement, int at)
{
    const char *text = statement->engine->text(statement, at);
    return text ? text : "";
}

static assay_status add_run(struct sql_statement *statement, struct trends *trends)
{
    BUF_AUTO texts;
    buf_init(&texts, BUF_LENGTH_MAX);
    struct run_name *name = vec_add(&trends->runs);
    if (name == NULL)
        return ASSAY_ERR_MEMORY;
    *name = (struct run_name){.key = sql_integer(statement, 0)};
    uint32_t *const begins[] = {&name->start, &name->commit, &name->length};
    for (int i = 0; i < 3; i++) {
        buf_puts(&texts, text_or_empty(statement, i + 1));
        buf_putc(&texts, '\0');
        *begins[i] = (uint32_t)texts.length;
    }
    TRY(texts.status);
    name->texts = arena_copy_n(&trends->arena, texts.text, texts.length);
    const char *fingerprint = text_or_empty(statement, 4);
    const struct run_name *before = trends->runs.count > 1 ? name - 1 : NULL;
    name->fingerprint = before != NULL && strcmp(before->fingerprint, fingerprint) == 0
                            ? before->fingerprint
                            : arena_copy(&trends->arena, fingerprint);
    return name->texts != NULL && name->fingerprint != NULL ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status read_runs(struct sql_store *self, struct trends *trends)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self,
                    "SELECT key, id, started_at, commit_id, fingerprint FROM run ORDER BY key",
                    &statement));
    while ((step = sql_step(statement)) == SQL_ROW)
        TRY(add_run(statement, trends));
    return sql_rows_end(self, step);
}

static const char *started_at(const struct run_name *run)
{
    return run->texts + run->start;
}

static int by_time(const void *a, const void *b, void *runs)
{
    const struct run_name *x = (const struct run_name *)runs + *(const uint32_t *)a;
    const struct run_name *y = (const struct run_name *)runs + *(const uint32_t *)b;
    const int order = strcmp(started_at(x), started_at(y));
    return order != 0 ? order : (x->key > y->key) - (x->key < y->key);
}

/* Runs are mostly stored in the order in which they began: then looking is all. */
static void order_places(struct trends *trends)
{
    uint32_t *places = trends->by_place.items;
    for (size_t i = 1; i < trends->by_place.count; i++)
        if (by_time(&places[i - 1], &places[i], trends->runs.items) > 0) {
            qsort_r(places, trends->by_place.count, sizeof *places, by_time, trends->runs.items);
            return;
        }
}

static assay_status place_runs(struct trends *trends)
{
    for (size_t i = 0; i < trends->runs.count; i++) {
        uint32_t *slot = vec_add(&trends->by_place);
        if (slot == NULL)
            return ASSAY_ERR_MEMORY;
        *slot = (uint32_t)i;
    }
    order_places(trends);
    for (size_t i = 0; i < trends->by_place.count; i++)
        trends->runs.items[trends->by_place.items[i]].place = (uint32_t)i;
    return ASSAY_OK;
}

/* The place of the run `key`; UINT32_MAX: there is none.  `hint`: keys mostly come in order. */
static uint32_t place_of(const struct trends *trends, int64_t key, size_t *hint)
{
    size_t low = 0, high = trends->runs.count;
    if (*hint < high && trends->runs.items[*hint].key == key)
        return trends->runs.items[(*hint)++].place;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (trends->runs.items[middle].key < key)
            low = middle + 1;
        else
            high = middle;
    }
    *hint = low + 1;
    return low < trends->runs.count && trends->runs.items[low].key == key
               ? trends->runs.items[low].place
               : UINT32_MAX;
}

/* Series mostly have the metric of the one before: then they share its name, and a look at the
 * pointer is enough. */
static void share_metric(const struct trends *trends, struct series_name *name)
{
    const struct series_name *before = trends->series.count > 1 ? name - 1 : NULL;
    if (before != NULL && strcmp(before->metric, name->metric) == 0)
        name->metric = before->metric;
}

static assay_status read_series(struct sql_store *self, struct trends *trends)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self,
                    "SELECT id, suite, name, params, tags, metric, unit, series.key"
                    " FROM benchmark JOIN series ON series.benchmark = benchmark.key"
                    " ORDER BY id, metric",
                    &statement));
    while ((step = sql_step(statement)) == SQL_ROW) {
        struct series_name *name = vec_add(&trends->series);
        if (name == NULL)
            return ASSAY_ERR_MEMORY;
        *name = (struct series_name){.key = sql_integer(statement, 7)};
        struct benchmark *to = &name->benchmark;
        to->description = to->module = to->compiler = "";
        const char **const texts[] = {&to->id,   &to->suite,    &to->name,  &to->params,
                                      &to->tags, &name->metric, &name->unit};
        TRY(sql_texts(statement, &trends->arena, texts, 7));
        share_metric(trends, name);
    }
    return sql_rows_end(self, step);
}

static assay_status add_segment(struct trends *trends, int64_t key, const void *bytes,
                                size_t length)
{
    key_vec runs = {0};
    size_t hint = 0;
    const uint32_t before =
        trends->segments.count > 0 ? trends->segments.items[trends->segments.count - 1].newest : 0;
    struct segment_name *segment = vec_add(&trends->segments);
    if (segment == NULL)
        return ASSAY_ERR_MEMORY;
    *segment = (struct segment_name){.key = key, .first = trends->places.count, .newest = before};
    assay_status status = segment_runs_unpack(bytes, length, &runs);
    for (size_t i = 0; status == ASSAY_OK && i < runs.count; i++) {
        uint32_t *place = vec_add(&trends->places);
        if (place == NULL) {
            status = ASSAY_ERR_MEMORY;
            break;
        }
        *place = place_of(trends, runs.items[i], &hint);
        if (*place != UINT32_MAX && *place > segment->newest)
            segment->newest = *place;
    }
    segment->count = runs.count;
    vec_release(&runs);
    return status;
}

static assay_status read_segments(struct sql_store *self, struct trends *trends)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self, "SELECT key, runs FROM segment ORDER BY key", &statement));
    while ((step = sql_step(statement)) == SQL_ROW) {
        size_t length;
        const void *bytes = sql_blob(statement, 1, &length);
        TRY(segment_damaged(self, add_segment(trends, sql_integer(statement, 0), bytes, length)));
    }
    return sql_rows_end(self, step);
}

/* Points of runs that have no place, since they are not finished, are left out. */
static assay_status place_tail(struct trends *trends, const struct gathered *gathered)
{
    const struct point *points = gathered->points.items;
    uint32_t place = 0;
    size_t hint = 0;
    if (!vec_reserve(&trends->tail, gathered->points.count))
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < gathered->points.count; i++) {
        if (i == 0 || points[i].run != points[i - 1].run)
            place = place_of(trends, gathered->runs.items[points[i].run], &hint);
        if (place == UINT32_MAX)
            continue;
        trends->tail.items[trends->tail.count] = points[i];
        trends->tail.items[trends->tail.count++].run = place;
    }
    if (trends->tail.count > 0)
        qsort(trends->tail.items, trends->tail.count, sizeof *points, point_by_series);
    return ASSAY_OK;
}

static assay_status read_tail(struct sql_store *self, struct trends *trends)
{
    struct gathered gathered = {0};
    assay_status status = tail_gather(self, 0, &gathered);
    if (status == ASSAY_OK)
        status = place_tail(trends, &gathered);
    gathered_release(&gathered);
    return status;
}

static assay_status read_all(struct sql_store *self, struct trends *trends)
{
    TRY(read_runs(self, trends));
    TRY(place_runs(trends));
    TRY(read_series(self, trends));
    TRY(read_segments(self, trends));
    return read_tail(self, trends);
}

/* Makes self->trends say what the store says now. */
static assay_status refresh(struct sql_store *self)
{
    uint64_t version = 0;
    TRY(self->store.ops->version(&self->store, &version));
    if (self->trends != NULL && self->trends->version == version &&
        self->trends->writes == self->writes)
        return ASSAY_OK;
    sql_forget_trends(self);
    self->trends = calloc(1, sizeof *self->trends);
    if (self->trends == NULL)
        return ASSAY_ERR_MEMORY;
    self->trends->version = version;
    self->trends->writes = self->writes;
    assay_status status = read_all(self, self->trends);
    if (status != ASSAY_OK)
        sql_forget_trends(self);
    return status;
}

/* ---- one series ---- */

/* A value of a series: of the run in that place. */
struct spot {
    uint32_t place;
    double median, low, high;
};
typedef VEC(struct spot) spot_vec;

static assay_status add_spot(spot_vec *spots, uint32_t place, const double values[3])
{
    struct spot *spot = vec_add(spots);
    if (spot == NULL)
        return ASSAY_ERR_MEMORY;
    *spot = (struct spot){place, values[0], values[1], values[2]};
    return ASSAY_OK;
}

static assay_status add_chunk(const struct trends *trends, const struct segment_name *segment,
                              const struct closed_bytes *value, spot_vec *spots)
{
    struct chunk chunk;
    double medians[CHUNK_RUNS_MAX], lows[CHUNK_RUNS_MAX], highs[CHUNK_RUNS_MAX];
    const uint32_t *places = trends->places.items + segment->first;
    TRY(chunk_open(value->bytes, value->length, segment->count, &chunk));
    chunk_values(&chunk, medians, lows, highs);
    if (spots->count + chunk.count > spots->capacity &&
        !vec_reserve(spots, 2 * (spots->count + chunk.count)))
        return ASSAY_ERR_MEMORY;
    for (size_t run = 0, row = 0; run < chunk.runs; run++) {
        if (!chunk_has(&chunk, run))
            continue;
        if (places[run] != UINT32_MAX)
            spots->items[spots->count++] =
                (struct spot){places[run], medians[row], lows[row], highs[row]};
        row++;
    }
    return ASSAY_OK;
}

/* Those of segments from the one with index `first` on. */
static assay_status read_chunks(struct sql_store *self, int64_t series, size_t first,
                                spot_vec *spots)
{
    const struct trends *trends = self->trends;
    struct sql_statement *statement;
    enum sql_step step;
    assay_status status = ASSAY_OK;
    size_t at = first;
    if (first >= trends->segments.count)
        return ASSAY_OK;
    TRY(sql_keep(self, KEPT_CHUNKS,
                 "SELECT segment.key, points FROM segment CROSS JOIN chunk"
                 " WHERE segment.key >= $1 AND chunk.key = segment.key * 4294967296 + $2"
                 " ORDER BY segment.key",
                 &statement));
    sql_bind_integer(statement, 1, trends->segments.items[first].key);
    sql_bind_integer(statement, 2, series);
    while (status == ASSAY_OK && (step = sql_step(statement)) == SQL_ROW) {
        struct closed_bytes value;
        const int64_t key = sql_integer(statement, 0);
        value.bytes = sql_blob(statement, 1, &value.length);
        while (at < trends->segments.count && trends->segments.items[at].key < key)
            at++;
        if (at < trends->segments.count && trends->segments.items[at].key == key)
            status = segment_damaged(self,
                                     add_chunk(trends, &trends->segments.items[at], &value, spots));
    }
    if (status == ASSAY_OK)
        status = sql_rows_end(self, step);
    self->engine->reset(statement);
    return status;
}

/* Of runs whose results are rows: the covering index `trend`. */
static assay_status read_rows(struct sql_store *self, int64_t series, spot_vec *spots)
{
    struct sql_statement *statement;
    enum sql_step step;
    assay_status status = ASSAY_OK;
    size_t hint = 0;
    TRY(sql_keep(self, KEPT_ROWS,
                 "SELECT run, median, low, high FROM measurement WHERE series = $1 ORDER BY run",
                 &statement));
    sql_bind_integer(statement, 1, series);
    while (status == ASSAY_OK && (step = sql_step(statement)) == SQL_ROW) {
        const uint32_t place = place_of(self->trends, sql_integer(statement, 0), &hint);
        const double values[] = {sql_real(statement, 1), sql_real(statement, 2),
                                 sql_real(statement, 3)};
        if (place != UINT32_MAX)
            status = add_spot(spots, place, values);
    }
    if (status == ASSAY_OK)
        status = sql_rows_end(self, step);
    self->engine->reset(statement);
    return status;
}

static assay_status add_tail_spots(const struct trends *trends, int64_t series, spot_vec *spots)
{
    size_t low = 0, high = trends->tail.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (trends->tail.items[middle].series < series)
            low = middle + 1;
        else
            high = middle;
    }
    for (; low < trends->tail.count && trends->tail.items[low].series == series; low++) {
        const struct point *point = &trends->tail.items[low];
        TRY(add_spot(spots, point->run, (const double[]){point->median, point->low, point->high}));
    }
    return ASSAY_OK;
}

static int by_place(const void *a, const void *b)
{
    const uint32_t x = ((const struct spot *)a)->place, y = ((const struct spot *)b)->place;
    return (x > y) - (x < y);
}

static void order_spots(spot_vec *spots)
{
    for (size_t i = 1; i < spots->count; i++)
        if (spots->items[i].place < spots->items[i - 1].place) {
            qsort(spots->items, spots->count, sizeof *spots->items, by_place);
            return;
        }
}

/* The first segment to read for the newest `last` points, if each run has the series. */
static size_t first_segment(const struct trends *trends, size_t have, size_t last)
{
    size_t first = trends->segments.count;
    while (first > 0 && (last == 0 || have < last))
        have += trends->segments.items[--first].count;
    return first;
}

/* Whether all of the newest `last` points are there: no segment that was left out has a newer one
 * than the oldest of them. */
static bool is_enough(const struct trends *trends, const spot_vec *spots, size_t first, size_t last)
{
    return first == 0 || (spots->count >= last && spots->items[spots->count - last].place >
                                                      trends->segments.items[first - 1].newest);
}

static assay_status read_spots(struct sql_store *self, int64_t series, size_t last, spot_vec *spots)
{
    const struct trends *trends = self->trends;
    size_t first = 0;
    for (size_t wanted = last;; wanted *= 4) {
        spots->count = 0;
        TRY(read_rows(self, series, spots));
        first = first_segment(trends, spots->count, wanted);
        TRY(read_chunks(self, series, first, spots));
        TRY(add_tail_spots(trends, series, spots));
        order_spots(spots);
        if (last == 0 || is_enough(trends, spots, first, last))
            return ASSAY_OK;
    }
}

/* ---- rows ---- */

/* What one history call writes: texts of a run are copied once for all series. */
struct listing {
    struct arena *arena;
    history_row_vec *rows;
    const char **texts; /* by place; NULL: not copied yet */
    const char *fingerprint, *fingerprint_copy;
};

static const char *copy_texts(struct listing *listing, const struct run_name *run, uint32_t place)
{
    if (listing->texts[place] == NULL)
        listing->texts[place] = arena_copy_n(listing->arena, run->texts, run->length);
    if (listing->fingerprint != run->fingerprint) {
        listing->fingerprint = run->fingerprint;
        listing->fingerprint_copy = arena_copy(listing->arena, run->fingerprint);
    }
    return listing->fingerprint_copy != NULL ? listing->texts[place] : NULL;
}

static assay_status add_rows(const struct trends *trends, const struct series_name *series,
                             const spot_vec *spots, size_t from, struct listing *listing)
{
    const size_t wanted = listing->rows->count + spots->count - from;
    const char *benchmark = arena_copy(listing->arena, series->benchmark.id);
    const char *unit = arena_copy(listing->arena, series->unit);
    if (benchmark == NULL || unit == NULL)
        return ASSAY_ERR_MEMORY;
    /* By half again at least: there may be many series. */
    if (wanted > listing->rows->capacity &&
        !vec_reserve(listing->rows, wanted + listing->rows->count / 2))
        return ASSAY_ERR_MEMORY;
    for (size_t i = from; i < spots->count; i++) {
        const struct spot *spot = &spots->items[i];
        const struct run_name *run = &trends->runs.items[trends->by_place.items[spot->place]];
        const char *texts = copy_texts(listing, run, spot->place);
        struct history_row *row = vec_add(listing->rows);
        if (row == NULL || texts == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct history_row){texts,
                                    texts + run->start,
                                    texts + run->commit,
                                    listing->fingerprint_copy,
                                    benchmark,
                                    unit,
                                    spot->median,
                                    spot->low,
                                    spot->high,
                                    run->key};
    }
    return ASSAY_OK;
}

static assay_status list_series(struct sql_store *self, const struct benchmark_filter *filter,
                                const char *metric, struct listing *listing)
{
    const struct trends *trends = self->trends;
    spot_vec spots = {0};
    assay_status status = ASSAY_OK;
    const char *looked_at = NULL;
    bool is_metric = false;
    for (size_t i = 0; status == ASSAY_OK && i < trends->series.count; i++) {
        const struct series_name *series = &trends->series.items[i];
        if (series->metric != looked_at) {
            looked_at = series->metric;
            is_metric = strcmp(looked_at, metric) == 0;
        }
        if (!is_metric || !filter->takes(filter->context, &series->benchmark))
            continue;
        status = read_spots(self, series->key, filter->last, &spots);
        const size_t from =
            filter->last > 0 && spots.count > filter->last ? spots.count - filter->last : 0;
        if (status == ASSAY_OK)
            status = add_rows(trends, series, &spots, from, listing);
    }
    vec_release(&spots);
    return status;
}

static assay_status list_all(struct sql_store *self, const struct benchmark_filter *filter,
                             const char *metric, struct listing *listing)
{
    TRY(refresh(self));
    listing->texts = calloc(self->trends->runs.count + 1, sizeof *listing->texts);
    return listing->texts ? list_series(self, filter, metric, listing) : ASSAY_ERR_MEMORY;
}

assay_status sql_read_history(struct sql_store *self, const struct benchmark_filter *filter,
                              const char *metric, struct arena *arena, history_row_vec *rows)
{
    struct listing listing = {.arena = arena, .rows = rows};
    assay_status status = list_all(self, filter, metric, &listing);
    free(listing.texts);
    return status;
}

assay_status sql_history(struct store *store, const struct benchmark_filter *filter,
                         const char *metric, struct arena *arena, history_row_vec *rows)
{
    struct sql_store *self = (struct sql_store *)store;
    TRY(self->engine->begin_reading(self));
    assay_status status = sql_read_history(self, filter, metric, arena, rows);
    self->engine->end_reading(self);
    return status;
}
