/* The store: what goes in comes out, runs are found by what people call them, and lists are
 * ordered, in every engine alike. What becomes of killed writers: store_crash_test.c; of damaged
 * files: store_damage_test.c. */
#include "same_run.h"
#include "store/pack.h"
#include "store/store.h"
#include "store_places.h"

static struct store *opened(void)
{
    struct store *store = NULL;
    CHECK(store_open(store_place("history"), true, &store, NULL) == ASSAY_OK);
    return store;
}

static void put_all(struct store *store, const struct run *run)
{
    CHECK(store->ops->begin(store, run) == ASSAY_OK);
    for (size_t i = 0; i < run->results.count; i++)
        CHECK(store->ops->put(store, run, &run->results.items[i]) == ASSAY_OK);
    CHECK(store->ops->finish(store, run) == ASSAY_OK);
}

TEST(a_run_comes_out_as_it_went_in)
{
    struct run run = sample_run("20261121-075512-3fa9"), loaded = {0};
    struct store *store = opened();
    put_all(store, &run);
    store_close(store);
    CHECK(store_open(store_place("history"), false, &store, NULL) == ASSAY_OK);
    CHECK(store->ops->load(store, run.id, &loaded) == ASSAY_OK);
    check_same_run(&loaded, &run);
    run_release(&loaded);
    run_release(&run);
    store_close(store);
}

TEST(numbers_at_the_ends_of_their_ranges_survive)
{
    struct run run = sample_run("20261121-075512-3fa9"), loaded = {0};
    struct store *store = opened();
    struct result *result = &run.results.items[0];
    run.plan.seed = UINT64_MAX;
    run.plan.iterations = (uint64_t)1 << 63;
    run.environment.steal_ratio = -1;
    result->samples.items[0] = (struct sample){(uint64_t)1 << 40, 1e30, 0};
    result->samples.items[1] = (struct sample){1, 0, 0};
    result->samples.items[9].launch = UINT32_MAX;
    result->measurements.items[0].summary.max = 1.7976931348623157e308;
    result->measurements.items[0].summary.min = 4.9406564584124654e-324;
    result->measurements.items[0].summary.percentiles[4].value = (double)NAN;
    put_all(store, &run);
    CHECK(store->ops->load(store, run.id, &loaded) == ASSAY_OK);
    CHECK(isnan(loaded.results.items[0].measurements.items[0].summary.percentiles[4].value));
    loaded.results.items[0].measurements.items[0].summary.percentiles[4].value = 0;
    result->measurements.items[0].summary.percentiles[4].value = 0;
    check_same_run(&loaded, &run);
    run_release(&loaded);
    run_release(&run);
    store_close(store);
}

TEST(a_metric_of_a_benchmark_s_own_comes_back_with_unit_and_direction)
{
    static const struct metric RECALL = {"recall", "1", HIGHER_IS_BETTER, true},
                               COST = {"cost", "cent", LOWER_IS_BETTER, false};
    struct run run = sample_run("20261121-075512-3fa9"), loaded = {0};
    struct store *store = opened();
    struct measurement *recall = result_add_measurement(&run.results.items[0], &RECALL);
    CHECK(recall != NULL);
    recall->summary.median = 0.75;
    CHECK(result_add_measurement(&run.results.items[0], &COST) != NULL);
    put_all(store, &run);
    CHECK(store->ops->load(store, run.id, &loaded) == ASSAY_OK);
    const struct measurement *found = result_measurement(&loaded.results.items[0], "recall");
    CHECK(found != NULL && found->summary.median == 0.75);
    CHECK_STR(found->metric->unit, "1");
    CHECK_EQ(found->metric->direction, HIGHER_IS_BETTER);
    found = result_measurement(&loaded.results.items[0], "cost");
    CHECK(found != NULL && found->metric->direction == LOWER_IS_BETTER);
    run_release(&loaded);
    run_release(&run);
    store_close(store);
}

