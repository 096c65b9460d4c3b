/* Sweeps among results.
 *
 * Each result stands once for each of its numeric parameters, under the id that is left without
 * that parameter; sorted, results of one sweep lie together.  So a grid of two parameters gives a
 * sweep for each row and each column.
 * Invariant: what cannot be fitted (a value of 0, points that coincide) is left out and is no
 * failure. */
#include "compare/scaling.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

#include "stats/scaling/growth.h"

enum { ID_BYTES_MAX = 1 << 16 };

/* One result as a point of one sweep. */
struct place {
    const char *rest; /* the id without the parameter */
    const char *parameter;
    double at;
    size_t index;
};
typedef VEC(struct place) place_vec;

struct sweep {
    const struct place *places;
    size_t count;
    size_t first; /* the smallest index */
};
typedef VEC(struct sweep) sweep_vec;

/* The number that the value "1000" or "1e6" is; 0 when it is none or not above 0. */
static double number_of(const char *value)
{
    char *end;
    if (!isdigit((unsigned char)value[0]))
        return 0;
    double number = strtod(value, &end);
    return *end == '\0' && isfinite(number) ? number : 0;
}

/* "suite/name:other=1" of "suite/name:n=10,other=1" without what lies in [start, end). */
static void put_without(struct buf *out, const struct benchmark *benchmark, size_t start,
                        size_t end)
{
    const char *params = benchmark->params;
    size_t length = strlen(params);
    bool is_last = end == length;
    size_t before = start > 0 && is_last ? start - 1 : start; /* the comma goes along */
    const char *after = params + (is_last ? end : end + 1);
    bool is_empty = before == 0 && *after == '\0';
    buf_printf(out, "%s/%s%s%.*s%s", benchmark->suite, benchmark->name, is_empty ? "" : ":",
               (int)before, params, after);
}

static const char *id_without(struct arena *arena, const struct benchmark *benchmark, size_t start,
                              size_t end)
{
    BUF_AUTO id;
    buf_init(&id, ID_BYTES_MAX);
    put_without(&id, benchmark, start, end);
    return id.status == ASSAY_OK ? arena_copy(arena, id.text) : NULL;
}

/* Whether the value in [start, end) of the parameters is a number above 0. */
static bool is_numeric(const char *params, size_t start, size_t end)
{
    char value[64];
    size_t equals = start + strcspn(params + start, "=");
    if (equals >= end || end - equals > sizeof value)
        return false;
    memcpy(value, params + equals + 1, end - equals - 1);
    value[end - equals - 1] = '\0';
    return number_of(value) > 0;
}

bool scaling_is_point(const struct benchmark *benchmark, const char *pattern)
{
    const char *params = benchmark->params;
    bool is_point = false;
    for (size_t start = 0, end; params[start] != '\0' && !is_point;
         start = end + (params[end] == ',')) {
        BUF_AUTO id;
        buf_init(&id, ID_BYTES_MAX);
        end = start + strcspn(params + start, ",");
        put_without(&id, benchmark, start, end);
        is_point = id.status == ASSAY_OK && is_numeric(params, start, end) &&
                   benchmark_is_meant(pattern, id.text);
    }
    return is_point;
}

