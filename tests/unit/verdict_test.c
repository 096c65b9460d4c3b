/* src/compare/verdict: verdicts and gates of intervals made by hand, and of made-up pairs and
 * results whose ratio is known. */
#include "compare/verdict.h"
#include "harness.h"
#include "stats/summary.h"

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const struct verdict_rules RULES = VERDICT_RULES_DEFAULT;

static const char *verdict_at(double low, double high)
{
    const struct interval ratio = {low, high, 0.99};
    return verdict_name(verdict_of(&ratio, &RULES));
}

static const char *gate_at(double low, double high)
{
    const struct interval ratio = {low, high, 0.99};
    return gate_name(verdict_gate(&ratio, &RULES));
}

/* ---- verdicts ---- */

TEST(an_interval_that_excludes_1_is_slower_or_faster)
{
    CHECK_STR(verdict_at(1.02, 1.04), "slower");
    CHECK_STR(verdict_at(1.0001, 1.02), "slower");
    CHECK_STR(verdict_at(0.9, 0.95), "faster");
    CHECK_STR(verdict_at(0.9, 0.9999), "faster");
}

TEST(an_interval_inside_the_margin_is_the_same_also_when_it_excludes_1)
{
    CHECK_STR(verdict_at(0.995, 1.005), "same");
    CHECK_STR(verdict_at(1.002, 1.004), "same");
    CHECK_STR(verdict_at(0.993, 0.997), "same");
    CHECK_STR(verdict_at(1, 1), "same");
}

TEST(an_interval_that_holds_1_and_leaves_the_margin_is_undecided)
{
    CHECK_STR(verdict_at(0.98, 1.005), "undecided");
    CHECK_STR(verdict_at(0.995, 1.02), "undecided");
    CHECK_STR(verdict_at(0.5, 2), "undecided");
}

/* 1 is no change, so an interval that ends there does not exclude it; the margin's ends belong to
 * it, and below it is 1 / 1.01, as much slower the other way round. */
TEST(the_ends_of_verdicts_are_where_they_are_said_to_be)
{
    CHECK_STR(verdict_at(1, 1.02), "undecided");
    CHECK_STR(verdict_at(0.98, 1), "undecided");
    CHECK_STR(verdict_at(1 / (1 + RULES.margin), 1 + RULES.margin), "same");
    CHECK_STR(verdict_at(1.001, nextafter(1 + RULES.margin, 2)), "slower");
    CHECK_STR(verdict_at(nextafter(1 / (1 + RULES.margin), 0), 0.999), "faster");
}

TEST(an_interval_without_ends_or_level_is_undecided)
{
    CHECK_STR(verdict_at(0, HUGE_VAL), "undecided");
    CHECK_STR(verdict_at(2, HUGE_VAL), "undecided");
    CHECK_STR(verdict_at((double)NAN, (double)NAN), "undecided");
    const struct interval none = {1.5, 1.6, 0};
    CHECK_EQ(verdict_of(&none, &RULES), VERDICT_UNDECIDED);
    CHECK_EQ(verdict_gate(&none, &RULES), GATE_UNDECIDED);
}

/* ---- gates: warn above 1.05, fail above 1.10 ---- */

TEST(the_gate_maps_the_interval_onto_its_limits)
{
    CHECK_STR(gate_at(0.99, 1.01), "pass");
    CHECK_STR(gate_at(0.5, 0.6), "pass");
    CHECK_STR(gate_at(1.01, 1.04), "pass");
    CHECK_STR(gate_at(1.06, 1.09), "warn");
    CHECK_STR(gate_at(1.12, 1.3), "fail");
}

TEST(an_interval_that_straddles_the_fail_limit_is_undecided)
{
    CHECK_STR(gate_at(0.9, 1.11), "undecided");
    CHECK_STR(gate_at(1.06, 1.2), "undecided");
    CHECK_STR(gate_at(1.09, 1.1001), "undecided");
}

