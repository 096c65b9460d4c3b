/* Patterns: vectors that are found again by themselves, or by a part of themselves.
 *
 *   struct patterns *patterns = NULL;
 *   patterns_new(64, &patterns);
 *   patterns_add(patterns, 17, numbers);
 *   patterns_match(patterns, &(struct pattern_cue){numbers, known}, 5, hits, &found);
 *   patterns_consolidate(patterns, 0.95f);
 *   patterns_free(patterns);
 *
 * Consolidation puts patterns that are nearly the same into groups, each with a prototype; members
 * stay what they were.  Patterns belong to one thread at a time. */
#ifndef VECTOR_PATTERNS_H
#define VECTOR_PATTERNS_H

#include "vector.h"

struct patterns;

struct pattern_hit {
    uint64_t id;
    float score; /* the cosine over the numbers that are known */
};

/* What is known of a pattern. */
struct pattern_cue {
    const float *numbers;
    const uint8_t *known; /* 0: this number is not; NULL: all are */
};

/* ret_patterns  written only on VECTOR_OK; freed by patterns_free. */
enum vector_status patterns_new(size_t dim, struct patterns **ret_patterns);
void patterns_free(struct patterns *patterns);

/* VECTOR_ERR_EXISTS (the id), and the statuses of vectors_add: nothing was added. */
enum vector_status patterns_add(struct patterns *patterns, uint64_t id, const float *numbers);

size_t patterns_count(const struct patterns *patterns);

/* The numbers of a pattern, until the next one is added.  NULL: no such pattern. */
const float *patterns_get(const struct patterns *patterns, uint64_t id);

/* The first pattern with exactly these numbers (0 and -0 are the same).  VECTOR_ERR_ABSENT. */
enum vector_status patterns_exact(const struct patterns *patterns, const float *numbers,
                                  uint64_t *ret_id);

/* The k patterns that are most like the cue where it is known, the best first, of equal ones the
 * one that was added first.  Patterns that are zero there are not among them.
 *
 * VECTOR_EMPTY, VECTOR_ERR_ARGUMENT, VECTOR_ERR_NOT_FINITE (where it is known), VECTOR_ERR_LIMIT,
 * VECTOR_ERR_ZERO (nothing is known, or zeros), VECTOR_ERR_MEMORY.  O(count * dim) time. */
enum vector_status patterns_match(struct patterns *patterns, const struct pattern_cue *cue,
                                  size_t k, struct pattern_hit *ret_hits, size_t *ret_count);

/* ---- consolidation ---- */

/* Groups all patterns anew.  In the order in which they were added, each joins the group whose
 * first member is nearest, if their cosine is at least `least` (in (0, 1]), or begins one.  A
 * group's prototype is the mean of its members' directions.
 *
 * VECTOR_ERR_ARGUMENT, VECTOR_ERR_MEMORY: the groups are what they were.
 * O(count * groups * dim) time. */
enum vector_status patterns_consolidate(struct patterns *patterns, float least);

/* Groups of the last consolidation; 0 before it. */
size_t patterns_groups(const struct patterns *patterns);

/* The group, from 0, of a pattern.  VECTOR_ERR_ABSENT: no such pattern, or added since. */
enum vector_status patterns_group(const struct patterns *patterns, uint64_t id, size_t *ret_group);

/* Ids of a group's members in the order in which they were added: at most `room` are written,
 * ret_count is how many there are.  VECTOR_ERR_ABSENT. */
enum vector_status patterns_members(const struct patterns *patterns, size_t group,
                                    uint64_t *ret_ids, size_t room, size_t *ret_count);

/* The groups whose prototypes are nearest: patterns_match over prototypes, ids are groups. */
enum vector_status patterns_recall(struct patterns *patterns, const float *numbers, size_t k,
                                   struct pattern_hit *ret_hits, size_t *ret_count);

#endif