TEST(results_come_out_in_the_order_of_their_run_and_not_of_their_first_run)
{
    struct run first = sample_run("20261121-075512-0001"), second = {0}, loaded = {0};
    struct store *store = opened();
    put_all(store, &first);
    second = sample_run("20261121-075513-0002");
    struct result swapped = second.results.items[0];
    second.results.items[0] = second.results.items[2];
    second.results.items[2] = swapped;
    put_all(store, &second);
    CHECK(store->ops->load(store, second.id, &loaded) == ASSAY_OK);
    check_same_run(&loaded, &second);
    run_release(&loaded);
    run_release(&first);
    run_release(&second);
    store_close(store);
}

TEST(a_run_that_was_not_finished_is_interrupted)
{
    struct run run = sample_run("20261121-075512-3fa9"), loaded = {0};
    struct store *store = opened();
    CHECK(store->ops->begin(store, &run) == ASSAY_OK);
    CHECK(store->ops->put(store, &run, &run.results.items[0]) == ASSAY_OK);
    CHECK(store->ops->load(store, run.id, &loaded) == ASSAY_OK);
    CHECK(loaded.interrupted);
    CHECK_EQ(loaded.results.count, 1);
    run_release(&loaded);
    run.interrupted = true;
    CHECK(store->ops->finish(store, &run) == ASSAY_OK);
    CHECK(store->ops->load(store, run.id, &loaded) == ASSAY_OK);
    CHECK(loaded.interrupted);
    run_release(&loaded);
    run_release(&run);
    store_close(store);
}

TEST(a_result_put_twice_is_refused_and_the_first_stays)
{
    struct run run = sample_run("20261121-075512-3fa9"), loaded = {0};
    struct store *store = opened();
    put_all(store, &run);
    run.results.items[0].bytes = 1;
    CHECK(store->ops->put(store, &run, &run.results.items[0]) == ASSAY_ERR_IO);
    CHECK(store->ops->begin(store, &run) == ASSAY_ERR_IO);
    run.results.items[0].bytes = 4096;
    CHECK(store->ops->load(store, run.id, &loaded) == ASSAY_OK);
    check_same_run(&loaded, &run);
    run_release(&loaded);
    run_release(&run);
    store_close(store);
}

/* Three runs: two on one branch, in one second; the newest is the one that was begun last. */
static struct store *with_three_runs(void)
{
    static const struct {
        const char *id, *started_at, *commit, *branch, *tag, *label;
    } RUNS[] = {
        {"20261120-100000-00aa", "2026-11-20T10:00:00Z", "aaaaaaa1111", "main", "v1", "old"},
        {"20261121-100000-ffff", "2026-11-21T10:00:00Z", "bbbbbbb2222", "main", "", "twice"},
        {"20261121-100000-0000", "2026-11-21T10:00:00Z", "ccccccc3333+", "topic", "", "twice"},
    };
    struct store *store = opened();
    for (size_t i = 0; i < sizeof RUNS / sizeof *RUNS; i++) {
        struct run run = sample_run(RUNS[i].id);
        run.started_at = RUNS[i].started_at;
        run.commit = RUNS[i].commit;
        run.branch = RUNS[i].branch;
        run.tag = RUNS[i].tag;
        run.label = RUNS[i].label;
        put_all(store, &run);
        run_release(&run);
    }
    return store;
}

