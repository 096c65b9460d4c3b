/* Forgetting.  Order: the runs, then copies of modules, then folders, then the file's free pages: a
 * crash in between leaves something too much, never a run without its results.
 * Invariants: 1. nothing goes that a baseline names or another process measures; 2. a folder is
 * removed only when its name is that of a run, and links in it are removed, not followed. */
#include "session/retention/retention.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

enum { RUNS_MAX = 1000000000, OPEN_FILES = 16, ID_LENGTH = 20 };

static bool is_baseline(const baseline_vec *baselines, const char *id)
{
    for (size_t i = 0; i < baselines->count; i++)
        if (strcmp(baselines->items[i].run_id, id) == 0)
            return true;
    return false;
}

static bool goes(const struct retention_rule *rule, size_t newer, const char *started_at)
{
    return (rule->keep == 0 || newer >= rule->keep) &&
           (rule->before == NULL || strcmp(started_at, rule->before) < 0);
}

static void plan_runs(const baseline_vec *baselines, const struct retention_rule *rule,
                      run_row_vec *rows)
{
    size_t kept = 0;
    for (size_t i = 0; i < rows->count; i++)
        if (goes(rule, i, rows->items[i].started_at) &&
            strcmp(rows->items[i].status, "running") != 0 &&
            !is_baseline(baselines, rows->items[i].id))
            rows->items[kept++] = rows->items[i];
    rows->count = kept;
}

/* ---- folders ---- */

/* "20261121-075512-3fa9". */
static bool is_run_name(const char *name)
{
    for (int i = 0; i < ID_LENGTH; i++) {
        unsigned char c = (unsigned char)name[i];
        bool good = i == 8 || i == 15 ? c == '-' : i < 15 ? isdigit(c) : isxdigit(c);
        if (!good)
            return false;
    }
    return name[ID_LENGTH] == '\0';
}

/* When a run of that name began, as the store writes it. */
static const char *started_at(const char *name, char text[32])
{
    snprintf(text, 32, "%.4s-%.2s-%.2s%c%.2s:%.2s:%.2sZ", name, name + 4, name + 6, 'T', name + 9,
             name + 11, name + 13);
    return text;
}

static int keep_run_name(const struct dirent *entry)
{
    return is_run_name(entry->d_name);
}

static int newest_first(const struct dirent **a, const struct dirent **b)
{
    return strcmp((*b)->d_name, (*a)->d_name);
}

static double walked_bytes;

static int add_bytes(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)path;
    (void)kind;
    (void)place;
    walked_bytes += (double)info->st_blocks * 512;
    return 0;
}

static int remove_entry(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info;
    (void)kind;
    (void)place;
    return remove(path);
}

static assay_status add_folder(struct retention_plan *plan, const char *results, const char *name)
{
    struct stat info;
    const char *path = arena_printf(&plan->arena, "%s/%s", results, name);
    if (path == NULL)
        return ASSAY_ERR_MEMORY;
    if (lstat(path, &info) != 0 || !S_ISDIR(info.st_mode))
        return ASSAY_OK;
    walked_bytes = 0;
    nftw(path, add_bytes, OPEN_FILES, FTW_PHYS);
    plan->folder_bytes += walked_bytes;
    const char **slot = vec_add(&plan->folders);
    if (slot == NULL)
        return ASSAY_ERR_MEMORY;
    *slot = path;
    return ASSAY_OK;
}

static assay_status plan_folders(const baseline_vec *baselines, const char *results,
                                 const struct retention_rule *rule, struct retention_plan *plan)
{
    struct dirent **entries = NULL;
    assay_status status = ASSAY_OK;
    char text[32];
    int count = scandir(results, &entries, keep_run_name, newest_first);
    for (int i = 0; i < count; i++) {
        const char *name = entries[i]->d_name;
        if (status == ASSAY_OK && goes(rule, (size_t)i, started_at(name, text)) &&
            !is_baseline(baselines, name))
            status = add_folder(plan, results, name);
        free(entries[i]);
    }
    free(entries);
    return status;
}

/* ---- all of it ---- */

