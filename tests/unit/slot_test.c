/* What a body may do beyond a plain loop, in this process: inputs in batches, pauses, stated times,
 * threads, metrics of its own.  Nothing here looks at how long anything took. */
#include <pthread.h>
#include <stdatomic.h>

#include "bench.h"
#include "harness.h"
#include "module.h"

static struct open_bench bench;
static struct team team;
static struct slot_time slot_time;

static void open_definition(const struct assay_definition *definition, const char *params)
{
    const struct bench_request request = {definition, params, 7, "", &team, false, false};
    CHECK_EQ(bench_open(&bench, &request), ASSAY_OK);
}

static bool run_slot(uint64_t iterations)
{
    return bench_slot(&bench, iterations, &slot_time);
}

static void check_reason(const char *text)
{
    CHECK_EQ(bench.outcome, OUTCOME_FAILED);
    CHECK_CONTAINS(bench.reason.text, text);
    bench_close(&bench);
}

/* ---- inputs in batches ---- */

struct ticket {
    uint64_t number;
    bool is_used;
};
static uint64_t made, used, dropped, reused, batches, sum;
static bool is_timed;

static struct ticket new_ticket(void)
{
    if (is_timed)
        batches++;
    is_timed = false;
    return (struct ticket){made++, false};
}

static void use_ticket(struct ticket *ticket)
{
    reused += ticket->is_used;
    ticket->is_used = true;
    is_timed = true;
    sum += ticket->number;
    used++;
}

static void consume(struct assay_bench *b)
{
    made = used = dropped = reused = batches = sum = 0;
    is_timed = false;
    ASSAY_LOOP_WITH_DROP(b, struct ticket, input, new_ticket(), dropped += input->is_used)
    {
        use_ticket(input);
    }
}

/* Each number from 0 to n - 1 is seen exactly once when n of them were seen, none twice, and their
 * sum is n (n - 1) / 2. */
TEST(each_input_that_was_made_is_consumed_and_dropped_exactly_once)
{
    static const uint64_t counts[] = {1, 2, 1023, 1024, 1025, 5000, 100000};
    const struct assay_definition definition = {.name = "a", .body = consume, .file = "f"};
    open_definition(&definition, "");
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        uint64_t n = counts[i];
        CHECK(run_slot(n));
        CHECK_EQ(made, n);
        CHECK_EQ(used, n);
        CHECK_EQ(dropped, n);
        CHECK_EQ(reused, 0);
        CHECK_EQ(sum, n * (n - 1) / 2);
        CHECK_EQ(batches, (n + 1023) / 1024 - 1); /* 1024 tickets of 16 bytes */
    }
    bench_close(&bench);
}

TEST(the_field_batch_says_how_many_inputs_are_made_in_one_go)
{
    const struct assay_definition definition = {
        .name = "a", .body = consume, .file = "f", .batch = 3};
    open_definition(&definition, "");
    CHECK(run_slot(10));
    CHECK_EQ(used, 10);
    CHECK_EQ(batches, 3); /* 3 + 3 + 3 + 1 */
    bench_close(&bench);
}

TEST(a_slot_of_no_iterations_makes_nothing)
{
    const struct assay_definition definition = {.name = "a", .body = consume, .file = "f"};
    open_definition(&definition, "");
    CHECK(run_slot(0));
    CHECK_EQ(made, 0);
    bench_close(&bench);
}

static void *before_loop, *in_batches[10];
static void consume_memory(struct assay_bench *b)
{
    size_t i = 0;
    before_loop = assay_alloc(b, 100);
    memset(before_loop, 'x', 100);
    ASSAY_LOOP_WITH(b, void *, input, assay_alloc(b, 1000)) in_batches[i++] = *input;
}

TEST(memory_of_a_batch_is_handed_out_again_and_that_before_the_loop_is_kept)
{
    const struct assay_definition definition = {
        .name = "a", .body = consume_memory, .file = "f", .batch = 2};
    open_definition(&definition, "");
    CHECK(run_slot(6));
    CHECK(in_batches[0] != in_batches[1]);
    CHECK(in_batches[2] == in_batches[0] && in_batches[3] == in_batches[1]);
    CHECK(in_batches[4] == in_batches[0] && in_batches[5] == in_batches[1]);
    CHECK_EQ(((char *)before_loop)[99], 'x');
    bench_close(&bench);
}

static void leave_batch(struct assay_bench *b)
{
    ASSAY_LOOP_WITH(b, int, input, 1)
    {
        if (assay_opaque(*input) == 1)
            break;
    }
}

