/* Suite `neural`: signals through layers, single neurons, connections, learning.
 *
 * All numbers come from the run's seed.  Before a row is timed: routed signals must be those of the
 * layers called one after the other, bit for bit; a step of OpenBLAS must move the same weights as
 * ours; gradients must be those of central differences; activity must be that of a matrix in
 * doubles. */
#define ASSAY_SUITE "neural"
#include <assay.h>
#include <math.h>
#include <string.h>

#include "../random/random.h"
#include "graph.h"
#include "neural.h"
#include "router.h"

#ifdef HAVE_OPENBLAS
#include "engines/openblas.h"
#endif

#define B NEURAL_BATCH
#define BETWEEN "slow[layers=3]" /* a quick run has the fewest and the most */
#define SIGNALS 8u               /* that a thread takes through the layers in one iteration */

struct net_work {
    struct neural_net *net;
    struct neural_router *router;
    size_t layers, width;
    float *inputs, *targets, *outputs;
    bool routed, blas;
#ifdef HAVE_OPENBLAS
    struct blas_net engine;
    float *room, *row_targets;
#endif
};

static void expect_ok(struct assay_bench *b, enum neural_status status)
{
    assay_expect(b, status == NEURAL_OK, "%s", neural_status_text(status));
}

/* ---- nets ---- */

static void use_kernel(struct assay_bench *b, struct neural_net *net, const char *name)
{
    for (size_t i = 0; neural_kernels[i] != NULL; i++) {
        if (strcmp(neural_kernel_name(neural_kernels[i]), name) != 0)
            continue;
        if (neural_kernel_available(neural_kernels[i]))
            neural_use(net, neural_kernels[i]);
        else
            assay_skip(b, "this processor lacks the instructions of '%s'", name);
    }
}

#ifdef HAVE_OPENBLAS
/* The same weights and inputs, examples as rows. */
static void make_engine(struct assay_bench *b, struct net_work *work)
{
    struct blas_net *engine = &work->engine;
    const size_t n = work->width, layers = work->layers;
    *engine = (struct blas_net){.layers = layers, .width = n, .examples = B};
    engine->weights = assay_alloc(b, layers * sizeof *engine->weights);
    engine->biases = assay_alloc(b, layers * sizeof *engine->biases);
    engine->outputs = assay_alloc(b, (layers + 1) * sizeof *engine->outputs);
    engine->gradients = assay_alloc(b, (layers + 1) * sizeof *engine->gradients);
    for (size_t l = 0; l <= layers; l++) {
        engine->outputs[l] = assay_alloc(b, B * n * sizeof(float));
        engine->gradients[l] = assay_alloc(b, B * n * sizeof(float));
    }
    for (size_t l = 0; l < layers; l++) {
        engine->weights[l] = assay_alloc(b, n * n * sizeof(float));
        engine->biases[l] = assay_alloc(b, n * sizeof(float));
        memcpy(engine->weights[l], neural_weights(work->net, l), n * n * sizeof(float));
        memcpy(engine->biases[l], neural_biases(work->net, l), n * sizeof(float));
    }
    work->room = assay_alloc(b, 2 * n * sizeof(float));
    work->row_targets = assay_alloc(b, B * n * sizeof(float));
    for (size_t i = 0; i < n; i++) {
        for (size_t e = 0; e < B; e++) {
            engine->outputs[0][e * n + i] = work->inputs[i * B + e];
            work->row_targets[e * n + i] = work->targets[i * B + e];
        }
    }
}
#endif

static struct net_work *prepare_net(struct assay_bench *b)
{
    struct net_work *work = assay_alloc(b, sizeof *work);
    size_t widths[NEURAL_LAYERS_MAX + 1];
    const char *engine = assay_param_text(b, "engine");
    b->state = work;
    work->layers = (size_t)assay_param(b, "layers");
    work->width = (size_t)assay_param(b, "width");
    for (size_t l = 0; l <= work->layers; l++)
        widths[l] = work->width;
    expect_ok(b, neural_new(&(struct neural_shape){widths, work->layers + 1, NEURAL_RELU,
                                                   NEURAL_SQUARE, assay_random(b)},
                            &work->net));
    if (work->net == NULL)
        return work;
    use_kernel(b, work->net, engine);
    expect_ok(b, neural_router_new(work->net, &work->router));
    work->routed = strcmp(engine, "routed") == 0;
    work->blas = strcmp(engine, "openblas") == 0;
    work->inputs = random_numbers(b, work->width * B, 1);
    work->targets = random_numbers(b, work->width * B, 1);
    work->outputs = assay_alloc(b, work->width * B * sizeof *work->outputs);
#ifdef HAVE_OPENBLAS
    if (work->blas)
        make_engine(b, work);
#else
    if (work->blas)
        assay_skip(b, "built without openblas: apt-get install libopenblas-dev, then build again");
#endif
    return work;
}

