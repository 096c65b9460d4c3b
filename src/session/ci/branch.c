/* Keeping the history on a branch.
 * Why the branch has one commit, made anew at each push: a store is binary and does not pack well,
 * a repository would grow by all of it with every push.  Why that is safe beside other pushes: git
 * moves the branch only when it still is what was read (--force-with-lease).
 * Invariants: 1. the user's index, working tree and branches are not touched; 2. the local store is
 * only read by a push. */
#include "session/ci/branch.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/child.h"
#include "base/text.h"
#include "ci/forge.h"
#include "session/place/git.h"

enum { EXIT_NONE = 40, EXIT_MOVED = 41, WORDS_MAX = 8, ANSWER_BYTES_MAX = 1 << 20 };

/* Puts the files of branch $3 of remote $2 into folder $4 and says its commit. */
static const char READ[] =
    GIT_SCRIPT "listed=$(git ls-remote --heads \"$2\" \"refs/heads/$3\") || exit; "
               "[ -n \"$listed\" ] || exit 40; "
               "git fetch -q --no-tags --depth=1 --no-write-fetch-head \"$2\" "
               "\"+refs/heads/$3:refs/assay/$3\" || exit; "
               "cd \"./$(git rev-parse --show-cdup)\" && export GIT_INDEX_FILE=\"$4/.index\" && "
               "git -c core.sparseCheckout=false read-tree \"refs/assay/$3\" && "
               "git checkout-index --all --prefix=\"$4/\" && git rev-parse \"refs/assay/$3\"";

/* Makes a commit of folder $4 and moves branch $3 of remote $2 to it, from commit $5 ("": none). */
static const char WRITE[] =
    GIT_SCRIPT "export GIT_AUTHOR_NAME=assay GIT_AUTHOR_EMAIL=assay GIT_COMMITTER_NAME=assay "
               "GIT_COMMITTER_EMAIL=assay; rm -f \"$4/.index\"; "
               "top=$(git rev-parse --absolute-git-dir) && "
               "tree=$(cd \"$4\" && export GIT_DIR=\"$top\" GIT_WORK_TREE=\"$4\" "
               "GIT_INDEX_FILE=\"$4/.index\" && "
               "git -c core.autocrlf=false add --force --all -- . ':(exclude).index*' && "
               "git write-tree) && "
               "commit=$(git commit-tree --no-gpg-sign -m 'history of assay' \"$tree\") && "
               "if git push -q --no-verify --force-with-lease=\"refs/heads/$3:$5\" \"$2\" "
               "\"$commit:refs/heads/$3\"; then exit 0; fi; "
               "now=$(git ls-remote --heads \"$2\" \"refs/heads/$3\") || exit; "
               "[ \"${now%%[!0-9a-f]*}\" = \"$5\" ] || exit 41; exit 1";

struct working {
    const struct branch_request *request;
    const char *remote, *branch;
    struct arena arena;
    char folder[64]; /* where the history is unpacked; "" when it is the request's own */
    const char *commit;
    struct buf *error;
};

static assay_status run_git(struct working *working, const char *script, struct buf *answer,
                            int *ret_exit_code)
{
    const char *const argv[] = {"sh",
                                "-c",
                                script,
                                "sh",
                                ".",
                                working->remote,
                                working->branch,
                                working->folder,
                                working->commit,
                                NULL};
    return child_capture((char *const *)(uintptr_t)argv, answer, ret_exit_code);
}

static assay_status refused(struct working *working, const char *what, struct buf *answer)
{
    forge_hide_secrets(answer);
    size_t length = answer->length;
    while (length > 0 && answer->text[length - 1] == '\n')
        length--;
    buf_error(working->error, ASSAY_ERR_IO, "git cannot %s branch '%s' of '%s': %.*s", what,
              working->branch, working->remote, (int)length, answer->text);
    forge_hide_secrets(working->error);
    return ASSAY_ERR_IO;
}

/* A word of git's that is no option and no list. */
static bool is_word(const char *text)
{
    return text[0] != '-' && text[0] != '\0' && strpbrk(text, " \t\r\n:^~?*[\\") == NULL;
}

static assay_status working_init(const struct branch_request *request, struct buf *error,
                                 struct working *working)
{
    *working = (struct working){.request = request, .commit = "", .error = error};
    working->remote = request->remote ? request->remote : "origin";
    working->branch = request->branch ? request->branch : BRANCH_NAME;
    if (!is_word(working->branch) || working->remote[0] == '-' || working->remote[0] == '\0')
        return buf_error(error, ASSAY_ERR_ARGUMENT, "'%s' of '%s' is no branch", working->branch,
                         working->remote);
    if (request->folder != NULL)
        return ASSAY_OK;
    const char *temporary = getenv("TMPDIR");
    int length =
        snprintf(working->folder, sizeof working->folder, "%s/assay-ci-XXXXXX",
                 temporary && temporary[0] == '/' && strlen(temporary) < 32 ? temporary : "/tmp");
    if (length >= (int)sizeof working->folder || mkdtemp(working->folder) == NULL)
        return buf_error(error, ASSAY_ERR_IO, "cannot make a temporary folder: %s",
                         strerror(errno));
    return ASSAY_OK;
}

