/* One HTTP request and its answer.  Built with libcurl, or as a refusal that says what to install.
 *
 * No address is followed elsewhere: a token must reach nobody but the server that it is meant for.
 */
#ifndef CI_HTTP_HTTP_H
#define CI_HTTP_HTTP_H

#include <stdbool.h>

#include "base/buf.h"

enum { HTTP_REPLY_MAX = 16 << 20, HTTP_SECONDS_MAX = 30 };

struct http_request {
    const char *method, *url;
    const char *body;           /* JSON; NULL: none */
    const char *const *headers; /* "Name: value"; ends with NULL */
};

/* What came back; free with http_reply_release. */
struct http_reply {
    long status; /* 0: nothing did */
    struct buf body;
    double retry_after; /* seconds that the server asks to wait; NaN: it does not say */
    bool rate_limited;  /* it says that there were too many requests */
};

void http_reply_init(struct http_reply *reply);
void http_reply_release(struct http_reply *reply);

/* Takes a header's line into the reply: Retry-After in seconds, X-RateLimit-Remaining and -Reset,
 * RateLimit-Reset.  `now` is seconds since 1970. */
void http_reply_header(struct http_reply *reply, const char *line, size_t length, double now);

/* ASSAY_ERR_TIMEOUT: no answer in HTTP_SECONDS_MAX.  ASSAY_ERR_IO: no connection.  ASSAY_ERR_LIMIT:
 * longer than HTTP_REPLY_MAX.  ASSAY_ERR_ARGUMENT: no such address, or assay was built without
 * libcurl.  The text in `error` has the address and never a header. */
ASSAY_USE_RESULT assay_status http_send(const struct http_request *request,
                                        struct http_reply *reply, struct buf *error);

#endif
