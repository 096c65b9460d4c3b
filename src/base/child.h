/* Child processes with pipes of their own: start, talk, wait, end.
 * A child leads its own process group, so that what it forks ends with it. */
#ifndef BASE_CHILD_H
#define BASE_CHILD_H

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"

struct child {
    pid_t pid;       /* 0 when none runs */
    bool is_keeper;  /* see child_is_keeper */
    int to;          /* write end: the child reads it as descriptor 3 */
    int from;        /* read end: the child writes descriptor 4 */
    int printed;     /* read end of the child's stdout and stderr */
    int exit_code;   /* after child_wait: exit code, or -1 */
    int signal;      /* after child_wait: the signal that ended it, or 0 */
    int left_behind; /* after child_stop of a keeper: what it had to end beside its host */
};

/* Starts `argv[0]` (an absolute path or a name on PATH) with stdin from /dev/null.
 * ASSAY_ERR_IO: it could not be started; the text is in `error`. */
assay_status child_start(char *const argv[], struct child *ret_child, struct buf *error);

/* The same with `environment` ("NAME=VALUE", NULL-terminated) instead of ours. */
assay_status child_start_in(char *const argv[], char *const environment[], struct child *ret_child,
                            struct buf *error);

/* Ends the child's whole process group, or all that a keeper keeps, collects it, closes the pipes.
 * Safe on an ended child. */
void child_stop(struct child *child);

/* Whether the child ended by itself; true when none runs.  It is not collected yet. */
bool child_has_ended(const struct child *child);

/* From now on the child is ended by SIGTERM and the time to end what it keeps; it tells by its exit
 * code how much that was. */
void child_is_keeper(struct child *child);

/* Ends all children that run now; for a signal handler that is about to end us. */
void child_end_all(void);

/* Waits until the child ended by itself (`kill_first` false) or after it was ended (true). */
void child_wait(struct child *child, bool kill_first);

/* Runs a command to its end and appends what it prints on stdout and stderr to `printed`, as far as
 * that holds.  What it leaves running ends with it.  ASSAY_ERR_IO: it could not be started;
 * ASSAY_ERR_LIMIT: it printed more than `printed` holds. */
assay_status child_capture(char *const argv[], struct buf *printed, int *ret_exit_code);

#endif
