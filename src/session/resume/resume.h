/* Going on with a run that was interrupted. */
#ifndef SESSION_RESUME_RESUME_H
#define SESSION_RESUME_RESUME_H

#include "session/catalog.h"
#include "session/resume/origin.h"
#include "store/store.h"

/* Loads the run that `selector` names, or without one (NULL) the last interrupted one, and takes
 * it: nobody else can resume it while the store is open.  `ret_words` chose its benchmarks.  Free
 * the run with run_release. ASSAY_ERR_NOT_FOUND   there is none.   ASSAY_ERR_ARGUMENT  it is
 * complete, or cannot be resumed. ASSAY_ERR_IO          another process measures it now.   Texts go
 * to `error`. */
ASSAY_USE_RESULT assay_status resume_open(struct store *store, const char *selector,
                                          struct run *ret_run, struct origin_words *ret_words,
                                          struct buf *error);

/* Whether what is here now can go on with the run: this machine, and a catalogue of the same
 * modules and benchmarks.  ASSAY_ERR_ARGUMENT, with everything that differs in `error`. */
ASSAY_USE_RESULT assay_status resume_check(const struct run *run, const struct origin_words *words,
                                           const struct catalog *catalog, struct buf *error);

/* Appends the command that goes on with the run; `store` is NULL unless it was named. */
void resume_command(const char *run_id, const char *store, struct buf *out);

#endif
