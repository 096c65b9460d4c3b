/* components/patterns: transforms against the definition in long double, every variant and method
 * against patterns_analyze_naive, and values worked by hand. */
#include <float.h>
#include <stdint.h>

#include "../harness.h"
#include "patterns.h"

#define LENGTH_MAX 4200u
#define PI 3.14159265358979323846264338327950288L

/* splitmix64, Vigna's public-domain reference. */
static uint64_t random_next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static double random_unit(uint64_t *state)
{
    return (double)(random_next(state) >> 11) * 0x1p-53 - 0.5;
}

struct spectrum {
    double re[LENGTH_MAX], im[LENGTH_MAX];
};

static void transform(const struct patterns_variant *variant, const double *values, size_t length,
                      struct spectrum *ret)
{
    struct patterns_fft *fft = NULL;
    CHECK(patterns_fft_new(variant, length, &fft) == PATTERNS_OK);
    CHECK(patterns_fft_heap_bytes(fft) >= length * sizeof(double));
    patterns_fft_real(fft, values, ret->re, ret->im);
    patterns_fft_free(fft);
}

/* Root mean square of the difference from the definition, relative to that of the result. */
static double error_of(const double *values, size_t length, const struct spectrum *got)
{
    static long double cosines[LENGTH_MAX], sines[LENGTH_MAX];
    for (size_t i = 0; i < length; i++) {
        cosines[i] = cosl(2 * PI * (long double)i / (long double)length);
        sines[i] = -sinl(2 * PI * (long double)i / (long double)length);
    }
    long double error = 0, sum = 0;
    for (size_t k = 0; k <= length / 2; k++) {
        long double re = 0, im = 0;
        for (size_t i = 0; i < length; i++) {
            re += (long double)values[i] * cosines[k * i % length];
            im += (long double)values[i] * sines[k * i % length];
        }
        const long double re_off = (long double)got->re[k] - re;
        const long double im_off = (long double)got->im[k] - im;
        error += re_off * re_off + im_off * im_off;
        sum += re * re + im * im;
    }
    return (double)sqrtl(error / sum);
}

/* What patterns.h promises. */
static double bound_of(size_t length)
{
    const double bound = 4e-16 * log2((double)length) + 4e-16;
    return (length & (length - 1)) == 0 ? bound : 8 * bound;
}

static void check_length(size_t length, double scale)
{
    static double values[LENGTH_MAX];
    static struct spectrum got;
    uint64_t state = length;
    for (size_t i = 0; i < length; i++) {
        values[i] = random_unit(&state) * scale;
    }
    for (const struct patterns_variant *v = patterns_variants; v->name; v++) {
        if (v->available()) {
            transform(v, values, length, &got);
            const double error = error_of(values, length, &got);
            if (!(error < bound_of(length))) {
                test_fail(__FILE__, __LINE__, "%s, length %zu: error %g", v->name, length, error);
            }
        }
    }
}

/* X[0] = 1+2+3+4, X[1] = (1-3) + i(4-2), X[2] = 1-2+3-4; of 3 values X[1] = 1 - 5/2 + i sqrt(3)/2.
 */
TEST(transforms_match_hand_worked_values)
{
    static struct spectrum got;
    for (const struct patterns_variant *v = patterns_variants; v->name; v++) {
        if (v->available()) {
            transform(v, (const double[]){1, 2, 3, 4}, 4, &got);
            CHECK(got.re[0] == 10 && got.re[1] == -2 && got.re[2] == -2);
            CHECK(got.im[0] == 0 && got.im[1] == 2 && got.im[2] == 0);
            transform(v, (const double[]){1, 2, 3}, 3, &got);
            CHECK_NEAR(got.re[0], 6, 1e-15);
            CHECK_NEAR(got.re[1], -1.5, 1e-15);
            CHECK_NEAR(got.im[1], sqrt(3) / 2, 1e-15);
            transform(v, (const double[]){7}, 1, &got);
            CHECK(got.re[0] == 7 && got.im[0] == 0);
            transform(v, (const double[]){7, 5}, 2, &got);
            CHECK(got.re[0] == 12 && got.re[1] == 2 && got.im[1] == 0);
        }
    }
}

