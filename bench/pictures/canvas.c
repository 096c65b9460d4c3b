/* SVG with its own style sheet.  Why own colours and no classes of a page: GitHub shows these files
 * as images, which no style sheet from outside reaches; prefers-color-scheme works there. */
#include "canvas.h"

#include <stdarg.h>
#include <stdio.h>

static const char *const PENS[] = {"q", "m", "g", "b", "d"};

void canvas_begin(struct canvas *canvas, int height, const char *title)
{
    buf_init(&canvas->svg, BUF_LENGTH_MAX);
    buf_printf(&canvas->svg,
               "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
               "height=\"%d\" role=\"img\" aria-label=\"%s\">\n<title>%s</title>\n",
               CANVAS_WIDTH, height, CANVAS_WIDTH, height, title, title);
    buf_puts(&canvas->svg,
             "<style>\n"
             "svg{--q:#8a8f98;--m:#1f5fbf;--g:#0a7d62;--b:#b5402a;--d:#a06a00;--t:#30343b}\n"
             "@media (prefers-color-scheme:dark){svg{--q:#848b96;--m:#7fb0ff;--g:#5cc9a7;"
             "--b:#ff8e73;--d:#e6b450;--t:#d5d9e0}}\n"
             "text{font:13px system-ui,sans-serif;fill:var(--t)}\n"
             ".q{stroke:var(--q);fill:var(--q)}.m{stroke:var(--m);fill:var(--m)}"
             ".g{stroke:var(--g);fill:var(--g)}.b{stroke:var(--b);fill:var(--b)}"
             ".d{stroke:var(--d);fill:var(--d)}\n"
             "line{stroke-width:2}circle{stroke:none}rect{stroke:none;opacity:.18}\n"
             "</style>\n");
}

void canvas_end(struct canvas *canvas)
{
    buf_puts(&canvas->svg, "</svg>\n");
}

double canvas_at(const struct canvas *canvas, double value)
{
    return canvas->from +
           (value - canvas->low) / (canvas->high - canvas->low) * (canvas->to - canvas->from);
}

void canvas_dot(struct canvas *canvas, enum pen pen, struct canvas_point at, double radius)
{
    buf_printf(&canvas->svg, "<circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"%.1f\"/>\n",
               PENS[pen], at.x, at.y, radius);
}

void canvas_line(struct canvas *canvas, enum pen pen, struct canvas_point from,
                 struct canvas_point to)
{
    buf_printf(&canvas->svg,
               "<line class=\"%s\" x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\"/>\n", PENS[pen],
               from.x, from.y, to.x, to.y);
}

void canvas_band(struct canvas *canvas, enum pen pen, struct canvas_point corner,
                 struct canvas_point opposite)
{
    buf_printf(&canvas->svg,
               "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"/>\n",
               PENS[pen], corner.x, corner.y, opposite.x - corner.x, opposite.y - corner.y);
}

void canvas_text(struct canvas *canvas, enum canvas_anchor anchor, struct canvas_point at,
                 const char *format, ...)
{
    static const char *const ANCHORS[] = {"start", "middle", "end"};
    va_list args;
    va_start(args, format);
    buf_printf(&canvas->svg, "<text x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", at.x, at.y,
               ANCHORS[anchor]);
    buf_vprintf(&canvas->svg, format, args);
    buf_puts(&canvas->svg, "</text>\n");
    va_end(args);
}

void canvas_interval(struct canvas *canvas, enum pen pen, double y, const double interval[3])
{
    enum { END = 6 };
    const double low = canvas_at(canvas, interval[0]), high = canvas_at(canvas, interval[2]);
    canvas_line(canvas, pen, (struct canvas_point){low, y}, (struct canvas_point){high, y});
    canvas_line(canvas, pen, (struct canvas_point){low, y - END},
                (struct canvas_point){low, y + END});
    canvas_line(canvas, pen, (struct canvas_point){high, y - END},
                (struct canvas_point){high, y + END});
    canvas_dot(canvas, pen, (struct canvas_point){canvas_at(canvas, interval[1]), y}, 4);
}
