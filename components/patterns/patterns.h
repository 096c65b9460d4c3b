/* What repeats in a sequence of symbols: frequency, statistics, transitions and geometry.
 *
 *   struct patterns *patterns = NULL;
 *   const struct patterns_options options = {.length = 1024, .symbols = 200};
 *   patterns_new(&options, &patterns);
 *   struct patterns_features features;
 *   patterns_analyze(patterns, sequence, PATTERNS_ALL, &features);     as often as wanted
 *   patterns_free(patterns);
 *
 * A sequence is `length` numbers below `symbols`: events of a log, words by their numbers
 * (patterns_words below makes them of text).  All memory is got by patterns_new, in one piece whose
 * size patterns_heap_bytes says; analysing allocates nothing.
 *
 * Numbers are labels for the frequency and transition features, which do not change when labels
 * are exchanged; statistics and geometry take them as numbers.
 *
 * Needs only the C library.  A struct belongs to one thread at a time; tables are constant. */
#ifndef PATTERNS_H
#define PATTERNS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PATTERNS_LENGTH_MAX 65535u   /* numbers in a sequence */
#define PATTERNS_SYMBOLS_MAX 254u    /* different symbols; two bytes are left as marks */
#define PATTERNS_FFT_MAX (1u << 24)  /* values of one transform */
#define PATTERNS_TIE 1e-9            /* powers that differ by less, relatively, are equal */
#define PATTERNS_TEXT_MAX (1u << 30) /* bytes of one text */

enum patterns_status {
    PATTERNS_OK = 0,
    PATTERNS_ERR_ARGUMENT = -1, /* NULL where something is needed, an unknown method or group */
    PATTERNS_ERR_MEMORY = -2,   /* an allocation failed */
    PATTERNS_ERR_LIMIT = -3,    /* one of the limits above */
    PATTERNS_ERR_SYMBOL = -4,   /* a number that is not below `symbols` */
    PATTERNS_ERR_CPU = -5,      /* this processor lacks the variant's instructions */
};

/* "out of memory" and so on; a constant string, also for numbers that are no status. */
const char *patterns_status_text(enum patterns_status status);

/* Inner loops for one kind of processor.  Names: scalar, avx2, avx512, from slow to fast. */
struct patterns_kernels;
struct patterns_variant {
    const char *name; /* NULL ends the table */
    bool (*available)(void);
    const struct patterns_kernels *kernels;
};
extern const struct patterns_variant patterns_variants[];

/* The fastest variant that this processor can run. */
const struct patterns_variant *patterns_best(void);

/* ------------------------------------------------------------------------------ transforms */

/* A plan for real transforms of one length, with its memory. */
struct patterns_fft;

/* Plans the transform of `length` real values, 1 to PATTERNS_FFT_MAX: any length.
 *
 * variant  NULL: the fastest.
 * ret_fft  written only on PATTERNS_OK; the caller frees it with patterns_fft_free.
 *
 * PATTERNS_ERR_ARGUMENT, PATTERNS_ERR_LIMIT, PATTERNS_ERR_CPU, PATTERNS_ERR_MEMORY.
 *
 * Powers of two by Stockham's self-sorting passes of radix 4, even lengths through a complex
 * transform of half the length, all others by Bluestein's convolution.  Sources: Van Loan 1992,
 * Computational Frameworks for the Fast Fourier Transform, 1.7 and 4.3; Bluestein 1970, A linear
 * filtering approach to the computation of discrete Fourier transform, IEEE Trans. Audio
 * Electroacoustics 18(4), p. 451-455. */
enum patterns_status patterns_fft_new(const struct patterns_variant *variant, size_t length,
                                      struct patterns_fft **ret_fft);

/* The transform: ret_re[k] + i ret_im[k] = sum of values[j] exp(-2 pi i j k / length), for k from 0
 * to length / 2 (the other half is its mirror image).  `values` is not modified and overlaps no
 * result.  O(length log length).
 *
 * Root mean square error relative to the root mean square of the result: below
 * 4e-16 * log2(length) + 4e-16 for powers of two, 8 times that for other lengths.  Denormals are
 * treated as any number.  A NaN or infinity among the values makes results NaN or infinite, all of
 * them but for cancelling infinities; nothing traps. */
void patterns_fft_real(struct patterns_fft *fft, const double *values, double *ret_re,
                       double *ret_im);

