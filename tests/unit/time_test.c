/* The parts of `assay time` that need no process: words, parameters, commands, statistics,
 * the exports, and options that may be repeated. */
#include <stdint.h>

#include "cli/options.h"
#include "harness.h"
#include "report/timing.h"
#include "session/time/commands.h"
#include "session/time/statistics.h"
#include "session/time/words.h"

/* ---- words ---------------------------------------------------------------------------------- */

/* Splits `line` and checks that the words, each in brackets, are `want`. */
static void check_words(const char *line, const char *want)
{
    struct arena arena = {0};
    char **words = NULL;
    BUF_AUTO got, error;
    buf_init(&got, 4096);
    buf_init(&error, 4096);
    CHECK_EQ(words_split(line, &arena, &words, &error), ASSAY_OK);
    for (size_t i = 0; words[i] != NULL; i++)
        buf_printf(&got, "[%s]", words[i]);
    CHECK_STR(got.text, want);
    arena_release(&arena);
}

static void check_refused(const char *line, const char *why)
{
    struct arena arena = {0};
    char **words = NULL;
    BUF_AUTO error;
    buf_init(&error, 4096);
    CHECK_EQ(words_split(line, &arena, &words, &error), ASSAY_ERR_PARSE);
    CHECK_CONTAINS(error.text, why);
    CHECK(words == NULL);
    arena_release(&arena);
}

TEST(words_are_split_at_blanks)
{
    check_words("sort a.txt", "[sort][a.txt]");
    check_words("  sort\t -u \n a.txt ", "[sort][-u][a.txt]");
}

/* POSIX.1-2017, Shell Command Language, 2.2.1 to 2.2.3. */
TEST(quotes_and_backslashes_mean_what_they_mean_to_a_shell)
{
    check_words("echo 'a b' \"c d\"", "[echo][a b][c d]");
    check_words("echo a' b'\"c \"d", "[echo][a bc d]");
    check_words("echo '' \"\"", "[echo][][]");
    check_words("echo a\\ b \\'", "[echo][a b][']");
    check_words("echo 'a\\b' \"a\\b\" \"a\\\"b\\\\\"", "[echo][a\\b][a\\b][a\"b\\]");
    check_words("echo \"it's\" 'say \"x\"'", "[echo][it's][say \"x\"]");
    check_words("echo a\\\nb \"c\\\nd\"", "[echo][ab][cd]");
}

TEST(what_only_a_shell_can_do_is_refused_outside_quotes)
{
    check_refused("ls | wc", "'|' in 'ls | wc' needs a shell");
    check_refused("a; b", "--shell");
    check_refused("a && b", "'&'");
    check_refused("a < b", "'<'");
    check_refused("echo $HOME", "'$'");
    check_refused("echo \"$HOME\"", "'$'");
    check_refused("echo \"`a`\"", "'`'");
    check_words("awk '{print $1 | \"sort\"}' x", "[awk][{print $1 | \"sort\"}][x]");
    check_words("grep \"a|b\" a\\|b 5$ \\$HOME", "[grep][a|b][a|b][5$][$HOME]");
}

TEST(lines_that_do_not_end_are_refused)
{
    check_refused("echo 'a", "unclosed '");
    check_refused("echo \"a", "unclosed \"");
    check_refused("echo a\\", "ends with a backslash");
    check_refused("", "an empty command");
    check_refused(" \t ", "an empty command");
}

TEST(only_known_parameters_are_filled_in)
{
    struct arena arena = {0};
    struct time_parameter items[] = {{"n", "10"}, {"name", "a b"}};
    const time_parameter_vec parameters = {items, 2, 2};
    CHECK_STR(words_fill("-{n} {name}{n} {m} {n {}", &parameters, &arena), "-10 a b10 {m} {n {}");
    CHECK(words_mention("x{name}", "name"));
    CHECK(!words_mention("x{name}", "nam"));
    CHECK(!words_mention("name", "name"));
    arena_release(&arena);
}

/* ---- parameters ----------------------------------------------------------------------------- */

