/* Open addressing with linear steps.  What follows a removed key is put in again, so that there
 * are no marks of removed keys to step over. */
#include "id_map.h"

#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 64u

static size_t begin_of(const struct id_map *map, uint64_t key)
{
    key = (key ^ key >> 32) * UINT64_C(0xD6E8FEB86659FD93);
    return (size_t)(key ^ key >> 32) & (map->room - 1);
}

/* Where the key is, or would be. */
static size_t slot_of(const struct id_map *map, uint64_t key)
{
    size_t slot = begin_of(map, key);
    while (map->places[slot] != ID_MAP_NONE && map->keys[slot] != key) {
        slot = (slot + 1) & (map->room - 1);
    }
    return slot;
}

uint32_t id_map_get(const struct id_map *map, uint64_t key)
{
    return map->room > 0 ? map->places[slot_of(map, key)] : ID_MAP_NONE;
}

bool id_map_reserve(struct id_map *map)
{
    if (2 * (map->count + 1) <= map->room) {
        return true;
    }
    struct id_map grown = {.room = map->room > 0 ? 2 * map->room : ROOM_FIRST};
    grown.keys = malloc(grown.room * sizeof *grown.keys);
    grown.places = malloc(grown.room * sizeof *grown.places);
    if (grown.keys == NULL || grown.places == NULL) {
        id_map_release(&grown);
        return false;
    }
    memset(grown.places, 0xFF, grown.room * sizeof *grown.places);
    for (size_t i = 0; i < map->room; i++) {
        if (map->places[i] != ID_MAP_NONE) {
            id_map_put(&grown, map->keys[i], map->places[i]);
        }
    }
    id_map_release(map);
    *map = grown;
    return true;
}

void id_map_put(struct id_map *map, uint64_t key, uint32_t place)
{
    const size_t slot = slot_of(map, key);
    map->count += map->places[slot] == ID_MAP_NONE;
    map->keys[slot] = key;
    map->places[slot] = place;
}

void id_map_remove(struct id_map *map, uint64_t key)
{
    if (id_map_get(map, key) == ID_MAP_NONE) {
        return;
    }
    size_t slot = slot_of(map, key);
    map->places[slot] = ID_MAP_NONE;
    map->count--;
    for (;;) {
        slot = (slot + 1) & (map->room - 1);
        const uint32_t moved = map->places[slot];
        if (moved == ID_MAP_NONE) {
            return;
        }
        map->places[slot] = ID_MAP_NONE;
        map->count--;
        id_map_put(map, map->keys[slot], moved);
    }
}

void id_map_release(struct id_map *map)
{
    free(map->keys);
    free(map->places);
    *map = (struct id_map){0};
}
