/* Building commits.
 *
 * A build is there when its .done file is, and that file is written after everything else and only
 * under the lock; so a build that was killed at any moment is built again, and none is used half.
 * Removing asks for the same lock: what somebody uses stays.
 *
 * Order: lock alone; look, else build; remove the oldest others; lock shared; look again.
 * Invariants: 1. a command of the project runs in a process group of its own that ends with it,
 * with the limit, or with a stop; 2. nothing outside .assay/builds and git's list of worktrees
 * changes.
 */
#include "session/place/build.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"
#include "base/text.h"
#include "probe/clock.h"
#include "session/place/shelf.h"

enum { LOCK_POLL_MS = 50, OUTPUT_POLL_MS = 50, TAIL_LINES = 20, TAIL_BYTES = 4096 };
#define LOG_BYTES_MAX ((off_t)64 << 20)

/* One build under way. */
struct building {
    const struct build_request *request;
    struct shelf_place place;
    bool again; /* on top of the last build */
    int log;
    double began_seconds;
    struct buf *error;
};

static bool is_stopped(const struct build_request *request)
{
    return request->stop != NULL && *request->stop != 0;
}

/* "1a2b3c4d5e6f (subject)" or "the working tree" */
static const char *name_of(const struct build_request *request, char name[TEXT_SHOWN_MAX * 2])
{
    char shown[TEXT_SHOWN_MAX];
    if (request->is_worktree)
        return "the working tree";
    snprintf(name, TEXT_SHOWN_MAX * 2, "commit %.*s (%s)", REVISION_SHORT, request->revision.commit,
             text_shown(request->revision.subject, shown));
    return name;
}

void build_tell(build_tell_fn *tell, void *context, const char *format, ...)
{
    BUF_AUTO sentence;
    va_list values;
    buf_init(&sentence, 8192);
    va_start(values, format);
    buf_vprintf(&sentence, format, values);
    va_end(values);
    if (tell != NULL)
        tell(context, sentence.text);
}

/* ---- the log ---- */

/* The last lines of the log, indented, without what would move a terminal's cursor. */
static void add_tail(const char *path, struct buf *out)
{
    char tail[TAIL_BYTES + 1];
    int log = open(path, O_RDONLY | O_CLOEXEC);
    if (log < 0)
        return;
    off_t end = lseek(log, 0, SEEK_END);
    ssize_t got = pread(log, tail, TAIL_BYTES, end > TAIL_BYTES ? end - TAIL_BYTES : 0);
    close(log);
    if (got <= 0)
        return;
    got -= tail[got - 1] == '\n';
    tail[got] = '\0';
    const char *start = tail + got;
    for (int lines = 0; start > tail; start--)
        if (start[-1] == '\n' && ++lines == TAIL_LINES)
            break;
    for (const char *c = start; *c != '\0'; c++) {
        bool control = ((unsigned char)*c < 0x20 && *c != '\n' && *c != '\t') || *c == 0x7f;
        if (c == start || c[-1] == '\n')
            buf_puts(out, "\n  | ");
        if (*c != '\n')
            buf_putc(out, control ? '?' : *c);
    }
}

/* "WHAT does not build: REASON", the end of the log, and where it is. */
static assay_status broken(const struct building *building, assay_status status, const char *reason)
{
    char name[TEXT_SHOWN_MAX * 2];
    buf_error(building->error, status, "%s does not build: %s", name_of(building->request, name),
              reason);
    if (building->error != NULL) {
        add_tail(building->place.log, building->error);
        buf_printf(building->error, "\nthe whole log: %s", building->place.log);
    }
    return status;
}

/* ---- running ---- */

/* Copies what can be read within `wait_ms` to the log; false at the pipe's end. */
static bool copy_output(const struct child *child, int wait_ms, int log)
{
    char chunk[65536];
    struct pollfd ready = {child->printed, POLLIN, 0};
    if (poll(&ready, 1, wait_ms) <= 0)
        return true;
    ssize_t got = read(child->printed, chunk, sizeof chunk);
    if (got <= 0)
        return got < 0 && errno == EINTR;
    for (ssize_t done = 0; done < got;) {
        ssize_t written = write(log, chunk + done, (size_t)(got - done));
        if (written < 0)
            break; /* a full disk shows in what the build itself cannot write */
        done += written;
    }
    return true;
}

/* Why a command under way has to end; ASSAY_OK when it need not. */
static assay_status check_limits(const struct building *building)
{
    char reason[80];
    double limit = building->request->config->build.limit_seconds;
    if (is_stopped(building->request))
        return buf_error(building->error, ASSAY_ERR_IO, "interrupted while building %.*s",
                         REVISION_SHORT, building->request->revision.commit);
    if (clock_now_seconds() - building->began_seconds > limit) {
        snprintf(reason, sizeof reason, "it took longer than the time limit of %g s", limit);
        return broken(building, ASSAY_ERR_TIMEOUT, reason);
    }
    if (lseek(building->log, 0, SEEK_CUR) > LOG_BYTES_MAX)
        return broken(building, ASSAY_ERR_LIMIT, "it printed more than 64 MiB");
    return ASSAY_OK;
}

