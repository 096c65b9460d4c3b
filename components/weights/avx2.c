/* The kernel for AVX2 with FMA.
 *
 * A product of codes and bytes is vpmaddubsw: unsigned times signed, pairs summed in 16 bits. Codes
 * below 16 cannot overflow there; int8 is taken as magnitudes, with the signs moved to the other
 * side, and 2 * 127 * 127 fits as well. */
#include "kernels.h"

#if WEIGHTS_X86

#define KERNEL __attribute__((target("avx2,fma,f16c")))
#define WIDTH 8u
#include "search.h"
#include "wide/processor.h"

/* One register of codes times one of bytes, as sums of 32 bits. */
LOOP KERNEL __m256i multiply(__m256i codes, __m256i bytes)
{
    return _mm256_madd_epi16(_mm256_maddubs_epi16(codes, bytes), _mm256_set1_epi16(1));
}

LOOP KERNEL __m256i load(const void *from)
{
    return _mm256_loadu_si256(from);
}

/* Half of a tile (two groups: 32 bytes of the first register, 32 of the second) times the vector.
 */
LOOP KERNEL __m256i half_int8(const uint8_t *codes, unsigned half, const int8_t *x)
{
    const __m256i first = load(codes + 32 * half), second = load(codes + 64 + 32 * half);
    const __m256i x0 = _mm256_sign_epi8(load(x + 32 * half), first);
    const __m256i x1 = _mm256_sign_epi8(load(x + 64 + 32 * half), second);
    return _mm256_add_epi32(multiply(_mm256_abs_epi8(first), x0),
                            multiply(_mm256_abs_epi8(second), x1));
}

LOOP KERNEL __m256i add_bias(__m256i first, __m256i second, unsigned half, const int8_t *x,
                             const int32_t *bias)
{
    const __m256i dots = _mm256_add_epi32(multiply(first, load(x + 32 * half)),
                                          multiply(second, load(x + 64 + 32 * half)));
    return _mm256_add_epi32(dots, load(bias + 8 * half));
}

LOOP KERNEL __m256i half_int4(const uint8_t *codes, unsigned half, const int8_t *x,
                              const int32_t *bias)
{
    const __m256i low = _mm256_set1_epi8(15), both = load(codes + 32 * half);
    const __m256i second = _mm256_and_si256(_mm256_srli_epi16(both, 4), low);
    return add_bias(_mm256_and_si256(both, low), second, half, x, bias);
}

/* Four where the bit is set. */
LOOP KERNEL __m256i high_bits(const uint8_t *bits)
{
    const __m256i which = _mm256_setr_epi8(0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 2, 2, 2,
                                           2, 2, 2, 2, 2, 3, 3, 3, 3, 3, 3, 3, 3);
    const __m256i bit = _mm256_set1_epi64x((long long)0x8040201008040201);
    int32_t four;
    memcpy(&four, bits, sizeof four);
    const __m256i spread = _mm256_shuffle_epi8(_mm256_set1_epi32(four), which);
    const __m256i set = _mm256_cmpeq_epi8(_mm256_and_si256(spread, bit), bit);
    return _mm256_and_si256(set, _mm256_set1_epi8(4));
}

LOOP KERNEL __m256i half_int3(const uint8_t *codes, unsigned half, const int8_t *x,
                              const int32_t *bias)
{
    const __m256i low = _mm256_set1_epi8(3);
    const __m256i pairs = load(codes), turned = half ? _mm256_srli_epi16(pairs, 2) : pairs;
    const __m256i first =
        _mm256_or_si256(_mm256_and_si256(turned, low), high_bits(codes + 32 + (size_t)4 * half));
    const __m256i second = _mm256_or_si256(_mm256_and_si256(_mm256_srli_epi16(turned, 4), low),
                                           high_bits(codes + 40 + (size_t)4 * half));
    return add_bias(first, second, half, x, bias);
}

/* Scales of two groups, four times each. */
LOOP KERNEL __m256 two_scales(const uint16_t *scales, unsigned groups, size_t tile, unsigned half)
{
    if (groups == 1) {
        return _mm256_set1_ps(bfloat_value(scales[tile]));
    }
    const uint16_t *two = scales + TILE_GROUPS * tile + (size_t)2 * half;
    return _mm256_set_m128(_mm_set1_ps(bfloat_value(two[1])), _mm_set1_ps(bfloat_value(two[0])));
}

