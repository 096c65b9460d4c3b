/* Foreign texts made fit to be shown. */
#ifndef REPORT_VALUES_LINE_H
#define REPORT_VALUES_LINE_H

#include "base/buf.h"

/* `text` on one line and harmless on a terminal: control characters, those that turn the
 * direction of writing, and bytes that are not UTF-8 become '?'. */
void report_text_line(const char *text, struct buf *out);

/* `text` as it is, but for bytes that are not UTF-8, which become U+FFFD. */
void report_text_mended(const char *text, struct buf *out);

#endif
