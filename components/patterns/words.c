/* The words of a text, interned or copied: what a symbol costs in memory either way.
 *
 * Interned: different words lie one after the other in one array, each with its NUL; a table of
 * hashes leads to their numbers, and a word of the text is a byte.  Copied: a pointer and a block
 * from malloc for each word.  Both count their words first, so that arrays have the right size. */
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define SLOTS 512u /* a power of two, at least twice PATTERNS_SYMBOLS_MAX */
#define NO_WORD UINT8_MAX

/* Different words and the table that finds them. */
struct vocabulary {
    char *letters; /* words with their NULs */
    size_t letters_used, letters_size;
    uint32_t starts[PATTERNS_SYMBOLS_MAX + 1]; /* word i: letters + starts[i] */
    size_t count;
    uint8_t slots[SLOTS];
};

struct patterns_words {
    enum patterns_keeping keeping;
    size_t count;
    struct vocabulary *vocabulary; /* interned */
    uint8_t *numbers;
    char **copies; /* copied */
};

struct span {
    const char *bytes;
    size_t length;
};

static bool is_blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r') || c == 0;
}

/* Moves *position behind the next word; the word is empty when there is none left. */
static struct span next_word(const char *bytes, size_t length, size_t *position)
{
    size_t begin = *position;
    while (begin < length && is_blank(bytes[begin])) {
        begin++;
    }
    size_t end = begin;
    while (end < length && !is_blank(bytes[end])) {
        end++;
    }
    *position = end;
    return (struct span){bytes + begin, end - begin};
}

/* FNV-1a (Fowler, Noll and Vo), 64 bits. */
static size_t hash_of(struct span word)
{
    uint64_t hash = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i < word.length; i++) {
        hash = (hash ^ (uint8_t)word.bytes[i]) * UINT64_C(0x100000001B3);
    }
    return (size_t)(hash ^ (hash >> 32));
}

static struct vocabulary *vocabulary_new(void)
{
    struct vocabulary *vocabulary = calloc(1, sizeof *vocabulary);
    if (vocabulary) {
        memset(vocabulary->slots, NO_WORD, sizeof vocabulary->slots);
    }
    return vocabulary;
}

static void vocabulary_free(struct vocabulary *vocabulary)
{
    if (vocabulary) {
        free(vocabulary->letters);
        free(vocabulary);
    }
}

static bool is_word(const struct vocabulary *vocabulary, size_t number, struct span word)
{
    const size_t start = vocabulary->starts[number];
    return vocabulary->starts[number + 1] - start == word.length + 1 &&
           /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): a word has letters */
           memcmp(vocabulary->letters + start, word.bytes, word.length) == 0;
}

static enum patterns_status append_word(struct vocabulary *vocabulary, struct span word)
{
    const size_t needed = vocabulary->letters_used + word.length + 1;
    if (needed > vocabulary->letters_size) {
        const size_t size = needed + needed / 2;
        char *grown = realloc(vocabulary->letters, size);
        if (!grown) {
            return PATTERNS_ERR_MEMORY;
        }
        vocabulary->letters = grown;
        vocabulary->letters_size = size;
    }
    memcpy(vocabulary->letters + vocabulary->letters_used, word.bytes, word.length);
    vocabulary->letters[needed - 1] = 0;
    vocabulary->letters_used = needed;
    vocabulary->starts[++vocabulary->count] = (uint32_t)needed;
    return PATTERNS_OK;
}

/* The number of a word, new or not. */
static enum patterns_status intern(struct vocabulary *vocabulary, struct span word,
                                   uint8_t *ret_number)
{
    size_t slot = hash_of(word) % SLOTS;
    while (vocabulary->slots[slot] != NO_WORD) {
        if (is_word(vocabulary, vocabulary->slots[slot], word)) {
            *ret_number = vocabulary->slots[slot];
            return PATTERNS_OK;
        }
        slot = (slot + 1) % SLOTS;
    }
    if (vocabulary->count == PATTERNS_SYMBOLS_MAX) {
        return PATTERNS_ERR_LIMIT;
    }
    const enum patterns_status status = append_word(vocabulary, word);
    if (!status) {
        *ret_number = vocabulary->slots[slot] = (uint8_t)(vocabulary->count - 1);
    }
    return status;
}

static enum patterns_status read_interned(struct patterns_words *words, const char *bytes,
                                          size_t length)
{
    words->numbers = malloc(words->count + 1);
    words->vocabulary = vocabulary_new();
    if (!words->numbers || !words->vocabulary) {
        return PATTERNS_ERR_MEMORY;
    }
    size_t position = 0;
    for (size_t i = 0; i < words->count; i++) {
        const struct span word = next_word(bytes, length, &position);
        const enum patterns_status status = intern(words->vocabulary, word, &words->numbers[i]);
        if (status) {
            return status;
        }
    }
    return PATTERNS_OK;
}

