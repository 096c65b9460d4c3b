/* CSV with a heading: which column is what says --columns, else the columns' names do.
 * Keys: name (wanted), value (wanted), suite, metric, unit, better; any other key is a parameter.
 * A column written as "=TEXT" is that text in every row.  Lines with the same benchmark and metric
 * are launches of it. */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/text.h"
#include "exchange/read/importers.h"
#include "exchange/read/lines.h"

enum { COLUMNS_MAX = 256 };
enum key { KEY_NAME, KEY_VALUE, KEY_SUITE, KEY_METRIC, KEY_UNIT, KEY_BETTER, KEY_COUNT };
static const char *const KEYS[KEY_COUNT] = {"name", "value", "suite", "metric", "unit", "better"};

/* What a key gets: a column, or the same text for all rows. */
struct source {
    int column; /* below 0: none */
    const char *text;
};

struct param {
    const char *key;
    struct source from;
};

struct map {
    struct source keys[KEY_COUNT];
    struct param params[32];
    size_t param_count;
    char text[4096]; /* of --columns, divided */
};

struct table {
    struct sink *sink;
    struct lines lines;
    char separator;
    char *cells[COLUMNS_MAX];
    size_t count;
    char heading[LINE_MAX_BYTES];
    char *names[COLUMNS_MAX];
    size_t name_count;
    struct map map;
};

static char separator_of(const char *line)
{
    return strchr(line, '\t') ? '\t' : strchr(line, ';') ? ';' : ',';
}

/* Divides a line in place; quotes as in RFC 4180, but no line's end inside them. */
static size_t split(char *line, char separator, char *cells[COLUMNS_MAX])
{
    size_t count = 0;
    char *in = line;
    for (bool more = true; more && count < COLUMNS_MAX;) {
        bool quoted = *in == '"';
        char *out = in, *start = in;
        in += quoted;
        for (; *in != '\0' && (quoted || *in != separator); in++) {
            if (quoted && *in == '"' && *++in != '"') {
                quoted = false;
                in--;
                continue;
            }
            *out++ = *in;
        }
        more = *in == separator;
        in += more;
        *out = '\0';
        cells[count++] = start;
    }
    return count;
}

static int column_of(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->name_count; i++)
        if (strcasecmp(table->names[i], name) == 0)
            return (int)i;
    return -1;
}

/* The usual names of columns, when no map is given. */
static void map_usual(struct table *table)
{
    static const char *const OTHERS[][2] = {{"benchmark", "name"}, {"time", "value"}};
    struct map *map = &table->map;
    for (int key = 0; key < KEY_COUNT; key++)
        map->keys[key].column = column_of(table, KEYS[key]);
    if (map->keys[KEY_NAME].column < 0)
        map->keys[KEY_NAME].column = column_of(table, OTHERS[0][0]);
    if (map->keys[KEY_VALUE].column < 0)
        map->keys[KEY_VALUE].column = column_of(table, OTHERS[1][0]);
}

static assay_status map_one(struct table *table, char *pair)
{
    const struct place place = {.index = 1};
    char *equals = strchr(pair, '=');
    struct map *map = &table->map;
    int key = 0;
    if (equals == NULL || equals == pair || equals[1] == '\0')
        return sink_wrong(table->sink, &place, "--columns wants KEY=COLUMN, not '%.64s'", pair);
    *equals++ = '\0';
    struct source source = {-1, *equals == '=' ? equals + 1 : NULL};
    if (source.text == NULL && (source.column = column_of(table, equals)) < 0)
        return sink_wrong(table->sink, &place, "no column '%.64s' in the heading", equals);
    while (key < KEY_COUNT && strcmp(KEYS[key], pair) != 0)
        key++;
    if (key < KEY_COUNT) {
        map->keys[key] = source;
        return ASSAY_OK;
    }
    if (map->param_count == sizeof map->params / sizeof *map->params)
        return sink_wrong(table->sink, &place, "--columns has too many parameters");
    map->params[map->param_count++] = (struct param){pair, source};
    return ASSAY_OK;
}

