/* Products of one response with many for AVX-512: a register holds the counts of 64 lanes.
 */
#include "panel.h"

#if EXPERTS_X86

#include <immintrin.h>

#define KERNEL __attribute__((target("avx512f,avx512bw")))
#define BYTES 64u

typedef __m512i whole;
typedef __m256i half;
typedef __m512d reals;

#define NO_COUNTS _mm512_setzero_si512
#define ADD_BYTES _mm512_adds_epu8
#define MAX_BYTES _mm512_max_epu8
#define WIDEN_BYTES _mm512_cvtepu8_epi16
#define ADD_SHORTS _mm512_add_epi16
#define ADD_INTS _mm512_add_epi32
#define WIDEN_SHORTS _mm512_cvtepu16_epi32
#define LOW _mm512_castsi512_si256
#define HIGH(value) _mm512_extracti64x4_epi64(value, 1)
#define STORE_INTS _mm512_storeu_si512
#define REALS_OF _mm512_cvtepi32_pd
#define SAME_REAL _mm512_set1_pd
#define ADD_REALS _mm512_add_pd
#define MULTIPLY_REALS _mm512_mul_pd
#define LOAD_REALS _mm512_loadu_pd
#define STORE_REALS _mm512_storeu_pd

KERNEL static inline whole load_row(const uint8_t *row, unsigned lanes)
{
    return lanes < BYTES ? _mm512_zextsi256_si512(_mm256_load_si256((const void *)row))
                         : _mm512_load_si512(row);
}

KERNEL static inline bool any_full(whole bytes)
{
    return _mm512_cmpeq_epi8_mask(bytes, _mm512_set1_epi8(-1)) != 0;
}

#include "lanes_body.h"

KERNEL double lanes_add_avx512(const struct lane_table *table, struct words words, size_t own,
                               double inverse, double *sums)
{
    return add_table(table, words, own, inverse, sums);
}

#else
typedef int experts_lanes_avx512_is_empty;
#endif
