/* What the formats share: the encoded matrix, prepared vectors, and the arithmetic in each kernel.
 * Internal.
 *
 * A tile is 128 weights of a row.  As bytes it is two registers of 64, `first` and `second`: weight
 * 32 j + i of the tile is byte 16 j + i of the first, weight 32 j + 16 + i that of the second.  So
 * four sums of 32 bits, side by side, belong to one group of 32 weights, whatever the width of a
 * register.  Packed:
 *
 *   int8   128 bytes: the first, the second; signed
 *   int4    64 bytes: low halves are the first, high halves the second; 8 is zero
 *   int3    48 bytes: 32 with two bits of byte b of the first, of byte 32 + b of it, and of both of
 *           the second; then a bit of each byte of the first, 8 bytes, and of the second; 4 is zero
 *
 * Ternary rows come in tiles of 256 weights, 64 bytes: byte b has weights b, 64 + b, 128 + b and
 * 192 + b, two bits each, lowest first; 1 is zero. */
#ifndef WEIGHTS_KERNELS_H
#define WEIGHTS_KERNELS_H

#include "weights.h"

#if defined(__x86_64__)
#define WEIGHTS_X86 1
#else
#define WEIGHTS_X86 0
#endif

#define TILE 128u
#define TILE_GROUPS 4u /* of 32 */
#define TILE_TERNARY 256u
#define ROWS_AT_ONCE 4u /* streams of memory that are read side by side */
#define LANES 16u       /* sums of a tile */
#define MAGNITUDE_MAX 0x1p100f
#define NEAREST_AT_ONCE 32u /* vectors that meet a codebook together */
#define SEEDS 65535u        /* states of the register: all but zero */
#define SEED_NUMBERS                                                                               \
    (SEEDS + 128u) /* those of the first states again, for blocks that wrap around */
#define SEED_CHUNK 256u
#define SEED_CHUNKS ((SEEDS + 1) / SEED_CHUNK)
#define SEED_BLOCKS 4u /* of weights that meet all seeds together */
/* of each block: energies, the greatest of each chunk */
#define SEED_SCRATCH (SEED_BLOCKS * (SEEDS + 1 + SEED_CHUNKS))
#define BLOCK_MAX 12u
#define COEFFICIENTS_MAX 4u
#define FACTORS_MAX 10u /* of a lower triangle of COEFFICIENTS_MAX rows */

/* A vector as int8, in the order of tiles. */
struct weights_activations {
    int8_t *bytes; /* tiles * TILE, or natural order for ternary */
    int32_t *bias; /* tiles * LANES: -zero times the sum of the bytes of that lane */
    float *scales; /* tiles * LANES */
    int64_t total; /* ternary: sum of all bytes */
    float scale;   /* ternary: of the whole vector */
};

/* ROWS_AT_ONCE rows of codes; the last ones may repeat. */
struct weights_rows {
    const uint8_t *codes[ROWS_AT_ONCE];
    const uint16_t *scales[ROWS_AT_ONCE]; /* bfloat16, `groups` a tile */
    size_t tiles;
    unsigned bits;   /* 8, 4, 3 */
    unsigned groups; /* scales a tile: 1 or 4 */
};

/* Of each state of the register, in order of the sequence: the inverse of the Cholesky factor of
 * U' U, row by row, one array a number; zeros where U has too little rank. */
struct weights_factors {
    const float *states; /* the sequence */
    const float *of[FACTORS_MAX];
    unsigned coefficients, block;
};

/* Blocks of weights, and what becomes of them: with b_j = sum over i of w[i] * states[p + j * block
 * + i], |L^-1 b|^2 is what the best coefficients of place p take away from the block's square; of
 * SEEDS + 1 places, the last of which is none, and the greatest of each SEED_CHUNK. */
struct weights_blocks {
    size_t count; /* 1 .. SEED_BLOCKS */
    float weights[SEED_BLOCKS][BLOCK_MAX];
    float *energies[SEED_BLOCKS], *chunks[SEED_BLOCKS];
};

struct weights_book {
    float *entries; /* count rows of `length` numbers */
    float *halves;  /* half the square of each one's length */
    size_t count;
    unsigned length;
};

