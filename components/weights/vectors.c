/* Neighbouring weights as one entry of a codebook, and what is left as one of a second: the layout
 * of VPTQ (arXiv 2409.17066), with k-means (Lloyd 1982) where every weight counts alike.
 *
 * Codebooks are trained on at most SAMPLES vectors an entry, spread evenly over the matrix; the
 * first entries are distinct vectors drawn at random, and an entry that no vector is nearest to is
 * drawn again.  |x - c|^2 is least where <x, c> - |c|^2 / 2 is greatest, which kernels compute for
 * 32 vectors at a time, laid side by side.
 *
 * A row's codes are those of the first codebook, then those of the second; a byte each up to 8
 * bits, else two. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "kernels.h"

#define SAMPLES 64u

/* Vectors that a codebook is made of. */
struct training {
    float *vectors; /* count of `length` numbers */
    uint32_t *nearest;
    double *sums;
    size_t *members;
    size_t count;
    uint64_t random;
};

/* splitmix64, Vigna's public-domain reference. */
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static size_t code_size(unsigned bits)
{
    return bits == 0 ? 0 : bits <= 8 ? 1 : 2;
}

/* The numbers of vector `index` of the matrix; zeros beyond a row's end. */
static void take_vector(const struct weights_matrix *m, const float *w, size_t index, float *ret)
{
    const size_t row = index / m->tiles, first = index % m->tiles * m->options.vector;
    for (size_t k = 0; k < m->options.vector; k++) {
        ret[k] = first + k < m->cols ? w[row * m->cols + first + k] : 0;
    }
}

/* The nearest entries of `count` vectors. */
static void find_nearest(const struct weights_matrix *m, const struct weights_book *book,
                         const float *vectors, size_t count, uint32_t *ret)
{
    for (size_t done = 0; done < count; done += NEAREST_AT_ONCE) {
        const size_t rest = count - done, some = rest < NEAREST_AT_ONCE ? rest : NEAREST_AT_ONCE;
        float side_by_side[WEIGHTS_VECTOR_MAX * NEAREST_AT_ONCE] = {0};
        uint32_t entries[NEAREST_AT_ONCE];
        for (size_t l = 0; l < some; l++) {
            for (size_t j = 0; j < book->length; j++) {
                /* new_training took them. */
                /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign) */
                side_by_side[j * NEAREST_AT_ONCE + l] = vectors[(done + l) * book->length + j];
            }
        }
        m->kernel->nearest(book, side_by_side, entries);
        memcpy(ret + done, entries, some * sizeof *ret);
    }
}

/* ---- training ---- */

static void measure_entries(const struct weights_book *book, float *halves)
{
    for (size_t e = 0; e < book->count; e++) {
        float square = 0;
        for (size_t j = 0; j < book->length; j++) {
            square += book->entries[e * book->length + j] * book->entries[e * book->length + j];
        }
        halves[e] = square / 2;
    }
}

/* Selection sampling: Knuth, The Art of Computer Programming vol. 2, 3rd ed., 3.4.2, algorithm S.
 */
static void draw_entries(struct training *t, const struct weights_book *book, float *entries)
{
    const size_t size = book->length * sizeof *entries;
    size_t taken = 0;
    for (size_t i = 0; i < t->count && taken < book->count; i++) {
        if (next_random(&t->random) % (t->count - i) < book->count - taken) {
            memcpy(entries + taken++ * book->length, t->vectors + i * book->length, size);
        }
    }
}

