/* Tags on the axis of a trend.
 * Why git and not the store: a release is tagged after its commit was measured, as a rule. */
#include <stdlib.h>
#include <string.h>

#include "probe/clock.h"
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

void releases_name(const struct releases *releases, size_t first, struct trend_series *series)
{
    for (size_t i = first; i < series->points.count; i++) {
        struct trend_point *point = &series->points.items[i];
        const struct release wanted = {.commit = point->commit};
        const struct release *found = releases->tags.count == 0
                                          ? NULL
                                          : bsearch(&wanted, releases->tags.items,
                                                    releases->tags.count, sizeof wanted, by_commit);
        point->release = found != NULL ? found->name : NULL;
    }
}

static void name_all(const struct releases *releases, struct trend *trend)
{
    for (size_t i = 0; i < trend->series.count; i++)
        releases_name(releases, 0, &trend->series.items[i]);
}

assay_status trend_find_releases(struct trend *trend, const char *folder)
{
    struct releases found = {.read_seconds = 0};
    assay_status status = read_sorted(folder, &trend->arena, &found.tags);
    if (status == ASSAY_OK)
        name_all(&found, trend);
    vec_release(&found.tags);
    return status;
}

static bool are_equal(const release_vec *a, const release_vec *b)
{
    bool equal = a->count == b->count;
    for (size_t i = 0; i < a->count && equal; i++)
        equal = strcmp(a->items[i].commit, b->items[i].commit) == 0 &&
                strcmp(a->items[i].name, b->items[i].name) == 0;
    return equal;
}

assay_status releases_read(struct releases *releases)
{
    const double now = clock_now_seconds();
    if (releases->version > 0 && now - releases->read_seconds <= RELEASES_SECONDS)
        return ASSAY_OK;
    struct releases found = {.read_seconds = now, .version = releases->version + 1};
    const assay_status status = read_sorted(".", &found.arena, &found.tags);
    if (status != ASSAY_OK || (releases->version > 0 && are_equal(&releases->tags, &found.tags))) {
        releases_forget(&found);
        releases->read_seconds = now;
        return status;
    }
    releases_forget(releases);
    *releases = found;
    return ASSAY_OK;
}

assay_status releases_name_all(struct releases *releases, struct trend *trend)
{
    TRY(releases_read(releases));
    name_all(releases, trend);
    return ASSAY_OK;
}

void releases_forget(struct releases *releases)
{
    vec_release(&releases->tags);
    arena_release(&releases->arena);
    *releases = (struct releases){.read_seconds = 0};
}
