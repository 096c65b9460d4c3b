/* Asking git about the project's repository.  What a hook or an outer git put into the environment
 * (GIT_DIR and its like) is not listened to: the project is the one in the folder. */
#ifndef SESSION_PLACE_GIT_H
#define SESSION_PLACE_GIT_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"

/* The repository that a project's folder lies in.  Texts belong to the arena of repository_open. */
struct repository {
    const char *folder; /* the project's, absolute */
    const char *prefix; /* from the repository's top to it: "" or "sub/folder/" */
};

/* A commit.  Texts belong to the arena of repository_find. */
struct revision {
    const char *commit;  /* all digits */
    const char *subject; /* first line of its message */
};

enum { REVISION_SHORT = 12 }; /* digits of a commit in messages */

/* ASSAY_ERR_ARGUMENT: no repository with a working tree there.  ASSAY_ERR_IO: git is missing, or
 * refuses; the text says why. */
ASSAY_USE_RESULT assay_status repository_open(const char *folder, struct arena *arena,
                                              struct repository *ret_repository, struct buf *error);

/* The commit that `word` names: a branch, a tag, HEAD~3, digits.  ASSAY_ERR_NOT_FOUND. */
ASSAY_USE_RESULT assay_status repository_find(const struct repository *repository, const char *word,
                                              struct arena *arena, struct revision *ret_revision);

/* A commit with the files of the working tree as they are now: tracked ones and new ones that git
 * does not ignore.  It belongs to no branch; index and working tree stay as they are.  Without any
 * change it is HEAD itself.  ASSAY_ERR_IO with git's words in `error`. */
ASSAY_USE_RESULT assay_status repository_snapshot(const struct repository *repository,
                                                  struct arena *arena,
                                                  struct revision *ret_revision, struct buf *error);

/* The commits after `old_commit` up to `new_commit`, oldest first, along first parents.
 * ASSAY_ERR_ARGUMENT: `old_commit` is no ancestor. */
typedef VEC(const char *) commit_vec;
ASSAY_USE_RESULT assay_status repository_between(const struct repository *repository,
                                                 const struct revision ends[2], struct arena *arena,
                                                 commit_vec *commits);

/* A tag and its commit.  Texts belong to the arena. */
struct release {
    const char *commit, *name;
};
typedef VEC(struct release) release_vec;

/* Appends the tags of commits, oldest version first.  ASSAY_ERR_IO. */
ASSAY_USE_RESULT assay_status repository_releases(const struct repository *repository,
                                                  struct arena *arena, release_vec *releases);

/* Whether tracked files differ from HEAD. */
ASSAY_USE_RESULT assay_status repository_is_changed(const struct repository *repository,
                                                    bool *ret_changed);

/* Start of every script for `sh` that calls git or a project's command in folder $1. */
#define GIT_SCRIPT                                                                                 \
    "unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_COMMON_DIR GIT_PREFIX GIT_OBJECT_DIRECTORY "   \
    "GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_CONFIG GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT "          \
    "GIT_IMPLICIT_WORK_TREE GIT_GRAFT_FILE GIT_NO_REPLACE_OBJECTS GIT_REPLACE_REF_BASE "           \
    "GIT_SHALLOW_FILE GIT_NAMESPACE GIT_QUARANTINE_PATH CDPATH; export LC_ALL=C.UTF-8; "           \
    "exec 3<&- 4>&-; cd -- \"$1\" || exit; "

#endif
