/* The pair loop: the same for every executor, so that all kinds plan alike and differ in their
 * label.
 *
 * Both sides run the same number of iterations per slot, sized so that the faster one lasts as long
 * as the plan asks; what differs in time is then what differs in work.  Sides that are further
 * apart than SIDES_APART, as an interpreter and a compiled loop, each run a number of their own:
 * else the slower one would take nearly all the time and leave hardly a pair.  Their slots are then
 * of about one length: a long slot meets every interruption of a busy machine and a short one slips
 * between them, which made a ratio of 1200 one of 5800 at load 20.
 * Order: open -> calibrate -> warm-up -> pairs -> close, also after a failure. */
#include "measure/pair.h"

#include <math.h>

#define ITERATIONS_MAX ((uint64_t)1 << 46)
#define ITERATIONS_PROOF ((uint64_t)1 << 17) /* enough to tell "removed" from "very fast" */
#define REMOVED_NS 0.003                     /* per iteration: a hundredth of a cycle at 3 GHz */
#define SIDES_APART 8.0
#define RELIABLE_NS 10000.0 /* a slot in which what a slot costs itself does not show */
enum { BATCH_NS = 30000000, BATCH_PAIRS_MAX = 256 };

struct pair_loop {
    const struct pair_executor *executor;
    const struct plan *plan;
    struct buf *reason;
    pair_vec slots; /* of the last request */
    uint64_t iterations[2];
    double slot_ns[2]; /* of the old and of the new side, the shortest of the last request */
    double pair_ns;    /* the shortest of both together */
    bool apart; /* once seen it stays, or noise at the border would lengthen slots for ever */
};

static enum outcome run_pairs(struct pair_loop *loop, size_t count)
{
    struct pair_request request = {{loop->iterations[0], loop->iterations[1]}, count};
    loop->slots.count = 0;
    enum outcome outcome =
        loop->executor->ops->run(loop->executor->self, &request, &loop->slots, loop->reason);
    if (outcome != OUTCOME_OK || loop->slots.count == count)
        return outcome;
    buf_error(loop->reason, ASSAY_OK, "answered %zu pairs of %zu", loop->slots.count, count);
    return OUTCOME_FAILED;
}

static void find_shortest(struct pair_loop *loop)
{
    loop->slot_ns[0] = loop->slot_ns[1] = loop->pair_ns = HUGE_VAL;
    for (size_t i = 0; i < loop->slots.count; i++) {
        const struct pair_sample *slot = &loop->slots.items[i];
        loop->slot_ns[0] = fmin(loop->slot_ns[0], slot->old_ns);
        loop->slot_ns[1] = fmin(loop->slot_ns[1], slot->new_ns);
        loop->pair_ns = fmin(loop->pair_ns, slot->old_ns + slot->new_ns);
    }
}

/* Looked for early: waiting for the removed side to fill a slot would take the other one for ever.
 */
static bool is_removed(struct pair_loop *loop)
{
    static const char *const SIDES[] = {"old", "new"};
    for (int i = 0; i < 2; i++) {
        double each_ns = loop->slot_ns[i] / (double)loop->iterations[i];
        if (loop->iterations[i] < ITERATIONS_PROOF ||
            (each_ns >= REMOVED_NS && loop->iterations[i] < ITERATIONS_MAX))
            continue;
        buf_error(loop->reason, ASSAY_OK,
                  "optimized out: %.4f ns per iteration on the %s side; give the result to "
                  "assay_keep(), take inputs from assay_opaque()",
                  each_ns, SIDES[i]);
        return true;
    }
    return false;
}

static uint64_t grown(uint64_t iterations, double slot_ns, double target_ns)
{
    double most = slot_ns > RELIABLE_NS ? 1000 : 10;
    double factor = fmin(fmax(target_ns / fmax(slot_ns, 1), 1.5), most);
    return (uint64_t)ceil((double)iterations * factor);
}

/* Lengthens the slots that are too short.  Returns whether there was one. */
static bool lengthen(struct pair_loop *loop, double target_ns)
{
    uint64_t *n = loop->iterations;
    const double *slot_ns = loop->slot_ns;
    double each_ns[2] = {slot_ns[0] / (double)n[0], slot_ns[1] / (double)n[1]};
    loop->apart |= fmax(each_ns[0], each_ns[1]) > SIDES_APART * fmin(each_ns[0], each_ns[1]);
    int fast = each_ns[1] < each_ns[0];
    bool changed = false;
    if (loop->apart && slot_ns[fast] < slot_ns[!fast] * 0.5 && slot_ns[!fast] > target_ns) {
        n[fast] = grown(n[fast], slot_ns[fast], slot_ns[!fast]);
        return true;
    }
    for (int i = 0; i < 2; i++)
        if (slot_ns[i] < target_ns * 0.7) {
            n[i] = grown(n[i], slot_ns[i], target_ns);
            changed = true;
        }
    if (!loop->apart && n[0] != n[1]) {
        n[0] = n[1] = n[0] > n[1] ? n[0] : n[1];
        changed = true;
    }
    return changed;
}

