/* Real hosts with good and bad modules: each way in which foreign code can go wrong is an outcome
 * and a reason that names the cause, in bounded time and memory, and the next benchmark works. */
#include <elf.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "driven.h"
#include "measure/host.h"
#include "probe/clock.h"

#define SHORT_SECONDS 0.3 /* for what would never end */

static const struct plan PLAN = {.profile = "test",
                                 .launches = 1,
                                 .warmup_seconds = 0.001,
                                 .measure_seconds = 0.002,
                                 .slot_seconds = 50e-6,
                                 .limit_seconds = 30};

static struct arena arena; /* each test runs in a process of its own */
static observation_vec observations;

static struct result measure_params(const char *module, const char *name, const char *params,
                                    const struct plan *plan)
{
    struct result result = {
        .benchmark = {.id = name, .name = name, .params = params, .module = module}};
    const struct measure_paths paths = {HOST_PROGRAM, test_folder(), NULL, NULL};
    prepare_hosts();
    CHECK_EQ(measure_benchmark(&paths, plan, &arena, &result, &observations), ASSAY_OK);
    return result;
}

static struct result measure(const char *module, const char *name, const struct plan *plan)
{
    return measure_params(fixture_path(module), name, "", plan);
}

static void release(struct result *result)
{
    result_release(result);
    arena_release(&arena);
}

static void check_good(const struct plan *plan)
{
    struct result result = measure("good", "alpha", plan);
    CHECK_STR(result.reason, "");
    CHECK_EQ(result.outcome, OUTCOME_OK);
    CHECK(result.samples.count > 0);
    release(&result);
}

/* What becomes of a misbehaving benchmark; the next one works. */
static void check_outcome(const char *name, enum outcome want, const char *reason,
                          const struct plan *plan)
{
    struct result result = measure("misbehave", name, plan);
    CHECK_CONTAINS(result.reason, reason);
    CHECK_EQ(result.outcome, want);
    if (want != OUTCOME_OK)
        CHECK_EQ(result.samples.count, 0);
    else
        CHECK_STR(result.reason, "");
    release(&result);
    check_good(&PLAN);
}

static void check_failed(const char *name, const char *reason)
{
    check_outcome(name, OUTCOME_FAILED, reason, &PLAN);
}

static void check_hanging(const char *name, const char *reason)
{
    struct plan plan = PLAN;
    plan.limit_seconds = SHORT_SECONDS;
    double start = clock_now_seconds();
    check_outcome(name, OUTCOME_FAILED, reason, &plan);
    CHECK(clock_now_seconds() - start < 20);
}

TEST(each_launch_gives_as_many_samples_as_the_plan_asks)
{
    struct plan plan = PLAN;
    plan.launches = 3;
    plan.sample_count = 20;
    plan.iterations = 100000;
    struct result result = measure("good", "alpha", &plan);
    CHECK_STR(result.reason, "");
    CHECK_STR(result.warning, "");
    CHECK_EQ(result.samples.count, 60);
    for (size_t i = 0; i < 60; i++) {
        CHECK_EQ(result.samples.items[i].launch, i / 20);
        CHECK_EQ(result.samples.items[i].iterations, 100000);
        CHECK(result.samples.items[i].ns > 10000); /* a multiplication needs at least a cycle */
    }
    CHECK_EQ(result.items, 2);
    CHECK_EQ(result.bytes, 0);
    CHECK_EQ(observations.count, 3); /* one a launch */
    for (size_t i = 0; i < observations.count; i++)
        CHECK(observations.items[i].value > 100000 && observations.items[i].value < 1e9);
    release(&result);
}

TEST(a_benchmark_gets_its_parameters_and_states_its_work)
{
    struct result result = measure_params(fixture_path("good"), "zeta", "kind=a,n=10", &PLAN);
    CHECK_EQ(result.outcome, OUTCOME_OK);
    CHECK_EQ(result.items, 11);
    CHECK_EQ(result.bytes, 8);
    release(&result);
    result = measure_params(fixture_path("good"), "zeta", "kind=b,n=9", &PLAN);
    CHECK_EQ(result.items, 9);
    release(&result);
}

