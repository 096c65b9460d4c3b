/* What a machine says of itself that bears on measuring.  A number that is not known is NAN, a text
 * that is not known is "": rules that compare with NAN do not fire on what nobody said. */
#ifndef PROBE_FACTS_H
#define PROBE_FACTS_H

enum { FACT_TEXT_MAX = 48 };

struct host_facts {
    /* who else wants the CPUs */
    double load_1min, running; /* tasks that run or want to, we among them */
    double pressure_cpu, pressure_memory, pressure_io; /* shares of the last 10 s */
    double steal_share;                                /* since boot */
    double autogroup, autogroup_nice, nice;            /* scheduling of this session */
    double quota_cores;                                /* INFINITY: no quota */

    /* the CPUs */
    double cores, cores_allowed, cores_isolated;
    double smt_active, virtual_machine, numa_nodes;
    char governor[FACT_TEXT_MAX], frequency_driver[FACT_TEXT_MAX];
    double boost, on_battery;
    char idle_driver[FACT_TEXT_MAX];
    double idle_latency_us; /* to leave the deepest idle state */

    /* memory */
    double memory_bytes, memory_available_bytes, swap_used_bytes;
    double aslr; /* 0, 1, 2 */
    char huge_pages[FACT_TEXT_MAX];

    /* clocks and counters */
    char clock_source[FACT_TEXT_MAX];
    double tick_hz;
    double perf_paranoid, counters; /* counters: 1 when a cycle counter can be opened */
    char counters_there[2 * FACT_TEXT_MAX + 16]; /* names of all that can: "task-clock, ..." */
};

/* Reads the files below `root`, "" for the machine's own, and asks nobody else. */
void facts_read(const char *root, struct host_facts *ret_facts);

/* Only what says whether now is a good moment: load, pressure, steal, governor, battery, quota;
 * well below a millisecond. */
void facts_read_moment(const char *root, struct host_facts *ret_facts);

/* Adds what system calls say: nice, tick_hz, counters. */
void facts_ask(struct host_facts *facts);

#endif
