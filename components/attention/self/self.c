/* Self-attention of a whole sequence, head by head.
 *
 * Keys and values of one head are packed into panels, once; keys that are masked are left out, so
 * that what a row sees is always a run of packed keys from the first one on, also where it may not
 * look ahead.  Groups of queries then meet tile after tile (Milakov and Gimelshein 2018, Dao et
 * al. 2022), some groups for as long as a tile stays in a cache.  No score outlives its group. */
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "../plan.h"
#include "tiles.h"

#define LOG2_E 1.44269504088896341
#define LN_2 0.693147180559945309
#define ALIGNMENT 64u
#define SCORE_MAX 1e37 /* of sums of products, in any order */
#define ROWS_AHEAD 16u /* that are fetched before they are looked at */
#define LINE 16u       /* numbers of a cache line */

/* One head under way. */
struct packed {
    const struct attention *attention;
    const struct attention_sequence *sequence;
    const struct attention_tiles *tiles;
    size_t dim, padded, room; /* room: packed keys, up to a multiple of TILE */
    size_t stride, head;      /* numbers from a row to the next, and before the head */
    size_t count;             /* keys that are not masked */
    double key_length;        /* of the longest key */
    bool is_short;            /* keys and values are: weights up to 2^SCORE_BOUND may be summed */
    float shrunk;             /* values are packed times this, a power of 2 */
    float largest_key;        /* greatest |number| of the keys; below 0 until it is needed */
    float *keys, *values;
    size_t *seen; /* of each row: packed keys that it sees */
    float *queries, *sums, *maxima, *lengths, *scores;
    size_t *limits;
    bool bounded; /* of the rows under way, see struct attention_tile */
};

static size_t up(size_t count, size_t step)
{
    return (count + step - 1) / step * step;
}

/* Hands out the next part of the scratch memory; with NULL it only counts. */
static void *take(char *memory, size_t *used, size_t count, size_t size)
{
    void *part = memory != NULL ? memory + *used : NULL;
    *used += up(count * size, ALIGNMENT);
    return part;
}

static size_t lay_out(struct packed *p, char *memory)
{
    const size_t rows = (size_t)GROUPS_MAX * p->tiles->rows;
    size_t used = 0;
    p->keys = take(memory, &used, p->room * p->dim, sizeof(float));
    p->values = take(memory, &used, p->room * p->padded, sizeof(float));
    p->seen = take(memory, &used, p->sequence->count, sizeof(size_t));
    p->queries = take(memory, &used, rows * p->dim, sizeof(float));
    p->sums = take(memory, &used, rows * p->padded, sizeof(float));
    p->maxima = take(memory, &used, rows, sizeof(float));
    p->lengths = take(memory, &used, rows * p->tiles->pair / 2, sizeof(float));
    p->limits = take(memory, &used, rows, sizeof(size_t));
    p->scores = take(memory, &used, (size_t)p->tiles->rows * TILE, sizeof(float));
    return used;
}

/* Keeps the memory of the longest sequence so far. */
static enum attention_status make_room(struct attention *attention, struct packed *p)
{
    const size_t bytes = lay_out(p, NULL) + ALIGNMENT;
    if (bytes > attention->self_bytes) {
        void *memory = malloc(bytes);
        if (memory == NULL) {
            return ATTENTION_ERR_MEMORY;
        }
        free(attention->self_memory);
        attention->self_memory = memory;
        attention->self_bytes = bytes;
    }
    char *memory = attention->self_memory;
    lay_out(p, memory + (ALIGNMENT - (uintptr_t)memory % ALIGNMENT));
    return ATTENTION_OK;
}

static enum attention_status check_sequence(const struct attention *attention,
                                            const struct attention_sequence *sequence)
{
    const size_t width = attention->heads * attention->dim;
    if (attention->score != ATTENTION_DOT || (sequence->stride != 0 && sequence->stride < width)) {
        return ATTENTION_ERR_ARGUMENT;
    }
    if (sequence->count > ATTENTION_SEQUENCE_MAX) {
        return ATTENTION_ERR_LIMIT;
    }
    const bool present =
        sequence->queries != NULL && sequence->keys != NULL && sequence->values != NULL;
    return sequence->count == 0 || present ? ATTENTION_OK : ATTENTION_ERR_ARGUMENT;
}

