/* Attention of one query over many memories, and of a sequence over itself.
 *
 *   struct attention *attention = NULL;
 *   attention_new(&(struct attention_options){.heads = 8, .dim = 64}, &attention);
 *   attention_flash(attention, &memory, query, output, NULL);
 *   attention_free(attention);
 *
 * A memory is a key and a value, each of `heads` times `dim` numbers; a query has as many.  Head h
 * works on its part of them alone: o_h = sum_i w_i v_hi, where w is the softmax over i of a score:
 *
 *   ATTENTION_DOT       scale * <q, k>                    Vaswani et al. 2017, arXiv 1706.03762
 *   ATTENTION_LORENTZ   -scale * distance on the hyperboloid
 *   ATTENTION_POINCARE  -scale * distance in the ball     Gulcehre et al. 2019, arXiv 1805.09786
 *
 * Points of the hyperboloid are given without their first coordinate, sqrt(1/c + |x|^2); hyperbolic
 * values are points, too, and the output is their Einstein midpoint, in the coordinates of the
 * input.  x -> x / (1 + sqrt(1 + c |x|^2)) leads from one form to the other; both give the same.
 *
 * Memories are views: rows may lie anywhere, at any alignment, with any distance from each other.
 * They are read once, and nothing is copied.  Sums are taken in f32 over 4096 memories and then in
 * double precision.  The C library is all it needs.  An attention belongs to one thread. */
#ifndef ATTENTION_H
#define ATTENTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ATTENTION_BLOCK_DEFAULT 128u
#define ATTENTION_BLOCK_MAX 65536u
#define ATTENTION_WIDTH_MAX (1u << 24)    /* heads * dim */
#define ATTENTION_COUNT_MAX (UINT32_MAX)  /* memories */
#define ATTENTION_SEQUENCE_MAX (1u << 22) /* rows of a sequence */

enum attention_status {
    ATTENTION_EMPTY = 1, /* no memory, or all of them masked: output 0, logarithm -infinity */
    ATTENTION_OK = 0,
    ATTENTION_ERR_ARGUMENT = -1,   /* NULL where something is needed, or a size of 0 */
    ATTENTION_ERR_MEMORY = -2,     /* an allocation failed */
    ATTENTION_ERR_LIMIT = -3,      /* more than the limits above */
    ATTENTION_ERR_NOT_FINITE = -4, /* NaN or infinity in the input, or a score beyond f32 */
    ATTENTION_ERR_BALL = -5,       /* a point on or outside of the ball's boundary */
};

/* "out of memory" and so on; a constant string, also for numbers that are no status. */
const char *attention_status_text(enum attention_status status);

enum attention_score { ATTENTION_DOT, ATTENTION_LORENTZ, ATTENTION_POINCARE };

enum attention_type {
    ATTENTION_F32,
    ATTENTION_F16,  /* IEEE binary16, in uint16_t */
    ATTENTION_INT8, /* int8_t times the scale of its row; for ATTENTION_DOT only */
};

struct attention_options {
    size_t heads; /* >= 1 */
    size_t dim;   /* of one head, >= 1 */
    size_t block; /* memories at once; 0: ATTENTION_BLOCK_DEFAULT */
    enum attention_score score;
    float scale;     /* 0: 1 / sqrt(dim) for ATTENTION_DOT, 1 for distances */
    float curvature; /* c > 0 of a space with curvature -c; 0: 1 */
};

struct attention_memory {
    const void *keys, *values;
    size_t count;       /* of memories */
    size_t stride;      /* elements from a memory to the next; 0: heads * dim, shared: dim */
    size_t head_stride; /* elements from a head to the next; 0: dim */
    bool shared;        /* all heads read the same keys and values; head_stride is not used */
    enum attention_type type;
    const float *key_scales, *value_scales; /* of each memory, for ATTENTION_INT8 */
    /* For distances: squares of lengths, of each memory one for each head, or a single one where it
       is shared, as attention_to_norms makes them of the numbers that are given; NULL: they are
       taken while it attends, which costs half as much again. */
    const float *key_norms, *value_norms;
    const uint8_t *mask; /* 0: this memory is not there, and not even looked at; NULL: all are */
};

/* Options, and scratch memory that does not depend on the number of memories. */
struct attention;

/* ret_attention  written only on ATTENTION_OK; freed by attention_free.
 *
 * ATTENTION_ERR_ARGUMENT (also a scale or curvature that is negative or not finite),
 * ATTENTION_ERR_LIMIT, ATTENTION_ERR_MEMORY. */
enum attention_status attention_new(const struct attention_options *options,
                                    struct attention **ret_attention);

/* NULL is allowed. */
void attention_free(struct attention *attention);

/* Bytes that it holds: scratch, the scores of the largest attention_plain and the packed head of
 * the longest attention_self so far. */
size_t attention_bytes(const struct attention *attention);

/* Attention by online softmax, block by block (Milakov and Gimelshein 2018, arXiv 1805.02867; Dao
 * et al. 2022, arXiv 2205.14135): no score outlives its block.
 *
 * query          heads * dim numbers.
 * ret_output     heads * dim numbers; written on ATTENTION_OK and ATTENTION_EMPTY only.
 * ret_logarithm  NULL, or of each head the logarithm of the sum of e^score: partial results of
 *                parts of the memories are merged with it.
 *
 * ATTENTION_EMPTY, ATTENTION_ERR_ARGUMENT, ATTENTION_ERR_LIMIT, ATTENTION_ERR_NOT_FINITE,
 * ATTENTION_ERR_BALL; never ATTENTION_ERR_MEMORY.
 *
 * Points nearer to the boundary of the ball than 1e-5 of its radius are taken as if they were
 * there.  In f32 a distance loses digits with the square of the farther point's hyperboloid
 * coordinate: 1e-6 absolute near the origin, 1e-3 at 50.  O(count * heads * dim) time. */
