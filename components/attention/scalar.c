/* Kernels in portable C: what every machine has, and what the others are held against.
 *
 * A product has eight sums side by side, so that compilers may use whatever registers the machine
 * has without changing the order of a sum. */
#include "curves.h"
#include "self/tiles.h"

#define SUMS 8u

float half_to_float(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t magnitude = half & 0x7FFFu;
    if (magnitude >= 0x7C00u) { /* infinity and NaN */
        return float_of(sign | 0x7F800000u | (magnitude & 0x3FFu) << 13);
    }
    if (magnitude < 0x400u) { /* zero and subnormal numbers: multiples of 2^-24 */
        const float value = (float)magnitude * 0x1p-24f;
        return sign != 0 ? -value : value;
    }
    return float_of(sign | ((magnitude << 13) + ((127u - 15u) << 23)));
}

INLINE float element(const char *row, size_t k, const enum attention_type type)
{
    float number;
    uint16_t half;
    switch (type) {
    case ATTENTION_F16:
        memcpy(&half, row + k * sizeof half, sizeof half);
        return half_to_float(half);
    case ATTENTION_INT8:
        return (float)((const int8_t *)row)[k];
    case ATTENTION_F32:
    default:
        memcpy(&number, row + k * sizeof number, sizeof number);
        return number;
    }
}

INLINE float sum_of(const float sums[SUMS])
{
    return ((sums[0] + sums[1]) + (sums[2] + sums[3])) +
           ((sums[4] + sums[5]) + (sums[6] + sums[7]));
}

INLINE float dot(const char *row, const float *query, size_t dim, const enum attention_type type)
{
    float sums[SUMS] = {0};
    const size_t whole = dim / SUMS * SUMS;
    for (size_t k = 0; k < whole; k += SUMS) {
        for (size_t lane = 0; lane < SUMS; lane++) {
            sums[lane] += query[k + lane] * element(row, k + lane, type);
        }
    }
    for (size_t k = whole; k < dim; k++) {
        sums[k - whole] += query[k] * element(row, k, type);
    }
    return sum_of(sums);
}

INLINE void dots_of(const struct attention_rows *rows, const float *query, float *ret_dots,
                    const enum attention_type type)
{
    for (size_t r = 0; r < rows->count; r++) {
        const char *row = row_of(rows, r);
        for (size_t h = 0; h < rows->heads; h++) {
            ret_dots[h * rows->pitch + r] =
                dot(row + h * rows->head_stride, query + h * rows->dim, rows->dim, type);
        }
    }
}

static void dots_scalar(const struct attention_rows *rows, const float *query, float *ret_dots)
{
    switch (rows->type) {
    case ATTENTION_F32:
        dots_of(rows, query, ret_dots, ATTENTION_F32);
        break;
    case ATTENTION_F16:
        dots_of(rows, query, ret_dots, ATTENTION_F16);
        break;
    case ATTENTION_INT8:
        dots_of(rows, query, ret_dots, ATTENTION_INT8);
        break;
    }
}

static void distances_scalar(const struct attention_rows *rows, const float *query,
                             float *ret_squares, float *ret_norms)
{
    const size_t dim = rows->dim;
    for (size_t r = 0; r < rows->count; r++) {
        for (size_t h = 0; h < rows->heads; h++) {
            const char *row = row_of(rows, r) + h * rows->head_stride;
            float squares[SUMS] = {0}, norms[SUMS] = {0};
            for (size_t k = 0; k < dim; k++) {
                const float value = element(row, k, rows->type);
                const float difference = query[h * dim + k] - value;
                squares[k % SUMS] += difference * difference;
                norms[k % SUMS] += value * value;
            }
            ret_squares[h * rows->pitch + r] = sum_of(squares);
            ret_norms[h * rows->pitch + r] = sum_of(norms);
        }
    }
}

INLINE void blend_of(const struct attention_rows *rows, const float *weights, float *sums,
                     const enum attention_type type)
{
    for (size_t r = 0; r < rows->count; r++) {
        for (size_t h = 0; h < rows->heads; h++) {
            const char *row = row_of(rows, r) + h * rows->head_stride;
            const float weight = weights[h * rows->pitch + r];
            float *to = sums + h * rows->dim;
            for (size_t k = 0; k < rows->dim; k++) {
                to[k] += weight * element(row, k, type);
            }
        }
    }
}

static void blend_scalar(const struct attention_rows *rows, const float *weights, float *sums)
{
    switch (rows->type) {
    case ATTENTION_F32:
        blend_of(rows, weights, sums, ATTENTION_F32);
        break;
    case ATTENTION_F16:
        blend_of(rows, weights, sums, ATTENTION_F16);
        break;
    case ATTENTION_INT8:
        blend_of(rows, weights, sums, ATTENTION_INT8);
        break;
    }
}

static float greatest_scalar(const float *scores, size_t count)
{
    return greatest_in(scores, count);
}

static float weigh_scalar(float *scores, size_t count, float greatest)
{
    return weigh_in(scores, count, greatest);
}

static void bend_scalar(const struct attention_curve *curve, size_t count, const float *norms,
                        float *scores)
{
    bend_in(curve, count, norms, scores);
}

static bool has_any(void)
{
    return true;
}

const struct attention_kernel attention_scalar = {
    "scalar",        has_any,      dots_scalar, distances_scalar,       blend_scalar,
    greatest_scalar, weigh_scalar, bend_scalar, &attention_tiles_scalar};
