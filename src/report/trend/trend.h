/* Trends as text with small charts, and as JSON.  Computes no number of its own. */
#ifndef REPORT_TREND_TREND_H
#define REPORT_TREND_TREND_H

#include "model/history/trend.h"

/* A paragraph a series.  `utf8`: charts of block characters, else of ASCII. */
void report_text_trend(const struct trend *trend, bool utf8, struct buf *out);

/* "assay.trend/1". */
ASSAY_USE_RESULT assay_status report_json_trend(const struct trend *trend, struct buf *out);

#endif
