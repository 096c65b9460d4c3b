/* One cycle of `assay watch`: prepare, run and store, decide. */
#ifndef SESSION_WATCH_CYCLE_H
#define SESSION_WATCH_CYCLE_H

#include "session/watch/news.h"
#include "session/watch/process.h"

struct cycle_request {
    const char *program;          /* path of assay */
    const char *store;            /* where the trends are read */
    const char *store_said;       /* of the run; NULL: not said, so it finds the same one, and an
                                   * address with a password stands in no list of processes */
    const char *prepare;          /* a command for sh before each run; NULL: none */
    const char *baseline;         /* of the gate that decides; NULL: the trend decides */
    const char *profile, *config; /* options of the run; NULL: not said */
    char *const *words;           /* that choose benchmarks */
    int word_count;
    double limit_seconds; /* of the run, and of the gate; 0: none */
    const volatile sig_atomic_t *stop;
};

/* Remembers the steps that are in the store by now, so that they are no news later.  A store that
 * does not exist yet has none.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status cycle_begin(const struct cycle_request *request, struct news *news);

/* Fills the event, of which cycle, reason and at are set.  Whatever goes wrong in what is run is a
 * verdict with a message; what it printed last comes to `printed`.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status cycle_run(const struct cycle_request *request, struct news *news,
                                        struct watch_event *event, struct buf *printed);

#endif