TEST(a_run_is_found_by_each_of_its_names)
{
    static const char *const NAMES[][2] = {
        {"20261120-100000-00aa", "20261120-100000-00aa"}, /* id */
        {"20261120", "20261120-100000-00aa"},             /* its start */
        {"20261121-100000-ff", "20261121-100000-ffff"},
        {"2026-11-20T10:00:00Z", "20261120-100000-00aa"}, /* time */
        {"2026-11-20", "20261120-100000-00aa"},
        {"old", "20261120-100000-00aa"}, /* label */
        {"twice", "20261121-100000-0000"},
        {"aaaaaaa", "20261120-100000-00aa"}, /* commit */
        {"bbbbbbb2222", "20261121-100000-ffff"},
        {"ccccccc3333", "20261121-100000-0000"}, /* of a changed tree */
        {"v1", "20261120-100000-00aa"},          /* tag */
        {"main", "20261121-100000-ffff"},        /* branch: the newest */
        {"topic", "20261121-100000-0000"},
        {"last", "20261121-100000-0000"},   /* the same */
        {"latest", "20261121-100000-0000"}, /* by the order of begin inside one second */
    };
    struct store *store = with_three_runs();
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        const char *id = NULL;
        CHECK(store->ops->find(store, NAMES[i][0], &arena, &id) == ASSAY_OK);
        CHECK_STR(id, NAMES[i][1]);
    }
    arena_release(&arena);
    store_close(store);
}

TEST(an_unknown_name_is_answered_with_what_was_tried)
{
    static const char *const NAMES[] = {
        "2026112", "nothing", "bbbbbb", "", "LATEST", "ma%n", "'; DROP TABLE run; --"};
    struct store *store = with_three_runs();
    struct arena arena = {0};
    for (size_t i = 0; i < sizeof NAMES / sizeof *NAMES; i++) {
        const char *id = NULL;
        CHECK(store->ops->find(store, NAMES[i], &arena, &id) == ASSAY_ERR_NOT_FOUND);
        CHECK(id == NULL);
        CHECK_CONTAINS(store->error.text, NAMES[i]);
        CHECK_CONTAINS(store->error.text, "tried: id, time, ");
        CHECK_CONTAINS(store->error.text, "label, commit, tag, branch");
    }
    arena_release(&arena);
    store_close(store);
}

TEST(latest_of_an_empty_store_is_not_found)
{
    struct store *store = opened();
    struct arena arena = {0};
    struct run run = {0};
    const char *id = NULL;
    CHECK(store->ops->find(store, "latest", &arena, &id) == ASSAY_ERR_NOT_FOUND);
    CHECK(store->ops->load(store, "20261121-075512-3fa9", &run) == ASSAY_ERR_NOT_FOUND);
    CHECK_CONTAINS(store->error.text, "20261121-075512-3fa9");
    store_close(store);
}

TEST(runs_are_listed_newest_first_up_to_a_limit)
{
    struct store *store = with_three_runs();
    struct arena arena = {0};
    run_row_vec rows = {0};
    CHECK(store->ops->runs(store, 2, &arena, &rows) == ASSAY_OK);
    CHECK_EQ(rows.count, 2);
    CHECK_STR(rows.items[0].id, "20261121-100000-0000");
    CHECK_STR(rows.items[1].id, "20261121-100000-ffff");
    CHECK_STR(rows.items[1].branch, "main");
    CHECK_STR(rows.items[1].status, "done");
    CHECK_STR(rows.items[1].profile, "standard");
    CHECK_EQ(rows.items[1].duration_seconds, 12.5);
    CHECK(rows.items[1].ok == 1 && rows.items[1].failed == 1 && rows.items[1].skipped == 1);
    rows.count = 0;
    CHECK(store->ops->runs(store, 100, &arena, &rows) == ASSAY_OK);
    CHECK_EQ(rows.count, 3);
    vec_release(&rows);
    arena_release(&arena);
    store_close(store);
}

/* ---- kept modules ---- */

static void keep(struct store *store, const char *run_id, const char *kept)
{
    const struct kept_module module = {.file = "x_bench.so", .kept = kept};
    CHECK(store->ops->module_put(store, run_id, &module) == ASSAY_OK);
}

static size_t sweep(struct store *store, const char *first)
{
    struct arena arena = {0};
    kept_module_vec gone = {0};
    CHECK(store->ops->module_sweep(store, &arena, &gone) == ASSAY_OK);
    size_t count = gone.count;
    if (count > 0)
        CHECK_STR(gone.items[0].kept, first);
    vec_release(&gone);
    arena_release(&arena);
    return count;
}

