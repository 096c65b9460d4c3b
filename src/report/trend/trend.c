/* Trends for a terminal: a table of all of them, and a paragraph of each that has news.
 * Why a table first: of a thousand series a handful moved, and where they stand among the others is
 * seen at one look. */
#include "report/trend/trend.h"

#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "report/trend/forecast.h"
#include "report/trend/sparkline.h"
#include "report/values/line.h"

enum { CHANGES_SHOWN = 8, INDENT = 2, CHART_COLUMNS_MAX = 160 };

/* "+5.2 %", or a difference in the metric's unit. */
static void add_amount(const struct trend_series *series, double ratio, struct buf *out)
{
    char text[QUANTITY_TEXT_MAX];
    if (series->is_linear)
        buf_printf(out, "%s%s", ratio > 0 ? "+" : "",
                   quantity_format(ratio, series->metric->unit, text));
    else
        buf_printf(out, "%+.*f %%", fabs(ratio - 1) < 0.1 ? 2 : 1, 100 * (ratio - 1));
}

static void add_range(const struct trend_series *series, const struct interval *interval,
                      struct buf *out)
{
    buf_puts(out, " (");
    add_amount(series, interval->low, out);
    buf_puts(out, " .. ");
    add_amount(series, interval->high, out);
    buf_puts(out, ")");
}

static void add_place(const struct trend_series *series, const struct trend_change *change,
                      struct buf *out)
{
    const struct trend_point *point = &series->points.items[change->index];
    buf_printf(out, "    at point %zu, ", change->index);
    report_text_line(point->at, out);
    if (change->bad_commit[0] != '\0')
        buf_printf(out, ": in %.12s%s%.12s", change->good_commit,
                   change->good_commit[0] != '\0' ? ".." : "", change->bad_commit);
    else if (change->low_index < change->high_index)
        buf_printf(out, ": it is one of the points %zu to %zu", change->low_index,
                   change->high_index);
    buf_putc(out, '\n');
}

static enum ink ink_of(bool is_worse)
{
    return is_worse ? INK_BAD : INK_GOOD;
}

static void add_size(const struct trend_series *series, const struct trend_change *change,
                     const struct paper *paper, struct buf *out)
{
    buf_puts(out, "  ");
    paper_word(paper, ink_of(change->is_worse), change->is_worse ? "worse:" : "better:", 8, out);
    add_amount(series, change->ratio, out);
    add_range(series, &change->interval, out);
    buf_putc(out, '\n');
}

/* What it would have taken to know it when it began. */
static void add_delay(const struct trend_series *series, size_t change, struct buf *out)
{
    const struct trend_alarm *alarm = trend_alarm_of(series, change);
    if (alarm != NULL)
        buf_printf(out, "    an alarm with point %zu would have told\n", alarm->raised);
    else if (series->is_watched)
        buf_puts(out, "    no alarm would have told yet\n");
}

static void add_changes(const struct trend_series *series, const struct paper *paper,
                        struct buf *out)
{
    const size_t changes = series->changes.count;
    size_t hidden = changes > CHANGES_SHOWN ? changes - CHANGES_SHOWN : 0;
    if (hidden > 0)
        buf_printf(out, "  %zu older changes; --json has them\n", hidden);
    for (size_t i = hidden; i < changes; i++) {
        add_size(series, &series->changes.items[i], paper, out);
        add_place(series, &series->changes.items[i], out);
        add_delay(series, i, out);
    }
}

static void add_alarm(const struct trend_series *series, const struct trend_alarm *alarm,
                      const struct paper *paper, struct buf *out)
{
    const size_t delay = alarm->raised - alarm->change.index;
    add_size(series, &alarm->change, paper, out);
    buf_printf(out, "    raised with point %zu, ", alarm->raised);
    report_text_line(series->points.items[alarm->raised].at, out);
    buf_printf(out, ", %zu point%s after it began\n", delay, delay == 1 ? "" : "s");
    add_place(series, &alarm->change, out);
}

static void add_alarms(const struct trend_series *series, const struct paper *paper,
                       struct buf *out)
{
    const size_t alarms = series->alarms.count;
    size_t hidden = alarms > CHANGES_SHOWN ? alarms - CHANGES_SHOWN : 0;
    if (hidden > 0)
        buf_printf(out, "  %zu older alarms; --json has them\n", hidden);
    for (size_t i = hidden; i < alarms; i++)
        add_alarm(series, &series->alarms.items[i], paper, out);
    if (series->is_learning)
        buf_puts(out, "  learning: too few points of this level for an alarm\n");
}

