/* JMH's JSON (-rf json).  Each fork is a launch with its iterations.  Modes that count operations
 * per time become rates, the others times; secondary metrics keep their names and units. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

bool import_jmh_sniff(const struct import_text *text)
{
    const struct node *first = node_item(text->json, 0);
    return node_is_object(node_member(first, "primaryMetric")) &&
           node_is_text(node_member(first, "benchmark"));
}

/* "ops/ms" is 1e6 operations a second; 0 for what is no rate of operations. */
static double per_second(const char *unit)
{
    double ns = strncmp(unit, "ops/", 4) == 0 ? sink_ns_of_unit(unit + 4) : 0;
    return ns > 0 ? 1e9 / ns : 0;
}

static assay_status add_fork(struct sink *sink, const struct place *place, const struct node *fork,
                             const struct sink_row *row, double factor)
{
    value_vec values = {0};
    assay_status status = node_is_list(fork) ? json_read_numbers(sink, place, fork, &values)
                                             : sink_wrong(sink, place, "wants a list");
    for (size_t i = 0; i < values.count; i++)
        values.items[i] *= factor;
    if (status == ASSAY_OK)
        status = sink_add(sink, place, row, values.items, values.count);
    vec_release(&values);
    return status;
}

/* The row with the metric's unit, and what its values are multiplied by. */
static double settle_unit(struct sink_row *row, const char *unit, bool primary)
{
    double rate = per_second(unit);
    row->unit = unit;
    row->direction = strchr(unit, '/') != NULL && sink_ns_of_unit(unit) == 0 ? HIGHER_IS_BETTER
                                                                             : LOWER_IS_BETTER;
    if (!primary)
        return 1;
    if (rate > 0) {
        row->metric = METRICS[METRIC_ITEMS].name;
        row->unit = "1/s";
        return rate;
    }
    row->metric = NULL;
    return 1;
}

static assay_status add_metric(struct sink *sink, const struct place *place,
                               const struct node *metric, struct sink_row row, bool primary)
{
    const struct place list = {.up = place, .key = "rawData"};
    const struct node *forks = node_member(metric, "rawData");
    const char *unit;
    double score;
    TRY(json_need_text(sink, place, metric, "scoreUnit", &unit));
    double factor = settle_unit(&row, unit, primary);
    for (size_t i = 0; i < node_count(forks); i++) {
        const struct place fork = {.up = &list, .index = i};
        TRY(add_fork(sink, &fork, node_item(forks, i), &row, factor));
    }
    if (node_count(forks) > 0)
        return ASSAY_OK;
    TRY(json_need_number(sink, place, metric, "score", &score));
    score *= factor;
    return sink_add(sink, place, &row, &score, 1);
}

static assay_status add_secondary(struct sink *sink, const struct place *place,
                                  const struct node *metrics, const struct sink_row *named)
{
    for (NODE_MEMBERS(metric, metrics)) {
        const char *name = metric->key;
        const struct place member = {.up = place, .key = name};
        struct sink_row row = *named;
        row.metric = name;
        const struct node *score = node_member(metric, "score");
        if (node_is_text(score)) /* "NaN": not measured in this mode */
            continue;
        TRY(add_metric(sink, &member, metric, row, false));
    }
    return ASSAY_OK;
}

/* "org.example.Sums.add" -> suite "org.example.Sums", name "add". */
static assay_status split_name(struct sink *sink, const struct place *place, const char *full,
                               char suite[SINK_TEXT_MAX + 1], const char **ret_name)
{
    const char *dot = strrchr(full, '.');
    if (strlen(full) > SINK_TEXT_MAX)
        return sink_wrong(sink, place, "a name longer than %d bytes", SINK_TEXT_MAX);
    snprintf(suite, SINK_TEXT_MAX + 1, "%.*s", dot ? (int)(dot - full) : 0, full);
    *ret_name = dot ? dot + 1 : full;
    return ASSAY_OK;
}

static assay_status add_benchmark(struct sink *sink, const struct place *place,
                                  const struct node *object)
{
    const struct place primary = {.up = place, .key = "primaryMetric"};
    const struct place secondary = {.up = place, .key = "secondaryMetrics"};
    char suite[SINK_TEXT_MAX + 1];
    const char *full, *mode, *jdk;
    const struct node *metric;
    struct sink_row row = {.suite = suite};
    BUF_AUTO params;
    buf_init(&params, SINK_TEXT_MAX);
    TRY(json_need_text(sink, place, object, "benchmark", &full));
    TRY(json_read_text(sink, place, object, "mode", &mode));
    TRY(json_read_text(sink, place, object, "jdkVersion", &jdk));
    TRY(json_need_object(sink, place, object, "primaryMetric", &metric));
    TRY(sink_fact(sink, &sink->facts.tool, jdk));
    TRY(split_name(sink, place, full, suite, &row.name));
    buf_printf(&params, "mode=%.32s", mode ? mode : "unknown");
    json_add_params(node_member(object, "params"), &params);
    if (params.status != ASSAY_OK)
        return sink_wrong(sink, place, "parameters longer than %d bytes", SINK_TEXT_MAX);
    row.params = params.text;
    TRY(add_metric(sink, &primary, metric, row, true));
    return add_secondary(sink, &secondary, node_member(object, "secondaryMetrics"), &row);
}

assay_status import_jmh_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"};
    const struct node *object;
    if (!node_is_list(text->json))
        return sink_wrong(sink, &top, "wants a list");
    for (size_t i = 0; i < node_count(text->json); i++) {
        const struct place place = {.up = &top, .index = i};
        TRY(json_need_element(sink, &top, text->json, i, &object));
        TRY(add_benchmark(sink, &place, object));
    }
    return ASSAY_OK;
}
