/* Ctrl-C and SIGTERM: what is under way is finished, what is finished is kept. */
#ifndef CLI_STOP_H
#define CLI_STOP_H

#include <signal.h>

/* How often the user asked to stop; 0 at first.  Handed to session/ as a pointer. */
extern volatile sig_atomic_t stop_count;

/* From now on SIGINT and SIGTERM count instead of ending the program. */
void stop_on_signals(void);

#endif
