/* Kernels with AVX-512: sixteen floats a register, eight rows side by side.  `avx512` has those of
 * floats, and AVX2's for codes; `vnni` multiplies 64 bytes and counts 512 bits at a time.
 *
 * Rows of up to PREFETCH_ROWS_MAX bytes are fetched sixteen rows ahead, since eight short streams
 * end before the processor's prefetcher has learnt of them; longer ones a few lines ahead.  Picked
 * rows lie anywhere: each is fetched whole while the eight before it are worked on. */
#include <string.h>

#include "vector_kernels.h"

#if VECTOR_X86

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx2,fma,f16c")))
#define VNNI                                                                                       \
    __attribute__((target("avx512f,avx512bw,avx512vl,avx512vnni,avx512vpopcntdq,avx2,fma,f16c")))
#define WIDE 16u         /* floats in a register */
#define LINES_AHEAD 1024 /* bytes ahead in long rows */

struct place {
    const char *row[ROWS_AT_ONCE];
    size_t ahead; /* 0: the next rows were fetched already */
};

AVX512 INLINE void go_to(struct place *at, const struct vector_rows *rows, size_t r)
{
    for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
        at->row[i] = row_of(rows, r + i);
    }
    at->ahead = rows->stride > PREFETCH_ROWS_MAX ? LINES_AHEAD : 2 * ROWS_AT_ONCE * rows->stride;
    if (rows->picks == NULL) {
        return;
    }
    at->ahead = rows->stride > PREFETCH_ROWS_MAX ? LINES_AHEAD : 0;
    for (size_t i = r + ROWS_AT_ONCE; i < r + 2 * ROWS_AT_ONCE && i < rows->count; i++) {
        const char *next = row_of(rows, i);
        for (size_t byte = 0; byte < rows->stride && byte < PREFETCH_ROWS_MAX; byte += 64) {
            _mm_prefetch(next + byte, _MM_HINT_T0);
        }
    }
}

/* Once a line.  The address may lie behind the end of the rows: it is a hint, and computed as a
 * number. */
AVX512 INLINE void fetch(const struct place *at, unsigned r, size_t byte)
{
    if (byte % 64 == 0 && at->ahead != 0) {
        _mm_prefetch((const char *)((uintptr_t)at->row[r] + byte + at->ahead), _MM_HINT_T1);
    }
}

INLINE __mmask16 first_lanes(size_t rest)
{
    return (__mmask16)(rest >= WIDE ? 0xFFFF : (1u << rest) - 1);
}

/* Lane r of the result is the sum over all lanes of sums[r]. */
AVX512 INLINE __m256 sum_across(const __m512 sums[8])
{
    __m256 half[8];
#pragma GCC unroll 8
    for (unsigned r = 0; r < 8; r++) {
        const __m256 high = _mm256_castpd_ps(_mm512_extractf64x4_pd(_mm512_castps_pd(sums[r]), 1));
        half[r] = _mm256_add_ps(_mm512_castps512_ps256(sums[r]), high);
    }
    const __m256 low =
        _mm256_hadd_ps(_mm256_hadd_ps(half[0], half[1]), _mm256_hadd_ps(half[2], half[3]));
    const __m256 high =
        _mm256_hadd_ps(_mm256_hadd_ps(half[4], half[5]), _mm256_hadd_ps(half[6], half[7]));
    return _mm256_add_ps(_mm256_permute2f128_ps(low, high, 0x20),
                         _mm256_permute2f128_ps(low, high, 0x31));
}

AVX512 INLINE __m256i sum_across_int(const __m512i sums[8])
{
    __m256i half[8];
#pragma GCC unroll 8
    for (unsigned r = 0; r < 8; r++) {
        half[r] = _mm256_add_epi32(_mm512_castsi512_si256(sums[r]),
                                   _mm512_extracti64x4_epi64(sums[r], 1));
    }
    const __m256i low =
        _mm256_hadd_epi32(_mm256_hadd_epi32(half[0], half[1]), _mm256_hadd_epi32(half[2], half[3]));
    const __m256i high =
        _mm256_hadd_epi32(_mm256_hadd_epi32(half[4], half[5]), _mm256_hadd_epi32(half[6], half[7]));
    return _mm256_add_epi32(_mm256_permute2x128_si256(low, high, 0x20),
                            _mm256_permute2x128_si256(low, high, 0x31));
}

AVX512 INLINE __m512 add_term(__m512 own, __m512 value, __m512 to, const enum vector_sum sum)
{
    if (sum == VECTOR_SQUARES) {
        own = value = _mm512_sub_ps(own, value);
    }
    return _mm512_fmadd_ps(own, value, to);
}

