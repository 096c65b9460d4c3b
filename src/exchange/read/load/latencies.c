/* Latencies of load generators.  They tell mean, extremes and percentiles of all requests, which
 * share a process and a connection: the row says that no interval can be had from that. */
#include "exchange/read/load/latencies.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

assay_status load_add_member(struct sink *sink, const struct place *place,
                             const struct node *object, const char *key, const struct sink_row *row)
{
    const struct place member = {.up = place, .key = key};
    double value;
    TRY(json_read_number(sink, place, object, key, &value));
    return isnan(value) ? ASSAY_OK : sink_add(sink, &member, row, &value, 1);
}

static assay_status add_summary(struct sink *sink, const struct place *place,
                                const struct node *object, const struct sink_row *row,
                                const struct load_members *members)
{
    struct summary summary = {.sample_count = 1};
    double median, low, high;
    TRY(json_need_number(sink, place, object, members->mean, &summary.mean));
    TRY(json_read_number(sink, place, object, members->median, &median));
    TRY(json_read_number(sink, place, object, members->min, &low));
    TRY(json_read_number(sink, place, object, members->max, &high));
    summary.median = isnan(median) ? summary.mean : median;
    summary.min = isnan(low) ? summary.median : low;
    summary.max = isnan(high) ? summary.median : high;
    summary.interval = (struct interval){summary.median, summary.median, 0};
    return sink_add_summary(sink, place, row, &summary);
}

/* The rank of member `key`, of which `pattern` has '*' where the number is; 0 for others. */
static double rank_of(const char *key, const char *pattern)
{
    const char *star = strchr(pattern, '*');
    size_t before = (size_t)(star - pattern);
    char *end;
    if (strncmp(key, pattern, before) != 0)
        return 0;
    double rank = strtod(key + before, &end);
    return end != key + before && strcmp(end, star + 1) == 0 && rank > 0 && rank < 100 ? rank : 0;
}

static assay_status add_percentiles(struct sink *sink, const struct place *place,
                                    const struct node *object, const struct sink_row *named,
                                    const struct load_members *members)
{
    for (NODE_MEMBERS(value, object)) {
        const char *key = value->key;
        char metric[48];
        const double rank = rank_of(key, members->percentile);
        struct sink_row row = *named;
        if (rank == 0)
            continue;
        snprintf(metric, sizeof metric, "latency_p%g_ns", rank);
        row.metric = metric;
        row.unit = members->unit;
        TRY(load_add_member(sink, place, object, key, &row));
    }
    return ASSAY_OK;
}

assay_status load_add_latencies(struct sink *sink, const struct place *place,
                                const struct node *object, const struct sink_row *named,
                                const struct load_members *members)
{
    struct sink_row row = *named;
    row.unit = members->unit;
    TRY(add_summary(sink, place, object, &row, members));
    return add_percentiles(sink, place, object, named, members);
}
