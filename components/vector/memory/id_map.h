/* A map from 64-bit keys to 32-bit places: open addressing, half full at most.  Internal. */
#ifndef VECTOR_ID_MAP_H
#define VECTOR_ID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ID_MAP_NONE UINT32_MAX

struct id_map {
    uint64_t *keys;
    uint32_t *places; /* ID_MAP_NONE: nothing here */
    size_t room, count;
};

/* Of a key, or ID_MAP_NONE. */
uint32_t id_map_get(const struct id_map *map, uint64_t key);
/* Room for one more; false when there is no memory. */
bool id_map_reserve(struct id_map *map);
/* After id_map_reserve; a key that is there gets the new place. */
void id_map_put(struct id_map *map, uint64_t key, uint32_t place);
void id_map_remove(struct id_map *map, uint64_t key);
void id_map_release(struct id_map *map);

#endif