static void check_scan(const char *low, const char *high, const char *step, const char *want)
{
    struct arena arena = {0};
    parameter_range_vec ranges = {0};
    BUF_AUTO got;
    buf_init(&got, 4096);
    CHECK_EQ(
        parameters_add_scan((const char *const[]){"n", low, high}, step, &arena, &ranges, NULL),
        ASSAY_OK);
    for (size_t i = 0; i < ranges.items[0].values.count; i++)
        buf_printf(&got, "%s%s", i ? " " : "", ranges.items[0].values.items[i]);
    CHECK_STR(got.text, want);
    parameters_release(&ranges);
    arena_release(&arena);
}

TEST(a_scan_counts_in_decimals_up_to_its_end)
{
    check_scan("1", "4", NULL, "1 2 3 4");
    check_scan("1", "8", "3", "1 4 7");
    check_scan("0.1", "0.3", "0.1", "0.1 0.2 0.3");
    check_scan("1", "2", "0.25", "1.00 1.25 1.50 1.75 2.00");
    check_scan("-1", "1", NULL, "-1 0 1");
    check_scan("5", "5", NULL, "5");
}

TEST(a_scan_that_goes_nowhere_is_refused)
{
    static const struct {
        const char *words[3], *step, *why;
    } ROWS[] = {{{"n", "a", "3"}, NULL, "'a' is no decimal number"},
                {{"n", "1", "1e3"}, NULL, "'1e3' is no decimal number"},
                {{"n", "3", "1"}, NULL, "a higher end"},
                {{"n", "1", "3"}, "0", "a step above 0"},
                {{"n", "1", "3"}, "-1", "a step above 0"},
                {{"", "1", "3"}, NULL, "no name of a parameter"},
                {{"a b", "1", "3"}, NULL, "no name of a parameter"}};
    for (size_t i = 0; i < sizeof ROWS / sizeof *ROWS; i++) {
        struct arena arena = {0};
        parameter_range_vec ranges = {0};
        BUF_AUTO error;
        buf_init(&error, 4096);
        CHECK_EQ(parameters_add_scan(ROWS[i].words, ROWS[i].step, &arena, &ranges, &error),
                 ASSAY_ERR_PARSE);
        CHECK_CONTAINS(error.text, ROWS[i].why);
        parameters_release(&ranges);
        arena_release(&arena);
    }
}

TEST(a_scan_has_a_limit)
{
    struct arena arena = {0};
    parameter_range_vec ranges = {0};
    CHECK_EQ(
        parameters_add_scan((const char *const[]){"n", "1", "1000"}, NULL, &arena, &ranges, NULL),
        ASSAY_OK);
    CHECK_EQ(
        parameters_add_scan((const char *const[]){"m", "1", "1001"}, NULL, &arena, &ranges, NULL),
        ASSAY_ERR_LIMIT);
    parameters_release(&ranges);
    arena_release(&arena);
}

TEST(a_list_is_split_at_commas_that_are_not_escaped)
{
    struct arena arena = {0};
    parameter_range_vec ranges = {0};
    CHECK_EQ(parameters_add_list("f", "a,b\\,c,,d e", &arena, &ranges, NULL), ASSAY_OK);
    CHECK_EQ(ranges.items[0].values.count, 4);
    CHECK_STR(ranges.items[0].values.items[0], "a");
    CHECK_STR(ranges.items[0].values.items[1], "b,c");
    CHECK_STR(ranges.items[0].values.items[2], "");
    CHECK_STR(ranges.items[0].values.items[3], "d e");
    CHECK_EQ(parameters_add_list("f", "x", &arena, &ranges, NULL), ASSAY_ERR_PARSE);
    parameters_release(&ranges);
    arena_release(&arena);
}

/* ---- commands ------------------------------------------------------------------------------- */

#define TEXTS(...)                                                                                 \
    (struct time_texts)                                                                            \
    {                                                                                              \
        (const char *const[]){__VA_ARGS__},                                                        \
            sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *)                      \
    }

