/* Warming up.  Why the newest run: what is clicked on is there, and a benchmark that is gone has
 * nobody who waits for it.  Why one trend a time: whoever asks meanwhile waits for that one alone.
 * Failures end it without a word: who asks for the trend is told. */
#include "serve/kept/warm.h"

void warming_release(struct warming *warming)
{
    vec_release(&warming->names);
    arena_release(&warming->arena);
    *warming = (struct warming){.is_started = true};
}

static assay_status add_name(struct warming *warming, const char *id)
{
    const char **name = vec_add(&warming->names);
    if (name == NULL)
        return ASSAY_ERR_MEMORY;
    *name = arena_copy(&warming->arena, id);
    return *name != NULL ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status add_names(struct warming *warming, const struct outline *outline)
{
    for (size_t i = outline->results.count; i-- > 0;) {
        const struct outline_result *result = &outline->results.items[i];
        if (outline_point(outline, result, METRICS[METRIC_TIME].name) != NULL)
            TRY(add_name(warming, result->benchmark->id));
    }
    return ASSAY_OK;
}

static assay_status find_names(struct warming *warming, struct store *store)
{
    run_row_vec rows = {0};
    struct outline outline;
    assay_status status = store->ops->runs(store, warming->runs_min, &warming->arena, &rows);
    const bool is_long = status == ASSAY_OK && rows.count > 0 && rows.count >= warming->runs_min;
    if (is_long)
        status = store->ops->outline(store, rows.items[0].id, &outline);
    if (is_long && status == ASSAY_OK) {
        status = add_names(warming, &outline);
        outline_release(&outline);
    }
    vec_release(&rows);
    return status;
}

static assay_status read_next(struct warming *warming, struct source *source)
{
    struct store *store;
    struct kept_trend *kept;
    uint64_t state;
    TRY(source_store(source, &store, &state, NULL));
    if (!warming->is_started)
        TRY(find_names(warming, store));
    warming->is_started = true;
    if (warming->names.count == 0)
        return ASSAY_ERR_NOT_FOUND;
    const struct history_name name = {warming->names.items[--warming->names.count],
                                      METRICS[METRIC_TIME].name};
    TRY(releases_read(&source->releases));
    return kept_trend_get(&source->kept, store, &name, &source->releases, &kept);
}

bool warm_next(struct warming *warming, struct source *source)
{
    if (warming->is_started && warming->names.count == 0)
        return false;
    if (kept_trends_have_room(&source->kept) && read_next(warming, source) == ASSAY_OK &&
        warming->names.count > 0)
        return true;
    warming_release(warming);
    return false;
}
