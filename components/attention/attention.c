/* Attention by online softmax: a walk over the memories, block by block, that keeps for each head
 * the greatest score so far, and the sum of weights and of weighted values relative to it.
 *
 * When a block has a greater score, all sums so far are multiplied by e^(old - new); that happens
 * some ln N times.  Sums of values are taken in f32 and folded into double precision every FOLD
 * memories, so that the error does not grow with the number of memories. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "plan.h"
#include "self/tiles.h"

/* ---- hyperbolic values ---- */

/* From Klein's model, in which the midpoint is a mean, to the form of the input: the factor of
 * a point with this |x|^2. */
static double land(const struct attention *attention, double norm)
{
    const double root = sqrt(fmax(1 - (double)attention->curvature * norm, 1e-12));
    return attention->score == ATTENTION_LORENTZ ? 1 / root : 1 / (1 + root);
}

static enum attention_status check_ball(const struct attention *attention, const float *norms,
                                        size_t count)
{
    if (attention->score != ATTENTION_POINCARE) {
        return ATTENTION_OK;
    }
    const float greatest = attention->kernel->greatest(norms, count);
    if (isnan(greatest)) {
        return ATTENTION_ERR_NOT_FINITE;
    }
    return attention->curvature * greatest < 1 ? ATTENTION_OK : ATTENTION_ERR_BALL;
}

/* ---- the blocks of a walk ---- */

static size_t size_of(enum attention_type type)
{
    return type == ATTENTION_F32 ? 4 : type == ATTENTION_F16 ? 2 : 1;
}

/* Keys and values of all heads. */
static bool is_beyond_caches(const struct attention *attention,
                             const struct attention_memory *memory, size_t size)
{
    const size_t heads = memory->shared ? 1 : attention->heads;
    return memory->count > CACHED_MAX / (2 * heads * attention->dim * size);
}

enum attention_status walk_begin(struct attention *attention, const struct attention_memory *memory,
                                 size_t first_head, size_t heads, struct walk *ret_walk)
{
    const bool present = memory->keys != NULL && memory->values != NULL;
    const bool scaled = memory->key_scales != NULL && memory->value_scales != NULL;
    const bool known = memory->type == ATTENTION_F32 || memory->type == ATTENTION_F16 ||
                       (memory->type == ATTENTION_INT8 && attention->score == ATTENTION_DOT);
    if (!known || (memory->count > 0 && !present) ||
        (memory->count > 0 && memory->type == ATTENTION_INT8 && !scaled)) {
        return ATTENTION_ERR_ARGUMENT;
    }
    const size_t row = memory->shared ? attention->dim : attention->heads * attention->dim;
    const size_t stride = memory->stride != 0 ? memory->stride : row;
    const size_t step = memory->head_stride != 0 ? memory->head_stride : attention->dim;
    const size_t size = size_of(memory->type);
    if (memory->count > ATTENTION_COUNT_MAX || stride > SIZE_MAX / size || step > SIZE_MAX / size) {
        return ATTENTION_ERR_LIMIT;
    }
    struct attention_rows rows = {
        .pitch = (attention->block + LANES - 1) / LANES * LANES,
        .stride = stride * size,
        .head_stride = memory->shared ? 0 : step * size,
        .heads = heads,
        .dim = attention->dim,
        .type = memory->type,
        .is_far = is_beyond_caches(attention, memory, size),
    };
    const bool is_spread = rows.is_far && memory->mask == NULL && attention->block >= ROWS_AT_ONCE;
    *ret_walk = (struct walk){.memory = memory,
                              .first_head = first_head,
                              .heads = heads,
                              .per = is_spread ? memory->count / ROWS_AT_ONCE : 0,
                              .keys = rows,
                              .values = rows};
    return ATTENTION_OK;
}

/* The next memories that are not masked. */
static void pick(struct attention *attention, struct walk *walk)
{
    const struct attention_memory *memory = walk->memory;
    size_t i = walk->next;
    for (; i < memory->count && walk->count < attention->block; i++) {
        attention->picks[walk->count] = (uint32_t)i;
        walk->count += memory->mask[i] != 0;
    }
    walk->next = i;
}

