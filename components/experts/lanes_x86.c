/* Products of one response with 32 or 64 others, with AVX2 and AVX-512.
 *
 * Counts are bytes, sums of up to FLUSH of them fit into 16 bits, and those are added to sums of 32
 * bits.  A response of ordinary length is never flushed before its end. */
#include "panel.h"

#if EXPERTS_X86

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw")))
#define INLINE static inline __attribute__((always_inline))
#define FLUSH 257u /* 257 * 255 = 65535 */

/* ---- AVX-512: a register of 16-bit sums has 32 lanes ---- */

/* Sums of counts of at most FLUSH words, in `groups` registers. */
AVX512 INLINE void sum_words512(const uint8_t *counts, const uint16_t *ids, size_t count,
                                const unsigned groups, __m512i *ret_sums)
{
    for (unsigned g = 0; g < groups; g++) {
        ret_sums[g] = _mm512_setzero_si512();
    }
#pragma GCC unroll 4
    for (size_t k = 0; k < count; k++) {
        const uint8_t *row = counts + (size_t)ids[k] * 32 * groups;
        for (unsigned g = 0; g < groups; g++) {
            const __m256i bytes = _mm256_load_si256((const void *)(row + 32 * g));
            ret_sums[g] = _mm512_add_epi16(ret_sums[g], _mm512_cvtepu8_epi16(bytes));
        }
    }
}

/* The products of one response with all lanes, 16 a register. */
AVX512 INLINE void multiply512(const uint8_t *counts, struct words words, const unsigned groups,
                               __m512i *ret_products)
{
    for (unsigned g = 0; g < 2 * groups; g++) {
        ret_products[g] = _mm512_setzero_si512();
    }
    for (size_t k = 0; k < words.count; k += FLUSH) {
        const size_t rest = words.count - k;
        __m512i sums[2];
        sum_words512(counts, words.ids + k, rest < FLUSH ? rest : FLUSH, groups, sums);
        for (unsigned g = 0; g < groups; g++) {
            const __m256i low = _mm512_castsi512_si256(sums[g]);
            const __m256i high = _mm512_extracti64x4_epi64(sums[g], 1);
            __m512i *to = ret_products + (size_t)2 * g;
            to[0] = _mm512_add_epi32(to[0], _mm512_cvtepu16_epi32(low));
            to[1] = _mm512_add_epi32(to[1], _mm512_cvtepu16_epi32(high));
        }
    }
}

AVX512 INLINE void add_eight(__m256i products, __m512d inverse, uint64_t lanes, double *sums)
{
    const __m512d before = _mm512_loadu_pd(sums);
    const __m512d more = _mm512_mul_pd(_mm512_cvtepi32_pd(products), inverse);
    _mm512_storeu_pd(sums, _mm512_mask_add_pd(before, (__mmask8)lanes, before, more));
}

AVX512 INLINE double add512(const uint8_t *counts, struct words words, size_t own, double inverse,
                            double *sums, const unsigned groups)
{
    __m512i products[4];
    uint32_t stored[LANES_MAX];
    uint64_t lanes = ~UINT64_C(0);
    multiply512(counts, words, groups, products);
    if (own != NO_LANE) {
        for (unsigned g = 0; g < 2 * groups; g++) {
            _mm512_storeu_si512(stored + 16 * g, products[g]);
        }
        inverse = inverse_norm(stored[own]);
        lanes = ~(UINT64_C(1) << own);
    }
    const __m512d factor = _mm512_set1_pd(inverse);
    for (unsigned g = 0; g < 2 * groups; g++) {
        const __m256i low = _mm512_castsi512_si256(products[g]);
        const __m256i high = _mm512_extracti64x4_epi64(products[g], 1);
        add_eight(low, factor, lanes >> 16 * g, sums + 16 * g);
        add_eight(high, factor, lanes >> (16 * g + 8), sums + 16 * g + 8);
    }
    return inverse;
}

AVX512 double lanes_add_avx512(const struct lane_table *table, struct words words, size_t own,
                               double inverse, double *sums)
{
    return table->lanes == 32 ? add512(table->counts, words, own, inverse, sums, 1)
                              : add512(table->counts, words, own, inverse, sums, 2);
}

/* ---- AVX2: a register of 16-bit sums has 16 lanes ---- */

AVX2 INLINE void sum_words256(const uint8_t *counts, const uint16_t *ids, size_t count,
                              const unsigned groups, __m256i *ret_sums)
{
    for (unsigned g = 0; g < groups; g++) {
        ret_sums[g] = _mm256_setzero_si256();
    }
#pragma GCC unroll 4
    for (size_t k = 0; k < count; k++) {
        const uint8_t *row = counts + (size_t)ids[k] * 16 * groups;
        for (unsigned g = 0; g < groups; g++) {
            const __m128i bytes = _mm_load_si128((const void *)(row + 16 * g));
            ret_sums[g] = _mm256_add_epi16(ret_sums[g], _mm256_cvtepu8_epi16(bytes));
        }
    }
}

/* The products of one response with all lanes, 8 a register. */
AVX2 INLINE void multiply256(const uint8_t *counts, struct words words, const unsigned groups,
                             __m256i *ret_products)
{
    for (unsigned g = 0; g < 2 * groups; g++) {
        ret_products[g] = _mm256_setzero_si256();
    }
    for (size_t k = 0; k < words.count; k += FLUSH) {
        const size_t rest = words.count - k;
        __m256i sums[4];
        sum_words256(counts, words.ids + k, rest < FLUSH ? rest : FLUSH, groups, sums);
        for (unsigned g = 0; g < groups; g++) {
            const __m128i low = _mm256_castsi256_si128(sums[g]);
            const __m128i high = _mm256_extracti128_si256(sums[g], 1);
            __m256i *to = ret_products + (size_t)2 * g;
            to[0] = _mm256_add_epi32(to[0], _mm256_cvtepu16_epi32(low));
            to[1] = _mm256_add_epi32(to[1], _mm256_cvtepu16_epi32(high));
        }
    }
}

AVX2 INLINE void add_four(__m128i products, __m256d inverse, double *sums)
{
    const __m256d more = _mm256_mul_pd(_mm256_cvtepi32_pd(products), inverse);
    _mm256_storeu_pd(sums, _mm256_add_pd(_mm256_loadu_pd(sums), more));
}

AVX2 INLINE double add256(const uint8_t *counts, struct words words, size_t own, double inverse,
                          double *sums, const unsigned groups)
{
    __m256i products[8];
    uint32_t stored[LANES_MAX];
    double kept = 0;
    multiply256(counts, words, groups, products);
    if (own != NO_LANE) {
        for (unsigned g = 0; g < 2 * groups; g++) {
            _mm256_storeu_si256((void *)(stored + 8 * g), products[g]);
        }
        inverse = inverse_norm(stored[own]);
        kept = sums[own];
    }
    const __m256d factor = _mm256_set1_pd(inverse);
    for (unsigned g = 0; g < 2 * groups; g++) {
        add_four(_mm256_castsi256_si128(products[g]), factor, sums + 8 * g);
        add_four(_mm256_extracti128_si256(products[g], 1), factor, sums + 8 * g + 4);
    }
    if (own != NO_LANE) {
        sums[own] = kept;
    }
    return inverse;
}

AVX2 double lanes_add_avx2(const struct lane_table *table, struct words words, size_t own,
                           double inverse, double *sums)
{
    return table->lanes == 32 ? add256(table->counts, words, own, inverse, sums, 2)
                              : add256(table->counts, words, own, inverse, sums, 4);
}

#else
typedef int experts_lanes_x86_is_empty;
#endif
