/* Products of one response with many for AVX2: a register holds the counts of 32 lanes.
 */
#include "panel.h"

#if EXPERTS_X86

#include <immintrin.h>

#define KERNEL __attribute__((target("avx2")))
#define BYTES 32u

typedef __m256i whole;
typedef __m128i half;
typedef __m256d reals;

#define NO_COUNTS _mm256_setzero_si256
#define ADD_BYTES _mm256_adds_epu8
#define MAX_BYTES _mm256_max_epu8
#define WIDEN_BYTES _mm256_cvtepu8_epi16
#define ADD_SHORTS _mm256_add_epi16
#define ADD_INTS _mm256_add_epi32
#define WIDEN_SHORTS _mm256_cvtepu16_epi32
#define LOW _mm256_castsi256_si128
#define HIGH(value) _mm256_extracti128_si256(value, 1)
#define STORE_INTS(to, value) _mm256_storeu_si256((void *)(to), value)
#define REALS_OF _mm256_cvtepi32_pd
#define SAME_REAL _mm256_set1_pd
#define ADD_REALS _mm256_add_pd
#define MULTIPLY_REALS _mm256_mul_pd
#define LOAD_REALS _mm256_loadu_pd
#define STORE_REALS _mm256_storeu_pd

KERNEL static inline whole load_row(const uint8_t *row, unsigned lanes)
{
    (void)lanes; /* a register or two, never less */
    return _mm256_load_si256((const void *)row);
}

KERNEL static inline bool any_full(whole bytes)
{
    return _mm256_movemask_epi8(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8(-1))) != 0;
}

#include "lanes_body.h"

KERNEL double lanes_add_avx2(const struct lane_table *table, struct words words, size_t own,
                             double inverse, double *sums)
{
    return add_table(table, words, own, inverse, sums);
}

#else
typedef int experts_lanes_avx2_is_empty;
#endif
