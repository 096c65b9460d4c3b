/* A hash table with open addressing; names are copied, rows are never removed but all at once.
 * Invariant: at most half of the slots are taken. */
#include "store/sql/known/keys.h"

#include <stdlib.h>
#include <string.h>

#define HASH_START 14695981039346656037U
#define HASH_PRIME 1099511628211U
#define HASH_LAST 0xff51afd7ed558ccdU /* of MurmurHash3's finalizer */

static uint64_t hash_word(uint64_t hash, uint64_t word)
{
    hash = (hash ^ word) * HASH_PRIME;
    return hash ^ hash >> 32; /* what tells names apart is mostly their end, the high bits */
}

/* Eight bytes at once; the last eight may have some of those before. */
uint64_t keys_hash(uint64_t hash, const char *text)
{
    const size_t length = strlen(text);
    uint64_t word = 0;
    hash = hash_word(hash == 0 ? HASH_START : hash, length); /* so texts do not run together */
    for (size_t at = 0; at + 8 < length; at += 8) {
        memcpy(&word, text + at, 8);
        hash = hash_word(hash, word);
    }
    if (length >= 8)
        memcpy(&word, text + length - 8, 8);
    for (size_t at = 0; length < 8 && at < length; at++)
        word = word << 8 | (unsigned char)text[at];
    hash = hash_word(hash, word) * HASH_LAST;
    return hash ^ hash >> 29;
}

static struct known_key *slot_of(struct keys *keys, uint64_t hash, const char *name, int64_t of)
{
    for (size_t at = hash;; at++) {
        struct known_key *slot = &keys->slots[at & (keys->capacity - 1)];
        if (slot->name == NULL ||
            (slot->hash == hash && slot->of == of && strcmp(slot->name, name) == 0))
            return slot;
    }
}

bool keys_reserve(struct keys *keys, size_t more)
{
    struct keys grown = {.capacity = keys->capacity ? keys->capacity : 64};
    while (2 * (keys->count + more) > grown.capacity)
        grown.capacity *= 2;
    if (grown.capacity == keys->capacity)
        return true;
    grown.slots = calloc(grown.capacity, sizeof *grown.slots);
    if (grown.slots == NULL)
        return false;
    for (size_t i = 0; i < keys->capacity; i++) {
        const struct known_key *old = &keys->slots[i];
        if (old->name != NULL)
            *slot_of(&grown, old->hash, old->name, old->of) = *old;
    }
    free(keys->slots);
    keys->slots = grown.slots;
    keys->capacity = grown.capacity;
    return true;
}

struct known_key *keys_find(struct keys *keys, const char *name, int64_t of)
{
    const uint64_t hash = keys_hash((uint64_t)of * HASH_PRIME, name);
    if (!keys_reserve(keys, 1))
        return NULL;
    struct known_key *slot = slot_of(keys, hash, name, of);
    if (slot->name != NULL)
        return slot;
    const char *copy = arena_copy(&keys->arena, name);
    if (copy == NULL)
        return NULL;
    *slot = (struct known_key){.name = copy, .of = of, .hash = hash};
    keys->count++;
    return slot;
}

struct known_series *keys_series(struct keys *keys, struct known_key *known, const char *metric)
{
    struct known_series **link = &known->series;
    while (*link != NULL && strcmp((*link)->metric, metric) != 0)
        link = &(*link)->next;
    if (*link != NULL)
        return *link;
    struct known_series *series = arena_alloc(&keys->arena, sizeof *series);
    const char *copy = arena_copy(&keys->arena, metric);
    if (series == NULL || copy == NULL)
        return NULL;
    *series = (struct known_series){.metric = copy};
    *link = series;
    return series;
}

void keys_release(struct keys *keys)
{
    free(keys->slots);
    arena_release(&keys->arena);
    *keys = (struct keys){0};
}
