/* Tables of cells.  A column is a name and a function from a row to a cell; what a cell looks like
 * is decided here and in csv.c and markdown.c alone, so that a new listing is a table of columns.
 * Invariant: every row has as many fields as the header. */
#include "report/table/table.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#include "base/quantity.h"

struct cell cell_empty(void)
{
    return (struct cell){.kind = CELL_EMPTY};
}

struct cell cell_text(const char *text)
{
    return text == NULL ? cell_empty() : (struct cell){.kind = CELL_TEXT, .text = text};
}

struct cell cell_quantity(double value, const char *unit)
{
    return isfinite(value) ? (struct cell){.kind = CELL_NUMBER, .number = value, .unit = unit}
                           : cell_empty();
}

struct cell cell_number(double value)
{
    return cell_quantity(value, NULL);
}

struct cell cell_count(uint64_t count)
{
    return (struct cell){.kind = CELL_COUNT, .count = count};
}

struct cell cell_truth(bool truth)
{
    return cell_text(truth ? "true" : "false");
}

static void add_number(const struct table *table, const struct cell *cell)
{
    char text[QUANTITY_TEXT_MAX];
    if (table->format == TABLE_CSV)
        table_csv_number(cell->number, table->out);
    else if (cell->unit != NULL)
        table_markdown_text(quantity_format(cell->number, cell->unit, text), table->out);
    else
        buf_printf(table->out, "%.4g", cell->number);
}

static void add_cell(const struct table *table, const struct cell *cell)
{
    switch (cell->kind) {
    case CELL_EMPTY:
        return;
    case CELL_TEXT:
        if (table->format == TABLE_CSV)
            table_csv_text(cell->text, table->out);
        else
            table_markdown_text(cell->text, table->out);
        return;
    case CELL_NUMBER:
        add_number(table, cell);
        return;
    case CELL_COUNT:
        buf_printf(table->out, "%" PRIu64, cell->count);
        return;
    }
}

/* Adds what stands between, before and after fields; `at` counts them, -1 is the end. */
static void add_edge(const struct table *table, int at)
{
    if (table->format == TABLE_MARKDOWN)
        buf_puts(table->out, at < 0 ? " |\n" : at == 0 ? "| " : " | ");
    else if (at != 0)
        buf_puts(table->out, at < 0 ? "\n" : ",");
}

static bool is_shown(const struct table *table, const struct table_column *column)
{
    return table->format == TABLE_CSV || column->page != PAGE_NONE;
}

void table_begin(const struct table *table)
{
    int at = 0;
    for (const struct table_column *column = table->columns; column->name != NULL; column++)
        if (is_shown(table, column)) {
            add_edge(table, at++);
            buf_puts(table->out, column->name);
        }
    add_edge(table, -1);
    if (table->format != TABLE_MARKDOWN)
        return;
    for (const struct table_column *column = table->columns; column->name != NULL; column++)
        if (is_shown(table, column))
            buf_puts(table->out, column->page == PAGE_TEXT ? "|---" : "|---:");
    buf_puts(table->out, "|\n");
}

void table_row(const struct table *table, const void *row)
{
    int at = 0;
    for (const struct table_column *column = table->columns; column->name != NULL; column++)
        if (is_shown(table, column)) {
            const struct cell cell = column->cell(row);
            add_edge(table, at++);
            add_cell(table, &cell);
        }
    add_edge(table, -1);
}
