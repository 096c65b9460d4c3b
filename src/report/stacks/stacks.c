/* Stacks as a table and as JSON.  The table has innermost functions, which is where the time went;
 * who called them is for the flame graph of the report.
 * Invariant: counts stand beside every share, since few samples say little. */
#include "report/stacks/stacks.h"

#include <inttypes.h>

#include "base/text.h"
#include "model/stacks/stacks.h"
#include "report/values/json_values.h"
#include "report/values/line.h"

enum { FUNCTIONS_IN_RUN = 5, FUNCTIONS_CLOSELY = 15, FUNCTIONS_IN_JSON = 20, NAME_WIDTH = 58 };

static void add_name(const struct hot_function *function, struct buf *out)
{
    BUF_AUTO name, line;
    buf_init(&name, BUF_LENGTH_MAX);
    buf_init(&line, BUF_LENGTH_MAX);
    buf_add(&name, function->name, function->length);
    report_text_line(name.text, &line);
    if (line.length > NAME_WIDTH) {
        buf_add(out, line.text, text_utf8_prefix(line.text, NAME_WIDTH - 3));
        buf_puts(out, "...");
    } else {
        buf_puts(out, line.text);
    }
}

static void add_stacks(const struct result *result, size_t most, struct buf *out)
{
    const struct stacks *stacks = result->stacks;
    struct hot_function functions[FUNCTIONS_CLOSELY];
    const size_t different = stacks_count(stacks);
    buf_printf(out, "  %" PRIu64 " sample%s in %.3g s of CPU time, %zu different stack%s",
               stacks->samples, stacks->samples == 1 ? "" : "s", stacks->cpu_seconds, different,
               different == 1 ? "" : "s");
    if (stacks->cut > 0)
        buf_printf(out, "\n  %" PRIu64 " of them cut at 128 frames", stacks->cut);
    if (stacks->lost > 0)
        buf_printf(out, "\n  %" PRIu64 " more lost for lack of room", stacks->lost);
    buf_puts(out, "\n     self  samples  function\n");
    const size_t count = stacks_hottest(stacks, functions, most);
    for (size_t i = 0; i < count; i++) {
        buf_printf(out, "  %5.1f %% %8" PRIu64 "  ", functions[i].share * 100,
                   functions[i].samples);
        add_name(&functions[i], out);
        buf_putc(out, '\n');
    }
}

void report_stacks(const struct run *run, struct buf *out)
{
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        if (result->stacks == NULL)
            continue;
        buf_puts(out, "\nstacks of ");
        report_text_line(result->benchmark.id, out);
        buf_putc(out, '\n');
        add_stacks(result, FUNCTIONS_IN_RUN, out);
    }
}

void report_stacks_result(const struct result *result, struct buf *out)
{
    if (result->stacks == NULL)
        return;
    buf_puts(out, "\nstacks, sampled in a launch that was not timed\n");
    add_stacks(result, FUNCTIONS_CLOSELY, out);
}

static json_t *text_json(const char *text, size_t length)
{
    BUF_AUTO copy;
    buf_init(&copy, BUF_LENGTH_MAX);
    buf_add(&copy, text, length);
    return copy.status == ASSAY_OK ? report_json_text(copy.text) : NULL;
}

static json_t *hottest_json(const struct stacks *stacks)
{
    struct hot_function functions[FUNCTIONS_IN_JSON];
    json_t *rows = json_array();
    const size_t count = stacks_hottest(stacks, functions, FUNCTIONS_IN_JSON);
    for (size_t i = 0; i < count; i++) {
        json_t *row = json_object();
        report_json_member(&row, "function", text_json(functions[i].name, functions[i].length));
        report_json_member(&row, "samples", json_integer((json_int_t)functions[i].samples));
        report_json_member(&row, "share", report_json_number(functions[i].share));
        report_json_element(&rows, row);
    }
    return rows;
}

static json_t *folded_json(const struct stacks *stacks)
{
    struct stack_line line;
    json_t *rows = json_array();
    for (const char *at = stacks->folded; stacks_next(&at, &line);) {
        json_t *row = json_object();
        report_json_member(&row, "frames", text_json(line.frames, line.length));
        report_json_member(&row, "samples", json_integer((json_int_t)line.samples));
        report_json_element(&rows, row);
    }
    return rows;
}

json_t *report_stacks_json(const struct run *run)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        json_t *row = result->stacks != NULL ? json_object() : NULL;
        if (result->stacks == NULL)
            continue;
        report_json_member(&row, "benchmark", report_json_text(result->benchmark.id));
        report_json_member(&row, "samples", json_integer((json_int_t)result->stacks->samples));
        report_json_member(&row, "lost", json_integer((json_int_t)result->stacks->lost));
        report_json_member(&row, "cut", json_integer((json_int_t)result->stacks->cut));
        report_json_member(&row, "cpu_seconds", report_json_number(result->stacks->cpu_seconds));
        report_json_member(&row, "hottest", hottest_json(result->stacks));
        report_json_member(&row, "folded", folded_json(result->stacks));
        report_json_element(&rows, row);
    }
    return rows;
}
