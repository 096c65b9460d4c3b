/* From launches to observations.
 *
 * Order: init; per launch attach, begin, ran ..., end, detach; conclude; release.
 * Why growth is concluded here and is no observation: its interval is not that of a typical value
 * (it may be below 0, and launches that agree on 0 have seen no more than a page).
 * Invariant: a resource that was asked for is a measurement or has a reason in result->missing. */
#include "measure/resources/resources.h"

#include <math.h>

enum { VOLUNTARY, INVOLUNTARY };

static const enum resource_id OF_COUNTER[COUNTER_COUNT] = {
    [COUNTER_CYCLES] = RESOURCE_CYCLES,
    [COUNTER_INSTRUCTIONS] = RESOURCE_INSTRUCTIONS,
    [COUNTER_BRANCHES] = RESOURCE_BRANCHES,
    [COUNTER_BRANCH_MISSES] = RESOURCE_BRANCH_MISSES,
    [COUNTER_CACHE_MISSES] = RESOURCE_CACHE_MISSES,
    [COUNTER_TASK_CLOCK] = RESOURCE_TASK_CLOCK,
    [COUNTER_PAGE_FAULTS] = RESOURCE_PERF_FAULTS,
    [COUNTER_CONTEXT_SWITCHES] = RESOURCE_PERF_SWITCHES,
};

void resources_init(struct resources *resources, unsigned extras)
{
    *resources = (struct resources){.extras = extras};
    resources->sampler.process.folder = -1;
}

void resources_attach(struct resources *resources, struct host *host)
{
    double unknown = (double)NAN;
    if (!(resources->extras & EXTRA_COUNTERS) || host->child.pid == 0)
        return;
    counters_open(host_pid(host), &resources->counters);
    resources->is_counting = true;
    for (int id = 0; id < COUNTER_COUNT; id++)
        resources->counters_missing[id] =
            counters_why(&resources->counters, (enum counter_id)id, unknown);
}

/* Of getrusage in the host; a program that is its own host may leave them out. */
static bool read_switches(const struct message *message, void *context)
{
    double *switches = context;
    switches[VOLUNTARY] = message_number(message, "voluntary_switches", (double)NAN);
    switches[INVOLUNTARY] = message_number(message, "involuntary_switches", (double)NAN);
    return message_is_closing(message);
}

static void ask_switches(struct host *host, double switches[2])
{
    enum outcome outcome;
    switches[VOLUNTARY] = switches[INVOLUNTARY] = (double)NAN;
    if (host_ask(host, "usage", read_switches, switches, &outcome) != ASSAY_OK)
        switches[VOLUNTARY] = switches[INVOLUNTARY] = (double)NAN;
}

static void look(void *context)
{
    struct resources *resources = context;
    sampler_look(&resources->sampler, (double)NAN);
}

static struct sampler_traffic traffic_of(const struct host *host)
{
    return (struct sampler_traffic){host->sent_bytes, host->received_bytes};
}

void resources_begin(struct resources *resources, struct host *host)
{
    resources->iterations = 0;
    if (resources->extras & EXTRA_RESOURCES) {
        ask_switches(host, resources->switches_before);
        const struct sampler_traffic traffic = traffic_of(host);
        sampler_start(&resources->sampler, host_pid(host), &traffic);
        host->watch = (struct host_watch){look, resources};
        resources->is_watching = true;
    }
    if (resources->is_counting)
        counters_read(&resources->counters, resources->counts_before);
}

void resources_ran(struct resources *resources, double iterations)
{
    resources->iterations += iterations;
    if (resources->is_watching)
        sampler_look(&resources->sampler, resources->iterations);
}

static assay_status observe(struct resources *resources, enum resource_id id, uint32_t launch,
                            double value, observation_vec *observations)
{
    if (!isfinite(value))
        return ASSAY_OK;
    struct observation *observation = vec_add(observations);
    if (observation == NULL)
        return ASSAY_ERR_MEMORY;
    resources->told[id] = true;
    *observation = (struct observation){&RESOURCES[id].metric, launch, value};
    return ASSAY_OK;
}