TEST(a_copy_is_swept_with_the_last_baseline_that_needs_it)
{
    static const char *const ONE = "20261121-100000-0000", *const TWO = "20261121-100000-ffff";
    struct store *store = with_three_runs();
    keep(store, ONE, "shared.so");
    keep(store, TWO, "shared.so");
    keep(store, "20261120-100000-00aa", "orphan.so");
    CHECK(store->ops->baseline_save(store, "a", ONE, false) == ASSAY_OK);
    CHECK(store->ops->baseline_save(store, "b", TWO, false) == ASSAY_OK);
    CHECK_EQ(sweep(store, "orphan.so"), 1);
    CHECK(store->ops->baseline_remove(store, "a") == ASSAY_OK);
    CHECK_EQ(sweep(store, ""), 0);
    CHECK(store->ops->baseline_remove(store, "b") == ASSAY_OK);
    CHECK_EQ(sweep(store, "shared.so"), 1);
    CHECK_EQ(sweep(store, ""), 0);
    store_close(store);
}

static size_t history_count(struct store *store, const char *pattern, const char *metric)
{
    struct arena arena = {0};
    history_row_vec rows = {0};
    CHECK(store->ops->history(store, &FILTER(pattern), metric, &arena, &rows) == ASSAY_OK);
    size_t count = rows.count;
    vec_release(&rows);
    arena_release(&arena);
    return count;
}

TEST(a_benchmark_has_one_history_row_a_run_oldest_first)
{
    struct store *store = with_three_runs();
    struct arena arena = {0};
    history_row_vec rows = {0};
    CHECK(store->ops->history(store, &FILTER("suite/work:n=10"), "bytes_per_s", &arena, &rows) ==
          ASSAY_OK);
    CHECK_EQ(rows.count, 3);
    CHECK_STR(rows.items[0].run_id, "20261120-100000-00aa");
    CHECK_STR(rows.items[1].run_id, "20261121-100000-ffff");
    CHECK_STR(rows.items[2].run_id, "20261121-100000-0000");
    CHECK_STR(rows.items[2].started_at, "2026-11-21T10:00:00Z");
    CHECK_STR(rows.items[2].commit, "ccccccc3333+");
    CHECK_STR(rows.items[2].benchmark, "suite/work:n=10");
    CHECK_STR(rows.items[2].unit, "B/s");
    CHECK_STR(rows.items[2].fingerprint, "A CPU|16|Linux 6.1|12.2.0");
    CHECK(rows.items[2].median == 2001.5 && rows.items[2].low == 2001.25 &&
          rows.items[2].high == 2001.75);
    vec_release(&rows);
    arena_release(&arena);
    store_close(store);
}

TEST(history_is_asked_by_id_part_or_glob)
{
    struct store *store = with_three_runs();
    CHECK_EQ(history_count(store, "work", "time_ns"), 3);
    CHECK_EQ(history_count(store, "suite/*:n=1?", "rss_bytes_peak"), 3);
    CHECK_EQ(history_count(store, "suite/*:n=?", "time_ns"), 0);
    CHECK_EQ(history_count(store, "suite/broken", "time_ns"), 0); /* failed: no number */
    CHECK_EQ(history_count(store, "work", "no_such_metric"), 0);
    CHECK_EQ(history_count(store, "%", "time_ns"), 0);
    CHECK_EQ(history_count(store, "[", "time_ns"), 0);
    store_close(store);
}

TEST(a_whole_run_is_stored_or_nothing_of_it)
{
    struct store *store = NULL;
    struct run loaded = {0};
    struct arena arena = {0};
    run_row_vec rows = {0};
    struct run run = sample_run("20261121-075512-3fa9");
    CHECK(store_open(store_place("whole"), true, &store, NULL) == ASSAY_OK);
    CHECK(store->ops->put_run(store, &run) == ASSAY_OK);
    CHECK(store->ops->load(store, run.id, &loaded) == ASSAY_OK);
    check_same_run(&loaded, &run);
    run.id = "20261121-075513-3fa9";
    struct result *twice = vec_add(&run.results); /* its last row breaks a key */
    CHECK(twice != NULL);
    if (twice != NULL)
        *twice = run.results.items[0];
    CHECK(store->ops->put_run(store, &run) == ASSAY_ERR_IO);
    CHECK(store->ops->runs(store, 9, &arena, &rows) == ASSAY_OK);
    CHECK_EQ(rows.count, 1);
    run.results.count--;
    CHECK(store->ops->put_run(store, &run) == ASSAY_OK); /* the store is as good as before */
    vec_release(&rows);
    arena_release(&arena);
    run_release(&loaded);
    run_release(&run);
    store_close(store);
}

