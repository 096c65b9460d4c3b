/* The nouns of assay as plain structs; the same words in code, command line, store and reports. */
#ifndef MODEL_MODEL_H
#define MODEL_MODEL_H

#include <stdint.h>

#include "base/vec.h"

/* One timed batch of a launch, a launch being one fresh process. */
struct sample {
    double iterations, ns;
    uint32_t launch;
};

/* What statistics say of samples, in their unit. */
struct summary {
    size_t sample_count, launch_count;
    double median;           /* of the launch medians */
    double low, high, level; /* the interval around it; level 0.95, or 0 when there is none */
    double mean, min, max;   /* of all samples */
};

enum outcome { OUTCOME_OK, OUTCOME_FAILED, OUTCOME_SKIPPED };
extern const char *const OUTCOMES[]; /* "ok", "failed", "skipped" */

enum { ID_LENGTH_MAX = 256, REASON_LENGTH_MAX = 512 };

/* One benchmark's part of a run. */
struct result {
    char benchmark[ID_LENGTH_MAX]; /* its id, suite/name: history hangs on it */
    const char *module;            /* path of the shared object that holds it; not owned */
    enum outcome outcome;
    char reason[REASON_LENGTH_MAX]; /* why it failed or was skipped, else "" */
    double bytes, items;            /* per iteration; 0 when not stated */
    VEC(struct sample) samples;
    struct summary time_ns; /* per iteration; of no meaning unless OUTCOME_OK */
};

/* How a run measures; counts and seconds are per launch. */
struct plan {
    double launches, samples; /* samples 0: what fits into measure_seconds */
    double measure_seconds, warmup_seconds;
    double slot_seconds;  /* aimed-at length of one sample */
    double limit_seconds; /* a launch that takes longer is killed */
};

struct run {
    char id[32], started_at[32]; /* 20261121-075512-3fa9; ISO 8601, UTC */
    VEC(struct result) results;
};

/* A new cleared result at the end of the run, or NULL out of memory. */
struct result *run_add_result(struct run *run);
void run_release(struct run *run);

#endif
