/* Layered networks: signals through them, and learning.
 *
 *   struct neural_net *net = NULL;
 *   neural_new(&(struct neural_shape){.widths = (size_t[]){64, 100, 10}, .count = 3}, &net);
 *   neural_signal(net, x, y);                                   one signal through all layers
 *   neural_train(net, &batch, 0.1f, &loss);                     one step of gradient descent
 *   neural_free(net);
 *
 * A layer is y = f(W x + b) with W of width[l + 1] rows and width[l] columns, row by row.
 *
 * A batch holds NEURAL_BATCH examples side by side: number i of example e is at[i * NEURAL_BATCH +
 * e].  So a weight meets all examples in a few registers, and no matrix is ever packed or
 * transposed.
 *
 * The C library is all it needs.  A net belongs to one thread at a time. */
#ifndef NEURAL_H
#define NEURAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NEURAL_BATCH 32u
#define NEURAL_LAYERS_MAX 32u
#define NEURAL_WIDTH_MAX (1u << 20)

enum neural_status {
    NEURAL_OK = 0,
    NEURAL_ERR_ARGUMENT = -1,   /* NULL, a width of 0, fewer than two widths, an unknown function */
    NEURAL_ERR_MEMORY = -2,     /* an allocation failed */
    NEURAL_ERR_LIMIT = -3,      /* more than the limits above */
    NEURAL_ERR_NOT_FINITE = -4, /* the loss or an output is not finite; weights stay as they were */
};

/* "out of memory" and so on; a constant string, also for numbers that are no status. */
const char *neural_status_text(enum neural_status status);

enum neural_function {
    NEURAL_TANH,   /* 1 - 2 / (1 + e^2x), relative error below 4e-7 */
    NEURAL_RELU,   /* max(x, 0); its slope at 0 is 0 */
    NEURAL_LINEAR, /* x */
};

enum neural_loss {
    NEURAL_SQUARE,  /* half of the squared distance to the target */
    NEURAL_ENTROPY, /* cross entropy of softmax(outputs) and the target, a distribution */
};

struct neural_shape {
    const size_t *widths;          /* numbers of the input, of each hidden layer, of the output */
    size_t count;                  /* 2 .. NEURAL_LAYERS_MAX + 1 */
    enum neural_function function; /* of hidden layers; the last one is linear */
    enum neural_loss loss;
    uint64_t seed; /* weights are uniform within +-sqrt(6 / (in + out)): Glorot and Bengio 2010 */
};

struct neural_net;
struct neural_kernel; /* kernels.h */

/* ret_net  written only on NEURAL_OK; freed by neural_free. */
enum neural_status neural_new(const struct neural_shape *shape, struct neural_net **ret_net);

/* NULL is allowed. */
void neural_free(struct neural_net *net);

size_t neural_layers(const struct neural_net *net);
size_t neural_width(const struct neural_net *net, size_t layer); /* 0: the input's */

/* Weights of a layer, width(layer + 1) rows of width(layer) numbers, and its width(layer + 1)
 * biases; they may be changed. */
float *neural_weights(struct neural_net *net, size_t layer);
float *neural_biases(struct neural_net *net, size_t layer);

/* One layer: y = f(W x + b); x has width(layer) numbers, ret_y width(layer + 1).  They must not
 * overlap.  One pass over the weights. */
void neural_layer(const struct neural_net *net, size_t layer, const float *x, float *ret_y);

/* All layers, one after the other.  NEURAL_ERR_ARGUMENT (NULL). */
enum neural_status neural_signal(struct neural_net *net, const float *x, float *ret_y);

/* Inputs and targets, width * NEURAL_BATCH numbers each, as above; examples from `count` on do not
 * count, but their numbers must be there. */
struct neural_batch {
    const float *inputs, *targets;
    size_t count; /* 1 .. NEURAL_BATCH */
};

/* Outputs of a batch, width(layers) * NEURAL_BATCH numbers; before softmax. */
enum neural_status neural_outputs(struct neural_net *net, const float *inputs, float *ret_outputs);

/* One step of gradient descent with the mean gradient over the batch (Rumelhart et al. 1986).
 * ret_loss, mean over the examples, is that before the step; NULL is allowed.
 *
 * NEURAL_ERR_ARGUMENT, NEURAL_ERR_NOT_FINITE.  6 * weights * NEURAL_BATCH operations (4 in the
 * first layer); weights are read three times and written once. */
enum neural_status neural_train(struct neural_net *net, const struct neural_batch *batch,
                                float rate, float *ret_loss);

/* The mean gradient over the batch, of the weights and biases of one layer, in their order; either
 * may be NULL.  Nothing is changed. */
enum neural_status neural_gradient(struct neural_net *net, const struct neural_batch *batch,
                                   size_t layer, float *ret_weights, float *ret_biases);

/* ---- kernels ------------------------------------------------------------------------------- */

/* The slowest first; NULL ends the table. */
extern const struct neural_kernel *const neural_kernels[];

/* scalar, avx2, avx512 */
const char *neural_kernel_name(const struct neural_kernel *kernel);
bool neural_kernel_available(const struct neural_kernel *kernel);

/* Makes it use this kernel from now on; NULL: the fastest available one, as at first. */
void neural_use(struct neural_net *net, const struct neural_kernel *kernel);

#endif
