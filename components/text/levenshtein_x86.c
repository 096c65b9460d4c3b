/* Levenshtein tiles with AVX2 (4 patterns) and AVX-512 (8 patterns): levenshtein.c tells why.
 *
 * Both follow block_step there.  The bits that cross from one block to the next stay where they
 * are, as bit 63 of whole registers, and are shifted in by the next block: with AVX-512 one
 * funnel shift (VBMI2) does "times two, plus the carry".  Ternary logic joins "or not or". */
#include "levenshtein.h"

#if TEXT_X86

#include <immintrin.h>

#define AVX2 __attribute__((target("avx2,popcnt")))
#define AVX512 __attribute__((target("avx512f,avx512dq,avx512vbmi2,avx512vpopcntdq")))
#define INLINE inline __attribute__((always_inline))

/* Truth tables for _mm512_ternarylogic_epi64(a, b, c). */
#define A_OR_NOT_B_OR_C 0xF1 /* a | ~(b | c) */
#define A_XOR_B_OR_C 0xBE    /* (a ^ b) | c */
#define A_OR_B_AND_C 0xA8    /* (a | b) & c */

struct block8 {
    __m512i plus, minus;
};

AVX512 static INLINE struct block8 start8(void)
{
    return (struct block8){_mm512_set1_epi64(-1), _mm512_setzero_si512()};
}

AVX512 static INLINE struct block8 edge_in8(struct carry carry)
{
    const __m512i ones = _mm512_set1_epi64(-1);
    return (struct block8){_mm512_maskz_mov_epi64(carry.plus, ones),
                           _mm512_maskz_mov_epi64(carry.minus, ones)};
}

AVX512 static INLINE struct carry edge_out8(struct block8 edge)
{
    return (struct carry){_mm512_movepi64_mask(edge.plus), _mm512_movepi64_mask(edge.minus)};
}

/* One block of 8 lanes, one column.  `above` has the horizontal differences of the block above, of
 * which only bit 63 matters; the result has those of this block. */
AVX512 static INLINE struct block8 step8(struct block8 *block, const uint64_t *matches,
                                         struct block8 above)
{
    const __m512i plus = block->plus, minus = block->minus, match = _mm512_load_si512(matches);
    const __m512i low = _mm512_srli_epi64(above.minus, 63);
    const __m512i both = _mm512_ternarylogic_epi64(match, low, plus, A_OR_B_AND_C);
    const __m512i sum = _mm512_add_epi64(both, plus);
    const __m512i diagonal =
        _mm512_ternarylogic_epi64(sum, plus, _mm512_or_si512(match, low), A_XOR_B_OR_C);
    const __m512i vertical = _mm512_or_si512(match, minus);
    const __m512i up = _mm512_ternarylogic_epi64(minus, diagonal, plus, A_OR_NOT_B_OR_C);
    const __m512i down = _mm512_and_si512(plus, diagonal);
    const __m512i up_moved = _mm512_shldi_epi64(up, above.plus, 1);
    const __m512i down_moved = _mm512_shldi_epi64(down, above.minus, 1);
    block->plus = _mm512_ternarylogic_epi64(down_moved, vertical, up_moved, A_OR_NOT_B_OR_C);
    block->minus = _mm512_and_si512(up_moved, vertical);
    return (struct block8){up, down};
}

AVX512 static INLINE void score8(const struct tile *tile, const struct block8 *state,
                                 int64_t *scores)
{
    __m512i sum = _mm512_loadu_si512(scores);
    for (size_t b = 0; b < tile->blocks; b++) {
        const __m512i valid = _mm512_loadu_si512(tile->valid + b * 8);
        const __m512i plus = _mm512_popcnt_epi64(_mm512_and_si512(state[b].plus, valid));
        const __m512i minus = _mm512_popcnt_epi64(_mm512_and_si512(state[b].minus, valid));
        sum = _mm512_add_epi64(sum, _mm512_sub_epi64(plus, minus));
    }
    _mm512_storeu_si512(scores, sum);
}

#define COLUMNS columns8
#define LANES 8u
#define TARGET AVX512
#define BLOCK struct block8
#define START start8
#define EDGE_IN edge_in8
#define EDGE_OUT edge_out8
#define STEP step8
#include "levenshtein_columns.h"

AVX512 void tile_avx512(const struct tile *tile, const uint16_t *text, size_t length,
                        struct carry *carries, int64_t *scores)
{
    struct block8 state[TILE_BLOCKS_MAX];
#define CASE(blocks)                                                                               \
    case blocks:                                                                                   \
        columns8(tile, text, length, carries, state, blocks);                                      \
        break;
    switch (tile->blocks) {
        TILE_BLOCKS(CASE)
    }
#undef CASE
    score8(tile, state, scores);
}