static void free_net(struct assay_bench *b)
{
    struct net_work *work = b->state;
    if (work != NULL) {
        neural_router_free(work->router);
        neural_free(work->net);
    }
}

static void propagate(const struct net_work *work)
{
#ifdef HAVE_OPENBLAS
    if (work->blas) {
        blas_signal(&work->engine, work->inputs, work->room, work->outputs);
        return;
    }
#endif
    assay_keep(work->routed ? neural_router_run(work->router, work->inputs, NULL, 1, work->outputs)
                            : neural_signal(work->net, work->inputs, work->outputs));
}

static void prepare_propagate(struct assay_bench *b)
{
    const struct net_work *work = prepare_net(b);
    b->bytes = (double)(work->layers * work->width * (work->width + 1) * sizeof(float));
    b->items = 1;
}

/* Layer by layer in doubles: relu between layers. */
static void naive_signal(struct assay_bench *b, struct net_work *work, const float *x,
                         double *ret_y)
{
    const size_t n = work->width;
    double *now = assay_alloc(b, n * sizeof *now);
    for (size_t i = 0; i < n; i++)
        now[i] = (double)x[i];
    for (size_t l = 0; l < work->layers; l++) {
        for (size_t r = 0; r < n; r++) {
            const float *w = neural_weights(work->net, l) + r * n;
            double sum = (double)neural_biases(work->net, l)[r];
            for (size_t i = 0; i < n; i++)
                sum += (double)w[i] * now[i];
            ret_y[r] = l + 1 < work->layers ? fmax(sum, 0) : sum;
        }
        memcpy(now, ret_y, n * sizeof *now);
    }
}

static void check_propagate(struct assay_bench *b)
{
    struct net_work *work = b->state;
    const size_t n = work->width;
    double *want = assay_alloc(b, n * sizeof *want);
    float *direct = assay_alloc(b, n * sizeof *direct);
    naive_signal(b, work, work->inputs, want);
    propagate(work);
    for (size_t i = 0; i < n; i++)
        assay_expect(b, fabs((double)work->outputs[i] - want[i]) < 1e-4,
                     "output %zu is %g instead of %g", i, (double)work->outputs[i], want[i]);
    neural_signal(work->net, work->inputs, direct);
    assay_expect(b, !work->routed || memcmp(direct, work->outputs, n * sizeof *direct) == 0,
                 "routed signals are not those of the layers called one after the other");
}

ASSAY_BENCH(propagate, .description = "one signal through all layers: directly, by messages, BLAS",
            .sweep = "layers=1,3,5 width=64,1000 engine=direct,routed,openblas",
            .tags = BETWEEN " traffic", .setup = prepare_propagate, .check = check_propagate,
            .teardown = free_net)
{
    const struct net_work *work = b->state;
    ASSAY_LOOP(b)
    {
        propagate(work);
        assay_keep(work->outputs);
    }
}

/* ---- threads: each takes signals of its own through the same layers ---- */

#define THREADS_MAX 8u

struct crew_work {
    struct neural_net *net;
    struct neural_router *routers[THREADS_MAX];
    float *inputs, *outputs; /* THREADS_MAX times SIGNALS signals */
    size_t width;
};

static void prepare_crew(struct assay_bench *b)
{
    struct crew_work *work = assay_alloc(b, sizeof *work);
    const size_t width = work->width = (size_t)assay_param(b, "width");
    b->state = work;
    expect_ok(b, neural_new(&(struct neural_shape){(size_t[]){width, width, width, width}, 4,
                                                   NEURAL_RELU, NEURAL_SQUARE, assay_random(b)},
                            &work->net));
    for (size_t t = 0; t < THREADS_MAX && work->net != NULL; t++)
        expect_ok(b, neural_router_new(work->net, &work->routers[t]));
    work->inputs = random_numbers(b, THREADS_MAX * SIGNALS * width, 1);
    work->outputs = assay_alloc(b, THREADS_MAX * SIGNALS * width * sizeof *work->outputs);
    b->items = SIGNALS;
}

