/* src/probe: texts of /proc and /sys as kernels write them and as nobody should, a made-up machine
 * in a folder, and readings of a clock with known gaps. */
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "probe/facts.h"
#include "probe/gaps.h"
#include "probe/parse.h"
#include "probe/tree.h"
#include "probe/watch/process.h"

/* ---- texts ---- */

TEST(a_number_is_decimal_and_alone)
{
    CHECK_EQ(parse_number("250\n"), 250);
    CHECK_EQ(parse_number(" -5 \n"), -5);
    CHECK_EQ(parse_number("1.5"), 1.5);
    static const char *const ODD[] = {"",
                                      "\n",
                                      "x",
                                      "-",
                                      "12 34",
                                      "0x10",
                                      "nan",
                                      "inf",
                                      "1e5",
                                      "+1",
                                      "1234567890123456789012345678901234567890"};
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++)
        if (!isnan(parse_number(ODD[i])))
            test_fail(__FILE__, __LINE__, "'%s' is a number", ODD[i]);
}

static const char *word_of(const char *text)
{
    static char word[8];
    parse_word(text, word, sizeof word);
    return word;
}

static const char *chosen_of(const char *text)
{
    static char word[8];
    parse_chosen(text, word, sizeof word);
    return word;
}

TEST(a_word_that_does_not_fit_or_is_no_text_is_not_known)
{
    CHECK_STR(word_of("tsc\n"), "tsc");
    CHECK_STR(word_of("  tsc hpet\n"), "tsc");
    CHECK_STR(word_of(""), "");
    CHECK_STR(word_of("longword\n"), "");
    CHECK_STR(word_of("\033[31m\n"), "");
    CHECK_STR(chosen_of("always [madvise] never\n"), "madvise");
    CHECK_STR(chosen_of("always madvise never\n"), "");
    CHECK_STR(chosen_of("always [madvi"), "");
    CHECK_STR(chosen_of("]always["), "");
    CHECK_STR(chosen_of("[]"), "");
}

TEST(a_list_of_cpus_is_counted)
{
    CHECK_EQ(parse_cpu_list("0-3,8\n"), 5);
    CHECK_EQ(parse_cpu_list("0\n"), 1);
    CHECK_EQ(parse_cpu_list("0,2,4,6-7"), 5);
    CHECK_EQ(parse_cpu_list("\n"), 0);
    static const char *const ODD[] = {"3-1", "-", "a", "0-", "0-3x", "0;1", "0-99999999", "-3"};
    for (size_t i = 0; i < sizeof ODD / sizeof *ODD; i++)
        if (!isnan(parse_cpu_list(ODD[i])))
            test_fail(__FILE__, __LINE__, "'%s' is a list", ODD[i]);
}

TEST(pressure_is_the_share_of_the_last_ten_seconds)
{
    CHECK_NEAR(parse_pressure("some avg10=57.97 avg60=25.78 avg300=7.37 total=1880792419\n"
                              "full avg10=0.00 avg60=0.00 avg300=0.00 total=0\n"),
               0.5797, 1e-12);
    CHECK(isnan(parse_pressure("full avg10=1.00 avg60=0 avg300=0 total=0\n")));
    CHECK(isnan(parse_pressure("some avg10=")));
    CHECK(isnan(parse_pressure("some avg10=101.0")));
    CHECK(isnan(parse_pressure("")));
}

TEST(the_autogroup_names_its_nice)
{
    CHECK_EQ(parse_autogroup_nice("/autogroup-2387 nice 0\n"), 0);
    CHECK_EQ(parse_autogroup_nice("/autogroup-1 nice -20\n"), -20);
    CHECK(isnan(parse_autogroup_nice("/autogroup-1 nice 99\n")));
    CHECK(isnan(parse_autogroup_nice("/autogroup-1\n")));
    CHECK(isnan(parse_autogroup_nice(" nice 3\n")));
}

TEST(a_quota_is_cores_and_max_is_none)
{
    CHECK_EQ(parse_quota("150000 100000\n"), 1.5);
    CHECK(isinf(parse_quota("max 100000\n")));
    CHECK(isnan(parse_quota("max")));
    CHECK(isnan(parse_quota("0 100000")));
    CHECK(isnan(parse_quota("100 0")));
    CHECK(isnan(parse_quota("100 100 100")));
    CHECK(isnan(parse_quota("")));
}

