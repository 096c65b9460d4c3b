/* `assay ci`, told.  A baseline is printed alone on its line, so that a script can take it; dry
 * runs are printed as they would be sent. */
#include "report/exchange/ci.h"

#include <stdbool.h>
#include <string.h>

#include "report/values/json_values.h"

static void add_history(const struct ci_report *report, struct buf *out)
{
    if (strcmp(report->did, "nothing") == 0)
        buf_printf(out, "%s: nothing new\n", report->command);
    else
        buf_printf(out, "%s %zu runs, %zu baselines, %zu modules\n", report->did, report->runs,
                   report->baselines, report->modules);
}

static void add_requests(const struct ci_report *report, struct buf *out)
{
    for (size_t i = 0; i < report->request_count; i++) {
        const struct ci_report_request *request = &report->requests[i];
        buf_printf(out, "%s %s%s%s%s\n", request->method, request->url,
                   request->when[0] ? " (" : "", request->when, request->when[0] ? ")" : "");
        if (request->body[0] != '\0')
            buf_printf(out, "%s\n", request->body);
    }
}

void report_text_ci(const struct ci_report *report, struct buf *out)
{
    if (strcmp(report->command, "baseline") == 0) {
        if (report->baseline != NULL)
            buf_printf(out, "%s\n", report->baseline);
    } else if (strcmp(report->command, "fetch") == 0 || strcmp(report->command, "push") == 0) {
        add_history(report, out);
    } else if (report->text != NULL) {
        buf_puts(out, report->text);
    } else if (report->path != NULL) {
        buf_printf(out, "wrote %s; now %s\n", report->path, report->hint);
    } else if (report->request_count > 0) {
        add_requests(report, out);
    } else {
        buf_printf(out, "%s: %s", report->command, report->did);
        if (report->url != NULL && report->url[0] != '\0')
            buf_printf(out, " %s", report->url);
        buf_putc(out, '\n');
    }
}

assay_status report_json_ci(const struct ci_report *report, struct buf *out)
{
    json_t *document = json_object(), *requests = json_array();
    for (size_t i = 0; i < report->request_count; i++) {
        const struct ci_report_request *request = &report->requests[i];
        json_t *object = json_object();
        report_json_member(&object, "method", report_json_text(request->method));
        report_json_member(&object, "url", report_json_text(request->url));
        report_json_member(&object, "body", report_json_text(request->body));
        report_json_member(&object, "when", report_json_text(request->when));
        report_json_element(&requests, object);
    }
    report_json_member(&document, "schema", json_string("assay.ci/1"));
    report_json_member(&document, "command", report_json_text(report->command));
    report_json_member(&document, "did", report_json_text(report->did));
    report_json_member(&document, "path", report_json_text(report->path));
    report_json_member(&document, "id",
                       report->id ? json_integer((json_int_t)report->id) : json_null());
    report_json_member(&document, "url",
                       report_json_text(report->url && report->url[0] ? report->url : NULL));
    report_json_member(&document, "baseline", report_json_text(report->baseline));
    report_json_member(&document, "commit", report_json_text(report->commit));
    report_json_member(&document, "runs", json_integer((json_int_t)report->runs));
    report_json_member(&document, "baselines", json_integer((json_int_t)report->baselines));
    report_json_member(&document, "modules", json_integer((json_int_t)report->modules));
    report_json_member(&document, "requests", requests);
    return report_json_write(document, out);
}
