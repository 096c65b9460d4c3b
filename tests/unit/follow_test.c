/* A trend that is followed is the trend that reading all of it gives, whatever happens to the store
 * in between: runs that end, go on, come late, are of another machine, are forgotten or sealed. */
#include "sample_run.h"
#include "session/trend/follow.h"
#include "session/trend/trend.h"
#include "store_places.h"

enum { STEPS = 260, IDS_MAX = STEPS };

static const struct history_name NAME = {"suite/one:a=1", "time_ns"};

/* Of a fixed series of random numbers. */
static unsigned draw(unsigned below)
{
    static uint64_t state = 20261121;
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)(state >> 33) % below;
}

static struct {
    struct store *store, *other; /* `other` measures a run beside all else */
    struct arena arena;
    const char *ids[IDS_MAX]; /* of finished runs */
    size_t count;
    const char *going_on; /* a run of the other one; NULL: none */
    unsigned made;
} world;

/* The next run; its time is a step higher from the 120th on. */
static struct run next_run(bool is_late, bool is_elsewhere)
{
    struct run run = sample_run("");
    const unsigned number = world.made++, minutes = is_late ? number / 2 : number;
    run.id = arena_printf(&world.arena, "20261121-%06u-3fa9", number);
    run.started_at = arena_printf(&world.arena, "2026-11-21T%02u:%02u:%02uZ", minutes / 60,
                                  minutes % 60, is_late ? 1 : 0);
    run.commit = arena_printf(&world.arena, "%040u", number);
    if (is_elsewhere)
        run.environment.fingerprint = "another machine";
    run.results.items[0].benchmark.id = NAME.benchmark;
    struct measurement *time =
        (struct measurement *)(uintptr_t)result_measurement(&run.results.items[0], NAME.metric);
    CHECK(time != NULL);
    if (time != NULL)
        time->summary.median = 1000 * (number < 120 ? 1 : 1.2) + draw(16);
    return run;
}

static void put(struct store *store, const struct run *run)
{
    CHECK(store->ops->begin(store, run) == ASSAY_OK);
    for (size_t i = 0; i < run->results.count; i++)
        CHECK(store->ops->put(store, run, &run->results.items[i]) == ASSAY_OK);
}

/* By a process of its own: a run is held until its store is closed. */
static void add_finished(bool is_elsewhere)
{
    struct run run = next_run(false, is_elsewhere);
    struct store *store = NULL;
    CHECK(store_open(store_place("history"), false, &store, NULL) == ASSAY_OK);
    put(store, &run);
    CHECK(store->ops->finish(store, &run) == ASSAY_OK);
    store_close(store);
    world.ids[world.count++] = run.id;
    run_release(&run);
}

/* Begun by another process, or ended by it. */
static void go_on(void)
{
    struct run run = next_run(false, false);
    if (world.going_on != NULL)
        run.id = world.going_on;
    else
        put(world.other, &run);
    if (world.going_on != NULL)
        CHECK(world.other->ops->finish(world.other, &run) == ASSAY_OK);
    world.going_on = world.going_on == NULL ? run.id : NULL;
    run_release(&run);
}

static void add_whole(bool is_late)
{
    struct run run = next_run(is_late, false);
    CHECK(world.store->ops->put_run(world.store, &run) == ASSAY_OK);
    world.ids[world.count++] = run.id;
    run_release(&run);
}

static void forget(size_t which)
{
    CHECK(world.store->ops->prune(world.store, &world.ids[which], 1) == ASSAY_OK);
    world.ids[which] = world.ids[--world.count];
}

static void step(void)
{
    const unsigned what = draw(20);
    if (what < 12 || world.count < 5)
        add_finished(false);
    else if (what < 14)
        go_on();
    else if (what < 16)
        add_whole(what == 14 && draw(4) == 0);
    else if (what == 16)
        forget(draw(2) ? world.count - 1 : draw((unsigned)world.count));
    else if (what == 17)
        CHECK(world.store->ops->seal(world.store, &world.ids[draw((unsigned)world.count)], 1) ==
              ASSAY_OK);
    else
        add_finished(what == 18 && draw(3) == 0);
}

static void check_points(const struct trend_series *a, const struct trend_series *b)
{
    CHECK_EQ(a->points.count, b->points.count);
    CHECK_EQ(a->left_out, b->left_out);
    for (size_t i = 0; i < a->points.count && i < b->points.count; i++) {
        const struct trend_point *x = &a->points.items[i], *y = &b->points.items[i];
        CHECK_STR(x->at, y->at);
        CHECK_STR(x->run_id, y->run_id);
        CHECK_STR(x->commit, y->commit);
        CHECK(x->value == y->value);
    }
}

