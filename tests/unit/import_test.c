/* Imports: what becomes of names, units and launches, and where a mistake is said to be. */
#include <string.h>

#include "exchange/read/import.h"
#include "harness.h"
#include "stats/summary.h"

struct imported {
    struct run run;
    struct buf error;
    assay_status status;
};

static struct imported import(const char *format, const char *text)
{
    struct imported imported = {0};
    struct sink sink;
    const struct import_format *found = NULL;
    const struct import_text source = {.name = "f", .text = text, .length = strlen(text)};
    buf_init(&imported.error, 8192);
    sink_init(&sink, &imported.run, &imported.error);
    imported.status =
        import_parse(&source, format ? import_format_find(format) : NULL, &sink, &found);
    if (imported.status == ASSAY_OK)
        imported.status = sink_finish(&sink);
    sink_release(&sink);
    return imported;
}

static void release(struct imported *imported)
{
    run_release(&imported->run);
    buf_release(&imported->error);
}

static void check_refused(const char *format, const char *text, const char *message)
{
    struct imported imported = import(format, text);
    CHECK_EQ(imported.status, ASSAY_ERR_PARSE);
    CHECK_STR(imported.error.text, message);
    release(&imported);
}

static void check_id(const char *format, const char *text, const char *id)
{
    struct imported imported = import(format, text);
    CHECK_STR(imported.error.text, "");
    CHECK_EQ(imported.status, ASSAY_OK);
    CHECK_STR(imported.run.results.items[0].benchmark.id, id);
    release(&imported);
}

TEST(times_become_nanoseconds_whatever_their_unit)
{
    static const struct {
        const char *unit;
        double ns;
    } UNITS[] = {{"ns", 1},     {"us", 1e3},  {"\xC2\xB5s", 1e3}, {"ms", 1e6}, {"s", 1e9},
                 {"min", 60e9}, {"ns/op", 1}, {"B", 0},           {"", 0},     {"mss", 0}};
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        CHECK_EQ(sink_ns_of_unit(UNITS[i].unit), UNITS[i].ns);
    CHECK_EQ(sink_ns_of_unit(NULL), 0);
    struct imported imported = import("jsonl", "{\"name\":\"a\",\"value\":1.5,\"unit\":\"ms\"}");
    CHECK_EQ(imported.run.results.items[0].measurements.items[0].summary.median, 1.5e6);
    CHECK_EQ(imported.run.results.items[0].samples.items[0].ns, 1.5e6);
    release(&imported);
}

TEST(each_line_of_a_benchmark_is_a_launch_and_a_list_is_one)
{
    struct imported imported =
        import("jsonl", "{\"name\":\"a\",\"values\":[1,2,3],\"unit\":\"ns\"}\n"
                        "{\"name\":\"b\",\"value\":9,\"unit\":\"ns\"}\n"
                        "{\"name\":\"a\",\"values\":[4],\"unit\":\"ns\"}\n");
    CHECK_EQ(imported.status, ASSAY_OK);
    CHECK_EQ(imported.run.results.count, 2);
    const struct result *a = &imported.run.results.items[0];
    CHECK_EQ(a->samples.count, 4);
    CHECK_EQ(a->samples.items[2].launch, 0);
    CHECK_EQ(a->samples.items[3].launch, 1);
    CHECK_EQ(a->measurements.items[0].summary.launch_count, 2);
    CHECK_EQ(a->measurements.items[0].summary.median, 3); /* of the medians 2 and 4 */
    release(&imported);
}

TEST(what_divides_ids_is_taken_out_of_names)
{
    check_id("jsonl", "{\"name\":\"a::b/c\",\"suite\":\"x/y\",\"value\":1}", "x.y/a.b/c");
    check_id("jsonl", "{\"name\":\"a\\u0007b\",\"params\":{\"z\":1,\"a\":\"p,q\"},\"value\":1}",
             "jsonl/a.b:a=p.q,z=1");
    check_id("go-bench", "BenchmarkSum/size=10/fast-8 5 1 ns/op\n",
             "go-bench/Sum/fast:procs=8,size=10");
    check_id("go-bench", "pkg: a/b\nBenchmarkSum 5 1 ns/op\n", "a.b/Sum");
    check_id("cargo-bench", "test a::b ... bench: 1,000 ns/iter (+/- 1)\n", "cargo-bench/a.b");
}

static void check_google(const char *name, const char *id)
{
    BUF_AUTO text;
    buf_init(&text, 8192);
    buf_printf(&text,
               "{\"context\":{\"library_build_type\":\"\"},\"benchmarks\":[{\"name\":\"%s\","
               "\"real_time\":1,\"time_unit\":\"ns\"}]}",
               name);
    check_id(NULL, text.text, id);
}

