/* Names what stats/history found: which side is worse, which commits lie around it.
 * Invariant: indices of changes are those of the points they were found in. */
#include "compare/trend.h"

#include <stdlib.h>

#include "stats/history/history.h"
#include "stats/history/online.h"

/* No change is 1, or 0 where differences stand for ratios. */
static bool is_worse(const struct trend_series *series, double ratio)
{
    bool higher = ratio > (series->is_linear ? 0 : 1);
    return higher == (series->metric->direction == LOWER_IS_BETTER);
}

static struct trend_change named(const struct trend_series *series,
                                 const struct history_change *found)
{
    const struct trend_point *points = series->points.items;
    return (struct trend_change){
        .index = found->index,
        .low_index = found->low_index,
        .high_index = found->high_index,
        .ratio = found->ratio,
        .interval = found->interval,
        .is_worse = is_worse(series, found->ratio),
        .good_commit = found->low_index > 0 ? points[found->low_index - 1].commit : "",
        .bad_commit = points[found->high_index].commit,
    };
}

static assay_status add_change(struct trend_series *series, const struct history_change *found)
{
    struct trend_change *change = vec_add(&series->changes);
    if (change == NULL)
        return ASSAY_ERR_MEMORY;
    *change = named(series, found);
    return ASSAY_OK;
}

static assay_status add_outlier(struct trend_series *series, const struct history_outlier *found)
{
    struct trend_outlier *outlier = vec_add(&series->outliers);
    if (outlier == NULL)
        return ASSAY_ERR_MEMORY;
    *outlier = (struct trend_outlier){found->index, found->ratio, is_worse(series, found->ratio)};
    return ASSAY_OK;
}

static assay_status add_alarm(struct trend_series *series, size_t raised,
                              const struct history_change *found)
{
    struct trend_alarm *alarm = vec_add(&series->alarms);
    if (alarm == NULL)
        return ASSAY_ERR_MEMORY;
    *alarm = (struct trend_alarm){raised, named(series, found)};
    return ASSAY_OK;
}

static assay_status add_drift(struct trend_series *series, const struct history_drift *found)
{
    struct trend_drift *drift = vec_add(&series->drifts);
    if (drift == NULL)
        return ASSAY_ERR_MEMORY;
    *drift = (struct trend_drift){found->first, found->count, found->ratio, found->interval,
                                  is_worse(series, found->ratio)};
    return ASSAY_OK;
}

static assay_status keep(struct trend_series *series, const struct history *history)
{
    series->sd = history->sd;
    series->autocorrelation = history->autocorrelation;
    series->is_linear = history->is_linear;
    for (size_t i = 0; i < history->changes.count; i++)
        TRY(add_change(series, &history->changes.items[i]));
    for (size_t i = 0; i < history->drifts.count; i++)
        TRY(add_drift(series, &history->drifts.items[i]));
    for (size_t i = 0; i < history->outliers.count; i++)
        TRY(add_outlier(series, &history->outliers.items[i]));
    return ASSAY_OK;
}

assay_status trend_judge(struct trend_series *series)
{
    struct history history;
    double *values = malloc((series->points.count + 1) * sizeof *values);
    if (values == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < series->points.count; i++)
        values[i] = series->points.items[i].value;
    assay_status status = history_find(values, series->points.count, &history);
    if (status == ASSAY_OK)
        status = keep(series, &history);
    history_release(&history);
    free(values);
    return status;
}

assay_status trend_watch_more(struct trend_series *series, struct online *online, size_t first)
{
    for (size_t i = first; i < series->points.count; i++) {
        bool alarm;
        struct history_change step;
        TRY(online_push(online, series->points.items[i].value, &alarm, &step));
        if (alarm)
            TRY(add_alarm(series, i, &step));
    }
    series->is_watched = true;
    series->is_learning = online_is_learning(online);
    return ASSAY_OK;
}

assay_status trend_watch(struct trend_series *series)
{
    struct online *online = calloc(1, sizeof *online);
    if (online == NULL)
        return ASSAY_ERR_MEMORY;
    assay_status status = trend_watch_more(series, online, 0);
    free(online);
    return status;
}

/* 0 for what got worse last, 1 for what moved, 2 for the rest. */
static int rank(const struct trend_series *series)
{
    if (series->changes.count == 0)
        return series->drifts.count > 0 ? 1 : 2;
    return series->changes.items[series->changes.count - 1].is_worse ? 0 : 1;
}

void trend_order(struct trend *trend)
{
    for (size_t i = 1; i < trend->series.count; i++) { /* few ranks: stable, and short walks */
        struct trend_series series = trend->series.items[i];
        size_t at = i;
        for (; at > 0 && rank(&trend->series.items[at - 1]) > rank(&series); at--)
            trend->series.items[at] = trend->series.items[at - 1];
        trend->series.items[at] = series;
    }
}
