/* components/text: every variant against the oracle of its table, and values worked by hand. */
#include <ctype.h>
#include <stdint.h>

#include "../harness.h"
#include "text.h"

#define COUNT_MAX 40u

static const struct text_variant *const TABLES[] = {
    text_cosine_variants,
    text_jaccard_variants,
    text_levenshtein_variants,
    text_levenshtein_words_variants,
};
#define TABLES_COUNT (sizeof TABLES / sizeof *TABLES)

/* splitmix64, Vigna's public-domain reference. */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static struct text_span span(const char *string)
{
    return (struct text_span){string, strlen(string)};
}

static struct text_set *new_set(void)
{
    struct text_set *set = NULL;
    CHECK(text_set_new(&set) == TEXT_OK);
    return set;
}

/* A text of `length` random symbols; with an alphabet of 4 or more one symbol in six is a space. */
static struct text_span random_text(uint64_t *state, size_t length, unsigned alphabet)
{
    char *bytes = malloc(length ? length : 1);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < length; i++) {
        const uint64_t random = random_next(state);
        const bool space = alphabet >= 4 && random >> 32 <= UINT32_MAX / 6;
        bytes[i] = (char)(space ? ' ' : alphabet == 256 ? random & 255 : 'a' + random % alphabet);
    }
    return (struct text_span){bytes, length};
}

static void free_texts(const struct text_span *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((void *)(uintptr_t)texts[i].bytes);
    }
}

/* All variants of all tables on one input: prepared, and read again with just their own parts. */
static void check_variants(struct text_set *set, const struct text_span *texts, size_t count)
{
    static double want[COUNT_MAX * COUNT_MAX], got[COUNT_MAX * COUNT_MAX];
    const size_t size = count * count * sizeof *want;
    for (size_t t = 0; t < TABLES_COUNT; t++) {
        CHECK(text_set_read(set, texts, count, TEXT_ALL) == TEXT_OK);
        CHECK(TABLES[t]->matrix(set, want) == TEXT_OK);
        for (const struct text_variant *v = TABLES[t] + 1; v->name; v++) {
            if (!v->available()) {
                continue;
            }
            CHECK(text_set_read(set, texts, count, TEXT_ALL) == TEXT_OK);
            CHECK(v->matrix(set, got) == TEXT_OK);
            CHECK(memcmp(got, want, size) == 0);
            memset(got, 0, size);
            CHECK(text_set_read(set, texts, count, v->parts) == TEXT_OK);
            CHECK(v->matrix(set, got) == TEXT_OK);
            CHECK(memcmp(got, want, size) == 0);
        }
    }
}

/* The value of one pair, by every available variant of a table. */
static void check_pair(const struct text_variant *table, const char *a, const char *b, double want)
{
    struct text_set *set = new_set();
    const struct text_span texts[] = {span(a), span(b)};
    for (const struct text_variant *v = table; v->name; v++) {
        if (v->available()) {
            double matrix[4];
            CHECK(text_set_read(set, texts, 2, v->parts) == TEXT_OK);
            CHECK(v->matrix(set, matrix) == TEXT_OK);
            CHECK_NEAR(matrix[1], want, 1e-15);
            CHECK(matrix[2] == matrix[1] && matrix[0] == 1 && matrix[3] == 1);
        }
    }
    text_set_free(set);
}

static size_t distance(const char *a, const char *b)
{
    size_t result = SIZE_MAX;
    CHECK(text_levenshtein(span(a), span(b), &result) == TEXT_OK);
    return result;
}

/* Kitten and sitting: three edits, the textbook pair (Wikipedia, "Levenshtein distance").
 * Surgery and survey, by hand: surgery -> survery (g for v) -> survey (r deleted). */
TEST(levenshtein_distances_match_hand_worked_values)
{
    CHECK_EQ(distance("kitten", "sitting"), 3);
    CHECK_EQ(distance("surgery", "survey"), 2);
    CHECK_EQ(distance("", ""), 0);
    CHECK_EQ(distance("", "abc"), 3);
    CHECK_EQ(distance("abc", ""), 3);
    CHECK_EQ(distance("flaw", "lawn"), 2);
}

