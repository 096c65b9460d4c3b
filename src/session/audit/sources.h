/* Where pairs of before and after come from: hosts side by side, launches in turn, commands. */
#ifndef SESSION_AUDIT_SOURCES_H
#define SESSION_AUDIT_SOURCES_H

#include "measure/pair.h"
#include "session/audit/measure.h"

struct audit_sides {
    const struct measure_paths *paths;
    const struct plan *plan;
    const struct benchmark *before, *after; /* of a claim about benchmarks */
    const char *spawner;                    /* of one about commands */
    volatile sig_atomic_t *stop;            /* not NULL */
    struct audit_finding *finding;          /* `kind` is set as it is measured */
};

/* Memory of a source; it is the caller's and must outlive the source. */
struct audit_source_memory {
    struct audit_sides sides;
    struct pair_hosts hosts;
};

/* The source that fits the claim's sides and metric. */
struct audit_source audit_source_of(const struct audit_sides *sides,
                                    struct audit_source_memory *memory);

#endif