static const char *group_of(const char *text)
{
    static char path[16];
    parse_cgroup(text, path, sizeof path);
    return path;
}

TEST(the_control_group_is_that_of_the_unified_hierarchy)
{
    CHECK_STR(group_of("9:name=systemd:/\n0::/a/b\n"), "/a/b");
    CHECK_STR(group_of("0::/\n"), "");
    CHECK_STR(group_of("8:pids:/x\n"), "");
    CHECK_STR(group_of("0::/../other\n"), "");
    CHECK_STR(group_of("0::/longer/than/fits\n"), "");
    CHECK_STR(group_of("0::"), "");
}

static const char MEMINFO[] =
    "MemTotal:       24684084 kB\nMemFree:  1 kB\nMemAvailable:    5 kB\n";

TEST(a_field_is_found_by_its_whole_key_at_the_start_of_a_line)
{
    char text[8];
    CHECK_EQ(parse_field(MEMINFO, "MemTotal"), 24684084);
    CHECK_EQ(parse_field(MEMINFO, "MemAvailable"), 5);
    CHECK(isnan(parse_field(MEMINFO, "Mem")));
    CHECK(isnan(parse_field(MEMINFO, "Available")));
    CHECK(isnan(parse_field("MemTotal: kB\n", "MemTotal")));
    CHECK(isnan(parse_field("MemTotal: 5kB\n", "MemTotal")));
    CHECK(isnan(parse_field("MemTotal", "MemTotal")));
    CHECK_EQ(parse_field("a b: 1\na: 2", "a"), 2);
    parse_field_text("Cpus_allowed:\t3\nCpus_allowed_list:\t0-1\n", "Cpus_allowed_list", text, 8);
    CHECK_STR(text, "0-1");
    parse_field_text("x: 123456789", "x", text, sizeof text);
    CHECK_STR(text, "1234567");
    parse_field_text("", "x", text, sizeof text);
    CHECK_STR(text, "");
}

TEST(a_cpu_flag_is_a_whole_word)
{
    CHECK_EQ(parse_cpu_flag("flags\t\t: fpu hypervisor lm\n", "hypervisor"), 1);
    CHECK_EQ(parse_cpu_flag("flags : fpu hypervisor", "hypervisor"), 1);
    CHECK_EQ(parse_cpu_flag("flags : fpu hypervisors\nx: hypervisor\n", "hypervisor"), 0);
    CHECK_EQ(parse_cpu_flag("flags :\n", "hypervisor"), 0);
    CHECK(isnan(parse_cpu_flag("processor : 0\n", "hypervisor")));
}

TEST(load_and_running_tasks_come_together_or_not_at_all)
{
    double load = 0, running = 0;
    parse_load("1.57 0.48 0.63 8/122 9713\n", &load, &running);
    CHECK_EQ(load, 1.57);
    CHECK_EQ(running, 8);
    parse_load("1.57 0.48 0.63\n", &load, &running);
    CHECK(isnan(load) && isnan(running));
    parse_load("", &load, &running);
    CHECK(isnan(load) && isnan(running));
}

/* user 10, nice 20, system 30, idle 40, iowait 50, irq 60, softirq 70, steal 80. */
TEST(ticks_are_busy_idle_or_stolen)
{
    struct machine_ticks ticks = {1, 2, 3};
    CHECK(parse_ticks("cpu  10 20 30 40 50 60 70 80 0 0\ncpu0 1 1\n", &ticks));
    CHECK_EQ(ticks.total, 360);
    CHECK_EQ(ticks.busy, 190);
    CHECK_EQ(ticks.steal, 80);
    CHECK(!parse_ticks("cpu  10 20 30 40 50 60 70\n", &ticks));
    CHECK(!parse_ticks("cpu0 1 1 1 1 1 1 1 1\n", &ticks));
    CHECK(!parse_ticks("cpu  1 1 -1 1 1 1 1 1\n", &ticks));
    CHECK(!parse_ticks("", &ticks));
    CHECK_EQ(ticks.total, 360);
}

/* ---- a machine in a folder ---- */

static void put(const char *root, const char *path, const char *text)
{
    char full[512];
    snprintf(full, sizeof full, "%s%s", root, path);
    for (char *slash = full + strlen(root) + 1; (slash = strchr(slash, '/')) != NULL; slash++) {
        *slash = '\0';
        mkdir(full, 0777);
        *slash = '/';
    }
    FILE *file = fopen(full, "we");
    CHECK(file != NULL);
    CHECK(fputs(text, file) >= 0);
    fclose(file);
}

