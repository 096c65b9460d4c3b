/* JSON Lines: an object a line, for programs of one's own.
 *     {"name": "parse", "suite": "text", "params": {"n": 64}, "value": 12.5, "unit": "ns"}
 * "values" instead of "value" are one launch with several samples; "metric" names what is not a
 * time; "better" is "lower" or "higher". */
#include <string.h>

#include "base/text.h"
#include "exchange/read/importers.h"
#include "exchange/read/json_read.h"

/* The object on the line from `at` to `end`; NULL when it is none. */
static json_t *object_on(const char *at, const char *end, json_error_t *error)
{
    return json_loadb(at, (size_t)(end - at), JSON_REJECT_DUPLICATES, error);
}

static const char *line_end(const char *at, const char *end)
{
    const char *newline = memchr(at, '\n', (size_t)(end - at));
    return newline ? newline : end;
}

bool import_jsonl_sniff(const struct import_text *text)
{
    json_error_t error;
    const char *end = line_end(text->text, text->text + text->length);
    json_t *object = text->text[0] == '{' ? object_on(text->text, end, &error) : NULL;
    bool good = json_is_string(json_object_get(object, "name")) &&
                (json_object_get(object, "value") || json_object_get(object, "values"));
    json_decref(object);
    return good;
}

static assay_status add_values(struct sink *sink, const struct place *place, json_t *object,
                               const struct sink_row *row)
{
    const struct place list = {.up = place, .key = "values"};
    json_t *array = json_object_get(object, "values");
    value_vec values = {0};
    double value;
    if (array == NULL) {
        TRY(json_need_number(sink, place, object, "value", &value));
        return sink_add(sink, place, row, &value, 1);
    }
    if (json_array_size(array) == 0)
        return sink_wrong(sink, &list, "wants numbers");
    assay_status status = json_read_numbers(sink, &list, array, &values);
    if (status == ASSAY_OK)
        status = sink_add(sink, &list, row, values.items, values.count);
    vec_release(&values);
    return status;
}

static assay_status add_object(struct sink *sink, const struct place *place, json_t *object)
{
    struct sink_row row = {0};
    const char *better;
    BUF_AUTO params;
    buf_init(&params, SINK_TEXT_MAX);
    if (!json_is_object(object))
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
    json_add_params(json_object_get(object, "params"), &params);
    if (params.status != ASSAY_OK)
        return sink_wrong(sink, place, "parameters longer than %d bytes", SINK_TEXT_MAX);
    row.params = params.text;
    return add_values(sink, place, object, &row);
}

static assay_status add_line(struct sink *sink, size_t number, const char *at, const char *end)
{
    const struct place place = {.index = number};
    json_error_t error;
    char shown[TEXT_SHOWN_MAX];
    json_t *object = object_on(at, end, &error);
    if (object == NULL)
        return json_error_code(&error) == json_error_out_of_memory
                   ? ASSAY_ERR_MEMORY
                   : sink_wrong(sink, &place, "%s", text_shown(error.text, shown));
    assay_status status = add_object(sink, &place, object);
    json_decref(object);
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
