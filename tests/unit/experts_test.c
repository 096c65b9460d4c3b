/* components/experts: the consensus against the definition read aloud in doubles, for every kernel
 * and crew; the aggregation against a list and strcmp; strings; the crew itself. */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>

#include "../harness.h"
#include "experts.h"

#define COUNT_MAX 150u
#define WORDS_MAX 700u

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

/* ---- the oracle: words as strings, counts by comparing, cosines in doubles ---- */

static size_t find_words(struct text_span text, struct text_span *ret_words)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length;) {
        const size_t begin = i;
        while (i < text.length && !isspace((unsigned char)text.bytes[i])) {
            i++;
        }
        if (i > begin) {
            CHECK(count < WORDS_MAX);
            ret_words[count++] = (struct text_span){text.bytes + begin, i - begin};
        } else {
            i++;
        }
    }
    return count;
}

static double product(struct text_span a, struct text_span b)
{
    static struct text_span left[WORDS_MAX], right[WORDS_MAX];
    const size_t m = find_words(a, left), n = find_words(b, right);
    double sum = 0;
    for (size_t i = 0; i < m; i++) {
        for (size_t k = 0; k < n; k++) {
            sum += left[i].length == right[k].length &&
                   memcmp(left[i].bytes, right[k].bytes, left[i].length) == 0;
        }
    }
    return sum;
}

static double cosine(struct text_span a, struct text_span b)
{
    const double norms = product(a, a) * product(b, b);
    if (norms > 0) {
        return product(a, b) / sqrt(norms);
    }
    return product(a, a) + product(b, b) > 0 ? 0 : 1;
}

static double agreement(const struct text_span *texts, size_t count, size_t i)
{
    double sum = 0;
    for (size_t j = 0; j < count; j++) {
        sum += j == i ? 0 : cosine(texts[i], texts[j]);
    }
    return count > 1 ? sum / (double)(count - 1) : 1;
}

/* ---- inputs ---- */

/* Words of a small vocabulary, the low numbers more often; '\t' now and then; some bytes beyond
 * ASCII, so that not all of it is UTF-8. */
static struct text_span random_text(uint64_t *state, size_t words)
{
    char *bytes = malloc(words * 24 + 1);
    CHECK(bytes != NULL);
    size_t length = 0;
    for (size_t i = 0; i < words; i++) {
        const uint64_t random = random_next(state);
        const uint64_t word = random % (1 + (random >> 32) % 90);
        const size_t size = 1 + word % 20;
        for (size_t k = 0; k < size; k++) {
            bytes[length++] = (char)(word % 7 == 0 ? 0xC3 + k : 'a' + word % 26);
        }
        bytes[length++] = random >> 60 ? ' ' : '\t';
    }
    return (struct text_span){bytes, length};
}

static void free_texts(const struct text_span *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        free((void *)(uintptr_t)texts[i].bytes);
    }
}

static struct experts_panel *new_panel(struct experts_crew *crew)
{
    struct experts_panel *panel = NULL;
    CHECK(experts_panel_new(crew, &panel) == EXPERTS_OK);
    return panel;
}

static struct experts_crew *new_crew(unsigned threads, uint32_t spins)
{
    struct experts_crew *crew = NULL;
    CHECK(experts_crew_new(threads, spins, &crew) == EXPERTS_OK);
    CHECK_EQ(experts_crew_size(crew), threads);
    return crew;
}

static struct experts_verdict judge(const struct text_span *texts, size_t count,
                                    struct experts_opinion *ret_opinions)
{
    struct experts_verdict verdict = {99, 99, 99};
    struct experts_panel *panel = new_panel(NULL);
    CHECK(experts_panel_judge(panel, texts, count, ret_opinions, &verdict) == EXPERTS_OK);
    experts_panel_free(panel);
    return verdict;
}

/* ---- consensus ---- */

/* "a b" against "a c": 1 / 2.  "a b" against "d": 0.  So agreements 1/4, 1/4, 0 and weights 1/2,
 * 1/2, 0; the first of equals wins. */
