/* What benchmarks use beside time, on made-up numbers: texts of /proc, growth, the sampler's rules,
 * the words that come of them.  Real processes: using_test.c. */
#include <errno.h>
#include <sys/stat.h>

#include "base/quantity.h"
#include "harness.h"
#include "measure/resources/sampler.h"
#include "probe/counters.h"
#include "probe/parse.h"
#include "report/resources/resources.h"

#define NONE ((double)NAN)
#define PAGE 4096.0

/* ---- texts ---- */

#define STAT_TAIL                                                                                  \
    " S 1 42 42 0 -1 4194304 151 900 3 1 7 5 0 0 20 0 4 0 89123 10285056 402 18446744073709551615"

TEST(the_fields_of_a_process_are_those_of_the_manual)
{
    struct process_stat stat;
    CHECK(parse_process_stat("42 (name)" STAT_TAIL " 1 1\n", &stat));
    CHECK_EQ(stat.state, 'S');
    CHECK_EQ(stat.minor_faults, 151);
    CHECK_EQ(stat.major_faults, 3);
    CHECK_EQ(stat.user_ticks, 7);
    CHECK_EQ(stat.system_ticks, 5);
    CHECK_EQ(stat.threads, 4);
    CHECK_EQ(stat.start_ticks, 89123);
    CHECK_EQ(stat.rss_pages, 402);
}

TEST(a_name_may_have_brackets_spaces_and_line_ends)
{
    struct process_stat stat;
    CHECK(parse_process_stat("42 (a) R 9 9 (b\n c)" STAT_TAIL "\n", &stat));
    CHECK_EQ(stat.rss_pages, 402);
}

TEST(what_is_no_such_text_says_nothing)
{
    static const char *const ODD[] = {"",
                                      "\n",
                                      "42 name" STAT_TAIL,
                                      "x (name)" STAT_TAIL,
                                      "42 (name)",
                                      "42 (name) ",
                                      "42 (name) S 1 42 42 0 -1 4194304 151 900 3",
                                      "42 (name) S 1 42 42 0 -1 4194304 -5 900 3 1 7 5 0 0 20 0 4 "
                                      "0 89123 10285056 402"};
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++) {
        struct process_stat stat = {.rss_pages = -7};
        if (parse_process_stat(ODD[i], &stat) || stat.rss_pages != -7)
            test_fail(__FILE__, __LINE__, "'%s' is a process", ODD[i]);
    }
}

TEST(waiting_is_told_in_microseconds_since_boot)
{
    CHECK_EQ(parse_pressure_total("some avg10=57.97 avg60=25.78 avg300=7.37 total=1880792419\n"
                                  "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n"),
             1880792419);
    CHECK(isnan(parse_pressure_total("full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n")));
    CHECK(isnan(parse_pressure_total("some avg10=1\nfull total=7\n")));
    CHECK(isnan(parse_pressure_total("some avg10=1 total=\n")));
    CHECK(isnan(parse_pressure_total("")));
}

