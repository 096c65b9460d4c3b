/* The HTML report: well-formed whatever the run holds, harmless whatever its texts hold, and
 * complete: what failed, what is missing and what was judged can be read. */
#include <stdint.h>

#include "harness.h"
#include "report/html/escape.h"
#include "report/html/html.h"
#include "report/html/html_parts.h"
#include "report/html/svg.h"
#include "sample_run.h"

/* Runs built by hand. */

#define RUN_AUTO __attribute__((cleanup(run_release))) struct run

static struct result *add_result(struct run *run, const char *suite, const char *name,
                                 const char *params)
{
    struct result *result = vec_add(&run->results);
    CHECK(result != NULL);
    *result = (struct result){.reason = "", .warning = ""};
    result->benchmark = (struct benchmark){
        .id = arena_printf(&run->arena, "%s/%s%s%s", suite, name, *params ? ":" : "", params),
        .suite = suite,
        .name = name,
        .params = params,
        .description = "what it does",
        .tags = "",
        .module = "suite_bench.so"};
    return result;
}

/* `launches` times `each` samples around `ns`, and a summary made up to go with them. */
static void add_time(struct result *result, double ns, uint32_t launches, size_t each)
{
    for (uint32_t launch = 0; launch < launches; launch++)
        for (size_t i = 0; i < each; i++) {
            struct sample *sample = vec_add(&result->samples);
            CHECK(sample != NULL);
            *sample = (struct sample){100, 100 * ns * (1 + 0.001 * (double)(i % 17)), launch};
        }
    struct summary summary = {.sample_count = launches * each,
                              .launch_count = launches,
                              .median = ns,
                              .interval = {ns * 0.99, ns * 1.01, 0.95},
                              .mean = ns,
                              .sd = 1,
                              .mad = 1,
                              .min = ns,
                              .max = ns * 1.016};
    for (int i = 0; i < PERCENTILE_COUNT; i++)
        summary.percentiles[i] = (struct percentile){
            PERCENTILE_RANKS[i], 777.7 + i, {ns, ns * 1.1, 0.95}, PERCENTILE_RANKS[i] < 99};
    struct measurement *measurement = result_add_measurement(result, &METRICS[METRIC_TIME]);
    CHECK(measurement != NULL);
    measurement->summary = summary;
}

static void describe(struct run *run)
{
    run->id = "20261121-075512-3fa9";
    run->started_at = "2026-11-21T07:55:12Z";
    run->commit = "9c1e0f6";
    run->branch = "main";
    run->tag = "";
    run->label = "";
    run->duration_seconds = 412;
    run->plan = (struct plan){.profile = "standard",
                              .launches = 8,
                              .warmup_seconds = 1,
                              .measure_seconds = 3,
                              .slot_seconds = 0.0003,
                              .limit_seconds = 120,
                              .limit_rss_bytes = 2147483648.0,
                              .seed = 42};
    run->environment = (struct environment){.hostname = "box",
                                            .cpu = "A CPU",
                                            .kernel = "Linux 6.1",
                                            .os = "Debian",
                                            .compiler = "gcc 12",
                                            .governor = "",
                                            .cores = 4,
                                            .memory_bytes = 1e9,
                                            .clock_ns = 20,
                                            .load_1min = 0.5,
                                            .steal_ratio = -1};
}

/* One of everything: a sweep, a failure, a skip, a warning, a plain benchmark. */
static void fill(struct run *run)
{
    describe(run);
    add_time(add_result(run, "vector", "dot", "dim=128,engine=avx2"), 100, 8, 30);
    add_time(add_result(run, "vector", "dot", "dim=128,engine=scalar"), 250, 8, 30);
    struct result *failed = add_result(run, "vector", "search", "");
    failed->outcome = OUTCOME_FAILED;
    failed->reason = "oracle: recall 0.61, want 0.95";
    struct result *skipped = add_result(run, "codec", "brotli", "");
    skipped->outcome = OUTCOME_SKIPPED;
    skipped->reason = "libbrotli is not installed";
    struct result *warned = add_result(run, "codec", "crc", "");
    add_time(warned, 40, 1, 20);
    warned->warning = "one launch only";
}

