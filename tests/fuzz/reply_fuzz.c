/* Answers of forges: any bytes are a list of items with ids above 0, or refused with a text;
 * headers never make a wait that is below 0. The first byte chooses the shape. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ci/http/http.h"
#include "ci/reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_item(const struct reply_item *item)
{
    if (item->id == 0 || item->body == NULL || item->url == NULL)
        abort();
}

static void check_header(const char *text, size_t size)
{
    struct http_reply reply;
    http_reply_init(&reply);
    http_reply_header(&reply, text, size, 1e9);
    if (reply.retry_after < 0)
        abort();
    http_reply_release(&reply);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct reply_shape SHAPES[] = {{"id", "body", NULL},
                                                {"iid", "description", "web_url"}};
    struct arena arena = {0};
    struct reply_page page = {0};
    struct reply_item one;
    struct buf error, reason;
    if (size == 0)
        return 0;
    const char *text = (const char *)data + 1;
    const struct reply_shape *shape = &SHAPES[data[0] % 2];
    buf_init(&error, 4096);
    buf_init(&reason, 4096);
    assay_status status = reply_list(text, size - 1, shape, &arena, &page, &error);
    if (status == ASSAY_OK ? page.items.count > page.listed : error.length == 0)
        abort();
    for (size_t i = 0; i < page.items.count; i++)
        check_item(&page.items.items[i]);
    if (reply_one(text, size - 1, shape, &arena, &one, &error) == ASSAY_OK)
        check_item(&one);
    reply_reason(text, size - 1, &reason);
    if (strpbrk(reason.text ? reason.text : "", "\r\n") != NULL)
        abort();
    check_header(text, size - 1);
    vec_release(&page.items);
    arena_release(&arena);
    buf_release(&error);
    buf_release(&reason);
    return 0;
}
