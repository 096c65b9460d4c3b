/* When to ask again.  Busy servers (429, 5xx), rate limits (403 with nothing remaining) and lost
 * connections are worth it; what is refused for another reason stays refused.
 * Why POST is another matter: a server that made the comment and then failed to say so would make a
 * second one. */
#include "ci/http/retry.h"

#include <math.h>
#include <string.h>
#include <time.h>

static assay_status send_by_http(void *context, const struct http_request *request,
                                 struct http_reply *reply, struct buf *error)
{
    (void)context;
    return http_send(request, reply, error);
}

static void wait_by_clock(void *context, double seconds)
{
    struct timespec left = {(time_t)seconds, (long)(fmod(seconds, 1) * 1e9)};
    (void)context;
    nanosleep(&left, NULL);
}

const struct transport RETRY_TRANSPORT = {send_by_http, wait_by_clock, NULL};

/* The server did not do it: too many requests. */
static bool is_limited(const struct http_reply *reply)
{
    return reply->status == 429 ||
           (reply->status == 403 && (reply->rate_limited || !isnan(reply->retry_after)));
}

bool retry_is_worth(assay_status status, const struct http_reply *reply)
{
    if (status != ASSAY_OK)
        return status == ASSAY_ERR_TIMEOUT || status == ASSAY_ERR_IO;
    return is_limited(reply) || (reply->status >= 500 && reply->status != 501);
}

double retry_wait(const struct http_reply *reply, unsigned tried)
{
    return isnan(reply->retry_after) ? ldexp(1, (int)(tried < 8 ? tried : 8) - 1)
                                     : reply->retry_after;
}

static assay_status too_long(const struct http_request *request, double seconds, struct buf *error)
{
    return buf_error(error, ASSAY_ERR_LIMIT,
                     "%s %s: the server's limit of requests is used up; it says to come back in "
                     "%.0f s",
                     request->method, request->url, ceil(seconds));
}

assay_status retry_send(const struct transport *transport, const struct http_request *request,
                        struct http_reply *reply, bool *ret_unsure, struct buf *error)
{
    const bool once = strcmp(request->method, "POST") == 0;
    *ret_unsure = false;
    for (unsigned tried = 1;; tried++) {
        http_reply_release(reply);
        http_reply_init(reply);
        assay_status status = transport->send(transport->context, request, reply, error);
        if (!retry_is_worth(status, reply) || tried == RETRY_TRIES_MAX)
            return status;
        double seconds = retry_wait(reply, tried);
        if (seconds > RETRY_WAIT_SECONDS_MAX)
            return too_long(request, seconds, error);
        transport->wait(transport->context, seconds);
        if (once && !(status == ASSAY_OK && is_limited(reply))) {
            *ret_unsure = true;
            return ASSAY_OK;
        }
    }
}
