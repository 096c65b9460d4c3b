/* A file that `assay run --json` wrote (summary.json), read back as results: for comparing runs of
 * which there is no store at hand. */
#ifndef SESSION_VERSIONS_RESULTS_FILE_H
#define SESSION_VERSIONS_RESULTS_FILE_H

#include "model/model.h"

enum { RESULTS_BYTES_MAX = 256 * 1024 * 1024 };

/* The run in `text`, with what a comparison needs: environment, outcomes, reasons, and of the times
 * median, interval and launches.  `name` is what messages call it.
 *
 * ASSAY_ERR_PARSE  no JSON, another document, or members that are missing or wrong; `error` says
 *                  where.   ASSAY_ERR_MEMORY.
 * Free with run_release. */
ASSAY_USE_RESULT assay_status results_parse(const char *text, size_t length, const char *name,
                                            struct run *ret_run, struct buf *error);

/* The same from a file.  ASSAY_ERR_IO: it cannot be read.  ASSAY_ERR_LIMIT: it is too long. */
ASSAY_USE_RESULT assay_status results_load(const char *path, struct run *ret_run,
                                           struct buf *error);

#endif
