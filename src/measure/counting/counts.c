/* Hosts that are counted: one plain, with assay-allocs.so preloaded, and one under callgrind.
 *
 * Everything that could change a deterministic program's path is fixed: number and length of the
 * environment's variables, the seeds of known hash randomisers, the length of the module's path (a
 * private copy is loaded), the binding of symbols (at load time); valgrind fixes the addresses.
 *
 * A program that is its own host marks no region, so all of its process is counted, once with n and
 * once with 2n iterations; the slope is free of the rest.
 * Invariant: what callgrind wrote lies in a private folder, which is gone when the counter closes.
 */
#include "measure/counting/counts.h"

#include <dirent.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "measure/counting/callgrind.h"
#include "measure/counting/counter.h"

#define NO_VALGRIND "not counted: valgrind is not installed (apt-get install valgrind)"
#define NO_MARKS                                                                                   \
    "not counted: assay-host was built without valgrind's headers (apt-get install valgrind, "     \
    "then "                                                                                        \
    "build again)"
#define NO_ALLOCS                                                                                  \
    "not counted: no assay-allocs.so beside assay-host (none is built with a sanitizer)"
#define NO_COUNTING_HOST "not counted: this program does not answer 'count' (docs/protocol.md)"
#define NO_OWN_ALLOCS "not counted: a program that is its own host may have an allocator of its own"
#define VALGRIND_ITSELF "valgrind.bin" /* Debian's `valgrind` is a script that adds variables */
#define NOT_WANTED "not counted: nobody asked for it"
enum { PATH_BYTES = 4096, ENVIRONMENT_MAX = 16 };

struct counting_host {
    const struct measure_paths *paths;
    const struct plan *plan;
    const struct benchmark *benchmark;
    bool instructions; /* under callgrind */
    bool is_program;   /* its own host */
    struct host host;
    char folder[64]; /* what callgrind writes goes there; "" when none */
    unsigned parts;  /* files of the process under way */
    pid_t pid;
    bool lacks_allocs, lacks_count;
    char preload[PATH_BYTES], libraries[PATH_BYTES];
    char *environment[ENVIRONMENT_MAX];
};

/* ---- what is there ---- */

static bool on_path(const char *program)
{
    const char *path = getenv("PATH");
    char file[PATH_BYTES];
    for (const char *at = path ? path : "/usr/bin:/bin"; *at != '\0';) {
        size_t length = strcspn(at, ":");
        int written = snprintf(file, sizeof file, "%.*s/%s", (int)length, at, program);
        if (length > 0 && written < (int)sizeof file && access(file, X_OK) == 0)
            return true;
        at += length + (at[length] == ':');
    }
    return false;
}

assay_status measure_can_count_instructions(struct buf *error)
{
    return on_path("valgrind") ? ASSAY_OK : buf_error(error, ASSAY_ERR_HOST, "%s", NO_VALGRIND);
}

const char *measure_instructions_caution(void)
{
#if defined(__x86_64__) || defined(__i386__)
    if (__builtin_cpu_supports("avx512f"))
        return "counted under valgrind, which knows no AVX-512: the variant counted may differ "
               "from the timed one";
#endif
    return "";
}

/* ---- starting ---- */

/* The same for every benchmark and every day; only libraries are looked for where they are. */
static void fill_environment(struct counting_host *self)
{
    static const char *const FIXED[] = {"PATH=/usr/local/bin:/usr/bin:/bin",
                                        "HOME=/nonexistent",
                                        "LC_ALL=C.UTF-8",
                                        "TZ=UTC",
                                        "LD_BIND_NOW=1",
                                        "PYTHONHASHSEED=0",
                                        "PYTHONDONTWRITEBYTECODE=1",
                                        "PERL_HASH_SEED=0",
                                        "PERL_PERTURB_KEYS=0"};
    const char *libraries = getenv("LD_LIBRARY_PATH");
    size_t count = 0;
    for (; count < sizeof FIXED / sizeof *FIXED; count++)
        self->environment[count] = (char *)(uintptr_t)FIXED[count];
    snprintf(self->libraries, sizeof self->libraries, "LD_LIBRARY_PATH=%s",
             libraries ? libraries : "");
    self->environment[count++] = self->libraries;
    if (self->preload[0] != '\0')
        self->environment[count++] = self->preload;
}