static void free_crew(struct assay_bench *b)
{
    struct crew_work *work = b->state;
    for (size_t t = 0; work != NULL && t < THREADS_MAX; t++)
        neural_router_free(work->routers[t]);
    if (work != NULL)
        neural_free(work->net);
}

static void take_through(const struct crew_work *work, size_t thread)
{
    const size_t first = thread * SIGNALS * work->width;
    assay_keep(neural_router_run(work->routers[thread], work->inputs + first, NULL, SIGNALS,
                                 work->outputs + first));
}

/* What each thread's router gives must be what one signal after the other gives. */
static void check_crew(struct assay_bench *b)
{
    const struct crew_work *work = b->state;
    float *want = assay_alloc(b, work->width * sizeof *want);
    for (size_t t = 0; t < THREADS_MAX; t++) {
        take_through(work, t);
        for (size_t s = t * SIGNALS; s < (t + 1) * SIGNALS; s++) {
            neural_signal(work->net, work->inputs + s * work->width, want);
            assay_expect(
                b, memcmp(want, work->outputs + s * work->width, work->width * sizeof *want) == 0,
                "signal %zu came out otherwise", s);
        }
    }
}

ASSAY_BENCH(parallel, .description = "8 signals a thread through three routed layers",
            .sweep = "threads=1,2,4 width=64,1000", .threads = ASSAY_SWEPT, .setup = prepare_crew,
            .check = check_crew, .teardown = free_crew)
{
    const struct crew_work *work = b->state;
    ASSAY_LOOP(b)
    {
        take_through(work, assay_thread(b));
    }
}

/* ---- learning ---- */

static void prepare_train(struct assay_bench *b)
{
    const struct net_work *work = prepare_net(b);
    const double weights = (double)(work->layers * work->width * work->width);
    const double first = (double)(work->width * work->width);
    b->items = 2 * B * (3 * weights - first); /* operations; nothing is passed back to the input */
}

static void train(const struct net_work *work)
{
#ifdef HAVE_OPENBLAS
    if (work->blas) {
        blas_train(&work->engine, work->row_targets, 1e-6f);
        return;
    }
#endif
    const struct neural_batch batch = {work->inputs, work->targets, B};
    assay_keep(neural_train(work->net, &batch, 1e-6f, NULL));
}

static double loss_of(struct assay_bench *b, struct net_work *work)
{
    double *y = assay_alloc(b, work->width * sizeof *y), loss = 0;
    float *x = assay_alloc(b, work->width * sizeof *x);
    for (size_t e = 0; e < B; e++) {
        for (size_t i = 0; i < work->width; i++)
            x[i] = work->inputs[i * B + e];
        naive_signal(b, work, x, y);
        for (size_t i = 0; i < work->width; i++)
            loss += pow(y[i] - (double)work->targets[i * B + e], 2) / 2 / B;
    }
    return loss;
}

/* Some weights of the first layer, against central differences of the loss in doubles. */
static void check_gradients(struct assay_bench *b, struct net_work *work)
{
    const size_t n = work->width;
    const struct neural_batch batch = {work->inputs, work->targets, B};
    float *gradient = assay_alloc(b, n * n * sizeof *gradient);
    expect_ok(b, neural_gradient(work->net, &batch, 0, gradient, NULL));
    for (size_t k = 0; k < 3; k++) {
        float *weight = neural_weights(work->net, 0) + (7 + k * (n * n / 3 + 1)) % (n * n);
        const float kept = *weight;
        *weight = kept + 1e-3f;
        const double above = loss_of(b, work), up = (double)*weight;
        *weight = kept - 1e-3f;
        const double want = (above - loss_of(b, work)) / (up - (double)*weight);
        *weight = kept;
        const double got = (double)gradient[weight - neural_weights(work->net, 0)];
        assay_expect(b, fabs(got - want) <= 1e-2 * fabs(want) + 1e-4,
                     "a gradient is %g instead of %g", got, want);
    }
}

static void check_train(struct assay_bench *b)
{
    struct net_work *work = b->state;
#ifdef HAVE_OPENBLAS
    if (work->blas) {
        const struct neural_batch batch = {work->inputs, work->targets, B};
        blas_train(&work->engine, work->row_targets, 1e-2f);
        expect_ok(b, neural_train(work->net, &batch, 1e-2f, NULL));
        for (size_t l = 0; l < work->layers; l++) {
            for (size_t i = 0; i < work->width * work->width; i++) {
                const double off = fabs((double)work->engine.weights[l][i] -
                                        (double)neural_weights(work->net, l)[i]);
                assay_expect(b, off < 1e-5, "weight %zu of layer %zu differs by %g", i, l, off);
            }
        }
        return;
    }
#endif
    if (work->width <= 256)
        check_gradients(b, work);
}

