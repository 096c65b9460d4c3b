/* The context of a page.  Why the run before and not a baseline: a page is opened by those who
 * named none; who wants another one names it to `assay compare` or to the dashboard.
 * Invariant: a page is never held up by what it can do without. */
#include "session/page/context.h"

#include <stdlib.h>
#include <string.h>

#include "session/compare.h"
#include "session/gate/against.h"
#include "session/trend/trend.h"

static assay_status load_before(struct store *store, const struct run *run,
                                struct page_context *context, struct buf *error)
{
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    assay_status status = against_last(store, run, &context->before, error);
    if (status == ASSAY_ERR_NOT_FOUND)
        return ASSAY_OK;
    TRY(status);
    status = session_compare_results(&context->before, run, &rules, &context->arena,
                                     &context->moved, error);
    if (status == ASSAY_OK) {
        context->web.against = &context->before;
        context->web.moved = &context->moved;
    }
    return status == ASSAY_ERR_ARGUMENT ? ASSAY_OK : status; /* of another machine */
}

/* The ids of a run, sorted. */
struct ids {
    const char **items;
    size_t count;
};

static int compare_ids(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool takes(void *context, const struct benchmark *benchmark)
{
    const struct ids *ids = context;
    return bsearch(&benchmark->id, ids->items, ids->count, sizeof *ids->items, compare_ids) != NULL;
}

static assay_status find_releases(struct releases *releases, struct trend *trend)
{
    return releases != NULL ? releases_name_all(releases, trend) : trend_find_releases(trend, ".");
}

static assay_status load_history(struct store *store, const struct run *run,
                                 struct releases *releases, struct page_context *context)
{
    struct ids ids = {arena_alloc(&context->arena, run->results.count * sizeof *ids.items), 0};
    if (ids.items == NULL)
        return ASSAY_ERR_MEMORY;
    for (; ids.count < run->results.count; ids.count++)
        ids.items[ids.count] = run->results.items[ids.count].benchmark.id;
    qsort(ids.items, ids.count, sizeof *ids.items, compare_ids);
    const struct trend_request request = {.store = store,
                                          .filter = &(struct benchmark_filter){takes, &ids, 0},
                                          .metric = METRICS[METRIC_TIME].name,
                                          .since = "",
                                          .last = PAGE_HISTORY_POINTS};
    assay_status status = trend_load(&request, &context->trend);
    if (status == ASSAY_ERR_NOT_FOUND)
        return ASSAY_OK;
    TRY(status);
    TRY(trend_judge_all(&context->trend));
    TRY(find_releases(releases, &context->trend));
    context->web.trend = &context->trend;
    return ASSAY_OK;
}

assay_status page_context_load(struct store *store, const struct run *run,
                               struct releases *releases, struct page_context *ret_context,
                               struct buf *error)
{
    const size_t count = run->results.count;
    *ret_context = (struct page_context){.web = {0}};
    if (count == 0)
        return ASSAY_OK;
    TRY(load_before(store, run, ret_context, error));
    if (count > PAGE_HISTORIES_MAX)
        return ASSAY_OK;
    assay_status status = load_history(store, run, releases, ret_context);
    return status == ASSAY_OK || store->error.length == 0
               ? status
               : buf_error(error, status, "%s", store->error.text);
}

void page_context_release(struct page_context *context)
{
    trend_release(&context->trend);
    vec_release(&context->moved);
    run_release(&context->before);
    arena_release(&context->arena);
}
