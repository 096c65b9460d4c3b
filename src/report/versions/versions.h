/* What `assay compare` prints beside the rows of one comparison: several versions, the values of a
 * parameter, the commit of a regression. */
#ifndef REPORT_VERSIONS_H
#define REPORT_VERSIONS_H

#include "model/comparison.h"
#include "report/terminal/paper.h"

/* One table; where there are several new versions, one for each of them. */
void report_text_versions(const comparison_vec *rows, const struct paper *paper, struct buf *out);

/* Rows that are set against other benchmarks: those of one base together, one line a value of
 * `parameter`. */
void report_text_values(const comparison_vec *rows, const char *parameter, struct buf *out);

/* "slower since ...", or that nothing is slower. */
void report_text_regression(const struct regression *since, struct buf *out);

/* "assay.compare/1"; `since` is NULL when nobody looked for a commit. */
ASSAY_USE_RESULT assay_status report_json_versions(const comparison_vec *rows,
                                                   const struct regression *since,
                                                   double false_discovery_rate, struct buf *out);

#endif
