/* Requests where libcurl was not there when assay was built: everything that needs no network still
 * works, --dry-run among it. */
#include "ci/http/http.h"

assay_status http_send(const struct http_request *request, struct http_reply *reply,
                       struct buf *error)
{
    (void)reply;
    return buf_error(error, ASSAY_ERR_ARGUMENT,
                     "%s %s: this assay was built without libcurl; install libcurl4-openssl-dev "
                     "and build again, or print the request with --dry-run",
                     request->method, request->url);
}
