/* What a gate measures when nobody says it. */
#ifndef SESSION_GATE_CHOOSE_H
#define SESSION_GATE_CHOOSE_H

#include "session/catalog.h"
#include "store/store.h"

struct gate_wish {
    struct catalog_request wanted; /* with the words of the command line */
    struct store *store;           /* NULL without a baseline */
    const char *baseline;
    bool foreign;  /* the folders are not the project's, but those of suites that come with assay */
    bool all_slow; /* also benchmarks tagged `slow` that the baseline lacks */
};

struct gate_choice {
    struct arena arena;
    struct catalog catalog;
    benchmark_vec left_out; /* tagged `slow`, of the catalogue's arena */
    char *const *words;     /* that chose the catalogue; lent, or of the arena */
    int word_count;
    bool as_baseline; /* these words are those of the baseline's run */
};

/* Lists what a gate measures.  Without words these are what the baseline's run was asked to
 * measure, as far as that is known and still there; else what the folders have, and of foreign
 * folders only what the baseline has.  What is tagged `slow` and not in the baseline waits until a
 * word asks for it.  Errors as of catalog_open and of the store.  Free with gate_choice_release,
 * also after a failure. */
ASSAY_USE_RESULT assay_status gate_choose(const struct gate_wish *wish,
                                          struct gate_choice *ret_choice, struct buf *error);
void gate_choice_release(struct gate_choice *choice);

#endif
