/* A text line by line, for formats without a syntax of their own. */
#ifndef EXCHANGE_READ_LINES_H
#define EXCHANGE_READ_LINES_H

#include <stdbool.h>
#include <stddef.h>

enum { LINE_MAX_BYTES = 8192 };

struct lines {
    const char *at, *end;
    size_t number;             /* of the line, counted from 1 */
    char text[LINE_MAX_BYTES]; /* the line without its end; longer ones are cut */
};

void lines_init(struct lines *lines, const char *text, size_t length);
/* The next line, false after the last.  A NUL ends a line's text. */
bool lines_next(struct lines *lines);

/* The next word of a line, NUL-terminated in place, or NULL; `rest` goes on behind it. */
char *line_word(char **rest);

/* A finite number at the start of `text`, with an end that `ret_rest` gets; thousands may be
 * divided by ','.  False: none. */
bool line_number(const char *text, double *ret_value, const char **ret_rest);

/* The text behind `key` when `line` starts with it and blanks; NULL else. */
const char *line_after(const char *line, const char *key);

#endif
