/* src/model: protocol lines there and back, sweeps to ids, the tables of words. */
#include <math.h>

#include "harness.h"
#include "model/model.h"
#include "model/protocol.h"
#include "model/sweep.h"

/* Parses a copy of `line`, which lives until the next call. */
static assay_status parse(const char *line, struct message *message)
{
    static char copy[2 * PROTOCOL_LINE_MAX];
    snprintf(copy, sizeof copy, "%s", line);
    return message_parse(copy, message);
}

static void check_refused(const char *line)
{
    struct message message = {.verb = "untouched", .field_count = 77};
    if (parse(line, &message) != ASSAY_ERR_PARSE)
        test_fail(__FILE__, __LINE__, "'%s' is not refused", line);
    CHECK_STR(message.verb, "untouched");
    CHECK_EQ(message.field_count, 77);
}

TEST(a_line_is_a_verb_and_its_fields)
{
    struct message message;
    CHECK_EQ(parse("open sort seed=7 params=n%3D10,kind%3Da twice", &message), ASSAY_OK);
    CHECK_STR(message.verb, "open");
    CHECK_EQ(message.field_count, 4);
    CHECK_STR(message_value(&message, 0), "sort");
    CHECK_STR(message_value(&message, 1), "twice");
    CHECK(message_value(&message, 2) == NULL);
    CHECK_STR(message_field(&message, "seed"), "7");
    CHECK_STR(message_field(&message, "params"), "n=10,kind=a");
    CHECK(message_field(&message, "absent") == NULL);
}

TEST(a_verb_alone_and_extra_blanks_are_fine)
{
    struct message message;
    CHECK_EQ(parse("quit", &message), ASSAY_OK);
    CHECK_STR(message.verb, "quit");
    CHECK_EQ(message.field_count, 0);
    CHECK_EQ(parse("ok  a=1   b=2 ", &message), ASSAY_OK);
    CHECK_EQ(message.field_count, 2);
}

TEST(the_first_equals_sign_ends_the_key)
{
    struct message message;
    CHECK_EQ(parse("x a=b=c k= =bare", &message), ASSAY_OK);
    CHECK_STR(message_field(&message, "a"), "b=c");
    CHECK_STR(message_field(&message, "k"), "");
    CHECK_STR(message_value(&message, 0), "bare");
}

TEST(a_line_without_verb_is_refused)
{
    check_refused("");
    check_refused(" ");
    check_refused(" open");
}

TEST(a_bad_escape_is_refused)
{
    check_refused("x %");
    check_refused("x %4");
    check_refused("x %4 a");
    check_refused("x %g0");
    check_refused("x %0g");
    check_refused("x a=%zz");
    check_refused("x %zz=a");
    check_refused("x good=1 bad=%");
}

TEST(an_encoded_nul_is_refused)
{
    check_refused("x %00");
    check_refused("x a=b%00c");
    check_refused("x %00=a");
}

TEST(escapes_are_read_in_both_cases)
{
    struct message message;
    CHECK_EQ(parse("x %c3%A9%3d%25", &message), ASSAY_OK);
    CHECK_STR(message_value(&message, 0), "\xc3\xa9=%");
}

TEST(as_many_fields_as_the_protocol_allows_are_read_and_no_more)
{
    char line[1000] = "x";
    struct message message;
    for (int i = 0; i < PROTOCOL_FIELDS_MAX; i++)
        snprintf(line + strlen(line), sizeof line - strlen(line), " k%d=%d", i, i);
    CHECK_EQ(parse(line, &message), ASSAY_OK);
    CHECK_EQ(message.field_count, 64);
    CHECK_STR(message_field(&message, "k63"), "63");
    snprintf(line + strlen(line), sizeof line - strlen(line), " k64=64");
    check_refused(line);
}

/* The value comes back through a line of printable bytes without blanks, under a key and bare. */
static void check_round_trip(const char *value)
{
    struct message message;
    BUF_AUTO line;
    buf_init(&line, PROTOCOL_LINE_MAX);
    buf_puts(&line, "x");
    message_add(&line, "key", value);
    message_add(&line, "", "bare");
    message_add(&line, value, "other way round");
    CHECK_EQ(line.status, ASSAY_OK);
    for (size_t i = 0; i < line.length; i++)
        CHECK(line.text[i] >= 32 && line.text[i] < 127);
    CHECK_EQ(parse(line.text, &message), ASSAY_OK);
    CHECK_STR(message_field(&message, "key"), value);
    CHECK_STR(message_value(&message, 0), "bare");
    if (*value != '\0')
        CHECK_STR(message_field(&message, value), "other way round");
}

