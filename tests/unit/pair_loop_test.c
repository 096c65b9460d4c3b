/* The pair loop over a fake executor: its clock is a number that slots push forward, so every
 * expected value is exact and nothing here depends on how fast the machine is. */
#include "compare/verdict.h"
#include "harness.h"
#include "measure/pair.h"

#define SLOT_NS 300000.0
#define BATCH_NS 30e6

/* A slot takes iterations * each_ns of its side, changed as the other fields say. */
struct fake {
    double each_ns[2]; /* old, new */
    double fixed_ns;
    double now_ns;
    size_t cold_slots; /* the first ones take 50 times as long */
    double drift;      /* each slot makes the next ones longer by this share, on both sides */
    double interrupt;  /* every 17th slot takes so many times as long */
    enum outcome open_outcome, run_outcome;
    size_t fail_at; /* request, counted from 1, that gets run_outcome; 0: none */
    size_t lost;    /* pairs that an answer lacks */
    size_t opened, closed, requests, slots;
    uint64_t iterations[2]; /* of the last request */
    double request_ns_max;
};

static enum outcome fake_open(void *self_, struct buf *reason)
{
    struct fake *self = self_;
    self->opened++;
    if (self->open_outcome != OUTCOME_OK)
        buf_error(reason, ASSAY_OK, "the reason of open");
    return self->open_outcome;
}

static double fake_slot(struct fake *self, int side)
{
    size_t slot = ++self->slots;
    double ns = self->fixed_ns + (double)self->iterations[side] * self->each_ns[side];
    ns *= 1 + self->drift * (double)slot;
    if (slot <= self->cold_slots)
        ns *= 50;
    if (self->interrupt > 0 && slot % 17 == 0)
        ns *= self->interrupt;
    self->now_ns += ns;
    return ns;
}

static enum outcome fake_run(void *self_, const struct pair_request *request, pair_vec *pairs,
                             struct buf *reason)
{
    struct fake *self = self_;
    double before_ns = self->now_ns;
    CHECK(self->opened == 1 && self->closed == 0);
    CHECK(request->iterations[0] > 0 && request->iterations[1] > 0);
    CHECK(request->slots > 0 && pairs->count == 0);
    CHECK(++self->requests < 100000);
    self->iterations[0] = request->iterations[0];
    self->iterations[1] = request->iterations[1];
    if (self->requests == self->fail_at) {
        buf_error(reason, ASSAY_OK, "the reason of run");
        return self->run_outcome;
    }
    for (size_t i = self->lost; i < request->slots; i++) {
        struct pair_sample *pair = vec_add(pairs);
        CHECK(pair != NULL);
        int first = (int)(i * 5 % 7 % 2); /* a fixed mixture of both orders */
        double ns[2];
        ns[first] = fake_slot(self, first);
        ns[!first] = fake_slot(self, !first);
        *pair = (struct pair_sample){.old_ns = ns[0], .new_ns = ns[1]};
    }
    self->request_ns_max = fmax(self->request_ns_max, self->now_ns - before_ns);
    return OUTCOME_OK;
}

static double fake_now(void *self)
{
    return ((struct fake *)self)->now_ns * 1e-9;
}

static void fake_close(void *self)
{
    ((struct fake *)self)->closed++;
}

static const struct pair_executor_ops OPS = {KIND_ONE_PROCESS, fake_open, fake_run, fake_now,
                                             fake_close};
static const struct plan PLAN = {
    .measure_seconds = 0.1, .warmup_seconds = 0.02, .slot_seconds = SLOT_NS * 1e-9};

/* One launch; the reason is compared with `reason`, "" for none. */
static enum outcome measure(struct fake *fake, const struct plan *plan, pair_vec *pairs,
                            const char *reason)
{
    BUF_AUTO text;
    buf_init(&text, 4096);
    const struct pair_executor executor = {&OPS, fake};
    enum outcome outcome = pair_measure(&executor, plan, 5, pairs, &text);
    CHECK_EQ(fake->opened, 1);
    CHECK_EQ(fake->closed, 1);
    CHECK_CONTAINS(text.text, reason);
    CHECK((text.length == 0) == (outcome == OUTCOME_OK));
    return outcome;
}

