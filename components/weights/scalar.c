/* The kernel for every processor: the loops as they are, and the definitions of the products.
 *
 * Codes are unpacked a tile at a time into the order of kernels.h, so that a product is a plain
 * sum.
 */
#define KERNEL
#define WIDTH 4u
#include "search.h"

static bool available(void)
{
    return true;
}

static float dot_row(const struct weights_rows *rows, size_t r, const struct weights_activations *x)
{
    const size_t bytes = TILE * rows->bits / 8;
    float sum = 0;
    for (size_t t = 0; t < rows->tiles; t++) {
        int8_t w[TILE];
        loop_unpack(rows->codes[r] + t * bytes, rows->bits, w);
        for (unsigned g = 0; g < TILE_GROUPS; g++) {
            int32_t dot = 0;
            for (unsigned b = 16 * g; b < 16 * g + 16; b++) {
                /* NOLINTNEXTLINE(clang-analyzer-core.UndefinedBinaryOperatorResult): unpacked */
                dot += w[b] * x->bytes[t * TILE + b] +
                       w[TILE / 2 + b] * x->bytes[t * TILE + TILE / 2 + b];
            }
            const uint16_t scale = rows->scales[r][t * rows->groups + (rows->groups > 1 ? g : 0)];
            sum += (float)dot * (bfloat_value(scale) * x->scales[t * LANES + 4 * g]);
        }
    }
    return sum;
}

static void dot_integers(const struct weights_rows *rows, const struct weights_activations *x,
                         float *ret)
{
    for (size_t r = 0; r < ROWS_AT_ONCE; r++) {
        ret[r] = dot_row(rows, r, x);
    }
}

static void dot_ternary(const struct weights_rows *rows, const int8_t *bytes, int64_t *ret)
{
    for (size_t r = 0; r < ROWS_AT_ONCE; r++) {
        ret[r] = 0;
        for (size_t b = 0; b < rows->tiles * 64; b++) {
            const int8_t *x = bytes + b / 64 * TILE_TERNARY + b % 64;
            const unsigned code = rows->codes[r][b];
            ret[r] += (int)(code & 3) * x[0] + (int)(code >> 2 & 3) * x[64] +
                      (int)(code >> 4 & 3) * x[128] + (int)(code >> 6) * x[192];
        }
    }
}

const struct weights_kernel weights_scalar = {
    .name = "scalar",
    .available = available,
    .dot_integers = dot_integers,
    .dot_ternary = dot_ternary,
    SEARCHES,
    LOOPS,
};
