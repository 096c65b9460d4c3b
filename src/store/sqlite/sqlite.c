/* The SQLite engine of the store: one file, its schema and what makes it durable.
 *
 * Why WAL with synchronous=FULL: a result counts as kept when put() returned, also after a power
 * cut, and readers never wait for a run that is under way. Invariants: 1. each put is one
 * transaction; 2. a database of a newer schema is never written. */
#include "store/sqlite/sqlite.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { APPLICATION_ID = 0x41535341, BUSY_MS = 10000, RETRY_MS = 10 };

assay_status sqlite_failed(struct sql_store *store, const char *act)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    int code = sqlite3_errcode(self->db);
    if (code == SQLITE_INTERRUPT)
        return buf_error(&store->store.error, ASSAY_ERR_TIMEOUT,
                         "cannot %s: it would take longer than allowed", act);
    assay_status status = code == SQLITE_NOMEM ? ASSAY_ERR_MEMORY : ASSAY_ERR_IO;
    return buf_error(&store->store.error, status, "cannot %s: %s", act, sqlite3_errmsg(self->db));
}

static assay_status execute(struct sqlite_store *self, const char *sql, const char *act)
{
    return sqlite3_exec(self->db, sql, NULL, NULL, NULL) == SQLITE_OK
               ? ASSAY_OK
               : sqlite_failed(&self->sql, act);
}

static assay_status create_schema(struct sqlite_store *self)
{
    BUF_AUTO sql;
    buf_init(&sql, 64 * 1024);
    sql_add_schema(&sql);
    buf_printf(&sql, "PRAGMA application_id=%d; PRAGMA user_version=%d;", APPLICATION_ID,
               SQL_SCHEMA_VERSION);
    TRY(sql.status);
    return execute(self, sql.text, "create the store's tables");
}

/* A file that was removed can be written to all the same, and what was is lost with its last user.
 */
static assay_status check_place(struct sqlite_store *self)
{
    int moved = 0;
    if (sqlite3_file_control(self->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) != SQLITE_OK ||
        moved == 0)
        return ASSAY_OK;
    return buf_error(&self->sql.store.error, ASSAY_ERR_IO,
                     "cannot write to the store: '%s' was moved or removed meanwhile",
                     sqlite3_db_filename(self->db, "main"));
}

assay_status sqlite_begin_writing(struct sql_store *store)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    uint64_t version;
    TRY(check_place(self));
    TRY(execute(self, "BEGIN IMMEDIATE", "write to the store"));
    /* Only others change this number. */
    assay_status status = sqlite_version(&store->store, &version);
    if (status != ASSAY_OK)
        return sqlite_end_writing(store, status);
    store->keys_hold = store->keys_hold && version == self->seen;
    self->seen = version;
    return ASSAY_OK;
}

assay_status sqlite_end_writing(struct sql_store *store, assay_status status)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    if (status == ASSAY_OK)
        status = execute(self, "COMMIT", "write to the store");
    if (status != ASSAY_OK)
        sqlite3_exec(self->db, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

assay_status sqlite_begin_reading(struct sql_store *store)
{
    struct sql_statement *statement;
    TRY(sql_keep(store, KEPT_BEGIN, "BEGIN", &statement));
    const enum sql_step step = sql_step(statement);
    const assay_status status = sql_rows_end(store, step);
    store->engine->reset(statement);
    return status;
}

void sqlite_end_reading(struct sql_store *store)
{
    struct sql_statement *statement;
    if (sql_keep(store, KEPT_END, "COMMIT", &statement) != ASSAY_OK) {
        sqlite3_exec(((struct sqlite_store *)store)->db, "ROLLBACK", NULL, NULL, NULL);
        return;
    }
    (void)sql_step(statement);
    store->engine->reset(statement);
}

static assay_status pragma_int(struct sqlite_store *self, const char *sql, int *ret_value)
{
    sqlite3_stmt *statement = NULL;
    assay_status status = ASSAY_OK;
    if (sqlite3_prepare_v2(self->db, sql, -1, &statement, NULL) != SQLITE_OK ||
        sqlite3_step(statement) != SQLITE_ROW)
        status = sqlite_failed(&self->sql, "open it");
    else
        *ret_value = sqlite3_column_int(statement, 0);
    sqlite3_finalize(statement);
    return status;
}

/* Another process may create the tables between our look and our lock, so we look again. */
static assay_status create_unless_done(struct sqlite_store *self)
{
    int tables = 0;
    TRY(execute(self, "BEGIN IMMEDIATE", "create the store's tables"));
    assay_status status = pragma_int(self, "SELECT count(*) FROM sqlite_master", &tables);
    if (status == ASSAY_OK && tables == 0)
        status = create_schema(self);
    return sqlite_end_writing(&self->sql, status);
}

/* Another process may migrate between our look and our lock, so we look again. */
static assay_status migrate(struct sqlite_store *self)
{
    BUF_AUTO sql;
    int version = SQL_SCHEMA_VERSION; /* when it cannot be read, there is nothing to do */
    buf_init(&sql, 64 * 1024);
    TRY(sqlite_begin_writing(&self->sql));
    assay_status status = pragma_int(self, "PRAGMA user_version", &version);
    for (int i = version; i < SQL_SCHEMA_VERSION; i++)
        buf_puts(&sql, SQL_MIGRATIONS[i - 1]);
    buf_printf(&sql, "PRAGMA user_version=%d;", SQL_SCHEMA_VERSION);
    if (status == ASSAY_OK)
        status = sql.status;
    if (status == ASSAY_OK && version < SQL_SCHEMA_VERSION)
        status = execute(self, sql.text, "bring the store up to date");
    return sqlite_end_writing(&self->sql, status);
}

static assay_status check_version(struct sqlite_store *self, bool create)
{
    int version = 0, application = 0, tables = 0;
    TRY(pragma_int(self, "SELECT count(*) FROM sqlite_master", &tables));
    TRY(pragma_int(self, "PRAGMA user_version", &version));
    TRY(pragma_int(self, "PRAGMA application_id", &application));
    if (tables == 0 && version == 0)
        return create
                   ? create_unless_done(self)
                   : buf_error(&self->sql.store.error, ASSAY_ERR_NOT_FOUND, "the store is empty");
    if (application != APPLICATION_ID)
        return buf_error(&self->sql.store.error, ASSAY_ERR_VERSION,
                         "this is a database of another program");
    if (version > SQL_SCHEMA_VERSION)
        return buf_error(&self->sql.store.error, ASSAY_ERR_VERSION,
                         "written by a newer assay (schema %d, this one knows %d)", version,
                         SQL_SCHEMA_VERSION);
    return version < SQL_SCHEMA_VERSION && version > 0 ? migrate(self) : ASSAY_OK;
}

static assay_status sqlite_vacuum(struct store *store)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    return execute(self, "VACUUM; PRAGMA wal_checkpoint(TRUNCATE);", "make the store smaller");
}

