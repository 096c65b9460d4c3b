/* Coverage.  Runs are loaded from the newest back until every target has been judged by one; each
 * is judged with today's bound, since the bound is what the project wants now.
 * Invariant: no target is without a row. */
#include "session/audit/cover.h"

#include <string.h>

#include "compare/bounds/targets.h"
#include "compare/scaling.h"
#include "store/store.h"

enum { RUNS_LOOKED_AT = 200 };

/* What is looked for in the runs. */
struct search {
    const target_vec *targets;
    bool *found; /* by target */
    struct audit *audit;
    audit_target_vec rows; /* as they are found */
    VEC(size_t) origins;   /* rows' targets */
};

static assay_status add_row(struct search *search, size_t origin, const struct target *target,
                            const struct run *run)
{
    struct arena *arena = &search->audit->run.arena;
    struct audit_target *row = vec_add(&search->rows);
    size_t *at = vec_add(&search->origins);
    if (row == NULL || at == NULL)
        return ASSAY_ERR_MEMORY;
    *at = origin;
    *row = (struct audit_target){.target = *target};
    row->target.benchmark = arena_copy(arena, target->benchmark);
    if (run != NULL) {
        row->run_id = arena_copy(arena, run->id);
        row->started_at = arena_copy(arena, run->started_at);
    }
    return row->target.benchmark && (run == NULL || (row->run_id && row->started_at))
               ? ASSAY_OK
               : ASSAY_ERR_MEMORY;
}

static assay_status judge_in(struct search *search, size_t origin, struct run *run)
{
    struct target target = search->targets->items[origin];
    const target_vec one = {&target, 1, 1};
    run->targets.count = 0;
    TRY(targets_judge(run, &one, NULL));
    for (size_t i = 0; i < run->targets.count; i++)
        if (run->targets.items[i].status != TARGET_NONE) {
            search->found[origin] = true;
            TRY(add_row(search, origin, &run->targets.items[i], run));
        }
    return ASSAY_OK;
}

static assay_status look_into(struct search *search, struct store *store, const char *id,
                              size_t *ret_left)
{
    struct run run = {0};
    size_t left = 0;
    assay_status status = store->ops->load(store, id, &run);
    if (status == ASSAY_OK)
        status = scaling_judge(&run);
    for (size_t i = 0; status == ASSAY_OK && i < search->targets->count; i++) {
        if (!search->found[i])
            status = judge_in(search, i, &run);
        left += !search->found[i];
    }
    run_release(&run);
    *ret_left = left;
    return status;
}

static assay_status look_through(struct search *search, struct store *store)
{
    struct arena arena = {0};
    run_row_vec runs = {0};
    size_t left = search->targets->count;
    assay_status status = store->ops->runs(store, RUNS_LOOKED_AT, &arena, &runs);
    for (size_t i = 0; status == ASSAY_OK && i < runs.count && left > 0; i++)
        status = look_into(search, store, runs.items[i].id, &left);
    vec_release(&runs);
    arena_release(&arena);
    return status;
}

static assay_status emit(struct search *search)
{
    audit_target_vec *rows = &search->audit->targets;
    for (size_t i = 0; i < search->targets->count; i++) {
        if (!search->found[i])
            TRY(add_row(search, i, &search->targets->items[i], NULL));
        for (size_t k = 0; k < search->rows.count; k++) {
            struct audit_target *row = search->origins.items[k] == i ? vec_add(rows) : NULL;
            if (row != NULL)
                *row = search->rows.items[k];
            else if (search->origins.items[k] == i)
                return ASSAY_ERR_MEMORY;
        }
    }
    return ASSAY_OK;
}

static assay_status search_store(const struct workplace *workplace, struct search *search,
                                 struct buf *error)
{
    struct store *store = NULL;
    if (search->targets->count == 0)
        return ASSAY_OK;
    assay_status status = store_open(workplace->store, false, &store, error);
    if (status == ASSAY_ERR_NOT_FOUND) {
        buf_clear(error);
        return ASSAY_OK;
    }
    if (status != ASSAY_OK)
        return status;
    status = look_through(search, store);
    if (status != ASSAY_OK && status != ASSAY_ERR_MEMORY)
        buf_error(error, status, "%s", store->error.text);
    store_close(store);
    return status;
}

assay_status audit_cover(const struct workplace *workplace, struct audit *audit, struct buf *error)
{
    struct search search = {.targets = &workplace->targets, .audit = audit};
    search.found = arena_alloc(&audit->run.arena, workplace->targets.count + 1);
    assay_status status = search.found ? search_store(workplace, &search, error) : ASSAY_ERR_MEMORY;
    if (status == ASSAY_OK)
        status = emit(&search);
    vec_release(&search.rows);
    vec_release(&search.origins);
    return status;
}
