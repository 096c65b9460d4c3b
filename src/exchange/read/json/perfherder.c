/* Perfherder's performance artefact (PERFHERDER_DATA): suites with subtests, whose replicates are
 * the values of one process.  A suite's own value becomes its benchmark "total". */
#include <math.h>

#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

bool import_perfherder_sniff(const struct import_text *text)
{
    return node_is_object(node_member(text->json, "framework")) &&
           node_is_list(node_member(text->json, "suites"));
}

/* Times are what has a unit of time; else a metric "value" in the unit that is there. */
static assay_status describe(struct sink *sink, const struct place *place,
                             const struct node *object, struct sink_row *row)
{
    const struct node *lower = node_member(object, "lowerIsBetter");
    TRY(json_read_text(sink, place, object, "unit", &row->unit));
    row->unit = row->unit ? row->unit : "";
    row->metric = sink_ns_of_unit(row->unit) > 0 ? NULL : "value";
    row->direction = node_is_false(lower) ? HIGHER_IS_BETTER : LOWER_IS_BETTER;
    return ASSAY_OK;
}

static assay_status add_value(struct sink *sink, const struct place *place,
                              const struct node *object, const struct sink_row *row)
{
    const struct place list = {.up = place, .key = "replicates"};
    const struct node *replicates = node_member(object, "replicates");
    value_vec values = {0};
    double value;
    if (node_count(replicates) == 0) {
        TRY(json_need_number(sink, place, object, "value", &value));
        return sink_add(sink, place, row, &value, 1);
    }
    assay_status status = json_read_numbers(sink, &list, replicates, &values);
    if (status == ASSAY_OK)
        status = sink_add(sink, &list, row, values.items, values.count);
    vec_release(&values);
    return status;
}

static assay_status add_subtests(struct sink *sink, const struct place *place,
                                 const struct node *suite, const char *name)
{
    const struct place list = {.up = place, .key = "subtests"};
    const struct node *subtests, *subtest;
    TRY(json_need_list(sink, place, suite, "subtests", &subtests));
    for (size_t i = 0; i < node_count(subtests); i++) {
        const struct place at = {.up = &list, .index = i};
        struct sink_row row = {.suite = name};
        TRY(json_need_element(sink, &list, subtests, i, &subtest));
        TRY(json_need_text(sink, &at, subtest, "name", &row.name));
        TRY(describe(sink, &at, subtest, &row));
        TRY(add_value(sink, &at, subtest, &row));
    }
    return ASSAY_OK;
}

static assay_status add_suite(struct sink *sink, const struct place *place,
                              const struct node *suite)
{
    struct sink_row row = {.name = "total"};
    TRY(json_need_text(sink, place, suite, "name", &row.suite));
    TRY(describe(sink, place, suite, &row));
    if (node_member(suite, "value") != NULL)
        TRY(add_value(sink, place, suite, &row));
    return node_member(suite, "subtests") != NULL ? add_subtests(sink, place, suite, row.suite)
                                                  : ASSAY_OK;
}

assay_status import_perfherder_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"}, list = {.up = &top, .key = "suites"};
    const struct place framework_place = {.up = &top, .key = "framework"};
    const struct node *framework, *suites, *suite;
    const char *name;
    TRY(json_need_object(sink, &top, text->json, "framework", &framework));
    TRY(json_need_text(sink, &framework_place, framework, "name", &name));
    TRY(sink_fact(sink, &sink->facts.tool, name));
    TRY(json_need_list(sink, &top, text->json, "suites", &suites));
    for (size_t i = 0; i < node_count(suites); i++) {
        const struct place place = {.up = &list, .index = i};
        TRY(json_need_element(sink, &list, suites, i, &suite));
        TRY(add_suite(sink, &place, suite));
    }
    return ASSAY_OK;
}
