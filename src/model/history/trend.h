/* The nouns of a trend: a series of values over commits or times, its steps, drifts and outliers,
 * and what would have been said of it as it came. */
#ifndef MODEL_TREND_H
#define MODEL_TREND_H

#include "model/history/forecast.h"
#include "model/model.h"

/* One value.  `run_id` and `commit` are "" where it comes from a file. */
struct trend_point {
    const char *at; /* when: a time of the store, or what stands in the file's first column */
    const char *run_id, *commit;
    double value;
    const char *release; /* the tag of its commit; NULL without one */
};
typedef VEC(struct trend_point) trend_point_vec;

/* A new level from point `index` on; it surely begins within [low_index, high_index]. */
struct trend_change {
    size_t index, low_index, high_index;
    double ratio; /* new / old; new - old in a series that is_linear */
    struct interval interval;
    bool is_worse;           /* by the metric's direction */
    const char *good_commit; /* the last that surely has the old level, "" where unknown */
    const char *bad_commit;  /* the first that surely has the new one */
};
typedef VEC(struct trend_change) trend_change_vec;

/* Slow change over `count` points. */
struct trend_drift {
    size_t first, count;
    double ratio;
    struct interval interval;
    bool is_worse;
};
typedef VEC(struct trend_drift) trend_drift_vec;

/* When the trend since the last step reaches a target. */
struct trend_forecast {
    struct forecast found;
    double limit;
    const char *source; /* of the target; NULL where it does not say */
    bool to_worse;      /* a target that is met now would be missed; else the other way round */
};
typedef VEC(struct trend_forecast) trend_forecast_vec;

/* One value far from its neighbours: no step. */
struct trend_outlier {
    size_t index;
    double ratio; /* to its neighbours; difference in a series that is_linear */
    bool is_worse;
};
typedef VEC(struct trend_outlier) trend_outlier_vec;

/* A step as it was told when point `raised` came, knowing no later one. */
struct trend_alarm {
    size_t raised;
    struct trend_change change;
};
typedef VEC(struct trend_alarm) trend_alarm_vec;

struct trend_series {
    const char *name; /* id of the benchmark, or the column's */
    const struct metric *metric;
    trend_point_vec points; /* oldest first */
    trend_change_vec changes;
    trend_drift_vec drifts;
    trend_outlier_vec outliers;
    trend_alarm_vec alarms; /* if is_watched */
    bool is_watched;
    bool is_learning;             /* too few points since the last alarm to raise the next one */
    trend_forecast_vec forecasts; /* when they were asked for */
    double sd;              /* of one value around its level, relative; absolute if is_linear */
    double autocorrelation; /* of neighbours */
    bool is_linear;         /* some values are not above 0 */
    size_t left_out;        /* points of other machines or compilers */
    size_t runs_since;      /* runs of its suite since its last point; 0 in a table */
    double age_days;        /* whole, since its last point; NaN where times are not known */
    bool is_stale;          /* one of both is more than it should be */
};
typedef VEC(struct trend_series) trend_series_vec;

/* A series of which nothing lies in the time that was asked for. */
struct trend_absent {
    const char *name, *last_at;
};
typedef VEC(struct trend_absent) trend_absent_vec;

struct trend {
    struct arena arena;
    trend_series_vec series; /* what got worse last first, then what else moved */
    trend_absent_vec absent; /* by name */
};

/* Days since 1970 of a point's time; NaN where that is no time of the store. */
double trend_point_day(const struct trend_point *point);

/* The alarm that told of changes.items[change], or NULL. */
const struct trend_alarm *trend_alarm_of(const struct trend_series *series, size_t change);

/* What the series owns; its texts are the trend's. */
void trend_series_release(struct trend_series *series);
void trend_release(struct trend *trend);

#endif
