/* Kernels with AVX2, FMA and F16C: eight numbers a register, eight rows side by side.
 *
 * Eight streams keep more of the memory's requests in flight than one, and eight sums that do not
 * wait for each other fill both multipliers; summing across registers comes once for all eight. */
#include "curves.h"
#include "self/tiles.h"

#if ATTENTION_X86

#include <cpuid.h>
#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,fma,f16c")))
#define WIDE 8u    /* numbers in a register */
#define COLUMNS 4u /* registers of sums in blend */

AVX2 INLINE __m256 load(const char *row, size_t k, const enum attention_type type)
{
    switch (type) {
    case ATTENTION_F16:
        return _mm256_cvtph_ps(_mm_loadu_si128((const void *)(row + 2 * k)));
    case ATTENTION_INT8:
        return _mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const void *)(row + k))));
    case ATTENTION_F32:
    default:
        return _mm256_loadu_ps((const void *)(row + 4 * k));
    }
}

/* The `rest` < WIDE numbers from k on, then zeros. */
AVX2 INLINE __m256 load_rest(const char *row, size_t k, size_t rest, const enum attention_type type)
{
    const size_t size = type == ATTENTION_F32 ? 4 : type == ATTENTION_F16 ? 2 : 1;
    char copy[WIDE * sizeof(float)] = {0};
    memcpy(copy, row + k * size, rest * size);
    return load(copy, 0, type);
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

AVX2 INLINE __m256 dots8(const char *const row[8], const float *query, size_t dim,
                         const enum attention_type type)
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
            sums[r] = _mm256_fmadd_ps(own, load(row[r], k, type), sums[r]);
        }
    }
    if (k < dim) {
        const __m256 own = _mm256_maskload_ps(query + k, first_lanes(dim - k));
        for (unsigned r = 0; r < 8; r++) {
            sums[r] = _mm256_fmadd_ps(own, load_rest(row[r], k, dim - k, type), sums[r]);
        }
    }
    return sum_across(sums);
}

AVX2 INLINE void dots_of(const struct attention_rows *rows, const float *query, float *ret_dots,
                         const enum attention_type type)
{
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        const char *row[ROWS_AT_ONCE];
        for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
            row[i] = row_of(rows, r + i);
        }
        for (size_t h = 0; h < rows->heads; h++) {
            _mm256_storeu_ps(ret_dots + h * rows->pitch + r,
                             dots8(row, query + h * rows->dim, rows->dim, type));
            for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
                row[i] += rows->head_stride;
            }
        }
    }
}

AVX2 static void dots_avx2(const struct attention_rows *rows, const float *query, float *ret_dots)
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

/* Four squares of distances, then the four norms. */
AVX2 INLINE __m256 distances4(const char *const row[4], const float *query, size_t dim,
                              const enum attention_type type)
{
    __m256 sums[8];
    for (unsigned r = 0; r < 8; r++) {
        sums[r] = _mm256_setzero_ps();
    }
    for (size_t k = 0; k < dim; k += WIDE) {
        const bool whole = k + WIDE <= dim;
        const __m256 own = whole ? _mm256_loadu_ps(query + k)
                                 : _mm256_maskload_ps(query + k, first_lanes(dim - k));
#pragma GCC unroll 4
        for (unsigned r = 0; r < 4; r++) {
            const __m256 value =
                whole ? load(row[r], k, type) : load_rest(row[r], k, dim - k, type);
            const __m256 difference = _mm256_sub_ps(own, value);
            sums[r] = _mm256_fmadd_ps(difference, difference, sums[r]);
            sums[4 + r] = _mm256_fmadd_ps(value, value, sums[4 + r]);
        }
    }
    return sum_across(sums);
}

AVX2 INLINE void distances_of(const struct attention_rows *rows, const float *query,
                              float *ret_squares, float *ret_norms, const enum attention_type type)
{
    for (size_t r = 0; r < rows->count; r += 4) {
        const char *row[4];
        for (unsigned i = 0; i < 4; i++) {
            row[i] = row_of(rows, r + i);
        }
        for (size_t h = 0; h < rows->heads; h++) {
            const __m256 both = distances4(row, query + h * rows->dim, rows->dim, type);
            _mm_storeu_ps(ret_squares + h * rows->pitch + r, _mm256_castps256_ps128(both));
            _mm_storeu_ps(ret_norms + h * rows->pitch + r, _mm256_extractf128_ps(both, 1));
            for (unsigned i = 0; i < 4; i++) {
                row[i] += rows->head_stride;
            }
        }
    }
}

