/* Folding.  Equal lists of addresses are put together before anything is named, and equal names
 * afterwards: two calls in one function are two addresses of one frame. */
#include "stacks/fold.h"

#include <stdlib.h>
#include <string.h>

typedef VEC(struct stack_sample) sample_list;

static int by_addresses(const void *a_, const void *b_)
{
    const struct stack_sample *a = a_, *b = b_;
    if (a->count != b->count)
        return a->count < b->count ? -1 : 1;
    if (a->is_cut != b->is_cut)
        return a->is_cut ? 1 : -1;
    return memcmp(a->addresses, b->addresses, a->count * sizeof *a->addresses);
}

/* How many frames, counted from the innermost, are the benchmark's: up to the outermost one that is
 * neither the host's nor the C library's. */
static size_t own_frames(const struct stack_sample *sample, const struct names *names)
{
    size_t count = sample->count;
    while (count > 0 && names_is_ours(names, sample->addresses[count - 1]))
        count--;
    return count;
}

/* The frames from the outermost on; of a text that is too long the outermost go. */
static const char *fold_one(const struct stack_sample *sample, struct names *names,
                            struct arena *arena)
{
    char text[FOLDED_STACK_MAX];
    size_t from = sizeof text - 1, own = sample->is_cut ? sample->count : own_frames(sample, names);
    bool is_cut = sample->is_cut;
    text[from] = '\0';
    for (size_t i = 0; i < own; i++) { /* written from the back */
        const char *name = names_of(names, sample->addresses[i]);
        const size_t length = name ? strlen(name) : 0;
        if (name == NULL)
            return NULL;
        is_cut |= from < length + sizeof FOLDED_CUT + 1;
        if (from < length + sizeof FOLDED_CUT + 1)
            break;
        if (i > 0)
            text[--from] = ';';
        memcpy(text + (from -= length), name, length);
    }
    if (own == 0)
        return FOLDED_HOST;
    return is_cut ? arena_printf(arena, FOLDED_CUT ";%s", text + from)
                  : arena_copy(arena, text + from);
}

static int by_frames(const void *a, const void *b)
{
    return strcmp(((const struct folded_stack *)a)->frames,
                  ((const struct folded_stack *)b)->frames);
}

static int by_samples(const void *a_, const void *b_)
{
    const struct folded_stack *a = a_, *b = b_;
    return a->samples != b->samples ? (a->samples < b->samples) - (a->samples > b->samples)
                                    : by_frames(a, b);
}

/* Rows of equal frames become one. */
static void join(struct folded *folded)
{
    size_t kept = 0;
    if (folded->stacks.count == 0)
        return;
    qsort(folded->stacks.items, folded->stacks.count, sizeof *folded->stacks.items, by_frames);
    for (size_t i = 1; i < folded->stacks.count; i++) {
        const struct folded_stack *next = &folded->stacks.items[i];
        if (by_frames(&folded->stacks.items[kept], next) == 0)
            folded->stacks.items[kept].samples += next->samples;
        else
            folded->stacks.items[++kept] = *next;
    }
    folded->stacks.count = kept + 1;
    qsort(folded->stacks.items, folded->stacks.count, sizeof *folded->stacks.items, by_samples);
}

static assay_status fold_sorted(const sample_list *samples, struct names *names,
                                struct folded *folded)
{
    for (size_t i = 0, next; i < samples->count; i = next) {
        next = i + 1;
        while (next < samples->count &&
               by_addresses(&samples->items[i], &samples->items[next]) == 0)
            next++;
        const char *frames = fold_one(&samples->items[i], names, &folded->arena);
        struct folded_stack *stack = frames != NULL ? vec_add(&folded->stacks) : NULL;
        if (stack == NULL)
            return ASSAY_ERR_MEMORY;
        *stack = (struct folded_stack){frames, next - i};
    }
    return ASSAY_OK;
}

assay_status fold_samples(const struct sampler *sampler, struct names *names,
                          struct folded *ret_folded)
{
    sample_list samples = {0};
    struct stack_sample sample;
    assay_status status = ASSAY_OK;
    *ret_folded = (struct folded){0};
    for (size_t at = 0; status == ASSAY_OK && sampler_next(sampler, &at, &sample);) {
        struct stack_sample *added = vec_add(&samples);
        if (added == NULL)
            status = ASSAY_ERR_MEMORY;
        else
            *added = sample;
    }
    if (samples.count > 0)
        qsort(samples.items, samples.count, sizeof *samples.items, by_addresses);
    if (status == ASSAY_OK)
        status = fold_sorted(&samples, names, ret_folded);
    vec_release(&samples);
    join(ret_folded);
    if (status != ASSAY_OK)
        folded_release(ret_folded);
    return status;
}

void folded_release(struct folded *folded)
{
    vec_release(&folded->stacks);
    arena_release(&folded->arena);
}
