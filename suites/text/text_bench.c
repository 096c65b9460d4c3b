/* Suite `text`: similarity of 20 answers of 100 words, as a consensus of answers needs it.
 *
 * The answers are real English (glosses of WordNet, see answers.py), the same ones for every row.
 * `answers=20` compares all 190 pairs, `answers=2` one pair.  Rows named *_raw start from bytes:
 * they find the words, count them and compare; the others start from a prepared set. Every engine's
 * matrix must equal that of the slowest variant before it is timed: bit for bit, since all of them
 * compute the same exact integers first. */
#define ASSAY_SUITE "text"
#include <assay.h>
#include <string.h>

#include "engines/engine.h"
#include "text.h"
#include "text_answers.h"

struct work {
    struct text_span *texts;
    struct engine_input input;
    const struct text_variant *variants; /* of the operation; the first is the oracle */
    const struct text_variant *variant;  /* NULL: a foreign engine */
    const struct engine *engine;
    double *matrix, *oracle;
};

static void count_work(struct assay_bench *b, const struct work *work)
{
    size_t count = work->input.count;
    b->items = (double)(count * (count - 1)) / 2;
    for (size_t i = 0; i < count; i++)
        b->bytes += (double)work->texts[i].length;
}

static void choose_engine(struct assay_bench *b, struct work *work)
{
    const char *name = assay_param_text(b, "engine");
    for (const struct text_variant *v = work->variants; v->name != NULL; v++)
        if (strcmp(v->name, name) == 0)
            work->variant = v;
#ifdef HAVE_EDLIB
    if (strcmp(engine_edlib.name, name) == 0)
        work->engine = &engine_edlib;
#endif
    if (work->variant != NULL && !work->variant->available())
        assay_skip(b, "this processor lacks the instructions of '%s'", name);
    else if (work->variant == NULL && work->engine == NULL)
        assay_skip(b, "built without %s: apt-get install lib%s-dev, then build again", name, name);
}

static void prepare(struct assay_bench *b, const struct text_variant *variants)
{
    struct work *work = assay_alloc(b, sizeof *work);
    size_t count = (size_t)assay_param(b, "answers");
    b->state = work;
    if (TEXT_ANSWER_COUNT < count) {
        assay_skip(b, "the answers are made from WordNet: run 'npm ci' in suites/text and build");
        return;
    }
    work->variants = variants;
    work->texts = assay_alloc(b, count * sizeof *work->texts);
    work->matrix = assay_alloc(b, count * count * sizeof *work->matrix);
    work->oracle = assay_alloc(b, count * count * sizeof *work->oracle);
    for (size_t i = 0; i < count; i++)
        work->texts[i] = (struct text_span){TEXT_ANSWERS[i], strlen(TEXT_ANSWERS[i])};
    choose_engine(b, work);
    work->input = (struct engine_input){work->texts, count, NULL};
    enum text_status status = text_set_new(&work->input.set);
    if (status == TEXT_OK)
        status = text_set_read(work->input.set, work->texts, count, TEXT_ALL);
    if (status != TEXT_OK)
        assay_fail(b, "cannot read the answers: %s", text_status_text(status));
    count_work(b, work);
}

static enum text_status compare(const struct work *work)
{
    return work->variant ? work->variant->matrix(work->input.set, work->matrix)
                         : work->engine->matrix(&work->input, work->matrix);
}

static enum text_status compare_raw(const struct work *work)
{
    enum text_status status =
        text_set_read(work->input.set, work->texts, work->input.count, work->variant->parts);
    return status == TEXT_OK ? compare(work) : status;
}

static void check_matrix(struct assay_bench *b, enum text_status status)
{
    const struct work *work = b->state;
    size_t cells = work->input.count * work->input.count;
    if (status == TEXT_OK)
        status = work->variants[0].matrix(work->input.set, work->oracle);
    assay_expect(b, status == TEXT_OK, "%s", text_status_text(status));
    for (size_t i = 0; i < cells && status == TEXT_OK; i++)
        if (work->matrix[i] != work->oracle[i]) {
            assay_fail(b, "pair %zu: similarity %.17g, the oracle says %.17g", i, work->matrix[i],
                       work->oracle[i]);
            return;
        }
}

static void check(struct assay_bench *b)
{
    check_matrix(b, compare(b->state));
}

static void check_raw(struct assay_bench *b)
{
    struct work *work = b->state;
    enum text_status status = compare_raw(work);
    if (status == TEXT_OK) /* the oracle needs other parts than the variant */
        status = text_set_read(work->input.set, work->texts, work->input.count, TEXT_ALL);
    check_matrix(b, status);
}

static void teardown(struct assay_bench *b)
{
    const struct work *work = b->state;
    if (work != NULL)
        text_set_free(work->input.set);
}

static void prepare_cosine(struct assay_bench *b)
{
    prepare(b, text_cosine_variants);
}

static void prepare_jaccard(struct assay_bench *b)
{
    prepare(b, text_jaccard_variants);
}

static void prepare_characters(struct assay_bench *b)
{
    prepare(b, text_levenshtein_variants);
}

static void prepare_words(struct assay_bench *b)
{
    prepare(b, text_levenshtein_words_variants);
}

/* Every benchmark of the suite times one call on what `setup` prepared. */
#define TEXT_BENCH(id, call, ...)                                                                  \
    ASSAY_BENCH(id, __VA_ARGS__, .teardown = teardown)                                             \
    {                                                                                              \
        const struct work *work = b->state;                                                        \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            assay_keep(call(work));                                                                \
        }                                                                                          \
    }
#define OURS "answers=2,20 engine=scalar,auto,avx2,avx512"
#define DISTANCES "answers=2,20 engine=dp,myers,avx2,avx512"

TEXT_BENCH(cosine_raw, compare_raw,
           .description = "cosine of term frequencies, from bytes to the matrix", .sweep = OURS,
           .setup = prepare_cosine, .check = check_raw)
TEXT_BENCH(cosine, compare, .description = "cosine of prepared term frequencies", .sweep = OURS,
           .setup = prepare_cosine, .check = check)
TEXT_BENCH(jaccard_raw, compare_raw,
           .description = "Jaccard index of word sets, from bytes to the matrix", .sweep = OURS,
           .setup = prepare_jaccard, .check = check_raw)
TEXT_BENCH(jaccard, compare, .description = "Jaccard index of prepared word sets", .sweep = OURS,
           .setup = prepare_jaccard, .check = check)
TEXT_BENCH(levenshtein, compare, .description = "normalised Levenshtein over characters",
           .sweep = DISTANCES ",edlib", .setup = prepare_characters, .check = check)
TEXT_BENCH(levenshtein_words, compare, .description = "normalised Levenshtein over words",
           .sweep = DISTANCES, .setup = prepare_words, .check = check)
