/* Suite `experts`: the consensus of several responses to one question, and what they have in
 * common.
 *
 * The responses are real English (Debian's licence texts, see responses.py), the same ones for
 * every row.  A consensus goes from bytes to the winner: words, term frequencies, cosine of each
 * response to all others, weights, winner, score.  Before it is timed, each engine's winner and
 * score must be those of engines/naive.c and of Python, and each merged text that of Python, byte
 * for byte. */
#define ASSAY_SUITE "experts"
#include <assay.h>
#include <math.h>
#include <sched.h>
#include <string.h>

#include "engines/naive.h"
#include "experts.h"
#include "responses.h"

#define WORDS 100u      /* of a response where no parameter says it */
#define QUESTIONS 1000u /* in `questions` */
#define PANEL 20u       /* responses to each of them */
#define PARALLEL_MAX 4u /* threads of engine=parallel */
#define SCORE_ERROR 1e-12

struct work {
    struct text_span *texts;
    size_t count;
    bool naive;
    struct experts_crew *crew;
    struct experts_panel *panel;
    struct experts_opinion *opinions;
    struct experts_aggregate *aggregate;
};

static struct work *new_work(struct assay_bench *b)
{
    struct work *work = assay_alloc(b, sizeof *work);
    b->state = work;
    return work;
}

/* Fails the benchmark unless `status` is EXPERTS_OK. */
static void expect_ok(struct assay_bench *b, enum experts_status status)
{
    assay_expect(b, status == EXPERTS_OK, "%s", experts_status_text(status));
}

static struct text_span shortened(const char *text, size_t words)
{
    size_t length = 0;
    while (text[length] != '\0' && words > 0)
        words -= (text[++length] == ' ' || text[length] == '\n' || text[length] == '\0');
    return (struct text_span){text, length};
}

/* The first responses, shortened; false, and the benchmark skipped, when there are none. */
static bool take_texts(struct assay_bench *b, struct work *work, const char *const *texts,
                       size_t available, size_t words)
{
    if (available < work->count) {
        assay_skip(b, "the responses are made from /usr/share/common-licenses, which is not here");
        return false;
    }
    work->texts = assay_alloc(b, work->count * sizeof *work->texts);
    for (size_t i = 0; i < work->count; i++) {
        work->texts[i] = shortened(texts[i], words);
        b->bytes += (double)work->texts[i].length;
    }
    b->items = (double)work->count;
    return true;
}

static void teardown(struct assay_bench *b)
{
    struct work *work = b->state;
    if (work == NULL)
        return;
    experts_panel_free(work->panel);
    experts_crew_free(work->crew);
    experts_aggregate_free(work->aggregate);
}

/* ---- consensus ---- */

static void make_panel(struct assay_bench *b, struct work *work, unsigned threads)
{
    enum experts_status status = EXPERTS_OK;
    if (threads > 1)
        status = experts_crew_new(threads, EXPERTS_SPINS_DEFAULT, &work->crew);
    if (status == EXPERTS_OK)
        status = experts_panel_new(work->crew, &work->panel);
    expect_ok(b, status);
    work->opinions = assay_alloc(b, work->count * sizeof *work->opinions);
}

static unsigned processors(void)
{
    cpu_set_t set;
    unsigned count = sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
    return count < PARALLEL_MAX ? count : PARALLEL_MAX;
}

/* Engines: naive, sequential (the fastest kernel), parallel, or a kernel by its name. */
static void choose_engine(struct assay_bench *b, struct work *work, const char *name)
{
    if (work->panel == NULL)
        return;
    work->naive = strcmp(name, "naive") == 0;
    for (const struct experts_kernel *k = experts_kernels; k->name != NULL; k++) {
        if (strcmp(k->name, name) != 0)
            continue;
        if (k->available())
            experts_panel_kernel(work->panel, k);
        else
            assay_skip(b, "this processor lacks the instructions of '%s'", name);
    }
}

static void prepare_consensus(struct assay_bench *b)
{
    struct work *work = new_work(b);
    const char *engine = assay_param_text(b, "engine");
    unsigned threads = strcmp(engine, "parallel") == 0 ? processors() : 1;
    work->count = (size_t)assay_param(b, "experts");
    if (!take_texts(b, work, RESPONSES_PROSE, RESPONSES_PROSE_COUNT, WORDS))
        return;
    if (threads == 1 && strcmp(engine, "parallel") == 0)
        assay_skip(b, "one processor only: 'parallel' would be 'sequential'");
    make_panel(b, work, threads);
    choose_engine(b, work, engine);
}

