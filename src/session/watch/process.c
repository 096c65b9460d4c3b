/* One command, watched.
 * Why a look every so many milliseconds: a command may close its output long before it ends, and
 * signals have to be heard meanwhile. */
#include "session/watch/process.h"

#include <poll.h>
#include <unistd.h>

#include "base/child.h"
#include "probe/clock.h"

enum { LOOK_MS = 50, CHUNK = 4096 };

extern char **environ;

/* Keeps what there is room for; the rest is read and forgotten, lest the command waits for us. */
static bool read_some(const struct child *child, int wait_ms, struct buf *printed)
{
    char chunk[CHUNK];
    struct pollfd ready = {child->printed, POLLIN, 0};
    if (poll(&ready, 1, wait_ms) <= 0)
        return false;
    ssize_t got = read(child->printed, chunk, sizeof chunk);
    if (got <= 0) {
        usleep(1000 * (useconds_t)wait_ms); /* its output is closed */
        return false;
    }
    const size_t room =
        printed->length_max > printed->length + 1 ? printed->length_max - printed->length - 1 : 0;
    buf_add(printed, chunk, (size_t)got < room ? (size_t)got : room);
    return true;
}

assay_status process_run(const struct process_request *request, struct buf *printed,
                         struct process_end *ret_end, struct buf *error)
{
    struct child child;
    struct process_end end = {.exit_code = -1};
    const double began = clock_now_seconds();
    TRY(child_start_in((char *const *)request->argv,
                       request->environment ? request->environment : environ, &child, error));
    while (!child_has_ended(&child) && !end.timed_out && !end.was_stopped) {
        read_some(&child, LOOK_MS, printed);
        end.timed_out =
            request->limit_seconds > 0 && clock_now_seconds() - began > request->limit_seconds;
        end.was_stopped = request->stop != NULL && *request->stop != 0;
    }
    if (end.was_stopped)
        child_is_keeper(&child); /* which is asked to end, and given the time */
    child_wait(&child, end.timed_out || end.was_stopped);
    while (read_some(&child, 0, printed))
        continue;
    end.exit_code = child.exit_code;
    child_stop(&child);
    *ret_end = end;
    return ASSAY_OK;
}
