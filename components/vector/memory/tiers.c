/* Tiers: two pools of slots in memory, each a list from the most to the least recently used one,
 * and one map over both. */
#include "tiers.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "id_map.h"
#include "vector_plan.h"

#define WARM_BIT 0x80000000u /* of a place in the map */
#define SLOTS_MAX (1u << 30)
#define NOWHERE UINT32_MAX

struct slot {
    uint64_t id;
    uint32_t before, after; /* in the list; NOWHERE at its ends */
    bool was_got;           /* of warm ones: since it became warm */
};

struct pool {
    struct slot *slots;
    size_t room, used; /* slots are taken in order, then those of what leaves */
    uint32_t first, last;
};

struct tiers {
    size_t dim;
    struct tiers_cold cold;
    struct pool pools[TIER_COLD];
    float *hot;
    int8_t *warm;
    float *scales;
    struct id_map map;
    size_t hits[TIER_COUNT];
};

static bool pool_init(struct pool *pool, size_t room)
{
    *pool = (struct pool){.room = room, .first = NOWHERE, .last = NOWHERE};
    pool->slots = malloc(room * sizeof *pool->slots);
    return pool->slots != NULL;
}

enum vector_status tiers_new(const struct tiers_options *options, struct tiers **ret_tiers)
{
    if (options == NULL || ret_tiers == NULL || options->dim == 0 || options->hot == 0 ||
        options->warm == 0 || options->cold.put == NULL || options->cold.get == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    if (options->dim > VECTOR_DIM_MAX || options->hot > SLOTS_MAX || options->warm > SLOTS_MAX) {
        return VECTOR_ERR_LIMIT;
    }
    struct tiers *tiers = calloc(1, sizeof *tiers);
    if (tiers == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    tiers->dim = options->dim;
    tiers->cold = options->cold;
    tiers->hot = malloc(options->hot * options->dim * sizeof *tiers->hot);
    tiers->warm = malloc(options->warm * options->dim);
    tiers->scales = malloc(options->warm * sizeof *tiers->scales);
    if (!pool_init(&tiers->pools[TIER_HOT], options->hot) ||
        !pool_init(&tiers->pools[TIER_WARM], options->warm) || tiers->hot == NULL ||
        tiers->warm == NULL || tiers->scales == NULL) {
        tiers_free(tiers);
        return VECTOR_ERR_MEMORY;
    }
    *ret_tiers = tiers;
    return VECTOR_OK;
}

void tiers_free(struct tiers *tiers)
{
    if (tiers != NULL) {
        free(tiers->pools[TIER_HOT].slots);
        free(tiers->pools[TIER_WARM].slots);
        free(tiers->hot);
        free(tiers->warm);
        free(tiers->scales);
        id_map_release(&tiers->map);
        free(tiers);
    }
}

/* ---- lists ---- */

static void unlink_slot(struct pool *pool, uint32_t at)
{
    const struct slot *slot = &pool->slots[at];
    *(slot->before != NOWHERE ? &pool->slots[slot->before].after : &pool->first) = slot->after;
    *(slot->after != NOWHERE ? &pool->slots[slot->after].before : &pool->last) = slot->before;
}

static void link_first(struct pool *pool, uint32_t at)
{
    struct slot *slot = &pool->slots[at];
    slot->before = NOWHERE;
    slot->after = pool->first;
    *(pool->first != NOWHERE ? &pool->slots[pool->first].before : &pool->last) = at;
    pool->first = at;
}

/* Takes a slot at the head of the list: one that was never used, or the `freed` one. */
static uint32_t enter(struct tiers *tiers, enum tier tier, uint64_t id, uint32_t freed)
{
    struct pool *pool = &tiers->pools[tier];
    const uint32_t at = freed != NOWHERE ? freed : (uint32_t)pool->used++;
    pool->slots[at] = (struct slot){.id = id};
    link_first(pool, at);
    id_map_put(&tiers->map, id, at | (tier == TIER_WARM ? WARM_BIT : 0));
    return at;
}

/* Where the pool is full, the least recently used one leaves; its slot and what lies there stay. */
static uint32_t evict(struct tiers *tiers, enum tier tier)
{
    struct pool *pool = &tiers->pools[tier];
    if (pool->used < pool->room) {
        return NOWHERE;
    }
    const uint32_t at = pool->last;
    id_map_remove(&tiers->map, pool->slots[at].id);
    unlink_slot(pool, at);
    return at;
}

/* ---- moves ---- */

static void set_code(struct tiers *tiers, uint32_t at, const float *vector)
{
    int8_t *code = tiers->warm + at * tiers->dim;
    float largest = 0;
    for (size_t k = 0; k < tiers->dim; k++) {
        largest = fmaxf(largest, fabsf(vector[k]));
    }
    const float inverse = largest > 0x1p-100f ? 127 / largest : 0;
    tiers->scales[at] = inverse > 0 ? largest / 127 : 0;
    for (size_t k = 0; k < tiers->dim; k++) {
        code[k] = (int8_t)lrintf(fminf(fmaxf(vector[k] * inverse, -127), 127));
    }
}

static void make_warm(struct tiers *tiers, uint64_t id, const float *vector)
{
    const uint32_t freed = evict(tiers, TIER_WARM);
    set_code(tiers, enter(tiers, TIER_WARM, id, freed), vector);
}

/* What was hot for longest becomes warm, from the slot that it leaves. */
static void make_hot(struct tiers *tiers, uint64_t id, const float *vector)
{
    const uint32_t freed = evict(tiers, TIER_HOT);
    if (freed != NOWHERE) {
        make_warm(tiers, tiers->pools[TIER_HOT].slots[freed].id, tiers->hot + freed * tiers->dim);
    }
    const uint32_t at = enter(tiers, TIER_HOT, id, freed);
    memcpy(tiers->hot + at * tiers->dim, vector, tiers->dim * sizeof *vector);
}

/* Out of the middle of the warm ones: the last slot in use takes the place, so that there are no
 * gaps. */
static void leave_warm(struct tiers *tiers, uint32_t at)
{
    struct pool *pool = &tiers->pools[TIER_WARM];
    const uint32_t moved = (uint32_t)--pool->used;
    id_map_remove(&tiers->map, pool->slots[at].id);
    unlink_slot(pool, at);
    if (moved == at) {
        return;
    }
    struct slot *slot = &pool->slots[at];
    *slot = pool->slots[moved];
    *(slot->before != NOWHERE ? &pool->slots[slot->before].after : &pool->first) = at;
    *(slot->after != NOWHERE ? &pool->slots[slot->after].before : &pool->last) = at;
    id_map_put(&tiers->map, slot->id, at | WARM_BIT);
    memcpy(tiers->warm + at * tiers->dim, tiers->warm + moved * tiers->dim, tiers->dim);
    tiers->scales[at] = tiers->scales[moved];
}

static bool is_warm(uint32_t place)
{
    return place != ID_MAP_NONE && (place & WARM_BIT) != 0;
}

enum vector_status tiers_put(struct tiers *tiers, uint64_t id, const float *vector)
{
    if (tiers == NULL || vector == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    double length;
    enum vector_status status = vector_length(vector, tiers->dim, VECTOR_L2, &length);
    if (status == VECTOR_OK && !id_map_reserve(&tiers->map)) {
        status = VECTOR_ERR_MEMORY;
    }
    if (status == VECTOR_OK) {
        status = tiers->cold.put(tiers->cold.context, id, vector, tiers->dim);
    }
    if (status != VECTOR_OK) {
        return status;
    }
    const uint32_t place = id_map_get(&tiers->map, id);
    if (place != ID_MAP_NONE && !is_warm(place)) {
        memcpy(tiers->hot + place * tiers->dim, vector, tiers->dim * sizeof *vector);
        unlink_slot(&tiers->pools[TIER_HOT], place);
        link_first(&tiers->pools[TIER_HOT], place);
        return VECTOR_OK;
    }
    if (is_warm(place)) {
        leave_warm(tiers, place & ~WARM_BIT);
    }
    make_hot(tiers, id, vector);
    return VECTOR_OK;
}

static enum vector_status get_warm(struct tiers *tiers, uint64_t id, uint32_t at, float *ret_vector)
{
    struct pool *pool = &tiers->pools[TIER_WARM];
    if (pool->slots[at].was_got) {
        const enum vector_status status =
            tiers->cold.get(tiers->cold.context, id, ret_vector, tiers->dim);
        if (status == VECTOR_OK) {
            leave_warm(tiers, at);
            make_hot(tiers, id, ret_vector);
        }
        return status;
    }
    pool->slots[at].was_got = true;
    unlink_slot(pool, at);
    link_first(pool, at);
    for (size_t k = 0; k < tiers->dim; k++) {
        ret_vector[k] = tiers->scales[at] * (float)tiers->warm[at * tiers->dim + k];
    }
    return VECTOR_OK;
}

static enum vector_status get_cold(struct tiers *tiers, uint64_t id, float *ret_vector)
{
    if (!id_map_reserve(&tiers->map)) {
        return VECTOR_ERR_MEMORY;
    }
    const enum vector_status status =
        tiers->cold.get(tiers->cold.context, id, ret_vector, tiers->dim);
    if (status == VECTOR_OK) {
        make_warm(tiers, id, ret_vector);
    }
    return status;
}

enum vector_status tiers_get(struct tiers *tiers, uint64_t id, float *ret_vector,
                             enum tier *ret_tier)
{
    if (tiers == NULL || ret_vector == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    const uint32_t place = id_map_get(&tiers->map, id);
    const enum tier tier = place == ID_MAP_NONE ? TIER_COLD : is_warm(place) ? TIER_WARM : TIER_HOT;
    enum vector_status status = VECTOR_OK;
    if (tier == TIER_HOT) {
        memcpy(ret_vector, tiers->hot + place * tiers->dim, tiers->dim * sizeof *ret_vector);
        unlink_slot(&tiers->pools[TIER_HOT], place);
        link_first(&tiers->pools[TIER_HOT], place);
    } else {
        status = tier == TIER_WARM ? get_warm(tiers, id, place & ~WARM_BIT, ret_vector)
                                   : get_cold(tiers, id, ret_vector);
    }
    if (status == VECTOR_OK) {
        tiers->hits[tier]++;
        if (ret_tier != NULL) {
            *ret_tier = tier;
        }
    }
    return status;
}

void tiers_counts(const struct tiers *tiers, size_t ret_hits[TIER_COUNT],
                  size_t ret_held[TIER_COLD])
{
    memcpy(ret_hits, tiers->hits, sizeof tiers->hits);
    ret_held[TIER_HOT] = tiers->pools[TIER_HOT].used;
    ret_held[TIER_WARM] = tiers->pools[TIER_WARM].used;
}
