/* src/compare/limits and summaries: which limits hold, what they make of intervals made by hand,
 * and which exit code goes before which. */
#include "compare/bounds/limits.h"
#include "compare/summaries.h"
#include "harness.h"

#define TIME (&METRICS[METRIC_TIME])
#define RSS (&METRICS[METRIC_RSS])
#define RATE (&METRICS[METRIC_BYTES])

static const struct limits_request UNSAID = {0};

static struct limits limits_of(const struct threshold *items, size_t count,
                               const struct limits_request *request)
{
    struct threshold copies[4];
    threshold_vec thresholds = {copies, count, 4};
    CHECK(count <= 4);
    for (size_t i = 0; i < count; i++)
        copies[i] = items[i];
    return limits_for(&thresholds, request, "text/b:n=1", TIME);
}

/* ---- which limits ---- */

TEST(without_a_threshold_the_command_line_counts_and_without_that_5_and_10_per_cent)
{
    struct limits limits = limits_of(NULL, 0, &UNSAID);
    CHECK(limits.warn == 0.05 && limits.fail == 0.10 && !limits.placement_fails);
    limits = limits_of(NULL, 0, &(struct limits_request){.warn = 0.02, .fail = 0.03});
    CHECK(limits.warn == 0.02 && limits.fail == 0.03);
}

TEST(the_last_threshold_that_names_the_benchmark_wins_key_by_key)
{
    const struct threshold items[] = {
        {"text/*", TIME, 0.03, 0.08, "fail"},
        {"text/b*", TIME, 0, 0.20, NULL},
        {"other/*", TIME, 0.5, 0.5, NULL},
        {"text/b*", RSS, 0.6, 0.7, NULL},
    };
    struct limits limits = limits_of(items, 4, &(struct limits_request){.warn = 0.5, .fail = 0.9});
    CHECK(limits.warn == 0.03 && limits.fail == 0.20 && limits.placement_fails);
}

TEST(the_limit_that_was_not_said_gives_way_to_the_one_that_was)
{
    const struct threshold strict = {"*", TIME, 0, 0.02, NULL}, lax = {"*", TIME, 0.3, 0, NULL};
    struct limits limits = limits_of(&strict, 1, &UNSAID);
    CHECK(limits.warn == 0.02 && limits.fail == 0.02);
    limits = limits_of(&lax, 1, &UNSAID);
    CHECK(limits.warn == 0.3 && limits.fail == 0.3);
}

TEST(a_threshold_names_one_metric)
{
    struct threshold item = {"text/*", RSS, 0.1, 0.2, NULL};
    const threshold_vec thresholds = {&item, 1, 1};
    CHECK(limits_named(&thresholds, "text/b", RSS));
    CHECK(!limits_named(&thresholds, "text/b", TIME));
    CHECK(!limits_named(&thresholds, "wire/b", RSS));
}

/* ---- what they make of a row ---- */

static enum gate gate_of(const struct metric *metric, double low, double high)
{
    const struct comparison row = {.metric = metric->name,
                                   .verdict = VERDICT_UNDECIDED,
                                   .gate = GATE_PASS,
                                   .interval = {low, high, 0.99},
                                   .limits = {.warn = 0.05, .fail = 0.10}};
    return limits_gate(&row);
}

TEST(a_shift_of_7_per_cent_warns_and_one_of_12_fails)
{
    CHECK_EQ(gate_of(TIME, 1.065, 1.075), GATE_WARN);
    CHECK_EQ(gate_of(TIME, 1.115, 1.125), GATE_FAIL);
    CHECK_EQ(gate_of(TIME, 1.09, 1.11), GATE_UNDECIDED);
    CHECK_EQ(gate_of(TIME, 0.97, 1.03), GATE_PASS);
    CHECK_EQ(gate_of(RSS, 1.115, 1.125), GATE_FAIL);
}

/* 1 / 1.12 = 0.893: a rate that fell so far takes 12 % longer for the same. */
TEST(of_a_rate_less_is_worse)
{
    CHECK_EQ(gate_of(RATE, 0.88, 0.90), GATE_FAIL);
    CHECK_EQ(gate_of(RATE, 0.93, 0.94), GATE_WARN);
    CHECK_EQ(gate_of(RATE, 0.90, 0.92), GATE_UNDECIDED);
    CHECK_EQ(gate_of(RATE, 1.12, 1.13), GATE_PASS);
}