TEST(opinions_match_values_worked_by_hand)
{
    const struct text_span texts[] = {span("a b"), span("c a"), span("d")};
    struct experts_opinion opinions[3];
    const struct experts_verdict verdict = judge(texts, 3, opinions);
    CHECK_EQ(verdict.winner, 0);
    CHECK_NEAR(verdict.score, 0.25, 1e-15);
    CHECK_NEAR(verdict.mean, 0.5 / 3, 1e-15);
    CHECK_NEAR(opinions[1].agreement, 0.25, 1e-15);
    CHECK_NEAR(opinions[1].weight, 0.5, 1e-15);
    CHECK(opinions[2].agreement == 0 && opinions[2].weight == 0);
}

TEST(the_response_in_the_middle_wins)
{
    const struct text_span texts[] = {span("red green"), span("blue black"), span("red blue")};
    CHECK_EQ(judge(texts, 3, NULL).winner, 2);
}

TEST(no_response_and_one_response_are_judged)
{
    struct experts_verdict verdict = judge(NULL, 0, NULL);
    CHECK(verdict.winner == 0 && verdict.score == 0 && verdict.mean == 0);
    struct experts_opinion opinion;
    const struct text_span one = span("alone");
    verdict = judge(&one, 1, &opinion);
    CHECK(verdict.winner == 0 && verdict.score == 1 && verdict.mean == 1);
    CHECK(opinion.agreement == 1 && opinion.weight == 1);
}

TEST(responses_without_words_agree_with_each_other_only)
{
    const struct text_span texts[] = {{NULL, 0}, span("word"), span(" \t\n")};
    struct experts_opinion opinions[3];
    const struct experts_verdict verdict = judge(texts, 3, opinions);
    CHECK_EQ(verdict.winner, 0);
    CHECK(opinions[0].agreement == 0.5 && opinions[2].agreement == 0.5);
    CHECK(opinions[1].agreement == 0);
    const struct text_span empty[] = {{NULL, 0}, span("")};
    CHECK(judge(empty, 2, opinions).score == 1 && opinions[1].weight == 0.5);
}

TEST(weights_are_equal_where_nobody_agrees)
{
    const struct text_span texts[] = {span("a"), span("b"), span("c"), span("d")};
    struct experts_opinion opinions[4];
    const struct experts_verdict verdict = judge(texts, 4, opinions);
    CHECK(verdict.score == 0 && verdict.winner == 0);
    CHECK(opinions[0].weight == 0.25 && opinions[3].weight == 0.25);
}

/* Whatever the norm: 1 / sqrt(n) twice may miss 1 / n by a bit, but nothing passes 1. */
TEST(equal_responses_agree_and_never_by_more_than_one)
{
    uint64_t state = 3;
    for (size_t words = 1; words < 60; words++) {
        const struct text_span text = random_text(&state, words);
        const struct text_span texts[] = {text, text, text};
        const struct experts_verdict verdict = judge(texts, 3, NULL);
        CHECK_NEAR(verdict.score, 1, 1e-15);
        CHECK(verdict.score <= 1 && verdict.mean <= 1);
        free_texts(&text, 1);
    }
}

static void check_against_oracle(const struct text_span *texts, size_t count)
{
    static struct experts_opinion opinions[COUNT_MAX];
    const struct experts_verdict verdict = judge(texts, count, opinions);
    double best = -1, sum = 0;
    for (size_t i = 0; i < count; i++) {
        const double want = agreement(texts, count, i);
        CHECK(fabs(opinions[i].agreement - want) < 1e-13);
        best = want > best ? want : best;
        sum += want;
    }
    CHECK_NEAR(verdict.score, best, 1e-13);
    CHECK_NEAR(verdict.mean, sum / (double)count, 1e-13);
    CHECK_NEAR(opinions[count - 1].weight, opinions[count - 1].agreement / sum, 1e-13);
}

