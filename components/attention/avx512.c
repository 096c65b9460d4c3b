/* Kernels with AVX-512: sixteen numbers a register, eight rows side by side.
 *
 * Rows of up to PREFETCH_ROWS_MAX bytes are fetched eight rows ahead, since eight short streams end
 * before the processor's prefetcher has learnt of them; longer ones a few lines ahead. */
#include "curves.h"
#include "self/tiles.h"

#if ATTENTION_X86

#include <immintrin.h>

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vl,avx2,fma,f16c")))
#define WIDE 16u         /* numbers in a register */
#define COLUMNS 4u       /* registers of sums in blend */
#define LINES_AHEAD 1024 /* bytes ahead in long rows */

AVX512 INLINE __m512 load(const char *row, size_t k, const enum attention_type type)
{
    switch (type) {
    case ATTENTION_F16:
        return _mm512_cvtph_ps(_mm256_loadu_si256((const void *)(row + 2 * k)));
    case ATTENTION_INT8:
        return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const void *)(row + k))));
    case ATTENTION_F32:
    default:
        return _mm512_loadu_ps(row + 4 * k);
    }
}

/* The numbers from k on whose lanes are set, zeros in the others. */
AVX512 INLINE __m512 load_lanes(const char *row, size_t k, __mmask16 lanes,
                                const enum attention_type type)
{
    switch (type) {
    case ATTENTION_F16:
        return _mm512_cvtph_ps(_mm256_maskz_loadu_epi16(lanes, row + 2 * k));
    case ATTENTION_INT8:
        return _mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_maskz_loadu_epi8(lanes, row + k)));
    case ATTENTION_F32:
    default:
        return _mm512_maskz_loadu_ps(lanes, row + 4 * k);
    }
}

INLINE size_t size_of(const enum attention_type type)
{
    return type == ATTENTION_F32 ? 4 : type == ATTENTION_F16 ? 2 : 1;
}

INLINE __mmask16 first_lanes(size_t rest)
{
    return (__mmask16)((1u << rest) - 1);
}

/* Bytes from a place in a row to the place that is fetched ahead of it. */
INLINE size_t ahead_of(const struct attention_rows *rows)
{
    const bool is_long = rows->stride > PREFETCH_ROWS_MAX || rows->picks != NULL;
    return is_long ? LINES_AHEAD : ROWS_AT_ONCE * rows->stride;
}

/* Once a line, into the second cache: asking for the first one holds up its few buffers.  k counts
 * WIDE numbers at a time.  The address may lie behind the end of the rows: it is a hint, and
 * computed as a number. */
AVX512 INLINE void fetch(const char *row, size_t k, size_t ahead, const enum attention_type type)
{
    if (k % (64 / size_of(type)) == 0) {
        _mm_prefetch((const char *)((uintptr_t)row + k * size_of(type) + ahead), _MM_HINT_T1);
    }
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

struct place {
    const char *row[ROWS_AT_ONCE];
    size_t ahead, dim;
};

AVX512 INLINE __m256 dots8(const struct place *at, const float *query,
                           const enum attention_type type)
{
    __m512 sums[8];
    for (unsigned r = 0; r < 8; r++) {
        sums[r] = _mm512_setzero_ps();
    }
    size_t k = 0;
    for (; k + WIDE <= at->dim; k += WIDE) {
        const __m512 own = _mm512_loadu_ps(query + k);
#pragma GCC unroll 8
        for (unsigned r = 0; r < 8; r++) {
            sums[r] = _mm512_fmadd_ps(own, load(at->row[r], k, type), sums[r]);
            fetch(at->row[r], k, at->ahead, type);
        }
    }
    if (k < at->dim) {
        const __mmask16 lanes = first_lanes(at->dim - k);
        const __m512 own = _mm512_maskz_loadu_ps(lanes, query + k);
        for (unsigned r = 0; r < 8; r++) {
            sums[r] = _mm512_fmadd_ps(own, load_lanes(at->row[r], k, lanes, type), sums[r]);
        }
    }
    return sum_across(sums);
}

INLINE void go_to(struct place *at, const struct attention_rows *rows, size_t r)
{
    for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
        at->row[i] = row_of(rows, r + i);
    }
}

INLINE void next_head(struct place *at, const struct attention_rows *rows)
{
    for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
        at->row[i] += rows->head_stride;
    }
}

AVX512 INLINE void dots_of(const struct attention_rows *rows, const float *query, float *ret_dots,
                           const enum attention_type type)
{
    struct place at = {.ahead = ahead_of(rows), .dim = rows->dim};
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        for (size_t h = 0; h < rows->heads; h++) {
            _mm256_storeu_ps(ret_dots + h * rows->pitch + r,
                             dots8(&at, query + h * rows->dim, type));
            next_head(&at, rows);
        }
    }
}

AVX512 static void dots_avx512(const struct attention_rows *rows, const float *query,
                               float *ret_dots)
{
    switch (rows->type) {
    case ATTENTION_F32:
        dots_of(rows, query, ret_dots, ATTENTION_F32);
        break;
    case ATTENTION_F16:
        dots_of(rows, query, ret_dots, ATTENTION_F16);
        break;
    case ATTENTION_INT8:
        dots_of(rows, query, ret_dots, ATTENTION_INT8);
        break;
    }
}

