/* Options: how words become fields, and what is said of those that cannot.  Progress: silence. */
#include <stdint.h>
#include <unistd.h>

#include "cli/options.h"
#include "cli/progress.h"
#include "harness.h"

struct fields {
    bool flag;
    const char *text;
    unsigned count;
    double seconds, bytes, share;
    uint64_t wide;
};

#define FIELD(name) offsetof(struct fields, name)
static const struct option_row ROWS[] = {
    {"flag", 0, NULL, "a flag", OPTION_FLAG, FIELD(flag)},
    {"verbose", 'v', NULL, "a flag with a letter", OPTION_FLAG, FIELD(flag)},
    {"text", 'x', "TEXT", "a text", OPTION_TEXT, FIELD(text)},
    {"count", 'n', "N", "a count", OPTION_COUNT, FIELD(count)},
    {"time", 't', "TIME", "a duration", OPTION_SECONDS, FIELD(seconds)},
    {"memory", 'm', "SIZE", "an amount", OPTION_BYTES, FIELD(bytes)},
    {"share", 0, "PERCENT", "a share", OPTION_PERCENT, FIELD(share)},
    {"seed", 0, "N",
     "a long explanation that does not fit into one line of eighty columns, so that it has to be "
     "wrapped at least once",
     OPTION_COUNT64, FIELD(wide)},
    OPTION_END,
};

enum { WORDS_MAX = 16 };

struct outcome_of {
    struct fields fields;
    assay_status status;
    int first, count;
    char *words[WORDS_MAX];
    char line[512];
    struct buf error;
};

/* Parses a line whose words are separated by blanks; "~" stands for an empty word. */
static struct outcome_of *parse(const char *line)
{
    static struct outcome_of got;
    char *rest = got.line, *word;
    buf_release(&got.error);
    got = (struct outcome_of){.first = -1};
    buf_init(&got.error, 4096);
    snprintf(got.line, sizeof got.line, "assay %s", line);
    rest = got.line;
    while ((word = strsep(&rest, " ")) != NULL && got.count < WORDS_MAX - 1)
        if (*word != '\0')
            got.words[got.count++] = strcmp(word, "~") == 0 ? word + 1 : word;
    got.status = options_parse(ROWS, got.count, got.words, &got.fields, &got.first, &got.error);
    return &got;
}

static void check_operands(const struct outcome_of *got, const char *want)
{
    BUF_AUTO operands;
    buf_init(&operands, 1000);
    CHECK(got->status == ASSAY_OK);
    for (int i = got->first; i < got->count; i++)
        buf_printf(&operands, "%s|", got->words[i]);
    CHECK_STR(operands.text, want);
}

static void check_refused(const char *line, const char *part)
{
    const struct outcome_of *got = parse(line);
    CHECK_EQ(got->status, ASSAY_ERR_ARGUMENT);
    CHECK_EQ(got->first, -1);
    CHECK_CONTAINS(got->error.text, part);
}

TEST(options_and_operands_may_be_mixed)
{
    const struct outcome_of *got = parse("one --flag two -n 3 three --text=a=b four");
    check_operands(got, "one|two|three|four|");
    CHECK(got->fields.flag && got->fields.count == 3);
    CHECK_STR(got->fields.text, "a=b");
}

TEST(a_double_dash_ends_the_options)
{
    const struct outcome_of *got = parse("one -n 2 -- --flag -n --");
    check_operands(got, "one|--flag|-n|--|");
    CHECK(!got->fields.flag && got->fields.count == 2);
}

TEST(no_words_are_no_operands)
{
    check_operands(parse(""), "");
    check_operands(parse("--"), "");
    check_operands(parse("-"), "-|"); /* a word by tradition, not an option */
}

TEST(a_value_follows_or_is_joined)
{
    CHECK_EQ(parse("--count 7")->fields.count, 7);
    CHECK_EQ(parse("--count=7")->fields.count, 7);
    CHECK_EQ(parse("-n 7")->fields.count, 7);
    CHECK_EQ(parse("-n7")->fields.count, 7);
    CHECK_STR(parse("--text=")->fields.text, "");
    CHECK_STR(parse("--text ~")->fields.text, "");
    CHECK_STR(parse("-x --flag")->fields.text, "--flag");
    CHECK_EQ(parse("-n 1 -n 2")->fields.count, 2); /* the last one counts */
}

TEST(quantities_have_units)
{
    CHECK_NEAR(parse("-t 50ms")->fields.seconds, 0.05, 1e-12);
    CHECK_NEAR(parse("--time=1.5s")->fields.seconds, 1.5, 1e-12);
    CHECK_EQ(parse("-m 512MiB")->fields.bytes, 512.0 * 1024 * 1024);
    CHECK_EQ(parse("-m 100")->fields.bytes, 100);
    CHECK_NEAR(parse("--share 5")->fields.share, 0.05, 1e-12);
    CHECK_NEAR(parse("--share 0.5%")->fields.share, 0.005, 1e-12);
}

