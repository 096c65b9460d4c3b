/* The user's command that hears what a cycle found. */
#ifndef SESSION_WATCH_HOOK_H
#define SESSION_WATCH_HOOK_H

#include "model/history/watch.h"
#include "session/watch/process.h"

struct hook {
    const char *command; /* for sh; NULL: none */
    double limit_seconds;
    bool always; /* else only when the verdict is not good */
    const volatile sig_atomic_t *stop;
};

/* Calls the hook, if it is to hear of the event: `document` is its standard input, ASSAY_VERDICT,
 * ASSAY_RUN, ASSAY_CYCLE, ASSAY_REASON and ASSAY_STEPS are in its environment.  When it fails or
 * takes too long, `told` gets a sentence and what it printed.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status hook_call(const struct hook *hook, const struct watch_event *event,
                                        const struct buf *document, struct buf *told);

#endif
