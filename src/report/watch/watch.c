/* A cycle in words, and for programs.
 * Why one line of JSON: a watch writes many documents after each other, and hooks read one. */
#include "report/watch/watch.h"

#include <math.h>

#include "report/values/json_values.h"
#include "report/values/line.h"

static void add_step(const struct watch_step *step, struct buf *out)
{
    buf_printf(out, "  %s ", step->is_worse ? "worse: " : "better:");
    report_text_line(step->benchmark, out);
    buf_printf(out, " %+.*f %%", fabs(step->ratio - 1) < 0.1 ? 2 : 1, 100 * (step->ratio - 1));
    if (step->bad_commit[0] != '\0')
        buf_printf(out, " in %.12s%s%.12s", step->good_commit,
                   step->good_commit[0] != '\0' ? ".." : "", step->bad_commit);
    buf_putc(out, '\n');
}

void report_text_watch(const struct watch_event *event, struct buf *out)
{
    buf_printf(out, "%s cycle %u (%s): %s", event->at, event->cycle,
               watch_reason_name(event->reason), watch_verdict_name(event->verdict));
    if (event->message[0] != '\0')
        buf_printf(out, ", %s", event->message);
    if (event->run_id[0] != '\0')
        buf_printf(out, "; run %s", event->run_id);
    buf_putc(out, '\n');
    for (size_t i = 0; i < event->steps.count; i++)
        add_step(&event->steps.items[i], out);
}

static json_t *steps_json(const struct watch_event *event)
{
    json_t *rows = json_array();
    for (size_t i = 0; i < event->steps.count; i++) {
        const struct watch_step *step = &event->steps.items[i];
        json_t *row = json_object();
        report_json_member(&row, "benchmark", report_json_text(step->benchmark));
        report_json_member(&row, "metric", report_json_text(step->metric));
        report_json_member(&row, "direction", json_string(step->is_worse ? "worse" : "better"));
        report_json_member(&row, "ratio", report_json_number(step->ratio));
        report_json_member(&row, "low", report_json_number(step->interval.low));
        report_json_member(&row, "high", report_json_number(step->interval.high));
        report_json_member(&row, "good_commit", report_json_text(step->good_commit));
        report_json_member(&row, "bad_commit", report_json_text(step->bad_commit));
        report_json_element(&rows, row);
    }
    return rows;
}

static json_t *code_json(int code)
{
    return code >= 0 ? json_integer(code) : json_null();
}

assay_status report_json_watch(const struct watch_event *event, struct buf *out)
{
    json_t *document = json_object();
    report_json_member(&document, "schema", json_string("assay.watch/1"));
    report_json_member(&document, "cycle", json_integer(event->cycle));
    report_json_member(&document, "reason", json_string(watch_reason_name(event->reason)));
    report_json_member(&document, "at", report_json_text(event->at));
    report_json_member(&document, "verdict", json_string(watch_verdict_name(event->verdict)));
    report_json_member(&document, "message", report_json_text(event->message));
    report_json_member(&document, "run", report_json_text(event->run_id));
    report_json_member(&document, "run_exit_code", code_json(event->run_exit_code));
    report_json_member(&document, "baseline", report_json_text(event->baseline));
    report_json_member(&document, "gate_exit_code", code_json(event->gate_exit_code));
    report_json_member(&document, "steps", steps_json(event));
    return report_json_write_line(document, out);
}
