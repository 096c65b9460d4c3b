/* components/neural: nets against their definition in doubles, gradients against central
 * differences, learning against bounds of its loss. */
#include <stdint.h>

#include "../harness.h"
#include "neural.h"

#define B NEURAL_BATCH
#define WIDTH_MAX 70u

static double random_number(uint64_t *state) /* splitmix64, Vigna's public-domain reference */
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1;
}

static float *random_numbers(size_t count, uint64_t seed)
{
    float *made = malloc(count * sizeof *made);
    CHECK(made != NULL);
    for (size_t i = 0; i < count; i++) {
        made[i] = (float)random_number(&seed);
    }
    return made;
}

static struct neural_net *new_net(const size_t *widths, size_t count, enum neural_function function,
                                  enum neural_loss loss)
{
    struct neural_net *net = NULL;
    const struct neural_shape shape = {widths, count, function, loss, 7};
    CHECK(neural_new(&shape, &net) == NEURAL_OK);
    CHECK_EQ(neural_layers(net), count - 1);
    for (size_t l = 0; l + 1 < count; l++) {
        CHECK_EQ(neural_width(net, l), widths[l]);
        float *biases = neural_biases(net, l);
        for (size_t i = 0; i < widths[l + 1]; i++) {
            biases[i] = (float)i / 100 - 0.1f;
        }
    }
    return net;
}

/* ---- the oracle ---- */

static double function_value(enum neural_function function, double x)
{
    return function == NEURAL_TANH ? tanh(x) : function == NEURAL_RELU ? fmax(x, 0) : x;
}

/* Outputs for example e of a batch (pitch B), or a single vector (pitch 1, e 0). */
static void oracle(struct neural_net *net, enum neural_function function, const float *x,
                   size_t pitch, size_t e, double *ret)
{
    double now[WIDTH_MAX], next[WIDTH_MAX];
    const size_t layers = neural_layers(net);
    for (size_t i = 0; i < neural_width(net, 0); i++) {
        now[i] = (double)x[i * pitch + e];
    }
    for (size_t l = 0; l < layers; l++) {
        const size_t rows = neural_width(net, l + 1), cols = neural_width(net, l);
        for (size_t r = 0; r < rows; r++) {
            double sum = (double)neural_biases(net, l)[r];
            for (size_t c = 0; c < cols; c++) {
                sum += (double)neural_weights(net, l)[r * cols + c] * now[c];
            }
            next[r] = l + 1 < layers ? function_value(function, sum) : sum;
        }
        memcpy(now, next, rows * sizeof *now);
    }
    memcpy(ret, now, neural_width(net, layers) * sizeof *ret);
}

static double oracle_loss(struct neural_net *net, enum neural_function function,
                          enum neural_loss kind, const struct neural_batch *batch)
{
    const size_t width = neural_width(net, neural_layers(net));
    double loss = 0, y[WIDTH_MAX];
    for (size_t e = 0; e < batch->count; e++) {
        double sum = 0;
        oracle(net, function, batch->inputs, B, e, y);
        for (size_t i = 0; i < width; i++) {
            sum += exp(y[i]);
        }
        for (size_t i = 0; i < width; i++) {
            const double target = (double)batch->targets[i * B + e];
            loss += kind == NEURAL_SQUARE ? pow(y[i] - target, 2) / 2 : -target * (y[i] - log(sum));
        }
    }
    return loss / (double)batch->count;
}

static const size_t SHAPES[][6] = {
    {1, 1}, {3, 5}, {16, 33, 17}, {64, 65, 31, 8}, {7, 12, 24, 13, 6, 3}, {70, 32, 64, 16, 48, 2}};
static const size_t COUNTS[] = {2, 2, 3, 4, 6, 6};
#define SHAPE_COUNT (sizeof COUNTS / sizeof *COUNTS)

static void check_shape(size_t s, enum neural_function function, const struct neural_kernel *kernel)
{
    struct neural_net *net = new_net(SHAPES[s], COUNTS[s], function, NEURAL_SQUARE);
    const size_t in = SHAPES[s][0], out = SHAPES[s][COUNTS[s] - 1];
    float *x = random_numbers(in * B, s), y[WIDTH_MAX], *outputs = random_numbers(out * B, 1);
    double want[WIDTH_MAX];
    neural_use(net, kernel);
    CHECK(neural_signal(net, x, y) == NEURAL_OK);
    oracle(net, function, x, 1, 0, want);
    for (size_t i = 0; i < out; i++) {
        CHECK(fabs((double)y[i] - want[i]) < 1e-5);
    }
    CHECK(neural_outputs(net, x, outputs) == NEURAL_OK);
    for (size_t e = 0; e < B; e++) {
        oracle(net, function, x, B, e, want);
        for (size_t i = 0; i < out; i++) {
            CHECK(fabs((double)outputs[i * B + e] - want[i]) < 1e-5);
        }
    }
    free(x);
    free(outputs);
    neural_free(net);
}

