/* github-action-benchmark: its data.js, and the JSON of its custom tools.
 * data.js is a history; what it holds of the newest commit becomes the run, suite by suite.  Its
 * rows say a value and a unit, not which way is better: rates are better when they are higher, and
 * everything is when the tool is "customBiggerIsBetter". */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

static const char ASSIGNMENT[] = "window.BENCHMARK_DATA";

bool import_github_action_sniff(const struct import_text *text)
{
    const struct node *first = node_item(text->json, 0);
    return node_is_object(node_member(text->json, "entries")) ||
           strncmp(text->text, ASSIGNMENT, strlen(ASSIGNMENT)) == 0 ||
           (node_is_text(node_member(first, "name")) && node_is_text(node_member(first, "unit")) &&
            node_member(first, "value") != NULL);
}

/* Values are numbers, or, of custom tools, texts with one. */
static assay_status read_value(const struct sink *sink, const struct place *place,
                               const struct node *object, double *ret_value)
{
    const struct place member = {.up = place, .key = "value"};
    const struct node *value = node_member(object, "value");
    const char *text = node_text(value);
    char *end = NULL;
    if (node_is_number(value)) {
        *ret_value = node_number(value);
        return ASSAY_OK;
    }
    *ret_value = text != NULL ? strtod(text, &end) : 0;
    return text != NULL && end > text && *end == '\0' ? ASSAY_OK
                                                      : sink_wrong(sink, &member, "wants a number");
}

static assay_status add_bench(struct sink *sink, const struct place *place,
                              const struct node *object, const char *suite, const char *tool)
{
    struct sink_row row = {.suite = suite};
    double value;
    TRY(json_need_text(sink, place, object, "name", &row.name));
    TRY(json_need_text(sink, place, object, "unit", &row.unit));
    TRY(read_value(sink, place, object, &value));
    bool rate = strncmp(row.unit, "iter/", 5) == 0 || strncmp(row.unit, "ops/", 4) == 0 ||
                text_ends_with(row.unit, "/s") || text_ends_with(row.unit, "/sec");
    bool is_time = !rate && sink_ns_of_unit(row.unit) > 0;
    row.metric = is_time ? NULL : rate ? "rate" : "value";
    row.direction = rate || (tool && strcmp(tool, "customBiggerIsBetter") == 0) ? HIGHER_IS_BETTER
                                                                                : LOWER_IS_BETTER;
    return sink_add(sink, place, &row, &value, 1);
}

static assay_status add_benches(struct sink *sink, const struct place *list,
                                const struct node *rows, const char *suite, const char *tool)
{
    const struct node *object;
    for (size_t i = 0; i < node_count(rows); i++) {
        const struct place place = {.up = list, .index = i};
        TRY(json_need_element(sink, list, rows, i, &object));
        TRY(add_bench(sink, &place, object, suite, tool));
    }
    return ASSAY_OK;
}

static assay_status read_commit(struct sink *sink, const struct place *place,
                                const struct node *entry)
{
    const struct place commit_place = {.up = place, .key = "commit"};
    const struct node *commit = node_member(entry, "commit");
    const char *id, *date;
    TRY(json_read_text(sink, &commit_place, commit, "id", &id));
    TRY(json_read_text(sink, &commit_place, commit, "timestamp", &date));
    TRY(sink_fact(sink, &sink->facts.commit, id));
    return sink_fact_date(sink, date);
}

/* The newest entry of a suite: the last one. */
static assay_status add_suite(struct sink *sink, const struct place *entries, const char *suite,
                              const struct node *list)
{
    const struct place list_place = {.up = entries, .key = suite};
    const struct place place = {.up = &list_place, .index = node_count(list) - 1};
    const struct place benches_place = {.up = &place, .key = "benches"};
    const char *tool;
    const struct node *entry, *benches;
    if (!node_is_list(list) || node_count(list) == 0)
        return sink_wrong(sink, &list_place, "wants a list of commits");
    TRY(json_need_element(sink, &list_place, list, place.index, &entry));
    TRY(json_read_text(sink, &place, entry, "tool", &tool));
    TRY(json_need_list(sink, &place, entry, "benches", &benches));
    TRY(read_commit(sink, &place, entry));
    TRY(sink_fact(sink, &sink->facts.tool, tool));
    return add_benches(sink, &benches_place, benches, suite, tool);
}

static assay_status add_history(struct sink *sink, const struct node *root)
{
    const struct place top = {.key = "$"}, entries_place = {.up = &top, .key = "entries"};
    const struct node *entries;
    TRY(json_need_object(sink, &top, root, "entries", &entries));
    for (NODE_MEMBERS(list, entries))
        TRY(add_suite(sink, &entries_place, list->key, list));
    return ASSAY_OK;
}

/* What "window.BENCHMARK_DATA = " assigns. */
static assay_status parse_script(const struct import_text *text, struct sink *sink)
{
    const char *equals = strchr(text->text, '=');
    const struct place place = {.index = 1};
    struct node_error where;
    struct arena arena = {0};
    const struct node *root;
    const char *rest;
    if (equals == NULL)
        return sink_wrong(sink, &place, "wants '%s = {...}', or JSON", ASSIGNMENT);
    size_t skipped = (size_t)(equals + 1 - text->text);
    assay_status status =
        node_read(equals + 1, text->length - skipped, &arena, &root, &rest, &where);
    if (status == ASSAY_OK)
        status = add_history(sink, root);
    else if (status == ASSAY_ERR_PARSE)
        buf_error(sink->error, status, "%s:%zu: %s", text->name, where.line, where.what);
    arena_release(&arena);
    return status;
}

assay_status import_github_action_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"};
    if (text->json == NULL)
        return parse_script(text, sink);
    return node_is_list(text->json) ? add_benches(sink, &top, text->json, NULL, NULL)
                                    : add_history(sink, text->json);
}
