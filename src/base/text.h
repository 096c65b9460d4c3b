/* Questions about texts: how alike, does it match, is it UTF-8.  Pure: no I/O, no allocation. */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

/* Longest word, in bytes, that text_distance looks at in full. */
enum { TEXT_WORD_MAX = 64 };

/* Number of bytes to insert, delete or replace, or of neighbours to swap, to turn `a` into `b`, no
 * byte twice: what a slip of the fingers is (optimal string alignment; Damerau 1964, A Technique
 * for Computer Detection and Correction of Spelling Errors, Communications of the ACM 7(3)).  When
 * one of them is longer than TEXT_WORD_MAX: the length of the longer one, which is an upper bound.
 * O(length a * length b) time, constant space. */
size_t text_distance(const char *a, const char *b);

/* The word of `words` that `word` was probably meant to be, or NULL when none is near: the smallest
 * distance, at most a third of the longer of both or 1, never all of it; the first wins a tie. */
const char *text_nearest(const char *word, const char *const *words, size_t count);

/* Whether all of `text` matches `pattern`: '*' is any bytes or none, '?' exactly one byte, anything
 * else is itself.  O(length pattern * length text) at worst, constant space. */
bool text_glob(const char *pattern, const char *text);

/* The same of the first `length` bytes of `text`, which has no '\0' among them. */
bool text_glob_n(const char *pattern, const char *text, size_t length);

/* Whether the bytes are well-formed UTF-8: no overlong forms, no surrogates, at most U+10FFFF.
 * Source: Unicode 15.0, section 3.9, table 3-7. */
bool text_is_utf8(const char *text, size_t length);

/* Number of bytes before the first one that is not part of a well-formed UTF-8 sequence. */
size_t text_utf8_prefix(const char *text, size_t length);

enum { TEXT_SHOWN_MAX = 64 };

/* Copies a text from outside into `shown`, fit for a message of one line, and returns `shown`:
 * control characters become '?', what is longer than 60 bytes ends in "...", never inside a UTF-8
 * sequence. */
char *text_shown(const char *text, char shown[TEXT_SHOWN_MAX]);

/* Whether `text` ends with `end`. */
bool text_ends_with(const char *text, const char *end);

/* What stands behind the last '/' of a path: the whole of it when there is none. */
const char *text_file_name(const char *path);

#endif
