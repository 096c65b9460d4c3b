/* How a metric grows over a sweep: laws, what was estimated of each, and which one is believed. */
#ifndef MODEL_SCALING_H
#define MODEL_SCALING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/vec.h"

struct metric;

/* With n the swept value, p a number of threads, c, b and so on estimated, log to base 2:
 *
 *   c  c log n  c n  c n log n  c n^2  c n^3    each (but the first) also with a constant added
 *   c n^b                                       a free exponent
 *   t (s + (1 - s) / p)                         Amdahl 1967: a share s is not parallel
 *   t (1 + s (p - 1) + k p (p - 1)) / p         universal scalability law, Gunther 1993: k is what
 *                                               threads spend on agreeing with each other */
enum scaling_law {
    LAW_CONSTANT,
    LAW_LOG,
    LAW_LINEAR,
    LAW_LINEARITHMIC,
    LAW_QUADRATIC,
    LAW_CUBIC,
    LAW_POWER,
    LAW_AMDAHL,
    LAW_UNIVERSAL,
    LAW_COUNT
};

enum { SCALING_TERMS_MAX = 3, SCALING_FITS_MAX = 7, SCALING_POINTS_MIN = 4 };

/* A law's name and the names of its estimates, as in every output. */
struct scaling_law_words {
    const char *name;                         /* "O(n log n)" */
    const char *term;                         /* "n log2 n", "" where there is none */
    const char *estimates[SCALING_TERMS_MAX]; /* NULL behind the last */
};
extern const struct scaling_law_words SCALING_LAWS[LAW_COUNT];

struct scaling_estimate {
    double value, low, high;
};

/* One law fitted to a sweep. */
struct scaling_fit {
    enum scaling_law law;
    struct scaling_estimate estimates[SCALING_TERMS_MAX];
    size_t estimate_count; /* a constant that was not needed is missing at the end */
    double rms;            /* of the relative residuals: 0.05 is 5 % */
    double aicc;           /* infinite where points are too few to weigh it against others */
};

/* All fits of a sweep; the believed one first, the others by rising aicc. */
struct scaling_fits {
    struct scaling_fit items[SCALING_FITS_MAX];
    size_t count;
    bool decided; /* no other law comes near the first */
};

struct scaling_point {
    double at;    /* value of the parameter */
    double value; /* of the metric */
    double low, high;
    double speedup;    /* of threads: against the first point; else NaN */
    double efficiency; /* of threads: speedup by as many times more threads; else NaN */
};

/* One sweep: results that differ in one numeric parameter only. */
struct scaling {
    const char *benchmark; /* "suite/name" with the other parameters, as an id */
    const char *parameter;
    const struct metric *metric;
    bool is_main;    /* the metric is the one that the results are about */
    bool is_threads; /* the laws are those of threads, the values time per unit of work */
    struct scaling_point *points; /* by rising `at`; in the run's arena */
    size_t point_count;
    struct scaling_fits fits;
};
typedef VEC(struct scaling) scaling_vec;

/* The law that outputs call `name`, LAW_COUNT for any other word. */
enum scaling_law scaling_law_named(const char *name);

/* The fit of `law`, NULL without one. */
const struct scaling_fit *scaling_find(const struct scaling_fits *fits, enum scaling_law law);

#endif
