/* Sizes of intersections with AVX2 and AVX-512 VPOPCNTDQ: a register holds one word of bits of four
 * or eight texts, see jaccard.c. */
#include "set.h"

#if TEXT_X86

#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vpopcntdq")))

/* Bits set in each 64-bit lane, by looking up both halves of each byte.
 * Source: Mula, Kurz and Lemire 2018, Faster population counts using AVX2 instructions,
 * The Computer Journal 61(1), p. 111-120. */
AVX2 static inline __m256i count_bits(__m256i v)
{
    const __m256i counts = _mm256_setr_epi8(0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4, 0, 1, 1,
                                            2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4);
    const __m256i nibble = _mm256_set1_epi8(15);
    const __m256i low = _mm256_shuffle_epi8(counts, _mm256_and_si256(v, nibble));
    const __m256i high =
        _mm256_shuffle_epi8(counts, _mm256_and_si256(_mm256_srli_epi16(v, 4), nibble));
    return _mm256_sad_epu8(_mm256_add_epi8(low, high), _mm256_setzero_si256());
}

AVX2 void overlaps_avx2(const struct text_set *set, size_t i, double *ret_sizes)
{
    const uint64_t *bits = set->bits.data;
    for (size_t first = i / 4 * 4; first < set->count; first += 4) {
        __m256i sum = _mm256_setzero_si256();
        for (size_t word = 0; word < set->bit_words; word++) {
            const uint64_t *row = bits + word * set->bit_lanes;
            const __m256i own = _mm256_set1_epi64x((long long)row[i]);
            const __m256i others = _mm256_load_si256((const __m256i *)(const void *)(row + first));
            sum = _mm256_add_epi64(sum, count_bits(_mm256_and_si256(own, others)));
        }
        uint64_t sizes[4];
        _mm256_storeu_si256((__m256i *)(void *)sizes, sum);
        for (size_t j = first < i ? i : first; j < first + 4 && j < set->count; j++) {
            ret_sizes[j] = (double)sizes[j - first];
        }
    }
}

AVX512 void overlaps_avx512(const struct text_set *set, size_t i, double *ret_sizes)
{
    const uint64_t *bits = set->bits.data;
    for (size_t first = i / 8 * 8; first < set->count; first += 8) {
        __m512i sum = _mm512_setzero_si512();
        for (size_t word = 0; word < set->bit_words; word++) {
            const uint64_t *row = bits + word * set->bit_lanes;
            const __m512i own = _mm512_set1_epi64((long long)row[i]);
            const __m512i both = _mm512_and_si512(own, _mm512_load_si512(row + first));
            sum = _mm512_add_epi64(sum, _mm512_popcnt_epi64(both));
        }
        const size_t rest = set->count - first;
        const unsigned used = rest < 8 ? (1u << rest) - 1 : 255u;
        const unsigned wanted = first < i ? used >> (i - first) << (i - first) : used;
        _mm512_mask_storeu_pd(ret_sizes + first, (__mmask8)wanted, _mm512_cvtepu64_pd(sum));
    }
}

#else
typedef int text_jaccard_x86_is_empty;
#endif
