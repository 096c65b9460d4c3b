/* Random placements.
 *
 * Each launch loads both modules shifted inside their pages, independently of each other.  Shifts
 * keep the alignment of data, so that only code is moved as far as caches can tell.  They come in
 * blocks: over a block either side visits each offset inside a line of 64 bytes that its alignment
 * allows once, in random order; the line inside the page is drawn freely.
 * Invariant: the row is changed only when the rule has decided. */
#include "session/placement.h"

#include <math.h>
#include <string.h>

#include "compare/cause/placement.h"
#include "compare/verdict.h"
#include "measure/counting/counts.h"

enum { LINE_BYTES = 64, PAGE_BYTES = 4096, BLOCK_MAX = 4, BLOCKS_MAX = 24 };
static const char UNTRIED[] = "not tried at other places in memory: ";
#define LAUNCH_SECONDS 0.04
#define WARMUP_SECONDS 0.01

/* Shifts as they are drawn: the offsets inside a line of the present block, and where in it. */
struct draws {
    uint64_t random;
    uint32_t alignment;
    size_t block; /* offsets inside a line */
    size_t next;
    uint32_t offsets[2][BLOCK_MAX];
};

/* One step of splitmix64: good from any seed. */
static uint64_t next_random(struct draws *draws)
{
    uint64_t z = draws->random += 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
}

static uint32_t random_below(struct draws *draws, uint32_t limit)
{
    return (uint32_t)(((next_random(draws) >> 32) * limit) >> 32);
}

static void begin_block(struct draws *draws)
{
    for (int side = 0; side < 2; side++) {
        uint32_t *offsets = draws->offsets[side];
        for (uint32_t i = 0; i < draws->block; i++) {
            uint32_t k = random_below(draws, i + 1);
            offsets[i] = offsets[k];
            offsets[k] = i * draws->alignment;
        }
    }
    draws->next = 0;
}

static uint32_t draw_one(struct draws *draws, int side)
{
    uint32_t step = draws->alignment > LINE_BYTES ? draws->alignment : LINE_BYTES;
    return random_below(draws, PAGE_BYTES / step) * step + draws->offsets[side][draws->next];
}

static struct pair_shifts draw(struct draws *draws)
{
    if (draws->next == draws->block)
        begin_block(draws);
    struct pair_shifts shifts = {true, draw_one(draws, 0), draw_one(draws, 1)};
    draws->next++;
    return shifts;
}

static struct draws draws_of(const struct placement_lab *lab, uint64_t seed)
{
    uint32_t least = LINE_BYTES / BLOCK_MAX;
    uint32_t alignment = lab->alignment > least ? lab->alignment : least;
    size_t block = alignment < LINE_BYTES ? LINE_BYTES / alignment : 1;
    return (struct draws){.random = seed, .alignment = alignment, .block = block, .next = block};
}

bool placement_is_candidate(const struct comparison *row)
{
    return (row->verdict == VERDICT_SLOWER || row->verdict == VERDICT_FASTER) &&
           row->kind == KIND_ONE_PROCESS && !row->within_launch && row->ratio > 0 &&
           fabs(log(row->ratio)) >= log1p(PLACEMENT_EFFECT_MIN);
}

static assay_status keep_reason(struct arena *arena, const char *before, const struct buf *text,
                                struct comparison *row)
{
    const char *reason = arena_printf(arena, "%s%s", before, text->text);
    if (reason == NULL)
        return ASSAY_ERR_MEMORY;
    row->reason = reason;
    return ASSAY_OK;
}

static bool is_stopped(const struct placement_request *request)
{
    return request->stop != NULL && *request->stop != 0;
}

/* Launches until the rule decides or all are used; the outcome of the last one. */
static assay_status measure_placements(const struct placement_lab *lab,
                                       const struct placement_request *request,
                                       struct placement_evidence *evidence,
                                       struct placement_decision *decision, struct buf *reason)
{
    struct draws draws = draws_of(lab, request->plan->seed);
    double logs[BLOCKS_MAX * BLOCK_MAX];
    assay_status status = ASSAY_OK;
    evidence->logs = logs;
    evidence->block = draws.block;
    do {
        const struct pair_shifts shifts = draw(&draws);
        enum outcome outcome = lab->launch(lab->self, &shifts, (uint32_t)evidence->count,
                                           &logs[evidence->count], reason);
        if (outcome != OUTCOME_OK || is_stopped(request)) {
            decision->answer = PLACEMENT_NO;
            break;
        }
        evidence->count++;
        if (evidence->count % draws.block == 0)
            status = placement_decide(evidence, decision);
    } while (status == ASSAY_OK && decision->answer == PLACEMENT_OPEN &&
             evidence->count < BLOCKS_MAX * draws.block);
    evidence->logs = NULL; /* they end with this call */
    return status;
}

