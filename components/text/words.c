/* Numbers for words: a hash index into an array of words, made for words of up to 16 bytes.
 *
 * English words fit into two 64-bit numbers, so such a word, padded with spaces, which no word has,
 * is its own key: equal keys are the same word and no bytes need to be compared.  The key of a
 * longer word is a space, which no word begins with, 7 bytes of its hash, and its length; when such
 * keys are equal, the bytes decide.
 *
 * The obvious string table spends its time waiting: for the hash, for the slot, for the word, and
 * then for the mispredicted branch of a new word, which discards what was begun for the next ones.
 * So words go in batches of 64: a kernel makes their keys and slots and, with AVX-512, looks into
 * the first slots without changing the table; what is not found there goes one by one through
 * batch_add.  The index is sparse (at most a quarter is taken), so that the first slot is nearly
 * always the right one, and yet small, because a slot is a 16-bit number.
 *
 * Tried on Zen 4 with gcc 12, reading 2000 words, 421 of them different: this 4.7 us; one loop that
 * branches on new words 4.9; the same without that branch, storing each slot back, 5.4, because a
 * load of a slot then waits for the store before it; keys and lookup in one loop 5.5, it seems
 * because loads one by one wait for the slots stored as a register; gathers of slots and keys 6.9.
 * Twice the slots collide half as often and gain nothing.  A lookup without branches in plain C
 * costs the kernel for all processors 1.7 us.
 *
 * Invariants: 1. A slot is 0 (free) or the entry of a word, from 1 on; entry 0 has the key of no
 * word, and the number of a word is its entry - 1.  2. A free slot always exists.  3. Addresses of
 * long words point into the texts of the running text_set_read and are not used after it. */
#include <string.h>

#include "set.h"

#if TEXT_X86
#include <immintrin.h>
#endif

#define CAPACITY_FIRST_BITS 12u
#define SLOTS_PER_WORD 4u
#define KEY_SIZE 16u
#define BATCH 64u /* as many as there are bits in what a kernel returns */
#define SPACES UINT64_C(0x2020202020202020)

/* The golden ratio as a fraction of 2^64; the high bits of a product with it mix well: Knuth, The
 * Art of Computer Programming vol. 3, 2nd ed., 6.4, p. 516-517. */
#define MULTIPLIER UINT64_C(0x9E3779B97F4A7C15)
#define TURN 35u

/* Where the first byte of a key lies in its low half. */
#define FIRST_SHIFT (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? 0 : 56)
#define FIRST_MASK (UINT64_C(255) << FIRST_SHIFT)

/* Sixteen bytes from MASKS + 16 - n keep the first n bytes of a word. */
static const uint8_t MASKS[2 * KEY_SIZE] = {255, 255, 255, 255, 255, 255, 255, 255,
                                            255, 255, 255, 255, 255, 255, 255, 255};

struct key {
    uint64_t low, high;
};

/* `count` words of a text, from word `first` on, with their keys and the slots where their search
 * begins.  Aligned, so that a key or a register of slots never lies across two cache lines. */
struct word_batch {
    struct key keys[BATCH] __attribute__((aligned(64)));
    uint64_t slots[BATCH];
    const struct word_edges *words;
    size_t first, count;
    uint16_t *ret_ids; /* of word `first` and so on */
};

/* The slot of a key: its halves are mixed, one of them turned, and multiplied. */
static inline uint64_t slot_of(struct key key, unsigned shift)
{
    const uint64_t turned = key.high << TURN | key.high >> (64 - TURN);
    return ((key.low ^ turned) * MULTIPLIER) >> shift;
}