TEST(large_counts_are_exact)
{
    CHECK(parse("--seed 9223372036854775807")->fields.wide == INT64_MAX);
    CHECK_EQ(parse("--seed 010")->fields.wide, 10); /* not octal */
    CHECK_EQ(parse("-n 1000000000")->fields.count, 1000000000);
}

TEST(an_unknown_option_is_answered_with_the_nearest_one)
{
    check_refused("--cont 3", "unknown option '--cont' (did you mean '--count'?)");
    check_refused("--tme=5ms", "unknown option '--tme=5ms' (did you mean '--time'?)");
    check_refused("--something", "unknown option '--something'; see --help");
    check_refused("-z", "unknown option '-z'; see --help");
    check_refused("-vn3", "unknown option '-vn3'"); /* letters are not bundled */
}

TEST(a_bad_value_is_named_with_what_is_wanted)
{
    static const char *const BAD_COUNTS[] = {"0", "-1", "1000000001", "3x",
                                             "x", "~",  "1.5",        "99999999999999999999"};
    char line[64];
    for (size_t i = 0; i < sizeof BAD_COUNTS / sizeof *BAD_COUNTS; i++) {
        snprintf(line, sizeof line, "--count %s", BAD_COUNTS[i]);
        check_refused(line, "option '--count' wants a whole number from 1 to 1000000000, not '");
        snprintf(line, sizeof line, "--seed %s", BAD_COUNTS[i]);
        if (i != 2)
            check_refused(line, "option '--seed' wants a whole number from 1 to 92233");
    }
    check_refused("--seed 9223372036854775808", "wants a whole number");
    check_refused("-t 50", "option '--time' wants a duration such as 50 ms, not '50'");
    check_refused("-t 0ms", "option '--time' wants");
    check_refused("-t -5ms", "option '--time' wants");
    check_refused("-t nan", "option '--time' wants");
    check_refused("-m 5ms", "option '--memory' wants an amount of memory such as 2 GiB");
    check_refused("--share 0", "option '--share' wants a percentage");
    check_refused("--share 100", "option '--share' wants a percentage");
    check_refused("--share %", "option '--share' wants a percentage");
}

TEST(a_missing_value_is_told_with_the_form_of_the_option)
{
    check_refused("--count", "option '--count' wants a value: --count N");
    check_refused("one -n", "option '--count' wants a value: --count N");
    check_refused("--flag=1", "option '--flag' takes no value");
}

TEST(help_fits_80_columns_and_names_every_option)
{
    BUF_AUTO out;
    size_t length = 0;
    buf_init(&out, 10000);
    options_help(ROWS, &out);
    for (const char *p = out.text; *p != '\0'; p++) {
        length = *p == '\n' ? 0 : length + 1;
        CHECK(length <= 80);
        CHECK(*p != '\n' || p[-1] != ' ');
    }
    for (const struct option_row *row = ROWS; row->name != NULL; row++)
        CHECK_CONTAINS(out.text, row->name);
    CHECK_CONTAINS(out.text, "  -t, --time TIME");
    CHECK_CONTAINS(out.text, "      --seed N");
}

static char stderr_path[128];

static void stderr_to_file(void)
{
    snprintf(stderr_path, sizeof stderr_path, "%s/stderr", test_folder());
    CHECK(freopen(stderr_path, "w", stderr) != NULL);
}

static const char *written(void)
{
    static char text[1000];
    fflush(stderr);
    FILE *file = fopen(stderr_path, "r");
    CHECK(file != NULL);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    fclose(file);
    return text;
}

static void step(struct progress *progress, size_t index, double elapsed_seconds)
{
    struct benchmark benchmark = {.id = "s/a"};
    progress_step(progress, &(struct session_step){.index = index,
                                                   .count = 100,
                                                   .elapsed_seconds = elapsed_seconds,
                                                   .benchmark = &benchmark});
}

TEST(progress_is_silent_where_nobody_watches)
{
    struct progress progress;
    stderr_to_file();
    progress_init(&progress);
    CHECK(progress.columns == 0);
    for (size_t i = 0; i < 99; i++) /* 9.9 seconds */
        step(&progress, i, 0.1 * (double)i);
    progress_end(&progress);
    CHECK_STR(written(), "");
}

TEST(progress_in_a_log_is_a_line_every_ten_seconds)
{
    struct progress progress;
    stderr_to_file();
    progress_init(&progress);
    for (size_t i = 0; i < 100; i++) /* 25 seconds */
        step(&progress, i, 0.25 * (double)i);
    progress_end(&progress);
    CHECK_STR(written(), "[41/100] s/a, 15 s left\n[81/100] s/a, 5 s left\n");
}

TEST(progress_on_a_terminal_is_one_line_that_is_wiped)
{
    struct progress progress = {.columns = 80};
    stderr_to_file();
    step(&progress, 0, 0.5);
    step(&progress, 1, 1.5);
    progress_end(&progress);
    CHECK_STR(written(), "\r\033[K[2/100] s/a, 148 s left\r\033[K");
}

TEST_MAIN
