/* Engines of the suite `text`: whoever can fill the matrix of similarities, ours and others.
 * One row a way to do it; a foreign engine is one file with its rows and nothing else. */
#ifndef SUITES_TEXT_ENGINE_H
#define SUITES_TEXT_ENGINE_H

#include "text.h"

/* What is compared: the same answers as texts and, for ours, as a prepared set. */
struct engine_input {
    const struct text_span *texts;
    size_t count;
    struct text_set *set;
};

struct engine {
    const char *name;
    /* NULL when it can run here, else the reason and what to install. */
    const char *(*missing)(void);
    /* Similarities of all pairs by normalised Levenshtein over bytes, count x count. */
    enum text_status (*matrix)(const struct engine_input *input, double *ret_matrix);
};

/* engines/edlib.c, compiled only where the library is. */
extern const struct engine engine_edlib;

#endif
