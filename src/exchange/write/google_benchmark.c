/* Google Benchmark's JSON, for what reads it (its own compare.py, trackers).  Launches become
 * repetitions; its CPU time is not measured here and repeats the time. */
#include <string.h>

#include "exchange/write/exporters.h"
#include "report/values/json_values.h"

static json_t *context_json(const struct run *run)
{
    json_t *object = json_object();
    report_json_member(&object, "date", report_json_text(run->started_at));
    report_json_member(&object, "host_name", report_json_text(run->environment.hostname));
    report_json_member(&object, "executable", json_string("assay"));
    report_json_member(&object, "num_cpus", json_integer(run->environment.cores));
    report_json_member(&object, "library_build_type", json_string("release"));
    return object;
}

/* "suite/name/key:value". */
static void add_name(const struct benchmark *benchmark, struct buf *out)
{
    buf_printf(out, "%s/%s", benchmark->suite, benchmark->name);
    if (benchmark->params[0] != '\0')
        buf_putc(out, '/');
    for (const char *at = benchmark->params; *at != '\0'; at++)
        buf_putc(out, *at == ',' ? '/' : *at == '=' ? ':' : *at);
}

static json_t *row_json(const struct result *result, const char *name, uint32_t launch,
                        size_t launches)
{
    json_t *row = json_object();
    double ns = 0;
    report_json_member(&row, "name", report_json_text(name));
    report_json_member(&row, "run_name", report_json_text(name));
    report_json_member(&row, "run_type", json_string("iteration"));
    report_json_member(&row, "repetitions", json_integer((json_int_t)launches));
    report_json_member(&row, "repetition_index", json_integer(launch));
    report_json_member(&row, "threads", json_integer(1));
    if (result->outcome != OUTCOME_OK) {
        report_json_member(&row, "error_occurred", json_true());
        report_json_member(&row, "error_message", report_json_text(result->reason));
    }
    bool timed = export_launch_median(result, launch, &ns);
    report_json_member(&row, "iterations",
                       json_integer(timed ? (json_int_t)result->samples.items[0].iterations : 0));
    report_json_member(&row, "real_time", report_json_number(ns));
    report_json_member(&row, "cpu_time", report_json_number(ns));
    report_json_member(&row, "time_unit", json_string("ns"));
    if (result->bytes > 0 && ns > 0)
        report_json_member(&row, "bytes_per_second", report_json_number(result->bytes / ns * 1e9));
    if (result->items > 0 && ns > 0)
        report_json_member(&row, "items_per_second", report_json_number(result->items / ns * 1e9));
    return row;
}

static assay_status add_result(const struct result *result, json_t **rows)
{
    const struct measurement *time = result_measurement(result, METRICS[METRIC_TIME].name);
    size_t launches = time ? time->summary.launch_count : 0;
    double ns;
    BUF_AUTO name;
    buf_init(&name, 1 << 16);
    add_name(&result->benchmark, &name);
    TRY(name.status);
    if (result->outcome != OUTCOME_OK)
        report_json_element(rows, row_json(result, name.text, 0, 1));
    for (uint32_t i = 0; i < launches; i++)
        if (export_launch_median(result, i, &ns))
            report_json_element(rows, row_json(result, name.text, i, launches));
    return ASSAY_OK;
}

assay_status export_google_benchmark(const struct export_source *source, struct buf *out)
{
    json_t *document = json_object(), *rows = json_array();
    assay_status status = ASSAY_OK;
    for (size_t i = 0; status == ASSAY_OK && i < source->run->results.count; i++)
        status = add_result(&source->run->results.items[i], &rows);
    report_json_member(&document, "context", context_json(source->run));
    report_json_member(&document, "benchmarks", rows);
    if (status == ASSAY_OK)
        return report_json_write(document, out);
    json_decref(document);
    return status;
}
