/* JSON for programs: documents that validate against docs/schema/.  Computes no number of its own.
 */
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

/* Who, when, where and how: what stands under "run" in a document. */
json_t *report_json_head(const struct run *run);

#endif