size_t patterns_fft_heap_bytes(const struct patterns_fft *fft);
void patterns_fft_free(struct patterns_fft *fft); /* NULL is allowed */

/* -------------------------------------------------------------------------------- analysis */

/* How equal symbols at a distance are counted. */
enum patterns_method {
    PATTERNS_AUTO,   /* whichever of both takes less time for this length and number of symbols */
    PATTERNS_DIRECT, /* each distance by comparing: O(length^2), up to 64 comparisons at once */
    PATTERNS_FFT,    /* by transforms of each symbol's indicator: O(symbols * length log length) */
};

struct patterns_options {
    size_t length;                          /* 0 to PATTERNS_LENGTH_MAX */
    size_t symbols;                         /* 1 to PATTERNS_SYMBOLS_MAX */
    const struct patterns_variant *variant; /* NULL: the fastest */
    enum patterns_method method;
};

/* Groups of features. */
enum patterns_group {
    PATTERNS_FREQUENCY = 1,   /* autocorrelation, periodicity and spectrum */
    PATTERNS_STATISTICS = 2,  /* moments and entropy */
    PATTERNS_TRANSITIONS = 4, /* pairs of neighbours */
    PATTERNS_GEOMETRY = 8,    /* the trajectory through the plane */
    PATTERNS_ALL = 15,
};

/* Where a feature says nothing (too short a sequence, no variance), it is 0. */

/* The distance at which symbols repeat most above chance.  A match by chance has the probability
 * q = sum of p(u)^2 over symbols, so that `matches` among length - lag pairs deviate by
 * `score` = (matches - (length - lag) q) / sqrt((length - lag) q (1 - q)) standard deviations.
 * Lags from 1 to length / 2; of equal scores the smallest lag. */
struct patterns_periodicity {
    size_t lag;
    size_t matches;
    double score;
};

/* The power spectrum of the symbols: P(k) = sum over symbols u of |X_u(k)|^2, where X_u is the
 * transform of the indicator of u.  Voss 1992, Evolution of long-range fractal correlations and 1/f
 * noise in DNA base sequences, Physical Review Letters 68(25), p. 3805-3808.  k from 1 to
 * length / 2; k = 0 only counts symbols. */
struct patterns_spectrum {
    size_t peak;         /* the k with the greatest power, of equal ones (PATTERNS_TIE) the first */
    double period;       /* length / peak */
    double share;        /* of the peak, in the sum of all powers */
    double centroid;     /* mean of k / length, weighted by power: cycles per symbol */
    double entropy_bits; /* of the powers as shares; at most log2(length / 2) */
};

/* Moments of the numbers and the entropy of their distribution. */
struct patterns_statistics {
    size_t distinct;
    double mean;
    double variance; /* of the population: divided by length */
    double skewness;
    double kurtosis; /* in excess of the normal distribution's 3 */
    double entropy_bits;
};

/* Pairs of neighbouring symbols (bigrams). */
struct patterns_transitions {
    size_t distinct;
    size_t most; /* occurrences of the most frequent pair */
    double entropy_bits;
    double conditional_bits; /* of a symbol when the one before it is known */
};

/* The trajectory: points (x[i], x[i + 1]), Takens' delay embedding in the plane, as steps and turns
 * from one step to the next.  Steps of no length have no direction: their turns do not count.
 * Mean direction and concentration of the turns by Mardia and Jupp 2000, Directional Statistics,
 * 2.3; the hull by Andrew's monotone chain (1979, Information Processing Letters 9(5)). */
struct patterns_geometry {
    size_t turns;
    double path;               /* sum of the lengths of the steps */
    double turn_mean;          /* radians, -pi to pi; positive is to the left */
    double turn_concentration; /* 0: all directions alike, 1: always the same turn */
    size_t hull_corners;
    double hull_area;
    double hull_perimeter; /* of two points: there and back */
};

struct patterns_features {
    struct patterns_periodicity periodicity;
    struct patterns_spectrum spectrum;
    struct patterns_statistics statistics;
    struct patterns_transitions transitions;
    struct patterns_geometry geometry;
};

struct patterns;

