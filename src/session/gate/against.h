/* A run that just ended against an earlier one, by the stored numbers of both: for reading, not for
 * deciding. */
#ifndef SESSION_GATE_AGAINST_H
#define SESSION_GATE_AGAINST_H

#include "session/compare.h"
#include "store/store.h"

#define AGAINST_LAST "last"

/* The newest stored run before `run` that can be set against it: same machine, compilers and
 * profile, not interrupted, with a benchmark in common.  Free with run_release.
 * ASSAY_ERR_NOT_FOUND: there is none. */
ASSAY_USE_RESULT assay_status against_last(struct store *store, const struct run *run,
                                           struct run *ret_last, struct buf *error);

/* Appends one row for each benchmark of `run`, and one for each that `then` has beside them and
 * that the words of the command line select.  Runs of different machines are labelled. */
ASSAY_USE_RESULT assay_status against_rows(const struct run *then, const struct run *run,
                                           char *const *arguments, int argument_count,
                                           struct arena *arena, comparison_vec *rows);

#endif
