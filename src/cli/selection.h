/* Options that choose benchmarks, the same for every command: they become words (see
 * session/select/selection.h) behind the operands. */
#ifndef CLI_SELECTION_H
#define CLI_SELECTION_H

#include "base/arena.h"
#include "cli/options.h"

struct selection_options {
    struct option_texts excludes, tags, excluded_tags;
};

#define SELECTION_ROWS(type)                                                                       \
    {"exclude",    'x',                                                                            \
     "WORD",       "leave out what a pattern, ~REGEX or %TAG means; may be repeated",              \
     OPTION_TEXTS, offsetof(type, selection.excludes)},                                            \
        {"tag",        0,                                                                          \
         "TAG",        "only what has the tag; repeated: one of them",                             \
         OPTION_TEXTS, offsetof(type, selection.tags)},                                            \
    {                                                                                              \
        "exclude-tag", 0, "TAG", "leave out what has the tag", OPTION_TEXTS,                       \
            offsetof(type, selection.excluded_tags)                                                \
    }

/* What commands with these rows say of their operands. */
#define SELECTION_DETAILS                                                                          \
    "A MODULE is a path: it ends in .so, starts with '/', './' or '../', or has a '/'\n"           \
    "and exists. A PATTERN is a suite, a part of an id, or a glob with '*' and '?', which is "     \
    "all of an id or all of it before ':' ('vector/*_large'); "                                    \
    "'~REGEX' is an extended regular expression, '%TAG' a tag, and '!' before any of them "        \
    "leaves out what it means."

struct words {
    char **items;
    int count;
};

/* The operands and the options as words.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status selection_words(const struct selection_options *options,
                                              char **operands, int operand_count,
                                              struct arena *arena, struct words *ret_words);

#endif
