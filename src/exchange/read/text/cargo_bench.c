/* What `cargo bench` prints with the built-in harness:
 *     test parse::small ... bench:       1,234.50 ns/iter (+/- 56) = 12 MB/s
 * The number is a median and "+/-" the distance between the quickest and the slowest of 50 samples;
 * neither samples nor their interval are told, so the spread is kept as lost. */
#include <stdio.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/lines.h"

static const char *after_bench(const char *line)
{
    const char *found = strncmp(line, "test ", 5) == 0 ? strstr(line, " ... bench:") : NULL;
    return found ? found + strlen(" ... bench:") : NULL;
}

bool import_cargo_bench_sniff(const struct import_text *text)
{
    struct lines lines;
    lines_init(&lines, text->text, text->length);
    while (lines_next(&lines))
        if (after_bench(lines.text) != NULL)
            return true;
    return false;
}

static assay_status add_line(struct sink *sink, const struct place *place, char *line)
{
    const char *values = after_bench(line), *rest, *rate;
    struct sink_row row = {.name = line + strlen("test ")};
    char unit[8] = "";
    double value, per_second;
    line[values - line - (long)strlen(" ... bench:")] = '\0';
    if (!line_number(values, &value, &rest) || sscanf(rest, " %3[^/ ]/iter", unit) != 1)
        return sink_wrong(sink, place, "wants 'NUMBER ns/iter' after 'bench:'");
    row.unit = unit;
    TRY(sink_add(sink, place, &row, &value, 1));
    rate = strstr(rest, " = ");
    if (rate == NULL || !line_number(rate + 3, &per_second, &rest) ||
        strncmp(rest, " MB/s", 5) != 0)
        return ASSAY_OK;
    row.metric = METRICS[METRIC_BYTES].name;
    row.unit = "B/s";
    per_second *= 1e6;
    return sink_add(sink, place, &row, &per_second, 1);
}

assay_status import_cargo_bench_parse(const struct import_text *text, struct sink *sink)
{
    struct lines lines;
    lines_init(&lines, text->text, text->length);
    while (lines_next(&lines)) {
        const struct place place = {.index = lines.number};
        if (after_bench(lines.text) != NULL)
            TRY(add_line(sink, &place, lines.text));
    }
    return ASSAY_OK;
}
