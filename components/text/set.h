/* What the files of this folder share: the set, its buffers, and the kernels' shapes.
 *
 * Private.  A kernel file (`*_x86.c`) holds only the inner loops that need certain instructions;
 * everything around them exists once, in plain C. */
#ifndef TEXT_SET_H
#define TEXT_SET_H

#include "text.h"

#if defined(__x86_64__)
#define TEXT_X86 1
#else
#define TEXT_X86 0
#endif

/* Memory that only grows, aligned to 64 bytes.  Released by text_buffer_release. */
struct text_buffer {
    void *base; /* what malloc gave */
    void *data; /* the aligned start */
    size_t size;
};

/* Room for `size` bytes; the content is lost when the buffer has to grow. */
enum text_status text_buffer_reserve(struct text_buffer *buffer, size_t size);
void text_buffer_release(struct text_buffer *buffer);

/* words.c: numbers for words.  Zeroed memory is a table that word_table_clear can start with. */
struct word_table {
    struct text_buffer slots; /* uint16_t, a power of two of them */
    struct text_buffer keys;  /* of words */
    struct text_buffer spans; /* struct text_span, of long words */
    unsigned shift;           /* leaves as many bits of a hash as number a slot */
    size_t distinct;
};

/* One text and its words as text_splitter.split finds them.  WORD_EDGES_PAD zeros follow the edges,
 * so that kernels may take groups of words. */
struct word_edges {
    struct text_span text;
    const uint32_t *edges;
    size_t count;
};

#define WORD_EDGES_PAD 16u
#define WORD_IDS_PAD 8u

/* Makes keys and slots of the words of a batch, and looks them up in their first slots: writes the
 * numbers of those it finds, and up to WORD_IDS_PAD more, and returns the bits of the others. */
typedef uint64_t word_kernel(struct word_batch *batch, const struct word_table *table);
word_kernel word_look_up_plain; /* leaves all words to the caller */

/* Forgets all words. */
enum text_status word_table_clear(struct word_table *table);
void word_table_release(struct word_table *table);

/* The word with number `id`, which there is. */
struct text_span word_table_word(const struct word_table *table, size_t id);

/* Writes the number of each word, and WORD_IDS_PAD more; new words get the next free number. */
enum text_status word_table_intern(struct word_table *table, const struct word_edges *words,
                                   word_kernel *look_up, uint16_t *ret_ids);

/* Several sequences of symbols one after the other: number i is symbols[starts[i]] up to, without,
 * symbols[starts[i + 1]]. */
struct sequences {
    const uint16_t *symbols;
    const size_t *starts;
    size_t count;
};

struct text_set {
    const struct text_splitter *splitter;
    unsigned parts;
    size_t count;
    struct word_table table;
    struct text_buffer edges; /* uint32_t, of the text being split */

    struct text_buffer bytes, byte_starts;    /* uint16_t, size_t */
    struct text_buffer words, word_starts;    /* uint16_t, size_t */
    struct text_buffer sorted, sorted_starts; /* uint16_t, size_t: each word once per text */
    struct text_buffer counts8;               /* uint8_t[count][stride], 127 at most */
    struct text_buffer counts;                /* double[count][stride] */
    struct text_buffer marks;                 /* uint8_t, the words of the text in hand */
    struct text_buffer bits;                  /* uint64_t[bit_words][bit_lanes], text = lane */
    bool narrow;                              /* counts8 holds all counts */
    size_t stride;                            /* words per row of counts, a multiple of 64 */
    size_t bit_words, bit_lanes;              /* bit_lanes is a multiple of 8 */

    struct text_buffer norms;                  /* double[count], scratch of the matrices */
    struct text_buffer scores, order, carries; /* scratch of levenshtein.c */
    struct text_buffer rows, matches;
};

/* Is the set able to give a matrix that needs `parts`? */
static inline bool text_set_has(const struct text_set *set, unsigned parts, const double *matrix)
{
    return set && (matrix || set->count == 0) && (set->parts & parts) == parts;
}

/* Processor tests for the `available` column. */
bool text_cpu_any(void);
bool text_cpu_avx2(void);
bool text_cpu_avx512(void);

/* Scalar products of row i with the rows i .. count-1 into ret_dots[i .. count-1]. */
typedef void dots_kernel(const struct text_set *set, size_t i, double *ret_dots);

/* Sizes of the intersections of set i with the sets i .. count-1, into ret_sizes[i .. count-1]. */
typedef void overlaps_kernel(const struct text_set *set, size_t i, double *ret_sizes);

#if TEXT_X86
dots_kernel dots_avx2;
overlaps_kernel overlaps_avx2, overlaps_avx512;
word_kernel word_look_up_avx512;

/* The whole matrix of cosines; `norms` is scratch for NORMS_PAD numbers more than there are texts.
 */
void cosines_avx512(const struct text_set *set, double *norms, double *ret_matrix);
#define NORMS_PAD 3u
#endif

#endif
