/* From a benchmark to its samples: the executor over a real host, the loop over launches, the
 * listing.
 *
 * Why several launches: memory placement and code placement are drawn once per process, so samples
 * of one process agree with each other and still can all be off; the launch is the unit of
 * evidence.
 *
 * Order per launch: host_start, open, run ..., usage, close, host_stop; resources are watched from
 * open to usage.
 * Invariant: whatever happens in a host becomes an outcome and a reason of this benchmark alone. */
#include "measure/benchmark.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "measure/launch.h"
#include "measure/resources/resources.h"
#include "model/sweep.h"
#include "probe/clock.h"

enum { LIST_SECONDS_MAX = 20, LIST_BENCHMARKS_MAX = 100000 };
#define OUTSIDE_RATIO_MAX 0.05 /* untimed but repeated: above it the reader is told */

struct host_executor {
    const struct measure_paths *paths;
    const struct plan *plan;
    const struct benchmark *benchmark;
    struct host host;
    struct resources resources;
    uint32_t launch;
    observation_vec *observations;
    assay_status status; /* of the observations */
};

static bool read_work(const struct message *message, void *context)
{
    struct result *result = context;
    result->bytes = message_number(message, "bytes", 0);
    result->items = message_number(message, "items", 0);
    return message_is_closing(message);
}

static enum outcome executor_open(void *self_, struct result *result, struct buf *reason)
{
    struct host_executor *self = self_;
    enum outcome outcome = OUTCOME_FAILED;
    struct host_limits limits = {self->plan->limit_seconds, self->plan->limit_rss_bytes};
    struct open_request request = {self->benchmark, "a", self->plan->seed, self->paths->fixtures,
                                   false};
    assay_status status =
        host_start(self->paths->host_program, self->benchmark->module, limits, &self->host);
    if (status == ASSAY_OK) {
        resources_attach(&self->resources, &self->host);
        status = host_open(&self->host, &request, read_work, result, &outcome);
    }
    if (status == ASSAY_OK && outcome == OUTCOME_OK)
        resources_begin(&self->resources, &self->host);
    return host_conclude(&self->host, status, outcome, reason);
}

struct slot_reader {
    slot_vec *slots;
    size_t slots_max;
    struct result *result;
};

static bool read_slot(const struct message *message, void *context)
{
    struct slot_reader *reader = context;
    if (strcmp(message->verb, "slot") != 0)
        return read_work(message, reader->result);
    struct slot got = {message_number(message, "ns", -1), message_number(message, "body_ns", -1)};
    bool wanted = got.ns >= 0 && reader->slots->count < reader->slots_max;
    struct slot *slot = wanted ? vec_add(reader->slots) : NULL;
    if (slot == NULL)
        return false;
    *slot = got;
    slot->body_ns = fmax(got.body_ns, got.ns);
    return true;
}

static enum outcome executor_run(void *self_, const struct run_request *request,
                                 struct result *result, slot_vec *ret_slots, struct buf *reason)
{
    struct host_executor *self = self_;
    struct slot_reader reader = {ret_slots, request->slots, result};
    enum outcome outcome = OUTCOME_FAILED;
    char line[96];
    snprintf(line, sizeof line, "run iterations=%" PRIu64 " slots=%zu", request->iterations,
             request->slots);
    assay_status status = host_ask(&self->host, line, read_slot, &reader, &outcome);
    outcome = host_conclude(&self->host, status, outcome, reason);
    if (outcome == OUTCOME_OK)
        resources_ran(&self->resources, (double)request->iterations * (double)request->slots);
    if (outcome != OUTCOME_OK || ret_slots->count == request->slots)
        return outcome;
    buf_error(reason, ASSAY_OK, "answered %zu slots where %zu were asked", ret_slots->count,
              request->slots);
    return OUTCOME_FAILED;
}

static bool read_rss(const struct message *message, void *context)
{
    *(double *)context = message_number(message, "rss_bytes_peak", 0);
    return message_is_closing(message);
}

static double executor_rss(void *self_)
{
    struct host_executor *self = self_;
    enum outcome outcome;
    double bytes = 0;
    self->status = resources_end(&self->resources, &self->host, self->launch, self->observations);
    return host_ask(&self->host, "usage", read_rss, &bytes, &outcome) == ASSAY_OK ? bytes : 0;
}

static double executor_now(void *self)
{
    (void)self;
    return clock_now_seconds();
}

/* A teardown that crashes or hangs is this benchmark's failure, as everything in a host is. */
static enum outcome executor_close(void *self_, struct buf *reason)
{
    struct host_executor *self = self_;
    enum outcome outcome = OUTCOME_OK;
    if (self->host.child.pid != 0) { /* a host that broke the protocol is gone */
        assay_status status = host_ask(&self->host, "close", NULL, NULL, &outcome);
        outcome = host_conclude(&self->host, status, outcome, reason);
    }
    resources_detach(&self->resources);
    host_stop(&self->host);
    return outcome;
}

