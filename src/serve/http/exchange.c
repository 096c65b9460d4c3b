/* One request: is it one that we answer, may this client ask, and what is sent.
 *
 * Why the name of the host is looked at: a page of any site may ask this machine's browser for
 * http://its.name/ and make that name mean 127.0.0.1; it would then read the answer as its own.
 *
 * Invariants: 1. a body is never read; 2. without the token nothing of the store is looked at. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "serve/http/inside.h"

static const char POLICY[] =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
static const char COOKIE[] = "assay_token";

struct exchange {
    bool is_seen; /* its headers */
    assay_status status;
    char why[256];
    char target[REQUEST_BYTES_MAX + 1]; /* "" when it was too long */
    struct request request;
};

void *exchange_begin(void *server, const char *target, struct MHD_Connection *connection)
{
    struct exchange *exchange = calloc(1, sizeof *exchange);
    BUF_AUTO error;
    (void)server;
    (void)connection;
    if (exchange == NULL)
        return NULL;
    buf_init(&error, sizeof exchange->why - 1);
    exchange->status = request_parse(target, &exchange->request, &error);
    snprintf(exchange->why, sizeof exchange->why, "%s", error.text);
    if (strlen(target) <= REQUEST_BYTES_MAX)
        snprintf(exchange->target, sizeof exchange->target, "%s", target);
    return exchange;
}

void exchange_end(void *server, struct MHD_Connection *connection, void **exchange,
                  enum MHD_RequestTerminationCode code)
{
    struct visit *visit = exchange_visit(connection);
    (void)server;
    (void)code;
    free(*exchange);
    *exchange = NULL;
    if (visit != NULL)
        visit->since = server_now();
}

struct visit *exchange_visit(struct MHD_Connection *connection)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
    return info != NULL ? info->socket_context : NULL;
}

void exchange_add_headers(struct MHD_Response *response)
{
    MHD_add_response_header(response, "Content-Security-Policy", POLICY);
    MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
    MHD_add_response_header(response, "Referrer-Policy", "no-referrer");
    MHD_add_response_header(response, "Cross-Origin-Resource-Policy", "same-origin");
    MHD_add_response_header(response, "Cache-Control", "no-cache");
}

/* Hands the body over to the response; NULL when memory is out. */
static struct MHD_Response *response_of(struct answer *answer)
{
    bool is_owned = answer->body.capacity > 0;
    struct MHD_Response *response =
        MHD_create_response_from_buffer(answer->body.length, answer->body.text,
                                        is_owned ? MHD_RESPMEM_MUST_FREE : MHD_RESPMEM_PERSISTENT);
    if (response == NULL) {
        buf_release(&answer->body);
        return NULL;
    }
    exchange_add_headers(response);
    MHD_add_response_header(response, "Content-Type", answer->type);
    return response;
}

static enum MHD_Result send_response(struct MHD_Connection *connection, unsigned status,
                                     struct MHD_Response *response)
{
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_queue_response(connection, status, response);
    MHD_destroy_response(response);
    return result;
}

/* A failure with one header of its own, which may be NULL. */
static enum MHD_Result refuse(struct MHD_Connection *connection, unsigned status, const char *why,
                              const char *header, const char *value)
{
    struct answer answer = {.type = "text/plain; charset=utf-8"};
    buf_init(&answer.body, 4096);
    buf_printf(&answer.body, "%s\n", why);
    struct MHD_Response *response = response_of(&answer);
    if (response != NULL && header != NULL)
        MHD_add_response_header(response, header, value);
    return send_response(connection, status, response);
}

static const char *header_of(struct MHD_Connection *connection, const char *name)
{
    return MHD_lookup_connection_value(connection, MHD_HEADER_KIND, name);
}

static bool has_body(struct MHD_Connection *connection)
{
    const char *length = header_of(connection, "Content-Length");
    return header_of(connection, "Transfer-Encoding") != NULL ||
           (length != NULL && strcmp(length, "0") != 0);
}