/* Builds the commands and checks their names, one a line. */
static void check_names(const struct time_request *request, const char *want)
{
    struct timing timing = {0};
    time_command_vec commands = {0};
    BUF_AUTO got, error;
    buf_init(&got, 4096);
    buf_init(&error, 4096);
    assay_status status = commands_build(request, &timing, &commands, &error);
    if (status != ASSAY_OK)
        test_fail(__FILE__, __LINE__, "%s", error.text);
    CHECK_EQ(timing.commands.count, commands.count);
    for (size_t i = 0; i < timing.commands.count; i++)
        buf_printf(&got, "%s%s", i ? "\n" : "", timing.commands.items[i].name);
    CHECK_STR(got.text, want);
    vec_release(&commands);
    timing_release(&timing);
}

static void check_no_commands(const struct time_request *request, const char *why)
{
    struct timing timing = {0};
    time_command_vec commands = {0};
    BUF_AUTO error;
    buf_init(&error, 4096);
    CHECK(commands_build(request, &timing, &commands, &error) != ASSAY_OK);
    CHECK_CONTAINS(error.text, why);
    vec_release(&commands);
    timing_release(&timing);
}

TEST(several_parameters_give_all_combinations_and_the_last_varies_fastest)
{
    struct time_request request = {
        .lines = TEXTS("x {a} {b}"), .scans = TEXTS("a", "1", "2"), .lists = TEXTS("b", "p,q")};
    check_names(&request, "x 1 p\nx 1 q\nx 2 p\nx 2 q");
}

TEST(a_command_is_multiplied_only_by_what_it_mentions)
{
    struct time_request request = {.lines = TEXTS("x", "y {a}"), .lists = TEXTS("a", "1,2")};
    check_names(&request, "x\ny 1\ny 2");
    request.prepares = TEXTS("make {a}");
    check_names(&request, "x (a=1)\nx (a=2)\ny 1\ny 2");
}

TEST(names_are_given_in_turn_and_tell_the_parameters)
{
    struct time_request request = {.lines = TEXTS("x {a} {b}", "y"),
                                   .names = TEXTS("old {a}"),
                                   .lists = TEXTS("a", "1,2", "b", "p")};
    check_names(&request, "old 1 (b=p)\nold 2 (b=p)\ny");
}

TEST(a_value_with_blanks_and_quotes_stays_one_word)
{
    struct timing timing = {0};
    time_command_vec commands = {0};
    struct time_request request = {.lines = TEXTS("x '-{a}-' z"), .lists = TEXTS("a", "p ' q")};
    CHECK_EQ(commands_build(&request, &timing, &commands, NULL), ASSAY_OK);
    CHECK_STR(commands.items[0].argv[1], "-p ' q-");
    CHECK_STR(commands.items[0].argv[2], "z");
    CHECK(commands.items[0].argv[3] == NULL);
    CHECK_STR(timing.commands.items[0].line, "x '-p ' q-' z");
    vec_release(&commands);
    timing_release(&timing);
}

TEST(a_shell_gets_the_whole_line)
{
    struct timing timing = {0};
    time_command_vec commands = {0};
    struct time_request request = {
        .lines = TEXTS("a | b {x}"), .lists = TEXTS("x", "1"), .shell = true};
    CHECK_EQ(commands_build(&request, &timing, &commands, NULL), ASSAY_OK);
    CHECK_STR(commands.items[0].argv[0], "sh");
    CHECK_STR(commands.items[0].argv[1], "-c");
    CHECK_STR(commands.items[0].argv[2], "a | b 1");
    CHECK(commands.items[0].argv[3] == NULL);
    vec_release(&commands);
    timing_release(&timing);
}