static assay_status map_columns(struct table *table, const char *columns)
{
    const struct place place = {.index = 1};
    struct map *map = &table->map;
    char *rest = map->text, *pair;
    for (int key = 0; key < KEY_COUNT; key++)
        map->keys[key].column = -1;
    if (columns == NULL)
        map_usual(table);
    else
        snprintf(map->text, sizeof map->text, "%s", columns);
    while (columns != NULL && (pair = strsep(&rest, ",")) != NULL)
        TRY(map_one(table, pair));
    for (int key = KEY_NAME; key <= KEY_VALUE; key++)
        if (map->keys[key].column < 0 && map->keys[key].text == NULL)
            return sink_wrong(table->sink, &place,
                              "no column for '%s'; say --columns %s=COLUMN,...", KEYS[key],
                              KEYS[key]);
    return ASSAY_OK;
}

static const char *text_of(const struct table *table, const struct source *source)
{
    if (source->text != NULL)
        return source->text;
    return source->column >= 0 ? table->cells[source->column] : NULL;
}

static assay_status add_row(struct table *table, const struct place *place)
{
    const struct map *map = &table->map;
    const char *texts[KEY_COUNT], *rest;
    double value;
    BUF_AUTO params;
    buf_init(&params, SINK_TEXT_MAX);
    for (int key = 0; key < KEY_COUNT; key++)
        texts[key] = text_of(table, &map->keys[key]);
    for (size_t i = 0; i < map->param_count; i++)
        buf_printf(&params, "%s%s=%s", i > 0 ? "," : "", map->params[i].key,
                   text_of(table, &map->params[i].from));
    if (params.status != ASSAY_OK)
        return sink_wrong(table->sink, place, "parameters longer than %d bytes", SINK_TEXT_MAX);
    if (!line_number(texts[KEY_VALUE], &value, &rest) || rest[strspn(rest, " ")] != '\0')
        return sink_wrong(table->sink, place, "'%.64s' is no number", texts[KEY_VALUE]);
    bool is_time = sink_ns_of_unit(texts[KEY_UNIT]) > 0;
    const struct sink_row row = {
        .suite = texts[KEY_SUITE],
        .name = texts[KEY_NAME],
        .params = params.text,
        .metric = texts[KEY_METRIC] ? texts[KEY_METRIC]
                  : is_time         ? NULL
                                    : "value",
        .unit = texts[KEY_UNIT],
        .direction = texts[KEY_BETTER] && strcasecmp(texts[KEY_BETTER], "higher") == 0
                         ? HIGHER_IS_BETTER
                         : LOWER_IS_BETTER,
    };
    return sink_add(table->sink, place, &row, &value, 1);
}

bool import_csv_sniff(const struct import_text *text)
{
    struct lines lines;
    char *cells[COLUMNS_MAX];
    lines_init(&lines, text->text, text->length);
    if (text->columns != NULL || !lines_next(&lines))
        return text->columns != NULL;
    size_t count = split(lines.text, separator_of(lines.text), cells);
    int wanted = 0;
    for (size_t i = 0; i < count; i++)
        wanted += strcasecmp(cells[i], "name") == 0 || strcasecmp(cells[i], "benchmark") == 0 ||
                  strcasecmp(cells[i], "value") == 0 || strcasecmp(cells[i], "time") == 0;
    return wanted == 2;
}

static assay_status read_rows(struct table *table)
{
    struct lines *lines = &table->lines;
    while (lines_next(lines)) {
        const struct place place = {.index = lines->number};
        if (lines->text[0] == '\0')
            continue;
        table->count = split(lines->text, table->separator, table->cells);
        if (table->count != table->name_count)
            return sink_wrong(table->sink, &place, "%zu columns where %zu are", table->count,
                              table->name_count);
        TRY(add_row(table, &place));
    }
    return ASSAY_OK;
}

assay_status import_csv_parse(const struct import_text *text, struct sink *sink)
{
    struct table *table = calloc(1, sizeof *table);
    if (table == NULL)
        return ASSAY_ERR_MEMORY;
    table->sink = sink;
    lines_init(&table->lines, text->text, text->length);
    lines_next(&table->lines);
    memcpy(table->heading, table->lines.text, sizeof table->heading);
    table->separator = separator_of(table->heading);
    table->name_count = split(table->heading, table->separator, table->names);
    assay_status status = map_columns(table, text->columns);
    if (status == ASSAY_OK)
        status = read_rows(table);
    free(table);
    return status;
}
