/* The commands of the protocol (docs/protocol.md) as a table: hello, load, list, open, run, count,
 * stacks, pair, usage, close, quit. Invariants: 1. each command is answered by data lines and then
 * exactly one ok, skip or error line;
 * 2. an error changes nothing; 3. no answer is longer than PROTOCOL_LINE_MAX. */
#include "serve.h"

#include <inttypes.h>
#include <string.h>
#include <sys/resource.h>

#include "leftovers/descriptors.h"
#include "model/protocol.h"
#include "pair.h"
#include "stacks/take.h"

static void answer(struct serve *serve, const char *verb, const char *text)
{
    BUF_AUTO line;
    buf_init(&line, PROTOCOL_LINE_MAX);
    buf_puts(&line, verb);
    if (text[0] != '\0')
        message_add(&line, "", text);
    fprintf(serve->out, "%s\n", line.status == ASSAY_OK ? line.text : "error");
}

static uint64_t number_u64(const struct message *message, const char *key, uint64_t fallback)
{
    const char *value = message_field(message, key);
    return value ? strtoull(value, NULL, 10) : fallback;
}

static enum side side_of(const struct message *message)
{
    const char *side = message_field(message, "side");
    return side != NULL && strcmp(side, "b") == 0 ? SIDE_B : SIDE_A;
}

static const char *text_of(const struct message *message, const char *key)
{
    const char *value = message_field(message, key);
    return value ? value : "";
}

static void hello(struct serve *serve, const struct message *message)
{
    (void)message;
    fprintf(serve->out, "ok " PROTOCOL_VERSION " abi=%d\n", ASSAY_ABI);
}

static void load(struct serve *serve, const struct message *message)
{
    BUF_AUTO error;
    struct module loaded = {0};
    struct module *module = &serve->modules[side_of(message)];
    const char *path = message_value(message, 0);
    buf_init(&error, 8192);
    if (path == NULL || module->handle != NULL) {
        answer(serve, "error", path ? "load: this side has a module already" : "load: no path");
        return;
    }
    const struct module_request request = {path, number_u64(message, "copy", 0) > 0,
                                           message_field(message, "shift") != NULL,
                                           number_u64(message, "shift", 0)};
    assay_status status = module_load(&request, &loaded, &error);
    const struct module *other = &serve->modules[side_of(message) == SIDE_A ? SIDE_B : SIDE_A];
    if (status == ASSAY_OK && other->handle != NULL)
        status = module_check_apart(other, &loaded, &error);
    if (status != ASSAY_OK) {
        answer(serve, "error", error.length ? error.text : status_text(status));
        return;
    }
    *module = loaded;
    buf_puts(&error, "ok");
    message_add(&error, "compiler", loaded.table->compiler);
    if (request.shifted)
        buf_printf(&error, " alignment=%zu", loaded.alignment);
    fprintf(serve->out, "%s\n", error.text);
}

/* A number that is none of these is the module's mistake, and the driver's to name. */
static const char *kind_word(enum assay_kind kind)
{
    bool known = kind == ASSAY_LATENCY || kind == ASSAY_THROUGHPUT || kind == ASSAY_RESOURCE;
    return known ? bench_kind_name((enum bench_kind)kind) : "unknown";
}

static void list(struct serve *serve, const struct message *message)
{
    const struct module *module = &serve->modules[side_of(message)];
    const struct assay_definition *definition;
    BUF_AUTO line;
    buf_init(&line, PROTOCOL_LINE_MAX);
    for (size_t i = 0; (definition = module_at(module, i)) != NULL; i++) {
        buf_clear(&line);
        buf_puts(&line, "benchmark");
        message_add(&line, "name", definition->name);
        message_add(&line, "suite", definition->suite ? definition->suite : "");
        message_add(&line, "sweep", definition->sweep ? definition->sweep : "");
        message_add(&line, "description", definition->description ? definition->description : "");
        buf_printf(&line, " kind=%s", kind_word(definition->kind));
        message_add(&line, "tags", definition->tags ? definition->tags : "");
        buf_printf(&line, " samples=%" PRIu32, definition->samples);
        if (definition->limit_seconds != 0)
            buf_printf(&line, " limit_seconds=%.17g", definition->limit_seconds);
        if (line.status != ASSAY_OK) {
            answer(serve, "error", "the texts of a benchmark are too long to be sent");
            return;
        }
        fprintf(serve->out, "%s\n", line.text);
    }
    answer(serve, "ok", "");
}

static void answer_metrics(struct serve *serve, enum side side)
{
    struct told *told = &serve->benches[side].told;
    BUF_AUTO lines;
    buf_init(&lines, PROTOCOL_LINE_MAX);
    told_flush(told, side == SIDE_B, &lines);
    fputs(lines.text, serve->out);
}

