/* The schedule of a watch against a clock that the test moves; steps that are told once; commands
 * with a time limit. */
#include <stdint.h>
#include <stdlib.h>

#include "harness.h"
#include "session/watch/news.h"
#include "session/watch/process.h"
#include "session/watch/schedule.h"

enum { CYCLES_MAX = 16 };

/* 2026-11-21 12:00:00 UTC. */
#define NOON ((time_t)1795262400)

/* A world in which waiting moves the clock at once. */
struct world {
    time_t now, stop_at;
    time_t commits[4]; /* when HEAD moves; 0: never again */
    double run_seconds;
    unsigned waits, cycles;
    time_t began[CYCLES_MAX];
    enum watch_reason reasons[CYCLES_MAX];
    assay_status status;
};

static time_t world_now(void *context)
{
    return ((struct world *)context)->now;
}

static bool world_wait(void *context, double seconds)
{
    struct world *world = context;
    world->waits++;
    world->now += (time_t)seconds;
    return world->stop_at == 0 || world->now < world->stop_at;
}

static void world_commit(void *context, struct buf *ret_commit)
{
    const struct world *world = context;
    int moved = 0;
    for (int i = 0; i < 4 && world->commits[i] != 0 && world->commits[i] <= world->now; i++)
        moved++;
    buf_printf(ret_commit, "commit %d", moved);
}

static assay_status world_cycle(void *context, unsigned number, enum watch_reason reason)
{
    struct world *world = context;
    CHECK_EQ(number, world->cycles + 1);
    CHECK(world->cycles < CYCLES_MAX);
    world->began[world->cycles] = world->now;
    world->reasons[world->cycles++] = reason;
    world->now += (time_t)world->run_seconds;
    return world->status;
}

static assay_status go(const struct schedule *schedule, struct world *world)
{
    static const struct schedule_ops OPS = {world_now, world_wait, world_commit, world_cycle};
    return schedule_run(schedule, &OPS, world);
}

TEST(an_interval_counts_from_begin_to_begin)
{
    struct world world = {.now = NOON, .run_seconds = 100};
    const struct schedule hourly = {
        .every_seconds = 3600, .at_minute = SCHEDULE_NO_TIME, .count = 3};
    CHECK_EQ(go(&hourly, &world), ASSAY_OK);
    CHECK_EQ(world.cycles, 3);
    for (unsigned i = 0; i < 3; i++) {
        CHECK_EQ(world.began[i], NOON + 3600 * (time_t)i);
        CHECK_EQ(world.reasons[i], i == 0 ? WATCH_FIRST : WATCH_INTERVAL);
    }
    CHECK(world.waits < 40);
}

TEST(cycles_that_came_due_during_a_long_one_are_one)
{
    struct world world = {.now = NOON, .run_seconds = 250};
    const struct schedule quick = {.every_seconds = 100, .at_minute = SCHEDULE_NO_TIME, .count = 3};
    CHECK_EQ(go(&quick, &world), ASSAY_OK);
    for (unsigned i = 0; i < 3; i++)
        CHECK_EQ(world.began[i], NOON + 250 * (time_t)i);
}

TEST(a_time_of_the_day_comes_once_a_day)
{
    setenv("TZ", "UTC", 1);
    tzset();
    struct world world = {.now = NOON, .run_seconds = 5};
    const struct schedule nightly = {.at_minute = 3 * 60, .count = 2};
    CHECK_EQ(go(&nightly, &world), ASSAY_OK);
    CHECK_EQ(world.began[0], NOON + 15 * 3600);
    CHECK_EQ(world.began[1], NOON + 39 * 3600);
    CHECK_EQ(world.reasons[0], WATCH_TIME);
}

/* On 2026-10-25 Berlin has 25 hours, on 2026-03-29 it has 23 and no 02:30. */
TEST(a_time_of_the_day_is_local_also_when_the_clock_is_set)
{
    setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
    tzset();
    const time_t october = 1792836000; /* 2026-10-24 12:00 there */
    time_t three = schedule_next_time(3 * 60, october);
    struct tm local;
    localtime_r(&three, &local);
    CHECK_EQ(local.tm_hour, 3);
    CHECK_EQ(three - october, 16 * 3600);
    const time_t march = 1774695600; /* 2026-03-28 12:00 there */
    time_t gone = schedule_next_time(2 * 60 + 30, march);
    CHECK(gone > march && gone - march <= 25 * 3600);
    setenv("TZ", "UTC", 1);
    tzset();
}

