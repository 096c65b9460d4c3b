/* Streams of server-sent events.  Why a thousand of them cost so little: a stream that has nothing
 * to say is suspended, which takes it out of the event loop until there is news.
 *
 * Invariant: a stream is in the server's list from its opening until MHD frees it, and suspended
 * only when all that was told has been sent. */
#include <stdlib.h>
#include <string.h>

#include "serve/http/inside.h"

/* So often a quiet stream shows that it lives, and thereby learns that its reader is gone. */
#define SIGN_OF_LIFE_SECONDS 15.0

static const char SIGN_OF_LIFE[] = ": still here\n\n";

static void set_text(struct stream *stream, const char *text)
{
    buf_clear(&stream->text);
    buf_puts(&stream->text, text);
    stream->sent = 0;
    stream->last_sent = server_now();
}

static bool is_quiet(const struct stream *stream)
{
    return server_now() - stream->last_sent >= SIGN_OF_LIFE_SECONDS;
}

/* What MHD calls for more; the length of what was put into `room`. */
static ssize_t stream_read(void *context, uint64_t position, char *room, size_t room_bytes)
{
    struct stream *stream = context;
    struct server *server = stream->server;
    (void)position;
    if (server->is_ending || stream->text.status != ASSAY_OK)
        return MHD_CONTENT_READER_END_OF_STREAM;
    if (stream->sent == stream->text.length) {
        const char *text = events_take(&server->events, &stream->at);
        if (text != NULL || is_quiet(stream))
            set_text(stream, text != NULL ? text : SIGN_OF_LIFE);
    }
    size_t bytes = stream->text.length - stream->sent;
    if (bytes == 0) {
        stream->is_suspended = true;
        MHD_suspend_connection(stream->connection);
        return 0;
    }
    bytes = bytes < room_bytes ? bytes : room_bytes;
    memcpy(room, stream->text.text + stream->sent, bytes);
    stream->sent += bytes;
    return (ssize_t)bytes;
}

static void stream_free(void *context)
{
    struct stream *stream = context;
    struct server *server = stream->server;
    if (stream->previous != NULL)
        stream->previous->next = stream->next;
    else
        server->streams = stream->next;
    if (stream->next != NULL)
        stream->next->previous = stream->previous;
    server->stream_count--;
    buf_release(&stream->text);
    free(stream);
}

static void stream_link(struct server *server, struct stream *stream)
{
    stream->next = server->streams;
    if (server->streams != NULL)
        server->streams->previous = stream;
    server->streams = stream;
    server->stream_count++;
}

static enum MHD_Result busy(struct MHD_Connection *connection)
{
    static char words[] = "too many open streams; try again later\n";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(strlen(words), words, MHD_RESPMEM_PERSISTENT);
    if (response == NULL)
        return MHD_NO;
    exchange_add_headers(response);
    MHD_add_response_header(response, "Content-Type", "text/plain; charset=utf-8");
    MHD_add_response_header(response, "Retry-After", "30");
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_SERVICE_UNAVAILABLE, response);
    MHD_destroy_response(response);
    return result;
}

enum MHD_Result stream_open(struct server *server, struct MHD_Connection *connection)
{
    enum { BLOCK_BYTES = 1024, TEXT_BYTES_MAX = 256 * 1024 };
    if (server->stream_count >= server->streams_max)
        return busy(connection);
    struct stream *stream = calloc(1, sizeof *stream);
    if (stream == NULL)
        return MHD_NO;
    struct visit *visit = exchange_visit(connection);
    stream->server = server;
    stream->connection = connection;
    stream->at = server->events.next;
    buf_init(&stream->text, TEXT_BYTES_MAX);
    set_text(stream, "retry: 3000\n\n");
    stream_link(server, stream);
    struct MHD_Response *response = MHD_create_response_from_callback(
        MHD_SIZE_UNKNOWN, BLOCK_BYTES, stream_read, stream, stream_free);
    if (response == NULL) {
        stream_free(stream);
        return MHD_NO;
    }
    exchange_add_headers(response);
    MHD_add_response_header(response, "Content-Type", "text/event-stream");
    if (visit != NULL)
        visit->is_stream = true;
    enum MHD_Result result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

void streams_wake(struct server *server)
{
    for (struct stream *stream = server->streams; stream != NULL; stream = stream->next) {
        bool has_news = stream->at < server->events.next;
        if (!stream->is_suspended || !(has_news || is_quiet(stream) || server->is_ending))
            continue;
        stream->is_suspended = false;
        MHD_resume_connection(stream->connection);
    }
}
