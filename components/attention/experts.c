/* A mixture of experts: the router's softmax, the choice of the greatest, and attention of the
 * chosen heads only, each as a walk of its own. */
#include <math.h>
#include <string.h>

#include "plan.h"

/* p = softmax(weights * query), relative to the greatest, in double precision; false when a number
 * is not finite.  Heads are few, so that the kernels would not pay. */
static bool route(const struct attention *attention, const float *weights, const float *query,
                  double *ret_odds)
{
    const size_t width = attention->heads * attention->dim;
    double greatest = -HUGE_VAL, check = 0;
    for (size_t e = 0; e < attention->heads; e++) {
        struct attention_rows rows = {
            .base = (const char *)(weights + e * width),
            .count = 1,
            .pitch = LANES,
            .stride = width * sizeof *weights,
            .heads = 1,
            .dim = width,
            .type = ATTENTION_F32,
        };
        float logits[LANES];
        attention->kernel->dots(&rows, query, logits);
        ret_odds[e] = (double)logits[0];
        check += 0 * ret_odds[e];
        greatest = fmax(greatest, ret_odds[e]);
    }
    for (size_t e = 0; e < attention->heads; e++) {
        ret_odds[e] = exp(ret_odds[e] - greatest);
    }
    return !isnan(check);
}

/* The most likely expert; of equal ones the first. */
static size_t best_of(const double *odds, size_t count)
{
    size_t best = 0;
    for (size_t e = 1; e < count; e++) {
        best = odds[e] > odds[best] ? e : best;
    }
    return best;
}

/* Zeroes the odds of all but the `chosen` best, and makes the sum of those 1. */
static void choose(double *odds, size_t count, size_t chosen, double *gates)
{
    double sum = 0;
    memset(gates, 0, count * sizeof *gates);
    for (size_t i = 0; i < chosen; i++) {
        const size_t best = best_of(odds, count);
        gates[best] = odds[best];
        sum += odds[best];
        odds[best] = -1;
    }
    for (size_t e = 0; e < count; e++) {
        gates[e] /= sum;
    }
}

/* One expert's part of the output; zeros where there is no memory. */
static enum attention_status ask(struct attention *attention, const struct attention_memory *memory,
                                 size_t expert, const float *query, float *ret_part)
{
    struct walk walk;
    enum attention_status status = walk_begin(attention, memory, expert, 1, &walk);
    if (status == ATTENTION_OK) {
        status = attend(attention, &walk, query + expert * attention->dim);
    }
    return status == ATTENTION_OK ? conclude(attention, &walk, ret_part, NULL) : status;
}

enum attention_status attention_experts(struct attention *attention,
                                        const struct attention_memory *memory, const float *query,
                                        const struct attention_router *router, float *ret_output,
                                        float *ret_gates)
{
    if (attention == NULL || memory == NULL || query == NULL || router == NULL ||
        ret_output == NULL || router->weights == NULL || router->chosen == 0 ||
        router->chosen > attention->heads || attention->score != ATTENTION_DOT) {
        return ATTENTION_ERR_ARGUMENT;
    }
    double *gates = attention->gates, *mixture = attention->mixture;
    if (!route(attention, router->weights, query, attention->odds)) {
        return ATTENTION_ERR_NOT_FINITE;
    }
    choose(attention->odds, attention->heads, router->chosen, gates);
    memset(mixture, 0, attention->dim * sizeof *mixture);
    enum attention_status status = ATTENTION_OK;
    for (size_t e = 0; e < attention->heads && status >= ATTENTION_OK; e++) {
        if (gates[e] > 0) {
            status = ask(attention, memory, e, query, attention->part);
        }
        for (size_t k = 0; k < attention->dim && gates[e] > 0; k++) {
            mixture[k] += gates[e] * (double)attention->part[k];
        }
    }
    for (size_t k = 0; k < attention->dim && status >= ATTENTION_OK; k++) {
        ret_output[k] = (float)mixture[k];
    }
    for (size_t e = 0; e < attention->heads && status >= ATTENTION_OK && ret_gates != NULL; e++) {
        ret_gates[e] = (float)gates[e];
    }
    return status;
}
