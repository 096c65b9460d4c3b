/* k6's summary: what --summary-export writes, and what handleSummary() gets ("values" inside each
 * metric).  Each of k6's metrics becomes a benchmark: trends have latencies in milliseconds,
 * counters a rate, rates a share. */
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/load/latencies.h"

bool import_k6_sniff(const struct import_text *text)
{
    const struct node *metrics = node_member(text->json, "metrics");
    return node_is_object(node_member(metrics, "iterations")) ||
           node_is_object(node_member(metrics, "http_reqs"));
}

/* Trends of other things than time say so, where they say anything. */
static bool is_time(const struct node *object)
{
    const char *contains = node_text(node_member(object, "contains"));
    return contains == NULL || strcmp(contains, "time") == 0;
}

static assay_status add_trend(struct sink *sink, const struct place *place,
                              const struct node *values, bool times, const char *name)
{
    static const struct load_members MEMBERS = {"avg", "med", "min", "max", "p(*)", "ms"};
    struct sink_row row = {.name = name, .metric = "value", .unit = ""};
    if (!times)
        return load_add_member(sink, place, values, "med", &row);
    row.metric = NULL;
    return load_add_latencies(sink, place, values, &row, &MEMBERS);
}

static assay_status add_metric(struct sink *sink, const struct place *place,
                               const struct node *object, const char *name)
{
    const struct place inner = {.up = place, .key = "values"};
    const struct node *values = node_member(object, "values");
    const struct place *at = node_is_object(values) ? &inner : place;
    values = node_is_object(values) ? values : object;
    struct sink_row row = {.name = name, .unit = "1/s", .metric = METRICS[METRIC_ITEMS].name};
    if (node_member(values, "avg") != NULL)
        return add_trend(sink, at, values, is_time(object), name);
    if (node_member(values, "count") != NULL)
        return load_add_member(sink, at, values, "rate", &row);
    row.metric = "share";
    row.unit = "";
    row.direction = strcmp(name, "checks") == 0 ? HIGHER_IS_BETTER : LOWER_IS_BETTER;
    return load_add_member(sink, at, values, node_member(values, "rate") != NULL ? "rate" : "value",
                           &row);
}

assay_status import_k6_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, list = {.up = &top, .key = "metrics"};
    const struct node *metrics;
    TRY(json_need_object(sink, &top, text->json, "metrics", &metrics));
    for (NODE_MEMBERS(object, metrics)) {
        const char *name = object->key;
        const struct place place = {.up = &list, .key = name};
        if (!node_is_object(object))
            return sink_wrong(sink, &place, "wants an object");
        TRY(add_metric(sink, &place, object, name));
    }
    return ASSAY_OK;
}