static void add_target(struct run *run, const struct target *target)
{
    struct target *place = vec_add(&run->targets);
    CHECK(place != NULL);
    *place = *target;
}

/* The page of a run; the text lives until the next call. */
static const char *page(const struct run *run)
{
    static struct buf out;
    if (out.text != NULL)
        buf_release(&out);
    buf_init(&out, BUF_LENGTH_MAX);
    CHECK(report_html(run, &out) == ASSAY_OK);
    return out.text;
}

static void check_absent(const char *text, const char *part)
{
    if (strstr(text, part) != NULL)
        test_fail(__FILE__, __LINE__, "\"%s\" is there and should not be", part);
}

/* A small XML reader: every tag closed in order, every attribute quoted, every & an entity. */

enum { DEPTH_MAX = 32, TAG_MAX = 24 };
struct reader {
    const char *at;
    char stack[DEPTH_MAX][TAG_MAX];
    int depth;
};

static void malformed(const struct reader *reader, const char *what)
{
    test_fail(__FILE__, __LINE__, "%s at: %.60s", what, reader->at);
}

static void read_entity(struct reader *reader)
{
    static const char *const ENTITIES[] = {"&amp;", "&lt;", "&gt;", "&quot;",
                                           "&#39;", "&#9;", "&#10;"};
    for (size_t i = 0; i < sizeof ENTITIES / sizeof ENTITIES[0]; i++)
        if (strncmp(reader->at, ENTITIES[i], strlen(ENTITIES[i])) == 0) {
            reader->at += strlen(ENTITIES[i]);
            return;
        }
    malformed(reader, "not an entity");
}

