/* Change points of a history: at which value a new level begins, and how sure that is.  Pure: no
 * I/O, no clock, no globals; thread-safe.
 *
 * A history is what one benchmark measured at one commit after the other.  Its values scatter, have
 * outliers and often two modes; neighbours resemble each other where a machine drifts.  What is
 * found is a step: a level that begins at one commit and stays.  What rises or falls slowly is a
 * drift and is told as such.  One setting serves all series (settings.h); nothing is tuned.
 *
 * Recipe and sources: values as logarithms, limited to three standard deviations around a running
 * median; scale and lag-1 autocorrelation from differences at two lags, which steps hardly touch
 * (Tecuapetla-Gomez & Munk 2017, Scandinavian Journal of Statistics 44(2)); candidates by seeded
 * binary segmentation (Kovacs, Buhlmann, Li & Munk 2023, Biometrika 110(1)) on sums scaled by the
 * long-run variance; each candidate against a slope and a random walk between its neighbours, the
 * weakest out first (after Romano, Rigaill, Runge & Fearnhead 2022, JASA 117(540), who model drift
 * and autocorrelation in one); its place by the likelihood of an AR(1) process with outliers. */
#ifndef STATS_HISTORY_HISTORY_H
#define STATS_HISTORY_HISTORY_H

#include <stdbool.h>

#include "base/status.h"
#include "base/vec.h"
#include "model/model.h"

#define HISTORY_COUNT_MAX ((size_t)1000000)
#define HISTORY_LEVEL 0.95

/* A step.  `index` counts from 0 and is the first value of the new level: the middle of the eleven
 * values that most probably hold it, which is the most probable one itself where that is clear.
 * It lies in [low_index, high_index] at about HISTORY_LEVEL. */
struct history_change {
    size_t index, low_index, high_index;
    double ratio;             /* new level / old level; their difference where is_linear */
    struct interval interval; /* of the ratio */
};
typedef VEC(struct history_change) history_change_vec;

/* Slow change between steps: the values from `first` on, `count` of them. */
struct history_drift {
    size_t first, count;
    double ratio; /* over all of it: last / first as the line has them */
    struct interval interval;
};
typedef VEC(struct history_drift) history_drift_vec;

/* A value far from those around it, which neither begin nor end a level with it. */
struct history_outlier {
    size_t index;
    double ratio; /* to the median of its neighbours; difference where is_linear */
};
typedef VEC(struct history_outlier) history_outlier_vec;

struct history {
    history_change_vec changes; /* in order */
    history_drift_vec drifts;
    history_outlier_vec outliers;
    double sd;              /* of one value around its level: relative, absolute where is_linear; 0
                             * where most values are equal */
    double autocorrelation; /* of neighbours */
    bool is_linear;         /* some values are not above 0, so differences stand for ratios */
};

/* Finds the steps, drifts and outliers of `count` finite values, oldest first.  Fewer than 10
 * values, or values that do not scatter at all beside one step, have none.  Free with
 * history_release, also after a failure.
 *
 * ASSAY_ERR_ARGUMENT  a value is NaN or infinite.
 * ASSAY_ERR_LIMIT     more than HISTORY_COUNT_MAX values.
 * ASSAY_ERR_MEMORY    work arrays could not be allocated.
 * O(count log count) time for a few steps, some 100 us for 500 values; 56 * count bytes. */
ASSAY_USE_RESULT assay_status history_find(const double *values, size_t count,
                                           struct history *ret_history);
void history_release(struct history *history);

#endif
