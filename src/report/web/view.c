/* A run as the page wants it.  Why not the document of `assay run --json`: that names every number
 * of every row, which makes 1000 benchmarks some 4 MB; here names stand once, in "columns".
 *
 * What is small and nested (head, targets, claims, sweeps) is written by jansson, as in our other
 * documents; what there is a thousand times is written directly.
 * Invariant: numbers that are not finite are null, texts that are not UTF-8 are mended. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model/resources/resources.h"
#include "report/html/html_parts.h"
#include "report/json.h"
#include "report/statistics/statistics.h"
#include "report/values/json_values.h"
#include "report/web/flame.h"
#include "report/web/packed.h"
#include "report/web/web.h"

static const char COLUMNS[] =
    "[\"metric\",\"samples\",\"launches\",\"median\",\"low\",\"high\",\"level\",\"mean\",\"sd\","
    "\"mad\",\"min\",\"max\",\"low_severe\",\"low_mild\",\"high_mild\",\"high_severe\","
    "\"variance_share\",\"autocorrelation\",\"effective_samples\",\"bootstrap_median_low\","
    "\"bootstrap_median_high\",\"bootstrap_mean_low\",\"bootstrap_mean_high\",\"p50\",\"p50_low\","
    "\"p50_high\",\"p90\",\"p90_low\",\"p90_high\",\"p95\",\"p95_low\",\"p95_high\",\"p99\","
    "\"p99_low\",\"p99_high\",\"p99.9\",\"p99.9_low\",\"p99.9_high\"]";
enum { COLUMN_COUNT = 23 + 3 * PERCENTILE_COUNT };

static void add_json(struct buf *out, json_t *value)
{
    char *text =
        value ? json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(12)) : NULL;
    json_decref(value);
    if (text != NULL)
        buf_puts(out, text);
    else if (out->status == ASSAY_OK)
        out->status = ASSAY_ERR_MEMORY;
    free(text);
}

/* ,"name":"text"; nothing when there is no text. */
static void add_text(struct buf *out, const char *name, const char *text)
{
    if (html_is_blank(text))
        return;
    buf_printf(out, ",\"%s\":", name);
    add_json(out, report_json_text(text));
}

static void add_number(struct buf *out, double value)
{
    if (isfinite(value))
        buf_printf(out, "%.7g", value);
    else
        buf_puts(out, "null");
}

/* Metrics: each named once. */

typedef VEC(const struct metric *) metric_vec;

static size_t metric_index(const metric_vec *metrics, const struct metric *metric)
{
    size_t i = 0;
    while (i < metrics->count && metrics->items[i] != metric &&
           strcmp(metrics->items[i]->name, metric->name) != 0)
        i++;
    return i;
}

static assay_status metrics_collect(const struct run *run, metric_vec *metrics)
{
    for (size_t i = 0; i < run->results.count; i++) {
        const measurement_vec *measurements = &run->results.items[i].measurements;
        for (size_t m = 0; m < measurements->count; m++) {
            const struct metric *metric = measurements->items[m].metric;
            if (metric_index(metrics, metric) < metrics->count)
                continue;
            const struct metric **slot = vec_add(metrics);
            if (slot == NULL)
                return ASSAY_ERR_MEMORY;
            *slot = metric;
        }
    }
    return ASSAY_OK;
}

static void add_metrics(struct buf *out, const metric_vec *metrics)
{
    buf_puts(out, ",\"metrics\":[");
    for (size_t i = 0; i < metrics->count; i++) {
        const struct metric *metric = metrics->items[i];
        const struct resource *resource = resource_find(metric->name);
        buf_printf(out, "%s{\"better\":\"%s\",\"quality\":%s", i > 0 ? "," : "",
                   metric->direction == HIGHER_IS_BETTER ? "higher" : "lower",
                   metric->quality ? "true" : "false");
        add_text(out, "name", metric->name);
        add_text(out, "unit", metric->unit);
        add_text(out, "label", html_metric_label(metric->name));
        add_text(out, "meaning", resource != NULL ? resource->meaning : NULL);
        buf_putc(out, '}');
    }
    buf_putc(out, ']');
}

/* Results. */

static double *put_interval(double *at, const struct interval *interval)
{
    const bool is_there = interval->level > 0;
    *at++ = is_there ? interval->low : (double)NAN;
    *at++ = is_there ? interval->high : (double)NAN;
    return at;
}

/* What older runs do not have is NaN. */
static double *put_sample_facts(double *at, const struct summary *summary)
{
    const struct outliers *outliers = &summary->outliers;
    const double facts[] = {(double)outliers->low_severe,   (double)outliers->low_mild,
                            (double)outliers->high_mild,    (double)outliers->high_severe,
                            outliers->variance_share,       summary->autocorrelation,
                            summary->effective_sample_count};
    const bool is_known = summary->effective_sample_count > 0;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        *at++ = is_known ? facts[i] : (double)NAN;
    at = put_interval(at, &summary->bootstrap_median);
    return put_interval(at, &summary->bootstrap_mean);
}