LOOP KERNEL void dot_tiles(const struct weights_rows *rows, const struct weights_activations *x,
                           float *ret, const unsigned bits)
{
    __m256 sums[ROWS_AT_ONCE] = {_mm256_setzero_ps(), _mm256_setzero_ps(), _mm256_setzero_ps(),
                                 _mm256_setzero_ps()};
    for (size_t t = 0; t < rows->tiles; t++) {
        const int8_t *bytes = x->bytes + t * TILE;
        const int32_t *bias = x->bias + t * LANES;
        for (unsigned half = 0; half < 2; half++) {
            const __m256 scale = _mm256_loadu_ps(x->scales + t * LANES + (size_t)8 * half);
#pragma GCC unroll 4
            for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
                const uint8_t *codes = rows->codes[r] + t * (TILE * bits / 8);
                const __m256i dots = bits == 8   ? half_int8(codes, half, bytes)
                                     : bits == 4 ? half_int4(codes, half, bytes, bias)
                                                 : half_int3(codes, half, bytes, bias);
                const __m256 own = two_scales(rows->scales[r], rows->groups, t, half);
                sums[r] =
                    _mm256_fmadd_ps(_mm256_cvtepi32_ps(dots), _mm256_mul_ps(own, scale), sums[r]);
            }
        }
    }
    for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
        ret[r] = total_of((wide)sums[r]);
    }
}

static KERNEL void dot_integers(const struct weights_rows *rows,
                                const struct weights_activations *x, float *ret)
{
    switch (rows->bits) {
    case 8:
        dot_tiles(rows, x, ret, 8);
        break;
    case 4:
        dot_tiles(rows, x, ret, 4);
        break;
    default:
        dot_tiles(rows, x, ret, 3);
        break;
    }
}

LOOP KERNEL int64_t sum_of_whole(__m256i sums)
{
    int32_t lanes[8];
    int64_t sum = 0;
    _mm256_storeu_si256((void *)lanes, sums);
    for (size_t i = 0; i < 8; i++) {
        sum += lanes[i];
    }
    return sum;
}

/* 2 * 2 * 127 * 4 fits into 16 bits with room for eight registers; they are widened after four. */
static KERNEL void dot_ternary(const struct weights_rows *rows, const int8_t *bytes, int64_t *ret)
{
    const __m256i low = _mm256_set1_epi8(3), one = _mm256_set1_epi16(1);
    __m256i sums[ROWS_AT_ONCE] = {_mm256_setzero_si256(), _mm256_setzero_si256(),
                                  _mm256_setzero_si256(), _mm256_setzero_si256()};
    for (size_t b = 0; b < rows->tiles * 64; b += 32) {
        const int8_t *x = bytes + b / 64 * TILE_TERNARY + b % 64;
        const __m256i x0 = load(x), x1 = load(x + 64), x2 = load(x + 128), x3 = load(x + 192);
#pragma GCC unroll 4
        for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
            const __m256i codes = load(rows->codes[r] + b);
            const __m256i c1 = _mm256_and_si256(_mm256_srli_epi16(codes, 2), low);
            const __m256i c2 = _mm256_and_si256(_mm256_srli_epi16(codes, 4), low);
            const __m256i c3 = _mm256_and_si256(_mm256_srli_epi16(codes, 6), low);
            const __m256i a =
                _mm256_add_epi16(_mm256_maddubs_epi16(_mm256_and_si256(codes, low), x0),
                                 _mm256_maddubs_epi16(c1, x1));
            const __m256i c =
                _mm256_add_epi16(_mm256_maddubs_epi16(c2, x2), _mm256_maddubs_epi16(c3, x3));
            sums[r] = _mm256_add_epi32(sums[r], _mm256_madd_epi16(_mm256_add_epi16(a, c), one));
        }
    }
    for (unsigned r = 0; r < ROWS_AT_ONCE; r++) {
        ret[r] = sum_of_whole(sums[r]);
    }
}

const struct weights_kernel weights_avx2 = {
    .name = "avx2",
    .available = processor_has_eight,
    .dot_integers = dot_integers,
    .dot_ternary = dot_ternary,
    SEARCHES,
    LOOPS,
};

#endif