/* 1 - 3/7 and 1 - 2/4: "the cat sat down" needs one word replaced and one deleted. */
TEST(levenshtein_similarities_match_hand_worked_values)
{
    check_pair(text_levenshtein_variants, "kitten", "sitting", 1 - 3.0 / 7);
    check_pair(text_levenshtein_words_variants, "the cat sat down", "the dog sat", 0.5);
    check_pair(text_levenshtein_words_variants, "a  b\tc", "\na b c\r", 1);
}

/* (2, 1) against (1, 0, 1): 2 / sqrt(5 * 2). */
TEST(cosine_matches_hand_worked_values)
{
    check_pair(text_cosine_variants, "to be to", "to do", 2 / sqrt(10));
    check_pair(text_cosine_variants, "a b c", "c b a", 1);
    check_pair(text_cosine_variants, "a b", "c d", 0);
}

/* {to, be} and {to, do}: one of three. */
TEST(jaccard_matches_hand_worked_values)
{
    check_pair(text_jaccard_variants, "to be to", "to do", 1.0 / 3);
    check_pair(text_jaccard_variants, "a b c", "c b a a", 1);
    check_pair(text_jaccard_variants, "a b", "c d", 0);
}

TEST(empty_texts_are_equal_and_share_nothing_with_others)
{
    for (size_t t = 0; t < TABLES_COUNT; t++) {
        check_pair(TABLES[t], "", "", 1);
        check_pair(TABLES[t], "", "word", 0);
        check_pair(TABLES[t], "word", "", 0);
    }
    check_pair(text_cosine_variants, " \t\n", "", 1);
    check_pair(text_jaccard_variants, " \t\n", "", 1);
}

TEST(no_text_and_one_text_are_fine)
{
    struct text_set *set = new_set();
    for (size_t t = 0; t < TABLES_COUNT; t++) {
        for (const struct text_variant *v = TABLES[t]; v->name; v++) {
            if (v->available()) {
                double one = 0;
                const struct text_span text = span("one text");
                CHECK(text_set_read(set, NULL, 0, v->parts) == TEXT_OK);
                CHECK(v->matrix(set, NULL) == TEXT_OK);
                CHECK(text_set_read(set, &text, 1, v->parts) == TEXT_OK);
                CHECK(v->matrix(set, &one) == TEXT_OK);
                CHECK_EQ(one, 1);
            }
        }
    }
    text_set_free(set);
}

TEST(variants_agree_on_every_length_up_to_200_against_200)
{
    uint64_t state = 1;
    static const unsigned ALPHABETS[] = {1, 2, 4, 256};
    struct text_set *set = new_set();
    for (size_t length = 0; length <= 200; length++) {
        struct text_span texts[3];
        const unsigned alphabet = ALPHABETS[length % 4];
        texts[0] = random_text(&state, length, alphabet);
        texts[1] = random_text(&state, 200 - length, alphabet);
        texts[2] = random_text(&state, random_next(&state) % 201, alphabet);
        check_variants(set, texts, 3);
        free_texts(texts, 3);
    }
    text_set_free(set);
}

/* 1 to 3000 rows: one block, one tile, several tiles, and one row more or less than each. */
TEST(variants_agree_around_multiples_of_64)
{
    uint64_t state = 2;
    static const unsigned ALPHABETS[] = {2, 4, 256};
    struct text_set *set = new_set();
    for (unsigned blocks = 1; blocks <= 15; blocks++) {
        struct text_span texts[9];
        for (size_t i = 0; i < 9; i++) {
            const size_t multiple = 64 * (1 + (blocks - 1 + i / 3) % 15);
            texts[i] = random_text(&state, multiple - 1 + i % 3, ALPHABETS[blocks % 3]);
        }
        check_variants(set, texts, 9);
        free_texts(texts, 9);
    }
    text_set_free(set);
}

TEST(variants_agree_on_long_texts)
{
    uint64_t state = 3;
    struct text_set *set = new_set();
    struct text_span texts[5];
    for (size_t i = 0; i < 5; i++) {
        texts[i] = random_text(&state, 3000 - 511 * i, i % 2 ? 4 : 256);
    }
    check_variants(set, texts, 5);
    free_texts(texts, 5);
    text_set_free(set);
}