TEST(transforms_of_every_length_up_to_150_keep_their_bound)
{
    for (size_t length = 1; length <= 150; length++) {
        check_length(length, 1);
    }
}

TEST(transforms_of_powers_of_two_and_their_neighbours_keep_their_bound)
{
    for (size_t power = 256; power <= 1024; power *= 2) {
        for (size_t length = power - 1; length <= power + 1; length++) {
            check_length(length, 1);
        }
    }
    check_length(2048, 1);
}

TEST(transforms_of_primes_and_composites_keep_their_bound)
{
    static const size_t LENGTHS[] = {251, 360, 509, 720, 997, 1000, 1009, 1331, 2003};
    for (size_t i = 0; i < sizeof LENGTHS / sizeof *LENGTHS; i++) {
        check_length(LENGTHS[i], 1);
    }
}

/* Values are below the smallest normal number's 2^52-fold: scaling by 2^1000 must change nothing
 * but the exponent as long as nothing is denormal, and denormals must not become zero. */
TEST(tiny_and_denormal_values_are_transformed_like_others)
{
    check_length(64, 0x1p-900);
    static struct spectrum got;
    double values[8] = {0};
    values[1] = DBL_TRUE_MIN;
    for (const struct patterns_variant *v = patterns_variants; v->name; v++) {
        if (v->available()) {
            transform(v, values, 8, &got);
            CHECK(got.re[0] > 0);
            CHECK(got.re[4] < 0);
        }
    }
}

static void check_nothing_is_finite(const struct spectrum *got, size_t length)
{
    for (size_t k = 0; k <= length / 2; k++) {
        CHECK(!isfinite(got->re[k]) || !isfinite(got->im[k]));
    }
}

TEST(values_that_are_not_finite_show_in_the_result)
{
    static struct spectrum got;
    static const size_t LENGTHS[] = {1, 2, 3, 8, 17, 64, 100, 1024};
    static double values[1024];
    for (size_t i = 0; i < 2 * sizeof LENGTHS / sizeof *LENGTHS; i++) {
        const size_t length = LENGTHS[i / 2];
        memset(values, 0, sizeof values);
        values[length / 2] = i % 2 ? nan("") : HUGE_VAL;
        for (const struct patterns_variant *v = patterns_variants; v->name; v++) {
            if (v->available()) {
                transform(v, values, length, &got);
                check_nothing_is_finite(&got, length);
            }
        }
    }
}

TEST(transforms_refuse_no_length_and_too_great_a_length)
{
    struct patterns_fft *fft = NULL;
    CHECK(patterns_fft_new(NULL, 0, &fft) == PATTERNS_ERR_ARGUMENT);
    CHECK(patterns_fft_new(NULL, 8, NULL) == PATTERNS_ERR_ARGUMENT);
    CHECK(patterns_fft_new(NULL, PATTERNS_FFT_MAX + 1, &fft) == PATTERNS_ERR_LIMIT);
    CHECK(fft == NULL);
    patterns_fft_free(NULL);
}

/* ------------------------------------------------------------------------------------------- */

static struct patterns *new_patterns(struct patterns_options options)
{
    struct patterns *patterns = NULL;
    CHECK(patterns_new(&options, &patterns) == PATTERNS_OK);
    CHECK(patterns_heap_bytes(patterns) >= options.length);
    CHECK(patterns_method(patterns) != PATTERNS_AUTO);
    return patterns;
}

#define NEAR(field) CHECK_NEAR((double)got->field, (double)want->field, 1e-11)
#define SAME(field) CHECK_EQ(got->field, want->field)

