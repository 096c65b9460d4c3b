/* Texts of /proc and /sys as values.  Pure: no I/O, no allocation, no globals.
 *
 * Whatever a text is, nothing is read beyond its NUL; what it does not say is NAN or "", never 0.
 */
#ifndef PROBE_PARSE_H
#define PROBE_PARSE_H

#include <stdbool.h>
#include <stddef.h>

#include "model/doctor.h"
#include "probe/machine.h"

/* "250\n", "-5": one decimal number and nothing else but blanks. */
double parse_number(const char *text);

/* The first word: "tsc\n".  What does not fit, or has an odd character, is "". */
void parse_word(const char *text, char *word, size_t size);

/* The word in brackets: "always [madvise] never\n". */
void parse_chosen(const char *text, char *word, size_t size);

/* How many CPUs a list names: "0-3,8\n" are 5, "\n" is none. */
double parse_cpu_list(const char *text);

/* Share of the last 10 s in which some task waited: "some avg10=1.53 ..." is 0.0153. */
double parse_pressure(const char *text);

/* "/autogroup-12 nice -5\n" is -5. */
double parse_autogroup_nice(const char *text);

/* CPUs that a control group may use: "150000 100000\n" are 1.5, "max 100000\n" is INFINITY. */
double parse_quota(const char *text);

/* The path of the unified hierarchy in /proc/self/cgroup ("0::/a/b"), "" for its root or without
 * one; one that leads out of the hierarchy ("..") counts as none. */
void parse_cgroup(const char *text, char *path, size_t size);

/* The number behind "KEY:" at the start of a line; a unit may follow: "MemFree:  12 kB". */
double parse_field(const char *text, const char *key);

/* What stands behind "KEY:" at the start of a line, up to its end and NUL-terminated. */
void parse_field_text(const char *text, const char *key, char *value, size_t size);

/* Whether the "flags" line of /proc/cpuinfo has the word: 1, 0, or NAN without such a line. */
double parse_cpu_flag(const char *text, const char *flag);

/* "0.44 0.83 0.78 1/94 16907": load of the last minute, and tasks that run or want to. */
void parse_load(const char *text, double *ret_load, double *ret_running);

/* Microseconds since boot in which some task waited: "some avg10=... total=123". */
double parse_pressure_total(const char *text);

/* What /proc/PID/stat says (proc_pid_stat(5)); ticks are those of sysconf(_SC_CLK_TCK). */
struct process_stat {
    char state; /* 'Z' and 'X': it has ended */
    double minor_faults, major_faults;
    double user_ticks, system_ticks;
    double threads;
    double start_ticks; /* after boot */
    double rss_pages;
};
/* False when it is no such text: then nothing is written. */
bool parse_process_stat(const char *text, struct process_stat *ret_stat);

/* The first line of /proc/stat.  False when it is not one of eight numbers. */
bool parse_ticks(const char *text, struct machine_ticks *ret_ticks);

#endif
