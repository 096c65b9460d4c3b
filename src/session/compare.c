/* Comparing.  A launch is measured, the verdict is looked at, and only an undecided benchmark gets
 * another launch: the interval is valid at every look, so stopping early costs no honesty.
 * Invariants: 1. every benchmark of either side is exactly one row; 2. a row whose sides failed or
 * were not both there never says same, slower or faster. */
#include "session/compare.h"

#include <math.h>
#include <string.h>

#include "measure/pair.h"
#include "probe/clock.h"
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

/* One launch with the executor of the row's kind; from one process to lockstep when the first
 * launch shows that the modules cannot share one. */
static enum outcome measure_launch(const struct compare_request *request, struct pair_hosts *hosts,
                                   struct comparison *row, pair_vec *pairs, struct buf *reason)
{
    struct plan plan = request->plan;
    uint32_t launch = row->launches;
    enum outcome outcome = OUTCOME_FAILED;
    hosts->sides.plan = &plan;
    hosts->sides.seed = plan.seed + launch;
    if (row->kind == KIND_ONE_PROCESS) {
        struct pair_executor together = pair_one_process(hosts);
        outcome = pair_measure(&together, &plan, launch, pairs, reason);
        if (outcome != OUTCOME_FAILED || launch > 0 || is_stopped(request))
            return outcome;
        row->kind = KIND_LOCKSTEP;
        pairs->count = 0;
    }
    plan.slot_seconds = fmax(plan.slot_seconds, LOCKSTEP_SLOT_SECONDS);
    struct pair_executor apart = pair_lockstep(hosts);
    return pair_measure(&apart, &plan, launch, pairs, reason);
}

static bool is_decided(const struct compare_request *request, const struct comparison *row)
{
    return row->launches >= LAUNCHES_MIN &&
           (request->gate_only || row->verdict != VERDICT_UNDECIDED) && row->gate != GATE_UNDECIDED;
}