static void check_features(const struct patterns_features *got,
                           const struct patterns_features *want)
{
    SAME(periodicity.lag);
    SAME(periodicity.matches);
    NEAR(periodicity.score);
    SAME(spectrum.peak);
    NEAR(spectrum.share);
    NEAR(spectrum.centroid);
    NEAR(spectrum.entropy_bits);
    SAME(statistics.distinct);
    NEAR(statistics.mean);
    NEAR(statistics.variance);
    NEAR(statistics.entropy_bits);
    SAME(transitions.distinct);
    SAME(transitions.most);
    NEAR(transitions.entropy_bits);
    NEAR(transitions.conditional_bits);
    SAME(geometry.turns);
    NEAR(geometry.path);
    NEAR(geometry.turn_concentration);
    SAME(geometry.hull_corners);
    NEAR(geometry.hull_area);
    NEAR(geometry.hull_perimeter);
    /* Odd moments and mean directions are differences of terms of size 1 or more. */
    CHECK(fabs(got->statistics.skewness - want->statistics.skewness) < 1e-9);
    CHECK(fabs(got->statistics.kurtosis - want->statistics.kurtosis) < 1e-9);
    if (want->geometry.turn_concentration > 1e-6) {
        const double turned = got->geometry.turn_mean - want->geometry.turn_mean;
        CHECK(fabs(sin(turned / 2)) < 1e-9);
    }
}

static void check_way(const struct patterns_variant *variant, enum patterns_method method,
                      const uint8_t *sequence, struct patterns_options options)
{
    static uint16_t matches[LENGTH_MAX];
    static double powers[LENGTH_MAX];
    options.variant = variant;
    options.method = method;
    struct patterns *patterns = new_patterns(options);
    struct patterns_features got, want;
    const size_t length = options.length;
    CHECK(patterns_analyze_naive(patterns, sequence, PATTERNS_ALL, &want) == PATTERNS_OK);
    memcpy(matches, patterns_matches(patterns), length * sizeof *matches);
    memcpy(powers, patterns_powers(patterns), (length / 2 + 1) * sizeof *powers);
    for (int again = 0; again < 2; again++) {
        CHECK(patterns_analyze(patterns, sequence, PATTERNS_ALL, &got) == PATTERNS_OK);
        check_features(&got, &want);
        CHECK(memcmp(patterns_matches(patterns), matches, length * sizeof *matches) == 0);
        for (size_t k = 1; k <= length / 2; k++) {
            const double away = fabs(patterns_powers(patterns)[k] - powers[k]);
            CHECK(away <= 1e-14 * (double)length * (double)length);
        }
    }
    patterns_free(patterns);
}

static void check_ways(const uint8_t *sequence, size_t length, size_t symbols)
{
    const struct patterns_options options = {.length = length, .symbols = symbols};
    for (const struct patterns_variant *v = patterns_variants; v->name; v++) {
        if (v->available()) {
            check_way(v, PATTERNS_DIRECT, sequence, options);
            check_way(v, PATTERNS_FFT, sequence, options);
            check_way(v, PATTERNS_AUTO, sequence, options);
        }
    }
}

/* Symbols as unequal as words: the product of two random numbers. */
static void check_random(size_t length, size_t symbols, uint64_t seed)
{
    static uint8_t sequence[LENGTH_MAX];
    uint64_t state = seed;
    for (size_t i = 0; i < length; i++) {
        const uint64_t product = random_next(&state) % symbols * (random_next(&state) % symbols);
        sequence[i] = (uint8_t)(product / symbols);
    }
    check_ways(sequence, length, symbols);
}

TEST(every_way_agrees_with_the_definitions_on_every_length_up_to_140)
{
    for (size_t length = 0; length <= 140; length++) {
        check_random(length, 1 + length * 7 % 23, length);
    }
}

TEST(every_way_agrees_with_the_definitions_on_any_number_of_symbols)
{
    static const size_t SYMBOLS[] = {1, 2, 3, 4, 5, 8, 9, 16, 17, 31, 33, 100, 253, 254};
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof *SYMBOLS; i++) {
        check_random(300, SYMBOLS[i], i);
    }
}

TEST(every_way_agrees_with_the_definitions_on_long_sequences)
{
    check_random(1024, 200, 1);
    check_random(1009, 50, 2);
    check_random(1000, 10, 3);
    check_random(2048, 254, 4);
}