static void return_from_batch(struct assay_bench *b)
{
    ASSAY_LOOP_WITH(b, int, input, 1)
    {
        if (assay_opaque(*input) == 1)
            return;
    }
}

static void two_batch_loops(struct assay_bench *b)
{
    ASSAY_LOOP_WITH(b, int, input, 1) assay_keep(*input);
    ASSAY_LOOP_WITH(b, int, input, 1) assay_keep(*input);
}

static void fail_in_make(struct assay_bench *b)
{
    ASSAY_LOOP_WITH(b, int, input, (assay_fail(b, "no input"), 1)) used += (uint64_t)*input;
}

static void check_body(void (*body)(struct assay_bench *b), const char *reason)
{
    const struct assay_definition definition = {.name = "a", .body = body, .file = "f"};
    open_definition(&definition, "");
    CHECK(!run_slot(5));
    check_reason(reason);
}

TEST(leaving_a_loop_over_inputs_early_is_told)
{
    check_body(leave_batch, "left ASSAY_LOOP by break");
    check_body(return_from_batch, "left ASSAY_LOOP by break, return");
    check_body(two_batch_loops, "the body ran 2 ASSAY_LOOPs");
    check_body(fail_in_make, "no input");
}

/* ---- pauses and stated times ---- */

static void pause_well(struct assay_bench *b)
{
    ASSAY_LOOP(b)
    {
        assay_pause(b);
        assay_resume(b);
        assay_keep(b);
    }
}

static void pause_twice(struct assay_bench *b)
{
    ASSAY_LOOP(b)
    {
        assay_pause(b);
    }
}

static void end_paused(struct assay_bench *b)
{
    ASSAY_LOOP(b) assay_keep(b);
    b->host->pause(b); /* as if the last iteration had not gone on */
}

static void resume_alone(struct assay_bench *b)
{
    ASSAY_LOOP(b)
    {
        assay_resume(b);
    }
}

TEST(a_slot_tells_what_it_left_out_and_what_stopping_the_clock_cost)
{
    const struct assay_definition definition = {.name = "a", .body = pause_well, .file = "f"};
    open_definition(&definition, "");
    CHECK(run_slot(1000));
    CHECK(slot_time.untimed_ns >= 0 && slot_time.removed_ns >= 0 && slot_time.loop_ns >= 0);
    double parts = slot_time.loop_ns + slot_time.untimed_ns + slot_time.removed_ns;
    CHECK(parts <= slot_time.body_ns + 1);
    bench_close(&bench);
}

TEST(pauses_that_do_not_take_turns_are_told)
{
    check_body(pause_twice, "assay_pause and assay_resume must take turns");
    check_body(resume_alone, "assay_pause and assay_resume must take turns");
    check_body(end_paused, "after assay_pause without assay_resume");
}

/* 10 + 3 + 4 = 17, 17 - 3 = 14 without the pause: worked by hand. */
TEST(a_watch_leaves_out_what_lies_between_pause_and_resume)
{
    struct watch watch = {.began_ns = 100, .ended_ns = 117};
    CHECK_NEAR(watch_read(&watch).ns, 17, 1e-12);
    watch.untimed_ns = 3;
    watch.stops = 1;
    struct watch_reading read = watch_read(&watch);
    CHECK_NEAR(read.untimed_ns, 3, 1e-12);
    CHECK_NEAR(read.ns + read.removed_ns, 14, 1e-12);
    CHECK(read.ns >= 0 && watch_stop_cost_ns() >= 0);
}

static double stated_ns;
static void state_time(struct assay_bench *b)
{
    ASSAY_LOOP(b)
    {
        if (stated_ns != 0)
            assay_manual_ns(b, stated_ns);
    }
}

TEST(stated_times_add_up_and_take_the_place_of_the_clock)
{
    const struct assay_definition definition = {.name = "a", .body = state_time, .file = "f"};
    open_definition(&definition, "");
    stated_ns = 2.5e9;
    CHECK(run_slot(4));
    CHECK_NEAR(slot_time.loop_ns, 1e10, 1);
    stated_ns = 0;
    CHECK(!run_slot(4));
    check_reason("stated its time by assay_manual_ns in some slots only");
}

TEST(a_stated_time_that_is_none_is_told)
{
    static const double bad[] = {-1, (double)NAN, (double)INFINITY};
    for (size_t i = 0; i < 3; i++) {
        stated_ns = bad[i];
        check_body(state_time, "is no time in nanoseconds");
    }
}

/* ---- threads ---- */