TEST(an_interval_that_straddles_the_warn_limit_passes)
{
    CHECK_STR(gate_at(1.04, 1.06), "pass");
    CHECK_STR(gate_at(0.9, 1.09), "pass");
}

TEST(a_limit_itself_is_not_above_the_limit)
{
    CHECK_STR(gate_at(1 + RULES.warn, 1.08), "pass");
    CHECK_STR(gate_at(nextafter(1 + RULES.warn, 2), 1.08), "warn");
    CHECK_STR(gate_at(1.06, 1 + RULES.fail), "warn");
    CHECK_STR(gate_at(1.06, nextafter(1 + RULES.fail, 2)), "undecided");
    CHECK_STR(gate_at(1 + RULES.fail, 1.2), "undecided");
    CHECK_STR(gate_at(1 + RULES.fail, 1 + RULES.fail), "warn");
    CHECK_STR(gate_at(nextafter(1 + RULES.fail, 2), 1.2), "fail");
}

TEST(a_gate_without_an_interval_is_undecided)
{
    CHECK_STR(gate_at(0, HUGE_VAL), "undecided");
    CHECK_STR(gate_at(2, HUGE_VAL), "undecided");
    CHECK_STR(gate_at((double)NAN, 1), "undecided");
}

/* ---- pairs ---- */

static void add_pair(pair_vec *pairs, uint32_t launch, double old_ns, double new_ns)
{
    struct pair_sample *pair = vec_add(pairs);
    CHECK(pair != NULL);
    *pair = (struct pair_sample){old_ns, new_ns, launch, 1};
}

static struct comparison judge(pair_vec *pairs)
{
    struct comparison comparison = {0};
    CHECK_EQ(verdict_from_pairs(pairs, &RULES, &comparison), ASSAY_OK);
    vec_release(pairs);
    return comparison;
}

/* A disturbance of up to a factor of 3 that both slots of a pair feel; the same in each test. */
static double disturbance(size_t i)
{
    return 1 + (double)(i * 7919 % 101) / 50;
}

TEST(what_disturbs_both_slots_of_a_pair_is_not_in_the_ratio)
{
    pair_vec pairs = {0};
    for (size_t i = 0; i < 60; i++)
        add_pair(&pairs, (uint32_t)(i / 10), 100 * disturbance(i), 102 * disturbance(i));
    struct comparison comparison = judge(&pairs);
    CHECK_NEAR(comparison.ratio, 1.02, 1e-12);
    CHECK_NEAR(comparison.interval.low, 1.02, 1e-9);
    CHECK_NEAR(comparison.interval.high, 1.02, 1e-9);
    CHECK_EQ(comparison.interval.level, 0.99);
    CHECK_EQ(comparison.verdict, VERDICT_SLOWER);
    CHECK_EQ(comparison.gate, GATE_PASS);
    CHECK_EQ(comparison.launches, 6);
    CHECK_EQ(comparison.pairs, 60);
    CHECK(comparison.e_value > 100);
}

/* Of ten pairs a launch two last three times as long on the new side: a quarter at each end is cut
 * off. */
TEST(outliers_in_a_fifth_of_the_pairs_do_not_move_the_ratio)
{
    pair_vec pairs = {0};
    for (size_t i = 0; i < 60; i++)
        add_pair(&pairs, (uint32_t)(i / 10), 100 * disturbance(i),
                 102 * disturbance(i) * (i % 10 == 3 || i % 10 == 4 ? 3 : 1));
    struct comparison comparison = judge(&pairs);
    CHECK_NEAR(comparison.ratio, 1.02, 1e-12);
    CHECK_EQ(comparison.verdict, VERDICT_SLOWER);
}

/* Log ratios of 1 % to 5 % in five launches: the interval of 1 .. 5 is 3 +- sqrt((K - 1) 10.5 /
 * (5.25 - K/4)) with K = 210000^(1/5), here in per cent of a logarithm. */
