/* A table, line by line, cell by cell.
 * Why the separator is looked for in the first line only: a decimal comma elsewhere must not decide
 * it.  Why a cell that is no number ends the reading: a series with holes where somebody mistyped
 * would be judged as if nothing had happened.
 * Invariant: `left` is what has not been read; a cell never goes beyond it. */
#include "exchange/table.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/quantity.h"
#include "base/text.h"

enum { CELL_MAX = 4096 };

struct reader {
    const char *at, *end;
    const char *name;
    size_t line; /* counted from 1 */
    char separator;
    struct trend *trend;
    struct buf *error;
    char cell[CELL_MAX];
    bool is_last; /* the cell ended its line */
};

static assay_status wrong(const struct reader *reader, size_t column, const char *what)
{
    char shown[TEXT_SHOWN_MAX];
    return buf_error(reader->error, ASSAY_ERR_PARSE, "%s:%zu: column %zu: '%s' %s", reader->name,
                     reader->line, column + 1, text_shown(reader->cell, shown), what);
}

static char separator_of(const char *at, const char *end)
{
    static const char SEPARATORS[] = "\t;,";
    const char *line_end = memchr(at, '\n', (size_t)(end - at));
    size_t length = (size_t)((line_end ? line_end : end) - at);
    for (const char *separator = SEPARATORS; *separator != '\0'; separator++)
        if (memchr(at, *separator, length) != NULL)
            return *separator;
    return ',';
}

static bool ends_cell(const struct reader *reader)
{
    return reader->at == reader->end || *reader->at == reader->separator || *reader->at == '\n' ||
           *reader->at == '\r';
}

/* Behind a cell: over its separator, or its line's end. */
static void step_over(struct reader *reader)
{
    reader->is_last = true;
    if (reader->at < reader->end && *reader->at == reader->separator) {
        reader->at++;
        reader->is_last = false;
        return;
    }
    if (reader->at < reader->end && *reader->at == '\r')
        reader->at++;
    if (reader->at < reader->end && *reader->at == '\n')
        reader->at++;
}

static void trim(char *cell, size_t length)
{
    while (length > 0 && cell[length - 1] == ' ')
        length--;
    cell[length] = '\0';
}

static assay_status read_cell(struct reader *reader, size_t column)
{
    size_t length = 0;
    bool quoted = false;
    while (reader->at < reader->end && *reader->at == ' ')
        reader->at++;
    quoted = reader->at < reader->end && *reader->at == '"';
    reader->at += quoted;
    reader->cell[0] = '\0';
    while (quoted ? reader->at < reader->end : !ends_cell(reader)) {
        if (quoted && *reader->at == '"') {
            reader->at++;
            quoted = reader->at < reader->end && *reader->at == '"';
            if (!quoted)
                break;
        }
        if (*reader->at == '\0' || length + 1 == CELL_MAX)
            return wrong(reader, column, "is too long, or no text");
        reader->cell[length++] = *reader->at++;
        reader->cell[length] = '\0';
    }
    if (quoted)
        return wrong(reader, column, "has no closing quote");
    trim(reader->cell, length);
    while (reader->at < reader->end && *reader->at == ' ')
        reader->at++;
    if (!ends_cell(reader))
        return wrong(reader, column, "goes on behind its closing quote");
    step_over(reader);
    return ASSAY_OK;
}

static bool is_hole(const char *cell)
{
    return cell[0] == '\0' || strcasecmp(cell, "nan") == 0;
}

