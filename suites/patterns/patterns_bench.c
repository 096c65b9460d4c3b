/* Suite `patterns`: what repeats in 1024 words of real text with 10, 50, 100 and 200 different
 * ones.
 *
 * Where the words come from, and how a text of so many different ones is made of them: see
 * sequences.py.  All rows of the same `unique` work on the same sequence; rows named *_scaling cut
 * theirs from one longer sequence.  Before timing, counts of every engine must equal those of the
 * definitions (patterns_analyze_naive), and real numbers agree within the engine's precision.  What
 * the definitions say takes seconds for long texts, and so does planning of some engines: both are
 * fixtures.
 *
 * Foreign engines of `frequency` find matches and powers only; ours describe them, too. */
#define ASSAY_SUITE "patterns"
#include <assay.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "engines/engine.h"
#include "patterns.h"

struct pattern_text {
    size_t unique, length;
    const char *words;
};
#include "pattern_texts.h"

struct work {
    const struct pattern_text *text;
    struct sequence sequence;
    struct patterns *patterns;
    unsigned groups;
    struct patterns_features features;
    const struct frequency_engine *engine; /* NULL: ours */
    void *state;
};

static const struct frequency_engine *const FREQUENCY_ENGINES[] = {
#ifdef HAVE_FFTW
    &frequency_fftw,
#endif
#ifdef HAVE_KISSFFT
    &frequency_kissfft,
#endif
    NULL,
};

static const struct transform_engine *const TRANSFORM_ENGINES[] = {
#ifdef HAVE_FFTW
    &transform_fftw,
#endif
#ifdef HAVE_KISSFFT
    &transform_kissfft,
#endif
    NULL,
};

static void skip_missing(struct assay_bench *b, const char *name)
{
    const bool fftw = strcmp(name, "fftw") == 0;
    assay_skip(b, "built without %s: apt-get install %s, then build again",
               fftw ? "FFTW" : "KissFFT", fftw ? "libfftw3-dev" : "libkissfft-dev");
}

/* The shortest text with as many different words that has `length` of them; false: it skips. */
static bool choose_text(struct assay_bench *b, struct work *work, size_t unique, size_t length)
{
    const size_t count = PATTERN_TEXT_COUNT; /* 0 where the words are absent */
    for (size_t i = 0; i < count && work->text == NULL; i++)
        if (PATTERN_TEXTS[i].unique == unique && PATTERN_TEXTS[i].length >= length)
            work->text = &PATTERN_TEXTS[i];
    if (work->text == NULL)
        assay_skip(b, "the words are WordNet's: run 'npm ci' in suites/text and build");
    return work->text != NULL;
}

static enum patterns_status read_text(struct assay_bench *b, struct work *work)
{
    struct patterns_words *words = NULL;
    const char *text = work->text->words;
    enum patterns_status status = patterns_words_new(text, strlen(text), PATTERNS_INTERNED, &words);
    if (status == PATTERNS_OK) {
        uint8_t *numbers = assay_alloc(b, patterns_words_count(words));
        status = patterns_words_numbers(words, numbers, &work->sequence.symbols);
        work->sequence.numbers = numbers;
    }
    patterns_words_free(words);
    return status;
}

/* Ours by name: a variant (NULL: the best one), and how matches are found. */
struct own_engine {
    const char *name, *variant;
    enum patterns_method method;
};

static const struct own_engine OWN_ENGINES[] = {
    {"scalar", "scalar", PATTERNS_AUTO},
    {"avx2", "avx2", PATTERNS_AUTO},
    {"avx512", "avx512", PATTERNS_AUTO},
    {"auto", NULL, PATTERNS_AUTO},
    {"direct", NULL, PATTERNS_DIRECT},
    {"fft", NULL, PATTERNS_FFT},
    {"scalar_direct", "scalar", PATTERNS_DIRECT},
    {"scalar_fft", "scalar", PATTERNS_FFT},
};

/* NULL: not ours. */
static const struct own_engine *find_own(const char *name)
{
    for (size_t i = 0; i < sizeof OWN_ENGINES / sizeof *OWN_ENGINES; i++)
        if (strcmp(OWN_ENGINES[i].name, name) == 0)
            return &OWN_ENGINES[i];
    return NULL;
}

