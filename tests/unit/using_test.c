/* Resources of real hosts: benchmarks that use a known amount of one thing each, and processes that
 * end while they are looked at.  Nothing here depends on how fast the machine is. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driven.h"
#include "measure/resources/allocations.h"
#include "model/resources/resources.h"
#include "probe/counters.h"
#include "probe/watch/process.h"
#include "session/measurements.h"

/* The sanitizer for threads has a thread of its own, and keeps pages beside each page; that for
 * addresses takes 5 KiB and an eighth as shadow for a block of 4 KiB. */
#if defined(__SANITIZE_THREAD__)
enum { OWN_THREADS = 1, PAGES_EACH_BELOW = 20 };
#elif defined(__SANITIZE_ADDRESS__)
enum { OWN_THREADS = 0, PAGES_EACH_BELOW = 2 };
#else
enum { OWN_THREADS = 0, PAGES_EACH_BELOW = 1 };
#endif

static struct arena arena;
static struct result result;

/* In so many samples there are looks enough for a slope, if the machine is not very busy. */
enum { SAMPLES = 200, SAMPLES_MAX = 6400 };

static void measure_samples(const char *name, unsigned extras, unsigned sample_count)
{
    const struct plan plan = {.profile = "test",
                              .launches = 2,
                              .warmup_seconds = 0.05,
                              .sample_count = sample_count,
                              .slot_seconds = 1e-3,
                              .limit_seconds = 60,
                              .extras = extras};
    const struct measure_paths paths = {HOST_PROGRAM, test_folder(), NULL, NULL};
    observation_vec seen = {0};
    result = (struct result){
        .benchmark = {.id = name, .name = name, .params = "", .module = fixture_path("using")},
        .reason = "",
        .warning = ""};
    prepare_hosts();
    CHECK_EQ(measure_benchmark(&paths, &plan, &arena, &result, &seen), ASSAY_OK);
    if (extras & EXTRA_ALLOCATIONS)
        CHECK_EQ(measure_allocations(&paths, &plan, &arena, &result, &seen), ASSAY_OK);
    CHECK_EQ(measurements_compute(&result, &seen), ASSAY_OK);
    vec_release(&seen);
}

static void measure(const char *name, unsigned extras)
{
    measure_samples(name, extras, SAMPLES);
}

static const struct summary *summary_of(enum resource_id id)
{
    const struct measurement *found = result_measurement(&result, RESOURCES[id].metric.name);
    if (found == NULL)
        test_fail(__FILE__, __LINE__, "'%s' is not measured", RESOURCES[id].metric.name);
    return &found->summary;
}

static void need_own_files(void)
{
    if (KEEPS_COVERAGE)
        SKIP("a host that counts its lines reads and writes files of its own");
}

static void release(void)
{
    result_release(&result);
    arena_release(&arena);
}

/* On a busy machine looks lie so far apart that a slope needs a longer launch. */
static void measure_growth(const char *name)
{
    measure(name, EXTRA_RESOURCES);
    for (unsigned samples = 2 * SAMPLES; samples <= SAMPLES_MAX; samples *= 2) {
        if (result_measurement(&result, RESOURCES[RESOURCE_GROWTH_EACH].metric.name) != NULL)
            return;
        release();
        measure_samples(name, EXTRA_RESOURCES, samples);
    }
}

static const char *missing_reason(enum resource_id id)
{
    for (size_t i = 0; i < result.missing.count; i++)
        if (strcmp(result.missing.items[i].metric, RESOURCES[id].metric.name) == 0)
            return result.missing.items[i].reason;
    return NULL;
}

static void check_told_or_missing(int from, int to)
{
    for (int id = from; id <= to; id++) {
        const char *name = RESOURCES[id].metric.name;
        const char *reason = missing_reason((enum resource_id)id);
        bool told = result_measurement(&result, name) != NULL;
        if (told == (reason != NULL))
            test_fail(__FILE__, __LINE__, "'%s' is %s", name, told ? "both" : "neither");
        CHECK(reason == NULL || strlen(reason) > 10);
    }
}

TEST(a_run_that_asks_for_nothing_gets_nothing)
{
    measure("steady", 0);
    CHECK_EQ(result.measurements.count, 2); /* time and peak memory */
    CHECK_EQ(result.missing.count, 0);
    release();
}

TEST(the_time_stays_first_and_every_resource_is_told_or_missing)
{
    measure("steady", EXTRA_RESOURCES);
    CHECK(result.measurements.items[0].metric == &METRICS[METRIC_TIME]);
    check_told_or_missing(RESOURCE_CPU_RATIO, RESOURCE_SAMPLER);
    CHECK(summary_of(RESOURCE_CPU_NS)->median > 0);
    CHECK_EQ(summary_of(RESOURCE_THREADS)->median, 1);
    /* The protocol's own bytes are not its. */
    CHECK(summary_of(RESOURCE_WRITTEN)->median == 0 || KEEPS_COVERAGE);
    CHECK(summary_of(RESOURCE_READ)->median == 0 || KEEPS_COVERAGE);
    CHECK(summary_of(RESOURCE_SAMPLER)->median > 0);
    CHECK_EQ(summary_of(RESOURCE_RSS)->launch_count, 2);
    release();
}

