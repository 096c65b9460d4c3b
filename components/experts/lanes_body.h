/* Products of one response with 32 or 64 others, written once for registers of 32 (AVX-512) or 16
 * (AVX2) sums of 16 bits; each kernel's file makes a function of it.  Private.
 *
 * Counts are bytes, sums of up to FLUSH of them fit into 16 bits, and those are added to sums of 32
 * bits.  A response of ordinary length is never flushed before its end. */
#ifndef EXPERTS_LANES_BODY_H
#define EXPERTS_LANES_BODY_H

#include <immintrin.h>

#include "panel.h"

#if !defined(KERNEL) || !defined(SHORTS)
#error "define KERNEL (attributes), SHORTS (16-bit numbers a register), and what is used below"
#endif

#define INLINE static inline __attribute__((always_inline)) KERNEL
#define FLUSH 257u /* 257 * 255 = 65535 */
#define GROUPS_MAX (LANES_MAX / SHORTS)

/* Sums of counts of at most FLUSH words, in `groups` registers. */
INLINE void sum_words(const uint8_t *counts, const uint16_t *ids, size_t count,
                      const unsigned groups, whole *ret_sums)
{
    for (unsigned g = 0; g < groups; g++) {
        ret_sums[g] = NO_COUNTS();
    }
#pragma GCC unroll 4
    for (size_t k = 0; k < count; k++) {
        const uint8_t *row = counts + (size_t)ids[k] * SHORTS * groups;
        for (unsigned g = 0; g < groups; g++) {
            ret_sums[g] = ADD_SHORTS(ret_sums[g], LOAD_BYTES(row + SHORTS * g));
        }
    }
}

/* The products of one response with all lanes, half as many a register as there are sums. */
INLINE void multiply(const uint8_t *counts, struct words words, const unsigned groups,
                     whole *ret_products)
{
    for (unsigned g = 0; g < 2 * groups; g++) {
        ret_products[g] = NO_COUNTS();
    }
    for (size_t k = 0; k < words.count; k += FLUSH) {
        const size_t rest = words.count - k;
        whole sums[GROUPS_MAX];
        sum_words(counts, words.ids + k, rest < FLUSH ? rest : FLUSH, groups, sums);
        for (unsigned g = 0; g < groups; g++) {
            whole *to = ret_products + (size_t)2 * g;
            to[0] = ADD_INTS(to[0], WIDEN_SHORTS(LOW(sums[g])));
            to[1] = ADD_INTS(to[1], WIDEN_SHORTS(HIGH(sums[g])));
        }
    }
}

INLINE void add_products(half products, reals inverse, double *sums)
{
    STORE_REALS(sums, ADD_REALS(LOAD_REALS(sums), MULTIPLY_REALS(REALS_OF(products), inverse)));
}

INLINE double add_lanes(const uint8_t *counts, struct words words, size_t own, double inverse,
                        double *sums, const unsigned groups)
{
    whole products[2 * GROUPS_MAX];
    uint32_t stored[LANES_MAX];
    double kept = 0;
    multiply(counts, words, groups, products);
    if (own != NO_LANE) {
        for (unsigned g = 0; g < 2 * groups; g++) {
            STORE_INTS(stored + (size_t)SHORTS / 2 * g, products[g]);
        }
        inverse = inverse_norm(stored[own]);
        kept = sums[own];
    }
    const reals factor = SAME_REAL(inverse);
    for (unsigned g = 0; g < 2 * groups; g++) {
        double *to = sums + (size_t)SHORTS / 2 * g;
        add_products(LOW(products[g]), factor, to);
        add_products(HIGH(products[g]), factor, to + SHORTS / 4);
    }
    if (own != NO_LANE) {
        sums[own] = kept;
    }
    return inverse;
}

/* Tables of 32 lanes and of 64. */
INLINE double add_table(const struct lane_table *table, struct words words, size_t own,
                        double inverse, double *sums)
{
    return table->lanes == 32 ? add_lanes(table->counts, words, own, inverse, sums, 32 / SHORTS)
                              : add_lanes(table->counts, words, own, inverse, sums, 64 / SHORTS);
}

#endif