static const struct patterns_variant *find_variant(const char *name)
{
    for (const struct patterns_variant *v = patterns_variants; v->name != NULL; v++)
        if (name != NULL && strcmp(v->name, name) == 0)
            return v;
    return NULL;
}

/* ---- what engines found out while they planned ---- */

/* Opens and closes what the benchmark measures, so that its engine plans. */
typedef bool plan_once(struct assay_bench *b);

static bool plan_frequency(struct assay_bench *b)
{
    const struct work *work = b->state;
    void *state = work->engine->open(&work->sequence);
    if (state != NULL)
        work->engine->close(state);
    return state != NULL;
}

static void build_plans(struct assay_bench *b, const struct planner *planner, plan_once *plan)
{
    char *text = plan(b) ? planner->save() : NULL;
    assay_fixture_put(b, text ? text : "", text ? strlen(text) + 1 : 1);
    free(text);
}

static void build_frequency_plans(struct assay_bench *b)
{
    const struct work *work = b->state;
    build_plans(b, work->engine->planner, plan_frequency);
}

/* Before an engine plans for `length`: it knows what was found out on this processor before. */
static void load_plans(struct assay_bench *b, const struct planner *planner, const char *what,
                       size_t length, assay_builder *build)
{
    char key[200];
    if (planner == NULL)
        return;
    snprintf(key, sizeof key, "plans of %s, %s of %zu, %s", planner->version, what, length,
             patterns_best()->name);
    planner->load(assay_fixture(b, key, build, NULL));
}

static void open_engine(struct assay_bench *b, struct work *work)
{
    const char *name = assay_param_text(b, "engine");
    for (size_t i = 0; FREQUENCY_ENGINES[i] != NULL; i++)
        if (strcmp(FREQUENCY_ENGINES[i]->name, name) == 0)
            work->engine = FREQUENCY_ENGINES[i];
    const struct own_engine *own = find_own(name);
    if (work->engine == NULL && own == NULL) {
        skip_missing(b, name);
        return;
    }
    const struct patterns_options options = {
        .length = work->sequence.length,
        .symbols = work->sequence.symbols,
        .variant = find_variant(own != NULL ? own->variant : NULL),
        .method = own != NULL ? own->method : PATTERNS_AUTO,
    };
    const enum patterns_status status = patterns_new(&options, &work->patterns);
    if (work->engine != NULL)
        load_plans(b, work->engine->planner, "frequency", work->sequence.length,
                   build_frequency_plans);
    if (status == PATTERNS_ERR_CPU)
        assay_skip(b, "this processor lacks the instructions of '%s'", name);
    else if (status != PATTERNS_OK)
        assay_fail(b, "cannot prepare: %s", patterns_status_text(status));
    else if (work->engine != NULL && (work->state = work->engine->open(&work->sequence)) == NULL)
        assay_fail(b, "%s cannot prepare its plans", name);
}

/* What the case takes of the heap. */
static void state_heap(struct assay_bench *b, size_t bytes)
{
    assay_metric(b, "heap_bytes", "B", ASSAY_LOWER_IS_BETTER, (double)bytes);
}

static void prepare(struct assay_bench *b, size_t unique, size_t length, unsigned groups)
{
    struct work *work = assay_alloc(b, sizeof *work);
    b->state = work;
    work->groups = groups;
    work->sequence.length = length;
    if (!choose_text(b, work, unique, length))
        return;
    const enum patterns_status status = read_text(b, work);
    if (status != PATTERNS_OK) {
        assay_fail(b, "cannot read the text: %s", patterns_status_text(status));
        return;
    }
    b->items = (double)length;
    open_engine(b, work);
    if (work->patterns != NULL && work->engine == NULL)
        state_heap(b, patterns_heap_bytes(work->patterns));
}

static void teardown(struct assay_bench *b)
{
    const struct work *work = b->state;
    if (work == NULL)
        return;
    if (work->state != NULL)
        work->engine->close(work->state);
    patterns_free(work->patterns);
}

