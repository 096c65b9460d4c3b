/* Static charts as inline SVG: scales with round ticks, interval bars, samples in order, and their
 * distribution.  No script, no fonts, no address; colours come from classes that the page styles:
 *
 *   svg text        labels               .line   axes          .grid   grid lines
 *   .bin            histogram bars       .band   interval      .mid    median
 *   .l0 ... .l5     launches, by colour  .span   interval bar  .off    samples beyond the axis
 *
 * Numbers do not depend on the locale.  Failures show in out->status. */
#ifndef REPORT_SVG_H
#define REPORT_SVG_H

#include <stdbool.h>

#include "base/buf.h"
#include "model/model.h"

/* `value` with at most `decimals` (0 to 9) decimals, without trailing zeros; "0" when not finite.
 */
void svg_number(struct buf *out, double value, int decimals);

/* `value` with exactly `decimals` (0 to 9) decimals; "0" when not finite; with an exponent where it
 * has more than 15 digits. */
void svg_decimal(struct buf *out, double value, int decimals);

/* Values `low` to `high` on the pixels `from` to `to`; low < high, and 0 < low when `is_log`. */
struct svg_scale {
    double low, high;
    double from, to;
    bool is_log;
};

/* The pixel of `value`, held inside the scale. */
double svg_place(const struct svg_scale *scale, double value);

/* Round values (1, 2 or 5 times a power of ten, or multiples of such a step) on a scale. */
enum { SVG_TICKS_MAX = 12 };
struct svg_ticks {
    double values[SVG_TICKS_MAX];
    size_t count;
    int decimals; /* that tell neighbours apart */
};

/* At most `count_max` (2 to SVG_TICKS_MAX) ticks inside `scale`. */
struct svg_ticks svg_ticks_of(const struct svg_scale *scale, size_t count_max);

/* The logarithmic scale on which svg_interval_bar and _axis compare times of `low_ns` to `high_ns`,
 * 0 < low_ns <= high_ns.  It spans a factor of 1.5 or more, lest noise look like a difference. */
struct svg_scale svg_interval_scale(double low_ns, double high_ns);

/* Labels for a column of bars. */
void svg_interval_axis(struct buf *out, const struct svg_scale *scale);

/* One median time with its interval. */
void svg_interval_bar(struct buf *out, const struct svg_scale *scale,
                      const struct summary *summary);

/* One sample on a chart. */
struct svg_point {
    double ns;       /* per iteration */
    size_t at;       /* position among all samples of the result */
    unsigned launch; /* 0, 1, 2 ... in order */
};

/* Most points that a chart draws; of more, a few of each stretch, its lowest and highest included.
 */
enum { SVG_POINTS_MAX = 400 };

/* The samples of a result, ready for charts. */
struct svg_samples {
    struct svg_point *points; /* finite ones, in order */
    size_t count;
    size_t unusable; /* samples without iterations or without a finite time */
    unsigned launch_count;
    double low, high;    /* window that holds the bulk of the samples */
    double least, most;  /* of all points */
    size_t below, above; /* points outside of the window */
    size_t drawn;        /* points that the charts draw */
};

/* Reads `samples`; `median` is put inside the window when finite.  Release what was got.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status svg_samples_init(const sample_vec *samples, double median,
                                               struct svg_samples *ret_samples);
void svg_samples_release(struct svg_samples *samples);

/* Time per iteration against position, coloured by launch: shows drift and launches that differ.
 * `summary` is that of the time, or NULL. */
void svg_samples_order(struct buf *out, const struct svg_samples *samples,
                       const struct summary *summary);

/* Histogram of all samples over a strip of points, one row a launch. */
void svg_samples_distribution(struct buf *out, const struct svg_samples *samples,
                              const struct summary *summary);

#endif
