/* Five kinds of work, from bits to inference, each as the layer of a system would do it.
 *
 * The C library is all they need.  Functions without state allocate nothing and may be called by
 * any thread. */
#ifndef NEURAL_HIERARCHY_H
#define NEURAL_HIERARCHY_H

#include "neural.h"

/* ---- substrate: bits ---- */

/* ret[i] = a[i] xor b[i]; returns how many bits differ.  ret may be a or b. */
uint64_t hierarchy_difference(const uint64_t *a, const uint64_t *b, size_t words, uint64_t *ret);

/* ---- protocol: frames ---- */

#define HIERARCHY_FRAME_OVERHEAD 12u
#define HIERARCHY_PAYLOAD_MAX (1u << 24)

/* CRC-32C (Castagnoli; RFC 3720, appendix B.4): of "123456789" 0xE3069283.  Eight bytes at a time
 * by tables. */
uint32_t hierarchy_crc32c(const void *data, size_t size);

/* A frame: "NF", version 1, a type, length and checksum in little-endian 32 bits, the payload.  The
 * checksum is over the frame but for itself.  ret_frame has room for size +
 * HIERARCHY_FRAME_OVERHEAD bytes; returns how many are written, 0 when the payload is too long. */
size_t hierarchy_encode(uint8_t type, const void *payload, size_t size, uint8_t *ret_frame);

struct hierarchy_frame {
    uint8_t type;
    const uint8_t *payload; /* inside of what was decoded */
    size_t size;
};

/* Takes a frame apart; false when it is cut off, of another kind or version, or damaged. */
bool hierarchy_decode(const uint8_t *data, size_t size, struct hierarchy_frame *ret_frame);

/* ---- cognition: patterns ---- */

/* The prototype with the greatest cosine to x, of equals the first.  Prototypes are `count` rows of
 * `dim` numbers of length 1; a vector of zeros is like the first.  count >= 1. */
size_t hierarchy_classify(const float *prototypes, size_t count, size_t dim, const float *x,
                          float *ret_cosine);

/* ---- orchestration: schedules ---- */

#define HIERARCHY_TASKS_MAX 1024u
#define HIERARCHY_WORKERS_MAX 64u

/* Task `after` begins when `before` has ended. */
struct hierarchy_edge {
    uint16_t before, after;
};

struct hierarchy_plan {
    const uint32_t *durations; /* of each task, >= 1 */
    size_t tasks;              /* 1 .. HIERARCHY_TASKS_MAX */
    const struct hierarchy_edge *edges;
    size_t edge_count;
    size_t workers; /* 1 .. HIERARCHY_WORKERS_MAX */
};

/* List scheduling (Graham 1966): whenever a worker is free it takes, of the tasks that may begin,
 * the one with the longest path to the end (of equals the lowest number).  At most 2 - 1 / workers
 * times as long as the best schedule.
 *
 * ret_starts  when each task begins.
 * Returns the end of the last one; 0 when the edges have a circle, name a task that is not there,
 * or a limit is passed.  O((tasks + edges) log tasks). */
uint64_t hierarchy_schedule(const struct hierarchy_plan *plan, uint64_t *ret_starts);

/* ---- intelligence: inference ---- */

#define HIERARCHY_FACTS_MAX 4096u
#define HIERARCHY_RULES_MAX 8192u

/* When all premises hold, so does the conclusion. */
struct hierarchy_rule {
    const uint16_t *premises;
    uint16_t premise_count; /* 0: the conclusion always holds */
    uint16_t conclusion;
};

/* Everything that follows: marks in known[] (0 or 1, `facts` of them) what rules conclude, until
 * nothing more does; Dowling and Gallier 1984, linear in the size of the rules.
 *
 * scratch  hierarchy_infer_scratch(rules, count, facts) bytes, aligned to 8.
 * Returns the number of facts that hold at the end; SIZE_MAX when a fact is out of range. */
size_t hierarchy_infer(const struct hierarchy_rule *rules, size_t count, size_t facts,
                       uint8_t *known, void *scratch);
size_t hierarchy_infer_scratch(const struct hierarchy_rule *rules, size_t count, size_t facts);

#endif