static void read_name(struct reader *reader, char name[TAG_MAX])
{
    size_t length =
        strspn(reader->at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789");
    if (length == 0 || length >= TAG_MAX)
        malformed(reader, "not a name");
    memcpy(name, reader->at, length);
    name[length] = '\0';
    reader->at += length;
}

static void read_attributes(struct reader *reader)
{
    char name[TAG_MAX];
    while (*reader->at == ' ') {
        reader->at++;
        read_name(reader, name);
        if (strncmp(reader->at, "=\"", 2) != 0)
            malformed(reader, "attribute without a quoted value");
        reader->at += 2;
        while (*reader->at != '"') {
            if (*reader->at == '<' || *reader->at == '\0')
                malformed(reader, "value without an end");
            if (*reader->at == '&')
                read_entity(reader);
            else
                reader->at++;
        }
        reader->at++;
    }
}

static void read_closing_tag(struct reader *reader)
{
    char name[TAG_MAX];
    reader->at += 2;
    read_name(reader, name);
    if (reader->depth == 0 || strcmp(reader->stack[reader->depth - 1], name) != 0)
        malformed(reader, "closes what is not open");
    reader->depth--;
    if (*reader->at++ != '>')
        malformed(reader, "closing tag without an end");
}

static void read_tag(struct reader *reader)
{
    reader->at++;
    if (reader->depth == DEPTH_MAX)
        malformed(reader, "too deep");
    read_name(reader, reader->stack[reader->depth]);
    read_attributes(reader);
    if (strncmp(reader->at, "/>", 2) == 0)
        reader->at += 2;
    else if (*reader->at == '>') {
        reader->at++;
        reader->depth++;
    } else
        malformed(reader, "tag without an end");
}

static void check_well_formed(const char *text)
{
    static const char DOCTYPE[] = "<!DOCTYPE html>\n";
    CHECK(strncmp(text, DOCTYPE, strlen(DOCTYPE)) == 0);
    struct reader reader = {.at = text + strlen(DOCTYPE)};
    while (*reader.at != '\0') {
        if ((unsigned char)*reader.at < ' ' && *reader.at != '\n' && *reader.at != '\t')
            malformed(&reader, "control character");
        if (strncmp(reader.at, "</", 2) == 0)
            read_closing_tag(&reader);
        else if (*reader.at == '<')
            read_tag(&reader);
        else if (*reader.at == '&')
            read_entity(&reader);
        else
            reader.at++;
    }
    CHECK_EQ(reader.depth, 0);
}

/* Every path is drawn with plain numbers of at most four digits before the point. */
static void check_paths(const char *text)
{
    for (const char *d = strstr(text, " d=\""); d != NULL; d = strstr(d, " d=\"")) {
        d += 4;
        CHECK(d[strspn(d, "MVHhlvz 0123456789.-")] == '"');
        for (; *d != '"'; d++)
            CHECK(strspn(d, "0123456789") <= 4);
    }
}

/* Escaping. */

TEST(text_escapes_all_that_html_gives_a_meaning)
{
    struct buf out;
    buf_init(&out, 1000);
    html_text(&out, "a<b>&\"'\tc\nd");
    CHECK_STR(out.text, "a&lt;b&gt;&amp;&quot;&#39;\tc\nd");
    buf_clear(&out);
    html_attr(&out, "a<b>&\"'\tc\nd");
    CHECK_STR(out.text, "a&lt;b&gt;&amp;&quot;&#39;&#9;c&#10;d");
    buf_clear(&out);
    html_text(&out, NULL);
    CHECK_STR(out.text, "");
    buf_release(&out);
}

TEST(control_characters_and_reordering_marks_become_replacement_characters)
{
    struct buf out;
    buf_init(&out, 1000);
    html_text(&out, "a\x01"
                    "b\x7f"
                    "c\r"
                    "d\xC2\x85"
                    "e");
    CHECK_STR(out.text, "a\uFFFD"
                        "b\uFFFD"
                        "c\uFFFD"
                        "d\uFFFD"
                        "e");
    buf_clear(&out);
    html_text(&out, "\u202A\u202E|\u2066\u2069|\u2029\u2030|\u2065\u206A");
    CHECK_STR(out.text, "\uFFFD\uFFFD|\uFFFD\uFFFD|\u2029\u2030|\u2065\u206A");
    buf_release(&out);
}

TEST(bytes_that_are_not_utf8_become_replacement_characters)
{
    struct buf out;
    buf_init(&out, 1000);
    html_text(&out, "a\xFF"
                    "b\xC3");
    CHECK_STR(out.text, "a\uFFFD"
                        "b\uFFFD");
    buf_clear(&out);
    html_text(&out, "\xEF\xBF\xBF \xEF\xBF\xBD \u00fc \U0001F600");
    CHECK_STR(out.text, "\uFFFD \uFFFD \u00fc \U0001F600");
    buf_release(&out);
}

TEST(a_short_text_is_cut_between_characters)
{
    struct buf out;
    buf_init(&out, 1000);
    html_text_short(&out, "abcd", 4);
    CHECK_STR(out.text, "abcd");
    buf_clear(&out);
    html_text_short(&out, "ab\u00fcd", 3);
    CHECK_STR(out.text, "ab\u2026");
    buf_clear(&out);
    html_text_short(&out, "<b>x", 2);
    CHECK_STR(out.text, "&lt;b\u2026");
    buf_release(&out);
}

/* Numbers and scales. */

TEST(numbers_have_a_point_and_no_trailing_zeros)
{
    struct buf out;
    buf_init(&out, 1000);
    svg_number(&out, 1234.5678, 2);
    buf_putc(&out, ' ');
    svg_number(&out, 0.1 + 0.2, 2);
    buf_putc(&out, ' ');
    svg_number(&out, -0.001, 2);
    buf_putc(&out, ' ');
    svg_number(&out, -7.25, 1);
    buf_putc(&out, ' ');
    svg_number(&out, (double)NAN, 2);
    buf_putc(&out, ' ');
    svg_decimal(&out, 2, 3);
    CHECK_STR(out.text, "1234.57 0.3 0 -7.3 0 2.000");
    buf_release(&out);
}

TEST(ticks_are_round_and_inside_the_scale)
{
    struct svg_ticks ticks = svg_ticks_of(&(struct svg_scale){0, 10, 0, 100, false}, 6);
    CHECK_EQ(ticks.count, 6);
    CHECK_EQ(ticks.values[1], 2);
    ticks = svg_ticks_of(&(struct svg_scale){0, 10, 0, 100, false}, 5);
    CHECK_EQ(ticks.count, 3);
    CHECK_EQ(ticks.values[2], 10);
    ticks = svg_ticks_of(&(struct svg_scale){1.231, 1.238, 0, 100, false}, 5);
    CHECK_EQ(ticks.count, 4); /* 1.232, 1.234, 1.236, 1.238 */
    CHECK_NEAR(ticks.values[0], 1.232, 1e-9);
    CHECK_EQ(ticks.decimals, 3);
}

TEST(ticks_of_a_logarithmic_scale_are_one_two_five_or_decades)
{
    struct svg_ticks ticks = svg_ticks_of(&(struct svg_scale){9, 60, 0, 100, true}, 6);
    CHECK_EQ(ticks.count, 3);
    CHECK_NEAR(ticks.values[0], 10, 1e-9);
    CHECK_NEAR(ticks.values[1], 20, 1e-9);
    CHECK_NEAR(ticks.values[2], 50, 1e-9);
    ticks = svg_ticks_of(&(struct svg_scale){1, 10000, 0, 100, true}, 6);
    CHECK_EQ(ticks.count, 5);
    CHECK_NEAR(ticks.values[4], 10000, 1e-9);
}

TEST(places_beyond_a_scale_are_held_at_its_ends)
{
    struct svg_scale scale = {10, 1000, 0, 200, true};
    CHECK_NEAR(svg_place(&scale, 100), 100, 1e-9);
    CHECK_EQ(svg_place(&scale, 1e9), 200);
    CHECK_EQ(svg_place(&scale, 0), 0);
    CHECK_EQ(svg_place(&scale, (double)NAN), 0);
    CHECK_EQ(svg_place(&scale, (double)INFINITY), 200);
}

/* The page. */

TEST(the_page_is_well_formed)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    const char *text = page(&run);
    check_well_formed(text);
    CHECK_CONTAINS(text, "<html lang=\"en\">");
    CHECK_CONTAINS(text, "<title>assay report 20261121-075512-3fa9</title>");
    CHECK_CONTAINS(text, "Skip to the results");
}

