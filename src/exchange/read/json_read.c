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

assay_status json_read_text(const struct sink *sink, const struct place *place,
                            const struct node *object, const char *key, const char **ret_text)
{
    const struct node *value = node_member(object, key);
    if (value != NULL && !node_is_null(value) && !node_is_text(value))
        return wanted(sink, place, key, "a text");
    *ret_text = node_text(value);
    return ASSAY_OK;
}

assay_status json_need_text(const struct sink *sink, const struct place *place,
                            const struct node *object, const char *key, const char **ret_text)
{
    const char *text = node_text(node_member(object, key));
    if (text == NULL)
        return wanted(sink, place, key, "a text");
    *ret_text = text;
    return ASSAY_OK;
}

assay_status json_read_number(const struct sink *sink, const struct place *place,
                              const struct node *object, const char *key, double *ret_value)
{
    const struct node *value = node_member(object, key);
    if (value != NULL && !node_is_null(value) && !node_is_number(value))
        return wanted(sink, place, key, "a number");
    *ret_value = node_is_number(value) ? node_number(value) : (double)NAN;
    return ASSAY_OK;
}

assay_status json_need_number(const struct sink *sink, const struct place *place,
                              const struct node *object, const char *key, double *ret_value)
{
    const struct node *value = node_member(object, key);
    if (!node_is_number(value))
        return wanted(sink, place, key, "a number");
    *ret_value = node_number(value);
    return ASSAY_OK;
}

assay_status json_need_list(const struct sink *sink, const struct place *place,
                            const struct node *object, const char *key,
                            const struct node **ret_list)
{
    const struct node *value = node_member(object, key);
    if (!node_is_list(value))
        return wanted(sink, place, key, "a list");
    *ret_list = value;
    return ASSAY_OK;
}

assay_status json_need_object(const struct sink *sink, const struct place *place,
                              const struct node *object, const char *key,
                              const struct node **ret_object)
{
    const struct node *value = node_member(object, key);
    if (!node_is_object(value))
        return wanted(sink, place, key, "an object");
    *ret_object = value;
    return ASSAY_OK;
}

assay_status json_need_element(const struct sink *sink, const struct place *list,
                               const struct node *array, size_t index,
                               const struct node **ret_object)
{
    const struct place place = {.up = list, .index = index};
    const struct node *value = node_item(array, index);
    if (!node_is_object(value))
        return sink_wrong(sink, &place, "wants an object");
    *ret_object = value;
    return ASSAY_OK;
}

assay_status json_read_numbers(const struct sink *sink, const struct place *place,
                               const struct node *array, value_vec *values)
{
    for (size_t i = 0; i < node_count(array); i++) {
        const struct place element = {.up = place, .index = i};
        const struct node *number = node_item(array, i);
        if (!node_is_number(number))
            return sink_wrong(sink, &element, "wants a number");
        double *value = vec_add(values);
        if (value == NULL)
            return ASSAY_ERR_MEMORY;
        *value = node_number(number);
    }
    return ASSAY_OK;
}

/* ',' and '=' divide parameters. */
static void add_safe(const char *text, struct buf *out)
{
    for (; *text != '\0'; text++)
        buf_putc(out, *text == ',' || *text == '=' ? '.' : *text);
}

void json_add_params(const struct node *object, struct buf *out)
{
    for (NODE_MEMBERS(value, object)) {
        if (!node_is_text(value) && !node_is_number(value) && !node_is_true(value) &&
            !node_is_false(value))
            continue;
        buf_puts(out, out->length > 0 ? "," : "");
        add_safe(value->key, out);
        buf_putc(out, '=');
        if (node_is_text(value))
            add_safe(node_text(value), out);
        else if (node_is_number(value))
            buf_printf(out, "%.12g", node_number(value));
        else
            buf_puts(out, node_is_true(value) ? "true" : "false");
    }
}