/* Whether `host` is `name`, with a port or without. */
static bool is_host(const char *host, const char *name)
{
    size_t length = strlen(name);
    if (strncasecmp(host, name, length) != 0)
        return false;
    return host[length] == '\0' ||
           (host[length] == ':' &&
            strspn(host + length + 1, "0123456789") == strlen(host + length + 1));
}

static bool is_our_host(const struct server *server, struct MHD_Connection *connection)
{
    const char *host = header_of(connection, "Host");
    char bracketed[64] = "";
    if (server->request->token != NULL || host == NULL)
        return true;
    if (strlen(server->request->address) < sizeof bracketed - 2) {
        bracketed[0] = '[';
        strncpy(bracketed + 1, server->request->address, sizeof bracketed - 3);
        bracketed[strlen(bracketed)] = ']';
    }
    return is_host(host, "localhost") || is_host(host, server->request->address) ||
           is_host(host, bracketed);
}

/* In a time that does not depend on where they differ. */
static bool is_token(const struct server *server, const char *given)
{
    const char *token = server->request->token;
    size_t length = strlen(token), given_length = given != NULL ? strlen(given) : 0;
    unsigned char difference = given_length != length;
    for (size_t i = 0; i < given_length; i++)
        difference |= (unsigned char)(given[i] ^ token[i % length]);
    return difference == 0;
}

static bool may_ask(const struct server *server, struct MHD_Connection *connection)
{
    static const char SCHEME[] = "Bearer ";
    const char *authorization = header_of(connection, "Authorization");
    if (server->request->token == NULL)
        return true;
    if (authorization != NULL && strncasecmp(authorization, SCHEME, strlen(SCHEME)) == 0)
        return is_token(server, authorization + strlen(SCHEME));
    return is_token(server, MHD_lookup_connection_value(connection, MHD_COOKIE_KIND, COOKIE));
}

/* The same address without the token. */
static void add_target(struct buf *out, const struct request *request)
{
    const char *before = "?";
    for (size_t i = 0; i < request->segment_count; i++) {
        buf_putc(out, '/');
        request_encode(out, request->segments[i]);
    }
    if (request->segment_count == 0)
        buf_putc(out, '/');
    for (size_t i = 0; i < request->parameter_count; i++) {
        if (strcmp(request->parameters[i].name, "token") == 0)
            continue;
        buf_puts(out, before);
        request_encode(out, request->parameters[i].name);
        buf_putc(out, '=');
        request_encode(out, request->parameters[i].value);
        before = "&";
    }
}

/* A browser that comes with the right token in the address keeps it as a cookie: what it loads and
 * listens to later has no other way to show it, and the address bar is rid of it. */
static enum MHD_Result let_in(struct server *server, struct MHD_Connection *connection,
                              const struct request *request)
{
    struct answer answer = {.type = "text/plain; charset=utf-8"};
    BUF_AUTO cookie, target;
    buf_init(&cookie, 1024);
    buf_init(&target, 8 * REQUEST_BYTES_MAX);
    buf_init(&answer.body, 16);
    buf_printf(&cookie, "%s=%s; HttpOnly; SameSite=Strict; Path=/", COOKIE, server->request->token);
    add_target(&target, request);
    struct MHD_Response *response = response_of(&answer);
    if (response != NULL) {
        MHD_add_response_header(response, "Set-Cookie", cookie.text);
        MHD_add_response_header(response, "Location", target.text);
    }
    return send_response(connection, MHD_HTTP_SEE_OTHER, response);
}

static bool is_events(const struct request *request)
{
    return request->segment_count == 1 && strcmp(request->segments[0], "events") == 0;
}

