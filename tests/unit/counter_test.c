/* Counting without a process: the planner over made-up counts, and callgrind's files as texts. */
#include "harness.h"
#include "measure/counting/callgrind.h"
#include "measure/counting/counter.h"

/* ---- the planner ---- */

enum { ASKED_MAX = 40 };

struct fake {
    double fixed, each; /* instructions of a region: fixed + each * iterations */
    double first;       /* more, in the first region alone */
    double ns_each;     /* how long an iteration takes */
    double allocations; /* per iteration */
    bool is_fresh;
    size_t fails_at; /* this region fails; 0: none */
    enum outcome opens, closes;
    uint64_t asked[ASKED_MAX];
    size_t count, opened, closed;
};

static enum outcome fake_open(void *self_, struct buf *reason)
{
    struct fake *self = self_;
    self->opened++;
    if (self->opens != OUTCOME_OK)
        buf_puts(reason, "does not open");
    return self->opens;
}

static enum outcome fake_count(void *self_, uint64_t iterations, struct tally *ret_tally,
                               struct buf *reason)
{
    struct fake *self = self_;
    CHECK(self->count < ASKED_MAX);
    self->asked[self->count++] = iterations;
    if (self->count == self->fails_at) {
        buf_puts(reason, "crashed");
        return OUTCOME_FAILED;
    }
    double n = (double)iterations;
    *ret_tally = (struct tally){.total = counts_none(""), .ns = self->ns_each * n};
    ret_tally->total.instructions =
        self->fixed + self->each * n + (self->count == 1 ? self->first : 0);
    ret_tally->total.allocations = self->allocations * n;
    ret_tally->total.cpu_ns = self->ns_each * n;
    return OUTCOME_OK;
}

static enum outcome fake_close(void *self_, struct buf *reason)
{
    struct fake *self = self_;
    self->closed++;
    if (self->closes != OUTCOME_OK && reason != NULL)
        buf_puts(reason, "does not close");
    return self->closes;
}

static const struct counter_ops FAKE = {fake_open, fake_count, fake_close};
static char reason_text[1000];

static enum outcome slope(struct fake *fake, uint64_t *iterations, double *ret_instructions)
{
    const struct counter counter = {&FAKE, fake, fake->is_fresh};
    BUF_AUTO reason;
    buf_init(&reason, 1000);
    enum outcome outcome = counter_slope(&counter, iterations, ret_instructions, &reason);
    snprintf(reason_text, sizeof reason_text, "%s", reason.text);
    CHECK_EQ(fake->opened, 1);
    CHECK_EQ(fake->closed, 1);
    return outcome;
}

/* 17 + 250 n, the first region 4000 more: the slope is 250, and 1000 iterations cost 250 000. */
TEST(a_slope_is_free_of_what_each_region_costs_and_of_the_first_one)
{
    struct fake fake = {.fixed = 17, .each = 250, .first = 4000};
    uint64_t n = 0;
    double instructions = 0;
    CHECK_EQ(slope(&fake, &n, &instructions), OUTCOME_OK);
    CHECK_EQ(instructions, 250);
    CHECK_EQ(n, 1000);
    static const uint64_t WANTED[] = {1, 1, 2, 2000, 1000, 2000};
    CHECK_EQ(fake.count, 6);
    for (size_t i = 0; i < 6; i++)
        CHECK_EQ(fake.asked[i], WANTED[i]);
}

static uint64_t iterations_of(double each)
{
    struct fake fake = {.fixed = 5, .each = each};
    uint64_t n = 0;
    double instructions = 0;
    CHECK_EQ(slope(&fake, &n, &instructions), OUTCOME_OK);
    CHECK_EQ(instructions, each);
    return n;
}

