/* Gates.  Why the baseline's module is measured again rather than trusted: the machine that wrote
 * the stored numbers was another one this morning (clock steps of 2 %, memory effects of 5-25 %
 * were seen between processes of the same code), while two modules in one process share every
 * moment of it.
 *
 * Invariants: 1. every benchmark of today and of the baseline is exactly one row; 2. what was not
 * measured never passes. */
#include "session/gate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "session/place/keep.h"

#define FAMILY_ERROR 0.01 /* chance of any false failure in a suite */

static assay_status save_module(const struct baseline_request *request, const char *module,
                                struct arena *arena, struct buf *error)
{
    struct kept_module kept = {.file = text_file_name(module)};
    const char *folder = keep_folder(request->store_path, arena);
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(keep_module(folder, module, arena, &kept.kept, error));
    assay_status status = request->store->ops->module_put(request->store, request->run->id, &kept);
    return status == ASSAY_OK ? ASSAY_OK
                              : buf_error(error, status, "%s", request->store->error.text);
}

/* Each module of the run once; results of one module stand together. */
static assay_status save_modules(const struct baseline_request *request, struct arena *arena,
                                 struct buf *error)
{
    const char *last = "";
    for (size_t i = 0; i < request->run->results.count; i++) {
        const struct result *result = &request->run->results.items[i];
        const char *module = result->benchmark.module;
        bool fresh = strcmp(module, last) != 0;
        last = module;
        if (fresh && result->outcome == OUTCOME_OK && text_ends_with(module, ".so") &&
            access(module, R_OK) == 0)
            TRY(save_module(request, module, arena, error));
    }
    return ASSAY_OK;
}

assay_status gate_save_baseline(const struct baseline_request *request, struct buf *error)
{
    struct arena arena = {0};
    assay_status status = request->store->ops->baseline_save(request->store, request->name,
                                                             request->run->id, request->overwrite);
    if (status != ASSAY_OK)
        return buf_error(error, status, "%s", request->store->error.text);
    status = save_modules(request, &arena, error);
    arena_release(&arena);
    return status;
}

/* Today's benchmarks, split by whether the baseline's module can be measured again. */
struct split {
    struct catalog old_side; /* of the kept modules */
    struct catalog paired, stored;
};

static const char *kept_twin(const kept_module_vec *modules, const char *module)
{
    for (size_t i = 0; i < modules->count; i++)
        if (strcmp(modules->items[i].file, text_file_name(module)) == 0 &&
            access(modules->items[i].kept, R_OK) == 0)
            return modules->items[i].kept;
    return NULL;
}

static assay_status list_kept(const struct gate_request *request, const kept_module_vec *modules,
                              struct split *split)
{
    for (size_t i = 0; i < modules->count; i++) {
        BUF_AUTO reason;
        buf_init(&reason, 8192);
        size_t before = split->old_side.benchmarks.count;
        assay_status status =
            measure_list(request->compare.paths, modules->items[i].kept, &split->old_side.arena,
                         &split->old_side.benchmarks, &reason);
        if (status == ASSAY_ERR_MEMORY)
            return status;
        if (status != ASSAY_OK) /* then its benchmarks are compared with the stored numbers */
            split->old_side.benchmarks.count = before;
    }
    return ASSAY_OK;
}

static assay_status split_catalog(const struct gate_request *request,
                                  const kept_module_vec *modules, struct split *split)
{
    const benchmark_vec *benchmarks = &request->catalog->benchmarks;
    TRY(list_kept(request, modules, split));
    for (size_t i = 0; i < benchmarks->count; i++) {
        bool paired = kept_twin(modules, benchmarks->items[i].module) != NULL;
        struct benchmark *added =
            vec_add(paired ? &split->paired.benchmarks : &split->stored.benchmarks);
        if (added == NULL)
            return ASSAY_ERR_MEMORY;
        *added = benchmarks->items[i];
    }
    return ASSAY_OK;
}

static void split_release(struct split *split)
{
    catalog_release(&split->old_side);
    vec_release(&split->paired.benchmarks);
    vec_release(&split->stored.benchmarks);
}

/* Keeps of the old side only what has a twin today; the rest is add_missing's business. */
static void drop_unmatched(const struct catalog *today, struct catalog *old_side)
{
    size_t kept = 0;
    for (size_t i = 0; i < old_side->benchmarks.count; i++) {
        const struct benchmark *old = &old_side->benchmarks.items[i];
        for (size_t k = 0; k < today->benchmarks.count; k++)
            if (strcmp(today->benchmarks.items[k].name, old->name) == 0 &&
                strcmp(today->benchmarks.items[k].params, old->params) == 0) {
                old_side->benchmarks.items[kept++] = *old;
                break;
            }
    }
    old_side->benchmarks.count = kept;
}

static assay_status gate_paired(const struct compare_request *compare, struct split *split,
                                struct arena *arena, comparison_vec *rows)
{
    struct compare_request request = *compare;
    drop_unmatched(&split->paired, &split->old_side);
    request.old_catalog = &split->old_side;
    request.new_catalog = &split->paired;
    return session_compare(&request, arena, rows);
}

