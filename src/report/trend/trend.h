/* Trends as text with small charts, and as JSON.  Computes no number of its own. */
#ifndef REPORT_TREND_TREND_H
#define REPORT_TREND_TREND_H

#include "model/history/trend.h"
#include "report/terminal/paper.h"

/* What the reader wants to see. */
struct trend_view {
    struct paper paper;
    bool online; /* alarms as they were raised, not what all points together say */
};

/* One series: a paragraph.  More: a table, then a paragraph of each that has news or is stale. */
void report_text_trend(const struct trend *trend, const struct trend_view *view, struct buf *out);

/* A page with a section a series; no script, no address (report/html/html.h). */
void report_html_trend(const struct trend *trend, struct buf *out);

/* The chart of one series as a picture of its own. */
void report_svg_trend(const struct trend_series *series, struct buf *out);

/* "assay.trend/1". */
ASSAY_USE_RESULT assay_status report_json_trend(const struct trend *trend, struct buf *out);

#endif
