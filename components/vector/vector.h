/* Exact and nearly exact search of the nearest vectors.
 *
 *   struct vectors *vectors = NULL;
 *   struct vector_search *search = NULL;
 *   vectors_new(&(struct vectors_options){.dim = 1536, .metric = VECTOR_COSINE}, &vectors);
 *   vectors_add(vectors, rows, count);
 *   vectors_encode(vectors, VECTOR_INT5);
 *   vectors_encode(vectors, VECTOR_INT5_REST);
 *   vector_search_new(vectors, &search);
 *   vector_certain(search, query, 10, hits, &found);
 *   vector_search_free(search);
 *   vectors_free(vectors);
 *
 * A row is a vector of `dim` numbers; its id is its place, from 0.  The score of a row is greater
 * the nearer it is: VECTOR_DOT <q, x>; VECTOR_COSINE <q, x> / (|q| |x|); VECTOR_L2 -|q - x|^2.
 * Of equal scores the lower id comes first.
 *
 * A scan of f32 rows is bound by the memory's bandwidth, so the other searches read smaller codes
 * of the rows first, and the rows of the most promising ones after that:
 *
 *   vector_exact    all rows
 *   vector_rerank   one code of all rows, the `keep` best rows
 *   vector_cascade  1-bit codes of all rows, one more bit and then int4 codes of those that may be
 *                   among the best by the spread of their estimates, the `keep` best rows
 *   vector_certain  int5 codes of all rows, four more bits of those that the codes' error bounds do
 *                   not exclude, the rows that these bounds do not exclude either: the result is
 *                   that of vector_exact, bit by bit
 *
 * Codes of integers and bits are those of the row after a random rotation, which spreads what is
 * in a few numbers over all of them.  A 1-bit code's estimate is that of RaBitQ (Gao and Long,
 * 2024, arXiv 2405.12497).
 *
 * Any number of searches, each of one thread, may read the same vectors at once, while nothing is
 * added or encoded.  The C library is all it needs. */
#ifndef VECTOR_H
#define VECTOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VECTOR_DIM_MAX 65536u
#define VECTOR_COUNT_MAX (UINT32_MAX - 1)
#define VECTOR_NORM_MAX 0x1p60 /* no sum of products overflows f32 */
#define VECTOR_NORM_LEAST                                                                          \
    0x1p-60 /* shorter vectors have no direction: a cosine takes them as 0                         \
             */

enum vector_status {
    VECTOR_EMPTY = 1, /* nothing to search */
    VECTOR_OK = 0,
    VECTOR_ERR_ARGUMENT = -1,   /* NULL where something is needed, a dim or k of 0 */
    VECTOR_ERR_MEMORY = -2,     /* an allocation failed */
    VECTOR_ERR_LIMIT = -3,      /* more than the limits above */
    VECTOR_ERR_NOT_FINITE = -4, /* NaN or infinity */
    VECTOR_ERR_ZERO = -5,       /* a vector without direction, where a cosine needs one */
    VECTOR_ERR_CODE = -6,       /* rows are not encoded that way, or were added since */
    VECTOR_ERR_ABSENT = -7,     /* no vector has this id */
    VECTOR_ERR_EXISTS = -8,     /* a vector has this id already */
    VECTOR_ERR_CORRUPT = -9,    /* stored bytes that are not what was stored */
    VECTOR_ERR_STORE = -10,     /* the database or file failed */
};

/* "out of memory" and so on; a constant string, also for numbers that are no status. */
const char *vector_status_text(enum vector_status status);

enum vector_metric { VECTOR_DOT, VECTOR_COSINE, VECTOR_L2 };

/* How a row may be held; bytes of 1536 numbers stand beside, 4 to 16 more come with them.  The last
 * two are of what another code leaves of the row: they mean something beside it only. */
enum vector_code {
    VECTOR_F32,       /* 6144 */
    VECTOR_F16,       /* 3072 */
    VECTOR_INT8,      /* 1536 */
    VECTOR_INT4,      /* 768 */
    VECTOR_BITS,      /* 192 */
    VECTOR_INT5,      /* 960 */
    VECTOR_INT5_REST, /* 768: int4 codes of what VECTOR_INT5 leaves */
    VECTOR_BITS_REST, /* 192: signs of what VECTOR_BITS leaves */
    VECTOR_CODES
};

struct vector_hit {
    uint32_t id;
    float score;
};

/* ---- rows ---------------------------------------------------------------------------------- */

struct vectors;

struct vectors_options {
    size_t dim; /* 1 .. VECTOR_DIM_MAX */
    enum vector_metric metric;
    uint64_t seed; /* of the rotation */
};

/* ret_vectors  written only on VECTOR_OK; freed by vectors_free.
 *
 * VECTOR_ERR_ARGUMENT, VECTOR_ERR_LIMIT, VECTOR_ERR_MEMORY. */
enum vector_status vectors_new(const struct vectors_options *options, struct vectors **ret_vectors);

/* NULL is allowed. */
void vectors_free(struct vectors *vectors);

/* Appends copies of `count` rows that follow each other.  All or none.
 *
 * VECTOR_ERR_ARGUMENT (also after vectors_view), VECTOR_ERR_LIMIT, VECTOR_ERR_MEMORY,
 * VECTOR_ERR_NOT_FINITE, VECTOR_ERR_ZERO. */
