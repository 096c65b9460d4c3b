/* Planning of one launch over a fake executor: its clock is a number that slots push forward, so
 * every expected value is exact and nothing here depends on how fast the machine is. */
#include "harness.h"
#include "measure/launch.h"

#define MILLISECOND 1e6

/* A slot takes fixed_ns + iterations * each_ns, changed as the other fields say. */
struct fake {
    double fixed_ns, each_ns;
    double now_ns;
    size_t cold_slots;  /* the first slots ... */
    double cold_factor; /* ... take so many times as long */
    size_t slow_slot;   /* this slot, counted from 1 ... */
    double slow_ns;     /* ... takes so much longer */
    double noise;       /* each slot takes up to this share longer */
    double outside;     /* share of the body that lies outside of the loop */
    double outside_ns;  /* and beside that share */
    double untimed;     /* left out of the loop's time on purpose, beside each ns of it */
    double removed;     /* taken off for that */
    double bytes;
    double falls; /* each slot makes the next ones faster by this share */
    enum outcome open_outcome, run_outcome, close_outcome;
    size_t fail_at; /* request, counted from 1, that gets run_outcome; 0: none */
    size_t opened, closed, requests, slots;
    uint64_t iterations_max;
};

static enum outcome fake_open(void *self_, struct result *result, struct buf *reason)
{
    struct fake *self = self_;
    self->opened++;
    result->bytes = self->bytes;
    if (self->open_outcome != OUTCOME_OK)
        buf_error(reason, ASSAY_OK, "the reason of open");
    return self->open_outcome;
}

/* Between 0 and 1, the same in each test. */
static double noise_of(size_t slot)
{
    uint64_t z = (uint64_t)slot * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    return (double)(z >> 11) * 0x1p-53;
}

static double fake_slot_ns(struct fake *self, uint64_t iterations)
{
    size_t slot = ++self->slots;
    double ns = self->fixed_ns + (double)iterations * self->each_ns;
    if (slot <= self->cold_slots)
        ns *= self->cold_factor;
    if (slot == self->slow_slot)
        ns += self->slow_ns;
    self->each_ns *= 1 - self->falls;
    return ns * (1 + self->noise * noise_of(slot));
}

static enum outcome fake_run(void *self_, const struct run_request *request, struct result *result,
                             slot_vec *ret_slots, struct buf *reason)
{
    struct fake *self = self_;
    CHECK(self->opened == 1 && self->closed == 0 && request->iterations > 0 && request->slots > 0);
    CHECK(++self->requests < 100000);
    if (request->iterations > self->iterations_max)
        self->iterations_max = request->iterations;
    if (self->requests == self->fail_at) {
        buf_error(reason, ASSAY_OK, "the reason of run");
        return self->run_outcome;
    }
    result->bytes = self->bytes;
    for (size_t i = 0; i < request->slots; i++) {
        struct slot *slot = vec_add(ret_slots);
        CHECK(slot != NULL);
        *slot = (struct slot){.ns = fake_slot_ns(self, request->iterations)};
        slot->untimed_ns = self->untimed * slot->ns;
        slot->removed_ns = self->removed * slot->ns;
        slot->body_ns =
            slot->ns / (1 - self->outside) + self->outside_ns + slot->untimed_ns + slot->removed_ns;
        self->now_ns += slot->body_ns;
    }
    return OUTCOME_OK;
}

static double fake_rss_bytes(void *self)
{
    (void)self;
    return 12345678;
}

static double fake_now(void *self)
{
    return ((struct fake *)self)->now_ns * 1e-9;
}

static enum outcome fake_close(void *self_, struct buf *reason)
{
    struct fake *self = self_;
    self->closed++;
    if (self->close_outcome != OUTCOME_OK)
        buf_error(reason, ASSAY_OK, "the reason of close");
    return self->close_outcome;
}

static const struct executor_ops FAKE = {fake_open, fake_run, fake_rss_bytes, fake_now, fake_close};