static void prepare_crossover(struct assay_bench *b)
{
    struct work *work = new_work(b);
    work->count = (size_t)assay_param(b, "experts");
    if (take_texts(b, work, RESPONSES_PROSE, RESPONSES_PROSE_COUNT,
                   (size_t)assay_param(b, "words")))
        make_panel(b, work, (unsigned)assay_param(b, "threads"));
}

static enum experts_status judge(const struct work *work, struct experts_verdict *ret_verdict)
{
    return work->naive ? naive_judge(work->texts, work->count, ret_verdict)
                       : experts_panel_judge(work->panel, work->texts, work->count, work->opinions,
                                             ret_verdict);
}

/* Winners of two implementations may differ where their scores are the same but for rounding. */
static void check_consensus(struct assay_bench *b)
{
    const struct work *work = b->state;
    struct experts_verdict got = {0}, want = {0};
    expect_ok(b, judge(work, &got));
    expect_ok(b, naive_judge(work->texts, work->count, &want));
    assay_expect(b, got.winner == want.winner && fabs(got.score - want.score) < SCORE_ERROR,
                 "response %zu wins with %.17g, the oracle says %zu with %.17g", got.winner,
                 got.score, want.winner, want.score);
}

static void check_with_python(struct assay_bench *b)
{
    const struct work *work = b->state;
    struct experts_verdict got = {0};
    check_consensus(b);
    expect_ok(b, judge(work, &got));
    for (size_t i = 0; i < sizeof RESPONSES_WINNERS / sizeof *RESPONSES_WINNERS; i++)
        if (RESPONSES_WINNERS[i].count == work->count)
            assay_expect(b,
                         got.winner == RESPONSES_WINNERS[i].winner &&
                             fabs(got.score - RESPONSES_WINNERS[i].score) < SCORE_ERROR,
                         "response %zu wins with %.17g, Python says %u with %.17g", got.winner,
                         got.score, RESPONSES_WINNERS[i].winner, RESPONSES_WINNERS[i].score);
}

#define EXPERTS_BENCH(id, expression, ...)                                                         \
    ASSAY_BENCH(id, __VA_ARGS__)                                                                   \
    {                                                                                              \
        struct work *work = b->state;                                                              \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            assay_keep(expression);                                                                \
        }                                                                                          \
    }

static size_t winner_of(const struct work *work)
{
    struct experts_verdict verdict = {0};
    return judge(work, &verdict) == EXPERTS_OK ? verdict.winner : SIZE_MAX;
}

EXPERTS_BENCH(consensus, winner_of(work),
              .description = "term frequencies, cosine to all others, weights, winner",
              .sweep = "experts=5,10,20,50 engine=naive,scalar,avx2,sequential,parallel",
              .setup = prepare_consensus, .check = check_with_python, .teardown = teardown)
EXPERTS_BENCH(crossover, winner_of(work),
              .description = "the same by threads: where they begin to pay",
              .sweep = "experts=20,50,256 words=100,500 threads=1,2,4", .tags = "slow[experts=256]",
              .setup = prepare_crossover, .check = check_consensus, .teardown = teardown)

/* ---- many questions ---- */

struct questions {
    struct work work;
    unsigned threads;
    size_t chunk;
    struct experts_panel *panels[EXPERTS_THREADS_MAX];
    size_t *winners; /* of each question */
    _Alignas(64) atomic_size_t next;
};

/* Question q: responses from another place on, as many as a panel has. */
static size_t answer(struct questions *all, struct experts_panel *panel, size_t q)
{
    struct experts_verdict verdict = {0};
    size_t first = q * 7 % (all->work.count - PANEL);
    experts_panel_judge(panel, all->work.texts + first, PANEL, NULL, &verdict);
    return first + verdict.winner;
}

/* Takes chunks of questions until none is left. */
static void answer_chunks(void *state, unsigned member)
{
    struct questions *all = state;
    for (;;) {
        size_t begin = atomic_fetch_add_explicit(&all->next, all->chunk, memory_order_relaxed);
        for (size_t q = begin; q < QUESTIONS && q < begin + all->chunk; q++)
            all->winners[q] = answer(all, all->panels[member], q);
        if (begin >= QUESTIONS)
            return;
    }
}

static size_t answer_all(struct questions *all)
{
    atomic_store(&all->next, 0);
    experts_crew_run(all->work.crew, answer_chunks, all);
    return all->winners[QUESTIONS - 1];
}

