/* Which earlier commit is measured against: the fork point, else the nearest parent, else the
 * newest. */
#ifndef SESSION_CI_CHOOSE_H
#define SESSION_CI_CHOOSE_H

#include "model/model.h"

/* Baselines that jobs save: "ci-COMMIT" of every commit of the main branch, "good-COMMIT" of those
 * that passed their gate. */
#define CHOOSE_EVERY "ci-"
#define CHOOSE_GOOD "good-"

enum choose_kind { CHOOSE_NONE, CHOOSE_FORK_POINT, CHOOSE_PARENT, CHOOSE_LATEST };

struct choice {
    enum choose_kind kind;
    const struct baseline *baseline; /* NULL for none */
};

const char *choose_kind_name(enum choose_kind kind);

/* What git says of where we are.  `ancestors` are the commits behind HEAD, nearest first, without
 * itself; the first `fork_at` of them are no part of the branch that is merged into, SIZE_MAX when
 * nobody knows that branch. */
struct choose_facts {
    const char *const *ancestors;
    size_t ancestor_count, fork_at;
};

/* Pure: the best of the baselines whose name starts with `prefix`. */
struct choice choose_baseline(const struct choose_facts *facts, const char *prefix,
                              const baseline_vec *baselines);

/* Asks git in the current folder.  `against`: the branch or commit that this is going to be merged
 * into, NULL for what the job's environment says (GITHUB_BASE_REF,
 * CI_MERGE_REQUEST_TARGET_BRANCH_NAME), if it does.  ASSAY_ERR_NOT_FOUND: no such branch.  Texts
 * belong to the arena. */
ASSAY_USE_RESULT assay_status choose_ask(const char *against, struct arena *arena,
                                         struct choose_facts *ret_facts, struct buf *error);

#endif