AVX512 INLINE __m256 sums8(const struct place *at, const float *query, size_t dim,
                           const enum vector_sum sum)
{
    __m512 sums[8];
    for (unsigned r = 0; r < 8; r++) {
        sums[r] = _mm512_setzero_ps();
    }
    size_t k = 0;
    for (; k + WIDE <= dim; k += WIDE) {
        const __m512 own = _mm512_loadu_ps(query + k);
#pragma GCC unroll 8
        for (unsigned r = 0; r < 8; r++) {
            sums[r] = add_term(own, _mm512_loadu_ps(at->row[r] + 4 * k), sums[r], sum);
            fetch(at, r, 4 * k);
        }
    }
    if (k < dim) {
        const __mmask16 lanes = first_lanes(dim - k);
        const __m512 own = _mm512_maskz_loadu_ps(lanes, query + k);
        for (unsigned r = 0; r < 8; r++) {
            const __m512 value = _mm512_maskz_loadu_ps(lanes, at->row[r] + 4 * k);
            sums[r] = add_term(own, value, sums[r], sum);
        }
    }
    return sum_across(sums);
}

AVX512 static void sums_avx512(const struct vector_rows *rows, enum vector_sum sum,
                               const float *query, float *ret_sums)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        _mm256_storeu_ps(ret_sums + r, sum == VECTOR_SQUARES
                                           ? sums8(&at, query, rows->dim, VECTOR_SQUARES)
                                           : sums8(&at, query, rows->dim, VECTOR_PRODUCTS));
    }
}

#define TILE_ROWS 4u

/* Four rows by TILE queries. */
AVX512 INLINE void tile(const struct place *at, const float *queries, size_t dim, float *ret_sums,
                        const enum vector_sum sum)
{
    __m512 sums[TILE_ROWS * TILE];
    for (unsigned i = 0; i < TILE_ROWS * TILE; i++) {
        sums[i] = _mm512_setzero_ps();
    }
    for (size_t k = 0; k < dim; k += WIDE) {
        const __mmask16 lanes = first_lanes(dim - k);
        __m512 value[TILE_ROWS];
#pragma GCC unroll 4
        for (unsigned r = 0; r < TILE_ROWS; r++) {
            value[r] = _mm512_maskz_loadu_ps(lanes, at->row[r] + 4 * k);
            fetch(at, r, 4 * k);
        }
#pragma GCC unroll 4
        for (unsigned q = 0; q < TILE; q++) {
            const __m512 own = _mm512_maskz_loadu_ps(lanes, queries + q * dim + k);
#pragma GCC unroll 4
            for (unsigned r = 0; r < TILE_ROWS; r++) {
                sums[r * TILE + q] = add_term(own, value[r], sums[r * TILE + q], sum);
            }
        }
    }
    _mm256_storeu_ps(ret_sums, sum_across(sums));
    _mm256_storeu_ps(ret_sums + 8, sum_across(sums + 8));
}

AVX512 static void tiles_avx512(const struct vector_rows *rows, enum vector_sum sum,
                                const float *queries, float *ret_sums)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += TILE_ROWS) {
        float tiles[TILE_ROWS * TILE];
        const size_t kept = rows->count - r < TILE_ROWS ? rows->count - r : TILE_ROWS;
        go_to(&at, rows, r);
        if (sum == VECTOR_SQUARES) {
            tile(&at, queries, rows->dim, tiles, VECTOR_SQUARES);
        } else {
            tile(&at, queries, rows->dim, tiles, VECTOR_PRODUCTS);
        }
        memcpy(ret_sums + r * TILE, tiles, kept * TILE * sizeof *tiles);
    }
}

AVX512 static void dots_f16_avx512(const struct vector_rows *rows, const float *query,
                                   float *ret_dots)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        __m512 sums[8];
        go_to(&at, rows, r);
        for (unsigned i = 0; i < 8; i++) {
            sums[i] = _mm512_setzero_ps();
        }
        for (size_t k = 0; k < rows->dim; k += WIDE) {
            const __mmask16 lanes = first_lanes(rows->dim - k);
            const __m512 own = _mm512_maskz_loadu_ps(lanes, query + k);
#pragma GCC unroll 8
            for (unsigned i = 0; i < 8; i++) {
                const __m256i half = _mm256_maskz_loadu_epi16(lanes, at.row[i] + 2 * k);
                sums[i] = _mm512_fmadd_ps(own, _mm512_cvtph_ps(half), sums[i]);
                fetch(&at, i, 2 * k);
            }
        }
        _mm256_storeu_ps(ret_dots + r, sum_across(sums));
    }
}

INLINE __mmask64 first_bytes(size_t rest)
{
    return rest >= 64 ? ~UINT64_C(0) : (UINT64_C(1) << rest) - 1;
}

VNNI static void dots_int8_vnni(const struct vector_rows *rows, const int8_t *query,
                                int32_t *ret_dots)
{
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        __m512i sums[8];
        go_to(&at, rows, r);
        for (unsigned i = 0; i < 8; i++) {
            sums[i] = _mm512_setzero_si512();
        }
        for (size_t k = 0; k < rows->dim; k += 64) {
            const __mmask64 lanes = first_bytes(rows->dim - k);
            const __m512i own = _mm512_loadu_si512(query + k);
#pragma GCC unroll 8
            for (unsigned i = 0; i < 8; i++) {
                const __m512i bytes = _mm512_maskz_loadu_epi8(lanes, at.row[i] + k);
                sums[i] = _mm512_dpbusd_epi32(sums[i], bytes, own);
                fetch(&at, i, k);
            }
        }
        _mm256_storeu_si256((void *)(ret_dots + r), sum_across_int(sums));
    }
}

