/* Scalar products of byte counts with AVX2, cosines with AVX-512 VNNI.
 *
 * Rows are short (some hundred words), so summing a register across costs as much as filling it:
 * four products are accumulated together and reduced together.  AVX-512 has registers for tiles of
 * 4 x 4 products, which load a row once for four of them, reduce to one register, and go on to
 * square root, quotient and both triangles of the matrix without leaving the registers.
 *
 * No sum can overflow: counts are at most 127, so a 16-bit sum of two products is at most 32 258,
 * and a 32-bit lane takes at most 4 * 127^2 for each 64 of at most 65 535 words. */
#include "set.h"

#if TEXT_X86

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define TILE 4u

/* Row j of the counts; rows behind the last one repeat it and are dropped when stored. */
static inline const uint8_t *row_of(const struct text_set *set, size_t j)
{
    const size_t row = j < set->count ? j : set->count - 1;
    return (const uint8_t *)set->counts8.data + row * set->stride;
}

/* Sums of four registers of 32-bit lanes, stored as doubles to ret_dots[j ..]. */
AVX2 static inline void store_sums(const __m256i sums[TILE], const struct text_set *set, size_t j,
                                   double *ret_dots)
{
    const __m256i halves =
        _mm256_hadd_epi32(_mm256_hadd_epi32(sums[0], sums[1]), _mm256_hadd_epi32(sums[2], sums[3]));
    const __m128i four =
        _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1));
    double dots[TILE];
    _mm256_storeu_pd(dots, _mm256_cvtepi32_pd(four));
    const size_t rest = set->count - j;
    memcpy(ret_dots + j, dots, (rest < TILE ? rest : TILE) * sizeof *dots);
}

AVX2 static inline __m256i products_avx2(__m256i a, const uint8_t *row)
{
    const __m256i b = _mm256_load_si256((const __m256i *)(const void *)row);
    return _mm256_madd_epi16(_mm256_maddubs_epi16(a, b), _mm256_set1_epi16(1));
}

AVX2 void dots_avx2(const struct text_set *set, size_t i, double *ret_dots)
{
    const uint8_t *a = row_of(set, i);
    for (size_t j = i; j < set->count; j += TILE) {
        const uint8_t *rows[TILE] = {row_of(set, j), row_of(set, j + 1), row_of(set, j + 2),
                                     row_of(set, j + 3)};
        __m256i sums[TILE] = {_mm256_setzero_si256(), _mm256_setzero_si256(),
                              _mm256_setzero_si256(), _mm256_setzero_si256()};
        for (size_t k = 0; k < set->stride; k += sizeof(__m256i)) {
            const __m256i own = _mm256_load_si256((const __m256i *)(const void *)(a + k));
#pragma GCC unroll 4
            for (size_t r = 0; r < TILE; r++) {
                sums[r] = _mm256_add_epi32(sums[r], products_avx2(own, rows[r] + k));
            }
        }
        store_sums(sums, set, j, ret_dots);
    }
}

/* Sums across four registers: each 128-bit lane of the result has a part of all four. */
AVX512 static inline __m512i sum_lanes(const __m512i v[TILE])
{
    const __m512i a =
        _mm512_add_epi32(_mm512_unpacklo_epi32(v[0], v[1]), _mm512_unpackhi_epi32(v[0], v[1]));
    const __m512i b =
        _mm512_add_epi32(_mm512_unpacklo_epi32(v[2], v[3]), _mm512_unpackhi_epi32(v[2], v[3]));
    return _mm512_add_epi32(_mm512_unpacklo_epi64(a, b), _mm512_unpackhi_epi64(a, b));
}

/* Lane r of the result is the sum of the four lanes of v[r]. */
AVX512 static inline __m512i sum_across(const __m512i v[TILE])
{
    const __m512i a = _mm512_add_epi32(_mm512_shuffle_i32x4(v[0], v[1], 0x88),
                                       _mm512_shuffle_i32x4(v[0], v[1], 0xDD));
    const __m512i b = _mm512_add_epi32(_mm512_shuffle_i32x4(v[2], v[3], 0x88),
                                       _mm512_shuffle_i32x4(v[2], v[3], 0xDD));
    return _mm512_add_epi32(_mm512_shuffle_i32x4(a, b, 0x88), _mm512_shuffle_i32x4(a, b, 0xDD));
}

/* Products of the rows i .. i+3 with the rows j .. j+3. */
AVX512 static inline __m512i dots_of_tile(const struct text_set *set, size_t i, size_t j)
{
    const uint8_t *a[TILE], *b[TILE];
    __m512i sums[TILE][TILE];
    for (size_t r = 0; r < TILE; r++) {
        a[r] = row_of(set, i + r);
        b[r] = row_of(set, j + r);
        for (size_t c = 0; c < TILE; c++) {
            sums[r][c] = _mm512_setzero_si512();
        }
    }
    for (size_t k = 0; k < set->stride; k += sizeof(__m512i)) {
        const __m512i others[TILE] = {_mm512_load_si512(b[0] + k), _mm512_load_si512(b[1] + k),
                                      _mm512_load_si512(b[2] + k), _mm512_load_si512(b[3] + k)};
#pragma GCC unroll 4
        for (size_t r = 0; r < TILE; r++) {
            const __m512i own = _mm512_load_si512(a[r] + k);
#pragma GCC unroll 4
            for (size_t c = 0; c < TILE; c++) {
                sums[r][c] = _mm512_dpbusd_epi32(sums[r][c], own, others[c]);
            }
        }
    }
    const __m512i lanes[TILE] = {sum_lanes(sums[0]), sum_lanes(sums[1]), sum_lanes(sums[2]),
                                 sum_lanes(sums[3])};
    return sum_across(lanes);
}