TEST(the_page_loads_and_runs_nothing)
{
    static const char *const LOADING[] = {"http://", "https://", "src=",    "url(", "@import",
                                          "<script", "<link",    "<object", "data:"};
    RUN_AUTO run = {.id = ""};
    fill(&run);
    const char *text = page(&run);
    for (size_t i = 0; i < sizeof LOADING / sizeof LOADING[0]; i++)
        check_absent(text, LOADING[i]);
    CHECK_CONTAINS(text, "<meta http-equiv=\"Content-Security-Policy\" "
                         "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>");
}

TEST(the_head_says_what_was_run_and_how)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    const char *text = page(&run);
    CHECK_CONTAINS(text, "<h1>Performance report</h1>");
    CHECK_CONTAINS(text, "took 6 min 52 s");
    CHECK_CONTAINS(text, "commit <code>9c1e0f6</code> on <code>main</code>");
    CHECK_CONTAINS(text, "standard: 8 launches (fresh processes) \u00d7 3 s for each benchmark, "
                         "after a warm-up of at most 1 s");
    CHECK_CONTAINS(text, "A CPU, 4 cores");
    CHECK_CONTAINS(text, "stolen during the run: not known; load before the run: 0.5;");
    CHECK_CONTAINS(text, "governor not known");
    run.plan.sample_count = 1;
    run.plan.iterations = 500;
    run.label = "before the change";
    text = page(&run);
    CHECK_CONTAINS(text, "<h1>before the change</h1>");
    CHECK_CONTAINS(text, "\u00d7 1 sample for each benchmark");
    CHECK_CONTAINS(text, "a sample is 500 iterations. A launch stops when its samples are taken");
}