static void add_measurement(struct buf *out, size_t metric, const struct summary *summary)
{
    double row[COLUMN_COUNT], *at = row;
    const bool has_samples = summary->sample_count > 1;
    *at++ = (double)metric;
    *at++ = (double)summary->sample_count;
    *at++ = (double)summary->launch_count;
    *at++ = summary->median;
    at = put_interval(at, &summary->interval);
    *at++ = summary->interval.level > 0 ? summary->interval.level : (double)NAN;
    const double spread[] = {summary->mean, summary->sd, summary->mad, summary->min, summary->max};
    for (size_t i = 0; i < sizeof spread / sizeof *spread; i++)
        *at++ = has_samples ? spread[i] : (double)NAN;
    at = put_sample_facts(at, summary);
    for (size_t i = 0; i < PERCENTILE_COUNT; i++) {
        const struct percentile *percentile = &summary->percentiles[i];
        *at++ = percentile->sufficient ? percentile->value : (double)NAN;
        *at++ = percentile->sufficient ? percentile->interval.low : (double)NAN;
        *at++ = percentile->sufficient ? percentile->interval.high : (double)NAN;
    }
    while (at > row + 1 && !isfinite(at[-1]))
        at--;
    for (const double *value = row; value < at; value++) {
        buf_putc(out, value == row ? '[' : ',');
        add_number(out, *value);
    }
    buf_putc(out, ']');
}

static void add_measurements(struct buf *out, const struct result *result,
                             const metric_vec *metrics)
{
    buf_puts(out, ",\"measured\":[");
    for (size_t m = 0; m < result->measurements.count; m++) {
        const struct measurement *measurement = &result->measurements.items[m];
        buf_puts(out, m > 0 ? "," : "");
        add_measurement(out, metric_index(metrics, measurement->metric), &measurement->summary);
    }
    buf_putc(out, ']');
}

static void add_missing(struct buf *out, const absence_vec *missing)
{
    if (missing->count == 0)
        return;
    buf_puts(out, ",\"missing\":[");
    for (size_t i = 0; i < missing->count; i++) {
        buf_puts(out, i > 0 ? ",[" : "[");
        add_json(out, report_json_text(missing->items[i].metric));
        buf_putc(out, ',');
        add_json(out, report_json_text(missing->items[i].reason));
        buf_putc(out, ']');
    }
    buf_putc(out, ']');
}

static assay_status add_result(struct buf *out, const struct result *result,
                               const metric_vec *metrics)
{
    const struct benchmark *benchmark = &result->benchmark;
    buf_printf(out, "{\"status\":\"%s\"", outcome_name(result->outcome));
    add_text(out, "id", benchmark->id);
    add_text(out, "suite", benchmark->suite);
    add_text(out, "name", benchmark->name);
    add_text(out, "params", benchmark->params);
    add_text(out, "description", benchmark->description);
    add_text(out, "module", benchmark->module);
    add_text(out, "tags", benchmark->tags);
    add_text(out, "reason", result->reason);
    add_text(out, "warning", result->warning);
    if (result->bytes > 0)
        buf_printf(out, ",\"bytes\":%.9g", result->bytes);
    if (result->items > 0)
        buf_printf(out, ",\"items\":%.9g", result->items);
    add_measurements(out, result, metrics);
    add_missing(out, &result->missing);
    if (result->samples.count > 0) {
        buf_puts(out, ",\"samples\":");
        TRY(web_pack(&result->samples, out));
    }
    if (result->stacks != NULL) {
        buf_puts(out, ",\"stacks\":");
        TRY(web_flame(result->stacks, out));
    }
    buf_putc(out, '}');
    return out->status;
}

static assay_status add_results(struct buf *out, const struct run *run)
{
    metric_vec metrics = {0};
    assay_status status = metrics_collect(run, &metrics);
    add_metrics(out, &metrics);
    buf_puts(out, ",\"results\":[");
    for (size_t i = 0; i < run->results.count && status == ASSAY_OK; i++) {
        buf_puts(out, i > 0 ? ",\n" : "\n");
        status = add_result(out, &run->results.items[i], &metrics);
    }
    buf_puts(out, "\n]");
    vec_release(&metrics);
    return status;
}

/* What the members of our other documents say. */
static void add_parts(struct buf *out, const struct run *run)
{
    json_t *document = report_json_run_judged(run);
    static const char *const PARTS[] = {"targets", "claims", "scaling"};
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        buf_printf(out, ",\"%s\":", PARTS[i]);
        add_json(out, json_incref(json_object_get(document, PARTS[i])));
    }
    json_decref(document);
    buf_puts(out, ",\"laws\":[");
    for (size_t i = 0; i < run->scalings.count; i++) {
        BUF_AUTO law;
        buf_init(&law, 4096);
        report_scaling_law(&run->scalings.items[i], &law);
        buf_puts(out, i > 0 ? "," : "");
        add_json(out, report_json_text(law.text));
    }
    buf_putc(out, ']');
}

