/* One store into another: what two machines measured becomes one history. */
#ifndef SESSION_EXCHANGE_MERGE_H
#define SESSION_EXCHANGE_MERGE_H

#include "store/store.h"

/* What became of the runs: ids, oldest first. */
struct merge_account {
    struct arena arena;
    VEC(const char *) added, same, conflicts;
};

/* Whether the file `path` is a store: a SQLite database, by its first bytes; or an address. */
bool merge_is_store(const char *path);

/* Puts each run of the store `from` into `into`, each whole or not at all.  A run that is there
 * already stays as it is: the same, or a conflict when the two differ.  Runs that are being written
 * are left out.  Doing it again adds nothing.  Release with merge_release, also after a failure. */
ASSAY_USE_RESULT assay_status merge_history(const char *from, struct store *into,
                                            struct merge_account *ret_account, struct buf *error);
void merge_release(struct merge_account *account);

#endif
