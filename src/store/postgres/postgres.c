/* The PostgreSQL engine of the store: the connection, transactions, limits.
 *
 * Writers take turns by the one row of the table `store`, which each of them changes first: so keys
 * are given in order, no two of them wait for each other in a ring, and a reader sees by the number
 * there that somebody wrote.  The server's own settings decide what a commit survives; by default
 * that is a power cut.  Invariant: no text of ours has the password of an address. */
#include "store/postgres/postgres.h"

#include <stdlib.h>
#include <string.h>

#include "store/postgres/connection.h"
#include "store/postgres/spool.h"

/* Classes 53, insufficient resources, and 58, an error of the system below the server. */
static bool tells_of_exhaustion(const char *state)
{
    return state != NULL && state[0] == '5' && (state[1] == '3' || state[1] == '8');
}

void postgres_keep_reason(struct postgres_store *self, const PGresult *result)
{
    static const char CANCELED[] = "57014";
    const char *state = result ? PQresultErrorField(result, PG_DIAG_SQLSTATE) : NULL;
    const char *text = result ? PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY) : NULL;
    if (text == NULL)
        text = PQerrorMessage(self->connection);
    self->timed_out = state != NULL && strcmp(state, CANCELED) == 0;
    self->is_exhausted = tells_of_exhaustion(state);
    buf_clear(&self->reason);
    for (; *text != '\0'; text++) /* one line */
        if (*text != '\n' || text[1] != '\0')
            buf_putc(&self->reason, *text == '\n' || *text == '\t' ? ' ' : *text);
}

assay_status postgres_failed(struct sql_store *store, const char *act)
{
    struct postgres_store *self = (struct postgres_store *)store;
    if (self->timed_out)
        return buf_error(&store->store.error, ASSAY_ERR_TIMEOUT,
                         "cannot %s: it would take longer than allowed", act);
    return buf_error(&store->store.error, ASSAY_ERR_IO, "cannot %s: %s", act, self->reason.text);
}

bool postgres_is_late(struct postgres_store *self)
{
    struct timespec now;
    if (!self->limited)
        return false;
    clock_gettime(CLOCK_MONOTONIC, &now);
    self->timed_out = now.tv_sec > self->deadline.tv_sec || (now.tv_sec == self->deadline.tv_sec &&
                                                             now.tv_nsec >= self->deadline.tv_nsec);
    return self->timed_out;
}

assay_status postgres_execute(struct postgres_store *self, const char *sql, const char *act)
{
    PGresult *result = PQexec(self->connection, sql);
    ExecStatusType status = PQresultStatus(result);
    bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
    if (!good)
        postgres_keep_reason(self, result);
    PQclear(result);
    return good ? ASSAY_OK : postgres_failed(&self->sql, act);
}

static void roll_back(struct postgres_store *self)
{
    PQclear(PQexec(self->connection, "ROLLBACK"));
}

