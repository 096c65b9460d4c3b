/* `assay time` when memory runs out: a status, nothing half done, nothing left behind. */
#include "harness.h"
#include "report/timing.h"
#include "session/time/commands.h"
#include "session/time/statistics.h"

static bool build(void *arg)
{
    (void)arg;
    static const char *const lines[] = {"sort '-{n} x' \"a b\"", "cat {f}"};
    static const char *const scan[] = {"n", "1", "3"}, *const list[] = {"f", "a,b\\,c"};
    const struct time_request request = {
        .lines = {lines, 2}, .scans = {scan, 3}, .lists = {list, 2}, .setup = "touch {f}"};
    struct timing timing = {0};
    time_command_vec commands = {0};
    assay_status status = commands_build(&request, &timing, &commands, NULL);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    CHECK(status != ASSAY_OK || timing.commands.count == 8);
    vec_release(&commands);
    timing_release(&timing);
    return status == ASSAY_OK;
}

TEST(commands_are_built_or_memory_is_out)
{
    CHECK(torture(build, NULL) > 20);
}

static assay_status fill(struct timing *timing)
{
    for (int c = 0; c < 2; c++) {
        struct timed_command *command = vec_add(&timing->commands);
        if (command == NULL)
            return ASSAY_ERR_MEMORY;
        *command = (struct timed_command){.name = "x", .line = "x", .reason = "", .warning = ""};
        for (int i = 0; i < 30; i++) {
            struct command_cost *run = vec_add(&command->runs);
            if (run == NULL)
                return ASSAY_ERR_MEMORY;
            *run = (struct command_cost){.wall_ns = 1000 + i % 7 + 100 * c};
        }
        TRY(time_summarize(command));
    }
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    return time_compare(&timing->commands.items[0], &rules, BASIS_AUTO, &timing->commands.items[1]);
}

static bool conclude(void *arg)
{
    (void)arg;
    struct timing timing = {0};
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    assay_status status = fill(&timing);
    if (status == ASSAY_OK) {
        report_text_timing(&timing, &out);
        status = out.status;
    }
    if (status == ASSAY_OK)
        status = report_csv_timing(&timing, &out);
    if (status == ASSAY_OK)
        status = report_json_timing(&timing, &out);
    CHECK(status == ASSAY_OK || status == ASSAY_ERR_MEMORY);
    timing_release(&timing);
    return status == ASSAY_OK;
}

TEST(numbers_and_reports_are_made_or_memory_is_out)
{
    CHECK(torture(conclude, NULL) > 20);
}

TEST_MAIN
