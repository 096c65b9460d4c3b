/* What `assay ci` did, as text and JSON. */
#ifndef REPORT_CI_H
#define REPORT_CI_H

#include <stdint.h>

#include "base/buf.h"

struct ci_report_request {
    const char *method, *url, *body, *when;
};

/* NULL, 0: not of this command. */
struct ci_report {
    const char *command; /* "comment" */
    const char *did;     /* "created" */
    const char *url, *path, *hint, *baseline, *commit;
    uint64_t id;
    size_t runs, baselines, modules;
    const struct ci_report_request *requests; /* of a dry run */
    size_t request_count;
    const char *text; /* of a workflow that was not written */
};

void report_text_ci(const struct ci_report *report, struct buf *out);
/* "assay.ci/1". */
ASSAY_USE_RESULT assay_status report_json_ci(const struct ci_report *report, struct buf *out);

#endif
