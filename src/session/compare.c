/* Comparing.  Each benchmark gets a launch, the verdicts are looked at, and only undecided ones get
 * another: the interval is valid at every look, so stopping early costs no honesty.
 * Invariants: 1. every benchmark of either side is exactly one row; 2. a row whose sides failed or
 * were not both there never says same, slower or faster. */
#include "session/compare.h"

#include <math.h>
#include <string.h>

#include "compare/quality.h"
#include "measure/pair.h"
#include "probe/clock.h"
#include "session/counting/instructions.h"
#include "session/explain.h"
#include "session/measurements.h"
#include "session/placement.h"
#include "stats/sequence.h"

enum {
    LAUNCHES_MIN = 8, /* fewer miss too often where launches fall into two modes */
    LAUNCHES_WORTHWHILE = 500
};
#define LOCKSTEP_SLOT_SECONDS 0.003

/* The one of the same id, where a module has two suites; else the first of that name and
 * parameters. */
static const struct benchmark *find_twin(const struct catalog *catalog,
                                         const struct benchmark *benchmark)
{
    const struct benchmark *twin = NULL;
    for (size_t i = 0; i < catalog->benchmarks.count; i++) {
        const struct benchmark *other = &catalog->benchmarks.items[i];
        if (strcmp(other->id, benchmark->id) == 0)
            return other;
        if (twin == NULL && strcmp(other->name, benchmark->name) == 0 &&
            strcmp(other->params, benchmark->params) == 0)
            twin = other;
    }
    return twin;
}

static bool is_stopped(const struct compare_request *request)
{
    return request->stop != NULL && *request->stop != 0;
}

static struct comparison *add_row(comparison_vec *rows, const char *benchmark, const char *reason)
{
    struct comparison *row = vec_add(rows);
    if (row != NULL)
        *row = (struct comparison){.benchmark = benchmark,
                                   .metric = METRICS[METRIC_TIME].name,
                                   .reason = reason,
                                   .gate = GATE_UNDECIDED};
    return row;
}

/* One pairing while it is measured. */
struct contest {
    struct pairing pairing;
    struct comparison row;
    pair_vec pairs;
    struct pair_metrics metrics;
    struct evidence evidence;
    uint64_t iterations; /* that the first launch found; 0: none yet */
    double spent_seconds, launch_seconds;
    bool over;
};
typedef VEC(struct contest) contest_vec;

/* One launch with the executor of the row's kind; from one process to lockstep when the first
 * launch shows that the modules cannot share one. */
static enum outcome measure_launch(const struct compare_request *request, struct contest *contest,
                                   struct buf *reason)
{
    struct plan plan = request->plan;
    uint32_t launch = contest->row.launches;
    struct pair_hosts hosts = {.sides = {request->paths, &plan, contest->pairing.old_side,
                                         contest->pairing.new_side, plan.seed + launch},
                               .metrics = &contest->metrics,
                               .launch = launch};
    if (contest->iterations != 0)
        plan.iterations = contest->iterations;
    if (request->within_launch)
        plan.measure_seconds = fmax(request->budget_seconds, plan.measure_seconds);
    if (contest->row.kind == KIND_ONE_PROCESS) {
        struct pair_executor together = pair_one_process(&hosts);
        enum outcome outcome = pair_measure(&together, &plan, launch, &contest->pairs, reason);
        if (outcome != OUTCOME_FAILED || launch > 0 || is_stopped(request))
            return outcome;
        contest->row.kind = KIND_LOCKSTEP;
        contest->pairs.count = 0;
        contest->metrics.seen[0].count = contest->metrics.seen[1].count = 0;
    }
    plan.slot_seconds = fmax(plan.slot_seconds, LOCKSTEP_SLOT_SECONDS);
    struct pair_executor apart = pair_lockstep(&hosts);
    return pair_measure(&apart, &plan, launch, &contest->pairs, reason);
}

static bool is_decided(const struct compare_request *request, const struct comparison *row)
{
    return row->launches >= LAUNCHES_MIN &&
           (request->gate_only || row->verdict != VERDICT_UNDECIDED) && row->gate != GATE_UNDECIDED;
}