static void sqlite_close(struct store *store)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    sqlite_let_go(self);
    sql_release(&self->sql);
    sqlite3_close(self->db);
    free(self);
}

static const struct store_ops SQLITE_OPS = {
    SQL_STORE_OPS,
    .begin = sql_begin,
    .put = sql_put,
    .finish = sql_finish,
    .put_run = sql_put_run,
    .vacuum = sqlite_vacuum,
    .read_only = sqlite_read_only,
    .time_limit = sqlite_time_limit,
    .version = sqlite_version,
    .close = sqlite_close,
};

/* Creates the folder that `path` lies in; one level, as `.assay/history.db` needs. */
static assay_status make_folder(const char *path, struct buf *error)
{
    const char *slash = strrchr(path, '/');
    if (slash == NULL || slash == path)
        return ASSAY_OK;
    BUF_AUTO folder;
    buf_init(&folder, 4096);
    buf_add(&folder, path, (size_t)(slash - path));
    TRY(folder.status);
    if (mkdir(folder.text, 0777) == 0 || errno == EEXIST)
        return ASSAY_OK;
    return buf_error(error, ASSAY_ERR_IO, "cannot create folder '%s': %s", folder.text,
                     strerror(errno));
}

/* The change wants the file alone for a moment, and unlike other locks SQLite does not wait for it:
 * two processes that open a new store at once would meet here. */
static assay_status turn_on_wal(struct sqlite_store *self)
{
    int code = SQLITE_BUSY;
    for (int waited_ms = 0; code == SQLITE_BUSY && waited_ms < BUSY_MS; waited_ms += RETRY_MS) {
        code = sqlite3_exec(self->db, "PRAGMA journal_mode=WAL", NULL, NULL, NULL);
        if (code == SQLITE_BUSY)
            sqlite3_sleep(RETRY_MS);
    }
    return code == SQLITE_OK ? ASSAY_OK : sqlite_failed(&self->sql, "open it");
}

static assay_status open_database(struct sqlite_store *self, const char *where, bool create)
{
    /* NOMUTEX: a store is used by one thread. */
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | (create ? SQLITE_OPEN_CREATE : 0);
    if (sqlite3_open_v2(where, &self->db, flags, NULL) != SQLITE_OK)
        return sqlite_failed(&self->sql, "open it");
    sqlite3_busy_timeout(self->db, BUSY_MS);
    TRY(check_version(self, create));
    TRY(turn_on_wal(self));
    /* 256 MiB, so that pages of a large run are not written out and read back half way. */
    return execute(self, "PRAGMA synchronous=FULL; PRAGMA cache_size=-262144", "open it");
}

assay_status sqlite_open(const char *where, bool create, struct store **ret_store,
                         struct buf *error)
{
    struct stat info;
    if (!create && stat(where, &info) != 0)
        return buf_error(error, ASSAY_ERR_NOT_FOUND, "no store '%s' yet: 'assay run' creates it",
                         where);
    if (create)
        TRY(make_folder(where, error));
    /* Counting its memory costs SQLite a lock at every allocation.  Refused once it is in use. */
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    struct sqlite_store *self = calloc(1, sizeof *self);
    if (self == NULL)
        return ASSAY_ERR_MEMORY;
    self->sql.store.ops = &SQLITE_OPS;
    self->sql.engine = &SQLITE_ENGINE;
    self->runs = -1;
    buf_init(&self->sql.store.error, 8192);
    buf_init(&self->sql.store.notice, 8192);
    assay_status status = open_database(self, where, create);
    if (status != ASSAY_OK) {
        buf_error(error, status, "store '%s': %s", where, self->sql.store.error.text);
        sqlite_close(&self->sql.store);
        return status;
    }
    *ret_store = &self->sql.store;
    return ASSAY_OK;
}
