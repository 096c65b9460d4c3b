/* Vectors of WIDTH floats, for kernels that are written once and compiled for each width.
 *
 * A kernel's file defines WIDTH (4: portable, 8: AVX2 with FMA and F16C, 16: AVX-512 F, BW and VL)
 * and KERNEL, the attribute for these instructions, and includes this before its body.  What the
 * compiler's vectors say is written with them; what they do not say (the first lanes only,
 * products that are fused, sums across registers, binary16) is here, for each width. */
#ifndef WIDE_WIDE_H
#define WIDE_WIDE_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if !defined(KERNEL) || !defined(WIDTH)
#error "define KERNEL (attributes) and WIDTH (numbers a vector)"
#endif
#if WIDTH > 4
#include <immintrin.h>
#endif

#define KERNEL_INLINE static inline __attribute__((always_inline)) KERNEL
#define SUMS 8u /* that are summed across registers together */

typedef float unaligned_wide __attribute__((vector_size(4 * WIDTH), aligned(1), may_alias));
typedef int32_t unaligned_whole __attribute__((vector_size(4 * WIDTH), aligned(1), may_alias));
typedef float wide __attribute__((vector_size(4 * WIDTH)));
typedef int32_t whole __attribute__((vector_size(4 * WIDTH)));

KERNEL_INLINE wide get(const void *from)
{
    return *(const unaligned_wide *)from;
}

KERNEL_INLINE void put(void *to, wide value)
{
    *(unaligned_wide *)to = value;
}

KERNEL_INLINE whole get_whole(const void *from)
{
    return *(const unaligned_whole *)from;
}

/* Without arithmetic: taking 0 off changes no number, not even -0. */
KERNEL_INLINE wide same(float value)
{
    return value - (wide){0};
}

/* A hint that this will be read, for the second cache: asking for the first one holds up its few
 * buffers.  The address may lie behind the end of an array: it is computed as a number. */
KERNEL_INLINE void fetch_ahead(const char *from, size_t bytes)
{
    __builtin_prefetch((const void *)((uintptr_t)from + bytes), 0, 2);
}

/* ---- the first lanes: get_lanes and its like read zeros into the others, only makes them 0 ----
 */

#if WIDTH == 16

struct lanes {
    __mmask16 mask;
};

/* All of them where `rest` is more than there are. */
KERNEL_INLINE struct lanes first_lanes(size_t rest)
{
    return (struct lanes){(__mmask16)(rest >= WIDTH ? 0xFFFF : (1u << rest) - 1)};
}

KERNEL_INLINE wide get_lanes(const void *from, struct lanes lanes)
{
    return (wide)_mm512_maskz_loadu_ps(lanes.mask, from);
}

KERNEL_INLINE void put_lanes(void *to, struct lanes lanes, wide value)
{
    _mm512_mask_storeu_ps(to, lanes.mask, (__m512)value);
}

KERNEL_INLINE wide only(wide value, struct lanes lanes)
{
    return (wide)_mm512_maskz_mov_ps(lanes.mask, (__m512)value);
}

KERNEL_INLINE wide get_halves(const void *from)
{
    return (wide)_mm512_cvtph_ps(_mm256_loadu_si256(from));
}

KERNEL_INLINE wide get_halves_lanes(const void *from, struct lanes lanes)
{
    return (wide)_mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes.mask, from));
}

KERNEL_INLINE wide get_bytes(const void *from)
{
    return (wide)_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128(from)));
}

KERNEL_INLINE wide get_bytes_lanes(const void *from, struct lanes lanes)
{
    return (wide)_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(lanes.mask, from)));
}

#elif WIDTH == 8

struct lanes {
    __m256i mask;
    size_t count;
};

KERNEL_INLINE struct lanes first_lanes(size_t rest)
{
    const __m256i places = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    return (struct lanes){_mm256_cmpgt_epi32(_mm256_set1_epi32((int)rest), places),
                          rest < WIDTH ? rest : WIDTH};
}

KERNEL_INLINE wide get_lanes(const void *from, struct lanes lanes)
{
    return (wide)_mm256_maskload_ps(from, lanes.mask);
}