static assay_status explain_undecided(const struct compare_request *request, struct arena *arena,
                                      struct comparison *row)
{
    if (row->verdict != VERDICT_UNDECIDED)
        return ASSAY_OK;
    unsigned more = verdict_launches_needed(row, &request->rules);
    row->reason = more > LAUNCHES_WORTHWHILE
                      ? "too noisy here for this margin: no number of launches is worth the time"
                      : arena_printf(arena, "needs about %u more launches (--launches %u)", more,
                                     row->launches + more);
    return row->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status compare_pairs(const struct compare_request *request, struct pair_hosts *hosts,
                                  struct arena *arena, struct comparison *row, pair_vec *pairs)
{
    enum outcome outcome = OUTCOME_OK;
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    while (outcome == OUTCOME_OK && row->launches < request->plan.launches &&
           !is_decided(request, row) && !is_stopped(request)) {
        outcome = measure_launch(request, hosts, row, pairs, &reason);
        if (outcome == OUTCOME_OK)
            TRY(verdict_from_pairs(pairs, &request->rules, row));
    }
    if (outcome == OUTCOME_OK && row->launches > 0)
        return explain_undecided(request, arena, row);
    row->verdict = VERDICT_NONE;
    row->outcome = outcome;
    row->gate = GATE_UNDECIDED;
    row->reason = arena_copy(arena, outcome == OUTCOME_OK ? "interrupted" : reason.text);
    return row->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status compare_one(const struct compare_request *request,
                                const struct benchmark *old_side, const struct benchmark *new_side,
                                struct arena *arena, comparison_vec *rows)
{
    struct pair_hosts hosts = {.sides = {request->paths, &request->plan, old_side, new_side, 1}};
    pair_vec pairs = {0};
    struct comparison *row = add_row(rows, new_side->id, "");
    if (row == NULL)
        return ASSAY_ERR_MEMORY;
    row->kind = request->lockstep ? KIND_LOCKSTEP : KIND_ONE_PROCESS;
    assay_status status = compare_pairs(request, &hosts, arena, row, &pairs);
    vec_release(&pairs);
    return status;
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

assay_status session_compare(const struct compare_request *request, struct arena *arena,
                             comparison_vec *rows)
{
    const benchmark_vec *benchmarks = &request->new_catalog->benchmarks;
    double began_seconds = clock_now_seconds();
    for (size_t i = 0; i < benchmarks->count; i++) {
        const struct benchmark *new_side = &benchmarks->items[i];
        const struct benchmark *old_side = find_twin(request->old_catalog, new_side);
        struct session_step step = {i, benchmarks->count, new_side, NULL,
                                    clock_now_seconds() - began_seconds};
        if (old_side == NULL)
            continue;
        request->progress(request->context, &step);
        TRY(compare_one(request, old_side, new_side, arena, rows));
    }
    TRY(add_unmatched(request->new_catalog, request->old_catalog, "new: the old side lacks it",
                      rows));
    TRY(add_unmatched(request->old_catalog, request->new_catalog,
                      "missing: the new side lacks it (renamed or removed)", rows));
    return mark_discoveries(rows, request->false_discovery_rate);
}

static const struct result *find_result(const struct run *run, const char *id)
{
    for (size_t i = 0; i < run->results.count; i++)
        if (strcmp(run->results.items[i].benchmark.id, id) == 0)
            return &run->results.items[i];
    return NULL;
}

static assay_status compare_results(const struct result *old_side, const struct result *new_side,
                                    const struct verdict_rules *rules, struct arena *arena,
                                    comparison_vec *rows)
{
    const char *id = arena_copy(arena, new_side->benchmark.id);
    struct comparison *row = id ? add_row(rows, id, "") : NULL;
    if (row == NULL)
        return ASSAY_ERR_MEMORY;
    row->kind = KIND_STORED;
    row->outcome = new_side->outcome;
    if (new_side->measurement_count == 0)
        row->reason = arena_copy(arena, new_side->reason);
    else if (old_side == NULL)
        row->reason = "new: the old run lacks it";
    else if (old_side->measurement_count == 0)
        row->reason = "new: it failed in the old run";
    else {
        assay_status status = verdict_from_results(old_side, new_side, rules, row);
        if (status == ASSAY_ERR_MEMORY)
            return status;
        if (status != ASSAY_OK)
            row->reason = status == ASSAY_ERR_TOO_FEW ? "needs two launches or more on both sides"
                                                      : "a launch of it took no time";
    }
    return ASSAY_OK;
}

static bool same_machine(const struct environment *a, const struct environment *b)
{
    return strcmp(a->cpu, b->cpu) == 0 && a->cores == b->cores && strcmp(a->kernel, b->kernel) == 0;
}

assay_status session_compare_results(const struct run *old_run, const struct run *new_run,
                                     const struct verdict_rules *rules, struct arena *arena,
                                     comparison_vec *rows, struct buf *error)
{
    const struct environment *then = &old_run->environment, *now = &new_run->environment;
    if (!same_machine(then, now))
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "the runs come from different machines or kernels: '%s, %u cores, %s' and "
                         "'%s, %u cores, %s'",
                         then->cpu, then->cores, then->kernel, now->cpu, now->cores, now->kernel);
    for (size_t i = 0; i < new_run->results.count; i++) {
        const struct result *new_side = &new_run->results.items[i];
        TRY(compare_results(find_result(old_run, new_side->benchmark.id), new_side, rules, arena,
                            rows));
    }
    return ASSAY_OK;
}

assay_status session_compare_missing(const struct run *old_run, const struct run *new_run,
                                     comparison_vec *rows)
{
    for (size_t i = 0; i < old_run->results.count; i++) {
        const char *id = old_run->results.items[i].benchmark.id;
        if (find_result(new_run, id) != NULL)
            continue;
        struct comparison *row = add_row(rows, id, "missing: the new run lacks it");
        if (row == NULL)
            return ASSAY_ERR_MEMORY;
        row->kind = KIND_STORED;
    }
    return ASSAY_OK;
}
