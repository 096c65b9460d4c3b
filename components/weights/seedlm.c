/* Blocks of weights as a seed and a few coefficients: SeedLM (arXiv 2410.10714).
 *
 * A shift register of 16 bits walks through all 65535 states; a seed is a state, and U, the matrix
 * of a block, has the numbers that follow, column by column: U(i, j) = v(p + j * block + i), where
 * p is the seed's place in the sequence and v = (state - 32768) / 32767.  A block is taken to be U
 * t.
 *
 * The search.  With the numbers of U lying in one sequence, U' w for all seeds is one correlation
 * of the block with the sequence, and what the best real coefficients take away from |w|^2 is |L^-1
 * U' w|^2, with the Cholesky factor L of U' U, which no block changes.  So the error with unrounded
 * coefficients is known of every seed for some 20 operations.  Rounding only adds to it: the seed
 * that is best before rounding gives a bound, and only seeds whose error is below the bound are
 * looked at with rounded coefficients.  The result is that of trying all.
 *
 * Coefficients are whole numbers from -8 to 7 times 2^e, with the least e that holds the greatest
 * of them, -8 .. 7; weights are divided by their row's root mean square before. */
#include <math.h>
#include <pthread.h>
#include <string.h>

#include "kernels.h"

#define TAPS 0xB400u /* x^16 + x^14 + x^13 + x^11 + 1: all states but zero */
#define RANK_LEAST 1e-6

/* The sequence, and where each state stands in it. */
static float states[SEED_NUMBERS];
static uint16_t state_at[SEEDS];
static uint16_t place_of[SEEDS + 1];
static float factor_tables[2][FACTORS_MAX][SEEDS + 1];
static struct weights_factors factors[2] = {
    {.states = states, .coefficients = 3, .block = 8},
    {.states = states, .coefficients = 4, .block = 12},
};

/* ---- tables ---- */

static void make_states(void)
{
    unsigned state = 1;
    for (size_t i = 0; i < SEEDS; i++) {
        states[i] = ((float)state - 32768) / 32767;
        state_at[i] = (uint16_t)state;
        place_of[state] = (uint16_t)i;
        state = state >> 1 ^ (state & 1 ? TAPS : 0);
    }
    for (size_t i = SEEDS; i < SEED_NUMBERS; i++) {
        states[i] = states[i - SEEDS];
    }
}

/* L of U' U at a place, then its inverse, both lower triangles; false where U has too little rank.
 */
static bool invert_factor(const float *u, unsigned n, unsigned block, double ret[4][4])
{
    double l[4][4] = {{0}};
    for (unsigned i = 0; i < n; i++) {
        for (unsigned j = 0; j <= i; j++) {
            double sum = 0;
            for (unsigned k = 0; k < block; k++) {
                sum += (double)u[i * block + k] * (double)u[j * block + k];
            }
            for (unsigned k = 0; k < j; k++) {
                sum -= l[i][k] * l[j][k];
            }
            if (i == j && sum < RANK_LEAST) {
                return false;
            }
            l[i][j] = i == j ? sqrt(sum) : sum / l[j][j];
        }
    }
    for (unsigned i = 0; i < n; i++) {
        ret[i][i] = 1 / l[i][i];
        for (unsigned j = 0; j < i; j++) {
            double sum = 0;
            for (unsigned k = j; k < i; k++) {
                sum += l[i][k] * ret[k][j];
            }
            ret[i][j] = -sum / l[i][i];
        }
    }
    return true;
}

static void make_factors(struct weights_factors *own, float table[FACTORS_MAX][SEEDS + 1])
{
    for (unsigned f = 0; f < FACTORS_MAX; f++) {
        own->of[f] = table[f];
    }
    for (size_t p = 0; p < SEEDS; p++) {
        double inverse[4][4] = {{0}};
        if (!invert_factor(states + p, own->coefficients, own->block, inverse)) {
            continue; /* zeros: such a seed takes nothing away, and is never chosen */
        }
        unsigned f = 0;
        for (unsigned i = 0; i < own->coefficients; i++) {
            for (unsigned j = 0; j <= i; j++) {
                table[f++][p] = (float)inverse[i][j];
            }
        }
    }
}

static void make_tables(void)
{
    make_states();
    make_factors(&factors[0], factor_tables[0]);
    make_factors(&factors[1], factor_tables[1]);
}

static const struct weights_factors *factors_for(unsigned block)
{
    static pthread_once_t made = PTHREAD_ONCE_INIT;
    pthread_once(&made, make_tables);
    return &factors[block == 8 ? 0 : 1];
}

/* ---- one block ---- */

struct block_code {
    uint16_t place; /* of the seed */
    int8_t exponent;
    int8_t coefficients[COEFFICIENTS_MAX];
};