TEST(the_interval_over_launches_matches_the_hand_worked_one)
{
    static const uint32_t numbers[] = {3, 4, 9, 10, 11};
    pair_vec pairs = {0};
    for (size_t i = 0; i < 5; i++)
        for (int k = 0; k < 4; k++)
            add_pair(&pairs, numbers[i], 50 + k, (50 + k) * exp(0.01 * (double)(i + 1)));
    struct comparison comparison = judge(&pairs);
    double k = pow(210000, 0.2), half = 0.01 * sqrt((k - 1) * 10.5 / (5.25 - k / 4));
    CHECK_NEAR(comparison.ratio, exp(0.03), 1e-12);
    CHECK_NEAR(comparison.interval.low, exp(0.03 - half), 1e-12);
    CHECK_NEAR(comparison.interval.high, exp(0.03 + half), 1e-12);
    CHECK_NEAR(comparison.e_value, pow(77.0 / 17, 2.5) / sqrt(21), 1e-9);
    CHECK_EQ(comparison.launches, 5);
}

/* The launch is the unit: one with a hundred times the pairs weighs no more. */
TEST(a_launch_with_more_pairs_weighs_no_more)
{
    pair_vec pairs = {0};
    for (int i = 0; i < 100; i++)
        add_pair(&pairs, 0, 100, 121);
    add_pair(&pairs, 1, 100, 100);
    struct comparison comparison = judge(&pairs);
    CHECK_NEAR(comparison.ratio, 1.1, 1e-12);
    CHECK_EQ(comparison.launches, 2);
}

TEST(two_launches_are_too_few_for_an_interval)
{
    pair_vec pairs = {0};
    add_pair(&pairs, 0, 100, 200);
    add_pair(&pairs, 1, 100, 200);
    struct comparison comparison = judge(&pairs);
    CHECK_NEAR(comparison.ratio, 2, 1e-12);
    CHECK_EQ(comparison.interval.low, 0);
    CHECK_EQ(comparison.interval.high, HUGE_VAL);
    CHECK_EQ(comparison.verdict, VERDICT_UNDECIDED);
    CHECK_EQ(comparison.gate, GATE_UNDECIDED);
}

TEST(one_launch_has_a_ratio_and_no_interval_however_many_its_pairs)
{
    pair_vec pairs = {0};
    for (int i = 0; i < 1000; i++)
        add_pair(&pairs, 0, 100, 150);
    struct comparison comparison = judge(&pairs);
    CHECK_NEAR(comparison.ratio, 1.5, 1e-12);
    CHECK_EQ(comparison.interval.high, HUGE_VAL);
    CHECK_EQ(comparison.interval.level, 0);
    CHECK_EQ(comparison.launches, 1);
    CHECK_EQ(comparison.e_value, 1);
    CHECK_EQ(comparison.verdict, VERDICT_UNDECIDED);
}

/* Old 1 .. 11, new twice and the slower half four times that: the median of 11 is the 6th, the 10 %
 * quantile the 2nd. */
TEST(medians_and_the_ratio_of_the_fastest_tenth_match_hand_worked_ones)
{
    pair_vec pairs = {0};
    for (int i = 11; i >= 1; i--)
        add_pair(&pairs, 0, i, i < 6 ? 2 * i : 8 * i);
    struct comparison comparison = judge(&pairs);
    CHECK_EQ(comparison.old_ns, 6);
    CHECK_EQ(comparison.new_ns, 48);
    CHECK_EQ(comparison.ratio_q10, 2);
}

TEST(pairs_that_are_none_or_took_no_time_are_refused)
{
    const double bad[] = {0, -1, (double)NAN, HUGE_VAL};
    struct comparison comparison = {0};
    pair_vec pairs = {0};
    CHECK_EQ(verdict_from_pairs(&pairs, &RULES, &comparison), ASSAY_ERR_TOO_FEW);
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        for (int side = 0; side < 2; side++) {
            pairs.count = 0;
            for (uint32_t launch = 0; launch < 6; launch++)
                add_pair(&pairs, launch, 100, 100);
            *(side ? &pairs.items[4].new_ns : &pairs.items[4].old_ns) = bad[i];
            CHECK_EQ(verdict_from_pairs(&pairs, &RULES, &comparison), ASSAY_ERR_ARGUMENT);
            CHECK_EQ(comparison.verdict, VERDICT_NONE);
        }
    vec_release(&pairs);
}

