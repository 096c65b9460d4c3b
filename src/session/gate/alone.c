/* What the gate measures for itself and not in pairs: benchmarks whose baseline is only numbers,
 * metrics other than time (the memory of two modules in one process is nobody's), and targets,
 * which are about one version.
 *
 * One run serves all three.  Where the kept module is there, its other metrics are measured today,
 * too, in hosts of its own; only where it is not the stored numbers stand in.
 * Invariant: a target that was not judged is a row that says so. */
#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "compare/scaling.h"
#include "compare/summaries.h"
#include "model/resources/resources.h"
#include "session/counting/instructions.h"
#include "session/gate/work.h"

static bool is_about(const struct target *target, const struct benchmark *benchmark)
{
    if (target->growth != NULL)
        return scaling_is_point(benchmark, target->benchmark);
    return benchmark_is_meant(target->benchmark, benchmark->id) ||
           (target->versus != NULL && strcmp(target->versus, benchmark->id) == 0);
}

/* A metric that benchmarks define and that this threshold limits for the benchmark. */
static bool names_own(const struct threshold *threshold, const char *id)
{
    return metric_find(threshold->metric->name) == NULL &&
           benchmark_is_meant(threshold->benchmark, id);
}

static bool has_named_metric(const struct gate_work *work, const char *id)
{
    const threshold_vec *thresholds = work->request->thresholds;
    for (size_t i = 0; i < thresholds->count && !work->request->compare.instructions; i++)
        if (names_own(&thresholds->items[i], id))
            return true;
    for (int metric = METRIC_TIME + 1; metric < METRIC_COUNT; metric++)
        if (gate_is_named(work->request, id, &METRICS[metric]))
            return true;
    return false;
}

bool gate_is_wanted_alone(const struct gate_work *work, const struct benchmark *benchmark)
{
    const target_vec *targets = work->request->targets;
    for (size_t i = 0; targets != NULL && i < targets->count; i++)
        if (is_about(&targets->items[i], benchmark))
            return true;
    return work->baseline != NULL && has_named_metric(work, benchmark->id);
}

/* What thresholds and targets name and a run measures only when asked. */
static unsigned named_extras(const struct gate_request *request)
{
    unsigned extras = 0;
    for (size_t i = 0; i < request->thresholds->count; i++)
        extras |= resource_extra(request->thresholds->items[i].metric->name);
    for (size_t i = 0; request->targets != NULL && i < request->targets->count; i++)
        extras |= resource_extra(request->targets->items[i].metric);
    return extras;
}

static assay_status run_catalog(const struct gate_work *work, const struct catalog *catalog,
                                struct run *ret_run, struct buf *error)
{
    const struct compare_request *compare = &work->request->compare;
    struct session_request session = {.paths = compare->paths,
                                      .catalog = catalog,
                                      .plan = work->baseline ? work->baseline->plan
                                                             : work->request->alone,
                                      .targets = work->request->targets,
                                      .stop = compare->stop,
                                      .progress = compare->progress,
                                      .context = compare->context};
    session.instructions = compare->instructions;
    session.plan.extras |= named_extras(work->request);
    if (session.instructions)
        session.plan = instructions_plan(&compare->plan, 0, 0);
    session.plan.limit_seconds = compare->plan.limit_seconds;
    session.plan.limit_is_firm = compare->plan.limit_is_firm;
    session.plan.limit_rss_bytes = compare->plan.limit_rss_bytes;
    return session_run(&session, ret_run, error);
}

/* ---- time against stored numbers ---- */

static bool is_paired(const struct gate_work *work, const char *id)
{
    return catalog_find(&work->paired, id) != NULL;
}

static assay_status add_stored(struct gate_work *work, const struct run *today, struct buf *error)
{
    comparison_vec all = {0};
    assay_status status =
        session_compare_results(work->baseline, today, &work->rules, work->arena, &all, error);
    for (size_t i = 0; i < all.count && status == ASSAY_OK; i++) {
        struct comparison *row =
            is_paired(work, all.items[i].benchmark) ? NULL : vec_add(work->rows);
        if (row != NULL)
            *row = all.items[i];
        else if (!is_paired(work, all.items[i].benchmark))
            status = ASSAY_ERR_MEMORY;
    }
    vec_release(&all);
    return status;
}