static void answer_outcome(struct serve *serve, const struct open_bench *bench)
{
    static const char *const VERBS[] = {"ok", "error", "skip"};
    if (bench->outcome != OUTCOME_OK)
        answer(serve, VERBS[bench->outcome], bench->reason.text);
    else
        fprintf(serve->out, "ok bytes=%.17g items=%.17g\n", bench->bytes, bench->items);
}

static void close_side(struct serve *serve, enum side side)
{
    if (serve->is_open[side])
        bench_close(&serve->benches[side]);
    serve->is_open[side] = false;
}

static void open_side(struct serve *serve, const struct message *message)
{
    enum side side = side_of(message);
    const char *name = message_value(message, 0);
    struct bench_request request = {module_find(&serve->modules[side], name),
                                    text_of(message, "params"),
                                    number_u64(message, "seed", 0),
                                    text_of(message, "fixtures"),
                                    &serve->team,
                                    message_number(message, "counting", 0) > 0,
                                    message_number(message, "passed", 0) > 0};
    if (request.definition == NULL) {
        answer(serve, "error", "no such benchmark in this module");
        return;
    }
    close_side(serve, side);
    serve->descriptors_before[side] = descriptors_count();
    assay_status status = bench_open(&serve->benches[side], &request);
    serve->is_open[side] = true;
    if (status != ASSAY_OK)
        answer(serve, "error", status_text(status));
    else {
        answer_metrics(serve, side);
        answer_outcome(serve, &serve->benches[side]);
    }
}

static void run(struct serve *serve, const struct message *message)
{
    enum side side = side_of(message);
    uint64_t iterations = number_u64(message, "iterations", 1);
    uint64_t slots = number_u64(message, "slots", 1);
    struct slot_time time = {0};
    if (!serve->is_open[side]) {
        answer(serve, "error", "run: no benchmark is open");
        return;
    }
    for (uint64_t i = 0; i < slots && bench_slot(&serve->benches[side], iterations, &time); i++) {
        fprintf(serve->out, "slot ns=%.0f body_ns=%.0f", time.loop_ns, time.body_ns);
        if (time.untimed_ns > 0 || time.removed_ns > 0)
            fprintf(serve->out, " untimed_ns=%.0f removed_ns=%.0f", time.untimed_ns,
                    time.removed_ns);
        fputc('\n', serve->out);
        answer_metrics(serve, side);
    }
    answer_outcome(serve, &serve->benches[side]);
}

/* What one slot cost.  A field that cannot be counted here is left out: 0 would be an answer. */
static void count(struct serve *serve, const struct message *message)
{
    enum side side = side_of(message);
    struct open_bench *bench = &serve->benches[side];
    struct slot_time time;
    if (!serve->is_open[side] || !bench_is_counting(bench)) {
        answer(serve, "error", "count: no benchmark is open with counting=1");
        return;
    }
    if (bench_slot(bench, number_u64(message, "iterations", 1), &time)) {
        const struct region_counts *spent = &bench->region.spent;
        fprintf(serve->out, "counts ns=%.0f page_faults=%.0f context_switches=%.0f cpu_ns=%.0f",
                time.loop_ns, spent->page_faults, spent->context_switches, spent->cpu_ns);
        if (bench->region.counts_allocations)
            fprintf(serve->out, " allocations=%.0f allocated_bytes=%.0f", spent->allocations,
                    spent->allocated_bytes);
        fprintf(serve->out, " dumped=%d\n", bench->region.is_dumped);
    }
    answer_outcome(serve, bench);
}

static void write_stacks(struct serve *serve, const struct folded *folded)
{
    BUF_AUTO line;
    buf_init(&line, PROTOCOL_LINE_MAX);
    for (size_t i = 0; i < folded->stacks.count; i++) {
        buf_clear(&line);
        buf_printf(&line, "stack samples=%" PRIu64, folded->stacks.items[i].samples);
        message_add(&line, "frames", folded->stacks.items[i].frames);
        fprintf(serve->out, "%s\n", line.text);
    }
}