/* assay-allocs.so lies beside assay-host; programs that are their own hosts may bring an allocator
 * of their own and are left alone. */
static void find_allocs(struct counting_host *self)
{
    const char *program = self->paths->host_program, *file = text_file_name(program);
    const size_t head = strlen("LD_PRELOAD=");
    int written = snprintf(self->preload, sizeof self->preload, "LD_PRELOAD=%.*sassay-allocs.so",
                           (int)(file - program), program);
    self->lacks_allocs = self->instructions || self->is_program ||
                         written >= (int)sizeof self->preload ||
                         access(self->preload + head, R_OK) != 0;
    if (self->lacks_allocs)
        self->preload[0] = '\0';
}

static assay_status make_folder(struct counting_host *self, struct buf *error)
{
    char folder[] = "/tmp/assay-count-XXXXXX";
    if (mkdtemp(folder) == NULL)
        return buf_error(error, ASSAY_ERR_IO, "cannot make a folder in /tmp");
    snprintf(self->folder, sizeof self->folder, "%s", folder);
    return ASSAY_OK;
}

static void remove_folder(struct counting_host *self)
{
    DIR *entries = self->folder[0] != '\0' ? opendir(self->folder) : NULL;
    struct dirent *entry;
    char path[PATH_BYTES];
    while (entries != NULL && (entry = readdir(entries)) != NULL)
        if (entry->d_name[0] != '.' &&
            snprintf(path, sizeof path, "%s/%s", self->folder, entry->d_name) < PATH_BYTES)
            unlink(path);
    if (entries != NULL)
        closedir(entries);
    if (self->folder[0] != '\0')
        rmdir(self->folder);
    self->folder[0] = '\0';
}

static assay_status start_process(struct counting_host *self)
{
    char out_file[128];
    const char *program = self->is_program ? self->benchmark->module : self->paths->host_program;
    const struct host_limits limits = {plan_limit_seconds(self->plan, self->benchmark),
                                       self->plan->limit_rss_bytes, self->paths->stop};
    /* A program may be a script, whose interpreter is another program to start. */
    const char *words[] = {on_path(VALGRIND_ITSELF) ? VALGRIND_ITSELF : "valgrind",
                           "--tool=callgrind",
                           "--command-line-only=yes",
                           "-q",
                           "--vgdb=no",
                           self->is_program ? "--instr-atstart=yes" : "--instr-atstart=no",
                           self->is_program ? "--trace-children=yes" : "--trace-children=no",
                           out_file,
                           program,
                           NULL};
    size_t first = self->instructions ? 0 : sizeof words / sizeof *words - 2;
    snprintf(out_file, sizeof out_file, "--callgrind-out-file=%s/%%p", self->folder);
    fill_environment(self);
    const struct host_command command = {(char *const *)(uintptr_t)(words + first),
                                         self->environment, NULL};
    assay_status status = host_start_command(&command, limits, &self->host);
    self->pid = self->host.child.pid;
    self->parts = 0;
    return status;
}

static bool read_closing(const struct message *message, void *context)
{
    (void)context;
    return message_is_closing(message);
}

static assay_status load_module(struct counting_host *self, enum outcome *ret_outcome)
{
    BUF_AUTO line;
    buf_init(&line, PROTOCOL_LINE_MAX);
    buf_puts(&line, "load");
    message_add(&line, "", self->benchmark->module);
    message_add(&line, "copy", "1");
    return host_ask(&self->host, line.text, read_closing, NULL, ret_outcome);
}

/* Why the process ended, and what may have ended it where it runs under valgrind. */
static enum outcome conclude(struct counting_host *self, assay_status status, enum outcome outcome,
                             struct buf *reason)
{
    outcome = host_conclude(&self->host, status, outcome, reason);
    if (status == ASSAY_ERR_HOST && self->instructions && reason != NULL &&
        strstr(reason->text, "signal 4 ") != NULL)
        buf_puts(reason, "; under valgrind, which does not know every instruction (no AVX-512)");
    if (status == ASSAY_ERR_HOST && self->instructions && reason != NULL &&
        strstr(self->host.printed.text, "debuginfo reader") != NULL)
        buf_puts(reason, "; valgrind cannot read this debugging information: with clang, build "
                         "with -gdwarf-4");
    return outcome;
}

