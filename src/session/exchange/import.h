/* Results of other tools become a run of ours. */
#ifndef SESSION_EXCHANGE_IMPORT_H
#define SESSION_EXCHANGE_IMPORT_H

#include "exchange/read/import.h"
#include "store/store.h"

struct import_request {
    char *const *paths; /* files, folders (Criterion's), "-" for standard input */
    int count;
    const struct import_format *format; /* NULL: each file as it looks */
    const char *columns;                /* of csv; NULL for the usual names */
    const char *label, *commit;         /* NULL: not said */
};

/* Appends all of a file, or of standard input for "-".  ASSAY_ERR_IO; ASSAY_ERR_LIMIT: more than
 * `text` may hold. */
ASSAY_USE_RESULT assay_status import_read_file(const char *path, struct buf *text,
                                               struct buf *error);

/* Reads all files into one run, which is described by what the files say of themselves; what they
 * do not say of the commit is that of the current folder.  Nothing is stored.  `ret_format` is that
 * of the first file.  Statuses and texts as import_parse; ASSAY_ERR_IO: a file cannot be read. Free
 * with run_release, also after a failure. */
ASSAY_USE_RESULT assay_status import_run(const struct import_request *request, struct run *ret_run,
                                         const struct import_format **ret_format,
                                         struct buf *error);

/* Stores the run, whole or not at all. */
ASSAY_USE_RESULT assay_status import_store(struct store *store, const struct run *run,
                                           struct buf *error);

#endif
