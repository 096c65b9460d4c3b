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
    const float *w;
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
    /* w += factor * y x', of m's size; y[rows * B], x turned: B rows of `pitch` numbers */
    void (*add_outer)(const struct neural_matrix *m, float *w, const float *y, const float *turned,
                      size_t pitch, float factor);
    /* values become f(values) */
    void (*apply)(enum neural_function function, float *values, size_t count);
    /* slopes *= f'(x), where values = f(x) */
    void (*slope)(enum neural_function function, const float *values, float *slopes, size_t count);

    /* ret[i] = a[i] xor b[i]; returns how many bits differ */
    uint64_t (*difference)(const uint64_t *a, const uint64_t *b, size_t words, uint64_t *ret);
    /* The remainder by the polynomial of CRC-32C, from `crc` on */
    uint32_t (*remainder)(uint32_t crc, const uint8_t *data, size_t size);
};

extern const struct neural_kernel neural_scalar, neural_avx2, neural_avx512;

/* The fastest one of this processor. */
const struct neural_kernel *neural_fastest(void);

/* By tables, where there is no instruction for it. */
uint32_t neural_remainder(uint32_t crc, const uint8_t *data, size_t size);

#endif