enum attention_status attention_flash(struct attention *attention,
                                      const struct attention_memory *memory, const float *query,
                                      float *ret_output, float *ret_logarithm);

/* The same in three passes over all memories: scores, softmax, sum.  Keeps all scores, count *
 * heads numbers.  ATTENTION_ERR_MEMORY besides. */
enum attention_status attention_plain(struct attention *attention,
                                      const struct attention_memory *memory, const float *query,
                                      float *ret_output, float *ret_logarithm);

/* A sequence whose rows attend to each other. */
struct attention_sequence {
    const float *queries, *keys, *values; /* rows of heads * dim numbers */
    size_t count;
    size_t stride;       /* numbers from a row to the next, the same in all three; 0: heads * dim */
    bool causal;         /* row i sees rows 0 .. i only */
    const uint8_t *mask; /* 0: this row's key and value are not there, and not even looked at; it
                            attends itself; NULL: all are */
};

/* Self-attention of a whole sequence, for ATTENTION_DOT: each row's query over the keys and values
 * of all rows.  Memory beside the output grows with count * dim, never with its square, and is kept
 * for the next call.
 *
 * ret_output      count rows of heads * dim numbers, without gaps; must not overlap the input.
 * ret_logarithms  NULL, or count rows of heads numbers: logarithms of the sums of e^score.
 *
 * A row that sees nothing has output 0 and logarithm -infinity; ATTENTION_EMPTY when no row sees
 * anything.  ATTENTION_ERR_NOT_FINITE also when scale * dim * the greatest numbers of a
 * query and of the keys are beyond 1e36: a score could be beyond f32.
 * ATTENTION_ERR_ARGUMENT (also scores other than ATTENTION_DOT, a stride
 * below heads * dim), ATTENTION_ERR_LIMIT, ATTENTION_ERR_MEMORY.  After an error the output's
 * numbers are unspecified.  Sums are taken in f32: 1e-5 of the values as
 * long as scores are below 25, beyond that 4e-7 of the score.  O(count^2 * heads * dim) time. */
enum attention_status attention_self(struct attention *attention,
                                     const struct attention_sequence *sequence, float *ret_output,
                                     float *ret_logarithms);

/* Chooses the experts that answer a query. */
struct attention_router {
    const float *weights; /* heads rows of heads * dim numbers */
    size_t chosen;        /* 1 .. heads */
};

/* A mixture of experts: each head is an expert with keys and values of its own (or the same ones,
 * `shared`), and its query is its part of the query.  The router takes p = softmax(weights *
 * query), the `chosen` greatest p (of equal ones the lowest index), and the output is their
 * experts' outputs, weighted with p / sum of the chosen p (Zhang et al. 2022, arXiv 2210.05144,
 * without projections).  Other experts' memories are not read.  With chosen = heads it is a dense
 * mixture.
 *
 * ret_output  dim numbers; written on ATTENTION_OK and ATTENTION_EMPTY only.
 * ret_gates   NULL, or the weight of each expert: 0 for those not chosen.
 *
 * Statuses of attention_flash; ATTENTION_ERR_ARGUMENT also for scores other than ATTENTION_DOT. */
enum attention_status attention_experts(struct attention *attention,
                                        const struct attention_memory *memory, const float *query,
                                        const struct attention_router *router, float *ret_output,
                                        float *ret_gates);

/* ---- kernels ------------------------------------------------------------------------------- */

struct attention_rows;
struct attention_curve;
struct attention_tiles;

/* The arithmetic on one block; the functions are described in kernels.h. */
struct attention_kernel {
    const char *name;
    bool (*available)(void);
    void (*dots)(const struct attention_rows *rows, const float *query, float *ret_dots);
    void (*squares)(const struct attention_rows *rows, const float *query, float *ret_squares);
    void (*distances)(const struct attention_rows *rows, const float *query, float *ret_squares,
                      float *ret_norms);
    void (*norms)(const struct attention_rows *rows, float *ret_norms);
    void (*blend)(const struct attention_rows *rows, const float *weights, float *sums);
    float (*greatest)(const float *scores, size_t count);
    float (*weigh)(float *scores, size_t count, float greatest);
    void (*bend)(const struct attention_curve *curve, size_t count, const float *norms,
                 float *scores);
    float (*lift)(const struct attention_curve *curve, size_t count, const float *norms,
                  float *weights);
    void (*fold)(float *sums, size_t count, double *totals);
    double (*square)(const double *totals, size_t count);
    bool (*finish)(const double *totals, size_t count, double factor, float *ret_numbers);
    const struct attention_tiles *tiles; /* of self-attention */
};

/* Names: scalar, avx2, avx512, the slowest first; NULL ends the table. */
extern const struct attention_kernel *const attention_kernels[];

/* Makes it use this kernel from now on; NULL: the fastest available one, as at first. */
void attention_use(struct attention *attention, const struct attention_kernel *kernel);

/* ---- smaller memories ---------------------------------------------------------------------- */

/* Nearest binary16, ties to even; beyond 65504 infinity. */
void attention_to_f16(const float *from, size_t count, uint16_t *ret_to);

/* Sums of squares of rows of `dim` numbers. */
void attention_to_norms(const float *from, size_t rows, size_t dim, float *ret_norms);

/* Rows of `width` numbers as int8 with a scale each, |largest| / 127: the error of a number is at
 * most half a scale.  A row of zeros, or of numbers below 2^-100, has scale 0. */
void attention_to_int8(const float *from, size_t rows, size_t width, int8_t *ret_to,
                       float *ret_scales);

#endif
