/* Versions: how commits are built, results read back from a file, and parameters in ids. */
#include <math.h>

#include "compare/summaries.h"
#include "config/config.h"
#include "harness.h"
#include "session/versions/parameter.h"
#include "session/versions/results_file.h"
#include "stats/summary.h"

/* A document with one time, as `assay run --json` writes it. */
static const char *document(const char *row)
{
    static char text[4000];
    snprintf(text, sizeof text,
             "{\"schema\": \"assay.run/1\", \"run\": {\"id\": \"20261121-075512-3fa9\","
             " \"environment\": {\"cpu\": \"c\", \"cores\": 2, \"kernel\": \"k\", \"fingerprint\": "
             "\"f\"}},"
             " \"results\": [{\"benchmark\": \"text/distance:kind=dp,n=10\", \"metric\":"
             " \"time_ns\", \"status\": \"ok\", \"reason\": \"\", %s}]}",
             row);
    return text;
}

/* The launches' medians go into a summary, its numbers into a document, and come back. */
static void check_returns(const double *medians, size_t count)
{
    static const uint32_t LAUNCHES[] = {0, 1, 2, 3};
    struct summary summary;
    struct run run;
    char row[400];
    CHECK_EQ(summarize(medians, LAUNCHES, count, &summary), ASSAY_OK);
    snprintf(row, sizeof row,
             "\"median\": %.15g, \"low\": %.15g, \"high\": %.15g, \"level\": %g,"
             " \"launch_count\": %zu",
             summary.median, summary.interval.low, summary.interval.high, summary.interval.level,
             count);
    const char *text = document(row);
    CHECK_EQ(results_parse(text, strlen(text), "r.json", &run, NULL), ASSAY_OK);
    const struct summary *back = &run.results.items[0].measurements.items[0].summary;
    struct log_side side;
    double wanted_mean = 0, wanted_squares = 0;
    CHECK_EQ(log_side_of(back->launch_count, &back->interval, &side), ASSAY_OK);
    for (size_t i = 0; i < count; i++)
        wanted_mean += log(medians[i]) / (double)count;
    for (size_t i = 0; i < count; i++)
        wanted_squares += pow(log(medians[i]) - wanted_mean, 2);
    CHECK_NEAR(side.mean, wanted_mean, 1e-9);
    CHECK_NEAR(side.variance, wanted_squares / (double)(count * (count - 1)), 1e-9);
    run_release(&run);
}

TEST(a_file_gives_back_mean_and_spread_of_the_launches)
{
    check_returns((const double[]){100, 110}, 2);
    check_returns((const double[]){100, 104, 109}, 3);
    check_returns((const double[]){250, 251, 256, 260}, 4);
    check_returns((const double[]){7, 7, 7, 7}, 4);
}

TEST(an_id_is_taken_apart_and_other_metrics_are_passed_over)
{
    struct run run;
    const char *text = document("\"median\": 5, \"launch_count\": 1}, {\"metric\": \"rss_bytes\"");
    CHECK_EQ(results_parse(text, strlen(text), "r.json", &run, NULL), ASSAY_OK);
    CHECK_EQ(run.results.count, 1);
    const struct benchmark *benchmark = &run.results.items[0].benchmark;
    CHECK_STR(benchmark->id, "text/distance:kind=dp,n=10");
    CHECK_STR(benchmark->suite, "text");
    CHECK_STR(benchmark->name, "distance");
    CHECK_STR(benchmark->params, "kind=dp,n=10");
    CHECK_STR(run.environment.cpu, "c");
    CHECK_NEAR(run.results.items[0].measurements.items[0].summary.median, 5, 1e-12);
    run_release(&run);
}

TEST(what_is_wrong_in_a_file_is_named)
{
    static const struct {
        const char *row, *message;
    } CASES[] = {
        {"\"median\": 0, \"launch_count\": 1", "r.json: 'median' wants a time above 0"},
        {"\"median\": 5", "r.json: 'launch_count' wants a whole number above 0"},
        {"\"median\": 5, \"launch_count\": 2, \"low\": 4", "r.json: 'high' wants a time above 0"},
        {"\"median\": 5, \"launch_count\": 2, \"low\": 4, \"high\": 6",
         "r.json: 'level' wants a number between 0 and 1"},
        {"\"median\": 5, \"launch_count\": 9, \"low\": 7, \"high\": 6, \"level\": 0.95",
         "r.json: 'low' wants a time that is not above 'high'"},
    };
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct run run;
        BUF_AUTO error;
        buf_init(&error, 1000);
        const char *text = document(CASES[i].row);
        CHECK_EQ(results_parse(text, strlen(text), "r.json", &run, &error), ASSAY_ERR_PARSE);
        CHECK_STR(error.text, CASES[i].message);
    }
}

