/* Planning of one launch.
 *
 * The cost of a slot is a line: fixed + iterations * time.  Reading the clock, entering and leaving
 * the loop belong to `fixed`; the slope between n and 2n iterations is free of it.  So `fixed` is
 * found once a launch from minima at n and 2n, and taken off each sample; the loop's own counter is
 * never subtracted, since a compiler may merge it with the body.  A slope of zero means that the
 * compiler removed the body.
 *
 * Order: calibrate -> warm-up until the median no longer falls -> fixed cost -> samples.  The fixed
 * cost comes after the warm-up: code that gets faster between n and 2n bends the line.
 * Invariants: 1. every decision depends on slot times and the executor's clock only; 2. the number
 * of requests is bounded by the plan's seconds and counts. */
#include "measure/launch.h"

#include <math.h>
#include <stdlib.h>

#define ITERATIONS_MAX ((uint64_t)1 << 46)
#define FIXED_ITERATIONS_PROOF 30000 /* a slope of REMOVED_NS makes 90 ns of difference */
#define FIXED_MATTERS_NS 1e5         /* a slot of this length is spoilt by less than 0.1 % */
#define INTERRUPT_NS 1e8             /* no interruption lasts as long */
#define REMOVED_NS 0.003             /* per iteration: a hundredth of a cycle at 3 GHz */
#define IMPOSSIBLE_BYTES_PER_S                                                                     \
    4e12                     /* twice what two 64-byte loads a cycle at 8 GHz could deliver */
#define UNTIMED_MAX_NS 2.5e8 /* a slot that leaves more out of its time is made no longer */
#define UNTIMED_LONG_NS 3e6  /* beside it, finding the fixed cost would take too long */
#define REMOVED_RATIO_MAX 10 /* time that is left beside ten times as much for stops is noise */
enum {
    FIXED_SLOTS = 40,
    FIXED_NS = 4000,
    BATCH_NS = 20000000,
    WARM_WINDOWS_FLAT = 2,
    PHASE_BATCHES = 4
};

struct launch {
    const struct executor *executor;
    const struct plan *plan;
    struct result *result;
    struct buf *reason;
    slot_vec slots; /* of the last request */
    uint64_t iterations;
    double slot_ns;    /* of one slot of `iterations`, as last seen */
    double untimed_ns; /* the same; what it leaves out of that on purpose */
    double fixed_ns;
    bool is_long; /* one iteration fills a slot, as the launch before found */
    bool sampling;
    struct slot total; /* of all samples */
};

static enum outcome run_slots(struct launch *launch, uint64_t iterations, size_t slots)
{
    struct run_request request = {iterations, slots, launch->sampling};
    launch->slots.count = 0;
    enum outcome outcome = launch->executor->ops->run(
        launch->executor->self, &request, launch->result, &launch->slots, launch->reason);
    if (iterations == launch->iterations && launch->slots.count > 0)
        launch->untimed_ns = launch->slots.items[launch->slots.count - 1].untimed_ns;
    return outcome;
}

static double slots_min_ns(const struct launch *launch)
{
    double least = HUGE_VAL;
    for (size_t i = 0; i < launch->slots.count; i++)
        least = fmin(least, launch->slots.items[i].ns);
    return least;
}

static int by_ns(const void *a, const void *b)
{
    const struct slot *x = a, *y = b;
    return (x->ns > y->ns) - (x->ns < y->ns);
}

/* Sorts a scratch copy in place: only warm-up windows come here, whose order nobody needs. */
static double slots_median_ns(struct launch *launch)
{
    qsort(launch->slots.items, launch->slots.count, sizeof *launch->slots.items, by_ns);
    return launch->slots.items[launch->slots.count / 2].ns;
}

static enum outcome removed(struct launch *launch, double slope_ns)
{
    buf_error(
        launch->reason, ASSAY_OK,
        "optimized out: %.4f ns per iteration; give the result to assay_keep(), take inputs from "
        "assay_opaque()",
        slope_ns);
    return OUTCOME_FAILED;
}

