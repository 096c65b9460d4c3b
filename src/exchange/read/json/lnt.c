/* LNT's JSON for submission, version 2: machine, run, and tests whose other members are metrics, a
 * number or a list.  The compile and execution times of LNT's test-suites are seconds. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

bool import_lnt_sniff(const struct import_text *text)
{
    return node_member(text->json, "format_version") != NULL &&
           node_is_object(node_member(text->json, "machine")) &&
           node_is_list(node_member(text->json, "tests"));
}

static assay_status read_facts(const struct node *root, struct sink *sink)
{
    static const char *const REVISIONS[] = {"git_sha", "llvm_project_revision", "run_order"};
    const struct place top = {.key = "$"}, machine_place = {.up = &top, .key = "machine"};
    const struct place run_place = {.up = &top, .key = "run"};
    const struct node *machine, *run;
    const char *name, *date, *commit = NULL;
    TRY(json_need_object(sink, &top, root, "machine", &machine));
    TRY(json_need_text(sink, &machine_place, machine, "name", &name));
    TRY(json_need_object(sink, &top, root, "run", &run));
    TRY(json_read_text(sink, &run_place, run, "start_time", &date));
    for (size_t i = 0; i < sizeof REVISIONS / sizeof *REVISIONS && commit == NULL; i++)
        commit = node_text(node_member(run, REVISIONS[i]));
    TRY(sink_fact(sink, &sink->facts.machine, name));
    TRY(sink_fact(sink, &sink->facts.tool, "LNT"));
    TRY(sink_fact(sink, &sink->facts.commit, commit));
    return sink_fact_date(sink, date);
}

/* What a member of a test measures; false: it is no metric. */
static bool describe(const char *key, struct sink_row *row, char metric[SINK_TEXT_MAX])
{
    row->metric = metric;
    row->unit = "";
    row->direction = LOWER_IS_BETTER;
    snprintf(metric, SINK_TEXT_MAX, "%s", key);
    if (strcmp(key, "name") == 0 || strcmp(key, "id") == 0 || text_ends_with(key, "_status") ||
        strcmp(key, "hash") == 0)
        return false;
    if (strcmp(key, "execution_time") == 0) {
        row->metric = NULL;
        row->unit = "s";
    } else if (text_ends_with(key, "_time")) {
        snprintf(metric, SINK_TEXT_MAX, "%.900s_ns", key);
        row->unit = "s";
    } else if (text_ends_with(key, "_bytes") || text_ends_with(key, "_size")) {
        row->unit = "B";
    } else if (strcmp(key, "score") == 0) {
        row->direction = HIGHER_IS_BETTER;
    }
    return true;
}

/* A list is as many launches: LNT runs a test anew for each. */
static assay_status add_metric(struct sink *sink, const struct place *place,
                               const struct node *value, const struct sink_row *row)
{
    double number = node_number(value);
    if (node_is_number(value))
        return sink_add(sink, place, row, &number, 1);
    if (!node_is_list(value))
        return sink_wrong(sink, place, "wants a number or a list of numbers");
    for (size_t i = 0; i < node_count(value); i++) {
        const struct place element = {.up = place, .index = i};
        if (!node_is_number(node_item(value, i)))
            return sink_wrong(sink, &element, "wants a number");
        number = node_number(node_item(value, i));
        TRY(sink_add(sink, &element, row, &number, 1));
    }
    return ASSAY_OK;
}

static assay_status add_test(struct sink *sink, const struct place *place, const struct node *test)
{
    struct sink_row row = {0};
    char metric[SINK_TEXT_MAX];
    TRY(json_need_text(sink, place, test, "name", &row.name));
    for (NODE_MEMBERS(value, test)) {
        const char *key = value->key;
        const struct place member = {.up = place, .key = key};
        if (describe(key, &row, metric) && !node_is_text(value) && !node_is_null(value))
            TRY(add_metric(sink, &member, value, &row));
    }
    return ASSAY_OK;
}

assay_status import_lnt_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, list = {.up = &top, .key = "tests"};
    const struct node *tests, *test;
    TRY(read_facts(text->json, sink));
    TRY(json_need_list(sink, &top, text->json, "tests", &tests));
    for (size_t i = 0; i < node_count(tests); i++) {
        const struct place place = {.up = &list, .index = i};
        TRY(json_need_element(sink, &list, tests, i, &test));
        TRY(add_test(sink, &place, test));
    }
    return ASSAY_OK;
}
