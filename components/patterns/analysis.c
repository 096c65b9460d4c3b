/* The whole analysis: variants, memory, checking of the sequence, groups one after the other.
 *
 * A struct patterns is one block: what its layout takes is known from length and symbols alone.
 *
 * Invariants: 1. `left` and `right` hold the sequence of the last analysis, with marks behind it.
 * 2. `pairs` is all zeros between two analyses; whoever counts in it clears what was counted. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

const char *patterns_status_text(enum patterns_status status)
{
    switch (status) {
    case PATTERNS_OK:
        return "no error";
    case PATTERNS_ERR_ARGUMENT:
        return "invalid argument";
    case PATTERNS_ERR_MEMORY:
        return "out of memory";
    case PATTERNS_ERR_LIMIT:
        return "sequence too long, too many words or symbols";
    case PATTERNS_ERR_SYMBOL:
        return "a number is not one of the symbols";
    case PATTERNS_ERR_CPU:
        return "this processor lacks the instructions";
    }
    return "unknown status";
}

/* Arrays whose sizes are powers of two would follow each other at multiples of 4 KiB, where a
 * processor takes a load for one that depends on an earlier store. */
#define SKEWED_FROM 2048u
#define SKEW (5 * PATTERNS_ALIGNMENT)

static bool cpu_any(void)
{
    return true;
}

#if PATTERNS_X86

static bool cpu_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool cpu_avx512(void)
{
    return cpu_avx2() && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("popcnt");
}

#endif

const struct patterns_variant patterns_variants[] = {
    {"scalar", cpu_any, &kernels_scalar},
#if PATTERNS_X86
    {"avx2", cpu_avx2, &kernels_avx2},
    {"avx512", cpu_avx512, &kernels_avx512},
#endif
    {0},
};

const struct patterns_variant *patterns_best(void)
{
    const struct patterns_variant *best = patterns_variants;
    for (const struct patterns_variant *v = patterns_variants; v->name; v++) {
        best = v->available() ? v : best;
    }
    return best;
}

void *arena_take(struct arena *arena, size_t bytes)
{
    void *taken = arena->base ? arena->base + arena->used : NULL;
    arena->used += (bytes + PATTERNS_ALIGNMENT - 1) / PATTERNS_ALIGNMENT * PATTERNS_ALIGNMENT;
    arena->used += bytes >= SKEWED_FROM ? SKEW : 0;
    return taken;
}

void *arena_allocate(struct arena *arena, size_t head, size_t *ret_heap_bytes)
{
    const size_t bytes = head + PATTERNS_ALIGNMENT + arena->used;
    char *block = calloc(1, bytes);
    if (block) {
        const size_t odd = (uintptr_t)(block + head) % PATTERNS_ALIGNMENT;
        *arena = (struct arena){block + head + (PATTERNS_ALIGNMENT - odd) % PATTERNS_ALIGNMENT, 0};
        *ret_heap_bytes = bytes;
    }
    return block;
}

static void lay(struct patterns *patterns, struct arena *arena)
{
    const size_t length = patterns->length, symbols = patterns->symbols;
    const size_t bins = length / 2 + 1;
    patterns->left = arena_take(arena, length + MATCHES_PAD);
    patterns->right = arena_take(arena, length + MATCHES_PAD);
    patterns->counts = arena_take(arena, symbols * sizeof *patterns->counts);
    patterns->pairs = arena_take(arena, symbols * symbols * sizeof *patterns->pairs);
    patterns->count_logs = arena_take(arena, (length + 1) * sizeof *patterns->count_logs);
    patterns->low = arena_take(arena, symbols);
    patterns->high = arena_take(arena, symbols);
    patterns->matches = arena_take(arena, length * sizeof *patterns->matches);
    patterns->circular = arena_take(arena, length * sizeof *patterns->circular);
    patterns->powers = arena_take(arena, bins * sizeof *patterns->powers);
    patterns->scrap = arena_take(arena, bins * sizeof *patterns->scrap);
    if (length > 0) {
        fft_lay(&patterns->fft, patterns->kernels, length, arena);
        correlation_lay(patterns, arena);
    }
}

