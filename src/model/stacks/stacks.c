/* Folded stacks as text are what other tools read and write, and small; so they are kept as they
 * are and read when somebody looks. */
#include "model/stacks/stacks.h"

#include <stdlib.h>
#include <string.h>

/* The number behind the last blank of a line; false when there is none. */
static bool read_line(const char *line, size_t length, struct stack_line *ret_line)
{
    size_t blank = length;
    uint64_t samples = 0;
    while (blank > 0 && line[blank - 1] >= '0' && line[blank - 1] <= '9')
        blank--;
    for (size_t i = blank; i < length; i++) {
        const uint64_t digit = (uint64_t)(line[i] - '0');
        if (samples > (UINT64_MAX - digit) / 10)
            return false;
        samples = samples * 10 + digit;
    }
    if (blank < 2 || line[blank - 1] != ' ' || samples == 0)
        return false;
    *ret_line = (struct stack_line){line, blank - 1, samples};
    return true;
}

bool stacks_next(const char **at, struct stack_line *ret_line)
{
    while (*at != NULL && **at != '\0') {
        const char *line = *at;
        const size_t length = strcspn(line, "\n");
        *at = line + length + (line[length] == '\n');
        if (read_line(line, length, ret_line))
            return true;
    }
    return false;
}

bool stack_next_frame(struct stack_line *line, const char **ret_name, size_t *ret_length)
{
    if (line->length == 0)
        return false;
    const char *end = memchr(line->frames, ';', line->length);
    *ret_name = line->frames;
    *ret_length = end != NULL ? (size_t)(end - line->frames) : line->length;
    const size_t taken = *ret_length + (end != NULL);
    line->frames += taken;
    line->length -= taken;
    return true;
}

size_t stacks_count(const struct stacks *stacks)
{
    struct stack_line line;
    size_t count = 0;
    for (const char *at = stacks->folded; stacks_next(&at, &line);)
        count++;
    return count;
}

static int by_name(const void *a_, const void *b_)
{
    const struct hot_function *a = a_, *b = b_;
    const int order = memcmp(a->name, b->name, a->length < b->length ? a->length : b->length);
    return order != 0 ? order : (a->length > b->length) - (a->length < b->length);
}

static int by_samples(const void *a_, const void *b_)
{
    const struct hot_function *a = a_, *b = b_;
    return a->samples != b->samples ? (a->samples < b->samples) - (a->samples > b->samples)
                                    : by_name(a, b);
}

/* The innermost function of each stack, joined by name. */
static size_t join_leaves(const struct stacks *stacks, struct hot_function *leaves)
{
    struct stack_line line;
    size_t count = 0, kept = 0;
    for (const char *at = stacks->folded; stacks_next(&at, &line); count++) {
        const char *leaf = memrchr(line.frames, ';', line.length);
        leaf = leaf != NULL ? leaf + 1 : line.frames;
        leaves[count] = (struct hot_function){leaf, line.length - (size_t)(leaf - line.frames),
                                              line.samples, 0};
    }
    if (count == 0)
        return 0;
    qsort(leaves, count, sizeof *leaves, by_name);
    for (size_t i = 1; i < count; i++)
        if (by_name(&leaves[kept], &leaves[i]) == 0)
            leaves[kept].samples += leaves[i].samples;
        else
            leaves[++kept] = leaves[i];
    return kept + 1;
}

size_t stacks_hottest(const struct stacks *stacks, struct hot_function *ret_functions, size_t most)
{
    struct hot_function *leaves = malloc((stacks_count(stacks) + 1) * sizeof *leaves);
    if (leaves == NULL)
        return 0;
    size_t count = join_leaves(stacks, leaves);
    qsort(leaves, count, sizeof *leaves, by_samples);
    count = count < most ? count : most;
    for (size_t i = 0; i < count; i++) {
        ret_functions[i] = leaves[i];
        ret_functions[i].share =
            stacks->samples > 0 ? (double)leaves[i].samples / (double)stacks->samples : 0;
    }
    free(leaves);
    return count;
}