/* ---- stored results ---- */

/* Launch medians 100 with a spread of `spread`, times `factor`; one sample of 4 iterations each. */
static struct result result_of(size_t launches, double spread, double factor)
{
    static const double shape[] = {0, 1, -1, 0};
    struct result result = {0};
    struct measurement *time = result_add_measurement(&result, &METRICS[METRIC_TIME]);
    CHECK(time != NULL);
    double values[8];
    uint32_t numbers[8];
    for (size_t i = 0; i < launches; i++) {
        values[i] = factor * (100 + spread * shape[i % 4]);
        numbers[i] = (uint32_t)i;
        struct sample *sample = vec_add(&result.samples);
        CHECK(sample != NULL);
        *sample = (struct sample){4, 4 * values[i], numbers[i]};
    }
    CHECK_EQ(summarize(values, numbers, launches, &time->summary), ASSAY_OK);
    return result;
}

static assay_status judge_results(const struct result *old_side, const struct result *new_side,
                                  const struct verdict_rules *rules, struct comparison *comparison)
{
    const struct outline_point then = outline_point_of(&old_side->measurements.items[0]);
    const struct outline_point now = outline_point_of(&new_side->measurements.items[0]);
    return verdict_from_stored(&then, &now, rules, comparison);
}

static struct comparison judge_stored(double spread, double factor)
{
    struct comparison comparison = {0};
    struct result old_side = result_of(4, spread, 1), new_side = result_of(4, spread, factor);
    CHECK_EQ(judge_results(&old_side, &new_side, &RULES, &comparison), ASSAY_OK);
    CHECK_EQ(comparison.kind, KIND_STORED);
    CHECK_NEAR(comparison.ratio, factor, 1e-12);
    CHECK_NEAR(comparison.old_ns, 100, 1e-3);
    CHECK_NEAR(comparison.new_ns, 100 * factor, 1e-3);
    CHECK_EQ(comparison.launches, 4);
    result_release(&old_side);
    result_release(&new_side);
    return comparison;
}

/* Spread 1: the logs of 100, 101, 99, 100 have an sd of sqrt(2/3) %, the difference of two means of
 * four a standard error of 0.577 %; t of 6 degrees of freedom at 0.995 is 3.707: +- 2.14 %. */
TEST(a_small_difference_of_stored_runs_is_undecided_or_the_same)
{
    struct comparison wide = judge_stored(1, 1.03), narrow = judge_stored(0.1, 1.03);
    CHECK_NEAR(wide.interval.low, exp(log(1.03) - 0.0214), 1e-4);
    CHECK_NEAR(wide.interval.high, exp(log(1.03) + 0.0214), 1e-4);
    CHECK_EQ(wide.verdict, VERDICT_UNDECIDED);
    CHECK_CONTAINS(wide.reason, "drift");
    CHECK_EQ(narrow.verdict, VERDICT_SAME);
    CHECK_STR(narrow.reason, "");
    CHECK_EQ(narrow.gate, GATE_PASS);
}

TEST(a_large_difference_of_stored_runs_is_found)
{
    struct comparison slower = judge_stored(1, 1.12), faster = judge_stored(1, 1 / 1.12);
    CHECK_EQ(slower.verdict, VERDICT_SLOWER);
    CHECK_EQ(slower.gate, GATE_UNDECIDED);
    CHECK_EQ(judge_stored(0.1, 1.12).gate, GATE_FAIL);
    CHECK_EQ(judge_stored(0.1, 1.08).gate, GATE_WARN);
    CHECK_EQ(faster.verdict, VERDICT_FASTER);
    CHECK_EQ(faster.gate, GATE_PASS);
    CHECK_CONTAINS(slower.reason, "drift");
}

