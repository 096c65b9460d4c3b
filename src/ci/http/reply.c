/* What servers say about waiting.  Three dialects: Retry-After (RFC 9110), X-RateLimit-Reset of
 * GitHub and Forgejo (seconds since 1970), RateLimit-Reset of GitLab (the same). */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ci/http/http.h"

void http_reply_init(struct http_reply *reply)
{
    *reply = (struct http_reply){.retry_after = (double)NAN};
    buf_init(&reply->body, HTTP_REPLY_MAX);
}

void http_reply_release(struct http_reply *reply)
{
    buf_release(&reply->body);
}

/* The number behind `name` and a colon; false: another header, or no number. */
static bool header_number(const char *line, size_t length, const char *name, double *ret_value)
{
    char copy[64];
    char *end;
    size_t size = strlen(name);
    if (length <= size + 1 || length - size > sizeof copy || strncasecmp(line, name, size) != 0 ||
        line[size] != ':')
        return false;
    memcpy(copy, line + size + 1, length - size - 1);
    copy[length - size - 1] = '\0';
    double value = strtod(copy, &end);
    if (end == copy || !isfinite(value) || value < 0)
        return false;
    while (isspace((unsigned char)*end))
        end++;
    *ret_value = value;
    return *end == '\0'; /* a date is told by its rest */
}

void http_reply_header(struct http_reply *reply, const char *line, size_t length, double now)
{
    double value;
    if (header_number(line, length, "Retry-After", &value)) {
        reply->retry_after = value;
    } else if (header_number(line, length, "X-RateLimit-Remaining", &value) ||
               header_number(line, length, "RateLimit-Remaining", &value)) {
        reply->rate_limited = value < 1;
    } else if (header_number(line, length, "X-RateLimit-Reset", &value) ||
               header_number(line, length, "RateLimit-Reset", &value)) {
        if (isnan(reply->retry_after))
            reply->retry_after = value > now ? value - now : 0;
    }
}
