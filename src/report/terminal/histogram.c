/* A histogram for terminals.  Why a window: one sample that the scheduler made ten times as long
 * would press all others into one column.  The window is Tukey's outer fences (quartiles and three
 * times their distance), cut to what is there; it holds the median and its interval.
 *
 * Invariants: 1. every sample is in a column or counted as beyond; 2. no line is wider than the
 * paper; 3. a column with a sample is never blank. */
#include "report/terminal/histogram.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"

enum {
    COLUMNS_MAX = 100,
    INDENT = 12,
    ROWS = 4,
    LAUNCHES_SHOWN = 8,
    PER_COLUMN = 4,
    COLUMNS_MIN = 20
};

struct histogram {
    double *values; /* sorted */
    size_t count;
    double low, high; /* of the window; low < high */
    unsigned columns;
};

static int by_value(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double per_iteration(const struct sample *sample)
{
    return sample->iterations > 0 ? sample->ns / (double)sample->iterations : (double)NAN;
}

/* ASSAY_ERR_TOO_FEW: not enough to draw; all else is set when there is memory. */
static assay_status read_values(const sample_vec *samples, struct histogram *histogram)
{
    histogram->values = malloc((samples->count + 1) * sizeof *histogram->values);
    if (histogram->values == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < samples->count; i++) {
        double value = per_iteration(&samples->items[i]);
        if (isfinite(value))
            histogram->values[histogram->count++] = value;
    }
    qsort(histogram->values, histogram->count, sizeof *histogram->values, by_value);
    return histogram->count >= HISTOGRAM_SAMPLES_MIN ? ASSAY_OK : ASSAY_ERR_TOO_FEW;
}

static void set_window(const struct summary *summary, struct histogram *histogram)
{
    const double *values = histogram->values;
    const size_t last = histogram->count - 1;
    const double low_quartile = values[last / 4], high_quartile = values[last - last / 4];
    const double reach = 3 * (high_quartile - low_quartile);
    double low = fmax(values[0], low_quartile - reach);
    double high = fmin(values[last], high_quartile + reach);
    if (summary != NULL && summary->interval.level > 0) {
        low = fmin(low, summary->interval.low);
        high = fmax(high, summary->interval.high);
    }
    if (!(high > low)) { /* all alike, or not finite: a window around them */
        low = values[0] - fmax(fabs(values[0]), 1) * 0.01;
        high = values[last] + fmax(fabs(values[last]), 1) * 0.01;
    }
    histogram->low = low;
    histogram->high = high;
}

static void set_columns(const struct paper *paper, struct histogram *histogram)
{
    size_t columns = paper_columns(paper) - INDENT - 2;
    columns = columns < COLUMNS_MAX ? columns : COLUMNS_MAX;
    if (histogram->count / PER_COLUMN + COLUMNS_MIN < columns) /* few samples: few columns */
        columns = histogram->count / PER_COLUMN + COLUMNS_MIN;
    histogram->columns = (unsigned)columns;
}

static unsigned column_of(const struct histogram *histogram, double value)
{
    double share = (value - histogram->low) / (histogram->high - histogram->low);
    double column = floor(share * histogram->columns);
    return (unsigned)fmin(fmax(column, 0), histogram->columns - 1);
}

static bool is_inside(const struct histogram *histogram, double value)
{
    return value >= histogram->low && value <= histogram->high;
}

/* `eighths` of a character's height, 0 to 8. */
static void add_block(const struct paper *paper, unsigned eighths, struct buf *out)
{
    static const char *const BLOCKS[] = {" ",
                                         "\xE2\x96\x81",
                                         "\xE2\x96\x82",
                                         "\xE2\x96\x83",
                                         "\xE2\x96\x84",
                                         "\xE2\x96\x85",
                                         "\xE2\x96\x86",
                                         "\xE2\x96\x87",
                                         "\xE2\x96\x88"};
    static const char ASCII[] = " ..:::###";
    if (paper->unicode)
        buf_puts(out, BLOCKS[eighths]);
    else
        buf_putc(out, ASCII[eighths]);
}

/* Height of a column in eighths: at least one where there is a sample. */
static unsigned eighths_of(size_t count, size_t most, unsigned rows)
{
    if (count == 0)
        return 0;
    double share = (double)count / (double)most;
    return (unsigned)fmax(1, round(share * rows * 8));
}

/* Lines end where their last mark is. */
static void end_line(struct buf *out)
{
    while (out->length > 0 && out->text[out->length - 1] == ' ')
        out->text[--out->length] = '\0';
    buf_putc(out, '\n');
}

static size_t largest(const size_t *counts, unsigned columns)
{
    size_t most = 1;
    for (unsigned i = 0; i < columns; i++)
        most = counts[i] > most ? counts[i] : most;
    return most;
}

static void add_bars(const size_t *counts, unsigned columns, unsigned rows,
                     const struct paper *paper, struct buf *out)
{
    const size_t most = largest(counts, columns);
    for (unsigned row = rows; row-- > 0;) {
        if (rows > 1)
            buf_printf(out, "%*s", INDENT, "");
        for (unsigned i = 0; i < columns; i++) {
            unsigned height = eighths_of(counts[i], most, rows);
            unsigned above = height > row * 8 ? height - row * 8 : 0;
            add_block(paper, above < 8 ? above : 8, out);
        }
        end_line(out);
    }
}

/* "|--+---|" below the columns that the interval of the median spans. */
static void add_interval(const struct histogram *histogram, const struct summary *summary,
                         const struct paper *paper, struct buf *out)
{
    enum { LOW, MIDDLE, HIGH, SPAN };
    static const char *const UNICODE[] = {"\xE2\x94\x9C", "\xE2\x94\xBC", "\xE2\x94\xA4",
                                          "\xE2\x94\x80"};
    static const char *const ASCII[] = {"|", "+", "|", "-"};
    const char *const *marks = paper->unicode ? UNICODE : ASCII;
    if (summary == NULL || !(summary->interval.level > 0))
        return;
    unsigned low = column_of(histogram, summary->interval.low);
    unsigned high = column_of(histogram, summary->interval.high);
    unsigned middle = column_of(histogram, summary->median);
    buf_printf(out, "  %-*s%*s", INDENT - 2, "interval", (int)low, "");
    for (unsigned i = low; i <= high; i++)
        buf_puts(out, marks[i == middle ? MIDDLE : i == low ? LOW : i == high ? HIGH : SPAN]);
    buf_putc(out, '\n');
}

static void add_axis(const struct histogram *histogram, struct buf *out)
{
    char low[QUANTITY_TEXT_MAX], high[QUANTITY_TEXT_MAX];
    quantity_format_ns(histogram->low, low);
    quantity_format_ns(histogram->high, high);
    buf_printf(out, "%*s%s %*s\n", INDENT, "", low, (int)histogram->columns - (int)strlen(low) - 1,
               high);
}

/* How many samples of `launch`, or of all, each column has. */
static void count_columns(const struct histogram *histogram, const sample_vec *samples,
                          const uint32_t *launch, size_t counts[COLUMNS_MAX])
{
    memset(counts, 0, COLUMNS_MAX * sizeof *counts);
    for (size_t i = 0; i < samples->count; i++) {
        const double value = per_iteration(&samples->items[i]);
        const bool wanted = launch == NULL || samples->items[i].launch == *launch;
        if (wanted && isfinite(value) && is_inside(histogram, value))
            counts[column_of(histogram, value)]++;
    }
}

static void add_launches(const struct histogram *histogram, const sample_vec *samples,
                         const struct paper *paper, struct buf *out)
{
    size_t counts[COLUMNS_MAX];
    unsigned shown = 0, more = 0;
    const uint32_t first = samples->items[0].launch;
    if (samples->items[samples->count - 1].launch == first)
        return;
    for (size_t i = 0; i < samples->count; i++) {
        const uint32_t launch = samples->items[i].launch;
        if (i > 0 && launch == samples->items[i - 1].launch)
            continue;
        if (shown == LAUNCHES_SHOWN) {
            more++;
            continue;
        }
        buf_printf(out, "  launch %-3u", ++shown);
        count_columns(histogram, samples, &launch, counts);
        add_bars(counts, histogram->columns, 1, paper, out);
    }
    if (more > 0)
        buf_printf(out, "  and %u launches more\n", more);
}

static void add_beyond(const struct histogram *histogram, struct buf *out)
{
    char text[QUANTITY_TEXT_MAX];
    const double least = histogram->values[0], most = histogram->values[histogram->count - 1];
    size_t below = 0, above = 0;
    for (size_t i = 0; i < histogram->count; i++) {
        below += histogram->values[i] < histogram->low;
        above += histogram->values[i] > histogram->high;
    }
    if (below > 0)
        buf_printf(out, "  %zu sample%s to the left, down to %s\n", below, below == 1 ? "" : "s",
                   quantity_format_ns(least, text));
    if (above > 0)
        buf_printf(out, "  %zu sample%s to the right, up to %s\n", above, above == 1 ? "" : "s",
                   quantity_format_ns(most, text));
}

void report_histogram(const struct result *result, const struct paper *paper, struct buf *out)
{
    const struct measurement *time = result_measurement(result, METRICS[METRIC_TIME].name);
    const struct summary *summary = time != NULL ? &time->summary : NULL;
    struct histogram histogram = {0};
    size_t counts[COLUMNS_MAX];
    assay_status status = read_values(&result->samples, &histogram);
    if (status == ASSAY_ERR_MEMORY)
        out->status = status;
    if (status == ASSAY_OK) {
        set_window(summary, &histogram);
        set_columns(paper, &histogram);
        count_columns(&histogram, &result->samples, NULL, counts);
        buf_puts(out, "\ntime per iteration, all samples\n");
        add_bars(counts, histogram.columns, ROWS, paper, out);
        add_interval(&histogram, summary, paper, out);
        add_axis(&histogram, out);
        add_launches(&histogram, &result->samples, paper, out);
        add_beyond(&histogram, out);
    }
    free(histogram.values);
}
