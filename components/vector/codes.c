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

#define LEAST 0x1p-100f  /* rows without a greater number become zeros */
#define INT4_STEP 0.3352 /* of the standard deviation: least error of 16 levels (Max 1960) */
#define INT5_STEP 0.2    /* a little more than least error: less is left beyond the last level */
#define ROUND_UP (1 + 0x1p-20) /* an error in doubles, as f32 that is not less */
#define LEAST_ERROR 0x1p-120   /* more than what is lost where f32 has less digits, below 2^-126 */

static size_t stride_of(enum vector_code code, size_t dim)
{
    switch (code) {
    case VECTOR_F16:
        return dim * sizeof(uint16_t);
    case VECTOR_INT8:
        return (dim + INT8_BYTES - 1) / INT8_BYTES * INT8_BYTES;
    case VECTOR_INT4:
    case VECTOR_INT5_REST:
        return (dim + INT4_NUMBERS - 1) / INT4_NUMBERS * INT4_BYTES;
    case VECTOR_BITS:
    case VECTOR_BITS_REST:
        return (dim + 63) / 64 * sizeof(uint64_t);
    case VECTOR_INT5:
        return (dim + INT5_NUMBERS - 1) / INT5_NUMBERS * INT5_BYTES;
    case VECTOR_F32:
    case VECTOR_CODES:
        break;
    }
    return dim * sizeof(float);
}

static bool has_ones(enum vector_code code)
{
    return code == VECTOR_BITS || code == VECTOR_BITS_REST;
}

static bool has_error(enum vector_code code)
{
    return has_ones(code) || code == VECTOR_INT5 || code == VECTOR_INT5_REST;
}

size_t vectors_bytes(const struct vectors *vectors, enum vector_code code)
{
    return stride_of(code, vectors->dim) + sizeof(float) + has_error(code) * sizeof(float) +
           has_ones(code) * sizeof(int32_t) + (code == VECTOR_BITS_REST) * sizeof(float);
}

/* What a code got: its scale, and how it misses. */
struct made {
    double scale, error, share;
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
    for (size_t k = 0; k < dim; k++) {
        largest = fmaxf(largest, fabsf(row[k]));
    }
    const float inverse = largest > LEAST ? 127 / largest : 0;
    const float scale = largest > LEAST ? largest / 127 : 0;
    for (size_t k = 0; k < dim; k++) {
        const float level = rintf(fminf(fmaxf(row[k] * inverse, -127), 127));
        ret_code[k] = (uint8_t)((int)level + INT8_MIDDLE);
    }
    return (struct made){.scale = (double)scale};
}

/* Numbers as scale * (level + 0.5), levels -half .. half - 1. */
struct levels {
    float inverse; /* of the step between two levels that made them */
    float half;
    double scale; /* of least error */
};

static double level_of(const struct levels *levels, float number)
{
    const float level = floorf(number * levels->inverse);
    return (double)fminf(fmaxf(level, -levels->half), levels->half - 1) + 0.5;
}

static struct levels make_levels(const float *row, size_t dim, double step, float half)
{
    struct levels levels = {step > (double)LEAST ? (float)(1 / step) : 0, half, 0};
    double own = 0, both = 0;
    for (size_t k = 0; k < dim; k++) {
        const double level = level_of(&levels, row[k]);
        own += level * level;
        both += level * (double)row[k];
    }
    levels.scale = both / own;
    return levels;
}

/* How far the levels miss a row. */
static double error_of(const struct levels *levels, const float *row, size_t dim)
{
    double error = 0;
    for (size_t k = 0; k < dim; k++) {
        const double missed = (double)row[k] - levels->scale * level_of(levels, row[k]);
        error += missed * missed;
    }
    return sqrt(error);
}

static double int5_step(double length, size_t dim)
{
    return INT5_STEP * length / sqrt((double)dim);
}

static struct made make_int4(const float *row, size_t dim, double step, uint8_t *ret_code)
{
    const struct levels levels = make_levels(row, dim, step, 8);
    for (size_t k = 0; k < dim; k++) {
        const unsigned level = (unsigned)(level_of(&levels, row[k]) + 7.5);
        const size_t byte = k / INT4_NUMBERS * INT4_BYTES + k % INT4_BYTES;
        ret_code[byte] |= (uint8_t)(level << (k % INT4_NUMBERS / INT4_BYTES * 4));
    }
    return (struct made){.scale = levels.scale, .error = error_of(&levels, row, dim)};
}

static struct made make_int5(const float *row, size_t dim, double length, uint8_t *ret_code)
{
    const struct levels levels = make_levels(row, dim, int5_step(length, dim), 16);
    for (size_t k = 0; k < dim; k++) {
        const unsigned level = (unsigned)(level_of(&levels, row[k]) + 15.5);
        uint8_t *block = ret_code + k / INT5_NUMBERS * INT5_BYTES;
        const size_t within = k % INT5_NUMBERS;
        block[within % INT5_HALVES] |= (uint8_t)((level & 15) << within / INT5_HALVES * 4);
        block[INT5_HALVES + within / 8] |= (uint8_t)((level >> 4) << within % 8);
    }
    return (struct made){.scale = levels.scale, .error = error_of(&levels, row, dim)};
}

