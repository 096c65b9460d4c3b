/* Suite `attention`: one query over 100 to 1 000 000 memories, by every mechanism and kernel.
 *
 * Keys, values and query are uniform in [-1, 1), the same for every engine; points of hyperbolic
 * spaces are that small that all lie inside of the ball.  Before it is timed, each engine's output
 * must be that of engines/naive.c.  b->bytes is what has to be read, keys and values of all heads
 * that answer, so that the data rate can be held against the memory's. */
#define ASSAY_SUITE "attention"
#include <assay.h>
#include <math.h>
#include <string.h>

#include "../random/random.h"
#include "attention.h"
#include "engines/engine.h"

#define HEADS 8u
#define EXPERT_DIM 64u

struct work {
    struct engine_input input;
    struct attention *attention;
    struct attention_memory memory;
    struct attention_router router;
    float *output, *gates, *scores; /* scores: of OpenBLAS */
    bool plain, blas;
};

/* Points must be inside of the ball: |x| <= size * sqrt(dim). */
static float size_of(const struct attention_options *options)
{
    return options->score == ATTENTION_DOT ? 1 : 0.9f / sqrtf((float)options->dim);
}

static struct work *prepare_work(struct assay_bench *b, struct attention_options options)
{
    struct work *work = assay_alloc(b, sizeof *work);
    size_t count = (size_t)assay_param(b, "n"), width = options.heads * options.dim;
    b->state = work;
    work->input = (struct engine_input){
        .options = options,
        .keys = random_numbers(b, count * width, size_of(&options)),
        .values = random_numbers(b, count * width, size_of(&options)),
        .query = random_numbers(b, width, size_of(&options)),
        .count = count,
    };
    work->memory = (struct attention_memory){
        .keys = work->input.keys, .values = work->input.values, .count = count};
    work->output = assay_alloc(b, width * sizeof *work->output);
    enum attention_status status = attention_new(&options, &work->attention);
    assay_expect(b, status == ATTENTION_OK, "%s", attention_status_text(status));
    b->bytes = 2.0 * sizeof(float) * (double)(count * width);
    b->items = (double)count;
    return work;
}

/* Engines: auto (the fastest kernel), a kernel by its name, openblas. */
static void choose_engine(struct assay_bench *b, struct work *work)
{
    const char *name = assay_param_text(b, "engine");
    work->blas = strcmp(name, "openblas") == 0;
#ifndef HAVE_OPENBLAS
    if (work->blas)
        assay_skip(b, "built without openblas: apt-get install libopenblas-dev, then build again");
#endif
    if (work->blas)
        work->scores = assay_alloc(b, work->input.count * sizeof *work->scores);
    for (size_t i = 0; attention_kernels[i] != NULL && work->attention != NULL; i++) {
        if (strcmp(attention_kernels[i]->name, name) != 0)
            continue;
        if (attention_kernels[i]->available())
            attention_use(work->attention, attention_kernels[i]);
        else
            assay_skip(b, "this processor lacks the instructions of '%s'", name);
    }
}

static void make_f16(struct assay_bench *b, struct work *work, size_t total)
{
    uint16_t *halves = large_alloc(b, 2 * total * sizeof *halves);
    attention_to_f16(work->input.keys, total, halves);
    attention_to_f16(work->input.values, total, halves + total);
    work->memory.keys = halves;
    work->memory.values = halves + total;
    work->memory.type = ATTENTION_F16;
    b->bytes /= 2;
}

static void make_int8(struct assay_bench *b, struct work *work, size_t total)
{
    size_t count = work->input.count;
    int8_t *bytes = large_alloc(b, 2 * total);
    float *scales = assay_alloc(b, 2 * count * sizeof *scales);
    attention_to_int8(work->input.keys, count, total / count, bytes, scales);
    attention_to_int8(work->input.values, count, total / count, bytes + total, scales + count);
    work->memory.keys = bytes;
    work->memory.values = bytes + total;
    work->memory.type = ATTENTION_INT8;
    work->memory.key_scales = scales;
    work->memory.value_scales = scales + count;
    b->bytes = b->bytes / 4 + 2.0 * sizeof(float) * (double)count;
}

static void choose_type(struct assay_bench *b, struct work *work)
{
    const char *type = assay_param_text(b, "type");
    size_t total = work->input.count * work->input.options.heads * work->input.options.dim;
    if (strcmp(type, "f16") == 0)
        make_f16(b, work, total);
    else if (strcmp(type, "int8") == 0)
        make_int8(b, work, total);
}

