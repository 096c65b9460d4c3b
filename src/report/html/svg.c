/* Charts.  Why a window and not all of the range: one sample in a thousand that the scheduler made
 * ten times as long would press all others into one line.  The window holds the bulk, what lies
 * beyond is drawn as triangles on its edge and counted in words: nothing is dropped in silence.
 *
 * Many points are one path of strokes without length and round caps: a dot costs eight bytes.
 *
 * Invariants: 1. every coordinate is finite and inside its picture; 2. texts that come from outside
 * do not get here, all words are ours. */
#include "report/html/svg.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"

enum { LAUNCH_COLOURS = 6, PER_STRETCH = 4 };

/* Numbers. */

void svg_decimal(struct buf *out, double value, int decimals)
{
    double scale = pow(10, decimals);
    double scaled = isfinite(value) ? round(value * scale) : 0;
    if (fabs(scaled) > 9e15) {
        buf_printf(out, "%.2e", value); /* a label far from any real time */
        return;
    }
    long long whole = llabs((long long)scaled) / (long long)scale;
    long long part = llabs((long long)scaled) % (long long)scale;
    buf_printf(out, "%s%lld", scaled < 0 ? "-" : "", whole);
    if (decimals > 0)
        buf_printf(out, ".%0*lld", decimals, part);
}

void svg_number(struct buf *out, double value, int decimals)
{
    double scaled = isfinite(value) ? value * pow(10, decimals) : 0;
    while (decimals > 0 && fabs(scaled) < 9e15 && fmod(round(scaled), 10) == 0) {
        scaled = round(scaled) / 10;
        decimals--;
    }
    svg_decimal(out, value, decimals);
}

static void coordinate(struct buf *out, double pixels)
{
    svg_number(out, pixels, 1);
}

/* Scales. */

double svg_place(const struct svg_scale *scale, double value)
{
    double low = scale->is_log ? log(scale->low) : scale->low;
    double high = scale->is_log ? log(scale->high) : scale->high;
    double at = scale->is_log ? log(fmax(value, scale->low)) : value;
    double share = (at - low) / (high - low);
    share = share > 0 ? fmin(share, 1) : 0;
    return scale->from + share * (scale->to - scale->from);
}

/* Smallest of 1, 2, 5 times a power of ten that is not below `least`. */
static double round_step(double least)
{
    double power = pow(10, floor(log10(least)));
    for (int i = 0; i < 3; i++) {
        double step = power * (const double[]){1, 2, 5}[i];
        if (step >= least * (1 - 1e-9))
            return step;
    }
    return power * 10;
}

static struct svg_ticks linear_ticks(const struct svg_scale *scale, size_t count_max)
{
    struct svg_ticks ticks = {.count = 0};
    double range = scale->high - scale->low;
    double step = round_step(range / (double)count_max);
    if (floor(scale->high / step + 1e-6) - ceil(scale->low / step - 1e-6) >= (double)count_max)
        step = round_step(step * 1.5);
    if (!isfinite(step) || !(step > 0))
        return ticks;
    double first = ceil(scale->low / step - 1e-6);
    ticks.decimals = (int)fmin(fmax(0, -floor(log10(step) + 1e-9)), 9);
    for (size_t i = 0; i < count_max; i++) {
        double value = (first + (double)i) * step;
        if (value <= scale->high + 1e-6 * step)
            ticks.values[ticks.count++] = value;
    }
    return ticks;
}

/* 1, 2, 5 of each decade, or decades alone, or every second, third ... of them: the most that fit.
 */
static struct svg_ticks log_ticks(const struct svg_scale *scale, size_t count_max)
{
    static const double STEPS[][3] = {{1, 2, 5}, {1, 0, 0}};
    struct svg_ticks ticks = {.count = 0};
    double decades = log10(scale->high / scale->low);
    bool dense = decades * 3 + 1 <= (double)count_max;
    int stride = dense ? 1 : (int)fmax(1, ceil((decades + 1) / (double)count_max));
    int first = (int)floor(log10(scale->low) / stride) * stride;
    for (int decade = first; decade <= log10(scale->high) + 1e-9; decade += stride)
        for (int i = 0; i < 3; i++) {
            double value = pow(10, decade) * STEPS[!dense][i];
            bool inside = value >= scale->low * (1 - 1e-9) && value <= scale->high * (1 + 1e-9);
            if (inside && ticks.count < count_max)
                ticks.values[ticks.count++] = value;
        }
    return ticks;
}