static void add_outliers(const struct trend_series *series, struct buf *out)
{
    const size_t count = series->outliers.count;
    if (count == 0)
        return;
    const struct trend_outlier *newest = &series->outliers.items[count - 1];
    buf_printf(out, "  %zu outlier%s, the newest ", count, count == 1 ? "" : "s");
    add_amount(series, newest->ratio, out);
    buf_printf(out, " (%s) at point %zu, ", newest->is_worse ? "worse" : "better", newest->index);
    report_text_line(series->points.items[newest->index].at, out);
    buf_putc(out, '\n');
}

static void add_drift(const struct trend_series *series, const struct trend_drift *drift,
                      struct buf *out)
{
    buf_printf(out, "  drifts %s: ", drift->is_worse ? "to worse" : "to better");
    add_amount(series, drift->ratio, out);
    add_range(series, &drift->interval, out);
    buf_printf(out, "\n    over points %zu to %zu\n", drift->first,
               drift->first + drift->count - 1);
}

static void add_stale(const struct trend_series *series, struct buf *out)
{
    if (!series->is_stale)
        return;
    buf_puts(out, "  stale: not measured");
    if (series->age_days >= 1)
        buf_printf(out, " for %.0f day%s", series->age_days, series->age_days < 2 ? "" : "s");
    if (series->runs_since > 0)
        buf_printf(out, " in the last %zu run%s of its suite", series->runs_since,
                   series->runs_since > 1 ? "s" : "");
    buf_putc(out, '\n');
}

static void add_facts(const struct trend_series *series, struct buf *out)
{
    char first[QUANTITY_TEXT_MAX], last[QUANTITY_TEXT_MAX];
    const struct trend_point *points = series->points.items;
    const size_t count = series->points.count;
    buf_printf(out, "  %zu points, from %s to %s", count,
               quantity_format(points[0].value, series->metric->unit, first),
               quantity_format(points[count - 1].value, series->metric->unit, last));
    if (!series->is_linear && series->sd > 0)
        buf_printf(out, "; noise %.2g %%", 100 * series->sd);
    buf_printf(out, "; %s is better\n",
               series->metric->direction == HIGHER_IS_BETTER ? "higher" : "lower");
}

static void add_series(const struct trend_series *series, const struct trend_view *view,
                       struct buf *out)
{
    const unsigned most = paper_columns(&view->paper) - 2 * INDENT;
    const size_t columns = most < CHART_COLUMNS_MAX ? most : CHART_COLUMNS_MAX;
    report_text_line(series->name, out);
    buf_printf(out, ", %s\n", series->metric->name);
    if (series->points.count == 0) {
        buf_puts(out, "  no points\n");
        return;
    }
    buf_printf(out, "%*s", INDENT, "");
    sparkline(series, columns, view->paper.unicode, out);
    buf_putc(out, '\n');
    sparkline_releases(series, columns, INDENT, out);
    add_facts(series, out);
    if (view->online)
        add_alarms(series, &view->paper, out);
    else
        add_changes(series, &view->paper, out);
    for (size_t i = 0; i < series->drifts.count && !view->online; i++)
        add_drift(series, &series->drifts.items[i], out);
    add_outliers(series, out);
    report_text_forecasts(series, out);
    add_stale(series, out);
    if (series->left_out > 0)
        buf_printf(out, "  left out: %zu points of other machines or compilers\n",
                   series->left_out);
}

/* Widths of the table's columns; the chart gets what is left. */
struct layout {
    size_t name, chart;
};
enum { VALUE_COLUMNS = 10, NEWS_COLUMNS = 21, GAPS = 5, NAME_MIN = 12, CHART_MIN = 10 };

/* Names stay whole where nobody said how wide it is. */
static struct layout layout_of(const struct trend *trend, const struct paper *paper)
{
    const size_t spare = paper_columns(paper) - VALUE_COLUMNS - NEWS_COLUMNS - GAPS;
    struct layout layout = {NAME_MIN, CHART_MIN};
    size_t points = CHART_MIN;
    for (size_t i = 0; i < trend->series.count; i++) {
        const struct trend_series *series = &trend->series.items[i];
        const size_t length = paper_width(series->name);
        layout.name = length > layout.name ? length : layout.name;
        points = series->points.count > points ? series->points.count : points;
    }
    if (layout.name + CHART_MIN > spare && paper->columns > 0)
        layout.name = spare - CHART_MIN;
    layout.chart = spare > layout.name + CHART_MIN ? spare - layout.name : CHART_MIN;
    layout.chart = points < layout.chart ? points : layout.chart;
    return layout;
}

/* The newest step by hindsight, or as it was raised; NULL without any. */
static const struct trend_change *newest_step(const struct trend_series *series, bool online)
{
    const size_t changes = series->changes.count, alarms = series->alarms.count;
    if (online)
        return alarms > 0 ? &series->alarms.items[alarms - 1].change : NULL;
    return changes > 0 ? &series->changes.items[changes - 1] : NULL;
}