static enum patterns_status analyze(struct work *work)
{
    return patterns_analyze(work->patterns, work->sequence.numbers, work->groups, &work->features);
}

static void expect_near(struct assay_bench *b, const char *what, double got, double want)
{
    assay_expect(b, fabs(got - want) <= 1e-9 * (1 + fabs(want)), "%s is %.17g, by definition %.17g",
                 what, got, want);
}

#define EXPECT_NEAR(field) expect_near(b, #field, (double)got->field, (double)want->field)

static void expect_features(struct assay_bench *b, const struct patterns_features *got,
                            const struct patterns_features *want)
{
    EXPECT_NEAR(periodicity.lag);
    EXPECT_NEAR(periodicity.matches);
    EXPECT_NEAR(periodicity.score);
    EXPECT_NEAR(spectrum.peak);
    EXPECT_NEAR(spectrum.share);
    EXPECT_NEAR(spectrum.centroid);
    EXPECT_NEAR(spectrum.entropy_bits);
    EXPECT_NEAR(statistics.distinct);
    EXPECT_NEAR(statistics.mean);
    EXPECT_NEAR(statistics.variance);
    EXPECT_NEAR(statistics.skewness);
    EXPECT_NEAR(statistics.kurtosis);
    EXPECT_NEAR(statistics.entropy_bits);
    EXPECT_NEAR(transitions.distinct);
    EXPECT_NEAR(transitions.most);
    EXPECT_NEAR(transitions.entropy_bits);
    EXPECT_NEAR(transitions.conditional_bits);
    EXPECT_NEAR(geometry.turns);
    EXPECT_NEAR(geometry.path);
    EXPECT_NEAR(geometry.turn_mean);
    EXPECT_NEAR(geometry.turn_concentration);
    EXPECT_NEAR(geometry.hull_corners);
    EXPECT_NEAR(geometry.hull_area);
    EXPECT_NEAR(geometry.hull_perimeter);
}

/* What the definitions say of a sequence. */
struct answers {
    struct patterns_features features;
    double powers[PATTERNS_LENGTH_MAX / 2 + 1];
    uint16_t matches[PATTERNS_LENGTH_MAX];
};

static void build_answers(struct assay_bench *b)
{
    struct work *work = b->state;
    struct answers *answers = assay_alloc(b, sizeof *answers);
    const size_t length = work->sequence.length;
    const enum patterns_status status = patterns_analyze_naive(
        work->patterns, work->sequence.numbers, work->groups, &answers->features);
    assay_expect(b, status == PATTERNS_OK, "%s", patterns_status_text(status));
    if (status == PATTERNS_OK && work->groups & PATTERNS_FREQUENCY) {
        memcpy(answers->powers, patterns_powers(work->patterns),
               (length / 2 + 1) * sizeof *answers->powers);
        memcpy(answers->matches, patterns_matches(work->patterns),
               length * sizeof *answers->matches);
    }
    assay_fixture_put(b, answers, sizeof *answers);
}

/* FNV-1a, 64 bits. */
static uint64_t sequence_hash(const struct sequence *sequence)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = 0; i < sequence->length; i++)
        hash = (hash ^ sequence->numbers[i]) * 0x100000001b3u;
    return hash;
}

static const struct answers *answers_of(struct assay_bench *b, const struct work *work)
{
    char key[100];
    size_t bytes;
    snprintf(key, sizeof key, "answers 1 of %zu bytes to %u about %016llx", sizeof(struct answers),
             work->groups, (unsigned long long)sequence_hash(&work->sequence));
    const struct answers *answers = assay_fixture(b, key, build_answers, &bytes);
    return bytes == sizeof *answers ? answers : NULL; /* NULL: it is failed */
}

static void check(struct assay_bench *b)
{
    struct work *work = b->state;
    const struct answers *want = answers_of(b, work);
    const enum patterns_status status = analyze(work);
    assay_expect(b, status == PATTERNS_OK, "%s", patterns_status_text(status));
    if (status == PATTERNS_OK && want != NULL)
        expect_features(b, &work->features, &want->features);
}

