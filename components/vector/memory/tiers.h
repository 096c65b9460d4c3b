/* Vectors in three tiers: hot, f32 in memory; warm, int8 in memory; cold, wherever the caller keeps
 * them, which holds all.
 *
 * A vector that is put is written to the cold tier and is hot.  A vector that is got is
 *   hot   given exactly;
 *   warm  given as its int8 code says, each number within 1/254 of the greatest one; got once more
 *         while it is warm, it is read exactly and becomes hot;
 *   cold  read exactly, and becomes warm.
 * Where a tier is full, what was not used for longest leaves it: from hot to warm, from warm to
 * cold.  Tiers belong to one thread at a time. */
#ifndef VECTOR_TIERS_H
#define VECTOR_TIERS_H

#include "vector.h"

struct tiers;

enum tier { TIER_HOT, TIER_WARM, TIER_COLD, TIER_COUNT };

/* Where all vectors are.  Statuses are passed on; get: VECTOR_ERR_ABSENT where there is none. */
struct tiers_cold {
    void *context;
    enum vector_status (*put)(void *context, uint64_t id, const float *vector, size_t dim);
    enum vector_status (*get)(void *context, uint64_t id, float *ret_vector, size_t dim);
};

struct tiers_options {
    size_t dim;
    size_t hot, warm; /* vectors that fit, at least 1 */
    struct tiers_cold cold;
};

/* ret_tiers  written only on VECTOR_OK; freed by tiers_free.  VECTOR_ERR_ARGUMENT,
 * VECTOR_ERR_LIMIT, VECTOR_ERR_MEMORY. */
enum vector_status tiers_new(const struct tiers_options *options, struct tiers **ret_tiers);
void tiers_free(struct tiers *tiers);

/* A vector that is there gets new numbers.  VECTOR_ERR_NOT_FINITE, VECTOR_ERR_LIMIT, and the
 * statuses of the cold tier: nothing changed. */
enum vector_status tiers_put(struct tiers *tiers, uint64_t id, const float *vector);

/* ret_tier  where it was found; NULL is allowed.  Statuses of the cold tier. */
enum vector_status tiers_get(struct tiers *tiers, uint64_t id, float *ret_vector,
                             enum tier *ret_tier);

/* How many gets each tier has answered, and how many vectors the tiers in memory hold. */
void tiers_counts(const struct tiers *tiers, size_t ret_hits[TIER_COUNT],
                  size_t ret_held[TIER_COLD]);

#endif
