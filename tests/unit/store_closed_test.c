/* Runs that arrive whole: their trends over segments of every size, in every engine alike;
 * forgetting and sealing; and the bytes that they are kept in. */
#include "same_run.h"
#include "store/closed/columns.h"
#include "store/store.h"
#include "store_places.h"

enum { SERIES = 3 };

/* What run `number` measured of a series: exact in a double, and different everywhere. */
static double value_of(int number, int series)
{
    return 1000 * (series + 1) + number + 0.25;
}

/* A run of SERIES benchmarks, as an importer makes them; the one with `number` % 7 == 3 lacks the
 * second. */
static struct run whole_run(int number)
{
    struct run run = {
        .commit = "abc", .branch = "", .tag = "", .label = "", .plan.profile = "import"};
    run.id = arena_printf(&run.arena, "20261121-%06d-3fa9", number);
    run.started_at = arena_printf(&run.arena, "2026-11-%02dT%02d:%02d:00Z", 1 + number / 1440,
                                  number / 60 % 24, number % 60);
    run.environment = (struct environment){.hostname = "",
                                           .cpu = "",
                                           .kernel = "",
                                           .os = "",
                                           .compiler = "",
                                           .governor = "",
                                           .fingerprint = "tool"};
    for (int i = 0; i < SERIES; i++) {
        if (i == 1 && number % 7 == 3)
            continue;
        const char *id = arena_printf(&run.arena, "suite/b%d", i);
        struct result *result = sample_result(&run, id, id + 6, "");
        struct measurement *measurement = result_add_measurement(result, &METRICS[METRIC_TIME]);
        CHECK(measurement != NULL);
        const double value = value_of(number, i);
        measurement->summary.median = value;
        measurement->summary.interval = (struct interval){value - 0.5, value + 2, 0.95};
        measurement->summary.sample_count = 20;
        measurement->summary.launch_count = 5;
    }
    return run;
}

static void put_runs(struct store *store, int first, int end)
{
    for (int number = first; number < end; number++) {
        struct run run = whole_run(number);
        if (store->ops->put_run(store, &run) != ASSAY_OK)
            test_fail(__FILE__, __LINE__, "%s", store->error.text);
        run_release(&run);
    }
}

static struct store *with_runs(const char *name, int count)
{
    struct store *store = NULL;
    CHECK(store_open(store_place(name), true, &store, NULL) == ASSAY_OK);
    put_runs(store, 0, count);
    return store;
}

/* The history of series `series` is that of runs first .. end - 1 but those in `gone`. */
static void check_history(struct store *store, int series, int first, int end, int gone)
{
    struct arena arena = {0};
    history_row_vec rows = {0};
    const char *id = arena_printf(&arena, "suite/b%d", series);
    CHECK(store->ops->history(store, &FILTER(id), "time_ns", &arena, &rows) == ASSAY_OK);
    size_t row = 0;
    for (int number = first; number < end; number++) {
        const double value = value_of(number, series);
        if (number == gone || (series == 1 && number % 7 == 3))
            continue;
        CHECK(row < rows.count);
        CHECK_EQ(rows.items[row].median, value);
        CHECK_NEAR(rows.items[row].low, value - 0.5, 1e-4 / value);
        CHECK_NEAR(rows.items[row].high, value + 2, 1e-4 / value);
        CHECK_STR(rows.items[row].benchmark, id);
        CHECK_STR(rows.items[row].run_id, arena_printf(&arena, "20261121-%06d-3fa9", number));
        CHECK_STR(rows.items[row].unit, "ns");
        CHECK_STR(rows.items[row].fingerprint, "tool");
        row++;
    }
    CHECK_EQ(rows.count, row);
    vec_release(&rows);
    arena_release(&arena);
}

