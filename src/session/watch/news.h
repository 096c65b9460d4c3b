/* Steps that are news: found now, and not told in an earlier cycle. */
#ifndef SESSION_WATCH_NEWS_H
#define SESSION_WATCH_NEWS_H

#include "model/history/watch.h"

/* A step that was told: which series, and the run in which it was first seen. */
struct told_step {
    const char *benchmark, *run_id;
    bool is_worse;
};

/* What is known of the past.  All zero: nothing. */
struct news {
    struct arena arena;
    VEC(struct told_step) told;
};
void news_release(struct news *news);

/* How far the place of one step may move as values are added, in points. */
enum { NEWS_REACH = 10 };

/* Remembers all steps of series that were judged and watched, and appends those that are new to
 * `steps`, texts in `arena`; `steps` may be NULL.  A step at another place within NEWS_REACH points
 * and in the same direction is the one that was told.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status news_take(struct news *news, const struct trend *trend,
                                        struct arena *arena, watch_step_vec *steps);

#endif
