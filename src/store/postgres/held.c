/* Which runs are under way, on a server: whoever measures a run holds an advisory lock of its key;
 * the server takes it back when the connection ends, in whatever way.
 * Why not a column: nobody would clear it after a crash.  Two numbers name a lock: the first is
 * ours, so that other programs of the database do not meet it. */
#include "store/postgres/connection.h"

enum { OUR_LOCKS = 0x41535341 };

assay_status postgres_hold(struct sql_store *store, int64_t key)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(store,
                    "SELECT CASE WHEN pg_try_advisory_lock($1::int, $2::int) THEN 1 ELSE 0 END",
                    &statement));
    sql_bind_integer(statement, 1, OUR_LOCKS);
    sql_bind_integer(statement, 2, (int32_t)key);
    if (sql_step(statement) != SQL_ROW)
        return sql_failed(store, "lock the run");
    return sql_integer(statement, 0) == 1
               ? ASSAY_OK
               : buf_error(&store->store.error, ASSAY_ERR_IO, "another assay is measuring it now");
}

bool postgres_is_held(struct sql_store *store, int64_t key)
{
    STATEMENT_AUTO *statement = NULL;
    if (sql_prepare(store,
                    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"
                    " AND classid = $1::int8::oid AND objid = $2::int8::oid AND objsubid = 2"
                    " AND pid <> pg_backend_pid() AND database ="
                    " (SELECT oid FROM pg_database WHERE datname = current_database())",
                    &statement) != ASSAY_OK)
        return false;
    sql_bind_integer(statement, 1, OUR_LOCKS);
    sql_bind_integer(statement, 2, (uint32_t)key);
    return sql_step(statement) == SQL_ROW && sql_integer(statement, 0) > 0;
}