static const struct executor_ops HOST_EXECUTOR = {
    executor_open, executor_run, executor_rss, executor_now, executor_close,
};

/* A value of 0 is one that is not known. */
static assay_status observe(enum metric_id metric, uint32_t launch, double value,
                            observation_vec *observations)
{
    struct observation *observation = value > 0 ? vec_add(observations) : NULL;
    if (observation == NULL)
        return value > 0 ? ASSAY_ERR_MEMORY : ASSAY_OK;
    *observation = (struct observation){&METRICS[metric], launch, value};
    return ASSAY_OK;
}

static assay_status measure_launches(struct host_executor *self, struct result *result,
                                     double *outside_ratio, struct buf *reason)
{
    struct executor executor = {&HOST_EXECUTOR, self};
    struct launch_facts facts = {0};
    const struct plan *plan = self->plan;
    for (uint32_t launch = 0; launch < plan->launches && result->outcome == OUTCOME_OK; launch++) {
        self->launch = launch;
        result->outcome = launch_measure(&executor, plan, launch, result, &facts, reason);
        *outside_ratio = fmax(*outside_ratio, facts.outside_ratio);
        TRY(self->status);
        TRY(observe(METRIC_RSS, launch, facts.rss_bytes_peak, self->observations));
    }
    return ASSAY_OK;
}

assay_status measure_benchmark(const struct measure_paths *paths, const struct plan *plan,
                               struct arena *arena, struct result *result,
                               observation_vec *observations)
{
    struct host_executor self = {.paths = paths,
                                 .plan = plan,
                                 .benchmark = &result->benchmark,
                                 .observations = observations};
    double outside_ratio = 0;
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    resources_init(&self.resources, plan->extras);
    assay_status status = measure_launches(&self, result, &outside_ratio, &reason);
    if (status == ASSAY_OK)
        status = resources_conclude(&self.resources, result);
    resources_release(&self.resources);
    TRY(status);
    result->reason = arena_copy(arena, reason.text);
    result->warning = outside_ratio <= OUTSIDE_RATIO_MAX
                          ? ""
                          : arena_printf(arena,
                                         "%.0f %% of the body's time lies before its loop; move it "
                                         "to setup or a fixture",
                                         outside_ratio * 100);
    return result->reason && result->warning ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

struct listing {
    const char *module;
    const char *stem; /* the suite of benchmarks that name none */
    const struct host *host;
    struct arena *arena;
    benchmark_vec *benchmarks;
    size_t before; /* benchmarks of other modules */
    assay_status status;
    struct buf *error;
};

static bool read_benchmark(const struct message *message, void *context)
{
    struct listing *listing = context;
    const char *name = message_field(message, "name"), *suite = message_field(message, "suite");
    const char *sweep = message_field(message, "sweep");
    const char *description = message_field(message, "description");
    if (strcmp(message->verb, "benchmark") != 0)
        return message_is_closing(message);
    if (listing->benchmarks->count - listing->before > LIST_BENCHMARKS_MAX)
        listing->status =
            buf_error(listing->error, ASSAY_ERR_LIMIT, "'%s' has more than %d benchmarks",
                      listing->module, LIST_BENCHMARKS_MAX);
    if (listing->status != ASSAY_OK)
        return true;
    struct sweep_request request = {.suite = suite && *suite ? suite : listing->stem,
                                    .name = name ? name : "",
                                    .sweep = sweep ? sweep : "",
                                    .description = description ? description : "",
                                    .module = listing->module,
                                    .compiler = listing->host->compiler};
    listing->status = sweep_expand(&request, listing->arena, listing->benchmarks, listing->error);
    return true;
}

/* "/path/sort_bench.so" -> "sort_bench". */
static char *stem_of(const char *module, struct arena *arena)
{
    const char *file = text_file_name(module);
    return arena_copy_n(arena, file, strcspn(file, "."));
}

assay_status measure_list(const struct measure_paths *paths, const char *module,
                          struct arena *arena, benchmark_vec *benchmarks, struct buf *error)
{
    struct host host;
    struct host_limits limits = {.seconds = LIST_SECONDS_MAX};
    struct listing listing = {.module = arena_copy(arena, module),
                              .stem = stem_of(module, arena),
                              .host = &host,
                              .arena = arena,
                              .benchmarks = benchmarks,
                              .before = benchmarks->count,
                              .error = error};
    if (listing.module == NULL || listing.stem == NULL)
        return ASSAY_ERR_MEMORY;
    enum outcome outcome = OUTCOME_FAILED;
    assay_status status = host_start(paths->host_program, module, limits, &host);
    if (status == ASSAY_OK)
        status = host_ask(&host, "list", read_benchmark, &listing, &outcome);
    if (status == ASSAY_OK && outcome != OUTCOME_OK)
        status = ASSAY_ERR_HOST;
    if (status != ASSAY_OK)
        buf_error(error, status, "cannot list '%s': %s", module, host.reason.text);
    else
        status = listing.status;
    if (status != ASSAY_OK)
        benchmarks->count = listing.before;
    host_stop(&host);
    return status;
}
