/* The session: what is selected, in which order things are kept and told, and what files appear.
 * Hosts are real, the store is a fake one that writes down what it is asked. */
#include <sys/stat.h>
#include <unistd.h>

#include "driven.h"
#include "sample_run.h"
#include "session/catalog.h"
#include "session/measurements.h"
#include "session/outputs.h"
#include "session/run.h"
#include "session/select/selection.h"

static const struct measure_paths PATHS = {HOST_PROGRAM, "fixtures", NULL, NULL};

static const struct benchmark EXAMPLE = {.id = "text/distance:kind=dp,n=10",
                                         .suite = "text",
                                         .name = "distance",
                                         .tags = "simd slow",
                                         .module = "modules/text_bench.so"};

static bool selects(const char *word, const struct benchmark *benchmark)
{
    char copy[128];
    char *words[] = {copy};
    snprintf(copy, sizeof copy, "%s", word);
    return catalog_selects(words, 1, benchmark);
}

TEST(a_pattern_selects_by_suite_id_part_or_glob)
{
    static const char *const GOOD[] = {"all",  "text",          "text/distance:kind=dp,n=10",
                                       "dist", "text/distance", "n=10",
                                       "*",    "text/*:*n=??",  "*=dp*"};
    static const char *const BAD[] = {"tex?", "Text", "distance:n=10", "*n=1", "n=1",
                                      "0x",   "",     "all of it"};
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++)
        if (!selects(GOOD[i], &EXAMPLE))
            test_fail(__FILE__, __LINE__, "'%s' does not match", GOOD[i]);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        if (selects(BAD[i], &EXAMPLE))
            test_fail(__FILE__, __LINE__, "'%s' matches", BAD[i]);
}

/* Words as a command line has them. */
static char *const *as_arguments(const char *const *words)
{
    return (char *const *)(uintptr_t)words;
}

static bool selects_all(const char *const *words, int count)
{
    return catalog_selects(as_arguments(words), count, &EXAMPLE);
}

TEST(an_expression_a_tag_and_what_is_left_out)
{
    static const char *const GOOD[] = {"~^text/", "~n=[0-9]+$", "~kind=(dp|myers)",
                                       "%simd",   "%slow",      "!~^other/",
                                       "!tex?",   "!%fast",     "./text_bench.so"};
    static const char *const BAD[] = {"~^distance", "~N=10",  "%sim", "%simd slow",      "!text",
                                      "!%slow",     "!~n=1.", "!all", "!./text_bench.so"};
    for (size_t i = 0; i < sizeof GOOD / sizeof *GOOD; i++)
        if (!selects(GOOD[i], &EXAMPLE))
            test_fail(__FILE__, __LINE__, "'%s' does not match", GOOD[i]);
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++)
        if (selects(BAD[i], &EXAMPLE))
            test_fail(__FILE__, __LINE__, "'%s' matches", BAD[i]);
}

TEST(words_of_one_sort_add_up_and_sorts_narrow_down)
{
    const char *either[] = {"other", "~dp"}, *both[] = {"text", "%fast"},
               *tags[] = {"%fast", "%simd"};
    const char *less[] = {"text", "%simd", "!n=10"}, *elsewhere[] = {"./other.so", "text"};
    CHECK(selects_all(either, 2));
    CHECK(!selects_all(both, 2));
    CHECK(selects_all(tags, 2));
    CHECK(!selects_all(less, 3));
    CHECK(!selects_all(elsewhere, 2));
    CHECK(selects_all(NULL, 0));
}

TEST(a_bad_expression_is_told_with_its_place)
{
    static const struct {
        const char *word, *place;
    } CASES[] = {{"~a(b", "at byte 2"}, {"~ab[c", "at byte 3"}, {"!~x(y", "at byte 2"}};
    for (size_t i = 0; i < sizeof CASES / sizeof *CASES; i++) {
        struct selection selection;
        BUF_AUTO error;
        buf_init(&error, 1024);
        CHECK(selection_open(as_arguments(&CASES[i].word), 1, &selection, &error) ==
              ASSAY_ERR_ARGUMENT);
        CHECK(strstr(error.text, CASES[i].place) != NULL);
        selection_release(&selection);
    }
}