/* Sixteen runs make a segment, 320 a larger one: all sizes just before and after. */
TEST(a_trend_is_whole_whatever_part_of_it_is_in_segments)
{
    static const int COUNTS[] = {1, 15, 16, 17, 33, 319, 320, 321, 350};
    struct store *store = NULL;
    CHECK(store_open(store_place("trend"), true, &store, NULL) == ASSAY_OK);
    for (size_t i = 0; i < sizeof COUNTS / sizeof *COUNTS; i++) {
        put_runs(store, i > 0 ? COUNTS[i - 1] : 0, COUNTS[i]);
        for (int series = 0; series < SERIES; series++)
            check_history(store, series, 0, COUNTS[i], -1);
    }
    store_close(store);
}

TEST(the_newest_rows_of_a_history_are_those_at_its_end)
{
    static const size_t LASTS[] = {1, 2, 15, 16, 17, 40, 339, 340, 1000};
    struct store *store = with_runs("newest", 340);
    for (size_t i = 0; i < sizeof LASTS / sizeof *LASTS; i++) {
        struct arena arena = {0};
        history_row_vec all = {0}, rows = {0};
        struct benchmark_filter filter = FILTER("suite/b1");
        CHECK(store->ops->history(store, &filter, "time_ns", &arena, &all) == ASSAY_OK);
        filter.last = LASTS[i];
        CHECK(store->ops->history(store, &filter, "time_ns", &arena, &rows) == ASSAY_OK);
        const size_t want = all.count < LASTS[i] ? all.count : LASTS[i];
        CHECK_EQ(rows.count, want);
        for (size_t k = 0; k < want; k++)
            CHECK_STR(rows.items[k].run_id, all.items[all.count - want + k].run_id);
        vec_release(&all);
        vec_release(&rows);
        arena_release(&arena);
    }
    store_close(store);
}

/* As when an old history is imported into a new one. */
TEST(runs_that_arrive_out_of_order_stand_in_order_of_time)
{
    struct store *store = NULL;
    struct arena arena = {0};
    history_row_vec rows = {0};
    CHECK(store_open(store_place("mixed"), true, &store, NULL) == ASSAY_OK);
    put_runs(store, 100, 140);
    put_runs(store, 0, 40);
    put_runs(store, 50, 90);
    struct benchmark_filter filter = FILTER("suite/b0");
    filter.last = 45;
    CHECK(store->ops->history(store, &filter, "time_ns", &arena, &rows) == ASSAY_OK);
    CHECK_EQ(rows.count, 45);
    CHECK_EQ(rows.items[0].median, value_of(85, 0));
    CHECK_EQ(rows.items[4].median, value_of(89, 0));
    CHECK_EQ(rows.items[5].median, value_of(100, 0));
    CHECK_EQ(rows.items[44].median, value_of(139, 0));
    vec_release(&rows);
    arena_release(&arena);
    store_close(store);
}

TEST(a_closed_run_and_one_put_in_parts_share_their_histories)
{
    struct store *store = with_runs("shared", 18);
    struct run run = whole_run(18), loaded = {0};
    CHECK(store->ops->begin(store, &run) == ASSAY_OK);
    for (size_t i = 0; i < run.results.count; i++)
        CHECK(store->ops->put(store, &run, &run.results.items[i]) == ASSAY_OK);
    CHECK(store->ops->finish(store, &run) == ASSAY_OK);
    put_runs(store, 19, 36);
    for (int series = 0; series < SERIES; series++)
        check_history(store, series, 0, 36, -1);
    CHECK(store->ops->load(store, run.id, &loaded) == ASSAY_OK);
    check_same_run(&loaded, &run);
    run_release(&loaded);
    run_release(&run);
    store_close(store);
}

TEST(a_forgotten_run_is_gone_from_its_segment_and_the_others_stay)
{
    static const int GONE[] = {0, 15, 16, 100, 321, 329};
    struct store *store = with_runs("forgotten", 330);
    for (size_t i = 0; i < sizeof GONE / sizeof *GONE; i++) {
        struct run run = whole_run(GONE[i]), loaded = {0};
        CHECK(store->ops->prune(store, &run.id, 1) == ASSAY_OK);
        CHECK(store->ops->load(store, run.id, &loaded) == ASSAY_ERR_NOT_FOUND);
        check_history(store, 0, 0, 330, GONE[i]);
        CHECK(store->ops->put_run(store, &run) == ASSAY_OK); /* and can come again */
        check_history(store, 0, 0, 330, -1);
        run_release(&run);
    }
    store_close(store);
}

