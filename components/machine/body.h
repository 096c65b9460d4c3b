/* The kernels, written once for vectors of WIDTH numbers; each kernel's file makes functions of it
 * for its instructions.  Internal.
 *
 * Reading takes four vectors of each stream in turn, into four sums that do not wait for each
 * other: more loads are under way than a single sum could have. */
#ifndef MACHINE_BODY_H
#define MACHINE_BODY_H

#include "kernels.h"

#if !defined(KERNEL) || !defined(WIDTH) || !defined(STORE) || !defined(FENCE)
#error "define KERNEL (attributes), WIDTH (numbers a vector), STORE(to, vector) and FENCE()"
#endif

#define INLINE static inline __attribute__((always_inline)) KERNEL
#define SUMS 4u
#define STEP (SUMS * WIDTH)
#define LINE 16u    /* numbers of a cache line */
#define AHEAD 1024u /* numbers that are fetched before they are used: 4 KiB */

typedef uint32_t unaligned __attribute__((vector_size(4 * WIDTH), aligned(4), may_alias));
typedef uint32_t whole __attribute__((vector_size(4 * WIDTH)));
typedef float real __attribute__((vector_size(4 * WIDTH)));

/* Adds one step of one stream.  What comes next is fetched for the second cache: asking for the
 * first one holds up its few buffers. */
INLINE void read_step(const uint32_t *from, whole *sums, const bool ahead)
{
#pragma GCC unroll 4
    for (unsigned k = 0; k < SUMS; k++) {
        if (ahead && k * WIDTH % LINE == 0) {
            __builtin_prefetch(from + AHEAD + (size_t)k * WIDTH, 0, 2);
        }
        sums[k] += *(const unaligned *)(from + (size_t)k * WIDTH);
    }
}

INLINE uint32_t read_streams(const uint32_t *from, size_t count, const unsigned streams,
                             const bool ahead)
{
    const size_t part = count / streams / STEP * STEP;
    whole sums[SUMS] = {{0}};
    for (size_t i = 0; i < part; i += STEP) {
#pragma GCC unroll 8
        for (unsigned s = 0; s < streams; s++) {
            read_step(from + s * part + i, sums, ahead);
        }
    }
    const whole all = (sums[0] + sums[1]) + (sums[2] + sums[3]);
    uint32_t sum = 0;
    for (unsigned k = 0; k < WIDTH; k++) {
        sum += all[k];
    }
    for (size_t i = streams * part; i < count; i++) {
        sum += from[i];
    }
    return sum;
}

/* Each design is code of its own: loops over streams are unrolled. */
INLINE uint32_t read_ahead(const uint32_t *from, size_t count, unsigned streams, const bool ahead)
{
    switch (streams) {
    case 2:
        return read_streams(from, count, 2, ahead);
    case 4:
        return read_streams(from, count, 4, ahead);
    case 8:
        return read_streams(from, count, 8, ahead);
    default:
        return read_streams(from, count, 1, ahead);
    }
}

static KERNEL uint32_t read_all(const uint32_t *from, size_t count,
                                const struct machine_design *design)
{
    return design->ahead ? read_ahead(from, count, design->streams, true)
                         : read_ahead(from, count, design->streams, false);
}

static KERNEL void copy_all(uint32_t *to, const uint32_t *from, size_t count)
{
    const size_t whole_steps = count / STEP * STEP;
    for (size_t i = 0; i < whole_steps; i += STEP) {
#pragma GCC unroll 4
        for (unsigned k = 0; k < SUMS; k++) {
            STORE(to + i + (size_t)k * WIDTH, *(const unaligned *)(from + i + (size_t)k * WIDTH));
        }
    }
    FENCE();
    for (size_t i = whole_steps; i < count; i++) {
        to[i] = from[i];
    }
}

static KERNEL float multiply_all(uint64_t rounds)
{
    float half = 0.5f;
    __asm__("" : "+m"(half)); /* the compiler knows neither the factor nor what it leads to */
    const real factor = (real){0} + half;
    real chains[MACHINE_CHAINS];
#pragma GCC unroll 12
    for (unsigned i = 0; i < MACHINE_CHAINS; i++) {
        chains[i] = (real){0} + (float)i;
    }
    for (uint64_t round = 0; round < rounds; round++) {
#pragma GCC unroll 12
        for (unsigned i = 0; i < MACHINE_CHAINS; i++) {
            chains[i] = chains[i] * factor + factor;
        }
    }
    float sum = 0;
    for (unsigned i = 0; i < MACHINE_CHAINS; i++) {
        float same = chains[i][0];
        for (unsigned k = 1; k < WIDTH; k++) { /* all are equal: a check that all were computed */
            same = chains[i][k] > same ? chains[i][k] : same;
        }
        sum += same;
    }
    return sum;
}

/* What stands in each kernel's table. */
#define BODY .width = WIDTH, .read = read_all, .copy = copy_all, .multiply = multiply_all

#endif
