/* Kernels in portable C: what every machine has, and what the others are held against.
 *
 * A sum of floats has eight parts side by side, so that compilers may use whatever registers the
 * machine has without changing its order. */
#include <math.h>
#include <string.h>

#include "vector_kernels.h"

#define PARTS 8u

float vector_half_to_float(uint16_t half)
{
    const uint32_t sign = (uint32_t)(half & 0x8000u) << 16;
    const uint32_t magnitude = half & 0x7FFFu;
    uint32_t bits = sign | ((magnitude << 13) + ((127u - 15u) << 23));
    float value;
    if (magnitude >= 0x7C00u) { /* infinity and NaN */
        bits = sign | 0x7F800000u | (magnitude & 0x3FFu) << 13;
    } else if (magnitude < 0x400u) { /* zero and subnormal numbers: multiples of 2^-24 */
        value = (float)magnitude * 0x1p-24f;
        return sign != 0 ? -value : value;
    }
    memcpy(&value, &bits, sizeof value);
    return value;
}

/* The exponent is rebiased and 13 bits dropped. */
uint16_t vector_float_to_half(float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    const uint16_t sign = (uint16_t)(bits >> 16 & 0x8000u);
    const uint32_t magnitude = bits & 0x7FFFFFFFu;
    if (magnitude > 0x7F800000u) {
        return (uint16_t)(sign | 0x7E00u);
    }
    if (magnitude >= 0x477FF000u) { /* rounds to 65536 or more */
        return (uint16_t)(sign | 0x7C00u);
    }
    if (magnitude < 0x38800000u) { /* subnormal: a multiple of 2^-24, which rintf rounds to even */
        return (uint16_t)(sign | (uint16_t)rintf(fabsf(value) * 0x1p24f));
    }
    const uint32_t rebiased = magnitude - ((127u - 15u) << 23);
    return (uint16_t)(sign | (uint16_t)((rebiased + 0xFFFu + (rebiased >> 13 & 1)) >> 13));
}

INLINE float number_at(const char *row, size_t k)
{
    float number;
    memcpy(&number, row + k * sizeof number, sizeof number);
    return number;
}

INLINE float term(float a, float b, const enum vector_sum sum)
{
    return sum == VECTOR_SQUARES ? (a - b) * (a - b) : a * b;
}

INLINE float sum_of_row(const char *row, const float *query, size_t dim, const enum vector_sum sum)
{
    float parts[PARTS] = {0};
    const size_t whole = dim / PARTS * PARTS;
    for (size_t k = 0; k < whole; k += PARTS) {
        for (size_t lane = 0; lane < PARTS; lane++) {
            parts[lane] += term(query[k + lane], number_at(row, k + lane), sum);
        }
    }
    for (size_t k = whole; k < dim; k++) {
        parts[k - whole] += term(query[k], number_at(row, k), sum);
    }
    return ((parts[0] + parts[1]) + (parts[2] + parts[3])) +
           ((parts[4] + parts[5]) + (parts[6] + parts[7]));
}

static void sums_scalar(const struct vector_rows *rows, enum vector_sum sum, const float *query,
                        float *ret_sums)
{
    for (size_t r = 0; r < rows->count; r++) {
        const char *row = row_of(rows, r);
        ret_sums[r] = sum == VECTOR_SQUARES ? sum_of_row(row, query, rows->dim, VECTOR_SQUARES)
                                            : sum_of_row(row, query, rows->dim, VECTOR_PRODUCTS);
    }
}

static void tiles_scalar(const struct vector_rows *rows, enum vector_sum sum, const float *queries,
                         float *ret_sums)
{
    for (size_t r = 0; r < rows->count; r++) {
        const struct vector_rows one = {row_of(rows, r), NULL, 1, rows->stride, rows->dim};
        for (size_t q = 0; q < TILE; q++) {
            sums_scalar(&one, sum, queries + q * rows->dim, ret_sums + r * TILE + q);
        }
    }
}

static void dots_f16_scalar(const struct vector_rows *rows, const float *query, float *ret_dots)
{
    for (size_t r = 0; r < rows->count; r++) {
        const char *row = row_of(rows, r);
        float parts[PARTS] = {0};
        for (size_t k = 0; k < rows->dim; k++) {
            uint16_t half;
            memcpy(&half, row + k * sizeof half, sizeof half);
            parts[k % PARTS] += query[k] * vector_half_to_float(half);
        }
        ret_dots[r] = ((parts[0] + parts[1]) + (parts[2] + parts[3])) +
                      ((parts[4] + parts[5]) + (parts[6] + parts[7]));
    }
}

static void dots_int8_scalar(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots)
{
    for (size_t r = 0; r < rows->count; r++) {
        const uint8_t *row = (const uint8_t *)row_of(rows, r);
        int32_t sum = 0;
        for (size_t k = 0; k < rows->dim; k++) {
            sum += row[k] * query[k];
        }
        ret_dots[r] = sum;
    }
}

static void dots_int4_scalar(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots)
{
    for (size_t r = 0; r < rows->count; r++) {
        const uint8_t *row = (const uint8_t *)row_of(rows, r);
        int32_t sum = 0;
        for (size_t block = 0; block < rows->dim / INT4_BYTES; block++) {
            const int8_t *own = query + int4_place(block * INT4_NUMBERS);
            for (size_t k = 0; k < INT4_BYTES; k++) {
                const uint8_t byte = row[block * INT4_BYTES + k];
                sum += (byte & 15) * own[k] + (byte >> 4) * own[64 + k];
            }
        }
        ret_dots[r] = sum;
    }
}

static void dots_bits_scalar(const struct vector_rows *rows, const uint64_t *planes,
                             int32_t *ret_dots)
{
    const size_t words = rows->dim / sizeof *planes;
    for (size_t r = 0; r < rows->count; r++) {
        const char *row = row_of(rows, r);
        int32_t sum = 0;
        for (size_t w = 0; w < words; w++) {
            uint64_t bits;
            memcpy(&bits, row + w * sizeof bits, sizeof bits);
            for (unsigned p = 0; p < PLANES; p++) {
                sum += __builtin_popcountll(bits & planes[p * words + w]) << p;
            }
        }
        ret_dots[r] = sum;
    }
}

static bool has_any(void)
{
    return true;
}

const struct vector_kernel vector_scalar = {
    "scalar",        has_any,          sums_scalar,      tiles_scalar,
    dots_f16_scalar, dots_int8_scalar, dots_int4_scalar, dots_bits_scalar,
};

const struct vector_kernel *const vector_kernels[] = {
    &vector_scalar,
#if VECTOR_X86
    &vector_avx2,   &vector_avx512, &vector_vnni,
#endif
    NULL,
};

const struct vector_kernel *vector_kernel_fastest(void)
{
    const struct vector_kernel *best = vector_kernels[0];
    for (size_t i = 0; vector_kernels[i] != NULL; i++) {
        best = vector_kernels[i]->available() ? vector_kernels[i] : best;
    }
    return best;
}
