/* What stands for the server in a build without libmicrohttpd.
 * The command is there all the same, so that its help says what it would do. */
#include "serve/http/server.h"

bool serve_is_built(void)
{
    return false;
}

assay_status serve_run(const struct serve_request *request, struct buf *error)
{
    (void)request;
    return buf_error(error, ASSAY_ERR_VERSION,
                     "this assay was built without libmicrohttpd, so it cannot serve; install the "
                     "package libmicrohttpd-dev and build it again");
}
