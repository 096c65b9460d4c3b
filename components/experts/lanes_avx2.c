/* Products of one response with many for AVX2: a register of 16-bit sums has 16 lanes.
 */
#include "panel.h"

#if EXPERTS_X86

#include <immintrin.h>

#define KERNEL __attribute__((target("avx2")))
#define SHORTS 16u

typedef __m256i whole;
typedef __m128i half;
typedef __m256d reals;

#define NO_COUNTS _mm256_setzero_si256
#define LOAD_BYTES(from) _mm256_cvtepu8_epi16(_mm_load_si128((const void *)(from)))
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
#include "lanes_body.h"

KERNEL double lanes_add_avx2(const struct lane_table *table, struct words words, size_t own,
                             double inverse, double *sums)
{
    return add_table(table, words, own, inverse, sums);
}

#else
typedef int experts_lanes_avx2_is_empty;
#endif
