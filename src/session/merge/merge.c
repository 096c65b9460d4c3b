/* Merging.  Ids of runs are times with random digits, so the same id is the same run; where asked,
 * two of one id are compared by everything that a run's document says of them.
 * Why modules are checked by their hash: they are code that a gate will load, and a file that was
 * cut off on its way must be told from a whole one.
 * Invariants: 1. a run that is there is never touched; 2. a name is saved after its run and the
 * run's modules are there. */
#include "session/merge/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/json.h"
#include "session/place/keep.h"

enum { ALL_RUNS = 1000000000 };

struct merging {
    const struct baseline_place *into, *from;
    const struct merge_rules *rules;
    struct merge_account *account;
    run_row_vec ours; /* by id, as they were before */
    struct arena arena;
    struct buf *error;
};

bool merge_is_store(const char *path)
{
    static const char MAGIC[] = "SQLite format 3";
    char start[sizeof MAGIC] = "";
    if (!store_is_file(path))
        return true;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return false;
    const bool is_store = fread(start, 1, sizeof start, file) == sizeof start &&
                          memcmp(start, MAGIC, sizeof MAGIC) == 0;
    fclose(file);
    return is_store;
}

static assay_status said(const struct baseline_place *place, assay_status status, struct buf *error)
{
    return status == ASSAY_OK || place->store->error.length == 0
               ? status
               : buf_error(error, status, "%s", place->store->error.text);
}

/* ---- runs ---- */

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const struct run_row *)a)->id, ((const struct run_row *)b)->id);
}

static bool is_ours(const struct merging *merging, const char *id)
{
    const struct run_row wanted = {.id = id};
    return merging->ours.count > 0 && bsearch(&wanted, merging->ours.items, merging->ours.count,
                                              sizeof wanted, compare_ids) != NULL;
}

static assay_status are_same(const struct run *a, const struct run *b, bool *ret_same)
{
    BUF_AUTO one, two;
    buf_init(&one, BUF_LENGTH_MAX);
    buf_init(&two, BUF_LENGTH_MAX);
    TRY(report_json_run(a, &one));
    TRY(report_json_run(b, &two));
    *ret_same = one.length == two.length && memcmp(one.text, two.text, one.length) == 0;
    return ASSAY_OK;
}

static assay_status compare_with_ours(const struct merging *merging, const struct run *run,
                                      bool *ret_same)
{
    struct run own = {0};
    struct store *into = merging->into->store;
    TRY(said(merging->into, into->ops->load(into, run->id, &own), merging->error));
    assay_status status = are_same(run, &own, ret_same);
    run_release(&own);
    return status;
}

static assay_status settle_run(struct merging *merging, const struct run *run)
{
    struct merge_account *account = merging->account;
    struct store *into = merging->into->store;
    bool same = false;
    const bool there = is_ours(merging, run->id);
    TRY(there ? compare_with_ours(merging, run, &same)
              : said(merging->into, into->ops->put_run(into, run), merging->error));
    const char **slot = !there ? vec_add(&account->added)
                        : same ? vec_add(&account->same)
                               : vec_add(&account->conflicts);
    if (slot == NULL)
        return ASSAY_ERR_MEMORY;
    *slot = arena_copy(&account->arena, run->id);
    return *slot ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status merge_run(struct merging *merging, const struct run_row *row)
{
    struct run run = {0};
    struct store *from = merging->from->store;
    const bool left_out = merging->rules->finished_only ? strcmp(row->status, "done") != 0
                                                        : strcmp(row->status, "running") == 0;
    if (left_out || (!merging->rules->compares && is_ours(merging, row->id)))
        return ASSAY_OK;
    TRY(said(merging->from, from->ops->load(from, row->id, &run), merging->error));
    assay_status status = settle_run(merging, &run);
    run_release(&run);
    return status;
}

/* Oldest first, so that a merge that stops half way leaves a history without a gap. */
static assay_status merge_runs(struct merging *merging)
{
    run_row_vec theirs = {0};
    struct store *from = merging->from->store, *into = merging->into->store;
    assay_status status = said(
        merging->from, from->ops->runs(from, ALL_RUNS, &merging->arena, &theirs), merging->error);
    if (status == ASSAY_OK)
        status =
            said(merging->into, into->ops->runs(into, ALL_RUNS, &merging->arena, &merging->ours),
                 merging->error);
    if (merging->ours.count > 0)
        qsort(merging->ours.items, merging->ours.count, sizeof *merging->ours.items, compare_ids);
    for (size_t i = theirs.count; i > 0 && status == ASSAY_OK; i--)
        status = merge_run(merging, &theirs.items[i - 1]);
    vec_release(&theirs);
    return status;
}

/* ---- baselines ---- */

static assay_status copy_module(struct merging *merging, const char *run_id,
                                const struct kept_module *module)
{
    struct kept_module kept = {.file = module->file};
    const char *folder = keep_folder(merging->into->path, &merging->arena);
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(keep_module(folder, module->kept, &merging->arena, &kept.kept, merging->error));
    kept.kept = text_file_name(kept.kept);
    if (strcmp(kept.kept, text_file_name(module->kept)) != 0)
        return buf_error(merging->error, ASSAY_ERR_PARSE,
                         "'%s' is not what its name says: it was changed or cut off", module->kept);
    merging->account->modules++;
    return said(merging->into,
                merging->into->store->ops->module_put(merging->into->store, run_id, &kept),
                merging->error);
}

static assay_status copy_modules(struct merging *merging, const char *run_id)
{
    kept_module_vec modules = {0};
    assay_status status =
        baseline_modules(merging->from, run_id, &merging->arena, &modules, merging->error);
    for (size_t i = 0; i < modules.count && status == ASSAY_OK; i++)
        if (modules.items[i].bytes >= 0)
            status = copy_module(merging, run_id, &modules.items[i]);
    vec_release(&modules);
    return status;
}

static const struct baseline *named(const baseline_vec *rows, const char *name)
{
    for (size_t i = 0; i < rows->count; i++)
        if (strcmp(rows->items[i].name, name) == 0)
            return &rows->items[i];
    return NULL;
}

static bool has(const char *const *ids, size_t count, const char *id)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(ids[i], id) == 0)
            return true;
    return false;
}

