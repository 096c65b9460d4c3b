/* The kernel for AVX-512 with VNNI: vpdpbusd adds four products of bytes to a sum of 32 bits.
 *
 * int8 becomes unsigned by flipping its highest bit, which is 128 more; the bias takes that off. */
#include "kernels.h"

#if WEIGHTS_X86

#if defined(__clang__)
#define VECTORS
#else
#define VECTORS ",prefer-vector-width=512"
#endif
#define KERNEL                                                                                     \
    __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni,avx2,fma,f16c" VECTORS)))
#define WIDTH 16u
#include "search.h"

#define AHEAD 2048u /* bytes that are fetched before they are used */

static bool available(void)
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512vnni");
}

/* Codes of a tile as two registers of bytes. */
LOOP KERNEL void unpack(const uint8_t *codes, const unsigned bits, __m512i ret[2])
{
    if (bits == 8) {
        const __m512i flip = _mm512_set1_epi8((char)0x80);
        ret[0] = _mm512_xor_si512(_mm512_loadu_si512(codes), flip);
        ret[1] = _mm512_xor_si512(_mm512_loadu_si512(codes + 64), flip);
    } else if (bits == 4) {
        const __m512i low = _mm512_set1_epi8(15), both = _mm512_loadu_si512(codes);
        ret[0] = _mm512_and_si512(both, low);
        ret[1] = _mm512_and_si512(_mm512_srli_epi16(both, 4), low);
    } else {
        const __m512i low = _mm512_set1_epi8(3), high = _mm512_set1_epi8(4);
        const __m256i pairs = _mm256_loadu_si256((const void *)codes);
        const __m512i both =
            _mm512_inserti64x4(_mm512_castsi256_si512(pairs), _mm256_srli_epi16(pairs, 2), 1);
        __mmask64 set[2];
        memcpy(set, codes + 32, sizeof set);
        ret[0] = _mm512_and_si512(both, low);
        ret[1] = _mm512_and_si512(_mm512_srli_epi16(both, 4), low);
        ret[0] = _mm512_mask_add_epi8(ret[0], set[0], ret[0], high);
        ret[1] = _mm512_mask_add_epi8(ret[1], set[1], ret[1], high);
    }
}

/* Scales of the groups of a tile, four times each, or of the tile. */
LOOP KERNEL __m512 tile_scales(const uint16_t *scales, size_t tile, const unsigned groups)
{
    if (groups == 1) {
        return _mm512_set1_ps(bfloat_value(scales[tile]));
    }
    const __m512i each = _mm512_setr_epi32(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
    const __m128i four = _mm_loadl_epi64((const void *)(scales + TILE_GROUPS * tile));
    const __m128i bits = _mm_slli_epi32(_mm_cvtepu16_epi32(four), 16);
    return _mm512_permutexvar_ps(each, _mm512_castps128_ps512(_mm_castsi128_ps(bits)));
}

LOOP KERNEL void dot_tiles(const struct weights_rows *rows, const struct weights_activations *x,
                           float *ret, const unsigned bits, const unsigned groups)
{
    const size_t bytes = TILE * bits / 8;
    __m512 sums[ROWS_AT_ONCE] = {_mm512_setzero_ps(), _mm512_setzero_ps(), _mm512_setzero_ps(),
                                 _mm512_setzero_ps()};
    for (size_t t = 0; t < rows->tiles; t++) {
        const __m512i x0 = _mm512_loadu_si512(x->bytes + t * TILE);
        const __m512i x1 = _mm512_loadu_si512(x->bytes + t * TILE + 64);
        const __m512i bias = _mm512_loadu_si512(x->bias + t * LANES);
        const __m512 scale = _mm512_loadu_ps(x->scales + t * LANES);
#pragma GCC unroll 4
        for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
            const uint8_t *codes = rows->codes[r] + t * bytes;
            __m512i w[2];
            unpack(codes, bits, w);
            _mm_prefetch((const char *)codes + AHEAD, _MM_HINT_T0);
            __m512i dots = _mm512_dpbusd_epi32(bias, w[0], x0);
            dots = _mm512_dpbusd_epi32(dots, w[1], x1);
            const __m512 own = tile_scales(rows->scales[r], t, groups);
            sums[r] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots), _mm512_mul_ps(own, scale), sums[r]);
        }
    }
    for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
        ret[r] = _mm512_reduce_add_ps(sums[r]);
    }
}

LOOP KERNEL void dot_groups(const struct weights_rows *rows, const struct weights_activations *x,
                            float *ret, const unsigned bits)
{
    if (rows->groups == 1) {
        dot_tiles(rows, x, ret, bits, 1);
    } else {
        dot_tiles(rows, x, ret, bits, TILE_GROUPS);
    }
}

static KERNEL void dot_integers(const struct weights_rows *rows,
                                const struct weights_activations *x, float *ret)
{
    switch (rows->bits) {
    case 8:
        dot_groups(rows, x, ret, 8);
        break;
    case 4:
        dot_groups(rows, x, ret, 4);
        break;
    default:
        dot_groups(rows, x, ret, 3);
        break;
    }
}

static KERNEL void dot_ternary(const struct weights_rows *rows, const int8_t *bytes, int64_t *ret)
{
    const __m512i low = _mm512_set1_epi8(3);
    __m512i sums[ROWS_AT_ONCE] = {_mm512_setzero_si512(), _mm512_setzero_si512(),
                                  _mm512_setzero_si512(), _mm512_setzero_si512()};
    for (size_t t = 0; t < rows->tiles; t++) {
        const int8_t *x = bytes + t * TILE_TERNARY;
        const __m512i x0 = _mm512_loadu_si512(x), x1 = _mm512_loadu_si512(x + 64);
        const __m512i x2 = _mm512_loadu_si512(x + 128), x3 = _mm512_loadu_si512(x + 192);
#pragma GCC unroll 4
        for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
            const uint8_t *at = rows->codes[r] + t * 64;
            const __m512i codes = _mm512_loadu_si512(at);
            _mm_prefetch((const char *)at + AHEAD, _MM_HINT_T0);
            const __m512i c1 = _mm512_and_si512(_mm512_srli_epi16(codes, 2), low);
            const __m512i c2 = _mm512_and_si512(_mm512_srli_epi16(codes, 4), low);
            const __m512i c3 = _mm512_and_si512(_mm512_srli_epi16(codes, 6), low);
            sums[r] = _mm512_dpbusd_epi32(sums[r], _mm512_and_si512(codes, low), x0);
            sums[r] = _mm512_dpbusd_epi32(sums[r], c1, x1);
            sums[r] = _mm512_dpbusd_epi32(sums[r], c2, x2);
            sums[r] = _mm512_dpbusd_epi32(sums[r], c3, x3);
        }
    }
    for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
        const __m256i low_half = _mm512_castsi512_si256(sums[r]);
        const __m256i high_half = _mm512_extracti64x4_epi64(sums[r], 1);
        ret[r] = _mm512_reduce_add_epi64(
            _mm512_add_epi64(_mm512_cvtepi32_epi64(low_half), _mm512_cvtepi32_epi64(high_half)));
    }
}

const struct weights_kernel weights_avx512 = {
    .name = "avx512",
    .available = available,
    .dot_integers = dot_integers,
    .dot_ternary = dot_ternary,
    SEARCHES,
    LOOPS,
};

#endif