/* Runs a script in `folder` with its output to the log; `second` and `third` are $2 and $3. */
static assay_status run_logged(const struct building *building, const char *script,
                               const char *folder, const char *second, const char *third)
{
    const char *argv[] = {"sh", "-c", script, "sh", folder, second, third, NULL};
    struct child child;
    assay_status status = ASSAY_OK;
    char reason[80];
    TRY(child_start((char *const *)(uintptr_t)argv, &child, building->error));
    while (status == ASSAY_OK && !child_has_ended(&child)) {
        if (!copy_output(&child, OUTPUT_POLL_MS, building->log))
            poll(NULL, 0, OUTPUT_POLL_MS); /* it closed its output and goes on */
        status = check_limits(building);
    }
    child_wait(&child, status != ASSAY_OK);
    struct pollfd more = {child.printed, POLLIN, 0};
    while (status == ASSAY_OK && poll(&more, 1, 0) > 0 && (more.revents & POLLIN) != 0)
        copy_output(&child, 0, building->log);
    child_stop(&child);
    if (status != ASSAY_OK || (child.exit_code == 0 && child.signal == 0))
        return status;
    if (child.signal != 0)
        snprintf(reason, sizeof reason, "signal %d (%s)", child.signal, strsignal(child.signal));
    else
        snprintf(reason, sizeof reason, "exit code %d", child.exit_code);
    return broken(building, ASSAY_ERR_IO, reason);
}

/* ---- building ---- */

/* No hook of the user runs; a registration whose folder is gone is taken over.  A worktree lies
 * inside the project's, whose .gitmodules it has as well. */
#define GIT_QUIETLY "git -c core.hooksPath=/dev/null -c advice.detachedHead=false "
static const char CHECK_OUT[] =
    GIT_SCRIPT GIT_QUIETLY "worktree add --quiet --force --force --detach \"$2\" \"$3\"";
static const char CHECK_OUT_AGAIN[] =
    GIT_SCRIPT GIT_QUIETLY "-C \"$2\" checkout --quiet --force --detach \"$3\" --";
static const char UPDATE_SUBMODULES[] =
    GIT_SCRIPT "cd \"$2\" && if [ -e .gitmodules ]; then " GIT_QUIETLY
               "submodule update --init --recursive; fi";
static const char BUILD[] = GIT_SCRIPT "export ASSAY_PROJECT=\"$2\"; exec sh -c \"$3\"";

/* The worktree with the commit's files; that of the working tree keeps what its last build made. */
static assay_status check_out(const struct building *building)
{
    const struct shelf_place *place = &building->place;
    const char *commit = building->request->revision.commit;
    const char *script = building->again ? CHECK_OUT_AGAIN : CHECK_OUT;
    TRY(run_logged(building, script, place->folder, place->name, commit));
    return run_logged(building, UPDATE_SUBMODULES, place->folder, place->name, "");
}

/* Every file and folder that assay.yaml names was made. */
static assay_status check_modules(const struct building *building, const char *project)
{
    const path_vec *modules = &building->request->config->build.modules;
    for (size_t i = 0; i < modules->count; i++) {
        BUF_AUTO path, reason;
        buf_init(&path, 8192);
        buf_init(&reason, 8192);
        buf_printf(&path, "%s/%s", project, modules->items[i]);
        buf_printf(&reason, "it left no '%s', which 'modules' in %s names", modules->items[i],
                   building->request->config->path);
        TRY(path.status);
        if (access(path.text, F_OK) != 0)
            return broken(building, ASSAY_ERR_IO, reason.text);
    }
    return ASSAY_OK;
}

static assay_status build_logged(struct building *building, const char *project, const char *mark)
{
    const struct build_request *request = building->request;
    char name[TEXT_SHOWN_MAX * 2];
    build_tell(request->tell, request->context, "building %s in %s", name_of(request, name),
               building->place.tree);
    TRY(check_out(building));
    if (access(project, F_OK) != 0)
        return broken(building, ASSAY_ERR_IO, "it has no folder with this project yet");
    TRY(run_logged(building, BUILD, project, request->repository->folder,
                   request->config->build.command));
    TRY(check_modules(building, project));
    TRY(shelf_mark(&building->place, mark, building->error));
    build_tell(request->tell, request->context, "built in %.1f s",
               clock_now_seconds() - building->began_seconds);
    return ASSAY_OK;
}