/* One iteration: each entry becomes the mean of the vectors that are nearest to it. */
static void improve(const struct weights_matrix *m, struct training *t,
                    const struct weights_book *book, float *entries)
{
    const size_t length = book->length;
    find_nearest(m, book, t->vectors, t->count, t->nearest);
    memset(t->sums, 0, book->count * length * sizeof *t->sums);
    memset(t->members, 0, book->count * sizeof *t->members);
    for (size_t i = 0; i < t->count; i++) {
        t->members[t->nearest[i]]++;
        for (size_t j = 0; j < length; j++) {
            t->sums[t->nearest[i] * length + j] += (double)t->vectors[i * length + j];
        }
    }
    for (size_t e = 0; e < book->count; e++) {
        const size_t drawn = next_random(&t->random) % t->count;
        for (size_t j = 0; j < length; j++) {
            entries[e * length + j] = t->members[e] > 0
                                          ? (float)(t->sums[e * length + j] / (double)t->members[e])
                                          : t->vectors[drawn * length + j];
        }
    }
}

static void take_away(const struct weights_book *book, struct training *t)
{
    for (size_t i = 0; i < t->count; i++) {
        const float *entry = book->entries + (size_t)t->nearest[i] * book->length;
        for (size_t j = 0; j < book->length; j++) {
            /* NOLINTNEXTLINE(clang-analyzer-core.uninitialized.Assign): new_training took them */
            t->vectors[i * book->length + j] -= entry[j];
        }
    }
}

static enum weights_status train(struct weights_matrix *m, struct training *t, unsigned which)
{
    struct weights_book *book = &m->books[which];
    const unsigned bits = which == 0 ? m->options.book_bits : m->options.rest_bits;
    book->length = m->options.vector;
    book->count = (size_t)1 << bits;
    float *entries = weights_room(book->count * (book->length + 1), sizeof *entries);
    if (entries == NULL) {
        return WEIGHTS_ERR_MEMORY;
    }
    float *halves = entries + book->count * book->length;
    book->entries = entries;
    book->halves = halves;
    m->bytes += book->count * book->length * sizeof *entries;
    draw_entries(t, book, entries);
    measure_entries(book, halves);
    for (unsigned i = 0; i < m->options.iterations; i++) {
        improve(m, t, book, entries);
        measure_entries(book, halves);
    }
    find_nearest(m, book, t->vectors, t->count, t->nearest);
    take_away(book, t);
    return WEIGHTS_OK;
}

static enum weights_status new_training(const struct weights_matrix *m, const float *w,
                                        struct training *t)
{
    const unsigned bits =
        m->options.book_bits > m->options.rest_bits ? m->options.book_bits : m->options.rest_bits;
    const size_t all = m->rows * m->tiles, most = (size_t)SAMPLES << bits;
    const size_t length = m->options.vector, entries = (size_t)1 << bits;
    t->count = all < most ? all : most;
    t->random = m->options.seed;
    t->vectors = malloc(t->count * length * sizeof *t->vectors);
    t->nearest = malloc(t->count * sizeof *t->nearest);
    t->sums = malloc(entries * length * sizeof *t->sums);
    t->members = malloc(entries * sizeof *t->members);
    if (t->vectors == NULL || t->nearest == NULL || t->sums == NULL || t->members == NULL) {
        return WEIGHTS_ERR_MEMORY;
    }
    for (size_t i = 0; i < t->count; i++) {
        const size_t index = (size_t)((double)i * ((double)all / (double)t->count));
        take_vector(m, w, index, t->vectors + i * length);
    }
    return WEIGHTS_OK;
}

static void free_training(struct training *t)
{
    free(t->vectors);
    free(t->nearest);
    free(t->sums);
    free(t->members);
}

/* ---- codes ---- */

static void put_codes(const uint32_t *entries, size_t count, unsigned bits, uint8_t *ret)
{
    for (size_t i = 0; i < count; i++) {
        const uint16_t wide = (uint16_t)entries[i];
        if (bits <= 8) {
            ret[i] = (uint8_t)entries[i];
        } else {
            memcpy(ret + 2 * i, &wide, sizeof wide);
        }
    }
}

static void get_codes(const uint8_t *from, size_t count, unsigned bits, uint16_t *ret)
{
    if (bits > 8) {
        memcpy(ret, from, count * sizeof *ret);
        return;
    }
    for (size_t i = 0; i < count; i++) {
        ret[i] = from[i];
    }
}