/* ---- how many iterations ---- */

static uint64_t iterations_of(struct fake fake)
{
    pair_vec pairs = {0};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, ""), OUTCOME_OK);
    CHECK(pairs.count > 0);
    vec_release(&pairs);
    CHECK_EQ(fake.iterations[0], fake.iterations[1]);
    return fake.iterations[0];
}

/* Long enough: 0.7 of what the plan asks; and not more than the last step overshoots, ten times. */
static void check_slot(double faster_ns, uint64_t iterations)
{
    CHECK((double)iterations * faster_ns >= 0.7 * SLOT_NS);
    CHECK(iterations == 1 || (double)iterations * faster_ns <= 1.5 * SLOT_NS);
}

TEST(iterations_are_sized_so_that_the_faster_side_fills_a_slot)
{
    check_slot(10, iterations_of((struct fake){.each_ns = {10, 10}}));
    check_slot(10, iterations_of((struct fake){.each_ns = {10, 55}}));
    check_slot(10, iterations_of((struct fake){.each_ns = {75, 10}}));
    check_slot(0.25, iterations_of((struct fake){.each_ns = {0.25, 0.3}}));
}

/* An interpreter against a compiled loop: equal counts would give the slower side a thousand times
 * the time of the faster one, and slots of unlike length meet interruptions unlike. */
TEST(sides_that_are_far_apart_run_counts_of_their_own_in_slots_of_one_length)
{
    const double each_ns[][2] = {{12340, 10}, {10, 12340}, {5e6, 20}, {9e7, 70000}, {100, 1}};
    for (size_t i = 0; i < sizeof each_ns / sizeof *each_ns; i++) {
        struct fake fake = {.each_ns = {each_ns[i][0], each_ns[i][1]}, .fixed_ns = 40};
        pair_vec pairs = {0};
        CHECK_EQ(measure(&fake, &PLAN, &pairs, ""), OUTCOME_OK);
        double old_ns = each_ns[i][0] * (double)fake.iterations[0];
        double new_ns = each_ns[i][1] * (double)fake.iterations[1];
        CHECK(old_ns >= 0.7 * SLOT_NS * 0.99 && new_ns >= 0.7 * SLOT_NS * 0.99);
        CHECK(fmax(old_ns, new_ns) <= 2.1 * fmin(old_ns, new_ns));
        CHECK(fmax(old_ns, new_ns) <= fmax(1.5 * SLOT_NS, fmax(each_ns[i][0], each_ns[i][1])));
        CHECK_NEAR(pairs.items[0].old_ns, each_ns[i][0], 0.001);
        CHECK_NEAR(pairs.items[0].new_ns, each_ns[i][1], 0.001);
        CHECK_EQ(pairs.items[0].iterations, 0);
        vec_release(&pairs);
    }
}

TEST(a_slow_body_runs_once_a_slot)
{
    CHECK_EQ(iterations_of((struct fake){.each_ns = {5e6, 6e6}}), 1);
    CHECK_EQ(iterations_of((struct fake){.each_ns = {0.7 * SLOT_NS, SLOT_NS}}), 1);
}

TEST(cold_first_slots_do_not_make_slots_too_short)
{
    check_slot(20000, iterations_of((struct fake){.each_ns = {20000, 20000}, .cold_slots = 2}));
    check_slot(10, iterations_of((struct fake){.each_ns = {10, 10}, .cold_slots = 6}));
}

TEST(an_interrupted_slot_does_not_make_slots_too_short)
{
    struct fake fake = {.each_ns = {10, 11}, .interrupt = 100};
    check_slot(10, iterations_of(fake));
}

