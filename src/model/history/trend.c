/* Ownership of trends.
 * Invariant: vectors are each series' own, texts and metrics are the arena's or lent. */
#include "model/history/trend.h"

void trend_series_release(struct trend_series *series)
{
    vec_release(&series->points);
    vec_release(&series->changes);
    vec_release(&series->drifts);
    vec_release(&series->outliers);
    vec_release(&series->alarms);
}

void trend_release(struct trend *trend)
{
    for (size_t i = 0; i < trend->series.count; i++)
        trend_series_release(&trend->series.items[i]);
    vec_release(&trend->series);
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