TEST(a_mark_with_nothing_behind_it_is_refused)
{
    static const char *const WORDS[] = {"!", "~", "%", "!%", "!~"};
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++) {
        struct selection selection;
        CHECK(selection_open(as_arguments(&WORDS[i]), 1, &selection, NULL) == ASSAY_ERR_ARGUMENT);
        selection_release(&selection);
    }
}

TEST(a_path_is_told_from_a_pattern_by_its_look_or_by_being_there)
{
    CHECK(selection_is_path("sort_bench.so"));
    CHECK(selection_is_path("./program"));
    CHECK(selection_is_path("../program"));
    CHECK(selection_is_path("/no/such/program"));
    CHECK(!selection_is_path("text/distance:n=10"));
    CHECK(!selection_is_path("text"));
    CHECK(!selection_is_path(".hidden"));
    CHECK(chdir(test_folder()) == 0);
    CHECK(mkdir("text", 0777) == 0);
    CHECK(!selection_is_path("text")); /* a suite, though a folder has its name */
    CHECK(!selection_is_path("text/x_bench"));
    fclose(fopen("text/x_bench", "w"));
    CHECK(selection_is_path("text/x_bench"));
}

/* Opens the catalogue of the words, which end with NULL. */
static assay_status open_catalog(const char *const *folders, const char *const *words,
                                 struct catalog *catalog, struct buf *error)
{
    static const char *const NO_FOLDERS[] = {NULL};
    static char copies[8][256];
    static char *arguments[9];
    int count = 0;
    for (; words[count] != NULL; count++) {
        snprintf(copies[count], sizeof copies[count], "%s", words[count]);
        arguments[count] = copies[count];
    }
    struct catalog_request request = {&PATHS, folders ? folders : NO_FOLDERS, arguments, count};
    prepare_hosts();
    return catalog_open(&request, catalog, error);
}

TEST(a_module_that_cannot_be_listed_is_a_failure_and_the_others_are_listed)
{
    struct catalog catalog;
    BUF_AUTO error;
    buf_init(&error, 1000);
    const char *const words[] = {fixture_path("load_crash"), fixture_path("good"),
                                 fixture_path("not_assay"), NULL};
    CHECK(open_catalog(NULL, words, &catalog, &error) == ASSAY_OK);
    CHECK(catalog.benchmarks.count > 4);
    CHECK_EQ(catalog.failures.count, 2);
    CHECK_STR(catalog.failures.items[0].module, words[0]);
    CHECK_CONTAINS(catalog.failures.items[0].reason, "signal 11");
    CHECK_CONTAINS(catalog.failures.items[1].reason, "not built with assay.h");
    catalog_release(&catalog);
}

TEST(patterns_keep_what_they_select_in_the_module_s_order)
{
    struct catalog catalog;
    BUF_AUTO error;
    buf_init(&error, 1000);
    const char *const words[] = {"good/draws", fixture_path("good"), "kind=a", NULL};
    CHECK(open_catalog(NULL, words, &catalog, &error) == ASSAY_OK);
    CHECK_EQ(catalog.benchmarks.count, 3);
    CHECK_STR(catalog.benchmarks.items[0].id, "good/zeta:kind=a,n=10");
    CHECK_STR(catalog.benchmarks.items[1].id, "good/zeta:kind=a,n=9");
    CHECK_STR(catalog.benchmarks.items[2].id, "good/draws");
    catalog_release(&catalog);
}