TEST(mistakes_in_the_request_are_named)
{
    struct time_request names = {.lines = TEXTS("x"), .names = TEXTS("a", "b")};
    check_no_commands(&names, "2 names for 1 commands");
    struct time_request prepares = {.lines = TEXTS("x", "y", "z"), .prepares = TEXTS("a", "b")};
    check_no_commands(&prepares, "2 prepare commands for 3 commands");
    struct time_request unused = {.lines = TEXTS("x {b}"), .lists = TEXTS("a", "1")};
    check_no_commands(&unused, "no command has the parameter '{a}'");
    struct time_request steps = {.lines = TEXTS("x"), .steps = TEXTS("1")};
    check_no_commands(&steps, "1 steps for 0 scanned parameters");
    struct time_request reference = {.lines = TEXTS("x"), .reference = "y"};
    check_no_commands(&reference, "no command is called 'y'");
    struct time_request many = {.lines = TEXTS("x {a}"), .scans = TEXTS("a", "1", "101")};
    check_no_commands(&many, "more than 100 commands");
    struct time_request prepare = {.lines = TEXTS("x"), .prepares = TEXTS("a 'b")};
    check_no_commands(&prepare, "unclosed '");
}

TEST(the_reference_is_found_by_name_or_line)
{
    struct timing timing = {0};
    time_command_vec commands = {0};
    struct time_request request = {
        .lines = TEXTS("x", "y", "z"), .names = TEXTS("one", "two"), .reference = "two"};
    CHECK_EQ(commands_build(&request, &timing, &commands, NULL), ASSAY_OK);
    CHECK_EQ(timing.reference, 1);
    vec_release(&commands);
    timing_release(&timing);
    timing = (struct timing){0};
    request.reference = "z";
    CHECK_EQ(commands_build(&request, &timing, &commands, NULL), ASSAY_OK);
    CHECK_EQ(timing.reference, 2);
    vec_release(&commands);
    timing_release(&timing);
}

/* ---- statistics ----------------------------------------------------------------------------- */

static void add_run(struct timed_command *command, double wall_ns)
{
    struct command_cost *run = vec_add(&command->runs);
    CHECK(run != NULL);
    *run = (struct command_cost){.wall_ns = wall_ns,
                                 .user_ns = wall_ns / 2,
                                 .system_ns = wall_ns / 4,
                                 .rss_bytes = 1000 + wall_ns,
                                 .exit_code = wall_ns > 8};
}

/* Ten runs, hand-worked: binomial(10, 1/2) puts 0.0107 in each tail at rank 2, so the 95 % interval
 * of the median is the 2nd to the 9th smallest value. */
TEST(the_median_has_its_order_statistic_interval)
{
    struct timed_command command = {0};
    const double ns[] = {10, 1, 9, 2, 8, 3, 7, 4, 6, 5};
    for (size_t i = 0; i < 10; i++)
        add_run(&command, ns[i]);
    CHECK_EQ(time_summarize(&command), ASSAY_OK);
    CHECK_EQ(command.wall.median, 5.5);
    CHECK_EQ(command.wall.interval.low, 2);
    CHECK_EQ(command.wall.interval.high, 9);
    CHECK_EQ(command.wall.interval.level, 0.95);
    CHECK_EQ(command.wall.mean, 5.5);
    CHECK_EQ(command.wall.min, 1);
    CHECK_EQ(command.wall.max, 10);
    CHECK_EQ(command.user_ns, 2.75);
    CHECK_EQ(command.system_ns, 1.375);
    CHECK_EQ(command.rss_bytes, 1010);
    CHECK_EQ(command.nonzero_count, 2);
    vec_release(&command.runs);
}

TEST(without_runs_there_are_no_numbers)
{
    struct timed_command command = {0};
    CHECK_EQ(time_summarize(&command), ASSAY_OK);
    CHECK_EQ(command.wall.median, 0);
    CHECK_EQ(command.wall.interval.level, 0);
}

TEST(batches_have_four_blocks_where_that_leaves_ten_batches)
{
    CHECK_EQ(time_batch_blocks(0), 1);
    CHECK_EQ(time_batch_blocks(39), 1);
    CHECK_EQ(time_batch_blocks(40), 4);
    CHECK_EQ(time_batch_blocks(100000), 4);
}

