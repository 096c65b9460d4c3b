/* k6's summary: what --summary-export writes, and what handleSummary() gets ("values" inside each
 * metric).  Each of k6's metrics becomes a benchmark: trends have latencies in milliseconds,
 * counters a rate, rates a share. */
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/load/latencies.h"

bool import_k6_sniff(const struct import_text *text)
{
    json_t *metrics = json_object_get(text->json, "metrics");
    return json_is_object(json_object_get(metrics, "iterations")) ||
           json_is_object(json_object_get(metrics, "http_reqs"));
}

/* Trends of other things than time say so, where they say anything. */
static bool is_time(json_t *object)
{
    const char *contains = json_string_value(json_object_get(object, "contains"));
    return contains == NULL || strcmp(contains, "time") == 0;
}

static assay_status add_trend(struct sink *sink, const struct place *place, json_t *values,
                              bool times, const char *name)
{
    static const struct load_members MEMBERS = {"avg", "med", "min", "max", "p(*)", "ms"};
    struct sink_row row = {.name = name, .metric = "value", .unit = ""};
    if (!times)
        return load_add_member(sink, place, values, "med", &row);
    row.metric = NULL;
    return load_add_latencies(sink, place, values, &row, &MEMBERS);
}

static assay_status add_metric(struct sink *sink, const struct place *place, json_t *object,
                               const char *name)
{
    const struct place inner = {.up = place, .key = "values"};
    json_t *values = json_object_get(object, "values");
    const struct place *at = json_is_object(values) ? &inner : place;
    values = json_is_object(values) ? values : object;
    struct sink_row row = {.name = name, .unit = "1/s", .metric = METRICS[METRIC_ITEMS].name};
    if (json_object_get(values, "avg") != NULL)
        return add_trend(sink, at, values, is_time(object), name);
    if (json_object_get(values, "count") != NULL)
        return load_add_member(sink, at, values, "rate", &row);
    row.metric = "share";
    row.unit = "";
    row.direction = strcmp(name, "checks") == 0 ? HIGHER_IS_BETTER : LOWER_IS_BETTER;
    return load_add_member(sink, at, values,
                           json_object_get(values, "rate") != NULL ? "rate" : "value", &row);
}

assay_status import_k6_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, list = {.up = &top, .key = "metrics"};
    json_t *metrics, *object;
    const char *name;
    TRY(json_need_object(sink, &top, text->json, "metrics", &metrics));
    json_object_foreach(metrics, name, object)
    {
        const struct place place = {.up = &list, .key = name};
        if (!json_is_object(object))
            return sink_wrong(sink, &place, "wants an object");
        TRY(add_metric(sink, &place, object, name));
    }
    return ASSAY_OK;
}
