/* Whole numbers of 8, 4 or 3 bits with a scale a group.
 *
 * The vector is rounded to int8 once for all rows, and with it goes what the codes' offset adds to
 * each sum, so that a row costs no correction. */
#include <math.h>
#include <string.h>

#include "kernels.h"

#define GROUP 32u
#define HALF (TILE / 2)

static float limit_of(unsigned bits)
{
    return (float)((1 << (bits - 1)) - 1);
}

/* Natural order -> the two registers of a tile. */
static void to_tile(const int8_t *from, int8_t *ret)
{
    for (unsigned j = 0; j < TILE_GROUPS; j++) {
        memcpy(ret + (size_t)16 * j, from + (size_t)GROUP * j, 16);
        memcpy(ret + HALF + (size_t)16 * j, from + (size_t)GROUP * j + 16, 16);
    }
}

static void pack_int4(const int8_t *tile, uint8_t *ret)
{
    for (unsigned b = 0; b < HALF; b++) {
        ret[b] = (uint8_t)((tile[b] + 8) | (tile[HALF + b] + 8) << 4);
    }
}

static void pack_int3(const int8_t *tile, uint8_t *ret)
{
    memset(ret, 0, TILE * 3 / 8);
    for (unsigned plane = 0; plane < 4; plane++) {
        for (unsigned b = 0; b < 32; b++) {
            ret[b] |= (uint8_t)(((tile[32 * plane + b] + 4) & 3) << 2 * plane);
        }
    }
    for (unsigned byte = 0; byte < TILE / 8; byte++) {
        for (unsigned b = 0; b < 8; b++) {
            ret[32 + byte] |= (uint8_t)((tile[8 * byte + b] >= 0) << b);
        }
    }
}

static void pack(const int8_t *tile, unsigned bits, uint8_t *ret)
{
    if (bits == 8) {
        memcpy(ret, tile, TILE);
    } else if (bits == 4) {
        pack_int4(tile, ret);
    } else {
        pack_int3(tile, ret);
    }
}

/* Rounds a tile, group by group, and writes the scales. */
static void round_tile(const struct weights_matrix *m, const float *w, uint16_t *scales,
                       int8_t *ret)
{
    const float limit = limit_of(weights_bits(m->options.format));
    for (unsigned at = 0; at < TILE; at += m->options.group) {
        const float greatest = m->kernel->greatest_magnitude(w + at, m->options.group);
        const uint16_t scale = bfloat_above(greatest >= 0x1p-100f ? greatest / limit : 0);
        const float inverse = scale != 0 ? 1 / bfloat_value(scale) : 0;
        m->kernel->round_all(w + at, m->options.group, inverse, limit, ret + at);
        scales[at / m->options.group] = scale;
    }
}

static enum weights_status encode(struct weights_matrix *m, const float *w)
{
    const size_t tile_bytes = TILE * weights_bits(m->options.format) / 8,
                 groups = TILE / m->options.group;
    for (size_t row = 0; row < m->rows; row++) {
        for (size_t t = 0; t < m->tiles; t++) {
            const float *from = w + row * m->cols + t * TILE;
            const size_t rest = m->cols - t * TILE;
            float padded[TILE] = {0};
            int8_t rounded[TILE], tile[TILE];
            if (rest < TILE) {
                memcpy(padded, from, rest * sizeof *from);
                from = padded;
            }
            round_tile(m, from, m->scales + row * m->scales_per_row + t * groups, rounded);
            to_tile(rounded, tile);
            pack(tile, weights_bits(m->options.format),
                 m->codes + row * m->stride + t * tile_bytes);
        }
    }
    return WEIGHTS_OK;
}

static void decode_row(const struct weights_matrix *m, size_t row, float *ret_w)
{
    const unsigned bits = weights_bits(m->options.format);
    const uint16_t *kept = m->scales + row * m->scales_per_row;
    for (size_t t = 0; t < m->tiles; t++) {
        const uint8_t *codes = m->codes + row * m->stride + t * (TILE * bits / 8);
        const size_t rest = m->cols - t * TILE;
        float scales[TILE_GROUPS], tile[TILE];
        for (unsigned j = 0; j < TILE_GROUPS; j++) {
            scales[j] =
                bfloat_value(m->options.group == GROUP ? kept[t * TILE_GROUPS + j] : kept[t]);
        }
        m->kernel->restore_tile(codes, bits, scales, rest < TILE ? tile : ret_w + t * TILE);
        if (rest < TILE) {
            memcpy(ret_w + t * TILE, tile, rest * sizeof *tile);
        }
    }
}

/* x as bytes in tile order, with scales and biases for each of a tile's sums. */
static void round_vector(struct weights_matrix *m, const float *x)
{
    const unsigned bits = weights_bits(m->options.format);
    const int zero = 1 << (bits - 1);
    for (size_t t = 0; t < m->tiles; t++) {
        const size_t rest = m->cols - t * TILE, count = rest < TILE ? rest : TILE;
        float padded[TILE] = {0};
        int8_t rounded[TILE], *tile = m->x.bytes + t * TILE;
        memcpy(padded, x + t * TILE, count * sizeof *x);
        for (unsigned j = 0; j < TILE_GROUPS; j++) {
            const float *group = padded + (size_t)GROUP * j;
            const float greatest = m->kernel->greatest_magnitude(group, GROUP);
            const bool any = greatest >= 0x1p-100f;
            m->kernel->round_all(group, GROUP, any ? 127 / greatest : 0, 127,
                                 rounded + (size_t)GROUP * j);
            for (unsigned lane = 4 * j; lane < 4 * j + 4; lane++) {
                m->x.scales[t * LANES + lane] = any ? greatest / 127 : 0;
            }
        }
        to_tile(rounded, tile);
        for (size_t lane = 0; lane < LANES; lane++) {
            int sum = 0;
            for (size_t b = 4 * lane; b < 4 * lane + 4; b++) {
                sum += tile[b] + tile[HALF + b];
            }
            m->x.bias[t * LANES + lane] = -zero * sum;
        }
    }
}

static void multiply(struct weights_matrix *m, const float *x, float *ret_y)
{
    struct weights_rows rows = {.tiles = m->tiles,
                                .bits = weights_bits(m->options.format),
                                .groups = TILE / m->options.group};
    round_vector(m, x);
    for (size_t row = 0; row < m->rows; row += ROWS_AT_ONCE) {
        const size_t rest = m->rows - row, count = rest < ROWS_AT_ONCE ? rest : ROWS_AT_ONCE;
        float products[ROWS_AT_ONCE];
        for (size_t r = 0; r < ROWS_AT_ONCE; r++) {
            const size_t own = row + (r < count ? r : count - 1);
            rows.codes[r] = m->codes + own * m->stride;
            rows.scales[r] = m->scales + own * m->scales_per_row;
        }
        m->kernel->dot_integers(&rows, &m->x, products);
        memcpy(ret_y + row, products, count * sizeof *products);
    }
}

const struct weights_format_ops weights_integers = {encode, decode_row, multiply};