static void fill(struct patterns *patterns)
{
    for (size_t count = 2; count <= patterns->length; count++) {
        patterns->count_logs[count] = (double)count * log2((double)count);
    }
    memset(patterns->left + patterns->length, MARK_LEFT, MATCHES_PAD);
    memset(patterns->right + patterns->length, MARK_RIGHT, MATCHES_PAD);
    if (patterns->length > 0) {
        fft_fill(&patterns->fft);
        correlation_fill(patterns);
    }
}

static enum patterns_status check_options(const struct patterns_options *options)
{
    if (options->symbols == 0 || options->method > PATTERNS_FFT) {
        return PATTERNS_ERR_ARGUMENT;
    }
    if (options->length > PATTERNS_LENGTH_MAX || options->symbols > PATTERNS_SYMBOLS_MAX) {
        return PATTERNS_ERR_LIMIT;
    }
    return options->variant && !options->variant->available() ? PATTERNS_ERR_CPU : PATTERNS_OK;
}

enum patterns_status patterns_new(const struct patterns_options *options,
                                  struct patterns **ret_patterns)
{
    if (!options || !ret_patterns) {
        return PATTERNS_ERR_ARGUMENT;
    }
    const enum patterns_status status = check_options(options);
    if (status) {
        return status;
    }
    struct patterns patterns = {
        .length = options->length,
        .symbols = options->symbols,
        .kernels = (options->variant ? options->variant : patterns_best())->kernels,
    };
    patterns.method = correlation_choose(options, patterns.kernels);
    struct arena arena = {0};
    lay(&patterns, &arena);
    struct patterns *made = arena_allocate(&arena, sizeof patterns, &patterns.heap_bytes);
    if (!made) {
        return PATTERNS_ERR_MEMORY;
    }
    lay(&patterns, &arena);
    fill(&patterns);
    *made = patterns;
    *ret_patterns = made;
    return PATTERNS_OK;
}

void patterns_free(struct patterns *patterns)
{
    free(patterns);
}

size_t patterns_heap_bytes(const struct patterns *patterns)
{
    return patterns->heap_bytes;
}

enum patterns_method patterns_method(const struct patterns *patterns)
{
    return patterns->method;
}

const uint16_t *patterns_matches(const struct patterns *patterns)
{
    return patterns->matches;
}

const double *patterns_powers(const struct patterns *patterns)
{
    return patterns->powers;
}

/* Counts the symbols; nothing else of the struct changes unless all of them are known. */
static enum patterns_status read_sequence(struct patterns *patterns, const uint8_t *sequence)
{
    uint16_t counts[256] = {0};
    for (size_t i = 0; i < patterns->length; i++) {
        counts[sequence[i]]++;
    }
    for (size_t symbol = patterns->symbols; symbol < 256; symbol++) {
        if (counts[symbol] > 0) {
            return PATTERNS_ERR_SYMBOL;
        }
    }
    memcpy(patterns->counts, counts, patterns->symbols * sizeof *counts);
    if (patterns->length > 0) {
        memcpy(patterns->left, sequence, patterns->length);
        memcpy(patterns->right, sequence, patterns->length);
    }
    return PATTERNS_OK;
}

enum patterns_status patterns_analyze(struct patterns *patterns, const uint8_t *sequence,
                                      unsigned groups, struct patterns_features *ret_features)
{
    if (!patterns || !ret_features || (!sequence && patterns->length > 0) ||
        (groups & ~(unsigned)PATTERNS_ALL)) {
        return PATTERNS_ERR_ARGUMENT;
    }
    const enum patterns_status status = read_sequence(patterns, sequence);
    if (status) {
        return status;
    }
    *ret_features = (struct patterns_features){0};
    if (patterns->length == 0) {
        return PATTERNS_OK;
    }
    if (groups & PATTERNS_FREQUENCY) {
        frequency_run(patterns, ret_features);
    }
    if (groups & PATTERNS_STATISTICS) {
        statistics_run(patterns, &ret_features->statistics);
    }
    if (groups & PATTERNS_TRANSITIONS) {
        transitions_run(patterns, &ret_features->transitions);
    }
    if (groups & PATTERNS_GEOMETRY) {
        geometry_run(patterns, &ret_features->geometry);
    }
    return PATTERNS_OK;
}
