/* Telling each step once.
 * Why by runs and not by indices: a trend is looked at through a window, and may be pruned.
 * Why alarms and not what hindsight finds: a watch looks again after each run, and their rate of
 * false ones holds for all looks together.  They need a level that is known; until then hindsight
 * tells more than silence would. */
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

/* Where news is looked for in one series, and where it goes. */
struct taking {
    struct news *news;
    const struct trend_series *series;
    struct arena *arena;
    watch_step_vec *steps;
};

static assay_status take(const struct taking *taking, const struct trend_change *change)
{
    if (is_told(taking->news, taking->series, change))
        return ASSAY_OK;
    TRY(remember(taking->news, taking->series, change));
    return taking->steps != NULL ? add_step(taking->series, change, taking->arena, taking->steps)
                                 : ASSAY_OK;
}

/* What was raised as values came; in a level that is still learned, what all its values say. */
static assay_status take_series(const struct taking *taking)
{
    const struct trend_series *series = taking->series;
    size_t level = 0;
    for (size_t i = 0; i < series->alarms.count; i++) {
        TRY(take(taking, &series->alarms.items[i].change));
        level = series->alarms.items[i].change.index;
    }
    for (size_t i = 0; i < series->changes.count && series->is_learning; i++)
        if (series->changes.items[i].index >= level)
            TRY(take(taking, &series->changes.items[i]));
    return ASSAY_OK;
}

assay_status news_take(struct news *news, const struct trend *trend, struct arena *arena,
                       watch_step_vec *steps)
{
    for (size_t i = 0; i < trend->series.count; i++)
        TRY(take_series(&(struct taking){news, &trend->series.items[i], arena, steps}));
    return ASSAY_OK;
}
