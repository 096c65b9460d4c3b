/* Verdicts of made-up counts: exact where they agree, careful where they do not. */
#include "compare/counted.h"
#include "harness.h"

static const struct verdict_rules RULES = {
    .level = 0.99, .margin = COUNTED_MARGIN, .warn = COUNTED_WARN, .fail = COUNTED_FAIL};

static struct comparison judged(const double *old_counts, const double *new_counts, size_t count)
{
    struct comparison row = {.reason = ""};
    const struct counted_side old_side = {old_counts, count}, new_side = {new_counts, count};
    CHECK_EQ(counted_verdict(&old_side, &new_side, &RULES, &row), ASSAY_OK);
    return row;
}

static struct comparison exact(double old_count, double new_count)
{
    return judged((double[]){old_count, old_count}, (double[]){new_count, new_count}, 2);
}

TEST(equal_counts_are_the_same_and_the_interval_is_a_point)
{
    struct comparison row = exact(1234567, 1234567);
    CHECK_EQ(row.verdict, VERDICT_SAME);
    CHECK_EQ(row.gate, GATE_PASS);
    CHECK(row.ratio == 1 && row.interval.low == 1 && row.interval.high == 1);
    CHECK_EQ(row.interval.level, 0.99);
    CHECK_EQ(row.kind, KIND_COUNTED);
    CHECK_STR(row.metric, "instructions");
    CHECK_STR(row.unit, "instr");
    CHECK_EQ(row.launches, 2);
    CHECK_EQ(row.old_ns, 1234567);
    CHECK_EQ(row.e_value, 1);
}

/* One in 10 000 is 0.01 %, ten times the margin. */
TEST(one_instruction_in_ten_thousand_is_slower)
{
    struct comparison row = exact(10000, 10001);
    CHECK_EQ(row.verdict, VERDICT_SLOWER);
    CHECK(row.ratio == 1.0001 && row.interval.low == 1.0001 && row.interval.high == 1.0001);
    CHECK(row.e_value > 1e100 && isfinite(row.e_value));
    CHECK_EQ(exact(10001, 10000).verdict, VERDICT_FASTER);
}

TEST(one_instruction_in_a_million_lies_inside_the_margin)
{
    CHECK_EQ(exact(1000000, 1000001).verdict, VERDICT_SAME);
    CHECK_EQ(exact(1000001, 1000000).verdict, VERDICT_SAME);
    CHECK_EQ(exact(1000000, 1000011).verdict, VERDICT_SLOWER);
}

TEST(the_gate_warns_and_fails_by_exact_shares)
{
    CHECK_EQ(exact(100000, 100090).gate, GATE_PASS);
    CHECK_EQ(exact(100000, 100110).gate, GATE_WARN);
    CHECK_EQ(exact(100000, 100990).gate, GATE_WARN);
    CHECK_EQ(exact(100000, 101010).gate, GATE_FAIL);
    CHECK_EQ(exact(100000, 50000).gate, GATE_PASS);
}

/* The new side is 1 % up, and its own counts differ by 2 %. */
TEST(counts_that_differ_more_than_the_sides_are_undecided)
{
    static const double OLD_COUNTS[] = {1000, 1000, 1000, 1000, 1000};
    static const double NEW_COUNTS[] = {1000, 1020, 1010, 1000, 1020};
    struct comparison row = judged(OLD_COUNTS, NEW_COUNTS, 5);
    CHECK_EQ(row.verdict, VERDICT_UNDECIDED);
    CHECK(row.interval.low < 1.01 && row.interval.high > 1.01);
    CHECK_EQ(row.e_value, 1);
}

TEST(counts_that_differ_less_than_the_sides_are_decided)
{
    static const double OLD_COUNTS[] = {1000000, 1000001, 1000002, 1000001, 1000000};
    static const double NEW_COUNTS[] = {1100000, 1100003, 1100001, 1100002, 1100000};
    CHECK_EQ(judged(OLD_COUNTS, NEW_COUNTS, 5).verdict, VERDICT_SLOWER);
    CHECK_EQ(judged(NEW_COUNTS, OLD_COUNTS, 5).verdict, VERDICT_FASTER);
    CHECK_EQ(judged(OLD_COUNTS, OLD_COUNTS, 5).verdict, VERDICT_SAME);
}

/* An interval that excludes 1 but reaches into the margin proves nothing beyond it. */
TEST(slower_needs_all_of_the_interval_beyond_the_margin)
{
    static const double OLD_COUNTS[] = {1000000, 1000000, 1000000, 1000000, 1000000};
    static const double NEW_COUNTS[] = {1000009, 1000013, 1000011, 1000015, 1000007};
    struct comparison row = judged(OLD_COUNTS, NEW_COUNTS, 5);
    CHECK(row.interval.low > 1 && row.interval.high > 1 + COUNTED_MARGIN);
    CHECK_EQ(row.verdict, VERDICT_UNDECIDED);
}

TEST(spreads_are_shares_of_the_smallest)
{
    CHECK_EQ(counted_spread(&(struct counted_side){(double[]){100, 101, 100.5}, 3}), 0.01);
    CHECK_EQ(counted_spread(&(struct counted_side){(double[]){7, 7}, 2}), 0);
    CHECK_EQ(counted_spread(&(struct counted_side){NULL, 0}), 0);
}

TEST(too_few_and_impossible_counts_are_refused)
{
    struct comparison row = {0};
    static const double COUNTS[] = {5, 5}, ZEROS[] = {0, 0};
    const struct counted_side two = {COUNTS, 2}, one = {COUNTS, 1}, zero = {ZEROS, 2};
    CHECK_EQ(counted_verdict(&two, &one, &RULES, &row), ASSAY_ERR_TOO_FEW);
    CHECK_EQ(counted_verdict(&one, &two, &RULES, &row), ASSAY_ERR_TOO_FEW);
    CHECK_EQ(counted_verdict(&zero, &two, &RULES, &row), ASSAY_ERR_ARGUMENT);
}

TEST_MAIN
