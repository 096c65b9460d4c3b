/* Trends for a terminal of 80 columns.
 * A chart has at most CHART_COLUMNS columns; where points are more, a column shows the largest
 * deviation from the median of its points' neighbours, so that no step and no spike is lost: it is
 * simply the point that is farthest from the middle of the scale. */
#include "report/trend/trend.h"

#include <math.h>
#include <string.h>

#include "base/quantity.h"
#include "report/text.h"

enum { CHART_COLUMNS = 60, CHANGES_SHOWN = 8, LEVELS = 8 };

struct scale {
    double low, high;
};

static struct scale scale_of(const struct trend_series *series)
{
    struct scale scale = {HUGE_VAL, -HUGE_VAL};
    for (size_t i = 0; i < series->points.count; i++) {
        scale.low = fmin(scale.low, series->points.items[i].value);
        scale.high = fmax(scale.high, series->points.items[i].value);
    }
    return scale;
}

/* The point of first .. end - 1 that is farthest from the middle of the scale. */
static double outermost(const struct trend_series *series, size_t first, size_t end,
                        const struct scale *scale)
{
    const double middle = scale->low / 2 + scale->high / 2;
    double chosen = series->points.items[first].value;
    for (size_t i = first + 1; i < end; i++) {
        double value = series->points.items[i].value;
        if (fabs(value - middle) > fabs(chosen - middle))
            chosen = value;
    }
    return chosen;
}

static void add_chart(const struct trend_series *series, bool utf8, struct buf *out)
{
    static const char *const BLOCKS[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const MARKS[LEVELS] = {"_", "_", ".", "-", "-", "=", "^", "^"};
    const size_t count = series->points.count;
    const size_t columns = count < CHART_COLUMNS ? count : CHART_COLUMNS;
    const struct scale scale = scale_of(series);
    buf_puts(out, "  ");
    for (size_t i = 0; i < columns; i++) {
        double value = outermost(series, i * count / columns, (i + 1) * count / columns, &scale);
        double share = scale.high > scale.low ? (value - scale.low) / (scale.high - scale.low) : 0;
        int level = (int)fmin(share * LEVELS, LEVELS - 1);
        buf_puts(out, (utf8 ? BLOCKS : MARKS)[level]);
    }
    buf_putc(out, '\n');
}

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

static void add_size(const struct trend_series *series, const struct trend_change *change,
                     struct buf *out)
{
    buf_printf(out, "  %s ", change->is_worse ? "worse: " : "better:");
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

static void add_changes(const struct trend_series *series, struct buf *out)
{
    const size_t changes = series->changes.count;
    size_t hidden = changes > CHANGES_SHOWN ? changes - CHANGES_SHOWN : 0;
    if (hidden > 0)
        buf_printf(out, "  %zu older changes; --json has them\n", hidden);
    for (size_t i = hidden; i < changes; i++) {
        add_size(series, &series->changes.items[i], out);
        add_place(series, &series->changes.items[i], out);
        add_delay(series, i, out);
    }
}

static void add_alarm(const struct trend_series *series, const struct trend_alarm *alarm,
                      struct buf *out)
{
    const size_t delay = alarm->raised - alarm->change.index;
    add_size(series, &alarm->change, out);
    buf_printf(out, "    raised with point %zu, ", alarm->raised);
    report_text_line(series->points.items[alarm->raised].at, out);
    buf_printf(out, ", %zu point%s after it began\n", delay, delay == 1 ? "" : "s");
    add_place(series, &alarm->change, out);
}

static void add_alarms(const struct trend_series *series, struct buf *out)
{
    const size_t alarms = series->alarms.count;
    size_t hidden = alarms > CHANGES_SHOWN ? alarms - CHANGES_SHOWN : 0;
    if (hidden > 0)
        buf_printf(out, "  %zu older alarms; --json has them\n", hidden);
    for (size_t i = hidden; i < alarms; i++)
        add_alarm(series, &series->alarms.items[i], out);
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

static void add_series(const struct trend_series *series, const struct trend_view *view,
                       struct buf *out)
{
    char first[QUANTITY_TEXT_MAX], last[QUANTITY_TEXT_MAX];
    const struct trend_point *points = series->points.items;
    const size_t count = series->points.count;
    report_text_line(series->name, out);
    buf_printf(out, ", %s\n", series->metric->name);
    if (count == 0) {
        buf_puts(out, "  no points\n");
        return;
    }
    add_chart(series, view->utf8, out);
    buf_printf(out, "  %zu points, from %s to %s", count,
               quantity_format(points[0].value, series->metric->unit, first),
               quantity_format(points[count - 1].value, series->metric->unit, last));
    if (!series->is_linear && series->sd > 0)
        buf_printf(out, "; noise %.2g %%", 100 * series->sd);
    buf_putc(out, '\n');
    if (series->age_days > TREND_STALE_DAYS)
        buf_printf(out, "  stale: last measured %.0f days ago\n", series->age_days);
    if (view->online)
        add_alarms(series, out);
    else
        add_changes(series, out);
    for (size_t i = 0; i < series->drifts.count && !view->online; i++)
        add_drift(series, &series->drifts.items[i], out);
    add_outliers(series, out);
    if (series->left_out > 0)
        buf_printf(out, "  left out: %zu points of other machines or compilers\n",
                   series->left_out);
}

/* A series that did not move may look as if it had: docs/history.md has the rates. */
static void add_summary(const struct trend *trend, bool online, struct buf *out)
{
    size_t moved = 0, points = 0;
    for (size_t i = 0; i < trend->series.count; i++) {
        const struct trend_series *series = &trend->series.items[i];
        bool by_hindsight = series->changes.count > 0 || series->drifts.count > 0;
        moved += online ? series->alarms.count > 0 : by_hindsight;
        points += series->points.count;
    }
    buf_printf(out, "\n%zu of %zu series %s; ", moved, trend->series.count,
               online ? "raised alarms" : "moved");
    if (online)
        buf_printf(out,
                   "in %zu points some %.2g alarms are false\n(one in ten thousand points, "
                   "docs/history.md)\n",
                   points, (double)points / 1e4);
    else
        buf_puts(out, "of those that did not, one in ten thousand points\n"
                      "would look as if it had (docs/history.md)\n");
}

void report_text_trend(const struct trend *trend, const struct trend_view *view, struct buf *out)
{
    for (size_t i = 0; i < trend->series.count; i++) {
        buf_puts(out, i > 0 ? "\n" : "");
        add_series(&trend->series.items[i], view, out);
    }
    add_summary(trend, view->online, out);
}
