/* Runs that arrive whole: their trends over segments of every size, in every engine alike;
 * forgetting and sealing; and the bytes that they are kept in. */
#include "same_run.h"
#include "store/closed/columns.h"
#include "store/sql/sql.h"
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

static int64_t tail_of(struct store *store)
{
    const struct sql_store *self = (const struct sql_store *)store;
    CHECK(self->tail.known);
    return self->tail.count;
}

/* A store counts the runs that no segment has by itself, as long as that can be right. */
TEST(runs_without_a_segment_are_counted_whoever_writes)
{
    struct store *one = with_runs("tail", 10), *other = NULL;
    struct run again = whole_run(3);
    CHECK(store_open(store_place("tail"), true, &other, NULL) == ASSAY_OK);
    CHECK_EQ(tail_of(one), 10);
    put_runs(other, 10, 15);
    CHECK_EQ(tail_of(other), 15);
    put_runs(one, 15, 17); /* the sixteenth makes the segment */
    CHECK_EQ(tail_of(one), 1);
    CHECK(one->ops->put_run(one, &again) == ASSAY_ERR_IO); /* it is there, and is rolled back */
    put_runs(one, 17, 18);
    CHECK_EQ(tail_of(one), 2);
    put_runs(other, 18, 19);
    CHECK_EQ(tail_of(other), 3);
    for (int series = 0; series < SERIES; series++) {
        check_history(one, series, 0, 19, -1);
        check_history(other, series, 0, 19, -1);
    }
    run_release(&again);
    store_close(other);
    store_close(one);
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

/* ---- outlines ---- */

/* The outline says what the whole run says, whatever it is kept as. */
static void check_outline(struct store *store, const char *id)
{
    struct run run = {0};
    struct outline outline = {0};
    CHECK(store->ops->load(store, id, &run) == ASSAY_OK);
    CHECK(store->ops->outline(store, id, &outline) == ASSAY_OK);
    CHECK_STR(outline.run.id, run.id);
    CHECK_STR(outline.run.commit, run.commit);
    CHECK_STR(outline.run.environment.fingerprint, run.environment.fingerprint);
    CHECK_EQ(outline.results.count, run.results.count);
    for (size_t i = 0; i < run.results.count; i++) {
        const struct result *result = &run.results.items[i];
        const struct outline_result *own = &outline.results.items[i];
        CHECK_STR(own->benchmark->id, result->benchmark.id);
        CHECK_STR(own->benchmark->suite, result->benchmark.suite);
        CHECK_STR(own->benchmark->name, result->benchmark.name);
        CHECK_STR(own->benchmark->params, result->benchmark.params);
        CHECK_STR(own->benchmark->tags, result->benchmark.tags);
        CHECK_STR(own->reason, result->reason);
        CHECK_EQ(own->outcome, result->outcome);
        CHECK_EQ(own->count, result->measurements.count);
        for (size_t k = 0; k < own->count; k++) {
            const struct outline_point want = outline_point_of(&result->measurements.items[k]);
            const struct outline_point *point = &outline_points(&outline, own)[k];
            CHECK_STR(point->metric->name, want.metric->name);
            CHECK_STR(point->metric->unit, want.metric->unit);
            CHECK_EQ(point->sample_count, want.sample_count);
            CHECK_EQ(point->launch_count, want.launch_count);
            CHECK(memcmp(&point->median, &want.median, sizeof want.median) == 0);
            CHECK(memcmp(&point->interval, &want.interval, sizeof want.interval) == 0);
            CHECK(memcmp(&point->min, &want.min, sizeof want.min) == 0);
            CHECK(memcmp(&point->max, &want.max, sizeof want.max) == 0);
        }
    }
    outline_release(&outline);
    run_release(&run);
}

TEST(an_outline_says_what_the_run_says)
{
    struct store *store = with_runs("outline", 40);
    struct run rows = whole_run(40), failed = whole_run(41);
    const char *sealed[] = {"20261121-000005-3fa9"};
    static const struct metric OWN = {"recall", "share", HIGHER_IS_BETTER, true};
    CHECK(store->ops->begin(store, &rows) == ASSAY_OK);
    for (size_t i = 0; i < rows.results.count; i++)
        CHECK(store->ops->put(store, &rows, &rows.results.items[i]) == ASSAY_OK);
    CHECK(store->ops->finish(store, &rows) == ASSAY_OK);
    failed.results.items[0].measurements.count = 0;
    failed.results.items[0].outcome = OUTCOME_FAILED;
    failed.results.items[0].reason = "it wanted more memory";
    struct measurement *own = result_add_measurement(&failed.results.items[1], &OWN);
    CHECK(own != NULL);
    own->summary.median = 0.97;
    CHECK(store->ops->put_run(store, &failed) == ASSAY_OK);
    CHECK(store->ops->seal(store, sealed, 1) == ASSAY_OK);
    for (int number = 0; number < 42; number++) {
        char id[32];
        snprintf(id, sizeof id, "20261121-%06d-3fa9", number);
        check_outline(store, id);
    }
    struct outline outline = {0};
    CHECK(store->ops->outline(store, "none", &outline) == ASSAY_ERR_NOT_FOUND);
    CHECK_STR(store->error.text, "no run 'none'");
    run_release(&rows);
    run_release(&failed);
    store_close(store);
}

/* Names are read once for many outlines; a later benchmark, or another unit, is seen all the same,
 * and an outline outlives what was read after it, and the store. */
TEST(an_outline_outlives_later_writes_and_the_store)
{
    struct store *store = with_runs("lives", 2);
    struct outline before = {0}, after = {0};
    struct run more = whole_run(2);
    CHECK(store->ops->outline(store, "20261121-000000-3fa9", &before) == ASSAY_OK);
    struct result *result = sample_result(&more, "suite/later", "later", "");
    CHECK(result_add_measurement(result, &METRICS[METRIC_RSS]) != NULL);
    CHECK(store->ops->put_run(store, &more) == ASSAY_OK);
    CHECK(store->ops->outline(store, "20261121-000002-3fa9", &after) == ASSAY_OK);
    store_close(store);
    CHECK_EQ(before.results.count, SERIES);
    CHECK_EQ(after.results.count, SERIES + 1);
    CHECK_STR(before.results.items[2].benchmark->id, "suite/b2");
    CHECK_STR(after.results.items[SERIES].benchmark->id, "suite/later");
    CHECK_STR(outline_points(&after, &after.results.items[SERIES])->metric->name, "rss_bytes_peak");
    CHECK(outline_point(&before, &before.results.items[0], "rss_bytes_peak") == NULL);
    CHECK_EQ(outline_point(&before, &before.results.items[1], "time_ns")->median, value_of(0, 1));
    outline_release(&before);
    outline_release(&after);
    run_release(&more);
}

TEST(results_are_found_in_any_order)
{
    struct run run = whole_run(0);
    struct outline outline;
    const struct outline_result *found;
    static const char *const ASKED[] = {"suite/b2", "suite/b0", "suite/b1", "suite/b2", "suite/b0"};
    CHECK(outline_of_run(&run, &outline) == ASSAY_OK);
    struct outline_index index = {.outline = &outline};
    for (size_t i = 0; i < sizeof ASKED / sizeof *ASKED; i++) {
        CHECK(outline_find(&index, ASKED[i], &found) == ASSAY_OK);
        CHECK(found != NULL);
        CHECK_STR(found->benchmark->id, ASKED[i]);
        CHECK(outline_find(&index, "suite/b", &found) == ASSAY_OK && found == NULL);
        CHECK(outline_find(&index, "suite/z", &found) == ASSAY_OK && found == NULL);
    }
    outline_index_release(&index);
    outline_release(&outline);
    run_release(&run);
}

/* ---- bytes ---- */

TEST(a_twin_takes_a_byte_and_is_an_earlier_column)
{
    const uint64_t numbers[] = {5, 70000, 6};
    BUF_AUTO out;
    buf_init(&out, 1000);
    pack_column(numbers, 3, &out);
    const size_t alone = out.length;
    pack_twin(0, &out);
    CHECK_EQ(out.length, alone + 1);
    struct packed_reader reader = {(unsigned char *)out.text,
                                   (unsigned char *)out.text + out.length};
    struct packed_table table = {.rows = 3};
    uint64_t back[3];
    CHECK(unpack_next(&reader, &table) == ASSAY_OK);
    CHECK(unpack_next(&reader, &table) == ASSAY_OK);
    CHECK(unpack_next(&reader, &table) == ASSAY_ERR_PARSE);
    packed_numbers(&table.columns[1], 3, back);
    CHECK(memcmp(back, numbers, sizeof back) == 0);
    const unsigned char itself[] = {9};
    table.count = 0;
    reader = (struct packed_reader){itself, itself + 1};
    CHECK(unpack_next(&reader, &table) == ASSAY_ERR_PARSE);
}

TEST(rows_read_at_once_are_those_read_one_by_one)
{
    for (unsigned width = 0; width <= 8; width++) {
        uint64_t numbers[40], back[40];
        BUF_AUTO out;
        buf_init(&out, 1000);
        for (size_t i = 0; i < 40; i++)
            numbers[i] = 1000 + (width == 0 ? 0 : i * 0x0807060504030201 >> (64 - 8 * width));
        pack_column(numbers, 40, &out);
        char *exact = malloc(out.length); /* so that a byte behind the end is noticed */
        CHECK(exact != NULL);
        memcpy(exact, out.text, out.length);
        struct packed_reader reader = {(unsigned char *)exact, (unsigned char *)exact + out.length};
        struct packed_column column;
        CHECK(unpack_column(&reader, 40, &column) == ASSAY_OK);
        packed_numbers(&column, 40, back);
        for (size_t i = 0; i < 40; i++)
            CHECK(back[i] == numbers[i] && packed_number(&column, i) == numbers[i]);
        free(exact);
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
