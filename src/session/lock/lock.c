/* One file, locked as a whole; its text says who holds it and is for people only.
 *
 * Why a lock of the open file and not a process number in a file: nothing is left when we are
 * killed, in whatever container.  Why a file for each user: one that all may lock, anyone may keep
 * locked for ever.  Who wants one for several users names it in ASSAY_LOCK.
 * Invariants: 1. no link is followed and no file of another user is opened in /tmp; 2. what stands
 * in the file is shown without its control bytes, and nothing else is done with it. */
#include "session/lock/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LOOK_MS = 100, HOLDER_MAX = 300, PATH_BYTES = 4096 };

/* A file of ours in a folder where others may write: they may have put something there first. */
static int open_own(const char *path)
{
    struct stat info;
    int fd = open(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid() &&
        info.st_nlink == 1 && (info.st_mode & 077) == 0)
        return fd;
    close(fd);
    errno = EPERM;
    return -1;
}

/* -1 with errno when no place can be used; `path` is then the last one that was tried. */
static int open_default(char path[PATH_BYTES])
{
    const char *folder = getenv("XDG_RUNTIME_DIR");
    int fd = -1;
    if (folder != NULL && folder[0] == '/' &&
        snprintf(path, PATH_BYTES, "%s/assay.lock", folder) < PATH_BYTES)
        fd = open_own(path);
    if (fd >= 0)
        return fd;
    snprintf(path, PATH_BYTES, "/tmp/assay-%u.lock", (unsigned)geteuid());
    return open_own(path);
}

/* Who holds the lock, as its holder wrote it; it may be writing just now. */
static void add_holder(int fd, struct buf *text)
{
    char holder[HOLDER_MAX];
    ssize_t length = pread(fd, holder, sizeof holder, 0);
    for (ssize_t i = 0; i < length && holder[i] != '\n'; i++)
        buf_putc(text, (unsigned char)holder[i] < ' ' || holder[i] == 127 ? '?' : holder[i]);
    if (length <= 0)
        buf_puts(text, "another assay");
}

static void write_holder(int fd, const char *command)
{
    char since[64];
    struct timespec now;
    struct tm local;
    BUF_AUTO text;
    buf_init(&text, 8192);
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    strftime(since, sizeof since, "%H:%M:%S", &local);
    buf_printf(&text, "'%.200s' (pid %d, since %s)\n", command, (int)getpid(), since);
    /* Without the text a lock is as good. */
    if (ftruncate(fd, 0) != 0 || pwrite(fd, text.text, text.length, 0) < 0)
        errno = 0;
}

/* Whether the lock is ours now; errno says why not. */
static bool try_lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    return fcntl(fd, F_OFD_SETLK, &whole) == 0;
}

static bool is_held(void)
{
    return errno == EAGAIN || errno == EACCES;
}

static assay_status wait_for(int fd, const struct lock_request *request, struct buf *error)
{
    BUF_AUTO text;
    buf_init(&text, 1024);
    buf_puts(&text, "assay: waiting for ");
    add_holder(fd, &text);
    buf_puts(&text, " to end: one measures at a time (--no-wait, --no-lock)");
    request->tell(request->context, text.text);
    while (!try_lock(fd)) {
        if (!is_held())
            return buf_error(error, ASSAY_ERR_IO, "cannot wait for the measuring lock: %s",
                             strerror(errno));
        if (request->stop != NULL && *request->stop != 0)
            return buf_error(error, ASSAY_ERR_STOPPED,
                             "interrupted while waiting for another measurement");
        poll(NULL, 0, LOOK_MS);
    }
    return ASSAY_OK;
}

static assay_status take(int fd, const char *path, const struct lock_request *request,
                         struct buf *error)
{
    if (!try_lock(fd)) {
        if (!is_held())
            return buf_error(error, ASSAY_ERR_IO, "cannot lock '%s': %s", path, strerror(errno));
        if (request->no_wait) {
            BUF_AUTO holder;
            buf_init(&holder, 1024);
            add_holder(fd, &holder);
            return buf_error(error, ASSAY_ERR_TIMEOUT,
                             "%s measures on this machine now; leave out --no-wait to wait for it, "
                             "or say --no-lock to measure beside it",
                             holder.text);
        }
        TRY(wait_for(fd, request, error));
    }
    write_holder(fd, request->command);
    return ASSAY_OK;
}

assay_status lock_take(const struct lock_request *request, int *ret_lock, struct buf *error)
{
    char path[PATH_BYTES];
    const char *named = getenv("ASSAY_LOCK");
    bool own = named == NULL || named[0] == '\0';
    *ret_lock = -1;
    if (!own && strcmp(named, "off") == 0)
        return ASSAY_OK;
    int fd = own ? open_default(path) : open(named, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (fd < 0 && !own)
        return buf_error(error, ASSAY_ERR_IO, "cannot open '%s', which ASSAY_LOCK names: %s", named,
                         strerror(errno));
    if (fd < 0) {
        BUF_AUTO text;
        buf_init(&text, PATH_BYTES + 256);
        buf_printf(&text, "assay: note: measuring without a lock: '%s' cannot be used: %s", path,
                   strerror(errno));
        request->tell(request->context, text.text);
        return ASSAY_OK;
    }
    assay_status status = take(fd, own ? path : named, request, error);
    if (status != ASSAY_OK)
        close(fd);
    else
        *ret_lock = fd;
    return status;
}

void lock_release(int lock)
{
    if (lock >= 0)
        close(lock);
}
