/* What h2load prints: a table of times for people, rates, and how many requests failed.
 * The time for a request is told as its extremes, mean and deviation; the mean stands for the
 * median, which it does not tell. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exchange/read/importers.h"
#include "exchange/read/lines.h"

bool import_h2load_sniff(const struct import_text *text)
{
    return strstr(text->text, "\nfinished in ") != NULL &&
           strstr(text->text, "\ntime for request:") != NULL;
}

/* "635.91us" or "1.23MB/s": a number with what sticks to it. */
static bool take(const char **at, double *ret_value, char unit[16])
{
    const char *rest;
    if (!line_number(*at, ret_value, &rest))
        return false;
    rest += strspn(rest, " ");
    size_t length = strcspn(rest, " \t,");
    snprintf(unit, 16, "%.*s", (int)(length < 15 ? length : 15), rest);
    *at = rest + length + strspn(rest + length, " \t,");
    return true;
}

/* min, max, mean, sd */
static assay_status add_times(struct sink *sink, const struct place *place, const char *text,
                              const char *metric)
{
    double ns[4];
    const struct sink_row row = {.name = "request", .metric = metric, .unit = "ns"};
    for (size_t i = 0; i < 4; i++) {
        char unit[16];
        double value;
        if (!take(&text, &value, unit) || sink_ns_of_unit(unit) == 0)
            return sink_wrong(sink, place, "wants four times such as 635.91us");
        ns[i] = value * sink_ns_of_unit(unit);
    }
    const struct summary summary = {.sample_count = 1,
                                    .median = ns[2],
                                    .interval = {ns[2], ns[2], 0},
                                    .mean = ns[2],
                                    .min = ns[0],
                                    .max = ns[1],
                                    .sd = ns[3]};
    return sink_add_summary(sink, place, &row, &summary);
}

static double bytes_of(const char *unit)
{
    static const char *const UNITS[] = {"B/s", "KB/s", "MB/s", "GB/s"};
    for (int i = 0; i < 4; i++)
        if (strcmp(UNITS[i], unit) == 0)
            return ldexp(1, 10 * i);
    return 0;
}

/* "finished in 1.23s, 8130.08 req/s, 1.20MB/s" */
static assay_status add_rates(struct sink *sink, const struct place *place, const char *text)
{
    char unit[16];
    double seconds, requests, transfer;
    struct sink_row row = {.name = "request", .metric = METRICS[METRIC_ITEMS].name, .unit = "1/s"};
    if (!take(&text, &seconds, unit) || !take(&text, &requests, unit) || strcmp(unit, "req/s") != 0)
        return sink_wrong(sink, place, "wants a time and a rate such as 8130.08 req/s");
    TRY(sink_add(sink, place, &row, &requests, 1));
    if (!take(&text, &transfer, unit) || bytes_of(unit) == 0)
        return sink_wrong(sink, place, "wants a rate such as 1.20MB/s");
    transfer *= bytes_of(unit);
    row.metric = METRICS[METRIC_BYTES].name;
    row.unit = "B/s";
    return sink_add(sink, place, &row, &transfer, 1);
}

/* "requests: 10 total, 10 started, 10 done, 10 succeeded, 0 failed, 0 errored, 0 timeout" */
static assay_status add_failed(struct sink *sink, const struct place *place, const char *text)
{
    static const char KEY[] = " succeeded, ";
    const struct sink_row row = {.name = "request", .metric = "failed_requests", .unit = ""};
    const char *found = strstr(text, KEY), *rest;
    double failed;
    if (found == NULL || !line_number(found + strlen(KEY), &failed, &rest))
        return sink_wrong(sink, place, "wants a number of failed requests");
    return sink_add(sink, place, &row, &failed, 1);
}

assay_status import_h2load_parse(const struct import_text *text, struct sink *sink)
{
    struct lines lines;
    const char *found;
    lines_init(&lines, text->text, text->length);
    while (lines_next(&lines)) {
        const struct place place = {.index = lines.number};
        if ((found = line_after(lines.text, "time for request:")) != NULL)
            TRY(add_times(sink, &place, found, NULL));
        else if ((found = line_after(lines.text, "time for connect:")) != NULL)
            TRY(add_times(sink, &place, found, "connect_ns"));
        else if ((found = line_after(lines.text, "time to 1st byte:")) != NULL)
            TRY(add_times(sink, &place, found, "first_byte_ns"));
        else if ((found = line_after(lines.text, "finished in")) != NULL)
            TRY(add_rates(sink, &place, found));
        else if ((found = line_after(lines.text, "requests:")) != NULL)
            TRY(add_failed(sink, &place, found));
    }
    return ASSAY_OK;
}
