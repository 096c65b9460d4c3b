/* pyperf's JSON (format 1.0).  Each of its runs is a process, hence a launch with its values; runs
 * that only calibrated have none.  Metadata that all benchmarks share stands at the top. */
#include <stdio.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

bool import_pyperf_sniff(const struct import_text *text)
{
    const struct node *first = node_item(node_member(text->json, "benchmarks"), 0);
    return node_is_list(node_member(first, "runs")) &&
           node_is_text(node_member(text->json, "version"));
}

/* A text of the benchmark's metadata, else of the document's; NULL where neither has it. */
static const char *metadata(const struct node *root, const struct node *benchmark, const char *key)
{
    const struct node *own = node_member(node_member(benchmark, "metadata"), key);
    const struct node *shared = node_member(node_member(root, "metadata"), key);
    return node_text(own != NULL ? own : shared);
}

static assay_status read_facts(const struct node *root, const struct node *benchmark,
                               struct sink *sink)
{
    const char *host = metadata(root, benchmark, "hostname");
    const char *cpu = metadata(root, benchmark, "cpu_model_name");
    const char *python = metadata(root, benchmark, "python_version");
    const struct node *runs = node_member(benchmark, "runs");
    const char *date = metadata(root, node_item(runs, 0), "date");
    char text[512];
    snprintf(text, sizeof text, "%.200s %.200s", host ? host : "unknown", cpu ? cpu : "");
    TRY(sink_fact(sink, &sink->facts.machine, text));
    snprintf(text, sizeof text, "Python %.200s", python ? python : "unknown");
    TRY(sink_fact(sink, &sink->facts.tool, text));
    return sink_fact_date(sink, date);
}

static assay_status add_run(struct sink *sink, const struct place *place, const struct node *run,
                            const struct sink_row *row)
{
    const struct place values_place = {.up = place, .key = "values"};
    const struct node *list = node_member(run, "values");
    value_vec values = {0};
    if (list == NULL)
        return ASSAY_OK;
    if (!node_is_list(list))
        return sink_wrong(sink, &values_place, "wants a list");
    assay_status status = json_read_numbers(sink, &values_place, list, &values);
    if (status == ASSAY_OK)
        status = sink_add(sink, &values_place, row, values.items, values.count);
    vec_release(&values);
    return status;
}

static assay_status add_benchmark(struct sink *sink, const struct place *place,
                                  const struct node *root, const struct node *object)
{
    const struct place list = {.up = place, .key = "runs"};
    const char *name = metadata(root, object, "name"), *unit = metadata(root, object, "unit");
    bool is_time = unit == NULL || strcmp(unit, "second") == 0;
    bool is_memory = unit != NULL && strcmp(unit, "byte") == 0;
    const struct sink_row row = {
        .name = name ? name : "unnamed",
        .metric = is_time     ? NULL
                  : is_memory ? "bytes"
                              : "value",
        .unit = is_time     ? "s"
                : is_memory ? "B"
                            : "",
    };
    const struct node *runs, *run;
    TRY(json_need_list(sink, place, object, "runs", &runs));
    for (size_t i = 0; i < node_count(runs); i++) {
        const struct place run_place = {.up = &list, .index = i};
        TRY(json_need_element(sink, &list, runs, i, &run));
        TRY(add_run(sink, &run_place, run, &row));
    }
    return ASSAY_OK;
}

assay_status import_pyperf_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, list = {.up = &top, .key = "benchmarks"};
    const struct node *rows, *object;
    TRY(json_need_list(sink, &top, text->json, "benchmarks", &rows));
    TRY(read_facts(text->json, node_item(rows, 0), sink));
    for (size_t i = 0; i < node_count(rows); i++) {
        const struct place place = {.up = &list, .index = i};
        TRY(json_need_element(sink, &list, rows, i, &object));
        TRY(add_benchmark(sink, &place, text->json, object));
    }
    return ASSAY_OK;
}
