/* Benchmarks that nobody measures any more: renamed, taken out of a suite, or forgotten.
 * Why runs of the same suite: a run of another one could not have measured it. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "session/trend/trend.h"

enum { RUNS_COUNTED_MAX = 1000, DAY_SECONDS = 24 * 60 * 60 };

typedef VEC(const char *) run_id_vec;

static const struct trend_point *last_point(const struct trend_series *series)
{
    return &series->points.items[series->points.count - 1];
}

static bool same_suite(const char *a, const char *b)
{
    size_t length = strcspn(a, "/");
    return strncmp(a, b, length) == 0 && b[length] == a[length];
}

/* Runs of `other` after `at`, newest first. */
static assay_status add_runs(const struct trend_series *other, const char *at, run_id_vec *runs)
{
    for (size_t i = other->points.count; i-- > 0 && runs->count < RUNS_COUNTED_MAX;) {
        const struct trend_point *point = &other->points.items[i];
        if (strcmp(point->at, at) <= 0)
            return ASSAY_OK;
        const char **run = vec_add(runs);
        if (run == NULL)
            return ASSAY_ERR_MEMORY;
        *run = point->run_id;
    }
    return ASSAY_OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static size_t count_different(const run_id_vec *runs)
{
    size_t count = 0;
    if (runs->count > 0)
        qsort(runs->items, runs->count, sizeof *runs->items, by_text);
    for (size_t i = 0; i < runs->count; i++)
        count += i == 0 || strcmp(runs->items[i - 1], runs->items[i]) != 0;
    return count;
}

/* The newest time at which anything of these series was measured. */
static const char *newest_time(const struct trend *trend)
{
    const char *newest = "";
    for (size_t i = 0; i < trend->series.count; i++) {
        const struct trend_series *series = &trend->series.items[i];
        if (series->points.count > 0 && strcmp(last_point(series)->at, newest) > 0)
            newest = last_point(series)->at;
    }
    return newest;
}

static assay_status count_runs_since(const struct trend *trend, struct trend_series *series)
{
    run_id_vec runs = {0};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < trend->series.count && status == ASSAY_OK; i++)
        if (same_suite(series->name, trend->series.items[i].name))
            status = add_runs(&trend->series.items[i], last_point(series)->at, &runs);
    series->runs_since = count_different(&runs);
    vec_release(&runs);
    return status;
}

assay_status trend_find_stale(struct trend *trend, time_t now)
{
    const char *newest = newest_time(trend);
    for (size_t i = 0; i < trend->series.count; i++) {
        struct trend_series *series = &trend->series.items[i];
        if (series->points.count == 0)
            continue;
        if (strcmp(last_point(series)->at, newest) < 0)
            TRY(count_runs_since(trend, series));
        series->age_days = floor((double)now / DAY_SECONDS - trend_point_day(last_point(series)));
        series->is_stale =
            series->runs_since >= TREND_STALE_RUNS || series->age_days >= TREND_STALE_DAYS;
    }
    return ASSAY_OK;
}
