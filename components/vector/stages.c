/* Searches in stages: a code of all rows says which rows are worth a closer look.
 *
 * What a code says of a row is an estimate and how far the truth may be above it.  The k best exact
 * scores found so far give a bound; rows whose estimate and margin stay below it are out, and more
 * bits of the others are read.  With margins that are proven (int5 and its rest, by the
 * Cauchy-Schwarz inequality) nothing is lost; with those of 1-bit codes, which are standard
 * deviations, as much as the number of them says. */
#include <math.h>
#include <stdlib.h>

#include "vector_plan.h"

#define KEEP_DEFAULT 128u
#define DEVIATIONS_DEFAULT 3.0f
#define SAMPLE 2048u           /* estimates that a quantile is taken of */
#define FIRST_PART 64u         /* one row in so many is in the first band */
#define PROBES_LEAST 32u       /* rows that are scored exactly to get a bound */
#define QUERY_NOISE 3.0        /* (1 / f^2) / (1 / f^2 - 1), rounded up, for f = sqrt(2 / pi) */
#define REST_NOISE 8.0         /* the same of both bits: 1 / f^2 is 1.15 */
#define REST_MORE 1.25f        /* a row must pass two tests: the second one gives it more room */
#define LEAST_MARGIN 0x1p-110f /* what products below 2^-126 lose, times integers below 2^32 */

/* Rounding of the rotation, of estimates and of exact scores in f32, for |q| = |x| = 1. */
static double rounding(size_t dim)
{
    return ((double)dim / 8 + 256) * 0x1p-23;
}

/* ---- margins ---- */

/* Estimates become upper bounds: |<q, x> - <q', x'>| <= |q| |x - x'| + |x'| |q - q'|. */
static void add_margins(struct vector_search *search, const struct query *query)
{
    const struct vectors *v = search->vectors;
    const float *restrict errors = v->codes[query->code].errors, *restrict lengths = v->lengths;
    float *restrict scores = search->scores;
    const bool is_cosine = v->metric == VECTOR_COSINE;
    const double up = 1 + 0x1p-20, slack = rounding(v->dim);
    const float own = (float)((is_cosine ? 1 : search->length) * up);
    const float missed = (float)(query->error * up), rough = (float)slack * own;
    if (v->metric == VECTOR_L2) {
        for (size_t i = 0; i < v->count; i++) {
            const float margin = own * errors[i] + missed * (lengths[i] + errors[i]);
            const float sum = own + lengths[i];
            scores[i] += 2 * margin + ((float)slack * sum * sum + LEAST_MARGIN);
        }
        return;
    }
    for (size_t i = 0; i < v->count; i++) {
        const float length = is_cosine ? 1 : lengths[i];
        const float most = rough * length + LEAST_MARGIN;
        scores[i] += own * errors[i] + missed * (length + errors[i]) + most;
    }
}

/* Upper bounds of the picked rows by both codes.  With r = x - x', r' what the rest's code says and
 * p the rest's query, |<q, r> - <p, r'>| <= |q| |r - r'| + |r'| |q - p| takes the place of
 * |<q, r>| <= |q| |r|; what the rest does not see of the query's first code stays. */
static void sharpen(struct vector_search *search, const struct query *rest, const uint32_t *picks,
                    size_t count, float *ret_scores)
{
    const struct vectors *v = search->vectors;
    const float *restrict errors = v->codes[VECTOR_INT5].errors;
    const float *restrict left = v->codes[VECTOR_INT5_REST].errors;
    const double up = 1 + 0x1p-20;
    const float own = (float)((v->metric == VECTOR_COSINE ? 1 : search->length) * up);
    const float missed = (float)(rest->error * up), factor = v->metric == VECTOR_L2 ? 2 : 1;
    vector_products(search, rest, picks, 0, count, ret_scores);
    for (size_t i = 0; i < count; i++) {
        const float error = errors[picks[i]], rest_error = left[picks[i]];
        const float change = own * (rest_error - error) + missed * (error + rest_error);
        ret_scores[i] = search->scores[picks[i]] + factor * (ret_scores[i] + change);
    }
}

/* What a standard deviation for |q| = 1 and a query without error is to be multiplied with. */
static float deviations_of(const struct vector_search *search, const struct query *query,
                           double noise, float count)
{
    const enum vector_metric metric = search->vectors->metric;
    const double own = metric == VECTOR_COSINE ? 1 : search->length;
    const double all = sqrt(own * own + noise * query->error * query->error);
    return count * (float)(all * (metric == VECTOR_L2 ? 2 : 1));
}