/* Every number of texts from 0 to 40, so that groups of lanes are full, partly full and alone. */
TEST(variants_agree_on_any_number_of_texts)
{
    uint64_t state = 4;
    struct text_set *set = new_set();
    for (size_t count = 0; count <= COUNT_MAX; count++) {
        struct text_span texts[COUNT_MAX];
        for (size_t i = 0; i < count; i++) {
            texts[i] = random_text(&state, random_next(&state) % 150, 4);
        }
        check_variants(set, texts, count);
        free_texts(texts, count);
    }
    text_set_free(set);
}

/* 127 fits the bytes of the fast variants, 128 and 300 do not.  By hand: (n, 1) and (n, 0). */
TEST(cosine_stays_exact_when_a_word_occurs_more_than_127_times)
{
    static const int REPEATS[] = {127, 128, 255, 256, 300, 1000};
    for (size_t k = 0; k < sizeof REPEATS / sizeof *REPEATS; k++) {
        const int n = REPEATS[k];
        char a[2100] = "", b[2100] = "";
        for (int i = 0; i < n; i++) {
            a[2 * i] = b[2 * i] = 'x';
            a[2 * i + 1] = b[2 * i + 1] = ' ';
        }
        a[2 * n] = 'y';
        const double square = (double)n * n;
        check_pair(text_cosine_variants, a, b, square / sqrt((square + 1) * square));
        const struct text_span texts[] = {span(a), span(b)};
        struct text_set *set = new_set();
        check_variants(set, texts, 2);
        text_set_free(set);
    }
}

/* Words of 1 to 40 bytes that differ in their last byte, and a word with a NUL at its end. */
static void check_words_are_told_apart(struct text_set *set)
{
    for (size_t length = 1; length <= 40; length++) {
        char a[41], b[41];
        memset(a, 'w', sizeof a);
        memset(b, 'w', sizeof b);
        b[length - 1] = 'v';
        const struct text_span texts[] = {{a, length}, {b, length}, {a, length + 1}, {a, length}};
        CHECK(text_set_read(set, texts, 4, TEXT_WORDS) == TEXT_OK);
        CHECK_EQ(text_set_distinct(set), 3);
    }
    const struct text_span nul[] = {{"ab\0", 3}, {"ab", 2}, {"ab\0\0", 4}, {"\0", 1}};
    CHECK(text_set_read(set, nul, 4, TEXT_WORDS) == TEXT_OK);
    CHECK_EQ(text_set_distinct(set), 4);
}

TEST(words_are_told_apart_by_their_bytes)
{
    struct text_set *set = new_set();
    for (const struct text_splitter *s = text_splitters; s->name; s++) {
        text_set_splitter(set, s->available() ? s : NULL);
        check_words_are_told_apart(set);
    }
    text_set_free(set);
}

/* One step of the hash of long words in words.c. */
static uint64_t hash_step(uint64_t hash)
{
    hash *= UINT64_C(0x9E3779B97F4A7C15);
    return hash ^ hash >> 32;
}

/* Two words of 24 bytes whose hashes are equal: they begin differently, and the second eight bytes
 * of b undo the difference.  False when they would have to contain white space. */
static bool make_collision(uint64_t *state, char a[24], char b[24])
{
    uint64_t words[2][3] = {{random_next(state), random_next(state), random_next(state)}};
    uint64_t hashes[2];
    words[1][0] = random_next(state);
    words[1][2] = words[0][2];
    for (size_t i = 0; i < 2; i++) {
        hashes[i] = hash_step(words[i][2] ^ words[i][0]);
    }
    words[1][1] = words[0][1] ^ hashes[0] ^ hashes[1];
    memcpy(a, words[0], 24);
    memcpy(b, words[1], 24);
    for (size_t i = 0; i < 24; i++) {
        if (isspace((unsigned char)a[i]) || isspace((unsigned char)b[i])) {
            return false;
        }
    }
    return true;
}

