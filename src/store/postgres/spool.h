/* The calls that store, for a server that may go away: see spool.c. */
#ifndef STORE_POSTGRES_SPOOL_H
#define STORE_POSTGRES_SPOOL_H

#include "store/postgres/connection.h"

/* See struct store_ops.  ASSAY_OK also when the server is gone and the rest was kept here: then
 * store->notice says so. */
assay_status postgres_begin(struct store *store, const struct run *run);
assay_status postgres_put(struct store *store, const struct run *run, const struct result *result);
assay_status postgres_finish(struct store *store, const struct run *run);
assay_status postgres_put_run(struct store *store, const struct run *run);

/* Sends what was kept here; what cannot be sent stays, and store->notice says either. */
void postgres_send_spooled(struct postgres_store *self);

#endif