static enum outcome open_process(struct counting_host *self, struct buf *reason)
{
    const struct open_request request = {self->benchmark,       "a",  self->plan->seed,
                                         self->paths->fixtures, true, false};
    enum outcome outcome = OUTCOME_OK;
    assay_status status = start_process(self);
    if (status == ASSAY_OK && !self->is_program)
        status = load_module(self, &outcome);
    if (status == ASSAY_OK && outcome == OUTCOME_OK)
        status = host_open(&self->host, &request, read_closing, NULL, &outcome);
    return conclude(self, status, outcome, reason);
}

/* ---- counting ---- */

static bool read_counts(const struct message *message, void *context)
{
    struct tally *tally = context;
    if (strcmp(message->verb, "counts") != 0)
        return message_is_closing(message);
    *tally = (struct tally){.total = counts_none(""), .ns = message_number(message, "ns", 0)};
    tally->total.allocations = message_number(message, "allocations", NOT_COUNTED);
    tally->total.allocated_bytes = message_number(message, "allocated_bytes", NOT_COUNTED);
    tally->total.page_faults = message_number(message, "page_faults", NOT_COUNTED);
    tally->total.context_switches = message_number(message, "context_switches", NOT_COUNTED);
    tally->total.cpu_ns = message_number(message, "cpu_ns", NOT_COUNTED);
    tally->is_dumped = message_number(message, "dumped", 0) > 0;
    return true;
}

static enum outcome read_part(struct counting_host *self, const char *path, struct tally *tally,
                              struct buf *reason)
{
    uint64_t instructions = 0;
    if (callgrind_read(path, &instructions, reason) != ASSAY_OK)
        return OUTCOME_FAILED;
    unlink(path);
    tally->total.instructions = (double)instructions;
    self->parts++;
    return OUTCOME_OK;
}

/* The region's own file; the host said that it was written. */
static enum outcome read_dump(struct counting_host *self, struct tally *tally, struct buf *reason)
{
    char path[PATH_BYTES];
    if (!tally->is_dumped) {
        buf_puts(reason, NO_MARKS);
        return OUTCOME_FAILED;
    }
    snprintf(path, sizeof path, "%s/%ld.%u", self->folder, (long)self->pid, self->parts + 1);
    return read_part(self, path, tally, reason);
}

static enum outcome ask_count(struct counting_host *self, uint64_t iterations,
                              struct tally *ret_tally, struct buf *reason)
{
    char line[64];
    enum outcome outcome = OUTCOME_FAILED;
    *ret_tally = (struct tally){.total = counts_none("")};
    snprintf(line, sizeof line, "count iterations=%" PRIu64, iterations);
    assay_status status = host_ask(&self->host, line, read_counts, ret_tally, &outcome);
    self->lacks_count = status == ASSAY_OK && outcome == OUTCOME_FAILED &&
                        strcmp(self->host.reason.text, "unknown command") == 0;
    outcome = conclude(self, status, outcome, reason);
    return outcome == OUTCOME_OK && self->instructions ? read_dump(self, ret_tally, reason)
                                                       : outcome;
}

static bool read_slot(const struct message *message, void *context)
{
    (void)context;
    return message_is_closing(message) || strcmp(message->verb, "slot") == 0;
}

/* One whole process for each count. */
static enum outcome count_program(struct counting_host *self, uint64_t iterations,
                                  struct tally *ret_tally, struct buf *reason)
{
    char line[64], path[PATH_BYTES];
    enum outcome outcome = OUTCOME_OK;
    *ret_tally = (struct tally){.total = counts_none("")};
    if (self->host.child.pid == 0) {
        host_stop(&self->host);
        outcome = open_process(self, reason);
    }
    if (outcome != OUTCOME_OK)
        return outcome;
    snprintf(line, sizeof line, "run iterations=%" PRIu64 " slots=1", iterations);
    assay_status status = host_ask(&self->host, line, read_slot, NULL, &outcome);
    if (status == ASSAY_OK && outcome == OUTCOME_OK) /* callgrind writes at the end */
        status = host_finish(&self->host);
    outcome = conclude(self, status, outcome, reason);
    snprintf(path, sizeof path, "%s/%ld", self->folder, (long)self->pid);
    return outcome == OUTCOME_OK ? read_part(self, path, ret_tally, reason) : outcome;
}