/* 1.06 +- 2.14 % excludes 1, but 5 % of it may be drift, and 1 % is left. */
TEST(an_interval_that_reaches_into_the_drift_is_undecided)
{
    CHECK_EQ(judge_stored(1, 1.06).verdict, VERDICT_UNDECIDED);
    CHECK_EQ(judge_stored(1, 1 / 1.06).verdict, VERDICT_UNDECIDED);
    CHECK_EQ(judge_stored(0.1, 1.06).verdict, VERDICT_SLOWER);
    CHECK_EQ(judge_stored(0.1, 1 / 1.06).verdict, VERDICT_FASTER);
}

TEST(a_wider_margin_than_that_of_the_drift_is_kept)
{
    const struct verdict_rules rules = {.level = 0.99, .margin = 0.20, .warn = 0.05, .fail = 0.10};
    struct comparison comparison = {0};
    struct result old_side = result_of(4, 0.1, 1), new_side = result_of(4, 0.1, 1.12);
    CHECK_EQ(judge_results(&old_side, &new_side, &rules, &comparison), ASSAY_OK);
    CHECK_EQ(comparison.verdict, VERDICT_SAME);
    result_release(&old_side);
    result_release(&new_side);
}

TEST(a_stored_side_with_one_launch_is_too_few)
{
    struct comparison comparison = {0};
    struct result one = result_of(1, 0, 1), four = result_of(4, 1, 1);
    CHECK_EQ(judge_results(&one, &four, &RULES, &comparison), ASSAY_ERR_TOO_FEW);
    CHECK_EQ(judge_results(&four, &one, &RULES, &comparison), ASSAY_ERR_TOO_FEW);
    four.measurements.items[0].summary.interval.low = 0;
    CHECK_EQ(judge_results(&four, &four, &RULES, &comparison), ASSAY_ERR_ARGUMENT);
    CHECK_EQ(comparison.verdict, VERDICT_NONE);
    result_release(&one);
    result_release(&four);
}

/* ---- launches to go ---- */

static unsigned needed(unsigned launches, double half, double margin)
{
    const struct verdict_rules rules = {.level = 0.99, .margin = margin};
    const struct comparison comparison = {.launches = launches,
                                          .interval = {exp(0.1 - half), exp(0.1 + half), 0.99}};
    return verdict_launches_needed(&comparison, &rules);
}

/* The margin e^0.02 wants half a width of 0.01.  At 0.0199 after 6 launches: 6 * 1.99^2 = 23.8, so
 * 24, 18 more; at 0.0299 after 10: 10 * 2.99^2 = 89.4, so 80 more. */
TEST(launches_to_go_match_hand_worked_numbers)
{
    double margin = expm1(0.02);
    CHECK_EQ(needed(6, 0.0199, margin), 18);
    CHECK_EQ(needed(10, 0.0299, margin), 80);
    CHECK_EQ(needed(10, 0.0099, margin), 0);
    CHECK_EQ(needed(10, 0, margin), 0);
}

TEST(launches_to_go_are_a_guess_without_an_interval_and_bounded_with_a_wide_one)
{
    CHECK_EQ(needed(4, HUGE_VAL, 0.01), 8);
    CHECK_EQ(needed(1, 0.1, 0.01), 8);
    CHECK_EQ(needed(6, 300, 0.01), 1000000);
}

/* ---- words ---- */

TEST(the_words_of_comparisons_stay)
{
    CHECK_STR(pair_kind_name(KIND_ONE_PROCESS), "one_process");
    CHECK_STR(pair_kind_name(KIND_LOCKSTEP), "lockstep");
    CHECK_STR(pair_kind_name(KIND_REMEASURED), "remeasured");
    CHECK_STR(pair_kind_name(KIND_STORED), "stored");
    CHECK_STR(verdict_name(VERDICT_NONE), "none");
    CHECK_STR(verdict_name(VERDICT_PLACEMENT), "placement");
}

TEST_MAIN
