/* The aggregation: statements of all responses, equal ones merged, ranked by votes.
 *
 * A statement is hashed as 16 bytes a step and looked up in an index of numbers; equal hashes let
 * the bytes decide.  Votes are few different numbers, so ranking is a counting sort, which keeps
 * the order of appearance among equals.
 *
 * Ownership says what a statement costs: nothing, a copy at the end of one block of memory, or a
 * block of its own for every statement met, which is what splitting a text into strings does.
 *
 * Invariants: 1. A slot is 0 (free) or a number of a statement plus one.  2. At most half of the
 * slots are taken.  3. entries[i].voter is 1 + the last response that has voted for i. */
#include <stdlib.h>
#include <string.h>

#include "panel.h"

#define SLOTS_MIN 64u
#define BYTES_PER_SLOT 16u /* for a start */
#define BLOCK 64u
#define MULTIPLIER_LOW UINT64_C(0x9E3779B97F4A7C15)  /* the golden ratio, of 2^64 */
#define MULTIPLIER_HIGH UINT64_C(0xC2B2AE3D27D4EB4F) /* xxHash's second prime */

struct entry {
    struct text_span text;
    uint64_t hash;
    uint32_t votes, first, voter;
};

struct experts_aggregate {
    enum experts_ownership ownership;
    const struct experts_cutter *cutter;
    struct buffer slots;   /* uint32_t, a power of two of them */
    size_t wrap;           /* slots - 1 */
    struct entry *entries; /* in order of appearance; grows with its content */
    size_t count, room;
    struct buffer arena; /* copies, with EXPERTS_ARENA */
    size_t arena_used;
    struct buffer ranked; /* struct experts_statement[count] */
    struct buffer starts; /* uint32_t, where each number of votes begins in `ranked` */
    struct buffer joined; /* the text */
};

enum experts_status experts_aggregate_new(enum experts_ownership ownership,
                                          struct experts_aggregate **ret_aggregate)
{
    if (!ret_aggregate || (unsigned)ownership > EXPERTS_COPIES) {
        return EXPERTS_ERR_ARGUMENT;
    }
    struct experts_aggregate *aggregate = calloc(1, sizeof *aggregate);
    if (!aggregate) {
        return EXPERTS_ERR_MEMORY;
    }
    aggregate->ownership = ownership;
    experts_aggregate_cutter(aggregate, NULL);
    *ret_aggregate = aggregate;
    return EXPERTS_OK;
}

static void clear(struct experts_aggregate *aggregate)
{
    for (size_t i = 0; aggregate->ownership == EXPERTS_COPIES && i < aggregate->count; i++) {
        free((void *)(uintptr_t)aggregate->entries[i].text.bytes);
    }
    aggregate->count = 0;
    aggregate->arena_used = 0;
}

void experts_aggregate_free(struct experts_aggregate *aggregate)
{
    if (!aggregate) {
        return;
    }
    clear(aggregate);
    free(aggregate->entries);
    buffer_release(&aggregate->slots);
    buffer_release(&aggregate->arena);
    buffer_release(&aggregate->ranked);
    buffer_release(&aggregate->starts);
    buffer_release(&aggregate->joined);
    free(aggregate);
}

void experts_aggregate_cutter(struct experts_aggregate *aggregate,
                              const struct experts_cutter *cutter)
{
    for (const struct experts_cutter *c = experts_cutters; !cutter && c->name; c++) {
        if (c->available()) {
            aggregate->cutter = c;
        }
    }
    aggregate->cutter = cutter ? cutter : aggregate->cutter;
}

/* ---- the index ----------------------------------------------------------------------------- */

static inline uint64_t load64(const char *bytes)
{
    uint64_t value;
    memcpy(&value, bytes, sizeof value);
    return value;
}