enum { THREADS = 4 };
static atomic_uint together;
static uint64_t first_draws[8];
static atomic_uint loops[8];

static void run_beside(struct assay_bench *b)
{
    uint32_t i = assay_thread(b);
    b->items = i + 1;
    first_draws[i] = assay_random(b);
    unsigned char *memory = (unsigned char *)assay_alloc(b, 1000);
    memset(memory, (int)i, 1000);
    ASSAY_LOOP(b)
    {
        atomic_fetch_add(&loops[i], 1);
        atomic_fetch_add(&together, 1);
        while (atomic_load(&together) < assay_threads(b)) /* ends only if all are in their loops */
            sched_yield();
    }
    if (memory[999] != (unsigned char)i)
        assay_fail(b, "the memory of thread %u is somebody else's", i);
    if (i == 2)
        assay_metric(b, "from_two", "", ASSAY_LOWER_IS_BETTER, 22);
}

TEST(threads_run_their_loops_together_and_their_work_adds_up)
{
    const struct assay_definition definition = {
        .name = "a", .body = run_beside, .file = "f", .threads = THREADS, .items = 1};
    open_definition(&definition, "");
    CHECK_EQ(bench.bench.threads, THREADS);
    CHECK_NEAR(bench.items, THREADS, 1e-12);
    for (int slot = 1; slot <= 3; slot++) {
        atomic_store(&together, 0);
        CHECK(run_slot(1));
        for (int i = 0; i < THREADS; i++)
            CHECK_EQ(atomic_load(&loops[i]), slot);
        CHECK_NEAR(bench.items, 1 + 2 + 3 + 4, 1e-12);
    }
    for (int i = 1; i < THREADS; i++)
        CHECK(first_draws[i] != first_draws[0]);
    CHECK_EQ(bench.told.count, 1);
    CHECK_STR(bench.told.items[0].name, "from_two");
    bench_close(&bench);
    team_release(&team);
}

TEST(a_swept_number_of_threads_comes_from_the_parameter)
{
    const struct assay_definition definition = {
        .name = "a", .body = run_beside, .file = "f", .threads = ASSAY_SWEPT};
    open_definition(&definition, "n=5,threads=3");
    CHECK_EQ(bench.bench.threads, 3);
    atomic_store(&together, 0);
    CHECK(run_slot(1));
    CHECK_NEAR(bench.items, 1 + 2 + 3, 1e-12);
    bench_close(&bench);
    team_release(&team);
}

TEST(a_number_of_threads_that_is_none_is_told)
{
    static const char *const params[] = {"threads=0", "threads=-2", "threads=1025", "threads=x"};
    const struct assay_definition definition = {
        .name = "a", .body = run_beside, .file = "f", .threads = ASSAY_SWEPT};
    for (size_t i = 0; i < sizeof params / sizeof *params; i++) {
        open_definition(&definition, params[i]);
        check_reason("is not between 1 and 1024");
    }
    open_definition(&definition, "n=1");
    check_reason("no parameter 'threads' in the sweep");
}

static void one_fails(struct assay_bench *b)
{
    if (assay_thread(b) == 1)
        assay_fail(b, "does not like it");
    ASSAY_LOOP(b) assay_keep(b);
}

static void one_forgets_its_loop(struct assay_bench *b)
{
    if (assay_thread(b) == 2)
        return;
    ASSAY_LOOP(b) assay_keep(b);
}

static void one_wants_a_fixture(struct assay_bench *b)
{
    if (assay_thread(b) == 0)
        assay_keep(assay_fixture(b, "key", NULL, NULL));
    ASSAY_LOOP(b) assay_keep(b);
}

static void check_threads(void (*body)(struct assay_bench *b), const char *reason)
{
    const struct assay_definition definition = {
        .name = "a", .body = body, .file = "f", .threads = THREADS};
    open_definition(&definition, "");
    CHECK(!run_slot(100));
    check_reason(reason);
    team_release(&team);
}

TEST(a_thread_that_does_wrong_fails_the_benchmark_and_holds_up_nobody)
{
    check_threads(one_fails, "in thread 1: does not like it");
    check_threads(one_forgets_its_loop, "in thread 2: the body ran 0 ASSAY_LOOPs");
    check_threads(one_wants_a_fixture, "call it in setup");
}

static void consume_in_threads(struct assay_bench *b)
{
    ASSAY_LOOP_WITH(b, int, input, 1)
    {
        atomic_fetch_add(&loops[assay_thread(b)], (unsigned)*input);
    }
}