TEST(random_numbers_depend_on_the_seed_of_the_plan)
{
    struct plan plan = PLAN;
    double items[3];
    for (int i = 0; i < 3; i++) {
        plan.seed = i < 2 ? 0xffffffffffffffff : 8; /* all 64 bits arrive */
        struct result result = measure("good", "draws", &plan);
        CHECK_EQ(result.outcome, OUTCOME_OK);
        items[i] = result.items;
        release(&result);
    }
    CHECK_EQ(items[0], items[1]);
    CHECK(items[1] != items[2]);
}

TEST(a_fixture_reaches_the_body)
{
    struct result result = measure("good", "reads_fixture", &PLAN);
    CHECK_STR(result.reason, "");
    CHECK_EQ(result.items, 800);
    release(&result);
}

TEST(work_before_the_loop_is_warned_of)
{
    struct result result = measure("good", "slow_before_loop", &PLAN);
    CHECK_EQ(result.outcome, OUTCOME_OK);
    CHECK_CONTAINS(result.warning, "% of the body's time lies before its loop");
    release(&result);
}

static bool read_least_ns(const struct message *message, void *context)
{
    double *least_ns = context;
    if (strcmp(message->verb, "slot") == 0)
        *least_ns = fmin(*least_ns, message_number(message, "ns", HUGE_VAL));
    return true;
}

/* The one time that is looked at: the slope of a loop without a body, which the compiler removes.
 */
TEST(a_billion_iterations_of_an_empty_body_take_no_time)
{
#ifndef __OPTIMIZE__
    SKIP("built without optimization");
#endif
    struct host host;
    enum outcome outcome;
    double least_ns = HUGE_VAL;
    const struct host_limits limits = {.seconds = 30};
    prepare_hosts();
    CHECK_EQ(host_start(HOST_PROGRAM, fixture_path("good"), limits, &host), ASSAY_OK);
    CHECK_EQ(host_ask(&host, "open empty_body", NULL, NULL, &outcome), ASSAY_OK);
    CHECK_EQ(
        host_ask(&host, "run iterations=1000000000 slots=20", read_least_ns, &least_ns, &outcome),
        ASSAY_OK);
    CHECK_EQ(outcome, OUTCOME_OK);
    CHECK(least_ns / 1e9 < 0.02);
    host_stop(&host);
}

TEST(benchmarks_are_listed_in_the_order_of_the_source)
{
    static const char *const want[] = {
        "good/zeta:kind=b,n=10",
        "good/zeta:kind=a,n=10",
        "good/zeta:kind=b,n=9",
        "good/zeta:kind=a,n=9",
        "good/alpha",
        "good/draws",
        "good/slow_before_loop",
        "good/reads_fixture",
        "good/empty_body",
        "good/beta",
        "good/aardvark",
    };
    const struct measure_paths paths = {HOST_PROGRAM, test_folder(), NULL, NULL};
    benchmark_vec benchmarks = {0};
    BUF_AUTO error;
    buf_init(&error, 1000);
    prepare_hosts();
    CHECK_EQ(measure_list(&paths, fixture_path("good"), &arena, &benchmarks, &error), ASSAY_OK);
    CHECK_EQ(benchmarks.count, sizeof want / sizeof *want);
    for (size_t i = 0; i < benchmarks.count; i++)
        CHECK_STR(benchmarks.items[i].id, want[i]);
    CHECK_STR(benchmarks.items[1].params, "kind=a,n=10");
    CHECK_STR(benchmarks.items[0].description, "a chain of multiplications");
    CHECK_STR(benchmarks.items[4].description, "");
    CHECK_STR(benchmarks.items[0].module, fixture_path("good"));
    CHECK_STR(benchmarks.items[0].compiler, __VERSION__);
    CHECK_EQ(measure_list(&paths, fixture_path("twin1"), &arena, &benchmarks, &error), ASSAY_OK);
    CHECK_STR(benchmarks.items[sizeof want / sizeof *want].id, "twin/version");
    vec_release(&benchmarks);
    arena_release(&arena);
}

