/* A picture for a page of Markdown: one SVG file that brings its own colours, light and dark. */
#ifndef BENCH_PICTURES_CANVAS_H
#define BENCH_PICTURES_CANVAS_H

#include <stdbool.h>

#include "base/buf.h"

enum { CANVAS_WIDTH = 720 };

/* Colours by what they mean. */
enum pen { PEN_QUIET, PEN_MAIN, PEN_GOOD, PEN_BAD, PEN_DOUBT };

struct canvas {
    struct buf svg;
    double low, high; /* values at the left and right end of the plot, or at its foot and head */
    double from, to;  /* their pixels */
};

/* `title` is what a screen reader says; `height` in pixels. */
void canvas_begin(struct canvas *canvas, int height, const char *title);
void canvas_end(struct canvas *canvas);

/* The pixel of a value. */
double canvas_at(const struct canvas *canvas, double value);

/* Coordinates are pixels. */
struct canvas_point {
    double x, y;
};
void canvas_dot(struct canvas *canvas, enum pen pen, struct canvas_point at, double radius);
void canvas_line(struct canvas *canvas, enum pen pen, struct canvas_point from,
                 struct canvas_point to);
void canvas_band(struct canvas *canvas, enum pen pen, struct canvas_point corner,
                 struct canvas_point opposite);
enum canvas_anchor { ANCHOR_START, ANCHOR_MIDDLE, ANCHOR_END };
void canvas_text(struct canvas *canvas, enum canvas_anchor anchor, struct canvas_point at,
                 const char *format, ...) __attribute__((format(printf, 4, 5)));

/* An interval with its end marks and its middle, at the height `y`. */
void canvas_interval(struct canvas *canvas, enum pen pen, double y, const double interval[3]);

#endif
