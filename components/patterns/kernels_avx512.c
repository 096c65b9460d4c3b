/* The inner loops in registers of eight doubles (AVX-512), equal symbols 64 at a time: a comparison
 * gives a mask of 64 bits, whose ones are counted. */
#include "internal.h"

#if PATTERNS_X86

#include <float.h>
#include <immintrin.h>

#define TARGET __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,popcnt")))
#define WIDTH sizeof(__m512i)
#define LAGS 4u /* at a time: they share what they load of the left side */

TARGET static inline size_t equal_at(__m512i left, const uint8_t *right)
{
    return (size_t)__builtin_popcountll(_mm512_cmpeq_epi8_mask(left, _mm512_loadu_si512(right)));
}

/* The lags `lag` .. `lag` + LAGS - 1; reads LAGS - 1 bytes more on the right than one lag would. */
TARGET static void matches_of(const uint8_t *left, const uint8_t *right, size_t length,
                              size_t ret_counts[LAGS])
{
    size_t sums[LAGS] = {0};
    for (size_t i = 0; i < length; i += WIDTH) {
        const __m512i own = _mm512_loadu_si512(left + i);
#pragma GCC unroll 4
        for (size_t j = 0; j < LAGS; j++) {
            sums[j] += equal_at(own, right + i + j);
        }
    }
    for (size_t j = 0; j < LAGS; j++) {
        ret_counts[j] = sums[j];
    }
}

TARGET static void matches(const uint8_t *left, const uint8_t *right, size_t length,
                           uint16_t *ret_counts)
{
    for (size_t lag = 0; lag < length; lag += LAGS) {
        size_t counts[LAGS];
        matches_of(left, right + lag, length - lag, counts);
        for (size_t j = 0; j < LAGS && lag + j < length; j++) {
            ret_counts[lag + j] = (uint16_t)counts[j];
        }
    }
}

TARGET static inline __m512d load_bytes(const uint8_t *from)
{
    return _mm512_cvtepi32_pd(
        _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(const void *)from)));
}

#define LANES 8
#define FMA(a, b, c) _mm512_fmadd_pd(a, b, c)
#define LOAD_BYTES load_bytes
#define ROOT _mm512_sqrt_pd
#include "kernels.h"

const struct patterns_kernels kernels_avx512 = {
    .match_ns = 0.0106,
    .fft_ns = 0.2,
    .lanes = 8,
    .narrower = &kernels_avx2,
    PATTERNS_BODY,
    .first4 = first4,
};

#else
typedef int kernels_avx512_is_empty;
#endif
