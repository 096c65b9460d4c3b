/* assay-host: the process that runs benchmark code, driven by `assay` over descriptors 3 and 4.
 * Why a process of its own: a crash, a hang or a leak of a benchmark must cost one row, not the
 * run.  Linked without -rdynamic, so that no symbol of ours can stand in for one of a module's.
 * Order of commands: hello, load, then list, or one open, any number of run, close.
 * Invariants: 1. the first failure is the one that is told; 2. a failed benchmark runs no loop. */
#define ASSAY_HOST
#include "assay.h"

#include <dlfcn.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "model/model.h"
#include "model/protocol.h"
#include "probe/clock.h"

enum { DESCRIPTOR_IN = 3, DESCRIPTOR_OUT = 4, ALIGNMENT = 64 };

static struct {
    FILE *out;
    char line[PROTOCOL_LINE_MAX]; /* the command */
    const struct assay_module *module;
    const struct assay_definition *definition; /* of the open benchmark */
    struct assay_bench bench;
    enum outcome outcome;
    char reason[REASON_LENGTH_MAX];
    int64_t began_ns, ended_ns;
    unsigned begun, ended; /* loops of the slot */
} host;

static void host_begin(struct assay_bench *b)
{
    if (host.outcome != OUTCOME_OK)
        b->iterations = 0;
    host.begun++;
    host.began_ns = clock_now_ns();
}

static void host_end(struct assay_bench *b)
{
    host.ended_ns = clock_now_ns();
    host.ended += b == &host.bench;
}

static void *host_alloc(struct assay_bench *b, size_t bytes)
{
    void *memory = aligned_alloc(ALIGNMENT, (bytes | (ALIGNMENT - 1)) + 1);
    if (memory == NULL || b != &host.bench)
        abort(); /* the benchmark was promised memory: nothing sensible can run on */
    return memset(memory, 0, bytes);
}

__attribute__((format(printf, 3, 4))) static void host_stop(struct assay_bench *b, bool skip,
                                                            const char *format, ...)
{
    va_list args;
    va_start(args, format);
    if (host.outcome == OUTCOME_OK && b == &host.bench) {
        host.outcome = skip ? OUTCOME_SKIPPED : OUTCOME_FAILED;
        vsnprintf(host.reason, sizeof host.reason, format, args);
    }
    va_end(args);
}

static const struct assay_host TABLE = {host_begin, host_end, host_alloc, host_stop};

static void answer(const char *verb, const char *text)
{
    fprintf(host.out, "%s", verb);
    message_add(host.out, "", text);
    fprintf(host.out, "\n");
}

static void answer_outcome(void)
{
    if (host.outcome == OUTCOME_OK)
        fprintf(host.out, "ok bytes=%.17g items=%.17g\n", host.bench.bytes, host.bench.items);
    else
        answer(host.outcome == OUTCOME_SKIPPED ? "skip" : "error", host.reason);
}

static void hello(const char *value)
{
    alarm((unsigned)message_number(host.line, "limit")); /* seconds; a hang ends as a crash does */
    answer(strcmp(value, PROTOCOL_VERSION) == 0 ? "ok" : "error", PROTOCOL_VERSION);
}

static void load(const char *path)
{
    void *handle = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    const struct assay_module *module = handle ? dlsym(handle, "assay_module") : NULL;
    if (module != NULL && module->magic == ASSAY_MAGIC && module->abi == ASSAY_ABI) {
        host.module = module;
        answer("ok", "");
    } else
        answer("error", handle ? "no module of this version of assay.h" : dlerror());
}

static void list(const char *value)
{
    for (const struct assay_definition *const *d = host.module->first; d < host.module->last; d++) {
        fprintf(host.out, "benchmark");
        message_add(host.out, "suite", (*d)->suite);
        message_add(host.out, "name", (*d)->name);
        fprintf(host.out, "\n");
    }
    answer("ok", value);
}

static void open_bench(const char *name)
{
    const struct assay_definition *const *d = host.module->first;
    while (d < host.module->last && strcmp((*d)->name, name) != 0)
        d++;
    if (d < host.module->last && host.definition == NULL) {
        host.definition = *d;
        host.bench = (struct assay_bench){&TABLE, 0, NULL, (*d)->bytes, (*d)->items};
        if ((*d)->setup != NULL)
            (*d)->setup(&host.bench);
        if ((*d)->check != NULL && host.outcome == OUTCOME_OK)
            (*d)->check(&host.bench);
    } else
        host_stop(&host.bench, false, "no such benchmark, or one is open");
    answer_outcome();
}

static void run(const char *value)
{
    double slots = host.definition ? message_number(host.line, "slots") : 0;
    (void)value;
    for (double i = 0; i < slots && host.outcome == OUTCOME_OK; i++) {
        host.begun = host.ended = 0;
        host.bench.iterations = (uint64_t)message_number(host.line, "iterations");
        host.definition->body(&host.bench);
        if (host.begun != 1 || host.ended != 1)
            host_stop(&host.bench, false, "the body must run one ASSAY_LOOP to its end");
        if (host.outcome == OUTCOME_OK)
            fprintf(host.out, "slot ns=%.0f\n", (double)(host.ended_ns - host.began_ns));
    }
    answer_outcome();
}

static void close_bench(const char *value)
{
    if (host.definition != NULL && host.definition->teardown != NULL)
        host.definition->teardown(&host.bench);
    answer("ok", value);
}

static const struct {
    const char *verb;
    void (*run)(const char *value);
} COMMANDS[] = {{"hello", hello},     {"load", load}, {"list", list},
                {"open", open_bench}, {"run", run},   {"close", close_bench}};

static void serve(void)
{
    char value[PROTOCOL_VALUE_MAX];
    host.line[strcspn(host.line, "\n")] = '\0';
    for (size_t i = 0; i < sizeof COMMANDS / sizeof *COMMANDS; i++)
        if (message_is(host.line, COMMANDS[i].verb) && (host.module != NULL || i < 2)) {
            COMMANDS[i].run(message_field(host.line, "", value));
            return;
        }
    answer("error", "unknown command, or no module is loaded");
}

int main(void)
{
    signal(SIGPIPE, SIG_DFL); /* `assay` ignores it, and children inherit that */
    FILE *in = fdopen(DESCRIPTOR_IN, "r");
    host.out = fdopen(DESCRIPTOR_OUT, "w"); /* no descriptors: `assay run` was to start this */
    for (; in && host.out && fgets(host.line, sizeof host.line, in); fflush(host.out))
        serve();
    return in && host.out ? 0 : 3;
}
