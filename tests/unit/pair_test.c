/* Two modules in one host: each side runs its own code, or the host refuses; the order inside pairs
 * is random; and the commands of the protocol, sent by hand. */
#include "driven.h"
#include "measure/host.h"

struct pair {
    double a_ns, b_ns;
    bool a_first;
};

/* What the answer to one command said. */
struct answer {
    enum outcome outcome;
    double bytes, items;
    VEC(struct pair) pairs;
    size_t slots;
};

static struct host host; /* each test runs in a process of its own */
static struct answer answer;

static void start(void)
{
    const struct host_limits limits = {.seconds = 60};
    prepare_hosts();
    /* As a program that speaks the protocol itself: nothing is loaded for us. */
    if (host_start(NULL, HOST_PROGRAM, limits, &host) != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "%s", host.reason.text);
}

static bool read_line(const struct message *message, void *context)
{
    struct answer *into = context;
    const char *first = message_field(message, "first");
    into->slots += strcmp(message->verb, "slot") == 0;
    into->bytes = message_number(message, "bytes", 0);
    into->items = message_number(message, "items", 0);
    if (strcmp(message->verb, "pair") != 0)
        return true;
    struct pair *pair = vec_add(&into->pairs);
    CHECK(pair != NULL && first != NULL);
    *pair = (struct pair){message_number(message, "a_ns", -1), message_number(message, "b_ns", -1),
                          strcmp(first, "a") == 0};
    return true;
}