static void prepare_questions(struct assay_bench *b)
{
    struct questions *all = assay_alloc(b, sizeof *all);
    b->state = all;
    all->chunk = (size_t)assay_param(b, "chunk");
    all->threads = (unsigned)assay_param(b, "threads");
    all->winners = assay_alloc(b, QUESTIONS * sizeof *all->winners);
    all->work.count = 256;
    if (!take_texts(b, &all->work, RESPONSES_PROSE, RESPONSES_PROSE_COUNT, WORDS))
        return;
    expect_ok(b, experts_crew_new(all->threads, EXPERTS_SPINS_DEFAULT, &all->work.crew));
    for (unsigned i = 0; i < all->threads; i++)
        expect_ok(b, experts_panel_new(NULL, &all->panels[i]));
    b->items = QUESTIONS;
    b->bytes = 0;
}

/* Some questions by the oracle, and all of them by one thread. */
static void check_questions(struct assay_bench *b)
{
    struct questions *all = b->state;
    answer_all(all);
    for (size_t q = 0; q < QUESTIONS; q++) {
        struct experts_verdict verdict = {0};
        size_t first = q * 7 % (all->work.count - PANEL);
        assay_expect(b, all->winners[q] == answer(all, all->panels[0], q),
                     "question %zu: the crew and one thread disagree", q);
        if (q % 100 == 0)
            expect_ok(b, naive_judge(all->work.texts + first, PANEL, &verdict));
        assay_expect(b, q % 100 != 0 || all->winners[q] == first + verdict.winner,
                     "question %zu: response %zu wins, the oracle says %zu", q, all->winners[q],
                     first + verdict.winner);
    }
}

static void end_questions(struct assay_bench *b)
{
    struct questions *all = b->state;
    for (unsigned i = 0; all != NULL && i < all->threads; i++)
        experts_panel_free(all->panels[i]);
    if (all != NULL)
        experts_crew_free(all->work.crew);
}

ASSAY_BENCH(questions, .description = "1000 questions of 20 responses, taken in chunks by threads",
            .sweep = "threads=1,2,4 chunk=1,10,100,1000", .setup = prepare_questions,
            .check = check_questions, .teardown = end_questions)
{
    struct questions *all = b->state;
    ASSAY_LOOP(b)
    {
        assay_keep(answer_all(all));
    }
}

/* ---- the crew alone ---- */

static void count_member(void *state, unsigned member)
{
    atomic_uint *calls = state;
    atomic_fetch_add_explicit(&calls[16 * member], 1, memory_order_relaxed);
}

struct dispatch {
    struct experts_crew *crew;
    atomic_uint *calls;
};

static void prepare_dispatch(struct assay_bench *b)
{
    struct dispatch *dispatch = assay_alloc(b, sizeof *dispatch);
    bool spins = strcmp(assay_param_text(b, "wait"), "spin") == 0;
    b->state = dispatch;
    dispatch->calls = assay_alloc(b, sizeof(atomic_uint[16 * EXPERTS_THREADS_MAX]));
    expect_ok(b, experts_crew_new((unsigned)assay_param(b, "threads"),
                                  spins ? EXPERTS_SPINS_DEFAULT : 0, &dispatch->crew));
}

static void check_dispatch(struct assay_bench *b)
{
    struct dispatch *dispatch = b->state;
    for (unsigned run = 1; run <= 100; run++) {
        experts_crew_run(dispatch->crew, count_member, dispatch->calls);
        for (unsigned i = 0; i < experts_crew_size(dispatch->crew); i++)
            assay_expect(b, dispatch->calls[(size_t)16 * i] == run, "member %u missed run %u", i,
                         run);
    }
}

static void end_dispatch(struct assay_bench *b)
{
    struct dispatch *dispatch = b->state;
    if (dispatch != NULL)
        experts_crew_free(dispatch->crew);
}

ASSAY_BENCH(dispatch, .description = "a crew called for nothing, and waited for",
            .sweep = "threads=1,2,4 wait=spin,sleep", .setup = prepare_dispatch,
            .check = check_dispatch, .teardown = end_dispatch)
{
    struct dispatch *dispatch = b->state;
    ASSAY_LOOP(b)
    {
        experts_crew_run(dispatch->crew, count_member, dispatch->calls);
    }
}

/* ---- aggregation ---- */

static enum experts_ownership ownership_of(const char *engine)
{
    if (strcmp(engine, "copies") == 0)
        return EXPERTS_COPIES;
    return strcmp(engine, "arena") == 0 ? EXPERTS_ARENA : EXPERTS_VIEWS;
}

static void prepare_aggregate(struct assay_bench *b)
{
    struct work *work = new_work(b);
    const char *engine = assay_param_text(b, "engine");
    work->count = 10;
    if (!take_texts(b, work, RESPONSES_LISTS, RESPONSES_LIST_COUNT,
                    (size_t)assay_param(b, "words")))
        return;
    expect_ok(b, experts_aggregate_new(ownership_of(engine), &work->aggregate));
    if (work->aggregate != NULL && strcmp(engine, "scalar") == 0)
        experts_aggregate_cutter(work->aggregate, experts_cutters);
}