TEST(a_pattern_or_path_that_selects_nothing_is_an_error)
{
    struct catalog catalog;
    BUF_AUTO error;
    buf_init(&error, 1000);
    const char *const pattern[] = {fixture_path("good"), "good/gamma", NULL};
    CHECK(open_catalog(NULL, pattern, &catalog, &error) == ASSAY_ERR_NOT_FOUND);
    CHECK_CONTAINS(error.text, "no benchmark matches 'good/gamma'");
    const char *const path[] = {"./gone.so", NULL};
    CHECK(open_catalog(NULL, path, &catalog, &error) == ASSAY_ERR_NOT_FOUND);
    CHECK_CONTAINS(error.text, "cannot open module './gone.so'");
    const char *const nothing[] = {NULL};
    CHECK(open_catalog(NULL, nothing, &catalog, &error) == ASSAY_ERR_NOT_FOUND);
    CHECK_CONTAINS(error.text, "no benchmarks found");
}

TEST(one_id_twice_is_listed_once_and_told)
{
    struct catalog catalog;
    const char *const words[] = {fixture_path("good"), fixture_path("good"), NULL};
    CHECK(open_catalog(NULL, words, &catalog, NULL) == ASSAY_OK);
    CHECK_EQ(catalog.failures.count, catalog.benchmarks.count);
    CHECK_CONTAINS(catalog.failures.items[0].reason, "is already defined in");
    catalog_release(&catalog);
}

static void copy_file(const char *from, const char *to, mode_t mode)
{
    size_t length;
    char *bytes = read_whole(from, &length);
    write_whole(to, bytes, length);
    free(bytes);
    CHECK(chmod(to, mode) == 0);
}

/* Names decide what is looked at in a folder, two levels deep. */
TEST(folders_are_searched_by_name_two_levels_deep)
{
    struct catalog catalog;
    const char *good = fixture_path("good");
    CHECK(chdir(test_folder()) == 0);
    CHECK(mkdir("suites", 0777) == 0 && mkdir("suites/one", 0777) == 0);
    CHECK(mkdir("suites/one/deep", 0777) == 0);
    copy_file(good, "suites/one/a_bench.so", 0644);
    copy_file(good, "suites/one/deep/b_bench.so", 0644); /* too deep */
    copy_file(good, "suites/one/helper.so", 0644);       /* no module's name */
    write_whole("suites/one/c_bench.py", "x", 1);        /* may not be executed */
    write_whole("suites/one/.d_bench.so", "x", 1);       /* hidden */
    write_whole("suites/one/e_bench.tar.gz", "x", 1);
    const char *const folders[] = {"nowhere", "suites", NULL}, *const words[] = {NULL};
    CHECK(open_catalog(folders, words, &catalog, NULL) == ASSAY_OK);
    CHECK_EQ(catalog.failures.count, 0);
    for (size_t i = 0; i < catalog.benchmarks.count; i++)
        CHECK_STR(catalog.benchmarks.items[i].module, "suites/one/a_bench.so");
    catalog_release(&catalog);
}

TEST(rates_are_summarized_from_the_samples)
{
    struct metric own = {"recall", "1", HIGHER_IS_BETTER, false};
    struct observation seen[] = {{&METRICS[METRIC_RSS], 0, 4096},
                                 {&own, 0, 0.5},
                                 {&own, 0, 0.75},
                                 {&METRICS[METRIC_RSS], 1, 16384}};
    const observation_vec peaks = {seen, 4, 4};
    struct result result = {.bytes = 1000, .items = 10};
    for (uint32_t i = 0; i < 6; i++) {
        struct sample *sample = vec_add(&result.samples);
        CHECK(sample != NULL);
        *sample = (struct sample){100, 100 * (i < 3 ? 500 : 250), i / 3};
    }
    CHECK(measurements_compute(&result, &peaks) == ASSAY_OK);
    CHECK_EQ(result.measurements.count, METRIC_RSS + 2);
    CHECK_EQ(result_measurement(&result, "recall")->summary.mean, 0.625);
    CHECK(result_measurement(&result, "recall")->metric == &own);
    CHECK(result_measurement(&result, "instructions") == NULL); /* which are counted elsewhere */
    CHECK_EQ(result.measurements.items[METRIC_TIME].summary.median,
             375); /* of medians 500 and 250 */
    CHECK_EQ(result.measurements.items[METRIC_BYTES].summary.median, 3e9); /* of 2e9 and 4e9 B/s */
    CHECK_EQ(result.measurements.items[METRIC_ITEMS].summary.median, 3e7);
    CHECK_EQ(result.measurements.items[METRIC_RSS].summary.median, 10240); /* of 4096 and 16384 */
    CHECK_EQ(result.measurements.items[METRIC_RSS].summary.launch_count, 2);
    CHECK_EQ(result.measurements.items[METRIC_RSS].summary.max, 16384);
    CHECK(result.measurements.items[METRIC_RSS].summary.interval.level == 0.95);
    CHECK_EQ(result.measurements.items[METRIC_TIME].summary.launch_count, 2);
    result_release(&result);
}

