/* Which benchmarks the words of a command line mean.
 *
 *     PATH       a module: it ends in ".so", starts with '/', "./" or "../", or has a '/' and
 *                exists
 *     PATTERN    "all", a suite, an id, a part of an id, or a glob with '*' and '?', which is all
 *                of an id or all of it before ':'
 *     ~REGEX     an extended regular expression (POSIX) that is found in the id
 *     %TAG       a tag
 *     !WORD      not what WORD means
 *
 * Taken is what is of one of the paths, matches one of the patterns and expressions and has one of
 * the tags, each only when there is such a word; and no word with '!' means it. */
#ifndef SESSION_SELECTION_H
#define SESSION_SELECTION_H

#include <regex.h>

#include "model/outline/outline.h"

enum choice_kind { CHOICE_PATH, CHOICE_PATTERN, CHOICE_REGEX, CHOICE_TAG, CHOICE_KINDS };

struct choice {
    enum choice_kind kind;
    bool excludes;
    const char *text; /* behind the marks; lent */
    regex_t regex;    /* of CHOICE_REGEX */
    size_t hits;      /* benchmarks that it meant so far */
};

/* All zero takes everything. */
struct selection {
    VEC(struct choice) choices;
    bool paths_are_met; /* what is asked about was listed of the paths, which may be folders */
};

/* Whether a word starts with a mark, and so is no path, no run and no revision. */
bool selection_is_marked(const char *word);

/* Whether a word names a file rather than a pattern. */
bool selection_is_path(const char *word);

bool selection_has_tag(const struct benchmark *benchmark, const char *tag);

/* The words are lent.  ASSAY_ERR_ARGUMENT: an empty word, or an expression that is none, with the
 * place of the mistake.  Free with selection_release, also after a failure. */
ASSAY_USE_RESULT assay_status selection_open(char *const *words, int count,
                                             struct selection *ret_selection, struct buf *error);
void selection_release(struct selection *selection);

/* Whether the benchmark is taken; counts hits. */
bool selection_takes(struct selection *selection, const struct benchmark *benchmark);

/* Whether a word asks for this benchmark by more than the name of its suite. */
bool selection_asks(const struct selection *selection, const struct benchmark *benchmark);

/* ASSAY_ERR_NOT_FOUND when a word that should choose has had no hit. */
ASSAY_USE_RESULT assay_status selection_check_hits(const struct selection *selection,
                                                   struct buf *error);

/* Leaves the results of a run that the words take.  ASSAY_ERR_NOT_FOUND: there are words, and they
 * take none. */
ASSAY_USE_RESULT assay_status selection_keep(char *const *words, int count, struct run *run,
                                             struct buf *error);

ASSAY_USE_RESULT assay_status selection_keep_outline(char *const *words, int count,
                                                     struct outline *outline, struct buf *error);

#endif