TEST(long_words_with_equal_hashes_are_told_apart)
{
    uint64_t state = 7;
    struct text_set *set = new_set();
    for (const struct text_splitter *s = text_splitters; s->name; s++) {
        text_set_splitter(set, s->available() ? s : NULL);
        for (int made = 0; made < 100;) {
            char a[24], b[24];
            if (make_collision(&state, a, b)) {
                const struct text_span texts[] = {{a, 24}, {b, 24}, {a, 24}, {b, 24}};
                CHECK(text_set_read(set, texts, 4, TEXT_WORDS) == TEXT_OK);
                CHECK_EQ(text_set_distinct(set), 2);
                made++;
            }
        }
    }
    text_set_free(set);
}

TEST(words_are_numbered_in_order_of_appearance)
{
    struct text_set *set = new_set();
    const struct text_span texts[] = {span("to be or not to be"), span("be quick")};
    static const uint16_t WANT[] = {0, 1, 2, 3, 0, 1}, WANT_SECOND[] = {1, 4};
    size_t n;
    CHECK(text_set_read(set, texts, 2, TEXT_WORDS) == TEXT_OK);
    const uint16_t *words = text_set_words(set, 0, &n);
    CHECK(n == 6 && memcmp(words, WANT, sizeof WANT) == 0);
    words = text_set_words(set, 1, &n);
    CHECK(n == 2 && memcmp(words, WANT_SECOND, sizeof WANT_SECOND) == 0);
    CHECK(text_set_words(set, 2, &n) == NULL && n == 0);
    CHECK_EQ(text_set_distinct(set), 5);
    CHECK_EQ(text_set_count(set), 2);
    text_set_free(set);
}

/* Words of up to 16 bytes are kept in their keys, longer ones where they were read. */
TEST(numbers_lead_back_to_words)
{
    static const char TEXT[] = "a sixteen_bytes_ok seventeen_bytes__ a \xff antidisestablishment";
    static const char *const WANT[] = {"a", "sixteen_bytes_ok", "seventeen_bytes__", "\xff",
                                       "antidisestablishment"};
    for (const struct text_splitter *s = text_splitters; s->name; s++) {
        struct text_set *set = new_set();
        const struct text_span text = span(TEXT);
        text_set_splitter(set, s->available() ? s : NULL);
        CHECK(text_set_read(set, &text, 1, TEXT_WORDS) == TEXT_OK);
        CHECK_EQ(text_set_distinct(set), 5);
        for (size_t id = 0; id < 5; id++) {
            const struct text_span word = text_set_word(set, id);
            CHECK(word.length == strlen(WANT[id]));
            CHECK(memcmp(word.bytes, WANT[id], word.length) == 0);
        }
        CHECK(text_set_word(set, 5).length == 0 && text_set_word(NULL, 0).bytes == NULL);
        text_set_free(set);
    }
}

/* Random bytes in blocks of exact size, so that a sanitizer sees any read beyond the text. */
TEST(splitters_agree_and_stay_inside_the_text)
{
    uint64_t state = 5;
    for (size_t length = 0; length < 400; length++) {
        const struct text_span text = random_text(&state, length, length % 2 ? 4 : 256);
        uint32_t *want = calloc(length + 80, sizeof *want), *got = calloc(length + 80, sizeof *got);
        const size_t n = text_splitters[0].split(text.bytes, length, want);
        for (const struct text_splitter *s = text_splitters; s->name; s++) {
            if (s->available()) {
                CHECK_EQ(s->split(text.bytes, length, got), n);
                CHECK(memcmp(got, want, 2 * n * sizeof *got) == 0);
            }
        }
        free(want);
        free(got);
        free_texts(&text, 1);
    }
}

/* 0 to 150 words of 1 to 40 letters, one space apart: batches that are full, partly full, empty. */
static struct text_span random_words(uint64_t *state, size_t count)
{
    char *bytes = malloc(count * 41 + 1);
    CHECK(bytes != NULL);
    size_t length = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t random = random_next(state);
        const size_t size = 1 + (random >> 32) % (random % 4 ? 16 : 40);
        memset(bytes + length, (int)('a' + (random >> 8) % 3), size);
        bytes[length] = (char)('a' + (random >> 16) % 3);
        bytes[length + size] = ' ';
        length += size + 1;
    }
    bytes = realloc(bytes, length ? length : 1);
    return (struct text_span){bytes, length};
}