TEST(a_parameter_is_found_by_its_whole_name)
{
    size_t length = 0;
    const char *value = parameter_value("an=1,engine=avx2,n=20", "engine", &length);
    CHECK(value != NULL && length == 4 && strncmp(value, "avx2", 4) == 0);
    value = parameter_value("an=1,engine=avx2,n=20", "n", &length);
    CHECK(value != NULL && length == 2 && strncmp(value, "20", 2) == 0);
    CHECK(parameter_value("an=1", "n", &length) == NULL);
    CHECK(parameter_value("n=n", "engine", &length) == NULL);
    CHECK(parameter_value("", "n", &length) == NULL);
}

/* ---- how a commit is built ---- */

static struct config config_of(const char *text)
{
    struct config config = {.path = ""};
    const struct yaml_source source = {text, strlen(text), "assay.yaml"};
    CHECK_EQ(config_parse(&source, &config, NULL), ASSAY_OK);
    return config;
}

static void refused(const char *text, const char *message)
{
    struct config config;
    BUF_AUTO error;
    buf_init(&error, 1000);
    const struct yaml_source source = {text, strlen(text), "assay.yaml"};
    CHECK_EQ(config_parse(&source, &config, &error), ASSAY_ERR_PARSE);
    CHECK_STR(error.text, message);
}

TEST(build_says_how_with_defaults_for_the_rest)
{
    struct config config = config_of("build: {command: make -j2, modules: [out/suites, a.so]}\n");
    CHECK_STR(config.build.command, "make -j2");
    CHECK_EQ(config.build.modules.count, 2);
    CHECK_STR(config.build.modules.items[1], "a.so");
    CHECK_EQ(config.build.limit_seconds, 600);
    CHECK_EQ(config.build.keep, 8);
    config_release(&config);
    config = config_of("launches: 3\n");
    CHECK(config.build.command == NULL);
    config_release(&config);
}

TEST(modules_of_a_build_stay_relative_to_the_project_wherever_the_file_lies)
{
    static const char text[] = "build:\n  command: >\n    a &&\n    b\n  modules: ..out/x\n"
                               "  time_limit: 2 s\n  keep: 3\n";
    const struct yaml_source source = {text, strlen(text), "/some/where/assay.yaml"};
    struct config config;
    CHECK_EQ(config_parse(&source, &config, NULL), ASSAY_OK);
    CHECK_STR(config.build.command, "a && b");
    CHECK_STR(config.build.modules.items[0], "..out/x");
    CHECK_EQ(config.build.limit_seconds, 2);
    CHECK_EQ(config.build.keep, 3);
    config_release(&config);
}

TEST(a_build_that_cannot_be_meant_is_refused)
{
    refused("build: make\n", "assay.yaml:1:8: 'build' wants keys and values, not 'make'");
    refused("build: {command: make}\n", "assay.yaml:1:8: the key 'modules' is missing");
    refused("build: {modules: a}\n", "assay.yaml:1:8: the key 'command' is missing");
    refused("build: {command: '', modules: a}\n",
            "assay.yaml:1:8: the command of 'build' is empty");
    refused("build: {command: make, modules: []}\n", "assay.yaml:1:8: 'build' names no modules");
    refused("build: {command: make, modules: /a}\n",
            "assay.yaml:1:8: 'modules' wants paths inside the project's folder, not '/a'");
    refused("build: {command: make, modules: [a, b/..]}\n",
            "assay.yaml:1:8: 'modules' wants paths inside the project's folder, not 'b/..'");
    refused("build: {commanded: make}\n",
            "assay.yaml:1:9: unknown key 'commanded' (did you mean 'command'?)");
    refused("build: {command: make, modules: a, keep: 1}\n",
            "assay.yaml:1:42: 'keep' wants a whole number from 2 to 1000, not '1'");
}

TEST_MAIN
