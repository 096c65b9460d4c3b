/* All metrics of benchmarks at once: time, memory, what was counted, and their own.
 * Why the newest run is asked: what benchmarks define themselves stands in no table of ours. */
#include <string.h>

#include "model/resources/resources.h"
#include "session/trend/trend.h"

typedef VEC(const char *) name_vec;

static assay_status add_name(name_vec *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->items[i], name) == 0)
            return ASSAY_OK;
    const char **added = vec_add(names);
    if (added == NULL)
        return ASSAY_ERR_MEMORY;
    *added = name;
    return ASSAY_OK;
}

/* Ours, but for the rates and shares: they are the time, turned over. */
static assay_status add_ours(name_vec *names)
{
    for (size_t i = 0; i < METRIC_COUNT; i++)
        if (i != METRIC_BYTES && i != METRIC_ITEMS && i != METRIC_ROOFLINE)
            TRY(add_name(names, METRICS[i].name));
    for (size_t i = 0; i < RESOURCE_COUNT; i++)
        TRY(add_name(names, RESOURCES[i].metric.name));
    return ASSAY_OK;
}

static bool is_rate(const char *name)
{
    return strcmp(name, METRICS[METRIC_BYTES].name) == 0 ||
           strcmp(name, METRICS[METRIC_ITEMS].name) == 0 ||
           strcmp(name, METRICS[METRIC_ROOFLINE].name) == 0;
}

/* Those of the newest run, copied into `arena`. */
static assay_status add_newest(struct store *store, struct arena *arena, name_vec *names)
{
    const char *id;
    struct run run;
    TRY(store->ops->find(store, "latest", arena, &id));
    assay_status status = store->ops->load(store, id, &run);
    for (size_t i = 0; status == ASSAY_OK && i < run.results.count; i++) {
        const struct result *result = &run.results.items[i];
        for (size_t k = 0; status == ASSAY_OK && k < result->measurements.count; k++) {
            const char *name = arena_copy(arena, result->measurements.items[k].metric->name);
            status = name == NULL    ? ASSAY_ERR_MEMORY
                     : is_rate(name) ? ASSAY_OK
                                     : add_name(names, name);
        }
    }
    run_release(&run);
    return status;
}

assay_status trend_load_metrics(const struct trend_request *request, struct trend *ret_trend)
{
    name_vec names = {0};
    *ret_trend = (struct trend){.series = {0}};
    assay_status status = add_ours(&names);
    if (status == ASSAY_OK)
        status = add_newest(request->store, &ret_trend->arena, &names);
    for (size_t i = 0; status == ASSAY_OK && i < names.count; i++) {
        struct trend_request each = *request;
        each.metric = names.items[i];
        status = trend_add(&each, ret_trend);
    }
    vec_release(&names);
    if (status == ASSAY_OK && ret_trend->series.count == 0)
        status = buf_error(&request->store->error, ASSAY_ERR_NOT_FOUND,
                           "no stored benchmark matches the words, in these days");
    return status;
}
