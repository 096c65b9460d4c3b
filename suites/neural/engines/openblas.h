/* A net as one writes it with BLAS: examples are rows, products are cblas_sgemm on one thread.
 * Compiled only where the library is. */
#ifndef SUITES_NEURAL_OPENBLAS_H
#define SUITES_NEURAL_OPENBLAS_H

#include <stddef.h>

struct blas_net {
    size_t layers, width, examples;
    float **weights, **biases;    /* of each layer: width * width, width */
    float **outputs, **gradients; /* layers + 1 of examples * width; outputs[0]: the input */
};

/* y = W x + b, relu between layers, of one signal; `room` has 2 * width numbers. */
void blas_signal(const struct blas_net *net, const float *x, float *room, float *ret_y);

/* One step of gradient descent on half of the squared distance to `targets`. */
void blas_train(const struct blas_net *net, const float *targets, float rate);

#endif
