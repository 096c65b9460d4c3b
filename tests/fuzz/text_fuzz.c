/* Fuzz target: all variants of components/text give the same bits as the oracle of their table, and
 * all splitters give words the same numbers.
 *
 * The input is cut at bytes 0xFF into up to 12 texts of up to 600 bytes, so that a fuzzer can make
 * texts of any content but that one byte; the quadratic oracles stay fast. */
#include <stdlib.h>
#include <string.h>

#include "text.h"

#define TEXTS_MAX 12u
#define LENGTH_MAX 600u
#define SEPARATOR 0xFF

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static size_t cut(const uint8_t *data, size_t size, struct text_span *ret_texts)
{
    size_t count = 0, begin = 0;
    for (size_t i = 0; i <= size && count < TEXTS_MAX; i++) {
        if (i == size || data[i] == SEPARATOR || i - begin == LENGTH_MAX) {
            ret_texts[count++] = (struct text_span){(const char *)data + begin, i - begin};
            begin = i + 1;
        }
    }
    return count;
}

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void check_table(const struct text_variant *table, struct text_set *set, size_t count)
{
    double want[TEXTS_MAX * TEXTS_MAX], got[TEXTS_MAX * TEXTS_MAX];
    require(table->matrix(set, want) == TEXT_OK);
    for (const struct text_variant *v = table + 1; v->name; v++) {
        if (v->available()) {
            require(v->matrix(set, got) == TEXT_OK);
            require(memcmp(got, want, count * count * sizeof *got) == 0);
        }
    }
}

static void check_words(const struct text_set *set, const struct text_set *plain, size_t count)
{
    require(text_set_distinct(set) == text_set_distinct(plain));
    for (size_t i = 0; i < count; i++) {
        size_t got, want;
        const uint16_t *words = text_set_words(set, i, &got);
        const uint16_t *wanted = text_set_words(plain, i, &want);
        require(got == want && memcmp(words, wanted, got * sizeof *words) == 0);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct text_span texts[TEXTS_MAX];
    struct text_set *set = NULL, *plain = NULL;
    const size_t count = cut(data, size, texts);
    require(text_set_new(&set) == TEXT_OK && text_set_new(&plain) == TEXT_OK);
    text_set_splitter(plain, text_splitters);
    require(text_set_read(plain, texts, count, TEXT_WORDS) == TEXT_OK);
    for (const struct text_splitter *s = text_splitters; s->name; s++) {
        if (s->available()) {
            text_set_splitter(set, s);
            require(text_set_read(set, texts, count, TEXT_ALL) == TEXT_OK);
            check_words(set, plain, count);
            check_table(text_cosine_variants, set, count);
            check_table(text_jaccard_variants, set, count);
            check_table(text_levenshtein_words_variants, set, count);
        }
    }
    check_table(text_levenshtein_variants, set, count);
    text_set_free(set);
    text_set_free(plain);
    return 0;
}
