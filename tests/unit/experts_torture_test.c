/* components/experts when memory runs out: every allocation fails once. */
#include <stdio.h>
#include <stdlib.h>

#include "../harness.h"
#include "experts.h"

static const struct text_span TEXTS[] = {
    {"one two. three four!", 20}, {"one two. five", 13}, {"", 0}};

static bool judge(void *arg)
{
    struct experts_panel *panel = NULL;
    struct experts_verdict verdict;
    (void)arg;
    const bool done = experts_panel_new(NULL, &panel) == EXPERTS_OK &&
                      experts_panel_judge(panel, TEXTS, 3, NULL, &verdict) == EXPERTS_OK;
    CHECK(!done || verdict.winner == 0);
    experts_panel_free(panel);
    return done;
}

TEST(a_panel_survives_every_failing_allocation)
{
    CHECK(torture(judge, NULL) >= 10);
}

/* A question that ran out of memory must not spoil the panel for the next one. */
static bool judge_again(void *arg)
{
    struct experts_verdict verdict;
    return experts_panel_judge(arg, TEXTS, 3, NULL, &verdict) == EXPERTS_OK;
}

TEST(a_panel_works_again_after_it_ran_out_of_memory)
{
    struct experts_panel *panel = NULL;
    CHECK(experts_panel_new(NULL, &panel) == EXPERTS_OK);
    CHECK(torture(judge_again, panel) >= 5);
    experts_panel_free(panel);
}

static bool merge(void *arg)
{
    struct experts_aggregate *aggregate = NULL;
    size_t length = 0;
    const bool done =
        experts_aggregate_new(*(enum experts_ownership *)arg, &aggregate) == EXPERTS_OK &&
        experts_aggregate_merge(aggregate, TEXTS, 3) == EXPERTS_OK &&
        experts_aggregate_text(aggregate, &length) != NULL;
    CHECK(!done || length == 26);
    experts_aggregate_free(aggregate);
    return done;
}

TEST(an_aggregate_survives_every_failing_allocation)
{
    for (int ownership = EXPERTS_VIEWS; ownership <= EXPERTS_COPIES; ownership++) {
        enum experts_ownership each = (enum experts_ownership)ownership;
        CHECK(torture(merge, &each) >= 5);
    }
}

/* Ten responses of the same fifty points: 500 statements met, 50 different ones. */
static bool merge_points(void *arg)
{
    static char points[50 * 8 + 1];
    struct text_span responses[10];
    struct experts_aggregate *aggregate = NULL;
    for (unsigned i = 0; i < 50; i++) {
        snprintf(points + (size_t)8 * i, 9, "point%02u\n", i);
    }
    for (size_t i = 0; i < 10; i++) {
        responses[i] = (struct text_span){points, 50 * 8};
    }
    const bool done =
        experts_aggregate_new(*(enum experts_ownership *)arg, &aggregate) == EXPERTS_OK &&
        experts_aggregate_merge(aggregate, responses, 10) == EXPERTS_OK;
    experts_aggregate_free(aggregate);
    return done;
}

/* The aggregate, its slots, its entries (32, then 64 of them), two arrays for ranking: 6; 7 with an
 * arena; 500 more where every statement is copied.  So views save 98.8 % of the allocations. */
TEST(views_and_an_arena_need_no_allocation_a_statement)
{
    enum experts_ownership each = EXPERTS_VIEWS;
    CHECK_EQ(torture(merge_points, &each), 6);
    each = EXPERTS_ARENA;
    CHECK_EQ(torture(merge_points, &each), 7);
    each = EXPERTS_COPIES;
    CHECK_EQ(torture(merge_points, &each), 506);
}

static bool change(void *arg)
{
    struct experts_string *one = experts_string_new(TEXTS[0]), *two = NULL;
    char *bytes = NULL;
    (void)arg;
    if (one) {
        two = experts_string_share(one);
        bytes = experts_string_change(&two);
        CHECK(bytes || two == one); /* without memory nothing is changed */
    }
    experts_string_release(one);
    experts_string_release(two);
    return bytes != NULL;
}

TEST(a_string_survives_every_failing_allocation)
{
    CHECK(torture(change, NULL) == 2);
}

TEST_MAIN