TEST(agreements_are_those_of_the_definition)
{
    uint64_t state = 1;
    static const size_t COUNTS[] = {1, 2, 3, 4, 5, 15, 16, 17, 31, 32, 33, 64, 65};
    for (size_t k = 0; k < sizeof COUNTS / sizeof *COUNTS; k++) {
        struct text_span texts[COUNT_MAX];
        for (size_t i = 0; i < COUNTS[k]; i++) {
            texts[i] = random_text(&state, random_next(&state) % 30);
        }
        check_against_oracle(texts, COUNTS[k]);
        free_texts(texts, COUNTS[k]);
    }
}

/* `times` words, nearly all of them "a", beside `others` responses that have a few of them. */
static void check_repetitive(size_t times, size_t others)
{
    struct text_span texts[COUNT_MAX];
    char *bytes = malloc(2 * times);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < times; i++) {
        memcpy(bytes + 2 * i, i % 300 == 299 ? "b " : "a ", 2);
    }
    texts[0] = (struct text_span){bytes, 2 * times};
    for (size_t i = 1; i <= others; i++) {
        texts[i] = i % 3 == 0 ? texts[0] : i % 3 == 1 ? span("a a b") : span("b c");
    }
    check_against_oracle(texts, others + 1);
    free(bytes);
}

/* Around 127 and 255 times one word, the largest counts of a byte with and without a sign; 600
 * words also pass what 16 bits can add.  Of 16 responses and 17: 32 words sum up to more than a
 * byte. */
TEST(long_repetitive_responses_stay_exact)
{
    static const size_t TIMES[] = {126, 127, 128, 129, 254, 255, 256, 257, 258, 429, 600};
    for (size_t k = 0; k < sizeof TIMES / sizeof *TIMES; k++) {
        check_repetitive(TIMES[k], 2);
    }
    for (size_t times = 7; times <= 34; times += 1 + times % 4) {
        check_repetitive(times, 15);
        check_repetitive(times, 16);
    }
}

/* Same bits for every kernel and crew, and for a panel that was used before. */
static void check_alike(const struct text_span *texts, size_t count, struct experts_panel *panel)
{
    static struct experts_opinion want[COUNT_MAX], got[COUNT_MAX];
    const struct experts_verdict verdict = judge(texts, count, want);
    for (const struct experts_kernel *k = experts_kernels; k->name; k++) {
        if (k->available()) {
            struct experts_verdict other = {0};
            memset(got, 0, sizeof got);
            experts_panel_kernel(panel, k);
            CHECK(experts_panel_judge(panel, texts, count, got, &other) == EXPERTS_OK);
            CHECK(memcmp(got, want, count * sizeof *got) == 0);
            CHECK(memcmp(&other, &verdict, sizeof other) == 0);
        }
    }
}

TEST(results_are_the_same_bits_for_every_kernel_and_crew)
{
    static const size_t COUNTS[] = {0, 1, 2, 5, 16, 17, 20, 33, 64, 65, 130, 150};
    for (unsigned threads = 1; threads <= 5; threads++) {
        uint64_t state = 7;
        struct experts_crew *crew = new_crew(threads, threads % 2 ? EXPERTS_SPINS_DEFAULT : 0);
        struct experts_panel *panel = new_panel(crew);
        for (size_t k = 0; k < sizeof COUNTS / sizeof *COUNTS; k++) {
            struct text_span texts[COUNT_MAX];
            for (size_t i = 0; i < COUNTS[k]; i++) {
                const size_t limit = i % 19 == 18 ? 600 : 40;
                texts[i] = random_text(&state, random_next(&state) % limit);
            }
            check_alike(texts, COUNTS[k], panel);
            free_texts(texts, COUNTS[k]);
        }
        experts_panel_free(panel);
        experts_crew_free(crew);
    }
}

/* 10 MB beside a short one, by one thread and by two: the cosine of 5/9 "ten" and 4/9 "of" (5 and 4
 * times in nine words) with "ten" is 5 / sqrt(41). */
