/* A run as one picture: a row a benchmark with its median, and its interval on an axis that all
 * rows share.  The bars are those of the HTML report; what is added is the frame that a file of its
 * own needs: a name space, colours, and the words beside the bars. Why the axis is logarithmic: the
 * times of a suite span orders of magnitude, and equal factors are equal lengths there. */
#include "report/html/svg.h"

#include <math.h>

#include "base/quantity.h"
#include "exchange/write/exporters.h"
#include "report/html/escape.h"
#include "report/html/html_parts.h"

enum {
    NAME_WIDTH = 420,
    BAR_WIDTH = 240, /* axis and bars as they are drawn, so that both have one scale */
    AXIS_HEIGHT = 18,
    TIME_WIDTH = 120,
    WIDTH = NAME_WIDTH + BAR_WIDTH + TIME_WIDTH,
    HEAD = 64,
    ROW = 40,
    NAME_BYTES_MAX = 64
};

static const char STYLE[] =
    "<style>text{font:12px sans-serif;fill:#222}svg text{font-size:11px}.head{font-size:15px}"
    ".time{text-anchor:end}.soft{fill:#666}.line{stroke:#666}.grid{stroke:#ddd}"
    ".span{fill:#26c;fill-opacity:.4}.dot{fill:#26c}</style>\n";

/* The summary to be drawn, or NULL: a time above 0. */
static const struct summary *drawn_time(const struct result *result)
{
    const struct summary *time = html_time(result);
    return time != NULL && isfinite(time->median) && time->median > 0 ? time : NULL;
}

/* Ends that may stand on a logarithmic axis. */
static bool has_span(const struct summary *time)
{
    return html_has_interval(&time->interval) && time->interval.low > 0;
}

static void widen(double ends[2], double ns)
{
    ends[0] = fmin(ends[0], ns);
    ends[1] = fmax(ends[1], ns);
}

/* Lowest and highest time; false: there is none. */
static bool find_ends(const struct run *run, double ends[2])
{
    ends[0] = (double)INFINITY;
    ends[1] = 0;
    for (size_t i = 0; i < run->results.count; i++) {
        const struct summary *time = drawn_time(&run->results.items[i]);
        if (time == NULL)
            continue;
        widen(ends, time->median);
        if (has_span(time)) {
            widen(ends, time->interval.low);
            widen(ends, time->interval.high);
        }
    }
    return ends[1] > 0;
}

static void open_frame(struct buf *out, int y, int height)
{
    buf_printf(out, "<svg x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\">", NAME_WIDTH, y, BAR_WIDTH,
               height);
}

static void add_row(const struct result *result, const struct svg_scale *scale, int y,
                    struct buf *out)
{
    char median[QUANTITY_TEXT_MAX];
    const struct summary *time = drawn_time(result);
    buf_printf(out, "<g><text x=\"8\" y=\"%d\">", y + 24);
    html_text_short(out, result->benchmark.id, NAME_BYTES_MAX);
    buf_puts(out, "</text>");
    if (time != NULL) {
        open_frame(out, y, ROW);
        svg_interval_bar(out, scale, time);
        buf_puts(out, "</svg>");
    }
    buf_printf(out, "<text class=\"time\" x=\"%d\" y=\"%d\">", WIDTH - 8, y + 24);
    html_text_short(out,
                    time != NULL                    ? quantity_format_ns(time->median, median)
                    : result->outcome == OUTCOME_OK ? "no time"
                                                    : outcome_name(result->outcome),
                    NAME_BYTES_MAX);
    buf_puts(out, "</text></g>\n");
}

static void add_head(const struct run *run, struct buf *out)
{
    buf_puts(out, "<title>assay, run ");
    html_text(out, run->id);
    buf_puts(out, "</title>\n");
    buf_puts(out, STYLE);
    buf_puts(out, "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
                  "<text class=\"head\" x=\"8\" y=\"22\">");
    html_text_short(out, run->label[0] != '\0' ? run->label : run->id, NAME_BYTES_MAX);
    buf_puts(out, "</text><text class=\"soft\" x=\"8\" y=\"42\">");
    html_text_short(out, run->environment.cpu, NAME_BYTES_MAX);
    buf_puts(out, "</text>\n");
}

assay_status export_svg(const struct export_source *source, struct buf *out)
{
    const struct run *run = source->run;
    double ends[2];
    const bool any = find_ends(run, ends);
    const struct svg_scale scale =
        any ? svg_interval_scale(ends[0], ends[1]) : (struct svg_scale){0};
    const size_t height = HEAD + run->results.count * ROW + 8;
    buf_printf(out,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%zu\" "
               "viewBox=\"0 0 %d %zu\" role=\"img\">",
               WIDTH, height, WIDTH, height);
    add_head(run, out);
    if (any) {
        open_frame(out, HEAD - AXIS_HEIGHT, AXIS_HEIGHT);
        svg_interval_axis(out, &scale);
        buf_puts(out, "</svg>\n");
    }
    for (size_t i = 0; i < run->results.count; i++)
        add_row(&run->results.items[i], &scale, HEAD + (int)i * ROW, out);
    buf_puts(out, "</svg>\n");
    return out->status;
}
