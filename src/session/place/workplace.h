/* Where a command works: the host program, the folders of suites, the store, the results. */
#ifndef SESSION_PLACE_WORKPLACE_H
#define SESSION_PLACE_WORKPLACE_H

#include "config/config.h"
#include "measure/benchmark.h"
#include "store/store.h"

/* What a user may say instead of what would be found; NULL members are not said. */
struct workplace_request {
    const char *program; /* folder of the executable */
    const char *store, *config;
    const volatile sig_atomic_t *stop; /* ends hosts before their time; NULL: nothing does */
};

enum { WORKPLACE_FOLDERS_MAX = 32 };

struct workplace {
    struct arena arena;
    struct config config;
    target_vec targets; /* of the suites that were found and of assay.yaml */
    claim_vec claims;
    struct measure_paths paths;
    const char *folders[WORKPLACE_FOLDERS_MAX + 1]; /* NULL-terminated */
    const char *own_folders[3]; /* of the suites that come with assay; NULL-terminated */
    bool is_foreign;            /* `folders` are these, since nothing names suites */
    const char *store;
};

/* Reads assay.yaml and every targets.yaml before anything else is done, so that a mistake in one of
 * them stops the command with nothing run.  Free with workplace_release, also after a failure. */
ASSAY_USE_RESULT assay_status workplace_open(const struct workplace_request *request,
                                             struct workplace *ret_workplace, struct buf *error);
void workplace_release(struct workplace *workplace);

/* Path of one of our own parts: beside the executable, whose folder is `program`, when it is there,
 * else where parts are installed.  NULL when memory is out. */
char *workplace_part(const char *program, const char *name, struct arena *arena);

/* Loads the run that `selector` names, with the claims of the project and the laws of its sweeps.
 * Free with run_release. */
ASSAY_USE_RESULT assay_status workplace_load_run(const struct workplace *workplace,
                                                 const char *selector, struct run *ret_run,
                                                 struct buf *error);

/* The outline of that run, for comparing.  Free with outline_release. */
ASSAY_USE_RESULT assay_status workplace_outline_run(const struct workplace *workplace,
                                                    const char *selector,
                                                    struct outline *ret_outline, struct buf *error);

#endif
