/* The functions behind `struct assay_host`, and the slot that times a body.
 *
 * Why memory is reused between slots: a body allocates the same blocks in each slot; fresh pages
 * each time would move page faults and cache placement into the samples.  Why both sides of a pair
 * share them: data at another address lies otherwise in the caches, which moved memory-bound code
 * by several per cent although nothing had changed. Invariants: 1. between the
 * two clock reads nothing of ours runs but the body's loop; 2. the random sequence of a slot
 * depends on seed and benchmark only; 3. a failed benchmark runs no loop. */
#include "bench.h"

#include <dirent.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fixture.h"
#include "probe/clock.h"

enum { ALIGNMENT = 64, EXIT_MEMORY = 71, REASON_MAX = 4000 };

static struct open_bench *opened(struct assay_bench *b)
{
    return (struct open_bench *)b;
}

static void host_begin(struct assay_bench *b)
{
    struct open_bench *bench = opened(b);
    if (bench->outcome != OUTCOME_OK)
        b->iterations = 0;
    bench->loops_begun++;
    bench->watch.began_ns = clock_now_ns();
}

static void host_end(struct assay_bench *b)
{
    int64_t now_ns = clock_now_ns();
    opened(b)->watch.ended_ns = now_ns;
    opened(b)->loops_ended++;
}

/* All threads have one start, that of the last. */
static void threads_begin(struct assay_bench *b)
{
    struct open_bench *bench = opened(b);
    if (bench->outcome != OUTCOME_OK)
        b->iterations = 0;
    if (bench->loops_begun++ > 0 || bench->line == NULL)
        return;
    start_line_wait(bench->line);
    bench->watch.began_ns = atomic_load(&bench->line->opened_ns);
}

static void host_pause(struct assay_bench *b)
{
    watch_pause(&opened(b)->watch);
}

static void host_resume(struct assay_bench *b)
{
    watch_resume(&opened(b)->watch);
}

static void host_manual(struct assay_bench *b, double ns)
{
    struct open_bench *bench = opened(b);
    if (!(ns >= 0) || !isfinite(ns))
        b->host->fail(b, "assay_manual_ns: %g is no time in nanoseconds", ns);
    else
        bench->manual_ns = fmax(bench->manual_ns, 0) + ns;
    bench->is_manual = true;
}

/* Counting has a table of its own, so that a timed region has not even a branch for it. */
static void counting_begin(struct assay_bench *b)
{
    host_begin(b);
    region_begin(&opened(b)->region);
}

static void counting_end(struct assay_bench *b)
{
    region_end(&opened(b)->region);
    host_end(b);
}

static void counting_pause(struct assay_bench *b)
{
    region_pause(&opened(b)->region);
    host_pause(b);
}

static void counting_resume(struct assay_bench *b)
{
    host_resume(b);
    region_resume(&opened(b)->region);
}