TEST(threads_have_batches_of_their_own)
{
    const struct assay_definition definition = {
        .name = "a", .body = consume_in_threads, .file = "f", .threads = 3, .batch = 7};
    open_definition(&definition, "");
    CHECK(run_slot(1000));
    for (int i = 0; i < 3; i++)
        CHECK_EQ(atomic_load(&loops[i]), 1000);
    bench_close(&bench);
    team_release(&team);
}

TEST(two_open_benchmarks_take_turns_with_one_crew)
{
    static struct open_bench wide;
    const struct assay_definition two = {
        .name = "a", .body = consume_in_threads, .file = "f", .threads = 2};
    const struct assay_definition six = {
        .name = "b", .body = consume_in_threads, .file = "f", .threads = 6};
    const struct bench_request request = {&six, "", 7, "", &team, false, false};
    open_definition(&two, "");
    CHECK_EQ(bench_open(&wide, &request), ASSAY_OK);
    for (int i = 0; i < 50; i++)
        CHECK(run_slot(10) && bench_slot(&wide, 10, &slot_time));
    CHECK_EQ(atomic_load(&loops[0]), 1000);
    CHECK_EQ(atomic_load(&loops[1]), 1000);
    CHECK_EQ(atomic_load(&loops[5]), 500);
    CHECK_EQ(crew_helpers(team.crew), 5);
    bench_close(&bench);
    bench_close(&wide);
    team_release(&team);
}

TEST(what_runs_in_threads_is_not_counted)
{
    const struct assay_definition definition = {
        .name = "a", .body = consume_in_threads, .file = "f", .threads = 2};
    const struct bench_request request = {&definition, "", 7, "", &team, true, false};
    CHECK_EQ(bench_open(&bench, &request), ASSAY_OK);
    CHECK_EQ(bench.outcome, OUTCOME_SKIPPED);
    CHECK_CONTAINS(bench.reason.text, "2 threads, which are timed and not counted");
    bench_close(&bench);
    team_release(&team);
}

static pthread_t left_behind;
static atomic_bool may_end;

static void *wait_for_end(void *nothing)
{
    while (!atomic_load(&may_end))
        sched_yield();
    return nothing;
}

static void leave_thread(struct assay_bench *b)
{
    if (pthread_create(&left_behind, NULL, wait_for_end, NULL) != 0)
        assay_fail(b, "no thread");
}

TEST(threads_that_outlive_the_teardown_are_counted)
{
    const struct assay_definition definition = {
        .name = "a", .body = consume_in_threads, .file = "f", .setup = leave_thread, .threads = 2};
    open_definition(&definition, "");
    CHECK(run_slot(10));
    bench_teardown(&bench);
    CHECK_EQ(bench_threads_left(&bench), 1);
    atomic_store(&may_end, true);
    pthread_join(left_behind, NULL);
    CHECK_EQ(bench_threads_left(&bench), 0);
    bench_close(&bench);
    team_release(&team);
}

/* ---- metrics ---- */

static void tell(struct assay_bench *b)
{
    ASSAY_LOOP(b) assay_keep(b);
    assay_metric(b, "hits", "1/op", ASSAY_HIGHER_IS_BETTER, 1);
    assay_metric(b, "hits", "1/op", ASSAY_HIGHER_IS_BETTER, 2.5);
    assay_quality(b, "recall", 0.75);
    assay_quality_loss(b, "error_rate", 0.25);
}

TEST(the_last_value_of_each_metric_is_told_once)
{
    const struct assay_definition definition = {.name = "a", .body = tell, .file = "f"};
    BUF_AUTO lines;
    buf_init(&lines, 4096);
    open_definition(&definition, "");
    CHECK(run_slot(1));
    told_flush(&bench.told, false, &lines);
    CHECK_STR(lines.text, "metric name=hits unit=1/op better=higher quality=0 value=2.5\n"
                          "metric name=recall unit= better=higher quality=1 value=0.75\n"
                          "metric name=error_rate unit= better=lower quality=1 value=0.25\n");
    buf_clear(&lines);
    told_flush(&bench.told, true, &lines);
    CHECK_STR(lines.text, "");
    CHECK(run_slot(1));
    told_flush(&bench.told, true, &lines);
    CHECK_CONTAINS(lines.text, "value=2.5 side=b\n");
    bench_close(&bench);
}

