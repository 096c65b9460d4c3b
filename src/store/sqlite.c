/* The SQLite engine of the store.  Why WAL with synchronous=FULL: what put() kept survives a power
 * cut, and readers never wait for a run that is under way.
 * Invariants: 1. a put is one transaction; 2. texts get into SQL by %Q only, which quotes them. */
#include <sqlite3.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "store/store.h"

enum { BUSY_MS = 10000, COLUMN_COUNT = 16 };

struct sqlite_store {
    struct store store; /* must be first */
    sqlite3 *db;
};

static const char SCHEMA[] =
    "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
    "CREATE TABLE IF NOT EXISTS run(id TEXT PRIMARY KEY, started_at TEXT);"
    "CREATE TABLE IF NOT EXISTS result(run TEXT, benchmark TEXT, outcome INTEGER, reason TEXT,"
    " bytes REAL, items REAL, PRIMARY KEY(run, benchmark));"
    "CREATE TABLE IF NOT EXISTS measurement(run TEXT, benchmark TEXT, metric TEXT,"
    " sample_count INTEGER, launch_count INTEGER, median REAL, low REAL, high REAL, level REAL,"
    " mean REAL, min REAL, max REAL, PRIMARY KEY(run, benchmark, metric));";

static const char PUT[] =
    "BEGIN IMMEDIATE; INSERT OR IGNORE INTO run VALUES(%Q, %Q);"
    "INSERT INTO result VALUES(%Q, %Q, %d, %Q, %!.17g, %!.17g); INSERT INTO measurement"
    " SELECT %Q, %Q, 'time_ns', %d, %d, %!.17g, %!.17g, %!.17g, %!.17g, %!.17g, %!.17g, %!.17g"
    " WHERE %d; COMMIT";

static const char LOAD[] =
    "SELECT run.id, started_at, result.benchmark, outcome, reason, bytes, items, sample_count,"
    " launch_count, median, low, high, level, mean, min, max FROM run JOIN result ON run = id"
    " LEFT JOIN measurement USING(run, benchmark) WHERE id = (SELECT id FROM run"
    " WHERE %Q IN (id, 'latest') ORDER BY rowid DESC LIMIT 1) ORDER BY result.rowid";

/* Runs statements in SQLite's printf format; `on_row` gets each row, with columns as texts. */
static assay_status execute(struct store *store, sqlite3_callback on_row, void *context,
                            const char *format, ...)
{
    sqlite3 *db = ((struct sqlite_store *)store)->db;
    va_list args;
    va_start(args, format);
    char *sql = sqlite3_vmprintf(format, args);
    va_end(args);
    int code = sql ? sqlite3_exec(db, sql, on_row, context, NULL) : SQLITE_NOMEM;
    sqlite3_free(sql);
    if (code == SQLITE_OK)
        return ASSAY_OK;
    snprintf(store->error, sizeof store->error, "%s", sqlite3_errmsg(db));
    sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL); /* fails where nothing had begun */
    return ASSAY_ERR_IO;
}

static assay_status sqlite_put(struct store *store, const struct run *run, const struct result *r)
{
    const struct summary *s = &r->time_ns;
    return execute(store, NULL, NULL, PUT, run->id, run->started_at, run->id, r->benchmark,
                   (int)r->outcome, r->reason, r->bytes, r->items, run->id, r->benchmark,
                   (int)s->sample_count, (int)s->launch_count, s->median, s->low, s->high, s->level,
                   s->mean, s->min, s->max, r->outcome == OUTCOME_OK);
}

/* Columns as in LOAD. */
static int load_row(void *context, int count, char **columns, char **names)
{
    struct run *run = context;
    struct result *r = run_add_result(run);
    double n[COLUMN_COUNT] = {0};
    if (r == NULL || names == NULL)
        return SQLITE_NOMEM;
    for (int i = 5; i < count; i++)
        n[i] = columns[i] ? strtod(columns[i], NULL) : 0;
    snprintf(run->id, sizeof run->id, "%s", columns[0]);
    snprintf(run->started_at, sizeof run->started_at, "%s", columns[1]);
    snprintf(r->benchmark, sizeof r->benchmark, "%s", columns[2]);
    r->outcome = columns[3][0] - '0';
    snprintf(r->reason, sizeof r->reason, "%s", columns[4]);
    r->bytes = n[5];
    r->items = n[6];
    r->time_ns = (struct summary){(size_t)n[7], (size_t)n[8], n[9],  n[10], n[11],
                                  n[12],        n[13],        n[14], n[15]};
    return SQLITE_OK;
}

static assay_status sqlite_load(struct store *store, const char *selector, struct run *ret_run)
{
    TRY(execute(store, load_row, ret_run, LOAD, selector));
    return ret_run->id[0] ? ASSAY_OK : ASSAY_ERR_NOT_FOUND;
}

static void sqlite_close(struct store *store)
{
    sqlite3_close(((struct sqlite_store *)store)->db);
    free(store);
}

static const struct store_ops SQLITE = {sqlite_put, sqlite_load, sqlite_close};

assay_status store_open(const char *where, struct store **ret_store)
{
    struct sqlite_store *self = calloc(1, sizeof *self);
    char *folder = strndup(where, (size_t)(strrchr(where, '/') ? strrchr(where, '/') - where : 0));
    if (self == NULL || folder == NULL)
        return ASSAY_ERR_MEMORY; /* the process is about to end */
    mkdir(folder, 0777);         /* where that fails and matters, opening fails */
    free(folder);
    self->store.ops = &SQLITE;
    *ret_store = &self->store;
    sqlite3_open(where, &self->db);
    sqlite3_busy_timeout(self->db, BUSY_MS);
    return execute(*ret_store, NULL, NULL, "%s", SCHEMA);
}
