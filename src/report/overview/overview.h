/* A run as a performance summary: Markdown for a project's pages, and JSON.  Every number is of the
 * run; nothing in it depends on when it is written, so that writing it again gives the same bytes.
 */
#ifndef REPORT_OVERVIEW_H
#define REPORT_OVERVIEW_H

#include "model/overview/overview.h"

/* Markdown as GitHub shows it; texts from outside are escaped.  Out of memory shows in
 * out->status. */
void report_overview(const struct overview *overview, struct buf *out);

/* "assay.summary/1". */
ASSAY_USE_RESULT assay_status report_json_overview(const struct overview *overview,
                                                   struct buf *out);

#endif