static bool waits(double cpu_share, double sleeps, size_t often)
{
    struct timed_command command = {0};
    for (size_t i = 0; i < 20; i++) {
        add_run(&command, 1e6);
        struct command_cost *run = &command.runs.items[i];
        run->user_ns = cpu_share * 1e6;
        run->system_ns = 0;
        run->sleeps = i < often ? sleeps : 1;
    }
    bool ret = time_waits(&command.runs);
    vec_release(&command.runs);
    return ret;
}

TEST(who_sleeps_or_has_several_processors_waits)
{
    CHECK(!waits(0.3, 1, 20)); /* held up by others, not by itself */
    CHECK(!waits(1.01, 1, 20));
    CHECK(waits(1.5, 1, 20));
    CHECK(waits(0, 1, 20));
    CHECK(waits(0.9, 2, 20));
    CHECK(!waits(0.9, 2, 2)); /* a page that had to be read, twice in twenty runs */
    CHECK(waits(0.9, 2, 3));
}

/* Wall time says 2, CPU time 1.05. */
TEST(who_never_waits_is_compared_by_cpu_time)
{
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct timed_command pair[2] = {{.name = "a"}, {.name = "b"}};
    for (size_t i = 0; i < 80; i++)
        for (int side = 0; side < 2; side++) {
            add_run(&pair[side], 1e6 * (1 + side));
            pair[side].runs.items[i].user_ns =
                4e5 * (side ? 1.05 : 1) * (1 + (double)(i % 3) * 1e-3);
            pair[side].runs.items[i].system_ns = 0;
        }
    CHECK_EQ(time_compare(&pair[0], &rules, BASIS_AUTO, &pair[1]), ASSAY_OK);
    CHECK_STR(pair[1].versus.metric, "cpu_ns");
    CHECK(fabs(pair[1].versus.ratio - 1.05) < 1e-3);
    CHECK_EQ(time_compare(&pair[0], &rules, BASIS_WALL, &pair[1]), ASSAY_OK);
    CHECK_STR(pair[1].versus.metric, "time_ns");
    CHECK(fabs(pair[1].versus.ratio - 2) < 1e-9);
    for (size_t i = 0; i < 80; i++)
        pair[1].runs.items[i].sleeps = 2;
    CHECK_EQ(time_compare(&pair[0], &rules, BASIS_AUTO, &pair[1]), ASSAY_OK);
    CHECK_STR(pair[1].versus.metric, "time_ns");
    vec_release(&pair[0].runs);
    vec_release(&pair[1].runs);
}

TEST(it_is_decided_when_the_ratio_is_known_to_the_margin)
{
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    const struct comparison wide = {
        .verdict = VERDICT_SLOWER, .ratio = 1.5, .interval = {1.4, 1.6, 0.99}};
    const struct comparison narrow = {
        .verdict = VERDICT_SLOWER, .ratio = 1.5, .interval = {1.49, 1.51, 0.99}};
    const struct comparison undecided = {
        .verdict = VERDICT_UNDECIDED, .ratio = 1.006, .interval = {0.999, 1.013, 0.99}};
    CHECK(!time_is_decided(&wide, &rules));
    CHECK(time_is_decided(&narrow, &rules));
    CHECK(!time_is_decided(&undecided, &rules));
}

/* Times of `blocks` blocks with a common drift of a factor 3 from first to last, noise of 2 %, and
 * every 20th block disturbed by a factor 5 on one side: the other command takes `ratio` times. */
static void make_up(struct timed_command pair[2], size_t blocks, double ratio)
{
    uint64_t state = 1;
    for (size_t i = 0; i < blocks; i++) {
        double drift = 1e6 * (1 + 2 * (double)i / (double)blocks);
        for (int side = 0; side < 2; side++) {
            state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            double noise = 1 + 0.02 * ((double)(state >> 40) / (1 << 24) - 0.5);
            double blow = i % 20 == 7 && (i / 20) % 2 == (size_t)side ? 5 : 1;
            add_run(&pair[side], drift * noise * blow * (side ? ratio : 1));
        }
    }
}