static bool has_moved(const struct trend_series *series, bool online)
{
    return newest_step(series, online) != NULL || (!online && series->drifts.count > 0);
}

/* "+20.1 % worse", of the newest change. */
static void add_news(const struct trend_series *series, const struct trend_view *view,
                     struct buf *out)
{
    static const char *const STEPS[] = {"better", "worse"};
    static const char *const DRIFTS[] = {"drifts better", "drifts worse"};
    const size_t drifts = series->drifts.count, outliers = series->outliers.count;
    const struct trend_change *step = newest_step(series, view->online);
    if (step != NULL) {
        add_amount(series, step->ratio, out);
        buf_putc(out, ' ');
        paper_word(&view->paper, ink_of(step->is_worse), STEPS[step->is_worse], 0, out);
    } else if (has_moved(series, view->online)) {
        const struct trend_drift *drift = &series->drifts.items[drifts - 1];
        add_amount(series, drift->ratio, out);
        buf_putc(out, ' ');
        paper_word(&view->paper, ink_of(drift->is_worse), DRIFTS[drift->is_worse], 0, out);
    } else if (series->is_stale) {
        paper_word(&view->paper, INK_DOUBT, "stale", 0, out);
    } else if (view->online && series->is_learning) {
        buf_puts(out, "learning");
    } else if (outliers > 0) {
        buf_printf(out, "%zu outlier%s", outliers, outliers == 1 ? "" : "s");
    } else {
        buf_putc(out, '-');
    }
    buf_putc(out, '\n');
}

static void add_row(const struct trend_series *series, const struct layout *layout,
                    const struct trend_view *view, struct buf *out)
{
    char value[QUANTITY_TEXT_MAX] = "";
    sparkline_name(series->name, layout->name, out);
    buf_puts(out, "  ");
    sparkline(series, layout->chart, view->paper.unicode, out);
    if (series->points.count > 0)
        quantity_format(series->points.items[series->points.count - 1].value, series->metric->unit,
                        value);
    buf_printf(out, "%*s %*s  ", (int)(layout->chart - sparkline_width(series, layout->chart)), "",
               VALUE_COLUMNS, value);
    add_news(series, view, out);
}

static void add_table(const struct trend *trend, const struct trend_view *view, struct buf *out)
{
    const struct layout layout = layout_of(trend, &view->paper);
    buf_printf(out, "%-*s  %-*s %*s  %s\n", (int)layout.name, "series", (int)layout.chart, "trend",
               VALUE_COLUMNS, "newest", view->online ? "last alarm" : "last change");
    for (size_t i = 0; i < trend->series.count; i++)
        add_row(&trend->series.items[i], &layout, view, out);
}

static void add_absent(const struct trend *trend, struct buf *out)
{
    for (size_t i = 0; i < trend->absent.count; i++) {
        buf_puts(out, i == 0 ? "\nnot measured in these days:\n" : "");
        buf_puts(out, "  ");
        report_text_line(trend->absent.items[i].name, out);
        buf_printf(out, ", last %s\n", trend->absent.items[i].last_at);
    }
}

/* A series that did not move may look as if it had: docs/history.md has the rates. */
static void add_summary(const struct trend *trend, bool online, struct buf *out)
{
    size_t moved = 0, points = 0;
    for (size_t i = 0; i < trend->series.count; i++) {
        moved += has_moved(&trend->series.items[i], online);
        points += trend->series.items[i].points.count;
    }
    buf_printf(out, "\n%zu of %zu series %s; ", moved, trend->series.count,
               online ? "raised alarms" : "moved");
    if (online)
        buf_printf(out,
                   "in %zu points some %.2g alarms are false\n(one in ten thousand points, "
                   "docs/history.md)\n",
                   points, (double)points / 1e4);
    else
        buf_puts(out, "where nothing did, one in ten thousand points\n"
                      "looks as if it had (docs/history.md)\n");
}

void report_text_trend(const struct trend *trend, const struct trend_view *view, struct buf *out)
{
    const bool has_table = trend->series.count > 1;
    if (has_table)
        add_table(trend, view, out);
    for (size_t i = 0; i < trend->series.count; i++) {
        const struct trend_series *series = &trend->series.items[i];
        if (has_table && !has_moved(series, view->online) && !series->is_stale &&
            series->forecasts.count == 0)
            continue;
        buf_puts(out, has_table ? "\n" : "");
        add_series(series, view, out);
    }
    add_absent(trend, out);
    add_summary(trend, view->online, out);
}