ASSAY_BENCH(train, .description = "one step of gradient descent with 32 examples",
            .sweep = "layers=1,3,5 width=256,1000 engine=auto,openblas",
            .tags = BETWEEN " operations", .setup = prepare_train, .check = check_train,
            .teardown = free_net)
{
    const struct net_work *work = b->state;
    ASSAY_LOOP(b)
    {
        train(work);
    }
}

ASSAY_BENCH(train_kernels, .description = "the same by kernel",
            .sweep = "layers=3 width=256 engine=scalar,avx2,avx512", .setup = prepare_train,
            .check = check_train, .teardown = free_net, .tags = "operations")
{
    const struct net_work *work = b->state;
    ASSAY_LOOP(b)
    {
        train(work);
    }
}

static void prepare_gradient(struct assay_bench *b)
{
    struct net_work *work = prepare_net(b);
    work->outputs = assay_alloc(b, work->width * work->width * sizeof *work->outputs);
    b->items = (double)(work->width * work->width);
}

ASSAY_BENCH(gradient, .description = "of the first layer, through all layers; items are weights",
            .sweep = "layers=1,3,5 width=256 engine=auto", .setup = prepare_gradient,
            .check = check_train, .teardown = free_net)
{
    const struct net_work *work = b->state;
    const struct neural_batch batch = {work->inputs, work->targets, B};
    ASSAY_LOOP(b)
    {
        assay_keep(neural_gradient(work->net, &batch, 0, work->outputs, NULL));
    }
}

/* ---- learning to a bound ---- */

#define EXAMPLES 320u
#define SIDE 8u     /* of a digit */
#define CLASSES 10u /* of digits */

/* Data that nets of growing size learn: a line, two spirals, noisy digits. */
struct lesson {
    size_t in, out, hidden, hidden_layers;
    float rate, bound;
    float *inputs, *targets; /* EXAMPLES / B batches */
    unsigned *classes;
    uint64_t seed;
};

static const char *const DIGITS[CLASSES] = {
    "01110100011001110101110011000101110", "00100011000010000100001000010001110",
    "01110100010000100010001000100011111", "11111000100010000010000011000101110",
    "00010001100101010010111110001000010", "11111100001111000001000011000101110",
    "00110010001000011110100011000101110", "11111000010001000100010000100001000",
    "01110100011000101110100011000101110", "01110100011000101111000010001001100"};

static void make_point(struct lesson *lesson, size_t example, const float *random, float *ret)
{
    const unsigned class = (unsigned)(example % lesson->out);
    lesson->classes[example] = class;
    if (lesson->hidden_layers == 0) { /* above and below a line, with a gap */
        const float side = class ? 1 : -1;
        ret[0] = random[0];
        ret[1] = 0.5f * random[0] + side * (0.1f + 0.5f * fabsf(random[1]));
    } else { /* half a turn apart, a turn long */
        const size_t pair = example / 2, pairs = EXAMPLES / 2;
        const float along = (float)pair / (float)pairs;
        const float angle = 6.28f * along + (class ? 3.14159f : 0);
        ret[0] = (0.1f + along) * cosf(angle) + 0.01f * random[0];
        ret[1] = (0.1f + along) * sinf(angle) + 0.01f * random[1];
    }
}

static void make_digit(struct lesson *lesson, size_t example, const float *random, float *ret)
{
    const unsigned class = (unsigned)(example % CLASSES);
    lesson->classes[example] = class;
    for (unsigned i = 0; i < SIDE * SIDE; i++) {
        const unsigned row = i / SIDE, column = i % SIDE;
        const bool inside = row < 7 && column >= 1 && column < 6;
        const bool ink = inside && DIGITS[class][row * 5 + column - 1] == '1';
        ret[i] = (ink ? 1.0f : 0.0f) + 0.3f * random[i];
    }
}

