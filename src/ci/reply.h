/* What forges answer: lists of comments and issues, and what they refuse with. */
#ifndef CI_REPLY_H
#define CI_REPLY_H

#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"

/* How one kind of thing is written. */
struct reply_shape {
    const char *id, *body, *url; /* names of members; the url may be absent */
};

/* A comment or an issue; texts belong to the arena, "" where there is none. */
struct reply_item {
    uint64_t id;
    const char *body, *url;
};
struct reply_page {
    VEC(struct reply_item) items;
    size_t listed; /* with what is left out */
};

/* Appends the items of a list; pull requests, which some forges list among the issues, are left
 * out.  Free page->items, also after a failure.  ASSAY_ERR_PARSE: not such a list; `error` says
 * where. ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status reply_list(const char *text, size_t length,
                                         const struct reply_shape *shape, struct arena *arena,
                                         struct reply_page *page, struct buf *error);

/* One item. */
ASSAY_USE_RESULT assay_status reply_one(const char *text, size_t length,
                                        const struct reply_shape *shape, struct arena *arena,
                                        struct reply_item *ret_item, struct buf *error);

/* Adds why the server refused, in its own words, on one line; nothing when it gives no reason. */
void reply_reason(const char *text, size_t length, struct buf *out);

#endif
