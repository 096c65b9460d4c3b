/* What `perf stat -x,` writes: value,unit,event,run time,percent[,ratio,its unit].
 * With -r there is one column more, the deviation.  The program is not named in it: the file is.
 * "<not counted>" and "<not supported>" are no values. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "exchange/read/importers.h"
#include "exchange/read/lines.h"

enum { FIELDS_MAX = 12 };

static size_t split(char *line, char *fields[FIELDS_MAX])
{
    const char *separator = strchr(line, ';') != NULL && strchr(line, ',') == NULL ? ";" : ",";
    size_t count = 0;
    char *rest = line;
    while (count < FIELDS_MAX && rest != NULL)
        fields[count++] = strsep(&rest, separator);
    return count;
}

static bool is_counted(const char *field)
{
    const char *rest;
    double value;
    return line_number(field, &value, &rest) && *rest == '\0';
}

/* A value or "<not counted>", an event with letters, and times behind. */
static bool is_row(char *const *fields, size_t count)
{
    bool value = count >= 5 && (is_counted(fields[0]) || fields[0][0] == '<');
    return value && fields[2][0] != '\0' && !is_counted(fields[2]) &&
           (is_counted(fields[3]) || text_ends_with(fields[3], "%"));
}

bool import_perf_stat_sniff(const struct import_text *text)
{
    enum { LOOKED_AT = 40 };
    char *fields[FIELDS_MAX];
    struct lines lines;
    lines_init(&lines, text->text, text->length);
    for (int i = 0; i < LOOKED_AT && lines_next(&lines); i++)
        if (is_row(fields, split(lines.text, fields)))
            return true;
    return false;
}

static assay_status add_row(struct sink *sink, const struct place *place, const char *name,
                            char *const *fields)
{
    const char *rest, *unit = fields[1];
    struct sink_row row = {.name = name, .metric = fields[2], .unit = unit[0] ? unit : "events"};
    double value;
    if (!line_number(fields[0], &value, &rest))
        return ASSAY_OK;
    if (strncmp(fields[2], "instructions", 12) == 0) {
        row.metric = METRICS[METRIC_INSTRUCTIONS].name;
        row.unit = METRICS[METRIC_INSTRUCTIONS].unit;
    } else if (strncmp(fields[2], "duration_time", 13) == 0) {
        row.metric = NULL;
        row.unit = "ns";
    }
    return sink_add(sink, place, &row, &value, 1);
}

assay_status import_perf_stat_parse(const struct import_text *text, struct sink *sink)
{
    char *fields[FIELDS_MAX], name[SINK_TEXT_MAX + 1];
    struct lines lines;
    snprintf(name, sizeof name, "%s", text_file_name(text->name));
    lines_init(&lines, text->text, text->length);
    while (lines_next(&lines)) {
        const struct place place = {.index = lines.number};
        if (lines.text[0] == '\0' || lines.text[0] == '#')
            continue;
        size_t count = split(lines.text, fields);
        if (!is_row(fields, count))
            return sink_wrong(sink, &place, "wants value,unit,event,run time,percent");
        TRY(add_row(sink, &place, name, fields));
    }
    return ASSAY_OK;
}
