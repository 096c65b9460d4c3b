/* Judging targets: intervals made by hand, and a Welch interval worked by hand. */
#include <math.h>

#include "compare/bounds/targets.h"
#include "compare/scaling.h"
#include "config/targets.h"
#include "harness.h"
#include "model/resources/resources.h"

static struct result *add_result(struct run *run, const char *id)
{
    struct result *result = vec_add(&run->results);
    CHECK(result != NULL);
    *result = (struct result){.benchmark = {.id = id}, .reason = "", .warning = ""};
    return result;
}

static void add_measurement(struct result *result, enum metric_id metric, struct interval interval)
{
    struct measurement *measurement = result_add_measurement(result, &METRICS[metric]);
    CHECK(measurement != NULL);
    measurement->summary.median = (interval.low + interval.high) / 2;
    measurement->summary.interval = interval;
}

/* One sample a launch, so that each is its launch's median. */
static void add_launches(struct result *result, const double *ns, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct sample *sample = vec_add(&result->samples);
        CHECK(sample != NULL);
        *sample = (struct sample){1, ns[i], (uint32_t)i};
    }
}

static const struct target *judge(struct run *run, const struct target *target)
{
    struct target copy = *target;
    target_vec targets = {&copy, 1, 1};
    CHECK(targets_judge(run, &targets, NULL) == ASSAY_OK);
    return &run->targets.items[run->targets.count - 1];
}

static enum target_status judge_time(double low, double high, double bound)
{
    struct run run = {0};
    add_measurement(add_result(&run, "a"), METRIC_TIME, (struct interval){low, high, 0.95});
    enum target_status status =
        judge(&run, &(struct target){.benchmark = "a", .metric = "time_ns", .limit = bound})
            ->status;
    run_release(&run);
    return status;
}

TEST(a_time_is_met_when_all_of_its_interval_is_at_or_below_the_bound)
{
    CHECK_EQ(judge_time(10, 20, 30), TARGET_MET);
    CHECK_EQ(judge_time(10, 20, 20), TARGET_MET);
    CHECK_EQ(judge_time(10, 20, 19.999), TARGET_UNDECIDED);
    CHECK_EQ(judge_time(10, 20, 10), TARGET_UNDECIDED);
    CHECK_EQ(judge_time(10, 20, 9.999), TARGET_MISSED);
}

TEST(a_rate_is_met_when_all_of_its_interval_is_at_or_above_the_bound)
{
    static const struct {
        double bound;
        enum target_status status;
    } CASES[] = {{9, TARGET_MET},
                 {10, TARGET_MET},
                 {10.001, TARGET_UNDECIDED},
                 {20, TARGET_UNDECIDED},
                 {20.001, TARGET_MISSED}};
    struct run run = {0};
    add_measurement(add_result(&run, "a"), METRIC_BYTES, (struct interval){10, 20, 0.95});
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        const struct target *target = judge(
            &run,
            &(struct target){.benchmark = "a", .metric = "bytes_per_s", .limit = CASES[i].bound});
        CHECK_EQ(target->status, CASES[i].status);
        CHECK_EQ(target->measured, 15);
        CHECK(target->interval.low == 10 && target->interval.high == 20);
    }
    run_release(&run);
}

static assay_status parse(const char *item, struct arena *arena, target_vec *targets)
{
    claim_vec claims = {0};
    char text[200];
    snprintf(text, sizeof text, "targets:\n  - {benchmark: a, %s}\n", item);
    const struct yaml_source source = {text, strlen(text), "t.yaml"};
    return targets_parse(&source, &(struct targets){arena, targets, &claims}, NULL);
}