/* Estimates of 1-bit codes become what is so many deviations above them. */
static void add_deviations(struct vector_search *search, float factor)
{
    const struct vectors *v = search->vectors;
    const float *restrict errors = v->codes[VECTOR_BITS].errors;
    float *restrict scores = search->scores;
    for (size_t i = 0; i < v->count; i++) {
        scores[i] += factor * errors[i];
    }
}

/* ---- bands ---- */

/* Places of the scores in [least, below), in order. */
static size_t collect(const float *scores, size_t count, float least, float below,
                      uint32_t *ret_picks)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) {
        ret_picks[found] = (uint32_t)i;
        found += (scores[i] >= least) & (scores[i] < below);
    }
    return found;
}

/* A score that about one in FIRST_PART is above, and at least `least` of them if there are. */
static float first_bound(const float *scores, size_t count, size_t least)
{
    struct vector_hit hits[SAMPLE / 2];
    const size_t step = count / SAMPLE + 1, sampled = (count + step - 1) / step;
    size_t rank = sampled / FIRST_PART + 1;
    while (rank * step < 2 * least) {
        rank++;
    }
    if (rank >= sampled || rank > SAMPLE / 2) {
        return -HUGE_VALF;
    }
    struct best best;
    best_begin(&best, hits, rank);
    for (size_t i = 0; i < count; i += step) {
        best_offer(&best, (uint32_t)i, scores[i]);
    }
    return best_worst(&best);
}

/* Picks whose score reaches `least`, in their order and place. */
static size_t keep_picks(uint32_t *picks, const float *scores, size_t count, float least)
{
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        picks[kept] = picks[i];
        kept += scores[i] >= least;
    }
    return kept;
}

struct cascade {
    struct vector_search *search;
    struct query coarse, rest, fine;
    float coarse_factor, rest_factor; /* of deviations */
    struct best kept, best;
    size_t probes;
};

/* int4 estimates of the picked rows go to the best kept. */
static void refine(struct cascade *c, size_t found, float *room)
{
    struct vector_search *search = c->search;
    if (found > 0) {
        vector_estimate(search, &c->fine, search->picks, 0, found, room);
        best_offer_all(&c->kept, search->picks, 0, room, found);
    }
}

/* Leaves the picks that may reach a bound by the estimates of both bits, too. */
static size_t sift(struct cascade *c, size_t found, float bound, float *room)
{
    struct vector_search *search = c->search;
    const struct vectors *v = search->vectors;
    const struct code_rows *first = &v->codes[VECTOR_BITS], *rest = &v->codes[VECTOR_BITS_REST];
    const bool is_distance = v->metric == VECTOR_L2;
    const float own = (float)(search->length * search->length);
    if (found == 0) {
        return 0;
    }
    vector_products(search, &c->rest, search->picks, 0, found, room);
    for (size_t i = 0; i < found; i++) {
        const uint32_t row = search->picks[i];
        const float score = search->scores[row] - c->coarse_factor * first->errors[row];
        const float bend = is_distance ? v->lengths[row] * v->lengths[row] + own : 0;
        const float product = is_distance ? (score + bend) / 2 : score;
        const float sum = product * rest->shares[row] + room[i];
        room[i] = (is_distance ? 2 * sum - bend : sum) + c->rest_factor * rest->errors[row];
    }
    return keep_picks(search->picks, room, found, bound);
}

/* Exact scores of the most promising rows so far: the worst of the k best of them is a bound. */
static float bound_of(struct cascade *c, float *room)
{
    struct vector_search *search = c->search;
    struct best probes;
    struct vector_hit *hits = search->hits + c->kept.room;
    best_begin(&probes, hits, c->probes);
    for (size_t i = 0; i < c->kept.count; i++) {
        best_offer(&probes, c->kept.hits[i].id, c->kept.hits[i].score);
    }
    for (size_t i = 0; i < probes.count; i++) {
        search->picks[i] = hits[i].id;
    }
    if (probes.count > 0) {
        vector_score(search, search->picks, 0, probes.count, room);
        best_offer_all(&c->best, search->picks, 0, room, probes.count);
    }
    const float bound = best_worst(&c->best);
    c->best.count = 0;
    return bound;
}

