/* One comment on a pull request, one issue for a repository: made once, then updated in place.
 * They are found again by a marker, a comment of HTML that nobody sees. */
#ifndef CI_POST_H
#define CI_POST_H

#include "base/vec.h"
#include "ci/forge.h"
#include "ci/http/retry.h"

enum post_did { POST_NOTHING, POST_CREATED, POST_UPDATED, POST_UNCHANGED, POST_CLOSED, POST_TOLD };

/* One request that was not sent, for --dry-run. */
struct post_step {
    const char *method, *url;
    const char *body; /* JSON; "" for none */
    const char *when; /* "": always */
};
typedef VEC(struct post_step) post_step_vec;

struct post {
    const struct forge *forge;
    const struct transport *transport;
    struct arena *arena;
    post_step_vec *steps; /* instead of sending; NULL: send */
};

struct post_result {
    enum post_did did;
    uint64_t id;     /* 0: of nothing */
    const char *url; /* "" where the forge tells none */
};

const char *post_did_name(enum post_did did);

/* Makes the comment whose text has `marker`, or replaces its text by `body`, which has it, too.
 * ASSAY_ERR_IO: the server refuses, or cannot be reached; others as retry_send and reply_list. No
 * text has a token. */
ASSAY_USE_RESULT assay_status post_comment(const struct post *post, const char *marker,
                                           const char *body, struct post_result *ret_result,
                                           struct buf *error);

/* What becomes of the issue: opened (or updated), closed with `body` as its last text, or left as
 * it is, whatever it is. */
enum issue_wish { ISSUE_OPEN, ISSUE_CLOSE, ISSUE_LEAVE };
ASSAY_USE_RESULT assay_status post_issue(const struct post *post, enum issue_wish wish,
                                         const char *marker, const char *body,
                                         struct post_result *ret_result, struct buf *error);

#endif
