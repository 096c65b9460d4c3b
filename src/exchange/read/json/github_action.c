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
    json_t *first = json_array_get(text->json, 0);
    return json_is_object(json_object_get(text->json, "entries")) ||
           strncmp(text->text, ASSIGNMENT, strlen(ASSIGNMENT)) == 0 ||
           (json_is_string(json_object_get(first, "name")) &&
            json_is_string(json_object_get(first, "unit")) &&
            json_object_get(first, "value") != NULL);
}

/* Values are numbers, or, of custom tools, texts with one. */
static assay_status read_value(const struct sink *sink, const struct place *place, json_t *object,
                               double *ret_value)
{
    const struct place member = {.up = place, .key = "value"};
    json_t *value = json_object_get(object, "value");
    const char *text = json_string_value(value);
    char *end = NULL;
    if (json_is_number(value)) {
        *ret_value = json_number_value(value);
        return ASSAY_OK;
    }
    *ret_value = text != NULL ? strtod(text, &end) : 0;
    return text != NULL && end > text && *end == '\0' ? ASSAY_OK
                                                      : sink_wrong(sink, &member, "wants a number");
}

static assay_status add_bench(struct sink *sink, const struct place *place, json_t *object,
                              const char *suite, const char *tool)
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

static assay_status add_benches(struct sink *sink, const struct place *list, json_t *rows,
                                const char *suite, const char *tool)
{
    json_t *object;
    for (size_t i = 0; i < json_array_size(rows); i++) {
        const struct place place = {.up = list, .index = i};
        TRY(json_need_element(sink, list, rows, i, &object));
        TRY(add_bench(sink, &place, object, suite, tool));
    }
    return ASSAY_OK;
}

static assay_status read_commit(struct sink *sink, const struct place *place, json_t *entry)
{
    const struct place commit_place = {.up = place, .key = "commit"};
    json_t *commit = json_object_get(entry, "commit");
    const char *id, *date;
    TRY(json_read_text(sink, &commit_place, commit, "id", &id));
    TRY(json_read_text(sink, &commit_place, commit, "timestamp", &date));
    TRY(sink_fact(sink, &sink->facts.commit, id));
    return sink_fact_date(sink, date);
}

/* The newest entry of a suite: the last one. */
static assay_status add_suite(struct sink *sink, const struct place *entries, const char *suite,
                              json_t *list)
{
    const struct place list_place = {.up = entries, .key = suite};
    const struct place place = {.up = &list_place, .index = json_array_size(list) - 1};
    const struct place benches_place = {.up = &place, .key = "benches"};
    const char *tool;
    json_t *entry, *benches;
    if (!json_is_array(list) || json_array_size(list) == 0)
        return sink_wrong(sink, &list_place, "wants a list of commits");
    TRY(json_need_element(sink, &list_place, list, place.index, &entry));
    TRY(json_read_text(sink, &place, entry, "tool", &tool));
    TRY(json_need_list(sink, &place, entry, "benches", &benches));
    TRY(read_commit(sink, &place, entry));
    TRY(sink_fact(sink, &sink->facts.tool, tool));
    return add_benches(sink, &benches_place, benches, suite, tool);
}

static assay_status add_history(struct sink *sink, json_t *root)
{
    const struct place top = {.key = "$"}, entries_place = {.up = &top, .key = "entries"};
    json_t *entries, *list;
    const char *suite;
    TRY(json_need_object(sink, &top, root, "entries", &entries));
    json_object_foreach(entries, suite, list) TRY(add_suite(sink, &entries_place, suite, list));
    return ASSAY_OK;
}

/* What "window.BENCHMARK_DATA = " assigns. */
static assay_status parse_script(const struct import_text *text, struct sink *sink)
{
    const char *equals = strchr(text->text, '=');
    const struct place place = {.index = 1};
    json_error_t where;
    char shown[TEXT_SHOWN_MAX];
    if (equals == NULL)
        return sink_wrong(sink, &place, "wants '%s = {...}', or JSON", ASSIGNMENT);
    size_t skipped = (size_t)(equals + 1 - text->text);
    json_t *root = json_loadb(equals + 1, text->length - skipped,
                              JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK, &where);
    if (root == NULL)
        return buf_error(sink->error, ASSAY_ERR_PARSE, "%s:%d: %s", text->name, where.line,
                         text_shown(where.text, shown));
    assay_status status = add_history(sink, root);
    json_decref(root);
    return status;
}

assay_status import_github_action_parse(const struct import_text *text, struct sink *sink)
{
    const struct place top = {.key = "$"};
    if (text->json == NULL)
        return parse_script(text, sink);
    return json_is_array(text->json) ? add_benches(sink, &top, text->json, NULL, NULL)
                                     : add_history(sink, text->json);
}