TEST(parameters_of_google_benchmark_are_those_behind_the_name)
{
    check_google("BM_sum", "google-benchmark/BM_sum");
    check_google("BM_sum/8/64", "google-benchmark/BM_sum:arg1=8,arg2=64");
    check_google("BM_sum/n:8/-3/threads:2", "google-benchmark/BM_sum:arg1=-3,n=8,threads=2");
    check_google("fixture/work/8/real_time", "google-benchmark/fixture/work:arg1=8");
    check_google("work/min_time:0.010/repeats:3", "google-benchmark/work");
    check_google("work<std::map<int, 3>>/8", "google-benchmark/work<std.map<int, 3>>:arg1=8");
}

TEST(mistakes_have_their_line_or_their_path)
{
    check_refused("jsonl", "{\"name\":\"a\",\"value\":1}\n\n{\"name\":3,\"value\":1}\n",
                  "f: [3].name: wants a text");
    check_refused("jsonl",
                  "{\"name\":\"a\",\"value\":1,\"unit\":\"ns\"}\n"
                  "{\"name\":\"a\",\"value\":-1,\"unit\":\"ns\"}\n",
                  "f:2: a time of -1 ns: below 0");
    check_refused("go-bench", "BenchmarkA 5 nan ns/op\n",
                  "f:1: wants pairs of a number and its unit");
    check_refused("hyperfine", "{\"results\":[{\"command\":\"a\",\"times\":[1,\"x\"]}]}",
                  "f: $.results[0].times[1]: wants a number");
    check_refused("hyperfine", "{\"results\":[]}", "f: no result in it (read as hyperfine)");
    check_refused("google-benchmark", "{\"context\":{},\"benchmarks\":3}",
                  "f: $.benchmarks: wants a list");
}

TEST(a_summary_does_not_become_two)
{
    static const char TEXT[] = "<BenchmarkResults name=\"a\" samples=\"3\">"
                               "<mean value=\"5\" lowerBound=\"4\" upperBound=\"6\" ci=\"0.95\"/>"
                               "</BenchmarkResults>";
    BUF_AUTO twice;
    buf_init(&twice, 8192);
    buf_printf(&twice, "%s\n%s", TEXT, TEXT);
    struct imported imported = import("catch2", TEXT);
    CHECK_EQ(imported.run.results.items[0].measurements.items[0].summary.interval.high, 6);
    CHECK_EQ(imported.run.results.items[0].samples.count, 0);
    release(&imported);
    check_refused("catch2", twice.text, "f:2: 'catch2/a' has time_ns twice");
}

TEST(one_value_is_summarized_as_by_the_statistics)
{
    const double value = 12.5;
    const uint32_t launch = 0;
    struct summary want;
    struct imported imported = import("jsonl", "{\"name\":\"a\",\"value\":12.5}");
    const struct summary *got = &imported.run.results.items[0].measurements.items[0].summary;
    CHECK_EQ(summarize(&value, &launch, 1, &want), ASSAY_OK);
    CHECK_EQ(got->median, want.median);
    CHECK_EQ(got->interval.low, want.interval.low);
    CHECK_EQ(got->interval.high, want.interval.high);
    CHECK_EQ(got->interval.level, want.interval.level);
    CHECK_EQ(got->sd, want.sd);
    CHECK_EQ(got->sample_count, want.sample_count);
    CHECK_EQ(got->launch_count, want.launch_count);
    for (size_t i = 0; i < PERCENTILE_COUNT; i++) {
        CHECK_EQ(got->percentiles[i].rank, want.percentiles[i].rank);
        CHECK_EQ(got->percentiles[i].value, want.percentiles[i].value);
        CHECK_EQ(got->percentiles[i].sufficient, want.percentiles[i].sufficient);
        CHECK_EQ(got->percentiles[i].interval.level, want.percentiles[i].interval.level);
    }
    release(&imported);
}

TEST(ten_thousand_benchmarks_are_told_apart)
{
    enum { COUNT = 10000 };
    BUF_AUTO text;
    buf_init(&text, 1 << 24);
    for (int round = 0; round < 2; round++)
        for (int i = 0; i < COUNT; i++)
            buf_printf(&text, "{\"name\":\"b%d\",\"value\":%d}\n", i, i + round);
    struct imported imported = import(NULL, text.text);
    CHECK_EQ(imported.status, ASSAY_OK);
    CHECK_EQ(imported.run.results.count, COUNT);
    for (int i = 0; i < COUNT; i++)
        CHECK_EQ(imported.run.results.items[i].measurements.items[0].summary.median, i + 0.5);
    release(&imported);
}

TEST_MAIN
