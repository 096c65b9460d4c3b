/* Telling each step once.
 * Why by runs and not by indices: a trend is looked at through a window, and may be pruned. */
#include "session/watch/news.h"

#include <stdlib.h>
#include <string.h>

void news_release(struct news *news)
{
    vec_release(&news->told);
    arena_release(&news->arena);
}

/* The point of a run; points.count where there is none. */
static size_t find_run(const struct trend_series *series, const char *run_id)
{
    size_t at = 0;
    while (at < series->points.count && strcmp(series->points.items[at].run_id, run_id) != 0)
        at++;
    return at;
}

static bool is_told(const struct news *news, const struct trend_series *series,
                    const struct trend_change *change)
{
    for (size_t i = 0; i < news->told.count; i++) {
        const struct told_step *told = &news->told.items[i];
        if (told->is_worse != change->is_worse || strcmp(told->benchmark, series->name) != 0)
            continue;
        const size_t at = find_run(series, told->run_id);
        if (at < series->points.count && labs((long)at - (long)change->index) <= NEWS_REACH)
            return true;
    }
    return false;
}

static assay_status remember(struct news *news, const struct trend_series *series,
                             const struct trend_change *change)
{
    struct told_step *told = vec_add(&news->told);
    if (told == NULL)
        return ASSAY_ERR_MEMORY;
    *told = (struct told_step){arena_copy(&news->arena, series->name),
                               arena_copy(&news->arena, series->points.items[change->index].run_id),
                               change->is_worse};
    return told->benchmark != NULL && told->run_id != NULL ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status add_step(const struct trend_series *series, const struct trend_change *change,
                             struct arena *arena, watch_step_vec *steps)
{
    struct watch_step *step = vec_add(steps);
    if (step == NULL)
        return ASSAY_ERR_MEMORY;
    *step = (struct watch_step){.benchmark = arena_copy(arena, series->name),
                                .metric = arena_copy(arena, series->metric->name),
                                .good_commit = arena_copy(arena, change->good_commit),
                                .bad_commit = arena_copy(arena, change->bad_commit),
                                .ratio = change->ratio,
                                .interval = change->interval,
                                .is_worse = change->is_worse};
    return step->benchmark != NULL && step->metric != NULL && step->good_commit != NULL &&
                   step->bad_commit != NULL
               ? ASSAY_OK
               : ASSAY_ERR_MEMORY;
}

assay_status news_take(struct news *news, const struct trend *trend, struct arena *arena,
                       watch_step_vec *steps)
{
    for (size_t i = 0; i < trend->series.count; i++) {
        const struct trend_series *series = &trend->series.items[i];
        for (size_t k = 0; k < series->changes.count; k++) {
            const struct trend_change *change = &series->changes.items[k];
            if (is_told(news, series, change))
                continue;
            TRY(remember(news, series, change));
            if (steps != NULL)
                TRY(add_step(series, change, arena, steps));
        }
    }
    return ASSAY_OK;
}
