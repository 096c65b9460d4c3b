/* OpenMetrics text: a gauge a metric, a sample a benchmark, and gauges of the interval's ends.
 * Samples of one family have to stand together, so the metrics are the outer loop. */
#include <ctype.h>
#include <string.h>

#include "exchange/write/exporters.h"

typedef VEC(const struct metric *) metric_vec;

/* Metrics by name, each once, in the order in which they come. */
static assay_status collect(const struct run *run, metric_vec *metrics)
{
    for (size_t i = 0; i < run->results.count; i++) {
        const struct result *result = &run->results.items[i];
        for (size_t m = 0; m < result->measurements.count; m++) {
            const struct metric *metric = result->measurements.items[m].metric;
            size_t at = 0;
            while (at < metrics->count && strcmp(metrics->items[at]->name, metric->name) != 0)
                at++;
            const struct metric **added = at == metrics->count ? vec_add(metrics) : &metric;
            if (added == NULL)
                return ASSAY_ERR_MEMORY;
            *added = metric;
        }
    }
    return ASSAY_OK;
}

static void add_family(const struct metric *metric, const char *end, struct buf *out)
{
    buf_puts(out, "assay_");
    for (const char *at = metric->name; *at != '\0'; at++)
        buf_putc(out, isalnum((unsigned char)*at) ? *at : '_');
    buf_puts(out, end);
}

static void add_escaped(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++) {
        if (*text == '\\' || *text == '"')
            buf_putc(out, '\\');
        if (*text == '\n')
            buf_puts(out, "\\n");
        else
            buf_putc(out, *text);
    }
}

static void add_label(const char *name, const char *value, struct buf *out)
{
    buf_printf(out, "%s=\"", name);
    add_escaped(value, out);
    buf_putc(out, '"');
}

static void add_sample(const struct run *run, const struct result *result,
                       const struct metric *metric, const char *end, struct buf *out)
{
    const struct measurement *measurement = result_measurement(result, metric->name);
    if (measurement == NULL)
        return;
    const struct summary *summary = &measurement->summary;
    double value = strcmp(end, "_low") == 0    ? summary->interval.low
                   : strcmp(end, "_high") == 0 ? summary->interval.high
                                               : summary->median;
    add_family(metric, end, out);
    buf_putc(out, '{');
    add_label("suite", result->benchmark.suite, out);
    buf_putc(out, ',');
    add_label("benchmark", result->benchmark.name, out);
    buf_putc(out, ',');
    add_label("params", result->benchmark.params, out);
    buf_putc(out, ',');
    add_label("commit", run->commit, out);
    buf_printf(out, "} %.12g\n", value);
}

assay_status export_openmetrics(const struct export_source *source, struct buf *out)
{
    static const char *const ENDS[] = {"", "_low", "_high"};
    const struct run *run = source->run;
    metric_vec metrics = {0};
    assay_status status = collect(run, &metrics);
    for (size_t m = 0; status == ASSAY_OK && m < metrics.count; m++)
        for (size_t e = 0; e < sizeof ENDS / sizeof *ENDS; e++) {
            buf_puts(out, "# TYPE ");
            add_family(metrics.items[m], ENDS[e], out);
            buf_puts(out, " gauge\n# HELP ");
            add_family(metrics.items[m], ENDS[e], out);
            buf_puts(out, *ENDS[e] ? " end of the interval of the median, in " : " median, in ");
            add_escaped(metrics.items[m]->unit[0] ? metrics.items[m]->unit : "1", out);
            buf_putc(out, '\n');
            for (size_t i = 0; i < run->results.count; i++)
                add_sample(run, &run->results.items[i], metrics.items[m], ENDS[e], out);
        }
    vec_release(&metrics);
    buf_puts(out, "# EOF\n");
    return status == ASSAY_OK ? out->status : status;
}
