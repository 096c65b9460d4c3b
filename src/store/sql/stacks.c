/* Call stacks of results, in a table of their own.
 * Why not packed with the rest of a closed run: they are texts of other people's names, kept as
 * they are, and stay when a run is sealed, since a picture of where time went is what an old run is
 * opened for. */
#include "model/stacks/stacks.h"

#include <string.h>

#include "store/sql/sql.h"

assay_status sql_put_stacks(struct sql_store *self, int64_t run, int64_t benchmark,
                            const struct stacks *stacks)
{
    STATEMENT_AUTO *statement = NULL;
    if (stacks == NULL)
        return ASSAY_OK;
    TRY(sql_prepare(self,
                    "INSERT INTO stacks(run, benchmark, samples, lost, cut, cpu_seconds, folded)"
                    " VALUES($1, $2, $3, $4, $5, $6, $7) ON CONFLICT(run, benchmark)"
                    " DO UPDATE SET samples = excluded.samples, lost = excluded.lost,"
                    " cut = excluded.cut, cpu_seconds = excluded.cpu_seconds,"
                    " folded = excluded.folded",
                    &statement));
    sql_bind_integer(statement, 1, run);
    sql_bind_integer(statement, 2, benchmark);
    sql_bind_integer(statement, 3, (int64_t)stacks->samples);
    sql_bind_integer(statement, 4, (int64_t)stacks->lost);
    sql_bind_integer(statement, 5, (int64_t)stacks->cut);
    sql_bind_real(statement, 6, stacks->cpu_seconds);
    sql_bind_blob(statement, 7, stacks->folded, strlen(stacks->folded));
    return sql_run(self, statement);
}

static assay_status load_one(struct sql_statement *statement, struct arena *arena,
                             struct result *result)
{
    size_t length;
    const void *folded = sql_blob(statement, 5, &length);
    struct stacks *stacks = arena_alloc(arena, sizeof *stacks);
    if (stacks == NULL)
        return ASSAY_ERR_MEMORY;
    *stacks = (struct stacks){.samples = (uint64_t)sql_integer(statement, 1),
                              .lost = (uint64_t)sql_integer(statement, 2),
                              .cut = (uint64_t)sql_integer(statement, 3),
                              .cpu_seconds = sql_real(statement, 4),
                              .folded = arena_copy_n(arena, folded ? folded : "", length)};
    result->stacks = stacks;
    return stacks->folded ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static struct result *find_result(struct run *run, const char *id)
{
    for (size_t i = 0; id != NULL && i < run->results.count; i++)
        if (strcmp(run->results.items[i].benchmark.id, id) == 0)
            return &run->results.items[i];
    return NULL;
}

/* Both lists are in the order of measuring, so that each is mostly found where the last one was:
 * `*near` is the place behind that. */
static struct result *next_result(struct run *run, const char *id, size_t *near)
{
    struct result *result = *near < run->results.count ? &run->results.items[*near] : NULL;
    if (result == NULL || id == NULL || strcmp(result->benchmark.id, id) != 0)
        result = find_result(run, id);
    if (result != NULL)
        *near = (size_t)(result - run->results.items) + 1;
    return result;
}

assay_status sql_load_stacks(struct sql_store *self, int64_t key, struct run *run)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step code;
    size_t near = 0;
    TRY(sql_prepare(self,
                    "SELECT id, samples, lost, cut, cpu_seconds, folded FROM stacks"
                    " JOIN benchmark ON benchmark.key = stacks.benchmark"
                    " WHERE stacks.run = $1 ORDER BY stacks.benchmark",
                    &statement));
    sql_bind_integer(statement, 1, key);
    while ((code = sql_step(statement)) == SQL_ROW) {
        struct result *result = next_result(run, statement->engine->text(statement, 0), &near);
        if (result != NULL)
            TRY(load_one(statement, &run->arena, result));
    }
    return sql_rows_end(self, code);
}
