/* hyperfine's --export-json.  Each run of a command is a process of its own, so each counts as a
 * launch; user and system time are there as means only. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

bool import_hyperfine_sniff(const struct import_text *text)
{
    const struct node *first = node_item(node_member(text->json, "results"), 0);
    return node_member(first, "command") != NULL && node_member(first, "mean") != NULL;
}

/* Each value as a launch of its own. */
static assay_status add_launches(struct sink *sink, const struct place *place,
                                 const struct node *array, const struct sink_row *row)
{
    for (size_t i = 0; i < node_count(array); i++) {
        const struct place element = {.up = place, .index = i};
        const struct node *number = node_item(array, i);
        if (!node_is_number(number))
            return sink_wrong(sink, &element, "wants a number");
        double value = node_number(number);
        TRY(sink_add(sink, &element, row, &value, 1));
    }
    return ASSAY_OK;
}

/* What is left when the times themselves are not in the file. */
static assay_status add_statistics(struct sink *sink, const struct place *place,
                                   const struct node *object, const struct sink_row *row)
{
    struct summary summary = {.sample_count = 1};
    double median, sd;
    TRY(json_need_number(sink, place, object, "mean", &summary.mean));
    TRY(json_need_number(sink, place, object, "min", &summary.min));
    TRY(json_need_number(sink, place, object, "max", &summary.max));
    TRY(json_read_number(sink, place, object, "median", &median));
    TRY(json_read_number(sink, place, object, "stddev", &sd));
    summary.median = isnan(median) ? summary.mean : median;
    summary.sd = isnan(sd) ? 0 : sd;
    summary.interval = (struct interval){summary.median, summary.median, 0};
    return sink_add_summary(sink, place, row, &summary);
}

static assay_status add_mean(struct sink *sink, const struct place *place,
                             const struct node *object, const char *key, const struct sink_row *row)
{
    double value;
    TRY(json_read_number(sink, place, object, key, &value));
    return isnan(value) ? ASSAY_OK : sink_add(sink, place, row, &value, 1);
}

static assay_status warn_of_failures(struct sink *sink, const struct node *object)
{
    const struct node *codes = node_member(object, "exit_codes");
    size_t failed = 0;
    char text[96];
    for (size_t i = 0; i < node_count(codes); i++)
        failed += node_number(node_item(codes, i)) != 0 || node_is_null(node_item(codes, i));
    if (failed == 0)
        return ASSAY_OK;
    snprintf(text, sizeof text, "%zu of %zu runs failed", failed, node_count(codes));
    return sink_warn(sink, text);
}

static assay_status add_result(struct sink *sink, const struct place *place,
                               const struct node *object)
{
    const struct place times_place = {.up = place, .key = "times"};
    const struct place memory_place = {.up = place, .key = "memory_usage_byte"};
    const struct node *times = node_member(object, "times");
    struct sink_row row = {.unit = "s"};
    BUF_AUTO params;
    buf_init(&params, SINK_TEXT_MAX);
    json_add_params(node_member(object, "parameters"), &params);
    if (params.status != ASSAY_OK)
        return sink_wrong(sink, place, "parameters longer than %d bytes", SINK_TEXT_MAX);
    TRY(json_need_text(sink, place, object, "command", &row.name));
    row.params = params.text;
    if (node_count(times) > 0)
        TRY(add_launches(sink, &times_place, times, &row));
    else
        TRY(add_statistics(sink, place, object, &row));
    row.metric = "user_time_ns";
    TRY(add_mean(sink, place, object, "user", &row));
    row.metric = "system_time_ns";
    TRY(add_mean(sink, place, object, "system", &row));
    row.metric = METRICS[METRIC_RSS].name;
    row.unit = "B";
    TRY(add_launches(sink, &memory_place, node_member(object, "memory_usage_byte"), &row));
    return warn_of_failures(sink, object);
}

assay_status import_hyperfine_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, list = {.up = &top, .key = "results"};
    const struct node *rows, *object;
    TRY(json_need_list(sink, &top, text->json, "results", &rows));
    for (size_t i = 0; i < node_count(rows); i++) {
        const struct place place = {.up = &list, .index = i};
        TRY(json_need_element(sink, &list, rows, i, &object));
        TRY(add_result(sink, &place, object));
    }
    return ASSAY_OK;
}
