/* src/compare/placement and the rounds of src/session/placement: made-up placements, and how often
 * the rule errs over thousands of simulated benchmarks. Nothing is timed. */
#include "compare/cause/placement.h"
#include "harness.h"
#include "session/placement.h"

enum { COUNT_MAX = 96 };

/* 24 placements in blocks of 4, each block with the mean `center` and a little of its own. */
static size_t make_blocks(double *logs, double center)
{
    static const double INSIDE[] = {-0.3, 0.05, 0.4, -0.15};
    static const double BLOCKS[] = {0.002, -0.001, 0.001, -0.002, 0.0005, -0.0005};
    for (size_t i = 0; i < 24; i++)
        logs[i] = center + BLOCKS[i / 4] + INSIDE[(i + i / 4) % 4];
    return 24;
}

static struct placement_evidence evidence_of(const double *logs, size_t count)
{
    return (struct placement_evidence){.seen = {0.040, 0.048, 0.99},
                                       .old_instructions = 1e6,
                                       .new_instructions = 1e6,
                                       .margin = 0.01,
                                       .logs = logs,
                                       .count = count,
                                       .block = 4};
}

static enum placement_answer answer_to(const struct placement_evidence *evidence)
{
    struct placement_decision decision;
    CHECK_EQ(placement_decide(evidence, &decision), ASSAY_OK);
    return decision.answer;
}

static enum placement_answer answer_at(double center)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, center));
    return answer_to(&evidence);
}

/* ---- the rule ---- */

TEST(a_change_that_vanishes_is_placement)
{
    CHECK_EQ(answer_at(0), PLACEMENT_YES);
    CHECK_EQ(answer_at(0.002), PLACEMENT_YES);
}

TEST(a_change_that_turns_round_is_placement)
{
    CHECK_EQ(answer_at(-0.04), PLACEMENT_YES);
}

TEST(a_change_that_stays_is_not_placement)
{
    CHECK_EQ(answer_at(0.044), PLACEMENT_NO);
    CHECK_EQ(answer_at(0.03), PLACEMENT_NO);
    CHECK_EQ(answer_at(0.2), PLACEMENT_NO);
}

/* The bound is half of the certain 0.040; the interval is about 0.003 wide to either side. */
TEST(a_change_of_which_a_part_stays_remains_open)
{
    CHECK_EQ(answer_at(0.020), PLACEMENT_OPEN);
    CHECK_EQ(answer_at(0.014), PLACEMENT_OPEN);
}

TEST(a_rest_inside_the_margin_is_no_change)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, 0.005));
    CHECK_EQ(answer_to(&evidence), PLACEMENT_YES);
    evidence.margin = 0.001;
    CHECK_EQ(answer_to(&evidence), PLACEMENT_OPEN);
}

TEST(what_became_faster_is_judged_alike)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, 0));
    evidence.seen = (struct interval){-0.048, -0.040, 0.99};
    CHECK_EQ(answer_to(&evidence), PLACEMENT_YES);
    make_blocks(logs, -0.044);
    CHECK_EQ(answer_to(&evidence), PLACEMENT_NO);
    make_blocks(logs, 0.044);
    CHECK_EQ(answer_to(&evidence), PLACEMENT_YES);
}

/* Hardly certain, but likely large: then the margin of 1 % is what must be proved. */
TEST(a_change_that_is_hardly_certain_must_vanish_inside_the_margin)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, 0));
    evidence.seen = (struct interval){0.0005, 0.10, 0.99};
    CHECK_EQ(answer_to(&evidence), PLACEMENT_YES);
    make_blocks(logs, 0.009);
    CHECK_EQ(answer_to(&evidence), PLACEMENT_OPEN);
    make_blocks(logs, 0.02);
    CHECK_EQ(answer_to(&evidence), PLACEMENT_NO);
}

TEST(a_small_change_is_not_lost_inside_the_margin)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, 0.0085));
    evidence.seen = (struct interval){0.0075, 0.0085, 0.99};
    CHECK_EQ(answer_to(&evidence), PLACEMENT_NO);
}

TEST(other_instructions_are_never_placement)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, 0));
    evidence.new_instructions = 1e6 + 20;
    CHECK_EQ(answer_to(&evidence), PLACEMENT_YES);
    evidence.new_instructions = 1e6 - 20;
    CHECK_EQ(answer_to(&evidence), PLACEMENT_YES);
    evidence.new_instructions = 1e6 + 21;
    CHECK_EQ(answer_to(&evidence), PLACEMENT_NO);
    evidence.new_instructions = 1e6 - 21;
    CHECK_EQ(answer_to(&evidence), PLACEMENT_NO);
}