static void check_not_listed(const char *module, const char *reason)
{
    const struct measure_paths paths = {HOST_PROGRAM, test_folder(), NULL, NULL};
    benchmark_vec benchmarks = {0};
    BUF_AUTO error;
    buf_init(&error, 8192);
    prepare_hosts();
    struct benchmark *first = vec_add(&benchmarks);
    CHECK(first != NULL);
    *first = (struct benchmark){.id = "before"};
    CHECK(measure_list(&paths, module, &arena, &benchmarks, &error) != ASSAY_OK);
    CHECK_CONTAINS(error.text, reason);
    CHECK_EQ(benchmarks.count, 1);
    vec_release(&benchmarks);
    check_good(&PLAN);
}

TEST(a_module_that_crashes_while_it_is_loaded_is_told)
{
    check_not_listed(fixture_path("load_crash"), "load_crash.so': ended by signal 11");
    check_not_listed(fixture_path("load_exit"), "load_exit.so': ended with exit code 5");
    check_not_listed(fixture_path("load_garbage"), "broke the protocol with the line 'surprise'");
}

TEST(a_module_that_hangs_while_it_is_loaded_is_ended)
{
    struct host host;
    struct host_limits limits = {.seconds = SHORT_SECONDS};
    prepare_hosts();
    CHECK_EQ(host_start(HOST_PROGRAM, fixture_path("load_hang"), limits, &host), ASSAY_ERR_TIMEOUT);
    CHECK_CONTAINS(host.reason.text, "still running after its time limit of 0.3 s");
    CHECK_EQ(host.child.pid, 0);
    host_stop(&host);
}

TEST(a_module_without_benchmarks_is_told)
{
    check_not_listed(fixture_path("empty"), "empty.so' defines no ASSAY_BENCH");
}

TEST(a_shared_object_of_another_kind_is_told)
{
    check_not_listed(fixture_path("not_assay"), "not_assay.so' is no benchmark module");
}

TEST(a_module_built_with_another_header_is_told)
{
    check_not_listed(fixture_path("other_abi"),
                     "was built with assay.h of version 99, this host speaks up to 2; rebuild it");
}

TEST(a_sweep_with_a_bad_value_is_told_and_nothing_is_listed)
{
    check_not_listed(fixture_path("bad_names"), "sweep of 'bad': 'n=1,$HOME'");
}

static const char *in_folder(const char *name)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/%s", test_folder(), name);
    return path;
}

/* A copy of the good module with two bytes of its header changed. */
static const char *patched(size_t offset, unsigned value)
{
    size_t length;
    const char *path = in_folder("patched_bench.so");
    char *bytes = read_whole(fixture_path("good"), &length);
    bytes[offset] = (char)value;
    bytes[offset + 1] = (char)(value >> 8);
    write_whole(path, bytes, length);
    free(bytes);
    return path;
}

TEST(a_module_for_another_machine_is_told)
{
#if defined(__aarch64__)
    const char *path = patched(offsetof(Elf64_Ehdr, e_machine), EM_X86_64);
    check_not_listed(path, "patched_bench.so' is built for x86-64, this host is aarch64");
#elif defined(__x86_64__)
    const char *path = patched(offsetof(Elf64_Ehdr, e_machine), EM_AARCH64);
    check_not_listed(path, "patched_bench.so' is built for aarch64, this host is x86-64");
#else
    SKIP("no machine to confuse this one with");
#endif
}

TEST(an_object_file_is_told_from_a_shared_one)
{
    check_not_listed(patched(offsetof(Elf64_Ehdr, e_type), ET_REL),
                     "is no shared object; build it with -shared -fPIC");
}

TEST(a_module_that_was_cut_off_cannot_be_loaded)
{
    size_t length;
    char *bytes = read_whole(fixture_path("good"), &length);
    write_whole(in_folder("short_bench.so"), bytes, 1000);
    check_not_listed(in_folder("short_bench.so"), "short_bench.so' is cut off; build it again");
    write_whole(in_folder("short_bench.so"), bytes, length - 1);
    check_not_listed(in_folder("short_bench.so"), "short_bench.so' is cut off; build it again");
    write_whole(in_folder("short_bench.so"), bytes, 10);
    check_not_listed(in_folder("short_bench.so"), "not a shared object");
    write_whole(in_folder("short_bench.so"), bytes, 0);
    check_not_listed(in_folder("short_bench.so"), "not a shared object");
    free(bytes);
}

