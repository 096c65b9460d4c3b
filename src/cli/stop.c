/* The one signal handler of the command line.  Why a count and not a flag: a second Ctrl-C means
 * more than the first where a command of the user itself hangs (assay time). Invariant: the handler
 * touches nothing but the count. */
#include "cli/stop.h"

volatile sig_atomic_t stop_count;

static void on_stop(int signal_number)
{
    (void)signal_number;
    stop_count = stop_count + 1;
}

void stop_on_signals(void)
{
    signal(SIGINT, on_stop);
    signal(SIGTERM, on_stop);
}