/* The next memories of each stream, side by side. */
static void spread(struct attention *attention, struct walk *walk)
{
    const size_t block = attention->block / ROWS_AT_ONCE * ROWS_AT_ONCE;
    const size_t left = walk->per * ROWS_AT_ONCE - walk->next;
    walk->count = left < block ? left : block;
    for (size_t r = 0; r < walk->count; r++) {
        const size_t place = walk->next + r;
        attention->picks[r] = (uint32_t)(place % ROWS_AT_ONCE * walk->per + place / ROWS_AT_ONCE);
    }
    walk->next += walk->count;
}

bool walk_next(struct attention *attention, struct walk *walk)
{
    const struct attention_memory *memory = walk->memory;
    const bool is_spread = walk->next < walk->per * ROWS_AT_ONCE;
    const bool picks = memory->mask != NULL || is_spread;
    size_t skipped = 0;
    walk->begin = walk->next;
    walk->count = 0;
    if (memory->mask != NULL) {
        pick(attention, walk);
    } else if (is_spread) {
        spread(attention, walk);
    } else {
        const size_t left = memory->count - walk->next;
        walk->count = left < attention->block ? left : attention->block;
        walk->next += walk->count;
        skipped = walk->begin * walk->keys.stride;
    }
    if (walk->count == 0) {
        return false;
    }
    skipped += walk->first_head * walk->keys.head_stride;
    walk->seen += walk->count;
    walk->keys.count = walk->values.count = walk->count;
    walk->keys.picks = walk->values.picks = picks ? attention->picks : NULL;
    walk->keys.is_spread = walk->values.is_spread = is_spread;
    walk->keys.base = (const char *)memory->keys + skipped;
    walk->values.base = (const char *)memory->values + skipped;
    return true;
}

/* Multiplies numbers of a block with what each of its rows has. */
static void scale_rows(const struct walk *walk, const float *scales, float *numbers)
{
    const uint32_t *picks = walk->keys.picks;
    for (size_t h = 0; h < walk->heads; h++) {
        float *of_head = numbers + h * walk->keys.pitch;
        for (size_t r = 0; r < walk->count; r++) {
            of_head[r] *= scales[picks != NULL ? picks[r] : walk->begin + r];
        }
    }
}

/* Norms that were given, as the kernels would write them: the last one fills its group. */
static void take_norms(struct attention *attention, const struct walk *walk, const float *given)
{
    const size_t heads = walk->memory->shared ? 1 : attention->heads;
    for (size_t h = 0; h < walk->heads; h++) {
        const size_t own = walk->memory->shared ? 0 : walk->first_head + h;
        float *norms = attention->norms + h * walk->keys.pitch;
        for (size_t r = 0; r < walk->count || r % ROWS_AT_ONCE != 0; r++) {
            const size_t kept = r < walk->count ? r : walk->count - 1;
            const size_t i = walk->keys.picks != NULL ? walk->keys.picks[kept] : walk->begin + kept;
            norms[r] = given[i * heads + own];
        }
    }
}

/* ---- scores, weights, sums ---- */

static struct attention_curve curve_of(const struct attention *attention, float norm)
{
    const float c = attention->curvature;
    return (struct attention_curve){attention->score, c, attention->scale / sqrtf(c), norm};
}

static enum attention_status score_distances(struct attention *attention, const struct walk *walk,
                                             const float *query, float *ret_scores)
{
    const size_t pitch = walk->keys.pitch;
    if (walk->memory->key_norms != NULL) {
        take_norms(attention, walk, walk->memory->key_norms);
        attention->kernel->squares(&walk->keys, query, ret_scores);
    } else {
        attention->kernel->distances(&walk->keys, query, ret_scores, attention->norms);
    }
    for (size_t h = 0; h < walk->heads; h++) {
        const float *own = query + h * attention->dim;
        const float norm =
            attention->curvature * attention->kernel->tiles->square(own, attention->dim);
        const struct attention_curve curve = curve_of(attention, norm);
        const float *norms = attention->norms + h * pitch;
        enum attention_status status = check_ball(attention, norms, walk->count);
        if (status == ATTENTION_OK && attention->score == ATTENTION_POINCARE && norm >= 1) {
            status = isfinite(norm) ? ATTENTION_ERR_BALL : ATTENTION_ERR_NOT_FINITE;
        }
        if (status != ATTENTION_OK) {
            return status;
        }
        attention->kernel->bend(&curve, walk->count, norms, ret_scores + h * pitch);
    }
    return ATTENTION_OK;
}