TEST(a_response_of_10_MB_is_judged)
{
    static const char PIECE[] = "ten of ten of ten of ten of ten ";
    const size_t size = sizeof PIECE - 1, pieces = 10000000 / size;
    char *bytes = malloc(pieces * size);
    CHECK(bytes != NULL);
    for (size_t i = 0; i < pieces; i++) {
        memcpy(bytes + i * size, PIECE, size);
    }
    const struct text_span texts[] = {{bytes, pieces * size}, span("ten")};
    CHECK_NEAR(judge(texts, 2, NULL).score, 5 / sqrt(41), 1e-15);
    struct experts_crew *crew = new_crew(2, 0);
    struct experts_panel *panel = new_panel(crew);
    check_alike(texts, 2, panel);
    experts_panel_free(panel);
    experts_crew_free(crew);
    free(bytes);
}

TEST(bytes_that_are_no_UTF8_are_bytes_like_others)
{
    const struct text_span texts[] = {{"\xff\xfe \0", 4}, {"\0 \xff\xfe", 4}, {"\xff \xfe", 3}};
    struct experts_opinion opinions[3];
    CHECK_NEAR(judge(texts, 3, opinions).score, 0.5, 1e-15);
    CHECK(opinions[2].agreement == 0);
}

/* Twice the responses of the same vocabulary: what grows is a few numbers a response. */
TEST(memory_grows_with_the_number_of_responses)
{
    size_t bytes[2];
    for (size_t round = 0; round < 2; round++) {
        struct text_span texts[2000];
        const size_t count = round ? 2000 : 1000;
        for (size_t i = 0; i < count; i++) {
            texts[i] = span(i % 2 ? "some words" : "other words");
        }
        struct experts_panel *panel = new_panel(NULL);
        struct experts_verdict verdict;
        CHECK(experts_panel_judge(panel, texts, count, NULL, &verdict) == EXPERTS_OK);
        bytes[round] = experts_panel_bytes(panel);
        experts_panel_free(panel);
    }
    CHECK(bytes[0] > 1000 * sizeof(double) && bytes[1] <= 2 * bytes[0]);
}

TEST(wrong_questions_are_refused)
{
    struct experts_panel *panel = new_panel(NULL);
    struct experts_verdict verdict = {7, 7, 7};
    const struct text_span bad = {NULL, 1}, good = span("x");
    const struct text_span huge = {"x", (size_t)TEXT_LENGTH_MAX + 1};
    CHECK(experts_panel_new(NULL, NULL) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_panel_judge(NULL, &good, 1, NULL, &verdict) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_panel_judge(panel, &good, 1, NULL, NULL) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_panel_judge(panel, NULL, 1, NULL, &verdict) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_panel_judge(panel, &bad, 1, NULL, &verdict) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_panel_judge(panel, &huge, 1, NULL, &verdict) == EXPERTS_ERR_LIMIT);
    struct text_span *many = calloc(EXPERTS_MAX + 1, sizeof *many);
    CHECK(experts_panel_judge(panel, many, EXPERTS_MAX + 1, NULL, &verdict) == EXPERTS_ERR_LIMIT);
    CHECK(verdict.winner == 7);
    CHECK(experts_panel_judge(panel, many, EXPERTS_MAX, NULL, &verdict) == EXPERTS_OK);
    free(many);
    experts_panel_free(panel);
    experts_panel_free(NULL);
}

/* 65536 different words are one more than components/text numbers, also when no share has so many.
 */
