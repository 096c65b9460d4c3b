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

void trend_release(struct trend *trend)
{
    for (size_t i = 0; i < trend->series.count; i++) {
        vec_release(&trend->series.items[i].points);
        vec_release(&trend->series.items[i].changes);
        vec_release(&trend->series.items[i].drifts);
        vec_release(&trend->series.items[i].forecasts);
    }
    vec_release(&trend->series);
    vec_release(&trend->absent);
    arena_release(&trend->arena);
}