static struct comparison compare_made_up(size_t blocks, double ratio)
{
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct timed_command pair[2] = {{.name = "a"}, {.name = "b"}};
    make_up(pair, blocks, ratio);
    CHECK_EQ(time_compare(&pair[0], &rules, BASIS_WALL, &pair[1]), ASSAY_OK);
    vec_release(&pair[0].runs);
    vec_release(&pair[1].runs);
    return pair[1].versus;
}

TEST(drift_and_disturbed_runs_do_not_move_the_ratio)
{
    struct comparison slower = compare_made_up(400, 1.03);
    CHECK_EQ(slower.verdict, VERDICT_SLOWER);
    CHECK(fabs(slower.ratio - 1.03) < 0.002);
    CHECK(slower.interval.low < 1.03 && slower.interval.high > 1.03);
    CHECK_EQ(slower.launches, 100);
    CHECK_EQ(slower.pairs, 400);
    CHECK_EQ(compare_made_up(400, 1 / 1.03).verdict, VERDICT_FASTER);
    CHECK_EQ(compare_made_up(400, 1).verdict, VERDICT_SAME);
}

TEST(few_noisy_blocks_decide_nothing)
{
    struct comparison few = compare_made_up(10, 1.03);
    CHECK_EQ(few.launches, 10);
    CHECK_EQ(few.verdict, VERDICT_UNDECIDED);
    CHECK_EQ(compare_made_up(1, 1.5).verdict, VERDICT_UNDECIDED);
}

TEST(what_has_no_block_cannot_be_compared)
{
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct timed_command pair[2] = {0};
    CHECK_EQ(time_compare(&pair[0], &rules, BASIS_AUTO, &pair[1]), ASSAY_ERR_TOO_FEW);
}

/* ---- exports -------------------------------------------------------------------------------- */

static void add_named(struct timing *timing, const char *name, enum outcome outcome)
{
    struct timed_command *command = vec_add(&timing->commands);
    CHECK(command != NULL);
    *command = (struct timed_command){.name = name,
                                      .line = name,
                                      .outcome = outcome,
                                      .reason = outcome == OUTCOME_OK ? "" : "exit code 1",
                                      .warning = ""};
}

TEST(names_cannot_break_a_table)
{
    struct timing timing = {0};
    BUF_AUTO csv, markdown, text;
    buf_init(&csv, 65536);
    buf_init(&markdown, 65536);
    buf_init(&text, 65536);
    add_named(&timing, "a,\"b\"|c\n", OUTCOME_FAILED);
    CHECK_EQ(report_csv_timing(&timing, &csv), ASSAY_OK);
    CHECK_EQ(report_markdown_timing(&timing, &markdown), ASSAY_OK);
    report_text_timing(&timing, &text);
    CHECK_CONTAINS(csv.text, "\n\"a,\"\"b\"\"|c\n\",\"a,\"\"b\"\"|c\n\",failed,0,,,,,,,,,,,,,,,"
                             "exit code 1\n");
    CHECK_CONTAINS(markdown.text,
                   "\n| a,\"b\"\\|c? | failed | 0 |  |  |  |  |  |  |  |  |  |  | exit code 1 |\n");
    CHECK_CONTAINS(text.text, "failed a,\"b\"|c?: exit code 1\n");
    timing_release(&timing);
}

static void check_split(double wall_ns, bool is_dynamic, double link_ns, const char *want)
{
    struct timing timing = {.floor_ns = {4e4, 4.4e5, link_ns}, .blocks = 12, .batch_blocks = 1};
    BUF_AUTO text;
    buf_init(&text, 65536);
    add_named(&timing, "x", OUTCOME_OK);
    for (size_t i = 0; i < 12; i++)
        add_run(&timing.commands.items[0], wall_ns);
    CHECK_EQ(time_summarize(&timing.commands.items[0]), ASSAY_OK);
    time_split(&timing, &is_dynamic);
    report_text_timing(&timing, &text);
    if (want != NULL)
        CHECK_CONTAINS(text.text, want);
    else
        CHECK(strstr(text.text, "libc start") == NULL);
    timing_release(&timing);
}

