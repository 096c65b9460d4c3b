/* Growth and what is missing, with each allocation failing once: a status, nothing lost. */
#include "harness.h"
#include "model/model.h"
#include "stats/growth/growth.h"

static bool summarize_growth(void *context)
{
    const double x[] = {0, 1, 2, 3}, y[] = {0, 1, 2, 9};
    const struct growth launches[] = {{1, 0}, {2, 0}};
    struct summary summary;
    double slope;
    (void)context;
    return growth_slope(x, y, 4, &slope) == ASSAY_OK &&
           growth_summarize(launches, 2, &summary) == ASSAY_OK;
}

static bool add_missing(void *context)
{
    struct result result = {0};
    assay_status status = result_add_missing(&result, "cycles", "none here");
    (void)context;
    result_release(&result);
    return status == ASSAY_OK;
}

TEST(growth_survives_running_out_of_memory)
{
    CHECK(torture(summarize_growth, NULL) > 2);
}

TEST(what_is_missing_survives_running_out_of_memory)
{
    CHECK(torture(add_missing, NULL) == 1);
}

TEST_MAIN