static void prepare_lesson(struct assay_bench *b)
{
    struct lesson *lesson = assay_alloc(b, sizeof *lesson);
    const char *pattern = assay_param_text(b, "pattern");
    b->state = lesson;
    *lesson = (struct lesson){2, 2, 0, 0, 0.5f, 0.15f, .seed = assay_random(b)};
    if (strcmp(pattern, "moderate") == 0)
        *lesson = (struct lesson){2, 2, 32, 2, 0.2f, 0.06f, .seed = assay_random(b)};
    if (strcmp(pattern, "complex") == 0)
        *lesson =
            (struct lesson){SIDE * SIDE, CLASSES, 32, 1, 0.2f, 0.05f, .seed = assay_random(b)};
    const float *random = random_numbers(b, EXAMPLES * lesson->in, 1);
    lesson->inputs = assay_alloc(b, EXAMPLES * lesson->in * sizeof(float));
    lesson->targets = assay_alloc(b, EXAMPLES * lesson->out * sizeof(float));
    lesson->classes = assay_alloc(b, EXAMPLES * sizeof *lesson->classes);
    for (size_t k = 0; k < EXAMPLES; k++) {
        const size_t batch = k / B, e = k % B;
        float point[SIDE * SIDE];
        (lesson->in == 2 ? make_point : make_digit)(lesson, k, random + k * lesson->in, point);
        for (size_t i = 0; i < lesson->in; i++)
            lesson->inputs[(batch * lesson->in + i) * B + e] = point[i];
        lesson->targets[(batch * lesson->out + lesson->classes[k]) * B + e] = 1;
    }
    b->items = EXAMPLES;
}

/* Trains a new net until the mean loss over an epoch is below the bound; how many epochs it took, 0
 * when 5000 did not do. */
static size_t learn(const struct lesson *lesson, struct neural_net **ret_net)
{
    const size_t batches = EXAMPLES / B;
    size_t widths[4] = {lesson->in};
    for (size_t l = 1; l <= lesson->hidden_layers; l++)
        widths[l] = lesson->hidden;
    widths[lesson->hidden_layers + 1] = lesson->out;
    const struct neural_shape shape = {widths, lesson->hidden_layers + 2, NEURAL_TANH,
                                       NEURAL_ENTROPY, lesson->seed};
    if (neural_new(&shape, ret_net) != NEURAL_OK)
        return 0;
    for (size_t epoch = 1; epoch <= 5000; epoch++) {
        float sum = 0, loss = 0;
        for (size_t k = 0; k < batches; k++) {
            const struct neural_batch batch = {lesson->inputs + k * lesson->in * B,
                                               lesson->targets + k * lesson->out * B, B};
            if (neural_train(*ret_net, &batch, lesson->rate, &loss) != NEURAL_OK)
                return 0;
            sum += loss;
        }
        if (sum < lesson->bound * (float)batches)
            return epoch;
    }
    return 0;
}

static double accuracy(struct neural_net *net, const struct lesson *lesson)
{
    size_t right = 0;
    for (size_t k = 0; k < EXAMPLES; k++) {
        float x[SIDE * SIDE], y[CLASSES];
        size_t best = 0;
        for (size_t i = 0; i < lesson->in; i++)
            x[i] = lesson->inputs[(k / B * lesson->in + i) * B + k % B];
        neural_signal(net, x, y);
        for (size_t i = 1; i < lesson->out; i++)
            best = y[i] > y[best] ? i : best;
        right += best == lesson->classes[k];
    }
    return (double)right / EXAMPLES;
}

static void check_lesson(struct assay_bench *b)
{
    const struct lesson *lesson = b->state;
    struct neural_net *net = NULL;
    const size_t epochs = learn(lesson, &net);
    assay_expect(b, epochs > 0, "the loss does not fall below %g", (double)lesson->bound);
    const double right = epochs > 0 ? accuracy(net, lesson) : 0;
    neural_free(net);
    assay_expect(b, right >= 0.95, "only %.0f %% of the examples are recognized", 100 * right);
    assay_quality(b, "accuracy", right);
    assay_metric(b, "epochs", "", ASSAY_LOWER_IS_BETTER, (double)epochs);
}

ASSAY_BENCH(learn, .description = "from random weights to a fixed loss: line, spirals, digits",
            .sweep = "pattern=simple,moderate,complex", .tags = "slow[pattern=moderate]",
            .setup = prepare_lesson, .check = check_lesson)
{
    const struct lesson *lesson = b->state;
    ASSAY_LOOP(b)
    {
        struct neural_net *net = NULL;
        assay_keep(learn(lesson, &net));
        neural_free(net);
    }
}
