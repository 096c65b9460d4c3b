/* Trends out of the store. */
#ifndef SESSION_TREND_TREND_H
#define SESSION_TREND_TREND_H

#include <time.h>

#include "compare/history/forecast.h"
#include "compare/history/together.h"
#include "model/history/trend.h"
#include "session/place/git.h"
#include "store/store.h"

struct trend_request {
    struct store *store;
    char *const *words; /* as in session/select/selection.h */
    int word_count;
    const struct benchmark_filter *filter; /* in place of the words, or NULL */
    const char *metric;
    const char *since; /* ISO 8601; "" for all */
    size_t last;       /* points a series; 0 for all */
};

/* A series a benchmark, of the machine and compiler that its newest value comes from: what others
 * measured is left out and counted.  Not yet judged.  Free with trend_release, also after a
 * failure; store->error has its text. */
ASSAY_USE_RESULT assay_status trend_load(const struct trend_request *request,
                                         struct trend *ret_trend);

/* The same with rows appended to a trend that is there, and none of them no failure. */
ASSAY_USE_RESULT assay_status trend_add(const struct trend_request *request, struct trend *trend);

/* trend_load of all metrics that the benchmarks have, but for rates, which are the time turned
 * over; request->metric is not looked at. */
ASSAY_USE_RESULT assay_status trend_load_metrics(const struct trend_request *request,
                                                 struct trend *ret_trend);

/* Fills the alarms of all series.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status trend_watch_all(struct trend *trend);

/* Judges all series and puts what moved first.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status trend_judge_all(struct trend *trend);

/* How old series may get before they are said to be stale. */
enum { TREND_STALE_RUNS = 5, TREND_STALE_DAYS = 30 };

/* Says of each series how old it is: days until `now`, and runs in which others of
 * its suite among these series were.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status trend_find_stale(struct trend *trend, time_t now);

/* Names the points whose commit has a tag in the repository of `folder`; where there is none, or no
 * git, nothing is named.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status trend_find_releases(struct trend *trend, const char *folder);

/* The tags of the repository of this folder, for whoever is asked again and again.  All zero: not
 * read yet. */
#define RELEASES_SECONDS 60
struct releases {
    struct arena arena;
    release_vec tags;
    double read_seconds; /* of CLOCK_MONOTONIC */
    uint64_t version;    /* another one when the tags are others than before; 0: not read */
};

/* Asks git, once in RELEASES_SECONDS.  What was lent of an older version is gone. */
ASSAY_USE_RESULT assay_status releases_read(struct releases *releases);
/* Names the points of a series from number `first` on; names are lent. */
void releases_name(const struct releases *releases, size_t first, struct trend_series *series);
/* Both, for all series of a trend. */
ASSAY_USE_RESULT assay_status releases_name_all(struct releases *releases, struct trend *trend);
void releases_forget(struct releases *releases);

#endif