/* A symbol that always follows itself fills the 8-bit counters of vectors, 255 at a time. */
TEST(counters_of_equal_symbols_do_not_overflow)
{
    static uint8_t sequence[LENGTH_MAX];
    memset(sequence, 3, sizeof sequence);
    const struct patterns_options plain = {.length = LENGTH_MAX, .symbols = 4};
    for (const struct patterns_variant *v = patterns_variants; v->name; v++) {
        for (int method = PATTERNS_DIRECT; method <= PATTERNS_FFT && v->available(); method++) {
            struct patterns_options options = plain;
            options.variant = v;
            options.method = (enum patterns_method)method;
            struct patterns *patterns = new_patterns(options);
            struct patterns_features got;
            CHECK(patterns_analyze(patterns, sequence, PATTERNS_ALL, &got) == PATTERNS_OK);
            for (size_t lag = 0; lag < LENGTH_MAX; lag++) {
                CHECK_EQ(patterns_matches(patterns)[lag], LENGTH_MAX - lag);
            }
            CHECK(got.spectrum.share == 0 && got.statistics.entropy_bits == 0);
            patterns_free(patterns);
        }
    }
}

/* 65 535 numbers are the most: all counts must still fit. */
TEST(the_longest_sequence_counts_right)
{
    static uint8_t sequence[PATTERNS_LENGTH_MAX];
    for (size_t i = 0; i < PATTERNS_LENGTH_MAX; i++) {
        sequence[i] = i % 3 == 0;
    }
    const struct patterns_options options = {
        .length = PATTERNS_LENGTH_MAX, .symbols = 2, .method = PATTERNS_FFT};
    struct patterns *patterns = new_patterns(options);
    struct patterns_features got;
    CHECK(patterns_analyze(patterns, sequence, PATTERNS_ALL, &got) == PATTERNS_OK);
    CHECK_EQ(patterns_matches(patterns)[0], 65535);
    CHECK_EQ(patterns_matches(patterns)[3], 65532);
    CHECK_EQ(got.periodicity.lag, 3);
    CHECK_EQ(got.transitions.most, 21845);
    patterns_free(patterns);
}

static struct patterns_features features_of(const char *letters)
{
    uint8_t sequence[64];
    const size_t length = strlen(letters);
    for (size_t i = 0; i < length; i++) {
        sequence[i] = (uint8_t)(letters[i] - 'a');
    }
    struct patterns *patterns =
        new_patterns((struct patterns_options){.length = length, .symbols = 26});
    struct patterns_features features;
    CHECK(patterns_analyze(patterns, sequence, PATTERNS_ALL, &features) == PATTERNS_OK);
    patterns_free(patterns);
    return features;
}

/* abcabcabcabc: at distance 3 nine of nine pairs match, by chance one in three would: the score is
 * (9 - 3) / sqrt(9 * 1/3 * 2/3) = 3 sqrt(2), more than at distance 6 with its six pairs.  All power
 * is at frequency 12 / 3; of three equal symbols the entropy is log2 3; each knows its successor.
 */
TEST(a_period_of_three_is_found)
{
    const struct patterns_features f = features_of("abcabcabcabc");
    CHECK_EQ(f.periodicity.lag, 3);
    CHECK_EQ(f.periodicity.matches, 9);
    CHECK_NEAR(f.periodicity.score, 3 * sqrt(2), 1e-14);
    CHECK_EQ(f.spectrum.peak, 4);
    CHECK_EQ(f.spectrum.period, 3);
    CHECK_NEAR(f.spectrum.share, 1, 1e-14);
    CHECK_NEAR(f.spectrum.centroid, 1.0 / 3, 1e-14);
    CHECK(f.spectrum.entropy_bits < 1e-12);
    CHECK_NEAR(f.statistics.entropy_bits, log2(3), 1e-14);
    CHECK_EQ(f.transitions.distinct, 3);
    CHECK_EQ(f.transitions.most, 4);
    CHECK(f.transitions.conditional_bits < 1e-14);
}

/* 0 0 0 4: mean 1, squares 1+1+1+9 over 4 are 3, cubes -3 + 27 are 24 / 4 = 6 over 3^1.5,
 * fourth powers 3 + 81 are 84 / 4 = 21 over 9. */
TEST(moments_match_hand_worked_values)
{
    const struct patterns_features f = features_of("aaae");
    CHECK_EQ(f.statistics.distinct, 2);
    CHECK_EQ(f.statistics.mean, 1);
    CHECK_NEAR(f.statistics.variance, 3, 1e-15);
    CHECK_NEAR(f.statistics.skewness, 6 / (3 * sqrt(3)), 1e-14);
    CHECK_NEAR(f.statistics.kurtosis, 21.0 / 9 - 3, 1e-14);
    CHECK_NEAR(f.statistics.entropy_bits, 0.75 * log2(4.0 / 3) + 0.25 * 2, 1e-14);
}

