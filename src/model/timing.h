/* The nouns of `assay time`: what one run of a command cost, a command's runs, the whole.
 * Texts and lists belong to the arena of `struct timing`. */
#ifndef MODEL_TIMING_H
#define MODEL_TIMING_H

#include "model/comparison.h"

/* What one run cost.  user, system and rss are those of the process and of the descendants that it
 * waited for. */
struct command_cost {
    double wall_ns; /* from just before it was spawned until it was collected */
    double user_ns, system_ns;
    double rss_bytes; /* largest of one process; never below the peak of the small spawner */
    double output_bytes;
    double sleeps; /* voluntary context switches: times that it waited for something */
    int exit_code; /* -1 when a signal ended it */
    int signal;    /* 0 when it exited */
};
typedef VEC(struct command_cost) command_cost_vec;

/* How a run ended. */
enum command_end {
    COMMAND_ENDED,       /* by itself: exit_code, signal */
    COMMAND_TIMED_OUT,   /* killed at the time limit */
    COMMAND_CANCELLED,   /* killed because the user wants to stop */
    COMMAND_NO_PROGRAM,  /* the program could not be started: error */
    COMMAND_NO_INPUT,    /* the input file could not be opened: error */
    COMMAND_NO_OUTPUT,   /* the output file could not be opened: error */
    COMMAND_NO_RESOURCES /* no pipe or no process could be had: error */
};

enum { COMMAND_PRINTED_MAX = 200 };

/* One run.  It is also the message of assay-spawn to assay, two programs of one build. */
struct command_run {
    size_t struct_bytes; /* sizeof: both ends mean the same struct */
    enum command_end end;
    int error; /* errno */
    struct command_cost cost;
    bool last;                         /* of its order: it fulfilled it, or failed */
    char printed[COMMAND_PRINTED_MAX]; /* the first bytes of its output, NUL-terminated */
};

/* What assay sends to assay-spawn: lines to run, one after the other, up to the first that fails.
 * As many as fit their answers into a pipe, so that neither end waits for the other. */
enum { SPAWN_ORDER_MAX = 208 };
struct spawn_order {
    uint32_t count;
    uint32_t lines[SPAWN_ORDER_MAX];
};

struct time_parameter {
    const char *name, *value;
};
typedef VEC(struct time_parameter) time_parameter_vec;

/* One command line with its parameters filled in. */
struct timed_command {
    const char *name, *line;
    time_parameter_vec parameters;
    enum outcome outcome;
    const char *reason;             /* why it failed or has no runs, else "" */
    const char *warning;            /* what a reader must know of the numbers, else "" */
    command_cost_vec runs;          /* run i is of block i */
    struct summary wall;            /* as of one launch: order statistics around the median; ns */
    double user_ns, system_ns;      /* means */
    double rss_bytes, output_bytes; /* largest */
    bool waits; /* for more than a processor, or has several at once: CPU time does not tell */
    size_t nonzero_count;     /* runs that ended with another exit code than 0 */
    struct comparison versus; /* against the reference; VERDICT_NONE where there is none */
};

/* Programs that do nothing, in the order of what they add. */
enum floor { FLOOR_EXEC, FLOOR_LIBC, FLOOR_LINK, FLOOR_COUNT };

/* Where the time of a short command goes: medians and their differences, in the same blocks. */
struct time_split {
    const char *name;                /* of the command; NULL: there is no split */
    double exec_ns;                  /* spawn, exec and exit of an empty program */
    double libc_ns, link_ns, own_ns; /* what start of the C library, linking and the rest add */
    double whole_ns;
};

/* What a comparison is made by. */
enum time_basis { BASIS_AUTO, BASIS_WALL, BASIS_CPU };

struct timing {
    struct arena arena;
    VEC(struct timed_command) commands;
    size_t reference;    /* index of the command that the others are set against */
    size_t blocks;       /* complete ones: each has one run of every command */
    size_t batch_blocks; /* so many blocks are one observation of a comparison */
    uint64_t seed;
    double duration_seconds;
    bool interrupted;
    bool decided;      /* ended before its time, since every comparison was decided */
    const char *ended; /* the rule that ended it, for a reader; NULL: it was interrupted */
    const char *shell; /* what each command line was handed to, or NULL */
    double shell_ns;   /* median of that shell with nothing to do, in the same blocks; 0: none */
    double floor_ns[FLOOR_COUNT]; /* medians, in some of the same blocks; 0: none */
    double floor_rss_bytes;       /* of the empty program */
    struct time_split split;
};

void timing_release(struct timing *timing);

#endif