enum attention_status score_block(struct attention *attention, const struct walk *walk,
                                  const float *query, float *ret_scores)
{
    if (attention->score != ATTENTION_DOT) {
        return score_distances(attention, walk, query, ret_scores);
    }
    attention->kernel->dots(&walk->keys, attention->query, ret_scores);
    if (walk->memory->type == ATTENTION_INT8) {
        scale_rows(walk, walk->memory->key_scales, ret_scores);
    }
    return ATTENTION_OK;
}

/* Some rows of a block, from row r on. */
static struct attention_rows part_of(const struct attention_rows *rows, size_t r, size_t count)
{
    struct attention_rows part = *rows;
    const size_t left = rows->count - r;
    part.count = left < count ? left : count;
    part.picks = rows->picks != NULL ? rows->picks + r : NULL;
    part.base += rows->picks != NULL ? 0 : r * rows->stride;
    return part;
}

/* Weights of points whose norms are known become those of the sum. */
static enum attention_status lift_points(struct attention *attention,
                                         const struct attention_rows *rows, float *weights)
{
    const struct attention_curve curve = curve_of(attention, 0);
    for (size_t h = 0; h < rows->heads; h++) {
        const float *norms = attention->norms + h * rows->pitch;
        const enum attention_status status = check_ball(attention, norms, rows->count);
        if (status != ATTENTION_OK) {
            return status;
        }
        attention->masses[h] +=
            (double)attention->kernel->lift(&curve, rows->count, norms, weights + h * rows->pitch);
    }
    return ATTENTION_OK;
}

/* Points are looked at twice: so many at a time as stay in the first cache. */
static enum attention_status blend_all_points(struct attention *attention, const struct walk *walk,
                                              float *weights)
{
    enum attention_status status = ATTENTION_OK;
    for (size_t r = 0; r < walk->count && status == ATTENTION_OK; r += ROWS_AT_ONCE) {
        struct attention_rows rows = part_of(&walk->values, r, ROWS_AT_ONCE);
        attention->kernel->norms(&rows, attention->norms);
        status = lift_points(attention, &rows, weights + r);
        rows.is_far = false; /* since their norms were taken */
        if (status == ATTENTION_OK) {
            attention->kernel->blend(&rows, weights + r, attention->sums);
        }
    }
    return status;
}

enum attention_status blend_block(struct attention *attention, const struct walk *walk,
                                  float *weights)
{
    enum attention_status status = ATTENTION_OK;
    if (attention->score != ATTENTION_DOT && walk->memory->value_norms == NULL) {
        return blend_all_points(attention, walk, weights);
    }
    if (attention->score != ATTENTION_DOT) {
        take_norms(attention, walk, walk->memory->value_norms);
        status = lift_points(attention, &walk->values, weights);
    } else if (walk->memory->type == ATTENTION_INT8) {
        scale_rows(walk, walk->memory->value_scales, weights);
    }
    if (status == ATTENTION_OK) {
        attention->kernel->blend(&walk->values, weights, attention->sums);
    }
    return status;
}

void begin_sums(struct attention *attention, const float *query, size_t heads)
{
    const size_t width = heads * attention->dim;
    memset(attention->sums, 0, width * sizeof *attention->sums);
    memset(attention->totals, 0, width * sizeof *attention->totals);
    for (size_t h = 0; h < heads; h++) {
        attention->masses[h] = attention->lengths[h] = 0;
        attention->maxima[h] = -INFINITY;
    }
    for (size_t k = 0; k < width; k++) {
        attention->query[k] = query[k] * attention->scale;
    }
}

void fold_sums(struct attention *attention, size_t heads)
{
    attention->kernel->fold(attention->sums, heads * attention->dim, attention->totals);
}

/* Makes all sums of head h relative to a new greatest score; before the first one there are none.
 */
