/* The page of a trend: a chart for each series, and its steps with the commits that hold them.
 * Computes no number of its own: what stands here stands in the JSON document as well. */
#include <string.h>

#include "report/html/escape.h"
#include "report/html/html_parts.h"
#include "report/html/svg_trend.h"
#include "report/trend/trend.h"
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

/* Runs on both sides of a step can be compared, where the points are of runs. */
static void add_compare(struct buf *out, const struct trend_series *series, size_t index)
{
    const struct trend_point *points = series->points.items;
    if (index == 0 || html_is_blank(points[index].run_id))
        return;
    page_compare_link(out, points[index - 1].run_id, points[index].run_id);
    buf_puts(out, "compare the runs</a>");
}

static void add_point(struct buf *out, const struct trend_point *point)
{
    if (html_is_blank(point->run_id)) {
        html_text(out, point->at);
        return;
    }
    page_run_link(out, point->run_id);
    html_element(out, "", point->at, "</a>");
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
    report_html_changes(out, series,
                        &(const struct trend_links){add_point, page_commit, add_compare});
    if (series->left_out > 0)
        buf_printf(out,
                   "<p class=\"soft\">Left out: %zu values of other machines or compilers.</p>\n",
                   series->left_out);
    add_points(out, series);
    buf_puts(out, "</section>\n");
}

static void add_all(struct buf *out, const struct trend *trend)
{
    for (size_t i = 0; i < trend->series.count && i < SERIES_SHOWN; i++)
        add_series(out, &trend->series.items[i], i);
    if (trend->series.count > SERIES_SHOWN)
        buf_printf(out,
                   "<p class=\"note open\"><span>%zu series match; the first %d are shown, what "
                   "got worse last first.</span></p>\n",
                   trend->series.count, SERIES_SHOWN);
}

assay_status page_trend(struct asked *asked)
{
    struct wanted_trend wanted = {.trend = NULL};
    const char *benchmark = request_parameter(asked->request, "benchmark", "");
    const char *metric = request_parameter(asked->request, "metric", METRICS[METRIC_TIME].name);
    bool is_asked = benchmark[0] != '\0';
    assay_status status = is_asked ? asked_trend(asked, &wanted) : ASSAY_OK;
    if (status == ASSAY_OK) {
        page_open(asked->out, is_asked ? benchmark : "Trends", true);
        add_form(asked, is_asked ? benchmark : "*", metric);
        if (wanted.trend != NULL)
            add_all(asked->out, wanted.trend);
        page_close(asked->out);
    }
    wanted_trend_release(&wanted);
    return status;
}
