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
#include "measure/metrics.h"
#include "measure/resources/resources.h"
#include "model/sweep.h"
#include "probe/clock.h"

enum { LIST_SECONDS_MAX = 20, LIST_BENCHMARKS_MAX = 100000 };
#define OUTSIDE_RATIO_MAX 0.05  /* untimed but repeated: above it the reader is told */
#define REMOVED_RATIO_TOLD 0.05 /* what stopping the clock cost: the same */

struct host_executor {
    const struct measure_paths *paths;
    const struct plan *plan;
    const struct benchmark *benchmark;
    struct host host;
    struct own_metrics own;
    struct resources resources;
    observation_vec *observations;
    uint32_t launch;
    unsigned threads_left;                   /* that outlived a teardown */
    double processes_left, descriptors_left; /* the same; the most of any launch */
    bool passed;                             /* its check did, in the launch before */
    bool tells_metrics;                      /* outside of slots */
    assay_status status;                     /* of the observations */
};

/* What the lines of one answer are read into. */
struct answer_reader {
    struct host_executor *self;
    struct result *result;
    slot_vec *slots; /* NULL: none are expected */
    size_t slots_max;
    bool keeps_metrics;
};

static bool read_slot(const struct message *message, struct answer_reader *reader)
{
    struct slot got = {.ns = message_number(message, "ns", -1),
                       .body_ns = message_number(message, "body_ns", -1),
                       .untimed_ns = message_number(message, "untimed_ns", 0),
                       .removed_ns = message_number(message, "removed_ns", 0)};
    bool sound = got.ns >= 0 && got.untimed_ns >= 0 && got.removed_ns >= 0;
    bool wanted = sound && reader->slots != NULL && reader->slots->count < reader->slots_max;
    struct slot *slot = wanted ? vec_add(reader->slots) : NULL;
    if (slot == NULL)
        return false;
    *slot = got;
    slot->body_ns = fmax(got.body_ns, got.ns);
    return true;
}

static bool read_answer(const struct message *message, void *context)
{
    struct answer_reader *reader = context;
    struct host_executor *self = reader->self;
    if (strcmp(message->verb, "slot") == 0)
        return read_slot(message, reader);
    if (strcmp(message->verb, "metric") == 0) {
        self->tells_metrics |= reader->slots == NULL;
        own_metrics_read(&self->own, message, self->launch,
                         reader->keeps_metrics ? self->observations : NULL);
        return true;
    }
    if (!message_is_closing(message))
        return false;
    if (reader->result != NULL) {
        reader->result->bytes = message_number(message, "bytes", 0);
        reader->result->items = message_number(message, "items", 0);
    }
    double left = message_number(message, "threads_left", 0);
    self->threads_left = left > 0 && left < 1e6 ? (unsigned)left : 0;
    self->descriptors_left =
        fmax(self->descriptors_left, message_number(message, "descriptors_left", 0));
    return true;
}

static assay_status open_watched(struct host_executor *self, const struct open_request *request,
                                 struct answer_reader *reader, enum outcome *ret_outcome)
{
    resources_attach(&self->resources, &self->host);
    return host_open(&self->host, request, read_answer, reader, ret_outcome);
}

/* What a check tells of its own is a value of each launch, so that such a check runs in all. */
static bool may_skip_check(const struct host_executor *self)
{
    return self->plan->checks_once && self->passed && !self->tells_metrics;
}

static enum outcome executor_open(void *self_, struct result *result, struct buf *reason)
{
    struct host_executor *self = self_;
    struct answer_reader reader = {self, result, NULL, 0, true};
    enum outcome outcome = OUTCOME_FAILED;
    struct host_limits limits = {plan_limit_seconds(self->plan, self->benchmark),
                                 self->plan->limit_rss_bytes, self->paths->stop};
    struct open_request request = {self->benchmark,       "a",   self->plan->seed,
                                   self->paths->fixtures, false, may_skip_check(self)};
    assay_status status =
        host_start(self->paths->host_program, self->benchmark->module, limits, &self->host);
    if (status == ASSAY_OK)
        status = open_watched(self, &request, &reader, &outcome);
    outcome = host_conclude(&self->host, status, outcome, reason);
    outcome = own_metrics_judge(&self->own, outcome, reason);
    self->passed = outcome == OUTCOME_OK;
    if (outcome == OUTCOME_OK)
        resources_begin(&self->resources, &self->host);
    return outcome;
}

