/* Real counting hosts: what is known beforehand is counted exactly, what goes wrong is an outcome
 * with its reason.  Parts that this machine or this build cannot count are skipped. */
#include <sys/stat.h>
#include <unistd.h>

#include "driven.h"
#include "measure/counting/counts.h"

/* The sanitizer for threads keeps pages of its own for each page. */
#ifdef __SANITIZE_THREAD__
#define PAGE_FAULTS_BELOW 20
#else
#define PAGE_FAULTS_BELOW 1.5
#endif

static const struct plan PLAN = {.profile = "test", .limit_seconds = 60, .seed = 1};
static struct arena arena; /* each test runs in a process of its own */

static struct counts count_module(const char *module, const char *name, const char *params,
                                  unsigned wanted)
{
    struct benchmark benchmark = {.id = name, .name = name, .params = params, .module = module};
    const struct measure_paths paths = {HOST_PROGRAM, test_folder(), NULL, NULL};
    struct counts counts;
    prepare_hosts();
    CHECK_EQ(measure_counts(&paths, &PLAN, &benchmark, wanted, &arena, &counts), ASSAY_OK);
    return counts;
}

static struct counts count(const char *name, const char *params, unsigned wanted)
{
    return count_module(fixture_path("counted"), name, params, wanted);
}

static void need_valgrind(void)
{
    if (!COUNTS_INSTRUCTIONS)
        SKIP("this build has no valgrind headers, or is sanitized");
    if (measure_can_count_instructions(NULL) != ASSAY_OK)
        SKIP("valgrind is not installed");
}

static double instructions_of(const char *name, const char *params)
{
    struct counts counts = count(name, params, COUNT_INSTRUCTIONS);
    CHECK_STR(counts.no_instructions, "");
    CHECK_EQ(counts.outcome, OUTCOME_OK);
    CHECK(isnan(counts.allocations) && isnan(counts.page_faults));
    CHECK_CONTAINS(counts.no_allocations, "nobody asked");
    return counts.instructions;
}

/* A round is 10 nops, a decrement and a jump. */
TEST(each_instruction_is_counted)
{
    need_valgrind();
    double one = instructions_of("exact", "rounds=1");
    CHECK(one >= 13 && one <= 30); /* and what the compiler makes of the loop */
    CHECK_EQ(instructions_of("exact", "rounds=101") - one, 1200);
    CHECK_EQ(instructions_of("exact", "rounds=100001") - one, 1200000);
}

TEST(one_instruction_in_ten_thousand_is_seen)
{
    need_valgrind();
    double before = instructions_of("work", "");
    CHECK(before > 9990 && before < 10020);
    struct counts after =
        count_module(fixture_path("counted_more"), "work", "", COUNT_INSTRUCTIONS);
    CHECK_EQ(after.instructions - before, 1);
}

TEST(ten_counts_of_one_benchmark_are_the_same_number)
{
    need_valgrind();
    double first = instructions_of("three_allocations", "");
    for (int i = 1; i < 10; i++)
        CHECK_EQ(instructions_of("three_allocations", ""), first);
}

TEST(our_environment_changes_no_count)
{
    need_valgrind();
    double before = instructions_of("three_allocations", "");
    setenv("A_LONG_NAME_OF_A_VARIABLE", "with a long value that moves the stack of a process", 1);
    setenv("MALLOC_ARENA_MAX", "1", 1);
    CHECK_EQ(instructions_of("three_allocations", ""), before);
}

TEST(allocations_are_counted_one_by_one)
{
    if (!COUNTS_ALLOCATIONS)
        SKIP("this build has no assay-allocs.so");
    struct counts counts = count("three_allocations", "", COUNT_COSTS);
    CHECK_STR(counts.no_allocations, "");
    CHECK_EQ(counts.allocations, 3);
    CHECK_EQ(counts.allocated_bytes, 30);
    counts = count("aligned_allocations", "", COUNT_COSTS);
    CHECK_EQ(counts.allocations, 2);
    CHECK_EQ(counts.allocated_bytes, 192);
    counts = count("no_allocations", "", COUNT_COSTS);
    CHECK_EQ(counts.allocations, 0);
    CHECK_EQ(counts.allocated_bytes, 0);
}

TEST(without_the_library_allocations_are_not_counted_and_the_rest_is)
{
    struct benchmark benchmark = {
        .id = "x", .name = "no_allocations", .params = "", .module = fixture_path("counted")};
    char host[600];
    snprintf(host, sizeof host, "%s/assay-host", test_folder());
    CHECK(symlink(HOST_PROGRAM, host) == 0);
    const struct measure_paths paths = {host, test_folder(), NULL, NULL};
    struct counts counts;
    prepare_hosts();
    CHECK_EQ(measure_counts(&paths, &PLAN, &benchmark, COUNT_COSTS, &arena, &counts), ASSAY_OK);
    CHECK(isnan(counts.allocations) && isnan(counts.allocated_bytes));
    CHECK_CONTAINS(counts.no_allocations, "no assay-allocs.so beside assay-host");
    CHECK(counts.page_faults >= 0 && counts.context_switches >= 0 && counts.cpu_ns > 0);
    CHECK_STR(counts.no_usage, "");
}

