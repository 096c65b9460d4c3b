/* Trends that were asked for, kept from request to request: only what is new is read and written.
 */
#ifndef SERVE_KEPT_KEPT_H
#define SERVE_KEPT_KEPT_H

#include "session/trend/follow.h"
#include "session/trend/trend.h"

/* One of them. */
struct kept_trend {
    char *benchmark, *metric; /* NULL: free */
    struct trend_followed followed;
    struct buf points; /* of the document: the first `written` points */
    size_t written;
    uint64_t releases_version; /* that its points are named after */
    uint64_t asked;            /* when last, in questions */
};

enum { KEPT_TRENDS_MAX = 64, KEPT_POINTS_MAX = 200000 };

/* Start with zeros.  Belongs to one open store. */
struct kept_trends {
    struct kept_trend items[KEPT_TRENDS_MAX];
    uint64_t questions;
};

/* The trend as the store has it now, with the names of `releases`; lent until the next call.
 * Errors as of trend_follow. */
ASSAY_USE_RESULT assay_status kept_trend_get(struct kept_trends *kept, struct store *store,
                                             const struct history_name *name,
                                             const struct releases *releases,
                                             struct kept_trend **ret_trend);
/* Whether another one can be kept without giving one back that is as long as the longest. */
bool kept_trends_have_room(const struct kept_trends *kept);
void kept_trends_release(struct kept_trends *kept);

#endif
