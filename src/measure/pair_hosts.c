/* Executors of pairs over real hosts.
 *
 * One process: the host loads both modules from private copies and alternates them itself; a batch
 * of pairs is one request.  Lockstep: two hosts, one slot each in turn, in a random order; for
 * versions that cannot share a process.  Which side is loaded or started first is drawn for each
 * launch: it may get the better pages, and what favours one side in every launch no interval shows.
 * Invariant: only one host runs code at any time. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "measure/pair.h"
#include "probe/clock.h"

static const char *const SIDES[] = {"a", "b"};

static bool read_closing(const struct message *message, void *context)
{
    (void)context;
    return message_is_closing(message);
}

/* Of one side: metrics of its own, and the closing line. */
struct side_reader {
    struct pair_hosts *self;
    int side;
};

static void read_metric(struct pair_hosts *self, int side, const struct message *message)
{
    struct pair_metrics *metrics = self->metrics;
    if (metrics != NULL)
        own_metrics_read(&metrics->own[side], message, self->launch, &metrics->seen[side]);
}

static bool read_opened(const struct message *message, void *context)
{
    const struct side_reader *reader = context;
    if (strcmp(message->verb, "metric") != 0)
        return message_is_closing(message);
    read_metric(reader->self, reader->side, message);
    return true;
}

/* A metric that breaks a rule fails its benchmark. */
static enum outcome conclude(struct pair_hosts *self, const struct host *host, assay_status status,
                             enum outcome outcome, struct buf *reason)
{
    outcome = host_conclude(host, status, outcome, reason);
    for (int side = 0; side < 2 && self->metrics != NULL; side++)
        outcome = own_metrics_judge(&self->metrics->own[side], outcome, reason);
    return outcome;
}

/* What one side of a host is told to load. */
struct load_request {
    const char *module, *side;
    const uint32_t *shift_bytes; /* NULL: as it is */
};

static assay_status ask_load(struct host *host, const struct load_request *request,
                             host_line_fn *on_line, void *context, enum outcome *ret_outcome)
{
    BUF_AUTO line;
    buf_init(&line, PROTOCOL_LINE_MAX);
    buf_puts(&line, "load");
    message_add(&line, "", request->module);
    message_add(&line, "side", request->side);
    message_add(&line, "copy", "1");
    if (request->shift_bytes != NULL)
        buf_printf(&line, " shift=%" PRIu32, *request->shift_bytes);
    return host_ask(host, line.text, on_line, context, ret_outcome);
}

/* `name` is what the host calls the side. */
static assay_status ask_open(struct pair_hosts *self, struct host *host, int side, const char *name,
                             enum outcome *ret_outcome)
{
    const struct pair_sides *sides = &self->sides;
    struct side_reader reader = {self, side};
    struct open_request request = {side == 0 ? sides->old_side : sides->new_side,
                                   name,
                                   sides->plan->seed,
                                   sides->paths->fixtures,
                                   false,
                                   false};
    return host_open(host, &request, read_opened, &reader, ret_outcome);
}

static struct host_limits limits_of(const struct pair_sides *sides)
{
    const double limits[] = {plan_limit_seconds(sides->plan, sides->old_side),
                             plan_limit_seconds(sides->plan, sides->new_side)};
    return (struct host_limits){fmax(limits[0], limits[1]), sides->plan->limit_rss_bytes,
                                sides->paths->stop};
}

/* xorshift64*, Vigna 2016. */
static uint64_t next_random(struct pair_hosts *self)
{
    if (self->random == 0)
        self->random = self->sides.seed * 2 + 1;
    self->random ^= self->random >> 12;
    self->random ^= self->random << 25;
    self->random ^= self->random >> 27;
    return self->random * 0x2545f4914f6cdd1du;
}

/* A fair coin: the high bit is the good one. */
static int next_side(struct pair_hosts *self)
{
    return (int)(next_random(self) >> 63);
}

static enum outcome one_process_open(void *self_, struct buf *reason)
{
    struct pair_hosts *self = self_;
    struct host *host = &self->hosts[0];
    const struct benchmark *const benchmarks[] = {self->sides.old_side, self->sides.new_side};
    const uint32_t *const shifts[] = {&self->shifts.old_bytes, &self->shifts.new_bytes};
    enum outcome outcome = OUTCOME_OK;
    assay_status status =
        host_start_empty(self->sides.paths->host_program, limits_of(&self->sides), host);
    int first = next_side(self);
    for (int k = 0; k < 2 && status == ASSAY_OK && outcome == OUTCOME_OK; k++) {
        const int i = k ^ first;
        const struct load_request request = {benchmarks[i]->module, SIDES[i],
                                             self->shifts.shifted ? shifts[i] : NULL};
        status = ask_load(host, &request, read_closing, NULL, &outcome);
    }
    for (int k = 0; k < 2 && status == ASSAY_OK && outcome == OUTCOME_OK; k++)
        status = ask_open(self, host, k ^ first, SIDES[k ^ first], &outcome);
    return conclude(self, host, status, outcome, reason);
}

static bool read_alignment(const struct message *message, void *context)
{
    uint32_t *alignment = context;
    const double wanted = message_number(message, "alignment", 0);
    if (message_is_closing(message) && wanted >= 1 && wanted <= UINT32_MAX)
        *alignment = wanted > *alignment ? (uint32_t)wanted : *alignment;
    return message_is_closing(message);
}