struct svg_ticks svg_ticks_of(const struct svg_scale *scale, size_t count_max)
{
    struct svg_ticks ticks = {.count = 0};
    if (scale->is_log)
        ticks = log_ticks(scale, count_max);
    return ticks.count >= 2 ? ticks : linear_ticks(scale, count_max);
}

/* Parts of a picture. */

/* The unit in which times up to `ns` are read best, as quantity_format would choose it. */
struct time_unit {
    const char *name;
    double ns;
};

static const struct time_unit *time_unit_of(double ns)
{
    static const struct time_unit UNITS[] = {{"s", 1e9}, {"ms", 1e6}, {"us", 1e3}, {"ns", 1}};
    size_t i = 0;
    while (i < 3 && ns < UNITS[i].ns)
        i++;
    return &UNITS[i];
}

/* Opens a picture; its <title>, which the caller writes and closes, is what a screen reader says.
 */
static void picture_open(struct buf *out, const char *class, int width, int height)
{
    buf_printf(out, "<svg class=\"%s\" viewBox=\"0 0 %d %d\" role=\"img\"><title>", class, width,
               height);
}

static void line(struct buf *out, const char *class, const double from_to[4])
{
    static const char *const NAMES[] = {"x1", "y1", "x2", "y2"};
    buf_printf(out, "<line class=\"%s\"", class);
    for (int i = 0; i < 4; i++) {
        buf_printf(out, " %s=\"", NAMES[i]);
        coordinate(out, from_to[i]);
        buf_putc(out, '"');
    }
    buf_puts(out, "/>");
}

static void rectangle(struct buf *out, const char *class, const double corners[4])
{
    double left = fmin(corners[0], corners[2]), top = fmin(corners[1], corners[3]);
    buf_printf(out, "<rect class=\"%s\" x=\"", class);
    coordinate(out, left);
    buf_puts(out, "\" y=\"");
    coordinate(out, top);
    buf_puts(out, "\" width=\"");
    coordinate(out, fmax(fabs(corners[2] - corners[0]), 1));
    buf_puts(out, "\" height=\"");
    coordinate(out, fmax(fabs(corners[3] - corners[1]), 1));
    buf_puts(out, "\"/>");
}

/* Opens a label at x, y; `anchor` is "start", "middle" or "end".  Close it with </text>. */
static void label_open(struct buf *out, double x, double y, const char *anchor)
{
    buf_puts(out, "<text x=\"");
    coordinate(out, x);
    buf_puts(out, "\" y=\"");
    coordinate(out, y);
    if (strcmp(anchor, "start") != 0)
        buf_printf(out, "\" text-anchor=\"%s", anchor);
    buf_puts(out, "\">");
}

static void label(struct buf *out, double x, double y, const char *anchor, const char *words)
{
    label_open(out, x, y, anchor);
    buf_puts(out, words);
    buf_puts(out, "</text>");
}

static bool has_interval(const struct summary *summary)
{
    const struct interval *interval = &summary->interval;
    return interval->level > 0 && isfinite(interval->low) && isfinite(interval->high);
}

/* Interval bars. */

enum { BAR_WIDTH = 240, BAR_HEIGHT = 40, AXIS_HEIGHT = 18, BAR_EDGE = 6, BAR_TICKS = 6 };

struct svg_scale svg_interval_scale(double low_ns, double high_ns)
{
    double missing = sqrt(fmax(1, 1.5 / (high_ns / low_ns)));
    double air = pow(high_ns / low_ns, 0.03);
    return (struct svg_scale){.low = low_ns / missing / air,
                              .high = high_ns * missing * air,
                              .from = BAR_EDGE,
                              .to = BAR_WIDTH - BAR_EDGE,
                              .is_log = true};
}