struct block4 {
    __m256i plus, minus;
};

/* Lanes of ones where the low four bits of a carry are set. */
static const int64_t CARRY_LANES[16][4] = {
    {0, 0, 0, 0},   {-1, 0, 0, 0},   {0, -1, 0, 0},   {-1, -1, 0, 0},
    {0, 0, -1, 0},  {-1, 0, -1, 0},  {0, -1, -1, 0},  {-1, -1, -1, 0},
    {0, 0, 0, -1},  {-1, 0, 0, -1},  {0, -1, 0, -1},  {-1, -1, 0, -1},
    {0, 0, -1, -1}, {-1, 0, -1, -1}, {0, -1, -1, -1}, {-1, -1, -1, -1},
};

AVX2 static INLINE __m256i load4(const void *lanes)
{
    return _mm256_loadu_si256((const __m256i *)lanes);
}

/* a | ~(b | c) */
AVX2 static INLINE __m256i or_not_or4(__m256i a, __m256i b, __m256i c)
{
    const __m256i neither = _mm256_andnot_si256(_mm256_or_si256(b, c), _mm256_set1_epi64x(-1));
    return _mm256_or_si256(a, neither);
}

AVX2 static INLINE struct block4 start4(void)
{
    return (struct block4){_mm256_set1_epi64x(-1), _mm256_setzero_si256()};
}

AVX2 static INLINE struct block4 edge_in4(struct carry carry)
{
    return (struct block4){load4(CARRY_LANES[carry.plus % 16u]),
                           load4(CARRY_LANES[carry.minus % 16u])};
}

AVX2 static INLINE struct carry edge_out4(struct block4 edge)
{
    return (struct carry){(uint8_t)_mm256_movemask_pd(_mm256_castsi256_pd(edge.plus)),
                          (uint8_t)_mm256_movemask_pd(_mm256_castsi256_pd(edge.minus))};
}

/* step8 with 4 lanes. */
AVX2 static INLINE struct block4 step4(struct block4 *block, const uint64_t *matches,
                                       struct block4 above)
{
    const __m256i plus = block->plus, minus = block->minus, match = load4(matches);
    const __m256i low = _mm256_srli_epi64(above.minus, 63);
    const __m256i matched = _mm256_or_si256(match, low);
    const __m256i sum = _mm256_add_epi64(_mm256_and_si256(matched, plus), plus);
    const __m256i diagonal = _mm256_or_si256(_mm256_xor_si256(sum, plus), matched);
    const __m256i vertical = _mm256_or_si256(match, minus);
    const __m256i up = or_not_or4(minus, diagonal, plus);
    const __m256i down = _mm256_and_si256(plus, diagonal);
    const __m256i up_moved =
        _mm256_or_si256(_mm256_add_epi64(up, up), _mm256_srli_epi64(above.plus, 63));
    const __m256i down_moved = _mm256_or_si256(_mm256_add_epi64(down, down), low);
    block->plus = or_not_or4(down_moved, vertical, up_moved);
    block->minus = _mm256_and_si256(up_moved, vertical);
    return (struct block4){up, down};
}

AVX2 static INLINE void score4(const struct tile *tile, const struct block4 *state, int64_t *scores)
{
    for (size_t b = 0; b < tile->blocks; b++) {
        const __m256i valid = load4(tile->valid + b * 4);
        uint64_t plus[4], minus[4];
        _mm256_storeu_si256((__m256i *)(void *)plus, _mm256_and_si256(state[b].plus, valid));
        _mm256_storeu_si256((__m256i *)(void *)minus, _mm256_and_si256(state[b].minus, valid));
        for (size_t lane = 0; lane < 4; lane++) {
            scores[lane] += __builtin_popcountll(plus[lane]) - __builtin_popcountll(minus[lane]);
        }
    }
}

#define COLUMNS columns4
#define LANES 4u
#define TARGET AVX2
#define BLOCK struct block4
#define START start4
#define EDGE_IN edge_in4
#define EDGE_OUT edge_out4
#define STEP step4
#include "levenshtein_columns.h"

AVX2 void tile_avx2(const struct tile *tile, const uint16_t *text, size_t length,
                    struct carry *carries, int64_t *scores)
{
    struct block4 state[TILE_BLOCKS_MAX];
#define CASE(blocks)                                                                               \
    case blocks:                                                                                   \
        columns4(tile, text, length, carries, state, blocks);                                      \
        break;
    switch (tile->blocks) {
        TILE_BLOCKS(CASE)
    }
#undef CASE
    score4(tile, state, scores);
}

#else
typedef int text_levenshtein_x86_is_empty;
#endif