TEST(page_faults_are_counted)
{
    struct counts counts = count("one_page_fault", "", COUNT_COSTS);
    CHECK(counts.page_faults >= 1 && counts.page_faults < PAGE_FAULTS_BELOW);
    CHECK(isnan(counts.instructions));
    counts = count("no_allocations", "", COUNT_COSTS);
    CHECK(counts.page_faults < 0.01);
}

static void fails_under(unsigned wanted)
{
    struct counts counts = count("crashes_at_once", "", wanted);
    const char *reason = wanted == COUNT_COSTS ? counts.no_usage : counts.no_instructions;
    CHECK_EQ(counts.outcome, OUTCOME_FAILED);
    /* A sanitizer makes an exit code of it: the hosts' environment is fixed, and so its options. */
    CHECK_CONTAINS(reason, COUNTS_ALLOCATIONS ? "ended by signal 11" : "ended ");
    CHECK(isnan(counts.instructions) && isnan(counts.cpu_ns) && isnan(counts.allocations));
    counts = count("skips", "", wanted);
    reason = wanted == COUNT_COSTS ? counts.no_usage : counts.no_instructions;
    CHECK_EQ(counts.outcome, OUTCOME_SKIPPED);
    CHECK_STR(reason, "no engine here");
}

TEST(a_benchmark_that_goes_wrong_while_it_is_counted_is_an_outcome)
{
    fails_under(COUNT_COSTS);
    need_valgrind();
    fails_under(COUNT_INSTRUCTIONS);
    struct counts counts = count("removed", "", COUNT_INSTRUCTIONS);
    CHECK_EQ(counts.outcome, OUTCOME_FAILED);
    CHECK_CONTAINS(counts.no_instructions, "optimized out");
    counts = count("unknown_instruction", "", COUNT_INSTRUCTIONS);
    CHECK_CONTAINS(counts.no_instructions, "signal 4");
    CHECK_CONTAINS(counts.no_instructions, "valgrind, which does not know every instruction");
}

TEST(a_hang_ends_at_its_time_limit)
{
    struct plan plan = PLAN;
    plan.limit_seconds = 1;
    struct benchmark benchmark = {
        .id = "hangs", .name = "hangs", .params = "", .module = fixture_path("counted")};
    const struct measure_paths paths = {HOST_PROGRAM, test_folder(), NULL, NULL};
    struct counts counts;
    unsigned wanted = COUNT_COSTS;
    prepare_hosts();
    if (COUNTS_INSTRUCTIONS && measure_can_count_instructions(NULL) == ASSAY_OK)
        wanted |= COUNT_INSTRUCTIONS;
    CHECK_EQ(measure_counts(&paths, &plan, &benchmark, wanted, &arena, &counts), ASSAY_OK);
    CHECK_EQ(counts.outcome, OUTCOME_FAILED);
    CHECK_CONTAINS(counts.no_usage, "time limit of 1 s");
    if (wanted & COUNT_INSTRUCTIONS)
        CHECK_CONTAINS(counts.no_instructions, "time limit of 1 s");
}

/* What valgrind 3.19 prints of a file that clang 14 made. */
TEST(debugging_information_that_valgrind_cannot_read_is_named)
{
    need_valgrind();
    static const char SCRIPT[] = "#!/bin/sh\n"
                                 "echo '==7== Valgrind: debuginfo reader: ensure_valid failed:'\n"
                                 "echo '==7=='\n"
                                 "exit 1\n";
    char path[256];
    snprintf(path, sizeof path, "%s/valgrind", test_folder());
    write_whole(path, SCRIPT, sizeof SCRIPT - 1);
    CHECK_EQ(chmod(path, 0700), 0);
    setenv("PATH", test_folder(), 1);
    struct counts counts = count("work", "", COUNT_INSTRUCTIONS);
    CHECK_CONTAINS(counts.no_instructions, "ended with exit code 1");
    CHECK_CONTAINS(counts.no_instructions, "with clang, build with -gdwarf-4");
}

TEST(without_valgrind_the_reason_says_what_to_install)
{
    setenv("PATH", test_folder(), 1);
    struct counts counts = count("work", "", COUNT_INSTRUCTIONS);
    CHECK(isnan(counts.instructions));
    CHECK_EQ(counts.outcome, OUTCOME_OK);
    CHECK_STR(counts.no_instructions,
              "not counted: valgrind is not installed (apt-get install valgrind)");
}

TEST_MAIN
