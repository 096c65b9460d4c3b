/* Members of JSON objects for importers.  Why not jansson's own unpacking: its messages do not say
 * where in a file of ten thousand benchmarks the wrong one is. */
#include "exchange/read/json_read.h"

#include <math.h>
#include <string.h>

static assay_status wanted(const struct sink *sink, const struct place *up, const char *key,
                           const char *what)
{
    const struct place place = {.up = up, .key = key};
    return sink_wrong(sink, &place, "wants %s", what);
}

assay_status json_read_text(const struct sink *sink, const struct place *place, json_t *object,
                            const char *key, const char **ret_text)
{
    json_t *value = json_object_get(object, key);
    if (value != NULL && !json_is_null(value) && !json_is_string(value))
        return wanted(sink, place, key, "a text");
    *ret_text = json_string_value(value);
    return ASSAY_OK;
}

assay_status json_need_text(const struct sink *sink, const struct place *place, json_t *object,
                            const char *key, const char **ret_text)
{
    const char *text = json_string_value(json_object_get(object, key));
    if (text == NULL)
        return wanted(sink, place, key, "a text");
    *ret_text = text;
    return ASSAY_OK;
}

assay_status json_read_number(const struct sink *sink, const struct place *place, json_t *object,
                              const char *key, double *ret_value)
{
    json_t *value = json_object_get(object, key);
    if (value != NULL && !json_is_null(value) && !json_is_number(value))
        return wanted(sink, place, key, "a number");
    *ret_value = json_is_number(value) ? json_number_value(value) : (double)NAN;
    return ASSAY_OK;
}

assay_status json_need_number(const struct sink *sink, const struct place *place, json_t *object,
                              const char *key, double *ret_value)
{
    json_t *value = json_object_get(object, key);
    if (!json_is_number(value))
        return wanted(sink, place, key, "a number");
    *ret_value = json_number_value(value);
    return ASSAY_OK;
}

assay_status json_need_list(const struct sink *sink, const struct place *place, json_t *object,
                            const char *key, json_t **ret_list)
{
    json_t *value = json_object_get(object, key);
    if (!json_is_array(value))
        return wanted(sink, place, key, "a list");
    *ret_list = value;
    return ASSAY_OK;
}

assay_status json_need_object(const struct sink *sink, const struct place *place, json_t *object,
                              const char *key, json_t **ret_object)
{
    json_t *value = json_object_get(object, key);
    if (!json_is_object(value))
        return wanted(sink, place, key, "an object");
    *ret_object = value;
    return ASSAY_OK;
}

assay_status json_need_element(const struct sink *sink, const struct place *list, json_t *array,
                               size_t index, json_t **ret_object)
{
    const struct place place = {.up = list, .index = index};
    json_t *value = json_array_get(array, index);
    if (!json_is_object(value))
        return sink_wrong(sink, &place, "wants an object");
    *ret_object = value;
    return ASSAY_OK;
}

assay_status json_read_numbers(const struct sink *sink, const struct place *place, json_t *array,
                               value_vec *values)
{
    for (size_t i = 0; i < json_array_size(array); i++) {
        const struct place element = {.up = place, .index = i};
        json_t *number = json_array_get(array, i);
        if (!json_is_number(number))
            return sink_wrong(sink, &element, "wants a number");
        double *value = vec_add(values);
        if (value == NULL)
            return ASSAY_ERR_MEMORY;
        *value = json_number_value(number);
    }
    return ASSAY_OK;
}

/* ',' and '=' divide parameters. */
static void add_safe(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++)
        buf_putc(out, *text == ',' || *text == '=' ? '.' : *text);
}

void json_add_params(json_t *object, struct buf *out)
{
    for (void *at = json_object_iter(object); at != NULL; at = json_object_iter_next(object, at)) {
        json_t *value = json_object_iter_value(at);
        if (!json_is_string(value) && !json_is_number(value) && !json_is_boolean(value))
            continue;
        buf_puts(out, out->length > 0 ? "," : "");
        add_safe(json_object_iter_key(at), out);
        buf_putc(out, '=');
        if (json_is_string(value))
            add_safe(json_string_value(value), out);
        else if (json_is_number(value))
            buf_printf(out, "%.12g", json_number_value(value));
        else
            buf_puts(out, json_is_true(value) ? "true" : "false");
    }
}
