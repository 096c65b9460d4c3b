/* Reports for terminals and for programs: width, groups, failures, and texts from outside. */
#include "report/history.h"
#include "report/json.h"
#include "report/terminal/digest.h"
#include "report/text.h"
#include "report/values/json_values.h"
#include "sample_run.h"

/* Length of the longest line, in characters. */
static size_t columns(const char *text)
{
    size_t longest = 0, length = 0;
    for (; *text != '\0'; text++) {
        length = *text == '\n' ? 0 : length + (((unsigned char)*text & 0xC0) != 0x80);
        longest = length > longest ? length : longest;
    }
    return longest;
}

static char *text_of(const struct run *run)
{
    static struct buf out;
    buf_release(&out);
    buf_init(&out, BUF_LENGTH_MAX);
    report_text(run, NULL, &PAPER_PLAIN, &out);
    CHECK(out.status == ASSAY_OK);
    return out.text;
}

static json_t *json_of(const struct run *run)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    CHECK(report_json_run(run, &out) == ASSAY_OK);
    CHECK(out.text[out.length - 1] == '\n');
    json_t *document = json_loads(out.text, 0, NULL);
    CHECK(document != NULL);
    return document;
}

static const char *string_at(const json_t *row, const char *key)
{
    return json_string_value(json_object_get(row, key));
}

static double number_at(const json_t *row, const char *key)
{
    return json_number_value(json_object_get(row, key));
}

static struct result *add_timed(struct run *run, const char *id, const char *params, double ns)
{
    struct result *result = sample_result(run, id, "sort", params);
    sample_measurement(result, METRIC_TIME);
    result->measurements.items[0].summary.median = ns;
    result->measurements.items[0].summary.interval = (struct interval){ns * 0.99, ns * 1.02, 0.95};
    return result;
}

TEST(the_table_fits_80_columns)
{
    struct run run = {.plan = {.profile = "quick", .launches = 5}};
    for (int i = 0; i < 12; i++) {
        struct result *result =
            add_timed(&run, "suite/sort", i % 2 ? "engine=avx512,n=1000000" : "engine=a,n=10",
                      1.23456 * pow(10, i));
        sample_measurement(result, METRIC_BYTES);
        result->measurements.items[1].summary.median = 9.87654 * pow(10, i);
        if (i == 11) /* an interval wider than the value */
            result->measurements.items[0].summary.interval.high = 1e15;
    }
    CHECK(columns(text_of(&run)) <= 80);
    run_release(&run);
}

TEST(a_row_has_time_half_width_rate_and_factor)
{
    struct run run = {0};
    add_timed(&run, "s/sort:kind=a", "kind=a", 1000);
    struct result *result = add_timed(&run, "s/sort:kind=b", "kind=b", 2500);
    sample_measurement(result, METRIC_BYTES);
    result->measurements.items[1].summary.median = 1.5e9;
    const char *text = text_of(&run);
    CHECK_CONTAINS(text, "suite/sort\n  kind=a");
    CHECK_CONTAINS(text, "1.000 us +-2.00%");
    CHECK_CONTAINS(text, "2.500 us +-2.00%  1.50 GB/s    2.50x\n");
    CHECK(strstr(text, "1.00x") == NULL); /* the fastest is not compared with itself */
    run_release(&run);
}

TEST(rows_of_one_name_stand_together_whatever_their_order)
{
    struct run run = {0};
    add_timed(&run, "s/sort:n=1", "n=1", 10);
    sample_result(&run, "suite/other", "other", "");
    add_timed(&run, "s/sort:n=2", "n=2", 20);
    const char *text = text_of(&run);
    const char *first = strstr(text, "  n=1"), *second = strstr(text, "  n=2");
    const char *other = strstr(text, "suite/other");
    CHECK(first != NULL && second != NULL && other != NULL);
    CHECK(first < second && second < other);
    CHECK(strstr(second, "2.00x") == NULL); /* other sizes are other work */
    run_release(&run);
}

TEST(failures_skips_warnings_and_targets_are_told)
{
    struct run run = sample_run("x");
    const char *text = text_of(&run);
    CHECK_CONTAINS(text, "suite/broken                    failed\n");
    CHECK_CONTAINS(text, "failed suite/broken: ended by signal 11 (Segmentation fault)\n");
    CHECK_CONTAINS(text, "skipped suite/absent: no such engine\n");
    CHECK_CONTAINS(text, "warning suite/work:n=10: 5 % outside\n");
    CHECK_CONTAINS(text, "targets: 1 met, 0 missed, 1 undecided\n");
    CHECK_CONTAINS(text, "  met       suite/work:n=10: 1.002 us (bound: 2.000 us)\n");
    CHECK_CONTAINS(text, "3.5x faster than suite/broken (wanted: 2.5x)\n");
    CHECK(strstr(text, "suite/other") == NULL); /* not run, not told */
    run_release(&run);
}