TEST(instructions_that_were_not_counted_are_never_placement)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, 0));
    evidence.new_instructions = nan("");
    CHECK_EQ(answer_to(&evidence), PLACEMENT_NO);
    evidence.old_instructions = evidence.new_instructions = nan("");
    CHECK_EQ(answer_to(&evidence), PLACEMENT_NO);
    evidence.old_instructions = evidence.new_instructions = 0;
    CHECK_EQ(answer_to(&evidence), PLACEMENT_NO);
}

TEST(where_nothing_was_seen_nothing_is_placement)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, 0));
    evidence.seen = (struct interval){-0.01, 0.05, 0.99};
    CHECK_EQ(answer_to(&evidence), PLACEMENT_NO);
    evidence.seen = (struct interval){-HUGE_VAL, HUGE_VAL, 0};
    CHECK_EQ(answer_to(&evidence), PLACEMENT_NO);
}

TEST(few_placements_leave_it_open)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, 0));
    for (evidence.count = 0; evidence.count < 24; evidence.count++)
        CHECK_EQ(answer_to(&evidence), PLACEMENT_OPEN);
    for (size_t i = 0; i < 24; i++)
        logs[i] = i % 2 ? 0.001 : -0.001;
    evidence.block = 1;
    for (evidence.count = 0; evidence.count < 8; evidence.count++)
        CHECK_EQ(answer_to(&evidence), PLACEMENT_OPEN);
    CHECK_EQ(answer_to(&evidence), PLACEMENT_YES);
}

TEST(numbers_that_are_none_are_refused)
{
    double logs[COUNT_MAX];
    struct placement_decision decision;
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, 0));
    evidence.block = 0;
    CHECK_EQ(placement_decide(&evidence, &decision), ASSAY_ERR_ARGUMENT);
    evidence.block = 4;
    logs[3] = nan("");
    CHECK_EQ(placement_decide(&evidence, &decision), ASSAY_ERR_ARGUMENT);
    logs[3] = HUGE_VAL;
    CHECK_EQ(placement_decide(&evidence, &decision), ASSAY_ERR_ARGUMENT);
}

/* ---- its sentence ---- */

static void check_sentence(const struct placement_evidence *evidence, const char *wanted)
{
    struct placement_decision decision;
    BUF_AUTO reason;
    buf_init(&reason, 1024);
    CHECK_EQ(placement_decide(evidence, &decision), ASSAY_OK);
    placement_explain(evidence, &decision, &reason);
    CHECK_STR(reason.text, wanted);
}

/* exp(-0.302) = 0.739, exp(0.402) = 1.495; the mean of the blocks is 0. */
TEST(the_sentence_tells_the_numbers)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, make_blocks(logs, 0));
    check_sentence(&evidence, "same instructions; over 24 random placements -26.1 .. +49.5 %, mean "
                              "+0.0 % (99 % -0.4 .. +0.4 %)");
    make_blocks(logs, 0.044);
    check_sentence(&evidence, "same instructions; over 24 random placements -22.7 .. +56.2 %, mean "
                              "+4.5 % (99 % +4.1 .. +4.9 %): the change stays");
    evidence.count = 0;
    check_sentence(&evidence, "same instructions");
    evidence.new_instructions = 1.02e6;
    check_sentence(&evidence, "instructions changed by +2 %");
    evidence.new_instructions = nan("");
    check_sentence(&evidence, "instructions were not counted");
}

/* ---- how often it errs ---- */

static uint64_t random_state = 20260101;

static double random_unit(void)
{
    random_state ^= random_state << 13;
    random_state ^= random_state >> 7;
    random_state ^= random_state << 17;
    return (double)(random_state >> 11) * 0x1p-53;
}

/* Box and Muller 1958. */
static double random_normal(void)
{
    return sqrt(-2 * log1p(-random_unit())) * cos(2 * M_PI * random_unit());
}

/* A benchmark as it is simulated: what truly changed, how a bad offset slows it, and noise. */
struct world {
    double change;
    double penalty; /* of one offset of four, different on both sides */
    double noise;
};

static double placed(const struct world *world, size_t old_offset, size_t new_offset)
{
    return world->change + (new_offset == 1 ? world->penalty : 0) -
           (old_offset == 2 ? world->penalty : 0) + world->noise * random_normal();
}

static void shuffle(size_t offsets[4])
{
    for (size_t i = 0; i < 4; i++) {
        size_t k = (size_t)(random_unit() * (double)(i + 1));
        offsets[i] = offsets[k];
        offsets[k] = i;
    }
}