TEST(each_benchmark_has_a_section_that_the_table_leads_to)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    const char *text = page(&run);
    for (size_t i = 0; i < run.results.count; i++) {
        char part[200];
        snprintf(part, sizeof part, "<section id=\"b%zu\" data-benchmark=\"%s\">", i + 1,
                 run.results.items[i].benchmark.id);
        CHECK_CONTAINS(text, part);
        snprintf(part, sizeof part, "<a href=\"#b%zu\">", i + 1);
        CHECK_CONTAINS(text, part);
    }
}

TEST(rows_of_one_benchmark_are_compared_with_the_fastest)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    const char *text = page(&run);
    CHECK_CONTAINS(text, "<b>fastest</b>");
    CHECK_CONTAINS(text, "data-label=\"vs fastest\">2.50\u00d7</td>");
    CHECK_CONTAINS(text, "<title>median 250.0 ns, interval 247.5 ns to 252.5 ns</title>");
}

TEST(rows_of_different_sizes_are_not_compared)
{
    RUN_AUTO run = {.id = ""};
    describe(&run);
    add_time(add_result(&run, "vector", "dot", "dim=128"), 100, 8, 30);
    add_time(add_result(&run, "vector", "dot", "dim=256"), 250, 8, 30);
    const char *text = page(&run);
    CHECK(strstr(text, "<b>fastest</b>") == NULL);
    CHECK(strstr(text, "data-label=\"vs fastest\">2.50") == NULL);
}

TEST(failed_and_skipped_benchmarks_are_counted_and_explained)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    const char *text = page(&run);
    CHECK_CONTAINS(text, "<b>3</b> ok");
    CHECK_CONTAINS(text, "<b>1</b> failed");
    CHECK_CONTAINS(text, "<b>1</b> skipped");
    CHECK_CONTAINS(text, "<strong>Failed:</strong> <span>oracle: recall 0.61, want 0.95</span>");
    CHECK_CONTAINS(text, "<strong>Skipped:</strong> <span>libbrotli is not installed</span>");
    CHECK_CONTAINS(text, "<strong>Warning:</strong> <span>one launch only</span>");
    check_absent(text, "Interrupted");
    run.interrupted = true;
    CHECK_CONTAINS(page(&run), "Interrupted");
}

TEST(percentiles_without_enough_samples_show_no_number)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    const char *text = page(&run);
    CHECK_CONTAINS(text, "<th scope=\"row\">P99.9</th>");
    CHECK_CONTAINS(text, "779.7 ns"); /* P95 */
    CHECK_CONTAINS(text, "insufficient");
    check_absent(text, "780.7 ns"); /* P99 */
    check_absent(text, "781.7 ns");
}