static assay_status end_watch(struct resources *resources, struct host *host, uint32_t launch,
                              observation_vec *observations)
{
    struct sampled sampled;
    double after[2];
    const struct sampler_traffic traffic = traffic_of(host);
    host->watch = (struct host_watch){NULL, NULL};
    if (launch == 0) /* once a benchmark: the kernel walks all pages for it */
        sampler_ask_pss(&resources->sampler);
    sampler_finish(&resources->sampler, resources->iterations, &traffic, &sampled);
    ask_switches(host, after);
    sampled.values[RESOURCE_VOLUNTARY_SWITCHES] =
        (after[VOLUNTARY] - resources->switches_before[VOLUNTARY]) / resources->iterations;
    sampled.values[RESOURCE_INVOLUNTARY_SWITCHES] =
        (after[INVOLUNTARY] - resources->switches_before[INVOLUNTARY]) / resources->iterations;
    for (int id = 0; id < RESOURCE_COUNT; id++)
        TRY(observe(resources, (enum resource_id)id, launch, sampled.values[id], observations));
    if (!isnan(sampled.each.slope)) {
        struct growth *each = vec_add(&resources->each);
        if (each == NULL)
            return ASSAY_ERR_MEMORY;
        *each = sampled.each;
    }
    if (!isnan(sampled.hour.slope)) {
        struct growth *hour = vec_add(&resources->hour);
        if (hour == NULL)
            return ASSAY_ERR_MEMORY;
        *hour = sampled.hour;
    }
    return ASSAY_OK;
}

static assay_status end_counting(struct resources *resources, uint32_t launch,
                                 observation_vec *observations)
{
    double after[COUNTER_COUNT];
    counters_read(&resources->counters, after);
    for (int id = 0; id < COUNTER_COUNT; id++)
        TRY(observe(resources, OF_COUNTER[id], launch,
                    (after[id] - resources->counts_before[id]) / resources->iterations,
                    observations));
    return ASSAY_OK;
}

assay_status resources_end(struct resources *resources, struct host *host, uint32_t launch,
                           observation_vec *observations)
{
    if (!(resources->iterations > 0))
        return ASSAY_OK;
    if (resources->is_counting)
        TRY(end_counting(resources, launch, observations));
    return resources->is_watching ? end_watch(resources, host, launch, observations) : ASSAY_OK;
}

void resources_detach(struct resources *resources)
{
    if (resources->is_watching)
        sampler_stop(&resources->sampler);
    if (resources->is_counting)
        counters_close(&resources->counters);
    resources->is_watching = resources->is_counting = false;
}

/* ---- after the launches ---- */

static assay_status add_growth(struct resources *resources, enum resource_id id,
                               const struct growth *launches, size_t count, struct result *result)
{
    if (count == 0)
        return ASSAY_OK;
    struct summary summary;
    TRY(growth_summarize(launches, count, &summary));
    struct measurement *measurement = result_add_measurement(result, &RESOURCES[id].metric);
    if (measurement == NULL)
        return ASSAY_ERR_MEMORY;
    measurement->summary = summary;
    resources->told[id] = true;
    return ASSAY_OK;
}

static assay_status add_missing_counter(struct result *result, enum resource_id id,
                                        const char *reason)
{
    const struct resource *resource = &RESOURCES[id];
    return result_add_missing(result, resource->metric.name,
                              reason[0] != '\0' ? reason : resource->absent);
}

assay_status resources_conclude(struct resources *resources, struct result *result)
{
    if (result->outcome != OUTCOME_OK)
        return ASSAY_OK;
    TRY(add_growth(resources, RESOURCE_GROWTH_EACH, resources->each.items, resources->each.count,
                   result));
    TRY(add_growth(resources, RESOURCE_GROWTH_HOUR, resources->hour.items, resources->hour.count,
                   result));
    for (int id = 0; resources->extras & EXTRA_RESOURCES && id <= RESOURCE_SAMPLER; id++)
        if (!resources->told[id])
            TRY(result_add_missing(result, RESOURCES[id].metric.name, RESOURCES[id].absent));
    for (int id = 0; resources->extras & EXTRA_COUNTERS && id < COUNTER_COUNT; id++)
        if (!resources->told[OF_COUNTER[id]])
            TRY(add_missing_counter(result, OF_COUNTER[id], resources->counters_missing[id]));
    return ASSAY_OK;
}

void resources_release(struct resources *resources)
{
    resources_detach(resources);
    vec_release(&resources->each);
    vec_release(&resources->hour);
}
