/* A trend as a picture.  Why the lowest and the highest of each column and not every point: ten
 * thousand points on eight hundred pixels are a band, which two points a column draw as well; no
 * outlier is lost.
 *
 * Invariants: 1. every coordinate is finite and inside the picture; 2. what comes from outside
 * (times, units) goes through html_text. */
#include "report/html/svg_trend.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/quantity.h"
#include "report/html/escape.h"
#include "report/html/svg.h"

enum {
    WIDTH = 960,
    HEIGHT = 280,
    LEFT = 80,
    RIGHT = WIDTH - 16,
    TOP = 26,
    BOTTOM = HEIGHT - 30,
    TICKS = 6,
    DAY_BYTES = 10,    /* of "2026-11-21T07:55:12Z" */
    AT_BYTES_MAX = 40, /* of what stands for a time in a table */
    LABELS_MAX = 12,   /* steps with their size beside them */
};

void html_trend_amount(struct buf *out, const struct trend_series *series, double ratio)
{
    char text[QUANTITY_TEXT_MAX];
    if (!isfinite(ratio)) {
        buf_puts(out, "not known");
        return;
    }
    if (series->is_linear) {
        buf_puts(out, ratio > 0 ? "+" : "");
        html_text(out, quantity_format(ratio, series->metric->unit, text));
        return;
    }
    buf_puts(out, ratio >= 1 ? "+" : "");
    svg_decimal(out, 100 * (ratio - 1), fabs(ratio - 1) < 0.1 ? 2 : 1);
    buf_puts(out, " %");
}

struct trend_scales {
    struct svg_scale x, y;
    size_t finite;
};

/* All finite values with some air. */
static struct trend_scales scales_of(const struct trend_series *series)
{
    const size_t count = series->points.count;
    struct trend_scales scales = {.x = {-0.5, (double)count - 0.5, LEFT, RIGHT, false},
                                  .y = {HUGE_VAL, -HUGE_VAL, BOTTOM, TOP, false}};
    for (size_t i = 0; i < count; i++) {
        double value = series->points.items[i].value;
        if (!(fabs(value) < 1e300))
            continue;
        scales.finite++;
        scales.y.low = fmin(scales.y.low, value);
        scales.y.high = fmax(scales.y.high, value);
    }
    double air = 0.06 * (scales.y.high - scales.y.low);
    air = fmax(air, fmax(fabs(scales.y.high) * 1e-3, 1e-9));
    scales.y.low -= air;
    scales.y.high += air;
    return scales;
}

static void add_coordinates(struct buf *out, const char *before, double x, double y)
{
    buf_puts(out, before);
    svg_number(out, x, 1);
    buf_putc(out, ' ');
    svg_number(out, y, 1);
}

static void add_text_open(struct buf *out, double x, double y, const char *anchor)
{
    buf_puts(out, "<text x=\"");
    svg_number(out, x, 1);
    buf_puts(out, "\" y=\"");
    svg_number(out, y, 1);
    buf_printf(out, "\" text-anchor=\"%s\">", anchor);
}

/* The day of a time, all of anything else. */
static void add_at(struct buf *out, const char *at)
{
    char day[DAY_BYTES + 1];
    bool is_time = strlen(at) > DAY_BYTES && at[DAY_BYTES] == 'T';
    snprintf(day, sizeof day, "%.*s", DAY_BYTES, at);
    html_text_short(out, is_time ? day : at, AT_BYTES_MAX);
}

static void add_axes(struct buf *out, const struct trend_series *series,
                     const struct trend_scales *scales)
{
    char text[QUANTITY_TEXT_MAX];
    struct svg_ticks ticks = svg_ticks_of(&scales->y, TICKS);
    buf_puts(out, "<path class=\"grid\" d=\"");
    for (size_t i = 0; i < ticks.count; i++) {
        add_coordinates(out, "M", LEFT, svg_place(&scales->y, ticks.values[i]));
        buf_printf(out, "H%d", RIGHT);
    }
    buf_puts(out, "\"/>");
    for (size_t i = 0; i < ticks.count; i++) {
        add_text_open(out, LEFT - 8, svg_place(&scales->y, ticks.values[i]) + 4, "end");
        html_text(out, quantity_format(ticks.values[i], series->metric->unit, text));
        buf_puts(out, "</text>");
    }
    add_text_open(out, LEFT, HEIGHT - 8, "start");
    add_at(out, series->points.items[0].at);
    buf_puts(out, "</text>");
    add_text_open(out, RIGHT, HEIGHT - 8, "end");
    add_at(out, series->points.items[series->points.count - 1].at);
    buf_puts(out, "</text>");
}

