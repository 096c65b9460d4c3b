/* Where statements end: at a newline, and at white space behind '.', '!' or '?'.
 *
 * 64 bytes become three bit masks, of newlines, of white space and of stops; a stop moved by one
 * place meets the white space that makes it one.  Nothing has to look ahead of its block. */
#include "panel.h"

#if EXPERTS_X86
#include <immintrin.h>
#endif

#define BLOCK 64u

static uint64_t join(uint64_t lines, uint64_t spaces, uint64_t stops, bool *stop)
{
    const uint64_t behind = stops << 1 | *stop;
    *stop = stops >> 63;
    return lines | (spaces & behind);
}

static uint64_t cuts_scalar(const char *bytes, size_t length, bool *stop)
{
    uint64_t lines = 0, spaces = 0, stops = 0;
    for (size_t i = 0; i < length; i++) {
        const char c = bytes[i];
        const uint64_t bit = UINT64_C(1) << i;
        lines |= c == '\n' ? bit : 0;
        spaces |= c == ' ' || (c >= '\t' && c <= '\r') ? bit : 0;
        stops |= c == '.' || c == '!' || c == '?' ? bit : 0;
    }
    return join(lines, spaces, stops, stop);
}

#if EXPERTS_X86

#define AVX2 __attribute__((target("avx2")))
#define AVX512 __attribute__((target("avx512f,avx512bw")))

AVX2 static inline uint64_t equal32(__m256i low, __m256i high, char c)
{
    const __m256i all = _mm256_set1_epi8(c);
    const uint32_t first = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(low, all));
    const uint32_t second = (uint32_t)_mm256_movemask_epi8(_mm256_cmpeq_epi8(high, all));
    return first | (uint64_t)second << 32;
}

/* Bytes from tab to carriage return. */
AVX2 static inline __m256i controls32(__m256i bytes)
{
    const __m256i from_tab = _mm256_sub_epi8(bytes, _mm256_set1_epi8('\t'));
    return _mm256_cmpeq_epi8(_mm256_min_epu8(from_tab, _mm256_set1_epi8('\r' - '\t')), from_tab);
}

AVX2 static uint64_t cuts_avx2(const char *bytes, size_t length, bool *stop)
{
    if (length < BLOCK) {
        return cuts_scalar(bytes, length, stop);
    }
    const __m256i low = _mm256_loadu_si256((const void *)bytes);
    const __m256i high = _mm256_loadu_si256((const void *)(bytes + 32));
    const uint64_t controls = (uint32_t)_mm256_movemask_epi8(controls32(low)) |
                              (uint64_t)(uint32_t)_mm256_movemask_epi8(controls32(high)) << 32;
    const uint64_t stops =
        equal32(low, high, '.') | equal32(low, high, '!') | equal32(low, high, '?');
    return join(equal32(low, high, '\n'), equal32(low, high, ' ') | controls, stops, stop);
}

AVX512 static uint64_t cuts_avx512(const char *bytes, size_t length, bool *stop)
{
    const __mmask64 valid = length < BLOCK ? (UINT64_C(1) << length) - 1 : ~UINT64_C(0);
    const __m512i v = _mm512_maskz_loadu_epi8(valid, bytes);
    const __m512i from_tab = _mm512_sub_epi8(v, _mm512_set1_epi8('\t'));
    const uint64_t controls = _mm512_cmple_epu8_mask(from_tab, _mm512_set1_epi8('\r' - '\t'));
    const uint64_t spaces = controls | _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8(' '));
    const uint64_t stops = _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('.')) |
                           _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('!')) |
                           _mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('?'));
    return join(_mm512_cmpeq_epi8_mask(v, _mm512_set1_epi8('\n')), spaces, stops, stop);
}

#endif

const struct experts_cutter experts_cutters[] = {
    {"scalar", experts_has_any, cuts_scalar},
#if EXPERTS_X86
    {"avx2", experts_has_avx2, cuts_avx2},
    {"avx512", experts_has_avx512, cuts_avx512},
#endif
    {0},
};
