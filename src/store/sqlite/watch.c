/* Reading for a program that stays: nothing is written, no call lasts long, and a new state is
 * noticed.
 * Why a look at the clock every so many steps and not a signal: SQLite asks while it works, so a
 * limit needs neither a thread nor a handler. */
#include "store/sqlite/sqlite.h"

enum { STEPS_BETWEEN_LOOKS = 1000 };

static bool has_passed(const struct timespec *deadline)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec > deadline->tv_sec ||
           (now.tv_sec == deadline->tv_sec && now.tv_nsec >= deadline->tv_nsec);
}

/* What SQLite calls while it works; anything but 0 ends the statement. */
static int look(void *context)
{
    const struct sqlite_store *self = context;
    return has_passed(&self->deadline);
}

void sqlite_time_limit(struct store *store, double seconds)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    if (!(seconds > 0)) {
        sqlite3_progress_handler(self->db, 0, NULL, NULL);
        return;
    }
    clock_gettime(CLOCK_MONOTONIC, &self->deadline);
    const double ns = (double)self->deadline.tv_nsec + seconds * 1e9;
    self->deadline.tv_sec += (time_t)(ns / 1e9);
    self->deadline.tv_nsec = (long)(ns - 1e9 * (double)(time_t)(ns / 1e9));
    sqlite3_progress_handler(self->db, STEPS_BETWEEN_LOOKS, look, self);
}

/* The busy handler waits beside the clock above, so it gets a short time of its own: whoever reads
 * waits for a writer only while the file of the log is made or taken apart. */
void sqlite_read_only(struct store *store)
{
    enum { BUSY_MS = 500 };
    struct sqlite_store *self = (struct sqlite_store *)store;
    sqlite3_busy_timeout(self->db, BUSY_MS);
    sqlite3_exec(self->db, "PRAGMA query_only=ON", NULL, NULL, NULL);
}

assay_status sqlite_version(struct store *store, uint64_t *ret_version)
{
    struct sql_store *self = (struct sql_store *)store;
    struct sql_statement *statement;
    TRY(sql_keep(self, KEPT_VERSION, "PRAGMA data_version", &statement));
    const enum sql_step step = sql_step(statement);
    if (step == SQL_ROW)
        *ret_version = (uint64_t)sql_integer(statement, 0);
    const assay_status status = step == SQL_ROW ? ASSAY_OK : sql_rows_end(self, step);
    self->engine->reset(statement);
    return status;
}