TEST(a_reader_notices_what_others_write_and_writes_nothing)
{
    struct run run = sample_run("20261121-075512-3fa9");
    struct store *writer = opened(), *reader = NULL;
    uint64_t before = 0, still = 0, after = 0;
    CHECK(store_open(store_place("history"), false, &reader, NULL) == ASSAY_OK);
    reader->ops->read_only(reader);
    CHECK(reader->ops->version(reader, &before) == ASSAY_OK);
    CHECK(reader->ops->version(reader, &still) == ASSAY_OK);
    CHECK_EQ(before, still);
    put_all(writer, &run);
    CHECK(reader->ops->version(reader, &after) == ASSAY_OK);
    CHECK(after != before);
    CHECK(reader->ops->begin(reader, &run) == ASSAY_ERR_IO);
    CHECK(reader->ops->baseline_save(reader, "main", run.id, false) == ASSAY_ERR_IO);
    run_release(&run);
    store_close(reader);
    store_close(writer);
}

/* The store is too small for a limit to be met by chance: the one that is set has passed already.
 */
TEST(a_call_that_takes_too_long_says_so_and_the_next_limit_is_new)
{
    struct run run = sample_run("20261121-075512-3fa9");
    struct store *store = opened();
    struct arena arena = {0};
    history_row_vec rows = {0};
    for (int i = 0; i < 100; i++) {
        run.id = arena_printf(&arena, "20261121-075512-%04d", i);
        put_all(store, &run);
    }
    store->ops->time_limit(store, 1e-9);
    CHECK(store->ops->history(store, &FILTER("*"), "time_ns", &arena, &rows) == ASSAY_ERR_TIMEOUT);
    CHECK_CONTAINS(store->error.text, "longer than allowed");
    store->ops->time_limit(store, 3600);
    rows.count = 0;
    CHECK(store->ops->history(store, &FILTER("*"), "time_ns", &arena, &rows) == ASSAY_OK);
    store->ops->time_limit(store, 0);
    rows.count = 0;
    CHECK(store->ops->history(store, &FILTER("*"), "time_ns", &arena, &rows) == ASSAY_OK);
    vec_release(&rows);
    arena_release(&arena);
    run_release(&run);
    store_close(store);
}

TEST(packed_samples_believe_no_count_that_the_length_denies)
{
    struct run run = sample_run("x");
    sample_vec samples = {0};
    BUF_AUTO packed;
    buf_init(&packed, 10000);
    pack_samples(&run.results.items[0].samples, &packed);
    CHECK_EQ(packed.length, 2 * 16 + 10 * 4); /* two stretches of five */
    for (size_t length = 1; length < packed.length; length++)
        if (length != 16 + 5 * 4)
            CHECK(unpack_samples(packed.text, length, &samples) == ASSAY_ERR_PARSE);
    CHECK(samples.items == NULL);
    memset(packed.text + 4, 0xff, 4); /* the count of the first stretch */
    CHECK(unpack_samples(packed.text, packed.length, &samples) == ASSAY_ERR_PARSE);
    memset(packed.text + 4, 0, 4);
    CHECK(unpack_samples(packed.text, packed.length, &samples) == ASSAY_ERR_PARSE);
    CHECK(unpack_samples("", 0, &samples) == ASSAY_OK && samples.count == 0);
    run_release(&run);
}

TEST_MAIN
