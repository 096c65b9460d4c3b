/* What a run was asked to measure, and of what: enough to ask the same again and to see whether it
 * still is the same. */
#ifndef SESSION_RESUME_ORIGIN_H
#define SESSION_RESUME_ORIGIN_H

#include "session/catalog.h"

/* The words of the command line that choose benchmarks. */
struct origin_words {
    char **items;
    size_t count;
};

/* The origin as a text for the store: the words, each module with the hash of its content, and a
 * hash of the benchmarks in their order.  "" when it cannot be written down (a path that is not
 * UTF-8): such a run cannot be resumed.  NULL when memory is out. */
const char *origin_describe(char *const *words, int count, const struct catalog *catalog,
                            struct arena *arena);

/* The words of an origin.  ASSAY_ERR_PARSE: the text is none. */
ASSAY_USE_RESULT assay_status origin_words(const char *origin, struct arena *arena,
                                           struct origin_words *ret_words);

/* Appends what differs between two origins, in words, to `text`; nothing when they agree. */
void origin_difference(const char *then, const char *now, struct buf *text);

#endif
