/* Tags on the axis of a trend.
 * Why git and not the store: a release is tagged after its commit was measured, as a rule. */
#include <stdlib.h>
#include <string.h>

#include "session/place/git.h"
#include "session/trend/trend.h"

static int by_commit(const void *a, const void *b)
{
    return strcmp(((const struct release *)a)->commit, ((const struct release *)b)->commit);
}

static assay_status read_sorted(const char *folder, struct arena *arena, release_vec *tags)
{
    struct repository repository;
    assay_status status = repository_open(folder, arena, &repository, NULL);
    if (status == ASSAY_OK)
        status = repository_releases(&repository, arena, tags);
    if (tags->count > 0)
        qsort(tags->items, tags->count, sizeof *tags->items, by_commit);
    return status == ASSAY_ERR_MEMORY ? status : ASSAY_OK;
}

static void name_points(const release_vec *releases, struct trend_series *series)
{
    for (size_t i = 0; i < series->points.count; i++) {
        const struct release wanted = {.commit = series->points.items[i].commit};
        const struct release *found =
            bsearch(&wanted, releases->items, releases->count, sizeof *releases->items, by_commit);
        if (found != NULL)
            series->points.items[i].release = found->name;
    }
}

static void name_all(const release_vec *tags, struct trend *trend)
{
    for (size_t i = 0; tags->count > 0 && i < trend->series.count; i++)
        name_points(tags, &trend->series.items[i]);
}

assay_status trend_find_releases(struct trend *trend, const char *folder)
{
    release_vec tags = {0};
    assay_status status = read_sorted(folder, &trend->arena, &tags);
    if (status == ASSAY_OK)
        name_all(&tags, trend);
    vec_release(&tags);
    return status;
}

assay_status releases_name(struct releases *releases, struct trend *trend, double now_seconds)
{
    const bool is_old = now_seconds - releases->read_seconds > RELEASES_SECONDS;
    if (releases->read_seconds <= 0 || is_old) {
        releases_forget(releases);
        TRY(read_sorted(".", &releases->arena, &releases->tags));
        releases->read_seconds = now_seconds;
    }
    name_all(&releases->tags, trend);
    return ASSAY_OK;
}

void releases_forget(struct releases *releases)
{
    vec_release(&releases->tags);
    arena_release(&releases->arena);
    *releases = (struct releases){.read_seconds = 0};
}
