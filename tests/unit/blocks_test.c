/* The blocks of `assay time` with runs that are made up: orders, calls, failures, stops and ends.
 * Nothing here takes time: the clock goes on by what a run is said to take. */
#include <stdint.h>
#include <string.h>

#include "harness.h"
#include "session/time/blocks.h"

enum { RUNS_KEPT = 4096, FAKE_TURNS = 16 };

/* Runs nothing: notes the order, and its clock goes on by `run_seconds` a run. */
struct fake {
    size_t order[RUNS_KEPT];
    size_t count;   /* runs */
    size_t calls;   /* of run */
    size_t commits; /* blocks */
    size_t enough_at;
    double run_seconds;
    size_t fails; /* command that fails at its run `fails_at`; SIZE_MAX: none */
    size_t fails_at;
    size_t stops_at; /* run that the user stops at; SIZE_MAX: none */
};

/* One turn of an order. */
static enum block_step fake_turn(struct fake *fake, size_t command)
{
    size_t earlier = 0;
    if (fake->count == fake->stops_at)
        return BLOCK_STOP;
    for (size_t i = 0; i < fake->count; i++)
        earlier += fake->order[i] == command;
    CHECK(fake->count < RUNS_KEPT);
    fake->order[fake->count++] = command;
    return command == fake->fails && earlier == fake->fails_at ? BLOCK_DROP : BLOCK_KEEP;
}

static enum block_step fake_run(void *context, const struct block_turn *turns, size_t count,
                                size_t *ret_done)
{
    struct fake *fake = context;
    fake->calls++;
    CHECK(count > 0 && count <= FAKE_TURNS);
    for (size_t i = 0; i < count; i++) {
        enum block_step step = fake_turn(fake, turns[i].command);
        *ret_done = i + (step != BLOCK_STOP);
        if (step != BLOCK_KEEP)
            return step;
    }
    return BLOCK_KEEP;
}

static assay_status fake_commit(void *context, size_t done, bool *ret_enough)
{
    struct fake *fake = context;
    CHECK(done > fake->commits);
    fake->commits = done;
    *ret_enough = done >= fake->enough_at;
    return ASSAY_OK;
}

static double fake_seconds(void *context)
{
    const struct fake *fake = context;
    return (double)fake->count * fake->run_seconds;
}

static size_t run_fake(struct fake *fake, const struct block_plan *plan, bool *alive)
{
    const struct block_calls calls = {fake_run, fake_commit, fake_seconds, fake};
    struct block_plan whole = *plan;
    size_t done = SIZE_MAX;
    whole.turns_max = FAKE_TURNS;
    CHECK_EQ(blocks_run(&whole, &calls, alive, &done), ASSAY_OK);
    CHECK_EQ(done, fake->commits);
    return done;
}

#define FAKE                                                                                       \
    {                                                                                              \
        .fails = SIZE_MAX, .stops_at = SIZE_MAX, .enough_at = SIZE_MAX, .run_seconds = 1           \
    }

TEST(every_command_runs_once_a_block_in_changing_order)
{
    struct fake fake = FAKE;
    bool alive[] = {true, true, true, true};
    const struct block_plan plan = {
        .count = 4, .counted = 4, .runs_min = 500, .runs_max = 500, .seed = 7};
    size_t first[4] = {0}, changes = 0;
    CHECK_EQ(run_fake(&fake, &plan, alive), 500);
    CHECK_EQ(fake.count, 2000);
    for (size_t block = 0; block < 500; block++) {
        unsigned seen = 0;
        for (size_t i = 0; i < 4; i++)
            seen |= 1U << fake.order[4 * block + i];
        CHECK_EQ(seen, 15);
        first[fake.order[4 * block]]++;
        changes += block > 0 && memcmp(&fake.order[4 * block], &fake.order[4 * block - 4],
                                       4 * sizeof *fake.order) != 0;
    }
    /* Binomial(500, 1/4) has mean 125 and sd 9.7; 23 of 24 orders differ from the one before. */
    for (size_t i = 0; i < 4; i++)
        CHECK(first[i] > 125 - 49 && first[i] < 125 + 49);
    CHECK(changes > 450);
}

TEST(one_seed_is_one_order_and_another_is_another)
{
    struct fake fakes[3] = {FAKE, FAKE, FAKE};
    for (int i = 0; i < 3; i++) {
        bool alive[] = {true, true, true};
        const struct block_plan plan = {
            .count = 3, .counted = 3, .runs_min = 20, .runs_max = 20, .seed = i == 2 ? 2 : 1};
        run_fake(&fakes[i], &plan, alive);
    }
    CHECK(memcmp(fakes[0].order, fakes[1].order, sizeof fakes[0].order) == 0);
    CHECK(memcmp(fakes[0].order, fakes[2].order, sizeof fakes[0].order) != 0);
}

