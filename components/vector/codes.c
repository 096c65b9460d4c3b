/* Codes of rows, smaller than the rows: binary16, int8, int4, 1 bit a number.
 *
 * A code says x = scale * (what its bytes mean), with the scale that makes the error least; the
 * 1-bit code's scale is RaBitQ's, |x|^2 / |x|_1, which makes estimates of products unbiased.  Codes
 * are made once, in doubles where a sum matters. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "vector_plan.h"
#include "wide/half.h"

#define LEAST 0x1p-100f        /* rows without a greater number become zeros */
#define INT4_STEP 0.3352       /* of the standard deviation: least error of 16 levels (Max 1960) */
#define ROUND_UP (1 + 0x1p-20) /* an error in doubles, as f32 that is not less */

static size_t stride_of(enum vector_code code, size_t dim)
{
    switch (code) {
    case VECTOR_F16:
        return dim * sizeof(uint16_t);
    case VECTOR_INT8:
        return (dim + INT8_BYTES - 1) / INT8_BYTES * INT8_BYTES;
    case VECTOR_INT4:
        return (dim + INT4_NUMBERS - 1) / INT4_NUMBERS * INT4_BYTES;
    case VECTOR_BITS:
        return (dim + 63) / 64 * sizeof(uint64_t);
    case VECTOR_F32:
    case VECTOR_CODES:
        break;
    }
    return dim * sizeof(float);
}

size_t vectors_bytes(const struct vectors *vectors, enum vector_code code)
{
    const size_t beside = code == VECTOR_F32    ? sizeof *vectors->lengths
                          : code == VECTOR_BITS ? 2 * sizeof(float) + sizeof(int32_t)
                          : code == VECTOR_INT8 ? 2 * sizeof(float)
                                                : sizeof(float);
    return stride_of(code, vectors->dim) + beside;
}

/* What a code got: its scale, and how it misses. */
struct made {
    double scale, error;
    int32_t ones;
};

static struct made make_f16(const float *row, size_t dim, double length, uint8_t *ret_code)
{
    const float inverse = length > (double)LEAST ? (float)(1 / length) : 0;
    for (size_t k = 0; k < dim; k++) {
        const uint16_t half = float_to_half(row[k] * inverse);
        memcpy(ret_code + k * sizeof half, &half, sizeof half);
    }
    return (struct made){.scale = length};
}

static struct made make_int8(const float *row, size_t dim, uint8_t *ret_code)
{
    float largest = 0;
    double error = 0;
    for (size_t k = 0; k < dim; k++) {
        largest = fmaxf(largest, fabsf(row[k]));
    }
    const float inverse = largest > LEAST ? 127 / largest : 0;
    const float scale = largest > LEAST ? largest / 127 : 0;
    for (size_t k = 0; k < dim; k++) {
        const float level = rintf(fminf(fmaxf(row[k] * inverse, -127), 127));
        const double missed = (double)row[k] - (double)scale * (double)level;
        error += missed * missed;
        ret_code[k] = (uint8_t)((int)level + INT8_MIDDLE);
    }
    return (struct made){.scale = (double)scale, .error = sqrt(error)};
}

static struct made make_int4(const float *row, size_t dim, double length, uint8_t *ret_code)
{
    const double step = INT4_STEP * length / sqrt((double)dim);
    const float inverse = step > (double)LEAST ? (float)(1 / step) : 0;
    double own = 0, both = 0;
    for (size_t k = 0; k < dim; k++) {
        const float level = fminf(fmaxf(floorf(row[k] * inverse + 8), 0), 15);
        const size_t byte = k / INT4_NUMBERS * INT4_BYTES + k % INT4_BYTES;
        ret_code[byte] |= (uint8_t)((unsigned)level << (k % INT4_NUMBERS / INT4_BYTES * 4));
        own += ((double)level - 7.5) * ((double)level - 7.5);
        both += ((double)level - 7.5) * (double)row[k];
    }
    return (struct made){.scale = both / own};
}

