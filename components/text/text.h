/* Similarity of short texts: cosine, Jaccard and Levenshtein over all pairs of a set.
 *
 *   struct text_set *set = NULL;
 *   text_set_new(&set);
 *   const struct text_variant *cosine = text_best(text_cosine_variants);
 *   text_set_read(set, texts, count, cosine->parts);    raw text -> prepared
 *   cosine->matrix(set, matrix);                        prepared -> count x count values
 *   text_set_free(set);
 *
 * Every operation has a table of variants that give the same numbers bit for bit: a slow one that
 * is easy to trust and faster ones for the processors that have the instructions.  A set keeps its
 * memory from one text_set_read to the next, so that repeated work allocates nothing.
 *
 * Words are runs of bytes other than ASCII white space (space, \t, \n, \v, \f, \r); they are
 * compared byte by byte, without folding case or normalising Unicode.  Characters are bytes.
 *
 * Two texts without any word (for Levenshtein: without any byte or word) are equal: 1.0.
 * A text without words and one with words have nothing in common: 0.0.
 *
 * Needs only the C library.  A set belongs to one thread at a time; tables are constant. */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TEXT_COUNT_MAX 4096u           /* texts in one set */
#define TEXT_LENGTH_MAX (1u << 30)     /* bytes in one text */
#define TEXT_WORDS_DISTINCT_MAX 65535u /* different words in one set */

enum text_status {
    TEXT_OK = 0,
    TEXT_ERR_ARGUMENT = -1, /* NULL where something is needed, or a part that was not read */
    TEXT_ERR_MEMORY = -2,   /* an allocation failed */
    TEXT_ERR_LIMIT = -3,    /* one of the three limits above */
};

/* "out of memory" and so on; a constant string, also for numbers that are no status. */
const char *text_status_text(enum text_status status);

/* One text: `length` bytes, any values, no NUL needed.  `bytes` may be NULL when length is 0. */
struct text_span {
    const char *bytes;
    size_t length;
};

/* What text_set_read is to prepare; every variant says what it needs. */
enum text_part {
    TEXT_WORDS = 1,         /* word numbers in order of appearance: Levenshtein over words */
    TEXT_COUNTS = 2,        /* term frequencies, in bytes where they fit: fast cosine */
    TEXT_COUNTS_WIDE = 4,   /* term frequencies as doubles: plain cosine */
    TEXT_BITS = 8,          /* word sets as bits: fast Jaccard */
    TEXT_WORDS_SORTED = 16, /* word sets as sorted numbers: plain Jaccard */
    TEXT_BYTES = 32,        /* the bytes themselves: Levenshtein over characters */
    TEXT_ALL = 63,
};

/* A set of texts, prepared for comparison, and the scratch memory of the comparisons. */
struct text_set;

/* A set without texts.
 *
 * ret_set  written only on TEXT_OK; the caller frees it with text_set_free.
 *
 * TEXT_ERR_ARGUMENT  ret_set is NULL.
 * TEXT_ERR_MEMORY    no memory. */
enum text_status text_set_new(struct text_set **ret_set);

/* Frees the set and all it holds; NULL is allowed. */
void text_set_free(struct text_set *set);

/* Replaces the content of the set by `count` texts.
 *
 * texts  not kept: what is needed later is copied.
 * parts  a sum of enum text_part.
 *
 * TEXT_ERR_ARGUMENT  set is NULL, texts is NULL while count > 0, a span has NULL bytes and a
 *                    length, or parts has an unknown bit.
 * TEXT_ERR_LIMIT     more than TEXT_COUNT_MAX texts, a text longer than TEXT_LENGTH_MAX, or more
 *                    than TEXT_WORDS_DISTINCT_MAX different words.
 * TEXT_ERR_MEMORY    no memory.
 * After an error the set holds no texts, except when texts or parts were refused unseen.
 *
 * O(bytes + words) time, and O(count * distinct words) time and memory for counts and bits.
 * Words chosen to collide in the hash table can make it quadratic in the distinct words. */
enum text_status text_set_read(struct text_set *set, const struct text_span *texts, size_t count,
                               unsigned parts);

/* Number of texts, and of different words in all of them (0 when no part with words was read). */
size_t text_set_count(const struct text_set *set);
size_t text_set_distinct(const struct text_set *set);

/* The words of text `index` as numbers from 0, equal words equal numbers, in order of appearance
 * in the set; lent until the next text_set_read.  NULL, and *ret_count 0, when there is no such
 * text or no part with words was read. */
