/* github-action-benchmark's custom JSON.  Its tool is told once for a whole file which way is
 * better, so only what is better when it is smaller goes in: customSmallerIsBetter. */
#include "base/quantity.h"
#include "exchange/write/exporters.h"
#include "report/values/json_values.h"

static assay_status add_row(const struct result *result, const struct measurement *measurement,
                            json_t **rows)
{
    const struct interval *interval = &measurement->summary.interval;
    bool is_time = measurement->metric == &METRICS[METRIC_TIME];
    json_t *row = json_object();
    BUF_AUTO name, range;
    buf_init(&name, 1 << 16);
    buf_init(&range, 256);
    buf_printf(&name, "%s%s%s", result->benchmark.id, is_time ? "" : " ",
               is_time ? "" : measurement->metric->name);
    buf_printf(&range, "%.6g .. %.6g", interval->low, interval->high);
    report_json_member(&row, "name", report_json_text(name.text));
    report_json_member(&row, "unit", report_json_text(measurement->metric->unit));
    report_json_member(&row, "value", report_json_number(measurement->summary.median));
    if (interval->level > 0)
        report_json_member(&row, "range", report_json_text(range.text));
    report_json_element(rows, row);
    return name.status;
}

assay_status export_github_action(const struct export_source *source, struct buf *out)
{
    json_t *rows = json_array();
    assay_status status = ASSAY_OK;
    for (size_t i = 0; i < source->run->results.count; i++) {
        const struct result *result = &source->run->results.items[i];
        for (size_t m = 0; status == ASSAY_OK && m < result->measurements.count; m++)
            if (result->measurements.items[m].metric->direction == LOWER_IS_BETTER)
                status = add_row(result, &result->measurements.items[m], &rows);
    }
    if (status == ASSAY_OK)
        return report_json_write(rows, out);
    json_decref(rows);
    return status;
}
