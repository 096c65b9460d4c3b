/* Against an earlier run.  Why machines that differ are labelled here and refused by the gate: the
 * run is over and its numbers are worth showing; nothing is decided by them. */
#include "session/gate/against.h"

#include <string.h>

#include "session/catalog.h"

enum { RUNS_LOOKED_AT = 200 };

static const struct result *find(const struct run *run, const char *id)
{
    for (size_t i = 0; i < run->results.count; i++)
        if (strcmp(run->results.items[i].benchmark.id, id) == 0)
            return &run->results.items[i];
    return NULL;
}

static bool is_comparable(const struct run_row *row, const struct run *run)
{
    return strcmp(row->id, run->id) != 0 && strcmp(row->started_at, run->started_at) <= 0 &&
           strcmp(row->status, "done") == 0 && strcmp(row->profile, run->plan.profile) == 0 &&
           strcmp(row->fingerprint, run->environment.fingerprint) == 0;
}

static bool has_common(const struct run *then, const struct run *run)
{
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *old = find(then, run->results.items[i].benchmark.id);
        if (old != NULL && old->measurements.count > 0)
            return true;
    }
    return false;
}

/* Rows come newest first: behind the run itself stand the earlier ones, also those of the same
 * second.  A run that is not among them is not stored, or older than all. */
static size_t first_earlier(const run_row_vec *rows, const struct run *run)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->items[i].id, run->id) == 0)
            return i + 1;
    return 0;
}

assay_status against_last(struct store *store, const struct run *run, struct run *ret_last,
                          struct buf *error)
{
    struct arena arena = {0};
    run_row_vec rows = {0};
    bool found = false;
    assay_status status = store->ops->runs(store, RUNS_LOOKED_AT, &arena, &rows);
    for (size_t i = first_earlier(&rows, run); i < rows.count && status == ASSAY_OK && !found;
         i++) {
        struct run candidate = {0};
        if (!is_comparable(&rows.items[i], run))
            continue;
        status = store->ops->load(store, rows.items[i].id, &candidate);
        found = status == ASSAY_OK && has_common(&candidate, run);
        if (found)
            *ret_last = candidate;
        else
            run_release(&candidate);
    }
    vec_release(&rows);
    arena_release(&arena);
    if (status != ASSAY_OK)
        return buf_error(error, status, "%s", store->error.text);
    return found ? ASSAY_OK
                 : buf_error(error, ASSAY_ERR_NOT_FOUND,
                             "no earlier run has this machine, compiler and profile and a "
                             "benchmark in common");
}

static assay_status add_missing(const struct run *then, const struct run *run,
                                char *const *arguments, int argument_count, struct arena *arena,
                                comparison_vec *rows)
{
    for (size_t i = 0; i < then->results.count; i++) {
        const struct benchmark *old = &then->results.items[i].benchmark;
        if (find(run, old->id) != NULL || !catalog_selects(arguments, argument_count, old))
            continue;
        struct comparison *row = vec_add(rows);
        const char *id = arena_copy(arena, old->id);
        if (row == NULL || id == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct comparison){.benchmark = id,
                                   .metric = METRICS[METRIC_TIME].name,
                                   .kind = KIND_STORED,
                                   .gate = GATE_UNDECIDED,
                                   .reason = "missing: the new run lacks it"};
    }
    return ASSAY_OK;
}

assay_status against_rows(const struct run *then, const struct run *run, char *const *arguments,
                          int argument_count, struct arena *arena, comparison_vec *rows)
{
    struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    rules.across_machines = true;
    TRY(session_compare_results(then, run, &rules, arena, rows, NULL));
    return add_missing(then, run, arguments, argument_count, arena, rows);
}
