/* Which trends are kept: those asked for last, up to a number of points.
 * Why the text of points is kept beside them: writing ten thousand of them takes longer than all
 * else that an answer needs. */
#include "serve/kept/kept.h"

#include <string.h>

#include "report/trend/trend.h"

static void release(struct kept_trend *trend)
{
    trend_follow_end(&trend->followed);
    buf_release(&trend->points);
    free(trend->benchmark);
    free(trend->metric);
    *trend = (struct kept_trend){.written = 0};
}

void kept_trends_release(struct kept_trends *kept)
{
    for (size_t i = 0; i < KEPT_TRENDS_MAX; i++)
        release(&kept->items[i]);
}

static size_t points_of(const struct kept_trend *trend)
{
    return trend->benchmark != NULL ? trend->followed.trend.series.items[0].points.count : 0;
}

/* The one but `spared` that was asked for the longest ago, or NULL. */
static struct kept_trend *oldest(struct kept_trends *kept, const struct kept_trend *spared)
{
    struct kept_trend *found = NULL;
    for (size_t i = 0; i < KEPT_TRENDS_MAX; i++) {
        struct kept_trend *trend = &kept->items[i];
        if (trend != spared && trend->benchmark != NULL &&
            (found == NULL || trend->asked < found->asked))
            found = trend;
    }
    return found;
}

static bool is_of(const struct kept_trend *trend, const struct history_name *name)
{
    return trend->benchmark != NULL && strcmp(trend->benchmark, name->benchmark) == 0 &&
           strcmp(trend->metric, name->metric) == 0;
}

static struct kept_trend *place_for(struct kept_trends *kept, const struct history_name *name)
{
    struct kept_trend *place = NULL;
    for (size_t i = 0; i < KEPT_TRENDS_MAX; i++) {
        if (is_of(&kept->items[i], name))
            return &kept->items[i];
        if (kept->items[i].benchmark == NULL)
            place = &kept->items[i];
    }
    if (place != NULL)
        return place;
    place = oldest(kept, NULL);
    release(place);
    return place;
}

static size_t points_of_all(const struct kept_trends *kept)
{
    size_t points = 0;
    for (size_t i = 0; i < KEPT_TRENDS_MAX; i++)
        points += points_of(&kept->items[i]);
    return points;
}

bool kept_trends_have_room(const struct kept_trends *kept)
{
    size_t longest = 0;
    bool is_free = false;
    for (size_t i = 0; i < KEPT_TRENDS_MAX; i++) {
        const size_t points = points_of(&kept->items[i]);
        longest = points > longest ? points : longest;
        is_free = is_free || kept->items[i].benchmark == NULL;
    }
    return is_free && points_of_all(kept) + longest <= KEPT_POINTS_MAX;
}

/* Gives back what was asked for long ago when all together have too many points. */
static void make_room(struct kept_trends *kept, const struct kept_trend *newest)
{
    struct kept_trend *last;
    while (points_of_all(kept) > KEPT_POINTS_MAX && (last = oldest(kept, newest)) != NULL)
        release(last);
}

static assay_status name_it(struct kept_trend *trend, const struct history_name *name)
{
    if (trend->benchmark != NULL)
        return ASSAY_OK;
    trend->benchmark = strdup(name->benchmark);
    trend->metric = strdup(name->metric);
    return trend->benchmark != NULL && trend->metric != NULL ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Only what is new is named, unless the releases are others. */
static void name_releases(struct kept_trend *trend, const struct releases *releases,
                          size_t *kept_points)
{
    if (trend->releases_version != releases->version)
        *kept_points = 0;
    releases_name(releases, *kept_points, &trend->followed.trend.series.items[0]);
    trend->releases_version = releases->version;
}

static assay_status bring_up_to_date(struct kept_trend *trend, struct store *store,
                                     const struct history_name *name,
                                     const struct releases *releases)
{
    size_t kept_points;
    TRY(trend_follow(&trend->followed, store, name, &kept_points));
    TRY(name_it(trend, name));
    name_releases(trend, releases, &kept_points);
    if (trend->written == 0 || kept_points < trend->written) {
        buf_release(&trend->points);
        buf_init(&trend->points, BUF_LENGTH_MAX);
        trend->written = 0;
    }
    const size_t settled = trend->followed.settled.points;
    report_json_trend_points(&trend->followed.trend.series.items[0], trend->written, settled,
                             &trend->points);
    trend->written = settled;
    return trend->points.status;
}

assay_status kept_trend_get(struct kept_trends *kept, struct store *store,
                            const struct history_name *name, const struct releases *releases,
                            struct kept_trend **ret_trend)
{
    struct kept_trend *trend = place_for(kept, name);
    assay_status status = bring_up_to_date(trend, store, name, releases);
    if (status != ASSAY_OK) {
        release(trend);
        return status;
    }
    trend->asked = ++kept->questions;
    make_room(kept, trend);
    *ret_trend = trend;
    return ASSAY_OK;
}
