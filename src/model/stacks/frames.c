/* Stacks in the order of their frames: then a frame that is met again is the last one that its
 * caller called, and no name is looked for.
 * Invariant: a caller stands before what it calls, so that one walk forward lays all of them out,
 * however deep they are. */
#include "model/stacks/frames.h"

#include <stdlib.h>
#include <string.h>

typedef VEC(struct stack_line) line_vec;

/* The end of a frame's name comes before every other byte. */
static int rank(char byte)
{
    return byte == ';' ? -1 : (unsigned char)byte;
}

static int by_frames(const void *a_, const void *b_)
{
    const struct stack_line *a = a_, *b = b_;
    const size_t shorter = a->length < b->length ? a->length : b->length;
    size_t i = 0;
    while (i < shorter && a->frames[i] == b->frames[i])
        i++;
    if (i < shorter)
        return rank(a->frames[i]) - rank(b->frames[i]);
    return (a->length > b->length) - (a->length < b->length);
}

static assay_status read_lines(const struct stacks *stacks, line_vec *lines)
{
    struct stack_line line;
    for (const char *at = stacks->folded; stacks_next(&at, &line);) {
        struct stack_line *added = vec_add(lines);
        if (added == NULL)
            return ASSAY_ERR_MEMORY;
        *added = line;
    }
    if (lines->count > 0)
        qsort(lines->items, lines->count, sizeof *lines->items, by_frames);
    return ASSAY_OK;
}

static bool is_called(const struct stack_frame *frame, const char *name, size_t length)
{
    return frame->length == length && memcmp(frame->name, name, length) == 0;
}

/* What `caller` called under this name; 0 when memory is out. */
static size_t callee(stack_frame_vec *frames, size_t caller, const char *name, size_t length)
{
    const size_t last = frames->items[caller].last, at = frames->count;
    if (last != 0 && is_called(&frames->items[last], name, length))
        return last;
    struct stack_frame *frame = vec_add(frames);
    if (frame == NULL)
        return 0;
    *frame = (struct stack_frame){
        .name = name, .length = length, .parent = caller, .depth = frames->items[caller].depth + 1};
    return frames->items[caller].last = at;
}

static assay_status add_line(stack_frame_vec *frames, struct stack_line line)
{
    const uint64_t samples = line.samples;
    const char *name;
    size_t length, at = 0;
    frames->items[0].samples += samples;
    while (stack_next_frame(&line, &name, &length)) {
        at = callee(frames, at, name, length);
        if (at == 0)
            return ASSAY_ERR_MEMORY;
        frames->items[at].samples += samples;
    }
    return ASSAY_OK;
}

/* Beside its siblings; the widest first, else in the order in which they came. */
static int by_place(const void *a_, const void *b_, void *frames_)
{
    const struct stack_frame *frames = frames_;
    const size_t a = *(const size_t *)a_, b = *(const size_t *)b_;
    const struct stack_frame *x = &frames[a], *y = &frames[b];
    if (x->parent != y->parent)
        return x->parent < y->parent ? -1 : 1;
    if (x->samples != y->samples)
        return x->samples > y->samples ? -1 : 1;
    return (a > b) - (a < b);
}

static assay_status lay_out(stack_frame_vec *frames)
{
    size_t *order = malloc(frames->count * sizeof *order);
    if (order == NULL)
        return ASSAY_ERR_MEMORY;
    for (size_t i = 0; i < frames->count; i++)
        order[i] = i;
    qsort_r(order + 1, frames->count - 1, sizeof *order, by_place, frames->items);
    for (size_t i = 1; i < frames->count; i++) {
        struct stack_frame *frame = &frames->items[order[i]];
        const struct stack_frame *left = &frames->items[order[i - 1]];
        const bool is_first = i == 1 || left->parent != frame->parent;
        frame->from = is_first ? frames->items[frame->parent].from : left->from + left->samples;
    }
    free(order);
    return ASSAY_OK;
}

assay_status stack_frames(const struct stacks *stacks, stack_frame_vec *ret_frames)
{
    line_vec lines = {0};
    *ret_frames = (stack_frame_vec){0};
    struct stack_frame *all = vec_add(ret_frames);
    if (all == NULL)
        return ASSAY_ERR_MEMORY;
    *all = (struct stack_frame){.name = "all samples", .length = sizeof "all samples" - 1};
    assay_status status = read_lines(stacks, &lines);
    for (size_t i = 0; status == ASSAY_OK && i < lines.count; i++)
        status = add_line(ret_frames, lines.items[i]);
    vec_release(&lines);
    return status == ASSAY_OK ? lay_out(ret_frames) : status;
}