/* The angle between x and its signs, f = |x|_1 / (sqrt(dim) |x|), says how far estimates spread:
 * the part of x that they do not see is spread over dim - 1 directions. */
static struct made make_bits(const float *row, size_t dim, double length, uint8_t *ret_code)
{
    double sum = 0;
    int32_t ones = 0;
    for (size_t k = 0; k < dim; k++) {
        const bool is_set = row[k] > 0;
        sum += fabs((double)row[k]);
        ones += is_set;
        ret_code[k / 8] |= (uint8_t)(is_set << k % 8);
    }
    if (length <= (double)LEAST) {
        return (struct made){.ones = ones};
    }
    const double missed = length * length * (double)dim / (sum * sum) - 1;
    const double spread = length * sqrt(fmax(missed, 0) / fmax((double)dim - 1, 1));
    return (struct made){.scale = length * length / sum, .error = spread, .ones = ones};
}

static struct made make_code(enum vector_code code, const float *row, size_t dim, uint8_t *ret_code)
{
    double length = 0;
    for (size_t k = 0; k < dim; k++) {
        length += (double)row[k] * (double)row[k];
    }
    length = sqrt(length);
    switch (code) {
    case VECTOR_INT8:
        return make_int8(row, dim, ret_code);
    case VECTOR_INT4:
        return make_int4(row, dim, length, ret_code);
    case VECTOR_BITS:
        return make_bits(row, dim, length, ret_code);
    case VECTOR_F16:
    case VECTOR_F32:
    case VECTOR_CODES:
        break;
    }
    return make_f16(row, dim, length, ret_code);
}

/* Codes begin at a line, so that none of 64 bytes lies in two. */
static bool resize(struct code_rows *codes, size_t count, size_t stride)
{
    uint8_t *bytes = NULL;
    if (posix_memalign((void **)&bytes, LINE, count * stride + LINE) != 0) {
        return false;
    }
    madvise(bytes, count * stride, MADV_HUGEPAGE); /* fewer page walks; a hint */
    memset(bytes, 0, count * stride + LINE);
    if (codes->count > 0) {
        memcpy(bytes, codes->bytes, codes->count * stride);
    }
    free(codes->bytes);
    codes->bytes = bytes;
    codes->stride = stride;
    float *scales = realloc(codes->scales, count * sizeof *scales);
    codes->scales = scales != NULL ? scales : codes->scales;
    float *errors = realloc(codes->errors, count * sizeof *errors);
    codes->errors = errors != NULL ? errors : codes->errors;
    int32_t *ones = realloc(codes->ones, count * sizeof *ones);
    codes->ones = ones != NULL ? ones : codes->ones;
    return scales != NULL && errors != NULL && ones != NULL;
}

enum vector_status vectors_encode(struct vectors *vectors, enum vector_code code)
{
    if (vectors == NULL || (int)code <= VECTOR_F32 || code >= VECTOR_CODES) {
        return VECTOR_ERR_ARGUMENT;
    }
    struct code_rows *codes = &vectors->codes[code];
    const size_t dim = vectors->dim;
    if (codes->count == vectors->count) {
        return VECTOR_OK;
    }
    float *row = malloc(dim * sizeof *row);
    if (row == NULL || !resize(codes, vectors->count, stride_of(code, dim))) {
        free(row);
        return VECTOR_ERR_MEMORY;
    }
    for (size_t r = codes->count; r < vectors->count; r++) {
        memcpy(row, vectors_row(vectors, (uint32_t)r), dim * sizeof *row);
        if (code != VECTOR_F16) {
            vector_rotate(vectors->signs, dim, row);
        }
        const struct made made = make_code(code, row, dim, codes->bytes + r * codes->stride);
        const double unit = vectors->metric == VECTOR_COSINE ? (double)vectors->lengths[r] : 1;
        codes->scales[r] = (float)(made.scale / unit);
        codes->errors[r] = (float)(made.error / unit * ROUND_UP);
        codes->ones[r] = made.ones;
    }
    codes->count = vectors->count;
    free(row);
    return VECTOR_OK;
}