assay_status retention_plan(const struct baseline_place *place, const char *results,
                            const struct retention_rule *rule, struct retention_plan *ret_plan,
                            struct buf *error)
{
    struct retention_plan plan = {0};
    baseline_vec baselines = {0};
    const struct store_ops *ops = place->store->ops;
    assay_status status = ops->baselines(place->store, &plan.arena, &baselines);
    if (status == ASSAY_OK)
        status = ops->runs(place->store, RUNS_MAX, &plan.arena, &plan.runs);
    if (status != ASSAY_OK)
        buf_error(error, status, "%s", place->store->error.text);
    plan_runs(&baselines, rule, &plan.runs);
    if (status == ASSAY_OK && results != NULL)
        status = plan_folders(&baselines, results, rule, &plan);
    vec_release(&baselines);
    if (status == ASSAY_OK)
        *ret_plan = plan;
    else
        retention_release(&plan);
    return status;
}

static double file_bytes(const char *path, const char *end)
{
    struct stat info;
    BUF_AUTO full;
    buf_init(&full, 1 << 16);
    buf_printf(&full, "%s%s", path, end);
    return full.status == ASSAY_OK && stat(full.text, &info) == 0 ? (double)info.st_blocks * 512
                                                                  : 0;
}

static double store_bytes(const char *path)
{
    return file_bytes(path, "") + file_bytes(path, "-wal");
}

/* What happens to the runs of a plan, all or none of them. */
typedef assay_status runs_call(struct store *store, const char *const *ids, size_t count);

static assay_status call_with_runs(const struct baseline_place *place,
                                   const struct retention_plan *plan, runs_call *call,
                                   struct buf *error)
{
    name_vec ids = {0};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < plan->runs.count && status == ASSAY_OK; i++) {
        const char **slot = vec_add(&ids);
        if (slot == NULL)
            status = ASSAY_ERR_MEMORY;
        else
            *slot = plan->runs.items[i].id;
    }
    if (status == ASSAY_OK)
        status = call(place->store, ids.items, ids.count);
    vec_release(&ids);
    return status == ASSAY_OK ? ASSAY_OK : buf_error(error, status, "%s", place->store->error.text);
}

static assay_status vacuum(const struct baseline_place *place, struct buf *error)
{
    assay_status status = place->store->ops->vacuum(place->store);
    return status == ASSAY_OK ? ASSAY_OK : buf_error(error, status, "%s", place->store->error.text);
}

static assay_status remove_folders(const struct retention_plan *plan, struct buf *error)
{
    for (size_t i = 0; i < plan->folders.count; i++) {
        const char *path = plan->folders.items[i];
        if (nftw(path, remove_entry, OPEN_FILES, FTW_PHYS | FTW_DEPTH) != 0 && errno != ENOENT)
            return buf_error(error, ASSAY_ERR_IO, "cannot remove '%s': %s", path, strerror(errno));
    }
    return ASSAY_OK;
}

assay_status retention_apply(const struct baseline_place *place, const struct retention_plan *plan,
                             double *ret_bytes, struct buf *error)
{
    double before = store_bytes(place->path);
    if (plan->runs.count > 0) {
        TRY(call_with_runs(place, plan, place->store->ops->prune, error));
        TRY(baseline_sweep(place, error));
    }
    TRY(remove_folders(plan, error));
    if (plan->runs.count > 0)
        TRY(vacuum(place, error));
    *ret_bytes = before - store_bytes(place->path) + plan->folder_bytes;
    return ASSAY_OK;
}

void retention_only_done(struct retention_plan *plan)
{
    size_t kept = 0;
    for (size_t i = 0; i < plan->runs.count; i++)
        if (strcmp(plan->runs.items[i].status, "done") == 0)
            plan->runs.items[kept++] = plan->runs.items[i];
    plan->runs.count = kept;
    plan->folders.count = 0;
}

assay_status retention_seal(const struct baseline_place *place, const struct retention_plan *plan,
                            double *ret_bytes, struct buf *error)
{
    double before = store_bytes(place->path);
    TRY(call_with_runs(place, plan, place->store->ops->seal, error));
    TRY(vacuum(place, error));
    *ret_bytes = before - store_bytes(place->path);
    return ASSAY_OK;
}

void retention_release(struct retention_plan *plan)
{
    vec_release(&plan->runs);
    vec_release(&plan->folders);
    arena_release(&plan->arena);
}
