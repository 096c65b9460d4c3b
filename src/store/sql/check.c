/* Whether a store is whole: what the engine says of its pages, that every row has the rows it
 * speaks of, and that every run and every trend can be read. Nothing is mended: what to do depends
 * on what is broken, and the text says where it is. */
#include <stdio.h>
#include <string.h>

#include "store/closed/segment.h"

static assay_status add_problem(struct arena *arena, problem_vec *problems, const char *text)
{
    const char **slot = vec_add(problems);
    if (slot == NULL || (*slot = arena_copy(arena, text)) == NULL)
        return ASSAY_ERR_MEMORY;
    return ASSAY_OK;
}

/* Rows of texts, "ok" being none. */
static assay_status ask_engine(struct sql_store *self, struct arena *arena, problem_vec *problems)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    if (self->engine->integrity == NULL)
        return ASSAY_OK;
    TRY(sql_prepare(self, self->engine->integrity, &statement));
    while ((step = sql_step(statement)) == SQL_ROW) {
        const char *text = statement->engine->text(statement, 0);
        if (text != NULL && strcmp(text, "ok") != 0)
            TRY(add_problem(arena, problems, text));
    }
    return sql_rows_end(self, step);
}

static const struct {
    const char *text, *count;
} ORPHANS[] = {
    {"results of runs that are not there",
     "SELECT count(*) FROM result WHERE run NOT IN (SELECT key FROM run)"},
    {"results of benchmarks that are not there",
     "SELECT count(*) FROM result WHERE benchmark NOT IN (SELECT key FROM benchmark)"},
    {"measurements of runs that are not there",
     "SELECT count(*) FROM measurement WHERE run NOT IN (SELECT key FROM run)"},
    {"measurements of series that are not there",
     "SELECT count(*) FROM measurement WHERE series NOT IN (SELECT key FROM series)"},
    {"series of benchmarks that are not there",
     "SELECT count(*) FROM series WHERE benchmark NOT IN (SELECT key FROM benchmark)"},
    {"targets of runs that are not there",
     "SELECT count(*) FROM target WHERE run NOT IN (SELECT key FROM run)"},
    {"baselines of runs that are not there",
     "SELECT count(*) FROM baseline WHERE run NOT IN (SELECT key FROM run)"},
    {"kept modules of runs that are not there",
     "SELECT count(*) FROM module WHERE run NOT IN (SELECT key FROM run)"},
    {"stacks of runs that are not there",
     "SELECT count(*) FROM stacks WHERE run NOT IN (SELECT key FROM run)"},
    {"packed runs that are not there",
     "SELECT count(*) FROM closed WHERE run NOT IN (SELECT key FROM run)"},
    {"packed runs without their segment", "SELECT count(*) FROM closed WHERE segment IS NOT NULL"
                                          " AND segment NOT IN (SELECT key FROM segment)"},
    {"packed runs without measurements or segment",
     "SELECT count(*) FROM closed WHERE segment IS NULL AND run NOT IN (SELECT run FROM detail)"},
    {"trends of segments that are not there",
     "SELECT count(*) FROM chunk WHERE segment NOT IN (SELECT key FROM segment)"},
    {"trends of series that are not there",
     "SELECT count(*) FROM chunk WHERE series NOT IN (SELECT key FROM series)"},
};

static assay_status count_orphans(struct sql_store *self, struct arena *arena,
                                  problem_vec *problems)
{
    for (size_t i = 0; i < sizeof ORPHANS / sizeof *ORPHANS; i++) {
        STATEMENT_AUTO *statement = NULL;
        char text[128];
        TRY(sql_prepare(self, ORPHANS[i].count, &statement));
        if (sql_step(statement) != SQL_ROW)
            return sql_failed(self, "read the store");
        const long long count = (long long)sql_integer(statement, 0);
        snprintf(text, sizeof text, "%lld %s", count, ORPHANS[i].text);
        if (count > 0)
            TRY(add_problem(arena, problems, text));
    }
    return ASSAY_OK;
}

static assay_status read_run(struct sql_store *self, const char *id, struct arena *arena,
                             problem_vec *problems)
{
    struct run run = {0};
    BUF_AUTO text;
    buf_init(&text, 8192);
    assay_status status = self->store.ops->load(&self->store, id, &run);
    if (status == ASSAY_OK) {
        run_release(&run);
        return ASSAY_OK;
    }
    if (status == ASSAY_ERR_MEMORY || status == ASSAY_ERR_TIMEOUT)
        return status;
    buf_printf(&text, "run %s: %s", id, self->store.error.text);
    TRY(text.status);
    return add_problem(arena, problems, text.text);
}

static assay_status read_runs(struct sql_store *self, struct arena *arena, problem_vec *problems)
{
    enum { RUNS_MAX = 1000000000 };
    run_row_vec rows = {0};
    assay_status status = self->store.ops->runs(&self->store, RUNS_MAX, arena, &rows);
    for (size_t i = 0; status == ASSAY_OK && i < rows.count; i++)
        status = read_run(self, rows.items[i].id, arena, problems);
    vec_release(&rows);
    return status;
}

static assay_status read_chunks(struct sql_store *self, int64_t segment, size_t runs,
                                size_t *damaged)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self, "SELECT points FROM chunk WHERE " CHUNKS_OF_SEGMENT, &statement));
    sql_bind_integer(statement, 1, segment);
    while ((step = sql_step(statement)) == SQL_ROW) {
        struct chunk chunk;
        size_t length;
        const void *bytes = sql_blob(statement, 0, &length);
        *damaged += chunk_open(bytes, length, runs, &chunk) != ASSAY_OK;
    }
    return sql_rows_end(self, step);
}

static assay_status read_segments(struct sql_store *self, struct arena *arena,
                                  problem_vec *problems)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self, "SELECT key, runs FROM segment ORDER BY key", &statement));
    while ((step = sql_step(statement)) == SQL_ROW) {
        key_vec runs = {0};
        size_t length, damaged = 0;
        char text[128];
        const void *bytes = sql_blob(statement, 1, &length);
        assay_status status = segment_runs_unpack(bytes, length, &runs);
        const size_t count = runs.count;
        vec_release(&runs);
        if (status == ASSAY_OK)
            TRY(read_chunks(self, sql_integer(statement, 0), count, &damaged));
        snprintf(text, sizeof text, "segment %lld: %s, %zu trends are damaged",
                 (long long)sql_integer(statement, 0),
                 status == ASSAY_OK ? "its runs are readable" : "its runs are damaged", damaged);
        if (status != ASSAY_OK || damaged > 0)
            TRY(add_problem(arena, problems, text));
    }
    return sql_rows_end(self, step);
}

assay_status sql_check(struct store *store, struct arena *arena, problem_vec *problems)
{
    struct sql_store *self = (struct sql_store *)store;
    TRY(ask_engine(self, arena, problems));
    TRY(count_orphans(self, arena, problems));
    TRY(read_segments(self, arena, problems));
    return read_runs(self, arena, problems);
}