static enum attention_status attend(const struct work *work)
{
#ifdef HAVE_OPENBLAS
    if (work->blas) {
        openblas_attention(&work->input, work->scores, work->output);
        return ATTENTION_OK;
    }
#endif
    if (work->router.chosen > 0)
        return attention_experts(work->attention, &work->memory, work->input.query, &work->router,
                                 work->output, work->gates);
    return (work->plain ? attention_plain : attention_flash)(work->attention, &work->memory,
                                                             work->input.query, work->output, NULL);
}

/* What the definition says of a mixture: the chosen heads' outputs by their gates. */
static void mix(const struct work *work, double *output)
{
    size_t dim = work->input.options.dim;
    for (size_t h = 0; h < work->input.options.heads; h++)
        for (size_t k = 0; k < dim; k++)
            output[k] = (double)work->gates[h] * output[h * dim + k] + (h > 0 ? output[k] : 0);
}

static double error_of(struct assay_bench *b, const struct work *work)
{
    size_t width = work->input.options.heads * work->input.options.dim;
    double *scores = assay_alloc(b, work->input.count * sizeof *scores), greatest = 0;
    double *want = assay_alloc(b, width * sizeof *want);
    naive_attention(&work->input, scores, want);
    if (work->router.chosen > 0)
        mix(work, want);
    for (size_t k = 0; k < (work->router.chosen > 0 ? work->input.options.dim : width); k++)
        greatest = fmax(greatest, fabs((double)work->output[k] - want[k]));
    return greatest;
}

/* Errors allowed: of f32 sums; of numbers with 11 bits; of numbers with 8. */
static void check(struct assay_bench *b)
{
    static const double ALLOWED[] = {
        [ATTENTION_F32] = 1e-5, [ATTENTION_F16] = 1e-3, [ATTENTION_INT8] = 1e-2};
    const struct work *work = b->state;
    enum attention_status status = attend(work);
    assay_expect(b, status == ATTENTION_OK, "%s", attention_status_text(status));
    double error = error_of(b, work), allowed = ALLOWED[work->memory.type];
    assay_expect(b, error <= allowed, "differs from the oracle by %.2g, allowed is %.2g", error,
                 allowed);
    if (work->memory.type != ATTENTION_F32)
        assay_quality_loss(b, "error", error);
    if (!work->blas)
        assay_metric(b, "scratch", "B", ASSAY_LOWER_IS_BETTER,
                     (double)attention_bytes(work->attention));
}

static void teardown(struct assay_bench *b)
{
    const struct work *work = b->state;
    if (work != NULL)
        attention_free(work->attention);
}

/* ---- the mechanisms ---- */

static void prepare_search(struct assay_bench *b)
{
    struct work *work = prepare_work(b, (struct attention_options){.heads = 1, .dim = 512});
    work->plain = true;
    choose_engine(b, work);
}

static void prepare_multi_head(struct assay_bench *b)
{
    choose_engine(b, prepare_work(b, (struct attention_options){.heads = HEADS, .dim = 64}));
}

static void prepare_flash(struct assay_bench *b)
{
    struct work *work = prepare_work(b, (struct attention_options){.heads = 1, .dim = 512});
    choose_engine(b, work);
    choose_type(b, work);
}

static void prepare_hyperbolic(struct assay_bench *b)
{
    bool lorentz = strcmp(assay_param_text(b, "form"), "lorentz") == 0;
    choose_engine(b, prepare_work(b, (struct attention_options){
                                         .heads = 1,
                                         .dim = 512,
                                         .score = lorentz ? ATTENTION_LORENTZ : ATTENTION_POINCARE,
                                     }));
}

/* Lengths are taken once, when a memory is stored, as int8's scales are. */
static void prepare_lengths(struct assay_bench *b)
{
    prepare_hyperbolic(b);
    struct work *work = b->state;
    const size_t rows = work->input.count * work->input.options.heads;
    float *norms = assay_alloc(b, 2 * rows * sizeof *norms);
    attention_to_norms(work->input.keys, rows, work->input.options.dim, norms);
    attention_to_norms(work->input.values, rows, work->input.options.dim, norms + rows);
    work->memory.key_norms = norms;
    work->memory.value_norms = norms + rows;
    b->bytes += 2.0 * sizeof *norms * (double)rows;
}