TEST(what_failed_or_has_no_samples_has_no_numbers)
{
    struct run run = sample_run("x");
    struct result *result = &run.results.items[0];
    struct observation seen = {&METRICS[METRIC_RSS], 0, 4096};
    const observation_vec peaks = {&seen, 1, 1};
    result->measurements.count = 0;
    result->outcome = OUTCOME_FAILED;
    CHECK(measurements_compute(result, &peaks) == ASSAY_OK && result->measurements.count == 0);
    result->outcome = OUTCOME_OK;
    result->samples.count = 0;
    CHECK(measurements_compute(result, &peaks) == ASSAY_OK && result->measurements.count == 0);
    run_release(&run);
}

TEST(outputs_are_whole_files_in_a_folder_of_the_run)
{
    struct run run = sample_run("20261121-075512-3fa9");
    const char *folder = NULL;
    struct stat info;
    CHECK(chdir(test_folder()) == 0);
    CHECK(outputs_write("results", &run, NULL, &folder, NULL) == ASSAY_OK);
    CHECK_STR(folder, "results/20261121-075512-3fa9");
    CHECK(stat("results/20261121-075512-3fa9/summary.json", &info) == 0 && info.st_size > 1000);
    CHECK(stat("results/20261121-075512-3fa9/report.html", &info) == 0 && info.st_size > 1000);
    CHECK(access("results/20261121-075512-3fa9/summary.json.part", F_OK) != 0);
    run_release(&run);
}

TEST(outputs_that_cannot_be_written_are_named)
{
    struct run run = sample_run("20261121-075512-3fa9");
    const char *folder = NULL;
    BUF_AUTO error;
    buf_init(&error, 1000);
    CHECK(chdir(test_folder()) == 0);
    write_whole("file", "x", 1);
    CHECK(outputs_write("file", &run, NULL, &folder, &error) == ASSAY_ERR_IO);
    CHECK_CONTAINS(error.text, "'file/20261121-075512-3fa9'");
    CHECK(mkdir("results", 0777) == 0 && mkdir("results/20261121-075512-3fa9", 0777) == 0);
    CHECK(mkdir("results/20261121-075512-3fa9/report.html", 0777) == 0);
    CHECK(outputs_write("results", &run, NULL, &folder, &error) == ASSAY_ERR_IO);
    CHECK_CONTAINS(error.text, "report.html");
    CHECK(access("results/20261121-075512-3fa9/report.html.part", F_OK) != 0);
    CHECK(folder == NULL);
    run_release(&run);
}

/* A store and a listener that write down, in one log, what they are told. */
struct diary {
    struct store store;
    struct buf log;
    size_t put_fails_at; /* from 1 on; 0: never */
    size_t puts;
    volatile sig_atomic_t stop;
    size_t stop_after;
};

static assay_status diary_begin(struct store *store, const struct run *run)
{
    buf_printf(&((struct diary *)store)->log, "begin %d\n", run->id[0] != '\0');
    return ASSAY_OK;
}