static enum outcome calibrate(struct pair_loop *loop)
{
    loop->iterations[0] = loop->iterations[1] = loop->plan->iterations ? loop->plan->iterations : 1;
    enum outcome outcome = run_pairs(loop, 1); /* cold: not looked at */
    while (outcome == OUTCOME_OK) {
        outcome = run_pairs(loop, 2);
        if (outcome != OUTCOME_OK)
            return outcome;
        find_shortest(loop);
        if (loop->plan->iterations == 0 && is_removed(loop))
            return OUTCOME_FAILED;
        if (loop->plan->iterations != 0 || !lengthen(loop, loop->plan->slot_seconds * 1e9))
            return OUTCOME_OK;
    }
    return outcome;
}

/* As many as fit into the time that is left, and not so many that a deadline is met late. */
static size_t pairs_per_batch(const struct pair_loop *loop, double end_seconds)
{
    double left_ns = (end_seconds - loop->executor->ops->now(loop->executor->self)) * 1e9;
    double pairs = fmin(BATCH_NS, left_ns) / fmax(loop->pair_ns, 1);
    return (size_t)fmin(fmax(pairs, 1), BATCH_PAIRS_MAX);
}

static enum outcome warm_up(struct pair_loop *loop)
{
    const struct pair_executor_ops *ops = loop->executor->ops;
    double end = ops->now(loop->executor->self) + loop->plan->warmup_seconds;
    enum outcome outcome = OUTCOME_OK;
    while (outcome == OUTCOME_OK && ops->now(loop->executor->self) < end)
        outcome = run_pairs(loop, pairs_per_batch(loop, end));
    return outcome;
}

static enum outcome keep(struct pair_loop *loop, uint32_t launch, pair_vec *pairs)
{
    const uint64_t *n = loop->iterations;
    for (size_t i = 0; i < loop->slots.count; i++) {
        const struct pair_sample *slot = &loop->slots.items[i];
        if (!(slot->old_ns > 0) || !(slot->new_ns > 0)) {
            buf_error(loop->reason, ASSAY_OK, "answered a slot that took no time");
            return OUTCOME_FAILED;
        }
        struct pair_sample *pair = vec_add(pairs);
        if (pair == NULL) {
            buf_error(loop->reason, ASSAY_OK, "out of memory for its pairs");
            return OUTCOME_FAILED;
        }
        *pair = (struct pair_sample){slot->old_ns / (double)n[0], slot->new_ns / (double)n[1],
                                     launch, n[0] == n[1] ? n[0] : 0};
    }
    return OUTCOME_OK;
}

static enum outcome take_pairs(struct pair_loop *loop, uint32_t launch, pair_vec *pairs)
{
    const struct pair_executor_ops *ops = loop->executor->ops;
    const struct plan *plan = loop->plan;
    double end = ops->now(loop->executor->self) + plan->measure_seconds;
    uint64_t taken = 0;
    enum outcome outcome;
    do {
        size_t batch = plan->sample_count != 0
                           ? (size_t)fmin((double)(plan->sample_count - taken), BATCH_PAIRS_MAX)
                           : pairs_per_batch(loop, end);
        outcome = run_pairs(loop, batch);
        if (outcome == OUTCOME_OK)
            outcome = keep(loop, launch, pairs);
        taken += batch;
    } while (outcome == OUTCOME_OK &&
             (plan->sample_count != 0 ? taken < plan->sample_count
                                      : ops->now(loop->executor->self) < end));
    return outcome;
}

enum outcome pair_measure(const struct pair_executor *executor, const struct plan *plan,
                          uint32_t launch, pair_vec *pairs, struct buf *reason)
{
    struct pair_loop loop = {.executor = executor, .plan = plan, .reason = reason};
    enum outcome outcome = executor->ops->open(executor->self, reason);
    if (outcome == OUTCOME_OK)
        outcome = calibrate(&loop);
    if (outcome == OUTCOME_OK)
        outcome = warm_up(&loop);
    if (outcome == OUTCOME_OK)
        outcome = take_pairs(&loop, launch, pairs);
    executor->ops->close(executor->self);
    vec_release(&loop.slots);
    return outcome;
}
