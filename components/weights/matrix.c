/* Making a matrix: options, sizes, room; the ways to each format.
 *
 * Invariant: rows of codes are as long as kernels read, so that no kernel looks beyond the matrix.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#define LINE 64u
#define AHEAD 4096u /* prefetched bytes may lie behind the last row */

const struct weights_kernel *const weights_kernels[] = {
    &weights_scalar,
#if WEIGHTS_X86
    &weights_avx2,
    &weights_avx512,
#endif
    NULL,
};

const char *weights_kernel_name(const struct weights_kernel *kernel)
{
    return kernel->name;
}

bool weights_kernel_available(const struct weights_kernel *kernel)
{
    return kernel->available();
}

const char *weights_status_text(enum weights_status status)
{
    switch (status) {
    case WEIGHTS_OK:
        return "ok";
    case WEIGHTS_ERR_ARGUMENT:
        return "invalid argument";
    case WEIGHTS_ERR_MEMORY:
        return "out of memory";
    case WEIGHTS_ERR_LIMIT:
        return "too many weights";
    case WEIGHTS_ERR_NOT_FINITE:
        return "a number that is not finite, or beyond 2^100";
    }
    return "unknown status";
}

static const struct weights_kernel *fastest(void)
{
    const struct weights_kernel *best = weights_kernels[0];
    for (size_t i = 0; weights_kernels[i] != NULL; i++) {
        best = weights_kernels[i]->available() ? weights_kernels[i] : best;
    }
    return best;
}

void weights_use(struct weights_matrix *matrix, const struct weights_kernel *kernel)
{
    matrix->kernel = kernel != NULL ? kernel : fastest();
}

void *weights_room(size_t count, size_t size)
{
    const size_t bytes = (count * size + LINE - 1) / LINE * LINE;
    void *room = aligned_alloc(LINE, bytes > 0 ? bytes : LINE);
    return room != NULL ? memset(room, 0, bytes) : NULL;
}

static const struct weights_format_ops *const FORMATS[] = {
    [WEIGHTS_INT8] = &weights_integers, [WEIGHTS_INT4] = &weights_integers,
    [WEIGHTS_INT3] = &weights_integers, [WEIGHTS_TERNARY] = &weights_ternary,
    [WEIGHTS_SEEDLM] = &weights_seedlm, [WEIGHTS_VECTORS] = &weights_vectors,
};

static void default_to(unsigned *option, unsigned value)
{
    *option = *option != 0 ? *option : value;
}

static enum weights_status check_options(struct weights_options *o)
{
    default_to(&o->group, 32);
    default_to(&o->block, 8);
    default_to(&o->vector, 8);
    default_to(&o->book_bits, 8);
    default_to(&o->iterations, 10);
    const bool sound = (unsigned)o->format < sizeof FORMATS / sizeof *FORMATS &&
                       (o->group == 32 || o->group == 128) && (o->block == 8 || o->block == 12) &&
                       o->vector <= WEIGHTS_VECTOR_MAX && o->book_bits <= WEIGHTS_BOOK_BITS_MAX &&
                       o->rest_bits <= WEIGHTS_BOOK_BITS_MAX;
    return sound ? WEIGHTS_OK : WEIGHTS_ERR_ARGUMENT;
}

/* Sizes of rows, and of what products need, in numbers of f32. */
static size_t lay_out(struct weights_matrix *m)
{
    const struct weights_options *o = &m->options;
    const size_t cols = m->cols;
    switch (o->format) {
    case WEIGHTS_TERNARY:
        m->tiles = (cols + TILE_TERNARY - 1) / TILE_TERNARY;
        m->stride = m->tiles * TILE_TERNARY / 4;
        return 0;
    case WEIGHTS_SEEDLM:
        m->tiles = (cols + o->block - 1) / o->block;
        m->stride = (m->tiles * (o->block == 8 ? 32 : 36) + 7) / 8 + sizeof(uint64_t);
        return SEED_SCRATCH > m->tiles * o->block ? SEED_SCRATCH : m->tiles * o->block;
    case WEIGHTS_VECTORS:
        m->tiles = (cols + o->vector - 1) / o->vector;
        m->stride = m->tiles * (o->book_bits > 8 ? 2 : 1);
        m->stride += o->rest_bits > 0 ? m->tiles * (o->rest_bits > 8 ? 2 : 1) : 0;
        return m->tiles * o->vector + m->tiles / 2 + 1;
    case WEIGHTS_INT8:
    case WEIGHTS_INT4:
    case WEIGHTS_INT3:
        m->tiles = (cols + TILE - 1) / TILE;
        m->scales_per_row = m->tiles * (TILE / o->group);
        m->stride = m->tiles * TILE * weights_bits(o->format) / 8;
        return 0;
    }
    return 0;
}

