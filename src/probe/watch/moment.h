/* How busy the whole machine is: twice read, it says what happened in between. */
#ifndef PROBE_WATCH_MOMENT_H
#define PROBE_WATCH_MOMENT_H

#include "probe/machine.h"

enum { PRESSURE_CPU, PRESSURE_MEMORY, PRESSURE_IO, PRESSURE_COUNT };

/* NAN: not told. */
struct machine_moment {
    double total_ticks, steal_ticks;
    double waited_us[PRESSURE_COUNT]; /* in which some task waited, since boot */
};

/* Reads below `root`, "" for the machine's own; /proc/stat makes it dear: up to 1 ms. */
void moment_read(const char *root, struct machine_moment *ret_moment);

/* Tasks that run or want to, the reading one among them; NAN when not told. */
double moment_running(const char *root);

#endif