const uint16_t *text_set_words(const struct text_set *set, size_t index, size_t *ret_count);

/* The bytes of the word with number `id`; lent until the next text_set_read, and while the texts
 * of the last one exist.  Empty when no such word was read. */
struct text_span text_set_word(const struct text_set *set, size_t id);

/* One way to compute the matrix of an operation. */
struct text_variant {
    const char *name;        /* NULL ends a table */
    bool (*available)(void); /* does this processor have the instructions? */
    unsigned parts;          /* what text_set_read has to prepare, at least */

    /* Similarities of all pairs: ret_matrix[i * count + j] in [0, 1], symmetric, ones on the
     * diagonal.  Written completely or, on an error, with undefined content.
     *
     * TEXT_ERR_ARGUMENT  NULL (the matrix of an empty set may be NULL), or `parts` is missing.
     * TEXT_ERR_MEMORY    no memory for scratch; never after a first call of the same size. */
    enum text_status (*matrix)(struct text_set *set, double *ret_matrix);
};

/* Cosine of the angle between term-frequency vectors, dot / sqrt(norm * norm) in double precision.
 * Source: Salton, Wong and Yang 1975, A vector space model for automatic indexing, CACM 18(11),
 * p. 613-620.  O(count^2 * distinct).  Exact for any number of repetitions: the byte variants use
 * the doubles when a word occurs more than 127 times in a text.
 * Names: scalar (plain loops, norms again for each pair), auto (doubles, left to the compiler),
 * avx2 (bytes), avx512 (bytes, VNNI). */
extern const struct text_variant text_cosine_variants[];

/* Jaccard index of the word sets, |A and B| / |A or B|.
 * Source: Jaccard 1912, The distribution of the flora in the alpine zone, New Phytologist 11(2),
 * p. 37-50.  O(count^2 * distinct / 64); the scalar variant O(count * words).
 * Names: scalar (merges sorted numbers), auto (bits), avx2 (bits), avx512 (bits, VPOPCNTDQ). */
extern const struct text_variant text_jaccard_variants[];

/* Normalised Levenshtein similarity, 1 - distance / max(length, length), where the distance counts
 * insertions, deletions and substitutions of bytes (of words).
 * Sources: Wagner and Fischer 1974, JACM 21(1), p. 168-173 (dp); Myers 1999, A fast bit-vector
 * algorithm for approximate string matching, JACM 46(3), p. 395-415, in blocks,
 * and Hyyro 2003, A bit-vector algorithm for computing Levenshtein and Damerau edit distances,
 * Nordic Journal of Computing 10(1), p. 29-39 (all others).
 * O(length * length) time per pair for dp, a 64th of it for myers, and 4 or 8 pairs at once for
 * avx2 and avx512.  Scratch memory: O(total length), at most 2 MiB besides. */
extern const struct text_variant text_levenshtein_variants[];
extern const struct text_variant text_levenshtein_words_variants[];

/* The fastest variant of a table that this processor can run: tables go from slow to fast. */
const struct text_variant *text_best(const struct text_variant *variants);

/* Levenshtein distance of two texts in bytes, by the one-pair bit-parallel method.
 *
 * ret_distance  written only on TEXT_OK.
 *
 * TEXT_ERR_ARGUMENT, TEXT_ERR_LIMIT, TEXT_ERR_MEMORY  as text_set_read.
 *
 * O(a * b / 64) time.  Allocates: prefer a set and a matrix for many texts. */
enum text_status text_levenshtein(struct text_span a, struct text_span b, size_t *ret_distance);

struct word_batch;
struct word_table;

/* One way to find the words of a text and to give them numbers. */
struct text_splitter {
    const char *name;
    bool (*available)(void);

    /* Writes begin and end offset of each word, in order, and returns the number of words.
     * ret_edges has room for `length` + 80 numbers: some are written beyond the result. */
    size_t (*split)(const char *bytes, size_t length, uint32_t *ret_edges);

    /* For text_set_read only: looks up words in its table of words. */
    uint64_t (*look_up)(struct word_batch *batch, const struct word_table *table);
};

/* Names: scalar, avx2, avx512; from slow to fast. */
extern const struct text_splitter text_splitters[];

/* Makes the set split by the given row from now on; NULL means the fastest available one, which a
 * new set uses. */
void text_set_splitter(struct text_set *set, const struct text_splitter *splitter);

#endif
