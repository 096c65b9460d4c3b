/* Growing text.  Why a sticky error instead of a status per call: text is built by dozens of small
 * additions whose failures all mean the same; one look at `status` before the text is used
 * suffices. Order: init, any additions, check status, use text, release. */
#include "base/buf.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WRAP_COLUMNS = 78 };

static char empty_text[1] = "";

void buf_init(struct buf *buf, size_t length_max)
{
    *buf = (struct buf){.text = empty_text, .length_max = length_max};
}

void buf_release(struct buf *buf)
{
    if (buf->text != empty_text)
        free(buf->text);
    buf_init(buf, buf->length_max);
}

void buf_clear(struct buf *buf)
{
    buf->length = 0;
    buf->status = ASSAY_OK;
    if (buf->text != empty_text)
        buf->text[0] = '\0';
}

static assay_status buf_reserve(struct buf *buf, size_t more)
{
    if (buf->status != ASSAY_OK)
        return buf->status;
    if (more > buf->length_max - buf->length)
        return buf->status = ASSAY_ERR_LIMIT;
    size_t need = buf->length + more + 1;
    if (need <= buf->capacity)
        return ASSAY_OK;
    size_t capacity = need < 120 ? 120 : need + need / 2;
    char *text = realloc(buf->text == empty_text ? NULL : buf->text, capacity);
    if (text == NULL)
        return buf->status = ASSAY_ERR_MEMORY;
    buf->text = text;
    buf->capacity = capacity;
    return ASSAY_OK;
}

void buf_add(struct buf *buf, const char *data, size_t length)
{
    if (buf_reserve(buf, length) != ASSAY_OK)
        return;
    memcpy(buf->text + buf->length, data, length);
    buf->length += length;
    buf->text[buf->length] = '\0';
}

void buf_puts(struct buf *buf, const char *text)
{
    buf_add(buf, text, strlen(text));
}

void buf_putc(struct buf *buf, char c)
{
    buf_add(buf, &c, 1);
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    int length = vsnprintf(NULL, 0, format, args);
    if (length >= 0 && buf_reserve(buf, (size_t)length) == ASSAY_OK) {
        vsnprintf(buf->text + buf->length, (size_t)length + 1, format, again);
        buf->length += (size_t)length;
    }
    va_end(again);
}

void buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    buf_vprintf(buf, format, args);
    va_end(args);
}

void buf_wrap(struct buf *buf, const char *text, size_t indent)
{
    size_t column = indent;
    for (bool first = true; *text != '\0'; first = false) {
        size_t length = strcspn(text, " \n");
        bool wraps = !first && column + 1 + length > WRAP_COLUMNS;
        if (wraps)
            buf_printf(buf, "\n%*s", (int)indent, "");
        else if (!first)
            buf_putc(buf, ' ');
        column = (wraps ? indent : column + !first) + length;
        buf_add(buf, text, length);
        text += length;
        text += strspn(text, " \n");
    }
    buf_putc(buf, '\n');
}

assay_status buf_error(struct buf *buf, assay_status status, const char *format, ...)
{
    if (buf == NULL)
        return status;
    va_list args;
    va_start(args, format);
    buf_clear(buf);
    buf_vprintf(buf, format, args);
    va_end(args);
    return status;
}