/* ---- packing ---- */

/* The greatest |number| of a row; NaN or infinity when one is not finite: without their sign, bits
 * of floats are ordered as whole numbers, and those of infinity and NaN are the greatest. */
static float greatest_in(const float *row, size_t dim, float known)
{
    int32_t greatest, bits;
    memcpy(&greatest, &known, sizeof greatest);
    for (size_t k = 0; k < dim; k++) {
        memcpy(&bits, row + k, sizeof bits);
        bits &= INT32_MAX;
        greatest = bits > greatest ? bits : greatest;
    }
    memcpy(&known, &greatest, sizeof known);
    return known;
}

/* One head of a row, ROWS_AHEAD rows from here: rows lie so far from each other that processors do
 * not see where the next one begins. */
static void fetch_row(const struct packed *p, const float *rows, size_t i)
{
    if (i + ROWS_AHEAD < p->sequence->count) {
        const float *row = rows + (i + ROWS_AHEAD) * p->stride + p->head;
        for (size_t k = 0; k < p->dim; k += LINE) {
            __builtin_prefetch(row + k);
        }
    }
}

static bool is_there(const struct attention_sequence *sequence, size_t i)
{
    return sequence->mask == NULL || sequence->mask[i] != 0;
}

/* How great numbers of keys and values are, exactly. */
static enum attention_status examine(struct packed *p)
{
    const struct attention_sequence *sequence = p->sequence;
    float largest = 0;
    p->largest_key = 0;
    for (size_t i = 0; i < sequence->count; i++) {
        const size_t at = i * p->stride + p->head;
        if (is_there(sequence, i)) {
            p->largest_key = greatest_in(sequence->keys + at, p->dim, p->largest_key);
            largest = greatest_in(sequence->values + at, p->dim, largest);
        }
    }
    const double most = (double)largest * (double)(p->count + 1);
    p->shrunk = most > (double)FLT_MAX / 4 ? 0.5f / (float)ATTENTION_SEQUENCE_MAX : 1.0f;
    return isfinite(p->largest_key) && isfinite(largest) ? ATTENTION_OK : ATTENTION_ERR_NOT_FINITE;
}

/* What rows see; how long keys and values are. */
static enum attention_status survey(struct packed *p)
{
    const struct attention_sequence *sequence = p->sequence;
    float key = 0, value = 0; /* squares of the longest ones */
    p->count = 0;
    for (size_t i = 0; i < sequence->count; i++) {
        const size_t at = i * p->stride + p->head;
        if (is_there(sequence, i)) {
            fetch_row(p, sequence->keys, i);
            fetch_row(p, sequence->values, i);
            const float squares[2] = {p->tiles->square(sequence->keys + at, p->dim),
                                      p->tiles->square(sequence->values + at, p->dim)};
            key = greatest_in(&squares[0], 1, key);
            value = greatest_in(&squares[1], 1, value);
            p->count++;
        }
        p->seen[i] = p->count;
    }
    for (size_t i = 0; i < sequence->count && !sequence->causal; i++) {
        p->seen[i] = p->count;
    }
    const double most = sqrt((double)value) * (double)(p->count + 1) * exp2(SCORE_BOUND);
    p->key_length = sqrt((double)key);
    p->is_short = isfinite(key) && most <= (double)FLT_MAX / 4;
    p->shrunk = 1;
    p->largest_key = -1;
    return p->is_short ? ATTENTION_OK : examine(p);
}

static void pack_key(struct packed *p, size_t to, const float *key)
{
    const size_t pair = p->tiles->pair;
    float *panel = p->keys + to / pair * pair * p->dim + to % pair;
    for (size_t k = 0; k < p->dim; k++) {
        panel[k * pair] = key != NULL ? key[k] : 0;
    }
}

static void pack_value(struct packed *p, size_t to, const float *value)
{
    const size_t pair = p->tiles->pair;
    float *panel = p->values + to * pair;
    for (size_t begin = 0; begin < p->dim; begin += pair, panel += p->room * pair) {
        const size_t left = p->dim - begin, count = left < pair ? left : pair;
        for (size_t k = 0; k < count; k++) {
            panel[k] = value[begin + k] * p->shrunk;
        }
        memset(panel + count, 0, (pair - count) * sizeof *panel);
    }
}