TEST(a_text_file_is_no_module)
{
    const char *path = in_folder("x_bench.so");
    write_whole(path, "int main(void) { return 0; } /* longer than an ELF header is */\n", 63);
    check_not_listed(path, "x_bench.so' is no benchmark module: not a shared object");
}

TEST(a_folder_and_a_missing_file_are_no_modules)
{
    check_not_listed(in_folder("absent_bench.so"), "No such file or directory");
    CHECK_EQ(mkdir(in_folder("folder_bench.so"), 0755), 0);
    check_not_listed(in_folder("folder_bench.so"), "Is a directory");
}

TEST(an_executable_is_no_module)
{
    size_t length;
    char *bytes = read_whole("/bin/true", &length);
    check_not_listed("/bin/true", "ended with exit code 0 before it answered");
    write_whole(in_folder("true_bench.so"), bytes, length);
    check_not_listed(in_folder("true_bench.so"), "true_bench.so'");
    write_whole(in_folder("not_executable"), bytes, length);
    check_not_listed(in_folder("not_executable"), "cannot start");
    free(bytes);
}

TEST(a_crash_is_a_failure_with_its_signal)
{
    check_failed("segv_body", "ended by signal 11 (Segmentation fault)");
    check_failed("segv_setup", "ended by signal 11 (Segmentation fault)");
    check_failed("segv_check", "ended by signal 11 (Segmentation fault)");
    check_failed("segv_teardown", "ended by signal 11 (Segmentation fault)");
}

TEST(the_last_line_that_was_printed_is_told)
{
    check_failed("last_words", "ended by signal 6 (Aborted); it printed: vector is empty");
}

TEST(a_hang_is_ended_at_its_time_limit)
{
    check_hanging("hang", "still running after its time limit of 0.3 s");
    check_hanging("hangs_in_teardown", "still running after its time limit of 0.3 s");
}

TEST(a_hang_is_ended_at_the_longer_limit_that_its_benchmark_states)
{
    struct result result = {.benchmark = {.id = "hang",
                                          .name = "hang",
                                          .params = "",
                                          .module = fixture_path("misbehave"),
                                          .limit_seconds = 2 * SHORT_SECONDS}};
    const struct measure_paths paths = {HOST_PROGRAM, test_folder(), NULL, NULL};
    struct plan plan = PLAN;
    plan.limit_seconds = SHORT_SECONDS;
    prepare_hosts();
    CHECK_EQ(measure_benchmark(&paths, &plan, &arena, &result, &observations), ASSAY_OK);
    CHECK_CONTAINS(result.reason, "still running after its time limit of 0.6 s");
    release(&result);
}

TEST(printing_without_end_is_ended_at_the_time_limit)
{
    check_hanging("prints_for_ever", "still running after its time limit of 0.3 s");
}

TEST(an_exit_is_a_failure_with_its_code)
{
    check_failed("exits", "ended with exit code 0 before it answered");
    check_failed("exits_with_9", "ended with exit code 9 before it answered");
}

TEST(foreign_bytes_among_the_answers_are_told)
{
    check_failed("garbage", "broke the protocol with the line 'hello ?world'");
    check_failed("nul_byte", "broke the protocol with the line 'slot ns=100 body_ns=100'");
    check_failed("false_ok", "answered 0 slots where 1 were asked");
}

static double own_rss_bytes(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)used.ru_maxrss * 1024;
}

TEST(an_answer_without_end_is_cut_off_in_bounded_memory)
{
    double before = own_rss_bytes();
    check_failed("endless_line", "broke the protocol with the line 'xxxxxxxx");
    check_failed("endless_slots", "broke the protocol with the line 'slot ns=100 body_ns=100'");
    CHECK(own_rss_bytes() - before < 16e6);
}

