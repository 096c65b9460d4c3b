/* Trends as text with small charts, and as JSON.  Computes no number of its own. */
#ifndef REPORT_TREND_TREND_H
#define REPORT_TREND_TREND_H

#include "model/history/trend.h"

/* What the reader wants to see. */
struct trend_view {
    bool utf8;   /* charts of block characters, else of ASCII */
    bool online; /* alarms as they were raised, not what all points together say */
};

/* A paragraph a series. */
void report_text_trend(const struct trend *trend, const struct trend_view *view, struct buf *out);

/* "assay.trend/1". */
ASSAY_USE_RESULT assay_status report_json_trend(const struct trend *trend, struct buf *out);

#endif
