/* Where builds lie: names, locks, marks, and what goes when there are too many.
 * A build's name is the commit's digits, or "worktree". */
#ifndef SESSION_PLACE_SHELF_H
#define SESSION_PLACE_SHELF_H

#include <stdbool.h>

#include "base/arena.h"
#include "base/buf.h"

/* The paths of one build.  Texts belong to the arena. */
struct shelf_place {
    const char *folder; /* of all builds: "PROJECT/.assay/builds" */
    const char *name;
    const char *tree, *log, *done, *lock;
};

/* Makes the folder of all builds, where it is missing.  ASSAY_ERR_IO with the path. */
ASSAY_USE_RESULT assay_status shelf_open(const char *project, const char *name, struct arena *arena,
                                         struct shelf_place *ret_place, struct buf *error);

/* A descriptor that holds the build's lock, alone or shared; close it to let go.  When somebody
 * else holds it: -1 with errno EWOULDBLOCK. */
int shelf_lock(const struct shelf_place *place, bool alone);

/* Whether the build is finished and its mark is `mark`.  Counts as a use. */
bool shelf_has(const struct shelf_place *place, const char *mark);

/* Whether there is a finished build at all. */
bool shelf_is_done(const struct shelf_place *place);

/* Writes the mark: from now on the build is there.  ASSAY_ERR_IO. */
ASSAY_USE_RESULT assay_status shelf_mark(const struct shelf_place *place, const char *mark,
                                         struct buf *error);

/* Takes the mark off and removes the worktree.  ASSAY_ERR_IO: something of it stays. */
ASSAY_USE_RESULT assay_status shelf_clear(const struct shelf_place *place, struct buf *error);

/* Removes the builds that were not used for longest until `keep` are left; those that somebody uses
 * and the one of the working tree stay.  What cannot be removed is left for the next time. */
void shelf_prune(const char *folder, size_t keep);

#endif
