/* Data of the suite `vector`: rows, queries and what is nearest to them, as fixtures. */
#ifndef SUITES_VECTOR_DATA_H
#define SUITES_VECTOR_DATA_H

#include <assay.h>

#include "engines/engine.h"

#define K 10u       /* neighbours that are looked for */
#define QUERIES 64u /* that each benchmark goes round */

/* `clustered`: count / 100 centres, rows around them; `normal`: no structure at all;
 * `words`: real word vectors, where there are any.  Rows and queries have length 1. */
struct data {
    struct engine_rows rows;
    const float *queries;  /* QUERIES of them */
    const uint32_t *truth; /* K ids of each query, the nearest first */
    double contrast;       /* mean distance over that of the K-th nearest: 1 is hopeless */
};

/* Made when they are first needed, mapped from then on.  Without truth: the benchmark has failed,
 * or is skipped. */
struct data data_of(struct assay_bench *b, const char *kind, size_t count, size_t dim);

/* An index of some rows, built once; its build's CPU time in seconds.  NULL: failed or skipped. */
void *data_index(struct assay_bench *b, const char *kind, const struct engine *engine,
                 const struct data *data, double *ret_build_s);

#endif
