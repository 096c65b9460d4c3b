/* The one signal handler of the command line.  Why a count and not a flag: commands look at how
 * often they were asked, and one that hangs in spite of it is ended from the handler itself.
 * Invariant: the handler calls nothing but what a handler may call. */
#include "cli/stop.h"

#include <unistd.h>

#include "base/child.h"

volatile sig_atomic_t stop_count;
static volatile sig_atomic_t stop_patience = 1;

/* Nothing is lost by ending here: what is in the store was committed, files under their final names
 * are whole, and locks end with their process. */
static void end_at_once(void)
{
    static const char TEXT[] = "\nassay: ended at once; what was stored is kept\n";
    child_end_all();
    ssize_t written = write(STDERR_FILENO, TEXT, sizeof TEXT - 1);
    (void)written;
    _exit(3);
}

static void on_stop(int signal_number)
{
    (void)signal_number;
    stop_count = stop_count + 1;
    if (stop_count > stop_patience)
        end_at_once();
}

void stop_on_signals(int patience)
{
    stop_patience = patience;
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
    if (signal(SIGHUP, on_stop) == SIG_IGN)
        signal(SIGHUP, SIG_IGN); /* nohup */
}