/* The best real coefficients of a place: L'^-1 L^-1 U' w. */
static void solve(const struct weights_factors *own, const float *w, size_t p,
                  float ret[COEFFICIENTS_MAX])
{
    const unsigned n = own->coefficients;
    float products[COEFFICIENTS_MAX] = {0}, y[COEFFICIENTS_MAX];
    for (unsigned j = 0; j < n; j++) {
        for (unsigned i = 0; i < own->block; i++) {
            products[j] += w[i] * states[p + (size_t)j * own->block + i];
        }
    }
    for (unsigned i = 0, f = 0; i < n; i++) {
        y[i] = 0;
        for (unsigned j = 0; j <= i; j++, f++) {
            y[i] += own->of[f][p] * products[j];
        }
        ret[i] = 0;
    }
    for (unsigned i = 0, f = 0; i < n; i++) {
        for (unsigned j = 0; j <= i; j++, f++) {
            ret[j] += own->of[f][p] * y[i];
        }
    }
}

static void restore(const struct block_code *code, const struct weights_factors *own, float *ret)
{
    const float *u = states + code->place;
    const float scale = ldexpf(1, code->exponent);
    for (unsigned i = 0; i < own->block; i++) {
        ret[i] = 0;
        for (unsigned j = 0; j < own->coefficients; j++) {
            ret[i] += scale * (float)code->coefficients[j] * u[j * own->block + i];
        }
    }
}

/* Rounded coefficients of a place, and the square of the error that they leave. */
static double try_place(const struct weights_factors *own, const float *w, size_t p,
                        struct block_code *ret)
{
    float t[COEFFICIENTS_MAX], restored[BLOCK_MAX], greatest = 0;
    double error = 0;
    int exponent;
    solve(own, w, p, t);
    for (unsigned j = 0; j < own->coefficients; j++) {
        greatest = fmaxf(greatest, fabsf(t[j]));
    }
    const float mantissa = frexpf(greatest / 7.49f, &exponent);
    exponent -= mantissa == 0.5f; /* the least e with greatest / 7.49 <= 2^e */
    exponent = exponent < -8 ? -8 : exponent > 7 ? 7 : exponent;
    *ret = (struct block_code){.place = (uint16_t)p, .exponent = (int8_t)exponent};
    for (unsigned j = 0; j < own->coefficients; j++) {
        const float rounded = rintf(ldexpf(t[j], -exponent));
        ret->coefficients[j] = (int8_t)fmaxf(fminf(rounded, 7), -8);
    }
    restore(ret, own, restored);
    for (unsigned i = 0; i < own->block; i++) {
        error += ((double)w[i] - (double)restored[i]) * ((double)w[i] - (double)restored[i]);
    }
    return error;
}

/* The first place with the greatest energy. */
static size_t greatest_place(const float *energies, const float *of_chunks)
{
    size_t chunk = 0;
    for (size_t c = 1; c < SEED_CHUNKS; c++) {
        chunk = of_chunks[c] > of_chunks[chunk] ? c : chunk;
    }
    size_t p = chunk * SEED_CHUNK;
    while (p + 1 < SEEDS && energies[p] < of_chunks[chunk]) {
        p++;
    }
    return p;
}

/* What rounding errors of f32 may hide: a share of the block's square. */
#define DOUBT 1e-5

/* A search under way: all that is known of the block, and the best code so far. */
struct search {
    const struct weights_factors *own;
    const float *w, *energies;
    double square, error;
    struct block_code best;
};

/* Tries the places of one chunk that may be better than the best so far. */
static void try_chunk(struct search *s, size_t chunk)
{
    const size_t first = chunk * SEED_CHUNK, rest = SEEDS - first;
    for (size_t p = first; p < first + (rest < SEED_CHUNK ? rest : SEED_CHUNK); p++) {
        struct block_code code;
        if ((double)s->energies[p] < s->square * (1 - DOUBT) - s->error) {
            continue;
        }
        const double error = try_place(s->own, s->w, p, &code);
        if (error < s->error) {
            s->error = error;
            s->best = code;
        }
    }
}

static struct block_code search(const struct weights_factors *own,
                                const struct weights_blocks *blocks, size_t which)
{
    const float *w = blocks->weights[which], *of_chunks = blocks->chunks[which];
    struct search s = {own, w, blocks->energies[which], .square = 0};
    for (unsigned i = 0; i < own->block; i++) {
        s.square += (double)w[i] * (double)w[i];
    }
    s.error = try_place(own, w, greatest_place(s.energies, of_chunks), &s.best);
    for (size_t c = 0; c < SEED_CHUNKS && s.error > 0; c++) {
        if ((double)of_chunks[c] >= s.square * (1 - DOUBT) - s.error) {
            try_chunk(&s, c);
        }
    }
    return s.best;
}

/* ---- bits ---- */

/* A block takes 32 bits (3 coefficients) or 36: seed, exponent + 8, coefficients + 8. */
static unsigned bits_of(const struct weights_factors *own)
{
    return 20 + 4 * own->coefficients;
}

static void put(const struct weights_factors *own, const struct block_code *code, uint8_t *row,
                size_t index)
{
    const size_t bit = index * bits_of(own);
    uint64_t bits = state_at[code->place] | (uint64_t)(code->exponent + 8) << 16, word;
    for (unsigned j = 0; j < COEFFICIENTS_MAX && j < own->coefficients; j++) {
        bits |= (uint64_t)(code->coefficients[j] + 8) << (20 + 4 * j);
    }
    memcpy(&word, row + bit / 8, sizeof word);
    word |= bits << bit % 8;
    memcpy(row + bit / 8, &word, sizeof word);
}