enum vector_status vectors_add(struct vectors *vectors, const float *rows, size_t count);

/* Reads rows where they lie, at any address, `stride` numbers from each other (0: dim), instead of
 * copies; they must stay there.  Only while nothing was added; statuses of vectors_add. */
enum vector_status vectors_view(struct vectors *vectors, const float *rows, size_t count,
                                size_t stride);

/* Makes the codes of all rows that have none yet.  VECTOR_ERR_MEMORY, VECTOR_ERR_ARGUMENT. */
enum vector_status vectors_encode(struct vectors *vectors, enum vector_code code);

size_t vectors_count(const struct vectors *vectors);
size_t vectors_dim(const struct vectors *vectors);

/* A row; valid until the next vectors_add.  `id` < vectors_count. */
const float *vectors_row(const struct vectors *vectors, uint32_t id);

/* Bytes that a code (with its scale and bound) or, for VECTOR_F32, a row takes. */
size_t vectors_bytes(const struct vectors *vectors, enum vector_code code);

/* ---- search -------------------------------------------------------------------------------- */

/* Scratch memory for searches in some vectors. */
struct vector_search;

/* ret_search  written only on VECTOR_OK; freed by vector_search_free, before the vectors are. */
enum vector_status vector_search_new(const struct vectors *vectors,
                                     struct vector_search **ret_search);

/* NULL is allowed. */
void vector_search_free(struct vector_search *search);

/* The k best rows, all rows if there are less.
 *
 * ret_hits   room for k; the best first; written on VECTOR_OK only.
 * ret_count  how many there are; 0 on VECTOR_EMPTY.
 *
 * VECTOR_EMPTY, VECTOR_ERR_ARGUMENT, VECTOR_ERR_MEMORY, VECTOR_ERR_NOT_FINITE, VECTOR_ERR_ZERO,
 * VECTOR_ERR_LIMIT (a norm).  O(count * dim) time. */
enum vector_status vector_exact(struct vector_search *search, const float *query, size_t k,
                                struct vector_hit *ret_hits, size_t *ret_count);

/* The same for `query_count` queries that follow each other, `k` hits each: rows are read once for
 * all of them.  Each result is that of vector_exact, bit by bit.  ret_count is that of each. */
enum vector_status vector_exact_batch(struct vector_search *search, const float *queries,
                                      size_t query_count, size_t k, struct vector_hit *ret_hits,
                                      size_t *ret_count);

struct vector_rerank_options {
    enum vector_code code; /* VECTOR_F16 .. VECTOR_INT5 */
    size_t keep;           /* rows that are scored exactly; less than k is taken as k */
};

/* The k best of the `keep` rows whose codes promise most.  VECTOR_ERR_CODE besides. */
enum vector_status vector_rerank(struct vector_search *search, const float *query, size_t k,
                                 const struct vector_rerank_options *options,
                                 struct vector_hit *ret_hits, size_t *ret_count);

struct vector_cascade_options {
    size_t keep;      /* rows that are scored exactly; 0: 128 and 4 k */
    float deviations; /* of a 1-bit estimate that a row may be better than it; 0: 3 */
};

/* Needs VECTOR_BITS, VECTOR_BITS_REST and VECTOR_INT4.  `options` may be NULL. */
enum vector_status vector_cascade(struct vector_search *search, const float *query, size_t k,
                                  const struct vector_cascade_options *options,
                                  struct vector_hit *ret_hits, size_t *ret_count);

/* Needs VECTOR_INT5 and VECTOR_INT5_REST. */
enum vector_status vector_certain(struct vector_search *search, const float *query, size_t k,
                                  struct vector_hit *ret_hits, size_t *ret_count);

/* Rows that the last search of this one scored exactly. */
size_t vector_search_scored(const struct vector_search *search);

/* ---- kernels ------------------------------------------------------------------------------- */

struct vector_rows;
enum vector_sum { VECTOR_PRODUCTS, VECTOR_SQUARES };

/* The arithmetic; the functions are described in vector_kernels.h. */
struct vector_kernel {
    const char *name;
    bool (*available)(void);
    void (*sums)(const struct vector_rows *rows, enum vector_sum sum, const float *query,
                 float *ret_sums);
    void (*tiles)(const struct vector_rows *rows, enum vector_sum sum, const float *queries,
                  float *ret_sums);
    void (*dots_f16)(const struct vector_rows *rows, const float *query, float *ret_dots);
    void (*dots_int8)(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots);
    void (*dots_int4)(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots);
    void (*dots_int5)(const struct vector_rows *rows, const int8_t *query, int32_t *ret_dots);
    void (*dots_bits)(const struct vector_rows *rows, const uint64_t *planes, int32_t *ret_dots);
};

/* Names: scalar, avx2, avx512, vnni, the slowest first; NULL ends the table. */
extern const struct vector_kernel *const vector_kernels[];

/* The fastest available one. */
const struct vector_kernel *vector_kernel_fastest(void);

/* Makes it use this kernel from now on; NULL: the fastest available one, as at first. */
void vector_search_use(struct vector_search *search, const struct vector_kernel *kernel);

#endif
