/* The set of texts: reading, its parts, its memory.
 *
 * Reading splits each text into words, gives equal words equal numbers (words.c) and then builds
 * only the parts that were asked for, because from raw text to a matrix of 20 answers the parts
 * cost as much as the matrix.
 *
 * Invariants: 1. `count` is 0 unless everything that `parts` names is complete.  2. Numbers of
 * words are dense, 0 .. distinct-1.  3. Rows of counts and lanes of bits are padded with zeros to
 * whole registers, so that kernels need no tail loops. */
#include "set.h"

#include <stdlib.h>
#include <string.h>

#define ALIGNMENT 64u
#define PARTS_WITH_WORDS                                                                           \
    (TEXT_WORDS | TEXT_COUNTS | TEXT_COUNTS_WIDE | TEXT_BITS | TEXT_WORDS_SORTED)
#define EDGES_SLACK 80u

const char *text_status_text(enum text_status status)
{
    switch (status) {
    case TEXT_OK:
        return "no error";
    case TEXT_ERR_ARGUMENT:
        return "invalid argument";
    case TEXT_ERR_MEMORY:
        return "out of memory";
    case TEXT_ERR_LIMIT:
        return "too many texts, bytes or words";
    }
    return "unknown status";
}

enum text_status text_buffer_reserve(struct text_buffer *buffer, size_t size)
{
    if (size <= buffer->size && buffer->data) {
        return TEXT_OK;
    }
    if (size > SIZE_MAX / 2) {
        return TEXT_ERR_LIMIT;
    }
    const size_t grown = size + size / 4 + ALIGNMENT;
    char *base = malloc(grown + ALIGNMENT);
    if (!base) {
        return TEXT_ERR_MEMORY;
    }
    free(buffer->base);
    buffer->base = base;
    buffer->data = base + (ALIGNMENT - (uintptr_t)base % ALIGNMENT);
    buffer->size = grown;
    return TEXT_OK;
}

void text_buffer_release(struct text_buffer *buffer)
{
    free(buffer->base);
    *buffer = (struct text_buffer){0};
}

enum text_status text_set_new(struct text_set **ret_set)
{
    if (!ret_set) {
        return TEXT_ERR_ARGUMENT;
    }
    struct text_set *set = calloc(1, sizeof *set);
    if (!set) {
        return TEXT_ERR_MEMORY;
    }
    text_set_splitter(set, NULL);
    *ret_set = set;
    return TEXT_OK;
}

void text_set_free(struct text_set *set)
{
    if (!set) {
        return;
    }
    struct text_buffer *const buffers[] = {
        &set->edges,         &set->bytes,   &set->byte_starts, &set->words,   &set->word_starts,
        &set->sorted,        &set->counts8, &set->counts,      &set->bits,    &set->norms,
        &set->sorted_starts, &set->scores,  &set->order,       &set->carries, &set->rows,
        &set->matches,       &set->marks,
    };
    for (size_t i = 0; i < sizeof buffers / sizeof *buffers; i++) {
        text_buffer_release(buffers[i]);
    }
    word_table_release(&set->table);
    free(set);
}

size_t text_set_count(const struct text_set *set)
{
    return set ? set->count : 0;
}

size_t text_set_distinct(const struct text_set *set)
{
    return set && (set->parts & PARTS_WITH_WORDS) ? set->table.distinct : 0;
}

const uint16_t *text_set_words(const struct text_set *set, size_t index, size_t *ret_count)
{
    *ret_count = 0;
    if (!set || index >= set->count || !(set->parts & PARTS_WITH_WORDS)) {
        return NULL;
    }
    const size_t *starts = set->word_starts.data;
    *ret_count = starts[index + 1] - starts[index];
    return (const uint16_t *)set->words.data + starts[index];
}

struct text_span text_set_word(const struct text_set *set, size_t id)
{
    return id < text_set_distinct(set) ? word_table_word(&set->table, id) : (struct text_span){0};
}

void text_set_splitter(struct text_set *set, const struct text_splitter *splitter)
{
    set->splitter = splitter;
    for (const struct text_splitter *s = text_splitters; !splitter && s->name; s++) {
        if (s->available()) {
            set->splitter = s;
        }
    }
}

/* Longest and total length of the texts, checked against the limits. */
static enum text_status measure_texts(const struct text_span *texts, size_t count,
                                      size_t *ret_longest, size_t *ret_total)
{
    *ret_longest = *ret_total = 0;
    for (size_t i = 0; i < count; i++) {
        if (!texts[i].bytes && texts[i].length > 0) {
            return TEXT_ERR_ARGUMENT;
        }
        if (texts[i].length > TEXT_LENGTH_MAX) {
            return TEXT_ERR_LIMIT;
        }
        *ret_total += texts[i].length;
        *ret_longest = texts[i].length > *ret_longest ? texts[i].length : *ret_longest;
    }
    return TEXT_OK;
}

