/* From a request to what is sent back: routes, documents, pages.  Knows nothing of sockets. */
#ifndef SERVE_ANSWER_H
#define SERVE_ANSWER_H

#include "model/comparison.h"
#include "model/history/trend.h"
#include "serve/request.h"
#include "serve/source.h"

struct answer {
    unsigned status; /* of HTTP */
    const char *type;
    struct buf body;
};

/* Answers a request for anything but the stream of events.  Always leaves a whole answer: what
 * fails becomes one that says why, as JSON below /api, else as a page.  Free its body. */
void answer_request(struct source *source, const struct request *request, struct answer *answer);

/* An answer to what is no request that can be read. */
void answer_failure(const struct request *request, assay_status status, const char *why,
                    struct answer *answer);

/* The status of HTTP for a failure. */
unsigned answer_status(assay_status status);

/* What a route writes with. */
struct asked {
    struct store *store; /* NULL where the route needs none */
    struct kept_trends *kept;
    const claim_vec *claims;
    struct releases *releases;
    const struct request *request;
    struct arena arena;
    struct buf *out;
    struct buf *error;
};

/* The run that a selector names, judged by the project's claims.  Free with run_release. */
ASSAY_USE_RESULT assay_status asked_run(struct asked *asked, const char *selector,
                                        struct run *ret_run);

/* `status`, with the store's text as the error's when it is a failure. */
ASSAY_USE_RESULT assay_status asked_store(struct asked *asked, assay_status status);

/* A parameter that must be given. */
ASSAY_USE_RESULT assay_status asked_text(struct asked *asked, const char *name,
                                         const char **ret_text);

/* Which benchmarks ?benchmark= means: a word of the command line (session/select/selection.h) but
 * for expressions, whose cost nothing bounds. */
ASSAY_USE_RESULT assay_status asked_benchmark(struct asked *asked, const char **ret_word);

/* The judged trend that ?benchmark=&metric=&last= name.  Release with wanted_trend_release, also
 * after a failure.  ASSAY_ERR_LIMIT: more points than are judged in a moment. */
struct wanted_trend {
    const struct trend *trend;
    const struct kept_trend *kept; /* whose it is; NULL: it is `own` */
    struct trend own;
};
ASSAY_USE_RESULT assay_status asked_trend(struct asked *asked, struct wanted_trend *ret_wanted);
void wanted_trend_release(struct wanted_trend *wanted);

/* The stored runs that ?old=&new=&across_machines= name, and their rows.  Free with
 * compared_release, also after a failure. */
struct compared {
    struct outline old_run, new_run;
    comparison_vec rows;
};
ASSAY_USE_RESULT assay_status asked_compared(struct asked *asked, struct compared *ret_compared);
void compared_release(struct compared *compared);

/* The routes, each in the file that its name begins with. */
assay_status api_runs(struct asked *asked);
assay_status api_run(struct asked *asked);
assay_status api_view(struct asked *asked);
assay_status api_history(struct asked *asked);
assay_status api_trend(struct asked *asked);
assay_status api_compare(struct asked *asked);
assay_status metrics_latest(struct asked *asked);
assay_status page_overview(struct asked *asked);
assay_status page_run(struct asked *asked);
assay_status page_trend(struct asked *asked);
assay_status page_compare(struct asked *asked);
assay_status file_style(struct asked *asked);
assay_status file_app_style(struct asked *asked);
assay_status file_app_script(struct asked *asked);
assay_status file_script(struct asked *asked);
assay_status file_icon(struct asked *asked);

/* A page that says what went wrong. */
void page_failure(struct buf *out, unsigned status, const char *why);

#endif
