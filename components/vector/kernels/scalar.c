/* Kernels in portable C: what every machine has, and what the others are held against.  Floats are
 * vectors of four, which are loops where there are none. */
#define KERNEL
#define WIDTH 4u
#define TILE_ROWS 2u
#include "floats.h"

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
    .name = "scalar",
    .available = has_any,
    FLOATS,
    .dots_int8 = dots_int8_scalar,
    .dots_int4 = dots_int4_scalar,
    .dots_bits = dots_bits_scalar,
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
