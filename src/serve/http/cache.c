/* Answers are kept while the store stays as it is: many readers of one page cost one page.
 * Invariant: all entries are of one state of the store.  When it is full it starts anew, since the
 * working set of a dashboard is a handful of pages. */
#include <stdlib.h>
#include <string.h>

#include "serve/http/inside.h"

void cache_clear(struct cache *cache)
{
    for (size_t i = 0; i < cache->count; i++) {
        free(cache->entries[i].target);
        MHD_destroy_response(cache->entries[i].response);
    }
    cache->count = cache->bytes = 0;
}

struct MHD_Response *cache_find(struct cache *cache, const char *target, uint64_t state)
{
    double now = server_now();
    if (cache->state != state || now - cache->since > CACHE_SECONDS)
        cache_clear(cache);
    if (cache->count == 0)
        cache->since = now;
    cache->state = state;
    for (size_t i = 0; i < cache->count; i++)
        if (strcmp(cache->entries[i].target, target) == 0)
            return cache->entries[i].response;
    return NULL;
}

bool cache_add(struct cache *cache, const char *target, struct MHD_Response *response, size_t bytes)
{
    if (bytes > CACHE_BYTES_MAX / 2)
        return false;
    if (cache->count == CACHE_ENTRIES || cache->bytes + bytes > CACHE_BYTES_MAX)
        cache_clear(cache);
    char *copy = strdup(target);
    if (copy == NULL)
        return false;
    cache->entries[cache->count].target = copy;
    cache->entries[cache->count++].response = response;
    cache->bytes += bytes;
    return true;
}
