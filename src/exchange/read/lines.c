/* Lines, words and numbers of what programs print for people.
 * Why numbers are copied before they are read: strtod would take "nan", "inf", hexadecimal and a
 * number's thousands apart, which no benchmark means. */
#include "exchange/read/lines.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

void lines_init(struct lines *lines, const char *text, size_t length)
{
    lines->at = text;
    lines->end = text + length;
    lines->number = 0;
    lines->text[0] = '\0';
}

bool lines_next(struct lines *lines)
{
    if (lines->at == lines->end)
        return false;
    const char *newline = memchr(lines->at, '\n', (size_t)(lines->end - lines->at));
    const char *end = newline ? newline : lines->end;
    size_t length = (size_t)(end - lines->at);
    if (length > 0 && end[-1] == '\r')
        length--;
    length = length < LINE_MAX_BYTES ? length : LINE_MAX_BYTES - 1;
    memcpy(lines->text, lines->at, length);
    lines->text[length] = '\0';
    lines->at = newline ? newline + 1 : lines->end;
    lines->number++;
    return true;
}

char *line_word(char **rest)
{
    char *start = *rest + strspn(*rest, " \t");
    char *end = start + strcspn(start, " \t");
    if (start == end)
        return NULL;
    *rest = *end ? end + 1 : end;
    *end = '\0';
    return start;
}

bool line_number(const char *text, double *ret_value, const char **ret_rest)
{
    enum { DIGITS_MAX = 64 };
    char digits[DIGITS_MAX], *end;
    size_t length = 0;
    text += strspn(text, " \t");
    const char *at = text;
    for (; (isdigit((unsigned char)*at) || strchr("+-.eE,", *at) != NULL) && *at != '\0'; at++) {
        if (*at == ',' && !isdigit((unsigned char)at[1]))
            break;
        if (length + 1 == DIGITS_MAX)
            return false;
        if (*at != ',')
            digits[length++] = *at;
    }
    digits[length] = '\0';
    double value = strtod(digits, &end);
    if (length == 0 || end == digits || !isfinite(value))
        return false;
    /* What strtod left ("e" of "12e") belongs to what follows; only without thousands. */
    *ret_rest = *end == '\0' ? at : text + (end - digits);
    *ret_value = value;
    return true;
}

const char *line_after(const char *line, const char *key)
{
    size_t length = strlen(key);
    line += strspn(line, " \t");
    return strncmp(line, key, length) == 0 ? line + length + strspn(line + length, " \t") : NULL;
}
