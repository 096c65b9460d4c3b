/* Stacks as the host tells them: lines `stack`, the most frequent first (docs/protocol.md).
 * Why a launch of its own behind the timed ones: what is timed must not meet a signal, nor a
 * process that ever had one.
 * Invariant: names are foreign texts; what could be taken for another frame or line is replaced. */
#include "measure/stacks/stacks.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "model/stacks/stacks.h"

#define NO_COMMAND "this program does not answer 'stacks' (docs/protocol.md)"
#define OTHERS "[rarer stacks]"
enum { OTHERS_ROOM = 64 };

struct stacks_reader {
    struct buf folded;
    struct stacks stacks;
    uint64_t others; /* samples of stacks that are left out */
};

static uint64_t whole_number(const struct message *message, const char *key)
{
    const double number = message_number(message, key, 0);
    return number >= 1 && number < 1e15 ? (uint64_t)number : 0;
}

static void add_frames(const char *frames, struct buf *out)
{
    for (; *frames != '\0'; frames++)
        buf_putc(out, (unsigned char)*frames < ' ' || *frames == 127 ? '?' : *frames);
}

static bool read_stack(const struct message *message, struct stacks_reader *reader)
{
    const char *frames = message_field(message, "frames");
    const uint64_t samples = whole_number(message, "samples");
    if (frames == NULL || frames[0] == '\0' || samples == 0)
        return false;
    reader->stacks.samples += samples;
    if (reader->folded.length + strlen(frames) + OTHERS_ROOM > STACKS_FOLDED_MAX) {
        reader->others += samples;
        return true;
    }
    add_frames(frames, &reader->folded);
    buf_printf(&reader->folded, " %" PRIu64 "\n", samples);
    return true;
}

static bool read_line(const struct message *message, void *context)
{
    struct stacks_reader *reader = context;
    if (strcmp(message->verb, "stack") == 0)
        return read_stack(message, reader);
    if (!message_is_closing(message))
        return strcmp(message->verb, "metric") == 0;
    const double cpu_seconds = message_number(message, "cpu_seconds", 0);
    reader->stacks.lost = whole_number(message, "lost");
    reader->stacks.cut = whole_number(message, "cut");
    reader->stacks.cpu_seconds = cpu_seconds > 0 && isfinite(cpu_seconds) ? cpu_seconds : 0;
    return true;
}

static bool skip_line(const struct message *message, void *context)
{
    (void)context;
    return message_is_closing(message) || strcmp(message->verb, "metric") == 0;
}

static assay_status sample_in(struct host *host, const struct open_request *request, double seconds,
                              struct stacks_reader *reader, enum outcome *ret_outcome)
{
    char line[64];
    TRY(host_open(host, request, skip_line, NULL, ret_outcome));
    if (*ret_outcome != OUTCOME_OK)
        return ASSAY_OK;
    snprintf(line, sizeof line, "stacks seconds=%.6f", seconds);
    return host_ask(host, line, read_line, reader, ret_outcome);
}

/* "" with the reader full, else why there are no stacks. */
static void sample(const struct measure_paths *paths, const struct plan *plan,
                   const struct benchmark *benchmark, struct stacks_reader *reader,
                   struct buf *reason)
{
    const double limit = plan->limit_seconds > 0 ? plan->limit_seconds + plan->stacks_seconds : 0;
    const struct host_limits limits = {limit, plan->limit_rss_bytes, paths->stop};
    const struct open_request request = {benchmark, "a", plan->seed, paths->fixtures, false, false};
    enum outcome outcome = OUTCOME_FAILED;
    struct host host;
    assay_status status = host_start(paths->host_program, benchmark->module, limits, &host);
    if (status == ASSAY_OK)
        status = sample_in(&host, &request, plan->stacks_seconds, reader, &outcome);
    const bool is_unknown = status == ASSAY_OK && outcome == OUTCOME_FAILED &&
                            strcmp(host.reason.text, "unknown command") == 0;
    outcome = host_conclude(&host, status, outcome, reason);
    if (is_unknown)
        buf_error(reason, ASSAY_OK, NO_COMMAND);
    else if (outcome == OUTCOME_OK && reader->stacks.samples == 0)
        buf_error(reason, ASSAY_OK, "its host took no sample");
    if (outcome == OUTCOME_OK) { /* what a teardown does wrong, the timed launches have told */
        status = host_ask(&host, "close", skip_line, NULL, &outcome);
        host_conclude(&host, status, outcome, NULL);
    }
    host_stop(&host);
}

static assay_status keep(struct stacks_reader *reader, struct arena *arena, struct result *result)
{
    if (reader->others > 0)
        buf_printf(&reader->folded, OTHERS " %" PRIu64 "\n", reader->others);
    TRY(reader->folded.status);
    struct stacks *stacks = arena_alloc(arena, sizeof *stacks);
    if (stacks == NULL)
        return ASSAY_ERR_MEMORY;
    *stacks = reader->stacks;
    stacks->folded = arena_copy(arena, reader->folded.text);
    result->stacks = stacks;
    return stacks->folded ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

assay_status measure_stacks(const struct measure_paths *paths, const struct plan *plan,
                            struct arena *arena, struct result *result)
{
    struct stacks_reader reader = {.others = 0};
    BUF_AUTO reason;
    if (result->outcome != OUTCOME_OK)
        return ASSAY_OK;
    buf_init(&reason, 8192);
    buf_init(&reader.folded, STACKS_FOLDED_MAX);
    sample(paths, plan, &result->benchmark, &reader, &reason);
    assay_status status = ASSAY_OK;
    if (reason.length == 0) {
        status = keep(&reader, arena, result);
    } else {
        const char *text = arena_copy(arena, reason.text);
        status = text ? result_add_missing(result, STACKS_NAME, text) : ASSAY_ERR_MEMORY;
    }
    buf_release(&reader.folded);
    return status;
}
