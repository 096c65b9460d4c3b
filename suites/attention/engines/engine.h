/* Engines of the suite `attention` beside components/attention: the oracle, and OpenBLAS. */
#ifndef SUITES_ATTENTION_ENGINE_H
#define SUITES_ATTENTION_ENGINE_H

#include "attention.h"

/* What is attended to: rows of heads * dim numbers. */
struct engine_input {
    struct attention_options options;
    const float *keys, *values, *query;
    size_t count;
};

/* The definition read aloud in doubles; `scores` has room for `count` numbers. */
void naive_attention(const struct engine_input *input, double *scores, double *ret_output);

/* Two matrix-vector products and a softmax for each head, on one thread; `scores` as above.
 * Compiled only where the library is. */
void openblas_attention(const struct engine_input *input, float *scores, float *ret_output);

/* Self-attention of `rows` rows of queries, keys and values: two matrix products around a softmax
 * of all scores, head by head, on one thread; `scores` has room for rows * rows numbers. */
struct engine_sequence {
    struct attention_options options;
    const float *queries, *keys, *values;
    size_t rows;
    bool causal;
};
void openblas_self_attention(const struct engine_sequence *sequence, float *scores,
                             float *ret_output);

#endif