AVX2 static void distances_avx2(const struct attention_rows *rows, const float *query,
                                float *ret_squares, float *ret_norms)
{
    if (rows->type == ATTENTION_F16) {
        distances_of(rows, query, ret_squares, ret_norms, ATTENTION_F16);
    } else {
        distances_of(rows, query, ret_squares, ret_norms, ATTENTION_F32);
    }
}

/* `columns` registers of sums, from column k on, get eight rows. */
AVX2 INLINE void blend8(const char *const row[8], const float *weights, float *sums, size_t k,
                        const unsigned columns, const enum attention_type type)
{
    __m256 sum[COLUMNS];
    for (unsigned c = 0; c < columns; c++) {
        sum[c] = _mm256_loadu_ps(sums + k + c * WIDE);
    }
#pragma GCC unroll 8
    for (unsigned r = 0; r < 8; r++) {
        const __m256 weight = _mm256_broadcast_ss(weights + r);
        for (unsigned c = 0; c < columns; c++) {
            sum[c] = _mm256_fmadd_ps(weight, load(row[r], k + c * WIDE, type), sum[c]);
        }
    }
    for (unsigned c = 0; c < columns; c++) {
        _mm256_storeu_ps(sums + k + c * WIDE, sum[c]);
    }
}

AVX2 INLINE void blend_head(const char *const row[8], const float *weights, float *sums, size_t dim,
                            const enum attention_type type)
{
    size_t k = 0;
    for (; k + COLUMNS * WIDE <= dim; k += COLUMNS * WIDE) {
        blend8(row, weights, sums, k, COLUMNS, type);
    }
    for (; k + WIDE <= dim; k += WIDE) {
        blend8(row, weights, sums, k, 1, type);
    }
    if (k < dim) {
        const __m256i lanes = first_lanes(dim - k);
        __m256 sum = _mm256_maskload_ps(sums + k, lanes);
        for (unsigned r = 0; r < 8; r++) {
            const __m256 value = load_rest(row[r], k, dim - k, type);
            sum = _mm256_fmadd_ps(_mm256_broadcast_ss(weights + r), value, sum);
        }
        _mm256_maskstore_ps(sums + k, lanes, sum);
    }
}

AVX2 INLINE void blend_of(const struct attention_rows *rows, const float *weights, float *sums,
                          const enum attention_type type)
{
    for (size_t r = 0; r < rows->count; r += ROWS_AT_ONCE) {
        const char *row[ROWS_AT_ONCE];
        for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
            row[i] = row_of(rows, r + i);
        }
        for (size_t h = 0; h < rows->heads; h++) {
            blend_head(row, weights + h * rows->pitch + r, sums + h * rows->dim, rows->dim, type);
            for (unsigned i = 0; i < ROWS_AT_ONCE; i++) {
                row[i] += rows->head_stride;
            }
        }
    }
}

AVX2 static void blend_avx2(const struct attention_rows *rows, const float *weights, float *sums)
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

AVX2 static float greatest_avx2(const float *scores, size_t count)
{
    return greatest_in(scores, count);
}

AVX2 static float weigh_avx2(float *scores, size_t count, float greatest)
{
    return weigh_in(scores, count, greatest);
}

AVX2 static void bend_avx2(const struct attention_curve *curve, size_t count, const float *norms,
                           float *scores)
{
    bend_in(curve, count, norms, scores);
}

static bool has_avx2(void)
{
    unsigned eax, ebx, ecx = 0, edx;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __get_cpuid(1, &eax, &ebx, &ecx, &edx) != 0 && (ecx & bit_F16C) != 0;
}

const struct attention_kernel attention_avx2 = {"avx2",         has_avx2,   dots_avx2,
                                                distances_avx2, blend_avx2, greatest_avx2,
                                                weigh_avx2,     bend_avx2,  &attention_tiles_avx2};

#endif