TEST(a_resource_may_be_bounded_in_its_unit_and_by_nothing)
{
    struct arena arena = {0};
    target_vec targets = {0};
    CHECK_EQ(parse("metric: pss_bytes, at_most: 2 MiB", &arena, &targets), ASSAY_OK);
    CHECK_EQ(parse("metric: allocations, at_most: 0", &arena, &targets), ASSAY_OK);
    CHECK_EQ(parse("metric: pss_bytes, at_least: 2 MiB", &arena, &targets), ASSAY_ERR_PARSE);
    CHECK_EQ(parse("metric: rss_bytes_peak, at_most: 0", &arena, &targets), ASSAY_ERR_PARSE);
    CHECK_EQ(parse("metric: heap_bytes, at_most: 5", &arena, &targets), ASSAY_OK); /* its own */
    CHECK_EQ(targets.count, 3);
    CHECK_EQ(targets.items[0].limit, 2 * 1024 * 1024.0);
    CHECK_EQ(targets.items[1].limit, 0);
    vec_release(&targets);
    arena_release(&arena);
}

TEST(a_resource_is_judged_where_it_was_measured_and_not_run_elsewhere)
{
    const struct target none = {.benchmark = "a", .metric = "allocations", .limit = 0};
    struct run run = {0};
    struct result *result = add_result(&run, "a");
    CHECK_EQ(judge(&run, &none)->status, TARGET_NONE);
    struct measurement *measurement =
        result_add_measurement(result, &RESOURCES[RESOURCE_ALLOCATIONS].metric);
    CHECK(measurement != NULL);
    measurement->summary.interval = (struct interval){0, 0, 0.95};
    CHECK_EQ(judge(&run, &none)->status, TARGET_MET);
    measurement->summary.interval = (struct interval){1, 1, 0.95};
    CHECK_EQ(judge(&run, &none)->status, TARGET_MISSED);
    run_release(&run);
}

TEST(a_number_without_an_interval_decides_nothing)
{
    struct run run = {0};
    add_measurement(add_result(&run, "a"), METRIC_RSS, (struct interval){10, 10, 0});
    CHECK_EQ(
        judge(&run, &(struct target){.benchmark = "a", .metric = "rss_bytes_peak", .limit = 1e9})
            ->status,
        TARGET_UNDECIDED);
    run_release(&run);
}

/* Launch medians of the slow one are 8, 16, 32 and of the fast one 1, 2, 4.  In units of ln 2 the
 * logs are 3, 4, 5 and 0, 1, 2: means 4 and 1, variances 1 and 1, each mean's variance 1/3.  So the
 * difference is 3, its standard error sqrt(2/3) = 0.816497, Welch's degrees of freedom
 * (2/3)^2 / ((1/3)^2/2 + (1/3)^2/2) = 4, and Student's 0.975 quantile of 4 is 2.776445 (any table),
 * so the interval is 3 -+ 2.266958: 2^0.733042 = 1.66214 to 2^5.266958 = 38.5046 around 2^3 = 8. */
static struct run welch_run(void)
{
    static const double SLOW[] = {8, 16, 32}, FAST[] = {1, 2, 4};
    struct run run = {0};
    struct result *slow = add_result(&run, "slow");
    add_launches(slow, SLOW, 3);
    add_measurement(slow, METRIC_TIME, (struct interval){8, 32, 0.95});
    struct result *fast = add_result(&run, "fast");
    add_launches(fast, FAST, 3);
    add_measurement(fast, METRIC_TIME, (struct interval){1, 4, 0.95});
    return run;
}

TEST(a_factor_has_the_hand_worked_welch_interval)
{
    struct run run = welch_run();
    const struct target *target = judge(
        &run,
        &(struct target){.benchmark = "fast", .metric = "time_ns", .limit = 2, .versus = "slow"});
    CHECK_NEAR(target->measured, 8, 1e-12);
    CHECK_NEAR(target->interval.low, 1.66214, 1e-5);
    CHECK_NEAR(target->interval.high, 38.5046, 1e-5);
    CHECK_EQ(target->interval.level, 0.95);
    CHECK_EQ(target->status, TARGET_UNDECIDED);
    run_release(&run);
}

