/* Counting in place of timing.
 *
 * Why at least two processes: one count cannot tell whether it is the same every time, and that is
 * what the mode promises.  Why both sides run the old side's number of iterations: a benchmark
 * whose iterations are not alike would otherwise be compared with another stretch of itself.
 * Invariant: a benchmark that fails, skips or cannot be counted never has a number. */
#include "session/counting/instructions.h"

#include <math.h>
#include <string.h>

#include "compare/counted.h"
#include "measure/counting/counts.h"
#include "stats/summary.h"

enum { COUNTS_ENOUGH = 2, COUNTS_MAX = 5, OLD = 0, NEW = 1 };
static const double PPM = 1e6;

assay_status instructions_available(struct buf *error)
{
    return measure_can_count_instructions(error);
}

const char *instructions_caution(void)
{
    return measure_instructions_caution();
}

struct plan instructions_plan(const struct plan *wanted, unsigned launches, uint64_t iterations)
{
    return (struct plan){.profile = "instructions",
                         .launches = launches != 0 ? launches : COUNTS_ENOUGH,
                         .iterations = iterations,
                         .limit_seconds = wanted->limit_seconds,
                         .limit_is_firm = wanted->limit_is_firm,
                         .limit_rss_bytes = wanted->limit_rss_bytes,
                         .seed = wanted->seed};
}

void instructions_rules(struct verdict_rules *rules)
{
    rules->margin = COUNTED_MARGIN;
    rules->warn = COUNTED_WARN;
    rules->fail = COUNTED_FAIL;
}

void instructions_limits(struct limits_request *limits)
{
    if (limits->fail <= 0)
        limits->fail = fmax(COUNTED_FAIL, limits->warn);
    if (limits->warn <= 0)
        limits->warn = fmin(COUNTED_WARN, limits->fail);
}

/* One process; the number of iterations that it chose holds for all that follow. */
static assay_status count_once(const struct measure_paths *paths, struct plan *plan,
                               const struct benchmark *benchmark, struct arena *arena,
                               struct counts *ret_counts)
{
    TRY(measure_counts(paths, plan, benchmark, COUNT_INSTRUCTIONS, arena, ret_counts));
    if (ret_counts->outcome == OUTCOME_OK && isnan(ret_counts->instructions))
        ret_counts->outcome =
            OUTCOME_FAILED; /* not the benchmark's fault, but there is no number */
    if (ret_counts->outcome == OUTCOME_OK)
        plan->iterations = ret_counts->iterations;
    return ASSAY_OK;
}

