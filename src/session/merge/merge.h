/* Two stores become one: runs by their ids, baselines by their names, kept modules by content. */
#ifndef SESSION_MERGE_MERGE_H
#define SESSION_MERGE_MERGE_H

#include "session/gate/baseline.h"

/* What a merge does with what both stores have; what only `from` has comes along anyhow. */
struct merge_rules {
    bool compares;      /* runs of one id are compared: those that differ are conflicts */
    bool finished_only; /* runs that were interrupted are left out */
    bool newer_names;   /* a baseline's name goes to the newer run; else it stays where it is */
};

/* What became of the runs: ids, oldest first; and how many names and copies of modules were new. */
struct merge_account {
    struct arena arena;
    VEC(const char *) added, same, conflicts;
    size_t baselines, modules;
};

/* Whether the file `path` is a store: a SQLite database, by its first bytes; or an address. */
bool merge_is_store(const char *path);

/* Adds to `into` what it does not have, each run whole or not at all.  No run that is there is
 * changed, and `from` is not.  Runs that are being written are left out; so are names whose run is
 * left out or differs.  Doing it again adds nothing.
 * ASSAY_ERR_PARSE: a copy of a module in `from` is not what its name says.  Else as the store.
 * Release with merge_release, also after a failure. */
ASSAY_USE_RESULT assay_status merge_stores(const struct baseline_place *into,
                                           const struct baseline_place *from,
                                           const struct merge_rules *rules,
                                           struct merge_account *ret_account, struct buf *error);
void merge_release(struct merge_account *account);

/* Removes the oldest baselines whose names start with `prefix`, but for `keep` of them, and the
 * copies of modules that nobody needs then.  Their runs stay. */
ASSAY_USE_RESULT assay_status merge_trim(const struct baseline_place *place, const char *prefix,
                                         size_t keep, struct buf *error);

#endif
