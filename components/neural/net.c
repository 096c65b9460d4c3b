/* Nets: making them, signals and batches through them, gradients backwards.
 *
 * One allocation for weights and biases, one for what batches leave: the outputs of each layer,
 * which the way back needs, two gradients that take turns, and one turned batch.
 *
 * The way back: with g = dLoss/dy of a layer's output, before its function g *= f'(.); the gradient
 * of its weights is g x', of its biases the sum of g, and dLoss/dx = W' g is what the layer before
 * gets.  In a step, W' g is taken before W moves. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "kernels.h"

#define LINE 64u
#define PAGE ((size_t)1 << 21) /* a large one */
#define B NEURAL_BATCH

struct layer {
    struct neural_matrix matrix;
    float *weights; /* the matrix's */
    float *biases;
    float *outputs; /* rows * B */
};

struct neural_net {
    const struct neural_kernel *kernel;
    enum neural_function function;
    enum neural_loss loss;
    size_t count, widest;
    size_t widths[NEURAL_LAYERS_MAX + 1];
    struct layer layers[NEURAL_LAYERS_MAX];
    float *parameters, *scratch;
    float *gradients[2]; /* widest * B */
    float *turned;       /* B * widest, padded */
};

const struct neural_kernel *const neural_kernels[] = {
    &neural_scalar,
#if NEURAL_X86
    &neural_avx2,
    &neural_avx512,
#endif
    NULL,
};

const char *neural_kernel_name(const struct neural_kernel *kernel)
{
    return kernel->name;
}

bool neural_kernel_available(const struct neural_kernel *kernel)
{
    return kernel->available();
}

const char *neural_status_text(enum neural_status status)
{
    switch (status) {
    case NEURAL_OK:
        return "ok";
    case NEURAL_ERR_ARGUMENT:
        return "invalid argument";
    case NEURAL_ERR_MEMORY:
        return "out of memory";
    case NEURAL_ERR_LIMIT:
        return "too many layers or numbers";
    case NEURAL_ERR_NOT_FINITE:
        return "a number that is not finite";
    }
    return "unknown status";
}

const struct neural_kernel *neural_fastest(void)
{
    const struct neural_kernel *best = neural_kernels[0];
    for (size_t i = 0; neural_kernels[i] != NULL; i++) {
        best = neural_kernels[i]->available() ? neural_kernels[i] : best;
    }
    return best;
}

void neural_use(struct neural_net *net, const struct neural_kernel *kernel)
{
    net->kernel = kernel != NULL ? kernel : neural_fastest();
}

/* ---- making one ---- */

/* splitmix64, Vigna's public-domain reference; uniform in [-1, 1). */
static float random_number(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (float)((z ^ (z >> 31)) >> 40) * 0x1p-23f - 1;
}

static size_t padded(size_t count)
{
    return (count + TURNED_PAD - 1) / TURNED_PAD * TURNED_PAD;
}

/* Large rooms lie in large pages where the kernel gives them: a hint, for fewer walks through its
 * tables. */
static float *numbers(size_t count)
{
    const size_t bytes = padded(count) * sizeof(float), page = bytes >= PAGE ? PAGE : LINE;
    float *room = aligned_alloc(page, (bytes + page - 1) / page * page);
    if (room != NULL && page == PAGE) {
        madvise(room, bytes / PAGE * PAGE, MADV_HUGEPAGE);
    }
    return room != NULL ? memset(room, 0, bytes) : NULL;
}

static void draw_weights(struct layer *layer, uint64_t *state)
{
    const struct neural_matrix *m = &layer->matrix;
    const float limit = sqrtf(6.0f / (float)(m->rows + m->cols));
    for (size_t i = 0; i < m->rows * m->cols; i++) {
        layer->weights[i] = limit * random_number(state);
    }
}

