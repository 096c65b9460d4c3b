/* Addresses of servers: told from paths, and shown without what is secret in them.
 * Invariant: no byte of a password gets into a shown address, wherever in it the password stands.
 */
#include <string.h>

#include "store/postgres/postgres.h"

static const char *const SCHEMES[] = {"postgresql://", "postgres://"};

static size_t scheme_length(const char *where)
{
    for (size_t i = 0; i < sizeof SCHEMES / sizeof *SCHEMES; i++)
        if (strncmp(where, SCHEMES[i], strlen(SCHEMES[i])) == 0)
            return strlen(SCHEMES[i]);
    return 0;
}

bool postgres_is_address(const char *where)
{
    return scheme_length(where) > 0;
}

/* "user:password@" without the password: it ends at the last '@' before the path begins. */
static const char *add_user(const char *at, struct buf *out)
{
    size_t authority = strcspn(at, "/?");
    const char *end = memrchr(at, '@', authority);
    if (end == NULL)
        return at;
    size_t user = strcspn(at, ":@");
    buf_add(out, at, user);
    if (at + user < end)
        buf_puts(out, ":***");
    return end;
}

void postgres_add_shown(const char *where, struct buf *out)
{
    static const char KEY[] = "password=";
    const char *at = where + scheme_length(where);
    buf_add(out, where, (size_t)(at - where));
    at = add_user(at, out);
    while (*at != '\0') {
        const bool starts = (*at == '?' || *at == '&') && strstr(at, KEY) != NULL;
        size_t length = 1 + strcspn(at + 1, "?&");
        /* Also "sslpassword=". */
        const char *key = starts ? memmem(at, length, KEY, sizeof KEY - 1) : NULL;
        if (key != NULL) {
            buf_add(out, at, (size_t)(key - at) + sizeof KEY - 1);
            buf_puts(out, "***");
        } else {
            buf_add(out, at, length);
        }
        at += length;
    }
}
