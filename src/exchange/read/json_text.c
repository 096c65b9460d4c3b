/* Reading large documents.  jansson takes memory for each member and each text, and gives it back
 * member by member: a third of the time that an import of a hundred thousand results took.  From an
 * arena memory comes in order and goes at once.
 * Invariants: 1. jansson's functions for memory are ours only while a text is parsed; 2. nothing
 * that was parsed is ever given back by jansson, since nobody takes the document's own count. */
#include "exchange/read/json_text.h"

static struct arena *in_use; /* jansson passes no context on; assay imports in one thread */

static void *take(size_t bytes)
{
    return arena_alloc(in_use, bytes);
}

static void keep(void *memory)
{
    (void)memory; /* goes with the arena */
}

json_t *json_text_load(const char *text, size_t length, struct arena *arena,
                       json_error_t *ret_error)
{
    json_malloc_t usual_take;
    json_free_t usual_give;
    json_get_alloc_funcs(&usual_take, &usual_give);
    in_use = arena;
    json_set_alloc_funcs(take, keep);
    json_t *document = json_loadb(text, length, JSON_REJECT_DUPLICATES, ret_error);
    json_set_alloc_funcs(usual_take, usual_give);
    in_use = NULL;
    return document;
}