TEST(too_many_different_words_are_refused_by_any_crew)
{
    enum { WORDS = 65536 };
    char *bytes = malloc(WORDS * 6 + 1);
    CHECK(bytes != NULL);
    for (unsigned i = 0; i < WORDS; i++) {
        snprintf(bytes + (size_t)i * 6, 7, "%05x ", i);
    }
    const size_t half = WORDS * 3;
    const struct text_span texts[] = {{bytes, half}, {bytes + half, half}};
    for (unsigned threads = 1; threads <= 2; threads++) {
        struct experts_verdict verdict;
        struct experts_crew *crew = new_crew(threads, 0);
        struct experts_panel *panel = new_panel(crew);
        CHECK(experts_panel_judge(panel, texts, 2, NULL, &verdict) == EXPERTS_ERR_LIMIT);
        CHECK(experts_panel_judge(panel, texts, 1, NULL, &verdict) == EXPERTS_OK);
        experts_panel_free(panel);
        experts_crew_free(crew);
    }
    free(bytes);
}

/* ---- crew ---- */

struct tally {
    atomic_uint calls[8];
    unsigned plain; /* written by member 0 only, between runs by nobody */
};

static void count_call(void *state, unsigned member)
{
    struct tally *tally = state;
    atomic_fetch_add(&tally->calls[member], 1);
    if (member == 0) {
        tally->plain++;
    }
}

TEST(every_member_of_a_crew_works_once_a_run)
{
    static const uint32_t SPINS[] = {0, 1, 100, EXPERTS_SPINS_DEFAULT};
    for (unsigned threads = 1; threads <= 8; threads++) {
        for (size_t s = 0; s < sizeof SPINS / sizeof *SPINS; s++) {
            struct tally tally = {0};
            struct experts_crew *crew = new_crew(threads, SPINS[s]);
            for (unsigned run = 1; run <= 50; run++) {
                experts_crew_run(crew, count_call, &tally);
                CHECK(tally.plain == run);
                for (unsigned member = 0; member < 8; member++) {
                    CHECK(atomic_load(&tally.calls[member]) == (member < threads ? run : 0));
                }
            }
            experts_crew_free(crew);
        }
    }
}

TEST(no_crew_is_the_caller_alone)
{
    struct tally tally = {0};
    experts_crew_run(NULL, count_call, &tally);
    CHECK(tally.plain == 1 && experts_crew_size(NULL) == 1);
    experts_crew_free(NULL);
    struct experts_crew *crew = NULL;
    CHECK(experts_crew_new(0, 0, &crew) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_crew_new(EXPERTS_THREADS_MAX + 1, 0, &crew) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_crew_new(1, 0, NULL) == EXPERTS_ERR_ARGUMENT && crew == NULL);
}

/* ---- aggregation ---- */

static const enum experts_ownership OWNERSHIPS[] = {EXPERTS_VIEWS, EXPERTS_ARENA, EXPERTS_COPIES};
#define OWNERSHIP_COUNT (sizeof OWNERSHIPS / sizeof *OWNERSHIPS)

static struct experts_aggregate *new_aggregate(enum experts_ownership ownership)
{
    struct experts_aggregate *aggregate = NULL;
    CHECK(experts_aggregate_new(ownership, &aggregate) == EXPERTS_OK);
    return aggregate;
}

/* The merged text, by all cutters and ownerships; it must be `want` each time. */
static void check_merged(const struct text_span *texts, size_t count, const char *want)
{
    for (size_t o = 0; o < OWNERSHIP_COUNT; o++) {
        struct experts_aggregate *aggregate = new_aggregate(OWNERSHIPS[o]);
        for (const struct experts_cutter *c = experts_cutters; c->name; c++) {
            if (c->available()) {
                size_t length = 99;
                experts_aggregate_cutter(aggregate, c);
                CHECK(experts_aggregate_merge(aggregate, texts, count) == EXPERTS_OK);
                const char *text = experts_aggregate_text(aggregate, &length);
                CHECK(length == strlen(want) && memcmp(text, want, length) == 0);
            }
        }
        experts_aggregate_free(aggregate);
    }
}