static const char *merged(const struct work *work, size_t *ret_length)
{
    *ret_length = 0;
    return experts_aggregate_merge(work->aggregate, work->texts, work->count) == EXPERTS_OK
               ? experts_aggregate_text(work->aggregate, ret_length)
               : NULL;
}

static void check_aggregate(struct assay_bench *b)
{
    size_t length, words = (size_t)assay_param(b, "words");
    const char *text = merged(b->state, &length);
    bool known = false;
    for (size_t i = 0; i < sizeof RESPONSES_MERGED / sizeof *RESPONSES_MERGED; i++) {
        const char *want = RESPONSES_MERGED[i].text;
        if (RESPONSES_MERGED[i].words == words)
            known = text != NULL && strlen(want) == length && memcmp(text, want, length) == 0;
    }
    assay_expect(b, known, "the merged text is not that of Python");
}

static size_t merged_length(const struct work *work)
{
    size_t length;
    merged(work, &length);
    return length;
}

EXPERTS_BENCH(aggregate, merged_length(work),
              .description = "statements of 10 responses merged, ranked by votes, joined",
              .sweep = "words=10,50,100,500 engine=scalar,views,arena,copies",
              .setup = prepare_aggregate, .check = check_aggregate, .teardown = teardown)

/* ---- strings ---- */

#define VERSIONS 100u

struct versions {
    struct text_span text;
    size_t changed; /* of VERSIONS */
    bool shares;
    struct experts_string *original, *strings[VERSIONS];
    char *copies[VERSIONS];
};

static void prepare_versions(struct assay_bench *b)
{
    struct versions *versions = assay_alloc(b, sizeof *versions);
    b->state = versions;
    if (RESPONSES_PROSE_COUNT == 0) {
        assay_skip(b, "the responses are made from /usr/share/common-licenses, which is not here");
        return;
    }
    versions->text = shortened(RESPONSES_PROSE[0], WORDS);
    versions->changed = (size_t)assay_param(b, "changed");
    versions->shares = strcmp(assay_param_text(b, "engine"), "cow") == 0;
    versions->original = experts_string_new(versions->text);
    assay_expect(b, versions->original != NULL, "out of memory");
    b->items = VERSIONS;
}

/* Some versions of a shared string are changed; returns the sum of the first bytes. */
static unsigned share_versions(struct versions *versions)
{
    unsigned sum = 0;
    for (size_t i = 0; i < VERSIONS; i++) {
        versions->strings[i] = experts_string_share(versions->original);
        if (i < versions->changed)
            experts_string_change(&versions->strings[i])[0] = '!';
    }
    for (size_t i = 0; i < VERSIONS; i++) {
        sum += (unsigned char)experts_string_view(versions->strings[i]).bytes[0];
        experts_string_release(versions->strings[i]);
    }
    return sum;
}

static unsigned copy_versions(struct versions *versions)
{
    unsigned sum = 0;
    for (size_t i = 0; i < VERSIONS; i++) {
        versions->copies[i] = strndup(versions->text.bytes, versions->text.length);
        if (i < versions->changed)
            versions->copies[i][0] = '!';
    }
    for (size_t i = 0; i < VERSIONS; i++) {
        sum += (unsigned char)versions->copies[i][0];
        free(versions->copies[i]);
    }
    return sum;
}

static unsigned make_versions(struct versions *versions)
{
    return versions->shares ? share_versions(versions) : copy_versions(versions);
}

static void check_versions(struct assay_bench *b)
{
    struct versions *versions = b->state;
    unsigned first = (unsigned char)versions->text.bytes[0], changed = (unsigned)versions->changed;
    unsigned want = changed * '!' + (VERSIONS - changed) * first;
    assay_expect(b, make_versions(versions) == want, "the versions are not as they were made");
    assay_expect(b,
                 memcmp(experts_string_view(versions->original).bytes, versions->text.bytes,
                        versions->text.length) == 0,
                 "a change of a version changed the original");
}

static void end_versions(struct assay_bench *b)
{
    struct versions *versions = b->state;
    if (versions != NULL)
        experts_string_release(versions->original);
}

ASSAY_BENCH(versions, .description = "100 versions of one response, so many of them changed",
            .sweep = "changed=0,10,100 engine=cow,strdup", .setup = prepare_versions,
            .check = check_versions, .teardown = end_versions)
{
    struct versions *versions = b->state;
    ASSAY_LOOP(b)
    {
        assay_keep(make_versions(versions));
    }
}
