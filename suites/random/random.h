/* Random data of suites: the same numbers in every run with the same seed.
 * Source: splitmix64, Vigna's public-domain reference. */
#ifndef SUITES_RANDOM_RANDOM_H
#define SUITES_RANDOM_RANDOM_H

#include <assay.h>

#include "large.h"

static inline uint64_t random_bits(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/* Uniform in [-1, 1). */
static inline float random_number(uint64_t *state)
{
    return (float)(random_bits(state) >> 40) * 0x1p-23f - 1;
}

/* `count` numbers, uniform in [-size, size), by the benchmark's own seed; they live as long as it.
 */
static inline float *random_numbers(struct assay_bench *b, size_t count, float size)
{
    uint64_t state = assay_random(b);
    float *made = large_alloc(b, count * sizeof *made);
    for (size_t i = 0; i < count; i++)
        made[i] = size * random_number(&state);
    return made;
}

#endif
