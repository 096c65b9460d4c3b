/* Fuzz target: a text has the same words interned and copied, and every variant and method of
 * components/patterns finds in their numbers what the definitions say.
 *
 * Texts are cut at 700 bytes: the definitions are quadratic. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "patterns.h"

#define TEXT_MAX 700u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

/* Numbers and strings of both ways to keep the words; returns how many words there are. */
static size_t check_words(const char *text, size_t size, uint8_t *ret_numbers, size_t *ret_distinct)
{
    struct patterns_words *interned = NULL, *copied = NULL;
    uint8_t numbers[TEXT_MAX];
    size_t distinct = 0;
    const enum patterns_status status =
        patterns_words_new(text, size, PATTERNS_INTERNED, &interned);
    require(patterns_words_new(text, size, PATTERNS_COPIED, &copied) == PATTERNS_OK);
    require(patterns_words_numbers(copied, numbers, &distinct) == status);
    size_t count = 0;
    if (status == PATTERNS_OK) {
        count = patterns_words_count(interned);
        require(count == patterns_words_count(copied));
        require(patterns_words_numbers(interned, ret_numbers, ret_distinct) == PATTERNS_OK);
        require(distinct == *ret_distinct && memcmp(numbers, ret_numbers, count) == 0);
        for (size_t i = 0; i < count; i++) {
            require(strcmp(patterns_words_string(interned, i), patterns_words_string(copied, i)) ==
                    0);
        }
    }
    patterns_words_free(interned);
    patterns_words_free(copied);
    return count;
}

static bool near(double got, double want)
{
    return fabs(got - want) <= 1e-9 * (1 + fabs(want));
}

static void check_features(const struct patterns_features *got,
                           const struct patterns_features *want)
{
    require(got->periodicity.lag == want->periodicity.lag);
    require(near(got->spectrum.share, want->spectrum.share));
    require(near(got->spectrum.centroid, want->spectrum.centroid));
    require(near(got->spectrum.entropy_bits, want->spectrum.entropy_bits));
    require(near(got->statistics.variance, want->statistics.variance));
    require(near(got->statistics.entropy_bits, want->statistics.entropy_bits));
    require(got->transitions.distinct == want->transitions.distinct);
    require(near(got->transitions.conditional_bits, want->transitions.conditional_bits));
    require(got->geometry.turns == want->geometry.turns);
    require(near(got->geometry.path, want->geometry.path));
    require(near(got->geometry.turn_concentration, want->geometry.turn_concentration));
    require(got->geometry.hull_corners == want->geometry.hull_corners);
    require(near(got->geometry.hull_area, want->geometry.hull_area));
}

static void check_way(const struct patterns_options *options, const uint8_t *numbers)
{
    struct patterns *patterns = NULL;
    struct patterns_features got, want;
    uint16_t matches[TEXT_MAX];
    require(patterns_new(options, &patterns) == PATTERNS_OK);
    require(patterns_analyze_naive(patterns, numbers, PATTERNS_ALL, &want) == PATTERNS_OK);
    memcpy(matches, patterns_matches(patterns), options->length * sizeof *matches);
    require(patterns_analyze(patterns, numbers, PATTERNS_ALL, &got) == PATTERNS_OK);
    require(memcmp(matches, patterns_matches(patterns), options->length * sizeof *matches) == 0);
    check_features(&got, &want);
    patterns_free(patterns);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    uint8_t numbers[TEXT_MAX];
    size_t distinct = 0;
    const size_t used = size < TEXT_MAX ? size : TEXT_MAX;
    const size_t count = check_words((const char *)data, used, numbers, &distinct);
    for (const struct patterns_variant *v = patterns_variants; v->name; v++) {
        if (v->available()) {
            struct patterns_options options = {count, distinct > 0 ? distinct : 1, v,
                                               PATTERNS_DIRECT};
            check_way(&options, numbers);
            options.method = PATTERNS_FFT;
            check_way(&options, numbers);
        }
    }
    return 0;
}
