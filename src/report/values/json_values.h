/* What JSON documents are made of.  Numbers that are not finite become null; texts that are not
 * UTF-8 are mended. */
#ifndef REPORT_VALUES_JSON_VALUES_H
#define REPORT_VALUES_JSON_VALUES_H

#include <jansson.h>

#include "model/model.h"

/* Any text as a JSON string, mended where it is not UTF-8; "" becomes "", NULL becomes null. */
json_t *report_json_text(const char *text);

/* A number, or null when it is not finite. */
json_t *report_json_number(double value);

/* Appends a finite `value` as printf writes it with "%.12g", some ten times as fast for what times
 * and counts mostly are. */
void report_json_digits(struct buf *out, double value);

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
/* The same in one line. */
ASSAY_USE_RESULT assay_status report_json_write_line(json_t *document, struct buf *out);

#endif