static const struct plan PLAN = {.profile = "test",
                                 .launches = 1,
                                 .warmup_seconds = 0.1,
                                 .measure_seconds = 0.2,
                                 .slot_seconds = 300e-6};

/* What came out of one launch; the reason's text lives until the next launch. */
struct launched {
    enum outcome outcome;
    struct result result;
    struct launch_facts facts;
    const char *reason;
};

/* `got` has the facts of the launch before. */
static void launch_after(struct fake *fake, const struct plan *plan, struct launched *got)
{
    static struct buf reason;
    const struct executor executor = {&FAKE, fake};
    buf_release(&reason);
    buf_init(&reason, 1000);
    got->outcome = launch_measure(&executor, plan, 3, &got->result, &got->facts, &reason);
    got->reason = reason.text;
    CHECK(fake->opened == 1 && fake->closed == 1);
}

static struct launched launch(struct fake *fake, const struct plan *plan)
{
    struct launched got = {.facts = {.iterations = 777}};
    launch_after(fake, plan, &got);
    return got;
}

static void check_each(const struct launched *got, double each_ns, double relative)
{
    CHECK_STR(got->reason, "");
    CHECK_EQ(got->outcome, OUTCOME_OK);
    CHECK(got->result.samples.count > 0);
    for (size_t i = 0; i < got->result.samples.count; i++) {
        const struct sample *sample = &got->result.samples.items[i];
        CHECK_EQ(sample->launch, 3);
        CHECK_EQ(sample->iterations, got->facts.iterations);
        CHECK_NEAR(sample->ns / (double)sample->iterations, each_ns, relative);
    }
}

static void check_failed(struct launched *got, const char *text)
{
    CHECK_EQ(got->outcome, OUTCOME_FAILED);
    CHECK_CONTAINS(got->reason, text);
    CHECK_EQ(got->result.samples.count, 0);
    CHECK_EQ(got->facts.rss_bytes_peak, 0);
    result_release(&got->result);
}

static void release(struct launched *got)
{
    result_release(&got->result);
}

TEST(the_fixed_cost_of_a_slot_is_removed)
{
    static const double each_ns[] = {0.3, 3.7, 25, 1000};
    for (size_t i = 0; i < 4; i++) {
        struct fake fake = {.fixed_ns = 25, .each_ns = each_ns[i]};
        struct launched got = launch(&fake, &PLAN);
        check_each(&got, each_ns[i], 1e-6);
        CHECK_NEAR(got.facts.fixed_ns, 25, 1e-6);
        release(&got);
    }
}

TEST(a_fixed_cost_as_large_as_an_interpreter_has_is_removed_too)
{
    struct fake fake = {.fixed_ns = 900, .each_ns = 40};
    struct launched got = launch(&fake, &PLAN);
    check_each(&got, 40, 1e-6);
    release(&got);
}

/* Without it 25 ns would be 0.4 % of a slot of two iterations of 3 us. */
TEST(the_fixed_cost_is_removed_from_short_slots_of_long_iterations)
{
    struct plan plan = PLAN;
    struct fake fake = {.fixed_ns = 25, .each_ns = 3000};
    plan.iterations = 2;
    struct launched got = launch(&fake, &plan);
    check_each(&got, 3000, 1e-6);
    release(&got);
}

TEST(long_slots_bear_the_fixed_cost)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 50 * MILLISECOND};
    struct launched got = launch(&fake, &PLAN);
    check_each(&got, 50 * MILLISECOND, 1e-6);
    CHECK_EQ(got.facts.fixed_ns, 0);
    release(&got);
}

TEST(the_iteration_count_reaches_the_length_of_a_slot)
{
    static const double each_ns[] = {0.05, 0.3, 7, 100, 2000, 90000, 290000};
    for (size_t i = 0; i < 7; i++) {
        struct fake fake = {.fixed_ns = 30, .each_ns = each_ns[i]};
        struct launched got = launch(&fake, &PLAN);
        double slot_ns = (double)got.facts.iterations * each_ns[i];
        CHECK(slot_ns >= 0.65 * 300000 && slot_ns <= 2 * 300000);
        release(&got);
    }
}

