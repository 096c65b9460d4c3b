/* The server's loop: requests, news of the store, connections that take too long.
 *
 * Why one thread and no more: answers come from one store and a cache and take milliseconds, so a
 * queue is shorter than what locks would cost to get right; open streams are suspended and cost
 * nothing.  What may take long is bounded instead: questions to the store (source.c), points of a
 * trend (answer.c), waiting for a client (here).
 *
 * Why a limit beside that of MHD: its own begins anew with every byte, so that a client which sends
 * one byte every few seconds would be waited for until the end of days. */
#include "serve/http/server.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "serve/http/inside.h"
#include "serve/http/listen.h"

enum {
    LOOP_MS = 100,            /* how late news and the wish to end may be noticed */
    IDLE_SECONDS = 10,        /* between two bytes */
    CONNECTION_BYTES = 16384, /* of a request's line and headers, and of the answer's */
    CONNECTIONS_MAX = 2048,
    DESCRIPTORS_OWN = 64, /* that are no connections */
    DESCRIPTORS_MAX = CONNECTIONS_MAX + DESCRIPTORS_OWN,
};

/* For a whole request, and for a whole answer to be taken. */
#define PATIENCE_SECONDS 30.0

bool serve_is_built(void)
{
    return true;
}

double server_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* Connections. */

static void visit_begin(struct server *server, struct MHD_Connection *connection, void **context)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct visit *visit = calloc(1, sizeof *visit);
    if (visit == NULL)
        return; /* then MHD's own limit is all there is */
    *visit = (struct visit){.next = server->visits,
                            .socket = info != NULL ? info->connect_fd : -1,
                            .since = server_now()};
    if (server->visits != NULL)
        server->visits->previous = visit;
    server->visits = visit;
    *context = visit;
}

static void visit_end(struct server *server, struct visit *visit)
{
    if (visit == NULL)
        return;
    if (visit->previous != NULL)
        visit->previous->next = visit->next;
    else
        server->visits = visit->next;
    if (visit->next != NULL)
        visit->next->previous = visit->previous;
    free(visit);
}

static void visit_changed(void *context, struct MHD_Connection *connection, void **visit,
                          enum MHD_ConnectionNotificationCode code)
{
    if (code == MHD_CONNECTION_NOTIFY_STARTED)
        visit_begin(context, connection, visit);
    else
        visit_end(context, *visit);
}

/* MHD sees the closed socket and does the rest. */
static void end_slow_visits(const struct server *server)
{
    double now = server_now();
    for (const struct visit *visit = server->visits; visit != NULL; visit = visit->next)
        if (!visit->is_stream && now - visit->since > PATIENCE_SECONDS)
            shutdown(visit->socket, SHUT_RDWR);
}

/* A stream needs a descriptor as long as it is open: as many as the system lets us have. */
static unsigned connections_allowed(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return CONNECTIONS_MAX / 4;
    if (limit.rlim_cur < DESCRIPTORS_MAX) {
        limit.rlim_cur = limit.rlim_max < DESCRIPTORS_MAX ? limit.rlim_max : DESCRIPTORS_MAX;
        setrlimit(RLIMIT_NOFILE, &limit);
        getrlimit(RLIMIT_NOFILE, &limit);
    }
    if (limit.rlim_cur >= DESCRIPTORS_MAX)
        return CONNECTIONS_MAX;
    return limit.rlim_cur > 2 * DESCRIPTORS_OWN ? (unsigned)limit.rlim_cur - DESCRIPTORS_OWN
                                                : DESCRIPTORS_OWN;
}

/* The loop. */

static void run_loop(struct server *server)
{
    double looked = server_now();
    while (*server->request->stop == 0) {
        MHD_run_wait(server->daemon, LOOP_MS);
        double now = server_now();
        if (now - looked < LOOP_MS * 1e-3)
            continue;
        looked = now;
        events_look(&server->events, &server->source);
        streams_wake(server);
        end_slow_visits(server);
        warm_next(&server->warming, &server->source);
    }
    server->is_ending = true;
    streams_wake(server);
    MHD_run(server->daemon); /* MHD wants no suspended connection when it ends */
}

static assay_status start(struct server *server, int listener, struct buf *error)
{
    const unsigned connections = connections_allowed();
    server->streams_max = connections - connections / 4; /* others want to get through, too */
    server->daemon = MHD_start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME, 0, NULL, NULL, exchange_answer, server,
        MHD_OPTION_LISTEN_SOCKET, listener, MHD_OPTION_CONNECTION_LIMIT, connections,
        MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)IDLE_SECONDS, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)CONNECTION_BYTES, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_URI_LOG_CALLBACK,
        exchange_begin, server, MHD_OPTION_NOTIFY_COMPLETED, exchange_end, server,
        MHD_OPTION_NOTIFY_CONNECTION, visit_changed, server, MHD_OPTION_END);
    return server->daemon != NULL ? ASSAY_OK
                                  : buf_error(error, ASSAY_ERR_IO, "cannot start the HTTP server");
}

static assay_status serve_at(struct server *server, int listener, const char *url,
                             struct buf *error)
{
    const struct serve_request *request = server->request;
    assay_status status = start(server, listener, error);
    if (status != ASSAY_OK) {
        close(listener);
        return status;
    }
    events_start(&server->events, &server->source);
    status = request->ready(request->context, url);
    if (status == ASSAY_OK)
        run_loop(server);
    MHD_stop_daemon(server->daemon); /* closes the listener as well */
    events_release(&server->events);
    cache_clear(&server->cache);
    return status;
}

assay_status serve_run(const struct serve_request *request, struct buf *error)
{
    struct server server = {.request = request, .warming = {.runs_min = WARM_RUNS_MIN}};
    BUF_AUTO url;
    int listener;
    buf_init(&url, 4096);
    assay_status status = source_open(request->store, request->claims, &server.source, error);
    if (status == ASSAY_OK)
        status = listen_open(request, &listener, &url, error);
    if (status == ASSAY_OK)
        status = serve_at(&server, listener, url.text, error);
    warming_release(&server.warming);
    source_close(&server.source);
    return status;
}