/* Measures what has no kept module and sets it against the baseline's stored numbers. */
static assay_status gate_stored(const struct compare_request *compare, const struct split *split,
                                const struct run *baseline, struct arena *arena,
                                comparison_vec *rows, struct buf *error)
{
    struct run today = {0};
    struct session_request session = {.paths = compare->paths,
                                      .catalog = &split->stored,
                                      .plan = baseline->plan,
                                      .stop = compare->stop,
                                      .progress = compare->progress,
                                      .context = compare->context};
    if (split->stored.benchmarks.count == 0)
        return ASSAY_OK;
    assay_status status = session_run(&session, &today, error);
    if (status == ASSAY_OK)
        status = session_compare_results(baseline, &today, &compare->rules, arena, rows, error);
    run_release(&today);
    return status;
}

/* Whether the command line means this benchmark of the baseline, too. */
static bool is_selected(const struct gate_request *request, const struct benchmark *benchmark)
{
    bool patterns = false, paths = false, matched = false, listed = false;
    for (int i = 0; i < request->argument_count; i++) {
        const char *argument = request->arguments[i];
        if (catalog_is_path(argument)) {
            paths = true;
            listed =
                listed || strcmp(text_file_name(argument), text_file_name(benchmark->module)) == 0;
        } else {
            patterns = true;
            matched = matched || catalog_matches(argument, benchmark);
        }
    }
    return (!patterns || matched) && (!paths || listed);
}

static bool is_there(const struct catalog *today, const struct benchmark *benchmark)
{
    for (size_t i = 0; i < today->benchmarks.count; i++)
        if (strcmp(today->benchmarks.items[i].id, benchmark->id) == 0)
            return true;
    return false;
}

/* What the baseline has and today has not: never a silent pass. */
static assay_status add_missing(const struct gate_request *request, const struct run *baseline,
                                struct arena *arena, comparison_vec *rows)
{
    for (size_t i = 0; i < baseline->results.count; i++) {
        const struct benchmark *old = &baseline->results.items[i].benchmark;
        if (!is_selected(request, old) || is_there(request->catalog, old))
            continue;
        const char *id = arena_copy(arena, old->id);
        struct comparison *row = id ? vec_add(rows) : NULL;
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = (struct comparison){.benchmark = id,
                                   .metric = METRICS[METRIC_TIME].name,
                                   .kind = KIND_STORED,
                                   .gate = GATE_UNDECIDED,
                                   .reason = "missing: the baseline has it (renamed or removed)"};
    }
    return ASSAY_OK;
}

static bool was_measured(const struct run *baseline, const char *id)
{
    for (size_t i = 0; i < baseline->results.count; i++)
        if (strcmp(baseline->results.items[i].benchmark.id, id) == 0)
            return baseline->results.items[i].outcome == OUTCOME_OK;
    return false;
}

/* What the baseline never measured cannot have become slower: new ones pass, and ones that are
 * skipped here and were not measured then.  One that fails is not merely new. */
static void pass_new(const struct run *baseline, comparison_vec *rows)
{
    for (size_t i = 0; i < rows->count; i++) {
        struct comparison *row = &rows->items[i];
        bool is_new = strncmp(row->reason, "new:", 4) == 0;
        bool was_skipped =
            row->outcome == OUTCOME_SKIPPED && !was_measured(baseline, row->benchmark);
        if (row->verdict == VERDICT_NONE && (is_new || was_skipped))
            row->gate = GATE_PASS;
    }
}

static assay_status gate_against(const struct gate_request *request, const struct run *baseline,
                                 struct arena *arena, comparison_vec *rows, struct buf *error)
{
    struct compare_request compare = request->compare;
    kept_module_vec modules = {0};
    struct split split = {0};
    size_t count = request->catalog->benchmarks.count;
    compare.rules.level = 1 - FAMILY_ERROR / (double)(count > 0 ? count : 1);
    assay_status status =
        request->store->ops->modules(request->store, baseline->id, arena, &modules);
    if (status != ASSAY_OK)
        buf_error(error, status, "%s", request->store->error.text);
    if (status == ASSAY_OK)
        status = split_catalog(request, &modules, &split);
    if (status == ASSAY_OK)
        status = gate_paired(&compare, &split, arena, rows);
    if (status == ASSAY_OK)
        status = gate_stored(&compare, &split, baseline, arena, rows, error);
    if (status == ASSAY_OK)
        status = add_missing(request, baseline, arena, rows);
    if (status == ASSAY_OK)
        pass_new(baseline, rows);
    vec_release(&modules);
    split_release(&split);
    return status;
}

assay_status gate_run(const struct gate_request *request, struct arena *arena, comparison_vec *rows,
                      struct buf *error)
{
    const char *id = NULL;
    struct run baseline = {0};
    struct store *store = request->store;
    assay_status status = store->ops->find(store, request->baseline, arena, &id);
    if (status == ASSAY_OK)
        status = store->ops->load(store, id, &baseline);
    if (status != ASSAY_OK)
        return buf_error(error, status, "%s", store->error.text);
    status = gate_against(request, &baseline, arena, rows, error);
    run_release(&baseline);
    return status;
}

int gate_exit_code(const comparison_vec *rows)
{
    bool failed = false, broken = false, undecided = false;
    for (size_t i = 0; i < rows->count; i++) {
        failed = failed || rows->items[i].gate == GATE_FAIL;
        undecided = undecided || rows->items[i].gate == GATE_UNDECIDED;
        broken = broken || rows->items[i].outcome == OUTCOME_FAILED;
    }
    return broken ? 3 : failed ? 1 : undecided ? 4 : 0;
}
