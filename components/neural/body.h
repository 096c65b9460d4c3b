/* The kernels, written once for vectors of WIDTH numbers; each kernel's file makes functions of it
 * for its instructions.  Internal.
 *
 * Sums stay in registers: ROWS rows times two vectors, so that a vector that was loaded meets ROWS
 * numbers, and a number that was loaded meets two vectors.  Compilers unroll the loops over them
 * and keep the arrays in registers. */
#ifndef NEURAL_BODY_H
#define NEURAL_BODY_H

#include <math.h>

#include "kernels.h"
#include "wide/wide.h"

#if !defined(ROWS)
#error "define ROWS (rows at once)"
#endif

#define B NEURAL_BATCH
#define PAIR (2 * WIDTH)
#define COLUMNS 8u    /* of W' at once */
#define BACK_ROWS 64u /* of W' between two visits of the result */
#define FAR 262144u   /* numbers of a matrix that a second cache may not hold */
#define AHEAD 8192u   /* bytes that are fetched before they are used */

/* ---- one vector ---- */

struct product {
    const float *x, *bias;
    float *ret;
};

/* Rows first, first + apart, first + 2 * apart, ... */
struct some_rows {
    size_t first, apart;
};

/* `far`: the matrix lies beyond the caches of a core, and what comes next is fetched ahead. */
KERNEL_INLINE void vector_rows(const struct neural_matrix *m, const struct some_rows *rows,
                               const struct product *p, const unsigned count, const bool far)
{
    const float *w = m->w + rows->first * m->cols, *x = p->x;
    const size_t apart = rows->apart * m->cols;
    wide sums[SUMS] = {0};
    float totals[SUMS];
    size_t i = 0;
    for (; i + WIDTH <= m->cols; i += WIDTH) {
        const wide own = get(x + i);
#pragma GCC unroll 8
        for (unsigned r = 0; r < count; r++) {
            if (far) {
                fetch_ahead((const char *)(w + r * apart + i), AHEAD);
            }
            sums[r] += get(w + r * apart + i) * own;
        }
    }
    if (i < m->cols) {
        const struct lanes rest = first_lanes(m->cols - i);
        const wide own = get_lanes(x + i, rest);
#pragma GCC unroll 8
        for (unsigned r = 0; r < count; r++) {
            sums[r] += get_lanes(w + r * apart + i, rest) * own;
        }
    }
    sum_across(sums, totals);
    for (unsigned r = 0; r < count; r++) {
        const size_t row = rows->first + r * rows->apart;
        p->ret[row] = totals[r] + p->bias[row];
    }
}

/* Near rows are taken as they follow each other.  Of a matrix that lies far away each stream of
 * memory goes through an eighth of its own, so that it runs on from row to row and what is fetched
 * ahead is what comes next. */
/* NOLINTNEXTLINE(readability-non-const-parameter): vector_rows writes there */
static KERNEL void multiply_vector(const struct neural_matrix *m, const float *x, const float *bias,
                                   float *ret)
{
    const struct product p = {x, bias, ret};
    const size_t part = m->rows / SUMS;
    const bool far = m->rows * m->cols > FAR;
    for (size_t i = 0; i < part && far; i++) {
        vector_rows(m, &(struct some_rows){i, part}, &p, SUMS, true);
    }
    for (size_t i = 0; i < part && !far; i++) {
        vector_rows(m, &(struct some_rows){SUMS * i, 1}, &p, SUMS, false);
    }
    for (size_t row = part * SUMS; row < m->rows; row++) {
        vector_rows(m, &(struct some_rows){row, 1}, &p, 1, false);
    }
}

/* ---- a batch ---- */

