/* callgrind's output file: the totals of its events under the program's name.  What each function
 * cost stays in the file. */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "exchange/read/importers.h"
#include "exchange/read/lines.h"

bool import_callgrind_sniff(const struct import_text *text)
{
    return strncmp(text->text, "# callgrind format", 18) == 0 ||
           (strstr(text->text, "\nevents: ") != NULL && strstr(text->text, "\ncmd: ") != NULL);
}

static assay_status add_totals(struct sink *sink, const struct place *place, const char *program,
                               char *events, char *totals)
{
    struct sink_row row = {.name = program[0] ? program : "program"};
    char *event, *number;
    const char *rest;
    double value;
    while ((event = line_word(&events)) != NULL) {
        number = line_word(&totals);
        if (number == NULL || !line_number(number, &value, &rest) || *rest != '\0')
            return sink_wrong(sink, place, "wants a count of each event; '%.32s' has none", event);
        bool is_ir = strcmp(event, "Ir") == 0;
        row.metric = is_ir ? METRICS[METRIC_INSTRUCTIONS].name : event;
        row.unit = is_ir ? METRICS[METRIC_INSTRUCTIONS].unit : "events";
        TRY(sink_add(sink, place, &row, &value, 1));
    }
    return ASSAY_OK;
}

/* The first word of a command line without its folder. */
static void keep_program(char program[SINK_TEXT_MAX + 1], const char *command)
{
    snprintf(program, SINK_TEXT_MAX + 1, "%.*s", (int)strcspn(command, " \t"), command);
    const char *file = text_file_name(program);
    memmove(program, file, strlen(file) + 1);
}

assay_status import_callgrind_parse(const struct import_text *text, struct sink *sink)
{
    char program[SINK_TEXT_MAX + 1] = "", events[LINE_MAX_BYTES] = "", totals[LINE_MAX_BYTES];
    size_t where = 0;
    const char *found;
    struct lines lines;
    lines_init(&lines, text->text, text->length);
    while (lines_next(&lines)) {
        const struct place place = {.index = lines.number};
        if ((found = line_after(lines.text, "cmd:")) != NULL)
            keep_program(program, found);
        else if ((found = line_after(lines.text, "creator:")) != NULL)
            TRY(sink_fact(sink, &sink->facts.tool, found));
        else if ((found = line_after(lines.text, "events:")) != NULL)
            snprintf(events, sizeof events, "%s", found);
        else if ((found = line_after(lines.text, "totals:")) != NULL ||
                 (where == 0 && (found = line_after(lines.text, "summary:")) != NULL)) {
            snprintf(totals, sizeof totals, "%s", found);
            where = place.index;
        }
    }
    const struct place place = {.index = where ? where : lines.number};
    if (where == 0 || events[0] == '\0')
        return sink_wrong(sink, &place, "has no '%s' line: cut off?",
                          where ? "events:" : "totals:");
    return add_totals(sink, &place, program, events, totals);
}
