/* The socket that a server listens on. */
#ifndef SERVE_HTTP_LISTEN_H
#define SERVE_HTTP_LISTEN_H

#include "serve/http/server.h"

/* Checks address and token as serve_run says, listens, and puts the address as a browser wants it
 * ("http://127.0.0.1:8080/") into `url`, which is initialized.  The caller closes the socket. */
ASSAY_USE_RESULT assay_status listen_open(const struct serve_request *request, int *ret_socket,
                                          struct buf *url, struct buf *error);

#endif
