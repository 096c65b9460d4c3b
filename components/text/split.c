/* Finding words: white space is looked up 64 bytes at a time as a bit mask.
 *
 * A mask with one bit per byte, set where a word is, differs from itself moved by one exactly at
 * the edges of words; begins and ends then alternate by themselves, whatever the block borders.
 * The variants differ in how the mask is made and how its set bits become numbers. */
#include <string.h>

#include "set.h"

#if TEXT_X86
#include <immintrin.h>
#endif

#define BLOCK 64u

/* Space and the five control characters from tab to carriage return, in every locale. */
static bool is_space(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static size_t split_scalar(const char *bytes, size_t length, uint32_t *ret_edges)
{
    size_t n = 0;
    bool inside = false;
    for (size_t i = 0; i < length; i++) {
        if (is_space((unsigned char)bytes[i]) == inside) {
            ret_edges[n++] = (uint32_t)i;
            inside = !inside;
        }
    }
    if (inside) {
        ret_edges[n++] = (uint32_t)length;
    }
    return n / 2;
}

#if TEXT_X86

#define AVX2 __attribute__((target("avx2,bmi,popcnt")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512vbmi2,popcnt")))

AVX2 static uint32_t words_mask32(const char *bytes)
{
    const __m256i v = _mm256_loadu_si256((const __m256i *)(const void *)bytes);
    const __m256i control = _mm256_sub_epi8(v, _mm256_set1_epi8('\t'));
    const __m256i low = _mm256_cmpeq_epi8(_mm256_min_epu8(control, _mm256_set1_epi8(4)), control);
    const __m256i space = _mm256_or_si256(low, _mm256_cmpeq_epi8(v, _mm256_set1_epi8(' ')));
    return ~(uint32_t)_mm256_movemask_epi8(space);
}

AVX2 static size_t split_avx2(const char *bytes, size_t length, uint32_t *ret_edges)
{
    size_t n = 0;
    uint64_t before = 0; /* was the last byte of the block before in a word? */
    for (size_t i = 0; i < length; i += BLOCK) {
        char padded[BLOCK];
        const char *block = bytes + i;
        if (length - i < BLOCK) {
            block = memset(padded, ' ', BLOCK);
            memcpy(padded, bytes + i, length - i);
        }
        const uint64_t words = words_mask32(block) | (uint64_t)words_mask32(block + 32) << 32;
        for (uint64_t edges = words ^ (words << 1 | before); edges; edges &= edges - 1) {
            ret_edges[n++] = (uint32_t)(i + (unsigned)__builtin_ctzll(edges));
        }
        before = words >> 63;
    }
    if (before) {
        ret_edges[n++] = (uint32_t)length;
    }
    return n / 2;
}

/* The set bits of `edges` as numbers: byte numbers squeezed together, then widened 16 at a time. */
AVX512 static inline size_t write_edges(uint64_t edges, uint32_t base, uint32_t *ret_edges)
{
    static const char NUMBERS[BLOCK] =
        "\0\1\2\3\4\5\6\7\10\11\12\13\14\15\16\17\20\21\22\23\24\25\26\27\30\31\32\33\34\35\36\37"
        "\40\41\42\43\44\45\46\47\50\51\52\53\54\55\56\57\60\61\62\63\64\65\66\67\70\71\72\73\74"
        "\75\76\77";
    const __m512i numbers = _mm512_maskz_compress_epi8(edges, _mm512_loadu_si512(NUMBERS));
    const __m512i first = _mm512_set1_epi32((int)base);
    const size_t n = (size_t)__builtin_popcountll(edges);
    __m128i sixteen = _mm512_castsi512_si128(numbers);
    _mm512_storeu_si512(ret_edges, _mm512_add_epi32(_mm512_cvtepu8_epi32(sixteen), first));
    sixteen = _mm512_extracti32x4_epi32(numbers, 1);
    _mm512_storeu_si512(ret_edges + 16, _mm512_add_epi32(_mm512_cvtepu8_epi32(sixteen), first));
    if (n > 32) {
        sixteen = _mm512_extracti32x4_epi32(numbers, 2);
        _mm512_storeu_si512(ret_edges + 32, _mm512_add_epi32(_mm512_cvtepu8_epi32(sixteen), first));
        sixteen = _mm512_extracti32x4_epi32(numbers, 3);
        _mm512_storeu_si512(ret_edges + 48, _mm512_add_epi32(_mm512_cvtepu8_epi32(sixteen), first));
    }
    return n;
}

/* Bits of those bytes that belong to words. */
AVX512 static inline uint64_t words_mask64(__m512i bytes)
{
    const __m512i control = _mm512_sub_epi8(bytes, _mm512_set1_epi8('\t'));
    return _mm512_cmpgt_epu8_mask(control, _mm512_set1_epi8(4)) &
           _mm512_cmpneq_epi8_mask(bytes, _mm512_set1_epi8(' '));
}

AVX512 static size_t split_avx512(const char *bytes, size_t length, uint32_t *ret_edges)
{
    size_t n = 0, i = 0;
    uint64_t before = 0;
    for (; i + BLOCK <= length; i += BLOCK) {
        const uint64_t words = words_mask64(_mm512_loadu_si512(bytes + i));
        n += write_edges(words ^ (words << 1 | before), (uint32_t)i, ret_edges + n);
        before = words >> 63;
    }
    if (i < length) {
        const __mmask64 valid = (UINT64_C(1) << (length - i)) - 1;
        const uint64_t words = valid & words_mask64(_mm512_maskz_loadu_epi8(valid, bytes + i));
        n += write_edges(words ^ (words << 1 | before), (uint32_t)i, ret_edges + n);
        before = words >> 63;
    }
    if (before) {
        ret_edges[n++] = (uint32_t)length;
    }
    return n / 2;
}

bool text_cpu_avx2(void)
{
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
           __builtin_cpu_supports("popcnt");
}

bool text_cpu_avx512(void)
{
    return text_cpu_avx2() && __builtin_cpu_supports("bmi2") && __builtin_cpu_supports("avx512f") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512vnni") &&
           __builtin_cpu_supports("avx512vbmi2") && __builtin_cpu_supports("avx512vpopcntdq");
}

#endif

bool text_cpu_any(void)
{
    return true;
}

const struct text_splitter text_splitters[] = {
    {"scalar", text_cpu_any, split_scalar, word_look_up_plain},
#if TEXT_X86
    {"avx2", text_cpu_avx2, split_avx2, word_look_up_plain},
    {"avx512", text_cpu_avx512, split_avx512, word_look_up_avx512},
#endif
    {0},
};

const struct text_variant *text_best(const struct text_variant *variants)
{
    const struct text_variant *best = variants;
    for (const struct text_variant *v = variants; v->name; v++) {
        if (v->available()) {
            best = v;
        }
    }
    return best;
}
