/* Reading results with each allocation failing once: all of them or ASSAY_ERR_MEMORY. */
#include "harness.h"
#include "session/versions/results_file.h"

static const char TEXT[] =
    "{\"schema\": \"assay.run/1\", \"run\": {\"id\": \"r\", \"environment\": {\"cpu\": \"c\","
    " \"cores\": 2, \"kernel\": \"k\", \"fingerprint\": \"f\"}}, \"results\": [{\"benchmark\": "
    "\"a/b:n=1\","
    " \"metric\": \"time_ns\", \"status\": \"ok\", \"reason\": \"\", \"median\": 5, \"low\": 4,"
    " \"high\": 6, \"level\": 0.95, \"launch_count\": 20}]}";

static bool read_once(void *context)
{
    (void)context;
    struct run run;
    assay_status status = results_parse(TEXT, sizeof TEXT - 1, "r.json", &run, NULL);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    if (status != ASSAY_OK)
        return false;
    CHECK_EQ(run.results.count, 1);
    CHECK_EQ(run.results.items[0].measurements.items[0].summary.launch_count, 20);
    run_release(&run);
    return true;
}

TEST(reading_results_bears_every_failed_allocation)
{
    CHECK(torture(read_once, NULL) >= 3);
}

TEST_MAIN