assay_status postgres_begin_reading(struct sql_store *store)
{
    return postgres_execute((struct postgres_store *)store,
                            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", "read the store");
}

void postgres_end_reading(struct sql_store *store)
{
    PQclear(PQexec(((struct postgres_store *)store)->connection, "COMMIT"));
}

assay_status postgres_begin_writing(struct sql_store *store)
{
    struct postgres_store *self = (struct postgres_store *)store;
    PGresult *result =
        PQexec(self->connection, "BEGIN; UPDATE store SET changes = changes + 1 RETURNING changes");
    const bool good = PQresultStatus(result) == PGRES_TUPLES_OK && PQntuples(result) == 1;
    if (good) {
        self->changes = strtoull(PQgetvalue(result, 0, 0), NULL, 10);
        store->keys_hold = store->keys_hold && self->changes == self->seen + 1;
    } else {
        postgres_keep_reason(self, result);
        roll_back(self);
    }
    PQclear(result);
    return good ? ASSAY_OK : postgres_failed(store, "write to the store");
}

assay_status postgres_end_writing(struct sql_store *store, assay_status status)
{
    struct postgres_store *self = (struct postgres_store *)store;
    if (status == ASSAY_OK)
        status = postgres_execute(self, "COMMIT", "write to the store");
    if (status != ASSAY_OK)
        roll_back(self);
    else
        self->seen = self->changes;
    return status;
}

/* Asked, since libpq may not have read the end of the connection yet. */
bool postgres_is_lost(const struct store *store)
{
    const struct postgres_store *self = (const struct postgres_store *)store;
    PGresult *result = PQexec(self->connection, "");
    const bool answers = PQresultStatus(result) == PGRES_EMPTY_QUERY;
    PQclear(result);
    return !answers;
}

static assay_status vacuum(struct store *store)
{
    struct postgres_store *self = (struct postgres_store *)store;
    return postgres_execute(self,
                            "VACUUM run, benchmark, result, missing, series, measurement,"
                            " target, baseline, module, closed, detail, segment, chunk, stacks",
                            "make the store smaller");
}

static void read_only(struct store *store)
{
    struct postgres_store *self = (struct postgres_store *)store;
    PQclear(PQexec(self->connection, "SET default_transaction_read_only = on"));
}

/* Each statement may take all of the time, the clock above stops the next one. */
static void time_limit(struct store *store, double seconds)
{
    enum { MS_MAX = 2000000000 };
    struct postgres_store *self = (struct postgres_store *)store;
    char sql[64];
    double ms = seconds * 1e3;
    self->limited = seconds > 0;
    if (self->limited) {
        clock_gettime(CLOCK_MONOTONIC, &self->deadline);
        const double ns = (double)self->deadline.tv_nsec + seconds * 1e9;
        self->deadline.tv_sec += (time_t)(ns / 1e9);
        self->deadline.tv_nsec = (long)(ns - 1e9 * (double)(time_t)(ns / 1e9));
    }
    snprintf(sql, sizeof sql, "SET statement_timeout = %d",
             !self->limited ? 0
             : ms > MS_MAX  ? MS_MAX
             : ms < 1       ? 1
                            : (int)ms);
    PQclear(PQexec(self->connection, sql));
}

static assay_status version(struct store *store, uint64_t *ret_version)
{
    struct sql_store *self = (struct sql_store *)store;
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "SELECT changes FROM store", &statement));
    enum sql_step step = sql_step(statement);
    if (step != SQL_ROW)
        return sql_rows_end(self, step);
    *ret_version = (uint64_t)sql_integer(statement, 0);
    return ASSAY_OK;
}

static void close_store(struct store *store)
{
    struct postgres_store *self = (struct postgres_store *)store;
    sql_release(&self->sql);
    buf_release(&self->reason);
    buf_release(&self->shown);
    store_close(self->spool);
    PQfinish(self->connection);
    free(self);
}

static const struct store_ops POSTGRES_OPS = {
    SQL_STORE_OPS,
    .begin = postgres_begin,
    .put = postgres_put,
    .finish = postgres_finish,
    .put_run = postgres_put_run,
    .vacuum = vacuum,
    .read_only = read_only,
    .time_limit = time_limit,
    .version = version,
    .close = close_store,
};

/* libpq tells of every table that is there already. */
static void ignore_notice(void *context, const char *text)
{
    (void)context;
    (void)text;
}

static assay_status connect_to(struct postgres_store *self, const char *where, bool create)
{
    /* What the address says stands last and wins. */
    const char *const names[] = {"connect_timeout", "tcp_user_timeout", "fallback_application_name",
                                 "dbname",          "client_encoding",  NULL};
    const char *const values[] = {"10", "30000", "assay", where, "UTF8", NULL};
    self->connection = PQconnectdbParams(names, values, 1);
    if (PQstatus(self->connection) != CONNECTION_OK) {
        postgres_keep_reason(self, NULL);
        return postgres_failed(&self->sql, "connect");
    }
    PQsetNoticeProcessor(self->connection, ignore_notice, NULL);
    TRY(postgres_execute(self,
                         "SET search_path = assay; SET lock_timeout = '10s';"
                         " SET idle_in_transaction_session_timeout = '60s'",
                         "open it"));
    return postgres_check_schema(self, create);
}

assay_status postgres_open(const char *where, bool create, struct store **ret_store,
                           struct buf *error)
{
    struct postgres_store *self = calloc(1, sizeof *self);
    if (self == NULL)
        return ASSAY_ERR_MEMORY;
    self->sql.store.ops = &POSTGRES_OPS;
    self->sql.engine = &POSTGRES_ENGINE;
    buf_init(&self->sql.store.error, 8192);
    buf_init(&self->sql.store.notice, 8192);
    buf_init(&self->shown, 4096);
    postgres_add_shown(where, &self->shown);
    buf_init(&self->reason, 4096);
    assay_status status = connect_to(self, where, create);
    if (status == ASSAY_OK) {
        postgres_send_spooled(self);
        *ret_store = &self->sql.store;
        return ASSAY_OK;
    }
    buf_error(error, status, "store '%s': %s", self->shown.text, self->sql.store.error.text);
    close_store(&self->sql.store);
    return status;
}