static enum outcome counting_open(void *self_, struct buf *reason)
{
    struct counting_host *self = self_;
    host_init(&self->host);
    find_allocs(self);
    if (self->instructions && make_folder(self, reason) != ASSAY_OK)
        return OUTCOME_FAILED;
    return open_process(self, reason);
}

static enum outcome counting_count(void *self_, uint64_t iterations, struct tally *ret_tally,
                                   struct buf *reason)
{
    struct counting_host *self = self_;
    return self->instructions && self->is_program
               ? count_program(self, iterations, ret_tally, reason)
               : ask_count(self, iterations, ret_tally, reason);
}

static enum outcome counting_close(void *self_, struct buf *reason)
{
    struct counting_host *self = self_;
    enum outcome outcome = OUTCOME_OK;
    if (self->host.child.pid != 0) {
        assay_status status = host_ask(&self->host, "close", NULL, NULL, &outcome);
        outcome = conclude(self, status, outcome, reason);
    }
    host_stop(&self->host);
    remove_folder(self);
    return outcome;
}

static const struct counter_ops COUNTING_HOST = {counting_open, counting_count, counting_close};

/* ---- all of it ---- */

static assay_status keep_reason(struct arena *arena, const struct buf *reason,
                                const char **ret_text)
{
    *ret_text = arena_copy(arena, reason->text);
    return *ret_text ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status count_instructions(struct counting_host *self, struct arena *arena,
                                       struct counts *counts)
{
    struct counter counter = {&COUNTING_HOST, self, self->is_program};
    double instructions = NOT_COUNTED;
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    self->instructions = true;
    counts->iterations = self->plan->iterations;
    if (measure_can_count_instructions(&reason) != ASSAY_OK)
        return keep_reason(arena, &reason, &counts->no_instructions);
    counts->outcome = counter_slope(&counter, &counts->iterations, &instructions, &reason);
    if (counts->outcome == OUTCOME_OK) {
        counts->instructions = instructions;
        counts->caution = measure_instructions_caution();
    }
    return keep_reason(arena, &reason, &counts->no_instructions);
}

static assay_status count_costs(struct counting_host *self, struct arena *arena,
                                struct counts *counts)
{
    struct counter counter = {&COUNTING_HOST, self, false};
    struct counts each;
    BUF_AUTO reason;
    buf_init(&reason, 8192);
    self->instructions = false;
    enum outcome outcome = counter_region(&counter, self->plan->iterations, &each, &reason);
    if (outcome == OUTCOME_OK) {
        counts->allocations = each.allocations;
        counts->allocated_bytes = each.allocated_bytes;
        counts->page_faults = each.page_faults;
        counts->context_switches = each.context_switches;
        counts->cpu_ns = each.cpu_ns;
    } else if (self->lacks_count) {
        buf_error(&reason, ASSAY_OK, "%s", NO_COUNTING_HOST);
    } else if (counts->outcome == OUTCOME_OK) {
        counts->outcome = outcome;
    }
    TRY(keep_reason(arena, &reason, &counts->no_usage));
    counts->no_allocations = !isnan(counts->allocations) ? ""
                             : outcome != OUTCOME_OK     ? counts->no_usage
                             : self->is_program          ? NO_OWN_ALLOCS
                                                         : NO_ALLOCS;
    return ASSAY_OK;
}

assay_status measure_counts(const struct measure_paths *paths, const struct plan *plan,
                            const struct benchmark *benchmark, unsigned wanted, struct arena *arena,
                            struct counts *ret_counts)
{
    struct counting_host self = {.paths = paths, .plan = plan, .benchmark = benchmark};
    struct counts counts = counts_none(NOT_WANTED);
    self.is_program = !text_ends_with(benchmark->module, ".so");
    if (wanted & COUNT_INSTRUCTIONS)
        TRY(count_instructions(&self, arena, &counts));
    if (wanted & COUNT_COSTS)
        TRY(count_costs(&self, arena, &counts));
    *ret_counts = counts;
    return ASSAY_OK;
}