static enum patterns_status read_copies(struct patterns_words *words, const char *bytes,
                                        size_t length)
{
    words->copies = calloc(words->count + 1, sizeof *words->copies);
    if (!words->copies) {
        return PATTERNS_ERR_MEMORY;
    }
    size_t position = 0;
    for (size_t i = 0; i < words->count; i++) {
        const struct span word = next_word(bytes, length, &position);
        char *copy = malloc(word.length + 1);
        if (!copy) {
            return PATTERNS_ERR_MEMORY;
        }
        memcpy(copy, word.bytes, word.length);
        copy[word.length] = 0;
        words->copies[i] = copy;
    }
    return PATTERNS_OK;
}

enum patterns_status patterns_words_new(const char *bytes, size_t length,
                                        enum patterns_keeping keeping,
                                        struct patterns_words **ret_words)
{
    if ((!bytes && length > 0) || !ret_words || keeping > PATTERNS_COPIED) {
        return PATTERNS_ERR_ARGUMENT;
    }
    if (length > PATTERNS_TEXT_MAX) {
        return PATTERNS_ERR_LIMIT;
    }
    size_t count = 0;
    for (size_t position = 0; next_word(bytes, length, &position).length > 0;) {
        count++;
    }
    if (count > PATTERNS_LENGTH_MAX) {
        return PATTERNS_ERR_LIMIT;
    }
    struct patterns_words *words = calloc(1, sizeof *words);
    if (!words) {
        return PATTERNS_ERR_MEMORY;
    }
    words->keeping = keeping;
    words->count = count;
    const enum patterns_status status = keeping == PATTERNS_INTERNED
                                            ? read_interned(words, bytes, length)
                                            : read_copies(words, bytes, length);
    if (status) {
        patterns_words_free(words);
        return status;
    }
    *ret_words = words;
    return PATTERNS_OK;
}

void patterns_words_free(struct patterns_words *words)
{
    if (!words) {
        return;
    }
    for (size_t i = 0; words->copies && i < words->count; i++) {
        free(words->copies[i]);
    }
    free(words->copies);
    vocabulary_free(words->vocabulary);
    free(words->numbers);
    free(words);
}

size_t patterns_words_count(const struct patterns_words *words)
{
    return words->count;
}

const char *patterns_words_string(const struct patterns_words *words, size_t index)
{
    if (index >= words->count) {
        return NULL;
    }
    if (words->keeping == PATTERNS_COPIED) {
        return words->copies[index];
    }
    return words->vocabulary->letters + words->vocabulary->starts[words->numbers[index]];
}

/* Interns the copies for as long as the call lasts. */
static enum patterns_status number_copies(const struct patterns_words *words, uint8_t *ret_numbers,
                                          size_t *ret_distinct)
{
    struct vocabulary *vocabulary = vocabulary_new();
    enum patterns_status status = vocabulary ? PATTERNS_OK : PATTERNS_ERR_MEMORY;
    for (size_t i = 0; i < words->count && !status; i++) {
        const struct span word = {words->copies[i], strlen(words->copies[i])};
        status = intern(vocabulary, word, &ret_numbers[i]);
    }
    if (!status) {
        *ret_distinct = vocabulary->count;
    }
    vocabulary_free(vocabulary);
    return status;
}

enum patterns_status patterns_words_numbers(const struct patterns_words *words,
                                            uint8_t *ret_numbers, size_t *ret_distinct)
{
    if (words->keeping == PATTERNS_COPIED) {
        return number_copies(words, ret_numbers, ret_distinct);
    }
    if (words->count > 0) {
        memcpy(ret_numbers, words->numbers, words->count);
    }
    *ret_distinct = words->vocabulary->count;
    return PATTERNS_OK;
}

static size_t block_bytes(size_t asked)
{
    const size_t whole = (asked + 8 + 15) / 16 * 16;
    return whole < 32 ? 32 : whole;
}

size_t patterns_words_heap_bytes(const struct patterns_words *words)
{
    size_t bytes = block_bytes(sizeof *words);
    if (words->keeping == PATTERNS_INTERNED) {
        return bytes + block_bytes(words->count + 1) + block_bytes(sizeof *words->vocabulary) +
               block_bytes(words->vocabulary->letters_size);
    }
    bytes += block_bytes((words->count + 1) * sizeof *words->copies);
    for (size_t i = 0; i < words->count; i++) {
        bytes += block_bytes(strlen(words->copies[i]) + 1);
    }
    return bytes;
}