TEST(a_plan_that_fixes_the_iterations_is_kept)
{
    struct plan plan = PLAN;
    struct fake fake = {.each_ns = {100, 100}};
    pair_vec pairs = {0};
    plan.iterations = 7;
    CHECK_EQ(measure(&fake, &plan, &pairs, ""), OUTCOME_OK);
    CHECK_EQ(fake.iterations[0], 7);
    CHECK_EQ(fake.iterations[1], 7);
    CHECK_EQ(pairs.items[0].old_ns, 100);
    vec_release(&pairs);
}

/* The other side takes a microsecond: to fill a slot with what is not there would take for ever. */
TEST(a_side_that_the_compiler_removed_is_found_early_and_named)
{
    pair_vec pairs = {0};
    struct fake fake = {.each_ns = {1000, 0}, .fixed_ns = 40};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, "optimized out"), OUTCOME_FAILED);
    CHECK(fake.now_ns < 10e9);
    fake = (struct fake){.each_ns = {0, 5}, .fixed_ns = 40};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, "on the old side"), OUTCOME_FAILED);
    fake = (struct fake){.each_ns = {5, 1e-5}, .fixed_ns = 40};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, "on the new side"), OUTCOME_FAILED);
    CHECK_EQ(pairs.count, 0);
}

/* ---- how many pairs ---- */

TEST(a_count_of_pairs_is_met_exactly)
{
    const uint64_t counts[] = {1, 2, 49, 50, 51, 1000};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        struct plan plan = PLAN;
        struct fake fake = {.each_ns = {10, 10}};
        pair_vec pairs = {0};
        plan.sample_count = counts[i];
        CHECK_EQ(measure(&fake, &plan, &pairs, ""), OUTCOME_OK);
        CHECK_EQ(pairs.count, counts[i]);
        vec_release(&pairs);
    }
}

/* 0.1 s of pairs of 0.6 ms are 167; the last batch of 30 ms may overshoot. */
TEST(a_measuring_time_is_filled_and_not_overrun_by_more_than_a_batch)
{
    struct fake fake = {.each_ns = {10, 10}};
    pair_vec pairs = {0};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, ""), OUTCOME_OK);
    double pair_ns = 20 * (double)fake.iterations[0], measured_ns = pair_ns * (double)pairs.count;
    CHECK(measured_ns >= 0.1e9 && measured_ns <= 0.1e9 + BATCH_NS);
    CHECK(fake.now_ns <= 0.12e9 + 2 * BATCH_NS + 10 * SLOT_NS);
    vec_release(&pairs);
}

/* A batch is one request; between two of them limits, clock and Ctrl-C are looked at. */
TEST(a_batch_stays_short_however_slow_one_side_is)
{
    const double slow_ns[] = {10, 1000, 10000};
    for (int i = 0; i < 3; i++) {
        struct fake fake = {.each_ns = {slow_ns[i], 10}};
        pair_vec pairs = {0};
        CHECK_EQ(measure(&fake, &PLAN, &pairs, ""), OUTCOME_OK);
        double pair_ns = slow_ns[i] * (double)fake.iterations[0] + 10 * (double)fake.iterations[1];
        CHECK(fake.request_ns_max <= fmax(BATCH_NS, 2 * pair_ns) * 1.0001);
        vec_release(&pairs);
    }
}

TEST(a_plan_without_time_takes_one_batch)
{
    struct plan plan = {.slot_seconds = SLOT_NS * 1e-9};
    struct fake fake = {.each_ns = {10, 10}};
    pair_vec pairs = {0};
    CHECK_EQ(measure(&fake, &plan, &pairs, ""), OUTCOME_OK);
    CHECK(pairs.count > 0 && (double)pairs.count <= BATCH_NS / (1.4 * SLOT_NS));
    vec_release(&pairs);
}

/* ---- what is kept ---- */

