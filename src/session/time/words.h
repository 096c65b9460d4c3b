/* Command lines as words, without a shell.  Pure; texts go to an arena. */
#ifndef SESSION_TIME_WORDS_H
#define SESSION_TIME_WORDS_H

#include "base/arena.h"
#include "base/buf.h"
#include "model/timing.h"

enum { WORDS_MAX = 4096 };

/* Splits `line` as a shell does: blanks between words, 'quotes' as they are, "quotes" with
 * backslash before " \ $ ` and newline, backslash before anything outside; a word may be empty.
 *
 * ret_words  ends with NULL; at least one word.
 *
 * ASSAY_ERR_PARSE   no word, an unclosed quote, a backslash at the end, or something that only a
 *                   shell can do (| & ; < > ` and $NAME, ${, $( outside single quotes): run as
 * words it would silently be another command. ASSAY_ERR_LIMIT   more than WORDS_MAX words.
 * ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status words_split(const char *line, struct arena *arena, char ***ret_words,
                                          struct buf *error);

/* `text` with each {NAME} of `parameters` replaced by its value; other braces stay.  NULL when
 * memory is out. */
char *words_fill(const char *text, const time_parameter_vec *parameters, struct arena *arena);

/* Whether `text` has a {name}. */
bool words_mention(const char *text, const char *name);

#endif