static bool has_more_launches(const struct compare_request *request, const struct contest *contest)
{
    if (request->within_launch || contest->row.launches >= request->plan.launches)
        return false;
    return request->budget_seconds <= 0 || contest->row.launches < LAUNCHES_MIN ||
           contest->spent_seconds + contest->launch_seconds <= request->budget_seconds;
}

static assay_status judge(const struct compare_request *request, struct contest *contest,
                          size_t launch_start)
{
    const pair_vec *pairs = &contest->pairs;
    struct verdict_rules rules = request->rules;
    if (request->limits_of != NULL) {
        rules.warn = contest->row.limits.warn;
        rules.fail = contest->row.limits.fail;
    }
    contest->iterations = pairs->items[pairs->count - 1].iterations;
    assay_status status = request->within_launch ? evidence_from_batches(pairs, &contest->evidence)
                                                 : evidence_add_launch(pairs->items + launch_start,
                                                                       pairs->count - launch_start,
                                                                       &contest->evidence);
    return status == ASSAY_OK ? verdict_from_evidence(&contest->evidence, &rules, &contest->row)
                              : status;
}

static assay_status end_without_verdict(struct contest *contest, enum outcome outcome,
                                        const char *reason, struct arena *arena)
{
    contest->row.verdict = VERDICT_NONE;
    contest->row.outcome = outcome;
    contest->row.gate = GATE_UNDECIDED;
    contest->row.reason = arena_copy(arena, reason);
    contest->over = true;
    return contest->row.reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status step_contest(const struct compare_request *request, struct arena *arena,
                                 struct contest *contest)
{
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    if (request->instructions) {
        contest->over = true;
        return instructions_compare(request, &contest->pairing, arena, &contest->row);
    }
    size_t start = contest->pairs.count;
    double began_seconds = clock_now_seconds();
    enum outcome outcome = measure_launch(request, contest, &reason);
    contest->launch_seconds = clock_now_seconds() - began_seconds;
    contest->spent_seconds += contest->launch_seconds;
    if (outcome != OUTCOME_OK && is_stopped(request)) {
        contest->pairs.count = start; /* a launch that was cut off says nothing */
        return ASSAY_OK;
    }
    if (outcome != OUTCOME_OK)
        return end_without_verdict(contest, outcome, reason.text, arena);
    assay_status status = judge(request, contest, start);
    if (status == ASSAY_ERR_TOO_FEW)
        return end_without_verdict(contest, OUTCOME_OK,
                                   "too few pairs in this time for an interval", arena);
    contest->over = is_decided(request, &contest->row) || !has_more_launches(request, contest);
    return status;
}

static const char *explain_undecided(const struct compare_request *request, struct arena *arena,
                                     const struct comparison *row)
{
    unsigned more = verdict_launches_needed(row, &request->rules);
    if (row->within_launch)
        return "one launch did not decide: give it more time, or let it take launches";
    return more > LAUNCHES_WORTHWHILE
               ? "too noisy here for this margin: no number of launches is worth the time"
               : arena_printf(arena, "needs about %u more launches (--launches %u)", more,
                              row->launches + more);
}

static const double *copy_ratios(const struct evidence *evidence, enum estimator estimator,
                                 struct arena *arena)
{
    size_t count = evidence->within_launch ? 0 : evidence_count(evidence);
    double *copy = arena_alloc(arena, (count + 1) * sizeof *copy);
    for (size_t i = 0; copy != NULL && i < count; i++)
        copy[i] = exp(evidence->logs[estimator].items[i]);
    return copy;
}

static bool is_moved(const struct comparison *row)
{
    return row->verdict == VERDICT_SLOWER || row->verdict == VERDICT_FASTER;
}

/* A gate asks before it does not pass what was not explained. */
static assay_status settle_placement(const struct compare_request *request, struct arena *arena,
                                     struct contest *contest)
{
    const struct placement_request question = {.paths = request->paths,
                                               .plan = &request->plan,
                                               .old_side = contest->pairing.old_side,
                                               .new_side = contest->pairing.new_side,
                                               .margin = request->rules.margin,
                                               .stop = request->stop};
    if (!request->gate_only || !is_moved(&contest->row) || contest->row.has_counts ||
        contest->row.gate == GATE_PASS)
        return ASSAY_OK;
    return placement_settle(&question, arena, &contest->row);
}

static struct quality_rules quality_rules_for(const struct compare_request *request,
                                              const char *benchmark, const struct metric *metric)
{
    double margin = request->rules.margin;
    if (request->quality_margin != NULL)
        margin = request->quality_margin(request->limits_context, benchmark, metric);
    return (struct quality_rules){request->rules.level, margin};
}

static const struct metric *find_own(const struct own_metrics *own, const char *name)
{
    for (size_t i = 0; i < own->known.count; i++)
        if (strcmp(own->known.items[i]->name, name) == 0)
            return own->known.items[i];
    return NULL;
}

/* The quality called `name` of one side, of all launches. */
static assay_status quality_of(const struct pair_metrics *metrics, int side, const char *name,
                               struct measurement *ret_measurement, bool *ret_found)
{
    ret_measurement->metric = find_own(&metrics->own[side], name);
    *ret_found = ret_measurement->metric != NULL;
    if (!*ret_found)
        return ASSAY_OK;
    assay_status status = measurements_observed(ret_measurement->metric, &metrics->seen[side],
                                                &ret_measurement->summary);
    *ret_found = status == ASSAY_OK;
    return status == ASSAY_ERR_MEMORY ? status : ASSAY_OK;
}

/* A gain of time never hides that results became worse. */
static assay_status judge_qualities(const struct compare_request *request, struct arena *arena,
                                    struct contest *contest)
{
    const struct pair_metrics *metrics = &contest->metrics;
    for (int from = 0; from < 2; from++)
        for (size_t i = 0; i < metrics->own[from].known.count; i++) {
            const struct metric *metric = metrics->own[from].known.items[i];
            struct measurement sides[2];
            bool found[2];
            if (!metric->quality || (from == 1 && find_own(&metrics->own[0], metric->name)))
                continue;
            for (int side = 0; side < 2; side++)
                TRY(quality_of(metrics, side, metric->name, &sides[side], &found[side]));
            struct quality_rules rules = quality_rules_for(request, contest->row.benchmark, metric);
            if (found[0] || found[1])
                TRY(quality_note(found[0] ? &sides[0] : NULL, found[1] ? &sides[1] : NULL, &rules,
                                 arena, &contest->row));
        }
    return ASSAY_OK;
}

static assay_status finish_contest(const struct compare_request *request, struct arena *arena,
                                   struct contest *contest)
{
    struct comparison *row = &contest->row;
    if (row->verdict == VERDICT_NONE && row->outcome == OUTCOME_OK && row->reason[0] == '\0')
        return end_without_verdict(contest, OUTCOME_OK, "interrupted", arena);
    if (row->verdict == VERDICT_NONE || row->kind == KIND_COUNTED)
        return ASSAY_OK;
    TRY(judge_qualities(request, arena, contest));
    TRY(verdict_describe(&contest->pairs, row));
    row->launch_ratios = copy_ratios(&contest->evidence, row->estimator, arena);
    if (!contest->over)
        row->reason = arena_printf(arena, "interrupted after %u launches", row->launches);
    else if (row->verdict == VERDICT_UNDECIDED)
        row->reason = explain_undecided(request, arena, row);
    return row->reason && row->launch_ratios ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status open_contests(const struct compare_request *request,
                                  const pairing_vec *pairings, struct arena *arena,
                                  contest_vec *contests)
{
    for (size_t i = 0; i < pairings->count; i++) {
        const struct pairing *pairing = &pairings->items[i];
        bool same = strcmp(pairing->old_side->id, pairing->new_side->id) == 0;
        struct contest *contest = vec_add(contests);
        if (contest == NULL)
            return ASSAY_ERR_MEMORY;
        *contest =
            (struct contest){.pairing = *pairing,
                             .row = {.benchmark = pairing->new_side->id,
                                     .versus = same ? NULL : pairing->old_side->id,
                                     .metric = METRICS[METRIC_TIME].name,
                                     .reason = "",
                                     .gate = GATE_UNDECIDED,
                                     .kind = request->lockstep ? KIND_LOCKSTEP : KIND_ONE_PROCESS}};
        for (int side = 0; side < 2; side++)
            own_metrics_init(&contest->metrics.own[side], arena);
        if (request->limits_of != NULL)
            contest->row.limits = request->limits_of(request->limits_context, pairing->new_side);
    }
    return ASSAY_OK;
}

static size_t count_over(const contest_vec *contests)
{
    size_t count = 0;
    for (size_t i = 0; i < contests->count; i++)
        count += contests->items[i].over;
    return count;
}

/* One launch for each contest that is open; ends with a status or when all had theirs. */
static assay_status go_round(const struct compare_request *request, double began_seconds,
                             struct arena *arena, contest_vec *contests)
{
    for (size_t i = 0; i < contests->count && !is_stopped(request); i++) {
        struct contest *contest = &contests->items[i];
        struct session_step step = {count_over(contests), contests->count,
                                    contest->pairing.new_side, NULL,
                                    clock_now_seconds() - began_seconds};
        if (contest->over)
            continue;
        request->progress(request->context, &step);
        TRY(step_contest(request, arena, contest));
    }
    return ASSAY_OK;
}

/* The changed row that is most in need of an explanation and has none: NULL when there is none.
 * What a gate passes needs none. */
static struct contest *next_unexplained(const struct compare_request *request,
                                        const contest_vec *contests)
{
    struct contest *worst = NULL;
    for (size_t i = 0; i < contests->count; i++) {
        struct contest *contest = &contests->items[i];
        bool passes = request->gate_only && contest->row.gate == GATE_PASS;
        if (!contest->row.has_counts && is_moved(&contest->row) && !passes &&
            (worst == NULL || contest->row.ratio > worst->row.ratio))
            worst = contest;
    }
    return worst;
}

static assay_status explain_contests(const struct compare_request *request, struct arena *arena,
                                     contest_vec *contests)
{
    struct contest *contest;
    for (unsigned i = 0; i < request->explain_max && !is_stopped(request) &&
                         (contest = next_unexplained(request, contests)) != NULL;
         i++)
        TRY(explain_row(request, &contest->pairing, true, arena, &contest->row));
    return ASSAY_OK;
}

static assay_status finish_contests(const struct compare_request *request, struct arena *arena,
                                    contest_vec *contests, comparison_vec *rows)
{
    for (size_t i = 0; i < contests->count; i++)
        TRY(finish_contest(request, arena, &contests->items[i]));
    TRY(explain_contests(request, arena, contests));
    for (size_t i = 0; i < contests->count && !is_stopped(request); i++)
        TRY(settle_placement(request, arena, &contests->items[i]));
    for (size_t i = 0; i < contests->count; i++) {
        struct comparison *row = vec_add(rows);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        *row = contests->items[i].row;
    }
    return ASSAY_OK;
}

static void release_contests(contest_vec *contests)
{
    for (size_t i = 0; i < contests->count; i++) {
        vec_release(&contests->items[i].pairs);
        evidence_release(&contests->items[i].evidence);
        for (int side = 0; side < 2; side++) {
            own_metrics_release(&contests->items[i].metrics.own[side]);
            vec_release(&contests->items[i].metrics.seen[side]);
        }
    }
    vec_release(contests);
}

/* Rows for what only the other side has, and for modules that could not be listed. */
static assay_status add_unmatched(const struct catalog *from, const struct catalog *other,
                                  const char *reason, comparison_vec *rows)
{
    for (size_t i = 0; i < from->benchmarks.count; i++)
        if (find_twin(other, &from->benchmarks.items[i]) == NULL &&
            add_row(rows, from->benchmarks.items[i].id, reason) == NULL)
            return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < from->failures.count; i++) {
        const struct module_failure *failure = &from->failures.items[i];
        struct comparison *row = add_row(rows, failure->module, failure->reason);
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        row->outcome = OUTCOME_FAILED;
    }
    return ASSAY_OK;
}

static assay_status mark_discoveries(comparison_vec *rows, double rate)
{
    double *log_e = calloc(rows->count + 1, sizeof *log_e);
    bool *found = calloc(rows->count + 1, sizeof *found);
    size_t count = 0;
    assay_status status = log_e && found ? ASSAY_OK : ASSAY_ERR_MEMORY;
    for (size_t i = 0; status == ASSAY_OK && i < rows->count; i++)
        if (rows->items[i].verdict != VERDICT_NONE)
            log_e[count++] = log(rows->items[i].e_value);
    if (status == ASSAY_OK)
        status = sequence_discoveries(log_e, count, rate, found);
    for (size_t i = 0, k = 0; status == ASSAY_OK && i < rows->count; i++)
        if (rows->items[i].verdict != VERDICT_NONE)
            rows->items[i].discovery = found[k++];
    free(log_e);
    free(found);
    return status;
}

assay_status session_compare_pairings(const struct compare_request *request,
                                      const pairing_vec *pairings, struct arena *arena,
                                      comparison_vec *rows)
{
    contest_vec contests = {0};
    double began_seconds = clock_now_seconds();
    assay_status status = open_contests(request, pairings, arena, &contests);
    while (status == ASSAY_OK && !is_stopped(request) && count_over(&contests) < contests.count)
        status = go_round(request, began_seconds, arena, &contests);
    if (status == ASSAY_OK)
        status = finish_contests(request, arena, &contests, rows);
    release_contests(&contests);
    return status == ASSAY_OK ? mark_discoveries(rows, request->false_discovery_rate) : status;
}

static assay_status match_twins(const struct catalog *old_catalog,
                                const struct catalog *new_catalog, pairing_vec *pairings)
{
    for (size_t i = 0; i < new_catalog->benchmarks.count; i++) {
        const struct benchmark *new_side = &new_catalog->benchmarks.items[i];
        const struct benchmark *old_side = find_twin(old_catalog, new_side);
        struct pairing *pairing = old_side ? vec_add(pairings) : NULL;
        if (old_side != NULL && pairing == NULL)
            return ASSAY_ERR_MEMORY;
        if (pairing != NULL)
            *pairing = (struct pairing){old_side, new_side};
    }
    return ASSAY_OK;
}

assay_status session_compare(const struct compare_request *request, struct arena *arena,
                             comparison_vec *rows)
{
    pairing_vec pairings = {0};
    assay_status status = match_twins(request->old_catalog, request->new_catalog, &pairings);
    if (status == ASSAY_OK)
        status = session_compare_pairings(request, &pairings, arena, rows);
    vec_release(&pairings);
    if (status == ASSAY_OK)
        status = add_unmatched(request->new_catalog, request->old_catalog,
                               "new: the old side lacks it", rows);
    if (status == ASSAY_OK)
        status = add_unmatched(request->old_catalog, request->new_catalog,
                               "missing: the new side lacks it (renamed or removed)", rows);
    return status;
}

/* ---- stored runs ---- */

/* One side's result with the outline that has its points. */
struct stored_side {
    const struct outline *outline;
    const struct outline_result *result;
};

static assay_status note_quality(const struct outline_point *then, const struct outline_point *now,
                                 const struct quality_rules *rules, struct arena *arena,
                                 struct comparison *row)
{
    const struct measurement old_side = then ? outline_measurement(then) : (struct measurement){0};
    const struct measurement new_side = now ? outline_measurement(now) : (struct measurement){0};
    return quality_note(then ? &old_side : NULL, now ? &new_side : NULL, rules, arena, row);
}

static assay_status compare_qualities(const struct stored_side *then, const struct stored_side *now,
                                      const struct verdict_rules *rules, struct arena *arena,
                                      struct comparison *row)
{
    const struct quality_rules own = {rules->level, rules->margin};
    const struct outline_point *points = outline_points(now->outline, now->result);
    for (size_t i = 0; i < now->result->count; i++)
        if (points[i].metric->quality)
            TRY(note_quality(outline_point(then->outline, then->result, points[i].metric->name),
                             &points[i], &own, arena, row));
    points = outline_points(then->outline, then->result);
    for (size_t i = 0; i < then->result->count; i++)
        if (points[i].metric->quality &&
            outline_point(now->outline, now->result, points[i].metric->name) == NULL)
            TRY(note_quality(&points[i], NULL, &own, arena, row));
    return ASSAY_OK;
}

static assay_status compare_measured(const struct stored_side *then, const struct stored_side *now,
                                     const struct verdict_rules *rules, struct arena *arena,
                                     struct comparison *row)
{
    const struct outline_point *old_side = outline_points(then->outline, then->result);
    const struct outline_point *new_side = outline_points(now->outline, now->result);
    if (instructions_are_in(old_side) || instructions_are_in(new_side))
        return instructions_compare_stored(old_side, new_side, rules, row);
    assay_status status = verdict_from_stored(old_side, new_side, rules, row);
    if (status != ASSAY_OK) {
        row->reason = status == ASSAY_ERR_TOO_FEW ? "needs two launches or more on both sides"
                                                  : "a launch of it took no time";
        return ASSAY_OK;
    }
    return compare_qualities(then, now, rules, arena, row);
}

static assay_status compare_stored(const struct stored_side *then, const struct stored_side *now,
                                   const struct verdict_rules *rules, struct arena *arena,
                                   comparison_vec *rows)
{
    const char *id = arena_copy(arena, now->result->benchmark->id);
    struct comparison *row = id ? add_row(rows, id, "") : NULL;
    if (row == NULL)
        return ASSAY_ERR_MEMORY;
    row->kind = KIND_STORED;
    row->outcome = now->result->outcome;
    if (now->result->count == 0)
        row->reason = arena_copy(arena, now->result->reason);
    else if (then->result == NULL)
        row->reason = "new: the old run lacks it";
    else if (then->result->count == 0)
        row->reason = "new: it failed in the old run";
    else
        return compare_measured(then, now, rules, arena, row);
    return row->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status compare_outlines(const struct outline *old_run, const struct outline *new_run,
                                     const struct verdict_rules *rules, struct arena *arena,
                                     comparison_vec *rows)
{
    struct outline_index index = {.outline = old_run};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; status == ASSAY_OK && i < new_run->results.count; i++) {
        const struct stored_side now = {new_run, &new_run->results.items[i]};
        struct stored_side then = {old_run, NULL};
        status = outline_find(&index, now.result->benchmark->id, &then.result);
        if (status == ASSAY_OK)
            status = compare_stored(&then, &now, rules, arena, rows);
    }
    outline_index_release(&index);
    return status;
}

assay_status session_compare_outlines(const struct outline *old_run, const struct outline *new_run,
                                      const struct verdict_rules *rules, struct arena *arena,
                                      comparison_vec *rows, struct buf *error)
{
    const struct environment *then = &old_run->run.environment, *now = &new_run->run.environment;
    struct verdict_rules own = *rules;
    own.across_machines = !environment_same_machine(then, now);
    if (own.across_machines && !rules->across_machines)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "the runs come from different machines or kernels: '%s, %u cores, %s' and "
                         "'%s, %u cores, %s'; --across-machines compares them all the same",
                         then->cpu, then->cores, then->kernel, now->cpu, now->cores, now->kernel);
    return compare_outlines(old_run, new_run, &own, arena, rows);
}