static enum outcome executor_run(void *self_, const struct run_request *request,
                                 struct result *result, slot_vec *ret_slots, struct buf *reason)
{
    struct host_executor *self = self_;
    struct answer_reader reader = {self, result, ret_slots, request->slots, request->sampled};
    enum outcome outcome = OUTCOME_FAILED;
    char line[96];
    snprintf(line, sizeof line, "run iterations=%" PRIu64 " slots=%zu", request->iterations,
             request->slots);
    assay_status status = host_ask(&self->host, line, read_answer, &reader, &outcome);
    outcome = host_conclude(&self->host, status, outcome, reason);
    outcome = own_metrics_judge(&self->own, outcome, reason);
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
    struct answer_reader reader = {self, NULL, NULL, 0, true};
    enum outcome outcome = OUTCOME_OK;
    if (self->host.child.pid != 0) { /* a host that broke the protocol is gone */
        assay_status status = host_ask(&self->host, "close", read_answer, &reader, &outcome);
        outcome = host_conclude(&self->host, status, outcome, reason);
        outcome = own_metrics_judge(&self->own, outcome, reason);
    }
    resources_detach(&self->resources);
    host_stop(&self->host);
    self->processes_left = fmax(self->processes_left, self->host.child.left_behind);
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

/* What a reader of the numbers must know; "" when there is nothing. */
static const char *warning_of(const struct launch_facts *worst, unsigned threads_left,
                              struct arena *arena)
{
    if (worst->outside_ratio > OUTSIDE_RATIO_MAX)
        return arena_printf(
            arena, "%.0f %% of the body's time lies before its loop; move it to setup or a fixture",
            worst->outside_ratio * 100);
    if (worst->removed_ratio > REMOVED_RATIO_TOLD)
        return arena_printf(
            arena,
            "stopping its clock cost %.0f %% of its time, which was taken off; make "
            "inputs in larger batches",
            worst->removed_ratio * 100);
    if (threads_left > 0)
        return arena_printf(
            arena, "%u threads of it outlived its teardown: they may have run beside slots",
            threads_left);
    return "";
}

/* The same, with what was left behind beside threads. */
static assay_status warn(const struct host_executor *self, const struct launch_facts *worst,
                         struct arena *arena, struct result *result)
{
    BUF_AUTO text;
    buf_init(&text, 4096);
    const char *before = warning_of(worst, self->threads_left, arena);
    if (before == NULL)
        return ASSAY_ERR_MEMORY;
    buf_puts(&text, before);
    if (self->processes_left > 0)
        buf_printf(&text, "%sleft %.0f process%s running, which %s ended", text.length ? "; " : "",
                   self->processes_left, self->processes_left > 1 ? "es" : "",
                   self->processes_left > 1 ? "were" : "was");
    if (self->descriptors_left > 0)
        buf_printf(&text, "%sleft %.0f descriptor%s open after its teardown",
                   text.length ? "; " : "", self->descriptors_left,
                   self->descriptors_left > 1 ? "s" : "");
    TRY(text.status);
    result->warning = arena_copy(arena, text.text);
    return result->warning ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status measure_launches(struct host_executor *self, struct result *result,
                                     struct launch_facts *worst, struct buf *reason)
{
    struct executor executor = {&HOST_EXECUTOR, self};
    struct launch_facts facts = {0};
    while (self->launch < self->plan->launches && result->outcome == OUTCOME_OK) {
        result->outcome =
            launch_measure(&executor, self->plan, self->launch, result, &facts, reason);
        worst->outside_ratio = fmax(worst->outside_ratio, facts.outside_ratio);
        worst->removed_ratio = fmax(worst->removed_ratio, facts.removed_ratio);
        TRY(self->status);
        TRY(observe(METRIC_RSS, self->launch, facts.rss_bytes_peak, self->observations));
        self->launch++;
        if (self->paths->watcher != NULL)
            self->paths->watcher->launched(self->paths->watcher->context, result, self->launch);
    }
    return ASSAY_OK;
}

assay_status measure_benchmark(const struct measure_paths *paths, const struct plan *plan,
                               struct arena *arena, struct result *result,
                               observation_vec *observations)
{
    struct plan own_plan = *plan;
    if (own_plan.sample_count == 0)
        own_plan.sample_count = result->benchmark.samples;
    struct host_executor self = {.paths = paths,
                                 .plan = &own_plan,
                                 .benchmark = &result->benchmark,
                                 .observations = observations};
    struct launch_facts worst = {0};
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    own_metrics_init(&self.own, arena);
    resources_init(&self.resources, plan->extras);
    assay_status status = measure_launches(&self, result, &worst, &reason);
    if (status == ASSAY_OK)
        status = resources_conclude(&self.resources, result);
    resources_release(&self.resources);
    own_metrics_release(&self.own);
    TRY(status);
    result->reason = arena_copy(arena, reason.text);
    return result->reason ? warn(&self, &worst, arena, result) : ASSAY_ERR_MEMORY;
}

/* Slots that double until one takes some hundredths of a second, so that what lies between them is
 * not in the profile. */
static enum outcome profile_slots(struct host_executor *self, const struct profiling *profiling,
                                  uint64_t *ret_iterations, struct buf *reason)
{
    const double seconds = profiling->seconds;
    const volatile sig_atomic_t *stop = profiling->stop;
    const double long_enough_ns = fmin(seconds * 1e9 / 20, 3e7);
    struct run_request request = {1, 1, false};
    struct result result = {.bytes = 0};
    slot_vec slots = {0};
    enum outcome outcome = OUTCOME_OK;
    const double end = clock_now_seconds() + seconds;
    while (outcome == OUTCOME_OK && clock_now_seconds() < end && (stop == NULL || *stop == 0)) {
        slots.count = 0;
        outcome = executor_run(self, &request, &result, &slots, reason);
        *ret_iterations += outcome == OUTCOME_OK ? request.iterations : 0;
        if (outcome == OUTCOME_OK && slots.items[0].body_ns < long_enough_ns)
            request.iterations *= 2;
    }
    vec_release(&slots);
    return outcome;
}

enum outcome measure_profile(const struct measure_paths *paths, const struct plan *plan,
                             const struct profiling *profiling, uint64_t *ret_iterations,
                             struct buf *reason)
{
    struct plan own_plan = *plan;
    struct arena arena = {0};
    struct result result = {.bytes = 0};
    struct host_executor self = {
        .paths = paths, .plan = &own_plan, .benchmark = profiling->benchmark};
    own_plan.limit_seconds += own_plan.limit_seconds > 0 ? profiling->seconds : 0;
    own_metrics_init(&self.own, &arena);
    *ret_iterations = 0;
    enum outcome outcome = executor_open(&self, &result, reason);
    if (outcome == OUTCOME_OK)
        outcome = profile_slots(&self, profiling, ret_iterations, reason);
    enum outcome closed = executor_close(&self, outcome == OUTCOME_OK ? reason : NULL);
    own_metrics_release(&self.own);
    arena_release(&arena);
    return outcome == OUTCOME_OK ? closed : outcome;
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
    const char *tags = message_field(message, "tags"), *kind = message_field(message, "kind");
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
                                    .compiler = listing->host->compiler,
                                    .tags = tags ? tags : "",
                                    .kind = kind ? kind : "",
                                    .samples = message_number(message, "samples", 0),
                                    .limit_seconds = message_number(message, "limit_seconds", 0)};
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
    struct host_limits limits = {.seconds = LIST_SECONDS_MAX, .stop = paths->stop};
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
