/* The store as a server sees it: it is read only, and may vanish and come back. */
#ifndef SERVE_SOURCE_H
#define SERVE_SOURCE_H

#include <sys/types.h>

#include "serve/kept/kept.h"
#include "session/trend/trend.h"
#include "store/store.h"

struct source {
    const char *where;       /* path or address of the store; lent */
    const claim_vec *claims; /* of the project; lent */
    struct store *store;     /* NULL: not open */
    struct kept_trends kept; /* of this store */
    dev_t device;            /* which file it is */
    ino_t inode;
    uint64_t opened;          /* how often it was opened */
    struct releases releases; /* of the project; filled when somebody asks */
};

/* Opens the store.  Close with source_close, also after a failure; errors as of store_open. */
ASSAY_USE_RESULT assay_status source_open(const char *where, const claim_vec *claims,
                                          struct source *ret_source, struct buf *error);
void source_close(struct source *source);

/* The store for one request; its calls end within a few seconds altogether.  What the store
 * answered before holds as long as `ret_state` stays the same.
 * A file that was removed is an error, one that was put in its place is opened; so is a server that
 * went away and came back. */
ASSAY_USE_RESULT assay_status source_store(struct source *source, struct store **ret_store,
                                           uint64_t *ret_state, struct buf *error);

#endif