struct weights_kernel {
    const char *name;
    bool (*available)(void);

    /* ret[r] = product of row r with x */
    void (*dot_integers)(const struct weights_rows *rows, const struct weights_activations *x,
                         float *ret);
    /* ret[r] = sum of code times byte, codes 0 .. 2; tiles of 256 */
    void (*dot_ternary)(const struct weights_rows *rows, const int8_t *bytes, int64_t *ret);
    /* sum of a[i] * b[i] */
    float (*dot)(const float *a, const float *b, size_t count);
    /* The sum over codes i of <book[i-th code], x + i * length> */
    float (*dot_vectors)(const struct weights_book *book, const uint16_t *codes, size_t count,
                         const float *x);

    /* A tile in natural order as f32, by the scale of each 32 numbers */
    void (*restore_tile)(const uint8_t *codes, unsigned bits, const float *scales, float *ret);
    /* TILE_TERNARY weights */
    void (*restore_ternary)(const uint8_t *codes, float scale, float *ret);
    /* Entries one after the other, put down or added to what is there */
    void (*restore_vectors)(const struct weights_book *book, const uint16_t *codes, size_t count,
                            bool add, float *ret);

    /* Sum and number of the magnitudes above a threshold; below zero: of all. */
    double (*sum_above)(const float *w, size_t count, float threshold, size_t *ret_above);
    /* NaN when one is NaN */
    float (*greatest_magnitude)(const float *w, size_t count);
    /* Codes 0, 1, 2 of weights below -threshold, between, above threshold */
    void (*ternarize)(const float *w, size_t count, float threshold, uint8_t *ret_codes);
    /* round(w * inverse), ties to even, within +-limit */
    void (*round_all)(const float *w, size_t count, float inverse, float limit, int8_t *ret);
    /* Packs TILE_TERNARY codes into 64 bytes. */
    void (*pack_ternary)(const uint8_t *codes, uint8_t *ret_packed);

    void (*energies)(const struct weights_factors *factors, const struct weights_blocks *blocks);
    /* The nearest entry of each of NEAREST_AT_ONCE vectors, which lie side by side: number j of
     * vector l is x[j * NEAREST_AT_ONCE + l].  Of equals the first. */
    void (*nearest)(const struct weights_book *book, const float *x, uint32_t *ret_entries);
};

extern const struct weights_kernel weights_scalar, weights_avx2, weights_avx512;

/* ---- the matrix ---- */

struct weights_matrix {
    struct weights_options options;
    const struct weights_kernel *kernel;
    size_t rows, cols;
    size_t stride; /* bytes of a row of codes */
    size_t tiles;  /* of a row; blocks of seeds, codes of vectors */
    uint8_t *codes;
    uint16_t *scales; /* bfloat16 */
    size_t scales_per_row;
    float *row_scales; /* seeds */
    float scale;       /* ternary */
    struct weights_book books[2];
    struct weights_activations x;
    float *scratch;
    size_t bytes;
};

/* One format: fills what weights_encode has made room for, and takes it apart. */
struct weights_format_ops {
    enum weights_status (*encode)(struct weights_matrix *m, const float *w);
    void (*decode_row)(const struct weights_matrix *m, size_t row, float *ret_w);
    void (*multiply)(struct weights_matrix *m, const float *x, float *ret_y);
};

extern const struct weights_format_ops weights_integers, weights_ternary, weights_seedlm,
    weights_vectors;

/* Zeroed memory at a multiple of 64 bytes, freed by free(); NULL when there is none. */
void *weights_room(size_t count, size_t size);

/* Bits of a whole number. */
static inline unsigned weights_bits(enum weights_format format)
{
    return format == WEIGHTS_INT8 ? 8 : format == WEIGHTS_INT4 ? 4 : 3;
}

/* The least bfloat16 that is not less than a value >= 0. */
static inline uint16_t bfloat_above(float value)
{
    union {
        float value;
        uint32_t bits;
    } as = {.value = value};
    return (uint16_t)((as.bits + 0xFFFFu) >> 16);
}

static inline float bfloat_value(uint16_t bits)
{
    union {
        uint32_t bits;
        float value;
    } as = {.bits = (uint32_t)bits << 16};
    return as.value;
}

#endif