TEST(all_splitters_number_words_alike)
{
    uint64_t state = 8;
    struct text_set *plain = new_set(), *set = new_set();
    text_set_splitter(plain, text_splitters);
    for (size_t count = 0; count <= 150; count++) {
        struct text_span texts[2] = {random_words(&state, count), random_words(&state, 150)};
        texts[0].length -= count % 2; /* the last word ends with the text, or a space does */
        CHECK(text_set_read(plain, texts, 2, TEXT_WORDS) == TEXT_OK);
        for (const struct text_splitter *s = text_splitters + 1; s->name; s++) {
            text_set_splitter(set, s->available() ? s : NULL);
            CHECK(text_set_read(set, texts, 2, TEXT_WORDS) == TEXT_OK);
            CHECK_EQ(text_set_distinct(set), text_set_distinct(plain));
            for (size_t i = 0; i < 2; i++) {
                size_t n, want;
                const uint16_t *words = text_set_words(set, i, &n);
                const uint16_t *wanted = text_set_words(plain, i, &want);
                CHECK(n == want && memcmp(words, wanted, n * sizeof *words) == 0);
            }
        }
        free_texts(texts, 2);
    }
    text_set_free(plain);
    text_set_free(set);
}

TEST(all_splitters_give_the_same_matrices)
{
    uint64_t state = 6;
    struct text_set *set = new_set();
    struct text_span texts[6];
    for (size_t i = 0; i < 6; i++) {
        texts[i] = random_text(&state, 300 + i, 4);
    }
    for (const struct text_splitter *s = text_splitters; s->name; s++) {
        if (s->available()) {
            text_set_splitter(set, s);
            check_variants(set, texts, 6);
        }
    }
    free_texts(texts, 6);
    text_set_free(set);
}

/* `count` different words of five letters. */
static struct text_span many_words(size_t count)
{
    char *bytes = malloc(count * 6);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < count; i++) {
        size_t number = i;
        for (size_t k = 0; k < 5; k++) {
            bytes[6 * i + k] = (char)('a' + number % 26);
            number /= 26;
        }
        bytes[6 * i + 5] = ' ';
    }
    return (struct text_span){bytes, count * 6};
}

TEST(exactly_65535_different_words_are_allowed)
{
    struct text_set *set = new_set();
    struct text_span text = many_words(65536);
    CHECK(text_set_read(set, &text, 1, TEXT_COUNTS) == TEXT_ERR_LIMIT);
    CHECK_EQ(text_set_count(set), 0);
    text.length -= 6;
    const struct text_span twice[] = {text, text};
    double matrix[4];
    const struct text_variant *cosine = text_best(text_cosine_variants);
    const struct text_variant *jaccard = text_best(text_jaccard_variants);
    CHECK(text_set_read(set, twice, 2, cosine->parts | jaccard->parts) == TEXT_OK);
    CHECK_EQ(text_set_distinct(set), 65535);
    CHECK(cosine->matrix(set, matrix) == TEXT_OK);
    CHECK_EQ(matrix[1], 1);
    CHECK(jaccard->matrix(set, matrix) == TEXT_OK);
    CHECK_EQ(matrix[1], 1);
    free_texts(&text, 1);
    text_set_free(set);
}

