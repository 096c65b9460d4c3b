/* The products of a few responses, pair by pair.
 *
 * With 16 responses at most, rows of lanes (lanes.c) are mostly empty, and there are few pairs:
 * then each response has its counts in a row, and the product of two rows takes 64 words at a time.
 * The whole numbers are the same, and are multiplied and added in the same order. */
#include "panel.h"

#if EXPERTS_X86
#include <immintrin.h>
#endif

void few_dots_scalar(const struct few_rows *rows, int32_t *ret_dots)
{
    for (size_t i = 0; i < rows->count; i++) {
        const uint8_t *a = rows->counts + i * rows->stride;
        for (size_t j = i; j < rows->count; j++) {
            const uint8_t *b = rows->counts + j * rows->stride;
            int32_t dot = 0;
            for (size_t k = 0; k < rows->stride; k++) {
                dot += (int16_t)a[k] * (int16_t)b[k];
            }
            ret_dots[i * FEW_MAX + j] = dot;
        }
    }
}

void few_sum(few_dots *dots, const struct few_rows *rows, double *ret_inverse, double *ret_sums)
{
    int32_t products[FEW_MAX * FEW_MAX];
    dots(rows, products);
    for (size_t i = 0; i < rows->count; i++) {
        ret_inverse[i] = inverse_norm(products[i * FEW_MAX + i]);
        ret_sums[i] = 0;
    }
    for (size_t i = 0; i < rows->count; i++) {
        for (size_t j = i + 1; j < rows->count; j++) {
            products[j * FEW_MAX + i] = products[i * FEW_MAX + j];
        }
        products[i * FEW_MAX + i] = 0;
    }
    for (size_t j = 0; j < rows->count; j++) {
        for (size_t i = 0; i < rows->count; i++) {
            ret_sums[i] += products[j * FEW_MAX + i] * ret_inverse[j];
        }
    }
}

#if EXPERTS_X86

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw")))

/* Sums of products of two neighbours fit into 16 bits: 2 * 127 * 127 = 32258. */
AVX2 static inline __m256i add_products32(__m256i sums, const uint8_t *a, const uint8_t *b)
{
    const __m256i pairs = _mm256_maddubs_epi16(_mm256_load_si256((const void *)a),
                                               _mm256_load_si256((const void *)b));
    return _mm256_add_epi32(sums, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

AVX2 static inline int32_t sum_of(__m256i sums)
{
    __m128i four = _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    four = _mm_add_epi32(four, _mm_shuffle_epi32(four, 0x4e));
    return _mm_cvtsi128_si32(_mm_add_epi32(four, _mm_shuffle_epi32(four, 0xb1)));
}

AVX2 void few_dots_avx2(const struct few_rows *rows, int32_t *ret_dots)
{
    for (size_t i = 0; i < rows->count; i++) {
        const uint8_t *a = rows->counts + i * rows->stride;
        for (size_t j = i; j < rows->count; j++) {
            const uint8_t *b = rows->counts + j * rows->stride;
            __m256i sums = _mm256_setzero_si256();
            for (size_t k = 0; k < rows->stride; k += 32) {
                sums = add_products32(sums, a + k, b + k);
            }
            ret_dots[i * FEW_MAX + j] = sum_of(sums);
        }
    }
}

AVX512 static inline __m512i add_products64(__m512i sums, const uint8_t *a, const uint8_t *b)
{
    const __m512i pairs = _mm512_maddubs_epi16(_mm512_load_si512(a), _mm512_load_si512(b));
    return _mm512_add_epi32(sums, _mm512_madd_epi16(pairs, _mm512_set1_epi16(1)));
}

AVX512 void few_dots_avx512(const struct few_rows *rows, int32_t *ret_dots)
{
    for (size_t i = 0; i < rows->count; i++) {
        const uint8_t *a = rows->counts + i * rows->stride;
        for (size_t j = i; j < rows->count; j++) {
            const uint8_t *b = rows->counts + j * rows->stride;
            __m512i sums = _mm512_setzero_si512();
            for (size_t k = 0; k < rows->stride; k += 64) {
                sums = add_products64(sums, a + k, b + k);
            }
            ret_dots[i * FEW_MAX + j] = _mm512_reduce_add_epi32(sums);
        }
    }
}

#endif
