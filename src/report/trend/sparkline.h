/* Charts of one line, and names cut to columns. */
#ifndef REPORT_TREND_SPARKLINE_H
#define REPORT_TREND_SPARKLINE_H

#include "model/history/trend.h"

/* The columns that a chart of so many points takes, at most `columns`. */
size_t sparkline_width(const struct trend_series *series, size_t columns);

/* A character a column, from the least to the largest value: blocks where `utf8`, else ASCII. */
void sparkline(const struct trend_series *series, size_t columns, bool utf8, struct buf *out);

/* The releases below a chart of as many columns after `indent`: "|v1.0.0   |v1.1.0".  Nothing
 * without any. */
void sparkline_releases(const struct trend_series *series, size_t columns, size_t indent,
                        struct buf *out);

/* The text in exactly `columns` columns: filled with blanks, or cut and ended with "..".  A line of
 * its own text: control characters become '?'. */
void sparkline_name(const char *text, size_t columns, struct buf *out);

#endif