TEST(signals_and_batches_are_those_of_the_definition_in_every_kernel)
{
    for (size_t k = 0; neural_kernels[k] != NULL; k++) {
        for (size_t s = 0; s < SHAPE_COUNT && neural_kernel_available(neural_kernels[k]); s++) {
            check_shape(s, NEURAL_TANH, neural_kernels[k]);
            check_shape(s, NEURAL_RELU, neural_kernels[k]);
            check_shape(s, NEURAL_LINEAR, neural_kernels[k]);
        }
    }
}

/* Beyond a second cache rows are read in another order; sizes that fill neither its eight streams
 * nor a vector, and weights that fill a large page. */
TEST(signals_through_a_large_layer_are_those_of_the_definition_in_every_kernel)
{
    const size_t cols = 701, rows = 813;
    struct neural_net *net = new_net((const size_t[]){cols, rows}, 2, NEURAL_LINEAR, NEURAL_SQUARE);
    const float *w = neural_weights(net, 0), *biases = neural_biases(net, 0);
    float *x = random_numbers(cols, 9), *y = random_numbers(rows, 1);
    for (size_t k = 0; neural_kernels[k] != NULL; k++) {
        if (!neural_kernel_available(neural_kernels[k])) {
            continue;
        }
        neural_use(net, neural_kernels[k]);
        memset(y, 0, rows * sizeof *y);
        CHECK(neural_signal(net, x, y) == NEURAL_OK);
        for (size_t r = 0; r < rows; r++) {
            double want = (double)biases[r];
            for (size_t c = 0; c < cols; c++) {
                want += (double)w[r * cols + c] * (double)x[c];
            }
            CHECK(fabs((double)y[r] - want) < 1e-5);
        }
    }
    free(x);
    free(y);
    neural_free(net);
}

TEST(a_signal_through_all_layers_is_the_composition_of_layers)
{
    struct neural_net *net = new_net(SHAPES[5], COUNTS[5], NEURAL_TANH, NEURAL_SQUARE);
    float *x = random_numbers(WIDTH_MAX, 3), now[WIDTH_MAX], next[WIDTH_MAX], y[WIDTH_MAX];
    CHECK(neural_signal(net, x, y) == NEURAL_OK);
    memcpy(now, x, 70 * sizeof *now);
    for (size_t l = 0; l < neural_layers(net); l++) {
        neural_layer(net, l, now, next);
        memcpy(now, next, neural_width(net, l + 1) * sizeof *now);
    }
    CHECK(memcmp(now, y, 2 * sizeof *y) == 0);
    free(x);
    neural_free(net);
}

/* ---- gradients ---- */

static void check_parameter(struct neural_net *net, float *parameter, double got,
                            const enum neural_function function, enum neural_loss loss,
                            const struct neural_batch *batch)
{
    const float kept = *parameter, step = 1e-3f;
    *parameter = kept + step;
    const double above = oracle_loss(net, function, loss, batch), up = (double)*parameter;
    *parameter = kept - step;
    const double below = oracle_loss(net, function, loss, batch), down = (double)*parameter;
    *parameter = kept;
    const double want = (above - below) / (up - down);
    CHECK(fabs(got - want) <= 1e-3 * fabs(want) + 1e-5);
}

static void check_gradient(size_t s, enum neural_function function, enum neural_loss loss,
                           const struct neural_kernel *kernel)
{
    struct neural_net *net = new_net(SHAPES[s], COUNTS[s], function, loss);
    float *x = random_numbers(SHAPES[s][0] * B, s + 1);
    float *t = random_numbers(SHAPES[s][COUNTS[s] - 1] * B, s + 2);
    float *weights = malloc((size_t)WIDTH_MAX * WIDTH_MAX * sizeof *weights), biases[WIDTH_MAX];
    const struct neural_batch batch = {x, t, 5};
    neural_use(net, kernel);
    for (size_t i = 0; i < SHAPES[s][COUNTS[s] - 1] * B; i++) {
        t[i] = fabsf(t[i]); /* a distribution but for its sum */
    }
    for (size_t l = 0; l < neural_layers(net); l++) {
        const size_t rows = neural_width(net, l + 1), cols = neural_width(net, l);
        CHECK(neural_gradient(net, &batch, l, weights, biases) == NEURAL_OK);
        for (size_t i = 0; i < rows * cols; i += 1 + rows * cols / 40) {
            check_parameter(net, neural_weights(net, l) + i, (double)weights[i], function, loss,
                            &batch);
        }
        check_parameter(net, neural_biases(net, l) + rows - 1, (double)biases[rows - 1], function,
                        loss, &batch);
    }
    free(x);
    free(t);
    free(weights);
    neural_free(net);
}

