/* Answers of forges, which are bytes from outside: any text is either a list of items or refused
 * with the place of what is wrong. */
#include "ci/reply.h"

#include <jansson.h>
#include <string.h>

#include "base/text.h"

static assay_status parse(const char *text, size_t length, json_t **ret_json, struct buf *error)
{
    json_error_t place;
    char shown[TEXT_SHOWN_MAX];
    *ret_json = json_loadb(text, length, 0, &place);
    if (*ret_json != NULL)
        return ASSAY_OK;
    if (json_error_code(&place) == json_error_out_of_memory)
        return ASSAY_ERR_MEMORY;
    return buf_error(error, ASSAY_ERR_PARSE, "the server's answer is no JSON: line %d: %s",
                     place.line, text_shown(place.text, shown));
}

static assay_status copy(struct arena *arena, const json_t *object, const char *key,
                         const char **ret_text)
{
    const char *text = key ? json_string_value(json_object_get(object, key)) : NULL;
    *ret_text = arena_copy(arena, text ? text : "");
    return *ret_text ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status read_item(const json_t *object, size_t index, const struct reply_shape *shape,
                              struct arena *arena, struct reply_item *ret_item, struct buf *error)
{
    const json_t *id = json_object_get(object, shape->id);
    struct reply_item item;
    if (!json_is_integer(id) || json_integer_value(id) <= 0)
        return buf_error(error, ASSAY_ERR_PARSE,
                         "the server's answer: [%zu].%s: wants a number above 0", index, shape->id);
    item.id = (uint64_t)json_integer_value(id);
    TRY(copy(arena, object, shape->body, &item.body));
    TRY(copy(arena, object, shape->url, &item.url));
    *ret_item = item;
    return ASSAY_OK;
}

static assay_status read_items(const json_t *list, const struct reply_shape *shape,
                               struct arena *arena, struct reply_page *page, struct buf *error)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *object = json_array_get(list, i);
        const json_t *pull = json_object_get(object, "pull_request");
        if (pull != NULL && !json_is_null(pull))
            continue;
        struct reply_item item, *added;
        TRY(read_item(object, i, shape, arena, &item, error));
        if ((added = vec_add(&page->items)) == NULL)
            return ASSAY_ERR_MEMORY;
        *added = item;
    }
    return ASSAY_OK;
}

assay_status reply_list(const char *text, size_t length, const struct reply_shape *shape,
                        struct arena *arena, struct reply_page *page, struct buf *error)
{
    json_t *list;
    TRY(parse(text, length, &list, error));
    assay_status status = json_is_array(list)
                              ? read_items(list, shape, arena, page, error)
                              : buf_error(error, ASSAY_ERR_PARSE,
                                          "the server's answer is no list of comments or issues");
    page->listed = json_array_size(list);
    json_decref(list);
    return status;
}

assay_status reply_one(const char *text, size_t length, const struct reply_shape *shape,
                       struct arena *arena, struct reply_item *ret_item, struct buf *error)
{
    json_t *object;
    TRY(parse(text, length, &object, error));
    assay_status status = read_item(object, 0, shape, arena, ret_item, error);
    json_decref(object);
    return status;
}

void reply_reason(const char *text, size_t length, struct buf *out)
{
    static const char *const KEYS[] = {"message", "error", "error_description"};
    char shown[TEXT_SHOWN_MAX];
    json_t *object = json_loadb(text, length, 0, NULL);
    const char *reason = NULL;
    for (size_t i = 0; i < sizeof KEYS / sizeof *KEYS && reason == NULL; i++)
        reason = json_string_value(json_object_get(object, KEYS[i]));
    if (reason != NULL && reason[0] != '\0')
        buf_printf(out, ": %s", text_shown(reason, shown));
    json_decref(object);
}