TEST(targets_show_bound_value_and_status)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    const struct interval interval = {99, 101, 0.95};
    add_target(&run,
               &(struct target){"vector/dot:dim=128,engine=avx2", "time_ns", 120, NULL, "spec 4.2",
                                100, interval, TARGET_MET, LOWER_IS_BETTER, NULL});
    add_target(&run, &(struct target){"codec/crc",
                                      "bytes_per_s",
                                      2e9,
                                      NULL,
                                      "its README",
                                      1e9,
                                      {0.9e9, 1.1e9, 0.95},
                                      TARGET_MISSED,
                                      LOWER_IS_BETTER,
                                      NULL});
    add_target(&run, &(struct target){"vector/dot:dim=128,engine=avx2",
                                      "time_ns",
                                      2.5,
                                      "vector/dot:dim=128,engine=scalar",
                                      "rule of thumb",
                                      2.49,
                                      {2.4, 2.6, 0.95},
                                      TARGET_UNDECIDED,
                                      LOWER_IS_BETTER,
                                      NULL});
    add_target(&run, &(struct target){.benchmark = "vector/search",
                                      .metric = "time_ns",
                                      .limit = 5,
                                      .source = "",
                                      .status = TARGET_NONE});
    add_target(&run, &(struct target){.benchmark = "not/here",
                                      .metric = "time_ns",
                                      .limit = 5,
                                      .source = "",
                                      .status = TARGET_NONE});
    const char *text = page(&run);
    check_well_formed(text);
    CHECK_CONTAINS(text, "\u2713</span> met");
    CHECK_CONTAINS(text, "at most 120.0 ns");
    CHECK_CONTAINS(text, "100.0 ns<small>99.00 \u2013 101.0 ns</small>");
    CHECK_CONTAINS(text, "\u2715</span> missed");
    CHECK_CONTAINS(text, "at least 2.00 GB/s");
    CHECK_CONTAINS(text, "?</span> undecided");
    CHECK_CONTAINS(text, "at least 2.50\u00d7 faster than <a href=\"#b2\">");
    CHECK_CONTAINS(text, "2.49\u00d7<small>2.40\u00d7 \u2013 2.60\u00d7</small>");
    CHECK_CONTAINS(text, "not judged");
    check_absent(text, "not/here");
    CHECK_CONTAINS(text, "<b>1</b> targets met");
}

TEST(claims_are_labelled_as_not_measured_here)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    check_absent(page(&run), "Claims of the sources");
    const struct claim claims[] = {
        {"vector/dot:dim=128,engine=avx2", "time_ns", 80, "paper, table 2"},
        {"vector/search", "time_ns", 80, "of a failed one"},
        {"not/here", "time_ns", 80, "elsewhere"}};
    for (size_t i = 0; i < sizeof claims / sizeof claims[0]; i++) {
        struct claim *claim = vec_add(&run.claims);
        CHECK(claim != NULL);
        *claim = claims[i];
    }
    const char *text = page(&run);
    check_well_formed(text);
    CHECK_CONTAINS(text, "Stated by the source, not measured here.");
    CHECK_CONTAINS(text, "data-label=\"stated\">80.00 ns</td>");
    CHECK_CONTAINS(text, "data-label=\"ours / theirs\">1.25\u00d7</td>");
    CHECK_CONTAINS(text, "paper, table 2");
    check_absent(text, "elsewhere");
}

TEST(hostile_names_are_harmless)
{
    RUN_AUTO run = {.id = ""};
    describe(&run);
    struct result *result =
        add_result(&run, "<script>alert(1)</script>", "\" onload=\"x", "a='b',c=\u202Egpj.exe");
    result->benchmark.description = "</style><img/>&amp;";
    result->outcome = OUTCOME_FAILED;
    result->reason = "]]>--><p>\x1b[31m\xff\x01";
    result->stacks = &(const struct stacks){
        .samples = 4, .folded = "<script>a</script>;</svg></style><b \"\xff\u202E 3\n]]>&amp; 1\n"};
    run.label = "<h1 title='";
    run.environment.cpu = "<b>&copy;";
    const char *text = page(&run);
    check_well_formed(text);
    check_absent(text, "<script");
    check_absent(text, "</style><");
    check_absent(text, "\u202E");
    check_absent(text, "\x1b");
    CHECK_CONTAINS(text, "data-benchmark=\"&lt;script&gt;alert(1)&lt;/script&gt;/&quot; onload=");
}

TEST(a_name_of_ten_kilobytes_appears_in_full_once_and_short_elsewhere)
{
    static char name[10001];
    RUN_AUTO run = {.id = ""};
    memset(name, 'n', sizeof name - 1);
    describe(&run);
    add_time(add_result(&run, "long", name, ""), 10, 2, 10);
    const char *text = page(&run);
    check_well_formed(text);
    CHECK_CONTAINS(text, name);
    CHECK_CONTAINS(text, "nnnn\u2026");
    CHECK(strlen(text) < 60000);
}

