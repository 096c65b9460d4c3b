/* Opening the socket ourselves and not through the HTTP library, so that a failure can say what to
 * do.  Invariant: no address beyond this machine is listened on without a token. */
#include "serve/http/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

struct place {
    union {
        struct sockaddr any;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
    } address;
    socklen_t length;
    bool is_loopback;
};

static bool read_address(const char *text, unsigned port, struct place *ret_place)
{
    struct place place = {.length = sizeof place.address.v4};
    if (inet_pton(AF_INET, text, &place.address.v4.sin_addr) == 1) {
        place.address.v4.sin_family = AF_INET;
        place.address.v4.sin_port = htons((uint16_t)port);
        place.is_loopback = ntohl(place.address.v4.sin_addr.s_addr) >> 24 == 127;
        *ret_place = place;
        return true;
    }
    place = (struct place){.length = sizeof place.address.v6};
    if (inet_pton(AF_INET6, text, &place.address.v6.sin6_addr) != 1)
        return false;
    place.address.v6.sin6_family = AF_INET6;
    place.address.v6.sin6_port = htons((uint16_t)port);
    place.is_loopback = IN6_IS_ADDR_LOOPBACK(&place.address.v6.sin6_addr);
    *ret_place = place;
    return true;
}

static assay_status check_token(const char *token, struct buf *error)
{
    static const char PLAIN[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
    size_t length = token != NULL ? strlen(token) : SERVE_TOKEN_MIN;
    if (length < SERVE_TOKEN_MIN || length > SERVE_TOKEN_MAX ||
        (token != NULL && strspn(token, PLAIN) != length))
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "a token has %d to %d letters, digits, '-', '_' or '.'; 'openssl rand "
                         "-hex 16' makes one",
                         SERVE_TOKEN_MIN, SERVE_TOKEN_MAX);
    return ASSAY_OK;
}

static assay_status check(const struct serve_request *request, struct place *ret_place,
                          struct buf *error)
{
    TRY(check_token(request->token, error));
    if (!read_address(request->address, request->port, ret_place))
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "'%s' is no address; it is given in numbers, as 127.0.0.1 or ::1",
                         request->address);
    if (!ret_place->is_loopback && request->token == NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "others can reach '%s': give a token that readers must know (--token), or "
                         "listen on 127.0.0.1",
                         request->address);
    return ASSAY_OK;
}

/* The port that was chosen when any would do. */
static unsigned port_of(int socket_fd)
{
    struct place place = {.length = sizeof place.address};
    if (getsockname(socket_fd, &place.address.any, &place.length) != 0)
        return 0;
    return ntohs(place.address.any.sa_family == AF_INET6 ? place.address.v6.sin6_port
                                                         : place.address.v4.sin_port);
}

assay_status listen_open(const struct serve_request *request, int *ret_socket, struct buf *url,
                         struct buf *error)
{
    struct place place = {.length = 0};
    TRY(check(request, &place, error));
    int family = place.address.any.sa_family, yes = 1;
    int opened = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    bool good = opened >= 0 &&
                setsockopt(opened, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) == 0 &&
                bind(opened, &place.address.any, place.length) == 0 && listen(opened, BACKLOG) == 0;
    if (!good) {
        int reason = errno;
        if (opened >= 0)
            close(opened);
        return buf_error(error, ASSAY_ERR_IO,
                         "cannot listen on %s, port %u: %s; --port 0 takes any free port",
                         request->address, request->port, strerror(reason));
    }
    bool is_v6 = family == AF_INET6;
    buf_printf(url, "http://%s%s%s:%u/", is_v6 ? "[" : "", request->address, is_v6 ? "]" : "",
               port_of(opened));
    *ret_socket = opened;
    return ASSAY_OK;
}