/* How evenly and how surely the router chooses, over queries of its own. */
static void judge_router(struct assay_bench *b, struct work *work)
{
    const size_t queries = 256, width = HEADS * EXPERT_DIM;
    struct attention_memory one = work->memory;
    double load[HEADS] = {0}, entropy = 0, greatest = 0;
    one.count = 1;
    for (size_t q = 0; q < queries; q++) {
        attention_experts(work->attention, &one, random_numbers(b, width, 1), &work->router,
                          work->output, work->gates);
        for (size_t e = 0; e < HEADS; e++) {
            double gate = (double)work->gates[e];
            load[e] += gate > 0;
            entropy -= gate > 0 ? gate * log2(gate) / (double)queries : 0;
        }
    }
    for (size_t e = 0; e < HEADS; e++)
        greatest = fmax(greatest, load[e] * HEADS / (double)(queries * work->router.chosen));
    assay_metric(b, "gate_entropy", "bit", ASSAY_HIGHER_IS_BETTER, entropy);
    assay_metric(b, "load_greatest_over_mean", "", ASSAY_LOWER_IS_BETTER, greatest);
}

static void prepare_experts(struct assay_bench *b)
{
    struct work *work =
        prepare_work(b, (struct attention_options){.heads = HEADS, .dim = EXPERT_DIM});
    work->gates = assay_alloc(b, HEADS * sizeof *work->gates);
    work->router = (struct attention_router){random_numbers(b, HEADS * HEADS * EXPERT_DIM, 0.1f),
                                             (size_t)assay_param(b, "chosen")};
    choose_engine(b, work);
    if (work->attention != NULL)
        judge_router(b, work);
    b->bytes *= (double)work->router.chosen / HEADS;
}

static void prepare_width(struct assay_bench *b)
{
    prepare_work(b, (struct attention_options){.heads = 1, .dim = (size_t)assay_param(b, "d")});
}

static void prepare_block(struct assay_bench *b)
{
    prepare_work(b, (struct attention_options){
                        .heads = HEADS, .dim = 64, .block = (size_t)assay_param(b, "block")});
}

static void prepare_stress(struct assay_bench *b)
{
    choose_type(b, prepare_work(b, (struct attention_options){.heads = 1, .dim = 64}));
}

#define ATTENTION_BENCH(id, ...)                                                                   \
    ASSAY_BENCH(id, __VA_ARGS__, .check = check, .teardown = teardown)                             \
    {                                                                                              \
        const struct work *work = b->state;                                                        \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            assay_keep(attend(work));                                                              \
        }                                                                                          \
    }
#define SIZES "n=100,1000,10000,100000 "
#define LONGEST "traffic slow[n=100000]" /* half a second to prepare, in each launch */

ATTENTION_BENCH(search, .description = "baseline: all scores, softmax, sum; one head of 512",
                .sweep = SIZES "engine=scalar,avx2,avx512,openblas", .tags = LONGEST,
                .setup = prepare_search)
ATTENTION_BENCH(multi_head, .description = "8 heads of 64, online softmax",
                .sweep = SIZES "engine=scalar,avx2,avx512,openblas", .tags = LONGEST,
                .setup = prepare_multi_head)
ATTENTION_BENCH(flash, .description = "online softmax over f32, f16 and int8; one head of 512",
                .sweep = SIZES "type=f32,f16,int8 engine=auto", .tags = LONGEST,
                .setup = prepare_flash)
ATTENTION_BENCH(hyperbolic, .description = "distances, Einstein midpoint; one head of 512",
                .sweep = "n=100,1000,10000 form=lorentz,poincare engine=scalar,avx2,avx512",
                .tags = "traffic", .setup = prepare_hyperbolic)
ATTENTION_BENCH(hyperbolic_lengths, .description = "the same, lengths kept beside the memories",
                .sweep = "n=100,1000,10000 form=lorentz,poincare engine=avx2,avx512",
                .tags = "traffic", .setup = prepare_lengths)
ATTENTION_BENCH(experts, .description = "router and the chosen ones of 8 expert heads of 64",
                .sweep = "n=100,1000,10000 chosen=2,8 engine=auto", .tags = "traffic",
                .setup = prepare_experts)
ATTENTION_BENCH(width, .description = "the same by width of a memory",
                .sweep = "n=1000 d=64,128,256,1000,1536", .tags = "traffic", .setup = prepare_width)
ATTENTION_BENCH(block, .description = "memories at once: 8 heads of 64",
                .sweep = "n=10000 block=16,32,64,128,256,512", .tags = "traffic",
                .setup = prepare_block)
ATTENTION_BENCH(stress, .description = "a million memories of 64 numbers",
                .sweep = "n=1000000 type=f32,int8", .tags = "traffic slow", .setup = prepare_stress)
