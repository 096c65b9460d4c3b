/* The bodies that assay and its peers time alike.
 *
 * Every body does whole steps, multiples of 1000 of them, so that 0.1 % more is a whole number of
 * steps; WORK_PPM is how many millionths more a build does.  C and C++. */
#ifndef BODIES_H
#define BODIES_H

#include <stddef.h>
#include <stdint.h>

#ifndef WORK_PPM
#define WORK_PPM 0
#endif
/* Half of the second cache level: what both sides chase through stays there. */
#ifndef MEMORY_BYTES
#define MEMORY_BYTES (1 << 19)
#endif
#define STEPS_OF(count) ((count) + (count) / 1000 * WORK_PPM / 1000)

enum {
    CPU_STEPS = 2000,
    MEMORY_HOPS = 2000,
    SORTS = 1000,
    SORTED = 64,
    PRIVATE_BYTES = 1 << 22,
    LINE_WORDS = 64 / sizeof(uint32_t)
};
#define XORSHIFT_SEED 88172645463325252u
#define KEEP_REGISTER(x) __asm__ volatile("" : "+r"(x) : : "memory")

/* xorshift64, Marsaglia, Journal of Statistical Software 8(14), 2003. */
static inline uint64_t xorshift(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    x ^= x << 17;
    return x;
}

/* Dependent steps. */
static __attribute__((noinline, unused)) uint64_t work_cpu(uint64_t x, uint64_t steps)
{
    for (uint64_t i = 0; i < steps; i++) {
        x = xorshift(x);
        KEEP_REGISTER(x);
    }
    return x;
}

/* Dependent loads along a chain of link_chain. */
static __attribute__((noinline, unused)) uint32_t work_memory(const uint32_t *chain, uint32_t at,
                                                              uint64_t hops)
{
    for (uint64_t i = 0; i < hops; i++)
        at = chain[at];
    return at;
}

/* Insertion sorts of 64 random words: branches that depend on the data and on one another. */
static __attribute__((noinline, unused)) uint64_t work_branchy(uint64_t x, uint64_t sorts)
{
    uint64_t sum = 0;
    for (; sorts > 0; sorts--) {
        uint32_t words[SORTED];
        for (int i = 0; i < SORTED; i++)
            words[i] = (uint32_t)(x = xorshift(x));
        for (int i = 1; i < SORTED; i++) {
            uint32_t word = words[i];
            int at = i - 1;
            for (; at >= 0 && words[at] > word; at--)
                words[at + 1] = words[at];
            words[at + 1] = word;
        }
        sum ^= words[17];
    }
    return sum;
}

/* Links `lines` cache lines of `chain` to one cycle in random order: Sattolo, Information
 * Processing Letters 22(6), 1986.  The first word of a line is the index of the next line's. */
static __attribute__((unused)) void link_chain(uint32_t *chain, uint32_t lines, uint64_t random)
{
    for (uint32_t i = 0; i < lines; i++)
        chain[i * LINE_WORDS] = i * (uint32_t)LINE_WORDS;
    for (uint32_t i = lines - 1; i > 0; i--) {
        random = xorshift(random);
        uint32_t k = (uint32_t)(random % i), swap = chain[i * LINE_WORDS];
        chain[i * LINE_WORDS] = chain[k * LINE_WORDS];
        chain[k * LINE_WORDS] = swap;
    }
}

#endif