TEST(what_a_benchmark_prints_does_not_disturb_it)
{
    struct plan plan = PLAN;
    plan.sample_count = 3;
    double before = own_rss_bytes();
    check_outcome("prints_a_lot", OUTCOME_OK, "", &plan);
    CHECK(own_rss_bytes() - before < 16e6);
}

TEST(an_oracle_that_does_not_match_is_a_failure_with_its_first_text)
{
    check_failed("oracle", "the sum is 2, want 3: 100 %");
}

TEST(a_reason_that_is_too_long_is_cut_off_rather_than_lost)
{
    check_failed("long_reason", "begins here 0000");
}

TEST(a_skip_keeps_its_reason)
{
    check_outcome("skips", OUTCOME_SKIPPED, "no engine: apt-get install engine", &PLAN);
    check_outcome("skips_in_body", OUTCOME_SKIPPED, "not today", &PLAN);
}

TEST(a_failure_in_a_later_slot_leaves_no_samples)
{
    check_failed("fails_later", "slot 30 is bad");
}

TEST(a_body_without_exactly_one_loop_is_told)
{
    check_failed("no_loop", "the body ran 0 ASSAY_LOOPs; it must run exactly one");
    check_failed("two_loops", "the body ran 2 ASSAY_LOOPs; it must run exactly one");
}

TEST(leaving_the_loop_early_is_told)
{
    check_failed("breaks", "the body left ASSAY_LOOP by break, return or goto");
    check_failed("returns", "the body left ASSAY_LOOP by break, return or goto");
}

TEST(a_body_that_the_compiler_removed_is_told)
{
    check_failed("optimized_out", "optimized out");
}

TEST(a_parameter_that_is_not_swept_is_told)
{
    check_failed("no_parameter", "no parameter 'absent' in the sweep of 'no_parameter'");
}

TEST(a_benchmark_that_is_not_in_the_module_is_told)
{
    check_failed("no_such_benchmark", "no such benchmark in this module");
}

TEST(growing_over_the_memory_limit_ends_the_host)
{
    struct plan plan = PLAN;
    plan.limit_rss_bytes = 200 * 1048576.0;
    check_outcome("grows", OUTCOME_FAILED, "grew over its memory limit of 200 MiB", &plan);
    check_good(&plan);
}

TEST(memory_that_cannot_be_had_is_told)
{
    check_failed("asks_too_much", "out of memory: the benchmark asked for 9223372036854775807");
}

static const char *pid_file(void)
{
    static char path[256];
    snprintf(path, sizeof path, "%s/pid", test_folder());
    setenv("ASSAY_TEST_PID_FILE", path, 1);
    return path;
}

TEST(what_a_benchmark_leaves_running_is_gone_afterwards)
{
    const char *path = pid_file();
    check_outcome("leaves_child", OUTCOME_OK, "", &PLAN);
    CHECK(is_gone(read_number(path)));
}

/* The child holds the pipe open, so the host's end does not show there. */
TEST(a_crash_is_seen_although_a_child_holds_the_pipes)
{
    const char *path = pid_file();
    check_failed("leaves_child_and_dies", "ended by signal 11 (Segmentation fault)");
    CHECK(is_gone(read_number(path)));
}

TEST(a_host_dies_with_its_driver_even_in_the_midst_of_a_hang)
{
    const char *path = pid_file();
    pid_t driver = fork();
    if (driver == 0) {
        measure("misbehave", "hang_and_tell", &PLAN);
        _exit(0);
    }
    struct stat info;
    for (int i = 0; i < 5000 && (stat(path, &info) != 0 || info.st_size == 0); i++)
        usleep(1000);
    long host = read_number(path);
    CHECK_EQ(kill((pid_t)host, 0), 0);
    CHECK_EQ(kill(driver, SIGKILL), 0);
    CHECK(is_gone(host));
}

TEST(teardown_runs_once_a_launch_also_after_a_failure)
{
    struct plan plan = PLAN;
    const char *path = pid_file();
    plan.launches = 2;
    check_outcome("tears_down", OUTCOME_OK, "", &plan);
    char *text = read_whole(path, NULL);
    CHECK_STR(text, "teardown teardown ");
    free(text);
    check_failed("tears_down_after_failure", "the sum is 2");
    text = read_whole(path, NULL);
    CHECK_STR(text, "teardown teardown teardown ");
    free(text);
}

