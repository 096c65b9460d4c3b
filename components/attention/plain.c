/* Attention in three passes over all memories, with all scores kept in between: what the online
 * softmax is measured against.  Same kernels, same sums; only the order of work differs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"

/* Room for the scores of all blocks, a block after the other: of streams, whose blocks are whole
 * groups of rows, and of what the streams leave. */
static enum attention_status keep_room(struct attention *attention, const struct walk *walk)
{
    const size_t groups = attention->block / ROWS_AT_ONCE * ROWS_AT_ONCE;
    const size_t block = walk->per > 0 ? groups : attention->block;
    const size_t blocks = walk->memory->count / block + 2;
    const size_t of_block = walk->heads * walk->keys.pitch;
    if (blocks > SIZE_MAX / sizeof(float) / of_block) {
        return ATTENTION_ERR_LIMIT;
    }
    if (blocks * of_block <= attention->kept_room) {
        return ATTENTION_OK;
    }
    float *kept = malloc(blocks * of_block * sizeof *kept);
    if (kept == NULL) {
        return ATTENTION_ERR_MEMORY;
    }
    free(attention->kept);
    attention->kept = kept;
    attention->kept_room = blocks * of_block;
    return ATTENTION_OK;
}

static enum attention_status score_all(struct attention *attention, struct walk walk,
                                       const float *query)
{
    const size_t pitch = walk.keys.pitch;
    for (float *scores = attention->kept; walk_next(attention, &walk);
         scores += walk.heads * pitch) {
        const enum attention_status status = score_block(attention, &walk, query, scores);
        if (status != ATTENTION_OK) {
            return status;
        }
        for (size_t h = 0; h < walk.heads; h++) {
            const float greatest = attention->kernel->greatest(scores + h * pitch, walk.count);
            if (isnan(greatest)) {
                return ATTENTION_ERR_NOT_FINITE;
            }
            attention->maxima[h] = fmaxf(attention->maxima[h], greatest);
        }
    }
    return ATTENTION_OK;
}

static void weigh_all(struct attention *attention, struct walk walk)
{
    const size_t pitch = walk.keys.pitch;
    for (float *scores = attention->kept; walk_next(attention, &walk);
         scores += walk.heads * pitch) {
        for (size_t h = 0; h < walk.heads; h++) {
            attention->lengths[h] += (double)attention->kernel->weigh(
                scores + h * pitch, walk.count, attention->maxima[h]);
        }
    }
}

static enum attention_status blend_all(struct attention *attention, struct walk *walk)
{
    enum attention_status status = ATTENTION_OK;
    for (float *weights = attention->kept; status == ATTENTION_OK && walk_next(attention, walk);
         weights += walk->heads * walk->keys.pitch) {
        status = blend_block(attention, walk, weights);
        if (walk->seen / FOLD != (walk->seen - walk->count) / FOLD) {
            fold_sums(attention, walk->heads);
        }
    }
    fold_sums(attention, walk->heads);
    return status;
}

enum attention_status attention_plain(struct attention *attention,
                                      const struct attention_memory *memory, const float *query,
                                      float *ret_output, float *ret_logarithm)
{
    if (attention == NULL || memory == NULL || query == NULL || ret_output == NULL) {
        return ATTENTION_ERR_ARGUMENT;
    }
    struct walk walk;
    enum attention_status status = walk_begin(attention, memory, 0, attention->heads, &walk);
    if (status == ATTENTION_OK) {
        status = keep_room(attention, &walk);
    }
    if (status != ATTENTION_OK) {
        return status;
    }
    begin_sums(attention, query, walk.heads);
    status = score_all(attention, walk, query);
    if (status == ATTENTION_OK) {
        weigh_all(attention, walk);
        status = blend_all(attention, &walk);
    }
    return status == ATTENTION_OK ? conclude(attention, &walk, ret_output, ret_logarithm) : status;
}