TEST(an_empty_run_says_so)
{
    RUN_AUTO run = {.id = ""};
    describe(&run);
    const char *text = page(&run);
    check_well_formed(text);
    CHECK_CONTAINS(text, "this run holds no benchmark");
    check_absent(text, "Needs attention");
}

TEST(a_run_of_null_texts_is_no_trouble)
{
    RUN_AUTO run = {.id = NULL};
    struct result *result = vec_add(&run.results);
    CHECK(result != NULL);
    *result = (struct result){.outcome = OUTCOME_FAILED};
    const char *text = page(&run);
    check_well_formed(text);
    CHECK_CONTAINS(text, "no reason given");
}

TEST(a_run_whose_every_benchmark_failed_says_so)
{
    RUN_AUTO run = {.id = ""};
    describe(&run);
    for (int i = 0; i < 3; i++) {
        struct result *result = add_result(&run, "suite", i ? "one" : "two", i == 2 ? "n=2" : "");
        result->outcome = OUTCOME_FAILED;
        result->reason = "exit code 1";
    }
    const char *text = page(&run);
    check_well_formed(text);
    CHECK_CONTAINS(text, "Nothing measured:");
    CHECK_CONTAINS(text, "<b>3</b> failed");
}

TEST(numbers_that_are_none_are_said_in_words_and_never_drawn)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    struct result *result = &run.results.items[0];
    struct summary *summary = &result->measurements.items[0].summary;
    summary->median = (double)NAN;
    summary->mean = (double)INFINITY;
    summary->interval = (struct interval){(double)NAN, (double)INFINITY, 0.95};
    result->samples.items[0].ns = (double)NAN;
    result->samples.items[1].ns = (double)INFINITY;
    result->samples.items[2].iterations = 0;
    run.environment.load_1min = (double)NAN;
    const char *text = page(&run);
    check_well_formed(text);
    CHECK_CONTAINS(text, "not a number");
    CHECK_CONTAINS(text, "infinite");
    CHECK_CONTAINS(text, "no interval");
    CHECK_CONTAINS(text, "3 without a usable time left out");
    check_absent(text, "nan");
    check_absent(text, "inf ");
    for (size_t i = 0; i < result->samples.count; i++)
        result->samples.items[i].ns = (double)NAN;
    text = page(&run);
    check_well_formed(text);
    CHECK_CONTAINS(text, "No chart: none of 240 samples has a usable time.");
}

TEST(extreme_numbers_stay_inside_the_pictures)
{
    const double times[] = {0, -5, 1e-12, 1e90, 5};
    for (size_t i = 0; i < sizeof times / sizeof times[0]; i++) {
        RUN_AUTO run = {.id = ""};
        describe(&run);
        add_time(add_result(&run, "edge", "case", "n=1"), times[i], 1, 1);
        add_time(add_result(&run, "edge", "case", "n=2"), 1e3, 3, 7);
        add_time(add_result(&run, "edge", "case", "n=3"), times[i], 2, 500);
        const char *text = page(&run);
        check_well_formed(text);
        check_absent(text, "nan");
        check_paths(text);
    }
}

TEST(samples_beyond_the_axis_are_counted_in_words)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    sample_vec *samples = &run.results.items[0].samples;
    samples->items[7].ns = 100 * 9000;
    samples->items[9].ns = 100 * 12000;
    samples->items[11].ns = 100 * 3;
    const char *text = page(&run);
    CHECK_CONTAINS(text, "2 beyond the upper end, up to 12.00 us.");
    CHECK_CONTAINS(text, "1 beyond the lower end, down to 3.000 ns.");
}

TEST(thousands_of_samples_are_thinned_and_keep_a_section_small)
{
    RUN_AUTO run = {.id = ""};
    describe(&run);
    add_time(add_result(&run, "many", "samples", ""), 123456, 10, 1000);
    run.results.items[0].samples.items[5003].ns = 100 * 123456 * 1.02;
    const char *text = page(&run);
    check_well_formed(text);
    CHECK_CONTAINS(text, "400 of 10000 drawn as dots");
    const char *start = strstr(text, "<section id=\"b1\"");
    CHECK(start != NULL);
    const char *end = strstr(start, "</section>");
    CHECK(end != NULL && end - start < 25000);
    CHECK_CONTAINS(start, "<title>Samples in order: 10000 samples of 10 launches, ");
}

