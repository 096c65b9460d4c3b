/* The measuring lock: of the processes of a user on this machine one measures at a time, since two
 * would measure each other. */
#ifndef SESSION_LOCK_LOCK_H
#define SESSION_LOCK_LOCK_H

#include <signal.h>
#include <stdbool.h>

#include "base/buf.h"

struct lock_request {
    const char *command; /* what we are, for those who wait for us: "assay run sums" */
    bool no_wait;        /* fail instead of waiting */
    const volatile sig_atomic_t *stop;
    /* Called once before we wait, with a sentence that says for whom. */
    void (*tell)(void *context, const char *sentence);
    void *context;
};

/* Takes the lock, waiting for it unless told otherwise.  `ret_lock` is a descriptor for
 * lock_release; it is -1 where the environment says "off", or where no place for the file can be
 * used, which is told.  The kernel releases it when the process ends, in whatever way; hosts do not
 * inherit it.
 *
 * The file is $ASSAY_LOCK, which may be shared by users; else assay.lock in $XDG_RUNTIME_DIR; else
 * /tmp/assay-UID.lock, which must be a plain file of ours that nobody else may open.
 *
 * ASSAY_ERR_TIMEOUT  it is held and `no_wait` is set.   ASSAY_ERR_STOPPED  stopped while waiting.
 * ASSAY_ERR_IO       the file that $ASSAY_LOCK names cannot be used.   Texts go to `error`. */
ASSAY_USE_RESULT assay_status lock_take(const struct lock_request *request, int *ret_lock,
                                        struct buf *error);

/* `lock` may be -1. */
void lock_release(int lock);

#endif