/* Some rows for all examples, two vectors of them at a time. */
KERNEL_INLINE void batch_rows(const struct neural_matrix *m, size_t row, const float *x,
                              const float *bias, float *ret, const unsigned rows)
{
    const float *w = m->w + row * m->cols;
    for (unsigned e = 0; e < B; e += PAIR) {
        wide sums[ROWS][2];
#pragma GCC unroll 16
        for (unsigned r = 0; r < rows; r++) {
            sums[r][0] = sums[r][1] = (wide){0} + bias[row + r];
        }
        for (size_t i = 0; i < m->cols; i++) {
            const wide first = get(x + i * B + e), second = get(x + i * B + e + WIDTH);
#pragma GCC unroll 16
            for (unsigned r = 0; r < rows; r++) {
                const float weight = w[r * m->cols + i];
                sums[r][0] += weight * first;
                sums[r][1] += weight * second;
            }
        }
#pragma GCC unroll 16
        for (unsigned r = 0; r < rows; r++) {
            put(ret + (row + r) * B + e, sums[r][0]);
            put(ret + (row + r) * B + e + WIDTH, sums[r][1]);
        }
    }
}

static KERNEL void multiply_batch(const struct neural_matrix *m, const float *x, const float *bias,
                                  float *ret)
{
    size_t row = 0;
    for (; row + ROWS <= m->rows; row += ROWS) {
        batch_rows(m, row, x, bias, ret, ROWS);
    }
    for (; row < m->rows; row++) {
        batch_rows(m, row, x, bias, ret, 1);
    }
}

/* Adds what BACK_ROWS rows (or fewer) give to some columns. */
KERNEL_INLINE void back_columns(const struct neural_matrix *m, size_t row, size_t column,
                                const float *y, float *ret, const unsigned columns)
{
    const size_t rest = m->rows - row, rows = rest < BACK_ROWS ? rest : BACK_ROWS;
    for (unsigned e = 0; e < B; e += PAIR) {
        wide sums[COLUMNS][2];
        float *to = ret + column * B + e;
#pragma GCC unroll 8
        for (unsigned c = 0; c < columns; c++) {
            sums[c][0] = get(to + (size_t)c * B);
            sums[c][1] = get(to + (size_t)c * B + WIDTH);
        }
        for (size_t r = row; r < row + rows; r++) {
            const float *w = m->w + r * m->cols + column;
            const wide first = get(y + r * B + e), second = get(y + r * B + e + WIDTH);
#pragma GCC unroll 8
            for (unsigned c = 0; c < columns; c++) {
                sums[c][0] += w[c] * first;
                sums[c][1] += w[c] * second;
            }
        }
#pragma GCC unroll 8
        for (unsigned c = 0; c < columns; c++) {
            put(to + (size_t)c * B, sums[c][0]);
            put(to + (size_t)c * B + WIDTH, sums[c][1]);
        }
    }
}

static KERNEL void multiply_back(const struct neural_matrix *m, const float *y, float *ret)
{
    memset(ret, 0, m->cols * B * sizeof *ret);
    for (size_t row = 0; row < m->rows; row += BACK_ROWS) {
        size_t column = 0;
        for (; column + COLUMNS <= m->cols; column += COLUMNS) {
            back_columns(m, row, column, y, ret, COLUMNS);
        }
        for (; column < m->cols; column++) {
            back_columns(m, row, column, y, ret, 1);
        }
    }
}

struct outer {
    float *w;
    const float *y, *turned;
    size_t pitch;
    float factor;
};

/* Adds to PAIR columns (fewer at the end) of some rows. */
KERNEL_INLINE void outer_rows(const struct neural_matrix *m, size_t row, size_t column,
                              const struct outer *outer, const unsigned rows)
{
    const size_t rest = m->cols - column, count = rest < PAIR ? rest : PAIR;
    wide sums[ROWS][2] = {{{0}}};
    for (unsigned e = 0; e < B; e++) {
        const float *x = outer->turned + e * outer->pitch + column;
        const wide first = get(x), second = get(x + WIDTH);
#pragma GCC unroll 16
        for (unsigned r = 0; r < rows; r++) {
            const float own = outer->y[(row + r) * B + e];
            sums[r][0] += own * first;
            sums[r][1] += own * second;
        }
    }
#pragma GCC unroll 16
    for (unsigned r = 0; r < rows; r++) {
        float *w = outer->w + (row + r) * m->cols + column, part[PAIR] = {0};
        float *to = count == PAIR ? w : memcpy(part, w, count * sizeof *w);
        put(to, get(to) + outer->factor * sums[r][0]);
        put(to + WIDTH, get(to + WIDTH) + outer->factor * sums[r][1]);
        if (count < PAIR) {
            memcpy(w, part, count * sizeof *w);
        }
    }
}