enum outcome pair_shift_alignment(const struct pair_sides *sides, uint32_t *ret_alignment,
                                  struct buf *reason)
{
    static const uint32_t NONE = 0;
    const struct benchmark *const benchmarks[] = {sides->old_side, sides->new_side};
    struct host host;
    uint32_t alignment = 1;
    enum outcome outcome = OUTCOME_OK;
    assay_status status = host_start_empty(sides->paths->host_program, limits_of(sides), &host);
    for (int i = 0; i < 2 && status == ASSAY_OK && outcome == OUTCOME_OK; i++) {
        const struct load_request request = {benchmarks[i]->module, SIDES[i], &NONE};
        status = ask_load(&host, &request, read_alignment, &alignment, &outcome);
    }
    outcome = host_conclude(&host, status, outcome, reason);
    host_stop(&host);
    *ret_alignment = alignment;
    return outcome;
}

struct pair_reader {
    struct pair_hosts *self;
    pair_vec *pairs;
};

static bool read_pair(const struct message *message, void *context)
{
    const struct pair_reader *reader = context;
    pair_vec *pairs = reader->pairs;
    if (strcmp(message->verb, "metric") == 0) {
        const char *side = message_field(message, "side");
        read_metric(reader->self, side != NULL && strcmp(side, SIDES[1]) == 0, message);
        return true;
    }
    if (strcmp(message->verb, "pair") != 0)
        return message_is_closing(message);
    double old_ns = message_number(message, "a_ns", -1),
           new_ns = message_number(message, "b_ns", -1);
    struct pair_sample *pair = old_ns >= 0 && new_ns >= 0 ? vec_add(pairs) : NULL;
    if (pair == NULL)
        return false;
    *pair = (struct pair_sample){.old_ns = old_ns, .new_ns = new_ns};
    return true;
}

static enum outcome one_process_run(void *self_, const struct pair_request *request,
                                    pair_vec *pairs, struct buf *reason)
{
    struct pair_hosts *self = self_;
    struct pair_reader reader = {self, pairs};
    enum outcome outcome = OUTCOME_FAILED;
    char line[200];
    snprintf(line, sizeof line,
             "pair iterations_a=%" PRIu64 " iterations_b=%" PRIu64 " slots=%zu seed=%" PRIu64,
             request->iterations[0], request->iterations[1], request->slots, next_random(self));
    assay_status status = host_ask(&self->hosts[0], line, read_pair, &reader, &outcome);
    return conclude(self, &self->hosts[0], status, outcome, reason);
}

static void one_process_close(void *self_)
{
    struct pair_hosts *self = self_;
    host_stop(&self->hosts[0]);
}

static enum outcome lockstep_open(void *self_, struct buf *reason)
{
    struct pair_hosts *self = self_;
    const struct benchmark *const benchmarks[] = {self->sides.old_side, self->sides.new_side};
    enum outcome outcome = OUTCOME_OK;
    int first = next_side(self);
    for (int k = 0; k < 2; k++)
        host_init(&self->hosts[k]);
    for (int k = 0; k < 2 && outcome == OUTCOME_OK; k++) {
        int i = k ^ first;
        struct host *host = &self->hosts[i];
        assay_status status = host_start(self->sides.paths->host_program, benchmarks[i]->module,
                                         limits_of(&self->sides), host);
        if (status == ASSAY_OK)
            status = ask_open(self, host, i, "a", &outcome);
        outcome = conclude(self, host, status, outcome, reason);
    }
    return outcome;
}

struct slot_reader {
    struct side_reader side; /* first: it reads what is no slot */
    double *ns;
};

static bool read_slot_ns(const struct message *message, void *context)
{
    struct slot_reader *reader = context;
    if (strcmp(message->verb, "slot") != 0)
        return read_opened(message, &reader->side);
    *reader->ns = message_number(message, "ns", -1);
    return true;
}

static enum outcome lockstep_slot(struct pair_hosts *self, int side, uint64_t iterations,
                                  double *ret_ns, struct buf *reason)
{
    struct slot_reader reader = {{self, side}, ret_ns};
    enum outcome outcome = OUTCOME_FAILED;
    char line[96];
    snprintf(line, sizeof line, "run iterations=%" PRIu64 " slots=1", iterations);
    assay_status status = host_ask(&self->hosts[side], line, read_slot_ns, &reader, &outcome);
    return conclude(self, &self->hosts[side], status, outcome, reason);
}

static enum outcome lockstep_run(void *self_, const struct pair_request *request, pair_vec *pairs,
                                 struct buf *reason)
{
    struct pair_hosts *self = self_;
    for (size_t i = 0; i < request->slots; i++) {
        double ns[2] = {0, 0};
        int first = next_side(self);
        for (int k = 0; k < 2; k++) {
            int side = k ^ first;
            enum outcome outcome =
                lockstep_slot(self, side, request->iterations[side], &ns[side], reason);
            if (outcome != OUTCOME_OK)
                return outcome;
        }
        struct pair_sample *pair = vec_add(pairs);
        if (pair == NULL) {
            buf_error(reason, ASSAY_OK, "out of memory for its pairs");
            return OUTCOME_FAILED;
        }
        *pair = (struct pair_sample){.old_ns = ns[0], .new_ns = ns[1]};
    }
    return OUTCOME_OK;
}

static void lockstep_close(void *self_)
{
    struct pair_hosts *self = self_;
    host_stop(&self->hosts[0]);
    host_stop(&self->hosts[1]);
}

static double seconds_now(void *self)
{
    (void)self;
    return clock_now_seconds();
}

struct pair_executor pair_one_process(struct pair_hosts *hosts)
{
    static const struct pair_executor_ops OPS = {KIND_ONE_PROCESS, one_process_open,
                                                 one_process_run, seconds_now, one_process_close};
    return (struct pair_executor){&OPS, hosts};
}

struct pair_executor pair_lockstep(struct pair_hosts *hosts)
{
    static const struct pair_executor_ops OPS = {KIND_LOCKSTEP, lockstep_open, lockstep_run,
                                                 seconds_now, lockstep_close};
    return (struct pair_executor){&OPS, hosts};
}
