/* pytest-benchmark's --benchmark-json.  All rounds of a test share a process and count as one
 * launch: files of several sessions, imported together, are launches.  Without the rounds
 * (--benchmark-save without data) its statistics are taken over. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

bool import_pytest_benchmark_sniff(const struct import_text *text)
{
    return node_is_list(node_member(text->json, "benchmarks")) &&
           node_is_object(node_member(text->json, "machine_info"));
}

static assay_status read_facts(const struct place *top, const struct node *root, struct sink *sink)
{
    const struct place machine_place = {.up = top, .key = "machine_info"};
    const struct place commit_place = {.up = top, .key = "commit_info"};
    const struct node *machine, *commit = node_member(root, "commit_info");
    const char *node, *kind, *python, *version, *date, *id = NULL, *branch = NULL;
    char text[512];
    TRY(json_need_object(sink, top, root, "machine_info", &machine));
    TRY(json_read_text(sink, &machine_place, machine, "node", &node));
    TRY(json_read_text(sink, &machine_place, machine, "machine", &kind));
    TRY(json_read_text(sink, &machine_place, machine, "python_version", &python));
    TRY(json_read_text(sink, top, root, "version", &version));
    TRY(json_read_text(sink, top, root, "datetime", &date));
    if (node_is_object(commit)) {
        TRY(json_read_text(sink, &commit_place, commit, "id", &id));
        TRY(json_read_text(sink, &commit_place, commit, "branch", &branch));
    }
    snprintf(text, sizeof text, "%.200s %.100s", node ? node : "unknown", kind ? kind : "");
    TRY(sink_fact(sink, &sink->facts.machine, text));
    snprintf(text, sizeof text, "%.100s, Python %.100s", version ? version : "",
             python ? python : "unknown");
    TRY(sink_fact(sink, &sink->facts.tool, text));
    TRY(sink_fact(sink, &sink->facts.commit, id));
    TRY(sink_fact(sink, &sink->facts.branch, branch));
    return sink_fact_date(sink, date);
}

static assay_status add_statistics(struct sink *sink, const struct place *place,
                                   const struct node *stats, const struct sink_row *row)
{
    struct summary summary = {0};
    double rounds;
    TRY(json_need_number(sink, place, stats, "median", &summary.median));
    TRY(json_need_number(sink, place, stats, "mean", &summary.mean));
    TRY(json_need_number(sink, place, stats, "stddev", &summary.sd));
    TRY(json_need_number(sink, place, stats, "min", &summary.min));
    TRY(json_need_number(sink, place, stats, "max", &summary.max));
    TRY(json_read_number(sink, place, stats, "rounds", &rounds));
    summary.sample_count = rounds >= 1 && rounds < 1e9 ? (size_t)rounds : 1;
    summary.interval = (struct interval){summary.median, summary.median, 0};
    return sink_add_summary(sink, place, row, &summary);
}

static assay_status add_data(struct sink *sink, const struct place *place, const struct node *data,
                             const struct sink_row *row)
{
    value_vec values = {0};
    assay_status status = json_read_numbers(sink, place, data, &values);
    if (status == ASSAY_OK)
        status = sink_add(sink, place, row, values.items, values.count);
    vec_release(&values);
    return status;
}

/* "tests/test_sum.py::test_sum[10]": the part in brackets repeats the parameters. */
static void cut_params(char *name)
{
    size_t length = strlen(name);
    char *bracket = strchr(name, '[');
    if (bracket != NULL && bracket > name && length > 0 && name[length - 1] == ']')
        *bracket = '\0';
}

static assay_status add_benchmark(struct sink *sink, const struct place *place,
                                  const struct node *object)
{
    const struct place stats_place = {.up = place, .key = "stats"};
    const struct place data_place = {.up = &stats_place, .key = "data"};
    struct sink_row row = {.unit = "s"};
    char name[SINK_TEXT_MAX + 1];
    const char *full, *plain;
    const struct node *stats, *params = node_member(object, "params");
    BUF_AUTO text;
    buf_init(&text, SINK_TEXT_MAX);
    TRY(json_read_text(sink, place, object, "fullname", &full));
    TRY(json_need_text(sink, place, object, "name", &plain));
    TRY(json_need_object(sink, place, object, "stats", &stats));
    json_add_params(params, &text);
    if (text.status != ASSAY_OK)
        return sink_wrong(sink, place, "parameters longer than %d bytes", SINK_TEXT_MAX);
    snprintf(name, sizeof name, "%s", full ? full : plain);
    if (text.length > 0)
        cut_params(name);
    row.name = name;
    row.params = text.text;
    const struct node *data = node_member(stats, "data");
    return node_count(data) > 0 ? add_data(sink, &data_place, data, &row)
                                : add_statistics(sink, &stats_place, stats, &row);
}

assay_status import_pytest_benchmark_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, list = {.up = &top, .key = "benchmarks"};
    const struct node *rows, *object;
    TRY(read_facts(&top, text->json, sink));
    TRY(json_need_list(sink, &top, text->json, "benchmarks", &rows));
    for (size_t i = 0; i < node_count(rows); i++) {
        const struct place place = {.up = &list, .index = i};
        TRY(json_need_element(sink, &list, rows, i, &object));
        TRY(add_benchmark(sink, &place, object));
    }
    return ASSAY_OK;
}
