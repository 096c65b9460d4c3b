/* What a benchmark uses beside time, over all of its launches: sampled while it is measured, and
 * counted by the kernel. */
#ifndef MEASURE_RESOURCES_RESOURCES_H
#define MEASURE_RESOURCES_RESOURCES_H

#include "measure/host.h"
#include "measure/resources/sampler.h"
#include "probe/counters.h"

/* What the launches told, and the launch under way. */
struct resources {
    unsigned extras; /* EXTRA_... bits; the others are not this file's */
    struct sampler sampler;
    struct counters counters;
    double counts_before[COUNTER_COUNT];
    double switches_before[2];
    double iterations; /* of the launch under way */
    bool is_watching, is_counting;
    bool told[RESOURCE_COUNT];
    const char *counters_missing[COUNTER_COUNT];
    VEC(struct growth) each, hour;
};

void resources_init(struct resources *resources, unsigned extras);

/* Right after the host's start, before it has threads. */
void resources_attach(struct resources *resources, struct host *host);

/* When the benchmark is open, before its first slot. */
void resources_begin(struct resources *resources, struct host *host);

/* After a run of so many iterations in all, while the host waits. */
void resources_ran(struct resources *resources, double iterations);

/* After the last slot, before the teardown: appends what launch number `launch` used.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status resources_end(struct resources *resources, struct host *host,
                                            uint32_t launch, observation_vec *observations);

/* Before the host is collected; safe at any time. */
void resources_detach(struct resources *resources);

/* After all launches: growth as measurements of `result`, and what nobody told.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status resources_conclude(struct resources *resources,
                                                 struct result *result);
void resources_release(struct resources *resources);

#endif
