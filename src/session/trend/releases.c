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

assay_status trend_find_releases(struct trend *trend, const char *folder)
{
    struct repository repository;
    release_vec releases = {0};
    assay_status status = repository_open(folder, &trend->arena, &repository, NULL);
    if (status == ASSAY_OK)
        status = repository_releases(&repository, &trend->arena, &releases);
    if (status == ASSAY_OK && releases.count > 0) {
        qsort(releases.items, releases.count, sizeof *releases.items, by_commit);
        for (size_t i = 0; i < trend->series.count; i++)
            name_points(&releases, &trend->series.items[i]);
    }
    vec_release(&releases);
    return status == ASSAY_ERR_MEMORY ? status : ASSAY_OK;
}