/* From the cache, or made now; a good answer is kept. */
static enum MHD_Result send_answer(struct server *server, struct MHD_Connection *connection,
                                   const struct exchange *exchange)
{
    struct answer answer;
    struct store *store;
    uint64_t state;
    bool is_known = source_store(&server->source, &store, &state, NULL) == ASSAY_OK;
    struct MHD_Response *kept =
        is_known ? cache_find(&server->cache, exchange->target, state) : NULL;
    if (kept != NULL)
        return MHD_queue_response(connection, MHD_HTTP_OK, kept);
    answer_request(&server->source, &exchange->request, &answer);
    size_t bytes = answer.body.length;
    struct MHD_Response *response = response_of(&answer);
    if (response == NULL)
        return MHD_NO;
    enum MHD_Result result = MHD_queue_response(connection, answer.status, response);
    if (answer.status != MHD_HTTP_OK || !is_known ||
        !cache_add(&server->cache, exchange->target, response, bytes))
        MHD_destroy_response(response);
    return result;
}

static enum MHD_Result send_failure(struct MHD_Connection *connection,
                                    const struct exchange *exchange)
{
    struct answer answer = {.status = 0};
    buf_init(&answer.body, 0);
    answer_failure(&exchange->request, exchange->status, exchange->why, &answer);
    unsigned status = exchange->status == ASSAY_ERR_LIMIT ? MHD_HTTP_URI_TOO_LONG : answer.status;
    return send_response(connection, status, response_of(&answer));
}

static enum MHD_Result answer_to(struct server *server, struct MHD_Connection *connection,
                                 const struct exchange *exchange, bool is_head)
{
    const struct request *request = &exchange->request;
    if (!is_our_host(server, connection))
        return refuse(connection, MHD_HTTP_MISDIRECTED_REQUEST,
                      "this server answers to localhost and its own address alone", NULL, NULL);
    if (exchange->status != ASSAY_OK)
        return send_failure(connection, exchange);
    const char *token = request_parameter(request, "token", NULL);
    if (server->request->token != NULL && token != NULL && is_token(server, token))
        return let_in(server, connection, request);
    if (!may_ask(server, connection))
        return refuse(connection, MHD_HTTP_UNAUTHORIZED,
                      "a token is needed: 'Authorization: Bearer TOKEN', or ?token=TOKEN once",
                      "WWW-Authenticate", "Bearer");
    if (is_events(request))
        return is_head ? refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED,
                                "a stream has no end that HEAD could wait for", "Allow", "GET")
                       : stream_open(server, connection);
    return send_answer(server, connection, exchange);
}

/* What its method and headers rule out. */
static enum MHD_Result check_head(struct MHD_Connection *connection, const char *method)
{
    if (strcmp(method, MHD_HTTP_METHOD_HEAD) != 0 && strcmp(method, MHD_HTTP_METHOD_GET) != 0)
        return refuse(connection, MHD_HTTP_METHOD_NOT_ALLOWED, "this server only reads: GET, HEAD",
                      "Allow", "GET, HEAD");
    if (has_body(connection))
        return refuse(connection, MHD_HTTP_CONTENT_TOO_LARGE, "a request here has no body", NULL,
                      NULL);
    return MHD_YES;
}

/* Called when the headers are there, and again when all is.  An answer to the first call ends the
 * connection, which is right for what is refused, and wrong for all else. */
/* NOLINTBEGIN(readability-function-size,readability-non-const-parameter): libmicrohttpd's */
enum MHD_Result exchange_answer(EXCHANGE_PARAMETERS)
/* NOLINTEND(readability-function-size,readability-non-const-parameter) */
{
    struct exchange *asked = *exchange;
    struct visit *visit = exchange_visit(connection);
    (void)url;
    (void)version;
    (void)body;
    if (asked == NULL || *body_bytes > 0)
        return MHD_NO; /* out of memory, or a body after all: the connection ends */
    if (visit != NULL)
        visit->since = server_now();
    if (!asked->is_seen) {
        asked->is_seen = true;
        return check_head(connection, method);
    }
    return answer_to(server, connection, asked, strcmp(method, MHD_HTTP_METHOD_HEAD) == 0);
}