static const char *bad_name, *bad_unit;
static double bad_value;
static void tell_badly(struct assay_bench *b)
{
    ASSAY_LOOP(b) assay_keep(b);
    assay_metric(b, "hits", "1/op", ASSAY_HIGHER_IS_BETTER, 1);
    assay_metric(b, bad_name, bad_unit, ASSAY_HIGHER_IS_BETTER, bad_value);
}

TEST(a_metric_that_breaks_a_rule_fails_the_benchmark)
{
    static char long_name[10001];
    memset(long_name, 'n', 10000);
    const struct {
        const char *name, *unit;
        double value;
        const char *reason;
    } bad[] = {
        {long_name, "", 1, "metric 'nnnnnnnn"},
        {"", "", 1, "metric '': a name is 1 to 64"},
        {NULL, "", 1, "metric '': a name is 1 to 64"},
        {"two words", "", 1, "a name is 1 to 64"},
        {"time_ns", "ns", 1, "metric 'time_ns' is assay's own"},
        {"good", "un it", 1, "its unit 'un it'"},
        {"good", "seventeen_letters", 1, "its unit 'seventeen_letters'"},
        {"good", "", (double)NAN, "metric 'good': the value nan"},
        {"good", "", -(double)INFINITY, "metric 'good': the value -inf"},
        {"good", "", 1e300, "is no finite number below 1e+140"},
        {"hits", "B", 1, "metric 'hits' has two units: '1/op' and then 'B'"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        bad_name = bad[i].name;
        bad_unit = bad[i].unit;
        bad_value = bad[i].value;
        check_body(tell_badly, bad[i].reason);
    }
}

static void tell_both_ways(struct assay_bench *b)
{
    ASSAY_LOOP(b) assay_keep(b);
    assay_quality(b, "recall", 1);
    assay_quality_loss(b, "recall", 1);
}

static void tell_too_many(struct assay_bench *b)
{
    ASSAY_LOOP(b) assay_keep(b);
    for (int i = 0; i < 100000; i++) {
        char name[32];
        snprintf(name, sizeof name, "m%d", i % 33);
        assay_metric(b, name, "", ASSAY_LOWER_IS_BETTER, i);
    }
}

TEST(two_directions_for_one_name_and_a_33rd_metric_are_told)
{
    check_body(tell_both_ways, "metric 'recall' was first told with another direction");
    check_body(tell_too_many, "metric 'm32' is one more than the 32 allowed");
}

/* ---- modules of older headers ---- */

/* What lib/module.c sees of a module that was built before kinds, tags and threads were there: the
 * bytes behind `items` belong to something else. */
TEST(fields_that_an_older_module_does_not_have_are_zero)
{
    static const struct assay_definition old = {
        .name = "old", .body = tell, .file = "f", .line = 3, .items = 4, .threads = 99, .batch = 7};
    static const struct assay_definition *const definitions[] = {&old};
    const struct assay_module first = {ASSAY_MAGIC,     1,   "cc", definitions,
                                       definitions + 1, 999, 9999};
    struct module module;
    CHECK_EQ(module_read(&first, "old.so", &module, NULL), ASSAY_OK);
    const struct assay_definition *found = module_find(&module, "old");
    CHECK(found != NULL && found == module_at(&module, 0) && module_at(&module, 1) == NULL);
    CHECK_NEAR(found->items, 4, 1e-12);
    CHECK_EQ(found->threads, 0);
    CHECK_EQ(found->batch, 0);
    module_release(&module);
    const struct assay_module newer = {ASSAY_MAGIC,
                                       2,
                                       "cc",
                                       definitions,
                                       definitions + 1,
                                       sizeof(struct assay_definition) + 8,
                                       sizeof(struct assay_host)};
    CHECK_EQ(module_read(&newer, "newer.so", &module, NULL), ASSAY_OK);
    CHECK_EQ(module_find(&module, "old")->threads, 99);
    module_release(&module);
}

TEST(a_module_that_wants_more_of_the_host_than_there_is_is_refused)
{
    static const struct assay_definition one = {.name = "one", .body = tell, .file = "f"};
    static const struct assay_definition *const definitions[] = {&one};
    const struct assay_module module = {ASSAY_MAGIC,
                                        ASSAY_ABI,
                                        "cc",
                                        definitions,
                                        definitions + 1,
                                        sizeof(struct assay_definition),
                                        sizeof(struct assay_host) + 8};
    struct module read;
    BUF_AUTO error;
    buf_init(&error, 1000);
    CHECK_EQ(module_read(&module, "one.so", &read, &error), ASSAY_ERR_VERSION);
    CHECK_CONTAINS(error.text, "'one.so' was built with a newer assay.h");
}

TEST_MAIN