static void empty_folder(const struct working *working)
{
    const char *const argv[] = {"rm", "-rf", "--", working->folder, NULL};
    int exit_code;
    BUF_AUTO answer;
    buf_init(&answer, ANSWER_BYTES_MAX);
    if (working->folder[0] != '\0' &&
        child_capture((char *const *)(uintptr_t)argv, &answer, &exit_code) != ASSAY_OK)
        rmdir(working->folder); /* no rm there is no reason to fail */
}

static void working_release(struct working *working)
{
    empty_folder(working);
    arena_release(&working->arena);
}

/* The path of the history's store. */
static const char *history_path(struct working *working)
{
    return arena_printf(&working->arena, "%s/history.db",
                        working->request->folder ? working->request->folder : working->folder);
}

/* Unpacks the branch; `ret_there` false: there is none. */
static assay_status unpack(struct working *working, bool *ret_there)
{
    BUF_AUTO answer;
    int exit_code = -1;
    buf_init(&answer, ANSWER_BYTES_MAX);
    working->commit = "";
    if (working->request->folder != NULL) {
        const char *path = history_path(working);
        *ret_there = path != NULL && access(path, F_OK) == 0;
        return path ? ASSAY_OK : ASSAY_ERR_MEMORY;
    }
    TRY(run_git(working, READ, &answer, &exit_code));
    *ret_there = exit_code == 0;
    if (exit_code != 0)
        return exit_code == EXIT_NONE ? ASSAY_OK : refused(working, "read", &answer);
    size_t end = answer.length;
    while (end > 0 && answer.text[end - 1] == '\n')
        end--;
    size_t start = end;
    while (start > 0 && answer.text[start - 1] != '\n')
        start--;
    working->commit = arena_copy_n(&working->arena, answer.text + start, end - start);
    return working->commit ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Merges `from` into `to`, two paths of stores, of which `to` is made when it is not there. */
static assay_status merge_paths(struct working *working, const char *to, const char *from,
                                bool trims, struct branch_result *result)
{
    static const struct merge_rules RULES = {.finished_only = true, .newer_names = true};
    struct baseline_place target = {.path = to}, source = {.path = from};
    struct merge_account account = {.baselines = 0};
    const unsigned keep = working->request->keep ? working->request->keep : BRANCH_KEEP;
    if (to == NULL || from == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(store_open(from, false, &source.store, working->error));
    assay_status status = store_open(to, true, &target.store, working->error);
    if (status == ASSAY_OK)
        status = merge_stores(&target, &source, &RULES, &account, working->error);
    result->runs = account.added.count;
    result->baselines = account.baselines;
    result->modules = account.modules;
    merge_release(&account);
    if (status == ASSAY_OK && trims)
        status = merge_trim(&target, "ci-", keep, working->error);
    if (status == ASSAY_OK && trims)
        status = merge_trim(&target, "good-", keep, working->error);
    store_close(target.store);
    store_close(source.store);
    return status;
}

assay_status branch_fetch(const struct branch_request *request, struct branch_result *ret_result,
                          struct buf *error)
{
    struct working working;
    struct branch_result result = {0};
    assay_status status = working_init(request, error, &working);
    if (status == ASSAY_OK)
        status = unpack(&working, &result.was_there);
    if (status == ASSAY_OK && result.was_there)
        status = merge_paths(&working, request->store, history_path(&working), false, &result);
    working_release(&working);
    *ret_result = result;
    return status;
}

/* Before the next try: a moment that differs between those who lost. */
static void wait_a_moment(unsigned tries)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const long ms = 20 + (now.tv_nsec / 1000 + getpid()) % (long)(100 << (tries < 5 ? tries : 5));
    nanosleep(&(struct timespec){ms / 1000, ms % 1000 * 1000000}, NULL);
}

/* Moves the branch; `ret_moved`: somebody else did in the meantime. */
static assay_status move_branch(struct working *working, bool *ret_moved)
{
    BUF_AUTO answer;
    int exit_code = -1;
    buf_init(&answer, ANSWER_BYTES_MAX);
    TRY(run_git(working, WRITE, &answer, &exit_code));
    *ret_moved = exit_code == EXIT_MOVED;
    return exit_code == 0 || exit_code == EXIT_MOVED ? ASSAY_OK
                                                     : refused(working, "write", &answer);
}

static assay_status push_once(struct working *working, struct branch_result *result,
                              bool *ret_moved)
{
    *ret_moved = false;
    TRY(unpack(working, &result->was_there));
    TRY(merge_paths(working, history_path(working), working->request->store, true, result));
    if (result->runs + result->baselines == 0)
        return ASSAY_OK;
    result->tries++;
    return working->request->folder ? ASSAY_OK : move_branch(working, ret_moved);
}

assay_status branch_push(const struct branch_request *request, struct branch_result *ret_result,
                         struct buf *error)
{
    struct branch_result result = {0};
    bool moved = true;
    assay_status status = ASSAY_OK;
    for (unsigned tries = 0; moved && status == ASSAY_OK && tries < BRANCH_TRIES_MAX; tries++) {
        struct working working;
        if (tries > 0)
            wait_a_moment(tries);
        status = working_init(request, error, &working);
        if (status == ASSAY_OK)
            status = push_once(&working, &result, &moved);
        working_release(&working);
    }
    *ret_result = result;
    if (status == ASSAY_OK && moved)
        return buf_error(error, ASSAY_ERR_IO,
                         "others moved branch '%s' %d times while it was written; try again",
                         request->branch ? request->branch : BRANCH_NAME, BRANCH_TRIES_MAX);
    return status;
}