TEST(a_machine_that_says_nothing_is_not_known)
{
    struct host_facts facts;
    facts_read(test_folder(), &facts);
    const double numbers[] = {facts.load_1min,
                              facts.running,
                              facts.pressure_cpu,
                              facts.pressure_memory,
                              facts.pressure_io,
                              facts.steal_share,
                              facts.autogroup,
                              facts.autogroup_nice,
                              facts.nice,
                              facts.quota_cores,
                              facts.cores,
                              facts.cores_allowed,
                              facts.cores_isolated,
                              facts.smt_active,
                              facts.virtual_machine,
                              facts.numa_nodes,
                              facts.boost,
                              facts.on_battery,
                              facts.idle_latency_us,
                              facts.memory_bytes,
                              facts.swap_used_bytes,
                              facts.aslr,
                              facts.tick_hz,
                              facts.perf_paranoid,
                              facts.counters,
                              facts.memory_available_bytes};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        CHECK(isnan(numbers[i]));
    CHECK_STR(facts.governor, "");
    CHECK_STR(facts.frequency_driver, "");
    CHECK_STR(facts.idle_driver, "");
    CHECK_STR(facts.huge_pages, "");
    CHECK_STR(facts.clock_source, "");
}

static void put_laptop(const char *root)
{
    put(root, "/proc/loadavg", "1.50 0.48 0.63 3/122 9713\n");
    put(root, "/proc/stat", "cpu  10 0 0 80 0 0 0 10 0 0\n");
    put(root, "/proc/meminfo",
        "MemTotal: 1000 kB\nMemAvailable: 250 kB\nSwapTotal: 64 kB\n"
        "SwapFree: 32 kB\n");
    put(root, "/proc/cpuinfo", "processor : 0\nflags : fpu lm\n");
    put(root, "/proc/self/status", "Cpus_allowed_list:\t0-2\n");
    put(root, "/proc/self/cgroup", "0::/user/app\n");
    put(root, "/sys/fs/cgroup/user/app/cpu.max", "max 100000\n");
    put(root, "/sys/fs/cgroup/user/cpu.max", "50000 100000\n");
    put(root, "/sys/devices/system/cpu/online", "0-3\n");
    put(root, "/sys/devices/system/cpu/isolated", "\n");
    put(root, "/sys/devices/system/cpu/intel_pstate/no_turbo", "1\n");
    put(root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor", "powersave\n");
    put(root, "/sys/devices/system/cpu/cpu0/cpufreq/scaling_driver", "acpi-cpufreq\n");
    put(root, "/sys/devices/system/cpu/cpu0/cpuidle/state0/latency", "0\n");
    put(root, "/sys/devices/system/cpu/cpu0/cpuidle/state1/latency", "133\n");
    put(root, "/sys/devices/system/cpu/cpu0/cpuidle/state2/latency", "2\n");
    put(root, "/sys/class/power_supply/BAT0/type", "Battery\n");
    put(root, "/sys/class/power_supply/AC/type", "Mains\n");
    put(root, "/sys/class/power_supply/AC/online", "0\n");
}

TEST(a_laptop_is_read_as_it_is)
{
    struct host_facts facts;
    put_laptop(test_folder());
    facts_read(test_folder(), &facts);
    CHECK_EQ(facts.load_1min, 1.5);
    CHECK_EQ(facts.running, 3);
    CHECK_EQ(facts.steal_share, 0.1);
    CHECK_EQ(facts.memory_bytes, 1024000);
    CHECK_EQ(facts.memory_available_bytes, 256000);
    CHECK_EQ(facts.swap_used_bytes, 32768);
    CHECK_EQ(facts.virtual_machine, 0);
    CHECK_EQ(facts.cores, 4);
    CHECK_EQ(facts.cores_allowed, 3);
    CHECK_EQ(facts.cores_isolated, 0);
    CHECK_EQ(facts.quota_cores, 0.5); /* the parent's is tighter */
    CHECK_EQ(facts.boost, 0);
    CHECK_EQ(facts.idle_latency_us, 133);
    CHECK_EQ(facts.on_battery, 1);
    CHECK_STR(facts.governor, "powersave");
    CHECK_STR(facts.frequency_driver, "acpi-cpufreq");
}

TEST(one_mains_supply_that_is_on_is_enough)
{
    struct host_facts facts;
    put_laptop(test_folder());
    put(test_folder(), "/sys/class/power_supply/USBC/type", "Mains\n");
    put(test_folder(), "/sys/class/power_supply/USBC/online", "1\n");
    facts_read_moment(test_folder(), &facts);
    CHECK_EQ(facts.on_battery, 0);
}

TEST(the_machine_at_hand_can_be_asked)
{
    struct host_facts facts;
    facts_read("", &facts);
    facts_ask(&facts);
    CHECK(facts.cores >= 1);
    CHECK(facts.memory_bytes > 0);
    CHECK(facts.nice >= -20 && facts.nice <= 19);
    CHECK(facts.counters == 0 || facts.counters == 1);
}

/* ---- gaps ---- */

static struct clock_gaps gaps_of(const int64_t *readings, size_t count)
{
    struct gap_count gaps = {0};
    for (size_t i = 0; i < count; i++)
        gap_count_add(&gaps, readings[i]);
    return gap_count_conclude(&gaps);
}

/* 10 us watched: a gap of 3 us and one of 5 us, the rest in steps of 20 ns and more. */
TEST(what_keeps_a_reader_from_the_clock_is_lost)
{
    const int64_t readings[] = {1000, 1020, 1060, 4060, 5000, 10000, 11000};
    struct clock_gaps gaps = gaps_of(readings, 7);
    CHECK_NEAR(gaps.seconds, 10e-6, 1e-12);
    CHECK_EQ(gaps.step_ns, 20);
    CHECK_NEAR(gaps.per_second, 200000, 1e-12);
    CHECK_NEAR(gaps.lost_share, 0.8, 1e-12);
    CHECK_EQ(gaps.longest_ns, 5000);
}

TEST(a_clock_that_stands_still_or_was_read_once_says_nothing)
{
    const int64_t readings[] = {5, 5, 5};
    CHECK_EQ(gaps_of(readings, 1).seconds, 0);
    CHECK_EQ(gaps_of(readings, 3).seconds, 0);
    CHECK_EQ(gaps_of(readings, 0).seconds, 0);
}

TEST(watching_ends)
{
    struct clock_gaps gaps = gaps_watch(0.001);
    CHECK(gaps.seconds > 0 && gaps.cost_ns > 0);
    CHECK(gaps.lost_share >= 0 && gaps.lost_share <= 1);
}

TEST_MAIN

/* ---- a process with its descendants ---- */

/* Forks a child that has used that much memory of its own and tells so. */
static pid_t child_with(size_t bytes)
{
    int ready[2];
    char byte = 0;
    CHECK(pipe(ready) == 0);
    pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        volatile char *memory = malloc(bytes); /* a memset that nobody reads would be left out */
        for (size_t i = 0; memory != NULL && i < bytes; i += 512)
            memory[i] = 1;
        if (write(ready[1], &byte, 1) == 1)
            pause();
        _exit(memory == NULL);
    }
    CHECK_EQ(read(ready[0], &byte, 1), 1);
    close(ready[0]);
    close(ready[1]);
    return child;
}

