/* Outlines: made of a run, or filled by a store; and finding in them.
 * Why results are not found one by one: a run of a thousand against another of a thousand would be
 * half a million comparisons of ids. */
#include "model/outline/outline.h"

#include <string.h>

struct outline_point outline_point_of(const struct measurement *measurement)
{
    const struct summary *summary = &measurement->summary;
    return (struct outline_point){.metric = measurement->metric,
                                  .sample_count = summary->sample_count,
                                  .launch_count = summary->launch_count,
                                  .median = summary->median,
                                  .interval = summary->interval,
                                  .min = summary->min,
                                  .max = summary->max};
}

struct measurement outline_measurement(const struct outline_point *point)
{
    return (struct measurement){.metric = point->metric,
                                .summary = {.sample_count = point->sample_count,
                                            .launch_count = point->launch_count,
                                            .median = point->median,
                                            .interval = point->interval,
                                            .min = point->min,
                                            .max = point->max}};
}

static assay_status add_result(const struct result *result, struct outline *outline)
{
    struct outline_result *added = vec_add(&outline->results);
    if (added == NULL)
        return ASSAY_ERR_MEMORY;
    *added = (struct outline_result){.benchmark = &result->benchmark,
                                     .outcome = result->outcome,
                                     .reason = result->reason,
                                     .first = outline->points.count,
                                     .count = result->measurements.count};
    for (size_t i = 0; i < result->measurements.count; i++) {
        struct outline_point *point = vec_add(&outline->points);
        if (point == NULL)
            return ASSAY_ERR_MEMORY;
        *point = outline_point_of(&result->measurements.items[i]);
    }
    return ASSAY_OK;
}

assay_status outline_of_run(const struct run *run, struct outline *ret_outline)
{
    assay_status status = ASSAY_OK;
    *ret_outline = (struct outline){.run = *run};
    for (size_t i = 0; status == ASSAY_OK && i < run->results.count; i++)
        status = add_result(&run->results.items[i], ret_outline);
    if (status != ASSAY_OK)
        outline_release(ret_outline);
    return status;
}

assay_status outline_take_run(struct run *run, struct outline *ret_outline)
{
    TRY(outline_of_run(run, ret_outline));
    ret_outline->owned = true;
    *run = (struct run){0};
    return ASSAY_OK;
}

void outline_release(struct outline *outline)
{
    vec_release(&outline->results);
    vec_release(&outline->points);
    if (outline->owned)
        run_release(&outline->run);
    if (outline->let_go != NULL)
        outline->let_go(outline->names);
    *outline = (struct outline){.owned = false};
}

const struct outline_point *outline_point(const struct outline *outline,
                                          const struct outline_result *result, const char *metric)
{
    const struct outline_point *points = outline_points(outline, result);
    for (size_t i = 0; i < result->count; i++)
        if (strcmp(points[i].metric->name, metric) == 0)
            return &points[i];
    return NULL;
}

/* ---- finding ---- */

static int by_id(const void *a, const void *b)
{
    const struct outline_result *const *x = a, *const *y = b;
    const int order = strcmp((*x)->benchmark->id, (*y)->benchmark->id);
    return order != 0 ? order : (*x > *y) - (*x < *y);
}

static assay_status sort(struct outline_index *index)
{
    const struct outline *outline = index->outline;
    if (index->sorted != NULL)
        return ASSAY_OK;
    index->sorted = calloc(outline->results.count + 1, sizeof(const struct outline_result *));
    if (index->sorted == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < outline->results.count; i++)
        index->sorted[i] = &outline->results.items[i];
    qsort(index->sorted, outline->results.count, sizeof *index->sorted, by_id);
    return ASSAY_OK;
}

assay_status outline_find(struct outline_index *index, const char *id,
                          const struct outline_result **ret_result)
{
    const struct outline *outline = index->outline;
    *ret_result = NULL;
    if (index->next < outline->results.count &&
        strcmp(outline->results.items[index->next].benchmark->id, id) == 0) {
        *ret_result = &outline->results.items[index->next++];
        return ASSAY_OK;
    }
    TRY(sort(index));
    size_t low = 0, high = outline->results.count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (strcmp(index->sorted[middle]->benchmark->id, id) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == outline->results.count || strcmp(index->sorted[low]->benchmark->id, id) != 0)
        return ASSAY_OK;
    *ret_result = index->sorted[low];
    index->next = (size_t)(*ret_result - outline->results.items) + 1;
    return ASSAY_OK;
}

void outline_index_release(struct outline_index *index)
{
    free(index->sorted);
    index->sorted = NULL;
}