static assay_status diary_put(struct store *store, const struct run *run,
                              const struct result *result)
{
    struct diary *diary = (struct diary *)store;
    (void)run;
    if (++diary->puts == diary->put_fails_at)
        return buf_error(&store->error, ASSAY_ERR_IO, "disk full");
    buf_printf(&diary->log, "put %s\n", result->benchmark.id);
    return ASSAY_OK;
}

static assay_status diary_finish(struct store *store, const struct run *run)
{
    buf_printf(&((struct diary *)store)->log, "finish%s\n", run->interrupted ? " early" : "");
    return ASSAY_OK;
}

static void diary_step(void *context, const struct session_step *step)
{
    struct diary *diary = context;
    buf_printf(&diary->log, "%s %zu/%zu\n", step->result ? "ended" : "starts", step->index + 1,
               step->count);
    if (step->result != NULL && step->index + 1 == diary->stop_after)
        diary->stop = 1;
}

static void diary_release(struct diary *diary)
{
    buf_release(&diary->log);
    buf_release(&diary->store.error);
}

static const struct store_ops DIARY_OPS = {
    .begin = diary_begin, .put = diary_put, .finish = diary_finish};

/* Runs the benchmarks "alpha", "draws" of good.so and a module that is none. */
static assay_status run_into(struct diary *diary, struct run *run, struct buf *error)
{
    struct catalog catalog;
    const char *const words[] = {fixture_path("good"), fixture_path("not_assay"), "alpha", "draws",
                                 NULL};
    CHECK(chdir(test_folder()) == 0);
    CHECK(open_catalog(NULL, words, &catalog, NULL) == ASSAY_OK);
    diary->store.ops = &DIARY_OPS;
    buf_init(&diary->store.error, 1000);
    buf_init(&diary->log, 10000);
    struct session_request request = {
        .paths = &PATHS,
        .catalog = &catalog,
        .plan = {"quick", 1, 0.001, 0.002, 3, 100, 0.0003, 10, 1e9, 1, 0, 0, 0},
        .store = &diary->store,
        .stop = &diary->stop,
        .progress = diary_step,
        .context = diary,
    };
    assay_status status = session_run(&request, run, error);
    catalog_release(&catalog);
    return status;
}

TEST(a_result_is_in_the_store_before_it_is_told)
{
    struct diary diary = {0};
    struct run run;
    CHECK(run_into(&diary, &run, NULL) == ASSAY_OK);
    CHECK_STR(diary.log.text, "begin 1\nput not_assay.so\n"
                              "starts 1/2\nput good/alpha\nended 1/2\n"
                              "starts 2/2\nput good/draws\nended 2/2\nfinish\n");
    CHECK_EQ(run.results.count, 3);
    CHECK(session_has_failures(&run) && !run.interrupted);
    CHECK(run.duration_seconds > 0 && run.environment.fingerprint[0] != '\0');
    CHECK_EQ(run.results.items[1].samples.count, 3);
    CHECK(run.results.items[1].measurements.count >= 2);
    run_release(&run);
    diary_release(&diary);
}

TEST(a_stop_ends_the_run_after_the_benchmark_under_way)
{
    struct diary diary = {.stop_after = 1};
    struct run run;
    CHECK(run_into(&diary, &run, NULL) == ASSAY_OK);
    CHECK_CONTAINS(diary.log.text, "ended 1/2\nfinish early\n");
    CHECK(run.interrupted && run.results.count == 2);
    run_release(&run);
    diary_release(&diary);
}

TEST(a_store_that_fails_ends_the_run_with_its_text)
{
    struct diary diary = {.put_fails_at = 2};
    struct run run;
    BUF_AUTO error;
    buf_init(&error, 1000);
    CHECK(run_into(&diary, &run, &error) == ASSAY_ERR_IO);
    CHECK_STR(error.text, "disk full");
    CHECK(strstr(diary.log.text, "ended") == NULL && strstr(diary.log.text, "finish") == NULL);
    run_release(&run);
    diary_release(&diary);
}

TEST_MAIN
