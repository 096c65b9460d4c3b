/* An attention's options and scratch memory, and what its mechanisms share.  Internal. */
#ifndef ATTENTION_PLAN_H
#define ATTENTION_PLAN_H

#include "kernels.h"

#define FOLD 4096u /* memories whose values are summed in f32 */

struct attention {
    const struct attention_kernel *kernel;
    size_t heads, dim, block;
    enum attention_score score;
    float scale, curvature;

    void *memory; /* what all of the following lie in */
    size_t memory_bytes;
    float *query;    /* heads * dim: the query, scaled where the score is a product */
    float *sums;     /* heads * dim: weighted values of up to FOLD memories */
    double *totals;  /* heads * dim */
    double *masses;  /* heads: sum of weights, of hyperbolic values with their Lorentz factor */
    double *lengths; /* heads: sum of weights */
    float *maxima;   /* heads: the greatest score so far */
    double *odds, *gates, *mixture; /* of experts: heads, heads, dim */
    float *part;                    /* dim: one expert's output */
    float *scores, *norms;          /* of a block: heads * pitch */
    uint32_t *picks;                /* of a block */

    float *kept; /* scores of attention_plain */
    size_t kept_room;

    void *self_memory; /* of attention_self */
    size_t self_bytes;
};

/* Some heads of a memory, one block after the other. */
struct walk {
    const struct attention_memory *memory;
    size_t first_head, heads;
    size_t next;  /* the first memory that was not looked at */
    size_t seen;  /* memories that were not masked */
    size_t begin; /* of the block: its first memory where there are no picks */
    size_t per;   /* memories in each of ROWS_AT_ONCE streams; 0: they are read in their order */
    size_t count; /* of the block */
    struct attention_rows keys, values;
};

/* Checks what is given, and sets up a walk over `heads` heads from `first_head` on. */
enum attention_status walk_begin(struct attention *attention, const struct attention_memory *memory,
                                 size_t first_head, size_t heads, struct walk *ret_walk);

/* Goes to the next block; false after the last one. */
bool walk_next(struct attention *attention, struct walk *walk);

/* Attention of some heads, whose queries follow each other at `query`. */
enum attention_status attend(struct attention *attention, struct walk *walk, const float *query);

/* Divides what attend gathered. */
enum attention_status conclude(struct attention *attention, const struct walk *walk,
                               float *ret_output, float *ret_logarithm);

/* Steps of attend, of which attention_plain makes passes of its own. */
void begin_sums(struct attention *attention, const float *query, size_t heads);
enum attention_status score_block(struct attention *attention, const struct walk *walk,
                                  const float *query, float *ret_scores);
enum attention_status blend_block(struct attention *attention, const struct walk *walk,
                                  float *weights);
void fold_sums(struct attention *attention, size_t heads);

#endif
