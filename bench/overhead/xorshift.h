/* The body that all harnesses measure: xorshift64, Marsaglia, "Xorshift RNGs", JSS 8(14), 2003,
 * p. 4. Three shifts and three xors, each waiting for the one before: about a nanosecond that no
 * compiler can shorten and no processor can overlap. */
#ifndef BENCH_XORSHIFT_H
#define BENCH_XORSHIFT_H

#include <stdint.h>

#define XORSHIFT_SEED 88172645463325252u

static inline uint64_t xorshift(uint64_t x)
{
    x ^= x << 13;
    x ^= x >> 7;
    return x ^ (x << 17);
}

#endif
