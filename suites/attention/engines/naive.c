/* Attention without a trick: scores, softmax, sum, head by head, all in doubles.  Shares no code
 * with components/attention: it is what that is checked against. */
#include <math.h>
#include <string.h>

#include "engine.h"

struct head {
    const struct engine_input *input;
    size_t width, first; /* numbers of a row, and of those before this head */
};

static double product(const float *a, const float *b, size_t dim)
{
    double sum = 0;
    for (size_t k = 0; k < dim; k++)
        sum += (double)a[k] * (double)b[k];
    return sum;
}

/* Of curvature -1; Gulcehre et al. 2019, arXiv 1805.09786. */
static double distance(const float *a, const float *b, size_t dim, enum attention_score score)
{
    double aa = product(a, a, dim), bb = product(b, b, dim), ab = product(a, b, dim);
    if (score == ATTENTION_LORENTZ)
        return acosh(fmax(sqrt(1 + aa) * sqrt(1 + bb) - ab, 1));
    return acosh(fmax(1 + 2 * (aa + bb - 2 * ab) / ((1 - aa) * (1 - bb)), 1));
}

static double score_of(const struct head *head, size_t i)
{
    const struct engine_input *input = head->input;
    const float *query = input->query + head->first;
    const float *key = input->keys + i * head->width + head->first;
    size_t dim = input->options.dim;
    return input->options.score == ATTENTION_DOT ? product(query, key, dim) / sqrt((double)dim)
                                                 : -distance(query, key, dim, input->options.score);
}

/* To the hyperboloid: x = factor * value, with its first coordinate. */
static double raise(const float *value, size_t dim, enum attention_score score, double *ret_first)
{
    double norm = product(value, value, dim);
    *ret_first = score == ATTENTION_LORENTZ ? sqrt(1 + norm) : (1 + norm) / (1 - norm);
    return score == ATTENTION_LORENTZ ? 1 : 2 / (1 - norm);
}

static void blend(const struct head *head, const double *weights, double *ret_output)
{
    const struct engine_input *input = head->input;
    size_t dim = input->options.dim;
    bool flat = input->options.score == ATTENTION_DOT;
    double mass = 0, norm = 0;
    memset(ret_output, 0, dim * sizeof *ret_output);
    for (size_t i = 0; i < input->count; i++) {
        const float *value = input->values + i * head->width + head->first;
        double first = 1;
        double factor = flat ? 1 : raise(value, dim, input->options.score, &first);
        mass += weights[i] * first;
        for (size_t k = 0; k < dim; k++)
            ret_output[k] += weights[i] * factor * (double)value[k];
    }
    for (size_t k = 0; k < dim; k++) {
        ret_output[k] /= mass;
        norm += ret_output[k] * ret_output[k];
    }
    double root = flat ? 1 : sqrt(1 - norm);
    double back = flat || input->options.score == ATTENTION_LORENTZ ? 1 / root : 1 / (1 + root);
    for (size_t k = 0; k < dim; k++)
        ret_output[k] *= back;
}

void naive_attention(const struct engine_input *input, double *scores, double *ret_output)
{
    const struct attention_options *options = &input->options;
    for (size_t h = 0; h < options->heads; h++) {
        struct head head = {input, options->heads * options->dim, h * options->dim};
        double greatest = -HUGE_VAL;
        for (size_t i = 0; i < input->count; i++) {
            scores[i] = score_of(&head, i);
            greatest = fmax(greatest, scores[i]);
        }
        for (size_t i = 0; i < input->count; i++)
            scores[i] = exp(scores[i] - greatest);
        blend(&head, scores, ret_output + head.first);
    }
}
