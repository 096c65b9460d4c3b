/* `assay time` as a table of 80 columns, JSON, CSV and Markdown.  Computes no number of its own. */
#ifndef REPORT_TIMING_H
#define REPORT_TIMING_H

#include "model/timing.h"

void report_text_timing(const struct timing *timing, struct buf *out);

/* "assay.time/1". */
ASSAY_USE_RESULT assay_status report_json_timing(const struct timing *timing, struct buf *out);

/* One line a command, after a line of names; RFC 4180 but for LF.  Columns are only ever added, at
 * the end.  What was not measured is empty. */
ASSAY_USE_RESULT assay_status report_csv_timing(const struct timing *timing, struct buf *out);

/* One table. */
ASSAY_USE_RESULT assay_status report_markdown_timing(const struct timing *timing, struct buf *out);

#endif