/* Both halves of a product, folded: Wang Yi, wyhash. */
static inline uint64_t mix(uint64_t a, uint64_t b)
{
    __extension__ typedef unsigned __int128 wide;
    const wide product = (wide)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

static inline uint64_t hash_of(struct text_span text)
{
    uint64_t hash = text.length * MULTIPLIER_HIGH;
    const char *at = text.bytes;
    size_t rest = text.length;
    for (; rest > 16; rest -= 16, at += 16) {
        hash = mix(load64(at) ^ MULTIPLIER_LOW, load64(at + 8) ^ hash);
    }
    char last[16] = {0};
    if (text.length >= 16) { /* the last 16 bytes, some of them twice */
        memcpy(last, text.bytes + text.length - 16, 16);
    } else {
        memcpy(last, at, rest);
    }
    return mix(load64(last) ^ MULTIPLIER_LOW, load64(last + 8) ^ hash ^ MULTIPLIER_HIGH);
}

static enum experts_status make_slots(struct experts_aggregate *aggregate, size_t slots)
{
    enum experts_status status = buffer_reserve(&aggregate->slots, slots * sizeof(uint32_t));
    if (!status) {
        memset(aggregate->slots.data, 0, slots * sizeof(uint32_t));
        aggregate->wrap = slots - 1;
    }
    return status;
}

/* Twice the entries, and as many slots as are needed for them. */
static __attribute__((noinline)) enum experts_status grow(struct experts_aggregate *aggregate)
{
    const size_t room = aggregate->room ? 2 * aggregate->room : SLOTS_MIN / 2;
    if (room > UINT32_MAX / 2) {
        return EXPERTS_ERR_LIMIT;
    }
    struct entry *entries = realloc(aggregate->entries, room * sizeof *entries);
    if (!entries) {
        return EXPERTS_ERR_MEMORY;
    }
    aggregate->entries = entries;
    aggregate->room = room;
    return EXPERTS_OK;
}

static __attribute__((noinline)) enum experts_status rehash(struct experts_aggregate *aggregate)
{
    enum experts_status status = make_slots(aggregate, 2 * (aggregate->wrap + 1));
    uint32_t *slots = aggregate->slots.data;
    for (size_t i = 0; !status && i < aggregate->count; i++) {
        size_t at = aggregate->entries[i].hash & aggregate->wrap;
        while (slots[at]) {
            at = (at + 1) & aggregate->wrap;
        }
        slots[at] = (uint32_t)(i + 1);
    }
    return status;
}

/* The slot of a statement, or the free one where it belongs. */
static inline uint32_t *find(const struct experts_aggregate *aggregate, struct text_span text,
                             uint64_t hash)
{
    uint32_t *slots = aggregate->slots.data;
    for (size_t at = hash & aggregate->wrap;; at = (at + 1) & aggregate->wrap) {
        if (slots[at] == 0) {
            return &slots[at];
        }
        const struct entry *entry = &aggregate->entries[slots[at] - 1];
        if (entry->hash == hash && entry->text.length == text.length &&
            memcmp(entry->text.bytes, text.bytes, text.length) == 0) {
            return &slots[at];
        }
    }
}

/* ---- statements ---------------------------------------------------------------------------- */

static enum experts_status copy(struct text_span *text)
{
    char *bytes = malloc(text->length);
    if (!bytes) {
        return EXPERTS_ERR_MEMORY;
    }
    memcpy(bytes, text->bytes, text->length);
    text->bytes = bytes;
    return EXPERTS_OK;
}

static void copy_to_arena(struct experts_aggregate *aggregate, struct text_span *text)
{
    char *bytes = (char *)aggregate->arena.data + aggregate->arena_used;
    memcpy(bytes, text->bytes, text->length);
    aggregate->arena_used += text->length;
    text->bytes = bytes;
}

static enum experts_status vote(struct experts_aggregate *aggregate, struct text_span text,
                                uint32_t response)
{
    if (aggregate->count == aggregate->room) {
        enum experts_status status = grow(aggregate);
        if (status) {
            return status;
        }
    }
    if (2 * aggregate->count > aggregate->wrap) {
        enum experts_status status = rehash(aggregate);
        if (status) {
            return status;
        }
    }
    const bool copies = aggregate->ownership == EXPERTS_COPIES;
    if (copies && copy(&text)) {
        return EXPERTS_ERR_MEMORY;
    }
    const uint64_t hash = hash_of(text);
    uint32_t *slot = find(aggregate, text, hash);
    if (*slot == 0) {
        if (aggregate->ownership == EXPERTS_ARENA) {
            copy_to_arena(aggregate, &text);
        }
        aggregate->entries[aggregate->count++] =
            (struct entry){text, hash, 1, response, response + 1};
        *slot = (uint32_t)aggregate->count;
        return EXPERTS_OK;
    }
    struct entry *entry = &aggregate->entries[*slot - 1];
    entry->votes += entry->voter != response + 1;
    entry->voter = response + 1;
    if (copies) {
        free((void *)(uintptr_t)text.bytes);
    }
    return EXPERTS_OK;
}

static inline bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static inline enum experts_status vote_trimmed(struct experts_aggregate *aggregate,
                                               const char *begin, const char *end,
                                               uint32_t response)
{
    while (begin < end && is_space(*begin)) {
        begin++;
    }
    while (begin < end && is_space(end[-1])) {
        end--;
    }
    const struct text_span text = {begin, (size_t)(end - begin)};
    return begin < end ? vote(aggregate, text, response) : EXPERTS_OK;
}

static enum experts_status read_response(struct experts_aggregate *aggregate,
                                         struct text_span response, uint32_t number)
{
    enum experts_status status = EXPERTS_OK;
    const char *begin = response.bytes;
    bool stop = false;
    for (size_t i = 0; i < response.length; i += BLOCK) {
        const size_t rest = response.length - i;
        uint64_t cuts =
            aggregate->cutter->cuts(response.bytes + i, rest < BLOCK ? rest : BLOCK, &stop);
        for (; cuts && !status; cuts &= cuts - 1) {
            const char *end = response.bytes + i + __builtin_ctzll(cuts);
            status = vote_trimmed(aggregate, begin, end, number);
            begin = end + 1;
        }
    }
    if (!status && response.length > 0) {
        status = vote_trimmed(aggregate, begin, response.bytes + response.length, number);
    }
    return status;
}

/* ---- ranking ------------------------------------------------------------------------------- */

static enum experts_status rank(struct experts_aggregate *aggregate, size_t responses)
{
    const size_t count = aggregate->count;
    enum experts_status status =
        buffer_reserve(&aggregate->ranked, count * sizeof(struct experts_statement));
    if (!status) {
        status = buffer_reserve(&aggregate->starts, (responses + 2) * sizeof(uint32_t));
    }
    if (status) {
        return status;
    }
    uint32_t *starts = aggregate->starts.data; /* by how many votes are missing */
    memset(starts, 0, (responses + 2) * sizeof *starts);
    for (size_t i = 0; i < count; i++) {
        starts[responses - aggregate->entries[i].votes + 1]++;
    }
    for (size_t missing = 1; missing <= responses; missing++) {
        starts[missing] += starts[missing - 1];
    }
    struct experts_statement *ranked = aggregate->ranked.data;
    for (size_t i = 0; i < count; i++) {
        const struct entry *entry = &aggregate->entries[i];
        ranked[starts[responses - entry->votes]++] =
            (struct experts_statement){entry->text, entry->votes, entry->first};
    }
    return EXPERTS_OK;
}

static enum experts_status merge(struct experts_aggregate *aggregate,
                                 const struct text_span *responses, size_t count)
{
    size_t total = 0, slots = SLOTS_MIN;
    for (size_t i = 0; i < count; i++) {
        total += responses[i].length;
    }
    while (slots < total / BYTES_PER_SLOT && slots < UINT16_MAX) {
        slots *= 2;
    }
    enum experts_status status = make_slots(aggregate, slots);
    if (!status && aggregate->ownership == EXPERTS_ARENA) {
        status = buffer_reserve(&aggregate->arena, total);
    }
    for (size_t i = 0; !status && i < count; i++) {
        status = read_response(aggregate, responses[i], (uint32_t)i);
    }
    return status ? status : rank(aggregate, count);
}

enum experts_status experts_aggregate_merge(struct experts_aggregate *aggregate,
                                            const struct text_span *responses, size_t count)
{
    enum experts_status status = aggregate ? experts_check(responses, count) : EXPERTS_ERR_ARGUMENT;
    if (status) {
        return status;
    }
    clear(aggregate);
    status = merge(aggregate, responses, count);
    if (status) {
        clear(aggregate);
    }
    return status;
}

const struct experts_statement *experts_aggregate_statements(
    const struct experts_aggregate *aggregate, size_t *ret_count)
{
    *ret_count = aggregate->count;
    return aggregate->ranked.data;
}

const char *experts_aggregate_text(struct experts_aggregate *aggregate, size_t *ret_length)
{
    size_t length = 0;
    *ret_length = 0;
    const struct experts_statement *ranked = aggregate->ranked.data;
    for (size_t i = 0; i < aggregate->count; i++) {
        length += ranked[i].text.length + 1;
    }
    if (buffer_reserve(&aggregate->joined, length)) {
        return NULL;
    }
    char *end = aggregate->joined.data;
    for (size_t i = 0; i < aggregate->count; i++) {
        memcpy(end, ranked[i].text.bytes, ranked[i].text.length);
        end[ranked[i].text.length] = '\n';
        end += ranked[i].text.length + 1;
    }
    *ret_length = length;
    return aggregate->joined.data;
}