TEST(wrong_arguments_are_refused)
{
    struct text_set *set = new_set();
    const struct text_span text = span("a"), broken = {NULL, 1}, huge = {"", TEXT_LENGTH_MAX + 1u};
    size_t result;
    double matrix[1];
    CHECK(text_set_new(NULL) == TEXT_ERR_ARGUMENT);
    CHECK(text_set_read(NULL, &text, 1, TEXT_ALL) == TEXT_ERR_ARGUMENT);
    CHECK(text_set_read(set, NULL, 1, TEXT_ALL) == TEXT_ERR_ARGUMENT);
    CHECK(text_set_read(set, &text, 1, TEXT_ALL + 1) == TEXT_ERR_ARGUMENT);
    CHECK(text_set_read(set, &broken, 1, TEXT_ALL) == TEXT_ERR_ARGUMENT);
    CHECK(text_set_read(set, &huge, 1, TEXT_ALL) == TEXT_ERR_LIMIT);
    CHECK(text_set_read(set, &text, TEXT_COUNT_MAX + 1u, TEXT_ALL) == TEXT_ERR_LIMIT);
    CHECK(text_levenshtein(text, text, NULL) == TEXT_ERR_ARGUMENT);
    CHECK(text_levenshtein(text, broken, &result) == TEXT_ERR_ARGUMENT);
    text_set_free(set);
    text_set_free(NULL);
    CHECK(text_set_count(NULL) == 0 && text_set_distinct(NULL) == 0);
    set = new_set();
    for (size_t t = 0; t < TABLES_COUNT; t++) {
        for (const struct text_variant *v = TABLES[t]; v->name; v++) {
            CHECK(text_set_read(set, &text, 1, (unsigned)TEXT_ALL & ~v->parts) == TEXT_OK);
            CHECK(v->parts == TEXT_WORDS || v->matrix(set, matrix) == TEXT_ERR_ARGUMENT);
            CHECK(text_set_read(set, &text, 1, v->parts) == TEXT_OK);
            CHECK(v->matrix(set, NULL) == TEXT_ERR_ARGUMENT);
            CHECK(v->matrix(NULL, matrix) == TEXT_ERR_ARGUMENT);
        }
    }
    text_set_free(set);
}

TEST(statuses_have_texts)
{
    CHECK_STR(text_status_text(TEXT_ERR_MEMORY), "out of memory");
    CHECK_STR(text_status_text((enum text_status)99), "unknown status");
}

/* A table is never empty, begins with a variant for every processor, and its best can run. */
TEST(every_processor_has_a_variant)
{
    for (size_t t = 0; t < TABLES_COUNT; t++) {
        CHECK(TABLES[t]->name != NULL && TABLES[t]->available());
        CHECK(text_best(TABLES[t])->available());
    }
}

/* The set must survive, and give the right answer again, after thousands of uses. */
TEST(a_set_can_be_used_again_and_again)
{
    struct text_set *set = new_set();
    const struct text_span texts[] = {span("to be to"), span("to do")};
    const struct text_variant *jaccard = text_best(text_jaccard_variants);
    for (int i = 0; i < 70000; i++) {
        double matrix[4];
        CHECK(text_set_read(set, texts, 2, jaccard->parts) == TEXT_OK);
        CHECK(jaccard->matrix(set, matrix) == TEXT_OK);
        CHECK_EQ(matrix[1], 1.0 / 3);
    }
    text_set_free(set);
}

static bool read_and_compare(void *arg)
{
    const struct text_span *texts = arg;
    struct text_set *set = NULL;
    bool done = text_set_new(&set) == TEXT_OK;
    done = done && text_set_read(set, texts, 3, TEXT_ALL) == TEXT_OK;
    for (size_t t = 0; done && t < TABLES_COUNT; t++) {
        for (const struct text_variant *v = TABLES[t]; done && v->name; v++) {
            double matrix[9];
            done = !v->available() || v->matrix(set, matrix) == TEXT_OK;
        }
    }
    text_set_free(set);
    return done;
}

/* Without the torture link flags nothing fails, and the test only runs the function. */
TEST(every_failing_allocation_is_survived)
{
    struct text_span texts[] = {many_words(3000), span("a few words"), span("")};
    torture(read_and_compare, texts);
    free_texts(texts, 1);
}

/* A read that ran out of memory must not spoil the set for the next one. */
static bool read_twice(void *arg)
{
    struct text_set **set = arg;
    const struct text_span texts[] = {span("to be to"), span("to do")};
    const struct text_variant *words = text_best(text_levenshtein_words_variants);
    double matrix[4];
    if (text_set_read(*set, texts, 2, TEXT_ALL) || words->matrix(*set, matrix)) {
        return false;
    }
    CHECK_NEAR(matrix[1], 1.0 / 3, 1e-15);
    return true;
}

/* "to be to" to "to do": one word replaced, one deleted, of three. */
TEST(a_set_works_again_after_it_ran_out_of_memory)
{
    struct text_set *set = new_set();
    torture(read_twice, &set);
    text_set_free(set);
}

TEST_MAIN