KERNEL_INLINE void put_lanes(void *to, struct lanes lanes, wide value)
{
    _mm256_maskstore_ps(to, lanes.mask, (__m256)value);
}

KERNEL_INLINE wide only(wide value, struct lanes lanes)
{
    return (wide)((whole)value & (whole)lanes.mask);
}

KERNEL_INLINE wide get_halves(const void *from)
{
    return (wide)_mm256_cvtph_ps(_mm_loadu_si128(from));
}

KERNEL_INLINE wide get_halves_lanes(const void *from, struct lanes lanes)
{
    uint16_t copy[WIDTH] = {0};
    return get_halves(memcpy(copy, from, lanes.count * sizeof *copy));
}

KERNEL_INLINE wide get_bytes(const void *from)
{
    return (wide)_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64(from)));
}

KERNEL_INLINE wide get_bytes_lanes(const void *from, struct lanes lanes)
{
    int8_t copy[WIDTH] = {0};
    return get_bytes(memcpy(copy, from, lanes.count));
}

#else

struct lanes {
    size_t count;
};

KERNEL_INLINE struct lanes first_lanes(size_t rest)
{
    return (struct lanes){rest < WIDTH ? rest : WIDTH};
}

KERNEL_INLINE wide get_lanes(const void *from, struct lanes lanes)
{
    wide value = {0};
    memcpy(&value, from, lanes.count * sizeof(float));
    return value;
}

KERNEL_INLINE void put_lanes(void *to, struct lanes lanes, wide value)
{
    memcpy(to, &value, lanes.count * sizeof(float));
}

KERNEL_INLINE wide only(wide value, struct lanes lanes)
{
    return get_lanes(&value, lanes);
}

typedef uint16_t some_halves __attribute__((vector_size(2 * WIDTH)));
typedef uint32_t unsigned_whole __attribute__((vector_size(4 * WIDTH)));
typedef int8_t all_bytes __attribute__((vector_size(4 * WIDTH)));
typedef int16_t all_shorts __attribute__((vector_size(4 * WIDTH)));

/* The exponent is rebiased by a product, exactly, subnormal numbers included; that of infinity and
 * NaN is the greatest. */
KERNEL_INLINE wide get_halves(const void *from)
{
    some_halves halves;
    memcpy(&halves, from, sizeof halves);
    const whole bits = __builtin_convertvector(halves, whole), magnitude = bits & 0x7FFF;
    const whole rebiased = (whole)((wide)(magnitude << 13) * 0x1p112f);
    const whole not_finite = (magnitude >= 0x7C00) & 0x7F800000;
    const unsigned_whole sign = (unsigned_whole)(bits & 0x8000) << 16;
    return (wide)(rebiased | not_finite | (whole)sign);
}

KERNEL_INLINE wide get_halves_lanes(const void *from, struct lanes lanes)
{
    uint16_t copy[WIDTH] = {0};
    return get_halves(memcpy(copy, from, lanes.count * sizeof *copy));
}

/* Each byte four times in its lane, of which the shift leaves its number. */
KERNEL_INLINE wide get_bytes(const void *from)
{
    int32_t first;
    memcpy(&first, from, sizeof first);
    const all_bytes once = (all_bytes)(whole){first};
    const all_shorts twice = (all_shorts)__builtin_shufflevector(once, once, 0, 16, 1, 17, 2, 18, 3,
                                                                 19, 4, 20, 5, 21, 6, 22, 7, 23);
    const whole bytes = (whole)__builtin_shufflevector(twice, twice, 0, 8, 1, 9, 2, 10, 3, 11);
    return __builtin_convertvector(bytes >> 24, wide);
}

KERNEL_INLINE wide get_bytes_lanes(const void *from, struct lanes lanes)
{
    int8_t copy[WIDTH] = {0};
    return get_bytes(memcpy(copy, from, lanes.count));
}

#endif

/* ---- arithmetic ---- */

/* a * b + c, rounded once where there is an instruction for it. */
KERNEL_INLINE wide fused(wide a, wide b, wide c)
{
#if WIDTH == 16
    return (wide)_mm512_fmadd_ps((__m512)a, (__m512)b, (__m512)c);
#elif WIDTH == 8
    return (wide)_mm256_fmadd_ps((__m256)a, (__m256)b, (__m256)c);
#else
    return a * b + c;
#endif
}