/* Squares of eight distances, and the eight norms. */
AVX512 INLINE void distances8(const struct place *at, const float *query, float *ret_squares,
                              float *ret_norms, const enum attention_type type)
{
    __m512 squares[8], norms[8];
    for (unsigned r = 0; r < 8; r++) {
        squares[r] = norms[r] = _mm512_setzero_ps();
    }
    for (size_t k = 0; k < at->dim; k += WIDE) {
        const size_t rest = at->dim - k;
        const __mmask16 lanes = rest < WIDE ? first_lanes(rest) : 0xFFFF;
        const __m512 own = _mm512_maskz_loadu_ps(lanes, query + k);
#pragma GCC unroll 8
        for (unsigned r = 0; r < 8; r++) {
            const __m512 value = load_lanes(at->row[r], k, lanes, type);
            const __m512 difference = _mm512_sub_ps(own, value);
            squares[r] = _mm512_fmadd_ps(difference, difference, squares[r]);
            norms[r] = _mm512_fmadd_ps(value, value, norms[r]);
            fetch(at->row[r], k, at->ahead, type);
        }
    }
    _mm256_storeu_ps(ret_squares, sum_across(squares));
    _mm256_storeu_ps(ret_norms, sum_across(norms));
}

AVX512 INLINE void distances_of(const struct attention_rows *rows, const float *query,
                                float *ret_squares, float *ret_norms,
                                const enum attention_type type)
{
    struct place at = {.ahead = ahead_of(rows), .dim = rows->dim};
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        for (size_t h = 0; h < rows->heads; h++) {
            distances8(&at, query + h * rows->dim, ret_squares + h * rows->pitch + r,
                       ret_norms + h * rows->pitch + r, type);
            next_head(&at, rows);
        }
    }
}

AVX512 static void distances_avx512(const struct attention_rows *rows, const float *query,
                                    float *ret_squares, float *ret_norms)
{
    if (rows->type == ATTENTION_F16) {
        distances_of(rows, query, ret_squares, ret_norms, ATTENTION_F16);
    } else {
        distances_of(rows, query, ret_squares, ret_norms, ATTENTION_F32);
    }
}

/* `columns` registers of sums, from column k on, get eight rows. */
AVX512 INLINE void blend8(const struct place *at, const __m512 weight[8], float *sums, size_t k,
                          const unsigned columns, const enum attention_type type)
{
    __m512 sum[COLUMNS];
    for (unsigned c = 0; c < columns; c++) {
        sum[c] = _mm512_loadu_ps(sums + k + c * WIDE);
    }
#pragma GCC unroll 8
    for (unsigned r = 0; r < 8; r++) {
#pragma GCC unroll 4
        for (unsigned c = 0; c < columns; c++) {
            const size_t column = k + c * WIDE;
            sum[c] = _mm512_fmadd_ps(weight[r], load(at->row[r], column, type), sum[c]);
            fetch(at->row[r], column, at->ahead, type);
        }
    }
    for (unsigned c = 0; c < columns; c++) {
        _mm512_storeu_ps(sums + k + c * WIDE, sum[c]);
    }
}

AVX512 INLINE void blend_head(const struct place *at, const float *weights, float *sums,
                              const enum attention_type type)
{
    __m512 weight[8];
    for (unsigned r = 0; r < 8; r++) {
        weight[r] = _mm512_set1_ps(weights[r]);
    }
    size_t k = 0;
    for (; k + COLUMNS * WIDE <= at->dim; k += COLUMNS * WIDE) {
        blend8(at, weight, sums, k, COLUMNS, type);
    }
    for (; k + WIDE <= at->dim; k += WIDE) {
        blend8(at, weight, sums, k, 1, type);
    }
    if (k < at->dim) {
        const __mmask16 lanes = first_lanes(at->dim - k);
        __m512 sum = _mm512_maskz_loadu_ps(lanes, sums + k);
        for (unsigned r = 0; r < 8; r++) {
            sum = _mm512_fmadd_ps(weight[r], load_lanes(at->row[r], k, lanes, type), sum);
        }
        _mm512_mask_storeu_ps(sums + k, lanes, sum);
    }
}

AVX512 INLINE void blend_of(const struct attention_rows *rows, const float *weights, float *sums,
                            const enum attention_type type)
{
    struct place at = {.ahead = ahead_of(rows), .dim = rows->dim};
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        go_to(&at, rows, r);
        for (size_t h = 0; h < rows->heads; h++) {
            blend_head(&at, weights + h * rows->pitch + r, sums + h * rows->dim, type);
            next_head(&at, rows);
        }
    }
}

AVX512 static void blend_avx512(const struct attention_rows *rows, const float *weights,
                                float *sums)
{
    switch (rows->type) {
    case ATTENTION_F32:
        blend_of(rows, weights, sums, ATTENTION_F32);
        break;
    case ATTENTION_F16:
        blend_of(rows, weights, sums, ATTENTION_F16);
        break;
    case ATTENTION_INT8:
        blend_of(rows, weights, sums, ATTENTION_INT8);
        break;
    }
}

AVX512 static float greatest_avx512(const float *scores, size_t count)
{
    return greatest_in(scores, count);
}

AVX512 static float weigh_avx512(float *scores, size_t count, float greatest)
{
    return weigh_in(scores, count, greatest);
}

AVX512 static void bend_avx512(const struct attention_curve *curve, size_t count,
                               const float *norms, float *scores)
{
    bend_in(curve, count, norms, scores);
}

static bool has_avx512(void)
{
    return attention_avx2.available() && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
}

const struct attention_kernel attention_avx512 = {
    "avx512",        has_avx512,   dots_avx512, distances_avx512,       blend_avx512,
    greatest_avx512, weigh_avx512, bend_avx512, &attention_tiles_avx512};

#endif
