/* Charts of one line.
 * Where points are more than columns, a column shows the point that is farthest from the middle of
 * the scale, so that no step and no spike is lost. */
#include "report/trend/sparkline.h"

#include <math.h>
#include <string.h>

#include "report/terminal/paper.h"
#include "report/values/line.h"

enum { LEVELS = 8 };

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

size_t sparkline_width(const struct trend_series *series, size_t columns)
{
    return series->points.count < columns ? series->points.count : columns;
}

void sparkline(const struct trend_series *series, size_t columns, bool utf8, struct buf *out)
{
    static const char *const BLOCKS[LEVELS] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    static const char *const MARKS[LEVELS] = {"_", "_", ".", "-", "-", "=", "^", "^"};
    const size_t count = series->points.count, width = sparkline_width(series, columns);
    const struct scale scale = scale_of(series);
    for (size_t i = 0; i < width; i++) {
        double value = outermost(series, i * count / width, (i + 1) * count / width, &scale);
        double share = scale.high > scale.low ? (value - scale.low) / (scale.high - scale.low) : 0;
        int level = (int)fmin(share * LEVELS, LEVELS - 1);
        buf_puts(out, (utf8 ? BLOCKS : MARKS)[level]);
    }
}

/* Of several runs of a release the first one carries its name. */
static bool is_new(const struct trend_series *series, size_t i, const char *told)
{
    const char *release = series->points.items[i].release;
    return release != NULL && (told == NULL || strcmp(told, release) != 0);
}

void sparkline_releases(const struct trend_series *series, size_t columns, size_t indent,
                        struct buf *out)
{
    const size_t count = series->points.count, width = sparkline_width(series, columns);
    const char *told = NULL;
    size_t at = 0;
    for (size_t i = 0; i < count; i++) {
        if (!is_new(series, i, told))
            continue;
        size_t column = (i * width + width - 1) / count;
        bool is_free = told == NULL || column > at; /* names that would overlap are left out */
        told = series->points.items[i].release;
        if (!is_free)
            continue;
        const size_t before = column + (at == 0 ? indent : 0) - at;
        buf_printf(out, "%*s|", (int)before, "");
        report_text_line(told, out);
        at = column + 1 + paper_width(told);
    }
    if (at > 0)
        buf_putc(out, '\n');
}

static bool starts_character(char byte)
{
    return ((unsigned char)byte & 0xC0) != 0x80;
}

void sparkline_name(const char *text, size_t columns, struct buf *out)
{
    BUF_AUTO line;
    buf_init(&line, BUF_LENGTH_MAX);
    report_text_line(text, &line);
    const size_t length = paper_width(line.text);
    const size_t kept = length <= columns ? length : columns - 2;
    size_t bytes = 0;
    for (size_t seen = 0; line.text[bytes] != '\0'; bytes++) {
        seen += starts_character(line.text[bytes]);
        if (seen > kept)
            break;
    }
    buf_add(out, line.text, bytes);
    if (length > columns)
        buf_puts(out, "..");
    else
        buf_printf(out, "%*s", (int)(columns - length), "");
}