TEST(a_commit_is_seen_within_one_poll_and_measured_once)
{
    struct world world = {
        .now = NOON, .commits = {NOON + 95, NOON + 500}, .stop_at = NOON + 2000, .run_seconds = 20};
    const struct schedule commits = {
        .at_minute = SCHEDULE_NO_TIME, .on_commit = true, .poll_seconds = 10};
    CHECK_EQ(go(&commits, &world), ASSAY_OK);
    CHECK_EQ(world.cycles, 3);
    CHECK_EQ(world.reasons[0], WATCH_FIRST);
    CHECK_EQ(world.reasons[1], WATCH_COMMIT);
    CHECK(world.began[1] >= NOON + 95 && world.began[1] <= NOON + 105);
    CHECK(world.began[2] >= NOON + 500 && world.began[2] <= NOON + 510);
}

TEST(a_stop_ends_the_loop_and_memory_that_is_out_does_so_too)
{
    struct world world = {.now = NOON, .stop_at = NOON + 50, .run_seconds = 10};
    const struct schedule endless = {.every_seconds = 20, .at_minute = SCHEDULE_NO_TIME};
    CHECK_EQ(go(&endless, &world), ASSAY_OK);
    CHECK_EQ(world.cycles, 3);
    world = (struct world){.now = NOON, .status = ASSAY_ERR_MEMORY};
    CHECK_EQ(go(&endless, &world), ASSAY_ERR_MEMORY);
    CHECK_EQ(world.cycles, 1);
}

TEST(times_of_the_day_are_read_and_nothing_else)
{
    static const char *const WRONG[] = {"",      "3",      "24:00", "03:60",
                                        "-1:00", "03:00x", "3 pm",  " 3:00"};
    int minute = 0;
    CHECK_EQ(schedule_parse_time("03:05", &minute, NULL), ASSAY_OK);
    CHECK_EQ(minute, 185);
    CHECK_EQ(schedule_parse_time("23:59", &minute, NULL), ASSAY_OK);
    CHECK_EQ(minute, 1439);
    for (size_t i = 0; i < sizeof WRONG / sizeof *WRONG; i++)
        CHECK_EQ(schedule_parse_time(WRONG[i], &minute, NULL), ASSAY_ERR_ARGUMENT);
}

/* A series of 40 points, still learned, with one step at `at`. */
static struct trend trend_with(size_t at, bool is_worse)
{
    static const struct metric TIME = {"time_ns", "ns", LOWER_IS_BETTER, false};
    struct trend trend = {.series = {0}};
    struct trend_series *series = vec_add(&trend.series);
    CHECK(series != NULL);
    *series = (struct trend_series){
        .name = "a/b", .metric = &TIME, .is_watched = true, .is_learning = true};
    for (size_t i = 0; i < 40; i++) {
        struct trend_point *point = vec_add(&series->points);
        CHECK(point != NULL);
        *point = (struct trend_point){
            .at = "", .run_id = arena_printf(&trend.arena, "r%zu", i), .commit = "c", .value = 1};
    }
    struct trend_change *change = vec_add(&series->changes);
    CHECK(change != NULL);
    *change = (struct trend_change){
        .index = at, .ratio = 1.2, .is_worse = is_worse, .good_commit = "aaa", .bad_commit = "bbb"};
    return trend;
}

static size_t told(struct news *news, size_t at, bool is_worse)
{
    struct arena arena = {0};
    watch_step_vec steps = {0};
    struct trend trend = trend_with(at, is_worse);
    CHECK_EQ(news_take(news, &trend, &arena, &steps), ASSAY_OK);
    const size_t count = steps.count;
    CHECK(count == 0 || strcmp(steps.items[0].bad_commit, "bbb") == 0);
    trend_release(&trend);
    vec_release(&steps);
    arena_release(&arena);
    return count;
}

