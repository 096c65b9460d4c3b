/* One run: modules -> hosts -> samples -> summaries -> store and files.  The stages meet here. */
#ifndef SESSION_RUN_H
#define SESSION_RUN_H

#include "store/store.h"

struct session_request {
    const char *host_program;
    char *const *operands; /* paths of modules, NULL-terminated */
    struct plan plan;
    struct store *store;
};

/* Measures all benchmarks of the modules; each is in the store when its turn ends, and at the end
 * report.html and summary.json are in benchmark-results/<id>.  Free with run_release in any case.
 * ASSAY_ERR_BENCHMARK  one failed, all else is as it should be.  ASSAY_ERR_ARGUMENT: no modules. */
ASSAY_USE_RESULT assay_status session_run(const struct session_request *request,
                                          struct run *ret_run);

#endif