static bool make_room(struct neural_net *net)
{
    size_t parameters = 0, outputs = 0;
    for (size_t l = 0; l < net->count; l++) {
        const size_t rows = net->widths[l + 1], cols = net->widths[l];
        parameters += padded(rows * cols) + padded(rows);
        outputs += rows * B;
    }
    const size_t turned = B * (padded(net->widest) + TURNED_PAD);
    net->parameters = numbers(parameters);
    net->scratch = numbers(outputs + 2 * net->widest * B + turned);
    if (net->parameters == NULL || net->scratch == NULL) {
        return false;
    }
    float *next = net->parameters, *output = net->scratch;
    for (size_t l = 0; l < net->count; l++) {
        struct layer *layer = &net->layers[l];
        layer->weights = next;
        layer->matrix = (struct neural_matrix){next, net->widths[l + 1], net->widths[l]};
        next += padded(layer->matrix.rows * layer->matrix.cols);
        layer->biases = next;
        next += padded(layer->matrix.rows);
        layer->outputs = output;
        output += layer->matrix.rows * B;
    }
    net->gradients[0] = output;
    net->gradients[1] = output + net->widest * B;
    net->turned = output + 2 * net->widest * B;
    return true;
}

static enum neural_status check_shape(const struct neural_shape *shape)
{
    if (shape == NULL || shape->widths == NULL || shape->count < 2 ||
        (unsigned)shape->function > NEURAL_LINEAR || (unsigned)shape->loss > NEURAL_ENTROPY) {
        return NEURAL_ERR_ARGUMENT;
    }
    if (shape->count > NEURAL_LAYERS_MAX + 1) {
        return NEURAL_ERR_LIMIT;
    }
    for (size_t i = 0; i < shape->count; i++) {
        if (shape->widths[i] == 0) {
            return NEURAL_ERR_ARGUMENT;
        }
        if (shape->widths[i] > NEURAL_WIDTH_MAX) {
            return NEURAL_ERR_LIMIT;
        }
    }
    return NEURAL_OK;
}

enum neural_status neural_new(const struct neural_shape *shape, struct neural_net **ret_net)
{
    enum neural_status status = ret_net != NULL ? check_shape(shape) : NEURAL_ERR_ARGUMENT;
    if (status != NEURAL_OK) {
        return status;
    }
    struct neural_net *net = calloc(1, sizeof *net);
    if (net == NULL) {
        return NEURAL_ERR_MEMORY;
    }
    net->count = shape->count - 1;
    net->function = shape->function;
    net->loss = shape->loss;
    memcpy(net->widths, shape->widths, shape->count * sizeof *net->widths);
    for (size_t i = 0; i < shape->count; i++) {
        net->widest = net->widths[i] > net->widest ? net->widths[i] : net->widest;
    }
    neural_use(net, NULL);
    if (!make_room(net)) {
        neural_free(net);
        return NEURAL_ERR_MEMORY;
    }
    uint64_t state = shape->seed;
    for (size_t l = 0; l < net->count; l++) {
        draw_weights(&net->layers[l], &state);
    }
    *ret_net = net;
    return NEURAL_OK;
}

void neural_free(struct neural_net *net)
{
    if (net != NULL) {
        free(net->parameters);
        free(net->scratch);
        free(net);
    }
}

size_t neural_layers(const struct neural_net *net)
{
    return net->count;
}

size_t neural_width(const struct neural_net *net, size_t layer)
{
    return net->widths[layer];
}

float *neural_weights(struct neural_net *net, size_t layer)
{
    return net->layers[layer].weights;
}

float *neural_biases(struct neural_net *net, size_t layer)
{
    return net->layers[layer].biases;
}

/* ---- forwards ---- */

static enum neural_function function_of(const struct neural_net *net, size_t layer)
{
    return layer + 1 < net->count ? net->function : NEURAL_LINEAR;
}

void neural_layer(const struct neural_net *net, size_t layer, const float *x, float *ret_y)
{
    const struct layer *own = &net->layers[layer];
    net->kernel->vector(&own->matrix, x, own->biases, ret_y);
    net->kernel->apply(function_of(net, layer), ret_y, own->matrix.rows);
}