TEST(equal_statements_become_one_and_most_votes_come_first)
{
    const struct text_span texts[] = {span("First.  Second one!\n third"),
                                      span("Second one! Fourth?  Second one!"),
                                      span("third \n  Second one!  ")};
    check_merged(texts, 3, "Second one!\nthird\nFirst.\nFourth?\n");
    size_t count;
    struct experts_aggregate *aggregate = new_aggregate(EXPERTS_VIEWS);
    CHECK(experts_aggregate_merge(aggregate, texts, 3) == EXPERTS_OK);
    const struct experts_statement *s = experts_aggregate_statements(aggregate, &count);
    CHECK(count == 4 && s[0].votes == 3 && s[1].votes == 2 && s[2].votes == 1);
    CHECK(s[0].first == 0 && s[3].first == 1);
    CHECK(s[0].text.bytes == texts[0].bytes + 8); /* a view, no copy */
    experts_aggregate_free(aggregate);
}

TEST(stops_end_a_statement_only_before_white_space)
{
    const struct text_span texts[] = {span("Version 3.0 of a.b... done?no\tx. y.")};
    check_merged(texts, 1, "Version 3.0 of a.b...\ndone?no\tx.\ny.\n");
}

TEST(nothing_merges_to_nothing)
{
    const struct text_span texts[] = {{NULL, 0}, span("  \n\t\n "), span("")};
    check_merged(NULL, 0, "");
    check_merged(texts, 3, "");
}

/* A stop as the last byte of a block of 64 and white space as the first of the next. */
TEST(statements_are_found_across_the_edges_of_blocks)
{
    for (size_t length = 60; length < 70; length++) {
        char text[128], want[128];
        memset(text, 'x', length);
        text[length - 1] = '.';
        memcpy(text + length, " next", 6);
        snprintf(want, sizeof want, "%.*s\nnext\n", (int)length, text);
        const struct text_span texts[] = {span(text)};
        check_merged(texts, 1, want);
    }
}

static void check_numbered(struct text_span text, unsigned number)
{
    char want[16];
    snprintf(want, sizeof want, "s%u", number);
    CHECK(text.length == strlen(want) && memcmp(text.bytes, want, text.length) == 0);
}

static unsigned votes_of(unsigned number)
{
    return 1u + (number % 2 == 0) + (number % 3 == 0) + (number % 4 == 0);
}

static void check_ranks(const struct experts_aggregate *aggregate, unsigned statements)
{
    size_t count, at = 0;
    const struct experts_statement *s = experts_aggregate_statements(aggregate, &count);
    CHECK_EQ(count, statements);
    for (unsigned votes = 4; votes > 0; votes--) {
        for (unsigned i = 0; i < statements; i++) {
            if (votes_of(i) == votes) {
                CHECK(s[at].votes == votes && s[at].first == 0);
                check_numbered(s[at++].text, i);
            }
        }
    }
    CHECK_EQ(at, statements);
}

/* Statements s0 .. s2999, of which response r has those that r + 1 divides. */
TEST(many_statements_are_merged_and_ranked)
{
    enum { STATEMENTS = 3000, RESPONSES = 4 };
    struct text_span texts[RESPONSES];
    for (size_t r = 0; r < RESPONSES; r++) {
        char *bytes = malloc(STATEMENTS * 8);
        size_t length = 0;
        CHECK(bytes != NULL);
        for (size_t i = 0; i < STATEMENTS; i += r + 1) {
            length += (size_t)snprintf(bytes + length, 8, "s%zu\n", i);
        }
        texts[r] = (struct text_span){bytes, length};
    }
    for (size_t o = 0; o < OWNERSHIP_COUNT; o++) {
        struct experts_aggregate *aggregate = new_aggregate(OWNERSHIPS[o]);
        for (int round = 0; round < 2; round++) {
            CHECK(experts_aggregate_merge(aggregate, texts, RESPONSES) == EXPERTS_OK);
            check_ranks(aggregate, STATEMENTS);
        }
        experts_aggregate_free(aggregate);
    }
    free_texts(texts, RESPONSES);
}