TEST(a_step_is_told_once_also_when_its_place_moves_a_little)
{
    struct news news = {.told = {0}};
    CHECK_EQ(told(&news, 20, true), 1);
    CHECK_EQ(told(&news, 20, true), 0);
    CHECK_EQ(told(&news, 23, true), 0);
    CHECK_EQ(told(&news, 23, false), 1);
    CHECK_EQ(told(&news, 36, true), 1);
    news_release(&news);
}

TEST(steps_of_the_past_are_no_news)
{
    struct news news = {.told = {0}};
    struct trend trend = trend_with(12, true);
    CHECK_EQ(news_take(&news, &trend, NULL, NULL), ASSAY_OK);
    trend_release(&trend);
    CHECK_EQ(told(&news, 12, true), 0);
    news_release(&news);
}

static void add_alarm(struct trend *trend, size_t at, bool is_worse)
{
    struct trend_alarm *alarm = vec_add(&trend->series.items[0].alarms);
    CHECK(alarm != NULL);
    *alarm = (struct trend_alarm){
        at + 3,
        {.index = at, .ratio = 1.1, .is_worse = is_worse, .good_commit = "", .bad_commit = ""}};
}

static size_t told_of(struct trend *trend)
{
    struct news news = {.told = {0}};
    struct arena arena = {0};
    watch_step_vec steps = {0};
    CHECK_EQ(news_take(&news, trend, &arena, &steps), ASSAY_OK);
    const size_t count = steps.count;
    trend_release(trend);
    vec_release(&steps);
    arena_release(&arena);
    news_release(&news);
    return count;
}

TEST(a_level_that_is_known_tells_alarms_and_no_hindsight)
{
    struct trend known = trend_with(12, true);
    known.series.items[0].is_learning = false;
    CHECK_EQ(told_of(&known), 0);
    known = trend_with(12, true);
    known.series.items[0].is_learning = false;
    add_alarm(&known, 12, true);
    CHECK_EQ(told_of(&known), 1);
}

TEST(hindsight_tells_of_the_level_that_is_learned_and_of_no_older_one)
{
    struct trend older = trend_with(5, true);
    add_alarm(&older, 25, false);
    CHECK_EQ(told_of(&older), 1);
    struct trend newer = trend_with(38, true);
    add_alarm(&newer, 20, true);
    CHECK_EQ(told_of(&newer), 2);
    struct trend same = trend_with(24, true);
    add_alarm(&same, 20, true);
    CHECK_EQ(told_of(&same), 1);
}

static struct process_end run(const char *script, double limit, size_t room, struct buf *printed)
{
    const char *const argv[] = {"sh", "-c", script, NULL};
    const struct process_request request = {.argv = (char *const *)(uintptr_t)argv,
                                            .limit_seconds = limit};
    struct process_end end = {0};
    buf_init(printed, room);
    CHECK_EQ(process_run(&request, printed, &end, NULL), ASSAY_OK);
    return end;
}

TEST(a_command_is_run_to_its_end_or_to_its_limit)
{
    struct buf printed;
    struct process_end end = run("echo out; echo err >&2; exit 7", 60, 100, &printed);
    CHECK(end.exit_code == 7 && !end.timed_out);
    CHECK(strstr(printed.text, "out") != NULL && strstr(printed.text, "err") != NULL);
    buf_release(&printed);
    end = run("sleep 1000", 0.2, 100, &printed);
    CHECK(end.timed_out && end.exit_code != 0);
    buf_release(&printed);
}

TEST(what_is_printed_beyond_the_room_is_forgotten_and_holds_nobody_up)
{
    struct buf printed;
    struct process_end end =
        run("i=0; while [ $i -lt 3000 ]; do echo 0123456789012345678901234567890123456789; "
            "i=$((i + 1)); done",
            60, 1000, &printed);
    CHECK(end.exit_code == 0 && printed.status == ASSAY_OK);
    CHECK(printed.length > 500 && printed.length < 1000);
    buf_release(&printed);
}

TEST_MAIN