TEST(an_iteration_longer_than_a_slot_runs_once_in_it)
{
    struct plan plan = PLAN;
    struct fake fake = {.fixed_ns = 30, .each_ns = 2000 * MILLISECOND};
    plan.sample_count = 2;
    struct launched got = launch(&fake, &plan);
    CHECK_EQ(got.facts.iterations, 1);
    CHECK_EQ(got.result.samples.count, 2);
    CHECK(fake.slots <= 5); /* cold, one look, one of warm-up, the samples: each costs 2 s */
    release(&got);
}

/* Of launches after the first: what is left to be found out, and that a wrong hint is mended. */
TEST(a_body_that_was_long_is_not_looked_at_again)
{
    struct plan plan = PLAN;
    struct fake fake = {.fixed_ns = 30, .each_ns = 2000 * MILLISECOND};
    struct launched got = {.facts = {.is_long = true}};
    plan.sample_count = 2;
    launch_after(&fake, &plan, &got);
    CHECK_EQ(got.facts.iterations, 1);
    CHECK(got.facts.is_long);
    CHECK_EQ(fake.slots, 3); /* cold, and the samples */
    release(&got);
}

TEST(a_body_that_was_long_and_is_not_gets_its_iterations)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 10};
    struct launched got = {.facts = {.is_long = true}}, want = launch(&fake, &PLAN);
    struct fake same = {.fixed_ns = 25, .each_ns = 10};
    launch_after(&same, &PLAN, &got);
    CHECK_EQ(got.facts.iterations, want.facts.iterations);
    CHECK(!got.facts.is_long && !want.facts.is_long);
    check_each(&got, 10, 1e-6);
    release(&got);
    release(&want);
}

TEST(a_slot_longer_than_all_of_the_warm_up_has_warmed_up)
{
    struct fake fake = {.fixed_ns = 30, .each_ns = 150 * MILLISECOND};
    struct plan plan = PLAN;
    plan.sample_count = 1;
    struct launched got = launch(&fake, &plan);
    CHECK_EQ(fake.slots, 3); /* cold, one look, the sample */
    release(&got);
}

TEST(the_count_bound_mode_takes_exactly_so_many_samples)
{
    static const uint64_t counts[] = {1, 7, 66, 67, 512, 513, 5000};
    for (size_t i = 0; i < 7; i++) {
        struct plan plan = PLAN;
        struct fake fake = {.fixed_ns = 25, .each_ns = 10};
        plan.sample_count = counts[i];
        plan.measure_seconds = 0;
        struct launched got = launch(&fake, &plan);
        CHECK_EQ(got.result.samples.count, counts[i]);
        check_each(&got, 10, 1e-6);
        release(&got);
    }
}

static double samples_seconds(const struct launched *got)
{
    double ns = 0;
    for (size_t i = 0; i < got->result.samples.count; i++)
        ns += got->result.samples.items[i].ns;
    return ns * 1e-9;
}

/* A batch is at most 20 ms, so the end is passed by one batch at most. */
TEST(the_time_bound_mode_ends_on_the_executors_clock)
{
    struct fake fake = {.fixed_ns = 0, .each_ns = 10};
    struct launched got = launch(&fake, &PLAN);
    CHECK(samples_seconds(&got) >= 0.2);
    CHECK(samples_seconds(&got) < 0.2 + 0.021);
    release(&got);
}

TEST(the_time_bound_mode_takes_at_least_one_batch)
{
    struct plan plan = PLAN;
    struct fake fake = {.fixed_ns = 25, .each_ns = 500 * MILLISECOND};
    plan.measure_seconds = 0;
    struct launched got = launch(&fake, &plan);
    CHECK_EQ(got.result.samples.count, 1);
    release(&got);
}

