/* Kernels with AVX2, FMA and F16C: eight numbers a register, eight rows side by side.
 *
 * Eight streams keep more of the memory's requests in flight than one, and eight sums do not wait
 * for each other; summing across registers comes once for all eight. */
#include <string.h>

#include "vector_kernels.h"

#if VECTOR_X86

#include <cpuid.h>
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma,f16c,popcnt")))
#define WIDE 8u /* floats in a register */
#define LINES_AHEAD 1024

struct place {
    const char *row[ROWS_AT_ONCE];
    size_t ahead;
};

INLINE void go_to(struct place *at, const struct vector_rows *rows, size_t r)
{
    at->ahead = rows->stride > PREFETCH_ROWS_MAX || rows->picks != NULL
                    ? LINES_AHEAD
                    : ROWS_AT_ONCE * rows->stride;
    for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
        at->row[i] = row_of(rows, r + i);
    }
}

/* A hint, once a line, which may lie behind the end of the rows: computed as a number. */
AVX2 INLINE void fetch(const struct place *at, unsigned r, size_t byte)
{
    if (byte % 64 == 0) {
        _mm_prefetch((const char *)((uintptr_t)at->row[r] + byte + at->ahead), _MM_HINT_T1);
    }
}

AVX2 INLINE __m256i first_lanes(size_t rest)
{
    return _mm256_cmpgt_epi32(_mm256_set1_epi32((int)rest),
                              _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
}

/* Lane r of the result is the sum over all lanes of sums[r]. */
AVX2 INLINE __m256 sum_across(const __m256 sums[8])
{
    const __m256 low =
        _mm256_hadd_ps(_mm256_hadd_ps(sums[0], sums[1]), _mm256_hadd_ps(sums[2], sums[3]));
    const __m256 high =
        _mm256_hadd_ps(_mm256_hadd_ps(sums[4], sums[5]), _mm256_hadd_ps(sums[6], sums[7]));
    return _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20),
                         _mm256_permute2f128_ps(low, high, 0x31));
}

AVX2 INLINE __m256i sum_across_int(const __m256i sums[8])
{
    const __m256i low =
        _mm256_hadd_epi32(_mm256_hadd_epi32(sums[0], sums[1]), _mm256_hadd_epi32(sums[2], sums[3]));
    const __m256i high =
        _mm256_hadd_epi32(_mm256_hadd_epi32(sums[4], sums[5]), _mm256_hadd_epi32(sums[6], sums[7]));
    return _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20),
                            _mm256_permute2x128_si256(low, high, 0x31));
}

AVX2 INLINE __m256 add_term(__m256 own, __m256 value, __m256 to, const enum vector_sum sum)
{
    if (sum == VECTOR_SQUARES) {
        own = value = _mm256_sub_ps(own, value);
    }
    return _mm256_fmadd_ps(own, value, to);
}

AVX2 INLINE __m256 sums8(const struct place *at, const float *query, size_t dim,
                         const enum vector_sum sum)
{
    __m256 sums[8];
    for (unsigned r = 0; r < 8; r++) {
        sums[r] = _mm256_setzero_ps();
    }
    size_t k = 0;
    for (; k + WIDE <= dim; k += WIDE) {
        const __m256 own = _mm256_loadu_ps(query + k);
#pragma GCC unroll 8
        for (unsigned r = 0; r < 8; r++) {
            const __m256 value = _mm256_loadu_ps((const void *)(at->row[r] + 4 * k));
            sums[r] = add_term(own, value, sums[r], sum);
            fetch(at, r, 4 * k);
        }
    }
    if (k < dim) {
        const __m256i lanes = first_lanes(dim - k);
        const __m256 own = _mm256_maskload_ps(query + k, lanes);
        for (unsigned r = 0; r < 8; r++) {
            const __m256 value = _mm256_maskload_ps((const void *)(at->row[r] + 4 * k), lanes);
            sums[r] = add_term(own, value, sums[r], sum);
        }
    }
    return sum_across(sums);
}

AVX2 static void sums_avx2(const struct vector_rows *rows, enum vector_sum sum, const float *query,
                           float *ret_sums)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        _mm256_storeu_ps(ret_sums + r, sum == VECTOR_SQUARES
                                           ? sums8(&at, query, rows->dim, VECTOR_SQUARES)
                                           : sums8(&at, query, rows->dim, VECTOR_PRODUCTS));
    }
}

/* Two rows by TILE queries: eight sums, as many as there are registers for beside the operands. */
AVX2 INLINE __m256 tile(const char *const row[2], const float *queries, size_t dim,
                        const enum vector_sum sum)
{
    __m256 sums[2 * TILE];
    for (unsigned i = 0; i < 2 * TILE; i++) {
        sums[i] = _mm256_setzero_ps();
    }
    for (size_t k = 0; k < dim; k += WIDE) {
        const __m256i lanes = first_lanes(dim - k);
        const __m256 first = _mm256_maskload_ps((const void *)(row[0] + 4 * k), lanes);
        const __m256 second = _mm256_maskload_ps((const void *)(row[1] + 4 * k), lanes);
#pragma GCC unroll 4
        for (unsigned q = 0; q < TILE; q++) {
            const __m256 own = _mm256_maskload_ps(queries + q * dim + k, lanes);
            sums[q] = add_term(own, first, sums[q], sum);
            sums[TILE + q] = add_term(own, second, sums[TILE + q], sum);
        }
    }
    return sum_across(sums);
}

