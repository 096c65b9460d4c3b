/* Making an attention: options, scratch memory, the table of kernels.
 *
 * All scratch is one allocation, laid out twice by the same function: once to count its bytes, once
 * to hand them out. */
#include <math.h>
#include <stdlib.h>

#include "plan.h"

#define LINE 64u /* bytes; every array of the scratch begins at one */

const struct attention_kernel *const attention_kernels[] = {
    &attention_scalar,
#if ATTENTION_X86
    &attention_avx2,
    &attention_avx512,
#endif
    NULL,
};

const char *attention_status_text(enum attention_status status)
{
    switch (status) {
    case ATTENTION_EMPTY:
        return "no memory to attend to";
    case ATTENTION_OK:
        return "ok";
    case ATTENTION_ERR_ARGUMENT:
        return "invalid argument";
    case ATTENTION_ERR_MEMORY:
        return "out of memory";
    case ATTENTION_ERR_LIMIT:
        return "too many numbers or memories";
    case ATTENTION_ERR_NOT_FINITE:
        return "a number that is not finite";
    case ATTENTION_ERR_BALL:
        return "a point that is not inside of the ball";
    }
    return "unknown status";
}

static const struct attention_kernel *fastest(void)
{
    const struct attention_kernel *best = attention_kernels[0];
    for (size_t i = 0; attention_kernels[i] != NULL; i++) {
        best = attention_kernels[i]->available() ? attention_kernels[i] : best;
    }
    return best;
}

void attention_use(struct attention *attention, const struct attention_kernel *kernel)
{
    attention->kernel = kernel != NULL ? kernel : fastest();
}

/* Hands out the next part of the scratch memory; with NULL it only counts. */
static void *take(char *memory, size_t *used, size_t count, size_t size)
{
    void *part = memory != NULL ? memory + *used : NULL;
    *used += (count * size + LINE - 1) / LINE * LINE;
    return part;
}

/* Bytes of all arrays; sets them up when there is memory. */
static size_t lay_out(struct attention *a, char *memory)
{
    const size_t width = a->heads * a->dim;
    const size_t cells = a->heads * ((a->block + LANES - 1) / LANES * LANES);
    size_t used = 0;
    a->query = take(memory, &used, width, sizeof(float));
    a->sums = take(memory, &used, width, sizeof(float));
    a->part = take(memory, &used, a->dim, sizeof(float));
    a->maxima = take(memory, &used, a->heads, sizeof(float));
    a->scores = take(memory, &used, cells, sizeof(float));
    a->norms = take(memory, &used, cells, sizeof(float));
    a->picks = take(memory, &used, a->block, sizeof(uint32_t));
    a->totals = take(memory, &used, width, sizeof(double));
    a->masses = take(memory, &used, a->heads, sizeof(double));
    a->lengths = take(memory, &used, a->heads, sizeof(double));
    a->odds = take(memory, &used, a->heads, sizeof(double));
    a->gates = take(memory, &used, a->heads, sizeof(double));
    a->mixture = take(memory, &used, a->dim, sizeof(double));
    return used;
}

static enum attention_status check_options(const struct attention_options *options)
{
    const bool known = options->score == ATTENTION_DOT || options->score == ATTENTION_LORENTZ ||
                       options->score == ATTENTION_POINCARE;
    if (options->heads == 0 || options->dim == 0 || !known || !isfinite(options->scale) ||
        !isfinite(options->curvature) || options->scale < 0 || options->curvature < 0) {
        return ATTENTION_ERR_ARGUMENT;
    }
    const bool fits = options->heads <= ATTENTION_WIDTH_MAX &&
                      options->dim <= ATTENTION_WIDTH_MAX / options->heads &&
                      options->block <= ATTENTION_BLOCK_MAX;
    return fits ? ATTENTION_OK : ATTENTION_ERR_LIMIT;
}

enum attention_status attention_new(const struct attention_options *options,
                                    struct attention **ret_attention)
{
    if (options == NULL || ret_attention == NULL) {
        return ATTENTION_ERR_ARGUMENT;
    }
    const enum attention_status status = check_options(options);
    if (status != ATTENTION_OK) {
        return status;
    }
    struct attention *a = calloc(1, sizeof *a);
    if (a == NULL) {
        return ATTENTION_ERR_MEMORY;
    }
    const bool flat = options->score == ATTENTION_DOT;
    a->heads = options->heads;
    a->dim = options->dim;
    a->block = options->block != 0 ? options->block : ATTENTION_BLOCK_DEFAULT;
    a->score = options->score;
    a->curvature = options->curvature > 0 ? options->curvature : 1;
    a->scale = flat ? 1 / sqrtf((float)options->dim) : 1;
    a->scale = options->scale > 0 ? options->scale : a->scale;
    a->memory_bytes = lay_out(a, NULL) + LINE;
    a->memory = calloc(1, a->memory_bytes);
    if (a->memory == NULL) {
        free(a);
        return ATTENTION_ERR_MEMORY;
    }
    lay_out(a, (char *)a->memory + (LINE - (uintptr_t)a->memory % LINE));
    attention_use(a, NULL);
    *ret_attention = a;
    return ATTENTION_OK;
}

void attention_free(struct attention *attention)
{
    if (attention != NULL) {
        free(attention->self_memory);
        free(attention->kept);
        free(attention->memory);
        free(attention);
    }
}

size_t attention_bytes(const struct attention *attention)
{
    return sizeof *attention + attention->memory_bytes + attention->self_bytes +
           attention->kept_room * sizeof *attention->kept;
}
