/* The table of exports.  Our own reports are wrapped here and not copied: a number is formatted in
 * one place. */
#include "exchange/write/export.h"

#include <stdlib.h>
#include <string.h>

#include "exchange/write/exporters.h"
#include "report/json.h"
#include "report/table/tables.h"
#include "report/web/web.h"

static assay_status export_json(const struct export_source *source, struct buf *out)
{
    return report_json_run(source->run, out);
}

static assay_status export_csv(const struct export_source *source, struct buf *out)
{
    return report_csv_run(source->run, out);
}

static assay_status export_markdown(const struct export_source *source, struct buf *out)
{
    return report_markdown_run(source->run, out);
}

static assay_status export_html(const struct export_source *source, struct buf *out)
{
    return web_page(source->run, NULL, out);
}

const struct export_format EXPORT_FORMATS[] = {
    {"json", "everything but single samples (docs/schema/run.schema.json)", true, export_json},
    {"jsonl", "JSON Lines, a line a metric", true, export_jsonl},
    {"csv", "a row a metric (docs/outputs.md)", true, export_csv},
    {"markdown", "tables for pages and pull requests", true, export_markdown},
    {"html", "a page with charts", true, export_html},
    {"svg", "one picture: medians and intervals on a common axis", true, export_svg},
    {"folded", "call stacks (run --stacks) for flamegraph.pl, speedscope and others", true,
     export_folded},
    {"google-benchmark", "Google Benchmark's JSON, a repetition a launch", true,
     export_google_benchmark},
    {"github-action-benchmark", "JSON for its tool customSmallerIsBetter", true,
     export_github_action},
    {"benchstat", "text of Go's benchmark format, a line a launch", true, export_benchstat},
    {"openmetrics", "gauges for Prometheus and others", true, export_openmetrics},
    {"junit", "JUnit XML, a test case a check", false, export_junit},
    {"sarif", "SARIF 2.1.0 of what did not pass", false, export_sarif},
    {"github-annotations", "workflow commands of what did not pass", false,
     export_github_annotations},
    {"github-summary", "Markdown for $GITHUB_STEP_SUMMARY", false, export_github_summary},
    {"gitlab-code-quality", "GitLab's code quality report of what did not pass", false,
     export_code_quality},
    {NULL, NULL, false, NULL},
};

const struct export_format *export_format_find(const char *name)
{
    for (const struct export_format *format = EXPORT_FORMATS; format->name != NULL; format++)
        if (strcmp(format->name, name) == 0)
            return format;
    return NULL;
}

void export_format_names(struct buf *out)
{
    for (const struct export_format *format = EXPORT_FORMATS; format->name != NULL; format++)
        buf_printf(out, "%s%s", format == EXPORT_FORMATS ? "" : ", ", format->name);
}

static int compare_numbers(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

bool export_launch_median(const struct result *result, uint32_t launch, double *ret_ns)
{
    value_vec values = {0};
    for (size_t i = 0; i < result->samples.count; i++) {
        const struct sample *sample = &result->samples.items[i];
        double *value = sample->launch == launch ? vec_add(&values) : NULL;
        if (value != NULL)
            *value = sample->ns / (double)sample->iterations;
    }
    size_t count = values.count;
    if (count > 0) {
        qsort(values.items, count, sizeof *values.items, compare_numbers);
        *ret_ns = (values.items[(count - 1) / 2] + values.items[count / 2]) / 2;
    }
    vec_release(&values);
    return count > 0;
}
