/* Searches over seeds and codebooks, written once for vectors of WIDTH numbers; each kernel's file
 * makes functions of it for its instructions.  Internal.
 *
 * Loads bound both: a window of states begins at any number, so that most loads of it touch two
 * cache lines, and tables of factors are larger than a second cache.  So what is loaded meets
 * several blocks of weights, or several vectors. */
#ifndef WEIGHTS_SEARCH_H
#define WEIGHTS_SEARCH_H

#include "loops.h"
#include "wide/wide.h"

#define SETS 2u /* of WIDTH numbers at once */
#define STEP (SETS * WIDTH)
#define CORRELATIONS (SEED_CHUNK + COEFFICIENTS_MAX * BLOCK_MAX + 2 * STEP)

/* Lane by lane: `yes` where a > b, else `no`. */
KERNEL_INLINE whole where_greater(wide a, wide b, whole yes, whole no)
{
#if WIDTH == 16
    const __mmask16 greater = _mm512_cmp_ps_mask((__m512)a, (__m512)b, _CMP_GT_OQ);
    return (whole)_mm512_mask_mov_epi32((__m512i)no, greater, (__m512i)yes);
#else
    const whole greater = a > b;
    return (yes & greater) | (no & ~greater);
#endif
}

/* ---- seeds ---- */

/* The products of all blocks with the windows of a chunk, and those behind that it needs. */
KERNEL_INLINE void correlate(const struct weights_blocks *b, const float *states,
                             const size_t count, const unsigned block,
                             float ret[SEED_BLOCKS][CORRELATIONS])
{
    for (size_t q = 0; q < count; q += STEP) {
        wide sums[SEED_BLOCKS][SETS] = {{{0}}};
#pragma GCC unroll 12
        for (unsigned i = 0; i < block; i++) {
            const wide first = get(states + q + i), second = get(states + q + i + WIDTH);
#pragma GCC unroll 4
            for (unsigned k = 0; k < SEED_BLOCKS; k++) {
                sums[k][0] += b->weights[k][i] * first;
                sums[k][1] += b->weights[k][i] * second;
            }
        }
#pragma GCC unroll 4
        for (unsigned k = 0; k < SEED_BLOCKS; k++) {
            put(ret[k] + q, sums[k][0]);
            put(ret[k] + q + WIDTH, sums[k][1]);
        }
    }
}

/* |L^-1 b|^2 of WIDTH places, for all blocks. */
KERNEL_INLINE void energies_of(const struct weights_factors *factors, size_t first, size_t p,
                               float correlations[SEED_BLOCKS][CORRELATIONS],
                               const struct weights_blocks *b)
{
    const unsigned coefficients = factors->coefficients, block = factors->block;
    wide l[FACTORS_MAX];
#pragma GCC unroll 10
    for (unsigned f = 0; f < coefficients * (coefficients + 1) / 2; f++) {
        l[f] = get(factors->of[f] + first + p);
    }
#pragma GCC unroll 4
    for (unsigned k = 0; k < SEED_BLOCKS; k++) {
        wide energy = {0};
#pragma GCC unroll 4
        for (unsigned row = 0, at = 0; row < coefficients; row++) {
            wide y = {0};
#pragma GCC unroll 4
            for (unsigned j = 0; j <= row; j++, at++) {
                y += l[at] * get(correlations[k] + p + (size_t)j * block);
            }
            energy += y * y;
        }
        put(b->energies[k] + first + p, energy);
    }
}

/* Chunk by chunk, so that states and factors come from memory once for all blocks. */
KERNEL_INLINE void all_energies(const struct weights_factors *factors,
                                const struct weights_blocks *b)
{
    float correlations[SEED_BLOCKS][CORRELATIONS] __attribute__((aligned(64)));
    for (size_t c = 0; c < SEED_CHUNKS; c++) {
        const size_t first = c * SEED_CHUNK,
                     count = SEED_CHUNK + (size_t)(factors->coefficients - 1) * factors->block;
        correlate(b, factors->states + first, count, factors->block, correlations);
        for (size_t p = 0; p < SEED_CHUNK; p += WIDTH) {
            energies_of(factors, first, p, correlations, b);
        }
        for (unsigned k = 0; k < SEED_BLOCKS; k++) {
            b->chunks[k][c] = loop_greatest_magnitude(b->energies[k] + first, SEED_CHUNK);
        }
    }
}

/* The shapes are written down where all is inlined, so that loops over them are unrolled. */
static KERNEL void energies(const struct weights_factors *factors, const struct weights_blocks *b)
{
    struct weights_factors own = *factors;
    if (factors->coefficients == 3) {
        own.coefficients = 3;
        own.block = 8;
        all_energies(&own, b);
    } else {
        own.coefficients = 4;
        own.block = 12;
        all_energies(&own, b);
    }
}

/* ---- codebooks ---- */

/* Two sets of vectors against the codebook: a number of it is loaded once for both. */
KERNEL_INLINE void nearest_sets(const struct weights_book *book, const float *x,
                                uint32_t *ret_entries, const unsigned length)
{
    wide best[SETS], own[SETS][WEIGHTS_VECTOR_MAX];
    whole entries[SETS] = {{0}}, entry = {0};
    best[0] = best[1] = same(-INFINITY);
    for (unsigned j = 0; j < length; j++) {
        own[0][j] = get(x + (size_t)j * NEAREST_AT_ONCE);
        own[1][j] = get(x + (size_t)j * NEAREST_AT_ONCE + WIDTH);
    }
    for (size_t e = 0; e < book->count; e++) {
        const float *of = book->entries + e * length;
        wide scores[SETS];
        scores[0] = scores[1] = same(-book->halves[e]);
        for (unsigned j = 0; j < length; j++) {
            scores[0] += of[j] * own[0][j];
            scores[1] += of[j] * own[1][j];
        }
#pragma GCC unroll 2
        for (unsigned s = 0; s < SETS; s++) {
            entries[s] = where_greater(scores[s], best[s], entry, entries[s]);
            best[s] = (wide)where_greater(scores[s], best[s], (whole)scores[s], (whole)best[s]);
        }
        entry += 1;
    }
    put(ret_entries, (wide)entries[0]);
    put(ret_entries + WIDTH, (wide)entries[1]);
}

static KERNEL void nearest(const struct weights_book *book, const float *x, uint32_t *ret_entries)
{
    for (size_t l = 0; l < NEAREST_AT_ONCE; l += STEP) {
        switch (book->length) {
        case 4:
            nearest_sets(book, x + l, ret_entries + l, 4);
            break;
        case 8:
            nearest_sets(book, x + l, ret_entries + l, 8);
            break;
        default:
            nearest_sets(book, x + l, ret_entries + l, book->length);
            break;
        }
    }
}

#define SEARCHES .energies = energies, .nearest = nearest

#endif