/* A million instructions a region: powers of ten, from 1 to 1000. */
TEST(the_number_of_iterations_follows_from_the_instructions_of_one)
{
    CHECK_EQ(iterations_of(1), 1000);
    CHECK_EQ(iterations_of(1000), 1000);
    CHECK_EQ(iterations_of(1001), 100);
    CHECK_EQ(iterations_of(1e5), 10);
    CHECK_EQ(iterations_of(1.00001e5), 1);
    CHECK_EQ(iterations_of(1e12), 1);
}

TEST(a_given_number_of_iterations_changes_nothing_of_what_runs_before)
{
    struct fake fake = {.fixed = 5, .each = 9};
    uint64_t n = 7;
    double instructions = 0;
    CHECK_EQ(slope(&fake, &n, &instructions), OUTCOME_OK);
    CHECK_EQ(n, 7);
    static const uint64_t WANTED[] = {1, 1, 2, 14, 7, 14};
    CHECK_EQ(fake.count, 6);
    for (size_t i = 0; i < 6; i++)
        CHECK_EQ(fake.asked[i], WANTED[i]);
}

TEST(whole_processes_need_no_warming_up)
{
    struct fake fake = {.fixed = 5e8, .each = 250, .is_fresh = true};
    uint64_t n = 0;
    double instructions = 0;
    CHECK_EQ(slope(&fake, &n, &instructions), OUTCOME_OK);
    CHECK_EQ(instructions, 250);
    static const uint64_t WANTED[] = {1, 2, 100000, 200000};
    CHECK_EQ(fake.count, 4);
    for (size_t i = 0; i < 4; i++)
        CHECK_EQ(fake.asked[i], WANTED[i]);
    struct fake again = {.fixed = 5e8, .each = 250, .is_fresh = true};
    CHECK_EQ(slope(&again, &n, &instructions), OUTCOME_OK);
    CHECK_EQ(again.count, 2);
}

TEST(a_body_without_instructions_was_optimized_out)
{
    struct fake fake = {.fixed = 17};
    uint64_t n = 0;
    double instructions = 0;
    CHECK_EQ(slope(&fake, &n, &instructions), OUTCOME_FAILED);
    CHECK_CONTAINS(reason_text, "optimized out: 0 instructions per iteration");
}

TEST(a_region_that_fails_ends_the_count_and_closes_the_counter)
{
    for (size_t at = 1; at <= 6; at++) {
        struct fake fake = {.fixed = 17, .each = 250, .fails_at = at};
        uint64_t n = 0;
        double instructions = -1;
        CHECK_EQ(slope(&fake, &n, &instructions), OUTCOME_FAILED);
        CHECK_STR(reason_text, "crashed");
        CHECK_EQ(fake.count, at);
    }
}

TEST(a_counter_that_does_not_open_or_close_is_an_outcome)
{
    uint64_t n = 0;
    double instructions = 0;
    struct fake shut = {.opens = OUTCOME_SKIPPED, .closes = OUTCOME_FAILED};
    CHECK_EQ(slope(&shut, &n, &instructions), OUTCOME_SKIPPED);
    CHECK_STR(reason_text, "does not open");
    struct fake stuck = {.each = 10, .closes = OUTCOME_FAILED};
    CHECK_EQ(slope(&stuck, &n, &instructions), OUTCOME_FAILED);
    CHECK_STR(reason_text, "does not close");
}

static struct counts region(struct fake *fake, uint64_t iterations)
{
    const struct counter counter = {&FAKE, fake, fake->is_fresh};
    struct counts each;
    BUF_AUTO reason;
    buf_init(&reason, 1000);
    CHECK_EQ(counter_region(&counter, iterations, &each, &reason), OUTCOME_OK);
    CHECK_EQ(fake->closed, 1);
    return each;
}