static void bar_grid(struct buf *out, const struct svg_ticks *ticks, const struct svg_scale *scale)
{
    buf_puts(out, "<path class=\"grid\" d=\"");
    for (size_t i = 0; i < ticks->count; i++) {
        buf_putc(out, 'M');
        coordinate(out, svg_place(scale, ticks->values[i]));
        buf_printf(out, " 0V%d", BAR_HEIGHT);
    }
    buf_puts(out, "\"/>");
}

void svg_interval_axis(struct buf *out, const struct svg_scale *scale)
{
    struct svg_ticks ticks = svg_ticks_of(scale, BAR_TICKS);
    picture_open(out, "bar", BAR_WIDTH, AXIS_HEIGHT);
    buf_puts(out, "Axis of the bars below: time per iteration, logarithmic</title>");
    for (size_t i = 0; i < ticks.count; i++) {
        double x = svg_place(scale, ticks.values[i]);
        const struct time_unit *unit = time_unit_of(ticks.values[i] * (1 + 1e-9));
        const char *anchor = x < 26 ? "start" : x > BAR_WIDTH - 26 ? "end" : "middle";
        line(out, "line", (const double[]){x, AXIS_HEIGHT - 4, x, AXIS_HEIGHT});
        label_open(out, x < 26 ? 0 : x > BAR_WIDTH - 26 ? BAR_WIDTH : x, 11, anchor);
        svg_number(out, ticks.values[i] / unit->ns, 4);
        buf_printf(out, " %s</text>", unit->name);
    }
    buf_puts(out, "</svg>");
}

void svg_interval_bar(struct buf *out, const struct svg_scale *scale, const struct summary *summary)
{
    char text[QUANTITY_TEXT_MAX];
    struct svg_ticks ticks = svg_ticks_of(scale, BAR_TICKS);
    const struct interval *interval = &summary->interval;
    picture_open(out, "bar", BAR_WIDTH, BAR_HEIGHT);
    buf_printf(out, "median %s", quantity_format_ns(summary->median, text));
    if (has_interval(summary)) {
        buf_printf(out, ", interval %s", quantity_format_ns(interval->low, text));
        buf_printf(out, " to %s", quantity_format_ns(interval->high, text));
    }
    buf_puts(out, "</title>");
    bar_grid(out, &ticks, scale);
    if (has_interval(summary))
        rectangle(out, "span",
                  (const double[]){svg_place(scale, interval->low), 17,
                                   svg_place(scale, interval->high), BAR_HEIGHT - 17});
    buf_puts(out, "<circle class=\"dot\" r=\"4\" cx=\"");
    coordinate(out, svg_place(scale, summary->median));
    buf_printf(out, "\" cy=\"%d\"/></svg>", BAR_HEIGHT / 2);
}

/* Samples: which are usable, what window holds their bulk, which of them are drawn. */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* The window: 90 % of the samples, and what lies within one and a half times their range to both
 * sides; the median inside; a little air. */
static void window_choose(struct svg_samples *samples, const double *sorted, double median)
{
    size_t count = samples->count;
    size_t trim = count >= 8 && count < 20 ? 1 : count / 20;
    double low = sorted[trim], high = sorted[count - 1 - trim];
    double reach = 1.5 * (high - low);
    samples->least = sorted[0];
    samples->most = sorted[count - 1];
    size_t first = 0, last = count - 1;
    while (sorted[first] < low - reach)
        first++;
    while (sorted[last] > high + reach)
        last--;
    low = sorted[first];
    high = sorted[last];
    if (isfinite(median)) {
        low = fmin(low, median);
        high = fmax(high, median);
    }
    double air = high > low ? 0.04 * (high - low) : 0;
    air = fmax(air, fmax(fabs(high) * 1e-3, 1e-6));
    samples->low = low - air;
    samples->high = high + air;
}

