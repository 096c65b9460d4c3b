/* The PostgreSQL engine of the store: a server that several machines share, by libpq.
 * postgres.c connects and keeps the schema, statement.c asks, held.c says who measures what. */
#ifndef STORE_POSTGRES_POSTGRES_H
#define STORE_POSTGRES_POSTGRES_H

#include "store/store.h"

/* Whether `where` is the address of a server: "postgresql://..." or "postgres://...". */
bool postgres_is_address(const char *where);
/* Adds the address without its password, fit to be shown. */
void postgres_add_shown(const char *where, struct buf *out);

/* Connects; statuses and texts as of store_open, which never hold the password.
 * ASSAY_ERR_VERSION  also: built without libpq. */
ASSAY_USE_RESULT assay_status postgres_open(const char *where, bool create,
                                            struct store **ret_store, struct buf *error);
/* Whether the server went away: nothing but closing can be done with the store any more. */
bool postgres_is_lost(const struct store *store);

#endif
