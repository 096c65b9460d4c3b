/* What moves together, as text and as JSON. */
#ifndef REPORT_TREND_TOGETHER_H
#define REPORT_TREND_TOGETHER_H

#include "model/history/together.h"
#include "model/history/trend.h"

/* Groups with their members, then the strongest pairs. */
void report_text_together(const struct trend *trend, const struct together *together,
                          struct buf *out);

/* "assay.together/1". */
ASSAY_USE_RESULT assay_status report_json_together(const struct trend *trend,
                                                   const struct together *together,
                                                   struct buf *out);

#endif
