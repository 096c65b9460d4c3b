/* Engines of the suite `patterns`: whoever can transform, ours and others.
 *
 * A foreign engine is one file with its two rows and nothing else.  Compiled only where the library
 * is; else the rows skip and say what to install. */
#ifndef SUITES_PATTERNS_ENGINE_H
#define SUITES_PATTERNS_ENGINE_H

#include <stddef.h>
#include <stdint.h>

/* What an engine found out by trying while it planned, as text: kept by the suite, so that it tries
 * once a machine and not once a process. */
struct planner {
    char *(*save)(void);            /* of all plans of this process; the caller frees it; or NULL */
    void (*load)(const char *text); /* what it does not know of is tried anew */
    const char *version;            /* of the library: others plan otherwise */
};

/* One transform of real values. */
struct transform_engine {
    const char *name;
    const struct planner *planner; /* NULL: it plans without trying */
    double error_max;              /* root mean square, relative: double precision or single */
    /* Plans; NULL when it cannot do this length or has no memory. */
    void *(*open)(size_t length);
    void (*run)(void *state, const double *values);
    void (*read)(const void *state, size_t k, double *ret_re, double *ret_im);
    void (*close)(void *state);
};

struct sequence {
    const uint8_t *numbers;
    size_t length, symbols;
};

/* Matches at each distance and powers of the symbols (patterns.h), by transforms. */
struct frequency_engine {
    const char *name;
    const struct planner *planner; /* NULL: it plans without trying */
    double error_max;              /* of a power, relative to the greatest possible one */
    void *(*open)(const struct sequence *sequence);
    void (*run)(void *state);        /* all of it */
    void (*transforms)(void *state); /* only as many transforms as there are symbols */
    size_t (*matches)(const void *state, size_t lag);
    double (*power)(const void *state, size_t k);
    void (*close)(void *state);
};

/* The size at which distances up to length - 1 are free of the ends. */
static inline size_t padded_size(size_t length)
{
    size_t size = 1;
    while (size < 2 * length - 1) {
        size *= 2;
    }
    return size;
}

extern const struct transform_engine transform_fftw, transform_kissfft;
extern const struct frequency_engine frequency_fftw, frequency_kissfft;

#endif
