/* Steps of a history while it grows: every value is looked at as it comes, and the rate of false
 * alarms holds for all these looks together, some 1 in 10 000 values (docs/history.md).  Pure; a
 * state has no pointers: it may be copied, kept, and fed on.
 *
 * Recipe and sources: generalized likelihood ratio over the last ONLINE_WINDOW values (Willsky &
 * Jones 1976, IEEE Trans. Automatic Control 21(1); Siegmund & Venkatraman 1995, Annals of
 * Statistics 23(1); Lai 1995, JRSS B 57(4)) on limited values, whitened as an AR(1) process; noise
 * learned from values that are too old to belong to the step; a step must beat a slope and a random
 * walk, as in history.h. */
#ifndef STATS_HISTORY_ONLINE_H
#define STATS_HISTORY_ONLINE_H

#include "stats/history/history.h"
#include "stats/history/series.h"
#include "stats/history/settings.h"

/* What follows from the noise alone, by the length of the new level. */
struct online_weights {
    double gain[ONLINE_WINDOW + 1];     /* 1 / information of the innovations */
    double variance[ONLINE_WINDOW + 1]; /* of the estimated step, old level known */
    double shortness[ONLINE_WINDOW + 1];
};

/* Start with zeros.  Values are logarithms less `origin`, those of a series that is_linear only
 * less it; old ones are forgotten, and all before the last step. */
struct online {
    size_t count;     /* values kept */
    size_t forgotten; /* before values[0] */
    size_t learned;   /* values that the noise was learned from; 0: none yet */
    bool is_linear;
    double origin;
    double scale;       /* sd as far as outliers go */
    struct noise noise; /* of limited values */
    double values[ONLINE_KEPT];
    double limited[ONLINE_KEPT];
    double sums[ONLINE_KEPT + 1]; /* of limited ones, their squares, and times their index */
    double squares[ONLINE_KEPT + 1];
    double moments[ONLINE_KEPT + 1];
    struct online_weights weights;
};

/* Takes the next value.  *ret_alarm: whether a step is raised now; then *ret_step says which:
 * indices count from the first value that was ever taken.  After a step the new level is learned,
 * which takes until it has ONLINE_LEARNING values.  From the first value that is not above 0 on,
 * differences stand for ratios.
 *
 * ASSAY_ERR_ARGUMENT  NaN or infinite: the value was not taken.   Some 1 us, worst 50. */
ASSAY_USE_RESULT assay_status online_push(struct online *online, double value, bool *ret_alarm,
                                          struct history_change *ret_step);

/* Too few values since the last step to judge the next one. */
bool online_is_learning(const struct online *online);

/* Whether the values that are kept drift; *ret_drift as of history_find. */
bool online_drifts(const struct online *online, struct history_drift *ret_drift);

#endif
