/* What becomes of quality, from made-up summaries. */
#include "compare/quality.h"
#include "harness.h"

static const struct metric RECALL = {"recall", "", HIGHER_IS_BETTER, true};
static const struct metric ERRORS = {"error_rate", "", LOWER_IS_BETTER, true};
static const struct quality_rules RULES = {0.99, 0.01};

static struct measurement of(const struct metric *metric, double value, double half,
                             size_t launches)
{
    return (struct measurement){metric,
                                {.median = value,
                                 .launch_count = launches,
                                 .interval = {value - half, value + half, 0.95}}};
}

static enum quality change(const struct metric *metric, double then, double now, double half)
{
    struct measurement old_side = of(metric, then, half, 8), new_side = of(metric, now, half, 8);
    return quality_change(&old_side, &new_side, &RULES);
}

TEST(a_loss_beyond_the_margin_is_worse_in_the_metric_s_direction)
{
    CHECK_EQ(change(&RECALL, 0.97, 0.90, 0), QUALITY_WORSE);
    CHECK_EQ(change(&RECALL, 0.90, 0.97, 0), QUALITY_KEPT);
    CHECK_EQ(change(&ERRORS, 0.01, 0.02, 0), QUALITY_WORSE);
    CHECK_EQ(change(&ERRORS, 0.02, 0.01, 0), QUALITY_KEPT);
}

/* 1 % of 0.97 is 0.0097. */
TEST(a_loss_inside_the_margin_is_none)
{
    CHECK_EQ(change(&RECALL, 0.97, 0.9604, 0), QUALITY_KEPT);
    CHECK_EQ(change(&RECALL, 0.97, 0.9602, 0), QUALITY_WORSE);
}

TEST(an_error_rate_that_was_zero_may_not_rise_at_all)
{
    CHECK_EQ(change(&ERRORS, 0, 0, 0), QUALITY_KEPT);
    CHECK_EQ(change(&ERRORS, 0, 1e-6, 0), QUALITY_WORSE);
}

TEST(what_scatters_over_the_margin_is_undecided)
{
    CHECK_EQ(change(&RECALL, 0.97, 0.95, 0.05), QUALITY_UNDECIDED);
    CHECK_EQ(change(&RECALL, 0.97, 0.97, 0.05), QUALITY_UNDECIDED);
    CHECK_EQ(change(&RECALL, 0.97, 0.50, 0.05), QUALITY_WORSE);
}

TEST(one_launch_never_proves_a_loss)
{
    struct measurement old_side = of(&RECALL, 0.97, 0, 1), new_side = of(&RECALL, 0.5, 0, 8);
    CHECK_EQ(quality_change(&old_side, &new_side, &RULES), QUALITY_UNDECIDED);
    new_side = of(&RECALL, 0.97, 0, 8);
    CHECK_EQ(quality_change(&old_side, &new_side, &RULES), QUALITY_KEPT);
}

TEST(a_gain_of_time_does_not_hide_a_loss)
{
    CHECK_EQ(quality_gate(GATE_PASS, QUALITY_WORSE), GATE_FAIL);
    CHECK_EQ(quality_gate(GATE_PASS, QUALITY_UNDECIDED), GATE_UNDECIDED);
    CHECK_EQ(quality_gate(GATE_FAIL, QUALITY_UNDECIDED), GATE_FAIL);
    CHECK_EQ(quality_gate(GATE_WARN, QUALITY_KEPT), GATE_WARN);
    CHECK_EQ(quality_gate(GATE_UNDECIDED, QUALITY_NONE), GATE_UNDECIDED);
}

TEST(the_note_names_the_worst_of_several_qualities)
{
    struct arena arena = {0};
    struct comparison row = {.gate = GATE_PASS, .verdict = VERDICT_FASTER};
    struct measurement kept = of(&ERRORS, 0.5, 0, 8), before = of(&RECALL, 0.97, 0, 8),
                       after = of(&RECALL, 0.9, 0, 8);
    CHECK_EQ(quality_note(&kept, &kept, &RULES, &arena, &row), ASSAY_OK);
    CHECK_EQ(row.quality, QUALITY_KEPT);
    CHECK_EQ(row.gate, GATE_PASS);
    CHECK_EQ(quality_note(&before, &after, &RULES, &arena, &row), ASSAY_OK);
    CHECK_EQ(quality_note(&kept, NULL, &RULES, &arena, &row), ASSAY_OK);
    CHECK_EQ(row.quality, QUALITY_WORSE);
    CHECK_EQ(row.gate, GATE_FAIL);
    CHECK_CONTAINS(row.quality_note, "quality lost: recall 0.9000, was 0.9700 (margin 1 %)");
    arena_release(&arena);
}

TEST(a_quality_that_is_gone_keeps_the_gate_from_passing)
{
    struct arena arena = {0};
    struct comparison row = {.gate = GATE_PASS};
    struct measurement before = of(&RECALL, 0.97, 0, 8);
    CHECK_EQ(quality_note(&before, NULL, &RULES, &arena, &row), ASSAY_OK);
    CHECK_EQ(row.gate, GATE_UNDECIDED);
    CHECK_CONTAINS(row.quality_note, "recall is not measured any more");
    arena_release(&arena);
}

TEST_MAIN