TEST(what_only_a_forgotten_run_had_is_forgotten_too)
{
    struct store *store = with_runs("only", 2);
    struct run run = sample_run("20261121-075512-3fa9");
    struct arena arena = {0};
    history_row_vec rows = {0};
    CHECK(store->ops->put_run(store, &run) == ASSAY_OK);
    CHECK(store->ops->prune(store, &run.id, 1) == ASSAY_OK);
    CHECK(store->ops->history(store, &FILTER("work"), "time_ns", &arena, &rows) == ASSAY_OK);
    CHECK_EQ(rows.count, 0);
    check_history(store, 0, 0, 2, -1);
    CHECK(store->ops->put_run(store, &run) == ASSAY_OK);
    struct run loaded = {0};
    CHECK(store->ops->load(store, run.id, &loaded) == ASSAY_OK);
    check_same_run(&loaded, &run);
    run_release(&loaded);
    run_release(&run);
    vec_release(&rows);
    arena_release(&arena);
    store_close(store);
}

/* What is left of a result when it is sealed. */
static void check_sealed(const struct run *sealed, const struct run *whole)
{
    SAME_TEXT(sealed, whole, id);
    SAME_TEXT(sealed, whole, commit);
    SAME_NUMBER(sealed, whole, results.count);
    SAME_NUMBER(sealed, whole, targets.count);
    for (size_t i = 0; i < whole->results.count; i++) {
        const struct result *a = &sealed->results.items[i], *b = &whole->results.items[i];
        SAME_TEXT(a, b, benchmark.id);
        SAME_TEXT(a, b, reason);
        SAME_NUMBER(a, b, outcome);
        SAME_NUMBER(a, b, bytes);
        SAME_NUMBER(a, b, measurements.count);
        CHECK_EQ(a->samples.count, 0);
        for (size_t k = 0; k < b->measurements.count; k++) {
            const struct summary *x = &a->measurements.items[k].summary;
            const struct summary *y = &b->measurements.items[k].summary;
            CHECK_STR(a->measurements.items[k].metric->name, b->measurements.items[k].metric->name);
            CHECK_EQ(x->median, y->median);
            CHECK_EQ(x->sample_count, y->sample_count);
            CHECK_EQ(x->launch_count, y->launch_count);
            CHECK_EQ(x->interval.level, y->interval.level);
            CHECK_NEAR(x->interval.low, y->interval.low, 1e-4 * 2 / y->median);
            CHECK_NEAR(x->interval.high, y->interval.high, 1e-4 * 2 / y->median);
        }
    }
}

static size_t problems_of(struct store *store)
{
    struct arena arena = {0};
    problem_vec problems = {0};
    CHECK(store->ops->check(store, &arena, &problems) == ASSAY_OK);
    for (size_t i = 0; i < problems.count; i++)
        printf("# %s\n", problems.items[i]);
    const size_t count = problems.count;
    vec_release(&problems);
    arena_release(&arena);
    return count;
}

