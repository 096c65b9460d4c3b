/* Keys of rows that are asked for with every result, kept in memory while nobody else writes. */
#ifndef STORE_SQL_KEYS_H
#define STORE_SQL_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/status.h"

/* A series of a benchmark, by its metric. */
struct known_series {
    const char *metric;
    uint64_t content; /* of the row's other columns */
    int64_t key;      /* 0: the row is not known */
    struct known_series *next;
};

/* A benchmark's row by its id, or whatever else has a name and a number. */
struct known_key {
    const char *name;
    int64_t of;
    uint64_t hash, content; /* of the row's other columns */
    int64_t key;            /* 0: the row is not known */
    uint64_t last_run;      /* the run that had it last, by any number */
    struct known_series *series;
};

/* All zero is empty. */
struct keys {
    struct arena arena;
    struct known_key *slots;
    size_t count, capacity;
};

/* The place of a name, made when it is new (key 0 then); valid until the next call.
 * NULL: memory is out. */
struct known_key *keys_find(struct keys *keys, const char *name, int64_t of);
/* Makes room for so many more at once; whether there is memory for them. */
bool keys_reserve(struct keys *keys, size_t more);
/* The series of a known benchmark; as keys_find, but valid until keys_release.  Not in the table:
 * there are several for each benchmark, and it was looked up just now. */
struct known_series *keys_series(struct keys *keys, struct known_key *known, const char *metric);
void keys_release(struct keys *keys);

/* For tables in memory: another number elsewhere.  Goes on from `hash`; 0 begins. */
uint64_t keys_hash(uint64_t hash, const char *text);

#endif
