/* Text from outside into HTML and SVG, harmless in any place that shows text.
 *
 * Both functions escape & < > " ' and put U+FFFD where a reader or a parser could be misled:
 * control characters other than tab and newline, bytes that are not UTF-8, the noncharacters U+FFFE
 * and U+FFFF, and the characters that reorder text (U+202A..202E, U+2066..2069).  What they write
 * is well-formed in HTML and in XML 1.0.  NULL is the empty text.  Failures show in out->status. */
#ifndef REPORT_ESCAPE_H
#define REPORT_ESCAPE_H

#include <stddef.h>

#include "base/buf.h"

/* `text` as the content of an element. */
void html_text(struct buf *out, const char *text);

/* At most the first `bytes_max` bytes of `text`, cut between characters; U+2026 marks a cut. */
void html_text_short(struct buf *out, const char *text, size_t bytes_max);

/* `text` as the value of an attribute; the caller writes the double quotes around it. */
void html_attr(struct buf *out, const char *text);

#endif