TEST(hostile_values_come_back_unchanged)
{
    static const char *const values[] = {
        "",
        " ",
        "  two  blanks ",
        "%",
        "%41",
        "%%",
        "100 %",
        "=",
        "a=b",
        "==",
        "\n",
        "a\nb\r\n",
        "\t",
        "ok",
        "error x",
        "\x01\x1f\x7f",
        "\xff\xfe",
        "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80",
        "'\"`$(rm)*?[]{}<>|&;\\",
        "-",
        ",",
        "n=10,100 kind=dp",
    };
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        check_round_trip(values[i]);
}

TEST(every_byte_but_nul_comes_back_in_a_value_of_255_bytes)
{
    char value[256] = "";
    for (int i = 0; i < 255; i++)
        value[i] = (char)(i + 1);
    check_round_trip(value);
    memset(value, 'x', 255);
    check_round_trip(value);
    memset(value, ' ', 255);
    check_round_trip(value);
}

TEST(the_encoding_is_the_documented_one)
{
    BUF_AUTO line;
    buf_init(&line, 200);
    buf_puts(&line, "open");
    message_add(&line, "", "a b");
    message_add(&line, "k%", "=\n\xc3\xa9~!");
    CHECK_STR(line.text, "open a%20b k%25=%3D%0A%C3%A9~!");
}

TEST(a_line_over_its_limit_is_an_error_of_the_line)
{
    BUF_AUTO line;
    buf_init(&line, 10);
    buf_puts(&line, "open");
    message_add(&line, "k", "12345");
    CHECK_EQ(line.status, ASSAY_ERR_LIMIT);
}

