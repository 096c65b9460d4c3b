/* The web server: a socket, one thread, the store behind it. */
#ifndef SERVE_HTTP_SERVER_H
#define SERVE_HTTP_SERVER_H

#include <signal.h>

#include "model/model.h"

struct serve_request {
    const char *address; /* numbers: "127.0.0.1", "::1" */
    unsigned port;       /* 0: any that is free */
    const char *token;   /* what clients must know; NULL: nothing, on a loopback address alone */
    const char *store;   /* path */
    const claim_vec *claims;
    const volatile sig_atomic_t *stop; /* above 0: end */
    /* Told once, when requests are answered from now on. */
    assay_status (*ready)(void *context, const char *url);
    void *context;
};

enum { SERVE_TOKEN_MIN = 16, SERVE_TOKEN_MAX = 256 };

/* Answers until told to stop.
 * ASSAY_ERR_ARGUMENT  no address, or one that others reach without a token; a token that is short
 *                     or has other bytes than letters, digits, '-', '_' and '.'.
 * ASSAY_ERR_IO        the address cannot be listened on.
 * ASSAY_ERR_VERSION   built without the HTTP library.   Also the errors of store_open.
 * Texts go to `error`. */
ASSAY_USE_RESULT assay_status serve_run(const struct serve_request *request, struct buf *error);

/* Whether this assay can serve at all. */
bool serve_is_built(void);

#endif