TEST(a_page_an_iteration_is_found)
{
    measure_growth("leaks");
    const struct summary *growth = summary_of(RESOURCE_GROWTH_EACH);
    CHECK(growth->median > 2000 && growth->median < 6000.0 * PAGES_EACH_BELOW);
    CHECK(summary_of(RESOURCE_GROWTH_HOUR)->median > 0);
    CHECK(summary_of(RESOURCE_PAGE_FAULTS)->median > 0.9);
    CHECK(summary_of(RESOURCE_VOLUNTARY_SWITCHES)->median > 0.9); /* it sleeps each time */
    release();
}

TEST(what_setup_holds_is_in_memory_and_not_in_growth)
{
    measure_growth("holds_64_mib");
    CHECK(summary_of(RESOURCE_RSS)->median >= 64 << 20);
    CHECK(summary_of(RESOURCE_RSS)->median < 100 << 20 || !COUNTS_ALLOCATIONS);
    CHECK(summary_of(RESOURCE_PSS)->median >= 64 << 20);
    CHECK_EQ(summary_of(RESOURCE_GROWTH_EACH)->median, 0);
    CHECK(leak_judge(summary_of(RESOURCE_GROWTH_EACH)) != LEAK_FOUND);
    release();
}

TEST(descriptors_and_threads_are_seen)
{
    need_own_files();
    measure("steady", EXTRA_RESOURCES);
    double before = summary_of(RESOURCE_FDS)->median;
    release();
    measure("holds_20_files", EXTRA_RESOURCES);
    CHECK_EQ(summary_of(RESOURCE_FDS)->median, before + 20);
    release();
    measure("starts_threads", EXTRA_RESOURCES);
    CHECK_EQ(summary_of(RESOURCE_THREADS)->median, 4 + OWN_THREADS);
    release();
}

TEST(bytes_read_and_written_are_exact)
{
    need_own_files();
    measure("copies", EXTRA_RESOURCES);
    CHECK_EQ(summary_of(RESOURCE_READ)->median, 1000);
    CHECK_EQ(summary_of(RESOURCE_WRITTEN)->median, 1000);
    release();
}

TEST(allocations_are_exact_or_missing_with_the_reason)
{
    measure("allocates", EXTRA_ALLOCATIONS);
    check_told_or_missing(RESOURCE_ALLOCATIONS, RESOURCE_ALLOCATED);
    CHECK(COUNTS_ALLOCATIONS || missing_reason(RESOURCE_ALLOCATIONS) != NULL);
    if (COUNTS_ALLOCATIONS) {
        const struct summary *bytes = summary_of(RESOURCE_ALLOCATED);
        CHECK_EQ(summary_of(RESOURCE_ALLOCATIONS)->median, 2);
        CHECK_EQ(bytes->min, 300);
        CHECK_EQ(bytes->max, 300);
        CHECK_EQ(bytes->launch_count, 2);
    }
    release();
}

TEST(each_counter_is_told_or_missing_with_the_reason)
{
    measure("steady", EXTRA_COUNTERS);
    check_told_or_missing(RESOURCE_CYCLES, RESOURCE_PERF_SWITCHES);
    CHECK(missing_reason(RESOURCE_CYCLES) != NULL || summary_of(RESOURCE_CYCLES)->median > 0);
    release();
}

TEST(a_host_that_dies_is_a_failed_row_without_resources)
{
    measure("dies", EXTRA_RESOURCES | EXTRA_COUNTERS | EXTRA_ALLOCATIONS);
    CHECK_EQ(result.outcome, OUTCOME_FAILED);
    CHECK_CONTAINS(result.reason, "exit code 9");
    CHECK_EQ(result.measurements.count, 0);
    CHECK_EQ(result.missing.count, 0);
    release();
}

/* ---- processes that end ---- */

TEST(a_process_that_ended_is_not_known_collected_or_not)
{
    struct process_probe probe;
    struct process_facts facts;
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        for (;;)
            pause();
    }
    CHECK(process_open(child, &probe) == ASSAY_OK);
    process_read(&probe, &facts);
    CHECK(facts.rss_bytes > 0 && facts.fds >= 3);
    CHECK(facts.threads >= 1 && facts.threads <= 1 + OWN_THREADS);
    kill(child, SIGKILL);
    siginfo_t ended;
    CHECK(waitid(P_PID, (id_t)child, &ended, WEXITED | WNOWAIT) == 0);
    process_read(&probe, &facts); /* a zombie has 0 bytes, which nobody measured */
    CHECK(isnan(facts.rss_bytes) && isnan(facts.threads) && isnan(facts.cpu_ns));
    CHECK(waitpid(child, NULL, 0) == child);
    process_read(&probe, &facts);
    CHECK(isnan(facts.rss_bytes) && isnan(facts.read_bytes) && isnan(facts.cpu_ns));
    CHECK(isnan(process_pss_bytes(&probe)));
    process_close(&probe);
    process_read(&probe, &facts);
    CHECK(isnan(facts.rss_bytes));
    CHECK(process_open(child, &probe) == ASSAY_ERR_NOT_FOUND);
}

/* Whoever has the number now: what the folder was opened for decides. */
TEST(the_number_of_another_process_tells_nothing_of_it)
{
    struct process_probe probe;
    struct process_facts facts;
    CHECK(process_open(getpid(), &probe) == ASSAY_OK);
    probe.start_ticks += 1; /* as if the number had been another's when it was opened */
    process_read(&probe, &facts);
    CHECK(isnan(facts.rss_bytes) && isnan(facts.cpu_ns));
    process_close(&probe);
}

TEST_MAIN