static void run_cascade(struct cascade *c, float deviations)
{
    struct vector_search *search = c->search;
    const size_t count = search->vectors->count;
    float *room = search->room_scores;
    c->coarse = c->rest = vector_make_query(search, VECTOR_BITS);
    c->rest.code = VECTOR_BITS_REST;
    c->coarse_factor = deviations_of(search, &c->coarse, QUERY_NOISE, deviations);
    c->rest_factor = deviations_of(search, &c->coarse, REST_NOISE, REST_MORE * deviations);
    vector_estimate(search, &c->coarse, NULL, 0, count, search->scores);
    add_deviations(search, c->coarse_factor);
    c->fine = vector_make_query(search, VECTOR_INT4);
    const float first = first_bound(search->scores, count, c->kept.room);
    refine(c, collect(search->scores, count, first, HUGE_VALF, search->picks), room);
    if (first > -HUGE_VALF) {
        const float bound = bound_of(c, room);
        const size_t found = collect(search->scores, count, bound, first, search->picks);
        refine(c, sift(c, found, bound, room), room);
    }
    vector_finish(search, &c->kept, &c->best);
}

static bool has_code(const struct vectors *vectors, enum vector_code code)
{
    return vectors->codes[code].count == vectors->count;
}

static size_t least_of(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t greatest_of(size_t a, size_t b)
{
    return a > b ? a : b;
}

enum vector_status vector_cascade(struct vector_search *search, const float *query, size_t k,
                                  const struct vector_cascade_options *options,
                                  struct vector_hit *ret_hits, size_t *ret_count)
{
    enum vector_status status = vector_begin(search, query, k, ret_hits, ret_count);
    if (status != VECTOR_OK) {
        return status;
    }
    const struct vector_cascade_options given =
        options != NULL ? *options : (struct vector_cascade_options){0};
    if (!(given.deviations >= 0)) {
        return VECTOR_ERR_ARGUMENT;
    }
    const struct vectors *v = search->vectors;
    if (!has_code(v, VECTOR_BITS) || !has_code(v, VECTOR_BITS_REST) || !has_code(v, VECTOR_INT4)) {
        return VECTOR_ERR_CODE;
    }
    struct cascade c = {.search = search};
    size_t keep = greatest_of(given.keep > 0 ? given.keep : greatest_of(KEEP_DEFAULT, 4 * k), k);
    keep = least_of(keep, v->count);
    c.probes = least_of(greatest_of(PROBES_LEAST, 4 * least_of(k, v->count)), keep);
    status = vector_make_room(search);
    if (status == VECTOR_OK) {
        status = vector_make_hits(search, keep + c.probes);
    }
    if (status != VECTOR_OK) {
        return status;
    }
    best_begin(&c.kept, search->hits, keep);
    best_begin(&c.best, ret_hits, k);
    run_cascade(&c, given.deviations > 0 ? given.deviations : DEVIATIONS_DEFAULT);
    best_sort(&c.best);
    *ret_count = c.best.count;
    return VECTOR_OK;
}

/* ---- certain ---- */

enum vector_status vector_certain(struct vector_search *search, const float *query, size_t k,
                                  struct vector_hit *ret_hits, size_t *ret_count)
{
    enum vector_status status = vector_begin(search, query, k, ret_hits, ret_count);
    if (status != VECTOR_OK) {
        return status;
    }
    const struct vectors *v = search->vectors;
    if (!has_code(v, VECTOR_INT5) || !has_code(v, VECTOR_INT5_REST)) {
        return VECTOR_ERR_CODE;
    }
    const size_t probes = least_of(greatest_of(PROBES_LEAST, 2 * least_of(k, v->count)), v->count);
    status = vector_make_room(search);
    if (status == VECTOR_OK) {
        status = vector_make_hits(search, 2 * probes);
    }
    if (status != VECTOR_OK) {
        return status;
    }
    float *room = search->room_scores;
    const struct query coded = vector_make_query(search, VECTOR_INT5);
    const struct query rest = vector_make_query(search, VECTOR_INT5_REST);
    struct cascade c = {.search = search, .probes = probes};
    best_begin(&c.kept, search->hits, probes);
    best_begin(&c.best, ret_hits, k);
    vector_estimate(search, &coded, NULL, 0, v->count, search->scores);
    add_margins(search, &coded);
    best_offer_all(&c.kept, NULL, 0, search->scores, v->count);
    const float bound = bound_of(&c, room);
    size_t found = collect(search->scores, v->count, bound, HUGE_VALF, search->picks);
    sharpen(search, &rest, search->picks, found, room);
    found = keep_picks(search->picks, room, found, bound);
    vector_score(search, search->picks, 0, found, room);
    best_offer_all(&c.best, search->picks, 0, room, found);
    best_sort(&c.best);
    *ret_count = c.best.count;
    return VECTOR_OK;
}
