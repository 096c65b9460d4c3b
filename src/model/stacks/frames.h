/* The frames of folded stacks as a tree, laid out as a flame graph draws it. */
#ifndef MODEL_STACKS_FRAMES_H
#define MODEL_STACKS_FRAMES_H

#include "base/vec.h"
#include "model/stacks/stacks.h"

/* A function as one caller sees it: with what it called. */
struct stack_frame {
    const char *name; /* lent by the stacks, not NUL-terminated */
    size_t length;
    uint64_t samples;
    uint64_t from; /* samples to its left */
    size_t parent; /* its caller; of frame 0: itself */
    size_t last;   /* the last frame that it called, while the tree grows; 0: none */
    size_t depth;
};
typedef VEC(struct stack_frame) stack_frame_vec;

/* Frame 0 stands for all samples; every other one comes after its caller.  Of those that one caller
 * has the widest is the leftmost.  Free with vec_release, also after ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status stack_frames(const struct stacks *stacks,
                                           stack_frame_vec *ret_frames);

#endif