/* Products of the rows i .. i+3 with themselves. */
AVX512 static inline __m256d norms_of(const struct text_set *set, size_t i)
{
    const uint8_t *rows[TILE] = {row_of(set, i), row_of(set, i + 1), row_of(set, i + 2),
                                 row_of(set, i + 3)};
    __m512i sums[TILE] = {_mm512_setzero_si512(), _mm512_setzero_si512(), _mm512_setzero_si512(),
                          _mm512_setzero_si512()};
    for (size_t k = 0; k < set->stride; k += sizeof(__m512i)) {
#pragma GCC unroll 4
        for (size_t r = 0; r < TILE; r++) {
            const __m512i own = _mm512_load_si512(rows[r] + k);
            sums[r] = _mm512_dpbusd_epi32(sums[r], own, own);
        }
    }
    const __m512i lanes = sum_lanes(sums);
    const __m256i halves =
        _mm256_add_epi32(_mm512_castsi512_si256(lanes), _mm512_extracti64x4_epi64(lanes, 1));
    return _mm256_cvtepi32_pd(
        _mm_add_epi32(_mm256_castsi256_si128(halves), _mm256_extracti128_si256(halves, 1)));
}

/* Cosines of two texts with norms `own` to four with norms `others`, and as cosine.c has it:
 * without words on both sides 1, on one side 0. */
AVX512 static inline __m512d cosines_of(__m256i dots, const double own[2], __m512d others)
{
    const __m512d a = _mm512_mask_broadcastsd_pd(_mm512_set1_pd(own[0]), 0xF0, _mm_set_sd(own[1]));
    const __m512d norms = _mm512_mul_pd(a, others), sums = _mm512_add_pd(a, others);
    const __m512d zero = _mm512_setzero_pd(), one = _mm512_set1_pd(1);
    const __mmask8 angle = _mm512_cmp_pd_mask(norms, zero, _CMP_GT_OQ);
    const __mmask8 empty = _mm512_cmp_pd_mask(sums, zero, _CMP_EQ_OQ);
    const __m512d cosines =
        _mm512_maskz_div_pd(angle, _mm512_cvtepi32_pd(dots), _mm512_sqrt_pd(norms));
    return _mm512_mask_mov_pd(cosines, empty, one);
}

/* Rows `row` and `row` + 1 of four columns, as far as they are in the matrix. */
AVX512 static inline void store_rows(double *matrix, size_t n, size_t row, size_t column,
                                     __m512d rows)
{
    const __mmask8 columns = (__mmask8)(n - column < TILE ? (1u << (n - column)) - 1 : 15u);
    double *to = matrix + row * n + column;
    if (row < n) {
        _mm256_mask_storeu_pd(to, columns, _mm512_castpd512_pd256(rows));
    }
    if (row + 1 < n) {
        _mm256_mask_storeu_pd(to + n, columns, _mm512_extractf64x4_pd(rows, 1));
    }
}

AVX512 static inline void store_tile(const struct text_set *set, size_t i, size_t j,
                                     const double *norms, double *matrix)
{
    const __m512i left = _mm512_setr_epi64(0, 4, 8, 12, 1, 5, 9, 13);
    const __m512i right = _mm512_setr_epi64(2, 6, 10, 14, 3, 7, 11, 15);
    const __m512i dots = dots_of_tile(set, i, j);
    const __m512d others = _mm512_broadcast_f64x4(_mm256_loadu_pd(norms + j));
    const __m512d a = cosines_of(_mm512_castsi512_si256(dots), norms + i, others);
    const __m512d b = cosines_of(_mm512_extracti64x4_epi64(dots, 1), norms + i + 2, others);
    store_rows(matrix, set->count, i, j, a);
    store_rows(matrix, set->count, i + 2, j, b);
    store_rows(matrix, set->count, j, i, _mm512_permutex2var_pd(a, left, b));
    store_rows(matrix, set->count, j + 2, i, _mm512_permutex2var_pd(a, right, b));
}

AVX512 void cosines_avx512(const struct text_set *set, double *norms, double *ret_matrix)
{
    for (size_t i = 0; i < set->count; i += TILE) {
        _mm256_storeu_pd(norms + i, norms_of(set, i));
    }
    for (size_t i = 0; i < set->count; i += TILE) {
        for (size_t j = i; j < set->count; j += TILE) {
            store_tile(set, i, j, norms, ret_matrix);
        }
    }
}

#else
typedef int text_cosine_x86_is_empty;
#endif
