/* Following a history: what has settled is kept with the state of the watcher behind it; the rest
 * (the points of runs that go on) is read and watched again, and the steps are found again, which
 * takes a millisecond or two for ten thousand values.
 *
 * Invariant: the trend is what reading, judging and watching all of the history would give.  The
 * newest row decides whose values count, so that another machine's first run starts anew. */
#include "session/trend/follow.h"

#include <math.h>
#include <string.h>

#include "compare/trend.h"
#include "stats/history/online.h"

/* Texts of points that were read again are not given back one by one. */
enum { COPIED_MAX = 200000 };

void trend_follow_end(struct trend_followed *followed)
{
    trend_release(&followed->trend);
    free(followed->settled.online);
    *followed = (struct trend_followed){.copied = 0};
}

static struct trend_series *series_of(struct trend_followed *followed)
{
    return &followed->trend.series.items[0];
}

/* An empty series of the metric; `arena` becomes the trend's. */
static assay_status start(struct trend_followed *followed, const struct history_news *news,
                          const struct arena *arena)
{
    trend_follow_end(followed);
    followed->trend.arena = *arena;
    followed->settled.online = calloc(1, sizeof *followed->settled.online);
    struct trend_series *series = vec_add(&followed->trend.series);
    if (series == NULL || followed->settled.online == NULL)
        return ASSAY_ERR_MEMORY;
    *series = (struct trend_series){
        .name = news->rows.items[0].benchmark, .metric = news->metric, .age_days = (double)NAN};
    followed->fingerprint = news->rows.items[news->rows.count - 1].fingerprint;
    followed->settled.fingerprint = followed->fingerprint;
    return ASSAY_OK;
}

/* Back to what has settled. */
static void rewind_to_settled(struct trend_followed *followed)
{
    struct trend_series *series = series_of(followed);
    series->points.count = followed->settled.points;
    series->alarms.count = followed->settled.alarms;
    series->left_out = followed->settled.left_out;
    series->changes.count = series->drifts.count = series->outliers.count = 0;
}

/* Texts of the rows that go into the trend, from the arena of one look into that of all. */
static assay_status keep_texts(struct trend_followed *followed, history_row_vec *rows)
{
    struct arena *arena = &followed->trend.arena;
    for (size_t i = 0; i < rows->count; i++) {
        struct history_row *row = &rows->items[i];
        row->run_id = arena_copy(arena, row->run_id);
        row->started_at = arena_copy(arena, row->started_at);
        row->commit = arena_copy(arena, row->commit);
        const bool is_same = strcmp(row->fingerprint, followed->fingerprint) == 0;
        row->fingerprint = is_same ? followed->fingerprint : arena_copy(arena, row->fingerprint);
        if (row->run_id == NULL || row->started_at == NULL || row->commit == NULL ||
            row->fingerprint == NULL)
            return ASSAY_ERR_MEMORY;
    }
    followed->copied += rows->count;
    return ASSAY_OK;
}

static assay_status add_rows(struct trend_followed *followed, const struct history_row *rows,
                             size_t count)
{
    struct trend_series *series = series_of(followed);
    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].fingerprint, followed->fingerprint) != 0) {
            series->left_out++;
            continue;
        }
        struct trend_point *point = vec_add(&series->points);
        if (point == NULL)
            return ASSAY_ERR_MEMORY;
        *point = (struct trend_point){rows[i].started_at, rows[i].run_id, rows[i].commit,
                                      rows[i].median, NULL};
    }
    return ASSAY_OK;
}

/* Adds the rows up to the mark, which need not be looked at again, and those after it. */
static assay_status add_news(struct trend_followed *followed, const struct history_news *news)
{
    struct trend_series *series = series_of(followed);
    const struct history_row *rows = news->rows.items;
    const size_t settled = followed->mark.rows > news->kept ? followed->mark.rows - news->kept : 0;
    TRY(add_rows(followed, rows, settled));
    TRY(trend_watch_more(series, followed->settled.online, followed->settled.points));
    followed->settled.points = series->points.count;
    followed->settled.alarms = series->alarms.count;
    followed->settled.left_out = series->left_out;
    if (settled > 0)
        followed->settled.fingerprint = rows[settled - 1].fingerprint;
    if (news->rows.count == settled)
        return ASSAY_OK;
    struct online passing = *followed->settled.online;
    TRY(add_rows(followed, rows + settled, news->rows.count - settled));
    return trend_watch_more(series, &passing, followed->settled.points);
}

/* Whether the newest row is of the machine that is followed, and the metric what it was. */
static bool goes_on(const struct trend_followed *followed, const struct history_news *news)
{
    const struct metric *metric = followed->trend.series.items[0].metric;
    const char *newest = news->rows.count > 0 ? news->rows.items[news->rows.count - 1].fingerprint
                                              : followed->settled.fingerprint;
    return strcmp(newest, followed->fingerprint) == 0 &&
           strcmp(metric->unit, news->metric->unit) == 0 &&
           metric->direction == news->metric->direction && metric->quality == news->metric->quality;
}

static assay_status take(struct trend_followed *followed, struct history_news *news,
                         struct arena *arena)
{
    if (news->kept == 0) {
        const struct history_mark mark = followed->mark;
        TRY(start(followed, news, arena));
        *arena = (struct arena){0};
        followed->mark = mark;
    } else {
        rewind_to_settled(followed);
        TRY(keep_texts(followed, &news->rows));
    }
    TRY(add_news(followed, news));
    return trend_judge(series_of(followed));
}

/* What is new, or all when the news does not continue what is there. */
static assay_status read_news(struct trend_followed *followed, struct store *store,
                              const struct history_name *name, struct arena *arena,
                              struct history_news *news)
{
    if (followed->copied > COPIED_MAX)
        followed->mark = (struct history_mark){0};
    TRY(store->ops->history_since(store, &followed->mark, name, arena, news));
    if (news->kept > 0 && !goes_on(followed, news)) {
        followed->mark = (struct history_mark){0};
        vec_release(&news->rows);
        TRY(store->ops->history_since(store, &followed->mark, name, arena, news));
    }
    if (news->kept + news->rows.count > 0)
        return ASSAY_OK;
    return buf_error(&store->error, ASSAY_ERR_NOT_FOUND, "'%s' has no values of '%s'",
                     name->benchmark, name->metric);
}

assay_status trend_follow(struct trend_followed *followed, struct store *store,
                          const struct history_name *name, size_t *ret_kept)
{
    struct arena arena = {0};
    struct history_news news = {.kept = 0};
    const size_t settled = followed->settled.points;
    assay_status status = read_news(followed, store, name, &arena, &news);
    if (status == ASSAY_OK)
        status = take(followed, &news, &arena);
    *ret_kept = news.kept > 0 ? settled : 0;
    vec_release(&news.rows);
    arena_release(&arena);
    if (status != ASSAY_OK)
        trend_follow_end(followed);
    return status;
}