static void *scope_alloc(struct scope *scope, size_t bytes)
{
    bytes = (bytes + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    struct block *block = NULL;
    if (scope->next < scope->blocks.count)
        block = &scope->blocks.items[scope->next];
    else if ((block = vec_add(&scope->blocks)) != NULL)
        *block = (struct block){0};
    if (block != NULL && block->bytes < bytes) {
        free(block->memory);
        *block = (struct block){aligned_alloc(ALIGNMENT, bytes), bytes};
    }
    if (block == NULL || block->memory == NULL)
        return NULL;
    scope->next++;
    return memset(block->memory, 0, bytes);
}

void scope_release(struct scope *scope)
{
    for (size_t i = 0; i < scope->blocks.count; i++)
        free(scope->blocks.items[i].memory);
    vec_release(&scope->blocks);
}

static void *host_alloc(struct assay_bench *b, size_t bytes)
{
    void *memory = bytes > PTRDIFF_MAX / 2 ? NULL : scope_alloc(opened(b)->current, bytes);
    if (memory == NULL) {
        /* The body was promised memory: nothing sensible can run on.  The driver reports this text.
         */
        fprintf(stderr, "out of memory: the benchmark asked for %zu bytes\n", bytes);
        _exit(EXIT_MEMORY);
    }
    return memory;
}

/* xoshiro256++ and splitmix64: Blackman & Vigna, "Scrambled Linear Pseudorandom Number Generators",
 * ACM TOMS 47(4), 2021; public-domain reference code at prng.di.unimi.it. */
static uint64_t rotate_left(uint64_t x, int k)
{
    return (x << k) | (x >> (64 - k));
}

static uint64_t host_random(struct assay_bench *b)
{
    uint64_t *s = opened(b)->random;
    uint64_t value = rotate_left(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = rotate_left(s[3], 45);
    return value;
}

static void seed_random(struct open_bench *bench)
{
    uint64_t state = bench->seed;
    for (size_t i = 0; i < 4; i++) {
        uint64_t z = (state += 0x9e3779b97f4a7c15u);
        z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
        z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
        bench->random[i] = z ^ (z >> 31);
    }
}

__attribute__((format(printf, 3, 0))) static void set_outcome(struct open_bench *bench,
                                                              enum outcome outcome,
                                                              const char *format, va_list args)
{
    if (bench->outcome != OUTCOME_OK)
        return; /* the first reason is the cause */
    char text[REASON_MAX + 1] = "";
    bench->outcome = outcome;
    vsnprintf(text, sizeof text, format, args); /* cut off rather than lost */
    buf_puts(&bench->reason, text);
}

__attribute__((format(printf, 2, 3))) static void host_fail(struct assay_bench *b,
                                                            const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_outcome(opened(b), OUTCOME_FAILED, format, args);
    va_end(args);
}

__attribute__((format(printf, 2, 3))) static void host_skip(struct assay_bench *b,
                                                            const char *format, ...)
{
    va_list args;
    va_start(args, format);
    set_outcome(opened(b), OUTCOME_SKIPPED, format, args);
    va_end(args);
}

static const char *host_param(struct assay_bench *b, const char *name)
{
    struct open_bench *bench = opened(b);
    size_t length = strlen(name);
    for (const char *p = bench->params; p != NULL && *p != '\0';) {
        size_t pair = strcspn(p, ",");
        if (pair > length && strncmp(p, name, length) == 0 && p[length] == '=') {
            char *value = scope_alloc(bench->current, pair - length);
            return value ? memcpy(value, p + length + 1, pair - length - 1) : "";
        }
        p += pair + (p[pair] == ',');
    }
    host_fail(b, "no parameter '%s' in the sweep of '%s'", name, bench->definition->name);
    return "";
}

static void host_metric(struct assay_bench *b, const struct assay_metric_info *info, double value)
{
    struct open_bench *bench = opened(b);
    const struct metric metric = {
        .name = info->name ? info->name : "",
        .unit = info->unit ? info->unit : "",
        .direction = info->better == ASSAY_HIGHER_IS_BETTER ? HIGHER_IS_BETTER : LOWER_IS_BETTER,
        .quality = info->quality};
    BUF_AUTO error;
    buf_init(&error, REASON_MAX);
    assay_status status = told_add(&bench->told, &metric, value, &error);
    if (status != ASSAY_OK)
        host_fail(b, "%s", error.length > 0 ? error.text : status_text(status));
}

/* Inputs of one batch, unless the definition says how many: small enough to stay in a core's own
 * cache, and enough to spread what stopping the clock leaves behind. */
static uint64_t batch_size(const struct assay_definition *definition, size_t input_bytes)
{
    enum { BATCH_BYTES = 64 * 1024, BATCH_MAX = 1024 };
    size_t fit = BATCH_BYTES / (input_bytes > 0 ? input_bytes : 1);
    if (definition->batch > 0)
        return definition->batch;
    return fit < 1 ? 1 : fit > BATCH_MAX ? BATCH_MAX : fit;
}

/* The clock stands still whenever this is called, but for a body that left its loop. */
static bool host_batch(struct assay_bench *b, struct assay_batch *batch, size_t input_bytes)
{
    struct open_bench *bench = opened(b);
    if (batch->inputs == NULL && bench->loops_begun == 0) {
        b->host->begin(b);
        b->host->pause(b);
        bench->batches_left = b->iterations;
        bench->batch_mark = bench->current->next;
    } else if (!bench->watch.is_paused || batch->inputs == NULL) {
        bench->loops_begun += batch->inputs == NULL;
        return false; /* left by break, or a second loop: the slot's end says so */
    }
    bench->current->next = bench->batch_mark;
    uint64_t most = batch_size(bench->definition, input_bytes);
    batch->count = bench->batches_left < most ? bench->batches_left : most;
    bench->batches_left -= batch->count;
    if (batch->count > 0 && bench->outcome == OUTCOME_OK) {
        batch->inputs = b->host->alloc(b, batch->count * input_bytes);
        return true;
    }
    b->host->end(b);
    bench->watch.ended_ns = bench->watch.paused_ns;
    bench->watch.is_paused = false;
    return false;
}

static const void *host_fixture(struct assay_bench *b, const char *key, assay_builder *build,
                                size_t *ret_bytes)
{
    struct open_bench *bench = opened(b);
    size_t bytes = 0;
    if (bench->line != NULL) {
        host_fail(b, "assay_fixture in a body of several threads: call it in setup");
        return scope_alloc(bench->current, ALIGNMENT);
    }
    uint64_t random[4];
    memcpy(random, bench->random, sizeof random);
    seed_random(bench); /* the same fixture, whatever was drawn before it */
    const void *data = fixture_open(bench, key, build, &bytes);
    memcpy(bench->random, random, sizeof random);
    if (ret_bytes != NULL)
        *ret_bytes = bytes;
    return data ? data : scope_alloc(&bench->launch, ALIGNMENT);
}

static void host_fixture_put(struct assay_bench *b, const void *data, size_t bytes)
{
    fixture_put(opened(b), data, bytes);
}

#define HOST_TABLE(begin_, end_, pause_, resume_)                                                  \
    {                                                                                              \
        .abi = ASSAY_ABI, .size = sizeof(struct assay_host), .begin = (begin_), .end = (end_),     \
        .alloc = host_alloc, .random = host_random, .param = host_param, .fail = host_fail,        \
        .skip = host_skip, .fixture = host_fixture, .fixture_put = host_fixture_put,               \
        .pause = (pause_), .resume = (resume_), .batch = host_batch, .manual = host_manual,        \
        .metric = host_metric,                                                                     \
    }
static const struct assay_host TIMING_HOST =
    HOST_TABLE(host_begin, host_end, host_pause, host_resume);
static const struct assay_host THREADS_HOST =
    HOST_TABLE(threads_begin, host_end, host_pause, host_resume);
static const struct assay_host COUNTING_HOST =
    HOST_TABLE(counting_begin, counting_end, counting_pause, counting_resume);

assay_status team_grow(struct team *team, unsigned threads, struct buf *error)
{
    if (threads > 1)
        TRY(crew_grow(&team->crew, threads, error));
    if (threads <= team->count)
        return ASSAY_OK;
    struct scope *slots = calloc(threads, sizeof *slots);
    if (slots == NULL)
        return ASSAY_ERR_MEMORY;
    if (team->count > 0)
        memcpy(slots, team->slots, team->count * sizeof *slots);
    free(team->slots);
    team->slots = slots;
    team->count = threads;
    return ASSAY_OK;
}

void team_release(struct team *team)
{
    crew_release(team->crew);
    for (unsigned i = 0; i < team->count; i++)
        scope_release(&team->slots[i]);
    free(team->slots);
    *team = (struct team){NULL, NULL, 0};
}

/* How many threads the definition asks for; 0 and a failure for none that can be had. */
static unsigned threads_wanted(struct open_bench *bench)
{
    long long wanted = bench->definition->threads;
    if (wanted == ASSAY_SWEPT)
        wanted = strtoll(host_param(&bench->bench, "threads"), NULL, 10);
    else if (wanted == 0)
        wanted = 1;
    if (wanted >= 1 && wanted <= CREW_THREADS_MAX)
        return (unsigned)wanted;
    host_fail(&bench->bench, "threads=%lld is not between 1 and %d", wanted, CREW_THREADS_MAX);
    return 1;
}

static assay_status open_threads(struct open_bench *bench)
{
    BUF_AUTO error;
    buf_init(&error, 1000);
    unsigned threads = threads_wanted(bench);
    assay_status status = team_grow(bench->team, threads, &error);
    if (status == ASSAY_ERR_LIMIT) {
        host_fail(&bench->bench, "%u threads: %s", threads, error.text);
        threads = 1;
    } else if (status != ASSAY_OK) {
        return status;
    }
    bench->bench.threads = threads;
    if (threads == 1)
        return ASSAY_OK;
    if (bench_is_counting(bench)) {
        host_skip(&bench->bench, "it runs %u threads, which are timed and not counted", threads);
        return ASSAY_OK;
    }
    bench->bench.host = &THREADS_HOST;
    bench->workers = calloc(threads - 1, sizeof *bench->workers);
    for (unsigned i = 0; bench->workers != NULL && i < threads - 1; i++)
        buf_init(&bench->workers[i].reason, 4096);
    return bench->workers ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Until a slot says otherwise every thread does what the definition states. */
static void state_work(struct open_bench *bench)
{
    bench->bytes = bench->bench.bytes * bench->bench.threads;
    bench->items = bench->bench.items * bench->bench.threads;
}

/* Threads of this process beside the crew's; -1: not known. */
static int threads_here(const struct team *team)
{
    int count = 0;
    DIR *tasks = opendir("/proc/self/task");
    if (tasks == NULL)
        return -1;
    for (const struct dirent *entry; (entry = readdir(tasks)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(tasks);
    return count - (int)crew_helpers(team->crew);
}

assay_status bench_open(struct open_bench *bench, const struct bench_request *request)
{
    const struct assay_definition *definition = request->definition;
    *bench =
        (struct open_bench){.bench = {.host = request->counting ? &COUNTING_HOST : &TIMING_HOST,
                                      .bytes = definition->bytes,
                                      .items = definition->items,
                                      .threads = 1},
                            .definition = definition,
                            .params = strdup(request->params),
                            .fixtures_folder = strdup(request->fixtures_folder),
                            .seed = request->seed,
                            .team = request->team,
                            .current = &bench->launch};
    buf_init(&bench->reason, 4096);
    if (bench->params == NULL || bench->fixtures_folder == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(open_threads(bench));
    seed_random(bench);
    bench->threads_before = threads_here(bench->team);
    bench->is_set_up = bench->outcome == OUTCOME_OK;
    if (definition->setup != NULL && bench->outcome == OUTCOME_OK)
        definition->setup(&bench->bench);
    if (definition->check != NULL && !request->passed && bench->outcome == OUTCOME_OK)
        definition->check(&bench->bench);
    state_work(bench);
    return ASSAY_OK;
}

static void begin_slot(struct open_bench *bench, uint64_t iterations)
{
    struct scope *slot = &bench->team->slots[bench->bench.thread];
    slot->next = 0;
    bench->current = slot;
    bench->loops_begun = bench->loops_ended = 0;
    bench->watch = (struct watch){0};
    bench->manual_ns = -1;
    bench->bench.iterations = iterations;
    seed_random(bench);
}

/* What a body did wrong with its loop. */
static void check_loop(struct open_bench *bench)
{
    struct assay_bench *b = &bench->bench;
    if (bench->outcome != OUTCOME_OK)
        return;
    if (bench->loops_begun != 1)
        host_fail(b, "the body ran %u ASSAY_LOOPs; it must run exactly one", bench->loops_begun);
    else if (bench->loops_ended != 1)
        host_fail(b, "the body left ASSAY_LOOP by break, return or goto");
    else if (bench->watch.is_misused)
        host_fail(b, "assay_pause and assay_resume must take turns inside the loop");
    else if (bench->watch.is_paused)
        host_fail(b, "the loop ended after assay_pause without assay_resume");
    else if (bench->is_manual && bench->manual_ns < 0)
        host_fail(b, "the body stated its time by assay_manual_ns in some slots only");
}

static void run_body(struct open_bench *bench, struct slot_time *ret_time)
{
    int64_t entered_ns = clock_now_ns();
    bench->definition->body(&bench->bench);
    int64_t left_ns = clock_now_ns();
    check_loop(bench);
    struct watch_reading read = watch_read(&bench->watch);
    *ret_time = (struct slot_time){read.ns, (double)(left_ns - entered_ns), read.untimed_ns,
                                   read.removed_ns};
    if (bench->is_manual) {
        ret_time->untimed_ns += fmax(ret_time->loop_ns - bench->manual_ns, 0);
        ret_time->loop_ns = bench->manual_ns;
        ret_time->removed_ns = 0;
    }
}

/* One slot of several threads, as its threads see it. */
struct joint_slot {
    struct open_bench *bench;
    struct slot_time *times; /* of each thread */
};

static void run_in_thread(void *context, unsigned thread)
{
    struct joint_slot *joint = context;
    struct open_bench *bench = thread == 0 ? joint->bench : &joint->bench->workers[thread - 1];
    struct start_line *line = bench->line;
    run_body(bench, &joint->times[thread]);
    if (bench->loops_begun == 0)
        start_line_give_up(line);
}

/* A worker is the same benchmark with memory, random numbers and an outcome of its own. */
static void prepare_worker(struct open_bench *bench, unsigned thread, uint64_t iterations)
{
    struct open_bench *worker = &bench->workers[thread - 1];
    worker->bench = bench->bench;
    worker->bench.thread = thread;
    worker->definition = bench->definition;
    worker->params = bench->params;
    worker->fixtures_folder = bench->fixtures_folder;
    worker->seed = bench->seed ^ (thread * 0x9e3779b97f4a7c15u);
    worker->team = bench->team;
    worker->line = bench->line;
    begin_slot(worker, iterations);
}

/* What all threads say becomes what the benchmark says. */
static void join_workers(struct open_bench *bench)
{
    bench->bytes = bench->bench.bytes;
    bench->items = bench->bench.items;
    for (unsigned i = 0; i + 1 < bench->bench.threads; i++) {
        struct open_bench *worker = &bench->workers[i];
        bench->bytes += worker->bench.bytes;
        bench->items += worker->bench.items;
        bench->is_manual |= worker->is_manual;
        for (size_t k = 0; k < worker->told.count; k++)
            if (worker->told.items[k].is_new) {
                const struct metric *metric = &worker->told.items[k].metric;
                const struct assay_metric_info info = {metric->name, metric->unit,
                                                       (enum assay_better)metric->direction,
                                                       metric->quality};
                host_metric(&bench->bench, &info, worker->told.items[k].value);
                worker->told.items[k].is_new = false;
            }
        if (worker->outcome != OUTCOME_OK && bench->outcome == OUTCOME_OK) {
            bench->outcome = worker->outcome;
            buf_printf(&bench->reason, "in thread %u: %s", i + 1, worker->reason.text);
        }
    }
}

static void run_threads(struct open_bench *bench, uint64_t iterations, struct slot_time *ret_time)
{
    struct start_line line;
    struct slot_time times[CREW_THREADS_MAX];
    struct joint_slot joint = {bench, times};
    const unsigned threads = bench->bench.threads;
    start_line_set(&line, threads);
    bench->line = &line;
    watch_stop_cost_ns(); /* measured before, not by two threads at once */
    for (unsigned i = 1; i < threads; i++)
        prepare_worker(bench, i, iterations);
    crew_run(bench->team->crew, threads, run_in_thread, &joint);
    bench->line = NULL;
    *ret_time = times[0];
    for (unsigned i = 1; i < threads; i++) {
        ret_time->loop_ns = fmax(ret_time->loop_ns, times[i].loop_ns);
        ret_time->body_ns = fmax(ret_time->body_ns, times[i].body_ns);
        ret_time->untimed_ns = fmax(ret_time->untimed_ns, times[i].untimed_ns);
        ret_time->removed_ns = fmax(ret_time->removed_ns, times[i].removed_ns);
    }
    join_workers(bench);
}

bool bench_slot(struct open_bench *bench, uint64_t iterations, struct slot_time *ret_time)
{
    *ret_time = (struct slot_time){0};
    if (bench->outcome != OUTCOME_OK)
        return false; /* after a failed setup nothing is there that the body could use */
    begin_slot(bench, iterations);
    if (bench->workers != NULL) {
        run_threads(bench, iterations, ret_time);
    } else {
        run_body(bench, ret_time);
        state_work(bench);
    }
    return bench->outcome == OUTCOME_OK;
}

bool bench_is_counting(const struct open_bench *bench)
{
    return bench->bench.host == &COUNTING_HOST;
}

void bench_teardown(struct open_bench *bench)
{
    bench->current = &bench->launch;
    if (bench->is_set_up && bench->definition->teardown != NULL)
        bench->definition->teardown(&bench->bench);
    bench->is_set_up = false;
}

/* One that was just joined is still listed for a moment. */
unsigned bench_threads_left(const struct open_bench *bench)
{
    enum { LOOKS = 20, LOOK_MS = 2 };
    int left = 0;
    for (int look = 0; look < LOOKS; look++) {
        left = threads_here(bench->team) - bench->threads_before;
        if (left <= 0 || bench->threads_before < 0)
            return 0;
        poll(NULL, 0, LOOK_MS);
    }
    return (unsigned)left;
}

void bench_close(struct open_bench *bench)
{
    bench_teardown(bench);
    fixtures_close(bench);
    scope_release(&bench->launch);
    buf_release(&bench->reason);
    told_release(&bench->told);
    for (unsigned i = 0; bench->workers != NULL && i + 1 < bench->bench.threads; i++) {
        buf_release(&bench->workers[i].reason);
        told_release(&bench->workers[i].told);
    }
    free(bench->workers);
    free(bench->params);
    free(bench->fixtures_folder);
    bench->params = bench->fixtures_folder = NULL;
    bench->workers = NULL;
}
