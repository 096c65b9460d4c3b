/* components/experts when memory runs out: every allocation fails once. */
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