static assay_status keep_counts(const double *values, uint32_t count, struct arena *arena,
                                struct result *result)
{
    const struct counted_side side = {values, count};
    struct measurement *measurement = result_add_measurement(result, &METRICS[METRIC_INSTRUCTIONS]);
    uint32_t *launches = arena_alloc(arena, count * sizeof *launches);
    if (launches == NULL || measurement == NULL)
        return ASSAY_ERR_MEMORY;
    for (uint32_t i = 0; i < count; i++)
        launches[i] = i;
    TRY(summarize(values, launches, count, &measurement->summary));
    double spread = counted_spread(&side);
    result->warning = spread > 0
                          ? arena_printf(arena,
                                         "not deterministic: its counts differ by %.3g ppm (%u "
                                         "processes)",
                                         spread * PPM, (unsigned)count)
                          : "";
    return result->warning ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

assay_status instructions_measure(const struct measure_paths *paths, const struct plan *plan,
                                  struct arena *arena, struct result *result)
{
    struct plan fixed = *plan;
    double *values = arena_alloc(arena, plan->launches * sizeof *values);
    if (values == NULL)
        return ASSAY_ERR_MEMORY;
    for (unsigned i = 0; i < plan->launches; i++) {
        struct counts counts;
        TRY(count_once(paths, &fixed, &result->benchmark, arena, &counts));
        result->outcome = counts.outcome;
        result->reason = counts.no_instructions;
        if (counts.outcome != OUTCOME_OK)
            return ASSAY_OK;
        values[i] = counts.instructions;
    }
    return keep_counts(values, plan->launches, arena, result);
}

/* ---- two versions ---- */

struct counting_pair {
    const struct compare_request *request;
    const struct benchmark *benchmarks[2];
    struct plan plan;
    double values[2][COUNTS_MAX];
    size_t counts[2];
    bool is_stopped;
};

static assay_status count_side(struct counting_pair *pair, int side, struct arena *arena,
                               struct comparison *row)
{
    static const char *const NAMES[] = {"old", "new"};
    struct counts counts;
    pair->is_stopped = pair->request->stop != NULL && *pair->request->stop != 0;
    if (row->outcome != OUTCOME_OK || pair->is_stopped)
        return ASSAY_OK;
    TRY(count_once(pair->request->paths, &pair->plan, pair->benchmarks[side], arena, &counts));
    pair->is_stopped =
        counts.outcome != OUTCOME_OK && pair->request->stop != NULL && *pair->request->stop != 0;
    if (pair->is_stopped) /* cut off, which is no fault of the benchmark */
        return ASSAY_OK;
    row->outcome = counts.outcome;
    if (counts.outcome == OUTCOME_OK)
        pair->values[side][pair->counts[side]++] = counts.instructions;
    else
        row->reason = arena_printf(arena, "%s side: %s", NAMES[side], counts.no_instructions);
    return row->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static struct counted_side side_of(const struct counting_pair *pair, int side)
{
    return (struct counted_side){pair->values[side], pair->counts[side]};
}

static double larger_spread(const struct counting_pair *pair)
{
    const struct counted_side old_side = side_of(pair, OLD), new_side = side_of(pair, NEW);
    return fmax(counted_spread(&old_side), counted_spread(&new_side));
}

static assay_status judge(const struct counting_pair *pair, struct arena *arena,
                          struct comparison *row)
{
    const struct counted_side old_side = side_of(pair, OLD), new_side = side_of(pair, NEW);
    TRY(counted_verdict(&old_side, &new_side, &pair->request->rules, row));
    double spread = larger_spread(pair);
    if (spread > 0)
        row->reason = arena_printf(
            arena, "not deterministic: the counts of one side differ by %.3g ppm", spread * PPM);
    return row->reason ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

assay_status instructions_compare(const struct compare_request *request,
                                  const struct pairing *pairing, struct arena *arena,
                                  struct comparison *row)
{
    struct counting_pair pair = {.request = request,
                                 .benchmarks = {pairing->old_side, pairing->new_side},
                                 .plan = instructions_plan(&request->plan, 0, 0)};
    row->kind = KIND_COUNTED;
    row->metric = METRICS[METRIC_INSTRUCTIONS].name;
    row->unit = METRICS[METRIC_INSTRUCTIONS].unit;
    for (int i = 0; i < COUNTS_MAX && row->outcome == OUTCOME_OK && !pair.is_stopped; i++) {
        if (i >= COUNTS_ENOUGH && larger_spread(&pair) <= 0)
            break;
        TRY(count_side(&pair, OLD, arena, row));
        TRY(count_side(&pair, NEW, arena, row));
    }
    if (row->outcome == OUTCOME_OK && !pair.is_stopped)
        return judge(&pair, arena, row);
    if (row->outcome == OUTCOME_OK)
        row->reason = "interrupted";
    return ASSAY_OK;
}

bool instructions_are_in(const struct outline_point *point)
{
    return point->metric == &METRICS[METRIC_INSTRUCTIONS];
}

/* Two numbers with the spread of the stored ones: what a summary keeps of them. */
static void ends_of(const struct outline_point *point, double ret_values[2])
{
    ret_values[0] = point->min;
    ret_values[1] = point->max;
}

assay_status instructions_compare_stored(const struct outline_point *old_side,
                                         const struct outline_point *new_side,
                                         const struct verdict_rules *rules, struct comparison *row)
{
    double values[2][2];
    struct verdict_rules fine = *rules;
    row->metric = METRICS[METRIC_INSTRUCTIONS].name;
    row->unit = METRICS[METRIC_INSTRUCTIONS].unit;
    if (!instructions_are_in(old_side) || !instructions_are_in(new_side)) {
        row->reason = "one run timed it, the other counted instructions";
        return ASSAY_OK;
    }
    if (old_side->sample_count < COUNTS_ENOUGH || new_side->sample_count < COUNTS_ENOUGH) {
        row->reason = "needs two launches or more on both sides";
        return ASSAY_OK;
    }
    ends_of(old_side, values[OLD]);
    ends_of(new_side, values[NEW]);
    const struct counted_side sides[] = {{values[OLD], 2}, {values[NEW], 2}};
    fine.margin = fmin(fine.margin, COUNTED_MARGIN);
    TRY(counted_verdict(&sides[OLD], &sides[NEW], &fine, row));
    row->kind = KIND_STORED; /* libraries may have changed in between */
    if (counted_spread(&sides[OLD]) > 0 || counted_spread(&sides[NEW]) > 0)
        row->reason = "not deterministic: the counts of one side differ";
    return ASSAY_OK;
}