/* Matches and powers of a foreign engine. */
static void check_engine(struct assay_bench *b)
{
    struct work *work = b->state;
    const struct answers *want = work->engine != NULL ? answers_of(b, work) : NULL;
    const size_t length = work->sequence.length;
    if (work->engine == NULL)
        check(b);
    if (want == NULL)
        return;
    work->engine->run(work->state);
    for (size_t lag = 0; lag < length; lag++) {
        const size_t matches = work->engine->matches(work->state, lag);
        assay_expect(b, matches == want->matches[lag],
                     "%zu matches at distance %zu, by definition %u", matches, lag,
                     (unsigned)want->matches[lag]);
    }
    const double error_max = work->engine->error_max * (double)length * (double)length;
    for (size_t k = 1; k <= length / 2; k++) {
        const double power = work->engine->power(work->state, k);
        assay_expect(b, fabs(power - want->powers[k]) <= error_max,
                     "power %zu is %.17g, by definition %.17g", k, power, want->powers[k]);
    }
}

static size_t param(struct assay_bench *b, const char *name)
{
    return (size_t)assay_param(b, name);
}

#define LENGTH 1024u
#define LONG_UNIQUE 50u

/* `setup` of rows over the symbols of `unique`, and of those that scale over `n`. */
#define PREPARE(id, groups)                                                                        \
    static void prepare_##id(struct assay_bench *b)                                                \
    {                                                                                              \
        prepare(b, param(b, "unique"), LENGTH, groups);                                            \
    }                                                                                              \
    static void prepare_##id##_scaling(struct assay_bench *b)                                      \
    {                                                                                              \
        prepare(b, LONG_UNIQUE, param(b, "n"), groups);                                            \
    }
PREPARE(analysis, PATTERNS_ALL)
PREPARE(frequency, PATTERNS_FREQUENCY)
PREPARE(statistics, PATTERNS_STATISTICS | PATTERNS_TRANSITIONS)
PREPARE(geometry, PATTERNS_GEOMETRY)

#define ANALYSIS_BENCH(id, ...)                                                                    \
    ASSAY_BENCH(id, __VA_ARGS__, .setup = prepare_##id, .check = check, .teardown = teardown)      \
    {                                                                                              \
        struct work *work = b->state;                                                              \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            assay_keep(analyze(work));                                                             \
        }                                                                                          \
    }
#define UNIQUE "unique=10,50,100,200 "
#define SIZES "n=256,512,1024,2048,4096,8192,16384 "
#define LONGEST "slow[n=8192,16384]"

ANALYSIS_BENCH(analysis, .description = "all features of 1024 words",
               .sweep = UNIQUE "engine=scalar,avx2,avx512,auto")
ANALYSIS_BENCH(statistics, .description = "moments, entropies and transitions of 1024 words",
               .sweep = UNIQUE "engine=auto")
ANALYSIS_BENCH(geometry, .description = "turns and convex hull of the trajectory of 1024 words",
               .sweep = UNIQUE "engine=scalar,avx2,avx512")

ASSAY_BENCH(frequency,
            .description = "matches at each distance, powers; ours: periodicity and spectrum, too",
            .sweep = UNIQUE "engine=scalar_direct,scalar_fft,direct,fft,auto,fftw,kissfft",
            .setup = prepare_frequency, .check = check_engine, .teardown = teardown)
{
    struct work *work = b->state;
    if (work->engine == NULL) {
        ASSAY_LOOP(b)
        {
            assay_keep(analyze(work));
        }
        return;
    }
    ASSAY_LOOP(b)
    {
        work->engine->run(work->state);
        assay_keep(work->state);
    }
}

ASSAY_BENCH(frequency_transforms,
            .description = "only the transforms of `frequency`: one a symbol, of 2048 values",
            .sweep = UNIQUE "engine=fftw,kissfft", .setup = prepare_frequency,
            .check = check_engine, .teardown = teardown)
{
    struct work *work = b->state;
    ASSAY_LOOP(b)
    {
        work->engine->transforms(work->state);
        assay_keep(work->state);
    }
}

ANALYSIS_BENCH(analysis_scaling, .description = "all features of n words, 50 different ones",
               .sweep = SIZES "engine=auto,fft", .tags = LONGEST)
