/* What vectors and searches consist of, and what their files share.  Internal. */
#ifndef VECTOR_PLAN_H
#define VECTOR_PLAN_H

#include "vector_kernels.h"

#define BATCH_MAX 4096u /* rows whose sums by TILE queries are kept at once */
#define LINE 64u        /* bytes; rows of codes that are copied begin at one */
#define HUGE_PAGE ((size_t)1 << 21)

/* Codes of some or all rows.  An estimate of <q, x> is
 * scale * (query's scale) * (times * raw - offset - 30 * ones), see struct query. */
struct code_rows {
    uint8_t *bytes;
    size_t stride; /* bytes of a code */
    size_t count;  /* rows that have one */
    float *scales; /* for cosines divided by the row's length, as are errors */
    float *errors; /* int5 and its rest: |x - what the codes say|; 1-bit and its rest: standard
                      deviation of an estimate for |q| = 1 */
    int32_t *ones; /* 1-bit and its rest: set bits of the row */
    float *shares; /* 1-bit rest: what the 1-bit estimate counts in that of both */
};

struct vectors {
    size_t dim;
    enum vector_metric metric;
    float *rows;       /* own ones */
    const float *view; /* rows or borrowed ones */
    size_t stride;     /* numbers from a row to the next */
    size_t count, room;
    float *lengths; /* |x| */
    float *signs;   /* ROTATIONS rows of +1 and -1 */
    struct code_rows codes[VECTOR_CODES];
};

/* |numbers|, or what is wrong with them. */
enum vector_status vector_length(const float *numbers, size_t dim, enum vector_metric metric,
                                 double *ret_length);

/* Of a row or a query, in the space of codes. */
#define ROTATIONS 2u
void vector_rotate_signs(uint64_t seed, size_t dim, float *ret_signs);
/* In place, and keeping lengths: signs and Hadamard transforms. */
void vector_rotate(const float *signs, size_t dim, float *numbers);

/* ---- the best of many ---- */

/* A heap whose root is the worst of the best `room`. */
struct best {
    struct vector_hit *hits;
    size_t room, count;
};

void best_begin(struct best *best, struct vector_hit *hits, size_t room);
void best_offer(struct best *best, uint32_t id, float score);
/* Scores of the ids from `first` on, or of `ids`. */
void best_offer_all(struct best *best, const uint32_t *ids, uint32_t first, const float *scores,
                    size_t count);
/* The best first; it is a heap no more. */
void best_sort(struct best *best);
/* The worst score that is among them; -infinity while there is room. */
float best_worst(const struct best *best);

/* ---- searches ---- */

struct vector_search {
    const struct vectors *vectors;
    const struct vector_kernel *kernel;
    size_t scored;
    /* The query of the search that is under way. */
    const float *query;
    double length;   /* |q| */
    float weight;    /* what a product is multiplied with: 1 / |q| for cosines */
    bool is_rotated; /* the following is made */
    float *rotated;  /* dim */
    int8_t *bytes;   /* for int8; for int4 in its order */
    int8_t *finer;   /* for int5 */
    uint64_t *planes;
    float *tile;  /* TILE queries */
    void *memory; /* what the arrays above lie in */
    /* Of all rows; made when they are first needed. */
    size_t room;                 /* at least TILE * BATCH_MAX / 2 */
    float *scores, *room_scores; /* `room` of each, which follow each other */
    uint32_t *picks;
    struct vector_hit *hits; /* `hits_room` */
    size_t hits_room;
};

/* A query as the kernels of one code want it. */
struct query {
    enum vector_code code;
    float scale;   /* of raw sums */
    int32_t times; /* value = times * raw - offset - 30 * ones */
    int32_t offset;
    double error; /* |q - what the code says| */
};

/* Checks a query and begins a search with it. */
enum vector_status vector_begin(struct vector_search *search, const float *query, size_t k,
                                const struct vector_hit *hits, size_t *ret_count);
/* Room for a score and a pick of every row. */
enum vector_status vector_make_room(struct vector_search *search);
enum vector_status vector_make_hits(struct vector_search *search, size_t count);

/* Exact scores of `count` rows, the picked ones or those from `first` on; room for 7 more. */
void vector_score(struct vector_search *search, const uint32_t *picks, uint32_t first, size_t count,
                  float *ret_scores);
/* Makes scores of the sums that kernels gave. */
void vector_make_scores(const struct vectors *vectors, float weight, const uint32_t *picks,
                        uint32_t first, size_t count, float *scores);
/* Products of codes, with |x| and |q| taken off for cosines; `picks` as above. */
void vector_products(struct vector_search *search, const struct query *query, const uint32_t *picks,
                     uint32_t first, size_t count, float *ret_products);
/* Scores of codes. */
void vector_estimate(struct vector_search *search, const struct query *query, const uint32_t *picks,
                     uint32_t first, size_t count, float *ret_scores);
/* Makes the search's query into one for `code`.  Those for int8 and int4 (also int5's rest) take
 * each other's place; the rest of 1-bit codes uses the query of those. */
struct query vector_make_query(struct vector_search *search, enum vector_code code);
/* Scores the hits of `kept` exactly and gives out the k best of them. */
void vector_finish(struct vector_search *search, struct best *kept, struct best *best);

#endif