assay_status placement_check_in(const struct placement_lab *lab,
                                const struct placement_request *request, struct arena *arena,
                                struct comparison *row)
{
    struct placement_evidence evidence = {
        .seen = {log(row->interval.low), log(row->interval.high), row->interval.level},
        .old_instructions = request->old_instructions,
        .new_instructions = request->new_instructions,
        .margin = request->margin,
        .block = 1};
    struct placement_decision decision = {.answer = PLACEMENT_OPEN};
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    if (!placement_is_candidate(row) ||
        !placement_same_instructions(request->old_instructions, request->new_instructions))
        return ASSAY_OK;
    TRY(measure_placements(lab, request, &evidence, &decision, &reason));
    if (is_stopped(request))
        return ASSAY_OK;
    if (reason.length > 0)
        return keep_reason(arena, UNTRIED, &reason, row);
    placement_explain(&evidence, &decision, &reason);
    TRY(keep_reason(arena, "", &reason, row));
    if (decision.answer == PLACEMENT_YES) {
        row->verdict = VERDICT_PLACEMENT;
        row->gate = GATE_PASS;
    }
    return ASSAY_OK;
}

/* Placements on real hosts. */
struct real_lab {
    struct pair_hosts hosts;
    struct plan plan;
    uint64_t seed;
};

static enum outcome launch_shifted(void *self_, const struct pair_shifts *shifts, uint32_t number,
                                   double *ret_log, struct buf *reason)
{
    static const struct verdict_rules RULES = VERDICT_RULES_DEFAULT;
    struct real_lab *self = self_;
    struct comparison launch = {.ratio = 1};
    pair_vec pairs = {0};
    self->hosts.shifts = *shifts;
    self->hosts.sides.seed = self->seed + number;
    struct pair_executor together = pair_one_process(&self->hosts);
    enum outcome outcome = pair_measure(&together, &self->plan, number, &pairs, reason);
    if (outcome == OUTCOME_OK && verdict_from_pairs(&pairs, &RULES, &launch) != ASSAY_OK) {
        buf_puts(reason, "a placement of it could not be measured");
        outcome = OUTCOME_FAILED;
    }
    vec_release(&pairs);
    *ret_log = log(launch.ratio);
    return outcome;
}

assay_status placement_check(const struct placement_request *request, struct arena *arena,
                             struct comparison *row)
{
    struct real_lab real = {
        .hosts = {.sides = {.paths = request->paths,
                            .old_side = request->old_side,
                            .new_side = request->new_side}},
        .plan = *request->plan,
        .seed = request->plan->seed,
    };
    struct placement_lab lab = {launch_shifted, &real, 0};
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    if (!placement_is_candidate(row) ||
        !placement_same_instructions(request->old_instructions, request->new_instructions))
        return ASSAY_OK;
    real.hosts.sides.plan = &real.plan;
    real.plan.iterations = 0; /* that of a slot is found anew in each place */
    real.plan.measure_seconds = fmin(real.plan.measure_seconds, LAUNCH_SECONDS);
    real.plan.warmup_seconds = fmin(real.plan.warmup_seconds, WARMUP_SECONDS);
    if (pair_shift_alignment(&real.hosts.sides, &lab.alignment, &reason) != OUTCOME_OK)
        return is_stopped(request) ? ASSAY_OK : keep_reason(arena, UNTRIED, &reason, row);
    return placement_check_in(&lab, request, arena, row);
}

static assay_status count_side(const struct placement_request *request,
                               const struct benchmark *benchmark, struct arena *arena,
                               double *ret_instructions)
{
    struct plan plan = *request->plan;
    struct counts counts;
    plan.iterations = 0; /* sized by instructions */
    TRY(measure_counts(request->paths, &plan, benchmark, COUNT_INSTRUCTIONS, arena, &counts));
    *ret_instructions = counts.instructions;
    return ASSAY_OK;
}

assay_status placement_settle(const struct placement_request *request, struct arena *arena,
                              struct comparison *row)
{
    struct placement_request counted = *request;
    if (!placement_is_candidate(row) || is_stopped(request))
        return ASSAY_OK;
    TRY(count_side(request, request->old_side, arena, &counted.old_instructions));
    if (!(counted.old_instructions > 0) || is_stopped(request))
        return ASSAY_OK;
    TRY(count_side(request, request->new_side, arena, &counted.new_instructions));
    return placement_check(&counted, arena, row);
}
