/* Forgetting of SQL engines.  All runs go in one transaction, so that a crash forgets all of
 * them or none; the pages are given back afterwards, which can be done again at any time.
 * Invariant: the run of a baseline and a run that another process is writing are never removed. */
#include "store/closed/segment.h"

static assay_status forget(struct sql_store *self, int64_t run)
{
    static const char *const STATEMENTS[] = {
        "DELETE FROM measurement WHERE run = $1", "DELETE FROM result WHERE run = $1",
        "DELETE FROM target WHERE run = $1",      "DELETE FROM module WHERE run = $1",
        "DELETE FROM missing WHERE run = $1",     "DELETE FROM closed WHERE run = $1",
        "DELETE FROM detail WHERE run = $1",      "DELETE FROM stacks WHERE run = $1",
        "DELETE FROM run WHERE key = $1",
    };
    for (size_t i = 0; i < sizeof STATEMENTS / sizeof *STATEMENTS; i++)
        TRY(sql_run_with_key(self, STATEMENTS[i], run));
    return ASSAY_OK;
}

/* Looked at inside the transaction: somebody may have saved a baseline meanwhile. */
static assay_status check_free(struct sql_store *self, int64_t run, const char *id)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "SELECT name FROM baseline WHERE run = $1", &statement));
    sql_bind_integer(statement, 1, run);
    enum sql_step code = sql_step(statement);
    if (code == SQL_ROW)
        return buf_error(&self->store.error, ASSAY_ERR_ARGUMENT,
                         "run %s is the baseline '%s': nothing was removed", id,
                         statement->engine->text(statement, 0));
    return sql_rows_end(self, code);
}

/* Notes the keys of benchmarks that closed runs have: those stand in no column. */
static assay_status note_closed(struct sql_store *self, struct keys *noted)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self, "SELECT results FROM closed", &statement));
    while ((step = sql_step(statement)) == SQL_ROW) {
        struct closed_bytes value;
        value.bytes = sql_blob(statement, 0, &value.length);
        TRY(closed_note_benchmarks(self, &value, noted));
    }
    return sql_rows_end(self, step);
}

static assay_status forget_benchmarks(struct sql_store *self, struct keys *noted)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    key_vec unused = {0};
    assay_status status = ASSAY_OK;
    TRY(note_closed(self, noted));
    TRY(sql_prepare(self,
                    "SELECT key FROM benchmark WHERE key NOT IN (SELECT benchmark FROM result)"
                    " AND key NOT IN (SELECT benchmark FROM series)",
                    &statement));
    while ((step = sql_step(statement)) == SQL_ROW && status == ASSAY_OK) {
        const struct known_key *known = keys_find(noted, "", sql_integer(statement, 0));
        int64_t *key = known != NULL && known->key == 0 ? vec_add(&unused) : NULL;
        if (key != NULL)
            *key = sql_integer(statement, 0);
        else if (known == NULL || known->key == 0)
            status = ASSAY_ERR_MEMORY;
    }
    if (status == ASSAY_OK)
        status = sql_rows_end(self, step);
    for (size_t i = 0; status == ASSAY_OK && i < unused.count; i++)
        status = sql_run_with_key(self, "DELETE FROM benchmark WHERE key = $1", unused.items[i]);
    vec_release(&unused);
    return status;
}

/* Benchmarks and metrics that no run has any more. */
static assay_status forget_unused(struct sql_store *self)
{
    STATEMENT_AUTO *statement = NULL;
    struct keys noted = {0};
    TRY(sql_prepare(self,
                    "DELETE FROM series WHERE key NOT IN (SELECT series FROM measurement)"
                    " AND key NOT IN (SELECT series FROM chunk)",
                    &statement));
    TRY(sql_run(self, statement));
    assay_status status = forget_benchmarks(self, &noted);
    keys_release(&noted);
    self->keys_hold = false;
    return status;
}

static assay_status add_once(key_vec *keys, int64_t key)
{
    for (size_t i = 0; i < keys->count; i++)
        if (keys->items[i] == key)
            return ASSAY_OK;
    int64_t *slot = vec_add(keys);
    if (slot == NULL)
        return ASSAY_ERR_MEMORY;
    *slot = key;
    return ASSAY_OK;
}

/* Which runs go, and the segments that have points of them. */
struct going {
    key_vec runs, segments;
};

static assay_status note_segment(struct sql_store *self, int64_t run, key_vec *segments)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "SELECT segment FROM closed WHERE run = $1", &statement));
    sql_bind_integer(statement, 1, run);
    const enum sql_step step = sql_step(statement);
    return step == SQL_ROW ? add_once(segments, sql_integer(statement, 0))
                           : sql_rows_end(self, step);
}

static assay_status forget_one(struct sql_store *self, const char *id, struct going *going)
{
    int64_t key = 0;
    TRY(sql_run_key(self, id, &key));
    TRY(check_free(self, key, id));
    TRY(note_segment(self, key, &going->segments));
    TRY(add_once(&going->runs, key));
    return forget(self, key);
}

/* All points are in segments first, so that what is left of a series can be seen there. */
static assay_status forget_all(struct sql_store *self, const char *const *ids, size_t count)
{
    struct going going = {0};
    assay_status status = segment_fold(self, true);
    for (size_t i = 0; status == ASSAY_OK && i < count; i++)
        status = forget_one(self, ids[i], &going);
    for (size_t i = 0; status == ASSAY_OK && i < going.segments.count; i++)
        status = segment_rewrite(self, going.segments.items[i], &going.runs);
    vec_release(&going.runs);
    vec_release(&going.segments);
    return status == ASSAY_OK ? forget_unused(self) : status;
}

assay_status sql_prune(struct store *store, const char *const *ids, size_t count)
{
    struct sql_store *self = (struct sql_store *)store;
    TRY(sql_begin_writing(self));
    return sql_end_writing(self, forget_all(self, ids, count));
}
