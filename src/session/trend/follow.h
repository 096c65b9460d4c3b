/* One history that is asked for again and again: each value is read, and watched, once. */
#ifndef SESSION_TREND_FOLLOW_H
#define SESSION_TREND_FOLLOW_H

#include "model/history/trend.h"
#include "store/store.h"

struct online;

/* Start with zeros; free with trend_follow_end.  `trend` has one series, judged and watched. */
struct trend_followed {
    struct trend trend;
    struct history_mark mark;
    const char *fingerprint; /* of the machine whose values these are */
    /* What stays when there is news: values up to the mark. */
    struct {
        size_t points, alarms, left_out;
        const char *fingerprint; /* of the newest row */
        struct online *online;
    } settled;
    size_t copied; /* rows, since the history was read whole */
};

/* Makes the trend that of the store: the same as trend_load, trend_judge_all and trend_watch_all of
 * that benchmark alone make.  *ret_kept: so many points are those of before.
 * ASSAY_ERR_NOT_FOUND: no such benchmark with this metric.  After a failure it starts anew. */
ASSAY_USE_RESULT assay_status trend_follow(struct trend_followed *followed, struct store *store,
                                           const struct history_name *name, size_t *ret_kept);
void trend_follow_end(struct trend_followed *followed);

#endif