static void add_stretch(struct buf *out, const char *class, const struct trend_scales *scales,
                        const double ends[2])
{
    double from = svg_place(&scales->x, ends[0]), to = svg_place(&scales->x, ends[1]);
    buf_printf(out, "<rect class=\"%s\" y=\"%d\" height=\"%d\" x=\"", class, TOP, BOTTOM - TOP);
    svg_number(out, from, 1);
    buf_puts(out, "\" width=\"");
    svg_number(out, fmax(to - from, 1), 1);
    buf_puts(out, "\"/>");
}

/* A step lies between the last point of the old level and the first of the new one. */
static void add_steps(struct buf *out, const struct trend_series *series,
                      const struct trend_scales *scales)
{
    for (size_t i = 0; i < series->drifts.count; i++) {
        const struct trend_drift *drift = &series->drifts.items[i];
        add_stretch(out, "drift", scales,
                    (const double[]){(double)drift->first, (double)(drift->first + drift->count)});
    }
    for (size_t i = 0; i < series->changes.count; i++) {
        const struct trend_change *change = &series->changes.items[i];
        double x = svg_place(&scales->x, (double)change->index - 0.5);
        add_stretch(
            out, "unsure", scales,
            (const double[]){(double)change->low_index - 0.5, (double)change->high_index - 0.5});
        buf_printf(out, "<path class=\"step %s\" d=\"", change->is_worse ? "bad" : "good");
        add_coordinates(out, "M", x, TOP);
        buf_printf(out, "V%d\"/>", BOTTOM);
        if (series->changes.count > LABELS_MAX)
            continue;
        add_text_open(out, x, TOP - 8, x > WIDTH - 60 ? "end" : x < LEFT + 40 ? "start" : "middle");
        html_trend_amount(out, series, change->ratio);
        buf_puts(out, "</text>");
    }
}

/* A line where each release was first measured, its name at the foot of it; names that would lie
 * over each other are left out. */
static void add_releases(struct buf *out, const struct trend_series *series,
                         const struct trend_scales *scales)
{
    enum { LETTER_PIXELS = 7, NAME_LETTERS = 24 };
    const char *last = NULL;
    double free_from = LEFT;
    for (size_t i = 0; i < series->points.count; i++) {
        const char *release = series->points.items[i].release;
        if (release == NULL || (last != NULL && strcmp(last, release) == 0))
            continue;
        last = release;
        const double x = svg_place(&scales->x, (double)i);
        buf_puts(out, "<path class=\"grid\" d=\"");
        add_coordinates(out, "M", x, TOP);
        buf_printf(out, "V%d\"/>", BOTTOM);
        if (x < free_from)
            continue;
        add_text_open(out, x + 3, BOTTOM - 4, "start");
        html_text_short(out, release, NAME_LETTERS);
        buf_puts(out, "</text>");
        free_from = x + LETTER_PIXELS * (double)strnlen(release, NAME_LETTERS);
    }
}

void svg_trend_style(struct buf *out)
{
    buf_puts(out, ".step{stroke-width:1.5;fill:none}.step.bad{stroke:var(--bad)}"
                  ".step.good{stroke:var(--good)}\n.unsure{fill:var(--ink);fill-opacity:.1}"
                  ".drift{fill:var(--mark);fill-opacity:.1}\n");
}

/* Draws the lowest and the highest of the finite values first .. end - 1. */
static void add_column(struct buf *out, const struct trend_series *series, size_t first, size_t end,
                       const struct trend_scales *scales)
{
    const struct trend_point *points = series->points.items;
    size_t low = end, high = end;
    for (size_t i = first; i < end; i++) {
        if (!(fabs(points[i].value) < 1e300))
            continue;
        low = low == end || points[i].value < points[low].value ? i : low;
        high = high == end || points[i].value > points[high].value ? i : high;
    }
    for (int side = 0; side < 2 && low < end; side++) {
        size_t at = side == 0 ? low : high;
        if (side == 1 && high == low)
            break;
        add_coordinates(out, "M", svg_place(&scales->x, (double)at),
                        svg_place(&scales->y, points[at].value));
        buf_puts(out, "h0");
    }
}

void svg_trend(struct buf *out, const struct trend_series *series)
{
    const size_t count = series->points.count;
    const size_t columns = count < RIGHT - LEFT ? count : RIGHT - LEFT;
    const struct trend_scales scales = scales_of(series);
    if (scales.finite == 0)
        return;
    buf_printf(out,
               "<svg class=\"chart\" viewBox=\"0 0 %d %d\" role=\"img\"><title>%zu values in "
               "order, %zu steps, %zu drifts</title>",
               WIDTH, HEIGHT, count, series->changes.count, series->drifts.count);
    add_axes(out, series, &scales);
    add_steps(out, series, &scales);
    add_releases(out, series, &scales);
    buf_printf(out, "<path class=\"dots l0\" stroke-width=\"%s\" d=\"", count > 300 ? "3" : "5");
    for (size_t i = 0; i < columns; i++)
        add_column(out, series, i * count / columns, (i + 1) * count / columns, &scales);
    buf_puts(out, "\"/></svg>\n");
}
