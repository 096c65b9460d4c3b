/* Escaping.  Why one pass over bytes and not a decoder: after text_utf8_prefix has vouched for a
 * stretch, each character that needs care is told by its first two or three bytes.
 * Invariant: what is written is well-formed UTF-8 whatever is read. */
#include "report/html/escape.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

#define REPLACEMENT "\xEF\xBF\xBD" /* U+FFFD */
#define ELLIPSIS "\xE2\x80\xA6"    /* U+2026 */

/* Bytes of the character at `s` when it must not reach the page, else 0.  `s` is sound UTF-8. */
static size_t unwanted_length(const unsigned char *s)
{
    if (s[0] < 0x20)
        return s[0] != '\t' && s[0] != '\n';
    if (s[0] == 0x7F)
        return 1;
    if (s[0] == 0xC2) /* U+0080..009F */
        return s[1] < 0xA0 ? 2 : 0;
    if (s[0] == 0xE2 && s[1] == 0x80) /* U+202A..202E */
        return s[2] >= 0xAA && s[2] <= 0xAE ? 3 : 0;
    if (s[0] == 0xE2 && s[1] == 0x81) /* U+2066..2069 */
        return s[2] >= 0xA6 && s[2] <= 0xA9 ? 3 : 0;
    if (s[0] == 0xEF && s[1] == 0xBF) /* U+FFFE, U+FFFF */
        return s[2] >= 0xBE ? 3 : 0;
    return 0;
}

/* What stands for `c`, or NULL when it stands for itself. */
static const char *entity_of(char c, bool is_attribute)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    case '\t':
        return is_attribute ? "&#9;" : NULL;
    case '\n':
        return is_attribute ? "&#10;" : NULL;
    default:
        return NULL;
    }
}

/* Writes `length` bytes that are sound UTF-8. */
static void add_sound(struct buf *out, const char *text, size_t length, bool is_attribute)
{
    size_t copied = 0, at = 0;
    while (at < length) {
        size_t unwanted = unwanted_length((const unsigned char *)text + at);
        const char *instead = unwanted ? REPLACEMENT : entity_of(text[at], is_attribute);
        if (instead != NULL) {
            buf_add(out, text + copied, at - copied);
            buf_puts(out, instead);
            copied = at + (unwanted ? unwanted : 1);
        }
        at += unwanted ? unwanted : 1;
    }
    buf_add(out, text + copied, length - copied);
}

static void add_any(struct buf *out, const char *text, size_t length, bool is_attribute)
{
    while (length > 0) {
        size_t sound = text_utf8_prefix(text, length);
        add_sound(out, text, sound, is_attribute);
        if (sound == length)
            return;
        buf_puts(out, REPLACEMENT);
        text += sound + 1;
        length -= sound + 1;
    }
}

void html_text(struct buf *out, const char *text)
{
    if (text != NULL)
        add_any(out, text, strlen(text), false);
}

void html_text_short(struct buf *out, const char *text, size_t bytes_max)
{
    size_t length = text ? strlen(text) : 0;
    if (length <= bytes_max) {
        html_text(out, text);
        return;
    }
    size_t cut = bytes_max;
    for (int i = 0; i < 3 && cut > 0 && ((unsigned char)text[cut] & 0xC0) == 0x80; i++)
        cut--;
    add_any(out, text, cut, false);
    buf_puts(out, ELLIPSIS);
}

void html_attr(struct buf *out, const char *text)
{
    if (text != NULL)
        add_any(out, text, strlen(text), true);
}