enum neural_status neural_signal(struct neural_net *net, const float *x, float *ret_y)
{
    if (net == NULL || x == NULL || ret_y == NULL) {
        return NEURAL_ERR_ARGUMENT;
    }
    for (size_t l = 0; l < net->count; l++) {
        float *to = l + 1 < net->count ? net->gradients[l % 2] : ret_y;
        neural_layer(net, l, x, to);
        x = to;
    }
    return NEURAL_OK;
}

static void forwards(struct neural_net *net, const float *inputs)
{
    for (size_t l = 0; l < net->count; l++) {
        const struct layer *own = &net->layers[l];
        net->kernel->batch(&own->matrix, inputs, own->biases, own->outputs);
        net->kernel->apply(function_of(net, l), own->outputs, own->matrix.rows * B);
        inputs = own->outputs;
    }
}

enum neural_status neural_outputs(struct neural_net *net, const float *inputs, float *ret_outputs)
{
    if (net == NULL || inputs == NULL || ret_outputs == NULL) {
        return NEURAL_ERR_ARGUMENT;
    }
    forwards(net, inputs);
    const struct layer *last = &net->layers[net->count - 1];
    memcpy(ret_outputs, last->outputs, last->matrix.rows * B * sizeof *ret_outputs);
    return NEURAL_OK;
}

/* ---- losses ---- */

/* Of example e: adds to the loss, and writes dLoss/doutput. */
static double square_loss(const float *outputs, const float *targets, size_t width, size_t e,
                          float *ret_gradient)
{
    double loss = 0;
    for (size_t i = 0; i < width; i++) {
        const float off = outputs[i * B + e] - targets[i * B + e];
        ret_gradient[i * B + e] = off;
        loss += (double)off * (double)off / 2;
    }
    return loss;
}

static double entropy_loss(const float *outputs, const float *targets, size_t width, size_t e,
                           float *ret_gradient)
{
    float greatest = -INFINITY, sum = 0;
    double loss = 0, mass = 0;
    for (size_t i = 0; i < width; i++) {
        greatest = fmaxf(greatest, outputs[i * B + e]);
    }
    for (size_t i = 0; i < width; i++) {
        ret_gradient[i * B + e] = expf(outputs[i * B + e] - greatest);
        sum += ret_gradient[i * B + e];
        loss -= (double)targets[i * B + e] * (double)(outputs[i * B + e] - greatest);
        mass += (double)targets[i * B + e];
    }
    for (size_t i = 0; i < width; i++) {
        ret_gradient[i * B + e] = ret_gradient[i * B + e] / sum * (float)mass - targets[i * B + e];
    }
    return loss + mass * log(fmax((double)sum, 1)); /* the greatest adds 1 */
}

/* Mean loss over the batch; the gradient of examples that do not count is zero. */
static double judge(struct neural_net *net, const struct neural_batch *batch)
{
    const struct layer *last = &net->layers[net->count - 1];
    const size_t width = last->matrix.rows;
    float *gradient = net->gradients[(net->count - 1) % 2];
    double loss = 0;
    memset(gradient, 0, width * B * sizeof *gradient);
    for (size_t e = 0; e < batch->count; e++) {
        loss += net->loss == NEURAL_SQUARE
                    ? square_loss(last->outputs, batch->targets, width, e, gradient)
                    : entropy_loss(last->outputs, batch->targets, width, e, gradient);
    }
    return loss / (double)batch->count;
}

/* ---- backwards ---- */

/* x[width * B] -> B rows of a padded width. */
static size_t turn(const float *x, size_t width, float *ret)
{
    const size_t pitch = padded(width);
    for (size_t first = 0; first < width; first += 16) {
        const size_t end = first + 16 < width ? first + 16 : width;
        for (size_t e = 0; e < B; e++) {
            for (size_t i = first; i < end; i++) {
                ret[e * pitch + i] = x[i * B + e];
            }
        }
    }
    return pitch;
}

