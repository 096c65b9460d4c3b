/* What happened to the store's runs, as a series of server-sent events.  Knows nothing of sockets.
 */
#ifndef SERVE_HTTP_EVENTS_H
#define SERVE_HTTP_EVENTS_H

#include <time.h>

#include "serve/source.h"

enum { EVENTS_KEPT = 64, EVENTS_RUNS = 20 };

/* What was last known of a run. */
struct known_run {
    char id[64], status[16];
    unsigned ok, failed, skipped;
};

struct events {
    struct buf texts[EVENTS_KEPT]; /* number n stands in n % EVENTS_KEPT */
    uint64_t next;                 /* number of the one to come */
    struct known_run runs[EVENTS_RUNS];
    size_t run_count;
    uint64_t state;       /* of the source at the last look */
    bool has_failed;      /* the last look */
    unsigned looks;       /* while a run went on */
    struct timespec told; /* the newest of what runs told that was seen */
};

/* From now on; what is in the store already is no news. */
void events_start(struct events *events, struct source *source);
void events_release(struct events *events);

/* Looks at the store and adds what is new: "run" for each of the newest runs that is new or has
 * grown, "change" for all else, also for a store that vanished, "progress" for what runs that go on
 * told (session/live/live.h).  A run has "id", "status" and the counts of its results. */
void events_look(struct events *events, struct source *source);

/* The text of event *at, which is moved on; NULL when there is none yet.  Who is late gets what is
 * still kept. */
const char *events_take(const struct events *events, uint64_t *at);

#endif