/* NOLINTNEXTLINE(readability-non-const-parameter): outer_rows writes there */
static KERNEL void add_outer(const struct neural_matrix *m, float *w, const float *y,
                             const float *turned, size_t pitch, float factor)
{
    const struct outer outer = {w, y, turned, pitch, factor};
    size_t row = 0;
    for (; row + ROWS <= m->rows; row += ROWS) {
        for (size_t column = 0; column < m->cols; column += PAIR) {
            outer_rows(m, row, column, &outer, ROWS);
        }
    }
    for (; row < m->rows; row++) {
        for (size_t column = 0; column < m->cols; column += PAIR) {
            outer_rows(m, row, column, &outer, 1);
        }
    }
}

/* ---- functions ---- */

/* e^x for |x| <= 40, relative error below 2e-7: 2^n times the power series of the rest, which is at
 * most ln 2 / 2, up to the seventh power. */
KERNEL_INLINE float exp_of(float x)
{
    const float magic = 0x1.8p23f;
    const float n = (x * 1.44269504f + magic) - magic;
    const float rest = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    float power = 1.0f / 5040;
    power = power * rest + 1.0f / 720;
    power = power * rest + 1.0f / 120;
    power = power * rest + 1.0f / 24;
    power = power * rest + 1.0f / 6;
    power = power * rest + 0.5f;
    power = power * rest + 1;
    power = power * rest + 1;
    const int32_t bits = ((int32_t)n + 127) << 23;
    float scale;
    memcpy(&scale, &bits, sizeof scale);
    return power * scale;
}

static KERNEL void apply_function(enum neural_function function, float *values, size_t count)
{
    if (function == NEURAL_TANH) {
        for (size_t i = 0; i < count; i++) {
            float x = 2 * values[i];
            x = x > 40 ? 40 : x;
            x = x < -40 ? -40 : x;
            values[i] = 1 - 2 / (1 + exp_of(x));
        }
    } else if (function == NEURAL_RELU) {
        for (size_t i = 0; i < count; i++) {
            values[i] = values[i] > 0 ? values[i] : 0;
        }
    }
}

static KERNEL void multiply_slope(enum neural_function function, const float *restrict values,
                                  float *restrict slopes, size_t count)
{
    if (function == NEURAL_TANH) {
        for (size_t i = 0; i < count; i++) {
            slopes[i] *= 1 - values[i] * values[i];
        }
    } else if (function == NEURAL_RELU) {
        for (size_t i = 0; i < count; i++) {
            slopes[i] = values[i] > 0 ? slopes[i] : 0;
        }
    }
}

/* ---- bits ---- */

static KERNEL uint64_t count_difference(const uint64_t *a, const uint64_t *b, size_t words,
                                        uint64_t *ret)
{
    uint64_t bits = 0;
    for (size_t i = 0; i < words; i++) {
        ret[i] = a[i] ^ b[i];
        bits += (uint64_t)__builtin_popcountll(ret[i]);
    }
    return bits;
}

#if WIDTH > 4
static KERNEL uint32_t take_remainder(uint32_t crc, const uint8_t *data, size_t size)
{
    for (; size >= 8; size -= 8, data += 8) {
        uint64_t word;
        memcpy(&word, data, sizeof word);
        crc = (uint32_t)_mm_crc32_u64(crc, word);
    }
    for (; size > 0; size--, data++) {
        crc = _mm_crc32_u8(crc, *data);
    }
    return crc;
}
#else
#define take_remainder neural_remainder
#endif

/* What stands in each kernel's table. */
#define BODY                                                                                       \
    .vector = multiply_vector, .batch = multiply_batch, .back = multiply_back,                     \
    .add_outer = add_outer, .apply = apply_function, .slope = multiply_slope,                      \
    .difference = count_difference, .remainder = take_remainder

#endif