/* The answer when it is asked after each block, as a session does. */
static enum placement_answer simulate(const struct world *world, const struct interval *seen)
{
    double logs[COUNT_MAX];
    struct placement_evidence evidence = evidence_of(logs, 0);
    enum placement_answer answer = PLACEMENT_OPEN;
    evidence.seen = *seen;
    while (evidence.count < COUNT_MAX && answer == PLACEMENT_OPEN) {
        size_t old_offsets[4], new_offsets[4];
        shuffle(old_offsets);
        shuffle(new_offsets);
        for (size_t i = 0; i < 4; i++)
            logs[evidence.count++] = placed(world, old_offsets[i], new_offsets[i]);
        answer = answer_to(&evidence);
    }
    return answer;
}

static int count_placement(const struct world *world, const struct interval *seen, int rounds)
{
    int said = 0;
    for (int i = 0; i < rounds; i++)
        said += simulate(world, seen) == PLACEMENT_YES;
    return said;
}

/* The change is there at every place.  At most 1 % may err; binomial(2000, 0.01) passes 35 with a
 * probability below 0.001. */
TEST(a_real_change_is_called_placement_in_less_than_one_of_a_hundred_cases)
{
    static const struct world WORLDS[] = {
        {0.03, 0, 0.002}, {0.03, 0, 0.05},   {0.03, 0.4, 0.01},
        {0.03, 0.4, 0.1}, {0.006, 0, 0.004}, {0.006, 0.05, 0.02},
    };
    for (size_t i = 0; i < sizeof WORLDS / sizeof *WORLDS; i++) {
        const double change = WORLDS[i].change;
        const struct interval seen = {change * 0.9, change * 1.1, 0.99};
        CHECK(count_placement(&WORLDS[i], &seen, 2000) <= 35);
    }
}

/* Half of what was seen is real: still no more than one of a hundred. */
TEST(half_a_change_is_called_placement_in_less_than_one_of_a_hundred_cases)
{
    const struct world world = {0.02, 0.02, 0.01};
    const struct interval seen = {0.038, 0.042, 0.99};
    CHECK(count_placement(&world, &seen, 2000) <= 35);
}

TEST(what_is_placement_is_found)
{
    const struct world large = {0, 0.4, 0.05}, small = {0, 0.044, 0.005};
    const struct interval at_large = {0.36, 0.44, 0.99}, at_small = {0.040, 0.048, 0.99};
    CHECK(count_placement(&large, &at_large, 500) >= 495);
    CHECK(count_placement(&small, &at_small, 500) >= 495);
}

/* ---- the rounds ---- */

struct fake_lab {
    double logs[4]; /* by launch, in turn */
    enum outcome outcome;
    uint32_t alignment;
    struct pair_shifts shifts[COUNT_MAX];
    size_t count;
};

static enum outcome fake_launch(void *self_, const struct pair_shifts *shifts, uint32_t number,
                                double *ret_log, struct buf *reason)
{
    struct fake_lab *self = self_;
    CHECK(self->count < COUNT_MAX && number == self->count);
    *ret_log = self->logs[number % 4] + (number / 4 % 2 ? 0.001 : -0.001);
    self->shifts[self->count++] = *shifts;
    if (self->outcome != OUTCOME_OK)
        buf_puts(reason, "ended by signal 11");
    return self->outcome;
}

static struct comparison slower_row(void)
{
    return (struct comparison){.benchmark = "suite/name",
                               .kind = KIND_ONE_PROCESS,
                               .verdict = VERDICT_SLOWER,
                               .gate = GATE_WARN,
                               .reason = "",
                               .ratio = 1.045,
                               .interval = {1.04, 1.05, 0.99}};
}

static struct comparison check_in(struct fake_lab *fake, struct comparison row,
                                  double new_instructions)
{
    static const struct plan PLAN = {.seed = 1};
    static struct arena arena; /* the reason lives as long as the test */
    const struct placement_lab lab = {fake_launch, fake, fake->alignment ? fake->alignment : 16};
    const struct placement_request request = {.plan = &PLAN,
                                              .old_instructions = 5000,
                                              .new_instructions = new_instructions,
                                              .margin = 0.01};
    CHECK_EQ(placement_check_in(&lab, &request, &arena, &row), ASSAY_OK);
    return row;
}

TEST(a_row_that_is_placement_passes_the_gate_and_keeps_its_numbers)
{
    struct fake_lab fake = {.logs = {0.4, -0.3, 0.1, -0.2}};
    struct comparison row = check_in(&fake, slower_row(), 5000);
    CHECK_EQ(row.verdict, VERDICT_PLACEMENT);
    CHECK_EQ(row.gate, GATE_PASS);
    CHECK_NEAR(row.ratio, 1.045, 1e-12);
    CHECK_EQ(fake.count, 24);
    CHECK_CONTAINS(row.reason, "same instructions; over 24 random placements");
}