TEST(gradients_are_those_of_central_differences_in_every_kernel)
{
    for (size_t k = 0; neural_kernels[k] != NULL; k++) {
        for (size_t s = 0; s < SHAPE_COUNT && neural_kernel_available(neural_kernels[k]); s++) {
            check_gradient(s, NEURAL_TANH, NEURAL_SQUARE, neural_kernels[k]);
            check_gradient(s, NEURAL_TANH, NEURAL_ENTROPY, neural_kernels[k]);
            check_gradient(s, NEURAL_LINEAR, NEURAL_SQUARE, neural_kernels[k]);
        }
    }
}

TEST(a_step_moves_each_parameter_against_its_gradient)
{
    struct neural_net *net = new_net(SHAPES[3], COUNTS[3], NEURAL_RELU, NEURAL_SQUARE);
    float *x = random_numbers(64 * B, 1), *t = random_numbers(8 * B, 2), loss = 0;
    float *gradients[3], biases[3][WIDTH_MAX], *before[3];
    const struct neural_batch batch = {x, t, B};
    for (size_t l = 0; l < 3; l++) {
        const size_t size = neural_width(net, l) * neural_width(net, l + 1) * sizeof(float);
        gradients[l] = malloc(size);
        before[l] = malloc(size);
        CHECK(neural_gradient(net, &batch, l, gradients[l], biases[l]) == NEURAL_OK);
        memcpy(before[l], neural_weights(net, l), size);
    }
    const double want_loss = oracle_loss(net, NEURAL_RELU, NEURAL_SQUARE, &batch);
    CHECK(neural_train(net, &batch, 0.5f, &loss) == NEURAL_OK);
    CHECK_NEAR((double)loss, want_loss, 1e-5);
    for (size_t l = 0; l < 3; l++) {
        const size_t rows = neural_width(net, l + 1), count = rows * neural_width(net, l);
        for (size_t i = 0; i < count; i++) {
            const double want = (double)before[l][i] - 0.5 * (double)gradients[l][i];
            CHECK(fabs((double)neural_weights(net, l)[i] - want) < 1e-6);
        }
        for (size_t i = 0; i < rows; i++) {
            const double want = (double)((float)i / 100 - 0.1f) - 0.5 * (double)biases[l][i];
            CHECK(fabs((double)neural_biases(net, l)[i] - want) < 1e-6);
        }
        free(gradients[l]);
        free(before[l]);
    }
    free(x);
    free(t);
    neural_free(net);
}

/* ---- what is refused ---- */

TEST(bad_input_gets_a_status_and_changes_nothing)
{
    const size_t widths[] = {2, 3}, zero[] = {2, 0}, wide[] = {2, NEURAL_WIDTH_MAX + 1};
    struct neural_net *net = NULL;
    float x[3 * B] = {0}, t[3 * B] = {0}, y[3 * B], loss = 0;
    CHECK(neural_new(NULL, &net) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_new(&(struct neural_shape){widths, 2, .seed = 1}, NULL) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_new(&(struct neural_shape){widths, 1, .seed = 1}, &net) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_new(&(struct neural_shape){NULL, 2, .seed = 1}, &net) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_new(&(struct neural_shape){zero, 2, .seed = 1}, &net) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_new(&(struct neural_shape){wide, 2, .seed = 1}, &net) == NEURAL_ERR_LIMIT);
    CHECK(neural_new(&(struct neural_shape){widths, 99, .seed = 1}, &net) == NEURAL_ERR_LIMIT);
    CHECK(neural_new(&(struct neural_shape){widths, 2, (enum neural_function)9, NEURAL_SQUARE, 1},
                     &net) == NEURAL_ERR_ARGUMENT);
    CHECK(net == NULL);
    net = new_net(widths, 2, NEURAL_TANH, NEURAL_ENTROPY);
    CHECK(neural_signal(net, NULL, y) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_outputs(net, x, NULL) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_train(net, &(struct neural_batch){x, t, 0}, 1, &loss) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_train(net, &(struct neural_batch){x, t, B + 1}, 1, &loss) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_train(net, &(struct neural_batch){x, t, 1}, NAN, &loss) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_gradient(net, &(struct neural_batch){x, t, 1}, 1, y, y) == NEURAL_ERR_ARGUMENT);
    const float kept = neural_weights(net, 0)[0];
    x[0] = INFINITY;
    CHECK(neural_train(net, &(struct neural_batch){x, t, 1}, 1, &loss) == NEURAL_ERR_NOT_FINITE);
    CHECK(neural_weights(net, 0)[0] == kept);
    neural_free(net);
    neural_free(NULL);
    CHECK_STR(neural_status_text(NEURAL_ERR_LIMIT), "too many layers or numbers");
    CHECK_STR(neural_status_text((enum neural_status)5), "unknown status");
}

TEST_MAIN
