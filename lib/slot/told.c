/* Metrics of a benchmark's own, between the body that states them and the line that carries them.
 * Texts are copied: a body may build names on its stack.
 * Invariant: what is kept here passes protocol_check_metric. */
#include "slot/told.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct told_metric *find(const struct told *told, const char *name)
{
    for (size_t i = 0; i < told->count; i++)
        if (strcmp(told->items[i].name, name) == 0)
            return &told->items[i];
    return NULL;
}

static assay_status add_new(struct told *told, const struct metric *metric, struct buf *error)
{
    if (told->items == NULL)
        told->items = calloc(PROTOCOL_METRICS_MAX, sizeof *told->items);
    if (told->items == NULL)
        return ASSAY_ERR_MEMORY;
    if (told->count == PROTOCOL_METRICS_MAX)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "metric '%s' is one more than the %d allowed",
                         metric->name, PROTOCOL_METRICS_MAX);
    struct told_metric *added = &told->items[told->count++];
    snprintf(added->name, sizeof added->name, "%s", metric->name);
    snprintf(added->unit, sizeof added->unit, "%s", metric->unit);
    added->metric = *metric;
    added->metric.name = added->name;
    added->metric.unit = added->unit;
    return ASSAY_OK;
}

assay_status told_add(struct told *told, const struct metric *metric, double value,
                      struct buf *error)
{
    TRY(protocol_check_metric(metric, value, error));
    struct told_metric *found = find(told, metric->name);
    if (found != NULL)
        TRY(protocol_check_same(&found->metric, metric, error));
    else
        TRY(add_new(told, metric, error));
    found = found ? found : &told->items[told->count - 1];
    found->value = value;
    found->is_new = true;
    return ASSAY_OK;
}

void told_flush(struct told *told, bool is_side_b, struct buf *lines)
{
    for (size_t i = 0; i < told->count; i++) {
        struct told_metric *item = &told->items[i];
        if (!item->is_new)
            continue;
        item->is_new = false;
        message_add_metric(lines, &item->metric, item->value);
        buf_puts(lines, is_side_b ? " side=b\n" : "\n");
    }
}

void told_release(struct told *told)
{
    free(told->items);
    *told = (struct told){NULL, 0};
}