TEST(the_iteration_count_of_the_plan_is_honoured)
{
    static const uint64_t counts[] = {2, 1000, 1000000};
    for (size_t i = 0; i < 3; i++) {
        struct plan plan = PLAN;
        struct fake fake = {.fixed_ns = 25, .each_ns = 10};
        plan.iterations = counts[i];
        struct launched got = launch(&fake, &plan);
        CHECK_EQ(got.facts.iterations, counts[i]);
        check_each(&got, 10, 1e-6);
        release(&got);
    }
}

/* One iteration may be all that a benchmark can do: nothing else is run, so nothing is removed. */
TEST(a_plan_of_one_iteration_never_runs_two)
{
    struct plan plan = PLAN;
    struct fake fake = {.fixed_ns = 25, .each_ns = 100};
    plan.iterations = 1;
    struct launched got = launch(&fake, &plan);
    check_each(&got, 125, 1e-6);
    CHECK_EQ(fake.iterations_max, 1);
    release(&got);
}

TEST(a_body_that_costs_nothing_is_optimized_out)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 0};
    struct launched got = launch(&fake, &PLAN);
    check_failed(&got, "optimized out");
    CHECK_CONTAINS(got.reason, "assay_keep");
}

TEST(a_body_that_costs_a_thousandth_of_a_cycle_is_optimized_out)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 0.0003};
    struct launched got = launch(&fake, &PLAN);
    check_failed(&got, "optimized out");
}

TEST(a_body_that_costs_nothing_is_found_with_any_iteration_count)
{
    static const uint64_t counts[] = {300, 1000, 1000000, (uint64_t)1 << 30};
    for (size_t i = 0; i < 4; i++) {
        struct plan plan = PLAN;
        struct fake fake = {.fixed_ns = 25, .each_ns = 0};
        plan.iterations = counts[i];
        struct launched got = launch(&fake, &plan);
        check_failed(&got, "optimized out");
    }
}

TEST(a_body_of_a_twentieth_of_a_nanosecond_is_reported)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 0.05};
    struct launched got = launch(&fake, &PLAN);
    check_each(&got, 0.05, 1e-6);
    release(&got);
}

TEST(a_fast_body_in_long_slots_is_reported_too)
{
    struct plan plan = PLAN;
    struct fake fake = {.fixed_ns = 25, .each_ns = 0.01};
    plan.slot_seconds = 0.02; /* 2e9 iterations: past the point where slopes are looked at */
    struct launched got = launch(&fake, &plan);
    check_each(&got, 0.01, 1e-6);
    release(&got);
}

/* 4096 bytes in 0.5 ns are 8.2e12 bytes/s; the bound is 4e12. */
TEST(more_bytes_per_second_than_a_machine_can_move_are_refused)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 0.5, .bytes = 4096};
    struct launched got = launch(&fake, &PLAN);
    check_failed(&got, "faster than a machine can be: 8.19e+12 bytes/s");
}

TEST(as_many_bytes_per_second_as_a_machine_can_move_are_reported)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 1.1, .bytes = 4096};
    struct launched got = launch(&fake, &PLAN);
    check_each(&got, 1.1, 1e-6);
    CHECK_EQ(got.result.bytes, 4096);
    release(&got);
}

static void check_open_outcome(enum outcome outcome)
{
    struct fake fake = {.each_ns = 10, .open_outcome = outcome};
    struct launched got = launch(&fake, &PLAN);
    CHECK_EQ(got.outcome, outcome);
    CHECK_STR(got.reason, "the reason of open");
    CHECK_EQ(got.result.samples.count, 0);
    CHECK_EQ(fake.requests, 0);
    CHECK_EQ(got.facts.rss_bytes_peak, 0);
    CHECK_EQ(got.facts.outside_ratio, 0);
}

TEST(a_failure_or_skip_in_open_ends_the_launch)
{
    check_open_outcome(OUTCOME_FAILED);
    check_open_outcome(OUTCOME_SKIPPED);
}