TEST(a_row_whose_change_stays_keeps_its_verdict_and_gate)
{
    struct fake_lab fake = {.logs = {0.05, 0.04, 0.06, 0.03}};
    struct comparison row = check_in(&fake, slower_row(), 5000);
    CHECK_EQ(row.verdict, VERDICT_SLOWER);
    CHECK_EQ(row.gate, GATE_WARN);
    CHECK_EQ(fake.count, 24);
    CHECK_CONTAINS(row.reason, "the change stays");
}

/* Blocks of +2.1 and +1.9 %: the bound of 1.96 % lies inside their interval for ever. */
TEST(what_stays_open_ends_with_its_verdict)
{
    struct fake_lab fake = {.logs = {0.0196, 0.0196, 0.0196, 0.0196}};
    struct comparison row = check_in(&fake, slower_row(), 5000);
    CHECK_EQ(row.verdict, VERDICT_SLOWER);
    CHECK_EQ(fake.count, COUNT_MAX);
    CHECK_CONTAINS(row.reason, "not told from placement");
}

TEST(nothing_is_measured_for_rows_that_are_no_candidates)
{
    struct fake_lab fake = {.logs = {0}};
    struct comparison rows[6];
    for (size_t i = 0; i < 6; i++)
        rows[i] = slower_row();
    rows[0].verdict = VERDICT_SAME;
    rows[1].verdict = VERDICT_UNDECIDED;
    rows[2].verdict = VERDICT_NONE;
    rows[3].kind = KIND_LOCKSTEP;
    rows[4].ratio = 1.004;
    rows[5].kind = KIND_STORED;
    for (size_t i = 0; i < 6; i++) {
        CHECK(!placement_is_candidate(&rows[i]));
        CHECK_EQ(check_in(&fake, rows[i], 5000).verdict, rows[i].verdict);
    }
    CHECK_EQ(check_in(&fake, slower_row(), 5001).verdict, VERDICT_SLOWER);
    CHECK_EQ(check_in(&fake, slower_row(), nan("")).verdict, VERDICT_SLOWER);
    CHECK_EQ(fake.count, 0);
}

TEST(a_launch_that_fails_leaves_the_verdict_and_says_so)
{
    struct fake_lab fake = {.logs = {0}, .outcome = OUTCOME_FAILED};
    struct comparison row = check_in(&fake, slower_row(), 5000);
    CHECK_EQ(row.verdict, VERDICT_SLOWER);
    CHECK_EQ(fake.count, 1);
    CHECK_STR(row.reason, "not tried at other places in memory: ended by signal 11");
}

/* Each block of four: every multiple of 16 inside a line once, on both sides. */
TEST(blocks_visit_every_offset_inside_a_line_once_on_both_sides)
{
    struct fake_lab fake = {.logs = {0.0196, 0.0196, 0.0196, 0.0196}};
    unsigned lines = 0, orders = 0;
    check_in(&fake, slower_row(), 5000);
    for (size_t i = 0; i < COUNT_MAX; i += 4) {
        unsigned seen[2] = {0, 0};
        for (size_t k = i; k < i + 4; k++) {
            const struct pair_shifts *at = &fake.shifts[k];
            CHECK(at->shifted && at->old_bytes < 4096 && at->new_bytes < 4096);
            CHECK(at->old_bytes % 16 == 0 && at->new_bytes % 16 == 0);
            seen[0] |= 1u << at->old_bytes % 64 / 16;
            seen[1] |= 1u << at->new_bytes % 64 / 16;
            lines += at->old_bytes / 64 != at->new_bytes / 64;
            orders += at->old_bytes % 64 != at->new_bytes % 64;
        }
        CHECK_EQ(seen[0], 15);
        CHECK_EQ(seen[1], 15);
    }
    CHECK(lines > 80);                 /* of 96 with 64 lines each: 94.5 on the average */
    CHECK(orders > 50 && orders < 90); /* 72 on the average */
}

TEST(shifts_keep_the_alignment_of_the_data)
{
    static const uint32_t ALIGNMENTS[] = {32, 64, 256, 4096};
    for (size_t i = 0; i < 4; i++) {
        struct fake_lab fake = {.logs = {0.0196, 0.0196, 0.0196, 0.0196},
                                .alignment = ALIGNMENTS[i]};
        check_in(&fake, slower_row(), 5000);
        CHECK(fake.count >= 24);
        for (size_t k = 0; k < fake.count; k++)
            CHECK(fake.shifts[k].old_bytes % ALIGNMENTS[i] == 0 &&
                  fake.shifts[k].new_bytes % ALIGNMENTS[i] == 0 &&
                  fake.shifts[k].old_bytes < 4096 && fake.shifts[k].new_bytes < 4096);
    }
}

TEST_MAIN
