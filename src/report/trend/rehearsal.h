/* What detectors find in one's own histories, as text of 80 columns and as JSON.  Computes no
 * number of its own but sums. */
#ifndef REPORT_TREND_REHEARSAL_H
#define REPORT_TREND_REHEARSAL_H

#include "model/history/rehearsal.h"

/* A paragraph a history, and what all of them prove together. */
void report_text_rehearsal(const struct rehearsal *rehearsal, struct buf *out);

/* "assay.doctor-history/1". */
ASSAY_USE_RESULT assay_status report_json_rehearsal(const struct rehearsal *rehearsal,
                                                    struct buf *out);

#endif