/* 0 1 1 0 0 1: points (0,1) (1,1) (1,0) (0,0) (0,1) go round a unit square clockwise: four steps of
 * length 1 and three right turns of a right angle. */
TEST(the_way_round_a_square_has_right_turns_and_its_hull)
{
    const struct patterns_features f = features_of("abbaab");
    CHECK_EQ(f.geometry.path, 4);
    CHECK_EQ(f.geometry.turns, 3);
    CHECK_NEAR(f.geometry.turn_mean, -acos(0), 1e-14);
    CHECK_NEAR(f.geometry.turn_concentration, 1, 1e-14);
    CHECK_EQ(f.geometry.hull_corners, 4);
    CHECK_EQ(f.geometry.hull_area, 1);
    CHECK_EQ(f.geometry.hull_perimeter, 4);
}

/* All points at one place, and on one line: (0,2) and (2,0), there and back. */
TEST(hulls_without_area_are_points_and_lines)
{
    const struct patterns_features point = features_of("dddd");
    CHECK_EQ(point.geometry.hull_corners, 1);
    CHECK(point.geometry.hull_area == 0 && point.geometry.hull_perimeter == 0);
    CHECK(point.geometry.turns == 0 && point.geometry.turn_concentration == 0);
    const struct patterns_features line = features_of("acaca");
    CHECK_EQ(line.geometry.hull_corners, 2);
    CHECK_EQ(line.geometry.hull_area, 0);
    CHECK_NEAR(line.geometry.hull_perimeter, 2 * sqrt(8), 1e-15);
    const struct patterns_features upright = features_of("aaaab");
    CHECK_EQ(upright.geometry.hull_corners, 2);
    CHECK_EQ(upright.geometry.hull_perimeter, 2);
}

/* One b among a: the indicator of a single place has the same power everywhere. */
TEST(of_equal_powers_the_first_is_the_peak)
{
    CHECK_EQ(features_of("aaaaaab").spectrum.peak, 1);
    CHECK_EQ(features_of("aaabaaaaaaa").spectrum.peak, 1);
}

TEST(labels_do_not_matter_to_frequency_and_transitions)
{
    const struct patterns_features a = features_of("abcabdabcaab");
    const struct patterns_features b = features_of("zqxzqfzqxzzq");
    CHECK_EQ(a.periodicity.lag, b.periodicity.lag);
    CHECK_EQ(a.periodicity.matches, b.periodicity.matches);
    CHECK_EQ(a.periodicity.score, b.periodicity.score);
    CHECK_EQ(a.spectrum.peak, b.spectrum.peak);
    CHECK_EQ(a.spectrum.period, b.spectrum.period);
    CHECK_EQ(a.spectrum.share, b.spectrum.share);
    CHECK_EQ(a.spectrum.centroid, b.spectrum.centroid);
    CHECK_EQ(a.spectrum.entropy_bits, b.spectrum.entropy_bits);
    CHECK_EQ(a.transitions.distinct, b.transitions.distinct);
    CHECK_EQ(a.transitions.entropy_bits, b.transitions.entropy_bits);
}

TEST(groups_that_were_not_asked_for_are_zeros)
{
    const uint8_t sequence[] = {0, 1, 2, 0, 1, 2, 0, 1};
    struct patterns *patterns = new_patterns((struct patterns_options){.length = 8, .symbols = 3});
    struct patterns_features f;
    CHECK(patterns_analyze(patterns, sequence, PATTERNS_STATISTICS, &f) == PATTERNS_OK);
    CHECK(f.statistics.mean > 0 && f.periodicity.lag == 0 && f.geometry.turns == 0);
    CHECK(patterns_analyze(patterns, sequence, PATTERNS_FREQUENCY, &f) == PATTERNS_OK);
    CHECK(f.periodicity.lag == 3 && f.statistics.mean == 0 && f.transitions.distinct == 0);
    patterns_free(patterns);
}