static void add_biases(const struct layer *layer, const float *gradient, float factor, float *to)
{
    for (size_t r = 0; r < layer->matrix.rows; r++) {
        float sum = 0;
        for (size_t e = 0; e < B; e++) {
            sum += gradient[r * B + e];
        }
        to[r] += factor * sum;
    }
}

/* From the layer's gradient to the one before, in its own room. */
static const float *inputs_of(const struct neural_net *net, const struct neural_batch *batch,
                              size_t layer)
{
    return layer > 0 ? net->layers[layer - 1].outputs : batch->inputs;
}

static void pass_back(struct neural_net *net, size_t layer)
{
    const struct layer *own = &net->layers[layer];
    float *before = net->gradients[(layer + 1) % 2];
    net->kernel->back(&own->matrix, net->gradients[layer % 2], before);
    net->kernel->slope(net->function, net->layers[layer - 1].outputs, before, own->matrix.cols * B);
}

static enum neural_status prepare(struct neural_net *net, const struct neural_batch *batch,
                                  double *ret_loss)
{
    if (net == NULL || batch == NULL || batch->inputs == NULL || batch->targets == NULL ||
        batch->count == 0 || batch->count > B) {
        return NEURAL_ERR_ARGUMENT;
    }
    forwards(net, batch->inputs);
    *ret_loss = judge(net, batch);
    return isfinite(*ret_loss) ? NEURAL_OK : NEURAL_ERR_NOT_FINITE;
}

enum neural_status neural_train(struct neural_net *net, const struct neural_batch *batch,
                                float rate, float *ret_loss)
{
    double loss = 0;
    const enum neural_status status =
        isfinite(rate) ? prepare(net, batch, &loss) : NEURAL_ERR_ARGUMENT;
    if (status != NEURAL_OK) {
        return status;
    }
    const float factor = -rate / (float)batch->count;
    for (size_t l = net->count; l-- > 0;) {
        const struct layer *own = &net->layers[l];
        const float *gradient = net->gradients[l % 2];
        if (l > 0) {
            pass_back(net, l);
        }
        const size_t pitch = turn(inputs_of(net, batch, l), own->matrix.cols, net->turned);
        net->kernel->add_outer(&own->matrix, own->weights, gradient, net->turned, pitch, factor);
        add_biases(own, gradient, factor, own->biases);
    }
    if (ret_loss != NULL) {
        *ret_loss = (float)loss;
    }
    return NEURAL_OK;
}

enum neural_status neural_gradient(struct neural_net *net, const struct neural_batch *batch,
                                   size_t layer, float *ret_weights, float *ret_biases)
{
    double loss = 0;
    if (net == NULL || layer >= net->count) {
        return NEURAL_ERR_ARGUMENT;
    }
    const enum neural_status status = prepare(net, batch, &loss);
    if (status != NEURAL_OK) {
        return status;
    }
    for (size_t l = net->count; l-- > layer + 1;) {
        pass_back(net, l);
    }
    const struct layer *own = &net->layers[layer];
    const float *gradient = net->gradients[layer % 2];
    const float factor = 1 / (float)batch->count;
    if (ret_weights != NULL) {
        const struct neural_matrix m = {ret_weights, own->matrix.rows, own->matrix.cols};
        memset(ret_weights, 0, m.rows * m.cols * sizeof *ret_weights);
        const size_t pitch = turn(inputs_of(net, batch, layer), m.cols, net->turned);
        net->kernel->add_outer(&m, ret_weights, gradient, net->turned, pitch, factor);
    }
    if (ret_biases != NULL) {
        memset(ret_biases, 0, own->matrix.rows * sizeof *ret_biases);
        add_biases(own, gradient, factor, ret_biases);
    }
    return NEURAL_OK;
}
