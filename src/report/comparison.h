/* Comparisons as a table of 80 columns and as JSON.  Computes no number of its own. */
#ifndef REPORT_COMPARISON_H
#define REPORT_COMPARISON_H

#include "model/comparison.h"

void report_text_comparison(const comparison_vec *rows, struct buf *out);

/* The same rows as a gate sees them: failures first, then what is open, then warnings and passes.
 */
void report_text_gate(const comparison_vec *rows, struct buf *out);

/* "assay.compare/1". */
ASSAY_USE_RESULT assay_status report_json_comparison(const comparison_vec *rows,
                                                     double false_discovery_rate, struct buf *out);

#endif
