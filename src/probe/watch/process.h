/* What another process uses, read from /proc without its help. */
#ifndef PROBE_WATCH_PROCESS_H
#define PROBE_WATCH_PROCESS_H

#include <sys/types.h>

#include "base/status.h"

/* One process, whatever becomes of its number. */
struct process_probe {
    int folder; /* /proc/PID, opened: of this process for ever; -1 when closed */
    pid_t pid;
    double start_ticks;
};

/* NAN: not told. */
struct process_facts {
    double rss_bytes, threads, fds;
    double page_faults, major_faults; /* since its start, all threads, as what follows */
    double user_ticks, system_ticks;
    double cpu_ns;
    double read_bytes, written_bytes;                 /* by calls, pipes and terminals among them */
    double storage_read_bytes, storage_written_bytes; /* what storage had to do for it */
};

/* ASSAY_ERR_NOT_FOUND: there is no such process, or no /proc.  Close it also after a failure. */
ASSAY_USE_RESULT assay_status process_open(pid_t pid, struct process_probe *ret_probe);
void process_close(struct process_probe *probe);

/* Nothing is known of a process that has ended, collected or not: never the facts of another one
 * that got its number.  Some 20 us of CPU. */
void process_read(const struct process_probe *probe, struct process_facts *ret_facts);

/* Resident bytes where a page that n processes share counts 1/n; NAN when not told.  The kernel
 * walks all its pages for it: a few ms a GiB. */
double process_pss_bytes(const struct process_probe *probe);

#endif
