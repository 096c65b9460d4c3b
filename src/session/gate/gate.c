/* Gates.  Why the baseline's module is measured again rather than trusted: the machine that wrote
 * the stored numbers was another one this morning (clock steps of 2 %, memory effects of 5-25 %
 * were seen between processes of the same code), while two modules in one process share every
 * moment of it.  So whatever can be measured again is, at once, and a row is `stored` only where
 * nothing of the baseline but its numbers is left.
 *
 * Order: baseline, machine, pairs, what is measured alone, names, limits.
 * Invariants: 1. every benchmark of today and of the baseline is exactly one row about time; 2.
 * what was not measured never passes, but for what was never measured before either. */
#include "session/gate/gate.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "model/resources/resources.h"
#include "probe/machine.h"
#include "session/gate/work.h"

enum { LAUNCHES_WORTHWHILE = 500 };
#define FAMILY_ERROR 0.01 /* chance of any false failure in a suite */

struct comparison *gate_add_row(struct gate_work *work, const char *benchmark,
                                const struct metric *metric, const char *reason)
{
    const char *id = arena_copy(work->arena, benchmark);
    struct comparison *row = id ? vec_add(work->rows) : NULL;
    if (row != NULL)
        *row = (struct comparison){.benchmark = id,
                                   .metric = arena_copy(work->arena, metric->name),
                                   .unit = arena_copy(work->arena, metric->unit),
                                   .kind = KIND_STORED,
                                   .gate = GATE_UNDECIDED,
                                   .reason = reason};
    return row != NULL && row->metric != NULL && row->unit != NULL ? row : NULL;
}

bool gate_is_stopped(const struct gate_work *work)
{
    const volatile sig_atomic_t *stop = work->request->compare.stop;
    return stop != NULL && *stop != 0;
}

const struct result *gate_find_result(const struct run *run, const char *id)
{
    for (size_t i = 0; run != NULL && i < run->results.count; i++)
        if (strcmp(run->results.items[i].benchmark.id, id) == 0)
            return &run->results.items[i];
    return NULL;
}

struct limits gate_limits(const struct gate_request *request, const char *benchmark,
                          const struct metric *metric)
{
    return limits_for(request->thresholds, &request->limits, benchmark, metric);
}

bool gate_is_named(const struct gate_request *request, const char *benchmark,
                   const struct metric *metric)
{
    return !request->compare.instructions && metric != &METRICS[METRIC_INSTRUCTIONS] &&
           limits_named(request->thresholds, benchmark, metric);
}

/* What a threshold says of a quality is how much of it may be lost. */
static double quality_margin(const void *context, const char *benchmark,
                             const struct metric *metric)
{
    const struct gate_request *request = context;
    if (!limits_named(request->thresholds, benchmark, metric))
        return request->compare.rules.margin;
    return gate_limits(request, benchmark, metric).fail;
}

static struct limits limits_of_time(const void *context, const struct benchmark *benchmark)
{
    return gate_limits(context, benchmark->id, &METRICS[METRIC_TIME]);
}

/* A copy is called after its content; benchmarks that named no suite get back the name that their
 * module had. */
