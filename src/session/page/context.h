/* What a page shows of a run beside the run: the run before it, what moved since, its benchmarks'
 * histories. */
#ifndef SESSION_PAGE_CONTEXT_H
#define SESSION_PAGE_CONTEXT_H

#include "report/web/web.h"
#include "session/trend/trend.h"
#include "store/store.h"

/* Histories are for runs of at most so many benchmarks, and have at most so many values each: a
 * page of a thousand has better to do. */
enum { PAGE_HISTORIES_MAX = 200, PAGE_HISTORY_POINTS = 100 };

struct page_context {
    struct arena arena;
    struct run before; /* empty when there is none */
    comparison_vec moved;
    struct trend trend;
    struct web_context web; /* the above, as web_view wants it */
};

/* Fills the context of a stored run; `releases` are what is known of them, or NULL.  That there is
 * no run before it, or no history, is not an error.  Free with page_context_release, also after a
 * failure. */
ASSAY_USE_RESULT assay_status page_context_load(struct store *store, const struct run *run,
                                                struct releases *releases,
                                                struct page_context *ret_context,
                                                struct buf *error);
void page_context_release(struct page_context *context);

#endif
