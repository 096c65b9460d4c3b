/* What terminals get: words in colour, names in lines, histograms, and what leads a run's text. */
#include "report/terminal/digest.h"
#include "report/terminal/histogram.h"
#include "report/text.h"
#include "sample_run.h"

static const struct paper UNICODE = {80, true, false};

static size_t widest(const char *text)
{
    size_t longest = 0, length = 0;
    for (; *text != '\0'; text++) {
        length = *text == '\n' ? 0 : length + (((unsigned char)*text & 0xC0) != 0x80);
        longest = length > longest ? length : longest;
    }
    return longest;
}

TEST(a_word_is_padded_by_characters_and_not_by_bytes_or_colours)
{
    const struct paper colours = {80, true, true};
    BUF_AUTO out;
    buf_init(&out, 1024);
    paper_word(&PAPER_PLAIN, INK_BAD, "\xC3\xA9", 3, &out);
    paper_word(&colours, INK_BAD, "ab", -3, &out);
    CHECK_STR(out.text, "\xC3\xA9   \033[31mab\033[0m");
}

TEST(a_long_name_breaks_behind_its_separators)
{
    BUF_AUTO out;
    buf_init(&out, 1024);
    paper_name("suite/name:first=1,second=2", 2, 21, &out);
    CHECK_STR(out.text, "suite/name:first=1,\n  second=2");
    buf_clear(&out);
    paper_name("abcdefghij", 2, 6, &out); /* no separator: anywhere */
    CHECK_STR(out.text, "abcd\n  efgh\n  ij");
}

/* Ten samples of 100 ns, four of 110 ns, in two launches; one far away. */
static struct result timed(struct run *run)
{
    struct result *result = sample_result(run, "s/a", "a", "");
    for (int i = 0; i < 15; i++) {
        struct sample *sample = vec_add(&result->samples);
        CHECK(sample != NULL);
        double ns = i == 14 ? 900 : i % 7 < 5 ? 100 : 110;
        *sample = (struct sample){10, 10 * ns, i < 7 ? 0 : 1};
    }
    struct measurement *time = result_add_measurement(result, &METRICS[METRIC_TIME]);
    CHECK(time != NULL);
    time->summary.median = 105;
    time->summary.interval = (struct interval){102, 108, 0.95};
    return *result;
}

TEST(a_histogram_shows_counts_interval_launches_and_what_lies_beyond)
{
    struct run run = {0};
    struct result result = timed(&run);
    BUF_AUTO out;
    buf_init(&out, 1 << 16);
    report_histogram(&result, &PAPER_PLAIN, &out);
    CHECK_CONTAINS(out.text, "\ntime per iteration, all samples\n            #\n");
    CHECK_CONTAINS(out.text, "  interval   |+-|\n"); /* 23 columns */
    CHECK_CONTAINS(out.text, "100.0 ns       140.0 ns\n");
    CHECK_CONTAINS(out.text, "  launch 1  #");
    CHECK_CONTAINS(out.text, "  launch 2  #");
    CHECK_CONTAINS(out.text, "  1 sample to the right, up to 900.0 ns\n");
    for (const char *at = out.text; *at != '\0'; at++)
        CHECK((unsigned char)*at < 0x80);
    buf_clear(&out);
    report_histogram(&result, &UNICODE, &out);
    CHECK_CONTAINS(out.text, "\xE2\x96\x88"); /* a full block */
    CHECK_CONTAINS(out.text, "\xE2\x94\x9C"); /* the interval */
    run_release(&run);
}

TEST(a_histogram_of_equal_useless_or_few_samples_is_sound)
{
    struct run run = {0};
    struct result *result = sample_result(&run, "s/a", "a", "");
    BUF_AUTO out;
    buf_init(&out, 1 << 16);
    report_histogram(result, &PAPER_PLAIN, &out);
    CHECK_STR(out.text, "");
    for (int i = 0; i < 500; i++) {
        struct sample *sample = vec_add(&result->samples);
        CHECK(sample != NULL);
        *sample = (struct sample){i % 5 ? 1 : 0, i % 5 == 1 ? nan("") : 7, (uint32_t)i / 10};
    }
    report_histogram(result, &PAPER_PLAIN, &out);
    CHECK(widest(out.text) <= 80);
    CHECK_CONTAINS(out.text, "  and 42 launches more\n");
    run_release(&run);
}

