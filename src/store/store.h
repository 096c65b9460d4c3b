/* The store: runs in, runs out.  One table of functions, one file an engine (sqlite.c).
 * Order: store_open; any calls; close.  Several processes may have the same store open. */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include "base/status.h"
#include "model/model.h"

/* Every engine's handle starts with this. */
struct store {
    const struct store_ops *ops;
    char error[512]; /* text of the last failure */
};

struct store_ops {
    /* Commits one result of the run, at once and durably. */
    assay_status (*put)(struct store *store, const struct run *run, const struct result *result);
    /* The run with the id `selector`, or the "latest", without its samples; free by run_release. */
    assay_status (*load)(struct store *store, const char *selector, struct run *ret_run);
    void (*close)(struct store *store);
};

/* Opens the file `where`; creates it and its folder.  Close it also after ASSAY_ERR_IO. */
ASSAY_USE_RESULT assay_status store_open(const char *where, struct store **ret_store);

#endif
