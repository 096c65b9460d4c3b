/* Words in colour and names in lines.  Why padding is done here: a colour has no width, and printf
 * counts bytes where a screen counts characters.
 * Invariant: text without a colour is the same text with and without `colour`. */
#include "report/terminal/paper.h"

#include <stdlib.h>
#include <string.h>

enum { PLAIN_COLUMNS = 80 };

const struct paper PAPER_PLAIN = {0, false, false};

unsigned paper_columns(const struct paper *paper)
{
    return paper->columns > 0 ? paper->columns : PLAIN_COLUMNS;
}

static bool continues(char c)
{
    return ((unsigned char)c & 0xC0) == 0x80;
}

unsigned paper_width(const char *text)
{
    unsigned width = 0;
    for (; *text != '\0'; text++)
        width += !continues(*text);
    return width;
}

void paper_word(const struct paper *paper, enum ink ink, const char *word, int width,
                struct buf *out)
{
    static const char *const CODES[] = {"", "\033[32m", "\033[31m", "\033[33m"};
    const bool inked = paper->colour && ink != INK_PLAIN;
    const int blanks = abs(width) - (int)paper_width(word);
    if (width < 0 && blanks > 0)
        buf_printf(out, "%*s", blanks, "");
    buf_puts(out, inked ? CODES[ink] : "");
    buf_puts(out, word);
    buf_puts(out, inked ? "\033[0m" : "");
    if (width > 0 && blanks > 0)
        buf_printf(out, "%*s", blanks, "");
}

/* Bytes of the longest part of `text` that fits `columns` characters, up to its last good place for
 * a break. */
static size_t piece(const char *text, unsigned columns)
{
    size_t length = 0, good = 0;
    for (unsigned width = 0; text[length] != '\0'; length++) {
        width += !continues(text[length]);
        if (width > columns)
            return good > 0 ? good : length;
        if (strchr(",:/ ", text[length]) != NULL)
            good = length + 1;
    }
    return length;
}

void paper_name(const char *name, unsigned indent, unsigned columns, struct buf *out)
{
    while (paper_width(name) > columns - indent) {
        size_t length = piece(name, columns - indent);
        buf_add(out, name, length);
        buf_printf(out, "\n%*s", (int)indent, "");
        name += length;
    }
    buf_puts(out, name);
}