/* The time of one slot.  One that seems long enough is looked at twice: an interrupt in it would
 * end the search for the iteration count too early. */
static enum outcome look(struct launch *launch, double enough_ns, double *ret_ns)
{
    double least_ns = HUGE_VAL;
    for (int i = 0; i < 2 && least_ns >= enough_ns; i++) {
        enum outcome outcome = run_slots(launch, launch->iterations, 1);
        if (outcome != OUTCOME_OK)
            return outcome;
        least_ns = fmin(least_ns, slots_min_ns(launch));
        if (least_ns >= INTERRUPT_NS)
            break;
    }
    *ret_ns = least_ns;
    return OUTCOME_OK;
}

/* The old suites' way: so many iterations before and so many in each sample, and none beside. */
static bool is_exact(const struct plan *plan)
{
    return plan->iterations != 0 && plan->warmup_iterations != 0;
}

/* Grows the iteration count until one slot lasts as long as the plan asks.  Of a body that is known
 * to be long the first slot, cold as it is, says enough: its count cannot be less than 1. */
static enum outcome calibrate(struct launch *launch)
{
    const double target_ns = launch->plan->slot_seconds * 1e9;
    double ns = 0;
    launch->iterations = launch->plan->iterations ? launch->plan->iterations : 1;
    if (is_exact(launch->plan))
        return OUTCOME_OK;
    enum outcome outcome = run_slots(launch, launch->iterations, 1); /* cold: not looked at */
    if (outcome == OUTCOME_OK && launch->is_long && slots_min_ns(launch) >= target_ns * 0.7) {
        launch->slot_ns = slots_min_ns(launch);
        return OUTCOME_OK;
    }
    while (outcome == OUTCOME_OK) {
        outcome = look(launch, target_ns * 0.7, &ns);
        if (outcome != OUTCOME_OK)
            return outcome;
        double n = (double)launch->iterations;
        if (launch->plan->iterations != 0 || ns >= target_ns * 0.7 ||
            launch->untimed_ns >= UNTIMED_MAX_NS || launch->iterations >= ITERATIONS_MAX) {
            launch->slot_ns = ns;
            return OUTCOME_OK;
        }
        double factor = fmin(fmax(target_ns / fmax(ns, 1), 1.5), 10);
        launch->iterations = (uint64_t)ceil(n * factor);
    }
    return outcome;
}

/* The intercept of the line through minima at n and 2n; 0 where it cannot matter.  Where n is so
 * large that the clock's error cannot hide the slope, a slope of zero is seen: a removed body. */
static enum outcome find_fixed_cost(struct launch *launch)
{
    double each_ns = launch->slot_ns / (double)launch->iterations;
    uint64_t n = (uint64_t)fmax(FIXED_NS / fmax(each_ns, 1e-3), 1);
    if (is_exact(launch->plan) || launch->untimed_ns > UNTIMED_LONG_NS)
        return OUTCOME_OK;
    if (launch->plan->iterations == 1 || (n < 2 && launch->slot_ns > FIXED_MATTERS_NS))
        return OUTCOME_OK;
    double least_ns[2];
    for (uint64_t i = 0; i < 2; i++) {
        enum outcome outcome = run_slots(launch, n << i, FIXED_SLOTS);
        if (outcome != OUTCOME_OK)
            return outcome;
        least_ns[i] = slots_min_ns(launch);
    }
    double slope_ns = (least_ns[1] - least_ns[0]) / (double)n;
    if (n >= FIXED_ITERATIONS_PROOF && slope_ns < REMOVED_NS)
        return removed(launch, fmax(slope_ns, 0));
    launch->fixed_ns = fmin(fmax(2 * least_ns[0] - least_ns[1], 0), least_ns[0] / 2);
    return OUTCOME_OK;
}

/* A phase of a known length consists of several batches: else a short one would take as long as a
 * whole batch does.  0 seconds: not known. */
