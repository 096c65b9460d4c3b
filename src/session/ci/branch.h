/* The history without a server: a store with its kept modules as one commit on a branch of git's
 * that shares nothing with the code, or as a folder that a job keeps. */
#ifndef SESSION_CI_BRANCH_H
#define SESSION_CI_BRANCH_H

#include "session/merge/merge.h"

#define BRANCH_NAME "assay-history"
enum { BRANCH_TRIES_MAX = 8, BRANCH_KEEP = 50 };

struct branch_request {
    const char *remote, *branch; /* NULL: origin, BRANCH_NAME */
    const char *folder;          /* instead of a branch */
    const char *store;           /* path of the local store */
    unsigned keep;               /* so many baselines of each kind stay when pushing; 0: 50 */
};

struct branch_result {
    size_t runs, baselines, modules; /* that were new: here after fetching, there after pushing */
    bool was_there;                  /* there was a history */
    unsigned tries;                  /* of pushing; 0: there was nothing to push */
};

/* Adds the history to the local store.  Without one nothing happens.
 * ASSAY_ERR_IO: git refuses, with its words (never a password).  ASSAY_ERR_VERSION and others as
 * store_open and merge_stores. */
ASSAY_USE_RESULT assay_status branch_fetch(const struct branch_request *request,
                                           struct branch_result *ret_result, struct buf *error);

/* Adds the local store to the history.  Who pushes at the same time loses nothing: the branch is
 * moved only from where it was read, else it is read and merged again, BRANCH_TRIES_MAX times. */
ASSAY_USE_RESULT assay_status branch_push(const struct branch_request *request,
                                          struct branch_result *ret_result, struct buf *error);

#endif
