/* Asking again when a server is busy, and how long to wait before. */
#ifndef CI_HTTP_RETRY_H
#define CI_HTTP_RETRY_H

#include "ci/http/http.h"

enum { RETRY_TRIES_MAX = 5, RETRY_WAIT_SECONDS_MAX = 60 };

/* How requests are sent and time passes; the real ones are RETRY_TRANSPORT. */
struct transport {
    assay_status (*send)(void *context, const struct http_request *request,
                         struct http_reply *reply, struct buf *error);
    void (*wait)(void *context, double seconds);
    void *context;
};
extern const struct transport RETRY_TRANSPORT;

/* Whether an answer, or `status` where there was none, is worth asking again. */
bool retry_is_worth(assay_status status, const struct http_reply *reply);

/* Seconds before try number `tried` + 1: what the server asks for, else 1, 2, 4, 8. */
double retry_wait(const struct http_reply *reply, unsigned tried);

/* Sends until there is an answer that is final, RETRY_TRIES_MAX times at most.
 *
 * ret_unsure  for a request that must not be done twice (POST): it may or may not have been done,
 *             the time to wait is over, and the caller has to look before it asks again.
 *
 * ASSAY_ERR_LIMIT: the server wants a longer wait than RETRY_WAIT_SECONDS_MAX.  Else as http_send.
 * An answer of any other kind, also one that refuses, is ASSAY_OK. */
ASSAY_USE_RESULT assay_status retry_send(const struct transport *transport,
                                         const struct http_request *request,
                                         struct http_reply *reply, bool *ret_unsure,
                                         struct buf *error);

#endif