TEST(a_factor_is_met_below_its_interval_and_missed_above_it)
{
    struct run run = welch_run();
    struct target target = {.benchmark = "fast", .metric = "time_ns", .versus = "slow"};
    target.limit = 1.66;
    CHECK_EQ(judge(&run, &target)->status, TARGET_MET);
    target.limit = 38.51;
    CHECK_EQ(judge(&run, &target)->status, TARGET_MISSED);
    target.benchmark = "slow"; /* the other way round: 1/38.5 to 1/1.66 times as fast */
    target.versus = "fast";
    target.limit = 1;
    CHECK_EQ(judge(&run, &target)->status, TARGET_MISSED);
    run_release(&run);
}

TEST(a_factor_of_single_launches_is_told_but_undecided)
{
    struct run run = welch_run();
    run.results.items[0].samples.count = run.results.items[1].samples.count = 1;
    const struct target *target = judge(
        &run,
        &(struct target){.benchmark = "fast", .metric = "time_ns", .limit = 2, .versus = "slow"});
    CHECK_EQ(target->status, TARGET_UNDECIDED);
    CHECK_EQ(target->measured, 8); /* 20 / 2.5, the medians that are shown */
    CHECK_EQ(target->interval.level, 0);
    run_release(&run);
}

TEST(a_benchmark_that_failed_was_skipped_or_not_run_meets_nothing)
{
    for (int outcome = OUTCOME_FAILED; outcome <= OUTCOME_SKIPPED; outcome++) {
        struct run run = welch_run();
        struct target target = {.benchmark = "fast", .metric = "time_ns", .limit = 100};
        run.results.items[1].outcome = (enum outcome)outcome;
        CHECK_EQ(judge(&run, &target)->status, TARGET_NONE);
        target.versus = "slow";
        target.limit = 1;
        CHECK_EQ(judge(&run, &target)->status, TARGET_NONE);
        target.benchmark = "slow";
        target.versus = "fast";
        CHECK_EQ(judge(&run, &target)->status, TARGET_NONE);
        target.benchmark = "never_run";
        CHECK_EQ(judge(&run, &target)->status, TARGET_NONE);
        run_release(&run);
    }
}

TEST(a_metric_that_was_not_measured_is_not_judged)
{
    struct run run = welch_run();
    CHECK_EQ(judge(&run, &(struct target){.benchmark = "fast", .metric = "items_per_s"})->status,
             TARGET_NONE);
    run_release(&run);
}

TEST(a_pattern_makes_one_target_for_each_result_that_it_matches)
{
    static const char *const IDS[] = {"s/a:n=1", "s/a:n=2", "s/b:n=1"};
    struct target items[] = {{.benchmark = "s/a:*", .metric = "time_ns", .limit = 15},
                             {.benchmark = "s/?:n=1", .metric = "time_ns", .limit = 5},
                             {.benchmark = "none*", .metric = "time_ns", .limit = 5}};
    target_vec targets = {items, 3, 3};
    struct run run = {0};
    for (int i = 0; i < 3; i++)
        add_measurement(add_result(&run, IDS[i]), METRIC_TIME,
                        (struct interval){10 * i + 8, 10 * i + 12, 0.95});
    CHECK(targets_judge(&run, &targets, NULL) == ASSAY_OK);
    CHECK_EQ(run.targets.count, 4);
    CHECK_STR(run.targets.items[0].benchmark, "s/a:n=1");
    CHECK_EQ(run.targets.items[0].status, TARGET_MET);
    CHECK_STR(run.targets.items[1].benchmark, "s/a:n=2");
    CHECK_EQ(run.targets.items[1].status, TARGET_MISSED);
    CHECK_STR(run.targets.items[2].benchmark, "s/a:n=1");
    CHECK_STR(run.targets.items[3].benchmark, "s/b:n=1");
    CHECK_EQ(run.targets.items[3].status, TARGET_MISSED);
    CHECK_STR(items[0].benchmark, "s/a:*"); /* what was handed in stays */
    run_release(&run);
}