TEST(a_row_without_a_verdict_keeps_its_gate)
{
    struct comparison row = {.metric = "time_ns", .gate = GATE_UNDECIDED, .interval = {1, 1, 0.99}};
    CHECK_EQ(limits_gate(&row), GATE_UNDECIDED);
}

TEST(placement_passes_unless_it_was_asked_to_fail)
{
    struct comparison row = {.metric = "time_ns",
                             .verdict = VERDICT_PLACEMENT,
                             .gate = GATE_FAIL,
                             .interval = {1.2, 1.3, 0.99},
                             .limits = LIMITS_DEFAULT};
    CHECK_EQ(limits_gate(&row), GATE_PASS);
    row.limits.placement_fails = true;
    CHECK_EQ(limits_gate(&row), GATE_FAIL);
}

TEST(stored_numbers_of_another_machine_pass_and_fail_only_beyond_a_factor_of_two)
{
    struct comparison row = {.metric = "time_ns",
                             .verdict = VERDICT_UNDECIDED,
                             .kind = KIND_STORED,
                             .across_machines = true,
                             .interval = {0.99, 1.01, 0.99},
                             .limits = LIMITS_DEFAULT};
    CHECK_EQ(limits_gate(&row), GATE_UNDECIDED);
    row.interval = (struct interval){1.5, 1.9, 0.99};
    CHECK_EQ(limits_gate(&row), GATE_UNDECIDED);
    row.interval = (struct interval){2.1, 2.5, 0.99};
    CHECK_EQ(limits_gate(&row), GATE_FAIL);
    row.interval = (struct interval){0.6, 0.7, 0.99};
    CHECK_EQ(limits_gate(&row), GATE_UNDECIDED);
    row.interval = (struct interval){0.3, 0.4, 0.99};
    CHECK_EQ(limits_gate(&row), GATE_PASS);
    row.interval = (struct interval){0.99, 1.01, 0.99};
    row.kind = KIND_REMEASURED; /* both sides were measured here */
    CHECK_EQ(limits_gate(&row), GATE_PASS);
}

/* Half a width of 0.2, 0.0501 away from the limit: (0.2 / 0.0501)^2 = 15.94 times as many launches
 * as the 8, of which 128 are all and 120 to go. */
TEST(launches_that_a_limit_needs_grow_with_the_square_of_the_way_to_it)
{
    struct comparison row = {.metric = "time_ns", .launches = 8, .limits = LIMITS_DEFAULT};
    row.ratio = 1.10 * exp(-0.0501);
    row.interval = (struct interval){row.ratio * exp(-0.2), row.ratio * exp(0.2), 0.99};
    CHECK_EQ(limits_launches_needed(&row), 120);
    row.ratio = 1.10;
    CHECK(limits_launches_needed(&row) > 500);
}

/* ---- exit codes ---- */

static int exit_code_of(const struct comparison *items, size_t count, struct gate_facts facts)
{
    struct comparison copies[4];
    const comparison_vec rows = {copies, count, 4};
    for (size_t i = 0; i < count; i++)
        copies[i] = items[i];
    return limits_exit_code(&rows, &facts);
}

TEST(a_failed_benchmark_goes_before_a_regression_and_that_before_undecided)
{
    const struct comparison rows[] = {{.gate = GATE_PASS},
                                      {.gate = GATE_UNDECIDED},
                                      {.gate = GATE_FAIL},
                                      {.gate = GATE_UNDECIDED, .outcome = OUTCOME_FAILED}};
    const struct comparison warned = {.gate = GATE_WARN};
    const struct gate_facts facts = {.measured = 1};
    CHECK_EQ(exit_code_of(rows, 1, facts), 0);
    CHECK_EQ(exit_code_of(&warned, 1, facts), 0);
    CHECK_EQ(exit_code_of(rows, 2, facts), 4);
    CHECK_EQ(exit_code_of(rows, 3, facts), 1);
    CHECK_EQ(exit_code_of(rows, 4, facts), 3);
    CHECK_EQ(exit_code_of(rows, 3, (struct gate_facts){.measured = 1, .interrupted = true}), 3);
}