/* The greater one of each lane; b where one is not a number. */
KERNEL_INLINE wide greater(wide a, wide b)
{
#if WIDTH == 16
    return (wide)_mm512_max_ps((__m512)a, (__m512)b);
#elif WIDTH == 8
    return (wide)_mm256_max_ps((__m256)a, (__m256)b);
#else
    const whole chosen = a > b;
    return (wide)(((whole)a & chosen) | ((whole)b & ~chosen));
#endif
}

/* The greatest lane, where all are numbers. */
KERNEL_INLINE float greatest_lane(wide values)
{
#if WIDTH == 16
    return _mm512_reduce_max_ps((__m512)values);
#elif WIDTH == 8
    const __m128 high = _mm256_extractf128_ps((__m256)values, 1);
    const __m128 four = _mm_max_ps(_mm256_castps256_ps128((__m256)values), high);
    const __m128 two = _mm_max_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_max_ss(two, _mm_shuffle_ps(two, two, 1)));
#else
    const float low = values[0] > values[1] ? values[0] : values[1];
    const float high = values[2] > values[3] ? values[2] : values[3];
    return low > high ? low : high;
#endif
}

/* Number r of the result is the sum over all lanes of sums[r]: halves onto halves, and then
 * neighbours, in all widths of 8 and more. */
#if WIDTH > 4

KERNEL_INLINE __m256 half_of(wide sums)
{
#if WIDTH == 16
    const __m256d high = _mm512_extractf64x4_pd((__m512d)sums, 1);
    return _mm256_add_ps(_mm512_castps512_ps256((__m512)sums), (__m256)high);
#else
    return (__m256)sums;
#endif
}

/* The sum over all lanes: halves onto halves. */
KERNEL_INLINE float total_of(wide sums)
{
    const __m256 eight = half_of(sums);
    const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
    const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
    return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

KERNEL_INLINE __m256i half_of_whole(whole sums)
{
#if WIDTH == 16
    const __m256i high = _mm512_extracti64x4_epi64((__m512i)sums, 1);
    return _mm256_add_epi32(_mm512_castsi512_si256((__m512i)sums), high);
#else
    return (__m256i)sums;
#endif
}

KERNEL_INLINE void sum_across(const wide sums[SUMS], float ret_sums[SUMS])
{
    __m256 quads[2];
#pragma GCC unroll 2
    for (unsigned i = 0; i < 2; i++) {
        const wide *own = sums + (size_t)4 * i;
        quads[i] = _mm256_hadd_ps(_mm256_hadd_ps(half_of(own[0]), half_of(own[1])),
                                  _mm256_hadd_ps(half_of(own[2]), half_of(own[3])));
    }
    _mm256_storeu_ps(ret_sums, _mm256_add_ps(_mm256_permute2f128_ps(quads[0], quads[1], 0x20),
                                             _mm256_permute2f128_ps(quads[0], quads[1], 0x31)));
}

KERNEL_INLINE void sum_whole_across(const whole sums[SUMS], int32_t ret_sums[SUMS])
{
    __m256i quads[2];
#pragma GCC unroll 2
    for (unsigned i = 0; i < 2; i++) {
        const whole *own = sums + (size_t)4 * i;
        quads[i] =
            _mm256_hadd_epi32(_mm256_hadd_epi32(half_of_whole(own[0]), half_of_whole(own[1])),
                              _mm256_hadd_epi32(half_of_whole(own[2]), half_of_whole(own[3])));
    }
    const __m256i low = _mm256_permute2x128_si256(quads[0], quads[1], 0x20);
    const __m256i high = _mm256_permute2x128_si256(quads[0], quads[1], 0x31);
    _mm256_storeu_si256((void *)ret_sums, _mm256_add_epi32(low, high));
}

#else

KERNEL_INLINE float total_of(wide sums)
{
    return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}

KERNEL_INLINE void sum_across(const wide sums[SUMS], float ret_sums[SUMS])
{
    for (unsigned r = 0; r < SUMS; r++) {
        ret_sums[r] = (sums[r][0] + sums[r][2]) + (sums[r][1] + sums[r][3]);
    }
}

#endif

#endif