TEST(a_median_without_an_interval_says_so)
{
    struct run run = {0};
    add_timed(&run, "s/sort", "", 10)->measurements.items[0].summary.interval.level = 0;
    CHECK_CONTAINS(text_of(&run), "10.00 ns      +-?");
    run_release(&run);
}

TEST(texts_from_outside_cannot_drive_the_terminal)
{
    struct run run = {0};
    struct result *result = sample_result(&run, "evil\033[2J/\x7F", "evil", "");
    result->outcome = OUTCOME_FAILED;
    result->reason = "one\ntwo\r\033]0;title\a\xC2\x9B"
                     "31m \xFF\xC3 caf\xC3\xA9 \xE2\x82\xAC";
    const char *text = text_of(&run);
    CHECK_CONTAINS(text, "failed evil?[2J/?: one?two??]0;title??31m ?? caf\xC3\xA9 \xE2\x82\xAC\n");
    for (const char *p = text; *p != '\0'; p++)
        CHECK(*p == '\n' || (unsigned char)*p >= ' ');
    run_release(&run);
}

TEST(an_empty_run_is_a_table_without_rows)
{
    struct run run = {0};
    json_t *document = json_of(&run);
    CHECK_CONTAINS(text_of(&run), "benchmark");
    CHECK_EQ(json_array_size(json_object_get(document, "results")), 0);
    CHECK(json_is_null(json_object_get(json_object_get(document, "run"), "id")));
    json_decref(document);
}

TEST(json_has_one_row_a_metric_and_one_a_failure)
{
    struct run run = sample_run("20261121-075512-3fa9");
    json_t *document = json_of(&run), *rows = json_object_get(document, "results");
    CHECK_STR(string_at(document, "schema"), "assay.run/1");
    CHECK_EQ(json_array_size(rows), METRIC_COUNT + 2);
    const json_t *time = json_array_get(rows, METRIC_TIME),
                 *failed = json_array_get(rows, METRIC_COUNT);
    CHECK_STR(string_at(time, "benchmark"), "suite/work:n=10");
    CHECK_STR(string_at(time, "metric"), "time_ns");
    CHECK_STR(string_at(time, "unit"), "ns");
    CHECK_STR(string_at(time, "status"), "ok");
    CHECK(number_at(time, "median") == 1001.5 && number_at(time, "low") == 1001.25);
    CHECK(number_at(time, "high") == 1001.75 && number_at(time, "sample_count") == 10);
    const json_t *target = json_object_get(time, "target");
    CHECK_STR(string_at(target, "status"), "met");
    CHECK_EQ(number_at(target, "bound"), 2000);
    CHECK_STR(string_at(failed, "status"), "failed");
    CHECK_STR(string_at(failed, "reason"), "ended by signal 11 (Segmentation fault)");
    CHECK(json_is_null(json_object_get(failed, "median")));
    json_decref(document);
    run_release(&run);
}

TEST(json_keeps_back_percentiles_that_the_samples_do_not_support)
{
    struct run run = sample_run("x");
    json_t *document = json_of(&run);
    const json_t *time = json_array_get(json_object_get(document, "results"), 0);
    const json_t *percentiles = json_object_get(time, "percentiles");
    CHECK_EQ(json_array_size(percentiles), PERCENTILE_COUNT);
    CHECK_EQ(number_at(json_array_get(percentiles, 2), "value"), 1002);
    CHECK(json_is_null(json_object_get(json_array_get(percentiles, 3), "value")));
    CHECK(json_is_null(json_object_get(json_array_get(percentiles, 3), "interval")));
    json_decref(document);
    run_release(&run);
}

TEST(json_writes_null_for_numbers_that_are_none)
{
    struct run run = sample_run("x");
    run.results.items[0].measurements.items[0].summary.median = (double)NAN;
    run.results.items[0].measurements.items[0].summary.interval.high = (double)INFINITY;
    run.environment.steal_ratio = -1;
    json_t *document = json_of(&run);
    const json_t *time = json_array_get(json_object_get(document, "results"), 0);
    CHECK(json_is_null(json_object_get(time, "median")));
    CHECK(json_is_null(json_object_get(time, "high")));
    const json_t *described = json_object_get(document, "run");
    CHECK(json_is_null(json_object_get(json_object_get(described, "environment"), "steal_ratio")));
    json_decref(document);
    run_release(&run);
}

TEST(json_bears_any_text_and_mends_what_is_not_utf8)
{
    struct run run = sample_run("x");
    run.label = "\"quoted\" \\ back\nline \x01 </script>";
    run.branch = "caf\xC3\xA9 \xFF\xFE end\xC3";
    json_t *document = json_of(&run);
    const json_t *described = json_object_get(document, "run");
    CHECK_STR(string_at(described, "label"), "\"quoted\" \\ back\nline \x01 </script>");
    CHECK_STR(string_at(described, "branch"),
              "caf\xC3\xA9 \xEF\xBF\xBD\xEF\xBF\xBD end\xEF\xBF\xBD");
    json_decref(document);
    run_release(&run);
}

