/* Trends as files of their own: a page with every series, or the picture of one.
 * Why the page's style goes into the picture too: an SVG that is shown alone, or linked from a
 * README, has no page around it to style its classes. */
#include <string.h>

#include "report/html/escape.h"
#include "report/html/html.h"
#include "report/html/html_parts.h"
#include "report/html/svg_trend.h"
#include "report/trend/trend.h"

static void add_head(struct buf *out)
{
    buf_puts(out, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n"
                  "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
                  "<meta name=\"color-scheme\" content=\"light dark\"/>\n<title>assay trends"
                  "</title>\n<meta http-equiv=\"Content-Security-Policy\" "
                  "content=\"default-src 'none'; style-src 'unsafe-inline'\"/>\n<style>\n");
    html_style(out);
    svg_trend_style(out);
    buf_puts(out, "</style>\n</head>\n<body>\n<header>\n<p class=\"brand\">assay</p>\n"
                  "<h1>Trends</h1>\n</header>\n<main>\n");
}

static void add_interval(struct buf *out, const struct trend_series *series,
                         const struct interval *interval)
{
    html_trend_amount(out, series, interval->low);
    buf_puts(out, " to ");
    html_trend_amount(out, series, interval->high);
}

static void add_commit(struct buf *out, const struct trend_links *links, const char *commit)
{
    if (links->commit != NULL)
        links->commit(out, commit);
    else
        html_element(out, "<code>", commit, "</code>");
}

static void add_change(struct buf *out, const struct trend_series *series,
                       const struct trend_change *change, const struct trend_links *links)
{
    const struct trend_point *point = &series->points.items[change->index];
    buf_puts(out, HTML_ROW);
    if (links->point != NULL)
        links->point(out, point);
    else
        html_text(out, point->at);
    buf_printf(out, "</th>" HTML_CELL "<span class=\"mark %s\">%s</span></td>",
               change->is_worse ? "bad" : "good", change->is_worse ? "worse" : "better");
    html_number_open(out, "by");
    html_trend_amount(out, series, change->ratio);
    buf_puts(out, "<small>");
    add_interval(out, series, &change->interval);
    buf_puts(out, "</small></td>" HTML_CELL_WHOLE);
    if (html_is_blank(change->bad_commit)) {
        buf_puts(out, "not known");
    } else {
        add_commit(out, links, change->good_commit);
        buf_puts(out, " to ");
        add_commit(out, links, change->bad_commit);
    }
    if (links->more != NULL) {
        buf_puts(out, "</td>" HTML_CELL);
        links->more(out, series, change->index);
    }
    buf_puts(out, "</td></tr>\n");
}

static void add_steps(struct buf *out, const struct trend_series *series,
                      const struct trend_links *links)
{
    static const char *const COLUMNS[] = {
        "First seen", "Direction", ">By", "In the commits", "", NULL,
    };
    static const char *const COLUMNS_ALONE[] = {
        "First seen", "Direction", ">By", "In the commits", NULL,
    };
    if (series->changes.count == 0) {
        buf_puts(out, "<p class=\"soft\">No step was found.</p>\n");
        return;
    }
    html_table_open(out, "Steps, with a 95 % interval of their size.",
                    links->more != NULL ? COLUMNS : COLUMNS_ALONE);
    buf_puts(out, HTML_ROWS);
    for (size_t i = series->changes.count; i-- > 0;)
        add_change(out, series, &series->changes.items[i], links);
    buf_puts(out, "</tbody></table>\n");
}

void report_html_changes(struct buf *out, const struct trend_series *series,
                         const struct trend_links *links)
{
    add_steps(out, series, links);
    for (size_t i = 0; i < series->drifts.count; i++) {
        const struct trend_drift *drift = &series->drifts.items[i];
        buf_printf(out, "<p>Drifts to %s by ", drift->is_worse ? "worse" : "better");
        html_trend_amount(out, series, drift->ratio);
        buf_puts(out, " (");
        add_interval(out, series, &drift->interval);
        buf_printf(out, ") over %zu points.</p>\n", drift->count);
    }
}

static void add_series(struct buf *out, const struct trend_series *series, size_t number)
{
    buf_printf(out, "<section id=\"s%zu\">\n<h2>", number);
    html_name(out, series->name, HTML_NAME_BYTES_MAX);
    html_element(out, " <small>", html_metric_label(series->metric->name), "</small></h2>\n");
    buf_puts(out, "<figure>");
    svg_trend(out, series);
    buf_puts(out, "</figure>\n");
    report_html_changes(out, series, &(const struct trend_links){.point = NULL});
    if (series->is_stale)
        buf_puts(out, "<p class=\"note open\"><span>Not measured for long.</span></p>\n");
    buf_puts(out, "</section>\n");
}

void report_html_trend(const struct trend *trend, struct buf *out)
{
    add_head(out);
    for (size_t i = 0; i < trend->series.count; i++)
        add_series(out, &trend->series.items[i], i + 1);
    buf_puts(out, "</main>\n<footer class=\"soft\"><p>This file is complete: it loads nothing."
                  "</p></footer>\n</body>\n</html>\n");
}

void report_svg_trend(const struct trend_series *series, struct buf *out)
{
    static const char START[] = "<svg ", END[] = "</svg>\n";
    BUF_AUTO chart;
    buf_init(&chart, BUF_LENGTH_MAX);
    svg_trend(&chart, series);
    if (chart.status != ASSAY_OK || chart.length < sizeof START + sizeof END) {
        buf_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n"); /* nothing to draw */
        return;
    }
    buf_puts(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" ");
    buf_add(out, chart.text + sizeof START - 1,
            chart.length - (sizeof START - 1) - (sizeof END - 1));
    buf_puts(out, "<style>\n");
    html_style(out);
    svg_trend_style(out);
    buf_puts(out, "svg{background:var(--paper)}\n</style>\n");
    buf_puts(out, END);
}
