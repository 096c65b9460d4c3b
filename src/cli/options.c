/* Options.  Why not getopt_long: it prints its own errors, knows no kinds and no suggestions, and
 * its table could not make the help.  Invariant: argv is only permuted, never lost or copied. */
#include "cli/options.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/quantity.h"
#include "base/text.h"

enum { OPTION_ROWS_MAX = 64, OPTION_NAME_MAX = 64, HELP_INDENT = 26 };

static const struct option_row *find_long(const struct option_row *rows, const char *name,
                                          size_t length)
{
    for (; rows->name != NULL; rows++)
        if (strlen(rows->name) == length && strncmp(rows->name, name, length) == 0)
            return rows;
    return NULL;
}

static const struct option_row *find_short(const struct option_row *rows, char letter)
{
    for (; rows->name != NULL; rows++)
        if (rows->letter == letter)
            return rows;
    return NULL;
}

static assay_status unknown(const struct option_row *rows, const char *word, struct buf *error)
{
    const char *names[OPTION_ROWS_MAX];
    char name[OPTION_NAME_MAX];
    size_t count = 0;
    snprintf(name, sizeof name, "%.*s", (int)strcspn(word, "="), word);
    for (; rows->name != NULL && count < OPTION_ROWS_MAX; rows++)
        names[count++] = rows->name;
    const char *near = word[1] == '-' ? text_nearest(name + 2, names, count) : NULL;
    return near ? buf_error(error, ASSAY_ERR_ARGUMENT, "unknown option '%s' (did you mean '--%s'?)",
                            word, near)
                : buf_error(error, ASSAY_ERR_ARGUMENT, "unknown option '%s'; see --help", word);
}

static assay_status bad_value(const struct option_row *row, const char *wanted, const char *value,
                              struct buf *error)
{
    return buf_error(error, ASSAY_ERR_ARGUMENT, "option '--%s' wants %s, not '%s'", row->name,
                     wanted, value);
}

static assay_status parse_count(const struct option_row *row, const char *value, unsigned *field,
                                struct buf *error)
{
    char *end;
    unsigned long count = strtoul(value, &end, 10);
    if (end == value || *end != '\0' || value[0] == '-' || count < 1 || count > 1000000000)
        return bad_value(row, "a whole number from 1 to 1000000000", value, error);
    *field = (unsigned)count;
    return ASSAY_OK;
}

/* Up to 2^63 - 1, so that it is the same number in JSON and in a database. */
static assay_status parse_count64(const struct option_row *row, const char *value, uint64_t *field,
                                  struct buf *error)
{
    char *end;
    errno = 0;
    unsigned long long count = strtoull(value, &end, 10);
    if (!isdigit((unsigned char)value[0]) || *end != '\0' || errno != 0 || count < 1 ||
        count > INT64_MAX)
        return bad_value(row, "a whole number from 1 to 9223372036854775807", value, error);
    *field = count;
    return ASSAY_OK;
}

static assay_status parse_percent(const struct option_row *row, const char *value, double *field,
                                  struct buf *error)
{
    char *end;
    double percent = strtod(value, &end);
    end += *end == '%';
    if (end == value || *end != '\0' || !(percent > 0 && percent < 100))
        return bad_value(row, "a percentage above 0 and below 100", value, error);
    *field = percent / 100;
    return ASSAY_OK;
}

static assay_status parse_quantity(const struct option_row *row, const char *value, double *field,
                                   struct buf *error)
{
    bool seconds = row->kind == OPTION_SECONDS;
    const char *unit = seconds ? "ns" : "B";
    double number = 0;
    if (quantity_parse(value, unit, &number) != ASSAY_OK || !(number > 0))
        return bad_value(row, quantity_wanted(unit), value, error);
    *field = seconds ? number * 1e-9 : number;
    return ASSAY_OK;
}

static assay_status parse_choice(const struct option_row *row, const char *value, unsigned *field,
                                 struct buf *error)
{
    size_t length = strlen(value);
    unsigned number = 0;
    for (const char *word = row->argument; *word != '\0'; number++) {
        size_t word_length = strcspn(word, "|");
        if (word_length == length && strncmp(word, value, length) == 0) {
            *field = number;
            return ASSAY_OK;
        }
        word += word_length + (word[word_length] == '|');
    }
    return bad_value(row, row->argument, value, error);
}

static assay_status add_text(const struct option_row *row, const char *value,
                             struct option_texts *texts, struct buf *error)
{
    if (texts->count == OPTION_TEXTS_MAX)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "option '--%s' is given too often", row->name);
    texts->items[texts->count++] = value;
    return ASSAY_OK;
}

