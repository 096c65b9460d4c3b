/* JSON Lines: an object a line, for programs of one's own.
 *     {"name": "parse", "suite": "text", "params": {"n": 64}, "value": 12.5, "unit": "ns"}
 * "values" instead of "value" are one launch with several samples; "metric" names what is not a
 * time; "better" is "lower" or "higher". */
#include <string.h>

#include "base/text.h"
#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

static const char *line_end(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline ? newline : end;
}

bool import_jsonl_sniff(const struct import_text *text)
{
    struct node_error error;
    struct arena arena = {0};
    const struct node *object = NULL;
    const char *end = line_end(text->text, text->text + text->length);
    bool good = text->text[0] == '{' && node_read(text->text, (size_t)(end - text->text), &arena,
                                                  &object, NULL, &error) == ASSAY_OK;
    good = good && node_is_text(node_member(object, "name")) &&
           (node_member(object, "value") || node_member(object, "values"));
    arena_release(&arena);
    return good;
}

static assay_status add_values(struct sink *sink, const struct place *place,
                               const struct node *object, const struct sink_row *row)
{
    const struct place list = {.up = place, .key = "values"};
    const struct node *array = node_member(object, "values");
    value_vec values = {0};
    double value;
    if (array == NULL) {
        TRY(json_need_number(sink, place, object, "value", &value));
        return sink_add(sink, place, row, &value, 1);
    }
    if (node_count(array) == 0)
        return sink_wrong(sink, &list, "wants numbers");
    assay_status status = json_read_numbers(sink, &list, array, &values);
    if (status == ASSAY_OK)
        status = sink_add(sink, &list, row, values.items, values.count);
    vec_release(&values);
    return status;
}

static assay_status add_object(struct sink *sink, const struct place *place,
                               const struct node *object)
{
    struct sink_row row = {0};
    const char *better;
    BUF_AUTO params;
    buf_init(&params, SINK_TEXT_MAX);
    if (!node_is_object(object))
        return sink_wrong(sink, place, "wants an object on each line");
    TRY(json_need_text(sink, place, object, "name", &row.name));
    TRY(json_read_text(sink, place, object, "suite", &row.suite));
    TRY(json_read_text(sink, place, object, "metric", &row.metric));
    TRY(json_read_text(sink, place, object, "unit", &row.unit));
    TRY(json_read_text(sink, place, object, "better", &better));
    if (better != NULL && strcmp(better, "lower") != 0 && strcmp(better, "higher") != 0)
        return sink_wrong(sink, place, "'better' wants 'lower' or 'higher'");
    row.direction = better && *better == 'h' ? HIGHER_IS_BETTER : LOWER_IS_BETTER;
    if (row.metric == NULL && sink_ns_of_unit(row.unit) == 0)
        row.metric = "value";
    json_add_params(node_member(object, "params"), &params);
    if (params.status != ASSAY_OK)
        return sink_wrong(sink, place, "parameters longer than %d bytes", SINK_TEXT_MAX);
    row.params = params.text;
    return add_values(sink, place, object, &row);
}

static assay_status add_line(struct sink *sink, size_t number, const char *at, const char *end)
{
    const struct place place = {.index = number};
    struct node_error error;
    struct arena arena = {0};
    const struct node *object;
    assay_status status = node_read(at, (size_t)(end - at), &arena, &object, NULL, &error);
    if (status == ASSAY_OK)
        status = add_object(sink, &place, object);
    else if (status == ASSAY_ERR_PARSE)
        sink_tell_wrong(sink, &place, "%s", error.what);
    arena_release(&arena);
    return status;
}

assay_status import_jsonl_parse(const struct import_text *text, struct sink *sink)
{
    const char *end = text->text + text->length;
    size_t number = 1;
    for (const char *at = text->text, *next; at < end; at = next, number++) {
        const char *stop = line_end(at, end);
        next = stop < end ? stop + 1 : end;
        if (stop > at && !(stop == at + 1 && *at == '\r'))
            TRY(add_line(sink, number, at, stop));
    }
    return ASSAY_OK;
}