/* One second a run, two runs a block: 10 s are over after the fifth block. */
TEST(no_block_starts_after_the_budget_but_for_the_least_number)
{
    bool alive[] = {true, true};
    struct block_plan plan = {
        .count = 2, .counted = 2, .runs_min = 3, .runs_max = 100, .budget_seconds = 10};
    struct fake fake = FAKE;
    CHECK_EQ(run_fake(&fake, &plan, alive), 5);
    struct fake least = FAKE;
    plan.runs_min = 8;
    CHECK_EQ(run_fake(&least, &plan, alive), 8);
    struct fake most = FAKE;
    plan.runs_min = 3;
    plan.runs_max = 4;
    CHECK_EQ(run_fake(&most, &plan, alive), 4);
}

TEST(a_command_that_fails_is_dropped_and_the_others_go_on)
{
    bool alive[] = {true, true, true};
    struct fake fake = FAKE;
    const struct block_plan plan = {.count = 3, .counted = 3, .runs_min = 10, .runs_max = 10};
    size_t runs[3] = {0};
    fake.fails = 1;
    fake.fails_at = 3;
    CHECK_EQ(run_fake(&fake, &plan, alive), 10);
    for (size_t i = 0; i < fake.count; i++)
        runs[fake.order[i]]++;
    CHECK(alive[0] && !alive[1] && alive[2]);
    CHECK(runs[0] == 10 && runs[1] == 4 && runs[2] == 10);
}

TEST(it_ends_when_nothing_is_left_that_it_is_about)
{
    bool alive[] = {true, true};
    struct fake fake = FAKE;
    const struct block_plan plan = {.count = 2, .counted = 1, .runs_min = 10, .runs_max = 10};
    fake.fails = 0;
    CHECK_EQ(run_fake(&fake, &plan, alive), 1);
}

TEST(a_block_that_was_stopped_does_not_count)
{
    bool alive[] = {true, true, true};
    struct fake fake = FAKE;
    const struct block_plan plan = {.count = 3, .counted = 3, .runs_min = 10, .runs_max = 10};
    fake.stops_at = 14;
    CHECK_EQ(run_fake(&fake, &plan, alive), 4);
    CHECK(alive[0] && alive[1] && alive[2]);
}

/* 1 ms a run, 4 a block: 50 ms are 12 blocks, 16 turns are 4. */
TEST(short_runs_are_asked_for_many_at_a_time)
{
    bool alive[] = {true, true, true, true};
    struct fake fake = FAKE;
    const struct block_plan plan = {.count = 4, .counted = 4, .runs_min = 41, .runs_max = 41};
    fake.run_seconds = 1e-3;
    CHECK_EQ(run_fake(&fake, &plan, alive), 41);
    CHECK_EQ(fake.calls, 11); /* one block, to see what it takes, and ten times four */
}

/* A call of several blocks goes on behind the run that failed. */
TEST(a_failure_amid_many_runs_drops_only_that_command)
{
    bool alive[] = {true, true, true};
    struct fake fake = FAKE;
    const struct block_plan plan = {.count = 3, .counted = 3, .runs_min = 10, .runs_max = 10};
    size_t runs[3] = {0};
    fake.run_seconds = 1e-3;
    fake.fails = 2;
    fake.fails_at = 3;
    CHECK_EQ(run_fake(&fake, &plan, alive), 10);
    for (size_t i = 0; i < fake.count; i++)
        runs[fake.order[i]]++;
    CHECK(runs[0] == 10 && runs[1] == 10 && runs[2] == 4);
}

TEST(a_stop_amid_many_runs_keeps_the_complete_blocks)
{
    bool alive[] = {true, true, true};
    struct fake fake = FAKE;
    const struct block_plan plan = {.count = 3, .counted = 3, .runs_min = 10, .runs_max = 10};
    fake.run_seconds = 1e-3;
    fake.stops_at = 14;
    CHECK_EQ(run_fake(&fake, &plan, alive), 4);
}

TEST(what_is_only_a_reference_runs_in_the_first_blocks_and_each_tenth)
{
    bool alive[] = {true, true};
    struct fake fake = FAKE;
    const struct block_plan plan = {.count = 2, .counted = 1, .runs_min = 40, .runs_max = 40};
    size_t references = 0;
    CHECK_EQ(run_fake(&fake, &plan, alive), 40);
    for (size_t i = 0; i < fake.count; i++)
        references += fake.order[i] == 1;
    CHECK_EQ(references, 13);
}

TEST(it_ends_when_it_is_enough_but_for_the_least_number)
{
    bool alive[] = {true, true};
    struct fake fake = FAKE;
    const struct block_plan plan = {
        .count = 2, .counted = 2, .runs_min = 5, .runs_max = 100, .budget_seconds = 1000};
    fake.enough_at = 8;
    CHECK_EQ(run_fake(&fake, &plan, alive), 8);
    struct fake early = FAKE;
    early.enough_at = 2;
    CHECK_EQ(run_fake(&early, &plan, alive), 5);
}

TEST_MAIN
