/* The engines that one set of tests is run against: a row of a table each.  ASSAY_TEST_POSTGRES, an
 * address with DATABASE in it, chooses the server; without it stores are files. */
#ifndef TESTS_UNIT_STORE_PLACES_H
#define TESTS_UNIT_STORE_PLACES_H

#include <stdbool.h>

struct store_places {
    const char *name;
    /* The address of the store that tests call `name`, of which nothing is there at first.  The
     * text lives until the test ends. */
    const char *(*place)(const char *name);
    /* Makes it as if nothing had been stored there. */
    void (*forget)(const char *where);
    /* Runs statements in the store at `where`. */
    void (*execute)(const char *where, const char *sql);
    /* What another writer does: holds the writers' lock until `unlock`. */
    void *(*lock)(const char *where);
    void (*unlock)(void *lock);
};

const struct store_places *store_places(void);
/* A row of the engine under test; the names are those of struct store_places. */
const char *store_place(const char *name);

#endif