static void points_read(const sample_vec *samples, struct svg_samples *into)
{
    uint32_t launch = samples->count ? samples->items[0].launch : 0;
    unsigned ordinal = 0;
    for (size_t i = 0; i < samples->count; i++) {
        const struct sample *sample = &samples->items[i];
        double ns = sample->iterations ? sample->ns / (double)sample->iterations : (double)NAN;
        if (sample->launch != launch)
            ordinal++;
        launch = sample->launch;
        if (fabs(ns) < 1e100)
            into->points[into->count++] = (struct svg_point){ns, i, ordinal};
        else
            into->unusable++;
    }
    into->launch_count = samples->count ? ordinal + 1 : 0;
}

assay_status svg_samples_init(const sample_vec *samples, double median,
                              struct svg_samples *ret_samples)
{
    struct svg_samples got = {.points = NULL};
    double *sorted = malloc((samples->count + 1) * sizeof *sorted);
    got.points = malloc((samples->count + 1) * sizeof *got.points);
    if (sorted == NULL || got.points == NULL) {
        free(sorted);
        free(got.points);
        return ASSAY_ERR_MEMORY;
    }
    points_read(samples, &got);
    for (size_t i = 0; i < got.count; i++)
        sorted[i] = got.points[i].ns;
    qsort(sorted, got.count, sizeof *sorted, compare_doubles);
    if (got.count > 0)
        window_choose(&got, sorted, median);
    for (size_t i = 0; i < got.count; i++) {
        got.below += sorted[i] < got.low;
        got.above += sorted[i] > got.high;
    }
    got.drawn = got.count < SVG_POINTS_MAX ? got.count : SVG_POINTS_MAX;
    free(sorted);
    *ret_samples = got;
    return ASSAY_OK;
}

void svg_samples_release(struct svg_samples *samples)
{
    free(samples->points);
    samples->points = NULL;
    samples->count = 0;
}

/* Of one of the equal stretches: its lowest and highest point, which must not get lost, and the
 * ones at a third and at two thirds of it, lest the middle look empty. */
static void stretch_keep(const struct svg_point *from, const struct svg_point *to,
                         const struct svg_point *kept[PER_STRETCH])
{
    size_t third = (size_t)(to - from) / 3;
    kept[0] = kept[1] = from;
    kept[2] = from + third;
    kept[3] = from + 2 * third;
    for (const struct svg_point *p = from; p < to; p++) {
        kept[0] = p->ns < kept[0]->ns ? p : kept[0];
        kept[1] = p->ns > kept[1]->ns ? p : kept[1];
    }
}

/* Gathers which points are drawn: all, or a few of each of equal stretches.  Returns how many. */
static size_t points_keep(const struct svg_samples *samples,
                          const struct svg_point *kept[SVG_POINTS_MAX])
{
    size_t stretches = SVG_POINTS_MAX / PER_STRETCH;
    if (samples->count <= SVG_POINTS_MAX) {
        for (size_t i = 0; i < samples->count; i++)
            kept[i] = &samples->points[i];
        return samples->count;
    }
    for (size_t s = 0; s < stretches; s++)
        stretch_keep(&samples->points[s * samples->count / stretches],
                     &samples->points[(s + 1) * samples->count / stretches],
                     &kept[s * PER_STRETCH]);
    return SVG_POINTS_MAX;
}

/* Sample charts: one frame for both. */

enum {
    CHART_WIDTH = 460,
    CHART_LEFT = 62,
    CHART_RIGHT = 452,
    ORDER_HEIGHT = 206,
    ORDER_TOP = 36,
    ORDER_BOTTOM = 168,
    SPREAD_HEIGHT = 222,
    SPREAD_TOP = 24,
    SPREAD_FLOOR = 122, /* where the bars stand */
    SPREAD_BOTTOM = 184,
    BINS_MAX = 60,
};