static void write_below(const char *root, const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = strchr(full + strlen(root) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(full, 0700);
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    CHECK(file != NULL && fputs(text, file) >= 0 && fclose(file) == 0);
}

TEST(a_machine_that_tells_nothing_is_not_one_that_waits_for_nothing)
{
    struct machine_moment moment;
    const char *root = test_folder();
    moment_read(root, &moment);
    CHECK(isnan(moment.total_ticks) && isnan(moment.steal_ticks));
    CHECK(isnan(moment.waited_us[PRESSURE_CPU]) && isnan(moment.waited_us[PRESSURE_IO]));
    CHECK(isnan(moment_running(root)));
    write_below(root, "/proc/stat", "cpu 10 20 30 40 50 60 70 80 0 0\ncpu0 1 2 3 4 5 6 7 8\n");
    write_below(root, "/proc/pressure/io", "some avg10=0 avg60=0 avg300=0 total=12\n");
    write_below(root, "/proc/loadavg", "0.44 0.83 0.78 3/94 16907\n");
    moment_read(root, &moment);
    CHECK_EQ(moment.total_ticks, 360);
    CHECK_EQ(moment.steal_ticks, 80);
    CHECK_EQ(moment.waited_us[PRESSURE_IO], 12);
    CHECK(isnan(moment.waited_us[PRESSURE_MEMORY]));
    CHECK_EQ(moment_running(root), 3);
}

/* ---- growth ---- */

/* By hand: of (0,0) (1,1) (2,2) (3,9) the slopes are 1 1 3 1 4 7; their median is 2. */
TEST(a_slope_is_the_median_of_all_pairs)
{
    const double x[] = {0, 1, 2, 3}, y[] = {0, 1, 2, 9};
    double slope = NONE;
    CHECK_EQ(growth_slope(x, y, 4, &slope), ASSAY_OK);
    CHECK_EQ(slope, 2);
    CHECK_EQ(growth_slope(x, y, 2, &slope), ASSAY_ERR_TOO_FEW);
    CHECK_EQ(growth_slope(x, y, GROWTH_POINTS_MAX + 1, &slope), ASSAY_ERR_LIMIT);
    const double same[] = {1, 1, 1};
    CHECK_EQ(growth_slope(same, y, 3, &slope), ASSAY_ERR_TOO_FEW);
    CHECK_EQ(slope, 2);
}

/* By hand: slopes 1 2 3, t(0.975, 2) = 4.302653, sd 1: 2 +- 4.302653 / sqrt(3) +- 0.5. */
TEST(the_interval_over_launches_is_students_and_no_finer_than_a_page)
{
    const struct growth launches[] = {{1, 0.25}, {2, 0.5}, {3, 0.75}};
    struct summary summary;
    CHECK_EQ(growth_summarize(launches, 3, &summary), ASSAY_OK);
    CHECK_EQ(summary.median, 2);
    CHECK_NEAR(summary.interval.high, 2 + 4.302653 / sqrt(3) + 0.5, 1e-6);
    CHECK_NEAR(summary.interval.low, 2 - 4.302653 / sqrt(3) - 0.5, 1e-6);
    CHECK_EQ(summary.interval.level, 0.95);
    CHECK_EQ(summary.launch_count, 3);
    const struct growth flat[] = {{0, 8}, {0, 8}};
    CHECK_EQ(growth_summarize(flat, 2, &summary), ASSAY_OK);
    CHECK_EQ(summary.interval.low, -8);
    CHECK_EQ(summary.interval.high, 8);
    CHECK_EQ(growth_summarize(launches, 1, &summary), ASSAY_OK);
    CHECK_EQ(summary.interval.level, 0);
    CHECK_EQ(growth_summarize(launches, 0, &summary), ASSAY_ERR_TOO_FEW);
}

/* Resident memory after so many iterations, in bytes; `launch` makes them differ a little. */
typedef double series_fn(double iterations, int launch);

static double in_pages(double bytes)
{
    return floor(bytes / PAGE) * PAGE;
}

static double flat(double iterations, int launch)
{
    (void)iterations;
    return 400 * PAGE + launch * PAGE;
}

static double sawtooth(double iterations, int launch)
{
    return in_pages(1e6 + fmod(iterations * 900 + launch * 70000, 300000));
}

static double leaking(double iterations, int launch)
{
    return in_pages(1e6 + iterations * 1024 + launch * 500);
}

/* A cache is filled in the first fifth, then nothing grows. */
static double step_at_start(double iterations, int launch)
{
    return in_pages(1e6 + fmin(iterations, 2000 + launch) * 5000);
}

/* A leak that a launch of this length cannot tell from none. */
static double leaking_slowly(double iterations, int launch)
{
    return in_pages(1e6 + iterations * 0.1 + launch * 800);
}

/* 100 looks at each of 5 launches, 100 iterations and 10 ms apart. */
static enum leak leak_of(series_fn *series, struct summary *ret_summary, bool by_hours)
{
    enum { LAUNCHES = 5, LOOKS = 100 };
    struct growth launches[LAUNCHES];
    for (int launch = 0; launch < LAUNCHES; launch++) {
        static struct sampler sampler;
        sampler = (struct sampler){.point_spacing_seconds = 0.001};
        for (int look = 0; look < LOOKS; look++) {
            struct process_facts facts = {.rss_bytes = series(look * 100, launch)};
            sampler_add(&sampler, look * 0.01, look * 100, &facts);
        }
        launches[launch] = sampler_growth(&sampler, by_hours);
    }
    CHECK_EQ(growth_summarize(launches, LAUNCHES, ret_summary), ASSAY_OK);
    return leak_judge(ret_summary);
}

TEST(what_stays_does_not_leak)
{
    struct summary summary;
    CHECK_EQ(leak_of(flat, &summary, false), LEAK_NONE);
    CHECK_EQ(summary.median, 0);
    CHECK_NEAR(summary.interval.high, PAGE / 4900, 1e-9); /* a page in the later half */
}

TEST(what_rises_and_falls_does_not_leak)
{
    struct summary summary;
    CHECK(leak_of(sawtooth, &summary, false) != LEAK_FOUND);
    CHECK(summary.interval.low < 0 && summary.interval.high > 0);
}

TEST(a_kilobyte_an_iteration_leaks)
{
    struct summary summary;
    CHECK_EQ(leak_of(leaking, &summary, false), LEAK_FOUND);
    CHECK_NEAR(summary.median, 1024, 0.01);
    CHECK(summary.interval.low > 1000 && summary.interval.high < 1050);
    leak_of(leaking, &summary, true); /* 1024 bytes each 0.1 ms */
    CHECK_NEAR(summary.median, 1024 * 1e4 * 3600, 0.01);
}

TEST(a_cache_that_is_filled_at_the_start_does_not_leak)
{
    struct summary summary;
    CHECK_EQ(leak_of(step_at_start, &summary, false), LEAK_NONE);
    CHECK_EQ(summary.median, 0);
}

TEST(a_leak_too_slow_to_be_seen_has_an_interval_that_holds_it)
{
    struct summary summary;
    CHECK(leak_of(leaking_slowly, &summary, false) != LEAK_FOUND);
    CHECK(summary.interval.low <= 0.1 && summary.interval.high >= 0.1);
}

TEST(a_leak_is_judged_by_its_interval)
{
    struct summary growth = {.launch_count = 5, .median = 40, .interval = {1, 80, 0.95}};
    CHECK_EQ(leak_judge(&growth), LEAK_FOUND);
    growth.interval.low = 0;
    CHECK_EQ(leak_judge(&growth), LEAK_UNDECIDED);
    growth.interval.high = 15.9;
    CHECK_EQ(leak_judge(&growth), LEAK_NONE);
    growth.interval.high = 16;
    CHECK_EQ(leak_judge(&growth), LEAK_UNDECIDED);
    growth = (struct summary){.launch_count = 1, .median = 40, .interval = {40, 40, 0}};
    CHECK_EQ(leak_judge(&growth), LEAK_UNDECIDED);
}

/* ---- the sampler's rules ---- */

TEST(looks_that_cost_more_come_less_often)
{
    CHECK_NEAR(sampler_due(5, 20e3) - 5, 0.01, 1e-9);  /* 20 us: 0.2 % of 10 ms */
    CHECK_NEAR(sampler_due(5, 200e3) - 5, 0.04, 1e-9); /* 200 us: 0.5 % of 40 ms */
    CHECK_NEAR(sampler_due(5, 50e6) - 5, 10, 1e-9);
}

TEST(the_points_of_a_long_launch_are_thinned_and_keep_its_length)
{
    static struct sampler sampler;
    sampler = (struct sampler){.point_spacing_seconds = 0.01};
    for (int look = 0; look < 100000; look++) {
        struct process_facts facts = {.rss_bytes = look};
        sampler_add(&sampler, look * 0.0101, look, &facts);
    }
    CHECK(sampler.point_count >= SAMPLER_POINTS / 2 && sampler.point_count <= SAMPLER_POINTS);
    CHECK_EQ(sampler.points[0].seconds, 0);
    CHECK(sampler.points[sampler.point_count - 1].seconds > 900);
    for (size_t i = 1; i < sampler.point_count; i++)
        CHECK(sampler.points[i].seconds > sampler.points[i - 1].seconds);
    CHECK_NEAR(sampler_growth(&sampler, false).slope, 1, 1e-9);
}

TEST(what_is_not_told_is_no_point_and_no_peak)
{
    static struct sampler sampler;
    sampler = (struct sampler){.fds_peak = NONE, .threads_peak = NONE};
    struct process_facts facts = {.rss_bytes = NONE, .fds = NONE, .threads = NONE};
    sampler_add(&sampler, 1, 1, &facts);
    CHECK_EQ(sampler.point_count, 0);
    CHECK(isnan(sampler.fds_peak) && isnan(sampler.threads_peak));
    CHECK(isnan(sampler_growth(&sampler, false).slope));
    facts.fds = 7;
    sampler_add(&sampler, 2, 2, &facts);
    facts.fds = 5;
    sampler_add(&sampler, 3, 3, &facts);
    CHECK_EQ(sampler.fds_peak, 7);
}

TEST(looks_while_iterations_are_under_way_count_over_time_alone)
{
    static struct sampler sampler;
    sampler = (struct sampler){.point_spacing_seconds = 0.001};
    for (int look = 0; look < 40; look++) {
        struct process_facts facts = {.rss_bytes = look * PAGE};
        sampler_add(&sampler, look, NONE, &facts);
    }
    CHECK(isnan(sampler_growth(&sampler, false).slope));
    CHECK_NEAR(sampler_growth(&sampler, true).slope, PAGE * 3600, 1e-9);
}

/* ---- counters ---- */

TEST(a_counter_that_had_to_share_is_scaled_and_one_that_never_ran_is_missing)
{
    CHECK_EQ(counters_scale(500, 100, 100), 500);
    CHECK_EQ(counters_scale(500, 100, 25), 2000);
    CHECK_EQ(counters_scale(0, 100, 100), 0);
    CHECK(isnan(counters_scale(0, 100, 0)));
}

TEST(a_counter_that_is_not_there_says_why)
{
    CHECK_CONTAINS(counters_reason(ENOENT, 2), "does not offer");
    CHECK_CONTAINS(counters_reason(EACCES, 3), "perf_event_paranoid is above 2");
    CHECK_CONTAINS(counters_reason(EACCES, 2), "1 or less");
    CHECK_CONTAINS(counters_reason(ENOSYS, NONE), "no perf_event_open");
    struct counters none = {.files = {-1 - ENOENT, 0}};
    double counts[COUNTER_COUNT];
    for (int id = 1; id < COUNTER_COUNT; id++)
        none.files[id] = -1 - EACCES;
    counters_read(&none, counts);
    for (int id = 0; id < COUNTER_COUNT; id++) {
        CHECK(isnan(counts[id]));
        CHECK(counters_why(&none, (enum counter_id)id, 2)[0] != '\0');
    }
}

/* ---- names and words ---- */

TEST(each_resource_has_a_name_of_its_own_a_meaning_and_a_reason)
{
    for (size_t i = 0; i < RESOURCE_COUNT; i++) {
        CHECK(strlen(RESOURCES[i].meaning) > 0 && strlen(RESOURCES[i].absent) > 0);
        CHECK(resource_find(RESOURCES[i].metric.name) == &RESOURCES[i]);
        CHECK(metric_find(RESOURCES[i].metric.name) == NULL);
    }
    CHECK(resource_find("time_ns") == NULL && resource_find(NULL) == NULL);
}

TEST(growth_over_time_is_written_with_its_unit)
{
    char text[QUANTITY_TEXT_MAX];
    double value = 0;
    CHECK_STR(quantity_format(2.5e6, "B/h", text), "2.50 MB/h");
    CHECK_STR(quantity_format(-2.5e6, "B/h", text), "-2.50 MB/h");
    CHECK(quantity_parse("1 MB/h", "B/h", &value) == ASSAY_OK && value == 1e6);
}

static void add(struct result *result, enum resource_id id, struct summary summary)
{
    struct measurement *measurement = result_add_measurement(result, &RESOURCES[id].metric);
    CHECK(measurement != NULL);
    measurement->summary = summary;
}

TEST(the_text_has_the_tables_order_the_verdict_and_each_reason_once)
{
    struct run run = {0};
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    report_resources(&run, &out);
    CHECK_STR(out.text, "");
    for (int i = 0; i < 2; i++) {
        struct result *result = vec_add(&run.results);
        CHECK(result != NULL);
        *result = (struct result){.benchmark = {.id = i ? "s/b" : "s/a"}};
        add(result, RESOURCE_THREADS, (struct summary){.median = 4});
        add(result, RESOURCE_GROWTH_EACH,
            (struct summary){.median = 40, .launch_count = 3, .interval = {32, 48, 0.95}});
        CHECK_EQ(result_add_missing(result, "cycles", "none here"), ASSAY_OK);
        CHECK_EQ(result_add_missing(result, "branches", "none here"), ASSAY_OK);
    }
    report_resources(&run, &out);
    CHECK_CONTAINS(out.text, "resources of s/a\n  rss_growth_bytes ");
    CHECK_CONTAINS(out.text, "  leaks: 32 B to 48 B an iteration\n  threads_peak ");
    CHECK_CONTAINS(out.text, "resources of s/b\n");
    CHECK_CONTAINS(out.text, "\nmissing: cycles, branches\n  none here\n");
    CHECK(strstr(strstr(out.text, "none here") + 1, "none here") == NULL);
    run_release(&run);
}

TEST_MAIN