/* Under the lock: the build is not there, or not the right one. */
static assay_status build_anew(const struct build_request *request, const struct shelf_place *place,
                               const char *project, const char *mark, struct buf *error)
{
    struct building building = {.request = request,
                                .place = *place,
                                .again = request->is_worktree && !request->rebuild &&
                                         shelf_is_done(place),
                                .began_seconds = clock_now_seconds(),
                                .error = error};
    if (building.again)
        unlink(place->done);
    else
        TRY(shelf_clear(place, error));
    building.log = open(place->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
    if (building.log < 0)
        return buf_error(error, ASSAY_ERR_IO, "cannot create '%s': %s", place->log,
                         strerror(errno));
    assay_status status = build_logged(&building, project, mark);
    close(building.log);
    return status;
}

/* Waits for the lock; another assay may be building the same commit. */
static assay_status wait_for_lock(const struct build_request *request,
                                  const struct shelf_place *place, bool alone, int *ret_lock,
                                  struct buf *error)
{
    for (bool told = false;; told = true) {
        *ret_lock = shelf_lock(place, alone);
        if (*ret_lock >= 0)
            return ASSAY_OK;
        if (errno != EWOULDBLOCK && errno != EINTR)
            return buf_error(error, ASSAY_ERR_IO, "cannot lock '%s': %s", place->lock,
                             strerror(errno));
        if (is_stopped(request))
            return buf_error(error, ASSAY_ERR_IO, "interrupted while waiting for '%s'",
                             place->lock);
        if (!told)
            build_tell(request->tell, request->context, "waiting: another assay uses %s",
                       place->tree);
        poll(NULL, 0, LOCK_POLL_MS);
    }
}

/* ---- the whole ---- */

static void let_go(struct build *build)
{
    if (build->lock >= 0)
        close(build->lock);
    build->lock = -1;
}

/* The build under its lock, alone when it has to be made.  Shared first: others may be measuring
 * the very build that we only want to measure as well. */
static assay_status hold(const struct build_request *request, const struct shelf_place *place,
                         const char *project, const char *mark, struct build *build,
                         struct buf *error)
{
    bool rebuild = request->rebuild;
    for (;;) {
        TRY(wait_for_lock(request, place, false, &build->lock, error));
        if (!rebuild && shelf_has(place, mark))
            return ASSAY_OK;
        let_go(build);
        TRY(wait_for_lock(request, place, true, &build->lock, error));
        assay_status status = !rebuild && shelf_has(place, mark)
                                  ? ASSAY_OK
                                  : build_anew(request, place, project, mark, error);
        let_go(build);
        TRY(status);
        rebuild = false;
    }
}

static const char *folder_of(const char *path, struct arena *arena)
{
    size_t length = (size_t)(text_file_name(path) - path);
    if (length == 0)
        return ".";
    return length == 1 ? "/" : arena_copy_n(arena, path, length - 1);
}

static assay_status list_modules(const struct build_request *request, const char *project,
                                 struct arena *arena, path_vec *modules)
{
    const path_vec *wanted = &request->config->build.modules;
    for (size_t i = 0; i < wanted->count; i++) {
        const char **slot = vec_add(modules);
        if (slot == NULL)
            return ASSAY_ERR_MEMORY;
        *slot =
            arena_printf(arena, "%s%s/%s", *project == '/' ? "" : "./", project, wanted->items[i]);
        if (*slot == NULL)
            return ASSAY_ERR_MEMORY;
    }
    return ASSAY_OK;
}

static assay_status open_in(const struct build_request *request, const struct shelf_place *place,
                            struct arena *arena, struct build *build, struct buf *error)
{
    const struct revision *revision = &request->revision;
    const char *prefix = request->repository->prefix;
    const char *project = arena_printf(arena, "%s%s%.*s", place->tree, *prefix ? "/" : "",
                                       (int)(strlen(prefix) - (*prefix != '\0')), prefix);
    const char *mark =
        arena_printf(arena, "%s\n%s\n", revision->commit, request->config->build.command);
    if (project == NULL || mark == NULL)
        return ASSAY_ERR_MEMORY;
    build->place = place->tree;
    TRY(hold(request, place, project, mark, build, error));
    shelf_prune(place->folder, request->config->build.keep);
    return list_modules(request, project, arena, &build->modules);
}

assay_status build_open(const struct build_request *request, struct arena *arena,
                        struct build *ret_build, struct buf *error)
{
    const struct config *config = request->config;
    struct build build = {.lock = -1};
    struct shelf_place place;
    if (config->build.command == NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "how is a commit built? %s needs 'build' with 'command' and 'modules' "
                         "('assay help --keys')",
                         *config->path ? config->path : CONFIG_FILE_NAME);
    const char *folder = folder_of(config->path, arena);
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(shelf_open(folder, request->is_worktree ? "worktree" : request->revision.commit, arena,
                   &place, error));
    assay_status status = open_in(request, &place, arena, &build, error);
    if (status == ASSAY_OK)
        *ret_build = build;
    else
        build_close(&build);
    return status;
}

void build_close(struct build *build)
{
    let_go(build);
    vec_release(&build->modules);
}
