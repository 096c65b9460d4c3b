/* Ctrl-C, SIGTERM and SIGHUP: the benchmark under way is ended, what is finished is kept. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <signal.h>

/* How often the user asked to stop; 0 at first.  Handed to session/ as a pointer. */
extern volatile sig_atomic_t stop_count;

/* From now on these signals count instead of ending the program; one more than `patience` of them
 * ends it at once, with its children.  SIGHUP stays ignored where it was. */
void stop_on_signals(int patience);

#endif
