/* Which runs are under way.  Whoever measures a run holds a lock on one byte of FILE-runs, the byte
 * of the run's key; the kernel takes it back when the process ends, in whatever way, so that a run
 * that is not done and not held was interrupted.
 *
 * Why locks and not process numbers: those are used again, and mean nothing in another container.
 * Why open file description locks: those of the process would be lost when any other descriptor of
 * the file is closed. Invariants: 1. the file has no content; removing it loses nothing but the
 * word "running"; 2. children never have the descriptor. */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "store/sqlite/sqlite.h"

/* -1 when there is none (`create` not set) or it cannot be opened. */
static int open_runs(struct sqlite_store *self, bool create)
{
    BUF_AUTO path;
    const char *database = sqlite3_db_filename(self->db, "main");
    buf_init(&path, 4200);
    buf_printf(&path, "%s-runs", database != NULL ? database : "");
    if (path.status != ASSAY_OK)
        return -1;
    return open(path.text, (create ? O_RDWR | O_CREAT : O_RDONLY) | O_CLOEXEC, 0666);
}

static struct flock byte_of(int64_t key)
{
    return (struct flock){.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = key, .l_len = 1};
}

assay_status sqlite_hold(struct sql_store *store, int64_t key)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    struct flock lock = byte_of(key);
    if (self->runs < 0)
        self->runs = open_runs(self, true);
    if (self->runs >= 0 && fcntl(self->runs, F_OFD_SETLK, &lock) == 0)
        return ASSAY_OK;
    if (self->runs >= 0 && (errno == EAGAIN || errno == EACCES))
        return buf_error(&store->store.error, ASSAY_ERR_IO, "another assay is measuring it now");
    return buf_error(&store->store.error, ASSAY_ERR_IO, "cannot lock the run: %s", strerror(errno));
}

bool sqlite_is_held(struct sql_store *store, int64_t key)
{
    struct sqlite_store *self = (struct sqlite_store *)store;
    struct flock lock = byte_of(key);
    int runs = self->runs >= 0 ? self->runs : open_runs(self, false);
    /* What we hold ourselves is no obstacle, hence not seen here: nobody asks that. */
    bool held = runs >= 0 && fcntl(runs, F_OFD_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
    if (runs >= 0 && runs != self->runs)
        close(runs);
    return held;
}

void sqlite_let_go(struct sqlite_store *self)
{
    if (self->runs >= 0)
        close(self->runs);
    self->runs = -1;
}
