/* What the files of the SQLite engine share: the handle. */
#ifndef STORE_SQLITE_SQLITE_H
#define STORE_SQLITE_SQLITE_H

#include <sqlite3.h>
#include <time.h>

#include "store/sql/sql.h"

struct sqlite_store {
    struct sql_store sql; /* must be first */
    sqlite3 *db;
    uint64_t seen;            /* the version when we wrote last */
    int runs;                 /* the file of held.c; -1: not open */
    struct timespec deadline; /* of the calls under way; all zero: none */
};

/* Opens the file `where`; statuses and texts as of store_open. */
ASSAY_USE_RESULT assay_status sqlite_open(const char *where, bool create, struct store **ret_store,
                                          struct buf *error);

/* statement.c: the calls of struct sql_engine. */
assay_status sqlite_prepare(struct sql_store *store, const char *text, bool kept,
                            struct sql_statement **ret_statement);
extern const struct sql_engine SQLITE_ENGINE;

/* sqlite.c: see struct sql_engine. */
assay_status sqlite_failed(struct sql_store *store, const char *act);
assay_status sqlite_begin_reading(struct sql_store *store);
void sqlite_end_reading(struct sql_store *store);
assay_status sqlite_begin_writing(struct sql_store *store);
assay_status sqlite_end_writing(struct sql_store *store, assay_status status);

/* held.c: see struct sql_engine. */
assay_status sqlite_hold(struct sql_store *store, int64_t key);
bool sqlite_is_held(struct sql_store *store, int64_t key);
void sqlite_let_go(struct sqlite_store *self);

/* watch.c: see struct store_ops. */
void sqlite_read_only(struct store *store);
void sqlite_time_limit(struct store *store, double seconds);
assay_status sqlite_version(struct store *store, uint64_t *ret_version);

#endif
