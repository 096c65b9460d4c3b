/* OpenBLAS as an engine: K q, a softmax, V' w, head by head; what a user writes who has BLAS. */
#include <cblas.h>
#include <math.h>
#include <string.h>

#include "engine.h"

static float softmax(float *scores, size_t count)
{
    float greatest = scores[0], sum = 0;
    for (size_t i = 1; i < count; i++)
        greatest = scores[i] > greatest ? scores[i] : greatest;
    for (size_t i = 0; i < count; i++) {
        scores[i] = expf(scores[i] - greatest);
        sum += scores[i];
    }
    return sum;
}

void openblas_attention(const struct engine_input *input, float *scores, float *ret_output)
{
    const int dim = (int)input->options.dim, count = (int)input->count;
    const int width = (int)input->options.heads * dim;
    const float scale = 1 / sqrtf((float)dim);
    openblas_set_num_threads(1);
    for (int first = 0; first < width; first += dim) {
        cblas_sgemv(CblasRowMajor, CblasNoTrans, count, dim, scale, input->keys + first, width,
                    input->query + first, 1, 0, scores, 1);
        const float sum = softmax(scores, input->count);
        cblas_sgemv(CblasRowMajor, CblasTrans, count, dim, 1 / sum, input->values + first, width,
                    scores, 1, 0, ret_output + first, 1);
    }
}

/* Of a row's first `seen` scores; the others become 0. */
static void soften(float *scores, size_t seen, size_t count)
{
    const float factor = 1 / softmax(scores, seen);
    for (size_t i = 0; i < seen; i++)
        scores[i] *= factor;
    memset(scores + seen, 0, (count - seen) * sizeof *scores);
}

void openblas_self_attention(const struct engine_sequence *sequence, float *scores,
                             float *ret_output)
{
    const int dim = (int)sequence->options.dim, rows = (int)sequence->rows;
    const int width = (int)sequence->options.heads * dim;
    const float scale = 1 / sqrtf((float)dim);
    openblas_set_num_threads(1);
    for (int first = 0; first < width; first += dim) {
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasTrans, rows, rows, dim, scale,
                    sequence->queries + first, width, sequence->keys + first, width, 0, scores,
                    rows);
        for (size_t i = 0; i < sequence->rows; i++)
            soften(scores + i * sequence->rows, sequence->causal ? i + 1 : sequence->rows,
                   sequence->rows);
        cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, rows, dim, rows, 1, scores, rows,
                    sequence->values + first, width, 0, ret_output + first, width);
    }
}
