/* asv's result files (MACHINE/COMMIT-ENVIRONMENT.json, version 2).  A benchmark is a list whose
 * columns "result_columns" names; its values are those of all combinations of its parameters, in
 * order.  What is measured follows from the start of the last word of its name: time_, mem_,
 * peakmem_, track_. */
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

enum { COLUMNS_MAX = 32, AXES_MAX = 16 };

bool import_asv_sniff(const struct import_text *text)
{
    return node_is_text(node_member(text->json, "commit_hash")) &&
           node_is_list(node_member(text->json, "result_columns"));
}

static assay_status read_facts(const struct node *root, struct sink *sink)
{
    const struct place top = {.key = "$"};
    const struct node *machine = node_member(root, "params");
    const char *cpu = node_text(node_member(machine, "cpu"));
    const char *name = node_text(node_member(machine, "machine"));
    const char *commit, *python;
    double ms;
    char text[512];
    TRY(json_read_text(sink, &top, root, "commit_hash", &commit));
    TRY(json_read_text(sink, &top, root, "python", &python));
    TRY(json_read_number(sink, &top, root, "date", &ms));
    TRY(sink_fact(sink, &sink->facts.commit, commit));
    snprintf(text, sizeof text, "%.200s %.200s", name ? name : "unknown", cpu ? cpu : "");
    TRY(sink_fact(sink, &sink->facts.machine, text));
    snprintf(text, sizeof text, "Python %.200s", python ? python : "unknown");
    TRY(sink_fact(sink, &sink->facts.tool, text));
    const time_t seconds = ms >= 0 && ms < 1e14 ? (time_t)(ms / 1000) : 0;
    struct tm parts;
    if (seconds == 0 || gmtime_r(&seconds, &parts) == NULL)
        return ASSAY_OK;
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return sink_fact_date(sink, text);
}

/* The cell of a benchmark's row that the column `name` has; NULL where the row is shorter. */
static const struct node *cell(const struct node *columns, const struct node *row, const char *name)
{
    for (size_t i = 0; i < node_count(columns) && i < COLUMNS_MAX; i++) {
        const char *column = node_text(node_item(columns, i));
        if (column != NULL && strcmp(column, name) == 0)
            return node_item(row, i);
    }
    return NULL;
}

/* Metric and unit by the benchmark's name. */
static void describe(const char *name, struct sink_row *row)
{
    const char *dot = strrchr(name, '.'), *word = dot ? dot + 1 : name;
    row->name = name;
    if (strncmp(word, "time", 4) == 0) {
        row->unit = "s";
    } else if (strncmp(word, "mem_", 4) == 0 || strncmp(word, "peakmem_", 8) == 0) {
        row->metric = word[0] == 'm' ? "bytes" : METRICS[METRIC_RSS].name;
        row->unit = "B";
    } else {
        row->metric = "value";
        row->unit = "";
    }
}

/* The words of combination `index`, the last axis running fastest: "arg1=a,arg2=b". */
static void add_params(const struct node *axes, size_t index, struct buf *out)
{
    const size_t count = node_count(axes) < AXES_MAX ? node_count(axes) : AXES_MAX;
    size_t chosen[AXES_MAX];
    for (size_t axis = count; axis-- > 0;) {
        size_t size = node_count(node_item(axes, axis));
        chosen[axis] = size > 0 ? index % size : 0;
        index /= size > 0 ? size : 1;
    }
    for (size_t axis = 0; axis < count; axis++) {
        const char *word = node_text(node_item(node_item(axes, axis), chosen[axis]));
        buf_printf(out, "%sarg%zu=", axis > 0 ? "," : "", axis + 1);
        for (; word != NULL && *word != '\0'; word++)
            if (strchr("'\"", *word) == NULL)
                buf_putc(out, strchr(",= ", *word) != NULL ? '.' : *word);
    }
}

/* One combination: its samples, else its value; null: it failed or was skipped there. */
static assay_status add_values(struct sink *sink, const struct place *place,
                               const struct node *value, const struct node *samples,
                               const struct sink_row *row)
{
    value_vec values = {0};
    if (node_count(samples) > 0) {
        assay_status status = json_read_numbers(sink, place, samples, &values);
        if (status == ASSAY_OK)
            status = sink_add(sink, place, row, values.items, values.count);
        vec_release(&values);
        return status;
    }
    if (node_is_null(value))
        return sink_add_failure(sink, place, row, "failed");
    if (!node_is_number(value))
        return sink_wrong(sink, place, "wants a number");
    const double number = node_number(value);
    return sink_add(sink, place, row, &number, 1);
}

static assay_status add_benchmark(struct sink *sink, const struct place *place,
                                  const struct node *columns, const struct node *object,
                                  const char *name)
{
    struct sink_row row = {0};
    const struct node *values = cell(columns, object, "result"),
                      *axes = cell(columns, object, "params");
    const struct node *samples = cell(columns, object, "samples");
    if (!node_is_list(object))
        return sink_wrong(sink, place, "wants a list, as asv 0.5 and newer write it");
    describe(name, &row);
    if (node_is_null(values))
        return sink_add_failure(sink, place, &row, "failed");
    if (!node_is_list(values))
        return sink_wrong(sink, place, "wants a list in the column 'result'");
    for (size_t i = 0; i < node_count(values); i++) {
        const struct place element = {.up = place, .index = i};
        BUF_AUTO params;
        buf_init(&params, SINK_TEXT_MAX);
        add_params(axes, i, &params);
        if (params.status != ASSAY_OK)
            return sink_wrong(sink, &element, "parameters longer than %d bytes", SINK_TEXT_MAX);
        row.params = params.text;
        TRY(add_values(sink, &element, node_item(values, i), node_item(samples, i), &row));
    }
    return ASSAY_OK;
}

assay_status import_asv_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, list = {.up = &top, .key = "results"};
    const struct node *results, *columns;
    TRY(json_need_list(sink, &top, text->json, "result_columns", &columns));
    TRY(json_need_object(sink, &top, text->json, "results", &results));
    TRY(read_facts(text->json, sink));
    for (NODE_MEMBERS(object, results)) {
        const char *name = object->key;
        const struct place place = {.up = &list, .key = name};
        TRY(add_benchmark(sink, &place, columns, object, name));
    }
    return ASSAY_OK;
}
