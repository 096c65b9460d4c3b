/* Keeping modules by content: the same build kept by ten baselines is one file, and a file that was
 * changed under our name is noticed because its name no longer fits.
 * Invariant: a file under its final name was copied whole (temporary name, rename). */
#include "session/place/keep.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/sha256.h"
#include "base/text.h"
#include "store/store.h"

const char *keep_folder(const char *store, struct arena *arena)
{
    if (!store_is_file(store))
        return arena_copy(arena, ".assay/modules");
    size_t folder = (size_t)(text_file_name(store) - store);
    return arena_printf(arena, "%.*smodules", (int)folder, store);
}

static bool copy_file(const char *from, const char *to)
{
    struct stat info;
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0777);
    bool good = in >= 0 && out >= 0 && fstat(in, &info) == 0;
    for (off_t left = good ? info.st_size : 0; good && left > 0;) {
        ssize_t moved = sendfile(out, in, NULL, (size_t)left);
        good = moved > 0;
        left -= moved;
    }
    if (in >= 0)
        close(in);
    if (out >= 0)
        good = close(out) == 0 && good;
    return good;
}

/* And the one above it, which a store that is no file has not made. */
static void make_folder(const char *folder)
{
    BUF_AUTO above;
    buf_init(&above, PATH_MAX);
    buf_add(&above, folder, (size_t)(text_file_name(folder) - folder));
    if (above.length > 0)
        mkdir(above.text, 0777);
    mkdir(folder, 0777);
}

assay_status keep_module(const char *folder, const char *path, struct arena *arena,
                         const char **ret_kept, struct buf *error)
{
    char hash[SHA256_DIGITS + 1];
    TRY(sha256_file(path, hash, error));
    const char *kept = arena_printf(arena, "%s/%s.so", folder, hash);
    const char *part = arena_printf(arena, "%s/%s.%d.part", folder, hash, (int)getpid());
    if (kept == NULL || part == NULL)
        return ASSAY_ERR_MEMORY;
    make_folder(folder);
    if (access(kept, F_OK) != 0 && (!copy_file(path, part) || rename(part, kept) != 0)) {
        int code = errno;
        unlink(part);
        return buf_error(error, ASSAY_ERR_IO, "cannot keep '%s' as '%s': %s", path, kept,
                         strerror(code));
    }
    *ret_kept = kept;
    return ASSAY_OK;
}
