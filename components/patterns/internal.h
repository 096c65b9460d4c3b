/* What the files of this folder share: arenas, plans, and the table of inner loops.
 *
 * Private.  Inner loops are written once, in kernels.h over vectors of `LANES` doubles, and
 * compiled once a variant; everything around them exists once, in plain C. */
#ifndef PATTERNS_INTERNAL_H
#define PATTERNS_INTERNAL_H

#include "patterns.h"

#if defined(__x86_64__)
#define PATTERNS_X86 1
#else
#define PATTERNS_X86 0
#endif

#define PATTERNS_ALIGNMENT 64u

/* One block for everything: a layout function calls arena_take for each array, first with no memory
 * to learn the size, then again to hand out the parts. */
struct arena {
    char *base; /* NULL: only measuring */
    size_t used;
};

/* The next `bytes` bytes, aligned; NULL while measuring. */
void *arena_take(struct arena *arena, size_t bytes);

/* A zeroed block for a struct of `head` bytes and all that was measured; what is taken from now on
 * lies in it.  NULL without memory; free() releases it. */
void *arena_allocate(struct arena *arena, size_t head, size_t *ret_heap_bytes);

/* Complex numbers, real and imaginary parts apart. */
struct planes {
    double *re, *im;
};

/* One pass of radix 4 over `size` numbers: `groups` butterflies, each `stride` times. */
struct fft_pass {
    size_t groups, stride;
    size_t size;            /* groups * stride * 4 */
    const double *twiddles; /* w^p, w^2p, w^3p as pairs for each group p */
};

struct fft_spread {
    const double *twiddles;
    size_t count, batch, step;
};

/* Bytes behind both sequences that `matches` may read. */
#define MATCHES_PAD 128u
#define MARK_LEFT 254u /* equal to nothing in the other sequence */
#define MARK_RIGHT 255u

struct turn_sums {
    double path, cosines, sines, turns;
};

struct power_sums {
    double total, weighted, logs; /* P, k P, and P log2 P */
};

struct patterns_kernels {
    size_t lanes;
    double match_ns, fft_ns; /* one comparison; one of size * log2(size) steps: see correlation.c */
    const struct patterns_kernels *narrower; /* for strides below `lanes`; NULL for one lane */

    /* from -> to; stride is a multiple of `lanes`. */
    void (*pass4)(const struct fft_pass *pass, struct planes from, struct planes to);
    /* The first pass of a single transform, stride 1; groups is a multiple of `lanes`. */
    void (*first4)(const struct fft_pass *pass, struct planes from, struct planes to);
    void (*pass2)(size_t half, struct planes from, struct planes to);
    /* The transform of 2 * half reals from that of half complex numbers: see fft.c. */
    void (*untangle)(size_t half, const double *twiddles, struct planes from, struct planes to);
    /* Values 0, 2, 4 ... and 1, 3, 5 ... apart: the complex numbers of a real transform. */
    void (*split)(const double *values, size_t half, struct planes to);
    /* Number k of `batch` interleaved ones, turned by twiddles[k], to place k * step; the imaginary
     * parts of twiddles follow their real ones.  `batch` is a multiple of `lanes`. */
    void (*spread)(const struct fft_spread *spread, struct planes from, struct planes to);
    /* Adds |z|^2 of `batch` interleaved transforms, a multiple of `lanes`, to powers[0 .. size-1].
     */
    void (*add_powers)(struct planes from, size_t size, size_t batch, double *powers);

    /* ret_counts[lag] = equal numbers in left[i] and right[i + lag], i + lag < length.  Both sides
     * hold the same sequence; MATCHES_PAD marks follow it. */
    void (*matches)(const uint8_t *left, const uint8_t *right, size_t length, uint16_t *ret_counts);

    /* Sums over powers[first .. last]. */
    struct power_sums (*power_sums)(const double *powers, size_t first, size_t last);
    /* Sums over all steps and turns of the trajectory. */
    struct turn_sums (*turns)(const uint8_t *sequence, size_t length);
};

/* What stands in each kernel's table: functions of its own with these names. */
#define PATTERNS_BODY                                                                              \
    .pass4 = pass4, .pass2 = pass2, .untangle = untangle, .split = split, .spread = spread,        \
    .add_powers = add_powers, .matches = matches, .power_sums = power_sums, .turns = turns

/* Frequency k of a real transform from those of the complex one: with z[j] = x[2j] + i x[2j + 1],
 * the transforms of the even and odd values are the parts of Z that are symmetric and not. */
