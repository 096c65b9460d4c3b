/* JSON for programs: documents that validate against docs/schema/.  Numbers that are not finite
 * become null; texts that are not UTF-8 are mended.  Computes no number of its own. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <jansson.h>

#include "model/model.h"

/* "assay.run/1": what `run --json` prints and summary.json holds. */
ASSAY_USE_RESULT assay_status report_json_run(const struct run *run, struct buf *out);
/* The same document as a part of another one, or to be added to. */
json_t *report_json_run_part(const struct run *run);
/* Of it the members "targets", "claims" and "scaling" alone. */
json_t *report_json_run_judged(const struct run *run);

/* "assay.list/1": what there is, and which modules could not be asked. */
ASSAY_USE_RESULT assay_status report_json_list(const benchmark_vec *benchmarks,
                                               const module_failure_vec *failures, struct buf *out);

/* Any text as a JSON string, mended where it is not UTF-8; "" becomes "", NULL becomes null. */
json_t *report_json_text(const char *text);

/* A number, or null when it is not finite. */
json_t *report_json_number(double value);

/* Who, when, where and how: what stands under "run" in a document. */
json_t *report_json_head(const struct run *run);

/* "low", "high", "level". */
json_t *report_json_interval(const struct interval *interval);

/* Adds a member (an element) and takes `value` over.  A NULL value or parent spoils the whole
 * document: it becomes NULL, which report_json_write reports; so no half-built document can be
 * written. */
void report_json_member(json_t **object, const char *key, json_t *value);
void report_json_element(json_t **array, json_t *value);

/* Takes `document` over and writes it, indented, with a final newline.  NULL is ASSAY_ERR_MEMORY.
 */
ASSAY_USE_RESULT assay_status report_json_write(json_t *document, struct buf *out);

#endif