ANALYSIS_BENCH(frequency_scaling, .description = "frequency features of n words, 50 different ones",
               .sweep = SIZES "engine=scalar_direct,scalar_fft,direct,fft", .tags = LONGEST)
ANALYSIS_BENCH(statistics_scaling, .description = "statistics of n words, 50 different ones",
               .sweep = SIZES "engine=auto", .tags = LONGEST)
ANALYSIS_BENCH(geometry_scaling, .description = "geometry of n words, 50 different ones",
               .sweep = SIZES "engine=auto", .tags = LONGEST)

/* ------------------------------------------------------------------------------ transforms */

struct transform {
    size_t length;
    const double *values, *want_re, *want_im;
    double *re, *im;
    struct patterns_fft *fft;
    const struct transform_engine *engine; /* NULL: ours */
    void *state;
};

static bool plan_transform(struct assay_bench *b)
{
    const struct transform *transform = b->state;
    void *state = transform->engine->open(transform->length);
    transform->engine->close(state);
    return state != NULL;
}

static void build_transform_plans(struct assay_bench *b)
{
    const struct transform *transform = b->state;
    build_plans(b, transform->engine->planner, plan_transform);
}

static void open_transform(struct assay_bench *b, struct transform *transform)
{
    const char *name = assay_param_text(b, "engine");
    for (size_t i = 0; TRANSFORM_ENGINES[i] != NULL; i++)
        if (strcmp(TRANSFORM_ENGINES[i]->name, name) == 0)
            transform->engine = TRANSFORM_ENGINES[i];
    if (transform->engine != NULL) {
        load_plans(b, transform->engine->planner, "transform", transform->length,
                   build_transform_plans);
        transform->state = transform->engine->open(transform->length);
        if (transform->state == NULL)
            assay_skip(b, "%s has no real transform of %zu values", name, transform->length);
        return;
    }
    const struct patterns_variant *variant = find_variant(name);
    if (variant == NULL && find_own(name) == NULL)
        skip_missing(b, name);
    else if (variant == NULL || !variant->available())
        assay_skip(b, "this processor lacks the instructions of '%s'", name);
    else if (patterns_fft_new(variant, transform->length, &transform->fft) != PATTERNS_OK)
        assay_fail(b, "cannot prepare the transform");
}

/* Random values and their transform by the definition, O(length^2). */
static void build_values(struct assay_bench *b)
{
    const size_t length = ((const struct transform *)b->state)->length, bins = length / 2 + 1;
    double *values = assay_alloc(b, (length + 2 * bins) * sizeof *values);
    double *re = values + length, *im = re + bins;
    for (size_t i = 0; i < length; i++)
        values[i] = assay_random_unit(b) - 0.5;
    for (size_t k = 0; k < bins; k++)
        for (size_t i = 0; i < length; i++) {
            const double angle = -2 * M_PI * (double)(k * i % length) / (double)length;
            re[k] += values[i] * cos(angle);
            im[k] += values[i] * sin(angle);
        }
    assay_fixture_put(b, values, (length + 2 * bins) * sizeof *values);
}

static void take_values(struct assay_bench *b, struct transform *transform)
{
    const size_t length = transform->length, bins = length / 2 + 1;
    char key[60];
    size_t bytes;
    snprintf(key, sizeof key, "values 1 and transform of %zu", length);
    transform->values = assay_fixture(b, key, build_values, &bytes);
    if (bytes != (length + 2 * bins) * sizeof(double)) /* it is failed */
        transform->values = assay_alloc(b, (length + 2 * bins) * sizeof(double));
    transform->want_re = transform->values + length;
    transform->want_im = transform->want_re + bins;
}

static void prepare_transform(struct assay_bench *b)
{
    struct transform *transform = assay_alloc(b, sizeof *transform);
    const size_t length = param(b, "n");
    b->state = transform;
    b->items = (double)length;
    transform->length = length;
    take_values(b, transform);
    transform->re = assay_alloc(b, (length / 2 + 1) * sizeof(double));
    transform->im = assay_alloc(b, (length / 2 + 1) * sizeof(double));
    open_transform(b, transform);
}