/* More than it asked for where a sanitizer keeps shadows of it. */
static double resident_bytes(pid_t pid)
{
    struct process_probe probe;
    struct process_facts facts;
    CHECK_EQ(process_open(pid, &probe), ASSAY_OK);
    process_read(&probe, &facts);
    process_close(&probe);
    return facts.rss_bytes;
}

TEST(a_tree_is_as_large_as_all_its_processes)
{
    const double one = 96 * 1048576.0;
    CHECK(tree_is_larger(getpid(), 1));
    CHECK(!tree_is_larger(getpid(), 1e12));
    pid_t children[] = {child_with(100 << 20), child_with(100 << 20)};
    if (access("/proc/thread-self/children", R_OK) != 0)
        SKIP("this kernel does not tell the children of a process");
    const double both = resident_bytes(children[0]) + one / 2;
    CHECK_EQ(tree_child(getpid()), children[0]);
    CHECK_EQ(tree_child(children[0]), children[0]); /* it has none */
    CHECK(tree_is_larger(children[0], one));
    CHECK(!tree_is_larger(children[0], both));
    CHECK(tree_is_larger(getpid(), both));
    for (int i = 0; i < 2; i++) {
        kill(children[i], SIGKILL);
        CHECK_EQ(waitpid(children[i], NULL, 0), children[i]);
    }
    CHECK(!tree_is_larger(children[0], 1)); /* gone */
}