TEST(a_pattern_without_a_colon_need_not_say_parameters)
{
    struct run run = {0};
    struct target items[] = {{.benchmark = "s/*_large", .metric = "time_ns", .limit = 15}};
    target_vec targets = {items, 1, 1};
    add_measurement(add_result(&run, "s/graph_large:n=1"), METRIC_TIME,
                    (struct interval){8, 12, 0.95});
    add_measurement(add_result(&run, "s/graph_larger:n=1"), METRIC_TIME,
                    (struct interval){8, 12, 0.95});
    CHECK(targets_judge(&run, &targets, NULL) == ASSAY_OK);
    CHECK_EQ(run.targets.count, 1);
    CHECK_STR(run.targets.items[0].benchmark, "s/graph_large:n=1");
    run_release(&run);
}

TEST(claims_are_copied_and_nothing_is_judged_by_them)
{
    struct claim claim = {"fast", "time_ns", 3, "page 7"};
    claim_vec claims = {&claim, 1, 1};
    struct run run = welch_run();
    CHECK(targets_judge(&run, NULL, &claims) == ASSAY_OK);
    CHECK(run.targets.count == 0 && run.claims.count == 1);
    CHECK_STR(run.claims.items[0].source, "page 7");
    CHECK(targets_judge(&run, NULL, NULL) == ASSAY_OK);
    run_release(&run);
}

/* ---- growth: a sweep of made-up times ---- */

static const double SIZES[] = {256, 512, 1024, 2048, 4096, 8192, 16384};
enum { SIZE_COUNT = sizeof SIZES / sizeof *SIZES };

/* Times off by a per cent up and down in turn, as `of` says. */
static void add_sweep(struct run *run, const char *prefix, double (*of)(double n))
{
    for (int i = 0; i < SIZE_COUNT; i++) {
        char text[64];
        snprintf(text, sizeof text, "%sn=%g", prefix, SIZES[i]);
        const char *params = arena_copy(&run->arena, text);
        struct result *result = add_result(run, params);
        result->benchmark.suite = "s";
        result->benchmark.name = "work";
        result->benchmark.params = params;
        const double ns = of(SIZES[i]) * (i % 2 ? 1.01 : 0.99);
        add_measurement(result, METRIC_TIME, (struct interval){ns * 0.99, ns * 1.01, 0.95});
    }
}

static double flat(double n)
{
    return 50 + 0 * n;
}
static double linear(double n)
{
    return 3 * n;
}
static double raised(double n)
{
    return 1e4 + 3 * n;
}
static double linearithmic(double n)
{
    return 3 * n * log2(n);
}
static double squared(double n)
{
    return n * n / 10;
}
static double hidden(double n)
{
    return 1e9 + n * n;
}
/* Far off any law. */
static double stepped(double n)
{
    return n > 2000 ? 4 * n * n / 1024 : n * 20;
}

static enum target_status judge_growth(double (*of)(double n), const char *growth)
{
    struct run run = {0};
    add_sweep(&run, "", of);
    CHECK(scaling_judge(&run) == ASSAY_OK);
    enum target_status status =
        judge(&run, &(struct target){.benchmark = "s/work", .metric = "time_ns", .growth = growth})
            ->status;
    run_release(&run);
    return status;
}

TEST(growth_is_met_by_its_law_and_by_all_slower_ones)
{
    CHECK_EQ(judge_growth(flat, "O(1)"), TARGET_MET);
    CHECK_EQ(judge_growth(flat, "O(n)"), TARGET_MET);
    CHECK_EQ(judge_growth(linear, "O(n)"), TARGET_MET);
    CHECK_EQ(judge_growth(raised, "O(n)"), TARGET_MET);
    CHECK_EQ(judge_growth(linear, "O(n^2)"), TARGET_MET);
    CHECK_EQ(judge_growth(linearithmic, "O(n log n)"), TARGET_MET);
    CHECK_EQ(judge_growth(squared, "O(n^2)"), TARGET_MET);
    CHECK_EQ(judge_growth(squared, "O(n^3)"), TARGET_MET);
}