TEST(a_sealed_run_is_small_and_can_be_read)
{
    struct store *store = with_runs("sealed", 20);
    struct run measured = sample_run("20261121-075512-3fa9"), loaded = {0}, whole = whole_run(17);
    CHECK(store->ops->begin(store, &measured) == ASSAY_OK);
    const char *unfinished[] = {whole.id, measured.id};
    CHECK(store->ops->seal(store, unfinished, 2) == ASSAY_ERR_ARGUMENT);
    CHECK_CONTAINS(store->error.text, "is not finished");
    CHECK(store->ops->load(store, whole.id, &loaded) == ASSAY_OK); /* nor was the other */
    check_same_run(&loaded, &whole);
    run_release(&loaded);
    for (size_t i = 0; i < measured.results.count; i++)
        CHECK(store->ops->put(store, &measured, &measured.results.items[i]) == ASSAY_OK);
    CHECK(store->ops->finish(store, &measured) == ASSAY_OK);
    for (int again = 0; again < 2; again++) {
        CHECK(store->ops->seal(store, unfinished, 2) == ASSAY_OK);
        CHECK(store->ops->load(store, whole.id, &loaded) == ASSAY_OK);
        check_sealed(&loaded, &whole);
        run_release(&loaded);
        CHECK(store->ops->load(store, measured.id, &loaded) == ASSAY_OK);
        check_sealed(&loaded, &measured);
        run_release(&loaded);
        for (int series = 0; series < SERIES; series++)
            check_history(store, series, 0, 20, -1);
        CHECK_EQ(problems_of(store), 0);
    }
    CHECK(store->ops->put_run(store, &whole) == ASSAY_ERR_IO); /* it is there */
    CHECK(store->ops->prune(store, unfinished, 2) == ASSAY_OK);
    check_history(store, 0, 0, 20, 17);
    CHECK_EQ(problems_of(store), 0);
    run_release(&whole);
    run_release(&measured);
    store_close(store);
}

TEST(what_is_damaged_is_found)
{
    static const char *const DAMAGES[] = {
        "UPDATE chunk SET points = NULL WHERE series = (SELECT min(key) FROM series)",
        "DELETE FROM detail WHERE run = (SELECT max(run) FROM closed)",
        "DELETE FROM segment",
        "DELETE FROM run WHERE key = (SELECT min(key) FROM run)",
        "DELETE FROM series WHERE key = (SELECT min(key) FROM series)",
        "UPDATE closed SET results = NULL WHERE run = (SELECT max(run) FROM closed)",
    };
    for (size_t i = 0; i < sizeof DAMAGES / sizeof *DAMAGES; i++) {
        char name[16];
        snprintf(name, sizeof name, "damage-%zu", i);
        struct store *store = with_runs(name, 20);
        CHECK_EQ(problems_of(store), 0);
        store_close(store);
        store_places()->execute(store_place(name), DAMAGES[i]);
        CHECK(store_open(store_place(name), false, &store, NULL) == ASSAY_OK);
        CHECK(problems_of(store) > 0);
        store_close(store);
    }
}

/* Worked by hand: 300 and 301 are a byte apart, so the column is its smallest number and two bytes.
 */
TEST(a_column_takes_as_many_bytes_as_its_numbers_are_apart)
{
    const uint64_t near[] = {300, 301}, equal[] = {7, 7, 7}, far[] = {0, UINT64_MAX};
    BUF_AUTO out;
    buf_init(&out, 1000);
    pack_column(near, 2, &out);
    CHECK_EQ(out.length, 9 + 2);
    CHECK(memcmp(out.text, "\1\x2c\1\0\0\0\0\0\0\0\1", 11) == 0);
    buf_clear(&out);
    pack_column(equal, 3, &out);
    CHECK_EQ(out.length, 9);
    buf_clear(&out);
    pack_column(far, 2, &out);
    CHECK_EQ(out.length, 9 + 16);
    for (size_t cut = 0; cut < out.length; cut++) {
        struct packed_reader reader = {(unsigned char *)out.text, (unsigned char *)out.text + cut};
        struct packed_column column;
        CHECK(unpack_column(&reader, 2, &column) == ASSAY_ERR_PARSE);
    }
}

TEST(doubles_keep_their_order_and_their_bits)
{
    const double values[] = {
        -(double)INFINITY, -1e300, -1, -1e-300, -0.0, 0.0, 4.9e-324, 1, 2, 1e300, (double)INFINITY};
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const double back = double_of_ordered(ordered_of_double(values[i]));
        CHECK(memcmp(&back, &values[i], sizeof back) == 0);
        if (i > 0)
            CHECK(ordered_of_double(values[i - 1]) < ordered_of_double(values[i]));
    }
    CHECK(isnan(double_of_ordered(ordered_of_double((double)NAN))));
}

TEST_MAIN
