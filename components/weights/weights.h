/* Weights of neural networks in a few bits each, and products of such matrices with vectors.
 *
 *   struct weights_matrix *matrix = NULL;
 *   weights_encode(&(struct weights_options){.format = WEIGHTS_TERNARY}, w, rows, cols, &matrix);
 *   weights_multiply(matrix, x, y);                     y = W x, from the codes alone
 *   weights_free(matrix);
 *
 * Formats:
 *
 *   WEIGHTS_INT8, _INT4, _INT3   whole numbers, with a scale for each group of 32 or 128 weights of
 * a row: the greatest magnitude of the group over 127, 7 or 3.  Scales are bfloat16, rounded up, so
 * that no weight is out of range. WEIGHTS_TERNARY    -1, 0, 1 times one scale for all: BitNet
 * b1.58, Ma et al. 2024, arXiv 2402.17764; the scale is the mean magnitude, or the one that least
 * squares give.  Two bits a weight. WEIGHTS_SEEDLM     a block of 8 (12) weights is a matrix of
 * pseudo-random numbers times 3 (4) coefficients; kept are the seed, 16 bits, and the coefficients,
 * 4 bits each with a common exponent of 4 bits: Shafipour et al. 2024, arXiv 2410.10714. Of all
 * 65535 seeds the best one is taken. WEIGHTS_VECTORS    neighbouring weights are the nearest entry
 * of a codebook (k-means), and what is left is the nearest entry of a second one: the layout of
 * VPTQ, Liu et al. 2024, arXiv 2409.17066, without its calibration data: every weight counts alike.
 *
 * Products take the vector as int8 with a scale for each 32 numbers (integers), with one scale
 * (ternary, as in the paper), or as it is (seeds, vectors).
 *
 * The C library is all it needs.  A matrix belongs to one thread at a time. */
#ifndef WEIGHTS_H
#define WEIGHTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define WEIGHTS_SIDE_MAX (1u << 24)         /* rows, columns */
#define WEIGHTS_COUNT_MAX ((size_t)1 << 34) /* rows * columns */
#define WEIGHTS_BOOK_BITS_MAX 16u
#define WEIGHTS_VECTOR_MAX 16u

enum weights_status {
    WEIGHTS_OK = 0,
    WEIGHTS_ERR_ARGUMENT = -1,   /* NULL, a size of 0, an option out of its range */
    WEIGHTS_ERR_MEMORY = -2,     /* an allocation failed */
    WEIGHTS_ERR_LIMIT = -3,      /* more than the limits above */
    WEIGHTS_ERR_NOT_FINITE = -4, /* NaN, infinity, or a magnitude beyond 2^100 */
};

/* "out of memory" and so on; a constant string, also for numbers that are no status. */
const char *weights_status_text(enum weights_status status);

enum weights_format {
    WEIGHTS_INT8,
    WEIGHTS_INT4,
    WEIGHTS_INT3,
    WEIGHTS_TERNARY,
    WEIGHTS_SEEDLM,
    WEIGHTS_VECTORS,
};

struct weights_kernel; /* kernels.h */

struct weights_options {
    const struct weights_kernel *kernel; /* NULL: the fastest available one */
    enum weights_format format;
    unsigned group;      /* integers: 32 or 128; 0: 32 */
    bool least_squares;  /* ternary: the scale with the least error instead of the mean magnitude */
    unsigned block;      /* seeds: 8 (3 coefficients) or 12 (4); 0: 8 */
    unsigned vector;     /* vectors: weights a code, 1 .. WEIGHTS_VECTOR_MAX; 0: 8 */
    unsigned book_bits;  /* vectors: of an index, 1 .. WEIGHTS_BOOK_BITS_MAX; 0: 8 */
    unsigned rest_bits;  /* vectors: of an index for what is left; 0: no second codebook */
    unsigned iterations; /* vectors: of k-means; 0: 10 */
    uint64_t seed;       /* vectors: of the first codebook */
};

struct weights_matrix;

/* Encodes a matrix that lies row by row.
 *
 * w           rows * cols numbers; not kept.
 * ret_matrix  written only on WEIGHTS_OK; freed by weights_free.
 *
 * WEIGHTS_ERR_ARGUMENT, WEIGHTS_ERR_LIMIT, WEIGHTS_ERR_NOT_FINITE, WEIGHTS_ERR_MEMORY.
 *
 * One pass over the weights for integers, two for ternary; 65535 seeds a block, some 10 us; 2^bits
 * products a vector and iteration.  The same bytes by every kernel for integers and ternary; seeds
 * and vectors may differ where two choices are equally good up to rounding. */
enum weights_status weights_encode(const struct weights_options *options, const float *w,
                                   size_t rows, size_t cols, struct weights_matrix **ret_matrix);

/* NULL is allowed. */
void weights_free(struct weights_matrix *matrix);

/* ret_w  rows * cols numbers. */
void weights_decode(const struct weights_matrix *matrix, float *ret_w);

/* ret_y = W x for `cols` numbers x; `rows` numbers.
 *
 * WEIGHTS_ERR_ARGUMENT (NULL), WEIGHTS_ERR_NOT_FINITE (in x, or a magnitude beyond 2^100): ret_y is
 * untouched. */
enum weights_status weights_multiply(struct weights_matrix *matrix, const float *x, float *ret_y);

/* Bytes that are kept: codes, scales, codebooks, and what fills rows up. */
size_t weights_bytes(const struct weights_matrix *matrix);

size_t weights_rows(const struct weights_matrix *matrix);
size_t weights_cols(const struct weights_matrix *matrix);

/* 10 log10 of |w|^2 / |w - decoded|^2, in dB; infinity where nothing is lost, NaN for zeros only.
 * ret_snr is written only on WEIGHTS_OK; WEIGHTS_ERR_MEMORY, WEIGHTS_ERR_ARGUMENT. */
enum weights_status weights_snr(const struct weights_matrix *matrix, const float *w,
                                double *ret_snr);

/* ---- kernels ------------------------------------------------------------------------------- */

/* The slowest first; NULL ends the table. */
extern const struct weights_kernel *const weights_kernels[];

/* scalar, avx2, avx512 */
const char *weights_kernel_name(const struct weights_kernel *kernel);
bool weights_kernel_available(const struct weights_kernel *kernel);

/* Makes products and decoding use this kernel from now on; NULL: the fastest available one. */
void weights_use(struct weights_matrix *matrix, const struct weights_kernel *kernel);

#endif