static assay_status add_places(struct run *run, size_t index, place_vec *places)
{
    const struct benchmark *benchmark = &run->results.items[index].benchmark;
    const char *params = benchmark->params;
    for (size_t start = 0, end; params[start] != '\0'; start = end + (params[end] == ',')) {
        end = start + strcspn(params + start, ",");
        size_t equals = start + strcspn(params + start, "=");
        if (equals >= end)
            continue;
        const char *value = arena_copy_n(&run->arena, params + equals + 1, end - equals - 1);
        if (value == NULL)
            return ASSAY_ERR_MEMORY;
        double at = number_of(value);
        if (at <= 0)
            continue;
        struct place *place = vec_add(places);
        if (place == NULL)
            return ASSAY_ERR_MEMORY;
        *place =
            (struct place){id_without(&run->arena, benchmark, start, end),
                           arena_copy_n(&run->arena, params + start, equals - start), at, index};
        if (place->rest == NULL || place->parameter == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

static int by_sweep(const void *a, const void *b)
{
    const struct place *x = a, *y = b;
    int order = strcmp(x->rest, y->rest);
    order = order != 0 ? order : strcmp(x->parameter, y->parameter);
    return order != 0 ? order : (x->at > y->at) - (x->at < y->at);
}

static int by_first(const void *a, const void *b)
{
    const struct sweep *x = a, *y = b;
    int order = (x->first > y->first) - (x->first < y->first);
    return order != 0 ? order : strcmp(x->places->parameter, y->places->parameter);
}

static assay_status find_sweeps(const place_vec *places, sweep_vec *sweeps)
{
    const struct place *items = places->items;
    for (size_t start = 0, end; start < places->count; start = end) {
        struct sweep sweep = {&items[start], 0, items[start].index};
        for (end = start; end < places->count && strcmp(items[end].rest, sweep.places->rest) == 0 &&
                          strcmp(items[end].parameter, sweep.places->parameter) == 0;
             end++)
            sweep.first = items[end].index < sweep.first ? items[end].index : sweep.first;
        sweep.count = end - start;
        if (sweep.count < SCALING_POINTS_MIN)
            continue;
        struct sweep *added = vec_add(sweeps);
        if (added == NULL)
            return ASSAY_ERR_MEMORY;
        *added = sweep;
    }
    if (sweeps->count > 0)
        qsort(sweeps->items, sweeps->count, sizeof *sweeps->items, by_first);
    return ASSAY_OK;
}

static bool is_threads(const char *parameter)
{
    return strcmp(parameter, "threads") == 0 || strcmp(parameter, "workers") == 0;
}

static bool have_all(const struct run *run, const struct sweep *sweep, const struct metric *metric)
{
    for (size_t i = 0; i < sweep->count; i++)
        if (result_measurement(&run->results.items[sweep->places[i].index], metric->name) == NULL)
            return false;
    return true;
}

/* Which metric the laws of threads are fitted to: a rate counts the work of all threads. */
static const struct metric *threads_metric(const struct run *run, const struct sweep *sweep)
{
    if (have_all(run, sweep, &METRICS[METRIC_ITEMS]))
        return &METRICS[METRIC_ITEMS];
    return have_all(run, sweep, &METRICS[METRIC_BYTES]) ? &METRICS[METRIC_BYTES]
                                                        : &METRICS[METRIC_TIME];
}

/* A rate as the time that one unit takes: its interval turns round. */
static struct scaling_point point_of(const struct summary *summary, double at, bool is_rate)
{
    struct scaling_point point = {
        at, summary->median, summary->interval.low, summary->interval.high, nan(""), nan("")};
    if (is_rate) {
        point.value = 1e9 / summary->median;
        point.low = 1e9 / summary->interval.high;
        point.high = 1e9 / summary->interval.low;
    }
    return point;
}

static void set_speedups(struct scaling *scaling)
{
    const struct scaling_point *first = &scaling->points[0];
    for (size_t i = 0; i < scaling->point_count; i++) {
        struct scaling_point *point = &scaling->points[i];
        point->speedup = first->value / point->value;
        point->efficiency = point->speedup / (point->at / first->at);
    }
}

static assay_status fit(struct scaling *scaling)
{
    double at[256], values[256];
    if (scaling->point_count > sizeof at / sizeof *at)
        return ASSAY_ERR_LIMIT;
    for (size_t i = 0; i < scaling->point_count; i++) {
        at[i] = scaling->points[i].at;
        values[i] = scaling->points[i].value;
    }
    return (scaling->is_threads ? threads_fit : growth_fit)(at, values, scaling->point_count,
                                                            SCALING_LEVEL, &scaling->fits);
}

/* Adds the sweep's fit of one metric, unless there is none. */
static assay_status add_scaling(struct run *run, const struct sweep *sweep,
                                const struct metric *metric, bool is_main)
{
    struct scaling scaling = {.benchmark = sweep->places->rest,
                              .parameter = sweep->places->parameter,
                              .metric = metric,
                              .is_main = is_main,
                              .is_threads = is_main && metric != &METRICS[METRIC_INSTRUCTIONS] &&
                                            is_threads(sweep->places->parameter),
                              .point_count = sweep->count};
    if (scaling.is_threads) {
        metric = threads_metric(run, sweep);
        scaling.metric = &METRICS[METRIC_TIME];
    }
    scaling.points = arena_alloc(&run->arena, sweep->count * sizeof *scaling.points);
    if (scaling.points == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < sweep->count; i++) {
        const struct place *place = &sweep->places[i];
        const struct measurement *measurement =
            result_measurement(&run->results.items[place->index], metric->name);
        scaling.points[i] = point_of(&measurement->summary, place->at,
                                     scaling.is_threads && metric != scaling.metric);
    }
    assay_status status = fit(&scaling);
    if (status != ASSAY_OK || scaling.fits.count == 0)
        return status == ASSAY_ERR_MEMORY ? status : ASSAY_OK;
    if (scaling.is_threads)
        set_speedups(&scaling);
    struct scaling *added = vec_add(&run->scalings);
    if (added == NULL)
        return ASSAY_ERR_MEMORY;
    *added = scaling;
    return ASSAY_OK;
}

static assay_status add_metrics(struct run *run, const struct sweep *sweep)
{
    static const enum metric_id MAIN[] = {METRIC_TIME, METRIC_INSTRUCTIONS};
    for (size_t i = 0; i < sizeof MAIN / sizeof *MAIN; i++)
        if (have_all(run, sweep, &METRICS[MAIN[i]])) {
            TRY(add_scaling(run, sweep, &METRICS[MAIN[i]], true));
            break;
        }
    for (size_t i = 0; i < run->results.items[sweep->places->index].measurements.count; i++) {
        const struct metric *metric =
            run->results.items[sweep->places->index].measurements.items[i].metric;
        if (strcmp(metric->unit, "B") == 0 && have_all(run, sweep, metric))
            TRY(add_scaling(run, sweep, metric, false));
    }
    return ASSAY_OK;
}

static assay_status judge(struct run *run, place_vec *places, sweep_vec *sweeps)
{
    for (size_t i = 0; i < run->results.count; i++)
        if (run->results.items[i].outcome == OUTCOME_OK &&
            run->results.items[i].measurements.count > 0)
            TRY(add_places(run, i, places));
    if (places->count > 0)
        qsort(places->items, places->count, sizeof *places->items, by_sweep);
    TRY(find_sweeps(places, sweeps));
    for (size_t i = 0; i < sweeps->count; i++)
        TRY(add_metrics(run, &sweeps->items[i]));
    return ASSAY_OK;
}

assay_status scaling_judge(struct run *run)
{
    place_vec places = {0};
    sweep_vec sweeps = {0};
    run->scalings.count = 0;
    assay_status status = judge(run, &places, &sweeps);
    vec_release(&places);
    vec_release(&sweeps);
    return status;
}
