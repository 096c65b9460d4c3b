/* Kernels with AVX-512 and its products of bytes (VNNI) and counts of bits (VPOPCNTDQ): 64 bytes of
 * codes at a time. */
#include "../vector_kernels.h"

#if VECTOR_X86

#define KERNEL                                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512vpopcntdq,avx2,fma,f16c")))
#define WIDTH 16u
#define TILE_ROWS 4u
#include "floats.h"

#define STEP 64u

/* The query's bytes, or its planes of bits, and the bytes of a row that are there. */
struct own {
    __m512i parts[PLANES];
    __mmask64 bytes;
};

KERNEL_INLINE size_t step_of(const enum vector_code code)
{
    return code == VECTOR_INT5 ? INT5_BYTES : STEP;
}

KERNEL_INLINE struct own own_of(const void *query, size_t k, size_t dim,
                                const enum vector_code code)
{
    const char *from = query;
    struct own own = {.bytes = dim - k >= STEP ? ~UINT64_C(0) : (UINT64_C(1) << (dim - k)) - 1};
    if (code == VECTOR_INT8) {
        own.parts[0] = _mm512_loadu_si512(from + k);
    } else if (code == VECTOR_INT4) {
        own.parts[0] = _mm512_loadu_si512(from + 2 * k);
        own.parts[1] = _mm512_loadu_si512(from + 2 * k + STEP);
    } else if (code == VECTOR_INT5) {
        for (unsigned p = 0; p < PLANES; p++) {
            own.parts[p] = _mm512_loadu_si512(from + k / INT5_BYTES * INT5_QUERY + p * STEP);
        }
    } else {
        for (unsigned p = 0; p < PLANES; p++) {
            own.parts[p] = _mm512_maskz_loadu_epi8(own.bytes, from + p * dim + k);
        }
    }
    return own;
}

/* Set bits of both, weighted by the planes' places. */
KERNEL_INLINE __m512i count_planes(__m512i bits, const __m512i plane[PLANES])
{
    const __m512i ones = _mm512_popcnt_epi64(_mm512_and_si512(bits, plane[0]));
    const __m512i twos = _mm512_popcnt_epi64(_mm512_and_si512(bits, plane[1]));
    const __m512i fours = _mm512_popcnt_epi64(_mm512_and_si512(bits, plane[2]));
    const __m512i eights = _mm512_popcnt_epi64(_mm512_and_si512(bits, plane[3]));
    const __m512i lower = _mm512_add_epi64(ones, _mm512_slli_epi64(twos, 1));
    const __m512i upper = _mm512_add_epi64(fours, _mm512_slli_epi64(eights, 1));
    return _mm512_add_epi64(lower, _mm512_slli_epi64(upper, 2));
}

/* Numbers 0 .. 31 of half bytes and fifth bits. */
KERNEL_INLINE __m512i join_fifths(__m512i bytes, const char *from)
{
    uint64_t fifths;
    memcpy(&fifths, from, sizeof fifths);
    return _mm512_mask_add_epi8(bytes, fifths, bytes, _mm512_set1_epi8(16));
}

KERNEL_INLINE __m512i add_both(__m512i sums, __m512i lower, __m512i upper, const __m512i own[2])
{
    return _mm512_dpbusd_epi32(_mm512_dpbusd_epi32(sums, lower, own[0]), upper, own[1]);
}

KERNEL_INLINE whole add_step(whole sum, const char *row, const struct own *own,
                             const enum vector_code code)
{
    const __m512i low = _mm512_set1_epi8(15), bytes = _mm512_maskz_loadu_epi8(own->bytes, row);
    const __m512i sums = (__m512i)sum;
    if (code == VECTOR_INT8) {
        return (whole)_mm512_dpbusd_epi32(sums, bytes, own->parts[0]);
    }
    if (code == VECTOR_BITS) {
        return (whole)_mm512_add_epi64(sums, count_planes(bytes, own->parts));
    }
    const __m512i upper = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), low);
    const __m512i lower = _mm512_and_si512(bytes, low);
    if (code == VECTOR_INT4) {
        return (whole)add_both(sums, lower, upper, own->parts);
    }
    const __m512i a = join_fifths(lower, row + INT5_HALVES);
    const __m512i b = join_fifths(upper, row + INT5_HALVES + sizeof(uint64_t));
    const __m512i high = add_both(_mm512_setzero_si512(), a, b, own->parts);
    return (whole)add_both(_mm512_add_epi32(sums, _mm512_slli_epi32(high, 7)), a, b,
                           own->parts + 2);
}

#include "codes.h"

static KERNEL void dots_bits_of(const struct vector_rows *rows, const uint64_t *planes,
                                int32_t *ret_dots)
{
    dots_of_code(rows, planes, ret_dots, VECTOR_BITS);
}

static bool has_vnni(void)
{
    return vector_avx512.available() && __builtin_cpu_supports("avx512vnni") &&
           __builtin_cpu_supports("avx512vpopcntdq");
}

const struct vector_kernel vector_vnni = {
    .name = "vnni",
    .available = has_vnni,
    FLOATS,
    .dots_int8 = dots_int8_of,
    .dots_int4 = dots_int4_of,
    .dots_int5 = dots_int5_of,
    .dots_bits = dots_bits_of,
};

#endif