TEST(a_field_that_is_no_number_gives_the_fallback)
{
    struct message message;
    CHECK_EQ(parse("x a=1.5 b=-2e3 c=1x d= e=nan f=inf g=%20 h=x", &message), ASSAY_OK);
    CHECK_EQ(message_number(&message, "a", 9), 1.5);
    CHECK_EQ(message_number(&message, "b", 9), -2000);
    static const char *const bad[] = {"c", "d", "e", "f", "g", "h", "absent"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        CHECK_EQ(message_number(&message, bad[i], 9), 9);
}

TEST(of_two_fields_with_one_key_the_first_counts)
{
    struct message message;
    CHECK_EQ(parse("x a=1 a=2", &message), ASSAY_OK);
    CHECK_STR(message_field(&message, "a"), "1");
}

struct expansion {
    struct arena arena;
    benchmark_vec benchmarks;
    struct buf error;
};

static assay_status expand(struct expansion *e, const char *name, const char *sweep)
{
    const struct sweep_request request = {.suite = "suite",
                                          .name = name,
                                          .sweep = sweep,
                                          .description = "what it is",
                                          .tags = "simd",
                                          .module = "/m.so",
                                          .compiler = "cc 1"};
    if (e->error.text == NULL)
        buf_init(&e->error, 1000);
    return sweep_expand(&request, &e->arena, &e->benchmarks, &e->error);
}

static void release(struct expansion *e)
{
    arena_release(&e->arena);
    vec_release(&e->benchmarks);
    buf_release(&e->error);
}

static void check_sweep_refused(const char *sweep, assay_status want, const char *text)
{
    struct expansion e = {0};
    CHECK_EQ(expand(&e, "first", ""), ASSAY_OK);
    assay_status got = expand(&e, "name", sweep);
    if (got != want)
        test_fail(__FILE__, __LINE__, "'%.100s': status %d, want %d", sweep, got, want);
    CHECK_CONTAINS(e.error.text, text);
    CHECK_EQ(e.benchmarks.count, 1);
    release(&e);
}

TEST(a_definition_without_sweep_is_one_benchmark)
{
    struct expansion e = {0};
    CHECK_EQ(expand(&e, "sort", ""), ASSAY_OK);
    CHECK_EQ(e.benchmarks.count, 1);
    const struct benchmark *benchmark = e.benchmarks.items;
    CHECK_STR(benchmark->id, "suite/sort");
    CHECK_STR(benchmark->suite, "suite");
    CHECK_STR(benchmark->name, "sort");
    CHECK_STR(benchmark->params, "");
    CHECK_STR(benchmark->description, "what it is");
    CHECK_STR(benchmark->tags, "simd");
    CHECK_STR(benchmark->module, "/m.so");
    CHECK_STR(benchmark->compiler, "cc 1");
    release(&e);
}

static assay_status expand_tagged(struct expansion *e, const char *tags)
{
    const struct sweep_request request = {.suite = "suite",
                                          .name = "name",
                                          .sweep = "n=1,10,100 kind=a,ab",
                                          .description = "",
                                          .tags = tags,
                                          .module = "/m.so",
                                          .compiler = ""};
    buf_init(&e->error, 1000);
    return sweep_expand(&request, &e->arena, &e->benchmarks, &e->error);
}

static const char *main_of(enum bench_kind kind, const enum metric_id *measured, size_t count)
{
    struct result result = {.benchmark = {.kind = kind}};
    for (size_t i = 0; i < count; i++)
        CHECK(result_add_measurement(&result, &METRICS[measured[i]]) != NULL);
    const struct measurement *main = result_main_measurement(&result);
    const char *name = main ? main->metric->name : "none";
    result_release(&result);
    return name;
}

TEST(the_kind_says_which_metric_a_result_is_about)
{
    static const enum metric_id all[] = {METRIC_TIME, METRIC_ITEMS, METRIC_BYTES, METRIC_RSS};
    static const enum metric_id counted[] = {METRIC_INSTRUCTIONS};
    CHECK_STR(main_of(BENCH_LATENCY, all, 4), "time_ns");
    CHECK_STR(main_of(BENCH_THROUGHPUT, all, 4), "bytes_per_s");
    CHECK_STR(main_of(BENCH_THROUGHPUT, all, 2), "items_per_s");
    CHECK_STR(main_of(BENCH_THROUGHPUT, all, 1), "time_ns");
    CHECK_STR(main_of(BENCH_RESOURCE, all, 4), "rss_bytes_peak");
    CHECK_STR(main_of(BENCH_RESOURCE, counted, 1), "instructions");
    CHECK_STR(main_of(BENCH_LATENCY, all, 0), "none");
}

TEST(a_tag_may_hold_for_some_values_only)
{
    static const char *const want[] = {"all", "all ab", "all", "all ab", "all big", "all ab big"};
    struct expansion e = {0};
    CHECK_EQ(expand_tagged(&e, "all  ab[kind=ab] big[n=100]"), ASSAY_OK);
    CHECK_EQ(e.benchmarks.count, 6);
    for (size_t i = 0; i < e.benchmarks.count; i++)
        CHECK_STR(e.benchmarks.items[i].tags, want[i]);
    release(&e);
}

TEST(a_tag_of_several_values_holds_for_each)
{
    struct expansion e = {0};
    CHECK_EQ(expand_tagged(&e, "big[n=10,100]"), ASSAY_OK);
    CHECK_STR(e.benchmarks.items[1].tags, "");
    CHECK_STR(e.benchmarks.items[2].tags, "big");
    CHECK_STR(e.benchmarks.items[4].tags, "big");
    release(&e);
}

TEST(a_tag_for_values_that_are_not_swept_is_refused)
{
    static const char *const tags[] = {"big[n=1000]", "big[m=1]", "big[n=]", "big[n]",
                                       "big[",        "big[]",    "[n=1]",   "big[n=1]x",
                                       "big]",        "b[n=1,2]"};
    for (size_t i = 0; i < sizeof tags / sizeof *tags; i++) {
        struct expansion e = {0};
        CHECK_EQ(expand_tagged(&e, tags[i]), ASSAY_ERR_PARSE);
        CHECK_CONTAINS(e.error.text, tags[i]);
        CHECK_CONTAINS(e.error.text, "KEY=VALUE");
        CHECK_EQ(e.benchmarks.count, 0);
        release(&e);
    }
}

TEST(a_limit_of_a_launch_goes_from_nothing_to_a_day)
{
    const double good[] = {0, 600, 86400}, bad[] = {-1, 86401, NAN};
    struct sweep_request request = {.suite = "suite",
                                    .name = "name",
                                    .sweep = "",
                                    .description = "",
                                    .module = "/m.so",
                                    .compiler = ""};
    for (size_t i = 0; i < 3; i++) {
        struct expansion e = {0};
        buf_init(&e.error, 1000);
        request.limit_seconds = good[i];
        CHECK_EQ(sweep_expand(&request, &e.arena, &e.benchmarks, &e.error), ASSAY_OK);
        CHECK_EQ(e.benchmarks.items[0].limit_seconds, good[i]);
        request.limit_seconds = bad[i];
        CHECK_EQ(sweep_expand(&request, &e.arena, &e.benchmarks, &e.error), ASSAY_ERR_PARSE);
        CHECK_CONTAINS(e.error.text, "'name': limit_seconds=");
        CHECK_EQ(e.benchmarks.count, 1);
        release(&e);
    }
}

TEST(keys_are_sorted_in_the_id_and_the_first_written_varies_slowest)
{
    static const char *const want[] = {
        "suite/sort:kind=dp,n=10",     "suite/sort:kind=myers,n=10", "suite/sort:kind=dp,n=100",
        "suite/sort:kind=myers,n=100", "suite/sort:kind=dp,n=9",     "suite/sort:kind=myers,n=9",
    };
    struct expansion e = {0};
    CHECK_EQ(expand(&e, "sort", "n=10,100,9 kind=dp,myers"), ASSAY_OK);
    CHECK_EQ(e.benchmarks.count, 6);
    for (size_t i = 0; i < 6; i++)
        CHECK_STR(e.benchmarks.items[i].id, want[i]);
    CHECK_STR(e.benchmarks.items[3].params, "kind=myers,n=100");
    release(&e);
}

TEST(the_id_does_not_depend_on_the_order_of_the_keys)
{
    struct expansion one = {0}, two = {0};
    CHECK_EQ(expand(&one, "s", "b=1 a=2 ab=3 B=4"), ASSAY_OK);
    CHECK_EQ(expand(&two, "s", "B=4  ab=3 a=2 b=1 "), ASSAY_OK);
    CHECK_STR(one.benchmarks.items[0].id, "suite/s:B=4,a=2,ab=3,b=1");
    CHECK_STR(two.benchmarks.items[0].id, one.benchmarks.items[0].id);
    release(&one);
    release(&two);
}

TEST(values_of_all_allowed_characters_are_taken)
{
    struct expansion e = {0};
    CHECK_EQ(expand(&e, "A_b.c+d-9", "K_.+-9=aZ09_.+-,-1,.5,+2"), ASSAY_OK);
    CHECK_EQ(e.benchmarks.count, 4);
    CHECK_STR(e.benchmarks.items[0].id, "suite/A_b.c+d-9:K_.+-9=aZ09_.+-");
    CHECK_STR(e.benchmarks.items[3].id, "suite/A_b.c+d-9:K_.+-9=+2");
    release(&e);
}

TEST(a_second_expansion_is_appended)
{
    struct expansion e = {0};
    CHECK_EQ(expand(&e, "a", "n=1,2"), ASSAY_OK);
    CHECK_EQ(expand(&e, "b", "n=3"), ASSAY_OK);
    CHECK_EQ(e.benchmarks.count, 3);
    CHECK_STR(e.benchmarks.items[2].id, "suite/b:n=3");
    release(&e);
}

TEST(what_is_no_key_with_values_is_refused)
{
    static const char *const sweeps[] = {
        "n", "n=", "=1", "=", "n=1,", "n=,1", "n=1,,2", "n=1 m", "n=1 m=", "n=a=b", "n=1\tm=2",
    };
    for (size_t i = 0; i < sizeof sweeps / sizeof *sweeps; i++)
        check_sweep_refused(sweeps[i], ASSAY_ERR_PARSE, "sweep of 'name'");
}

TEST(characters_that_a_shell_or_a_glob_interprets_are_refused)
{
    for (const char *c = "*?[]{}~$&|;<>()'\"\\!#%^@:/`\n\r\x01\x7f\xc3"; *c != '\0'; c++) {
        char sweep[16], name[16];
        struct expansion e = {0};
        snprintf(sweep, sizeof sweep, "n=a%c", *c);
        check_sweep_refused(sweep, ASSAY_ERR_PARSE, "sweep of 'name'");
        snprintf(sweep, sizeof sweep, "n%c=a", *c);
        check_sweep_refused(sweep, ASSAY_ERR_PARSE, "sweep of 'name'");
        snprintf(name, sizeof name, "a%c", *c);
        CHECK_EQ(expand(&e, name, ""), ASSAY_ERR_PARSE);
        CHECK_CONTAINS(e.error.text, "names are made of letters");
        release(&e);
    }
}

TEST(an_empty_name_is_refused)
{
    struct expansion e = {0};
    CHECK_EQ(expand(&e, "", "n=1"), ASSAY_ERR_PARSE);
    CHECK_EQ(e.benchmarks.count, 0);
    release(&e);
}

TEST(a_key_given_twice_is_refused)
{
    check_sweep_refused("n=1 m=2 n=3", ASSAY_ERR_PARSE, "'n=3' is no 'key=value,value' with a key");
    struct expansion e = {0};
    CHECK_EQ(expand(&e, "s", "n=1 nn=2 N=3"), ASSAY_OK); /* alike is not the same */
    release(&e);
}

TEST(eight_keys_are_allowed_and_nine_are_not)
{
    struct expansion e = {0};
    CHECK_EQ(expand(&e, "s", "a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1"), ASSAY_OK);
    CHECK_STR(e.benchmarks.items[0].params, "a=1,b=1,c=1,d=1,e=1,f=1,g=1,h=1");
    release(&e);
    check_sweep_refused("a=1 b=1 c=1 d=1 e=1 f=1 g=1 h=1 i=1", ASSAY_ERR_LIMIT,
                        "more than 8 parameters");
}

TEST(ten_thousand_combinations_are_allowed_and_more_are_not)
{
    struct expansion e = {0};
    const char *ten = "0,1,2,3,4,5,6,7,8,9";
    char sweep[200];
    snprintf(sweep, sizeof sweep, "a=%s b=%s c=%s d=%s", ten, ten, ten, ten);
    CHECK_EQ(expand(&e, "s", sweep), ASSAY_OK);
    CHECK_EQ(e.benchmarks.count, 10000);
    CHECK_STR(e.benchmarks.items[1234].params, "a=1,b=2,c=3,d=4");
    release(&e);
    snprintf(sweep, sizeof sweep, "a=%s b=%s c=%s d=%s e=1,2", ten, ten, ten, ten);
    check_sweep_refused(sweep, ASSAY_ERR_LIMIT, "more than 10000 combinations");
}

/* 8 keys of 1000 values are 10^24 combinations, more than 64 bits count; none may be made. */
TEST(millions_of_combinations_are_refused_before_any_is_made)
{
    BUF_AUTO sweep;
    struct expansion e = {0};
    buf_init(&sweep, 100000);
    for (int key = 'a'; key <= 'h'; key++) {
        buf_printf(&sweep, " %c=0", key);
        for (int i = 1; i < 1000; i++)
            buf_printf(&sweep, ",%d", i);
    }
    CHECK_EQ(expand(&e, "s", sweep.text), ASSAY_ERR_LIMIT);
    CHECK_CONTAINS(e.error.text, "more than 10000 combinations");
    CHECK(e.benchmarks.capacity == 0 && e.arena.newest == NULL);
    release(&e);
}

TEST(an_id_of_512_bytes_is_allowed_and_of_513_is_not)
{
    char sweep[600] = "k=";
    struct expansion e = {0};
    memset(sweep + 2, 'v', 512 - strlen("suite/name:k="));
    CHECK_EQ(expand(&e, "name", sweep), ASSAY_OK);
    CHECK_EQ(strlen(e.benchmarks.items[0].id), 512);
    release(&e);
    sweep[strlen(sweep)] = 'v';
    check_sweep_refused(sweep, ASSAY_ERR_LIMIT, "longer than 512 bytes");
}

TEST(a_late_combination_that_is_too_long_leaves_none_behind)
{
    char sweep[600] = "k=short,";
    memset(sweep + 8, 'v', 550);
    check_sweep_refused(sweep, ASSAY_ERR_LIMIT, "longer than 512 bytes");
}

TEST(outcomes_have_names_and_are_read_back)
{
    CHECK_STR(outcome_name(OUTCOME_OK), "ok");
    CHECK_STR(outcome_name(OUTCOME_FAILED), "failed");
    CHECK_STR(outcome_name(OUTCOME_SKIPPED), "skipped");
    for (int i = OUTCOME_OK; i <= OUTCOME_SKIPPED; i++)
        CHECK_EQ(outcome_parse(outcome_name((enum outcome)i)), i);
    CHECK_EQ(outcome_parse("nonsense"), OUTCOME_FAILED); /* never taken for a success */
    CHECK_EQ(outcome_parse(""), OUTCOME_FAILED);
}

TEST(the_tables_of_words_are_complete)
{
    CHECK_STR(target_status_name(TARGET_NONE), "none");
    CHECK_STR(target_status_name(TARGET_MET), "met");
    CHECK_STR(target_status_name(TARGET_MISSED), "missed");
    CHECK_STR(target_status_name(TARGET_UNDECIDED), "undecided");
    for (size_t i = 0; i < METRIC_COUNT; i++)
        CHECK(strlen(METRICS[i].name) > 0 && strlen(METRICS[i].unit) > 0);
    CHECK_STR(METRICS[METRIC_TIME].name, "time_ns");
    CHECK_EQ(METRICS[METRIC_TIME].direction, LOWER_IS_BETTER);
    CHECK_EQ(METRICS[METRIC_BYTES].direction, HIGHER_IS_BETTER);
    for (size_t i = 1; i < PERCENTILE_COUNT; i++)
        CHECK(PERCENTILE_RANKS[i - 1] < PERCENTILE_RANKS[i]);
}

TEST(a_pattern_without_a_colon_means_all_parameters_and_a_name_only_itself)
{
    CHECK(benchmark_is_meant("s/*_large", "s/graph_large:beam=16,k=10"));
    CHECK(benchmark_is_meant("s/graph_?arge", "s/graph_large:beam=16"));
    CHECK(benchmark_is_meant("s/*16", "s/graph_large:beam=16"));
    CHECK(benchmark_is_meant("s/a:*=1", "s/a:n=1"));
    CHECK(benchmark_is_meant("s/a", "s/a"));
    CHECK(!benchmark_is_meant("s/a", "s/a:n=1"));
    CHECK(!benchmark_is_meant("s/*_large", "s/graph_larger:beam=16"));
    CHECK(!benchmark_is_meant("s/*a:", "s/a:n=1"));
    CHECK(!benchmark_is_meant("s/a:n=?", "s/a:n=16"));
}

TEST(a_released_run_can_be_released_again)
{
    struct run run = {0};
    struct result *result = vec_add(&run.results);
    CHECK(result != NULL);
    *result = (struct result){.reason = arena_copy(&run.arena, "text")};
    CHECK(vec_add(&result->samples) != NULL);
    CHECK(vec_add(&run.targets) != NULL && vec_add(&run.claims) != NULL);
    run_release(&run);
    CHECK(run.results.items == NULL && run.arena.newest == NULL);
    run_release(&run);
}

/* ---- machines ---- */

TEST(another_compiler_is_the_same_machine_and_another_kernel_is_not)
{
    struct arena arena = {0};
    struct environment here = {.cpu = "A CPU", .cores = 4, .kernel = "Linux 6.1"};
    struct environment there = here;
    here.compiler = "12.2.0";
    there.compiler = "14.0.6, 12.2.0";
    here.fingerprint = environment_fingerprint(&here, &arena);
    there.fingerprint = environment_fingerprint(&there, &arena);
    CHECK_STR(here.fingerprint, "A CPU|4|Linux 6.1|12.2.0");
    CHECK(environment_same_machine(&here, &there));
    there.kernel = "Linux 6.2";
    CHECK(!environment_same_machine(&here, &there));
    there = here;
    there.fingerprint = "A CPU|5|Linux 6.1|12.2.0";
    CHECK(!environment_same_machine(&here, &there));
    there.fingerprint = "";
    CHECK(!environment_same_machine(&here, &there));
    arena_release(&arena);
}

TEST_MAIN
