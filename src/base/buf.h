/* A growing text with a size limit and a sticky error: add as you like, ask once at the end.
 * Invariants: `text` is always NUL-terminated, never NULL; after a failure adding does nothing. */
#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>

#include "base/status.h"

struct buf {
    char *text;
    size_t length;
    size_t capacity;
    size_t length_max;
    assay_status status; /* ASSAY_OK, ASSAY_ERR_MEMORY or ASSAY_ERR_LIMIT */
};

#define BUF_LENGTH_MAX ((size_t)1 << 30)

/* An empty text; allocates nothing. */
void buf_init(struct buf *buf, size_t length_max);
void buf_release(struct buf *buf);
void buf_clear(struct buf *buf);

void buf_add(struct buf *buf, const char *data, size_t length);
void buf_puts(struct buf *buf, const char *text);
void buf_putc(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));

/* Adds the words of `text`, a blank or a line's end apart, and a newline; a line that would pass
 * column 78 goes on in a new one after `indent` blanks.  The first line stands where the buffer is,
 * taken for column `indent`. */
void buf_wrap(struct buf *buf, const char *text, size_t indent);

/* Replaces the text by a message and returns `status`: `return buf_error(e, ASSAY_ERR_IO, ...)`.
 * `buf` may be NULL when nobody wants the text. */
assay_status buf_error(struct buf *buf, assay_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#define BUF_AUTO __attribute__((cleanup(buf_release))) struct buf

#endif
