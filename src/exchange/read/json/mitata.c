/* mitata's JSON (run({format: 'json'}), version 1).  Its samples are in order of size and not of
 * time, so that what follows from neighbours would be wrong: they are told as statistics.  All of
 * them are of one process. */
#include <math.h>
#include <stdio.h>

#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

bool import_mitata_sniff(const struct import_text *text)
{
    const struct node *first = node_item(node_member(text->json, "benchmarks"), 0);
    return node_is_list(node_member(text->json, "layout")) &&
           node_is_text(node_member(first, "alias")) && node_is_list(node_member(first, "runs"));
}

static assay_status read_facts(const struct node *root, struct sink *sink)
{
    const struct node *context = node_member(root, "context");
    const char *cpu = node_text(node_member(node_member(context, "cpu"), "name"));
    const char *arch = node_text(node_member(context, "arch"));
    const char *runtime = node_text(node_member(context, "runtime"));
    const char *version = node_text(node_member(context, "version"));
    char text[512];
    snprintf(text, sizeof text, "%.200s %.200s", cpu ? cpu : "unknown", arch ? arch : "");
    TRY(sink_fact(sink, &sink->facts.machine, text));
    snprintf(text, sizeof text, "%.200s %.200s", runtime ? runtime : "unknown",
             version ? version : "");
    return sink_fact(sink, &sink->facts.tool, text);
}

static assay_status deviation(struct sink *sink, const struct place *place,
                              const struct node *samples, double *ret_sd)
{
    value_vec values = {0};
    double mean = 0, squares = 0;
    assay_status status = json_read_numbers(sink, place, samples, &values);
    const double count = (double)values.count;
    for (size_t i = 0; i < values.count; i++)
        mean += values.items[i] / count;
    for (size_t i = 0; i < values.count; i++)
        squares += (values.items[i] - mean) * (values.items[i] - mean);
    vec_release(&values);
    *ret_sd = count > 1 ? sqrt(squares / (count - 1)) : 0;
    return status;
}

/* Times in ns, memory in bytes an iteration. */
static assay_status add_stats(struct sink *sink, const struct place *place,
                              const struct node *stats, struct sink_row *row)
{
    const struct place samples_place = {.up = place, .key = "samples"};
    const struct place heap_place = {.up = place, .key = "heap"};
    const struct node *samples, *heap = node_member(stats, "heap");
    struct summary summary = {0};
    TRY(json_need_list(sink, place, stats, "samples", &samples));
    TRY(json_need_number(sink, place, stats, "p50", &summary.median));
    TRY(json_need_number(sink, place, stats, "avg", &summary.mean));
    TRY(json_need_number(sink, place, stats, "min", &summary.min));
    TRY(json_need_number(sink, place, stats, "max", &summary.max));
    TRY(deviation(sink, &samples_place, samples, &summary.sd));
    summary.sample_count = node_count(samples) > 0 ? node_count(samples) : 1;
    summary.interval = (struct interval){summary.median, summary.median, 0};
    row->unit = "ns";
    TRY(sink_add_summary(sink, place, row, &summary));
    TRY(sink_warn(sink, SINK_SAME_PROCESS));
    double bytes;
    TRY(json_read_number(sink, &heap_place, heap, "avg", &bytes));
    if (isnan(bytes))
        return ASSAY_OK;
    row->metric = "heap_bytes";
    row->unit = "B";
    return sink_add(sink, &heap_place, row, &bytes, 1);
}

static assay_status add_run(struct sink *sink, const struct place *place, const struct node *run,
                            struct sink_row row)
{
    const struct place stats_place = {.up = place, .key = "stats"};
    const struct node *args = node_member(run, "args"), *error = node_member(run, "error"), *stats;
    BUF_AUTO params;
    buf_init(&params, SINK_TEXT_MAX);
    json_add_params(args, &params);
    if (params.status != ASSAY_OK)
        return sink_wrong(sink, place, "arguments longer than %d bytes", SINK_TEXT_MAX);
    row.params = params.text;
    if (params.length == 0)
        TRY(json_need_text(sink, place, run, "name", &row.name));
    if (error != NULL) {
        const char *message = node_text(node_member(error, "message"));
        return sink_add_failure(sink, place, &row, message ? message : "failed");
    }
    TRY(json_need_object(sink, place, run, "stats", &stats));
    return add_stats(sink, &stats_place, stats, &row);
}

/* The group that the benchmark stands in is its suite. */
static assay_status add_benchmark(struct sink *sink, const struct place *place,
                                  const struct node *root, const struct node *object)
{
    const struct place list = {.up = place, .key = "runs"};
    const double group = node_number(node_member(object, "group"));
    const struct node *layout = node_member(root, "layout"), *runs, *run;
    const size_t index = group >= 0 && group < (double)node_count(layout) ? (size_t)group : 0;
    struct sink_row row = {.suite = node_text(node_member(node_item(layout, index), "name"))};
    TRY(json_need_text(sink, place, object, "alias", &row.name));
    TRY(json_need_list(sink, place, object, "runs", &runs));
    for (size_t i = 0; i < node_count(runs); i++) {
        const struct place run_place = {.up = &list, .index = i};
        TRY(json_need_element(sink, &list, runs, i, &run));
        TRY(add_run(sink, &run_place, run, row));
    }
    return ASSAY_OK;
}

assay_status import_mitata_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, list = {.up = &top, .key = "benchmarks"};
    const struct node *rows, *object;
    TRY(json_need_list(sink, &top, text->json, "benchmarks", &rows));
    TRY(read_facts(text->json, sink));
    for (size_t i = 0; i < node_count(rows); i++) {
        const struct place place = {.up = &list, .index = i};
        TRY(json_need_element(sink, &list, rows, i, &object));
        TRY(add_benchmark(sink, &place, text->json, object));
    }
    return ASSAY_OK;
}
