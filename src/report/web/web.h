/* The front end of web/ and what it is fed with: a run as one compact document, and that document
 * with the front end in one HTML file. */
#ifndef REPORT_WEB_H
#define REPORT_WEB_H

#include "model/comparison.h"
#include "model/history/trend.h"

/* The front end as texts inside the program, all NULL in a build without it: script and style
 * sheet; both packed into one text; the script that unpacks them. */
struct web_app {
    const char *script, *style, *packed, *loader;
};
extern const struct web_app WEB_APP;

/* What a page shows of a run beside the run itself.  All may be NULL. */
struct web_context {
    const struct run *against;   /* an older run of the same machine */
    const comparison_vec *moved; /* the run compared with it */
    const struct trend *trend;   /* judged histories of the run's benchmarks */
};

/* "assay.view/1" (docs/serve.md): statistics as rows of numbers in the order of "columns", samples
 * packed.  `context` may be NULL. */
ASSAY_USE_RESULT assay_status web_view(const struct run *run, const struct web_context *context,
                                       struct buf *out);

/* The page in one file: front end, document, and for readers without scripts the static page.
 * ASSAY_ERR_ARGUMENT in a build without the front end. */
ASSAY_USE_RESULT assay_status web_report(const struct run *run, const struct web_context *context,
                                         struct buf *out);

/* report.html: the page with the front end where this program has it, else the static page. */
ASSAY_USE_RESULT assay_status web_page(const struct run *run, const struct web_context *context,
                                       struct buf *out);

#endif
