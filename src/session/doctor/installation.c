/* Looking after assay itself.  The host is started and answers its hello; the helpers are looked
 * for; the store is opened to read, and its folder asked whether one may write.
 * Invariant: checking leaves no trace, in particular no empty store. */
#include "session/doctor/installation.h"

#include <errno.h>
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "measure/host.h"

static assay_status add(symptom_vec *findings, const char *name, enum mark mark, const char *text)
{
    struct symptom *finding = text ? vec_add(findings) : NULL;
    if (finding == NULL)
        return ASSAY_ERR_MEMORY;
    *finding = (struct symptom){name, mark, text, NOT_KNOWN, ""};
    return ASSAY_OK;
}

static assay_status check_host(const struct workplace *workplace, struct arena *arena,
                               symptom_vec *findings)
{
    const struct host_limits limits = {.seconds = 10};
    const char *path = workplace->paths.host_program;
    struct host host;
    assay_status status = host_start_empty(path, limits, &host);
    const char *text = status == ASSAY_OK ? arena_copy(arena, "")
                                          : arena_printf(arena, "%s: %s", path, host.reason.text);
    host_stop(&host);
    return add(findings, "host", status == ASSAY_OK ? MARK_OK : MARK_BROKEN, text);
}

struct part {
    const char *name, *file;
    int access; /* as for access(2) */
};

static assay_status check_part(const struct part *part, const char *program, struct arena *arena,
                               symptom_vec *findings)
{
    const char *path = workplace_part(program, part->file, arena);
    if (path == NULL)
        return ASSAY_ERR_MEMORY;
    if (access(path, part->access) == 0)
        return add(findings, part->name, MARK_OK, "");
    return add(findings, part->name, MARK_BROKEN,
               arena_printf(arena, "%s: %s; install assay again", path, strerror(errno)));
}

/* The nearest folder above `path` that exists. */
static char *nearest_folder(struct arena *arena, const char *path)
{
    char *folder = arena_copy(arena, path);
    while (folder != NULL) {
        char *slash = strrchr(folder, '/');
        if (slash == NULL)
            return arena_copy(arena, ".");
        slash[slash == folder] = '\0';
        if (access(folder, F_OK) == 0)
            return folder;
    }
    return NULL;
}

static assay_status check_new_store(const char *where, struct arena *arena, symptom_vec *findings)
{
    const char *folder = nearest_folder(arena, where);
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    bool good = access(folder, W_OK | X_OK) == 0;
    return add(findings, "store", good ? MARK_OK : MARK_BROKEN,
               good ? arena_printf(arena, "%s, made by the first run", where)
                    : arena_printf(arena, "%s cannot be made: '%s': %s; --store FILE names another",
                                   where, folder, strerror(errno)));
}

static assay_status check_store(const char *where, struct arena *arena, symptom_vec *findings)
{
    BUF_AUTO error;
    struct store *store = NULL;
    buf_init(&error, 8192);
    assay_status status = store_open(where, false, &store, &error);
    store_close(store);
    if (status == ASSAY_ERR_NOT_FOUND && !store_is_file(where))
        return add(findings, "store", MARK_OK, arena_copy(arena, error.text));
    if (status == ASSAY_ERR_NOT_FOUND)
        return check_new_store(where, arena, findings);
    if (status != ASSAY_OK)
        return add(findings, "store", MARK_BROKEN, arena_copy(arena, error.text));
    buf_clear(&error);
    store_add_shown(where, &error);
    if (store_is_file(where) && access(where, W_OK) != 0)
        return add(findings, "store", MARK_BROKEN,
                   arena_printf(arena, "%s: %s", where, strerror(errno)));
    return add(findings, "store", MARK_OK, arena_copy(arena, error.text));
}

/* The first line of what `program --version` prints. */
static assay_status check_tool(char *program, const char *without, struct arena *arena,
                               symptom_vec *findings)
{
    char option[] = "--version";
    char *argv[] = {program, option, NULL};
    int exit_code = -1;
    BUF_AUTO printed;
    buf_init(&printed, 4096);
    assay_status status = child_capture(argv, &printed, &exit_code);
    if (status == ASSAY_ERR_MEMORY)
        return status;
    if (status != ASSAY_OK || exit_code != 0)
        return add(findings, program, MARK_NOTE, arena_printf(arena, "not found: %s", without));
    const char *version = strpbrk(printed.text, "0123456789");
    version = version ? version : "";
    return add(findings, program, MARK_OK, arena_copy_n(arena, version, strcspn(version, " \n")));
}

assay_status installation_check(const struct workplace *workplace, const char *program,
                                struct arena *arena, symptom_vec *findings)
{
    static const struct part PARTS[] = {
        {"spawn helper", "assay-spawn", X_OK},
        {"empty program", "assay-null", X_OK},
        {"own benchmarks", DOCTOR_MODULE, R_OK},
    };
    static char git[] = "git", valgrind[] = "valgrind";
    TRY(check_host(workplace, arena, findings));
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++)
        TRY(check_part(&PARTS[i], program, arena, findings));
    TRY(check_store(workplace->store, arena, findings));
    TRY(check_tool(git, "runs are stored without their commit", arena, findings));
    return check_tool(valgrind, "instructions cannot be counted", arena, findings);
}

bool installation_is_broken(const symptom_vec *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        if (findings->items[i].mark == MARK_BROKEN)
            return true;
    return false;
}