static inline void untangle_at(size_t k, size_t half, const double *twiddles, struct planes from,
                               struct planes to)
{
    const double a = from.re[k], b = from.im[k], c = from.re[half - k], d = from.im[half - k];
    const double re = twiddles[k], im = twiddles[half + k];
    const double odd_re = (b + d) * 0.5, odd_im = (c - a) * 0.5;
    to.re[k] = (a + c) * 0.5 + re * odd_re - im * odd_im;
    to.im[k] = (b - d) * 0.5 + re * odd_im + im * odd_re;
}

static inline void untangle_ends(size_t half, struct planes from, struct planes to)
{
    to.re[half] = from.re[0] - from.im[0];
    to.re[0] = from.re[0] + from.im[0];
    to.im[0] = to.im[half] = 0;
}

extern const struct patterns_kernels kernels_scalar;
#if PATTERNS_X86
extern const struct patterns_kernels kernels_avx2, kernels_avx512;
#endif

/* fft.c: powers of two. */
#define FFT_PASSES_MAX 16u
struct fft_plan {
    size_t size;
    size_t passes; /* of radix 4; one of radix 2 follows when `halves` */
    bool halves;
    double *twiddles[FFT_PASSES_MAX];
};

size_t fft_size_for(size_t count); /* the smallest power of two >= count */
void fft_plan_lay(struct fft_plan *plan, size_t size, struct arena *arena);
void fft_plan_fill(struct fft_plan *plan);

/* The widest kernels of which `size` numbers fill whole vectors. */
const struct patterns_kernels *fft_kernels(const struct patterns_kernels *kernels, size_t size);
void fft_root(size_t k, size_t n, double *ret_re, double *ret_im); /* exp(-2 pi i k / n) */

/* `batch` (a power of two) interleaved transforms of `from`; overwrites both and returns the one
 * with the result. */
struct planes fft_run(const struct fft_plan *plan, const struct patterns_kernels *kernels,
                      size_t batch, struct planes from, struct planes spare);

/* Real transforms of any length, with memory from the arena. */
struct patterns_fft {
    const struct patterns_kernels *kernels;
    size_t length, half;  /* half: the complex length, that of `length` when it is odd */
    struct fft_plan plan; /* of `half`, or of Bluestein's convolution */
    struct planes a, b;   /* plan.size each */
    double *twiddles;     /* exp(-2 pi i k / length), k < half, even lengths */
    bool convolved;       /* half is no power of two */
    struct planes chirp;  /* half of them */
    struct planes filter; /* transform of the chirp, divided by plan.size */
    size_t heap_bytes;
};

void fft_lay(struct patterns_fft *fft, const struct patterns_kernels *kernels, size_t length,
             struct arena *arena);
void fft_fill(struct patterns_fft *fft);

/* Transforms of the indicators of all symbols, `batch` pairs of symbols at a time: see
 * correlation.c. */
struct indicators {
    size_t size, columns, rows; /* size = columns * rows */
    size_t batch;
    struct fft_plan column_plan, row_plan; /* of `rows` and of `columns` numbers */
    double *twiddles;                      /* for each column `rows` cosines and sines */
    struct planes column, spare;           /* one column or row */
    struct planes work;                    /* all of them */
    double *powers, *ordered;
    struct patterns_fft back; /* from powers to matches */
};

/* Everything of one analysis. */
struct patterns {
    size_t length, symbols;
    const struct patterns_kernels *kernels;
    enum patterns_method method;
    size_t heap_bytes;

    uint8_t *left, *right; /* the sequence with marks behind it */
    uint16_t *counts;      /* of symbols */
    uint16_t *pairs;       /* symbols x symbols; zeros between two analyses */
    double *count_logs;    /* c log2 c for c from 0 to length */
    uint8_t *low, *high;   /* of the hull's columns */
    uint16_t *matches;
    double *circular;       /* matches around the end, also scratch */
    double *powers, *scrap; /* length / 2 + 1 */
    struct patterns_fft fft;

    struct indicators indicators; /* for PATTERNS_FFT */
};

/* correlation.c: fills `matches`. */
void correlation_lay(struct patterns *patterns, struct arena *arena);
void correlation_fill(struct patterns *patterns);
void correlation_run(struct patterns *patterns);
enum patterns_method correlation_choose(const struct patterns_options *options,
                                        const struct patterns_kernels *kernels);

/* One file a group. */
void frequency_run(struct patterns *patterns, struct patterns_features *features);
void statistics_run(struct patterns *patterns, struct patterns_statistics *ret_statistics);
void transitions_run(struct patterns *patterns, struct patterns_transitions *ret_transitions);
void geometry_run(struct patterns *patterns, struct patterns_geometry *ret_geometry);

/* Shared with naive.c: both describe the same counts. */
struct patterns_periodicity frequency_periodicity(const uint16_t *matches, size_t length, double q);
size_t frequency_peak(const double *powers, double greatest);
double statistics_chance(const uint16_t *counts, size_t symbols, size_t length);

#endif
