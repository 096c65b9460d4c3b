/* The functions behind `struct assay_host`, and the slot that times a body.
 *
 * Why memory is reused between slots: a body allocates the same blocks in each slot; fresh pages
 * each time would move page faults and cache placement into the samples.  Why both sides of a pair
 * share them: data at another address lies otherwise in the caches, which moved memory-bound code
 * by several per cent although nothing had changed. Invariants: 1. between the
 * two clock reads nothing of ours runs but the body's loop; 2. the random sequence of a slot
 * depends on seed and benchmark only; 3. a failed benchmark runs no loop. */
#include "bench.h"

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
    bench->began_ns = clock_now_ns();
}

static void host_end(struct assay_bench *b)
{
    int64_t now_ns = clock_now_ns();
    opened(b)->ended_ns = now_ns;
    opened(b)->loops_ended++;
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

static const void *host_fixture(struct assay_bench *b, const char *key, assay_builder *build,
                                size_t *ret_bytes)
{
    struct open_bench *bench = opened(b);
    size_t bytes = 0;
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

#define HOST_TABLE(begin_, end_)                                                                   \
    {                                                                                              \
        .abi = ASSAY_ABI, .size = sizeof(struct assay_host), .begin = (begin_), .end = (end_),     \
        .alloc = host_alloc, .random = host_random, .param = host_param, .fail = host_fail,        \
        .skip = host_skip, .fixture = host_fixture, .fixture_put = host_fixture_put,               \
    }
static const struct assay_host TIMING_HOST = HOST_TABLE(host_begin, host_end);
static const struct assay_host COUNTING_HOST = HOST_TABLE(counting_begin, counting_end);

assay_status bench_open(struct open_bench *bench, const struct bench_request *request)
{
    const struct assay_definition *definition = request->definition;
    *bench =
        (struct open_bench){.bench = {.host = request->counting ? &COUNTING_HOST : &TIMING_HOST,
                                      .bytes = definition->bytes,
                                      .items = definition->items},
                            .definition = definition,
                            .params = strdup(request->params),
                            .fixtures_folder = strdup(request->fixtures_folder),
                            .seed = request->seed,
                            .slot = request->slot,
                            .current = &bench->launch};
    buf_init(&bench->reason, 4096);
    if (bench->params == NULL || bench->fixtures_folder == NULL)
        return ASSAY_ERR_MEMORY;
    seed_random(bench);
    bench->is_set_up = true;
    if (definition->setup != NULL)
        definition->setup(&bench->bench);
    if (definition->check != NULL && bench->outcome == OUTCOME_OK)
        definition->check(&bench->bench);
    return ASSAY_OK;
}

bool bench_slot(struct open_bench *bench, uint64_t iterations, struct slot_time *ret_time)
{
    *ret_time = (struct slot_time){0};
    if (bench->outcome != OUTCOME_OK)
        return false; /* after a failed setup nothing is there that the body could use */
    bench->slot->next = 0;
    bench->current = bench->slot;
    bench->loops_begun = bench->loops_ended = 0;
    bench->bench.iterations = iterations;
    seed_random(bench);
    int64_t entered_ns = clock_now_ns();
    bench->definition->body(&bench->bench);
    int64_t left_ns = clock_now_ns();
    if (bench->outcome == OUTCOME_OK && bench->loops_begun != 1)
        host_fail(&bench->bench, "the body ran %u ASSAY_LOOPs; it must run exactly one",
                  bench->loops_begun);
    if (bench->outcome == OUTCOME_OK && bench->loops_ended != 1)
        host_fail(&bench->bench, "the body left ASSAY_LOOP by break, return or goto");
    *ret_time = (struct slot_time){(double)(bench->ended_ns - bench->began_ns),
                                   (double)(left_ns - entered_ns)};
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

void bench_close(struct open_bench *bench)
{
    bench_teardown(bench);
    fixtures_close(bench);
    scope_release(&bench->launch);
    buf_release(&bench->reason);
    free(bench->params);
    free(bench->fixtures_folder);
    bench->params = bench->fixtures_folder = NULL;
}
