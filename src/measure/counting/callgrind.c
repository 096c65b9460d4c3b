/* The two lines of callgrind's format (valgrind manual, "Callgrind Format Specification") that
 * matter: "events:" names the columns, "totals:" sums each up.
 *
 * Why not "summary:", which stands in the header: it is 0 when instrumentation is switched on in
 * the midst of a function (valgrind 3.19).  Invariants: 1. nothing is read past data + length;
 * 2. a file that was cut off has no totals, and so no result. */
#include "measure/counting/callgrind.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_BYTES_MAX ((size_t)256 << 20)
enum { COLUMN_NONE = -1 };

/* The rest of a line, read word by word. */
struct line {
    const char *at, *end;
};

/* Whether the line at `data` starts with `head`; `ret_line` is what stands behind it. */
static bool line_has(const char *data, const char *end, const char *head, struct line *ret_line)
{
    size_t length = strlen(head);
    const char *newline = memchr(data, '\n', (size_t)(end - data));
    if (newline == NULL || (size_t)(newline - data) < length || memcmp(data, head, length) != 0)
        return false;
    *ret_line = (struct line){data + length, newline};
    return true;
}

static bool next_word(struct line *line, struct line *ret_word)
{
    while (line->at < line->end && *line->at == ' ')
        line->at++;
    ret_word->at = line->at;
    while (line->at < line->end && *line->at != ' ')
        line->at++;
    ret_word->end = line->at;
    return ret_word->at < ret_word->end;
}

static int column_of(struct line events, const char *name)
{
    struct line word;
    for (int column = 0; next_word(&events, &word); column++)
        if ((size_t)(word.end - word.at) == strlen(name) &&
            memcmp(word.at, name, strlen(name)) == 0)
            return column;
    return COLUMN_NONE;
}

static bool number_of(const struct line *word, uint64_t *ret_number)
{
    uint64_t number = 0;
    for (const char *p = word->at; p < word->end; p++)
        if (*p < '0' || *p > '9' || __builtin_mul_overflow(number, 10, &number) ||
            __builtin_add_overflow(number, (uint64_t)(*p - '0'), &number))
            return false;
    *ret_number = number;
    return true;
}

static assay_status read_total(struct line totals, int column, uint64_t *ret_number)
{
    struct line word;
    for (int i = 0; i <= column; i++)
        if (!next_word(&totals, &word))
            return ASSAY_ERR_PARSE;
    return number_of(&word, ret_number) ? ASSAY_OK : ASSAY_ERR_PARSE;
}

assay_status callgrind_parse(const char *data, size_t length, uint64_t *ret_instructions)
{
    const char *end = data + length, *newline;
    int column = COLUMN_NONE;
    struct line rest;
    if (length == 0 || !line_has(data, end, "# callgrind format", &rest))
        return ASSAY_ERR_PARSE;
    for (; data < end; data = newline + 1) {
        if ((newline = memchr(data, '\n', (size_t)(end - data))) == NULL)
            break;
        if (line_has(data, end, "events:", &rest))
            column = column_of(rest, "Ir");
        else if (line_has(data, end, "totals:", &rest))
            return column == COLUMN_NONE ? ASSAY_ERR_PARSE
                                         : read_total(rest, column, ret_instructions);
    }
    return ASSAY_ERR_PARSE;
}

assay_status callgrind_read(const char *path, uint64_t *ret_instructions, struct buf *error)
{
    BUF_AUTO text;
    char chunk[65536];
    size_t got;
    buf_init(&text, FILE_BYTES_MAX);
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return buf_error(error, ASSAY_ERR_IO, "callgrind left no '%s': %s", path, strerror(errno));
    while (text.status == ASSAY_OK && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&text, chunk, got);
    bool failed = ferror(file) != 0;
    fclose(file);
    if (failed)
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s'", path);
    if (text.status != ASSAY_OK)
        return buf_error(error, text.status, "'%s': %s", path, status_text(text.status));
    assay_status status = callgrind_parse(text.text, text.length, ret_instructions);
    return status == ASSAY_OK
               ? ASSAY_OK
               : buf_error(error, status, "'%s' is no whole file of callgrind's", path);
}