static assay_status add_series(const struct reader *reader, const struct metric *metric,
                               const char *name)
{
    struct trend_series *series = vec_add(&reader->trend->series);
    if (series == NULL)
        return ASSAY_ERR_MEMORY;
    *series = (struct trend_series){.name = name, .metric = metric, .age_days = (double)NAN};
    return name != NULL ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* What the first line says of the columns. */
struct head {
    size_t columns;
    bool has_names;
};

/* Reads the first line twice: as it may hold names, and to make the series. */
static assay_status look_at_head(struct reader *reader, struct head *ret_head)
{
    const char *start = reader->at;
    double number;
    *ret_head = (struct head){0};
    do {
        TRY(read_cell(reader, ret_head->columns));
        bool alone = ret_head->columns == 0 && reader->is_last;
        if ((ret_head->columns > 0 || alone) && !is_hole(reader->cell) &&
            quantity_parse(reader->cell, "", &number) != ASSAY_OK)
            ret_head->has_names = true;
        if (++ret_head->columns > TABLE_COLUMNS_MAX)
            return buf_error(reader->error, ASSAY_ERR_LIMIT, "%s: more than %d columns",
                             reader->name, TABLE_COLUMNS_MAX);
    } while (!reader->is_last);
    reader->at = start;
    return ASSAY_OK;
}

static assay_status make_series(struct reader *reader, const struct head *head,
                                const struct metric *metric)
{
    struct arena *arena = &reader->trend->arena;
    for (size_t column = 0; column < head->columns; column++) {
        if (head->has_names)
            TRY(read_cell(reader, column));
        if (column == 0 && head->columns > 1)
            continue;
        bool named = head->has_names && reader->cell[0] != '\0';
        TRY(add_series(reader, metric,
                       named ? arena_copy(arena, reader->cell)
                             : arena_printf(arena, "column %zu", column + 1)));
    }
    reader->line += head->has_names;
    return ASSAY_OK;
}

static assay_status add_point(struct reader *reader, struct trend_series *series, size_t column,
                              const char *at)
{
    double value;
    if (is_hole(reader->cell))
        return ASSAY_OK;
    if (quantity_parse(reader->cell, "", &value) != ASSAY_OK)
        return wrong(reader, column, "is no number");
    struct trend_point *point = vec_add(&series->points);
    if (point == NULL)
        return ASSAY_ERR_MEMORY;
    *point = (struct trend_point){.at = at, .run_id = "", .commit = "", .value = value};
    return ASSAY_OK;
}

static assay_status read_line(struct reader *reader, const struct head *head, size_t before)
{
    const char *at = NULL;
    for (size_t column = 0; column < head->columns; column++) {
        if (column > 0 && reader->is_last)
            return buf_error(reader->error, ASSAY_ERR_PARSE, "%s:%zu: %zu columns where %zu are",
                             reader->name, reader->line, column, head->columns);
        TRY(read_cell(reader, column));
        bool is_label = column == 0 && head->columns > 1;
        if (column == 0)
            at = is_label ? arena_copy(&reader->trend->arena, reader->cell)
                          : arena_printf(&reader->trend->arena, "%zu", reader->line);
        if (at == NULL)
            return ASSAY_ERR_MEMORY;
        if (!is_label)
            TRY(add_point(reader,
                          &reader->trend->series.items[before + column - (head->columns > 1)],
                          column, at));
    }
    return reader->is_last
               ? ASSAY_OK
               : buf_error(reader->error, ASSAY_ERR_PARSE, "%s:%zu: more than %zu columns",
                           reader->name, reader->line, head->columns);
}

static bool is_empty_line(const struct reader *reader)
{
    return *reader->at == '\n' ||
           (*reader->at == '\r' && reader->at + 1 < reader->end && reader->at[1] == '\n');
}

assay_status table_parse(const char *text, size_t length, const char *name,
                         const struct metric *metric, struct trend *trend, struct buf *error)
{
    static const char BYTE_ORDER_MARK[] = "\xEF\xBB\xBF";
    struct reader reader = {
        .at = text, .end = text + length, .name = name, .line = 1, .trend = trend, .error = error};
    const size_t before = trend->series.count;
    struct head head;
    if (length >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0)
        reader.at += 3;
    if (reader.at == reader.end)
        return buf_error(error, ASSAY_ERR_PARSE, "%s: empty; wants a table of numbers", name);
    reader.separator = separator_of(reader.at, reader.end);
    TRY(look_at_head(&reader, &head));
    TRY(make_series(&reader, &head, metric));
    for (; reader.at < reader.end; reader.line++) {
        if (is_empty_line(&reader))
            step_over(&reader);
        else
            TRY(read_line(&reader, &head, before));
    }
    return ASSAY_OK;
}

assay_status table_load(const char *path, const struct metric *metric, struct trend *trend,
                        struct buf *error)
{
    char chunk[65536];
    size_t got;
    BUF_AUTO text;
    buf_init(&text, TABLE_BYTES_MAX);
    bool is_input = strcmp(path, "-") == 0;
    FILE *file = is_input ? stdin : fopen(path, "re");
    if (file == NULL)
        return buf_error(error, ASSAY_ERR_IO, "cannot open '%s': %s", path, strerror(errno));
    while (text.status == ASSAY_OK && (got = fread(chunk, 1, sizeof chunk, file)) > 0)
        buf_add(&text, chunk, got);
    int code = ferror(file) != 0 ? errno : 0;
    if (!is_input)
        fclose(file);
    if (code != 0)
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s': %s", path, strerror(code));
    if (text.status != ASSAY_OK)
        return buf_error(error, text.status, "'%s' is longer than %d MiB", path,
                         TABLE_BYTES_MAX >> 20);
    return table_parse(text.text, text.length, is_input ? "standard input" : path, metric, trend,
                       error);
}
