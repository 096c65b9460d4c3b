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

/* The 128 numbers of a block, 0 .. 31, in loops that a compiler makes vectors of. */
static void join_fifths(const uint8_t *block, uint8_t ret_values[INT5_NUMBERS])
{
    uint8_t copies[INT5_NUMBERS], places[INT5_NUMBERS];
    for (size_t k = 0; k < INT5_NUMBERS; k += 8) {
        static const uint8_t PLACES[8] = {1, 2, 4, 8, 16, 32, 64, 128};
        memset(copies + k, block[INT5_HALVES + k / 8], 8);
        memcpy(places + k, PLACES, 8);
    }
    for (size_t k = 0; k < INT5_HALVES; k++) {
        ret_values[k] = block[k] & 15;
        ret_values[INT5_HALVES + k] = block[k] >> 4;
    }
    for (size_t k = 0; k < INT5_NUMBERS; k++) {
        ret_values[k] |= (copies[k] & places[k]) != 0 ? 16 : 0;
    }
}

static int32_t dot_int5(const uint8_t *block, const int8_t *query)
{
    uint8_t values[INT5_NUMBERS];
    int32_t sum = 0;
    join_fifths(block, values);
    for (size_t k = 0; k < INT5_NUMBERS; k++) {
        sum += values[k] * (int16_t)(INT5_HIGH * query[k] + query[INT5_NUMBERS + k]);
    }
    return sum;
}

static void dots_int5_scalar(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots)
{
    for (size_t r = 0; r < rows->count; r++) {
        const uint8_t *row = (const uint8_t *)row_of(rows, r);
        int32_t sum = 0;
        for (size_t block = 0; block < rows->dim / INT5_BYTES; block++) {
            sum += dot_int5(row + block * INT5_BYTES, query + block * INT5_QUERY);
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
    .dots_int5 = dots_int5_scalar,
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
