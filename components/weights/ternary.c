/* -1, 0 and 1 with one scale: BitNet b1.58 (arXiv 2402.17764, section 2).
 *
 * scale = mean |w|, weight = round(w / scale) within -1 .. 1; so weights up to half a scale from
 * zero, ties included, become zero.  The vector is rounded to int8 with the scale of its greatest
 * magnitude, and a product is whole numbers until two multiplications a row. */
#include <math.h>
#include <string.h>

#include "kernels.h"

#define TINY 1e-30 /* a scale below it is zero */

static void encode_row(const struct weights_matrix *m, const float *w, float threshold,
                       uint8_t *ret_codes)
{
    for (size_t t = 0; t < m->tiles; t++) {
        const size_t rest = m->cols - t * TILE_TERNARY;
        uint8_t codes[TILE_TERNARY];
        memset(codes, 1, sizeof codes);
        m->kernel->ternarize(w + t * TILE_TERNARY, rest < TILE_TERNARY ? rest : TILE_TERNARY,
                             threshold, codes);
        m->kernel->pack_ternary(codes, ret_codes + t * TILE_TERNARY / 4);
    }
}

static enum weights_status encode(struct weights_matrix *m, const float *w)
{
    const size_t count = m->rows * m->cols;
    size_t above;
    const double mean = m->kernel->sum_above(w, count, -1, &above) / (double)count;
    m->scale = mean > TINY ? (float)mean : 0;
    const float threshold = m->scale > 0 ? m->scale / 2 : INFINITY;
    for (size_t row = 0; row < m->rows; row++) {
        encode_row(m, w + row * m->cols, threshold, m->codes + row * m->stride);
    }
    /* Of all scales for these codes the mean magnitude of what did not become zero has the least
     * squared error. */
    if (m->options.least_squares && m->scale > 0) {
        const double sum = m->kernel->sum_above(w, count, threshold, &above);
        m->scale = (float)(sum / (double)above);
    }
    return WEIGHTS_OK;
}

static void decode_row(const struct weights_matrix *m, size_t row, float *ret_w)
{
    for (size_t t = 0; t < m->tiles; t++) {
        const uint8_t *codes = m->codes + row * m->stride + t * TILE_TERNARY / 4;
        const size_t first = t * TILE_TERNARY, rest = m->cols - first;
        float tile[TILE_TERNARY];
        m->kernel->restore_ternary(codes, m->scale, rest < TILE_TERNARY ? tile : ret_w + first);
        if (rest < TILE_TERNARY) {
            memcpy(ret_w + first, tile, rest * sizeof *tile);
        }
    }
}

static void round_vector(struct weights_matrix *m, const float *x)
{
    const float greatest = m->kernel->greatest_magnitude(x, m->cols);
    const bool any = greatest >= 0x1p-100f;
    m->x.scale = any ? greatest / 127 : 0;
    m->kernel->round_all(x, m->cols, any ? 127 / greatest : 0, 127, m->x.bytes);
    m->x.total = 0;
    for (size_t k = 0; k < m->cols; k++) {
        m->x.total += m->x.bytes[k];
    }
}

static void multiply(struct weights_matrix *m, const float *x, float *ret_y)
{
    struct weights_rows rows = {.tiles = m->tiles};
    round_vector(m, x);
    const double scale = (double)m->scale * (double)m->x.scale;
    for (size_t row = 0; row < m->rows; row += ROWS_AT_ONCE) {
        const size_t rest = m->rows - row, count = rest < ROWS_AT_ONCE ? rest : ROWS_AT_ONCE;
        int64_t products[ROWS_AT_ONCE];
        for (size_t r = 0; r < ROWS_AT_ONCE; r++) {
            rows.codes[r] = m->codes + (row + (r < count ? r : count - 1)) * m->stride;
        }
        m->kernel->dot_ternary(&rows, m->x.bytes, products);
        for (size_t r = 0; r < count; r++) {
            ret_y[row + r] = (float)(scale * (double)(products[r] - m->x.total));
        }
    }
}

const struct weights_format_ops weights_ternary = {encode, decode_row, multiply};