/* Whichever request fails, nothing of this launch is kept, and what was there before stays. */
TEST(a_failure_or_skip_in_any_run_ends_the_launch_without_samples)
{
    struct fake good = {.fixed_ns = 25, .each_ns = 10};
    struct launched whole = launch(&good, &PLAN);
    CHECK(good.requests > 20);
    for (size_t request = 1; request <= good.requests; request++) {
        struct fake fake = {.fixed_ns = 25, .each_ns = 10, .fail_at = request};
        fake.run_outcome = request % 2 ? OUTCOME_FAILED : OUTCOME_SKIPPED;
        struct launched got = launch(&fake, &PLAN);
        CHECK_EQ(got.outcome, fake.run_outcome);
        CHECK_STR(got.reason, "the reason of run");
        CHECK_EQ(fake.requests, request);
        CHECK_EQ(got.result.samples.count, 0);
        CHECK_EQ(got.facts.rss_bytes_peak, 0);
        release(&got);
    }
    release(&whole);
}

TEST(a_failure_in_teardown_is_a_failure_without_samples)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 10, .close_outcome = OUTCOME_FAILED};
    struct launched got = launch(&fake, &PLAN);
    CHECK_EQ(got.outcome, OUTCOME_FAILED);
    CHECK_STR(got.reason, "the reason of close");
    CHECK_EQ(got.result.samples.count, 0);
    release(&got);
}

TEST(a_failure_in_teardown_does_not_hide_the_one_before)
{
    struct fake fake = {.each_ns = 10,
                        .fail_at = 5,
                        .run_outcome = OUTCOME_SKIPPED,
                        .close_outcome = OUTCOME_FAILED};
    struct launched got = launch(&fake, &PLAN);
    CHECK_EQ(got.outcome, OUTCOME_SKIPPED);
    CHECK_STR(got.reason, "the reason of run");
}

static void launch_again(struct result *result, struct fake *fake, uint32_t number)
{
    struct launch_facts facts = {0};
    struct buf reason;
    const struct executor executor = {&FAKE, fake};
    buf_init(&reason, 1000);
    launch_measure(&executor, &PLAN, number, result, &facts, &reason);
    buf_release(&reason);
}

TEST(samples_of_earlier_launches_stay)
{
    struct result result = {0};
    struct fake first = {.fixed_ns = 25, .each_ns = 10};
    struct fake second = {.fixed_ns = 25, .each_ns = 20};
    struct fake bad = {.fixed_ns = 25, .each_ns = 0};
    launch_again(&result, &first, 0);
    size_t count = result.samples.count;
    launch_again(&result, &second, 1);
    CHECK(result.samples.count > count);
    CHECK_EQ(result.samples.items[count - 1].launch, 0);
    CHECK_EQ(result.samples.items[count].launch, 1);
    count = result.samples.count;
    launch_again(&result, &bad, 2);
    CHECK_EQ(result.samples.count, count);
    result_release(&result);
}

TEST(a_body_that_gets_faster_is_not_sampled_cold)
{
    static const size_t cold_slots[] = {1, 2, 10, 60, 100};
    for (size_t i = 0; i < 5; i++) {
        struct fake fake = {.fixed_ns = 25, .each_ns = 10, .cold_factor = 10};
        fake.cold_slots = cold_slots[i];
        struct launched got = launch(&fake, &PLAN);
        check_each(&got, 10, 1e-6);
        CHECK_NEAR(got.facts.fixed_ns, 25, 1e-6);
        CHECK((double)got.facts.iterations * 10 >= 0.65 * 300000);
        release(&got);
    }
}

TEST(warming_up_ends_with_its_time_when_the_body_never_settles)
{
    struct plan plan = PLAN;
    struct fake fake = {.fixed_ns = 25, .each_ns = 1000, .falls = 0.001};
    plan.sample_count = 1;
    struct launched got = launch(&fake, &plan);
    CHECK_EQ(got.outcome, OUTCOME_OK);
    CHECK_EQ(got.result.samples.count, 1);
    CHECK(fake.now_ns < 1e9 * (0.1 + 0.03));
    release(&got);
}

