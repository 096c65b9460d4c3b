/* Commits built, each in a worktree of its own under `.assay/builds`, and kept to be used again.
 *
 *     .assay/builds/COMMIT/       the worktree; `worktree/` for the working tree as it is now
 *     .assay/builds/COMMIT.log    what git and the build command printed
 *     .assay/builds/COMMIT.done   what was built by which command; written last
 *     .assay/builds/COMMIT.lock   held while it is built (alone) and while it is used (shared)
 *
 * Several processes may build and use the same commits at the same time. */
#ifndef SESSION_PLACE_BUILD_H
#define SESSION_PLACE_BUILD_H

#include <signal.h>

#include "config/config.h"
#include "session/place/git.h"

/* A sentence for the user about what is being done. */
typedef void build_tell_fn(void *context, const char *sentence);

/* Makes one (printf format) and hands it to `tell`, which may be NULL. */
void build_tell(build_tell_fn *tell, void *context, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

struct build_request {
    const struct config *config; /* its `build` says how */
    const struct repository *repository;
    struct revision revision;
    bool is_worktree; /* of the working tree: built on top of its last build, which is faster */
    bool rebuild;     /* also when it is there */
    volatile sig_atomic_t *stop;
    build_tell_fn *tell;
    void *context;
};

/* A finished build, safe from removal until build_close. */
struct build {
    const char *place; /* folder of the worktree, for messages */
    path_vec modules;  /* files or folders, as paths from the working folder */
    int lock;          /* descriptor; -1 when nothing is held */
};

/* Builds the commit, or takes the build that is there.
 *
 * ASSAY_ERR_ARGUMENT  assay.yaml does not say how to build.
 * ASSAY_ERR_IO        it does not build: `error` has the reason, the end of the log and where the
 *                     whole log is.  ASSAY_ERR_TIMEOUT: not within the limit.  Or interrupted.
 *
 * Texts go to `arena`.  Free with build_close. */
ASSAY_USE_RESULT assay_status build_open(const struct build_request *request, struct arena *arena,
                                         struct build *ret_build, struct buf *error);
void build_close(struct build *build);

#endif