/* Beside printf, over all sizes; every third lies at or near the middle of two last digits. */
TEST(digits_are_those_of_printf)
{
    static const double SOME[] = {
        0,    -0.0, 1,    -1,     100,   1e11, 1e12,           999999999999.5, 0.1,
        1e-4, 1e-5, 0.25, 5e-324, 1e308, 0.5,  99999999999.95, 123456789012.5};
    const size_t count = sizeof SOME / sizeof SOME[0];
    BUF_AUTO out;
    char wanted[64];
    buf_init(&out, 100);
    for (size_t i = 0; i < 20000; i++) {
        const double scale = pow(10, (double)(i % 22) - 8), part = fmod((double)i * 0.618034, 1);
        double value = i < count ? SOME[i] : part * scale;
        if (i >= count && i % 3 == 0)
            value = floor(value / scale * 1e12) * scale / 1e12 + scale * 5e-13;
        buf_clear(&out);
        report_json_digits(&out, i % 2 ? value : -value);
        snprintf(wanted, sizeof wanted, "%.12g", i % 2 ? value : -value);
        CHECK_STR(out.text, wanted);
    }
}

TEST(a_document_that_could_not_be_built_is_not_written)
{
    json_t *object = json_object(), *array = json_array();
    BUF_AUTO out;
    buf_init(&out, 100);
    report_json_member(&object, "key", NULL);
    CHECK(object == NULL);
    report_json_member(&object, "key", json_integer(1));
    report_json_element(&array, NULL);
    CHECK(array == NULL);
    CHECK(report_json_write(object, &out) == ASSAY_ERR_MEMORY);
    CHECK_EQ(out.length, 0);
}

TEST(a_list_names_what_could_not_be_listed)
{
    struct benchmark benchmark = {.id = "s/a",
                                  .suite = "s",
                                  .name = "a",
                                  .params = "",
                                  .tags = "",
                                  .description = "first",
                                  .module = "./s_bench.so"};
    struct module_failure failure = {"./x.so", "ended by signal 11"};
    BUF_AUTO out;
    buf_init(&out, 10000);
    CHECK(report_json_list(&(benchmark_vec){&benchmark, 1, 1},
                           &(module_failure_vec){&failure, 1, 1}, &out) == ASSAY_OK);
    json_t *document = json_loads(out.text, 0, NULL);
    CHECK_STR(string_at(document, "schema"), "assay.list/1");
    CHECK_STR(string_at(json_array_get(json_object_get(document, "benchmarks"), 0), "benchmark"),
              "s/a");
    CHECK_STR(string_at(json_array_get(json_object_get(document, "failures"), 0), "reason"),
              "ended by signal 11");
    json_decref(document);
}

TEST(lists_of_runs_fit_80_columns_and_mark_what_was_not_finished)
{
    const struct run_row rows[] = {{"20261121-075512-3fa9", "2026-11-21T07:55:12Z",
                                    "0123456789abcdef", "main", "label", "standard", "done", 1.5,
                                    400, 12, 3, "A CPU", 0, 0, 0},
                                   {"20261121-075512-3fa8", "2026-11-21T07:55:12Z", "", "", "",
                                    "quick", "running", 0, 1, 0, 0, "A CPU", 0, 0, 0},
                                   {"20261121-075512-3fa7", "2026-11-21T07:55:12Z", "", "", "x",
                                    "quick", "interrupted", 0, 1, 0, 0, "A CPU", 0, 0, 0}};
    BUF_AUTO out;
    buf_init(&out, 10000);
    report_text_runs(rows, 3, &out);
    CHECK(columns(out.text) <= 80);
    CHECK_CONTAINS(out.text, "0123456789 ");
    CHECK_CONTAINS(out.text, "  label\n");
    CHECK_CONTAINS(out.text, "  running\n");
    CHECK_CONTAINS(out.text, "  x, interrupted\n");
}

TEST(a_history_is_grouped_and_marks_another_machine)
{
    const struct history_row rows[] = {
        {"20261120-075512-3fa9", "", "aaaaaaaaaaaaaaaa", "one", "s/a", "ns", 1000, 990, 1010, 1},
        {"20261121-075512-3fa9", "", "", "two", "s/a", "ns", 2000, 1990, 2010, 2},
        {"20261121-075512-3fa9", "", "", "one", "s/b", "ns", 3, 2, 4, 2}};
    BUF_AUTO out;
    buf_init(&out, 10000);
    report_text_history(rows, 3, &out);
    CHECK(columns(out.text) <= 80);
    CHECK_CONTAINS(out.text, "s/a\n  20261120-075512-3fa9  aaaaaaaaaaaa   1.000 us  990.0 ns .. "
                             "1.010 us\n  -- another machine");
    CHECK_CONTAINS(out.text, "\n\ns/b\n  2026"); /* no mark between two benchmarks */
}

TEST_MAIN