/* The run compared with an older one. */

static void add_moved_row(struct buf *out, const struct comparison *row)
{
    buf_printf(out, "{\"verdict\":\"%s\"", verdict_name(row->verdict));
    add_text(out, "benchmark", row->benchmark);
    add_text(out, "metric", row->metric);
    add_text(out, "unit", row->unit != NULL ? row->unit : "ns");
    add_text(out, "reason", row->reason);
    const struct {
        const char *name;
        double value;
    } numbers[] = {{"ratio", row->ratio},
                   {"low", row->interval.low},
                   {"high", row->interval.high},
                   {"old", row->old_ns},
                   {"new", row->new_ns}};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        buf_printf(out, ",\"%s\":", numbers[i].name);
        add_number(out, numbers[i].value);
    }
    buf_putc(out, '}');
}

static void add_moved(struct buf *out, const struct run *against, const comparison_vec *moved)
{
    size_t written = 0;
    buf_printf(out, ",\"against\":{\"duration_seconds\":%.7g", against->duration_seconds);
    add_text(out, "id", against->id);
    add_text(out, "started_at", against->started_at);
    add_text(out, "commit", against->commit);
    add_text(out, "label", against->label);
    buf_puts(out, "},\"moved\":[");
    for (size_t i = 0; i < moved->count; i++) {
        if (moved->items[i].verdict == VERDICT_NONE)
            continue;
        buf_puts(out, written++ > 0 ? "," : "");
        add_moved_row(out, &moved->items[i]);
    }
    buf_putc(out, ']');
}

/* Histories. */

static void add_changes(struct buf *out, const struct trend_series *series)
{
    buf_puts(out, ",\"changes\":[");
    for (size_t i = 0; i < series->changes.count; i++) {
        const struct trend_change *change = &series->changes.items[i];
        buf_printf(out, "%s{\"index\":%zu,\"worse\":%s", i > 0 ? "," : "", change->index,
                   change->is_worse ? "true" : "false");
        add_text(out, "commit", change->bad_commit);
        buf_puts(out, ",\"ratio\":");
        add_number(out, change->ratio);
        buf_putc(out, '}');
    }
    buf_putc(out, ']');
}

/* Of several values of a release the first one carries its name. */
static void add_releases(struct buf *out, const struct trend_series *series)
{
    const char *last = NULL;
    buf_puts(out, ",\"releases\":[");
    for (size_t i = 0; i < series->points.count; i++) {
        const char *release = series->points.items[i].release;
        if (release == NULL || (last != NULL && strcmp(last, release) == 0))
            continue;
        buf_printf(out, "%s[%zu,", last != NULL ? "," : "", i);
        add_json(out, report_json_text(release));
        buf_putc(out, ']');
        last = release;
    }
    buf_putc(out, ']');
}

static void add_points(struct buf *out, const struct trend_series *series)
{
    buf_puts(out, ",\"points\":[");
    for (size_t i = 0; i < series->points.count; i++) {
        const struct trend_point *point = &series->points.items[i];
        buf_puts(out, i > 0 ? ",[" : "[");
        add_number(out, point->value);
        buf_putc(out, ',');
        add_json(out, report_json_text(point->run_id));
        buf_putc(out, ',');
        add_json(out, report_json_text(point->commit));
        buf_putc(out, ']');
    }
    buf_putc(out, ']');
}

static void add_history(struct buf *out, const struct trend *trend)
{
    buf_puts(out, ",\"history\":[");
    for (size_t i = 0; i < trend->series.count; i++) {
        const struct trend_series *series = &trend->series.items[i];
        buf_printf(out, "%s{\"linear\":%s", i > 0 ? "," : "", series->is_linear ? "true" : "false");
        add_text(out, "benchmark", series->name);
        add_text(out, "metric", series->metric->name);
        add_points(out, series);
        add_changes(out, series);
        add_releases(out, series);
        buf_putc(out, '}');
    }
    buf_putc(out, ']');
}

assay_status web_view(const struct run *run, const struct web_context *context, struct buf *out)
{
    buf_puts(out, "{\"schema\":\"assay.view/1\",\"run\":");
    add_json(out, report_json_head(run));
    buf_printf(out, ",\"columns\":%s", COLUMNS);
    add_parts(out, run);
    if (context != NULL && context->against != NULL && context->moved != NULL)
        add_moved(out, context->against, context->moved);
    if (context != NULL && context->trend != NULL)
        add_history(out, context->trend);
    TRY(add_results(out, run));
    buf_puts(out, "}\n");
    return out->status;
}