static inline uint64_t load64(const void *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* The first bytes of eight, and spaces in the place of the others. */
static inline uint64_t pad64(const char *bytes, const uint8_t *mask)
{
    return ((load64(bytes) ^ SPACES) & load64(mask)) ^ SPACES;
}

static inline struct key key_short(const char *bytes, size_t length)
{
    const uint8_t *mask = MASKS + KEY_SIZE - length;
    return (struct key){pad64(bytes, mask), pad64(bytes + 8, mask + 8)};
}

/* A short word so close to the end of its text that a key cannot be read at once. */
static __attribute__((noinline)) struct key key_last(const char *bytes, size_t length)
{
    struct key key = {SPACES, SPACES};
    memcpy(&key, bytes, length);
    return key;
}

static struct key key_long(const char *bytes, size_t length)
{
    uint64_t hash = load64(bytes + length - 8);
    for (size_t i = 0; i + 8 <= length; i += 8) {
        hash = (hash ^ load64(bytes + i)) * MULTIPLIER;
        hash ^= hash >> 32;
    }
    return (struct key){(hash & ~FIRST_MASK) | (SPACES & FIRST_MASK), length};
}

static inline bool is_long(struct key key)
{
    return ((key.low ^ SPACES) & FIRST_MASK) == 0;
}

static inline bool equal(struct key a, struct key b)
{
    return ((a.low ^ b.low) | (a.high ^ b.high)) == 0;
}

static struct text_span span_of(const struct word_batch *batch, size_t i)
{
    const uint32_t *edges = batch->words->edges + 2 * (batch->first + i);
    return (struct text_span){batch->words->text.bytes + edges[0], edges[1] - edges[0]};
}

static inline struct key key_of(struct text_span word, const char *end)
{
    if (word.length > KEY_SIZE) {
        return key_long(word.bytes, word.length);
    }
    return (size_t)(end - word.bytes) < KEY_SIZE ? key_last(word.bytes, word.length)
                                                 : key_short(word.bytes, word.length);
}

uint64_t word_look_up_plain(struct word_batch *batch, const struct word_table *table)
{
    const char *end = batch->words->text.bytes + batch->words->text.length;
    const size_t count = batch->count;
    const unsigned shift = table->shift;
    uint64_t rest = 0;
    for (size_t i = 0; i < count; i++) {
        const struct key key = key_of(span_of(batch, i), end);
        batch->keys[i] = key;
        batch->slots[i] = slot_of(key, shift);
        rest |= UINT64_C(1) << i;
    }
    return rest;
}

#if TEXT_X86

#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,bmi2")))
#define GROUP 8u

AVX512 static inline __m128i load_key(const char *text, const uint32_t *edges)
{
    const uint32_t begin = edges[0];
    const __mmask16 own = (__mmask16)_bzhi_u32(UINT16_MAX, edges[1] - begin);
    return _mm_mask_loadu_epi8(_mm_set1_epi8(' '), own, text + begin);
}

AVX512 static inline __m512i join(__m128i a, __m128i b, __m128i c, __m128i d)
{
    const __m256i low = _mm256_inserti128_si256(_mm256_castsi128_si256(a), b, 1);
    const __m256i high = _mm256_inserti128_si256(_mm256_castsi128_si256(c), d, 1);
    return _mm512_inserti64x4(_mm512_castsi256_si512(low), high, 1);
}

/* slot_of for eight keys. */
AVX512 static inline __m512i slots_of(__m512i a, __m512i b, unsigned shift)
{
    const __m512i even = _mm512_setr_epi64(0, 2, 4, 6, 8, 10, 12, 14);
    const __m512i odd = _mm512_setr_epi64(1, 3, 5, 7, 9, 11, 13, 15);
    const __m512i low = _mm512_permutex2var_epi64(a, even, b);
    const __m512i high = _mm512_permutex2var_epi64(a, odd, b);
    const __m512i mixed = _mm512_xor_si512(low, _mm512_rol_epi64(high, TURN));
    const __m512i hashes = _mm512_mullo_epi64(mixed, _mm512_set1_epi64((long long)MULTIPLIER));
    return _mm512_srl_epi64(hashes, _mm_cvtsi32_si128((int)shift));
}

AVX512 static inline __m512i lengths_of(const uint32_t *edges)
{
    const __m512i pairs = _mm512_loadu_si512(edges);
    const __m512i begins = _mm512_and_si512(pairs, _mm512_set1_epi64(UINT32_MAX));
    return _mm512_sub_epi64(_mm512_srli_epi64(pairs, 32), begins);
}

/* Bits of those of eight words that are longer than a key. */
AVX512 static inline uint64_t long_words(__m512i lengths)
{
    return _mm512_cmpgt_epu64_mask(lengths, _mm512_set1_epi64(KEY_SIZE));
}

static __attribute__((noinline)) void add_long_words(struct word_batch *batch, uint64_t which,
                                                     unsigned shift)
{
    const struct word_edges *words = batch->words;
    for (; which; which &= which - 1) {
        const size_t at = (size_t)__builtin_ctzll(which);
        const uint32_t *edges = words->edges + 2 * (batch->first + at);
        batch->keys[at] = key_long(words->text.bytes + edges[0], edges[1] - edges[0]);
        batch->slots[at] = slot_of(batch->keys[at], shift);
    }
}

AVX512 static inline void store_group(struct word_batch *batch, size_t i, __m512i a, __m512i b,
                                      unsigned shift)
{
    _mm512_store_si512(batch->keys + i, a);
    _mm512_store_si512(batch->keys + i + 4, b);
    _mm512_store_si512(batch->slots + i, slots_of(a, b, shift));
}

/* Four keys from what lies at the begins of four words; byte 0 of each 16 of `lengths` says how
 * much of it is the word. */
AVX512 static inline __m512i cut_keys(const char *text, const uint32_t *edges, __m512i lengths)
{
    const __m512i places =
        _mm512_broadcast_i32x4(_mm_setr_epi8(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15));
    const __m512i loaded = join(_mm_loadu_si128((const void *)(text + edges[0])),
                                _mm_loadu_si128((const void *)(text + edges[2])),
                                _mm_loadu_si128((const void *)(text + edges[4])),
                                _mm_loadu_si128((const void *)(text + edges[6])));
    const __m512i own = _mm512_shuffle_epi8(lengths, _mm512_setzero_si512());
    return _mm512_mask_mov_epi8(_mm512_set1_epi8(' '), _mm512_cmplt_epu8_mask(places, own), loaded);
}

/* Makes the keys of the words i .. i+7 and their slots, and returns the bits of long ones.  Reads
 * KEY_SIZE bytes from the begin of each. */
AVX512 static inline uint64_t make_group(struct word_batch *batch, size_t i, const char *text,
                                         const uint32_t *edges, unsigned shift)
{
    const __m512i lengths = lengths_of(edges);
    const __m512i to_a = _mm512_setr_epi64(0, 0, 1, 1, 2, 2, 3, 3);
    const __m512i to_b = _mm512_setr_epi64(4, 4, 5, 5, 6, 6, 7, 7);
    store_group(batch, i, cut_keys(text, edges, _mm512_permutexvar_epi64(to_a, lengths)),
                cut_keys(text, edges + 8, _mm512_permutexvar_epi64(to_b, lengths)), shift);
    return long_words(lengths);
}

/* The same for words close to the end of their text, of which no byte behind is read; where they
 * are fewer than eight, edges of 0 follow. */
AVX512 static inline uint64_t make_last_group(struct word_batch *batch, size_t i, const char *text,
                                              const uint32_t *edges, unsigned shift)
{
    const __m512i a = join(load_key(text, edges), load_key(text, edges + 2),
                           load_key(text, edges + 4), load_key(text, edges + 6));
    const __m512i b = join(load_key(text, edges + 8), load_key(text, edges + 10),
                           load_key(text, edges + 12), load_key(text, edges + 14));
    store_group(batch, i, a, b, shift);
    return long_words(lengths_of(edges));
}

/* How many words of the batch, in whole groups, have KEY_SIZE bytes of text from their begin on. */
static size_t words_inside(const struct word_batch *batch)
{
    const struct text_span text = batch->words->text;
    const uint32_t *edges = batch->words->edges + 2 * batch->first;
    size_t count = batch->count;
    while (count > 0 && edges[2 * count - 2] + (uint64_t)KEY_SIZE > text.length) {
        count--;
    }
    return count / GROUP * GROUP;
}

/* Writes the numbers of the words i .. i+7 by their first slots, and returns the bits of those that
 * have another key than the word found there. */
AVX512 static inline uint64_t look_up_group(const struct word_batch *batch, size_t i,
                                            const uint16_t *slots, const __m128i *keys,
                                            uint16_t *ret_ids)
{
    size_t entries[GROUP];
#pragma GCC unroll 8
    for (size_t k = 0; k < GROUP; k++) {
        entries[k] = slots[batch->slots[i + k]];
        ret_ids[k] = (uint16_t)(entries[k] - 1);
    }
    const __m512i a = join(keys[entries[0]], keys[entries[1]], keys[entries[2]], keys[entries[3]]);
    const __m512i b = join(keys[entries[4]], keys[entries[5]], keys[entries[6]], keys[entries[7]]);
    const unsigned low = _mm512_cmpneq_epu64_mask(a, _mm512_load_si512(batch->keys + i));
    const unsigned high = _mm512_cmpneq_epu64_mask(b, _mm512_load_si512(batch->keys + i + 4));
    const unsigned halves = low | high << GROUP;
    return _pext_u32(halves | halves >> 1, 0x5555);
}

/* Makes all keys and slots, and returns the bits of long words. */
AVX512 static inline uint64_t make_keys(struct word_batch *batch, unsigned shift)
{
    const char *text = batch->words->text.bytes;
    const uint32_t *edges = batch->words->edges + 2 * batch->first;
    const size_t inside = words_inside(batch), count = batch->count;
    uint64_t longs = 0;
    size_t i = 0;
    for (; i < inside; i += GROUP) {
        longs |= make_group(batch, i, text, edges + 2 * i, shift) << i;
    }
    for (; i < count; i += GROUP) {
        longs |= make_last_group(batch, i, text, edges + 2 * i, shift) << i;
    }
    return longs;
}

AVX512 uint64_t word_look_up_avx512(struct word_batch *batch, const struct word_table *table)
{
    const uint64_t longs = make_keys(batch, table->shift);
    const uint16_t *slots = table->slots.data;
    const __m128i *keys = table->keys.data;
    uint16_t *ids = batch->ret_ids;
    const size_t count = batch->count;
    uint64_t rest = 0;
    if (longs) {
        add_long_words(batch, longs, table->shift);
    }
    for (size_t i = 0; i < count; i += GROUP) {
        rest |= look_up_group(batch, i, slots, keys, ids + i) << i;
    }
    return _bzhi_u64(rest | longs, (unsigned)count);
}

#endif

static size_t capacity_of(const struct word_table *table)
{
    return (size_t)1 << (64 - table->shift);
}

static size_t words_max(const struct word_table *table)
{
    const size_t words = capacity_of(table) / SLOTS_PER_WORD;
    return words < TEXT_WORDS_DISTINCT_MAX ? words : TEXT_WORDS_DISTINCT_MAX;
}

/* An empty table of 2^bits slots. */
static enum text_status table_make(struct word_table *table, unsigned bits)
{
    const size_t capacity = (size_t)1 << bits;
    const size_t entries = capacity / SLOTS_PER_WORD + 2;
    enum text_status status = text_buffer_reserve(&table->slots, capacity * sizeof(uint16_t));
    if (!status) {
        status = text_buffer_reserve(&table->keys, entries * sizeof(struct key));
    }
    if (!status) {
        status = text_buffer_reserve(&table->spans, entries * sizeof(struct text_span));
    }
    if (status) {
        return status;
    }
    memset(table->slots.data, 0, capacity * sizeof(uint16_t));
    *(struct key *)table->keys.data = (struct key){SPACES, SPACES};
    table->shift = 64 - bits;
    table->distinct = 0;
    return TEXT_OK;
}

enum text_status word_table_clear(struct word_table *table)
{
    return table_make(table, table->shift ? 64 - table->shift : CAPACITY_FIRST_BITS);
}

void word_table_release(struct word_table *table)
{
    text_buffer_release(&table->slots);
    text_buffer_release(&table->keys);
    text_buffer_release(&table->spans);
}

/* A short word lies in its key, before the spaces that pad it. */
struct text_span word_table_word(const struct word_table *table, size_t id)
{
    const struct key *key = (const struct key *)table->keys.data + id + 1;
    if (is_long(*key)) {
        return ((const struct text_span *)table->spans.data)[id + 1];
    }
    const char *bytes = (const void *)key;
    size_t length = KEY_SIZE;
    while (bytes[length - 1] == ' ') {
        length--;
    }
    return (struct text_span){bytes, length};
}

/* Twice the slots, and the words put where they belong now. */
static enum text_status table_grow(struct word_table *table)
{
    struct word_table grown = {0};
    enum text_status status = table_make(&grown, 64 - table->shift + 1);
    if (status) {
        word_table_release(&grown);
        return status;
    }
    uint16_t *slots = grown.slots.data;
    struct key *keys = grown.keys.data;
    grown.distinct = table->distinct;
    memcpy(keys, table->keys.data, (table->distinct + 1) * sizeof *keys);
    memcpy(grown.spans.data, table->spans.data, (table->distinct + 1) * sizeof(struct text_span));
    for (size_t entry = 1; entry <= table->distinct; entry++) {
        size_t at = slot_of(keys[entry], grown.shift);
        while (slots[at]) {
            at = (at + 1) & (capacity_of(&grown) - 1);
        }
        slots[at] = (uint16_t)entry;
    }
    word_table_release(table);
    *table = grown;
    return TEXT_OK;
}

/* The slot of word i of a batch, which is long, or a free one; where a new word goes, so does its
 * address.  Apart, because a call of memcmp would cost batch_add registers. */
static __attribute__((noinline)) size_t slot_of_long(const struct word_table *table,
                                                     const struct word_batch *batch, size_t i,
                                                     size_t distinct)
{
    const uint16_t *slots = table->slots.data;
    const struct key *keys = table->keys.data;
    struct text_span *spans = table->spans.data;
    const struct text_span word = span_of(batch, i);
    size_t at = batch->slots[i];
    while (slots[at] && !(equal(keys[slots[at]], batch->keys[i]) &&
                          memcmp(spans[slots[at]].bytes, word.bytes, word.length) == 0)) {
        at = (at + 1) & (capacity_of(table) - 1);
    }
    if (slots[at] == 0) {
        spans[distinct + 1] = word;
    }
    return at;
}

/* Numbers for those words of a batch that have a bit in `rest`, in order of appearance, adding the
 * new ones.  Returns how many words of the batch are done: fewer than all when the table is full.
 */
static size_t batch_add(const struct word_batch *batch, uint64_t rest, struct word_table *table)
{
    uint16_t *ret_ids = batch->ret_ids;
    uint16_t *slots = table->slots.data;
    struct key *keys = table->keys.data;
    const size_t wrap = capacity_of(table) - 1, max = words_max(table);
    size_t distinct = table->distinct;
    for (; rest; rest &= rest - 1) {
        const size_t i = (size_t)__builtin_ctzll(rest);
        const struct key key = batch->keys[i];
        const bool is_short = !is_long(key);
        size_t at = is_short ? batch->slots[i] : slot_of_long(table, batch, i, distinct);
        size_t entry = slots[at];
        while (entry && is_short && !equal(keys[entry], key)) {
            at = (at + 1) & wrap;
            entry = slots[at];
        }
        if (entry == 0) {
            if (distinct == max) {
                break;
            }
            entry = ++distinct;
            slots[at] = (uint16_t)entry;
            keys[entry] = key;
        }
        ret_ids[i] = (uint16_t)(entry - 1);
    }
    table->distinct = distinct;
    return rest ? (size_t)__builtin_ctzll(rest) : batch->count;
}

enum text_status word_table_intern(struct word_table *table, const struct word_edges *words,
                                   word_kernel *look_up, uint16_t *ret_ids)
{
    struct word_batch batch;
    batch.words = words;
    for (batch.first = 0; batch.first < words->count;) {
        const size_t left = words->count - batch.first;
        batch.count = left < BATCH ? left : BATCH;
        batch.ret_ids = ret_ids + batch.first;
        const uint64_t rest = look_up(&batch, table);
        const size_t done = batch_add(&batch, rest, table);
        batch.first += done;
        if (done < batch.count && table->distinct >= TEXT_WORDS_DISTINCT_MAX) {
            return TEXT_ERR_LIMIT;
        }
        enum text_status status = done < batch.count ? table_grow(table) : TEXT_OK;
        if (status) {
            return status;
        }
    }
    return TEXT_OK;
}
