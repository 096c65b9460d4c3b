/* Choosing a baseline by commits.
 * Why the fork point goes before the newest commit of the branch: what others merged in between is
 * not this change's doing.  Why its ancestors count as it does: not every commit is measured, and
 * the nearest one before it differs least.  Invariant: HEAD itself is never chosen but as the
 * newest of all. */
#include "session/ci/choose.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/child.h"
#include "session/place/git.h"

enum { ANCESTORS_MAX = 1000, COMMIT_DIGITS_MIN = 7, ANSWER_BYTES_MAX = 1 << 20 };

const char *choose_kind_name(enum choose_kind kind)
{
    static const char *const NAMES[] = {"none", "fork_point", "parent", "latest"};
    return NAMES[kind];
}

static bool has_prefix(const struct baseline *row, const char *prefix)
{
    return strncmp(row->name, prefix, strlen(prefix)) == 0;
}

static const struct baseline *of_commit(const baseline_vec *rows, const char *prefix,
                                        const char *commit)
{
    for (size_t i = 0; i < rows->count; i++)
        if (has_prefix(&rows->items[i], prefix) &&
            strcmp(rows->items[i].name + strlen(prefix), commit) == 0)
            return &rows->items[i];
    return NULL;
}

static const struct baseline *newest(const baseline_vec *rows, const char *prefix)
{
    const struct baseline *best = NULL;
    for (size_t i = 0; i < rows->count; i++)
        if (has_prefix(&rows->items[i], prefix) &&
            (best == NULL || strcmp(rows->items[i].run_id, best->run_id) > 0))
            best = &rows->items[i];
    return best;
}

struct choice choose_baseline(const struct choose_facts *facts, const char *prefix,
                              const baseline_vec *baselines)
{
    const struct baseline *row = NULL;
    for (size_t i = facts->fork_at; i < facts->ancestor_count && row == NULL; i++)
        row = of_commit(baselines, prefix, facts->ancestors[i]);
    if (row != NULL)
        return (struct choice){CHOOSE_FORK_POINT, row};
    for (size_t i = 0; i < facts->ancestor_count && row == NULL; i++)
        row = of_commit(baselines, prefix, facts->ancestors[i]);
    if (row != NULL)
        return (struct choice){CHOOSE_PARENT, row};
    row = newest(baselines, prefix);
    return (struct choice){row ? CHOOSE_LATEST : CHOOSE_NONE, row};
}

/* ---- asking git ------------------------------------------------------------------------------ */

static const char *value_of(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static const char *branch_of_job(struct arena *arena)
{
    const char *name = value_of("GITHUB_BASE_REF");
    if (name == NULL)
        name = value_of("CI_MERGE_REQUEST_TARGET_BRANCH_NAME");
    return name ? arena_printf(arena, "origin/%s", name) : NULL;
}

/* Commits of `branch` alone, then a line "-", then those that both have; all of HEAD without one.
 * All parents and not only the first ones: a job of a pull request builds a merge. */
static const char ASK[] = GIT_SCRIPT
    "exec 2>/dev/null; head=$(git rev-parse --verify HEAD) || exit 3; fork=HEAD; "
    "if [ -n \"$2\" ]; then base=$(git rev-parse --verify --quiet \"$2^{commit}\") || "
    "exit 4; fork=$(git merge-base HEAD \"$base\") || fork=; "
    "git rev-list --max-count=1000 HEAD ${fork:+\"^$fork\"} -- | grep -vx \"$head\"; "
    "echo -; fi; "
    "[ -z \"$fork\" ] || git rev-list --max-count=1000 \"$fork\" -- | grep -vx \"$head\"; "
    "exit 0";

static assay_status read_answer(const struct buf *answer, bool has_fork, struct arena *arena,
                                struct choose_facts *ret_facts)
{
    const char **commits = arena_alloc(arena, 2 * ANCESTORS_MAX * sizeof *commits);
    size_t count = 0, fork_at = SIZE_MAX;
    if (commits == NULL)
        return ASSAY_ERR_MEMORY;
    for (const char *at = answer->text; *at != '\0' && count < 2 * ANCESTORS_MAX;) {
        size_t length = strcspn(at, "\n");
        if (length >= COMMIT_DIGITS_MIN &&
            (commits[count++] = arena_copy_n(arena, at, length)) == NULL)
            return ASSAY_ERR_MEMORY;
        if (has_fork && length == 1 && *at == '-')
            fork_at = count;
        at += length + (at[length] == '\n');
    }
    *ret_facts = (struct choose_facts){commits, count, fork_at};
    return ASSAY_OK;
}

assay_status choose_ask(const char *against, struct arena *arena, struct choose_facts *ret_facts,
                        struct buf *error)
{
    BUF_AUTO answer;
    int exit_code = -1;
    buf_init(&answer, ANSWER_BYTES_MAX);
    const char *branch = against ? against : branch_of_job(arena);
    const char *const argv[] = {"sh", "-c", ASK, "sh", ".", branch ? branch : "", NULL};
    TRY(child_capture((char *const *)(uintptr_t)argv, &answer, &exit_code));
    if (exit_code == 4 || (branch != NULL && branch[0] == '-'))
        return buf_error(error, ASSAY_ERR_NOT_FOUND,
                         "no branch or commit '%s' here; was the history fetched whole?", branch);
    if (exit_code != 0)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "no commit here: 'assay ci' works in a git repository (package git)");
    return read_answer(&answer, branch != NULL, arena, ret_facts);
}