/* Keys behind the last one, in its panel, are 0; values behind it are not looked at. */
static void pack(struct packed *p)
{
    const struct attention_sequence *sequence = p->sequence;
    size_t to = 0;
    for (size_t i = 0; i < sequence->count; i++) {
        if (is_there(sequence, i)) {
            const size_t at = i * p->stride + p->head;
            pack_key(p, to, sequence->keys + at);
            pack_value(p, to, sequence->values + at);
            to++;
        }
    }
    for (; to % p->tiles->pair != 0; to++) {
        pack_key(p, to, NULL);
    }
}

/* ---- rows ---- */

/* Whether no score of these rows is beyond SCORE_BOUND, by Cauchy and Schwarz: then weights are
 * powers of scores as they are, and nobody looks for the greatest. */
static bool are_bounded(const struct packed *p, size_t first, size_t count, float factor)
{
    float greatest = 0;
    for (size_t i = first; i < first + count; i++) {
        const float *query = p->sequence->queries + i * p->stride + p->head;
        fetch_row(p, p->sequence->queries, i);
        const float square = p->tiles->square(query, p->dim);
        greatest = greatest_in(&square, 1, greatest);
    }
    const double length = sqrt((double)greatest) * (double)factor;
    return p->is_short && length * p->key_length <= SCORE_BOUND;
}

/* Whether sums of products of the query stay in f32, whatever their order. */
static bool is_within_floats(const struct packed *p, const float *query, float factor)
{
    const double largest = (double)greatest_in(query, p->dim, 0) * (double)factor;
    const double terms = (double)p->dim * largest;
    return terms <= SCORE_MAX && terms * (double)p->largest_key <= SCORE_MAX;
}

/* Rows behind the last one see nothing. */
static enum attention_status begin_rows(struct packed *p, size_t first, size_t rows)
{
    const struct attention_sequence *sequence = p->sequence;
    const size_t left = sequence->count - first, count = left < rows ? left : rows;
    const float factor = (float)((double)p->attention->scale * LOG2_E);
    p->bounded = are_bounded(p, first, count, factor);
    const enum attention_status status =
        p->bounded || p->largest_key >= 0 ? ATTENTION_OK : examine(p);
    memset(p->queries, 0, rows * p->dim * sizeof *p->queries);
    memset(p->sums, 0, rows * p->padded * sizeof *p->sums);
    memset(p->lengths, 0, rows * p->tiles->pair / 2 * sizeof *p->lengths);
    for (size_t r = 0; r < rows; r++) {
        p->maxima[r] = p->bounded ? 0 : -INFINITY;
    }
    for (size_t r = 0; r < count && status == ATTENTION_OK; r++) {
        const float *query = sequence->queries + (first + r) * p->stride + p->head;
        if (!p->bounded && !is_within_floats(p, query, factor)) {
            return ATTENTION_ERR_NOT_FINITE;
        }
        for (size_t k = 0; k < p->dim; k++) {
            p->queries[r * p->dim + k] = query[k] * factor;
        }
    }
    return status;
}

/* How many keys of the tile the rows of a group see; false when none sees any. */
static bool limit_group(const struct packed *p, size_t first, size_t tile)
{
    bool any = false;
    for (size_t r = 0; r < p->tiles->rows; r++) {
        const size_t seen = first + r < p->sequence->count ? p->seen[first + r] : 0;
        const size_t left = seen > tile ? seen - tile : 0;
        p->limits[r] = left < TILE ? left : TILE;
        any = any || left > 0;
    }
    return any;
}

