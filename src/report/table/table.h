/* Rows for spreadsheets and pages: one description of columns serves CSV and Markdown, so that no
 * command needs a writer of its own.  Computes no number of its own. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum cell_kind { CELL_EMPTY, CELL_TEXT, CELL_NUMBER, CELL_COUNT };

/* What stands in one field.  Texts are lent until the row is written. */
struct cell {
    enum cell_kind kind;
    const char *text; /* CELL_TEXT */
    double number;    /* CELL_NUMBER */
    const char *unit; /* of the number, for people; NULL: a plain one */
    uint64_t count;   /* CELL_COUNT */
};

/* NULL is an empty cell. */
struct cell cell_text(const char *text);
/* What is not finite is an empty cell. */
struct cell cell_number(double value);
/* The same; for people it is written with its unit ("1.234 us"), in CSV it is the bare number. */
struct cell cell_quantity(double value, const char *unit);
struct cell cell_count(uint64_t count);
/* "true" or "false". */
struct cell cell_truth(bool truth);
struct cell cell_empty(void);

/* Where a column stands in Markdown, if at all: a page has no room for all that a spreadsheet
 * takes. */
enum table_page { PAGE_NONE, PAGE_TEXT, PAGE_NUMBER };

struct table_column {
    const char *name;
    struct cell (*cell)(const void *row);
    enum table_page page;
};

enum table_format { TABLE_CSV, TABLE_MARKDOWN };

/* Order: table_begin, then any number of table_row.  Out of memory shows in out->status. */
struct table {
    enum table_format format;
    const struct table_column *columns; /* ends with a NULL name */
    struct buf *out;
};

void table_begin(const struct table *table);
void table_row(const struct table *table, const void *row);

/* One field of CSV (RFC 4180): quoted where it has to be; a text that a spreadsheet would take for
 * a formula (it starts with = + - @ or a control character) gets a ' before it.  Bytes that are not
 * UTF-8 become U+FFFD. */
void table_csv_text(const char *text, struct buf *out);
/* The shortest decimal number that reads back as the same double; '.' is the decimal point. */
void table_csv_number(double value, struct buf *out);

/* A text as Markdown that GitHub shows as it is: one line, nothing in it is markup or HTML. */
void table_markdown_text(const char *text, struct buf *out);

#endif
