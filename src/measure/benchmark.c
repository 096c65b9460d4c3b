/* From a benchmark to its samples.  Why several launches: memory placement is drawn once a process,
 * so samples of one process agree with each other and still can all be off.
 * Order per launch: start, open, calibrate, warm up, take samples, close.
 * Slots are so long that the two clock reads around them (some 50 ns) drown in their noise. */
#include "measure/benchmark.h"

#include <math.h>
#include <string.h>

#include "measure/host.h"
#include "probe/clock.h"

#define REMOVED_NS 0.003 /* per iteration: a hundredth of a cycle at 3 GHz */
enum { REMOVED_ITERATIONS = 1 << 24, SLOTS_MAX = 10000, LIST_SECONDS_MAX = 20 };

struct launch {
    struct host host;
    const struct plan *plan;
    struct result *result;
    uint32_t number;
    double iterations, slot_ns; /* per slot; what the last one took */
    bool keep;                  /* slots become samples */
};

static bool read_answer(const char *line, void *context)
{
    struct launch *launch = context;
    if (message_is(line, "ok")) {
        launch->result->bytes = message_number(line, "bytes");
        launch->result->items = message_number(line, "items");
    }
    if (!message_is(line, "slot"))
        return false;
    launch->slot_ns = fmax(message_number(line, "ns"), 1);
    struct sample *sample = launch->keep ? vec_add(&launch->result->samples) : NULL;
    if (sample != NULL)
        *sample = (struct sample){launch->iterations, launch->slot_ns, launch->number};
    return launch->keep == (sample != NULL);
}

static enum outcome fail(struct launch *launch, const char *reason)
{
    snprintf(launch->host.reason, REASON_LENGTH_MAX, "%s", reason);
    return OUTCOME_FAILED;
}

static enum outcome run_slots(struct launch *launch, double slots)
{
    char verb[80];
    slots = fmin(fmax(slots, 1), SLOTS_MAX);
    snprintf(verb, sizeof verb, "run iterations=%.0f slots=%.0f", launch->iterations, slots);
    return host_ask(&launch->host, verb, "", read_answer, launch);
}

/* Grows the iteration count until one slot lasts as long as the plan asks. */
static enum outcome calibrate(struct launch *launch)
{
    double target_ns = launch->plan->slot_seconds * 1e9;
    for (launch->iterations = 1;;) {
        enum outcome outcome = run_slots(launch, 1);
        double each_ns = launch->slot_ns / launch->iterations;
        if (outcome != OUTCOME_OK || launch->slot_ns >= target_ns * 0.7)
            return outcome;
        if (launch->iterations >= REMOVED_ITERATIONS && each_ns < REMOVED_NS)
            return fail(launch, "optimized out; use assay_keep() and assay_opaque()");
        launch->iterations =
            ceil(launch->iterations * fmin(fmax(target_ns / launch->slot_ns, 1.5), 10));
    }
}

static enum outcome measure_launch(struct launch *launch, const char *host_program)
{
    const struct plan *plan = launch->plan;
    const char *name = strrchr(launch->result->benchmark, '/') + 1;
    enum outcome outcome =
        host_start(&launch->host, host_program, launch->result->module, plan->limit_seconds);
    if (outcome == OUTCOME_OK)
        outcome = host_ask(&launch->host, "open", name, read_answer, launch);
    if (outcome == OUTCOME_OK)
        outcome = calibrate(launch);
    if (outcome == OUTCOME_OK) /* warm up */
        outcome = run_slots(launch, plan->warmup_seconds * 1e9 / launch->slot_ns);
    launch->keep = true;
    double fitting = plan->measure_seconds * 1e9 / launch->slot_ns;
    if (outcome == OUTCOME_OK)
        outcome = run_slots(launch, plan->samples > 0 ? plan->samples : fitting);
    if (outcome == OUTCOME_OK && launch->result->samples.count == 0)
        return fail(launch, "no samples came");
    return outcome == OUTCOME_OK ? host_ask(&launch->host, "close", "", NULL, NULL) : outcome;
}

void measure_benchmark(const char *host_program, const struct plan *plan, struct result *result)
{
    for (uint32_t i = 0; i < plan->launches && result->outcome == OUTCOME_OK; i++) {
        struct launch launch = {.plan = plan, .number = i, .result = result, .slot_ns = 1};
        result->outcome = measure_launch(&launch, host_program);
        memcpy(result->reason, launch.host.reason, sizeof result->reason);
        host_stop(&launch.host);
    }
}

static bool read_benchmark(const char *line, void *context)
{
    char suite[PROTOCOL_VALUE_MAX], name[PROTOCOL_VALUE_MAX];
    struct result *result = message_is(line, "benchmark") ? run_add_result(context) : NULL;
    if (result != NULL)
        snprintf(result->benchmark, ID_LENGTH_MAX, "%.100s/%.100s",
                 message_field(line, "suite", suite), message_field(line, "name", name));
    return result != NULL;
}

assay_status measure_list(const char *host_program, const char *module, struct run *run)
{
    struct host host;
    size_t first = run->results.count;
    enum outcome outcome = host_start(&host, host_program, module, LIST_SECONDS_MAX);
    if (outcome == OUTCOME_OK)
        outcome = host_ask(&host, "list", "", read_benchmark, run);
    host_stop(&host);
    for (size_t i = first; i < run->results.count; i++)
        run->results.items[i].module = module;
    struct result *failure = outcome == OUTCOME_OK ? NULL : run_add_result(run);
    if (failure == NULL)
        return outcome == OUTCOME_OK ? ASSAY_OK : ASSAY_ERR_MEMORY;
    failure->outcome = outcome;
    snprintf(failure->benchmark, sizeof failure->benchmark, "%s", module);
    memcpy(failure->reason, host.reason, sizeof failure->reason);
    return ASSAY_OK;
}
