/* Comparisons as a table and as JSON.  Computes no number of its own. */
#ifndef REPORT_COMPARISON_H
#define REPORT_COMPARISON_H

#include <jansson.h>

#include "model/comparison.h"
#include "report/terminal/paper.h"

void report_text_comparison(const comparison_vec *rows, const struct paper *paper, struct buf *out);

/* The same rows as a gate sees them: failures first, then what is open, then warnings and passes.
 */
void report_text_gate(const comparison_vec *rows, const struct gate_facts *facts,
                      const struct paper *paper, struct buf *out);

/* "assay.compare/1" as a document of its own, or as a part of another one. */
ASSAY_USE_RESULT assay_status report_json_comparison(const comparison_vec *rows,
                                                     double false_discovery_rate, struct buf *out);
json_t *report_json_comparison_part(const comparison_vec *rows, double false_discovery_rate);

/* The same with the member `gate`: what it was about, and the exit code. */
ASSAY_USE_RESULT assay_status report_json_gate(const comparison_vec *rows,
                                               const struct gate_facts *facts, int exit_code,
                                               struct buf *out);

#endif
