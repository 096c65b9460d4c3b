/* The host's side of the protocol: one command line in, its answer out. */
#ifndef LIB_SERVE_H
#define LIB_SERVE_H

#include "bench.h"
#include "module.h"

enum side { SIDE_A, SIDE_B, SIDE_COUNT };

struct serve {
    FILE *out;
    struct module modules[SIDE_COUNT];
    struct open_bench benches[SIDE_COUNT];
    int descriptors_before[SIDE_COUNT]; /* open ones, before a side was */
    bool is_open[SIDE_COUNT];
    struct team
        team; /* threads and memory of the slots of both sides, of which one runs at a time */
    bool has_quit;
};

/* Answers one line (without LF), which is changed in place. */
void serve_line(struct serve *serve, char *line);

/* Closes what is open, with teardown. */
void serve_end(struct serve *serve);

#endif
