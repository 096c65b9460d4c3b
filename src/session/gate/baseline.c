/* Baselines.  The store knows a copy by its file name alone (the hash of its content): where the
 * folder of copies lies follows from where the store lies, so that both may be moved, and opened
 * from another working folder.
 *
 * Why copies are swept after the names are gone and not before: a crash in between leaves a file
 * too many, which the next sweep does not know; the other order would leave a baseline that says it
 * can be measured again and cannot.
 *
 * Invariant: a name that is saved has a result that is ok. */
#include "session/gate/baseline.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "session/place/keep.h"

static assay_status said(const struct baseline_place *place, assay_status status, struct buf *error)
{
    return status == ASSAY_OK ? ASSAY_OK : buf_error(error, status, "%s", place->store->error.text);
}

static assay_status save_module(const struct baseline_place *place, const struct run *run,
                                const char *module, struct arena *arena, struct buf *error)
{
    struct kept_module kept = {.file = text_file_name(module)};
    const char *folder = keep_folder(place->path, arena);
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(keep_module(folder, module, arena, &kept.kept, error));
    kept.kept = text_file_name(kept.kept);
    return said(place, place->store->ops->module_put(place->store, run->id, &kept), error);
}

/* Each module of the run once; results of one module stand together. */
static assay_status save_modules(const struct baseline_place *place, const struct run *run,
                                 struct arena *arena, struct buf *error)
{
    const char *last = "";
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        const char *module = result->benchmark.module;
        if (result->outcome != OUTCOME_OK || strcmp(module, last) == 0)
            continue;
        last = module;
        if (text_ends_with(module, ".so") && access(module, R_OK) == 0)
            TRY(save_module(place, run, module, arena, error));
    }
    return ASSAY_OK;
}

static assay_status check_worth(const struct run *run, struct buf *error)
{
    for (size_t i = 0; i < run->results.count; i++)
        if (run->results.items[i].outcome == OUTCOME_OK)
            return ASSAY_OK;
    return buf_error(error, ASSAY_ERR_ARGUMENT,
                     "run %s has no result that is ok: there is nothing to measure against",
                     run->id);
}

/* Removes the copies that no baseline needs any more. */
static assay_status sweep(const struct baseline_place *place, struct arena *arena,
                          struct buf *error)
{
    kept_module_vec gone = {0};
    const char *folder = keep_folder(place->path, arena);
    assay_status status =
        folder ? place->store->ops->module_sweep(place->store, arena, &gone) : ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < gone.count && status == ASSAY_OK; i++) {
        const char *copy = arena_printf(arena, "%s/%s", folder, text_file_name(gone.items[i].kept));
        if (copy == NULL)
            status = ASSAY_ERR_MEMORY;
        else
            unlink(copy); /* one that is gone already is as good */
    }
    vec_release(&gone);
    return said(place, status, error);
}

assay_status baseline_sweep(const struct baseline_place *place, struct buf *error)
{
    struct arena arena = {0};
    assay_status status = sweep(place, &arena, error);
    arena_release(&arena);
    return status;
}

assay_status baseline_save(const struct baseline_place *place, const char *name,
                           const struct run *run, bool overwrite, struct buf *error)
{
    struct arena arena = {0};
    TRY(check_worth(run, error));
    TRY(said(place, place->store->ops->baseline_save(place->store, name, run->id, overwrite),
             error));
    assay_status status = save_modules(place, run, &arena, error);
    if (status == ASSAY_OK && overwrite)
        status = sweep(place, &arena, error);
    arena_release(&arena);
    return status;
}

assay_status baseline_remove(const struct baseline_place *place, const char *name,
                             struct buf *error)
{
    struct arena arena = {0};
    TRY(said(place, place->store->ops->baseline_remove(place->store, name), error));
    assay_status status = sweep(place, &arena, error);
    arena_release(&arena);
    return status;
}

/* ASSAY_ERR_NOT_FOUND without a text. */
static assay_status find(const struct baseline_place *place, const char *name, struct arena *arena,
                         struct baseline *ret_baseline, struct buf *error)
{
    baseline_vec rows = {0};
    assay_status status =
        said(place, place->store->ops->baselines(place->store, arena, &rows), error);
    const struct baseline *found = NULL;
    for (size_t i = 0; i < rows.count; i++)
        if (strcmp(rows.items[i].name, name) == 0)
            found = &rows.items[i];
    if (status == ASSAY_OK && found == NULL)
        status = ASSAY_ERR_NOT_FOUND;
    if (status == ASSAY_OK)
        *ret_baseline = *found;
    vec_release(&rows);
    return status;
}

assay_status baseline_find(const struct baseline_place *place, const char *name,
                           struct arena *arena, struct baseline *ret_baseline, struct buf *error)
{
    assay_status status = find(place, name, arena, ret_baseline, error);
    return status != ASSAY_ERR_NOT_FOUND
               ? status
               : buf_error(error, status, "no baseline '%s'; 'assay baseline' lists them", name);
}

assay_status baseline_check_free(const struct baseline_place *place, const char *name,
                                 struct buf *error)
{
    struct arena arena = {0};
    struct baseline baseline;
    assay_status status = find(place, name, &arena, &baseline, error);
    arena_release(&arena);
    if (status == ASSAY_ERR_NOT_FOUND)
        return ASSAY_OK;
    return status != ASSAY_OK
               ? status
               : buf_error(error, ASSAY_ERR_ARGUMENT,
                           "there is a baseline '%s' already; --overwrite moves it", name);
}

assay_status baseline_modules(const struct baseline_place *place, const char *run_id,
                              struct arena *arena, kept_module_vec *rows, struct buf *error)
{
    const char *folder = keep_folder(place->path, arena);
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(said(place, place->store->ops->modules(place->store, run_id, arena, rows), error));
    for (size_t i = 0; i < rows->count; i++) {
        struct kept_module *row = &rows->items[i];
        struct stat info;
        row->kept = arena_printf(arena, "%s/%s", folder, text_file_name(row->kept));
        if (row->kept == NULL)
            return ASSAY_ERR_MEMORY;
        bool there = access(row->kept, R_OK) == 0 && stat(row->kept, &info) == 0;
        row->bytes = there ? (double)info.st_size : -1;
    }
    return ASSAY_OK;
}
