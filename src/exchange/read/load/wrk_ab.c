/* What wrk and ab print: rates, latencies with their percentiles, errors.
 * Both are texts for people; each line that is known by its first words becomes a metric, the
 * others are passed over.  The latency is the time of the benchmark. */
#include <stdio.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/lines.h"

/* A number with a unit stuck to it: "635.91us", "1.23MB", "12.5k". */
static bool with_unit(const char *text, double *ret_value, char unit[8])
{
    const char *rest;
    unit[0] = '\0';
    if (!line_number(text, ret_value, &rest))
        return false;
    snprintf(unit, 8, "%.*s", (int)strcspn(rest, " \t"), rest);
    return true;
}

static double bytes_of(const char *unit)
{
    static const struct {
        const char *name;
        double bytes;
    } UNITS[] = {{"B", 1},           {"KB", 1024.0},          {"MB", 1048576.0},
                 {"GB", 1073741824}, {"TB", 1099511627776.0}, {"[Kbytes/sec]", 1024.0}};
    for (size_t i = 0; i < sizeof UNITS / sizeof *UNITS; i++)
        if (strcmp(UNITS[i].name, unit) == 0)
            return UNITS[i].bytes;
    return 0;
}

struct load {
    struct sink *sink;
    struct sink_row row;
    char name[SINK_TEXT_MAX + 1], params[64];
};

static assay_status add(struct load *load, const struct place *place, const char *metric,
                        const char *unit, double value)
{
    struct sink_row row = load->row;
    row.metric = metric;
    row.unit = unit;
    row.direction = LOWER_IS_BETTER;
    return sink_add(load->sink, place, &row, &value, 1);
}

static void load_init(struct load *load, struct sink *sink)
{
    *load = (struct load){.sink = sink};
    load->row.name = load->name;
    load->row.params = load->params;
    snprintf(load->name, sizeof load->name, "request");
}

/* ---- wrk ------------------------------------------------------------------------------------- */

bool import_wrk_sniff(const struct import_text *text)
{
    return strncmp(text->text, "Running ", 8) == 0 && strstr(text->text, " test @ ") != NULL;
}

static assay_status wrk_time(struct load *load, const struct place *place, const char *metric,
                             const char *text)
{
    char unit[8];
    double value;
    if (!with_unit(text, &value, unit) || sink_ns_of_unit(unit) == 0)
        return sink_wrong(load->sink, place, "wants a latency such as 1.50ms");
    return add(load, place, metric, unit, value);
}

static assay_status wrk_transfer(struct load *load, const struct place *place, const char *text)
{
    char unit[8];
    double value;
    if (!with_unit(text, &value, unit) || bytes_of(unit) == 0)
        return sink_wrong(load->sink, place, "wants an amount such as 1.50MB");
    return add(load, place, METRICS[METRIC_BYTES].name, "B/s", value * bytes_of(unit));
}

static assay_status wrk_line(struct load *load, const struct place *place, const char *line)
{
    const char *found, *rest;
    char metric[32];
    double value;
    unsigned threads, connections;
    if ((found = strstr(line, " test @ ")) != NULL)
        snprintf(load->name, sizeof load->name, "%s", found + strlen(" test @ "));
    else if (sscanf(line, " %u threads and %u connections", &threads, &connections) == 2)
        snprintf(load->params, sizeof load->params, "threads=%u,connections=%u", threads,
                 connections);
    else if ((found = line_after(line, "Latency ")) != NULL && strstr(line, "Distribution") == NULL)
        return wrk_time(load, place, NULL, found);
    else if ((found = line_after(line, "Requests/sec:")) != NULL)
        return line_number(found, &value, &rest)
                   ? add(load, place, METRICS[METRIC_ITEMS].name, "1/s", value)
                   : sink_wrong(load->sink, place, "wants a number of requests");
    else if ((found = line_after(line, "Transfer/sec:")) != NULL)
        return wrk_transfer(load, place, found);
    else if (line_number(line, &value, &rest) && strncmp(rest, "% ", 2) == 0) {
        snprintf(metric, sizeof metric, "latency_p%g_ns", value);
        return wrk_time(load, place, metric, rest + 2);
    }
    return ASSAY_OK;
}

/* ---- ab -------------------------------------------------------------------------------------- */

bool import_ab_sniff(const struct import_text *text)
{
    return strstr(text->text, "ApacheBench") != NULL ||
           (strstr(text->text, "Requests per second:") != NULL &&
            strstr(text->text, "Document Path:") != NULL);
}

static assay_status ab_number(struct load *load, const struct place *place, const char *text,
                              double *ret_value, const char **ret_rest)
{
    return line_number(text, ret_value, ret_rest)
               ? ASSAY_OK
               : sink_wrong(load->sink, place, "wants a number behind the colon");
}

static assay_status ab_line(struct load *load, const struct place *place, const char *line)
{
    const char *found, *rest;
    char metric[32];
    double value;
    if ((found = line_after(line, "Document Path:")) != NULL) {
        snprintf(load->name, sizeof load->name, "%s", found);
    } else if ((found = line_after(line, "Concurrency Level:")) != NULL) {
        TRY(ab_number(load, place, found, &value, &rest));
        snprintf(load->params, sizeof load->params, "connections=%.0f", value);
    } else if ((found = line_after(line, "Failed requests:")) != NULL) {
        TRY(ab_number(load, place, found, &value, &rest));
        return add(load, place, "failed_requests", "", value);
    } else if ((found = line_after(line, "Requests per second:")) != NULL) {
        TRY(ab_number(load, place, found, &value, &rest));
        return add(load, place, METRICS[METRIC_ITEMS].name, "1/s", value);
    } else if ((found = line_after(line, "Time per request:")) != NULL) {
        TRY(ab_number(load, place, found, &value, &rest));
        return strstr(rest, "across all") == NULL ? add(load, place, NULL, "ms", value) : ASSAY_OK;
    } else if ((found = line_after(line, "Transfer rate:")) != NULL) {
        TRY(ab_number(load, place, found, &value, &rest));
        return add(load, place, METRICS[METRIC_BYTES].name, "B/s",
                   value * bytes_of("[Kbytes/sec]"));
    } else if (line_number(line, &value, &rest) && strncmp(rest, "% ", 2) == 0) {
        snprintf(metric, sizeof metric, "latency_p%g_ns", value);
        TRY(ab_number(load, place, rest + 2, &value, &rest));
        return add(load, place, metric, "ms", value);
    }
    return ASSAY_OK;
}

typedef assay_status line_fn(struct load *load, const struct place *place, const char *line);

static assay_status parse(const struct import_text *text, struct sink *sink, line_fn *line)
{
    struct load load;
    struct lines lines;
    load_init(&load, sink);
    lines_init(&lines, text->text, text->length);
    while (lines_next(&lines)) {
        const struct place place = {.index = lines.number};
        TRY(line(&load, &place, lines.text));
    }
    return ASSAY_OK;
}

assay_status import_wrk_parse(const struct import_text *text, struct sink *sink)
{
    return parse(text, sink, wrk_line);
}

assay_status import_ab_parse(const struct import_text *text, struct sink *sink)
{
    return parse(text, sink, ab_line);
}