static void check_change(const struct trend_change *x, const struct trend_change *y)
{
    CHECK_EQ(x->index, y->index);
    CHECK(x->ratio == y->ratio && x->interval.low == y->interval.low);
    CHECK_EQ(x->is_worse, y->is_worse);
    CHECK_STR(x->good_commit, y->good_commit);
    CHECK_STR(x->bad_commit, y->bad_commit);
}

static void check_judged(const struct trend_series *a, const struct trend_series *b)
{
    CHECK_EQ(a->changes.count, b->changes.count);
    CHECK_EQ(a->alarms.count, b->alarms.count);
    CHECK_EQ(a->drifts.count, b->drifts.count);
    CHECK_EQ(a->outliers.count, b->outliers.count);
    CHECK_EQ(a->is_learning, b->is_learning);
    CHECK(a->sd == b->sd);
    for (size_t i = 0; i < a->changes.count && i < b->changes.count; i++)
        check_change(&a->changes.items[i], &b->changes.items[i]);
    for (size_t i = 0; i < a->alarms.count && i < b->alarms.count; i++) {
        CHECK_EQ(a->alarms.items[i].raised, b->alarms.items[i].raised);
        check_change(&a->alarms.items[i].change, &b->alarms.items[i].change);
    }
}

static void check_same(struct trend_followed *followed, struct store *reader, size_t *ret_kept)
{
    const struct trend_request wanted = {.store = reader,
                                         .since = "",
                                         .words =
                                             (char *const[]){(char *)(uintptr_t)NAME.benchmark},
                                         .word_count = 1,
                                         .metric = NAME.metric};
    struct trend trend;
    CHECK_EQ(trend_follow(followed, reader, &NAME, ret_kept), ASSAY_OK);
    CHECK_EQ(trend_load(&wanted, &trend), ASSAY_OK);
    CHECK_EQ(trend_judge_all(&trend), ASSAY_OK);
    CHECK_EQ(trend_watch_all(&trend), ASSAY_OK);
    CHECK_EQ(trend.series.count, 1);
    CHECK_STR(followed->trend.series.items[0].name, trend.series.items[0].name);
    check_points(&followed->trend.series.items[0], &trend.series.items[0]);
    check_judged(&followed->trend.series.items[0], &trend.series.items[0]);
    trend_release(&trend);
}

static void open_world(struct store **ret_reader)
{
    CHECK(store_open(store_place("history"), true, &world.store, NULL) == ASSAY_OK);
    CHECK(store_open(store_place("history"), false, &world.other, NULL) == ASSAY_OK);
    CHECK(store_open(store_place("history"), false, ret_reader, NULL) == ASSAY_OK);
}

static void close_world(struct store *reader)
{
    store_close(reader);
    store_close(world.other);
    store_close(world.store);
    arena_release(&world.arena);
}

TEST(whatever_happens_it_is_what_reading_all_gives)
{
    struct store *reader = NULL;
    struct trend_followed followed = {.copied = 0};
    size_t went_on = 0, steps_found = 0, alarms = 0;
    open_world(&reader);
    for (int i = 0; i < STEPS; i++) {
        size_t kept = 0;
        step();
        check_same(&followed, reader, &kept);
        went_on += kept > 0;
        steps_found += followed.trend.series.items[0].changes.count > 0;
        alarms += followed.trend.series.items[0].alarms.count > 0;
    }
    CHECK(went_on > STEPS / 2); /* mostly nothing was read twice */
    CHECK(steps_found > 0 && alarms > 0);
    trend_follow_end(&followed);
    close_world(reader);
}

TEST(a_name_that_is_not_there_is_not_found)
{
    struct store *reader = NULL;
    struct trend_followed followed = {.copied = 0};
    const struct history_name part = {"suite/one", "time_ns"}, metric = {NAME.benchmark, "depth"};
    size_t kept = 1;
    open_world(&reader);
    add_finished(false);
    CHECK_EQ(trend_follow(&followed, reader, &part, &kept), ASSAY_ERR_NOT_FOUND);
    CHECK_EQ(trend_follow(&followed, reader, &metric, &kept), ASSAY_ERR_NOT_FOUND);
    CHECK_CONTAINS(reader->error.text, "'depth'");
    CHECK_EQ(trend_follow(&followed, reader, &NAME, &kept), ASSAY_OK);
    CHECK_EQ(kept, 0);
    trend_follow_end(&followed);
    close_world(reader);
}

TEST_MAIN
