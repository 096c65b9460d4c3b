/* What load generators that write JSON have in common: statistics of latencies without the
 * latencies themselves, and percentiles as members. */
#ifndef EXCHANGE_READ_LOAD_LATENCIES_H
#define EXCHANGE_READ_LOAD_LATENCIES_H

#include "exchange/read/json_read.h"

/* Names of members; NULL: there is none such. */
struct load_members {
    const char *mean, *median, *min, *max;
    const char *percentile; /* how a percentile's begins and ends: "p(" ... ")" is "p(*)" */
    const char *unit;
};

/* Adds the time as a summary, and "latency_pN_ns" of each percentile. `place` is the object's. */
ASSAY_USE_RESULT assay_status load_add_latencies(struct sink *sink, const struct place *place,
                                                 const struct node *object,
                                                 const struct sink_row *named,
                                                 const struct load_members *members);

/* Adds a member as a metric of its own, when it is there. */
ASSAY_USE_RESULT assay_status load_add_member(struct sink *sink, const struct place *place,
                                              const struct node *object, const char *key,
                                              const struct sink_row *row);

#endif
