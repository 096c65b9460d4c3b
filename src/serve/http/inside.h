/* What the files of the server share. */
#ifndef SERVE_HTTP_INSIDE_H
#define SERVE_HTTP_INSIDE_H

#include <microhttpd.h>

#include "serve/answer.h"
#include "serve/http/events.h"
#include "serve/http/server.h"
#include "serve/kept/warm.h"

/* Answers of the store's present state, by target.  They also end after a few seconds, since
 * whether a run is under way can change without a word in the store. */
enum { CACHE_ENTRIES = 64, CACHE_BYTES_MAX = 32 << 20, CACHE_SECONDS = 5 };
struct cache {
    struct {
        char *target;
        struct MHD_Response *response;
    } entries[CACHE_ENTRIES];
    size_t count, bytes;
    uint64_t state;
    double since; /* when the first of them was made */
};

/* A connection, from its start to its end. */
struct visit {
    struct visit *previous, *next;
    int socket;
    double since; /* when it began to wait for what it waits for now */
    bool is_stream;
};

/* An open stream of events. */
struct stream {
    struct stream *previous, *next;
    struct server *server;
    struct MHD_Connection *connection;
    bool is_suspended;
    uint64_t at;      /* number of the next event */
    struct buf text;  /* what is being sent */
    size_t sent;      /* of it */
    double last_sent; /* when */
};

struct server {
    const struct serve_request *request;
    struct MHD_Daemon *daemon;
    struct source source;
    struct warming warming; /* of what it keeps */
    struct events events;
    struct cache cache;
    struct visit *visits;
    struct stream *streams;
    size_t stream_count, streams_max;
    bool is_ending;
};

/* Seconds of a clock that never goes back. */
double server_now(void);

/* exchange.c: the callbacks for requests. */
void *exchange_begin(void *server, const char *target, struct MHD_Connection *connection);
/* The list is that of MHD_AccessHandlerCallback. */
#define EXCHANGE_PARAMETERS                                                                        \
    void *server, struct MHD_Connection *connection, const char *url, const char *method,          \
        const char *version, const char *body, size_t *body_bytes, void **exchange
enum MHD_Result exchange_answer(EXCHANGE_PARAMETERS);
void exchange_end(void *server, struct MHD_Connection *connection, void **exchange,
                  enum MHD_RequestTerminationCode code);

/* The headers that every response of ours has. */
void exchange_add_headers(struct MHD_Response *response);

/* The visit that a connection belongs to. */
struct visit *exchange_visit(struct MHD_Connection *connection);

/* streams.c: opens a stream on the connection. */
enum MHD_Result stream_open(struct server *server, struct MHD_Connection *connection);
/* Wakes the streams that have something to send: news, or a sign of life. */
void streams_wake(struct server *server);

/* cache.c */
void cache_clear(struct cache *cache);
/* The answer for `target` in this state, or NULL; forgets those of other states. */
struct MHD_Response *cache_find(struct cache *cache, const char *target, uint64_t state);
/* Takes over a response of `bytes`; false when it is not kept. */
bool cache_add(struct cache *cache, const char *target, struct MHD_Response *response,
               size_t bytes);

#endif