static enum outcome ask(const char *line)
{
    answer.pairs.count = answer.slots = 0;
    if (host_ask(&host, line, read_line, &answer, &answer.outcome) != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", line, host.reason.text);
    return answer.outcome;
}

static void check_ok(const char *line)
{
    if (ask(line) != OUTCOME_OK)
        test_fail(__FILE__, __LINE__, "%s: %s", line, host.reason.text);
}

static void check_error(const char *line, const char *reason)
{
    CHECK_EQ(ask(line), OUTCOME_FAILED);
    CHECK_CONTAINS(host.reason.text, reason);
}

static const char *load_line(const char *side, const char *module, const char *copy)
{
    static char line[1024];
    snprintf(line, sizeof line, "load side=%s copy=%s %s", side, copy, fixture_path(module));
    return line;
}

static void load_both(const char *a, const char *b)
{
    start();
    check_ok(load_line("a", a, "1"));
    check_ok(load_line("b", b, "1"));
}

static void stop(void)
{
    vec_release(&answer.pairs);
    host_stop(&host);
}

/* Both modules define component_version, component_mix, component_calls, twin_want, twin_setups;
 * each oracle passes only with its own. */
TEST(each_side_runs_its_own_code)
{
    load_both("twin1", "twin2");
    check_ok("open side=a version");
    CHECK_EQ(answer.items, 1);
    check_ok("open side=b version");
    CHECK_EQ(answer.items, 2);
    check_ok("run side=a iterations=5");
    CHECK_EQ(answer.items, 1);
    check_ok("run side=b iterations=5");
    CHECK_EQ(answer.items, 2);
    stop();
}

TEST(each_side_runs_its_own_code_when_b_is_loaded_first)
{
    start();
    check_ok(load_line("b", "twin1", "1"));
    check_ok(load_line("a", "twin2", "1"));
    check_ok("open side=a version");
    CHECK_EQ(answer.items, 2);
    check_ok("open side=b version");
    CHECK_EQ(answer.items, 1);
    stop();
}

/* `bytes` counts how often this piece of code was set up. */
TEST(one_path_given_twice_is_two_pieces_of_code)
{
    load_both("twin1", "twin1");
    check_ok("open side=a version");
    check_ok("open side=a version");
    check_ok("open side=a version");
    CHECK_EQ(answer.bytes, 3);
    check_ok("open side=b version");
    CHECK_EQ(answer.bytes, 1);
    stop();
}

TEST(one_path_loaded_twice_without_copies_is_refused)
{
    start();
    check_ok(load_line("a", "twin1", "0"));
    check_error(load_line("b", "twin1", "0"), "both sides are the same file");
    check_error("open side=b version", "no module is loaded");
    check_ok(load_line("b", "twin1", "1"));
    check_ok("open side=b version");
    stop();
}

TEST(two_modules_that_need_one_library_are_refused_with_its_name)
{
    for (int swapped = 0; swapped < 2; swapped++) {
        start();
        check_ok(load_line(swapped ? "b" : "a", "shares_one", "1"));
        check_error(load_line(swapped ? "a" : "b", "shares_two", "1"),
                    "which one process loads once: both would run the same code");
        CHECK_CONTAINS(host.reason.text, "both modules need 'libshared.so'");
        check_ok(swapped ? "open side=b work"
                         : "open side=a work"); /* what was there still works */
        stop();
    }
}

TEST(a_module_that_needs_a_library_and_one_that_does_not_make_a_pair)
{
    load_both("twin1", "shares_two");
    check_ok("open side=a version");
    check_ok("open side=b work");
    check_ok("pair slots=1");
    CHECK_EQ(answer.pairs.count, 1);
    stop();
}

TEST(modules_that_need_the_same_library_of_the_system_make_a_pair)
{
    load_both("json_system", "json_system");
    check_ok("open side=a work");
    check_ok("open side=b work");
    check_ok("pair slots=1");
    CHECK_EQ(answer.items, 1);
    stop();
}

/* Its file name is that of the system's, so the second module would get the first one's. */
TEST(a_private_library_is_not_taken_for_the_systems_of_the_same_name)
{
    start();
    check_ok(load_line("a", "json_system", "1"));
    check_error(load_line("b", "json_private", "1"), "both modules need 'libjansson.so.4'");
    stop();
}

TEST(a_private_library_is_found_from_a_copy_of_its_module)
{
    start();
    check_ok(load_line("a", "json_private", "1"));
    check_ok("open work");
    check_ok("run");
    CHECK_EQ(answer.items, 0);
    stop();
}

static void open_pair(const char *benchmark)
{
    char line[64];
    load_both("twin1", "twin2");
    snprintf(line, sizeof line, "open side=a %s", benchmark);
    check_ok(line);
    snprintf(line, sizeof line, "open side=b %s", benchmark);
    check_ok(line);
}

TEST(as_many_pairs_as_asked_are_answered)
{
    open_pair("version");
    static const size_t counts[] = {0, 1, 2, 1000};
    for (size_t i = 0; i < 4; i++) {
        char line[96];
        snprintf(line, sizeof line, "pair slots=%zu iterations_a=100 iterations_b=100", counts[i]);
        check_ok(line);
        CHECK_EQ(answer.pairs.count, counts[i]);
    }
    for (size_t i = 0; i < 1000; i++) /* 100 dependent multiplications take 3 cycles each */
        CHECK(answer.pairs.items[i].a_ns > 20 && answer.pairs.items[i].b_ns > 20);
    stop();
}

/* 100 against 100,000 iterations: the times must not be swapped, in whichever order the slots ran.
 */
TEST(the_times_belong_to_their_sides)
{
    open_pair("version");
    check_ok("pair slots=100 iterations_a=100 iterations_b=100000");
    for (size_t i = 0; i < 100; i++)
        CHECK(answer.pairs.items[i].b_ns > 50000);
    double least_ns[2] = {HUGE_VAL, HUGE_VAL}; /* by order: an interrupt may lengthen single ones */
    for (size_t i = 0; i < 100; i++) {
        const struct pair *pair = &answer.pairs.items[i];
        least_ns[pair->a_first] = fmin(least_ns[pair->a_first], pair->a_ns);
    }
    CHECK(least_ns[0] < 20000 && least_ns[1] < 20000);
    stop();
}

static size_t count_a_first(const char *line, char orders[1001])
{
    size_t count = 0;
    check_ok(line);
    for (size_t i = 0; i < answer.pairs.count; i++) {
        count += answer.pairs.items[i].a_first;
        orders[i] = answer.pairs.items[i].a_first ? 'a' : 'b';
    }
    orders[answer.pairs.count] = '\0';
    return count;
}

/* 1000 fair coins: 500 with a standard deviation of 15.8; 400 and 600 are more than six of them.
 * Runs of one side longer than 20 have a probability below 0.001, and seeds are fixed. */
TEST(the_order_inside_the_pairs_is_random)
{
    char orders[3][1001];
    open_pair("version");
    size_t first = count_a_first("pair slots=1000 seed=1", orders[0]);
    size_t second = count_a_first("pair slots=1000 seed=2", orders[1]);
    CHECK(first > 400 && first < 600 && second > 400 && second < 600);
    CHECK(strcmp(orders[0], orders[1]) != 0);
    count_a_first("pair slots=1000 seed=1", orders[2]);
    CHECK_STR(orders[0], orders[2]);
    CHECK(strstr(orders[0], "aaaaaaaaaaaaaaaaaaaaa") == NULL);
    CHECK(strstr(orders[0], "abababababababababababab") == NULL);
    stop();
}

TEST(neighbouring_seeds_give_different_orders)
{
    char orders[2][1001];
    open_pair("version");
    count_a_first("pair slots=1000 seed=6", orders[0]);
    count_a_first("pair slots=1000 seed=7", orders[1]);
    CHECK(strcmp(orders[0], orders[1]) != 0);
    stop();
}

TEST(a_side_that_fails_ends_the_pairs_with_its_reason)
{
    open_pair("fails");
    CHECK_EQ(ask("pair slots=10"), OUTCOME_FAILED);
    CHECK_CONTAINS(host.reason.text, "fails in slot 3");
    CHECK_EQ(answer.pairs.count, 2);
    stop();
}

TEST(the_reason_of_side_b_is_told_when_b_fails)
{
    open_pair("second_fails");
    check_error("pair slots=10", "version 2 fails in slot 3");
    CHECK_EQ(answer.pairs.count, 2);
    check_error("run side=b", "version 2 fails in slot 3");
    CHECK_EQ(answer.slots, 0);
    check_ok("run side=a");
    stop();
}

TEST(pairs_need_two_open_benchmarks)
{
    start();
    check_error("pair slots=1", "no module is loaded");
    check_ok(load_line("a", "twin1", "1"));
    check_ok("open side=a version");
    check_error("pair slots=1", "both sides need an open benchmark");
    check_ok(load_line("b", "twin2", "1"));
    check_error("pair slots=1", "both sides need an open benchmark");
    check_ok("open side=b version");
    check_ok("pair slots=1");
    stop();
}

TEST(a_command_in_the_wrong_order_is_an_error_that_changes_nothing)
{
    start();
    check_error("list", "no module is loaded");
    check_error("open version", "no module is loaded");
    check_error("run", "no module is loaded");
    check_error("load", "load: no path");
    check_error("load /no/such.so", "cannot read '/no/such.so'");
    check_ok(load_line("a", "twin1", "0"));
    check_error(load_line("a", "twin2", "1"), "this side has a module already");
    check_error("run", "no benchmark is open");
    check_error("open", "no such benchmark");
    check_ok("open version");
    check_error("open other", "no such benchmark");
    check_ok("run slots=2");
    CHECK_EQ(answer.slots, 2);
    stop();
}

TEST(what_is_no_command_is_an_error)
{
    start();
    check_error("", "cannot understand this line");
    check_error("hello %zz", "cannot understand this line");
    check_error("dance", "unknown command");
    check_error("HELLO", "unknown command");
    check_ok("hello assay/1");
    stop();
}

TEST(a_closed_benchmark_can_be_opened_again)
{
    start();
    check_ok("close");
    check_ok(load_line("a", "twin1", "1"));
    check_ok("close");
    check_ok("open version");
    check_ok("close");
    check_error("run", "no benchmark is open");
    check_ok("open version");
    CHECK_EQ(answer.bytes, 2);
    check_ok("run");
    stop();
}

TEST(a_host_that_quits_ends_with_exit_code_0)
{
    start();
    check_ok(load_line("a", "twin1", "1"));
    check_ok("open version");
    check_ok("quit");
    child_wait(&host.child, false);
    CHECK_EQ(host.child.exit_code, 0);
    stop();
}

TEST(a_line_of_the_greatest_length_is_understood)
{
    char *line = malloc(PROTOCOL_LINE_MAX + 1);
    CHECK(line != NULL);
    memset(line, 'x', PROTOCOL_LINE_MAX);
    line[PROTOCOL_LINE_MAX - 2] = '\0';
    start();
    check_error(line, "unknown command");
    check_ok("hello assay/1"); /* one answer, not two */
    line[PROTOCOL_LINE_MAX - 2] = 'x';
    line[PROTOCOL_LINE_MAX - 1] = '\0';
    CHECK_EQ(host_ask(&host, line, NULL, NULL, &answer.outcome), ASSAY_ERR_LIMIT);
    CHECK_CONTAINS(host.reason.text, "too long");
    free(line);
    stop();
}

TEST_MAIN
