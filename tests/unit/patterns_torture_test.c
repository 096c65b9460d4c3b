/* components/patterns with each of its allocations failing in turn. */
#include "../harness.h"
#include "patterns.h"

static bool analyze(void *method)
{
    const uint8_t sequence[] = {0, 1, 2, 0, 1, 2, 0};
    const struct patterns_options options = {
        .length = sizeof sequence, .symbols = 3, .method = *(enum patterns_method *)method};
    struct patterns *patterns = NULL;
    const enum patterns_status status = patterns_new(&options, &patterns);
    CHECK(status == PATTERNS_OK || (status == PATTERNS_ERR_MEMORY && patterns == NULL));
    struct patterns_features features;
    CHECK(status || patterns_analyze(patterns, sequence, PATTERNS_ALL, &features) == PATTERNS_OK);
    patterns_free(patterns);
    return status == PATTERNS_OK;
}

static bool analyze_naively(void *unused)
{
    (void)unused;
    const uint8_t sequence[] = {0, 1, 2, 0, 1, 2, 0};
    const struct patterns_options options = {.length = sizeof sequence, .symbols = 3};
    struct patterns *patterns = NULL;
    struct patterns_features features = {.statistics = {.mean = 42}};
    enum patterns_status status = patterns_new(&options, &patterns);
    if (!status) {
        status = patterns_analyze_naive(patterns, sequence, PATTERNS_ALL, &features);
    }
    CHECK(status == PATTERNS_OK ? features.periodicity.lag == 3 : features.statistics.mean == 42);
    patterns_free(patterns);
    return status == PATTERNS_OK;
}

static bool transform(void *unused)
{
    (void)unused;
    struct patterns_fft *fft = NULL;
    const enum patterns_status status = patterns_fft_new(NULL, 12, &fft);
    CHECK(status == PATTERNS_OK || (status == PATTERNS_ERR_MEMORY && fft == NULL));
    patterns_fft_free(fft);
    return status == PATTERNS_OK;
}

static bool read_words(void *keeping)
{
    static const char TEXT[] = "one two three two one";
    struct patterns_words *words = NULL;
    enum patterns_status status =
        patterns_words_new(TEXT, sizeof TEXT - 1, *(enum patterns_keeping *)keeping, &words);
    uint8_t numbers[5];
    size_t distinct = 0;
    if (!status) {
        status = patterns_words_numbers(words, numbers, &distinct);
        CHECK(status || distinct == 3);
    }
    CHECK(status == PATTERNS_OK || status == PATTERNS_ERR_MEMORY);
    patterns_words_free(words);
    return status == PATTERNS_OK;
}

TEST(running_out_of_memory_is_said_and_leaves_nothing)
{
    enum patterns_method direct = PATTERNS_DIRECT, fft = PATTERNS_FFT;
    CHECK_EQ(torture(analyze, &direct), 1);
    CHECK_EQ(torture(analyze, &fft), 1);
    CHECK_EQ(torture(analyze_naively, NULL), 3);
    CHECK_EQ(torture(transform, NULL), 1);
    enum patterns_keeping interned = PATTERNS_INTERNED, copied = PATTERNS_COPIED;
    CHECK(torture(read_words, &interned) >= 4);
    CHECK(torture(read_words, &copied) >= 7);
}

TEST_MAIN