/* Whether the name comes along; `own` is what has it here. */
static bool takes_name(const struct merging *merging, const struct baseline *theirs,
                       const struct baseline *own)
{
    const struct merge_account *account = merging->account;
    const bool here = is_ours(merging, theirs->run_id) ||
                      has(account->added.items, account->added.count, theirs->run_id);
    if (!here || has(account->conflicts.items, account->conflicts.count, theirs->run_id))
        return false;
    return own == NULL || (merging->rules->newer_names && strcmp(own->run_id, theirs->run_id) < 0);
}

static assay_status merge_baseline(struct merging *merging, const struct baseline *row)
{
    struct store *into = merging->into->store;
    TRY(copy_modules(merging, row->run_id));
    TRY(said(merging->into, into->ops->baseline_save(into, row->name, row->run_id, true),
             merging->error));
    merging->account->baselines++;
    return ASSAY_OK;
}

static assay_status merge_baselines(struct merging *merging)
{
    baseline_vec theirs = {0}, ours = {0};
    struct store *from = merging->from->store, *into = merging->into->store;
    assay_status status =
        said(merging->from, from->ops->baselines(from, &merging->arena, &theirs), merging->error);
    if (status == ASSAY_OK)
        status =
            said(merging->into, into->ops->baselines(into, &merging->arena, &ours), merging->error);
    for (size_t i = 0; i < theirs.count && status == ASSAY_OK; i++)
        if (takes_name(merging, &theirs.items[i], named(&ours, theirs.items[i].name)))
            status = merge_baseline(merging, &theirs.items[i]);
    vec_release(&theirs);
    vec_release(&ours);
    return status;
}

assay_status merge_stores(const struct baseline_place *into, const struct baseline_place *from,
                          const struct merge_rules *rules, struct merge_account *ret_account,
                          struct buf *error)
{
    *ret_account = (struct merge_account){.baselines = 0};
    struct merging merging = {
        .into = into, .from = from, .rules = rules, .account = ret_account, .error = error};
    assay_status status = merge_runs(&merging);
    if (status == ASSAY_OK)
        status = merge_baselines(&merging);
    vec_release(&merging.ours);
    arena_release(&merging.arena);
    return status;
}

void merge_release(struct merge_account *account)
{
    vec_release(&account->added);
    vec_release(&account->same);
    vec_release(&account->conflicts);
    arena_release(&account->arena);
}

/* ---- trimming ---- */

static int newest_first(const void *a, const void *b)
{
    return strcmp(((const struct baseline *)b)->run_id, ((const struct baseline *)a)->run_id);
}

assay_status merge_trim(const struct baseline_place *place, const char *prefix, size_t keep,
                        struct buf *error)
{
    struct arena arena = {0};
    baseline_vec rows = {0};
    size_t seen = 0;
    assay_status status =
        said(place, place->store->ops->baselines(place->store, &arena, &rows), error);
    if (rows.count > 0)
        qsort(rows.items, rows.count, sizeof *rows.items, newest_first);
    for (size_t i = 0; i < rows.count && status == ASSAY_OK; i++)
        if (strncmp(rows.items[i].name, prefix, strlen(prefix)) == 0 && seen++ >= keep)
            status = said(
                place, place->store->ops->baseline_remove(place->store, rows.items[i].name), error);
    vec_release(&rows);
    arena_release(&arena);
    return status == ASSAY_OK ? baseline_sweep(place, error) : status;
}
