/* The folder .assay/builds.
 *
 * Why flock and not a file that exists or not: it ends with its process, however that ends.  A lock
 * file may be removed with its build, so whoever got a lock looks whether the file is still the one
 * of that name.
 * Invariant: a build is removed only by who holds its lock alone. */
#include "session/place/shelf.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/child.h"
#include "base/text.h"
#include "base/vec.h"
#include "session/place/git.h"

enum { MARK_MAX = 65536, PATH_LENGTH_MAX = 4096 };

static assay_status place_of(const char *folder, const char *name, struct arena *arena,
                             struct shelf_place *ret_place)
{
    struct shelf_place place = {
        .folder = folder,
        .name = arena_copy(arena, name),
        .tree = arena_printf(arena, "%s/%s", folder, name),
        .log = arena_printf(arena, "%s/%s.log", folder, name),
        .done = arena_printf(arena, "%s/%s.done", folder, name),
        .lock = arena_printf(arena, "%s/%s.lock", folder, name),
    };
    if (!place.name || !place.tree || !place.log || !place.done || !place.lock)
        return ASSAY_ERR_MEMORY;
    *ret_place = place;
    return ASSAY_OK;
}

static bool make_folder(const char *path)
{
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

assay_status shelf_open(const char *project, const char *name, struct arena *arena,
                        struct shelf_place *ret_place, struct buf *error)
{
    const char *above = strcmp(project, ".") == 0 ? arena_copy(arena, ".assay")
                                                  : arena_printf(arena, "%s/.assay", project);
    const char *folder = above ? arena_printf(arena, "%s/builds", above) : NULL;
    if (folder == NULL)
        return ASSAY_ERR_MEMORY;
    if (!make_folder(above) || !make_folder(folder))
        return buf_error(error, ASSAY_ERR_IO, "cannot create folder '%s': %s", folder,
                         strerror(errno));
    return place_of(folder, name, arena, ret_place);
}

int shelf_lock(const struct shelf_place *place, bool alone)
{
    for (;;) {
        struct stat held, named;
        int lock = open(place->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
        if (lock < 0)
            return -1;
        if (flock(lock, (alone ? LOCK_EX : LOCK_SH) | LOCK_NB) != 0) {
            int code = errno;
            close(lock);
            errno = code;
            return -1;
        }
        if (fstat(lock, &held) == 0 && stat(place->lock, &named) == 0 &&
            held.st_ino == named.st_ino && held.st_dev == named.st_dev)
            return lock;
        close(lock); /* it was removed in between */
    }
}

bool shelf_has(const struct shelf_place *place, const char *mark)
{
    char text[MARK_MAX];
    int file = open(place->done, O_RDONLY | O_CLOEXEC);
    if (file < 0)
        return false;
    ssize_t got = read(file, text, sizeof text);
    bool same = got == (ssize_t)strlen(mark) && memcmp(text, mark, (size_t)got) == 0;
    close(file);
    if (same)
        utimensat(AT_FDCWD, place->done, NULL, 0);
    return same && access(place->tree, F_OK) == 0;
}

bool shelf_is_done(const struct shelf_place *place)
{
    return access(place->done, F_OK) == 0 && access(place->tree, F_OK) == 0;
}

assay_status shelf_mark(const struct shelf_place *place, const char *mark, struct buf *error)
{
    char part[PATH_LENGTH_MAX];
    snprintf(part, sizeof part, "%s.part", place->done);
    FILE *file = fopen(part, "we");
    bool good = file != NULL && fputs(mark, file) >= 0;
    if (file != NULL)
        good = fclose(file) == 0 && good;
    if (good && rename(part, place->done) == 0)
        return ASSAY_OK;
    int code = errno;
    unlink(part);
    return buf_error(error, ASSAY_ERR_IO, "cannot write '%s': %s", place->done, strerror(code));
}

assay_status shelf_clear(const struct shelf_place *place, struct buf *error)
{
    /* git forgets the worktree where it still knows it; rm takes what git leaves. */
    static const char REMOVE[] =
        GIT_SCRIPT "git worktree remove --force --force -- \"$2\" >/dev/null 2>&1; "
                   "rm -rf -- \"$2\"";
    const char *argv[] = {"sh", "-c", REMOVE, "sh", place->folder, place->name, NULL};
    BUF_AUTO printed;
    int exit_code = -1;
    buf_init(&printed, MARK_MAX);
    unlink(place->done);
    unlink(place->log);
    if (access(place->tree, F_OK) != 0)
        return ASSAY_OK;
    assay_status status = child_capture((char *const *)(uintptr_t)argv, &printed, &exit_code);
    if (status == ASSAY_ERR_MEMORY || access(place->tree, F_OK) != 0)
        return status == ASSAY_ERR_MEMORY ? status : ASSAY_OK;
    return buf_error(error, ASSAY_ERR_IO, "cannot remove '%s': %s", place->tree, printed.text);
}

/* ---- too many ---- */

struct kept {
    struct shelf_place place;
    struct timespec used;
};
typedef VEC(struct kept) kept_vec;

static int by_use(const void *a_, const void *b_)
{
    const struct timespec *a = &((const struct kept *)a_)->used;
    const struct timespec *b = &((const struct kept *)b_)->used;
    if (a->tv_sec != b->tv_sec)
        return a->tv_sec < b->tv_sec ? -1 : 1;
    return (a->tv_nsec > b->tv_nsec) - (a->tv_nsec < b->tv_nsec);
}

static bool is_commit(const char *name)
{
    size_t digits = strspn(name, "0123456789abcdef");
    return name[digits] == '\0' && (digits == 40 || digits == 64);
}

/* A build that failed has no mark: its folder's time stands in. */
static assay_status add_kept(const char *folder, const char *name, struct arena *arena,
                             kept_vec *all)
{
    struct stat info;
    struct kept *kept = vec_add(all);
    if (kept == NULL)
        return ASSAY_ERR_MEMORY;
    TRY(place_of(folder, name, arena, &kept->place));
    bool known = stat(kept->place.done, &info) == 0 || stat(kept->place.tree, &info) == 0;
    kept->used = known ? info.st_mtim : (struct timespec){0};
    return ASSAY_OK;
}

static assay_status list_kept(const char *folder, struct arena *arena, kept_vec *all)
{
    assay_status status = ASSAY_OK;
    DIR *entries = opendir(folder);
    struct dirent *entry;
    while (entries != NULL && status == ASSAY_OK && (entry = readdir(entries)) != NULL)
        if (is_commit(entry->d_name))
            status = add_kept(folder, entry->d_name, arena, all);
    if (entries != NULL)
        closedir(entries);
    return status;
}

/* Whether the build is gone. */
static bool remove_kept(const struct shelf_place *place)
{
    int lock = shelf_lock(place, true);
    if (lock < 0)
        return false;
    bool gone = shelf_clear(place, NULL) == ASSAY_OK;
    if (gone)
        unlink(place->lock);
    close(lock);
    return gone;
}

void shelf_prune(const char *folder, size_t keep)
{
    struct arena arena = {0};
    kept_vec all = {0};
    if (list_kept(folder, &arena, &all) == ASSAY_OK && all.count > keep) {
        qsort(all.items, all.count, sizeof *all.items, by_use);
        size_t left = all.count;
        for (size_t i = 0; i < all.count && left > keep; i++)
            left -= remove_kept(&all.items[i].place);
    }
    vec_release(&all);
    arena_release(&arena);
}