static void chart_title(struct buf *out, const char *what, const struct svg_samples *samples)
{
    char text[QUANTITY_TEXT_MAX];
    buf_printf(out, "%s: %zu samples of %u launch%s, %s", what, samples->count,
               samples->launch_count, samples->launch_count == 1 ? "" : "es",
               quantity_format_ns(samples->least, text));
    buf_printf(out, " to %s per iteration</title>", quantity_format_ns(samples->most, text));
}

/* Ticks of the time axis with labels and grid lines: upright in the one chart, level in the other.
 */
static void time_axis(struct buf *out, const struct svg_scale *scale, bool is_vertical)
{
    const struct time_unit *unit = time_unit_of(scale->high);
    struct svg_scale in_unit = *scale;
    in_unit.low /= unit->ns;
    in_unit.high /= unit->ns;
    struct svg_ticks ticks = svg_ticks_of(&in_unit, is_vertical ? 5 : 6);
    for (size_t i = 0; i < ticks.count; i++) {
        double at = svg_place(&in_unit, ticks.values[i]);
        if (is_vertical) {
            line(out, "grid", (const double[]){CHART_LEFT, at, CHART_RIGHT, at});
            label_open(out, CHART_LEFT - 6, at + 4, "end");
        } else {
            line(out, "grid", (const double[]){at, SPREAD_TOP, at, SPREAD_BOTTOM});
            label_open(out, at, SPREAD_BOTTOM + 16, "middle");
        }
        svg_decimal(out, ticks.values[i], ticks.decimals);
        buf_puts(out, "</text>");
    }
    double words_y = is_vertical ? 11 : SPREAD_HEIGHT - 4;
    label_open(out, is_vertical ? 0 : CHART_RIGHT, words_y, is_vertical ? "start" : "end");
    buf_printf(out, "%s per iteration</text>", unit->name);
}

/* Positions where the launch changes, with room for a label between them. */
static void launch_marks(struct buf *out, const struct svg_samples *samples,
                         const struct svg_scale *x)
{
    size_t from = 0;
    double labelled_to = 0;
    if (samples->launch_count < 2)
        return;
    label(out, 0, ORDER_TOP - 5, "start", "launch");
    for (size_t i = 1; i <= samples->count; i++) {
        const struct svg_point *last = &samples->points[i - 1];
        if (i < samples->count && samples->points[i].launch == last->launch)
            continue;
        double left = svg_place(x, (double)samples->points[from].at + 0.5);
        double right = svg_place(x, (double)last->at + 1.5);
        double middle = (left + right) / 2;
        if (from > 0)
            line(out, "grid", (const double[]){left, ORDER_TOP - 12, left, ORDER_BOTTOM});
        if (middle - labelled_to >= 20) {
            label_open(out, middle, ORDER_TOP - 5, "middle");
            buf_printf(out, "%u</text>", last->launch + 1);
            labelled_to = middle;
        }
        from = i;
    }
}

static void count_axis(struct buf *out, const struct svg_scale *x)
{
    struct svg_ticks ticks = svg_ticks_of(x, 6);
    line(out, "line", (const double[]){CHART_LEFT, ORDER_BOTTOM, CHART_RIGHT, ORDER_BOTTOM});
    for (size_t i = 0; i < ticks.count; i++) {
        double at = svg_place(x, ticks.values[i]);
        if (ticks.values[i] != round(ticks.values[i]))
            continue;
        line(out, "line", (const double[]){at, ORDER_BOTTOM, at, ORDER_BOTTOM + 4});
        label_open(out, at, ORDER_BOTTOM + 17, "middle");
        svg_decimal(out, ticks.values[i], 0);
        buf_puts(out, "</text>");
    }
    label(out, CHART_RIGHT, ORDER_HEIGHT - 4, "end", "sample, in order of measuring");
}

