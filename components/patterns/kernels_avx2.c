/* The inner loops in registers of four doubles (AVX2 and FMA), equal symbols 32 at a time: counted
 * in bytes, which are summed before they are full. */
#include "internal.h"

#if PATTERNS_X86

#include <float.h>
#include <immintrin.h>
#include <string.h>

#define TARGET __attribute__((target("avx2,fma")))

#define WIDTH sizeof(__m256i)
/* Rounds after which a byte's count may be full. */
#define ROUNDS_MAX 255u

TARGET static inline __m256i equal_at(const uint8_t *left, const uint8_t *right)
{
    return _mm256_cmpeq_epi8(_mm256_loadu_si256((const __m256i *)(const void *)left),
                             _mm256_loadu_si256((const __m256i *)(const void *)right));
}

/* Equal bytes are -1, so that subtracting them counts. */
TARGET static size_t equal(const uint8_t *left, const uint8_t *right, size_t length)
{
    __m256i sums = _mm256_setzero_si256();
    for (size_t i = 0; i < length;) {
        __m256i counts = _mm256_setzero_si256();
        for (size_t round = 0; round < ROUNDS_MAX && i < length; round++, i += WIDTH) {
            counts = _mm256_sub_epi8(counts, equal_at(left + i, right + i));
        }
        sums = _mm256_add_epi64(sums, _mm256_sad_epu8(counts, _mm256_setzero_si256()));
    }
    uint64_t lanes[4];
    memcpy(lanes, &sums, sizeof lanes);
    return lanes[0] + lanes[1] + lanes[2] + lanes[3];
}

TARGET static void matches(const uint8_t *left, const uint8_t *right, size_t length,
                           uint16_t *ret_counts)
{
    for (size_t lag = 0; lag < length; lag++) {
        ret_counts[lag] = (uint16_t)equal(left, right + lag, length - lag);
    }
}

TARGET static inline __m256d load_bytes(const uint8_t *from)
{
    int32_t four;
    memcpy(&four, from, sizeof four);
    return _mm256_cvtepi32_pd(_mm_cvtepu8_epi32(_mm_cvtsi32_si128(four)));
}

#define LANES 4
#define FMA(a, b, c) _mm256_fmadd_pd(a, b, c)
#define LOAD_BYTES load_bytes
#define ROOT _mm256_sqrt_pd
#include "kernels.h"

const struct patterns_kernels kernels_avx2 = {
    .match_ns = 0.015,
    .fft_ns = 0.2,
    .lanes = 4,
    .narrower = &kernels_scalar,
    PATTERNS_BODY,
    .first4 = first4,
};

#else
typedef int kernels_avx2_is_empty;
#endif
