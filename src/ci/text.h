/* What a comment and an issue say of findings. */
#ifndef CI_TEXT_H
#define CI_TEXT_H

#include "ci/post.h"
#include "exchange/findings.h"

enum { CI_BODY_MAX = 60000, CI_ROWS_MAX = 30 }; /* GitHub takes 65536 characters */

struct ci_text {
    const ci_finding_vec *findings;
    const char *key;    /* tells comments of several jobs apart */
    const char *commit; /* "" when not known */
    const char *link;   /* to the job; "" for none */
};

/* "<!-- assay KEY -->" in `arena`; NULL: no memory. */
const char *ci_marker(const char *key, struct arena *arena);

/* Whether a key may stand in a marker: letters, digits, '-', '_', '.', at most 64. */
bool ci_key_is_good(const char *key);

/* The body of a comment or an issue, marker first.  At most CI_BODY_MAX bytes. */
ASSAY_USE_RESULT assay_status ci_body(const struct ci_text *text, enum issue_wish wish,
                                      struct buf *out);

/* Failed: open.  Neither failed nor warned: close.  Between, the regression is not shown to be
 * gone: leave it. */
enum issue_wish ci_issue_wish(const ci_finding_vec *findings);

#endif
