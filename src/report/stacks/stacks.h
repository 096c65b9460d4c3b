/* Where benchmarks spent their CPU time: how many stacks, and the hottest functions. */
#ifndef REPORT_STACKS_H
#define REPORT_STACKS_H

#include <jansson.h>

#include "model/model.h"

/* Of each result that has stacks: a head and its hottest functions.  Nothing without any. */
void report_stacks(const struct run *run, struct buf *out);

/* The same of one result, with more of its functions. */
void report_stacks_result(const struct result *result, struct buf *out);

/* The member "stacks" of assay.run/1: a row a result that has them. */
json_t *report_stacks_json(const struct run *run);

#endif