TEST(cutters_agree_on_random_bytes)
{
    static const char BYTES[] = ".!? \n\t\r\v\fab\xff\0";
    uint64_t state = 11;
    for (size_t length = 0; length <= 64; length++) {
        char block[64];
        for (size_t i = 0; i < length; i++) {
            block[i] = BYTES[random_next(&state) % (sizeof BYTES - 1)];
        }
        for (unsigned before = 0; before < 2; before++) {
            bool stop = before;
            const uint64_t want = experts_cutters[0].cuts(block, length, &stop);
            for (const struct experts_cutter *c = experts_cutters + 1; c->name; c++) {
                bool other = before;
                CHECK(!c->available() || c->cuts(block, length, &other) == want);
                CHECK(!c->available() || other == stop);
            }
        }
    }
}

TEST(wrong_aggregations_are_refused)
{
    struct experts_aggregate *aggregate = new_aggregate(EXPERTS_COPIES);
    const struct text_span good = span("one. two."), bad = {NULL, 3};
    size_t count;
    CHECK(experts_aggregate_new(EXPERTS_VIEWS, NULL) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_aggregate_new((enum experts_ownership)9, &aggregate) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_aggregate_merge(NULL, &good, 1) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_aggregate_merge(aggregate, &good, 1) == EXPERTS_OK);
    CHECK(experts_aggregate_merge(aggregate, &bad, 1) == EXPERTS_ERR_ARGUMENT);
    CHECK(experts_aggregate_merge(aggregate, &good, EXPERTS_MAX + 1) == EXPERTS_ERR_LIMIT);
    experts_aggregate_statements(aggregate, &count);
    CHECK_EQ(count, 2);
    experts_aggregate_free(aggregate);
    experts_aggregate_free(NULL);
}

/* ---- strings ---- */

static void check_string(const struct experts_string *string, const char *want)
{
    const struct text_span view = experts_string_view(string);
    CHECK(view.length == strlen(want) && memcmp(view.bytes, want, view.length) == 0);
}

TEST(a_change_is_seen_by_its_owner_only)
{
    struct experts_string *one = experts_string_new(span("draft"));
    struct experts_string *two = experts_string_share(one);
    CHECK(one == two);
    memcpy(experts_string_change(&two), "craft", 5);
    CHECK(one != two);
    check_string(one, "draft");
    check_string(two, "craft");
    struct experts_string *const before = two;
    experts_string_change(&two)[0] = 'g';
    CHECK(two == before); /* nobody shares it any more */
    check_string(two, "graft");
    experts_string_release(one);
    experts_string_release(two);
    experts_string_release(NULL);
}

TEST(strings_may_be_empty_and_not_too_long)
{
    struct experts_string *empty = experts_string_new((struct text_span){NULL, 0});
    check_string(empty, "");
    experts_string_release(empty);
    CHECK(experts_string_new((struct text_span){"x", (size_t)TEXT_LENGTH_MAX + 1}) == NULL);
}

static void share_and_change(void *state, unsigned member)
{
    for (unsigned i = 0; i < 200; i++) {
        struct experts_string *own = experts_string_share(state);
        char *bytes = experts_string_change(&own);
        CHECK(bytes != NULL);
        bytes[0] = (char)('a' + member);
        CHECK(experts_string_view(own).bytes[0] == (char)('a' + member));
        experts_string_release(own);
    }
}

TEST(threads_share_a_string)
{
    struct experts_string *string = experts_string_new(span("shared"));
    struct experts_crew *crew = new_crew(4, 0);
    experts_crew_run(crew, share_and_change, string);
    experts_crew_free(crew);
    check_string(string, "shared");
    experts_string_release(string);
}

TEST(experts_statuses_have_texts)
{
    CHECK_STR(experts_status_text(EXPERTS_ERR_LIMIT), "too many responses, bytes or words");
    CHECK_STR(experts_status_text(EXPERTS_OK), "no error");
    CHECK_STR(experts_status_text((enum experts_status)42), "unknown status");
}

TEST_MAIN
