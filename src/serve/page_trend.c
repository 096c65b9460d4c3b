/* The page of a trend: a chart for each series, and its steps with the commits that hold them.
 * Computes no number of its own: what stands here stands in the JSON document as well. */
#include <string.h>

#include "report/html/escape.h"
#include "report/html/html_parts.h"
#include "report/html/svg_trend.h"
#include "serve/answer.h"
#include "serve/page.h"

enum { SERIES_SHOWN = 100, POINTS_LISTED = 100 };

static void add_form(struct asked *asked, const char *benchmark, const char *metric)
{
    struct buf *out = asked->out;
    buf_puts(out, "<form action=\"/trend\">\n<label>Benchmark: an id, a part of one, or a pattern "
                  "with * and ?<input name=\"benchmark\" required=\"required\" value=\"");
    html_attr(out, benchmark);
    buf_puts(out, "\"/></label>\n<label>Metric<input name=\"metric\" list=\"metrics\" value=\"");
    html_attr(out, metric);
    buf_puts(out, "\"/></label>\n<datalist id=\"metrics\">");
    for (size_t i = 0; i < METRIC_COUNT; i++)
        buf_printf(out, "<option value=\"%s\"/>", METRICS[i].name);
    buf_puts(out, "</datalist>\n<button>Show</button>\n</form>\n");
}

static void add_interval(struct buf *out, const struct trend_series *series,
                         const struct interval *interval)
{
    html_trend_amount(out, series, interval->low);
    buf_puts(out, " to ");
    html_trend_amount(out, series, interval->high);
}

static void add_direction(struct buf *out, bool is_worse)
{
    buf_printf(out, HTML_CELL "<span class=\"mark %s\">%s</span></td>", is_worse ? "bad" : "good",
               is_worse ? "worse" : "better");
}

/* Runs on both sides of a step can be compared, where the points are of runs. */
static void add_compare(struct buf *out, const struct trend_series *series, size_t index)
{
    const struct trend_point *points = series->points.items;
    if (index == 0 || html_is_blank(points[index].run_id))
        return;
    page_compare_link(out, points[index - 1].run_id, points[index].run_id);
    buf_puts(out, "compare the runs</a>");
}

static void add_change(struct buf *out, const struct trend_series *series,
                       const struct trend_change *change)
{
    const struct trend_point *point = &series->points.items[change->index];
    buf_puts(out, HTML_ROW);
    if (html_is_blank(point->run_id)) {
        html_text(out, point->at);
    } else {
        page_run_link(out, point->run_id);
        html_element(out, "", point->at, "</a>");
    }
    buf_puts(out, "</th>");
    add_direction(out, change->is_worse);
    html_number_open(out, "by");
    html_trend_amount(out, series, change->ratio);
    buf_puts(out, "<small>");
    add_interval(out, series, &change->interval);
    buf_puts(out, "</small></td>" HTML_CELL_WHOLE);
    if (!html_is_blank(change->bad_commit)) {
        page_commit(out, change->good_commit);
        buf_puts(out, " to ");
        page_commit(out, change->bad_commit);
    } else {
        buf_puts(out, "not known");
    }
    buf_puts(out, "</td>" HTML_CELL);
    add_compare(out, series, change->index);
    buf_puts(out, "</td></tr>\n");
}

static void add_changes(struct buf *out, const struct trend_series *series)
{
    static const char *const COLUMNS[] = {"First seen",     "Direction", ">By",
                                          "In the commits", "",          NULL};
    if (series->changes.count == 0) {
        buf_puts(out, "<p class=\"soft\">No step was found.</p>\n");
        return;
    }
    html_table_open(out, "Steps, with a 95 % interval of their size.", COLUMNS);
    buf_puts(out, HTML_ROWS);
    for (size_t i = series->changes.count; i-- > 0;)
        add_change(out, series, &series->changes.items[i]);
    buf_puts(out, "</tbody></table>\n");
}

static void add_drifts(struct buf *out, const struct trend_series *series)
{
    for (size_t i = 0; i < series->drifts.count; i++) {
        const struct trend_drift *drift = &series->drifts.items[i];
        buf_printf(out, "<p>Drifts to %s by ", drift->is_worse ? "worse" : "better");
        html_trend_amount(out, series, drift->ratio);
        buf_puts(out, " (");
        add_interval(out, series, &drift->interval);
        buf_printf(out, ") over %zu points.</p>\n", drift->count);
    }
}

static void add_points(struct buf *out, const struct trend_series *series)
{
    const struct trend_point *points = series->points.items;
    size_t listed = series->points.count < POINTS_LISTED ? series->points.count : POINTS_LISTED;
    buf_printf(out,
               "<details><summary>The newest %zu of %zu values</summary>\n<div class=\"wide\">"
               "<table><tbody>\n",
               listed, series->points.count);
    for (size_t i = series->points.count; i-- > series->points.count - listed;) {
        html_element(out, "<tr><th scope=\"row\">", points[i].at, "</th><td>");
        if (!html_is_blank(points[i].run_id))
            page_run_name(out, points[i].run_id);
        buf_puts(out, "</td><td>");
        page_commit(out, points[i].commit);
        buf_puts(out, "</td><td class=\"num\">");
        html_quantity(out, points[i].value, series->metric->unit);
        buf_puts(out, "</td></tr>\n");
    }
    buf_puts(out, "</tbody></table></div></details>\n");
}

static void add_series(struct buf *out, const struct trend_series *series, size_t index)
{
    buf_printf(out, "<section id=\"s%zu\" data-series=\"", index + 1);
    html_attr(out, series->name);
    buf_puts(out, "\">\n<h2>");
    page_trend_link(out, series->name, series->metric->name);
    html_name(out, series->name, HTML_NAME_BYTES_MAX);
    html_element(out, "</a> <small>", html_metric_label(series->metric->name), "</small></h2>\n");
    buf_puts(out, "<figure>");
    svg_trend(out, series);
    buf_puts(out, "</figure>\n");
    add_changes(out, series);
    add_drifts(out, series);
    if (series->left_out > 0)
        buf_printf(out,
                   "<p class=\"soft\">Left out: %zu values of other machines or compilers.</p>\n",
                   series->left_out);
    add_points(out, series);
    buf_puts(out, "</section>\n");
}

assay_status page_trend(struct asked *asked)
{
    struct trend trend = {.series = {0}};
    const char *benchmark = request_parameter(asked->request, "benchmark", "");
    const char *metric = request_parameter(asked->request, "metric", METRICS[METRIC_TIME].name);
    bool is_asked = benchmark[0] != '\0';
    assay_status status = is_asked ? asked_trend(asked, &trend) : ASSAY_OK;
    if (status == ASSAY_OK) {
        page_open(asked->out, is_asked ? benchmark : "Trends", true);
        add_form(asked, is_asked ? benchmark : "*", metric);
        for (size_t i = 0; i < trend.series.count && i < SERIES_SHOWN; i++)
            add_series(asked->out, &trend.series.items[i], i);
        if (trend.series.count > SERIES_SHOWN)
            buf_printf(
                asked->out,
                "<p class=\"note open\"><span>%zu series match; the first %d are shown, what "
                "got worse last first.</span></p>\n",
                trend.series.count, SERIES_SHOWN);
        page_close(asked->out);
    }
    trend_release(&trend);
    return status;
}
