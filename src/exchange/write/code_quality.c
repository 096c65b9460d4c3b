/* GitLab's code quality report: a list of issues.  Its fingerprint is a hash of what was checked
 * and not of the numbers, so that GitLab sees the same issue in the next pipeline; its path is a
 * file that exists in every project here, since a benchmark's own line is not known. */
#include "base/sha256.h"
#include "exchange/write/exporters.h"
#include "report/values/json_values.h"

static json_t *location_json(void)
{
    json_t *location = json_object(), *lines = json_object();
    report_json_member(&lines, "begin", json_integer(1));
    report_json_member(&location, "path", json_string("assay.yaml"));
    report_json_member(&location, "lines", lines);
    return location;
}

static json_t *issue_json(const struct ci_finding *finding)
{
    char digits[SHA256_DIGITS + 1];
    json_t *issue = json_object();
    BUF_AUTO name, description;
    buf_init(&name, 1 << 16);
    buf_init(&description, 1 << 16);
    buf_printf(&name, "%s %s %s", finding->rule, finding->benchmark, finding->metric);
    buf_printf(&description, "%s: %s", finding->benchmark, finding->message);
    sha256_text(name.text, name.length, digits);
    report_json_member(&issue, "description", report_json_text(description.text));
    report_json_member(&issue, "check_name", report_json_text(finding->rule));
    report_json_member(&issue, "fingerprint", json_string(digits));
    report_json_member(&issue, "severity",
                       json_string(finding->level == FINDING_ERROR ? "major" : "minor"));
    report_json_member(&issue, "location", location_json());
    return issue;
}

assay_status export_code_quality(const struct export_source *source, struct buf *out)
{
    json_t *issues = json_array();
    for (size_t i = 0; i < source->findings->count; i++)
        if (source->findings->items[i].level >= FINDING_WARNING)
            report_json_element(&issues, issue_json(&source->findings->items[i]));
    return report_json_write(issues, out);
}