static void meet_groups(const struct packed *p, size_t first, size_t rows, size_t tile)
{
    for (size_t r = 0; r < rows; r += p->tiles->rows) {
        if (limit_group(p, first + r, tile)) {
            p->tiles->meet(&(struct attention_tile){
                .keys = p->keys + tile * p->dim,
                .values = p->values + tile * p->tiles->pair,
                .value_pitch = p->room * p->tiles->pair,
                .dim = p->dim,
                .padded = p->padded,
                .queries = p->queries + r * p->dim,
                .limits = p->limits,
                .sums = p->sums + r * p->padded,
                .maxima = p->maxima + r,
                .lengths = p->lengths + r * p->tiles->pair / 2,
                .scores = p->scores,
                .bounded = p->bounded,
            });
        }
    }
}

static float length_of(const struct packed *p, size_t r)
{
    const size_t lanes = p->tiles->pair / 2;
    float length = 0;
    for (size_t k = 0; k < lanes; k++) {
        length += p->lengths[r * lanes + k];
    }
    return length;
}

/* The output's lines, which are written when the rows have met all tiles. */
static void fetch_output(const struct packed *p, size_t first, size_t rows, const float *output)
{
    const size_t width = p->attention->heads * p->dim;
    for (size_t i = first; i < first + rows && i < p->sequence->count; i++) {
        for (size_t k = 0; k < p->dim; k += LINE) {
            __builtin_prefetch(output + i * width + p->head + k, 1);
        }
    }
}

/* Returns whether a row saw anything. */
static bool conclude_rows(const struct packed *p, size_t first, size_t rows, float *ret_output,
                          float *ret_logarithms)
{
    const size_t heads = p->attention->heads, h = p->head / p->dim;
    bool any = false;
    for (size_t r = 0; r < rows && first + r < p->sequence->count; r++) {
        const float length = length_of(p, r);
        const float factor = length > 0 ? 1 / length / p->shrunk : 0;
        float *output = ret_output + ((first + r) * heads + h) * p->dim;
        for (size_t k = 0; k < p->dim; k++) {
            output[k] = p->sums[r * p->padded + k] * factor;
        }
        if (ret_logarithms != NULL) {
            const double power = (double)p->maxima[r] + log2((double)length);
            ret_logarithms[(first + r) * heads + h] =
                length > 0 ? (float)(power * LN_2) : -INFINITY;
        }
        any = any || length > 0;
    }
    return any;
}

static enum attention_status attend_head(struct packed *p, float *ret_output, float *ret_logarithms)
{
    const size_t rows = (size_t)GROUPS_MAX * p->tiles->rows;
    enum attention_status status = survey(p);
    bool any = false;
    if (status == ATTENTION_OK) {
        pack(p);
    }
    for (size_t first = 0; status == ATTENTION_OK && first < p->sequence->count; first += rows) {
        status = begin_rows(p, first, rows);
        fetch_output(p, first, rows, ret_output);
        for (size_t tile = 0; status == ATTENTION_OK && tile < p->count; tile += TILE) {
            meet_groups(p, first, rows, tile);
        }
        if (status == ATTENTION_OK) {
            any = conclude_rows(p, first, rows, ret_output, ret_logarithms) || any;
        }
    }
    return status != ATTENTION_OK || any ? status : ATTENTION_EMPTY;
}

enum attention_status attention_self(struct attention *attention,
                                     const struct attention_sequence *sequence, float *ret_output,
                                     float *ret_logarithms)
{
    if (attention == NULL || sequence == NULL || (ret_output == NULL && sequence->count > 0)) {
        return ATTENTION_ERR_ARGUMENT;
    }
    enum attention_status status = check_sequence(attention, sequence);
    if (status != ATTENTION_OK || sequence->count == 0) {
        return status != ATTENTION_OK ? status : ATTENTION_EMPTY;
    }
    const struct attention_tiles *tiles = attention->kernel->tiles;
    const size_t width = attention->heads * attention->dim;
    struct packed packed = {
        .attention = attention,
        .sequence = sequence,
        .tiles = tiles,
        .dim = attention->dim,
        .padded = up(attention->dim, tiles->pair),
        .room = up(sequence->count, TILE),
        .stride = sequence->stride != 0 ? sequence->stride : width,
    };
    status = make_room(attention, &packed);
    for (size_t h = 0; status >= ATTENTION_OK && h < attention->heads; h++) {
        packed.head = h * packed.dim;
        status = attend_head(&packed, ret_output, ret_logarithms);
    }
    return status;
}