AVX2 static void tiles_avx2(const struct vector_rows *rows, enum vector_sum sum,
                            const float *queries, float *ret_sums)
{
    for (size_t r = 0; r < rows->count; r += 2) {
        const char *const pair[2] = {row_of(rows, r), row_of(rows, r + 1)};
        const __m256 sums = sum == VECTOR_SQUARES ? tile(pair, queries, rows->dim, VECTOR_SQUARES)
                                                  : tile(pair, queries, rows->dim, VECTOR_PRODUCTS);
        float both[2 * TILE];
        _mm256_storeu_ps(both, sums);
        memcpy(ret_sums + r * TILE, both, (r + 1 < rows->count ? 2 : 1) * TILE * sizeof *both);
    }
}

AVX2 static void dots_f16_avx2(const struct vector_rows *rows, const float *query, float *ret_dots)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        __m256 sums[8];
        go_to(&at, rows, r);
        for (unsigned i = 0; i < 8; i++) {
            sums[i] = _mm256_setzero_ps();
        }
        size_t k = 0;
        for (; k + WIDE <= rows->dim; k += WIDE) {
            const __m256 own = _mm256_loadu_ps(query + k);
#pragma GCC unroll 8
            for (unsigned i = 0; i < 8; i++) {
                const __m128i half = _mm_loadu_si128((const void *)(at.row[i] + 2 * k));
                sums[i] = _mm256_fmadd_ps(own, _mm256_cvtph_ps(half), sums[i]);
                fetch(&at, i, 2 * k);
            }
        }
        for (unsigned i = 0; i < 8 && k < rows->dim; i++) {
            uint16_t halves[WIDE] = {0};
            memcpy(halves, at.row[i] + 2 * k, 2 * (rows->dim - k));
            const __m256 own = _mm256_maskload_ps(query + k, first_lanes(rows->dim - k));
            const __m128i half = _mm_loadu_si128((const void *)halves);
            sums[i] = _mm256_fmadd_ps(own, _mm256_cvtph_ps(half), sums[i]);
        }
        _mm256_storeu_ps(ret_dots + r, sum_across(sums));
    }
}

/* Bytes are made 16 bits wide: a product of an unsigned and a signed byte, times two, is more than
 * the instruction that takes bytes can hold. */
AVX2 static void dots_int8_avx2(const struct vector_rows *rows, const int8_t *query,
                                int32_t *ret_dots)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        __m256i sums[8];
        go_to(&at, rows, r);
        for (unsigned i = 0; i < 8; i++) {
            sums[i] = _mm256_setzero_si256();
        }
        for (size_t k = 0; k < rows->dim; k += 16) {
            const __m256i own = _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)(query + k)));
#pragma GCC unroll 8
            for (unsigned i = 0; i < 8; i++) {
                const __m128i bytes = _mm_loadu_si128((const void *)(at.row[i] + k));
                const __m256i products = _mm256_madd_epi16(_mm256_cvtepu8_epi16(bytes), own);
                sums[i] = _mm256_add_epi32(sums[i], products);
                fetch(&at, i, k);
            }
        }
        _mm256_storeu_si256((void *)(ret_dots + r), sum_across_int(sums));
    }
}

/* 15 * 127 * 2 fits in 16 bits. */
AVX2 static void dots_int4_avx2(const struct vector_rows *rows, const int8_t *query,
                                int32_t *ret_dots)
{
    const __m256i low = _mm256_set1_epi8(15), ones = _mm256_set1_epi16(1);
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        __m256i sums[8];
        go_to(&at, rows, r);
        for (unsigned i = 0; i < 8; i++) {
            sums[i] = _mm256_setzero_si256();
        }
        for (size_t k = 0; k < rows->dim; k += INT4_BYTES) {
            const int8_t *place = query + int4_place(2 * k);
            const __m256i own_low = _mm256_loadu_si256((const void *)place);
            const __m256i own_high = _mm256_loadu_si256((const void *)(place + 64));
#pragma GCC unroll 8
            for (unsigned i = 0; i < 8; i++) {
                const __m256i bytes = _mm256_loadu_si256((const void *)(at.row[i] + k));
                const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low);
                const __m256i a = _mm256_maddubs_epi16(_mm256_and_si256(bytes, low), own_low);
                const __m256i b = _mm256_maddubs_epi16(upper, own_high);
                sums[i] =
                    _mm256_add_epi32(sums[i], _mm256_madd_epi16(_mm256_add_epi16(a, b), ones));
                fetch(&at, i, k);
            }
        }
        _mm256_storeu_si256((void *)(ret_dots + r), sum_across_int(sums));
    }
}

/* Sixty-four bits at a time: this processor counts the bits of no wider register. */
AVX2 static void dots_bits_avx2(const struct vector_rows *rows, const uint64_t *planes,
                                int32_t *ret_dots)
{
    const size_t words = rows->dim / sizeof *planes;
    for (size_t r = 0; r < rows->count; r++) {
        const char *row = row_of(rows, r);
        uint64_t sums[PLANES] = {0};
        for (size_t w = 0; w < words; w++) {
            uint64_t bits;
            memcpy(&bits, row + w * sizeof bits, sizeof bits);
#pragma GCC unroll 4
            for (unsigned p = 0; p < PLANES; p++) {
                sums[p] += (uint64_t)__builtin_popcountll(bits & planes[p * words + w]);
            }
        }
        ret_dots[r] = (int32_t)(sums[0] + 2 * sums[1] + 4 * sums[2] + 8 * sums[3]);
    }
}

static bool has_avx2(void)
{
    unsigned a, b, c = 0, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_F16C) != 0 &&
           __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("popcnt");
}

const struct vector_kernel vector_avx2 = {
    "avx2",        has_avx2,       sums_avx2,      tiles_avx2,
    dots_f16_avx2, dots_int8_avx2, dots_int4_avx2, dots_bits_avx2,
};

#endif