static assay_status set(const struct option_row *row, const char *value, void *options,
                        struct buf *error)
{
    void *field = (char *)options + row->offset;
    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)field = true;
        return ASSAY_OK;
    case OPTION_TEXT:
        *(const char **)field = value;
        return ASSAY_OK;
    case OPTION_COUNT:
        return parse_count(row, value, field, error);
    case OPTION_COUNT64:
        return parse_count64(row, value, field, error);
    case OPTION_PERCENT:
        return parse_percent(row, value, field, error);
    case OPTION_CHOICE:
        return parse_choice(row, value, field, error);
    case OPTION_TEXTS:
        return add_text(row, value, field, error);
    case OPTION_SECONDS:
    case OPTION_BYTES:
        return parse_quantity(row, value, field, error);
    }
    return ASSAY_ERR_ARGUMENT;
}

static assay_status no_value(const struct option_row *row, struct buf *error)
{
    return buf_error(error, ASSAY_ERR_ARGUMENT, "option '--%s' wants a value: --%s %s", row->name,
                     row->name, row->argument);
}

/* The second and later values of an option whose argument has several words. */
static assay_status parse_more(const struct option_row *row, char **argv, int *at, void *options,
                               struct buf *error)
{
    const char *word = row->kind == OPTION_TEXTS ? strchr(row->argument, ' ') : NULL;
    for (; word != NULL; word = strchr(word + 1, ' ')) {
        if (argv[*at + 1] == NULL)
            return no_value(row, error);
        TRY(set(row, argv[++*at], options, error));
    }
    return ASSAY_OK;
}

/* One option at argv[*at]; moves *at to the last word used. */
static assay_status parse_option(const struct option_row *rows, char **argv, int *at, void *options,
                                 struct buf *error)
{
    char *word = argv[*at], *equals = strchr(word, '=');
    bool is_long = word[1] == '-';
    size_t length = equals ? (size_t)(equals - word) : strlen(word);
    const struct option_row *row =
        is_long ? find_long(rows, word + 2, length - 2) : find_short(rows, word[1]);
    if (row == NULL || (!is_long && word[2] != '\0' && row->kind == OPTION_FLAG))
        return unknown(rows, word, error);
    if (row->kind == OPTION_FLAG)
        return equals
                   ? buf_error(error, ASSAY_ERR_ARGUMENT, "option '--%s' takes no value", row->name)
                   : set(row, NULL, options, error);
    const char *value = is_long && equals ? equals + 1 : !is_long && word[2] ? word + 2 : NULL;
    if (value == NULL && argv[*at + 1] != NULL)
        value = argv[++*at];
    if (value == NULL)
        return no_value(row, error);
    TRY(set(row, value, options, error));
    return parse_more(row, argv, at, options, error);
}

/* Moves argv[at] in front of the operands that were met so far: argv[first ..] stay in order. */
static void move_before(char **argv, int first, int at)
{
    char *word = argv[at];
    for (; at > first; at--)
        argv[at] = argv[at - 1];
    argv[first] = word;
}

assay_status options_parse(const struct option_row *rows, int argc, char **argv, void *options,
                           int *ret_first, struct buf *error)
{
    int first = 1;
    for (int at = 1; at < argc; at++) {
        int used = at;
        if (argv[at][0] != '-' || argv[at][1] == '\0')
            continue;
        bool ends = strcmp(argv[at], "--") == 0;
        if (!ends)
            TRY(parse_option(rows, argv, &used, options, error));
        for (; at <= used; at++)
            move_before(argv, first++, at);
        at = used;
        if (ends)
            break;
    }
    *ret_first = first;
    return ASSAY_OK;
}

void options_help(const struct option_row *rows, struct buf *out)
{
    for (; rows->name != NULL; rows++) {
        BUF_AUTO head;
        buf_init(&head, 256);
        if (rows->letter)
            buf_printf(&head, "  -%c, --%s", rows->letter, rows->name);
        else
            buf_printf(&head, "      --%s", rows->name);
        if (rows->argument != NULL)
            buf_printf(&head, " %s", rows->argument);
        buf_printf(out, "%-*s", HELP_INDENT, head.text);
        if (head.length >= HELP_INDENT)
            buf_printf(out, "\n%*s", HELP_INDENT, "");
        buf_wrap(out, rows->help, HELP_INDENT);
    }
}