/* Bytes widened to the 16 bits of a word number: Levenshtein then needs one kernel, not two. */
static enum text_status read_bytes(struct text_set *set, const struct text_span *texts,
                                   size_t count, size_t total)
{
    enum text_status status = text_buffer_reserve(&set->bytes, total * sizeof(uint16_t));
    if (!status) {
        status = text_buffer_reserve(&set->byte_starts, (count + 1) * sizeof(size_t));
    }
    if (status) {
        return status;
    }
    uint16_t *symbols = set->bytes.data;
    size_t *starts = set->byte_starts.data;
    starts[0] = 0;
    for (size_t i = 0; i < count; i++) {
        for (size_t k = 0; k < texts[i].length; k++) {
            symbols[starts[i] + k] = (unsigned char)texts[i].bytes[k];
        }
        starts[i + 1] = starts[i] + texts[i].length;
    }
    return TEXT_OK;
}

/* A text of n bytes has at most (n + 1) / 2 words. */
static enum text_status reserve_words(struct text_set *set, size_t count, size_t longest,
                                      size_t total)
{
    enum text_status status =
        text_buffer_reserve(&set->words, (total / 2 + count + WORD_IDS_PAD) * sizeof(uint16_t));
    if (!status) {
        status = text_buffer_reserve(&set->word_starts, (count + 1) * sizeof(size_t));
    }
    if (!status) {
        status = text_buffer_reserve(&set->edges, (longest + EDGES_SLACK) * sizeof(uint32_t));
    }
    return status ? status : word_table_clear(&set->table);
}

static enum text_status read_words(struct text_set *set, const struct text_span *texts,
                                   size_t count)
{
    uint16_t *ids = set->words.data;
    size_t *starts = set->word_starts.data;
    uint32_t *edges = set->edges.data;
    starts[0] = 0;
    for (size_t i = 0; i < count; i++) {
        const size_t n = set->splitter->split(texts[i].bytes, texts[i].length, edges);
        memset(edges + 2 * n, 0, WORD_EDGES_PAD * sizeof *edges);
        const struct word_edges words = {texts[i], edges, n};
        enum text_status status =
            word_table_intern(&set->table, &words, set->splitter->look_up, ids + starts[i]);
        if (status) {
            return status;
        }
        starts[i + 1] = starts[i] + n;
    }
    return TEXT_OK;
}

/* Adds the words to a row of counts.  The result is the or of all counts there ever were, as far as
 * a short text needs it: a count passes 128 on its way beyond 127, so bit 7 tells that the row may
 * have wrapped.  To look at no count at all lets the loop run twice as fast. */
static unsigned count_row(uint8_t *row, const uint16_t *ids, size_t n)
{
    unsigned seen = 0;
    if (n <= INT8_MAX) {
        for (size_t k = 0; k < n; k++) {
            ++row[ids[k]];
        }
        return seen;
    }
    for (size_t k = 0; k < n; k++) {
        seen |= ++row[ids[k]];
    }
    return seen;
}

/* Counts in bytes; `narrow` becomes false when one passes 127. */
static enum text_status count_narrow(struct text_set *set)
{
    const size_t size = set->count * set->stride;
    enum text_status status = text_buffer_reserve(&set->counts8, size);
    if (status) {
        return status;
    }
    memset(set->counts8.data, 0, size);
    const uint16_t *ids = set->words.data;
    const size_t *starts = set->word_starts.data;
    unsigned seen = 0;
    for (size_t i = 0; i < set->count; i++) {
        uint8_t *row = (uint8_t *)set->counts8.data + i * set->stride;
        seen |= count_row(row, ids + starts[i], starts[i + 1] - starts[i]);
    }
    set->narrow = seen <= INT8_MAX;
    return TEXT_OK;
}

static enum text_status count_wide(struct text_set *set)
{
    const size_t size = set->count * set->stride * sizeof(double);
    enum text_status status = text_buffer_reserve(&set->counts, size);
    if (status) {
        return status;
    }
    memset(set->counts.data, 0, size);
    const uint16_t *ids = set->words.data;
    const size_t *starts = set->word_starts.data;
    for (size_t i = 0; i < set->count; i++) {
        double *row = (double *)set->counts.data + i * set->stride;
        for (size_t k = starts[i]; k < starts[i + 1]; k++) {
            row[ids[k]] += 1;
        }
    }
    return TEXT_OK;
}

/* Bit k of the result is bit 0 of byte k, or so on little-endian processors: others have the bits
 * in another order, always the same. Source: Warren, Hacker's Delight, 2nd ed., 7-3 "Transposing a
 * Bit Matrix", multiplication. */
static inline uint64_t squeeze(const uint8_t bytes[8])
{
    uint64_t eight;
    memcpy(&eight, bytes, sizeof eight);
    return (eight * UINT64_C(0x0102040810204080)) >> 56;
}