TEST(growth_is_missed_by_faster_laws)
{
    CHECK_EQ(judge_growth(linear, "O(1)"), TARGET_MISSED);
    CHECK_EQ(judge_growth(linear, "O(log n)"), TARGET_MISSED);
    CHECK_EQ(judge_growth(linearithmic, "O(n)"), TARGET_MISSED);
    CHECK_EQ(judge_growth(squared, "O(n)"), TARGET_MISSED);
    CHECK_EQ(judge_growth(squared, "O(n log n)"), TARGET_MISSED);
}

TEST(growth_is_undecided_where_points_do_not_tell)
{
    CHECK_EQ(judge_growth(stepped, "O(n^2)"), TARGET_MET);
    CHECK_EQ(judge_growth(stepped, "O(n log n)"), TARGET_UNDECIDED);
    CHECK_EQ(judge_growth(hidden, "O(n)"), TARGET_UNDECIDED); /* nearly flat, but a square */
}

TEST(growth_tells_exponent_interval_and_bound)
{
    struct run run = {0};
    add_sweep(&run, "", linear);
    CHECK(scaling_judge(&run) == ASSAY_OK);
    const struct target *target =
        judge(&run, &(struct target){.benchmark = "s/work", .metric = "time_ns", .growth = "O(n)"});
    CHECK(fabs(target->measured - 1) < 0.01);
    CHECK(target->interval.low < target->measured && target->measured < target->interval.high);
    CHECK_EQ(target->interval.level, 0.95);
    CHECK(target->limit > 1.05 && target->limit < 1.09);
    run_release(&run);
}

TEST(a_sweep_without_its_largest_point_does_not_meet)
{
    struct run run = {0};
    add_sweep(&run, "", linear);
    run.results.items[SIZE_COUNT - 1].outcome = OUTCOME_FAILED;
    CHECK(scaling_judge(&run) == ASSAY_OK);
    struct target target = {.benchmark = "s/work", .metric = "time_ns", .growth = "O(n)"};
    CHECK_EQ(judge(&run, &target)->status, TARGET_UNDECIDED);
    target.growth = "O(1)";
    CHECK_EQ(judge(&run, &target)->status, TARGET_MISSED);
    run_release(&run);
}

TEST(a_pattern_makes_one_target_of_growth_for_each_sweep)
{
    struct target items[] = {
        {.benchmark = "s/work:kind=*", .metric = "time_ns", .growth = "O(n)"},
        {.benchmark = "s/work", .metric = "time_ns", .growth = "O(n)"},
        {.benchmark = "s/work:kind=a", .metric = "heap_bytes", .growth = "O(n)"}};
    target_vec targets = {items, 3, 3};
    struct run run = {0};
    add_sweep(&run, "kind=a,", linear);
    add_sweep(&run, "kind=b,", squared);
    CHECK(scaling_judge(&run) == ASSAY_OK);
    CHECK(targets_judge(&run, &targets, NULL) == ASSAY_OK);
    CHECK_EQ(run.targets.count, 4);
    CHECK_STR(run.targets.items[0].benchmark, "s/work:kind=a");
    CHECK_EQ(run.targets.items[0].status, TARGET_MET);
    CHECK_STR(run.targets.items[1].benchmark, "s/work:kind=b");
    CHECK_EQ(run.targets.items[1].status, TARGET_MISSED);
    CHECK_EQ(run.targets.items[2].status, TARGET_NONE); /* no sweep has this id */
    CHECK_EQ(run.targets.items[3].status, TARGET_NONE); /* nobody measured memory */
    run_release(&run);
}

TEST(threads_have_no_growth)
{
    struct run run = {0};
    add_sweep(&run, "", linear);
    for (size_t i = 0; i < run.results.count; i++)
        run.results.items[i].benchmark.params =
            arena_printf(&run.arena, "threads=%zu", (size_t)1 << i);
    CHECK(scaling_judge(&run) == ASSAY_OK);
    CHECK_EQ(run.scalings.count, 1);
    const struct target target = {.benchmark = "s/work", .metric = "time_ns", .growth = "O(1)"};
    CHECK_EQ(judge(&run, &target)->status, TARGET_NONE);
    run_release(&run);
}

TEST_MAIN
