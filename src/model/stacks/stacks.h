/* Where a benchmark spent its CPU time: samples of its call stacks, taken in a launch that is not
 * timed (docs/reading.md). */
#ifndef MODEL_STACKS_STACKS_H
#define MODEL_STACKS_STACKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

/* The name under which result->missing says why there are none. */
#define STACKS_NAME "stacks"
enum { STACKS_FOLDED_MAX = 1 << 20 }; /* bytes of text kept of one benchmark */

struct stacks {
    uint64_t samples;
    uint64_t lost;      /* for which there was no room */
    uint64_t cut;       /* deeper than the host looks: their outermost frames lack */
    double cpu_seconds; /* of all threads, while they were taken */
    /* "outermost;...;innermost SAMPLES\n" for each stack, the most frequent first. */
    const char *folded;
};

/* One line of them; lent. */
struct stack_line {
    const char *frames;
    size_t length; /* of all frames */
    uint64_t samples;
};

/* The line at `*at`, which is moved behind it; false at the end.  Lines that are none are passed
 * over. */
bool stacks_next(const char **at, struct stack_line *ret_line);

/* The first of the frames that are left of a line, from the outermost on, which are moved behind
 * it; false when none is left. */
bool stack_next_frame(struct stack_line *line, const char **ret_name, size_t *ret_length);

/* How many different stacks there are. */
size_t stacks_count(const struct stacks *stacks);

/* A function by the samples in which it was the innermost one. */
struct hot_function {
    const char *name; /* lent by the stacks, not NUL-terminated */
    size_t length;
    uint64_t samples;
    double share; /* of all samples */
};

/* The hottest functions, at most `most`, hottest first.  Returns how many; 0 also when memory is
 * out. */
size_t stacks_hottest(const struct stacks *stacks, struct hot_function *ret_functions, size_t most);

#endif