/* Those that Ctrl-C kept from being measured. */
static assay_status add_unreached(struct gate_work *work, const struct run *today)
{
    for (size_t i = 0; i < work->alone.benchmarks.count; i++) {
        const char *id = work->alone.benchmarks.items[i].id;
        if (!is_paired(work, id) && gate_find_result(today, id) == NULL &&
            gate_add_row(work, id, &METRICS[METRIC_TIME], "interrupted") == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

/* ---- other metrics ---- */

static const struct measurement *measurement_of(const struct result *result,
                                                const struct metric *metric)
{
    return result != NULL ? result_measurement(result, metric->name) : NULL;
}

/* Runs the kept twins of the benchmarks of which another metric is named. */
static assay_status run_kept(const struct gate_work *work, struct run *ret_then, struct buf *error)
{
    struct catalog wanted = {0};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < work->kept.benchmarks.count && status == ASSAY_OK; i++) {
        const struct benchmark *old = &work->kept.benchmarks.items[i];
        struct benchmark *added =
            has_named_metric(work, old->id) ? vec_add(&wanted.benchmarks) : NULL;
        if (added != NULL)
            *added = *old;
        else if (has_named_metric(work, old->id))
            status = ASSAY_ERR_MEMORY;
    }
    if (status == ASSAY_OK && wanted.benchmarks.count > 0)
        status = run_catalog(work, &wanted, ret_then, error);
    catalog_release(&wanted);
    return status;
}

static const char *why_not(const struct measurement *old_side, const struct measurement *new_side,
                           assay_status status)
{
    if (new_side == NULL)
        return "undecided: not measured";
    if (old_side == NULL)
        return "new: the baseline has no such metric of it";
    return status == ASSAY_ERR_TOO_FEW ? "needs two launches or more on both sides"
                                       : "a launch of it measured nothing";
}

static assay_status add_metric(struct gate_work *work, const struct result *now,
                               const struct run *then, const struct metric *metric)
{
    const struct result *again = gate_find_result(then, now->benchmark.id);
    const struct result *old = again ? again : gate_find_result(work->baseline, now->benchmark.id);
    const struct measurement *old_side = measurement_of(old, metric);
    const struct measurement *new_side = measurement_of(now, metric);
    struct verdict_rules rules = work->rules;
    struct comparison *row = gate_add_row(work, now->benchmark.id, metric, "");
    if (row == NULL)
        return ASSAY_ERR_MEMORY;
    assay_status status = ASSAY_OK;
    rules.across_machines = work->facts->across_machines && again == NULL;
    row->outcome = now->outcome;
    row->kind = again ? KIND_REMEASURED : KIND_STORED;
    const char *name = row->metric, *unit = row->unit; /* the run that they come from will go */
    if (old_side != NULL && new_side != NULL)
        status = verdict_from_summaries(old_side, new_side, &rules, row);
    row->metric = name;
    row->unit = unit;
    if (row->verdict == VERDICT_NONE)
        row->reason = why_not(old_side, new_side, status);
    else
        row->pairing = again ? "apart" : NULL;
    row->across_machines = work->facts->across_machines;
    return ASSAY_OK;
}

/* Whether an earlier threshold names the same metric of the benchmark, whose row is there already.
 */
static bool is_named_before(const threshold_vec *thresholds, size_t at, const char *id)
{
    for (size_t i = 0; i < at; i++)
        if (strcmp(thresholds->items[i].metric->name, thresholds->items[at].metric->name) == 0 &&
            benchmark_is_meant(thresholds->items[i].benchmark, id))
            return true;
    return false;
}

/* Metrics that benchmarks define.  A quality has no row where it is measured: it is held against
 * every row of its benchmark. */
static assay_status add_own_metrics(struct gate_work *work, const struct result *now,
                                    const struct run *then)
{
    const threshold_vec *thresholds = work->request->thresholds;
    const char *id = now->benchmark.id;
    for (size_t i = 0; i < thresholds->count && !work->request->compare.instructions; i++) {
        const struct threshold *threshold = &thresholds->items[i];
        if (!names_own(threshold, id) || is_named_before(thresholds, i, id))
            continue;
        const struct measurement *found = measurement_of(now, threshold->metric);
        bool is_pattern = strpbrk(threshold->benchmark, "*?") != NULL;
        if ((found == NULL && is_pattern) || (found != NULL && found->metric->quality))
            continue;
        TRY(add_metric(work, now, then, found ? found->metric : threshold->metric));
    }
    return ASSAY_OK;
}

static bool is_measured(const struct threshold *threshold, const struct run *today)
{
    for (size_t i = 0; i < today->results.count; i++)
        if (benchmark_is_meant(threshold->benchmark, today->results.items[i].benchmark.id) &&
            result_measurement(&today->results.items[i], threshold->metric->name) != NULL)
            return true;
    return false;
}

/* A metric in a pattern's threshold that no benchmark states: a typing mistake, most likely. */
static assay_status add_unmeasured_metrics(struct gate_work *work, const struct run *today)
{
    const threshold_vec *thresholds = work->request->thresholds;
    bool whole = work->request->argument_count == 0 && !work->request->compare.instructions;
    for (size_t i = 0; i < thresholds->count && whole; i++) {
        const struct threshold *threshold = &thresholds->items[i];
        if (metric_find(threshold->metric->name) == NULL &&
            strpbrk(threshold->benchmark, "*?") != NULL && !is_measured(threshold, today) &&
            gate_add_row(work, threshold->benchmark, threshold->metric,
                         "undecided: not measured") == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

static assay_status add_metrics(struct gate_work *work, const struct run *today, struct buf *error)
{
    struct run then = {0};
    assay_status status = gate_is_stopped(work) ? ASSAY_OK : run_kept(work, &then, error);
    for (size_t i = 0; i < today->results.count && status == ASSAY_OK; i++) {
        const struct result *now = &today->results.items[i];
        for (int metric = METRIC_TIME + 1; metric < METRIC_COUNT && status == ASSAY_OK; metric++)
            if (gate_is_named(work->request, now->benchmark.id, &METRICS[metric]))
                status = add_metric(work, now, &then, &METRICS[metric]);
        if (status == ASSAY_OK)
            status = add_own_metrics(work, now, &then);
    }
    if (status == ASSAY_OK && !gate_is_stopped(work))
        status = add_unmeasured_metrics(work, today);
    run_release(&then);
    return status;
}

/* ---- targets ---- */

/* "missed: 1.20 us where at most 1.00 us is wanted (source)". */
static const char *target_text(const struct target *target, const struct metric *metric,
                               struct arena *arena)
{
    char measured[QUANTITY_TEXT_MAX], bound[QUANTITY_TEXT_MAX];
    bool lower = target->versus == NULL && metric->direction == LOWER_IS_BETTER;
    const char *open = target->source[0] ? " (" : "", *close = target->source[0] ? ")" : "";
    const char *word = target_status_name(target->status);
    if (target->versus != NULL)
        return arena_printf(arena, "target %s: %.3g times as fast as %s, %.3g wanted%s%s%s", word,
                            target->measured, target->versus, target->limit, open, target->source,
                            close);
    if (target->growth != NULL)
        return arena_printf(arena, "target %s: grows like n^%.3g, %s wanted, at most n^%.3g%s%s%s",
                            word, target->measured, target->growth, target->limit, open,
                            target->source, close);
    return arena_printf(
        arena, "target %s: %s, at %s %s wanted%s%s%s", word,
        quantity_format(target->measured, metric->unit, measured), lower ? "most" : "least",
        quantity_format(target->limit, metric->unit, bound), open, target->source, close);
}

static const struct target *copy_target(const struct target *target, struct arena *arena)
{
    struct target *copy = arena_alloc(arena, sizeof *copy);
    if (copy == NULL)
        return NULL;
    *copy = *target; /* its texts but one are the project's and outlive the rows */
    copy->benchmark = arena_copy(arena, target->benchmark);
    return copy->benchmark ? copy : NULL;
}

/* A target of what is skipped here is not judged here; of what failed, it is undecided. */
static assay_status explain_unjudged(struct gate_work *work, const struct run *today,
                                     struct comparison *row)
{
    const struct target *target = row->target;
    const struct result *result = gate_find_result(today, target->benchmark);
    const struct result *versus = target->versus ? gate_find_result(today, target->versus) : result;
    const struct result *blamed = result != NULL && result->outcome == OUTCOME_OK ? versus : result;
    row->outcome = blamed ? blamed->outcome : OUTCOME_OK;
    row->gate = row->outcome == OUTCOME_SKIPPED ? GATE_PASS : GATE_UNDECIDED;
    if (target->growth != NULL && !gate_is_stopped(work))
        row->reason = "target not judged: the sweep lacks measured points";
    else if (blamed == NULL)
        row->reason = gate_is_stopped(work)
                          ? "target not judged: interrupted"
                          : arena_printf(work->arena, "target not judged: '%s' is not here",
                                         target->versus ? target->versus : target->benchmark);
    else if (blamed->outcome == OUTCOME_OK)
        row->reason = "target not judged: it has no such metric";
    else
        row->reason = arena_printf(work->arena, "target not judged: %s: %s",
                                   outcome_name(blamed->outcome), blamed->reason);
    return row->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* What the target is about, as whoever measured it says; `own` where nobody did. */
static const struct metric *metric_of(const struct run *today, const struct target *target,
                                      const struct metric *own)
{
    const struct result *result = gate_find_result(today, target->benchmark);
    const struct measurement *found = result ? result_measurement(result, target->metric) : NULL;
    const struct metric *known = resource_or_metric(target->metric);
    return known != NULL ? known : found != NULL ? found->metric : own;
}

static assay_status add_target(struct gate_work *work, const struct run *today,
                               const struct target *target)
{
    static const enum gate GATES[] = {[TARGET_NONE] = GATE_UNDECIDED,
                                      [TARGET_MET] = GATE_PASS,
                                      [TARGET_MISSED] = GATE_FAIL,
                                      [TARGET_UNDECIDED] = GATE_UNDECIDED};
    const struct metric own = {.name = target->metric, .unit = "", .direction = target->direction};
    const struct metric *metric = metric_of(today, target, &own);
    struct comparison *row = gate_add_row(work, target->benchmark, metric, "");
    if (row == NULL)
        return ASSAY_ERR_MEMORY;
    row->metric = target->metric;
    row->kind = KIND_TARGET;
    row->gate = GATES[target->status];
    row->unit = target->versus   ? "ratio"
                : target->growth ? "exponent"
                                 : arena_copy(work->arena, metric->unit);
    row->old_ns = target->limit;
    row->target = copy_target(target, work->arena);
    if (row->target == NULL || row->unit == NULL)
        return ASSAY_ERR_MEMORY;
    if (target->status == TARGET_NONE)
        return explain_unjudged(work, today, row);
    if (isnan(target->measured)) {
        row->reason = "target undecided: not measured";
        return ASSAY_OK;
    }
    row->new_ns = target->measured;
    row->ratio = target->measured / target->limit;
    row->interval =
        (struct interval){target->interval.low / target->limit,
                          target->interval.high / target->limit, target->interval.level};
    row->reason = target_text(target, metric, work->arena);
    return row->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Whether one of the benchmarks, or a sweep of them, is what the target names. */
static bool names_one(const struct target *target, const benchmark_vec *benchmarks)
{
    for (size_t i = 0; benchmarks != NULL && i < benchmarks->count; i++) {
        const struct benchmark *benchmark = &benchmarks->items[i];
        if (target->growth != NULL ? scaling_is_point(benchmark, target->benchmark)
                                   : benchmark_is_meant(target->benchmark, benchmark->id))
            return true;
    }
    return false;
}

static bool is_here(const struct gate_request *request, const struct target *target)
{
    return names_one(target, &request->catalog->benchmarks);
}

/* Whether it is not judged because a benchmark that it needs waits to be asked for. */
static bool is_left_out(const struct gate_request *request, const struct target *target)
{
    const benchmark_vec *left_out = request->left_out;
    for (size_t i = 0; target->versus != NULL && left_out != NULL && i < left_out->count; i++)
        if (strcmp(left_out->items[i].id, target->versus) == 0)
            return true;
    return !is_here(request, target) && names_one(target, left_out);
}

static assay_status add_targets(struct gate_work *work, const struct run *today)
{
    for (size_t i = 0; i < today->targets.count; i++)
        if (is_here(work->request, &today->targets.items[i]) &&
            !is_left_out(work->request, &today->targets.items[i]))
            TRY(add_target(work, today, &today->targets.items[i]));
    return ASSAY_OK;
}

/* A target that no benchmark of the project answers to: renamed, or a typing mistake.  With words
 * on the command line the others are not asked about. */
static assay_status add_absent_targets(struct gate_work *work)
{
    const struct gate_request *request = work->request;
    bool whole = request->targets != NULL && request->argument_count == 0;
    for (size_t i = 0; whole && i < request->targets->count; i++) {
        struct run nothing = {0};
        struct target target = request->targets->items[i];
        target.status = TARGET_NONE;
        if (!is_here(request, &target) && !is_left_out(request, &target))
            TRY(add_target(work, &nothing, &target));
    }
    return ASSAY_OK;
}

assay_status gate_measure_alone(struct gate_work *work, struct buf *error)
{
    struct run today = {0};
    assay_status status = ASSAY_OK;
    if (work->alone.benchmarks.count > 0 && !gate_is_stopped(work))
        status = run_catalog(work, &work->alone, &today, error);
    if (status == ASSAY_OK && work->baseline != NULL && today.results.count > 0)
        status = add_stored(work, &today, error);
    if (status == ASSAY_OK && work->baseline != NULL)
        status = add_metrics(work, &today, error);
    if (status == ASSAY_OK)
        status = add_targets(work, &today);
    if (status == ASSAY_OK)
        status = add_absent_targets(work);
    if (status == ASSAY_OK)
        status = add_unreached(work, &today);
    run_release(&today);
    return status;
}