/* Interval and median as a band and a line over the whole chart. */
static void median_mark(struct buf *out, const struct svg_scale *scale,
                        const struct summary *summary, bool is_vertical)
{
    if (summary == NULL || !isfinite(summary->median))
        return;
    double at = svg_place(scale, summary->median);
    double low = svg_place(scale, summary->interval.low);
    double high = svg_place(scale, summary->interval.high);
    if (is_vertical && has_interval(summary))
        rectangle(out, "band", (const double[]){CHART_LEFT, low, CHART_RIGHT, high});
    else if (has_interval(summary))
        rectangle(out, "band", (const double[]){low, SPREAD_TOP, high, SPREAD_BOTTOM});
    if (is_vertical)
        line(out, "mid", (const double[]){CHART_LEFT, at, CHART_RIGHT, at});
    else
        line(out, "mid", (const double[]){at, SPREAD_TOP, at, SPREAD_BOTTOM});
}

/* Opens the path of the dots of one launch colour. */
static void dots_open(struct buf *out, unsigned colour, size_t drawn)
{
    buf_printf(out, "<path class=\"dots l%u\" stroke-width=\"%s\" d=\"", colour,
               drawn <= 60 ? "5" : "3.4");
}

static void dot(struct buf *out, double x, double y)
{
    buf_putc(out, 'M');
    coordinate(out, x);
    buf_putc(out, ' ');
    coordinate(out, y);
    buf_puts(out, "h0");
}

static bool is_beyond(const struct svg_samples *samples, const struct svg_point *point)
{
    return point->ns < samples->low || point->ns > samples->high;
}

/* A triangle that points to where the sample would be. */
static void beyond_mark(struct buf *out, double x, double y, const char *path)
{
    buf_putc(out, 'M');
    coordinate(out, x);
    buf_putc(out, ' ');
    coordinate(out, y);
    buf_puts(out, path);
}

void svg_samples_order(struct buf *out, const struct svg_samples *samples,
                       const struct summary *summary)
{
    const struct svg_point *kept[SVG_POINTS_MAX];
    size_t n = points_keep(samples, kept);
    struct svg_scale y = {samples->low, samples->high, ORDER_BOTTOM, ORDER_TOP, false};
    struct svg_scale x = {0.5, 1.5, CHART_LEFT, CHART_RIGHT, false};
    if (n > 0)
        x.high = (double)samples->points[samples->count - 1].at + 1.5;
    picture_open(out, "chart", CHART_WIDTH, ORDER_HEIGHT);
    chart_title(out, "Samples in order", samples);
    time_axis(out, &y, true);
    launch_marks(out, samples, &x);
    count_axis(out, &x);
    median_mark(out, &y, summary, true);
    for (unsigned colour = 0; colour < LAUNCH_COLOURS && colour < samples->launch_count; colour++) {
        dots_open(out, colour, n);
        for (size_t i = 0; i < n; i++)
            if (kept[i]->launch % LAUNCH_COLOURS == colour && !is_beyond(samples, kept[i]))
                dot(out, svg_place(&x, (double)kept[i]->at + 1), svg_place(&y, kept[i]->ns));
        buf_puts(out, "\"/>");
    }
    buf_puts(out, "<path class=\"off\" d=\"");
    for (size_t i = 0; i < n; i++)
        if (is_beyond(samples, kept[i]))
            beyond_mark(out, svg_place(&x, (double)kept[i]->at + 1), svg_place(&y, kept[i]->ns),
                        kept[i]->ns > samples->high ? "l-3 6h6z" : "l-3-6h6z");
    buf_puts(out, "\"/></svg>");
}

/* Distribution. */

struct bins {
    size_t counts[BINS_MAX];
    size_t count;
    size_t most;
};

static struct bins bins_fill(const struct svg_samples *samples)
{
    struct bins bins = {.count =
                            (size_t)fmin(fmax(2 * sqrt((double)samples->count), 16), BINS_MAX)};
    double width = (samples->high - samples->low) / (double)bins.count;
    for (size_t i = 0; i < samples->count; i++) {
        double at = (samples->points[i].ns - samples->low) / width;
        if (is_beyond(samples, &samples->points[i]))
            continue;
        size_t bin = at < (double)bins.count ? (size_t)at : bins.count - 1;
        bins.counts[bin]++;
        if (bins.counts[bin] > bins.most)
            bins.most = bins.counts[bin];
    }
    return bins;
}

