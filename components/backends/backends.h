/* Three kernels in one C source, for every place that code of today runs in: processors of several
 * kinds, Node.js (Node-API), WebAssembly.
 *
 *     float sum;
 *     enum backends_status status = backends_best()->dot(a, b, count, &sum);
 *
 * Sizes need fill no register and arrays need not be aligned beyond a float's own.  Numbers that
 * are not finite are told, not passed on: BACKENDS_NOT_FINITE, and the output is unspecified. */
#ifndef BACKENDS_H
#define BACKENDS_H

#include <stdbool.h>
#include <stddef.h>

enum backends_status {
    BACKENDS_OK,
    BACKENDS_EMPTY,      /* a size is 0 */
    BACKENDS_LENGTHS,    /* arrays whose lengths do not belong together */
    BACKENDS_NOT_FINITE, /* NaN or infinity in the input, or a result too great for a float */
};

struct backends_kernels {
    const char *name;

    /* *sum = a . b */
    enum backends_status (*dot)(const float *a, const float *b, size_t count, float *sum);

    /* output = softmax(keys query / sqrt(dim)) values; keys, values: count rows of dim. */
    enum backends_status (*attend)(const float *query, const float *keys, const float *values,
                                   float *output, size_t count, size_t dim);

    /* output = matrix vector; matrix: rows of columns. */
    enum backends_status (*multiply)(const float *matrix, const float *vector, float *output,
                                     size_t rows, size_t columns);
};

/* Every tier that was compiled, the fastest first, NULL last. */
extern const struct backends_kernels *const backends_tiers[];

/* May this processor run it? */
bool backends_available(const struct backends_kernels *tier);

/* The first one that this processor may run. */
const struct backends_kernels *backends_best(void);

/* NULL: there is no tier of that name. */
const struct backends_kernels *backends_find(const char *name);

#endif