TEST(a_gate_that_measured_nothing_is_undecided)
{
    const struct comparison passed = {.gate = GATE_PASS};
    CHECK_EQ(exit_code_of(NULL, 0, (struct gate_facts){0}), 4);
    CHECK_EQ(exit_code_of(&passed, 1, (struct gate_facts){0}), 4);
}

/* ---- summaries of other metrics ---- */

/* Launches whose logs have this mean and standard error, as summarize() would tell them: t of 4
 * degrees of freedom at 97.5 % is 2.776445. */
static struct measurement memory(double bytes, double error)
{
    double half = 2.776445105 * error;
    return (struct measurement){
        .metric = RSS,
        .summary = {.launch_count = 5,
                    .median = bytes,
                    .interval = {bytes * exp(-half), bytes * exp(half), 0.95}}};
}

/* Equal errors e on both sides: sd of the difference e * sqrt(2), 8 degrees of freedom, t at 99.5 %
 * is 3.355387; so log(1.5) +- 3.355387 * 0.01 * sqrt(2). */
TEST(the_interval_of_two_summaries_is_that_of_welch_worked_by_hand)
{
    const struct measurement then = memory(2e6, 0.01), now = memory(3e6, 0.01);
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct comparison row = {0};
    CHECK(verdict_from_summaries(&then, &now, &rules, &row) == ASSAY_OK);
    CHECK_NEAR(row.ratio, 1.5, 1e-9);
    CHECK_NEAR(row.interval.low, 1.5 * exp(-0.0474523), 1e-5);
    CHECK_NEAR(row.interval.high, 1.5 * exp(0.0474523), 1e-5);
    CHECK_EQ(row.verdict, VERDICT_SLOWER);
    CHECK_STR(row.metric, "rss_bytes_peak");
    CHECK_STR(row.unit, "B");
    CHECK(row.old_ns == 2e6 && row.new_ns == 3e6 && row.launches == 5);
}

TEST(equal_memory_is_the_same_and_scattered_memory_undecided)
{
    const struct measurement exact = memory(2e6, 0.0001), scattered = memory(2e6, 0.1);
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct comparison row = {0};
    CHECK(verdict_from_summaries(&exact, &exact, &rules, &row) == ASSAY_OK);
    CHECK_EQ(row.verdict, VERDICT_SAME);
    CHECK(verdict_from_summaries(&scattered, &scattered, &rules, &row) == ASSAY_OK);
    CHECK_EQ(row.verdict, VERDICT_UNDECIDED);
}

TEST(a_rate_that_fell_is_slower_and_drift_is_named)
{
    struct measurement then = memory(2e6, 0.001), now = memory(1e6, 0.001);
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct comparison row = {0};
    then.metric = now.metric = RATE;
    CHECK(verdict_from_summaries(&then, &now, &rules, &row) == ASSAY_OK);
    CHECK_EQ(row.verdict, VERDICT_SLOWER);
    CHECK_CONTAINS(row.reason, "drift");
    now = memory(1.94e6, 0.02);
    now.metric = RATE;
    CHECK(verdict_from_summaries(&then, &now, &rules, &row) == ASSAY_OK);
    CHECK_EQ(row.verdict, VERDICT_UNDECIDED);
}

TEST(a_summary_without_an_interval_supports_nothing)
{
    const struct measurement good = memory(2e6, 0.01);
    struct measurement single = good, nothing = good, open = good;
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct comparison row = {0};
    single.summary.launch_count = 1;
    nothing.summary.interval.level = 0;
    open.summary.interval.low = 0;
    CHECK_EQ(verdict_from_summaries(&single, &good, &rules, &row), ASSAY_ERR_TOO_FEW);
    CHECK_EQ(verdict_from_summaries(&good, &nothing, &rules, &row), ASSAY_ERR_TOO_FEW);
    CHECK_EQ(verdict_from_summaries(&good, &open, &rules, &row), ASSAY_ERR_ARGUMENT);
    CHECK_EQ(row.verdict, VERDICT_NONE);
}

TEST_MAIN