TEST(pairs_are_kept_per_iteration_with_their_launch)
{
    struct fake fake = {.each_ns = {40, 40.4}};
    pair_vec pairs = {0};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, ""), OUTCOME_OK);
    for (size_t i = 0; i < pairs.count; i++) {
        CHECK_NEAR(pairs.items[i].old_ns, 40, 1e-12);
        CHECK_NEAR(pairs.items[i].new_ns, 40.4, 1e-12);
        CHECK_EQ(pairs.items[i].launch, 5);
    }
    vec_release(&pairs);
}

TEST(pairs_are_appended_to_those_of_earlier_launches)
{
    pair_vec pairs = {0};
    struct fake fake = {.each_ns = {40, 40}};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, ""), OUTCOME_OK);
    size_t before = pairs.count;
    fake = (struct fake){.each_ns = {70, 70}};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, ""), OUTCOME_OK);
    CHECK_NEAR(pairs.items[before - 1].old_ns, 40, 1e-12);
    CHECK_NEAR(pairs.items[before].old_ns, 70, 1e-12);
    vec_release(&pairs);
}

/* The clock slows down by 1e-5 a slot, by several per cent in the end, and interrupts last three
 * times a slot; one against the other both sides are 1 % apart all the time.  The old slot comes
 * first as often as last, up to a few in a hundred. */
TEST(a_change_of_one_per_cent_is_seen_through_drift_cold_slots_and_interrupts)
{
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct comparison comparison = {0};
    struct fake fake = {.each_ns = {100, 101}, .drift = 1e-5, .cold_slots = 9, .interrupt = 3};
    pair_vec pairs = {0};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, ""), OUTCOME_OK);
    CHECK(pairs.items[pairs.count - 1].old_ns > 100.1);
    CHECK_EQ(verdict_from_pairs(&pairs, &rules, &comparison), ASSAY_OK);
    CHECK_NEAR(comparison.ratio, 1.01, 2e-5);
    vec_release(&pairs);
}

/* ---- failures ---- */

TEST(what_cannot_be_opened_runs_nothing)
{
    const enum outcome outcomes[] = {OUTCOME_FAILED, OUTCOME_SKIPPED};
    for (int i = 0; i < 2; i++) {
        struct fake fake = {.each_ns = {10, 10}, .open_outcome = outcomes[i]};
        pair_vec pairs = {0};
        CHECK_EQ(measure(&fake, &PLAN, &pairs, "the reason of open"), outcomes[i]);
        CHECK_EQ(fake.requests, 0);
        CHECK_EQ(pairs.count, 0);
    }
}

TEST(a_failure_at_any_request_ends_the_launch_with_its_reason)
{
    struct fake good = {.each_ns = {10, 10}};
    pair_vec pairs = {0};
    CHECK_EQ(measure(&good, &PLAN, &pairs, ""), OUTCOME_OK);
    CHECK(good.requests > 8);
    for (size_t i = 1; i <= good.requests; i++) {
        struct fake fake = {.each_ns = {10, 10}, .run_outcome = OUTCOME_FAILED, .fail_at = i};
        CHECK_EQ(measure(&fake, &PLAN, &pairs, "the reason of run"), OUTCOME_FAILED);
        CHECK_EQ(fake.requests, i);
    }
    struct fake fake = {.each_ns = {10, 10}, .run_outcome = OUTCOME_SKIPPED, .fail_at = 3};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, "the reason of run"), OUTCOME_SKIPPED);
    vec_release(&pairs);
}

TEST(an_answer_with_too_few_pairs_is_a_failure)
{
    pair_vec pairs = {0};
    struct fake fake = {.each_ns = {10, 10}, .lost = 1};
    CHECK_EQ(measure(&fake, &PLAN, &pairs, "answered 0 pairs of 1"), OUTCOME_FAILED);
}

TEST(a_slot_that_took_no_time_is_a_failure)
{
    struct plan plan = PLAN;
    pair_vec pairs = {0};
    plan.iterations = 3;
    struct fake fake = {.each_ns = {10, 0}};
    CHECK_EQ(measure(&fake, &plan, &pairs, "took no time"), OUTCOME_FAILED);
    vec_release(&pairs);
}

TEST_MAIN
