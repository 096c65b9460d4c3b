/* Units of a resample: many numbers below a small one, sixteen at a time.
 *
 * The generator is xoshiro256++ in eight lanes of their own, each begun by random_word: Blackman &
 * Vigna 2021, Scrambled Linear Pseudorandom Number Generators, ACM Transactions on Mathematical
 * Software 47(4).  It needs additions, shifts and exclusive or only, so that registers of any width
 * compute the same lanes: the same seed gives the same units on every
 * little-endian machine. */
#ifndef STATS_BOOTSTRAP_DRAWS_H
#define STATS_BOOTSTRAP_DRAWS_H

#include <stddef.h>
#include <stdint.h>

enum { DRAWS_LANES = 8, DRAWS_STEP = 2 * DRAWS_LANES, DRAWS_UNITS_MAX = 1 << 12 };

struct draws {
    uint64_t state[4][DRAWS_LANES];
};

void draws_seed(struct draws *draws, uint64_t seed);

/* `count` numbers in [0, count), 1 <= count <= DRAWS_UNITS_MAX, into `ret_units`, which has room
 * for DRAWS_STEP - 1 more.  Each of 32 random bits: the bias is below 2^-20 of each probability. */
void draws_units(struct draws *draws, uint32_t *ret_units, size_t count);

#endif