/* 20 us an iteration: 1, 10, 100, 1000 (20 ms), and once more as the one that counts. */
TEST(a_region_grows_until_it_is_long_enough_and_is_then_run_once_more)
{
    struct fake fake = {.ns_each = 20000, .allocations = 3};
    struct counts each = region(&fake, 0);
    CHECK_EQ(each.allocations, 3);
    CHECK_NEAR(each.cpu_ns, 20000, 1e-12);
    CHECK(isnan(each.instructions) && isnan(each.page_faults) && isnan(each.context_switches));
    CHECK_EQ(fake.count, 5);
    CHECK_EQ(fake.asked[4], 1000);
    struct fake fixed = {.ns_each = 1, .allocations = 0};
    CHECK_EQ(region(&fixed, 12).allocations, 0);
    CHECK_EQ(fixed.count, 2);
    CHECK_EQ(fixed.asked[1], 12);
}

TEST(a_region_that_takes_no_time_does_not_grow_for_ever)
{
    struct fake fake = {.ns_each = 0};
    region(&fake, 0);
    CHECK(fake.count < 20);
}

TEST(nothing_counted_is_never_zero)
{
    struct counts none = counts_none("why");
    CHECK(isnan(none.instructions) && isnan(none.allocations) && isnan(none.allocated_bytes));
    CHECK(isnan(none.page_faults) && isnan(none.context_switches) && isnan(none.cpu_ns));
    CHECK_STR(none.no_instructions, "why");
    CHECK_STR(none.no_allocations, "why");
    CHECK_STR(none.no_usage, "why");
    CHECK_EQ(none.outcome, OUTCOME_OK);
}

/* ---- callgrind's files ---- */

#define HEAD "# callgrind format\nversion: 1\npositions: line\n"

static double parsed(const char *text)
{
    uint64_t number = 0;
    assay_status status = callgrind_parse(text, strlen(text), &number);
    return status == ASSAY_OK ? (double)number : (double)status;
}

TEST(the_total_of_ir_is_read)
{
    CHECK_EQ(parsed(HEAD "events: Ir\nsummary: 0\n\nfn=(1) main\n0 7\n\ntotals: 20007\n"), 20007);
    CHECK_EQ(parsed(HEAD "events: Ir Dr Dw\ntotals: 5 6 7\n"), 5);
    CHECK_EQ(parsed(HEAD "events: Dr Ir\ntotals: 6 5\n"), 5);
    CHECK_EQ(parsed(HEAD "events: Ir\ntotals: 0\n"), 0);
    CHECK_EQ(parsed(HEAD "events: Ir\ntotals: 9007199254740993\ntotals: 1\n"), 9007199254740993);
}

TEST(what_is_no_whole_file_is_refused)
{
    static const char *const BAD[] = {
        "",
        "totals: 5\n",
        "events: Ir\ntotals: 5\n",                         /* not callgrind's */
        HEAD,                                              /* cut off */
        HEAD "events: Ir\n",                               /* cut off */
        HEAD "events: Ir\ntotals: 5",                      /* cut off in the number */
        HEAD "totals: 5\n",                                /* no events */
        HEAD "totals: 5\nevents: Ir\n",                    /* too late */
        HEAD "events: Irr I\ntotals: 5 6\n",               /* another event */
        HEAD "events: Dr Ir\ntotals: 5\n",                 /* too few numbers */
        HEAD "events: Ir\ntotals: \n",                     /* none */
        HEAD "events: Ir\ntotals: -5\n",                   /* no count */
        HEAD "events: Ir\ntotals: 5.5\n",                  /* no count */
        HEAD "events: Ir\ntotals: 18446744073709551616\n", /* 2^64 */
    };
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        CHECK_EQ(parsed(BAD[i]), ASSAY_ERR_PARSE);
}

TEST(files_that_are_not_there_are_told)
{
    uint64_t number = 0;
    BUF_AUTO error;
    buf_init(&error, 1000);
    CHECK_EQ(callgrind_read("/nonexistent/out", &number, &error), ASSAY_ERR_IO);
    CHECK_CONTAINS(error.text, "callgrind left no '/nonexistent/out'");
    CHECK_EQ(callgrind_read("/dev/null", &number, &error), ASSAY_ERR_PARSE);
    CHECK_CONTAINS(error.text, "no whole file");
}

TEST_MAIN
