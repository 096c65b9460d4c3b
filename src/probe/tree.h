/* A process with all that descends from it. */
#ifndef PROBE_TREE_H
#define PROBE_TREE_H

#include <stdbool.h>
#include <sys/types.h>

/* The oldest child of a process; the process itself where the kernel does not tell. */
pid_t tree_child(pid_t pid);

/* Whether the process and its descendants hold more memory than that.  Their resident sizes are
 * added up; where that is over the limit and there are several, pages that they share count once.
 * What has ended, or cannot be read, counts nothing. */
bool tree_is_larger(pid_t root, double limit_bytes);

#endif
