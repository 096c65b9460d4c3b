/* Merging.  Ids of runs are times with four random digits, so the same id is the same run; a run
 * that is there is never touched.
 * Why modules are checked by their hash: they are code that a gate will load, and a file that was
 * cut off on its way must be told from a whole one.
 * Invariant: a name is saved after its run and the run's modules are there. */
#include "session/ci/merge.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "session/place/keep.h"

enum { ALL_RUNS = 1000000000 };

struct merging {
    const struct baseline_place *to, *from;
    struct arena arena;
    struct merge_counts counts;
    struct buf *error;
};

static assay_status said(const struct baseline_place *place, assay_status status, struct buf *error)
{
    return status == ASSAY_OK ? ASSAY_OK : buf_error(error, status, "%s", place->store->error.text);
}

static int compare_ids(const void *a, const void *b)
{
    return strcmp(((const struct run_row *)a)->id, ((const struct run_row *)b)->id);
}

static assay_status copy_run(struct merging *merging, const char *id)
{
    struct run run = {0};
    TRY(said(merging->from, merging->from->store->ops->load(merging->from->store, id, &run),
             merging->error));
    assay_status status = said(
        merging->to, merging->to->store->ops->put_run(merging->to->store, &run), merging->error);
    run_release(&run);
    merging->counts.runs += status == ASSAY_OK;
    return status;
}

/* Oldest first, so that a merge that stops half way leaves a history without a gap. */
static assay_status copy_runs(struct merging *merging)
{
    run_row_vec theirs = {0}, ours = {0};
    struct store *from = merging->from->store, *to = merging->to->store;
    assay_status status = said(
        merging->from, from->ops->runs(from, ALL_RUNS, &merging->arena, &theirs), merging->error);
    if (status == ASSAY_OK)
        status =
            said(merging->to, to->ops->runs(to, ALL_RUNS, &merging->arena, &ours), merging->error);
    if (theirs.count > 0)
        qsort(theirs.items, theirs.count, sizeof *theirs.items, compare_ids);
    if (ours.count > 0)
        qsort(ours.items, ours.count, sizeof *ours.items, compare_ids);
    for (size_t i = 0; i < theirs.count && status == ASSAY_OK; i++) {
        const struct run_row *row = &theirs.items[i];
        bool is_there = ours.count > 0 && bsearch(row, ours.items, ours.count, sizeof *ours.items,
                                                  compare_ids) != NULL;
        if (!is_there && strcmp(row->status, "done") == 0)
            status = copy_run(merging, row->id);
    }
    vec_release(&theirs);
    vec_release(&ours);
    return status;
}

static assay_status copy_module(struct merging *merging, const char *run_id,
                                const struct kept_module *module)
{
    struct kept_module kept = {.file = module->file};
    const char *folder = keep_folder(merging->to->path, &merging->arena);
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(keep_module(folder, module->kept, &merging->arena, &kept.kept, merging->error));
    kept.kept = text_file_name(kept.kept);
    if (strcmp(kept.kept, text_file_name(module->kept)) != 0)
        return buf_error(merging->error, ASSAY_ERR_PARSE,
                         "'%s' is not what its name says: it was changed or cut off", module->kept);
    merging->counts.modules++;
    return said(merging->to, merging->to->store->ops->module_put(merging->to->store, run_id, &kept),
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

static assay_status copy_baselines(struct merging *merging)
{
    baseline_vec theirs = {0}, ours = {0};
    struct store *from = merging->from->store, *to = merging->to->store;
    assay_status status =
        said(merging->from, from->ops->baselines(from, &merging->arena, &theirs), merging->error);
    if (status == ASSAY_OK)
        status = said(merging->to, to->ops->baselines(to, &merging->arena, &ours), merging->error);
    for (size_t i = 0; i < theirs.count && status == ASSAY_OK; i++) {
        const struct baseline *row = &theirs.items[i], *own = named(&ours, row->name);
        if (own != NULL && strcmp(own->run_id, row->run_id) >= 0)
            continue;
        status = copy_modules(merging, row->run_id);
        if (status == ASSAY_OK)
            status = said(merging->to, to->ops->baseline_save(to, row->name, row->run_id, true),
                          merging->error);
        merging->counts.baselines += status == ASSAY_OK;
    }
    vec_release(&theirs);
    vec_release(&ours);
    return status;
}

assay_status merge_stores(const struct baseline_place *to, const struct baseline_place *from,
                          struct merge_counts *ret_counts, struct buf *error)
{
    struct merging merging = {.to = to, .from = from, .error = error};
    assay_status status = copy_runs(&merging);
    if (status == ASSAY_OK)
        status = copy_baselines(&merging);
    *ret_counts = merging.counts;
    arena_release(&merging.arena);
    return status;
}

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
