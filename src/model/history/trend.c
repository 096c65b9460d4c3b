/* Ownership of trends.
 * Invariant: vectors are each series' own, texts and metrics are the arena's or lent. */
#include "model/history/trend.h"

#include <math.h>
#include <time.h>

double trend_point_day(const struct trend_point *point)
{
    enum { DAY_SECONDS = 24 * 60 * 60 };
    struct tm utc = {0};
    const char *end = strptime(point->at, "%Y-%m-%dT%H:%M:%SZ", &utc);
    if (end == NULL || *end != '\0')
        return (double)NAN;
    return (double)timegm(&utc) / DAY_SECONDS;
}

void trend_series_release(struct trend_series *series)
{
    vec_release(&series->points);
    vec_release(&series->changes);
    vec_release(&series->drifts);
    vec_release(&series->outliers);
    vec_release(&series->alarms);
    vec_release(&series->forecasts);
}

void trend_release(struct trend *trend)
{
    for (size_t i = 0; i < trend->series.count; i++)
        trend_series_release(&trend->series.items[i]);
    vec_release(&trend->series);
    vec_release(&trend->absent);
    arena_release(&trend->arena);
}

const struct trend_alarm *trend_alarm_of(const struct trend_series *series, size_t change)
{
    const struct trend_change *changes = series->changes.items;
    const bool is_last = change + 1 == series->changes.count;
    const size_t end = is_last ? series->points.count : changes[change + 1].index;
    for (size_t i = 0; i < series->alarms.count; i++) {
        const struct trend_alarm *alarm = &series->alarms.items[i];
        if (alarm->raised >= changes[change].index && alarm->raised < end &&
            alarm->change.is_worse == changes[change].is_worse)
            return alarm;
    }
    return NULL;
}