VNNI static void dots_int4_vnni(const struct vector_rows *rows, const int8_t *query,
                                int32_t *ret_dots)
{
    const __m512i low = _mm512_set1_epi8(15);
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        __m512i sums[8];
        go_to(&at, rows, r);
        for (unsigned i = 0; i < 8; i++) {
            sums[i] = _mm512_setzero_si512();
        }
        for (size_t k = 0; k < rows->dim; k += 64) {
            const __mmask64 lanes = first_bytes(rows->dim - k);
            const __m512i own_low = _mm512_loadu_si512(query + 2 * k);
            const __m512i own_high = _mm512_loadu_si512(query + 2 * k + 64);
#pragma GCC unroll 8
            for (unsigned i = 0; i < 8; i++) {
                const __m512i bytes = _mm512_maskz_loadu_epi8(lanes, at.row[i] + k);
                const __m512i upper = _mm512_and_si512(_mm512_srli_epi16(bytes, 4), low);
                sums[i] = _mm512_dpbusd_epi32(sums[i], _mm512_and_si512(bytes, low), own_low);
                sums[i] = _mm512_dpbusd_epi32(sums[i], upper, own_high);
                fetch(&at, i, k);
            }
        }
        _mm256_storeu_si256((void *)(ret_dots + r), sum_across_int(sums));
    }
}

/* Set bits of both, weighted by the planes' places. */
VNNI INLINE __m512i count_planes(__m512i bits, const __m512i plane[PLANES])
{
    const __m512i ones = _mm512_popcnt_epi64(_mm512_and_si512(bits, plane[0]));
    const __m512i twos = _mm512_popcnt_epi64(_mm512_and_si512(bits, plane[1]));
    const __m512i fours = _mm512_popcnt_epi64(_mm512_and_si512(bits, plane[2]));
    const __m512i eights = _mm512_popcnt_epi64(_mm512_and_si512(bits, plane[3]));
    const __m512i lower = _mm512_add_epi64(ones, _mm512_slli_epi64(twos, 1));
    const __m512i upper = _mm512_add_epi64(fours, _mm512_slli_epi64(eights, 1));
    return _mm512_add_epi64(lower, _mm512_slli_epi64(upper, 2));
}

VNNI static void dots_bits_vnni(const struct vector_rows *rows, const uint64_t *planes,
                                int32_t *ret_dots)
{
    const size_t words = rows->dim / sizeof *planes;
    struct place at;
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        __m512i sums[8];
        go_to(&at, rows, r);
        for (unsigned i = 0; i < 8; i++) {
            sums[i] = _mm512_setzero_si512();
        }
        for (size_t w = 0; w < words; w += 8) {
            const __mmask8 lanes = (__mmask8)(words - w >= 8 ? 0xFF : (1u << (words - w)) - 1);
            __m512i plane[PLANES];
            for (unsigned p = 0; p < PLANES; p++) {
                plane[p] = _mm512_maskz_loadu_epi64(lanes, planes + p * words + w);
            }
#pragma GCC unroll 8
            for (unsigned i = 0; i < 8; i++) {
                const __m512i bits = _mm512_maskz_loadu_epi64(lanes, at.row[i] + 8 * w);
                sums[i] = _mm512_add_epi64(sums[i], count_planes(bits, plane));
                fetch(&at, i, 8 * w);
            }
        }
        _mm256_storeu_si256((void *)(ret_dots + r), sum_across_int(sums));
    }
}

static bool has_avx512(void)
{
    return vector_avx2.available() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

static bool has_vnni(void)
{
    return has_avx512() && __builtin_cpu_supports("avx512vnni") &&
           __builtin_cpu_supports("avx512vpopcntdq");
}

static void dots_int8_avx2(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots)
{
    vector_avx2.dots_int8(rows, query, ret_dots);
}

static void dots_int4_avx2(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots)
{
    vector_avx2.dots_int4(rows, query, ret_dots);
}

static void dots_bits_avx2(const struct vector_rows *rows, const uint64_t *planes,
                           int32_t *ret_dots)
{
    vector_avx2.dots_bits(rows, planes, ret_dots);
}

const struct vector_kernel vector_avx512 = {
    "avx512",        has_avx512,     sums_avx512,    tiles_avx512,
    dots_f16_avx512, dots_int8_avx2, dots_int4_avx2, dots_bits_avx2,
};

const struct vector_kernel vector_vnni = {
    "vnni",          has_vnni,       sums_avx512,    tiles_avx512,
    dots_f16_avx512, dots_int8_vnni, dots_int4_vnni, dots_bits_vnni,
};

#endif