static void run_transform(const struct transform *transform)
{
    if (transform->engine != NULL)
        transform->engine->run(transform->state, transform->values);
    else
        patterns_fft_real(transform->fft, transform->values, transform->re, transform->im);
}

static void check_transform(struct assay_bench *b)
{
    const struct transform *transform = b->state;
    const double error_max = transform->engine != NULL ? transform->engine->error_max : 5e-15;
    double errors = 0, sum = 0;
    run_transform(transform);
    for (size_t k = 0; k <= transform->length / 2; k++) {
        const double re = transform->want_re[k], im = transform->want_im[k];
        double got_re = transform->re[k], got_im = transform->im[k];
        if (transform->engine != NULL)
            transform->engine->read(transform->state, k, &got_re, &got_im);
        errors += (got_re - re) * (got_re - re) + (got_im - im) * (got_im - im);
        sum += re * re + im * im;
    }
    assay_expect(b, errors <= error_max * error_max * sum,
                 "error %.2g of the root mean square, allowed is %.2g", sqrt(errors / sum),
                 error_max);
}

static void close_transform(struct assay_bench *b)
{
    const struct transform *transform = b->state;
    if (transform == NULL)
        return;
    patterns_fft_free(transform->fft);
    if (transform->state != NULL)
        transform->engine->close(transform->state);
}

ASSAY_BENCH(transform, .description = "one transform of n real values",
            .sweep = "n=1000,1009,1024,2048,4096,16384 engine=scalar,avx2,avx512,fftw,kissfft",
            .setup = prepare_transform, .check = check_transform, .teardown = close_transform)
{
    const struct transform *transform = b->state;
    ASSAY_LOOP(b)
    {
        run_transform(transform);
        assay_keep(transform->re);
    }
}

/* ----------------------------------------------------------------------------------- words */

static enum patterns_keeping keeping_of(struct assay_bench *b)
{
    return strcmp(assay_param_text(b, "keep"), "copied") == 0 ? PATTERNS_COPIED : PATTERNS_INTERNED;
}

static void prepare_words(struct assay_bench *b)
{
    struct work *work = assay_alloc(b, sizeof *work);
    b->state = work;
    work->sequence.length = LENGTH;
    if (choose_text(b, work, param(b, "unique"), LENGTH))
        b->bytes = (double)strlen(work->text->words);
}

/* Both ways must give the words back in order, with equal numbers where they are equal. */
static void check_words(struct assay_bench *b)
{
    const struct work *work = b->state;
    struct patterns_words *words = NULL;
    const char *text = work->text->words;
    uint8_t numbers[LENGTH];
    size_t distinct = 0, position = 0;
    enum patterns_status status = patterns_words_new(text, strlen(text), keeping_of(b), &words);
    if (status == PATTERNS_OK && patterns_words_count(words) == LENGTH)
        status = patterns_words_numbers(words, numbers, &distinct);
    assay_expect(b, status == PATTERNS_OK && distinct == work->text->unique,
                 "%zu different words, not %zu", distinct, work->text->unique);
    for (size_t i = 0; status == PATTERNS_OK && i < LENGTH; i++) {
        const char *word = patterns_words_string(words, i);
        const size_t length = strlen(word);
        assay_expect(b, strncmp(text + position, word, length) == 0, "word %zu is '%s'", i, word);
        position += length + 1;
    }
    if (status == PATTERNS_OK)
        state_heap(b, patterns_words_heap_bytes(words));
    patterns_words_free(words);
}

ASSAY_BENCH(words, .description = "1024 words of a text kept and forgotten again",
            .sweep = UNIQUE "keep=interned,copied engine=auto", .setup = prepare_words,
            .check = check_words)
{
    const struct work *work = b->state;
    const enum patterns_keeping keeping = keeping_of(b);
    const char *text = work->text->words;
    const size_t length = strlen(text);
    ASSAY_LOOP(b)
    {
        struct patterns_words *words = NULL;
        assay_keep(patterns_words_new(text, length, keeping, &words));
        patterns_words_free(words);
    }
}
