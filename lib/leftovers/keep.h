/* The keeper of a host: a process above it, which ends all that the host leaves behind. */
#ifndef LIB_KEEP_H
#define LIB_KEEP_H

/* Forks.  Returns in the child, which is to be the host; the parent stays as its keeper and never
 * returns: SIGTERM ends the host at once, and so does the death of whoever started the keeper.
 * After the host's end everything that descends from it is ended, too.
 *
 * The keeper then ends as the host did: with its exit code or by its signal.  After SIGTERM its
 * exit code is the number of processes that were left behind, 100 at most. */
void keep_host(void);

#endif