/* Codes of one row of vectors, which become what is left of them. */
static void encode_row(const struct weights_matrix *m, struct training *row, uint8_t *ret_codes)
{
    const unsigned bits[2] = {m->options.book_bits, m->options.rest_bits};
    for (unsigned which = 0; which < 2 && bits[which] > 0; which++) {
        find_nearest(m, &m->books[which], row->vectors, row->count, row->nearest);
        put_codes(row->nearest, row->count, bits[which], ret_codes);
        take_away(&m->books[which], row);
        ret_codes += row->count * code_size(bits[which]);
    }
}

static enum weights_status encode_all(struct weights_matrix *m, const float *w)
{
    struct training row = {.count = m->tiles};
    row.vectors = malloc(m->tiles * m->options.vector * sizeof *row.vectors);
    row.nearest = malloc(m->tiles * sizeof *row.nearest);
    const bool room = row.vectors != NULL && row.nearest != NULL;
    for (size_t r = 0; r < m->rows && room; r++) {
        for (size_t i = 0; i < m->tiles; i++) {
            take_vector(m, w, r * m->tiles + i, row.vectors + i * m->options.vector);
        }
        encode_row(m, &row, m->codes + r * m->stride);
    }
    free_training(&row);
    return room ? WEIGHTS_OK : WEIGHTS_ERR_MEMORY;
}

static enum weights_status encode(struct weights_matrix *m, const float *w)
{
    struct training t = {0};
    enum weights_status status = new_training(m, w, &t);
    if (status == WEIGHTS_OK) {
        status = train(m, &t, 0);
    }
    if (status == WEIGHTS_OK && m->options.rest_bits > 0) {
        status = train(m, &t, 1);
    }
    free_training(&t);
    return status == WEIGHTS_OK ? encode_all(m, w) : status;
}

/* Codes of a row, as 16 bits; where the matrix keeps them so, they are read where they lie. */
static const uint16_t *row_codes(const struct weights_matrix *m, size_t row, unsigned which)
{
    const uint8_t *codes = m->codes + row * m->stride;
    const unsigned bits = which == 0 ? m->options.book_bits : m->options.rest_bits;
    codes += which * m->tiles * code_size(m->options.book_bits);
    uint16_t *wide = (uint16_t *)m->scratch;
    get_codes(codes, m->tiles, bits, wide);
    return wide;
}

/* Whole vectors, also where the last one is longer than the row. */
static void decode_row(const struct weights_matrix *m, size_t row, float *ret_w)
{
    const size_t padded = m->tiles * m->options.vector;
    float *to = padded == m->cols ? ret_w : m->scratch + (m->tiles + 1) / 2;
    for (unsigned which = 0; which < 2 && m->books[which].count > 0; which++) {
        const uint16_t *codes = row_codes(m, row, which);
        m->kernel->restore_vectors(&m->books[which], codes, m->tiles, which > 0, to);
    }
    if (to != ret_w) {
        memcpy(ret_w, to, m->cols * sizeof *ret_w);
    }
}

static void multiply(struct weights_matrix *m, const float *x, float *ret_y)
{
    const size_t padded = m->tiles * m->options.vector;
    float *own_x = m->scratch + (m->tiles + 1) / 2;
    memcpy(own_x, x, m->cols * sizeof *x);
    memset(own_x + m->cols, 0, (padded - m->cols) * sizeof *x);
    for (size_t row = 0; row < m->rows; row++) {
        ret_y[row] = 0;
        for (unsigned which = 0; which < 2 && m->books[which].count > 0; which++) {
            const uint16_t *codes = row_codes(m, row, which);
            ret_y[row] += m->kernel->dot_vectors(&m->books[which], codes, m->tiles, own_x);
        }
    }
}

const struct weights_format_ops weights_vectors = {encode, decode_row, multiply};