TEST(thinning_keeps_the_extremes)
{
    RUN_AUTO run = {.id = ""};
    struct svg_samples samples;
    add_time(add_result(&run, "many", "samples", ""), 100, 10, 1000);
    sample_vec *vec = &run.results.items[0].samples;
    vec->items[5003].ns = 100 * 102.5;
    CHECK(svg_samples_init(vec, 100, &samples) == ASSAY_OK);
    CHECK_EQ(samples.count, 10000);
    CHECK_EQ(samples.launch_count, 10);
    CHECK_EQ(samples.drawn, SVG_POINTS_MAX);
    CHECK_NEAR(samples.most, 102.5, 1e-9);
    CHECK_NEAR(samples.least, 100, 1e-9);
    CHECK_EQ(samples.above + samples.below, 0);
    svg_samples_release(&samples);
}

TEST(of_many_benchmarks_only_those_that_need_attention_start_open)
{
    RUN_AUTO run = {.id = ""};
    fill(&run);
    CHECK_CONTAINS(page(&run),
                   "data-benchmark=\"vector/dot:dim=128,engine=avx2\"><details open=\"open\">");
    for (int i = 0; i < 20; i++)
        add_time(add_result(&run, "more", "of", arena_printf(&run.arena, "n=%d", i)), 10, 1, 1);
    const char *text = page(&run);
    CHECK_CONTAINS(text, "data-benchmark=\"vector/dot:dim=128,engine=avx2\"><details>");
    CHECK_CONTAINS(text, "data-benchmark=\"vector/search\"><details open=\"open\">");
    CHECK_CONTAINS(text, "data-benchmark=\"codec/crc\"><details open=\"open\">");
}

TEST(a_page_that_outgrows_its_buffer_is_an_error)
{
    RUN_AUTO run = {.id = ""};
    struct buf out;
    fill(&run);
    buf_init(&out, 10000);
    CHECK(report_html(&run, &out) == ASSAY_ERR_LIMIT);
    buf_release(&out);
}

/* Every "#bN" that something links to is there. */
static void check_links(const char *page)
{
    for (const char *at = page; (at = strstr(at, "href=\"#b")) != NULL; at++) {
        char id[32];
        unsigned number = 0;
        if (sscanf(at, "href=\"#b%u\"", &number) != 1)
            continue; /* "#benchmarks" */
        snprintf(id, sizeof id, "id=\"b%u\"", number);
        CHECK_CONTAINS(page, id);
    }
}

TEST(sections_that_do_not_fit_are_counted_and_no_link_leads_nowhere)
{
    struct run run = sample_run("20261121-075512-3fa9");
    BUF_AUTO whole, none, some, first;
    buf_init(&whole, BUF_LENGTH_MAX);
    buf_init(&none, BUF_LENGTH_MAX);
    buf_init(&some, BUF_LENGTH_MAX);
    buf_init(&first, BUF_LENGTH_MAX);
    const size_t count = run.results.count;
    CHECK_EQ(html_sections(&whole, &run, NULL, SIZE_MAX), count);
    CHECK(strstr(whole.text, "Left out") == NULL);
    CHECK_EQ(html_sections(&none, &run, NULL, 0), 0);
    CHECK(strstr(none.text, "id=\"b1\"") == NULL);
    CHECK_EQ(html_sections(&some, &run, NULL, whole.length - 50), count - 1);
    CHECK_CONTAINS(some.text, "the last 1 of ");
    for (size_t bytes = 0; bytes <= whole.length; bytes += whole.length / 2) {
        buf_clear(&first);
        html_body(&first, &run, NULL, bytes);
        check_links(first.text);
    }
    run_release(&run);
}

TEST_MAIN