static size_t slots_per_batch(const struct launch *launch, double phase_seconds)
{
    double batch_ns =
        phase_seconds > 0 ? fmin(BATCH_NS, phase_seconds * 1e9 / PHASE_BATCHES) : BATCH_NS;
    double count = batch_ns / fmax(launch->slot_ns + launch->untimed_ns, 1);
    return (size_t)fmin(fmax(count, 1), 512);
}

/* Exactly as many iterations as the plan says, in slots no longer than a sample. */
static enum outcome warm_up_by_count(struct launch *launch)
{
    uint64_t left = launch->plan->warmup_iterations;
    while (left > 0) {
        uint64_t iterations = left < launch->iterations ? left : launch->iterations;
        enum outcome outcome = run_slots(launch, iterations, 1);
        if (outcome != OUTCOME_OK)
            return outcome;
        left -= iterations;
        launch->slot_ns = slots_min_ns(launch);
    }
    return OUTCOME_OK;
}

/* Windows of slots until two in a row are not faster than the best before, or the time is up, which
 * the search for the iteration count may have filled with a single slot. */
static enum outcome warm_up(struct launch *launch)
{
    const struct executor_ops *ops = launch->executor->ops;
    if (launch->plan->warmup_iterations != 0)
        return warm_up_by_count(launch);
    if (launch->slot_ns >= launch->plan->warmup_seconds * 1e9)
        return OUTCOME_OK;
    double end = ops->now(launch->executor->self) + launch->plan->warmup_seconds;
    double best_ns = launch->slot_ns;
    for (int flat = 0; flat < WARM_WINDOWS_FLAT && ops->now(launch->executor->self) < end;) {
        enum outcome outcome = run_slots(launch, launch->iterations,
                                         slots_per_batch(launch, launch->plan->warmup_seconds));
        if (outcome != OUTCOME_OK)
            return outcome;
        double median_ns = slots_median_ns(launch);
        flat = median_ns > best_ns * 0.995 ? flat + 1 : 0;
        best_ns = fmin(best_ns, median_ns);
        launch->slot_ns = median_ns;
    }
    return OUTCOME_OK;
}

/* After warm-up the code is faster than it was during calibration: aim once more. */
static void retune(struct launch *launch)
{
    double target_ns = launch->plan->slot_seconds * 1e9;
    if (launch->plan->iterations != 0 || launch->slot_ns > target_ns * 0.7 ||
        launch->untimed_ns >= UNTIMED_MAX_NS || launch->plan->warmup_iterations != 0)
        return;
    double factor = ceil(fmin(target_ns / fmax(launch->slot_ns, 1), 1000));
    launch->iterations *= (uint64_t)factor;
    launch->slot_ns *= factor;
}

static enum outcome keep_samples(struct launch *launch, uint32_t number, double outside[2])
{
    for (size_t i = 0; i < launch->slots.count; i++) {
        const struct slot *slot = &launch->slots.items[i];
        struct sample *sample = vec_add(&launch->result->samples);
        if (sample == NULL) {
            buf_error(launch->reason, ASSAY_OK, "out of memory for its samples");
            return OUTCOME_FAILED;
        }
        *sample = (struct sample){launch->iterations, fmax(slot->ns - launch->fixed_ns, 0), number};
        /* Entering and leaving the body reads the clock twice more: that is ours. */
        double aside_ns = slot->untimed_ns + slot->removed_ns + 2 * launch->fixed_ns;
        outside[0] += fmax(slot->body_ns - slot->ns - aside_ns, 0);
        launch->total.ns += slot->ns;
        launch->total.untimed_ns += slot->untimed_ns;
        launch->total.removed_ns += slot->removed_ns;
        outside[1] += slot->body_ns;
    }
    return OUTCOME_OK;
}