static assay_status restore_names(const struct kept_module *module, struct catalog *kept,
                                  size_t from)
{
    const char *copy = text_file_name(module->kept);
    size_t copy_length = strcspn(copy, "."), stem_length = strcspn(module->file, ".");
    for (size_t i = from; i < kept->benchmarks.count; i++) {
        struct benchmark *benchmark = &kept->benchmarks.items[i];
        if (strlen(benchmark->suite) != copy_length ||
            strncmp(benchmark->suite, copy, copy_length) != 0)
            continue;
        benchmark->suite = arena_copy_n(&kept->arena, module->file, stem_length);
        benchmark->id =
            arena_printf(&kept->arena, "%s%s", benchmark->suite, benchmark->id + copy_length);
        if (benchmark->suite == NULL || benchmark->id == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

/* A copy that is gone or cannot be listed leaves its benchmarks to the stored numbers. */
static assay_status list_kept(struct gate_work *work, const struct kept_module *module)
{
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    size_t before = work->kept.benchmarks.count;
    if (module->bytes < 0)
        return ASSAY_OK;
    assay_status status = measure_list(work->request->compare.paths, module->kept,
                                       &work->kept.arena, &work->kept.benchmarks, &reason);
    if (status == ASSAY_ERR_MEMORY)
        return status;
    if (status != ASSAY_OK)
        work->kept.benchmarks.count = before;
    return restore_names(module, &work->kept, before);
}

/* Of the kept side only what today has, too, and what did not fail then: against a failure nothing
 * can be measured. */
static void drop_unmatched(const struct gate_work *work, struct catalog *kept)
{
    size_t count = 0;
    for (size_t i = 0; i < kept->benchmarks.count; i++) {
        const struct benchmark *old = &kept->benchmarks.items[i];
        const struct result *then = gate_find_result(work->baseline, old->id);
        if (catalog_find(work->request->catalog, old->id) != NULL &&
            (then == NULL || then->outcome == OUTCOME_OK))
            kept->benchmarks.items[count++] = *old;
    }
    kept->benchmarks.count = count;
}

static assay_status open_kept(struct gate_work *work, struct buf *error)
{
    kept_module_vec modules = {0};
    assay_status status =
        baseline_modules(&work->request->place, work->baseline->id, work->arena, &modules, error);
    for (size_t i = 0; i < modules.count && status == ASSAY_OK; i++)
        status = list_kept(work, &modules.items[i]);
    drop_unmatched(work, &work->kept);
    vec_release(&modules);
    return status;
}

static assay_status split_catalog(struct gate_work *work)
{
    const benchmark_vec *benchmarks = &work->request->catalog->benchmarks;
    for (size_t i = 0; i < benchmarks->count; i++) {
        const struct benchmark *benchmark = &benchmarks->items[i];
        bool twin = catalog_find(&work->kept, benchmark->id) != NULL;
        bool alone = (work->baseline != NULL && !twin) || gate_is_wanted_alone(work, benchmark);
        struct benchmark *paired = twin ? vec_add(&work->paired.benchmarks) : NULL;
        struct benchmark *single = alone ? vec_add(&work->alone.benchmarks) : NULL;
        if ((twin && paired == NULL) || (alone && single == NULL))
            return ASSAY_ERR_MEMORY;
        if (twin)
            *paired = *benchmark;
        if (alone)
            *single = *benchmark;
    }
    return ASSAY_OK;
}

/* Rows that the gate may fail by chance: a time each, and what thresholds name beside it. */
static size_t count_rows(const struct gate_request *request)
{
    size_t count = 0;
    for (size_t i = 0; i < request->catalog->benchmarks.count; i++) {
        const char *id = request->catalog->benchmarks.items[i].id;
        count++;
        for (int metric = METRIC_TIME + 1; metric < METRIC_COUNT; metric++)
            count += gate_is_named(request, id, &METRICS[metric]);
    }
    return count > 0 ? count : 1;
}

static assay_status measure_pairs(struct gate_work *work)
{
    struct compare_request request = work->request->compare;
    size_t before = work->rows->count;
    request.old_catalog = &work->kept;
    request.new_catalog = &work->paired;
    request.rules = work->rules;
    request.limits_of = limits_of_time;
    request.limits_context = work->request;
    request.quality_margin = quality_margin;
    if (work->paired.benchmarks.count == 0)
        return ASSAY_OK;
    TRY(session_compare(&request, work->arena, work->rows));
    for (size_t i = before; i < work->rows->count; i++) {
        struct comparison *row = &work->rows->items[i];
        row->pairing = row->verdict == VERDICT_NONE ? NULL : pair_kind_name(row->kind);
        row->kind = KIND_REMEASURED;
        row->across_machines = work->facts->across_machines;
    }
    return ASSAY_OK;
}

/* What the baseline never measured cannot have become slower: new ones pass, and ones that are
 * skipped here and were not measured then.  One that fails is not merely new. */
static bool passes_unmeasured(const struct gate_work *work, const struct comparison *row)
{
    const struct result *old = gate_find_result(work->baseline, row->benchmark);
    bool was_measured = old != NULL && old->outcome == OUTCOME_OK;
    bool is_new = strncmp(row->reason, "new:", 4) == 0;
    return row->kind != KIND_TARGET && row->verdict == VERDICT_NONE &&
           row->outcome != OUTCOME_FAILED &&
           (is_new || (row->outcome == OUTCOME_SKIPPED && !was_measured));
}

/* What a pair says of the margin is not the gate's business: it says what the limit still needs. */
static assay_status explain_pair(const struct gate_work *work, struct comparison *row)
{
    bool paired = row->kind == KIND_REMEASURED && row->verdict == VERDICT_UNDECIDED &&
                  strcmp(row->metric, METRICS[METRIC_TIME].name) == 0;
    if (!paired || gate_is_stopped(work))
        return ASSAY_OK;
    if (row->gate != GATE_UNDECIDED) {
        row->reason = "";
        return ASSAY_OK;
    }
    unsigned more = limits_launches_needed(row);
    row->reason = more > LAUNCHES_WORTHWHILE
                      ? "too noisy here for this limit: no number of launches is worth the time"
                      : arena_printf(work->arena, "needs about %u more launches (--launches %u)",
                                     more, row->launches + more);
    return row->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* The last word on each row, by its own limits. */
static assay_status judge(struct gate_work *work)
{
    struct gate_facts *facts = work->facts;
    for (size_t i = 0; i < work->rows->count; i++) {
        struct comparison *row = &work->rows->items[i];
        const struct metric *metric = resource_or_metric(row->metric);
        bool judged_target = row->kind == KIND_TARGET && row->target->status != TARGET_NONE;
        facts->measured += row->verdict != VERDICT_NONE || judged_target;
        if (row->kind == KIND_TARGET)
            continue;
        const struct metric own = {.name = row->metric};
        row->limits = gate_limits(work->request, row->benchmark, metric ? metric : &own);
        row->gate = passes_unmeasured(work, row) ? GATE_PASS : limits_gate(row);
        TRY(explain_pair(work, row));
    }
    facts->interrupted = gate_is_stopped(work);
    return ASSAY_OK;
}

static assay_status measure_and_judge(struct gate_work *work, struct buf *error)
{
    if (work->baseline != NULL)
        TRY(open_kept(work, error));
    TRY(split_catalog(work));
    TRY(measure_pairs(work));
    TRY(gate_measure_alone(work, error));
    TRY(gate_add_unmatched(work));
    return judge(work);
}

static assay_status describe_here(struct arena *arena, struct environment *here)
{
    TRY(machine_describe(arena, here));
    here->fingerprint = environment_fingerprint(here, arena);
    return here->fingerprint ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static const char *machine_text(struct arena *arena, const struct environment *machine)
{
    return arena_printf(arena, "%s, %u cores, %s", machine->cpu, machine->cores, machine->kernel);
}

/* Refuses a baseline of another machine unless that was asked for. */
static assay_status check_machine(struct gate_work *work, struct buf *error)
{
    struct gate_facts *facts = work->facts;
    struct environment here = {0};
    TRY(describe_here(work->arena, &here));
    facts->machine_then = machine_text(work->arena, &work->baseline->environment);
    facts->machine_now = machine_text(work->arena, &here);
    facts->run_id = arena_copy(work->arena, work->baseline->id);
    facts->commit = arena_copy(work->arena, work->baseline->commit);
    if (!facts->machine_then || !facts->machine_now || !facts->run_id || !facts->commit)
        return ASSAY_ERR_MEMORY;
    facts->across_machines = !environment_same_machine(&work->baseline->environment, &here);
    if (!facts->across_machines || work->request->across_machines)
        return ASSAY_OK;
    return buf_error(error, ASSAY_ERR_ARGUMENT,
                     "the baseline '%s' comes from another machine or kernel: '%s', and this is "
                     "'%s'; save one here, or say --across-machines",
                     work->request->baseline, facts->machine_then, facts->machine_now);
}

static assay_status load_baseline(const struct gate_request *request, struct arena *arena,
                                  struct run *ret_baseline, struct buf *error)
{
    struct store *store = request->place.store;
    const char *id = NULL;
    assay_status status = store->ops->find(store, request->baseline, arena, &id);
    if (status == ASSAY_OK)
        status = store->ops->load(store, id, ret_baseline);
    return status == ASSAY_OK ? ASSAY_OK : buf_error(error, status, "%s", store->error.text);
}

assay_status gate_run(const struct gate_request *request, struct arena *arena, comparison_vec *rows,
                      struct gate_facts *ret_facts, struct buf *error)
{
    struct run baseline = {0};
    struct gate_facts facts = {.baseline = request->baseline};
    struct gate_work work = {.request = request,
                             .arena = arena,
                             .rows = rows,
                             .facts = &facts,
                             .rules = request->compare.rules};
    assay_status status = ASSAY_OK;
    work.rules.level = 1 - FAMILY_ERROR / (double)count_rows(request);
    if (request->baseline != NULL) {
        status = load_baseline(request, arena, &baseline, error);
        work.baseline = &baseline;
        if (status == ASSAY_OK)
            status = check_machine(&work, error);
        work.rules.across_machines = facts.across_machines;
    }
    if (status == ASSAY_OK)
        status = measure_and_judge(&work, error);
    if (status == ASSAY_OK)
        *ret_facts = facts;
    run_release(&baseline);
    catalog_release(&work.kept);
    catalog_release(&work.paired);
    catalog_release(&work.alone);
    return status;
}
