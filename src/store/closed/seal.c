/* Sealing: what a run keeps for ever is its outcomes and, in its segment, a median with its
 * interval and counts for each series; samples and other statistics go. Invariant: all of the runs
 * are sealed in one transaction or none; a run that is not done is not. */
#include <string.h>

#include "store/closed/segment.h"

static assay_status check_done(struct sql_store *self, const char *id, int64_t key)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "SELECT status FROM run WHERE key = $1", &statement));
    sql_bind_integer(statement, 1, key);
    if (sql_step(statement) != SQL_ROW)
        return sql_failed(self, "read the store");
    const char *status = statement->engine->text(statement, 0);
    return status != NULL && strcmp(status, "done") == 0
               ? ASSAY_OK
               : buf_error(&self->store.error, ASSAY_ERR_ARGUMENT,
                           "run %s is not finished: nothing was sealed", id);
}

/* Rows become the values of a run that arrived whole. */
static assay_status close_run(struct sql_store *self, int64_t key)
{
    static const char *const STATEMENTS[] = {
        "DELETE FROM measurement WHERE run = $1",
        "DELETE FROM result WHERE run = $1",
        "DELETE FROM missing WHERE run = $1",
    };
    struct run run = {0};
    assay_status status = sql_load_rows(self, key, &run);
    for (size_t i = 0; status == ASSAY_OK && i < sizeof STATEMENTS / sizeof *STATEMENTS; i++)
        status = sql_run_with_key(self, STATEMENTS[i], key);
    if (status == ASSAY_OK)
        status = sql_put_closed(self, key, &run);
    run_release(&run);
    return status;
}

static assay_status seal_all(struct sql_store *self, const char *const *ids, size_t count,
                             key_vec *keys)
{
    for (size_t i = 0; i < count; i++) {
        bool closed = false;
        int64_t *key = vec_add(keys);
        if (key == NULL)
            return ASSAY_ERR_MEMORY;
        TRY(sql_run_key(self, ids[i], key));
        TRY(check_done(self, ids[i], *key));
        TRY(sql_is_closed(self, *key, &closed));
        if (!closed)
            TRY(close_run(self, *key));
    }
    TRY(segment_fold(self, true));
    for (size_t i = 0; i < count; i++)
        TRY(sql_run_with_key(self, "DELETE FROM detail WHERE run = $1", keys->items[i]));
    return ASSAY_OK;
}

assay_status sql_seal(struct store *store, const char *const *ids, size_t count)
{
    struct sql_store *self = (struct sql_store *)store;
    key_vec keys = {0};
    TRY(sql_begin_writing(self));
    assay_status status = sql_end_writing(self, seal_all(self, ids, count, &keys));
    vec_release(&keys);
    return status;
}