TEST(no_time_to_warm_up_means_no_warm_up)
{
    struct plan plan = PLAN;
    struct fake fake = {.fixed_ns = 25, .each_ns = 100 * MILLISECOND};
    plan.warmup_seconds = 0;
    plan.sample_count = 1;
    struct launched got = launch(&fake, &plan);
    CHECK_EQ(fake.slots, 3); /* cold, one look, the sample */
    release(&got);
}

TEST(a_first_slot_a_thousand_times_slower_does_not_fix_the_iterations_at_1)
{
    struct plan plan = PLAN;
    plan.warmup_seconds = 0; /* nothing mends it later */
    struct fake cold = {.fixed_ns = 25, .each_ns = 10, .cold_slots = 1, .cold_factor = 100000};
    struct fake even = {.fixed_ns = 25, .each_ns = 10};
    struct launched got = launch(&cold, &plan), want = launch(&even, &plan);
    CHECK_EQ(got.facts.iterations, want.facts.iterations);
    check_each(&got, 10, 1e-6);
    release(&got);
    release(&want);
}

TEST(an_interrupt_in_any_one_slot_does_not_end_the_search_for_the_iterations)
{
    struct plan plan = PLAN;
    plan.warmup_seconds = 0;
    for (size_t slot = 1; slot <= 10; slot++) {
        struct fake fake = {.fixed_ns = 25, .each_ns = 10, .slow_ns = 8 * MILLISECOND};
        fake.slow_slot = slot;
        struct launched got = launch(&fake, &plan);
        CHECK((double)got.facts.iterations * 10 >= 0.65 * 300000);
        CHECK_NEAR(got.facts.fixed_ns, 25, 1e-6);
        release(&got);
    }
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Noise of up to 20 % on every slot: the median is off by about half of it, the fixed cost by no
 * more than the noise of the fastest of 40 slots. */
TEST(noise_moves_the_result_no_further_than_itself)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 10, .noise = 0.2};
    struct launched got = launch(&fake, &PLAN);
    size_t count = got.result.samples.count;
    double *each_ns = calloc(count, sizeof *each_ns);
    CHECK(got.outcome == OUTCOME_OK && count > 400 && each_ns != NULL);
    for (size_t i = 0; i < count; i++)
        each_ns[i] = got.result.samples.items[i].ns / (double)got.facts.iterations;
    qsort(each_ns, count, sizeof *each_ns, by_value);
    CHECK_NEAR(each_ns[count / 2], 11, 0.02);
    CHECK(each_ns[0] > 9.9 && each_ns[count - 1] < 12.1);
    free(each_ns);
    release(&got);
}

TEST(the_share_of_the_body_outside_of_its_loop_is_told)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 10, .outside = 0.2};
    struct launched got = launch(&fake, &PLAN);
    CHECK_NEAR(got.facts.outside_ratio, 0.2, 1e-3);
    check_each(&got, 10, 1e-6); /* and is no part of the samples */
    release(&got);
    fake = (struct fake){.fixed_ns = 25, .each_ns = 10};
    got = launch(&fake, &PLAN);
    CHECK_EQ(got.facts.outside_ratio, 0);
    release(&got);
}

/* 40 ns of a slot of 125 ns, but two more readings of the clock take as long. */
TEST(the_clock_of_the_body_is_no_part_of_what_lies_outside_of_its_loop)
{
    struct plan plan = PLAN;
    struct fake fake = {.fixed_ns = 25, .each_ns = 10, .outside_ns = 40};
    plan.iterations = 10;
    struct launched got = launch(&fake, &plan);
    CHECK_EQ(got.outcome, OUTCOME_OK);
    CHECK_EQ(got.facts.outside_ratio, 0);
    release(&got);
}

TEST(the_peak_of_memory_is_told)
{
    struct fake fake = {.fixed_ns = 25, .each_ns = 10};
    struct launched got = launch(&fake, &PLAN);
    CHECK_EQ(got.facts.rss_bytes_peak, 12345678);
    release(&got);
}

TEST_MAIN