static bool make_room(struct weights_matrix *m)
{
    const size_t scratch = lay_out(m), width = m->tiles * TILE_TERNARY;
    const bool seeds = m->options.format == WEIGHTS_SEEDLM;
    m->codes = weights_room(m->rows * m->stride + AHEAD, 1);
    m->scales = weights_room(m->rows * m->scales_per_row + TILE_GROUPS, sizeof *m->scales);
    m->row_scales = weights_room(seeds ? m->rows : 0, sizeof *m->row_scales);
    m->scratch = weights_room(scratch, sizeof *m->scratch);
    m->bytes = m->rows * (m->stride + m->scales_per_row * sizeof *m->scales);
    m->bytes += seeds ? m->rows * sizeof *m->row_scales : 0;
    if (scratch == 0) {
        m->x.bytes = weights_room(width, 1);
        m->x.bias = weights_room(m->tiles * LANES, sizeof *m->x.bias);
        m->x.scales = weights_room(m->tiles * LANES, sizeof *m->x.scales);
    }
    const bool activations = m->x.bytes != NULL && m->x.bias != NULL && m->x.scales != NULL;
    return m->codes != NULL && m->scales != NULL && m->row_scales != NULL && m->scratch != NULL &&
           (scratch > 0 || activations);
}

static enum weights_status check_matrix(const struct weights_options *options, const float *w,
                                        size_t rows, size_t cols)
{
    if (options == NULL || w == NULL || rows == 0 || cols == 0) {
        return WEIGHTS_ERR_ARGUMENT;
    }
    if (rows > WEIGHTS_SIDE_MAX || cols > WEIGHTS_SIDE_MAX || rows > WEIGHTS_COUNT_MAX / cols) {
        return WEIGHTS_ERR_LIMIT;
    }
    return WEIGHTS_OK;
}

enum weights_status weights_encode(const struct weights_options *options, const float *w,
                                   size_t rows, size_t cols, struct weights_matrix **ret_matrix)
{
    enum weights_status status = check_matrix(options, w, rows, cols);
    struct weights_options own = options != NULL ? *options : (struct weights_options){0};
    if (status == WEIGHTS_OK) {
        status = ret_matrix != NULL ? check_options(&own) : WEIGHTS_ERR_ARGUMENT;
    }
    if (status != WEIGHTS_OK) {
        return status;
    }
    struct weights_matrix *m = calloc(1, sizeof *m);
    if (m == NULL) {
        return WEIGHTS_ERR_MEMORY;
    }
    m->options = own;
    m->rows = rows;
    m->cols = cols;
    weights_use(m, own.kernel);
    if (!(m->kernel->greatest_magnitude(w, rows * cols) <= MAGNITUDE_MAX)) {
        status = WEIGHTS_ERR_NOT_FINITE;
    } else if (!make_room(m)) {
        status = WEIGHTS_ERR_MEMORY;
    } else {
        status = FORMATS[own.format]->encode(m, w);
    }
    if (status != WEIGHTS_OK) {
        weights_free(m);
        return status;
    }
    *ret_matrix = m;
    return WEIGHTS_OK;
}

void weights_free(struct weights_matrix *matrix)
{
    if (matrix == NULL) {
        return;
    }
    free(matrix->codes);
    free(matrix->scales);
    free(matrix->row_scales);
    free(matrix->scratch);
    free(matrix->x.bytes);
    free(matrix->x.bias);
    free(matrix->x.scales);
    for (unsigned which = 0; which < 2; which++) {
        free(matrix->books[which].entries);
    }
    free(matrix);
}

void weights_decode(const struct weights_matrix *matrix, float *ret_w)
{
    for (size_t row = 0; row < matrix->rows; row++) {
        FORMATS[matrix->options.format]->decode_row(matrix, row, ret_w + row * matrix->cols);
    }
}

enum weights_status weights_multiply(struct weights_matrix *matrix, const float *x, float *ret_y)
{
    if (matrix == NULL || x == NULL || ret_y == NULL) {
        return WEIGHTS_ERR_ARGUMENT;
    }
    if (!(matrix->kernel->greatest_magnitude(x, matrix->cols) <= MAGNITUDE_MAX)) {
        return WEIGHTS_ERR_NOT_FINITE;
    }
    FORMATS[matrix->options.format]->multiply(matrix, x, ret_y);
    return WEIGHTS_OK;
}

size_t weights_bytes(const struct weights_matrix *matrix)
{
    return matrix->bytes;
}

size_t weights_rows(const struct weights_matrix *matrix)
{
    return matrix->rows;
}

size_t weights_cols(const struct weights_matrix *matrix)
{
    return matrix->cols;
}

enum weights_status weights_snr(const struct weights_matrix *matrix, const float *w,
                                double *ret_snr)
{
    if (matrix == NULL || w == NULL || ret_snr == NULL) {
        return WEIGHTS_ERR_ARGUMENT;
    }
    float *row = malloc(matrix->cols * sizeof *row);
    if (row == NULL) {
        return WEIGHTS_ERR_MEMORY;
    }
    double signal = 0, noise = 0;
    for (size_t r = 0; r < matrix->rows; r++) {
        FORMATS[matrix->options.format]->decode_row(matrix, r, row);
        for (size_t k = 0; k < matrix->cols; k++) {
            const double is = (double)w[r * matrix->cols + k], lost = is - (double)row[k];
            signal += is * is;
            noise += lost * lost;
        }
    }
    free(row);
    *ret_snr = 10 * log10(signal / noise);
    return WEIGHTS_OK;
}