TEST(bad_options_and_sequences_are_refused)
{
    struct patterns *patterns = NULL;
    struct patterns_options options = {.length = 4, .symbols = 0};
    CHECK(patterns_new(&options, &patterns) == PATTERNS_ERR_ARGUMENT);
    options.symbols = PATTERNS_SYMBOLS_MAX + 1;
    CHECK(patterns_new(&options, &patterns) == PATTERNS_ERR_LIMIT);
    options.symbols = 2;
    options.length = PATTERNS_LENGTH_MAX + 1;
    CHECK(patterns_new(&options, &patterns) == PATTERNS_ERR_LIMIT);
    options.length = 4;
    options.method = (enum patterns_method)3;
    CHECK(patterns_new(&options, &patterns) == PATTERNS_ERR_ARGUMENT);
    CHECK(patterns_new(NULL, &patterns) == PATTERNS_ERR_ARGUMENT && patterns == NULL);

    options.method = PATTERNS_AUTO;
    patterns = new_patterns(options);
    struct patterns_features f = {.statistics = {.mean = 42}};
    const uint8_t bad[] = {0, 1, 2, 0};
    CHECK(patterns_analyze(patterns, bad, PATTERNS_ALL, &f) == PATTERNS_ERR_SYMBOL);
    CHECK(patterns_analyze_naive(patterns, bad, PATTERNS_ALL, &f) == PATTERNS_ERR_SYMBOL);
    CHECK(patterns_analyze(patterns, bad, 16, &f) == PATTERNS_ERR_ARGUMENT);
    CHECK(patterns_analyze(patterns, NULL, PATTERNS_ALL, &f) == PATTERNS_ERR_ARGUMENT);
    CHECK(patterns_analyze(patterns, bad, PATTERNS_ALL, NULL) == PATTERNS_ERR_ARGUMENT);
    CHECK_EQ(f.statistics.mean, 42);
    patterns_free(patterns);
    patterns_free(NULL);
}

/* What docs/suites/patterns.md says of 1024 numbers; most of the second is 200 * 200 counts. */
TEST(memory_is_as_documented)
{
    static const size_t SYMBOLS[] = {10, 50, 100, 200}, BYTES_MAX[] = {67000, 73000, 88000, 148000};
    for (size_t i = 0; i < sizeof SYMBOLS / sizeof *SYMBOLS; i++) {
        struct patterns *patterns = new_patterns((struct patterns_options){
            .length = 1024, .symbols = SYMBOLS[i], .method = PATTERNS_DIRECT});
        CHECK(patterns_heap_bytes(patterns) <= BYTES_MAX[i]);
        patterns_free(patterns);
    }
}

static bool never(void)
{
    return false;
}

TEST(variants_without_their_instructions_are_refused)
{
    const struct patterns_variant missing = {"missing", never, patterns_variants->kernels};
    const struct patterns_options options = {.length = 4, .symbols = 2, .variant = &missing};
    struct patterns *patterns = NULL;
    struct patterns_fft *fft = NULL;
    CHECK(patterns_new(&options, &patterns) == PATTERNS_ERR_CPU);
    CHECK(patterns_fft_new(&missing, 8, &fft) == PATTERNS_ERR_CPU);
    CHECK(patterns_best()->available());
}

TEST(every_status_has_a_text)
{
    for (int status = PATTERNS_ERR_CPU; status <= PATTERNS_OK; status++) {
        CHECK(strcmp(patterns_status_text((enum patterns_status)status), "unknown status") != 0);
    }
    CHECK_STR(patterns_status_text((enum patterns_status)1), "unknown status");
}

/* ------------------------------------------------------------------------------------------- */

static struct patterns_words *read_words(const char *text, size_t length,
                                         enum patterns_keeping keeping)
{
    struct patterns_words *words = NULL;
    CHECK(patterns_words_new(text, length, keeping, &words) == PATTERNS_OK);
    return words;
}