static const char *text_of(const struct run *run, const struct moved *moved,
                           const struct paper *paper)
{
    static struct buf out;
    buf_release(&out);
    buf_init(&out, 1 << 20);
    report_text(run, moved, paper, &out);
    CHECK(out.status == ASSAY_OK);
    return out.text;
}

TEST(what_matters_leads_and_the_largest_change_leads_it)
{
    struct run run = sample_run("x");
    run.targets.items[0].status = TARGET_MISSED;
    struct comparison items[] = {
        {.benchmark = "s/same", .verdict = VERDICT_SAME, .ratio = 1},
        {.benchmark = "s/fast",
         .verdict = VERDICT_FASTER,
         .ratio = 0.25,
         .interval = {.2, .3, .95}},
        {.benchmark = "s/a", .verdict = VERDICT_SLOWER, .ratio = 1.2, .interval = {1.1, 1.3, .95}},
        {.benchmark = "s/b", .verdict = VERDICT_SLOWER, .ratio = 1.5, .interval = {1.4, 1.6, .95}},
    };
    const comparison_vec rows = {items, 4, 0};
    const struct moved moved = {"before", &rows};
    const char *text = text_of(&run, &moved, &PAPER_PLAIN);
    CHECK(strncmp(text, "failed suite/broken: ended by", strlen("failed suite/broken: ended by")) ==
          0);
    const char *parts[] = {"failed suite/broken",
                           "targets that are missed:\n  missed    suite/work",
                           "moved since run before",
                           "  slower      +50.0 %    +40.0..+60.0  s/b\n",
                           "  slower      +20.0 %    +10.0..+30.0  s/a\n",
                           "  faster      -75.0 %    -80.0..-70.0  s/fast\n",
                           "\n\nbenchmark "};
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        CHECK_CONTAINS(text, parts[i]);
        text = strstr(text, parts[i]) + 1;
    }
    CHECK(strstr(text, "s/same") == NULL);
    CHECK(strstr(text, "\nfailed") == NULL); /* and is not told again */
    CHECK(strstr(text, "  missed ") == NULL);
    run_release(&run);
}

TEST(a_run_without_news_starts_with_its_table)
{
    struct run run = {0};
    timed(&run);
    const comparison_vec none = {0};
    const struct moved moved = {"before", &none};
    CHECK(strncmp(text_of(&run, &moved, &PAPER_PLAIN), "benchmark ", 10) == 0);
    run_release(&run);
}

TEST(long_names_keep_inside_the_paper_and_use_a_wide_one)
{
    static const char LONG[] = "suite/a_name_of_many_words:alpha=one,beta=two,gamma=three,"
                               "delta=four,epsilon=five,zeta=six";
    const struct paper wide = {200, true, false};
    struct run run = sample_run("x");
    run.results.items[0].benchmark.params = strchr(LONG, ':') + 1;
    run.results.items[1].benchmark.id = LONG;
    struct comparison item = {
        .benchmark = LONG, .verdict = VERDICT_SLOWER, .ratio = 1.5, .interval = {1.4, 1.6, .95}};
    const comparison_vec rows = {&item, 1, 0};
    const struct moved moved = {"before", &rows};
    CHECK(widest(text_of(&run, &moved, &UNICODE)) <= 80);
    CHECK(strstr(text_of(&run, &moved, &wide), LONG) != NULL);
    CHECK(strstr(text_of(&run, &moved, &PAPER_PLAIN), LONG) != NULL); /* whole, for grep */
    run_release(&run);
}

TEST(colours_are_on_words_alone_and_change_nothing_else)
{
    struct run run = sample_run("x");
    const struct paper colours = {80, true, true};
    char plain[1 << 14];
    snprintf(plain, sizeof plain, "%s", text_of(&run, NULL, &UNICODE));
    char stripped[1 << 14], *end = stripped;
    const char *coloured = text_of(&run, NULL, &colours);
    CHECK_CONTAINS(coloured, "\033[31mfailed\033[0m suite/broken");
    for (const char *at = coloured; *at != '\0'; at++) {
        if (*at == '\033')
            at += strcspn(at, "m");
        else
            *end++ = *at;
    }
    *end = '\0';
    CHECK_STR(stripped, plain);
    run_release(&run);
}

TEST_MAIN
