/* Criterion.rs: the "sample.json" of a benchmark's folder, else its "estimates.json".
 * Neither file names its benchmark: the folders above them do, from "criterion" on when the path
 * has it.  All samples are of one process: one launch. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

bool import_criterion_sniff(const struct import_text *text)
{
    bool samples = node_is_list(node_member(text->json, "iters")) &&
                   node_is_list(node_member(text->json, "times"));
    return samples || (node_is_object(node_member(text->json, "median_abs_dev")) &&
                       node_is_object(node_member(text->json, "median")));
}

/* Cuts the last folder off a path. */
static void cut_last(char *path)
{
    char *slash = strrchr(path, '/');
    *(slash ? slash : path) = '\0';
}

/* "target/criterion/group/add/64/new/sample.json" -> "group/add/64". */
static void name_of(const char *path, char name[SINK_TEXT_MAX + 1])
{
    const char *start = path, *found;
    while ((found = strstr(start, "criterion/")) != NULL)
        start = found + strlen("criterion/");
    if (strlen(start) > SINK_TEXT_MAX)
        start += strlen(start) - SINK_TEXT_MAX;
    snprintf(name, SINK_TEXT_MAX + 1, "%s", start);
    cut_last(name);
    if (text_ends_with(name, "/new") || text_ends_with(name, "/base"))
        cut_last(name);
    if (name[0] == '\0')
        snprintf(name, SINK_TEXT_MAX + 1, "unnamed");
}

static assay_status add_samples(const struct import_text *text, struct sink *sink,
                                const struct sink_row *row)
{
    const struct place top = {.key = "$"};
    const struct place iters_place = {.up = &top, .key = "iters"};
    const struct place times_place = {.up = &top, .key = "times"};
    const struct node *iters = node_member(text->json, "iters");
    const struct node *times = node_member(text->json, "times");
    value_vec counts = {0}, values = {0};
    assay_status status = json_read_numbers(sink, &iters_place, iters, &counts);
    if (status == ASSAY_OK)
        status = json_read_numbers(sink, &times_place, times, &values);
    if (status == ASSAY_OK && counts.count != values.count)
        status =
            sink_wrong(sink, &times_place, "wants as many as '$.iters' has: %zu", counts.count);
    for (size_t i = 0; status == ASSAY_OK && i < values.count; i++) {
        const struct place element = {.up = &iters_place, .index = i};
        if (!(counts.items[i] >= 1))
            status = sink_wrong(sink, &element, "wants a number from 1 on");
        else
            values.items[i] /= counts.items[i];
    }
    if (status == ASSAY_OK)
        status = sink_add(sink, &times_place, row, values.items, values.count);
    vec_release(&counts);
    vec_release(&values);
    return status;
}

/* An estimate with its interval. */
static assay_status read_estimate(struct sink *sink, const struct place *top,
                                  const struct node *root, const char *key, double *ret_point,
                                  struct interval *ret_interval)
{
    const struct place place = {.up = top, .key = key};
    const struct place inner = {.up = &place, .key = "confidence_interval"};
    const struct node *estimate, *interval;
    TRY(json_need_object(sink, top, root, key, &estimate));
    TRY(json_need_number(sink, &place, estimate, "point_estimate", ret_point));
    TRY(json_need_object(sink, &place, estimate, "confidence_interval", &interval));
    TRY(json_need_number(sink, &inner, interval, "lower_bound", &ret_interval->low));
    TRY(json_need_number(sink, &inner, interval, "upper_bound", &ret_interval->high));
    return json_need_number(sink, &inner, interval, "confidence_level", &ret_interval->level);
}

static assay_status add_estimates(const struct import_text *text, struct sink *sink,
                                  const struct sink_row *row)
{
    const struct place top = {.key = "$"};
    struct summary summary = {.sample_count = 1};
    struct interval ignored;
    TRY(read_estimate(sink, &top, text->json, "median", &summary.median, &summary.interval));
    TRY(read_estimate(sink, &top, text->json, "mean", &summary.mean, &ignored));
    TRY(read_estimate(sink, &top, text->json, "std_dev", &summary.sd, &ignored));
    TRY(read_estimate(sink, &top, text->json, "median_abs_dev", &summary.mad, &ignored));
    summary.min = summary.max = summary.median;
    return sink_add_summary(sink, &top, row, &summary);
}

assay_status import_criterion_parse(const struct import_text *text, struct sink *sink)
{
    char name[SINK_TEXT_MAX + 1];
    const struct sink_row row = {.name = name, .unit = "ns"};
    name_of(text->name, name);
    return node_member(text->json, "iters") != NULL ? add_samples(text, sink, &row)
                                                    : add_estimates(text, sink, &row);
}