TEST(a_failure_in_teardown_is_told)
{
    check_failed("fails_in_teardown", "could not clean up");
}

TEST(closed_descriptors_are_a_failure_and_not_a_hang)
{
    check_failed("closes_answers", "ended with exit code 0 before it answered");
    check_failed("closes_commands", "ended with exit code 0 before it answered");
    check_failed("closes_both", "ended with exit code 0 before it answered");
    check_failed("closes_all", "ended with exit code 0 before it answered");
    check_hanging("closes_answers_and_hangs", "closed its answer pipe and ran on");
    check_outcome("closes_printing", OUTCOME_OK, "", &PLAN);
}

/* A program that speaks the protocol itself; SCRIPT answers to $verb. */
static const char *program(const char *script)
{
    static char path[256];
    char text[2000];
    int length = snprintf(text, sizeof text,
                          "#!/bin/sh\nwhile read -r verb rest <&3; do\n%s\ndone\n", script);
    snprintf(path, sizeof path, "%s/program", test_folder());
    write_whole(path, text, (size_t)length);
    CHECK_EQ(chmod(path, 0755), 0);
    return path;
}

TEST(a_program_that_speaks_the_protocol_is_a_module)
{
    const struct measure_paths paths = {HOST_PROGRAM, test_folder(), NULL, NULL};
    const char *path = program("case $verb in\n"
                               "list) echo 'benchmark name=one sweep=n%3D1,2' >&4 ;;\n"
                               "run) echo 'slot ns=100000 body_ns=100001' >&4 ;;\n"
                               "esac\n"
                               "echo ok items=5 >&4");
    benchmark_vec benchmarks = {0};
    struct plan plan = PLAN;
    prepare_hosts();
    CHECK_EQ(measure_list(&paths, path, &arena, &benchmarks, NULL), ASSAY_OK);
    CHECK_EQ(benchmarks.count, 2);
    CHECK_STR(benchmarks.items[1].id, "program/one:n=2");
    plan.iterations = plan.sample_count = 1;
    plan.warmup_seconds = 0;
    struct result result = measure_params(path, "one", "n=1", &plan);
    CHECK_STR(result.reason, "");
    CHECK_EQ(result.samples.count, 1);
    CHECK_EQ(result.samples.items[0].ns, 100000);
    CHECK_EQ(result.items, 5);
    vec_release(&benchmarks);
    release(&result);
}

TEST(a_program_that_refuses_is_told)
{
    check_not_listed(program("echo error%20 'error no%20license' >&4"), "broke the protocol");
    check_not_listed(program("echo error no%20license >&4"), "program': no license");
    check_not_listed(program("echo error >&4"), "program': no reason was given");
    check_not_listed(program("echo skip later >&4"),
                     "broke the protocol with the line 'skip later'");
    check_not_listed(program("echo ok %zz >&4"), "broke the protocol with the line 'ok %zz'");
    check_not_listed(program("exit 4"), "ended with exit code 4");
}

TEST(a_reason_of_a_program_that_is_too_long_is_cut_off)
{
    check_not_listed(program("echo error $(head -c 30000 /dev/zero | tr '\\0' x) >&4"), "xxxxxxxx");
}

TEST(a_program_that_lists_bad_names_is_told)
{
    check_not_listed(program("[ $verb = hello ] || echo benchmark name=a%20b >&4\necho ok >&4"),
                     "'program/a b': names are made of letters");
    check_not_listed(program("[ $verb = hello ] || echo benchmark >&4\necho ok >&4"),
                     "names are made of letters");
    check_not_listed(program("[ $verb = hello ] && echo ok >&4 || echo other name=a >&4"),
                     "broke the protocol with the line 'other name=a'");
}

TEST(a_list_without_end_is_cut_off)
{
    check_not_listed(program("[ $verb = hello ] && echo ok >&4 || {\n"
                             "yes benchmark name=a | head -n 200000 >&4; echo ok >&4; }"),
                     "has more than 100000 benchmarks");
}

TEST_MAIN