TEST(words_get_numbers_in_order_of_appearance_either_way)
{
    static const char TEXT[] = "  to be\tor\nnot to\vbe ";
    static const char *const STRINGS[] = {"to", "be", "or", "not", "to", "be"};
    static const uint8_t NUMBERS[] = {0, 1, 2, 3, 0, 1};
    for (int keeping = PATTERNS_INTERNED; keeping <= PATTERNS_COPIED; keeping++) {
        struct patterns_words *words =
            read_words(TEXT, sizeof TEXT - 1, (enum patterns_keeping)keeping);
        uint8_t numbers[6];
        size_t distinct = 0;
        CHECK_EQ(patterns_words_count(words), 6);
        CHECK(patterns_words_numbers(words, numbers, &distinct) == PATTERNS_OK);
        CHECK(memcmp(numbers, NUMBERS, sizeof numbers) == 0 && distinct == 4);
        for (size_t i = 0; i < 6; i++) {
            CHECK_STR(patterns_words_string(words, i), STRINGS[i]);
        }
        CHECK(patterns_words_string(words, 6) == NULL);
        patterns_words_free(words);
    }
}

TEST(no_text_has_no_words)
{
    struct patterns_words *words = read_words(NULL, 0, PATTERNS_INTERNED);
    size_t distinct = 7;
    CHECK_EQ(patterns_words_count(words), 0);
    CHECK(patterns_words_numbers(words, NULL, &distinct) == PATTERNS_OK && distinct == 0);
    patterns_words_free(words);
    words = read_words(" \0 \0", 4, PATTERNS_COPIED);
    CHECK_EQ(patterns_words_count(words), 0);
    patterns_words_free(words);
    patterns_words_free(NULL);
}

/* One more than 254 different words; copies only notice when they get numbers. */
TEST(too_many_different_words_are_refused)
{
    char text[8 * 255] = "";
    uint8_t numbers[255];
    size_t distinct = 0, length = 0;
    for (int i = 0; i < 255; i++) {
        length += (size_t)snprintf(text + length, 8, "w%d ", i);
    }
    struct patterns_words *words = NULL;
    CHECK(patterns_words_new(text, length, PATTERNS_INTERNED, &words) == PATTERNS_ERR_LIMIT);
    CHECK(words == NULL);
    words = read_words(text, length, PATTERNS_COPIED);
    CHECK(patterns_words_numbers(words, numbers, &distinct) == PATTERNS_ERR_LIMIT);
    patterns_words_free(words);
    words = read_words(text, length - 5, PATTERNS_INTERNED);
    CHECK(patterns_words_numbers(words, numbers, &distinct) == PATTERNS_OK && distinct == 254);
    patterns_words_free(words);
}

/* 1000 words of one letter.  Copied: a struct of 40 bytes takes 48, 1001 pointers 8016, each copy
 * 32.  Interned: a byte a word and the table. */
TEST(interned_words_take_less_memory_than_copies)
{
    char text[2000];
    for (size_t i = 0; i < 1000; i++) {
        text[2 * i] = (char)('a' + i % 10);
        text[2 * i + 1] = ' ';
    }
    struct patterns_words *copied = read_words(text, sizeof text, PATTERNS_COPIED);
    struct patterns_words *interned = read_words(text, sizeof text, PATTERNS_INTERNED);
    CHECK_EQ(patterns_words_heap_bytes(copied), 48 + 8016 + 1000 * 32);
    CHECK(patterns_words_heap_bytes(interned) < 4096);
    patterns_words_free(copied);
    patterns_words_free(interned);
}

TEST(bad_arguments_of_words_are_refused)
{
    struct patterns_words *words = NULL;
    CHECK(patterns_words_new(NULL, 3, PATTERNS_INTERNED, &words) == PATTERNS_ERR_ARGUMENT);
    CHECK(patterns_words_new("a", 1, (enum patterns_keeping)2, &words) == PATTERNS_ERR_ARGUMENT);
    CHECK(patterns_words_new("a", 1, PATTERNS_COPIED, NULL) == PATTERNS_ERR_ARGUMENT);
    char *many = malloc(2 * (PATTERNS_LENGTH_MAX + 1));
    CHECK(many != NULL);
    for (size_t i = 0; i <= PATTERNS_LENGTH_MAX; i++) {
        many[2 * i] = 'a';
        many[2 * i + 1] = ' ';
    }
    CHECK(patterns_words_new(many, 2 * PATTERNS_LENGTH_MAX + 2, PATTERNS_COPIED, &words) ==
          PATTERNS_ERR_LIMIT);
    CHECK(words == NULL);
    free(many);
}

TEST_MAIN
