/* The files of a run: benchmark-results/<run id>/report.html and summary.json. */
#ifndef SESSION_OUTPUTS_H
#define SESSION_OUTPUTS_H

#include "report/web/web.h"

/* Creates `results`/<id> and writes the files, each complete or not at all (temporary name,
 * rename).  `context` is what the report shows beside the run, or NULL. `ret_folder` gets the
 * folder's path in the run's arena.  ASSAY_ERR_IO with the path in `error`. */
ASSAY_USE_RESULT assay_status outputs_write(const char *results, struct run *run,
                                            const struct web_context *context,
                                            const char **ret_folder, struct buf *error);

/* The parts: a folder that may be there already, and a file in it, complete or not at all.
 * ASSAY_ERR_IO with the path in `error`; or the status of `content`. */
ASSAY_USE_RESULT assay_status outputs_make_folder(const char *path, struct buf *error);
ASSAY_USE_RESULT assay_status outputs_write_file(const char *folder, const char *name,
                                                 const struct buf *content, struct buf *error);

#endif