static void stacks(struct serve *serve, const struct message *message)
{
    enum side side = side_of(message);
    struct open_bench *bench = &serve->benches[side];
    const struct take_request request = {message_number(message, "seconds", 1),
                                         message_number(message, "rate_hz", STACK_RATE_HZ)};
    struct taken taken;
    BUF_AUTO error;
    buf_init(&error, 1024);
    if (!serve->is_open[side] || request.rate_hz < 1 || request.rate_hz > STACK_RATE_MAX_HZ) {
        answer(serve, "error",
               serve->is_open[side] ? "stacks: a rate is 1 to 10000 for each second"
                                    : "stacks: no benchmark is open");
        return;
    }
    assay_status status = stacks_take(bench, &request, &taken, &error);
    if (status == ASSAY_OK) {
        write_stacks(serve, &taken.folded);
        fprintf(serve->out,
                "ok samples=%" PRIu64 " lost=%" PRIu64 " cut=%" PRIu64 " iterations=%" PRIu64
                " cpu_seconds=%.6f\n",
                taken.samples, taken.lost, taken.cut, taken.iterations, taken.cpu_seconds);
    } else if (bench->outcome != OUTCOME_OK) {
        answer_outcome(serve, bench);
    } else {
        answer(serve, "error", error.length ? error.text : status_text(status));
    }
    folded_release(&taken.folded);
}

static void write_pair(const struct pair_time *time, void *context)
{
    struct serve *serve = context;
    fprintf(serve->out, "pair a_ns=%.0f b_ns=%.0f first=%c\n", time->a_ns, time->b_ns,
            time->a_first ? 'a' : 'b');
    answer_metrics(serve, SIDE_A);
    answer_metrics(serve, SIDE_B);
}

static void pair(struct serve *serve, const struct message *message)
{
    struct pair_request request = {
        .a = &serve->benches[SIDE_A],
        .b = &serve->benches[SIDE_B],
        .iterations_a = number_u64(message, "iterations_a", 1),
        .iterations_b = number_u64(message, "iterations_b", 1),
        .slots = number_u64(message, "slots", 1),
        .seed = number_u64(message, "seed", 1),
    };
    if (!serve->is_open[SIDE_A] || !serve->is_open[SIDE_B]) {
        answer(serve, "error", "pair: both sides need an open benchmark");
        return;
    }
    bool good = pair_run(&request, write_pair, serve);
    answer_outcome(serve, good || request.a->outcome != OUTCOME_OK ? request.a : request.b);
}

static void usage(struct serve *serve, const struct message *message)
{
    (void)message;
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    fprintf(serve->out, "ok rss_bytes_peak=%.0f voluntary_switches=%ld involuntary_switches=%ld\n",
            (double)used.ru_maxrss * 1024, used.ru_nvcsw, used.ru_nivcsw);
}

/* Tells what the teardown itself did wrong; a benchmark that failed before has told its reason. */
static void close_command(struct serve *serve, const struct message *message)
{
    enum side side = side_of(message);
    struct open_bench *bench = &serve->benches[side];
    bool was_good = serve->is_open[side] && bench->outcome == OUTCOME_OK;
    if (serve->is_open[side])
        bench_teardown(bench);
    unsigned threads_left = was_good ? bench_threads_left(bench) : 0;
    int descriptors_left = descriptors_count() - serve->descriptors_before[side];
    if (was_good)
        answer_metrics(serve, side);
    if (was_good && bench->outcome != OUTCOME_OK)
        answer_outcome(serve, bench);
    else if (was_good && (threads_left > 0 || descriptors_left > 0))
        fprintf(serve->out, "ok threads_left=%u descriptors_left=%d\n", threads_left,
                descriptors_left);
    else
        answer(serve, "ok", "");
    close_side(serve, side);
}

static void quit(struct serve *serve, const struct message *message)
{
    (void)message;
    serve->has_quit = true;
    answer(serve, "ok", "");
}

static const struct {
    const char *verb;
    void (*run)(struct serve *serve, const struct message *message);
    bool needs_module;
} COMMANDS[] = {
    {"hello", hello, false},         {"load", load, false}, {"list", list, true},
    {"open", open_side, true},       {"run", run, true},    {"count", count, true},
    {"stacks", stacks, true},        {"pair", pair, true},  {"usage", usage, false},
    {"close", close_command, false}, {"quit", quit, false},
};

void serve_line(struct serve *serve, char *line)
{
    struct message message;
    if (message_parse(line, &message) != ASSAY_OK) {
        answer(serve, "error", "cannot understand this line");
        return;
    }
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++) {
        if (strcmp(COMMANDS[i].verb, message.verb) != 0)
            continue;
        if (COMMANDS[i].needs_module && serve->modules[side_of(&message)].definitions == NULL)
            answer(serve, "error", "no module is loaded");
        else
            COMMANDS[i].run(serve, &message);
        return;
    }
    answer(serve, "error", "unknown command");
}

void serve_end(struct serve *serve)
{
    close_side(serve, SIDE_A);
    close_side(serve, SIDE_B);
    team_release(&serve->team);
    module_release(&serve->modules[SIDE_A]);
    module_release(&serve->modules[SIDE_B]);
}
