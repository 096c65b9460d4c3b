/* Asking git.  Why the program and not its files: packed refs, worktrees and tags are git's
 * business. Invariant: nothing here fails because git is absent; then the texts are empty. */
#include "session/place/project.h"

#include <string.h>

#include "base/child.h"

/* The first line that a command prints, "" when it fails. */
static assay_status first_line(struct arena *arena, char *const argv[], const char **ret_line)
{
    BUF_AUTO printed;
    int exit_code = -1;
    buf_init(&printed, 1 << 20);
    assay_status status = child_capture(argv, &printed, &exit_code);
    if (status == ASSAY_ERR_MEMORY)
        return status;
    bool good = status == ASSAY_OK && exit_code == 0;
    *ret_line = arena_copy_n(arena, printed.text, good ? strcspn(printed.text, "\n") : 0);
    return *ret_line ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

#define GIT(...) ((char *[]){(char[]){"git"}, __VA_ARGS__, NULL})
#define WORD(text) ((char[]){text})

assay_status project_describe(struct arena *arena, struct run *run)
{
    const char *changed = "";
    TRY(first_line(arena, GIT(WORD("rev-parse"), WORD("HEAD")), &run->commit));
    run->branch = run->tag = "";
    if (run->commit[0] == '\0')
        return ASSAY_OK;
    TRY(first_line(arena, GIT(WORD("rev-parse"), WORD("--abbrev-ref"), WORD("HEAD")),
                   &run->branch));
    TRY(first_line(arena, GIT(WORD("describe"), WORD("--tags"), WORD("--exact-match")), &run->tag));
    TRY(first_line(arena, GIT(WORD("status"), WORD("--porcelain"), WORD("--untracked-files=no")),
                   &changed));
    if (changed[0] != '\0')
        run->commit = arena_printf(arena, "%s+", run->commit);
    return run->commit ? ASSAY_OK : ASSAY_ERR_MEMORY;
}
