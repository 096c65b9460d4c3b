/* Trends out of the store. */
#ifndef SESSION_TREND_TREND_H
#define SESSION_TREND_TREND_H

#include <time.h>

#include "model/history/trend.h"
#include "store/store.h"

struct trend_request {
    struct store *store;
    const char *pattern;                   /* a word as in session/select/selection.h */
    const struct benchmark_filter *filter; /* in place of the pattern, or NULL */
    const char *metric;
    const char *since; /* ISO 8601; "" for all */
    size_t last;       /* points a series; 0 for all */
    time_t now;        /* for the age of the newest point; 0: it does not matter */
};

/* A series a benchmark, of the machine and compiler that its newest value comes from: what others
 * measured is left out and counted.  Not yet judged.  Free with trend_release, also after a
 * failure; store->error has its text. */
ASSAY_USE_RESULT assay_status trend_load(const struct trend_request *request,
                                         struct trend *ret_trend);

/* Fills the alarms of all series.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status trend_watch_all(struct trend *trend);

/* Judges all series and puts what moved first.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status trend_judge_all(struct trend *trend);

#endif