static enum outcome take_samples(struct launch *launch, uint32_t number, double outside[2])
{
    const struct executor_ops *ops = launch->executor->ops;
    const struct plan *plan = launch->plan;
    double end = ops->now(launch->executor->self) + plan->measure_seconds;
    uint64_t taken = 0;
    launch->sampling = true;
    do {
        size_t batch = slots_per_batch(launch, plan->measure_seconds);
        if (plan->sample_count != 0 && batch > plan->sample_count - taken)
            batch = (size_t)(plan->sample_count - taken);
        enum outcome outcome = run_slots(launch, launch->iterations, batch);
        if (outcome == OUTCOME_OK)
            outcome = keep_samples(launch, number, outside);
        if (outcome != OUTCOME_OK)
            return outcome;
        taken += batch;
    } while (plan->sample_count != 0 ? taken < plan->sample_count
                                     : ops->now(launch->executor->self) < end);
    return OUTCOME_OK;
}

/* What is left when the stops of the clock are taken off must be more than their noise. */
static enum outcome check_stops(struct launch *launch)
{
    const struct slot *total = &launch->total;
    if (total->ns <= 0 && total->untimed_ns > 0)
        buf_error(launch->reason, ASSAY_OK,
                  "it took no time: all of its loop was left out of the clock or stated as 0 ns");
    else if (total->ns * REMOVED_RATIO_MAX < total->removed_ns)
        buf_error(
            launch->reason, ASSAY_OK,
            "too short beside its pauses: %.3g ns of time and %.3g ns for stopping the clock; "
            "make inputs in batches (ASSAY_LOOP_WITH)",
            total->ns, total->removed_ns);
    else
        return OUTCOME_OK;
    return OUTCOME_FAILED;
}

/* A number that no machine can reach is a mistake of the benchmark, not a result. */
static enum outcome check_possible(struct launch *launch)
{
    const struct result *result = launch->result;
    const struct sample *last = &result->samples.items[result->samples.count - 1];
    double each_ns = last->ns / (double)last->iterations;
    if (each_ns < REMOVED_NS)
        return removed(launch, each_ns);
    double rate = result->bytes / each_ns * 1e9;
    if (rate <= IMPOSSIBLE_BYTES_PER_S)
        return OUTCOME_OK;
    buf_error(
        launch->reason, ASSAY_OK,
        "faster than a machine can be: %.3g bytes/s; is all of the work done in each iteration?",
        rate);
    return OUTCOME_FAILED;
}

enum outcome launch_measure(const struct executor *executor, const struct plan *plan,
                            uint32_t launch_number, struct result *result,
                            struct launch_facts *facts, struct buf *reason)
{
    struct launch launch = {.executor = executor,
                            .plan = plan,
                            .result = result,
                            .reason = reason,
                            .is_long = facts->is_long};
    double outside[2] = {0, 0};
    const size_t samples_before = result->samples.count;
    enum outcome outcome = executor->ops->open(executor->self, result, reason);
    if (outcome == OUTCOME_OK)
        outcome = calibrate(&launch);
    if (outcome == OUTCOME_OK)
        outcome = warm_up(&launch);
    if (outcome == OUTCOME_OK) {
        retune(&launch);
        outcome = find_fixed_cost(&launch);
    }
    if (outcome == OUTCOME_OK)
        outcome = take_samples(&launch, launch_number, outside);
    if (outcome == OUTCOME_OK)
        outcome = check_stops(&launch);
    if (outcome == OUTCOME_OK)
        outcome = check_possible(&launch);
    *facts = (struct launch_facts){
        .fixed_ns = launch.fixed_ns,
        .outside_ratio = outside[1] > 0 ? outside[0] / outside[1] : 0,
        .removed_ratio = launch.total.ns > 0 ? launch.total.removed_ns / launch.total.ns : 0,
        .rss_bytes_peak = outcome == OUTCOME_OK ? executor->ops->rss_bytes(executor->self) : 0,
        .iterations = launch.iterations,
        .is_long = launch.iterations == 1,
    };
    enum outcome closed =
        executor->ops->close(executor->self, outcome == OUTCOME_OK ? reason : NULL);
    outcome = outcome == OUTCOME_OK ? closed : outcome;
    if (outcome != OUTCOME_OK)
        result->samples.count = samples_before;
    vec_release(&launch.slots);
    return outcome;
}