assay_status session_compare_results(const struct run *old_run, const struct run *new_run,
                                     const struct verdict_rules *rules, struct arena *arena,
                                     comparison_vec *rows, struct buf *error)
{
    struct outline then, now;
    TRY(outline_of_run(old_run, &then));
    assay_status status = outline_of_run(new_run, &now);
    if (status == ASSAY_OK)
        status = session_compare_outlines(&then, &now, rules, arena, rows, error);
    outline_release(&then);
    outline_release(&now);
    return status;
}

assay_status session_compare_missing(const struct outline *old_run, const struct outline *new_run,
                                     struct arena *arena, comparison_vec *rows)
{
    struct outline_index index = {.outline = new_run};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; status == ASSAY_OK && i < old_run->results.count; i++) {
        const struct outline_result *found;
        const char *id = old_run->results.items[i].benchmark->id;
        status = outline_find(&index, id, &found);
        if (status != ASSAY_OK || found != NULL)
            continue;
        const char *copy = arena_copy(arena, id);
        struct comparison *row = copy ? add_row(rows, copy, "missing: the new run lacks it") : NULL;
        if (row == NULL)
            status = ASSAY_ERR_MEMORY;
        else
            row->kind = KIND_STORED;
    }
    outline_index_release(&index);
    return status;
}
