/* OpenBLAS as an engine of the suite `neural`; see openblas.h. */
#include "openblas.h"

#include <cblas.h>
#include <string.h>

static void relu(float *values, size_t count)
{
    for (size_t i = 0; i < count; i++)
        values[i] = values[i] > 0 ? values[i] : 0;
}

void blas_signal(const struct blas_net *net, const float *x, float *room, float *ret_y)
{
    const int n = (int)net->width;
    openblas_set_num_threads(1);
    for (size_t l = 0; l < net->layers; l++) {
        const size_t last = net->layers - 1;
        float *to = l == last ? ret_y : room + l % 2 * net->width;
        memcpy(to, net->biases[l], net->width * sizeof *to);
        cblas_sgemv(CblasRowMajor, CblasNoTrans, n, n, 1, net->weights[l], n, x, 1, 1, to, 1);
        if (l < last)
            relu(to, net->width);
        x = to;
    }
}

static void forwards(const struct blas_net *net)
{
    const int n = (int)net->width, rows = (int)net->examples;
    for (size_t l = 0; l < net->layers; l++) {
        float *to = net->outputs[l + 1];
        for (size_t e = 0; e < net->examples; e++)
            memcpy(to + e * net->width, net->biases[l], net->width * sizeof *to);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, n, n, 1, net->outputs[l], n,
                    net->weights[l], n, 1, to, n);
        if (l + 1 < net->layers)
            relu(to, net->examples * net->width);
    }
}

static void move_biases(const struct blas_net *net, size_t layer, float factor)
{
    for (size_t e = 0; e < net->examples; e++)
        cblas_saxpy((int)net->width, factor, net->gradients[layer + 1] + e * net->width, 1,
                    net->biases[layer], 1);
}

void blas_train(const struct blas_net *net, const float *targets, float rate)
{
    const int n = (int)net->width, rows = (int)net->examples;
    const size_t count = net->examples * net->width;
    const float factor = -rate / (float)net->examples;
    openblas_set_num_threads(1);
    forwards(net);
    for (size_t i = 0; i < count; i++)
        net->gradients[net->layers][i] = net->outputs[net->layers][i] - targets[i];
    for (size_t l = net->layers; l-- > 0;) {
        const float *gradient = net->gradients[l + 1];
        float *before = net->gradients[l];
        if (l > 0) {
            cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, n, n, 1, gradient, n,
                        net->weights[l], n, 0, before, n);
            for (size_t i = 0; i < count; i++)
                before[i] = net->outputs[l][i] > 0 ? before[i] : 0;
        }
        cblas_sgemm(CblasRowMajor, CblasTrans, CblasNoTrans, n, n, rows, factor, gradient, n,
                    net->outputs[l], n, 1, net->weights[l], n);
        move_biases(net, l, factor);
    }
}
