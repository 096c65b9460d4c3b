/* BenchmarkDotNet's JSON: the full report has every iteration with the number of its launch, the
 * brief one the values of all launches together, or statistics alone. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

enum { LAUNCHES_MAX = 1000 };

bool import_benchmarkdotnet_sniff(const struct import_text *text)
{
    return node_is_object(node_member(text->json, "HostEnvironmentInfo")) &&
           node_is_list(node_member(text->json, "Benchmarks"));
}

static assay_status read_facts(const struct node *root, struct sink *sink)
{
    const struct place top = {.key = "$"}, place = {.up = &top, .key = "HostEnvironmentInfo"};
    const struct node *host;
    const char *processor, *system, *version, *runtime;
    double cores;
    char text[512];
    TRY(json_need_object(sink, &top, root, "HostEnvironmentInfo", &host));
    TRY(json_read_text(sink, &place, host, "ProcessorName", &processor));
    TRY(json_read_text(sink, &place, host, "OsVersion", &system));
    TRY(json_read_text(sink, &place, host, "BenchmarkDotNetVersion", &version));
    TRY(json_read_text(sink, &place, host, "RuntimeVersion", &runtime));
    TRY(json_read_number(sink, &place, host, "LogicalCoreCount", &cores));
    snprintf(text, sizeof text, "%.200s, %.200s", processor ? processor : "unknown",
             system ? system : "unknown");
    TRY(sink_fact(sink, &sink->facts.machine, text));
    snprintf(text, sizeof text, "BenchmarkDotNet %.100s, %.100s", version ? version : "",
             runtime ? runtime : "");
    if (sink->facts.cores == 0 && cores >= 1 && cores < 1e6)
        sink->facts.cores = (unsigned)cores;
    return sink_fact(sink, &sink->facts.tool, text);
}

/* A measured iteration's time an operation and its launch; false: a pilot, a warm-up, overhead. */
static bool is_result(const struct node *object)
{
    const char *mode = node_text(node_member(object, "IterationMode"));
    const char *stage = node_text(node_member(object, "IterationStage"));
    return mode != NULL && stage != NULL && strcmp(mode, "Workload") == 0 &&
           strcmp(stage, "Result") == 0;
}

static assay_status add_launch(struct sink *sink, const struct place *list,
                               const struct node *array, unsigned launch,
                               const struct sink_row *row)
{
    value_vec values = {0};
    assay_status status = ASSAY_OK;
    for (size_t i = 0; status == ASSAY_OK && i < node_count(array); i++) {
        const struct place place = {.up = list, .index = i};
        const struct node *object = node_item(array, i);
        double number, operations, ns, *value;
        if (!is_result(object))
            continue;
        status = json_need_number(sink, &place, object, "LaunchIndex", &number);
        if (status != ASSAY_OK || number != launch)
            continue;
        status = json_need_number(sink, &place, object, "Operations", &operations);
        if (status == ASSAY_OK)
            status = json_need_number(sink, &place, object, "Nanoseconds", &ns);
        if (status == ASSAY_OK && !(operations >= 1))
            status = sink_wrong(sink, &place, "wants 1 operation or more");
        if (status == ASSAY_OK && (value = vec_add(&values)) == NULL)
            status = ASSAY_ERR_MEMORY;
        else if (status == ASSAY_OK)
            *value = ns / operations;
    }
    if (status == ASSAY_OK)
        status = sink_add(sink, list, row, values.items, values.count);
    vec_release(&values);
    return status;
}

static unsigned launch_count(const struct node *array)
{
    double last = 0;
    for (size_t i = 0; i < node_count(array); i++)
        last = fmax(last, node_number(node_member(node_item(array, i), "LaunchIndex")));
    return last < LAUNCHES_MAX ? (unsigned)last : LAUNCHES_MAX;
}

static assay_status add_values(struct sink *sink, const struct place *place,
                               const struct node *statistics, const struct sink_row *row)
{
    const struct place list = {.up = place, .key = "OriginalValues"};
    const struct node *array = node_member(statistics, "OriginalValues");
    value_vec values = {0};
    assay_status status = json_read_numbers(sink, &list, array, &values);
    if (status == ASSAY_OK)
        status = sink_add(sink, &list, row, values.items, values.count);
    vec_release(&values);
    return status;
}

