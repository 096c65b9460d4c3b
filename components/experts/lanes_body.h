/* Products of one response with 32 or 64 others, written once for registers of 64 bytes (AVX-512)
 * or 32 (AVX2); each kernel's file makes a function of it.  Private.
 *
 * Counts are bytes, and what BYTE_WORDS of them sum up to nearly always fits into a byte too: one
 * addition a word, which stays at the largest byte when it does not.  Such sums are added to sums
 * of 16 bits, and those of up to SHORT_WORDS words to sums of 32.  Where a byte was full, the same
 * words are summed once more in 16 bits. */
#ifndef EXPERTS_LANES_BODY_H
#define EXPERTS_LANES_BODY_H

#include <immintrin.h>

#include "panel.h"

#if !defined(KERNEL) || !defined(BYTES)
#error "define KERNEL (attributes), BYTES (8-bit numbers a register), and what is used below"
#endif

#define INLINE static inline __attribute__((always_inline)) KERNEL
#define BYTE_WORDS 32u
#define SHORT_WORDS 257u /* 257 * 255 = 65535 */
#define INTS (BYTES / 4u)
#define BYTE_REGISTERS(lanes) (((lanes) + BYTES - 1) / BYTES)
#define INT_REGISTERS(lanes) ((lanes) / INTS)
#define BYTE_REGISTERS_MAX BYTE_REGISTERS(LANES_MAX)
#define SHORT_REGISTERS_MAX (2 * BYTE_REGISTERS_MAX)
#define INT_REGISTERS_MAX INT_REGISTERS(LANES_MAX)

INLINE void add_widened(whole bytes, whole sums[2])
{
    sums[0] = ADD_SHORTS(sums[0], WIDEN_BYTES(LOW(bytes)));
    sums[1] = ADD_SHORTS(sums[1], WIDEN_BYTES(HIGH(bytes)));
}

/* Adds the rows of at most BYTE_WORDS words in bytes. */
INLINE void sum_in_bytes(const uint8_t *counts, const uint16_t *ids, size_t count,
                         const unsigned lanes, whole *ret_bytes)
{
    for (unsigned r = 0; r < BYTE_REGISTERS(lanes); r++) {
        ret_bytes[r] = NO_COUNTS();
    }
#pragma GCC unroll 4
    for (size_t k = 0; k < count; k++) {
        const uint8_t *row = counts + (size_t)ids[k] * lanes;
        for (unsigned r = 0; r < BYTE_REGISTERS(lanes); r++) {
            ret_bytes[r] = ADD_BYTES(ret_bytes[r], load_row(row + (size_t)BYTES * r, lanes));
        }
    }
}

/* Sums of counts of at most SHORT_WORDS words; false when a byte was full, and may have lost some.
 */
INLINE bool sum_fast(const uint8_t *counts, const uint16_t *ids, size_t count, const unsigned lanes,
                     whole *ret_sums)
{
    whole highest = NO_COUNTS();
    for (size_t k = 0; k < count; k += BYTE_WORDS) {
        const size_t rest = count - k;
        whole bytes[BYTE_REGISTERS_MAX];
        sum_in_bytes(counts, ids + k, rest < BYTE_WORDS ? rest : BYTE_WORDS, lanes, bytes);
        for (unsigned r = 0; r < BYTE_REGISTERS(lanes); r++) {
            highest = MAX_BYTES(highest, bytes[r]);
            add_widened(bytes[r], ret_sums + (size_t)2 * r);
        }
    }
    return !any_full(highest);
}

/* The same, whatever the counts are. */
INLINE void sum_exactly(const uint8_t *counts, const uint16_t *ids, size_t count,
                        const unsigned lanes, whole *ret_sums)
{
    for (size_t k = 0; k < count; k++) {
        const uint8_t *row = counts + (size_t)ids[k] * lanes;
        for (unsigned r = 0; r < BYTE_REGISTERS(lanes); r++) {
            add_widened(load_row(row + (size_t)BYTES * r, lanes), ret_sums + (size_t)2 * r);
        }
    }
}

INLINE void clear_sums(whole *ret_sums)
{
    for (unsigned r = 0; r < SHORT_REGISTERS_MAX; r++) {
        ret_sums[r] = NO_COUNTS();
    }
}

/* The products of one response with all lanes. */
INLINE void multiply(const uint8_t *counts, struct words words, const unsigned lanes,
                     whole *ret_products)
{
    for (unsigned g = 0; g < INT_REGISTERS(lanes); g++) {
        ret_products[g] = NO_COUNTS();
    }
    for (size_t k = 0; k < words.count; k += SHORT_WORDS) {
        const size_t rest = words.count - k, count = rest < SHORT_WORDS ? rest : SHORT_WORDS;
        whole sums[SHORT_REGISTERS_MAX];
        clear_sums(sums);
        if (!sum_fast(counts, words.ids + k, count, lanes, sums)) {
            clear_sums(sums);
            sum_exactly(counts, words.ids + k, count, lanes, sums);
        }
        for (unsigned g = 0; g < INT_REGISTERS(lanes); g++) {
            const half shorts = g % 2 ? HIGH(sums[g / 2]) : LOW(sums[g / 2]);
            ret_products[g] = ADD_INTS(ret_products[g], WIDEN_SHORTS(shorts));
        }
    }
}

INLINE void add_products(half products, reals inverse, double *sums)
{
    STORE_REALS(sums, ADD_REALS(LOAD_REALS(sums), MULTIPLY_REALS(REALS_OF(products), inverse)));
}

INLINE double add_lanes(const uint8_t *counts, struct words words, size_t own, double inverse,
                        double *sums, const unsigned lanes)
{
    whole products[INT_REGISTERS_MAX];
    uint32_t stored[LANES_MAX];
    double kept = 0;
    multiply(counts, words, lanes, products);
    if (own != NO_LANE) {
        for (unsigned g = 0; g < INT_REGISTERS(lanes); g++) {
            STORE_INTS(stored + (size_t)INTS * g, products[g]);
        }
        inverse = inverse_norm(stored[own]);
        kept = sums[own];
    }
    const reals factor = SAME_REAL(inverse);
    for (unsigned g = 0; g < INT_REGISTERS(lanes); g++) {
        double *to = sums + (size_t)INTS * g;
        add_products(LOW(products[g]), factor, to);
        add_products(HIGH(products[g]), factor, to + INTS / 2);
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
    return table->lanes == 32 ? add_lanes(table->counts, words, own, inverse, sums, 32)
                              : add_lanes(table->counts, words, own, inverse, sums, 64);
}

#endif