static void rebase(struct attention *attention, size_t h, float greatest)
{
    const bool is_first = attention->maxima[h] == -INFINITY;
    const double factor = is_first ? 0 : exp((double)attention->maxima[h] - (double)greatest);
    const size_t begin = h * attention->dim, end = is_first ? begin : begin + attention->dim;
    for (size_t k = begin; k < end; k++) {
        attention->sums[k] *= (float)factor;
        attention->totals[k] *= factor;
    }
    attention->masses[h] *= factor;
    attention->lengths[h] *= factor;
    attention->maxima[h] = greatest;
}

static enum attention_status weigh_block(struct attention *attention, const struct walk *walk)
{
    for (size_t h = 0; h < walk->heads; h++) {
        float *scores = attention->scores + h * walk->keys.pitch;
        const float greatest = attention->kernel->greatest(scores, walk->count);
        if (isnan(greatest)) {
            return ATTENTION_ERR_NOT_FINITE;
        }
        if (greatest > attention->maxima[h]) {
            rebase(attention, h, greatest);
        }
        attention->lengths[h] +=
            (double)attention->kernel->weigh(scores, walk->count, attention->maxima[h]);
    }
    return ATTENTION_OK;
}

enum attention_status attend(struct attention *attention, struct walk *walk, const float *query)
{
    begin_sums(attention, query, walk->heads);
    for (size_t folded = 0; walk_next(attention, walk);) {
        enum attention_status status = score_block(attention, walk, query, attention->scores);
        if (status == ATTENTION_OK) {
            status = weigh_block(attention, walk);
        }
        if (status == ATTENTION_OK) {
            status = blend_block(attention, walk, attention->scores);
        }
        if (status != ATTENTION_OK) {
            return status;
        }
        if (walk->seen - folded >= FOLD) {
            folded = walk->seen;
            fold_sums(attention, walk->heads);
        }
    }
    fold_sums(attention, walk->heads);
    return ATTENTION_OK;
}

static void clear(const struct attention *attention, size_t heads, float *ret_output,
                  float *ret_logarithm)
{
    memset(ret_output, 0, heads * attention->dim * sizeof *ret_output);
    for (size_t h = 0; h < heads && ret_logarithm != NULL; h++) {
        ret_logarithm[h] = -INFINITY;
    }
}

/* What makes the output of the sums of head h. */
static double factor_of(const struct attention *attention, const double *totals, size_t h)
{
    if (attention->score == ATTENTION_DOT) {
        return 1 / attention->lengths[h];
    }
    const double factor = 1 / attention->masses[h];
    const double norm = attention->kernel->square(totals, attention->dim) * factor * factor;
    return factor * land(attention, norm);
}

enum attention_status conclude(struct attention *attention, const struct walk *walk,
                               float *ret_output, float *ret_logarithm)
{
    if (walk->seen == 0) {
        clear(attention, walk->heads, ret_output, ret_logarithm);
        return ATTENTION_EMPTY;
    }
    const size_t dim = attention->dim;
    bool finite = true;
    for (size_t h = 0; h < walk->heads; h++) {
        const double *totals = attention->totals + h * dim;
        const double factor = factor_of(attention, totals, h);
        finite =
            attention->kernel->finish(totals, dim, factor, attention->sums + h * dim) && finite;
    }
    if (!finite) {
        return ATTENTION_ERR_NOT_FINITE;
    }
    memcpy(ret_output, attention->sums, walk->heads * dim * sizeof *ret_output);
    for (size_t h = 0; h < walk->heads && ret_logarithm != NULL; h++) {
        ret_logarithm[h] = (float)((double)attention->maxima[h] + log(attention->lengths[h]));
    }
    return ATTENTION_OK;
}

enum attention_status attention_flash(struct attention *attention,
                                      const struct attention_memory *memory, const float *query,
                                      float *ret_output, float *ret_logarithm)
{
    if (attention == NULL || memory == NULL || query == NULL || ret_output == NULL) {
        return ATTENTION_ERR_ARGUMENT;
    }
    struct walk walk;
    enum attention_status status = walk_begin(attention, memory, 0, attention->heads, &walk);
    if (status == ATTENTION_OK) {
        status = attend(attention, &walk, query);
    }
    return status == ATTENTION_OK ? conclude(attention, &walk, ret_output, ret_logarithm) : status;
}