static assay_status add_summary(struct sink *sink, const struct place *place,
                                const struct node *statistics, const struct sink_row *row)
{
    struct summary summary = {.sample_count = 1};
    double count;
    TRY(json_need_number(sink, place, statistics, "Median", &summary.median));
    TRY(json_need_number(sink, place, statistics, "Mean", &summary.mean));
    TRY(json_need_number(sink, place, statistics, "Min", &summary.min));
    TRY(json_need_number(sink, place, statistics, "Max", &summary.max));
    TRY(json_need_number(sink, place, statistics, "StandardDeviation", &summary.sd));
    TRY(json_read_number(sink, place, statistics, "N", &count));
    summary.sample_count = count >= 1 && count < 1e9 ? (size_t)count : 1;
    summary.interval = (struct interval){summary.median, summary.median, 0};
    return sink_add_summary(sink, place, row, &summary);
}

/* "N=1000&Kind=Fast", as the reports have them, also with ", ". */
static void add_params(const char *text, struct buf *out)
{
    for (; text != NULL && *text != '\0'; text++)
        if (*text == '&' || *text == ',')
            buf_putc(out, ',');
        else if (*text != ' ')
            buf_putc(out, *text);
}

static assay_status add_times(struct sink *sink, const struct place *place,
                              const struct node *object, const struct sink_row *row)
{
    const struct place list = {.up = place, .key = "Measurements"};
    const struct place inner = {.up = place, .key = "Statistics"};
    const struct node *measurements = node_member(object, "Measurements"), *statistics;
    const unsigned launches = launch_count(measurements);
    for (unsigned launch = 1; launch <= launches; launch++)
        TRY(add_launch(sink, &list, measurements, launch, row));
    if (sink_has(sink, row))
        return ASSAY_OK;
    statistics = node_member(object, "Statistics");
    if (statistics == NULL || node_is_null(statistics))
        return sink_add_failure(sink, place, row, "it has no results");
    return node_count(node_member(statistics, "OriginalValues")) > 0
               ? add_values(sink, &inner, statistics, row)
               : add_summary(sink, &inner, statistics, row);
}

static assay_status add_benchmark(struct sink *sink, const struct place *place,
                                  const struct node *object)
{
    const struct place memory_place = {.up = place, .key = "Memory"};
    const struct node *memory = node_member(object, "Memory");
    const char *type, *space, *parameters;
    char suite[SINK_TEXT_MAX];
    double bytes;
    struct sink_row row = {.unit = "ns"};
    BUF_AUTO params;
    buf_init(&params, SINK_TEXT_MAX);
    TRY(json_need_text(sink, place, object, "Method", &row.name));
    TRY(json_need_text(sink, place, object, "Type", &type));
    TRY(json_read_text(sink, place, object, "Namespace", &space));
    TRY(json_read_text(sink, place, object, "Parameters", &parameters));
    add_params(parameters, &params);
    if (params.status != ASSAY_OK)
        return sink_wrong(sink, place, "parameters longer than %d bytes", SINK_TEXT_MAX);
    snprintf(suite, sizeof suite, "%.400s%s%.400s", space ? space : "",
             space != NULL && space[0] != '\0' ? "." : "", type);
    row.suite = suite;
    row.params = params.text;
    TRY(add_times(sink, place, object, &row));
    row.metric = "allocated_bytes";
    row.unit = "B";
    if (!node_is_object(memory))
        return ASSAY_OK;
    TRY(json_read_number(sink, &memory_place, memory, "BytesAllocatedPerOperation", &bytes));
    return isnan(bytes) ? ASSAY_OK : sink_add(sink, &memory_place, &row, &bytes, 1);
}

assay_status import_benchmarkdotnet_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, list = {.up = &top, .key = "Benchmarks"};
    const struct node *rows, *object;
    TRY(read_facts(text->json, sink));
    TRY(json_need_list(sink, &top, text->json, "Benchmarks", &rows));
    for (size_t i = 0; i < node_count(rows); i++) {
        const struct place place = {.up = &list, .index = i};
        TRY(json_need_element(sink, &list, rows, i, &object));
        TRY(add_benchmark(sink, &place, object));
    }
    return ASSAY_OK;
}
