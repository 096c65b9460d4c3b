/* Where importers put what they read: one run, benchmark by benchmark, value by value.
 *
 * An importer knows its format and nothing of runs: it says names, units and values with the place
 * that they stand at, and hands on what the sink answers.  Values of one call are one launch: a
 * process, a fork, a repetition, whatever the tool repeats as a whole. */
#ifndef EXCHANGE_READ_SINK_H
#define EXCHANGE_READ_SINK_H

#include "model/model.h"

/* Where something stands, as a list from the inside out that lies on the stack, so that no text is
 * made unless something is wrong.  A line: {.index = 12}.  In JSON: the root has key "$"; members
 * have a key, elements have none. */
struct place {
    const struct place *up;
    const char *key;
    size_t index;
};

/* One metric of one benchmark; texts are lent. */
struct sink_row {
    const char *suite;        /* NULL: the name of the format */
    const char *name;         /* anything that is not empty */
    const char *params;       /* "key=value,key=value" in any order; NULL for none */
    const char *metric;       /* NULL: the time */
    const char *unit;         /* of a time: ns, us, ms, s, m, h */
    enum direction direction; /* of metrics that are not in METRICS */
};

/* What files say of how they were made; "" where they do not. */
struct sink_facts {
    const char *machine, *tool, *commit, *branch;
    const char *started_at; /* ISO 8601, UTC */
    unsigned cores;
};

/* One value; those of a column are a list. */
struct sink_point {
    double value;
    uint32_t launch, next;
};

/* The values of one metric of one result; the columns of a result are a list. */
struct sink_column {
    const struct metric *metric;
    const struct summary *summary; /* instead of values; NULL with values */
    uint32_t first, last, count, next;
};

enum { SINK_LAST_MAX = 256 };

struct sink {
    struct run *run; /* what is filled; its texts, too */
    struct buf *error;
    const char *format; /* name of the format */
    const char *name;   /* of the text that is read */
    struct sink_facts facts;
    VEC(struct sink_point) points;
    VEC(struct sink_column) columns;
    VEC(uint32_t) heads; /* the first column of each result */
    VEC(const struct metric *) metrics;
    uint32_t *slots; /* results by their ids: index + 1; 0 is free */
    size_t slot_count;
    size_t current; /* the result that was last added to */
    /* What the row said that it belongs to; "" while there is none.  Rows of one benchmark mostly
     * follow each other. */
    char last_suite[SINK_LAST_MAX], last_name[SINK_LAST_MAX], last_params[SINK_LAST_MAX];
};

enum { SINK_TEXT_MAX = 1024, SINK_METRICS_MAX = 4096, SINK_POINTS_MAX = 100000000 };

/* `run` is empty and stays the caller's.  Free with sink_release, also after a failure. */
void sink_init(struct sink *sink, struct run *run, struct buf *error);
void sink_release(struct sink *sink);

/* Refuses what stands at `place`: "NAME:LINE: what" or "NAME: $.path[3].key: what".  Always
 * ASSAY_ERR_PARSE, as a macro so that whoever analyses a caller knows it, too. */
#define sink_wrong(sink, place, ...)                                                               \
    (sink_tell_wrong((sink), (place), __VA_ARGS__), ASSAY_ERR_PARSE)
void sink_tell_wrong(const struct sink *sink, const struct place *place, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Adds one launch's values.  A benchmark and metric that came before gets one launch more.
 * ASSAY_ERR_PARSE    values that are not finite, or too large; a time below 0; an unknown unit of a
 *                    time, or another unit than before; no name, or a text above SINK_TEXT_MAX.
 * ASSAY_ERR_LIMIT    too many values or metrics.   ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status sink_add(struct sink *sink, const struct place *place,
                                       const struct sink_row *row, const double *values,
                                       size_t count);

/* Adds what a tool computed where it does not tell the values; in the row's unit.  Fails as
 * sink_add, and when the benchmark has this metric already. */
ASSAY_USE_RESULT assay_status sink_add_summary(struct sink *sink, const struct place *place,
                                               const struct sink_row *row,
                                               const struct summary *summary);

/* Adds a benchmark that failed there; `row` needs no unit. */
ASSAY_USE_RESULT assay_status sink_add_failure(struct sink *sink, const struct place *place,
                                               const struct sink_row *row, const char *reason);

/* What a reader must know of the benchmark that was last added to. */
#define SINK_SAME_PROCESS                                                                          \
    "its repetitions shared a process, so what differs between processes is not in the interval"
ASSAY_USE_RESULT assay_status sink_warn(struct sink *sink, const char *warning);

/* Whether the benchmark was added to before. */
bool sink_has(struct sink *sink, const struct sink_row *row);

/* Keeps a fact: the first one of several files counts.  `text` may be NULL. */
ASSAY_USE_RESULT assay_status sink_fact(struct sink *sink, const char **fact, const char *text);
/* The same of a date in ISO 8601; one that cannot be read is none. */
ASSAY_USE_RESULT assay_status sink_fact_date(struct sink *sink, const char *date);

/* Computes what was not summarized; then the run has its results. */
ASSAY_USE_RESULT assay_status sink_finish(struct sink *sink);

/* Nanoseconds of a unit of time ("ms", "ms/op", "seconds"); 0 for anything else. */
double sink_ns_of_unit(const char *unit);

#endif