static void bars(struct buf *out, const struct bins *bins, const struct svg_scale *y)
{
    double width = (double)(CHART_RIGHT - CHART_LEFT) / (double)bins->count;
    buf_puts(out, "<path class=\"bin\" d=\"");
    for (size_t i = 0; i < bins->count; i++) {
        if (bins->counts[i] == 0)
            continue;
        buf_putc(out, 'M');
        coordinate(out, CHART_LEFT + (double)i * width);
        buf_printf(out, " %dV", SPREAD_FLOOR);
        coordinate(out, svg_place(y, (double)bins->counts[i]));
        buf_putc(out, 'h');
        coordinate(out, fmax(width - 1, 1));
        buf_printf(out, "V%dz", SPREAD_FLOOR);
    }
    buf_puts(out, "\"/>");
    line(out, "line", (const double[]){CHART_LEFT, SPREAD_FLOOR, CHART_RIGHT, SPREAD_FLOOR});
}

static void bars_axis(struct buf *out, const struct svg_scale *y)
{
    struct svg_ticks ticks = svg_ticks_of(y, 3);
    for (size_t i = 0; i < ticks.count; i++) {
        if (ticks.values[i] != round(ticks.values[i]))
            continue;
        label_open(out, CHART_LEFT - 6, svg_place(y, ticks.values[i]) + 4, "end");
        svg_decimal(out, ticks.values[i], 0);
        buf_puts(out, "</text>");
    }
    label(out, 0, 11, "start", "samples per bar");
}

/* One row a launch, the first on top; a single launch is spread so that points do not hide. */
static double strip_row(const struct svg_samples *samples, const struct svg_point *point)
{
    double top = SPREAD_FLOOR + 8, height = SPREAD_BOTTOM - 6 - top;
    if (samples->launch_count < 2)
        return top + height * fmod((double)point->at * 0.6180339887498949, 1);
    return top + height * point->launch / (samples->launch_count - 1);
}

static void strip(struct buf *out, const struct svg_samples *samples, const struct svg_scale *x)
{
    const struct svg_point *kept[SVG_POINTS_MAX];
    size_t n = points_keep(samples, kept);
    for (unsigned colour = 0; colour < LAUNCH_COLOURS && colour < samples->launch_count; colour++) {
        dots_open(out, colour, n);
        for (size_t i = 0; i < n; i++)
            if (kept[i]->launch % LAUNCH_COLOURS == colour && !is_beyond(samples, kept[i]))
                dot(out, svg_place(x, kept[i]->ns), strip_row(samples, kept[i]));
        buf_puts(out, "\"/>");
    }
    buf_puts(out, "<path class=\"off\" d=\"");
    for (size_t i = 0; i < n; i++)
        if (is_beyond(samples, kept[i]))
            beyond_mark(out, svg_place(x, kept[i]->ns), strip_row(samples, kept[i]),
                        kept[i]->ns > samples->high ? "l-6-3v6z" : "l6-3v6z");
    buf_puts(out, "\"/>");
    double middle = (SPREAD_FLOOR + SPREAD_BOTTOM) / 2.0 + 4;
    label(out, 0, middle, "start", samples->launch_count > 1 ? "launches" : "samples");
}

void svg_samples_distribution(struct buf *out, const struct svg_samples *samples,
                              const struct summary *summary)
{
    struct svg_scale x = {samples->low, samples->high, CHART_LEFT, CHART_RIGHT, false};
    struct bins bins = bins_fill(samples);
    struct svg_scale y = {0, fmax((double)bins.most, 1), SPREAD_FLOOR, SPREAD_TOP, false};
    picture_open(out, "chart", CHART_WIDTH, SPREAD_HEIGHT);
    chart_title(out, "Distribution", samples);
    time_axis(out, &x, false);
    bars_axis(out, &y);
    bars(out, &bins, &y);
    median_mark(out, &x, summary, false);
    strip(out, samples, &x);
    buf_puts(out, "</svg>");
}
