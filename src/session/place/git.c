/* Short questions to git, each a small script for sh: the shell clears the environment and enters
 * the folder, so that neither needs to be done to our own process.
 *
 * Why a commit for the working tree: it has a name that changes with its content, and `git
 * worktree` can check it out like any other; `git stash create` would leave new files out.
 * Invariant: nothing here touches a branch, the index, the stash or a file of the user. */
#include "session/place/git.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"

enum { ANSWER_MAX = 1 << 24, EXIT_NOT_FOUND = 127, WORDS_MAX = 8 };

/* Runs a script with `folder` as $1 and `words` (ends with NULL) as $2 and so on. */
static assay_status ask(const char *script, const char *folder, const char *const *words,
                        struct buf *answer, int *ret_exit_code)
{
    const char *argv[WORDS_MAX + 6] = {"sh", "-c", script, "sh", folder};
    for (size_t i = 0; i < WORDS_MAX && words[i] != NULL; i++)
        argv[5 + i] = words[i];
    return child_capture((char *const *)(uintptr_t)argv, answer, ret_exit_code);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})
static const char *const NO_WORDS[] = {NULL};

/* Cuts the first line off the front of *text, into the arena. */
static assay_status take_line(const char **text, struct arena *arena, const char **ret_line)
{
    size_t length = strcspn(*text, "\n");
    *ret_line = arena_copy_n(arena, *text, length);
    *text += length + ((*text)[length] == '\n');
    return *ret_line ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Why git will not, in its own words. */
static assay_status refusal(const char *folder, int exit_code, const struct buf *answer,
                            struct buf *error)
{
    if (exit_code == EXIT_NOT_FOUND)
        return buf_error(error, ASSAY_ERR_IO,
                         "git is not installed; comparing commits needs it (package git)");
    if (strstr(answer->text, "not a git repository") != NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "'%s' is in no git repository: there are no commits to compare", folder);
    return buf_error(error, ASSAY_ERR_IO, "git in '%s': %.*s", folder,
                     (int)strcspn(answer->text, "\n"), answer->text);
}

assay_status repository_open(const char *folder, struct arena *arena,
                             struct repository *ret_repository, struct buf *error)
{
    struct repository repository = {0};
    char *absolute = realpath(folder, NULL);
    BUF_AUTO answer;
    int exit_code = -1;
    buf_init(&answer, ANSWER_MAX);
    if (absolute == NULL)
        return buf_error(error, ASSAY_ERR_IO, "cannot open folder '%s'", folder);
    repository.folder = arena_copy(arena, absolute);
    free(absolute);
    if (repository.folder == NULL)
        return ASSAY_ERR_MEMORY;
    assay_status status = ask(GIT_SCRIPT "top=$(git rev-parse --show-toplevel 2>&1) || "
                                         "{ code=$?; printf '%s\\n' \"$top\"; exit \"$code\"; }; "
                                         "exec 2>/dev/null; git rev-parse --show-prefix",
                              repository.folder, NO_WORDS, &answer, &exit_code);
    if (status == ASSAY_ERR_IO)
        return buf_error(error, status, "cannot start 'sh', which asks git about commits");
    TRY(status);
    if (exit_code != 0)
        return refusal(folder, exit_code, &answer, error);
    const char *text = answer.text;
    TRY(take_line(&text, arena, &repository.prefix));
    *ret_repository = repository;
    return ASSAY_OK;
}

/* "COMMIT\nSUBJECT\n" */
static assay_status read_revision(const char *text, struct arena *arena,
                                  struct revision *ret_revision)
{
    struct revision revision = {0};
    TRY(take_line(&text, arena, &revision.commit));
    TRY(take_line(&text, arena, &revision.subject));
    *ret_revision = revision;
    return ASSAY_OK;
}

assay_status repository_find(const struct repository *repository, const char *word,
                             struct arena *arena, struct revision *ret_revision)
{
    BUF_AUTO answer;
    int exit_code = -1;
    buf_init(&answer, ANSWER_MAX);
    if (word[0] == '-' || word[0] == '\0')
        return ASSAY_ERR_NOT_FOUND;
    TRY(ask(GIT_SCRIPT "exec 2>/dev/null; commit=$(git rev-parse --verify --quiet \"$2^{commit}\") "
                       "&& git log -1 --no-show-signature --format='%H%n%s' \"$commit\" --",
            repository->folder, WORDS(word), &answer, &exit_code));
    return exit_code == 0 ? read_revision(answer.text, arena, ret_revision) : ASSAY_ERR_NOT_FOUND;
}

/* Works on a copy of the index, which keeps its time: git looks into files that are as new as the
 * index, since a change within the same second does not show in their own time.  Names and dates
 * are fixed, so that the same files on the same HEAD are the same commit. */
static const char SNAPSHOT[] = GIT_SCRIPT
    "head=$(git rev-parse --verify HEAD) && index=$(git rev-parse --git-path index) && "
    "copy=$(mktemp) && trap 'rm -f \"$copy\" \"$copy.lock\"' EXIT && "
    "cp -p \"$index\" \"$copy\" && export GIT_INDEX_FILE=\"$copy\" && "
    "git add --all -- ':/' ':(top,exclude,glob)**/.assay/**' >/dev/null && "
    "tree=$(git write-tree) && "
    "if [ \"$tree\" = \"$(git rev-parse \"$head^{tree}\")\" ]; then echo \"$head\"; else "
    "export GIT_AUTHOR_NAME=assay GIT_AUTHOR_EMAIL=assay GIT_AUTHOR_DATE='@1 +0000' && "
    "export GIT_COMMITTER_NAME=assay GIT_COMMITTER_EMAIL=assay GIT_COMMITTER_DATE='@1 +0000' && "
    "git commit-tree --no-gpg-sign -p \"$head\" -m 'the working tree' \"$tree\"; fi";

assay_status repository_snapshot(const struct repository *repository, struct arena *arena,
                                 struct revision *ret_revision, struct buf *error)
{
    BUF_AUTO answer;
    int exit_code = -1;
    buf_init(&answer, ANSWER_MAX);
    TRY(ask(SNAPSHOT, repository->folder, NO_WORDS, &answer, &exit_code));
    /* Warnings (line ends, say) come first; the commit is the last line. */
    if (answer.length > 0 && answer.text[answer.length - 1] == '\n')
        answer.text[--answer.length] = '\0';
    const char *last = strrchr(answer.text, '\n');
    const char *commit = last ? last + 1 : answer.text;
    assay_status status = exit_code == 0 ? repository_find(repository, commit, arena, ret_revision)
                                         : ASSAY_ERR_NOT_FOUND;
    return status == ASSAY_ERR_NOT_FOUND
               ? buf_error(error, ASSAY_ERR_IO, "git cannot take the working tree of '%s': %s",
                           repository->folder, answer.text)
               : status;
}

assay_status repository_releases(const struct repository *repository, struct arena *arena,
                                 release_vec *releases)
{
    BUF_AUTO answer;
    int exit_code = -1;
    buf_init(&answer, ANSWER_MAX);
    /* What an annotated tag points at is told behind '*', which is empty of a plain one. */
    TRY(ask(GIT_SCRIPT
            "exec 2>/dev/null; git for-each-ref --sort=version:refname "
            "--format='%(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end) "
            "%(refname:short)' refs/tags",
            repository->folder, NO_WORDS, &answer, &exit_code));
    if (exit_code != 0)
        return ASSAY_ERR_IO;
    for (const char *text = answer.text; *text != '\0';) {
        const char *line;
        TRY(take_line(&text, arena, &line));
        const size_t digits = strcspn(line, " ");
        struct release *release = vec_add(releases);
        if (release == NULL)
            return ASSAY_ERR_MEMORY;
        *release = (struct release){arena_copy_n(arena, line, digits),
                                    line[digits] != '\0' ? line + digits + 1 : ""};
        if (release->commit == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

assay_status repository_between(const struct repository *repository, const struct revision ends[2],
                                struct arena *arena, commit_vec *commits)
{
    BUF_AUTO answer;
    int exit_code = -1;
    buf_init(&answer, ANSWER_MAX);
    TRY(ask(GIT_SCRIPT "exec 2>/dev/null; git merge-base --is-ancestor \"$2\" \"$3\" && "
                       "git rev-list --first-parent --reverse \"$2..$3\" --",
            repository->folder, WORDS(ends[0].commit, ends[1].commit), &answer, &exit_code));
    if (exit_code != 0)
        return ASSAY_ERR_ARGUMENT;
    for (const char *text = answer.text; *text != '\0';) {
        const char **slot = vec_add(commits);
        if (slot == NULL)
            return ASSAY_ERR_MEMORY;
        TRY(take_line(&text, arena, slot));
    }
    return ASSAY_OK;
}

assay_status repository_is_changed(const struct repository *repository, bool *ret_changed)
{
    BUF_AUTO answer;
    int exit_code = -1;
    buf_init(&answer, ANSWER_MAX);
    TRY(ask(GIT_SCRIPT "exec 2>/dev/null; git status --porcelain --untracked-files=no",
            repository->folder, NO_WORDS, &answer, &exit_code));
    *ret_changed = exit_code == 0 && answer.length > 0;
    return ASSAY_OK;
}