/* What int5 codes leave lies between two levels, but for the few numbers beyond the last. */
static struct made make_int5_rest(float *row, size_t dim, double length, uint8_t *ret_code)
{
    const double step = int5_step(length, dim);
    const struct levels levels = make_levels(row, dim, step, 16);
    for (size_t k = 0; k < dim; k++) {
        row[k] = (float)((double)row[k] - levels.scale * level_of(&levels, row[k]));
    }
    return make_int4(row, dim, step / 16, ret_code);
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

/* With s the signs, a the mean of |x|, t the signs of x - a s and b the mean of |x - a s|, both
 * codes say y = a s + b t, whose estimates are unbiased, as those of the signs are, times
 * |x|^2 / <x, y>.  What of them comes from s is a share of the signs' own estimate. */
static struct made make_bits_rest(const float *row, size_t dim, double length, uint8_t *ret_code)
{
    double a = 0, b = 0, both = 0, same = 0;
    int32_t ones = 0;
    for (size_t k = 0; k < dim; k++) {
        a += fabs((double)row[k]) / (double)dim;
    }
    for (size_t k = 0; k < dim; k++) {
        const double sign = row[k] > 0 ? 1 : -1, left = (double)row[k] - a * sign;
        const bool is_set = left > 0;
        b += fabs(left) / (double)dim;
        both += (double)(is_set ? row[k] : -row[k]);
        same += is_set ? sign : -sign;
        ones += is_set;
        ret_code[k / 8] |= (uint8_t)(is_set << k % 8);
    }
    const double product = a * a * (double)dim + b * both;
    const double own = (a * a + b * b) * (double)dim + 2 * a * b * same;
    if (length <= (double)LEAST || product <= 0) {
        return (struct made){.ones = ones, .share = 1};
    }
    const double missed = length * length * own / (product * product) - 1;
    return (struct made){
        .scale = b * length * length / product,
        .error = length * sqrt(fmax(missed, 0) / fmax((double)dim - 1, 1)),
        .share = a * a * (double)dim / product,
        .ones = ones,
    };
}

static struct made make_code(enum vector_code code, float *row, size_t dim, uint8_t *ret_code)
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
        return make_int4(row, dim, INT4_STEP * length / sqrt((double)dim), ret_code);
    case VECTOR_INT5:
        return make_int5(row, dim, length, ret_code);
    case VECTOR_INT5_REST:
        return make_int5_rest(row, dim, length, ret_code);
    case VECTOR_BITS:
        return make_bits(row, dim, length, ret_code);
    case VECTOR_BITS_REST:
        return make_bits_rest(row, dim, length, ret_code);
    case VECTOR_F16:
    case VECTOR_F32:
    case VECTOR_CODES:
        break;
    }
    return make_f16(row, dim, length, ret_code);
}

/* Makes an array longer; false leaves it as it was. */
static bool grow(float **array, size_t count)
{
    float *grown = realloc(*array, count * sizeof *grown);
    if (grown != NULL) {
        *array = grown;
    }
    return grown != NULL;
}

/* Codes begin at a line, so that none of 64 bytes lies in two; many begin at a large page. */
static bool resize(struct code_rows *codes, enum vector_code code, size_t count, size_t stride)
{
    uint8_t *bytes = NULL;
    const size_t size = count * stride + LINE;
    const bool is_large = size >= 2 * HUGE_PAGE;
    if (posix_memalign((void **)&bytes, is_large ? HUGE_PAGE : LINE, size) != 0) {
        return false;
    }
    if (is_large) {
        madvise(bytes, size / HUGE_PAGE * HUGE_PAGE, MADV_HUGEPAGE); /* fewer page walks; a hint */
    }
    memset(bytes, 0, count * stride + LINE);
    if (codes->count > 0) {
        memcpy(bytes, codes->bytes, codes->count * stride);
    }
    free(codes->bytes);
    codes->bytes = bytes;
    codes->stride = stride;
    if (has_ones(code)) {
        int32_t *ones = realloc(codes->ones, count * sizeof *ones);
        if (ones == NULL) {
            return false;
        }
        codes->ones = ones;
    }
    return grow(&codes->scales, count) && (!has_error(code) || grow(&codes->errors, count)) &&
           (code != VECTOR_BITS_REST || grow(&codes->shares, count));
}

/* `unit` is taken off scales and errors. */
static void keep(struct code_rows *codes, size_t r, const struct made *made, double unit)
{
    codes->scales[r] = (float)(made->scale / unit);
    if (codes->errors != NULL) {
        codes->errors[r] = (float)(made->error / unit * ROUND_UP + LEAST_ERROR);
    }
    if (codes->ones != NULL) {
        codes->ones[r] = made->ones;
    }
    if (codes->shares != NULL) {
        codes->shares[r] = (float)made->share;
    }
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
    if (row == NULL || !resize(codes, code, vectors->count, stride_of(code, dim))) {
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
        keep(codes, r, &made, unit);
    }
    codes->count = vectors->count;
    free(row);
    return VECTOR_OK;
}
