/* Metrics that benchmarks define themselves, as lines of their hosts tell them. */
#ifndef MEASURE_METRICS_H
#define MEASURE_METRICS_H

#include "model/model.h"
#include "model/protocol.h"

/* The metrics of one benchmark, or of one side of a pair; the same name is the same pointer. */
struct own_metrics {
    struct arena *arena; /* receives them */
    VEC(const struct metric *) known;
    struct buf error; /* the first rule that was broken, or "" */
};

void own_metrics_init(struct own_metrics *own, struct arena *arena);
void own_metrics_release(struct own_metrics *own);

/* Takes a line `metric`: its value is appended to `observations` as one of `launch`; NULL: it is
 * looked at and forgotten.  A broken rule goes to own->error, so that the rest of an answer can be
 * read all the same. */
void own_metrics_read(struct own_metrics *own, const struct message *message, uint32_t launch,
                      observation_vec *observations);

/* OUTCOME_FAILED with the reason when a rule was broken, else `outcome`. */
enum outcome own_metrics_judge(const struct own_metrics *own, enum outcome outcome,
                               struct buf *reason);

#endif
