/* Metrics of benchmarks' own.  Hosts in any language send them, so every rule of docs/protocol.md
 * is checked here again, whatever assay-host has looked at. Invariant: an observation's metric is
 * in `known`, and no two of those have one name. */
#include "measure/metrics.h"

#include <string.h>

void own_metrics_init(struct own_metrics *own, struct arena *arena)
{
    *own = (struct own_metrics){.arena = arena};
    buf_init(&own->error, 1024);
}

void own_metrics_release(struct own_metrics *own)
{
    vec_release(&own->known);
    buf_release(&own->error);
}

static const struct metric *find(const struct own_metrics *own, const char *name)
{
    for (size_t i = 0; i < own->known.count; i++)
        if (strcmp(own->known.items[i]->name, name) == 0)
            return own->known.items[i];
    return NULL;
}

static assay_status add(struct own_metrics *own, const struct metric *metric,
                        const struct metric **ret_known)
{
    if (own->known.count == PROTOCOL_METRICS_MAX)
        return buf_error(&own->error, ASSAY_ERR_ARGUMENT,
                         "metric '%s' is one more than the %d allowed", metric->name,
                         PROTOCOL_METRICS_MAX);
    struct metric *copy = arena_alloc(own->arena, sizeof *copy);
    const struct metric **place = copy ? vec_add(&own->known) : NULL;
    if (place == NULL)
        return ASSAY_ERR_MEMORY;
    *copy = *metric;
    copy->name = arena_copy(own->arena, metric->name);
    copy->unit = arena_copy(own->arena, metric->unit);
    *place = *ret_known = copy;
    if (copy->name != NULL && copy->unit != NULL)
        return ASSAY_OK;
    own->known.count--;
    return ASSAY_ERR_MEMORY;
}

static assay_status read(struct own_metrics *own, const struct message *message, uint32_t launch,
                         observation_vec *observations)
{
    struct metric metric;
    double value;
    TRY(message_read_metric(message, &metric, &value, &own->error));
    const struct metric *known = find(own, metric.name);
    if (known != NULL)
        TRY(protocol_check_same(known, &metric, &own->error));
    else
        TRY(add(own, &metric, &known));
    struct observation *observation = observations ? vec_add(observations) : NULL;
    if (observations != NULL && observation == NULL)
        return ASSAY_ERR_MEMORY;
    if (observation != NULL)
        *observation = (struct observation){known, launch, value};
    return ASSAY_OK;
}

void own_metrics_read(struct own_metrics *own, const struct message *message, uint32_t launch,
                      observation_vec *observations)
{
    if (own->error.length > 0)
        return;
    assay_status status = read(own, message, launch, observations);
    if (status != ASSAY_OK && own->error.length == 0)
        buf_puts(&own->error, status_text(status));
}

enum outcome own_metrics_judge(const struct own_metrics *own, enum outcome outcome,
                               struct buf *reason)
{
    if (outcome != OUTCOME_OK || own->error.length == 0)
        return outcome;
    buf_error(reason, ASSAY_OK, "%s", own->error.text);
    return OUTCOME_FAILED;
}
