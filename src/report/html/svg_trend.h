/* The chart of a trend: values in order, where they stepped and drifted.  Classes and rules as in
 * report/html/svg.h, and
 *
 *   .step   a step's place      .unsure   the points that may hold it      .drift   a slow change
 */
#ifndef REPORT_SVG_TREND_H
#define REPORT_SVG_TREND_H

#include "model/history/trend.h"

/* Nothing is drawn of a series without a finite value. */
void svg_trend(struct buf *out, const struct trend_series *series);

/* The style of .step, .unsure and .drift, for files; a server has it in its own sheet. */
void svg_trend_style(struct buf *out);

/* "+5.2 %", or a difference in the metric's unit. */
void html_trend_amount(struct buf *out, const struct trend_series *series, double ratio);

#endif
