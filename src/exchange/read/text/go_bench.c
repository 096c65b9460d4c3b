/* What `go test -bench` prints, and benchstat reads: "BenchmarkName/key=value-8  100  12 ns/op
 * ...". A line repeated by -count is one more launch, of the same process.  Lines that are no
 * results
 * ("PASS", logs) are passed over, as the format asks (golang.org/design/14313-benchmark-format). */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/lines.h"

/* "BenchmarkX-8   100   12 ns/op": a name, a count, at least one pair. */
static bool is_result(const char *line)
{
    size_t name = strcspn(line, " \t");
    size_t blanks = strspn(line + name, " \t");
    size_t digits = strspn(line + name + blanks, "0123456789");
    const char *rest = line + name + blanks + digits;
    return strncmp(line, "Benchmark", 9) == 0 && !islower((unsigned char)line[9]) && blanks > 0 &&
           digits > 0 && (*rest == ' ' || *rest == '\t');
}

bool import_go_bench_sniff(const struct import_text *text)
{
    enum { LOOKED_AT = 200 };
    struct lines lines;
    lines_init(&lines, text->text, text->length);
    for (int i = 0; i < LOOKED_AT && lines_next(&lines); i++)
        if (is_result(lines.text))
            return true;
    return false;
}

struct named {
    char name[SINK_TEXT_MAX + 1], params[2 * SINK_TEXT_MAX + 32];
};

/* "BenchmarkSum/size=10/fast-8" -> "Sum/fast", "size=10,procs=8". */
static bool split_name(char *full, struct named *ret)
{
    size_t used = 0, length = strlen(full);
    char *dash = strrchr(full, '-'), *rest = full + strlen("Benchmark"), *part;
    if (length > SINK_TEXT_MAX)
        return false;
    ret->name[0] = ret->params[0] = '\0';
    if (dash != NULL && dash[1] != '\0' && strspn(dash + 1, "0123456789") == strlen(dash + 1)) {
        used = (size_t)snprintf(ret->params, sizeof ret->params, "procs=%s", dash + 1);
        *dash = '\0';
    }
    while ((part = strsep(&rest, "/")) != NULL) {
        size_t at = strlen(ret->name);
        if (strchr(part, '=') != NULL)
            used += (size_t)snprintf(ret->params + used, sizeof ret->params - used, "%s%s",
                                     used > 0 ? "," : "", part);
        else
            snprintf(ret->name + at, sizeof ret->name - at, "%s%s", at > 0 ? "/" : "", part);
    }
    if (ret->name[0] == '\0')
        snprintf(ret->name, sizeof ret->name, "Benchmark");
    return true;
}

/* "ns/op", "B/op", "allocs/op", "MB/s", and what benchmarks report themselves. */
static assay_status add_pair(struct sink *sink, const struct place *place,
                             const struct sink_row *named, double value, const char *unit)
{
    struct sink_row row = *named;
    row.unit = unit;
    row.metric = unit;
    row.direction = strstr(unit, "/s") != NULL ? HIGHER_IS_BETTER : LOWER_IS_BETTER;
    if (strcmp(unit, "ns/op") == 0) {
        row.metric = NULL;
    } else if (strcmp(unit, "MB/s") == 0) {
        row.metric = METRICS[METRIC_BYTES].name;
        row.unit = "B/s";
        value *= 1e6;
    } else if (strcmp(unit, "B/op") == 0) {
        row.metric = "allocated_bytes";
        row.unit = "B";
    } else if (strcmp(unit, "allocs/op") == 0) {
        row.metric = "allocations";
        row.unit = "allocs";
    }
    return sink_add(sink, place, &row, &value, 1);
}

static assay_status add_line(struct sink *sink, const struct place *place, const char *package,
                             char *line)
{
    struct named named;
    char *rest = line, *name = line_word(&rest), *number, *unit;
    const char *tail;
    double value;
    line_word(&rest); /* how many iterations */
    if (!split_name(name, &named))
        return sink_wrong(sink, place, "a name longer than %d bytes", SINK_TEXT_MAX);
    const struct sink_row row = {.suite = package, .name = named.name, .params = named.params};
    while ((number = line_word(&rest)) != NULL) {
        unit = line_word(&rest);
        if (!line_number(number, &value, &tail) || *tail != '\0' || unit == NULL)
            return sink_wrong(sink, place, "wants pairs of a number and its unit");
        TRY(add_pair(sink, place, &row, value, unit));
    }
    return sink_has(sink, &row) ? sink_warn(sink, SINK_SAME_PROCESS) : ASSAY_OK;
}

/* "/" divides ids. */
static void keep_package(char package[SINK_TEXT_MAX + 1], const char *name)
{
    snprintf(package, SINK_TEXT_MAX + 1, "%s", name);
    for (char *at = package; *at != '\0'; at++)
        *at = *at == '/' ? '.' : *at;
}

assay_status import_go_bench_parse(const struct import_text *text, struct sink *sink)
{
    char package[SINK_TEXT_MAX + 1] = "";
    const char *found;
    struct lines lines;
    lines_init(&lines, text->text, text->length);
    while (lines_next(&lines)) {
        const struct place place = {.index = lines.number};
        if ((found = line_after(lines.text, "pkg:")) != NULL)
            keep_package(package, found);
        else if ((found = line_after(lines.text, "cpu:")) != NULL)
            TRY(sink_fact(sink, &sink->facts.machine, found));
        else if (is_result(lines.text))
            TRY(add_line(sink, &place, package, lines.text));
    }
    return ASSAY_OK;
}
