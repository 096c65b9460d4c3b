/* compare/cause/advice.c: for each rule facts that fire it, and the nearest ones that do not. */
#include "compare/cause/advice.h"
#include "harness.h"

static struct arena arena;
static struct counts before, after;
static struct comparison row;
static const char *old_compiler = "12.2.0", *new_compiler = "12.2.0";

/* A row that is 10 % slower and of which nothing is known. */
static void start(void)
{
    before = after = counts_none("not counted");
    row = (struct comparison){.verdict = VERDICT_SLOWER,
                              .ratio = 1.1,
                              .ratio_q10 = 1.1,
                              .interval = {1.09, 1.11, 0.99},
                              .old_ns = 100,
                              .new_ns = 110};
}

/* The names of the rules that fired, with blanks between. */
static const char *fired(void)
{
    static char names[256];
    const struct advice_facts facts = {&before, &after, old_compiler, new_compiler, 0.01};
    size_t used = 0;
    names[0] = '\0';
    CHECK_EQ(advice_find(&facts, &arena, &row), ASSAY_OK);
    for (size_t i = 0; i < row.finding_count && used < sizeof names; i++)
        used += (size_t)snprintf(names + used, sizeof names - used, "%s%s", i ? " " : "",
                                 row.findings[i].rule);
    return names;
}

static const char *text(void)
{
    return row.finding_count > 0 ? row.findings[0].text : "";
}

TEST(what_was_not_counted_explains_nothing)
{
    start();
    CHECK_STR(fired(), "");
}

TEST(more_instructions_are_more_work)
{
    start();
    before.instructions = 1000;
    after.instructions = 1090;
    CHECK_STR(fired(), "work");
    CHECK_STR(text(), "+9.00 % instructions (1000 -> 1090 an iteration): more work is done");
    row.verdict = VERDICT_FASTER;
    row.ratio = row.ratio_q10 = 0.9;
    CHECK_STR(fired(), ""); /* more instructions do not make it faster */
    after.instructions = 900;
    CHECK_STR(fired(), "work");
    CHECK_CONTAINS(text(), "less work");
    CHECK(row.findings[0].next[0] != '\0');
}

TEST(a_few_more_instructions_do_not_explain_a_large_change)
{
    start();
    before.instructions = 1000;
    after.instructions = 1020; /* a fifth of the 10 % */
    CHECK_STR(fired(), "");
    after.instructions = 1030;
    CHECK_STR(fired(), "work");
}

TEST(the_same_instructions_that_take_longer_are_stalls)
{
    start();
    before.instructions = 1000;
    after.instructions = 1001;
    CHECK_STR(fired(), "stalls");
    CHECK_STR(text(), "the same 1001 instructions an iteration take longer");
    row.verdict = VERDICT_PLACEMENT;
    CHECK_STR(fired(), "placement");
}

TEST(fewer_instructions_that_take_longer_are_dearer)
{
    start();
    before.instructions = 1000;
    after.instructions = 900;
    CHECK_STR(fired(), "dearer");
    CHECK_CONTAINS(text(), "-10.00 % instructions");
}

TEST(more_or_larger_allocations_are_named)
{
    start();
    before.allocations = 3;
    after.allocations = 5;
    before.allocated_bytes = 30;
    after.allocated_bytes = 50;
    CHECK_STR(fired(), "allocations");
    CHECK_STR(text(), "allocates more: 3 -> 5 times, 30 -> 50 bytes an iteration");
    after.allocations = 3;
    CHECK_STR(fired(), "allocations"); /* the same number, but larger */
    after.allocated_bytes = 40;
    CHECK_STR(fired(), "");
}

TEST(page_faults_and_context_switches_are_named)
{
    start();
    before.page_faults = before.context_switches = 0;
    after.page_faults = 0.5;
    after.context_switches = 0.5;
    CHECK_STR(fired(), "page_faults context_switches");
    CHECK_STR(text(), "more page faults: 0 -> 0.5 an iteration");
    after.page_faults = 0.005; /* one in two hundred iterations: the process's own */
    after.context_switches = 0.05;
    CHECK_STR(fired(), "");
}

TEST(time_that_no_processor_spent_is_waiting)
{
    start();
    before.cpu_ns = 50;
    after.cpu_ns = 52;
    CHECK_STR(fired(), "waiting");
    CHECK_STR(text(), "waits: of 10 ns more, 2 ns are CPU time");
    before.cpu_ns = 100;
    after.cpu_ns = 110;
    CHECK_STR(fired(), "");
}

TEST(another_compiler_is_named)
{
    start();
    new_compiler = "14.2.0";
    CHECK_STR(fired(), "compiler");
    CHECK_STR(text(), "built by another compiler: 12.2.0 -> 14.2.0");
    old_compiler = "";
    CHECK_STR(fired(), "");
}

TEST(a_change_of_the_slow_slots_only_is_a_tail)
{
    start();
    row.ratio_q10 = 1;
    CHECK_STR(fired(), "tail");
    CHECK_STR(text(), "the fastest tenth of the slots changed by +0.00 %, the middle by +10.00 %");
    row.ratio_q10 = 1.06;
    CHECK_STR(fired(), "");
}

TEST(a_wide_interval_is_noise)
{
    start();
    row.verdict = VERDICT_UNDECIDED;
    row.interval = (struct interval){0.95, 1.06, 0.99};
    CHECK_STR(fired(), "noise");
    CHECK_STR(text(), "noise: the interval is +-5.6 % wide, the margin 1 %");
    row.interval = (struct interval){0.995, 1.011, 0.99}; /* one more launch decides */
    CHECK_STR(fired(), "");
    row.interval = (struct interval){0, HUGE_VAL, 0};
    CHECK_STR(fired(), "");
}

TEST(what_is_the_same_needs_no_explanation)
{
    start();
    before.instructions = 1000;
    after.instructions = 1090;
    row.verdict = VERDICT_SAME;
    CHECK_STR(fired(), "");
    row.verdict = VERDICT_NONE;
    CHECK_STR(fired(), "");
}

TEST_MAIN