/* 0.04 for an empty program, 0.44 with a C library, 0.52 with a dynamic one, 0.55 in all. */
TEST(the_table_says_where_the_time_of_a_short_command_goes)
{
    check_split(5.5e5, true, 5.2e5,
                "of 0.55 ms: 0.04 exec, 0.40 libc start, 0.08 dynamic link, 0.03 own");
    check_split(5.1e5, true, 5.2e5, "0.08 dynamic link, 0.00 own");
    check_split(5.5e5, false, 5.2e5, NULL);
    check_split(5.5e5, true, 0, NULL);
    check_split(2.1e7, true, 5.2e5, NULL);
}

/* ---- options that may be repeated ----------------------------------------------------------- */

struct repeated {
    struct option_texts names, scans;
    bool flag;
};
static const struct option_row REPEATED[] = {
    {"name", 'n', "NAME", "a name", OPTION_TEXTS, offsetof(struct repeated, names)},
    {"scan", 'P', "VAR MIN MAX", "three", OPTION_TEXTS, offsetof(struct repeated, scans)},
    {"flag", 'f', NULL, "a flag", OPTION_FLAG, offsetof(struct repeated, flag)},
    OPTION_END,
};

/* Parses a command line; `ret_rest` gets the operands, each in brackets. */
static assay_status parse(const char *line, struct repeated *options, struct buf *ret_rest,
                          struct buf *error)
{
    static struct arena arena; /* the options point into it */
    char **words = NULL;
    int count = 0, first = 0;
    CHECK_EQ(words_split(line, &arena, &words, NULL), ASSAY_OK);
    while (words[count] != NULL)
        count++;
    assay_status status = options_parse(REPEATED, count, words, options, &first, error);
    for (int i = first; i < count && status == ASSAY_OK; i++)
        buf_printf(ret_rest, "[%s]", words[i]);
    return status;
}

static void check_texts(const struct option_texts *texts, const char *want)
{
    BUF_AUTO got;
    buf_init(&got, 4096);
    for (size_t i = 0; i < texts->count; i++)
        buf_printf(&got, "[%s]", texts->items[i]);
    CHECK_STR(got.text, want);
}

TEST(a_repeated_option_keeps_all_its_values_in_order)
{
    struct repeated options = {0};
    BUF_AUTO rest;
    buf_init(&rest, 4096);
    CHECK_EQ(parse("x -n a one --name=b -nc two --name d", &options, &rest, NULL), ASSAY_OK);
    check_texts(&options.names, "[a][b][c][d]");
    CHECK_STR(rest.text, "[one][two]");
}

TEST(an_option_takes_as_many_values_as_its_argument_has_words)
{
    struct repeated options = {0};
    BUF_AUTO rest;
    buf_init(&rest, 4096);
    CHECK_EQ(parse("x one -P v -1 -- --scan=w 3 4 -f two", &options, &rest, NULL), ASSAY_OK);
    check_texts(&options.scans, "[v][-1][--][w][3][4]");
    CHECK(options.flag);
    CHECK_STR(rest.text, "[one][two]");
}

TEST(missing_values_and_too_many_are_named)
{
    struct repeated options = {0};
    BUF_AUTO error, many;
    buf_init(&error, 4096);
    buf_init(&many, 4096);
    CHECK_EQ(parse("x -P v 1", &options, &error, &error), ASSAY_ERR_ARGUMENT);
    CHECK_CONTAINS(error.text, "option '--scan' wants a value: --scan VAR MIN MAX");
    buf_puts(&many, "x");
    for (int i = 0; i <= OPTION_TEXTS_MAX; i++)
        buf_puts(&many, " -n a");
    CHECK_EQ(parse(many.text, &options, &error, &error), ASSAY_ERR_ARGUMENT);
    CHECK_CONTAINS(error.text, "option '--name' is given too often");
    CHECK_EQ(options.names.count, OPTION_TEXTS_MAX);
}

TEST_MAIN
