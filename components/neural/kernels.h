/* The arithmetic of layers, for each kind of processor.  Internal.
 *
 * Batches hold B = NEURAL_BATCH examples side by side; see neural.h. */
#ifndef NEURAL_KERNELS_H
#define NEURAL_KERNELS_H

#include "neural.h"

#if defined(__x86_64__)
#define NEURAL_X86 1
#else
#define NEURAL_X86 0
#endif

#define TURNED_PAD 32u /* rows of a turned batch are padded to a multiple of it */

/* W as it lies: rows * cols numbers. */
struct neural_matrix {
    float *w;
    size_t rows, cols;
};

struct neural_kernel {
    const char *name;
    bool (*available)(void);
    /* ret[rows] = W x + bias */
    void (*vector)(const struct neural_matrix *m, const float *x, const float *bias, float *ret);
    /* ret[rows * B] = W x + bias, x[cols * B] */
    void (*batch)(const struct neural_matrix *m, const float *x, const float *bias, float *ret);
    /* ret[cols * B] = W' y, y[rows * B] */
    void (*back)(const struct neural_matrix *m, const float *y, float *ret);
    /* W += factor * y x', y[rows * B], x turned: B rows of `pitch` numbers */
    void (*add_outer)(const struct neural_matrix *m, const float *y, const float *turned,
                      size_t pitch, float factor);
    /* values become f(values) */
    void (*apply)(enum neural_function function, float *values, size_t count);
    /* slopes *= f'(x), where values = f(x) */
    void (*slope)(enum neural_function function, const float *values, float *slopes, size_t count);
};

extern const struct neural_kernel neural_scalar, neural_avx2, neural_avx512;

#endif