/* Memory and tables for sequences of one length.
 *
 * options       not kept.
 * ret_patterns  written only on PATTERNS_OK; the caller frees it with patterns_free.
 *
 * PATTERNS_ERR_ARGUMENT  a pointer is NULL, no symbols, or an unknown method.
 * PATTERNS_ERR_LIMIT     a sequence too long, or too many symbols.
 * PATTERNS_ERR_CPU       the variant's instructions are missing here.
 * PATTERNS_ERR_MEMORY    no memory. */
enum patterns_status patterns_new(const struct patterns_options *options,
                                  struct patterns **ret_patterns);
void patterns_free(struct patterns *patterns); /* NULL is allowed */

/* Bytes that patterns_new got from malloc. */
size_t patterns_heap_bytes(const struct patterns *patterns);

/* Does it compare directly, or by transforms?  Never PATTERNS_AUTO. */
enum patterns_method patterns_method(const struct patterns *patterns);

/* Computes the features of the groups in `groups`, a sum of enum patterns_group.
 *
 * sequence      `length` numbers; may be NULL when the length is 0.
 * ret_features  the groups asked for are written, the others set to zeros; only on PATTERNS_OK.
 *
 * PATTERNS_ERR_ARGUMENT  a NULL pointer or an unknown group.
 * PATTERNS_ERR_SYMBOL    a number is not below `symbols`.
 *
 * Counts are exact; real numbers agree with the definitions within 1e-11 relative to the largest
 * term.  Statistics, transitions and geometry: O(length + symbols) time. */
enum patterns_status patterns_analyze(struct patterns *patterns, const uint8_t *sequence,
                                      unsigned groups, struct patterns_features *ret_features);

/* The same by the definitions, one after the other, in O(length^2): what the others are checked
 * against.  Uses of `patterns` only its length and number of symbols. */
enum patterns_status patterns_analyze_naive(struct patterns *patterns, const uint8_t *sequence,
                                            unsigned groups,
                                            struct patterns_features *ret_features);

/* After an analysis with PATTERNS_FREQUENCY: how many i have equal symbols at i and i + lag, for
 * lag from 0 to length - 1; and P(k) for k from 0 to length / 2.  Lent until the next analysis. */
const uint16_t *patterns_matches(const struct patterns *patterns);
const double *patterns_powers(const struct patterns *patterns);

/* ----------------------------------------------------------------------------------- words */

/* How the words of a text are kept. */
enum patterns_keeping {
    PATTERNS_INTERNED, /* each different word once, and a number for each word: a byte */
    PATTERNS_COPIED,   /* each word as a string of its own, as splitting usually gives */
};

/* The words of a text: runs of bytes other than ASCII white space and NUL, compared byte by byte.
 */
struct patterns_words;

/* Reads a text.
 *
 * ret_words  written only on PATTERNS_OK; the caller frees it with patterns_words_free.
 *
 * PATTERNS_ERR_ARGUMENT  NULL where something is needed, or an unknown keeping.
 * PATTERNS_ERR_LIMIT     a text longer than PATTERNS_TEXT_MAX, more than PATTERNS_LENGTH_MAX words
 *                        or, interned, more than PATTERNS_SYMBOLS_MAX different ones.
 * PATTERNS_ERR_MEMORY    no memory.
 *
 * O(length) time, unless words were chosen to collide in the hash table. */
enum patterns_status patterns_words_new(const char *bytes, size_t length,
                                        enum patterns_keeping keeping,
                                        struct patterns_words **ret_words);
void patterns_words_free(struct patterns_words *words); /* NULL is allowed */

size_t patterns_words_count(const struct patterns_words *words);

/* Word `index` as a string, lent; NULL behind the last one. */
const char *patterns_words_string(const struct patterns_words *words, size_t index);

/* Numbers of the words, from 0 in order of first appearance: what patterns_analyze wants.
 *
 * ret_numbers   room for patterns_words_count of them.
 * ret_distinct  how many different numbers there are.
 *
 * Interned words have them; copied ones are hashed again, with the errors PATTERNS_ERR_MEMORY and
 * PATTERNS_ERR_LIMIT (more than PATTERNS_SYMBOLS_MAX different words). */
enum patterns_status patterns_words_numbers(const struct patterns_words *words,
                                            uint8_t *ret_numbers, size_t *ret_distinct);

/* Bytes got from malloc, each block rounded up as glibc does: to 16, with 8 for its header and at
 * least 32. */
size_t patterns_words_heap_bytes(const struct patterns_words *words);

#endif