static struct block_code get(const struct weights_factors *own, const uint8_t *row, size_t index)
{
    const size_t bit = index * bits_of(own);
    uint64_t bits;
    memcpy(&bits, row + bit / 8, sizeof bits);
    bits >>= bit % 8;
    struct block_code code = {.place = place_of[bits & 0xFFFF],
                              .exponent = (int8_t)((int)(bits >> 16 & 15) - 8)};
    for (unsigned j = 0; j < COEFFICIENTS_MAX && j < own->coefficients; j++) {
        code.coefficients[j] = (int8_t)((int)(bits >> (20 + 4 * j) & 15) - 8);
    }
    return code;
}

/* ---- the format ---- */

static float mean_square_root(const float *w, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++) {
        sum += (double)w[i] * (double)w[i];
    }
    return (float)sqrt(sum / (double)count);
}

/* Blocks from `first` on, as many as meet the seeds together, divided by the row's scale. */
static void take_blocks(const struct weights_matrix *m, size_t row, const float *w, size_t first,
                        struct weights_blocks *ret)
{
    const size_t length = m->options.block, rest = m->tiles - first;
    const float scale = m->row_scales[row];
    ret->count = rest < SEED_BLOCKS ? rest : SEED_BLOCKS;
    memset(ret->weights, 0, sizeof ret->weights);
    for (size_t at = 0; at < ret->count * length && first * length + at < m->cols; at++) {
        ret->weights[at / length][at % length] = scale > 0 ? w[first * length + at] / scale : 0;
    }
}

static void encode_row(const struct weights_matrix *m, const struct weights_factors *own,
                       size_t row, const float *w)
{
    struct weights_blocks blocks;
    for (size_t k = 0; k < SEED_BLOCKS; k++) {
        blocks.energies[k] = m->scratch + k * (SEEDS + 1);
        blocks.chunks[k] = m->scratch + SEED_BLOCKS * (SEEDS + 1) + k * SEED_CHUNKS;
    }
    for (size_t t = 0; t < m->tiles; t += SEED_BLOCKS) {
        take_blocks(m, row, w, t, &blocks);
        m->kernel->energies(own, &blocks);
        for (size_t k = 0; k < blocks.count; k++) {
            const struct block_code code = search(own, &blocks, k);
            put(own, &code, m->codes + row * m->stride, t + k);
        }
    }
}

static enum weights_status encode(struct weights_matrix *m, const float *w)
{
    const struct weights_factors *own = factors_for(m->options.block);
    for (size_t row = 0; row < m->rows; row++) {
        const float scale = mean_square_root(w + row * m->cols, m->cols);
        m->row_scales[row] = scale >= 0x1p-100f ? scale : 0;
        encode_row(m, own, row, w + row * m->cols);
    }
    return WEIGHTS_OK;
}

/* Blocks from `codes` on, whole ones; the length is known where it is called. */
static inline __attribute__((always_inline)) void restore_row(const struct weights_factors *own,
                                                              const uint8_t *codes, size_t blocks,
                                                              float scale, float *ret,
                                                              const unsigned block)
{
    const unsigned coefficients = block == 8 ? 3 : 4;
    for (size_t t = 0; t < blocks; t++) {
        const struct block_code code = get(own, codes, t);
        const float *u = states + code.place;
        float sums[BLOCK_MAX] = {0};
        const union {
            uint32_t bits;
            float value;
        } power = {.bits = (uint32_t)(127 + code.exponent) << 23};
#pragma GCC unroll 4
        for (unsigned j = 0; j < coefficients; j++) {
            const float t_j = scale * power.value * (float)code.coefficients[j];
            for (unsigned i = 0; i < block; i++) {
                sums[i] += t_j * u[j * block + i];
            }
        }
        memcpy(ret + t * block, sums, block * sizeof *ret);
    }
}

static void decode_padded(const struct weights_matrix *m, size_t row, float *ret)
{
    const struct weights_factors *own = factors_for(m->options.block);
    const uint8_t *codes = m->codes + row * m->stride;
    if (own->block == 8) {
        restore_row(own, codes, m->tiles, m->row_scales[row], ret, 8);
    } else {
        restore_row(own, codes, m->tiles, m->row_scales[row], ret, 12);
    }
}

static void decode_row(const struct weights_matrix *m, size_t row, float *ret_w)
{
    float *scratch = m->scratch;
    if (m->tiles * m->options.block == m->cols) {
        decode_padded(m, row, ret_w);
    } else {
        decode_padded(m, row, scratch);
        memcpy(ret_w, scratch, m->cols * sizeof *ret_w);
    }
}

static void multiply(struct weights_matrix *m, const float *x, float *ret_y)
{
    for (size_t row = 0; row < m->rows; row++) {
        decode_padded(m, row, m->scratch);
        ret_y[row] = m->kernel->dot(m->scratch, x, m->cols);
    }
}

const struct weights_format_ops weights_seedlm = {encode, decode_row, multiply};