static inline uint64_t squeeze64(const uint8_t bytes[64])
{
    uint64_t bits = 0;
    for (unsigned k = 0; k < 64; k += 8) {
        bits |= squeeze(bytes + k) << k;
    }
    return bits;
}

/* Text i is lane i of every word of bits: eight intersections grow in one register, and no sum
 * across a register is needed at the end.  Words are marked in bytes first, because storing a byte
 * waits for nothing, but setting a bit waits for the bits before it. */
static enum text_status build_bits(struct text_set *set)
{
    set->bit_words = set->stride / 64;
    set->bit_lanes = (set->count + 7) / 8 * 8;
    const size_t size = set->bit_words * set->bit_lanes * sizeof(uint64_t);
    enum text_status status = text_buffer_reserve(&set->bits, size);
    if (!status) {
        status = text_buffer_reserve(&set->marks, set->stride);
    }
    if (status) {
        return status;
    }
    memset(set->bits.data, 0, size);
    uint64_t *bits = set->bits.data;
    uint8_t *marks = set->marks.data;
    const uint16_t *ids = set->words.data;
    const size_t *starts = set->word_starts.data;
    for (size_t i = 0; i < set->count; i++) {
        memset(marks, 0, set->stride);
        for (size_t k = starts[i]; k < starts[i + 1]; k++) {
            marks[ids[k]] = 1;
        }
        for (size_t word = 0; word < set->bit_words; word++) {
            bits[word * set->bit_lanes + i] = squeeze64(marks + 64 * word);
        }
    }
    return TEXT_OK;
}

static int compare_ids(const void *a, const void *b)
{
    const uint16_t *left = a, *right = b;
    return (*left > *right) - (*left < *right);
}

static enum text_status sort_words(struct text_set *set)
{
    const uint16_t *ids = set->words.data;
    const size_t *from = set->word_starts.data;
    enum text_status status =
        text_buffer_reserve(&set->sorted, from[set->count] * sizeof(uint16_t));
    if (!status) {
        status = text_buffer_reserve(&set->sorted_starts, (set->count + 1) * sizeof(size_t));
    }
    if (status) {
        return status;
    }
    uint16_t *sorted = set->sorted.data;
    size_t *starts = set->sorted_starts.data;
    size_t end = 0;
    for (size_t i = 0; i < set->count; i++) {
        uint16_t *own = sorted + end;
        const size_t n = from[i + 1] - from[i];
        memcpy(own, ids + from[i], n * sizeof *own);
        qsort(own, n, sizeof *own, compare_ids);
        starts[i] = end;
        for (size_t k = 0; k < n; k++) {
            if (k == 0 || own[k] != own[k - 1]) {
                sorted[end++] = own[k];
            }
        }
    }
    starts[set->count] = end;
    return TEXT_OK;
}

/* The parts that follow from the numbers of the words. */
static enum text_status build_parts(struct text_set *set, unsigned parts)
{
    enum text_status status = TEXT_OK;
    set->stride = (set->table.distinct + 63) / 64 * 64;
    set->narrow = false;
    if (parts & TEXT_COUNTS) {
        status = count_narrow(set);
    }
    if (!status && ((parts & TEXT_COUNTS_WIDE) || ((parts & TEXT_COUNTS) && !set->narrow))) {
        status = count_wide(set);
    }
    if (!status && (parts & TEXT_BITS)) {
        status = build_bits(set);
    }
    if (!status && (parts & TEXT_WORDS_SORTED)) {
        status = sort_words(set);
    }
    return status;
}

static enum text_status read_all(struct text_set *set, const struct text_span *texts, size_t count,
                                 unsigned parts)
{
    size_t longest, total;
    enum text_status status = measure_texts(texts, count, &longest, &total);
    if (!status && (parts & TEXT_BYTES)) {
        status = read_bytes(set, texts, count, total);
    }
    if (status || !(parts & PARTS_WITH_WORDS)) {
        return status;
    }
    status = reserve_words(set, count, longest, total);
    if (!status) {
        status = read_words(set, texts, count);
    }
    return status;
}

enum text_status text_set_read(struct text_set *set, const struct text_span *texts, size_t count,
                               unsigned parts)
{
    if (!set || (!texts && count > 0) || (parts & ~(unsigned)TEXT_ALL)) {
        return TEXT_ERR_ARGUMENT;
    }
    set->count = 0;
    set->parts = 0;
    if (count > TEXT_COUNT_MAX) {
        return TEXT_ERR_LIMIT;
    }
    enum text_status status = read_all(set, texts, count, parts);
    if (status) {
        return status;
    }
    set->count = count;
    status = parts & PARTS_WITH_WORDS ? build_parts(set, parts) : TEXT_OK;
    set->count = status ? 0 : count;
    set->parts = status ? 0 : parts | (parts & PARTS_WITH_WORDS ? (unsigned)TEXT_WORDS : 0);
    return status;
}
