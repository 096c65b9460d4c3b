/* What the files of the PostgreSQL engine share: the handle. */
#ifndef STORE_POSTGRES_CONNECTION_H
#define STORE_POSTGRES_CONNECTION_H

#include <libpq-fe.h>
#include <time.h>

#include "store/sql/sql.h"

struct postgres_store {
    struct sql_store sql; /* must be first */
    PGconn *connection;
    unsigned statements;    /* so many were given a name */
    uint64_t changes, seen; /* of the table `store`: in this transaction, after our last one */
    bool limited;           /* `deadline` holds */
    struct timespec deadline;
    bool timed_out;      /* the last failure was the deadline */
    bool is_exhausted;   /* the last failure was want of disk, memory or the like on the server */
    struct buf reason;   /* text of the last failure */
    struct buf shown;    /* the address without its password */
    struct store *spool; /* where results go since the server is away; NULL: to the server */
};

/* Keeps why `result` (NULL: the connection) failed, for postgres_failed. */
void postgres_keep_reason(struct postgres_store *self, const PGresult *result);
/* Whether the time for the calls under way is over; kept as the reason then. */
bool postgres_is_late(struct postgres_store *self);
/* Runs statements that yield no rows.  Texts as postgres_failed. */
ASSAY_USE_RESULT assay_status postgres_execute(struct postgres_store *self, const char *sql,
                                               const char *act);
assay_status postgres_failed(struct sql_store *store, const char *act);

/* statement.c: see struct sql_engine. */
assay_status postgres_prepare(struct sql_store *store, const char *text, bool kept,
                              struct sql_statement **ret_statement);
extern const struct sql_engine POSTGRES_ENGINE;

/* copy.c: see struct sql_engine. */
assay_status postgres_insert_chunks(struct sql_store *store, const char *bytes,
                                    const struct chunk_row *rows, size_t count);

/* postgres.c: see struct sql_engine. */
assay_status postgres_begin_reading(struct sql_store *store);
void postgres_end_reading(struct sql_store *store);
assay_status postgres_begin_writing(struct sql_store *store);
assay_status postgres_end_writing(struct sql_store *store, assay_status status);

/* schema.c: creates the tables, brings them up to date, or says why it cannot. */
ASSAY_USE_RESULT assay_status postgres_check_schema(struct postgres_store *self, bool create);

/* held.c: see struct sql_engine. */
assay_status postgres_hold(struct sql_store *store, int64_t key);
bool postgres_is_held(struct sql_store *store, int64_t key);

#endif
