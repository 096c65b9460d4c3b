/* JSON Lines: a metric a line, with the members that the importer of JSON Lines reads, so that what
 * is written here can be read by `assay import` elsewhere. */
#include <stdlib.h>
#include <string.h>

#include "exchange/write/exporters.h"
#include "report/values/json_values.h"

/* "key=value,key=value" as an object of texts. */
static json_t *params_json(const char *params)
{
    json_t *object = json_object();
    while (*params != '\0') {
        size_t length = strcspn(params, ","), key = strcspn(params, "=,");
        BUF_AUTO name, value;
        buf_init(&name, 1 << 16);
        buf_init(&value, 1 << 16);
        buf_add(&name, params, key);
        if (key < length)
            buf_add(&value, params + key + 1, length - key - 1);
        report_json_member(&object, name.text, report_json_text(value.text));
        params += length + (params[length] == ',');
    }
    return object;
}

static assay_status add_line(const struct result *result, const struct measurement *measurement,
                             struct buf *out)
{
    const struct metric *metric = measurement->metric;
    const struct summary *summary = &measurement->summary;
    json_t *object = json_object();
    report_json_member(&object, "benchmark", report_json_text(result->benchmark.id));
    report_json_member(&object, "suite", report_json_text(result->benchmark.suite));
    report_json_member(&object, "name", report_json_text(result->benchmark.name));
    report_json_member(&object, "params", params_json(result->benchmark.params));
    report_json_member(&object, "metric", report_json_text(metric->name));
    report_json_member(&object, "unit", report_json_text(metric->unit));
    report_json_member(&object, "better",
                       json_string(metric->direction == HIGHER_IS_BETTER ? "higher" : "lower"));
    report_json_member(&object, "value", report_json_number(summary->median));
    report_json_member(&object, "low", report_json_number(summary->interval.low));
    report_json_member(&object, "high", report_json_number(summary->interval.high));
    report_json_member(&object, "level", report_json_number(summary->interval.level));
    report_json_member(&object, "samples", json_integer((json_int_t)summary->sample_count));
    report_json_member(&object, "launches", json_integer((json_int_t)summary->launch_count));
    char *text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(12)) : NULL;
    json_decref(object);
    if (text == NULL)
        return ASSAY_ERR_MEMORY;
    buf_printf(out, "%s\n", text);
    free(text);
    return out->status;
}

assay_status export_jsonl(const struct export_source *source, struct buf *out)
{
    for (size_t i = 0; i < source->run->results.count; i++) {
        const struct result *result = &source->run->results.items[i];
        for (size_t m = 0; m < result->measurements.count; m++)
            TRY(add_line(result, &result->measurements.items[m], out));
    }
    return out->status;
}
