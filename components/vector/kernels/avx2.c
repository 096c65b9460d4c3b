/* Kernels with AVX2, FMA and F16C: eight floats a register, 16 or 32 bytes of codes at a time.
 */
#include "../vector_kernels.h"

#if VECTOR_X86

#define KERNEL __attribute__((target("avx2,fma,f16c,popcnt")))
#define WIDTH 8u
#define TILE_ROWS 2u /* eight sums, as many as there are registers for beside the operands */
#include "floats.h"
#include "wide/processor.h"

/* The query's bytes, int8 ones made 16 bits wide; or a block of it for int5, which is more than
 * registers hold. */
struct own {
    __m256i low, high;
    const __m256i *block;
};

KERNEL_INLINE size_t step_of(const enum vector_code code)
{
    return code == VECTOR_INT8 ? 16 : code == VECTOR_INT4 ? INT4_BYTES : INT5_BYTES;
}

KERNEL_INLINE struct own own_of(const int8_t *query, size_t k, size_t dim,
                                const enum vector_code code)
{
    (void)dim;
    if (code == VECTOR_INT5) {
        return (struct own){.block = (const void *)(query + k / INT5_BYTES * INT5_QUERY)};
    }
    if (code == VECTOR_INT8) {
        return (struct own){.low =
                                _mm256_cvtepi8_epi16(_mm_loadu_si128((const void *)(query + k)))};
    }
    const int8_t *place = query + int4_place(2 * k);
    return (struct own){.low = _mm256_loadu_si256((const void *)place),
                        .high = _mm256_loadu_si256((const void *)(place + 64))};
}

/* Numbers 0 .. 31 of half bytes and thirty-two fifth bits: each byte looks for its bit in a copy of
 * the byte that has it. */
KERNEL_INLINE __m256i join_fifths(__m256i bytes, const char *from)
{
    int32_t fifths;
    memcpy(&fifths, from, sizeof fifths);
    const __m256i places =
        _mm256_setr_epi64x(0, 0x0101010101010101, 0x0202020202020202, 0x0303030303030303);
    const __m256i own = _mm256_set1_epi64x((long long)0x8040201008040201);
    const __m256i copies = _mm256_shuffle_epi8(_mm256_set1_epi32(fifths), places);
    const __m256i is_set = _mm256_cmpeq_epi8(_mm256_and_si256(copies, own), own);
    return _mm256_or_si256(bytes, _mm256_and_si256(is_set, _mm256_set1_epi8(16)));
}

/* Pairs of products, 16 bits wide; 31 * 127 * 4 fits. */
KERNEL_INLINE __m256i both_pairs(__m256i a, __m256i b, __m256i own_a, __m256i own_b)
{
    return _mm256_add_epi16(_mm256_maddubs_epi16(a, own_a), _mm256_maddubs_epi16(b, own_b));
}

/* Half of a block of int5: 32 bytes of low bits and their fifth bits. */
KERNEL_INLINE __m256i add_half_block(__m256i sum, const char *row, const struct own *own,
                                     size_t half)
{
    const __m256i low = _mm256_set1_epi8(15), *query = own->block + half;
    const __m256i bytes = _mm256_loadu_si256((const void *)(row + 32 * half));
    const char *fifths = row + INT5_HALVES + 4 * half;
    const __m256i a = join_fifths(_mm256_and_si256(bytes, low), fifths);
    const __m256i b = join_fifths(_mm256_and_si256(_mm256_srli_epi16(bytes, 4), low), fifths + 8);
    const __m256i high = both_pairs(a, b, _mm256_loadu_si256(query), _mm256_loadu_si256(query + 2));
    const __m256i rest =
        both_pairs(a, b, _mm256_loadu_si256(query + 4), _mm256_loadu_si256(query + 6));
    sum = _mm256_add_epi32(sum, _mm256_madd_epi16(high, _mm256_set1_epi16(INT5_HIGH)));
    return _mm256_add_epi32(sum, _mm256_madd_epi16(rest, _mm256_set1_epi16(1)));
}

/* int8: a product of an unsigned and a signed byte, times two, is more than the instruction that
 * takes bytes can hold.  int4: 15 * 127 * 2 fits in 16 bits. */
KERNEL_INLINE whole add_step(whole sum, const char *row, const struct own *own,
                             const enum vector_code code)
{
    if (code == VECTOR_INT8) {
        const __m256i wider = _mm256_cvtepu8_epi16(_mm_loadu_si128((const void *)row));
        return (whole)_mm256_add_epi32((__m256i)sum, _mm256_madd_epi16(wider, own->low));
    }
    if (code == VECTOR_INT5) {
        return (whole)add_half_block(add_half_block((__m256i)sum, row, own, 0), row, own, 1);
    }
    const __m256i low = _mm256_set1_epi8(15), bytes = _mm256_loadu_si256((const void *)row);
    const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), low);
    const __m256i pairs = both_pairs(_mm256_and_si256(bytes, low), upper, own->low, own->high);
    return (whole)_mm256_add_epi32((__m256i)sum, _mm256_madd_epi16(pairs, _mm256_set1_epi16(1)));
}

#include "codes.h"

/* Sixty-four bits at a time: this processor counts the bits of no wider register. */
static KERNEL void dots_bits_of(const struct vector_rows *rows, const uint64_t *planes,
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
    return processor_has_eight() && __builtin_cpu_supports("popcnt");
}

const struct vector_kernel vector_avx2 = {
    .name = "avx2",
    .available = has_avx2,
    FLOATS,
    .dots_int8 = dots_int8_of,
    .dots_int4 = dots_int4_of,
    .dots_int5 = dots_int5_of,
    .dots_bits = dots_bits_of,
};

#endif
