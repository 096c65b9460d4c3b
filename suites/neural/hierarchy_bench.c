/* Suite `neural`, second module: the work of five layers, neurons that fire, connections.
 *
 * Each row has one documented unit of work (docs/suites/neural.md) and is checked before it is
 * timed against a plain version of the same, written here. */
#define ASSAY_SUITE "neural"
#include <assay.h>
#include <math.h>
#include <string.h>

#include "../random/random.h"
#include "graph.h"
#include "hierarchy.h"

/* ---- the five layers ---- */

#define WORDS 512u    /* 4 KiB */
#define PAYLOAD 1024u /* bytes */
#define PATTERNS 64u
#define DIM 64u
#define TASKS 64u
#define EDGES 128u
#define WORKERS 4u
#define FACTS 256u
#define RULES 512u
#define PREMISES 3u

struct layers {
    uint64_t a[WORDS], b[WORDS], difference[WORDS];
    uint8_t payload[PAYLOAD], frame[PAYLOAD + HIERARCHY_FRAME_OVERHEAD];
    float prototypes[PATTERNS * DIM], x[DIM];
    uint32_t durations[TASKS];
    struct hierarchy_edge edges[EDGES];
    uint64_t starts[TASKS];
    uint16_t premises[RULES][PREMISES];
    struct hierarchy_rule rules[RULES];
    uint8_t known[FACTS];
    void *scratch;
};

static void make_plan(struct layers *work, uint64_t *state)
{
    for (size_t t = 0; t < TASKS; t++)
        work->durations[t] = 1 + (uint32_t)(random_bits(state) % 20);
    for (size_t i = 0; i < EDGES; i++) {
        const uint64_t bits = random_bits(state);
        const uint16_t after = (uint16_t)(1 + bits % (TASKS - 1));
        work->edges[i] = (struct hierarchy_edge){(uint16_t)((bits >> 32) % after), after};
    }
}

static void make_rules(struct assay_bench *b, struct layers *work, uint64_t *state)
{
    for (size_t r = 0; r < RULES; r++) {
        for (size_t k = 0; k < PREMISES; k++)
            work->premises[r][k] = (uint16_t)(random_bits(state) % FACTS);
        work->rules[r] = (struct hierarchy_rule){work->premises[r],
                                                 (uint16_t)(1 + random_bits(state) % PREMISES),
                                                 (uint16_t)(random_bits(state) % FACTS)};
    }
    work->scratch = assay_alloc(b, hierarchy_infer_scratch(work->rules, RULES, FACTS));
}

static void prepare_layers(struct assay_bench *b)
{
    struct layers *work = assay_alloc(b, sizeof *work);
    uint64_t state = assay_random(b);
    b->state = work;
    for (size_t i = 0; i < WORDS; i++) {
        work->a[i] = random_bits(&state);
        work->b[i] = random_bits(&state);
    }
    for (size_t i = 0; i < PAYLOAD; i++)
        work->payload[i] = (uint8_t)random_bits(&state);
    for (size_t i = 0; i < PATTERNS; i++) {
        float *row = work->prototypes + i * DIM, square = 0;
        for (size_t k = 0; k < DIM; k++) {
            row[k] = random_number(&state);
            square += row[k] * row[k];
        }
        for (size_t k = 0; k < DIM; k++)
            row[k] /= sqrtf(square);
    }
    for (size_t k = 0; k < DIM; k++)
        work->x[k] = work->prototypes[17 * DIM + k] + 0.1f * random_number(&state);
    make_plan(work, &state);
    make_rules(b, work, &state);
}

static void check_substrate(struct assay_bench *b)
{
    struct layers *work = b->state;
    uint64_t want = 0;
    for (size_t i = 0; i < WORDS; i++)
        for (unsigned bit = 0; bit < 64; bit++)
            want += (work->a[i] >> bit & 1) != (work->b[i] >> bit & 1);
    const uint64_t got = hierarchy_difference(work->a, work->b, WORDS, work->difference);
    assay_expect(b, got == want, "%llu bits differ instead of %llu", (unsigned long long)got,
                 (unsigned long long)want);
    b->bytes = 2 * sizeof work->a;
}

ASSAY_BENCH(substrate, .description = "bits: the difference of two buffers of 4 KiB, counted",
            .setup = prepare_layers, .check = check_substrate)
{
    struct layers *work = b->state;
    ASSAY_LOOP(b)
    {
        assay_keep(hierarchy_difference(work->a, work->b, WORDS, work->difference));
    }
}

static bool frame_comes_back(struct layers *work)
{
    struct hierarchy_frame got;
    const size_t size = hierarchy_encode(5, work->payload, PAYLOAD, work->frame);
    return hierarchy_decode(work->frame, size, &got) && got.type == 5 && got.size == PAYLOAD &&
           memcmp(got.payload, work->payload, PAYLOAD) == 0;
}

static void check_protocol(struct assay_bench *b)
{
    struct layers *work = b->state;
    struct hierarchy_frame got;
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < PAYLOAD; i++) {
        crc ^= work->payload[i];
        for (unsigned bit = 0; bit < 8; bit++)
            crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
    }
    assay_expect(b, hierarchy_crc32c(work->payload, PAYLOAD) == ~crc, "the checksum is another");
    assay_expect(b, frame_comes_back(work), "a frame does not come back");
    work->frame[600] ^= 1;
    assay_expect(b, !hierarchy_decode(work->frame, sizeof work->frame, &got),
                 "a damaged frame is taken");
    b->bytes = PAYLOAD;
}

ASSAY_BENCH(protocol, .description = "a frame of 1 KiB with checksum, made and taken apart",
            .setup = prepare_layers, .check = check_protocol)
{
    struct layers *work = b->state;
    struct hierarchy_frame got;
    ASSAY_LOOP(b)
    {
        const size_t size = hierarchy_encode(5, work->payload, PAYLOAD, work->frame);
        assay_keep(hierarchy_decode(work->frame, size, &got));
    }
}

static void check_cognition(struct assay_bench *b)
{
    const struct layers *work = b->state;
    float cosine;
    size_t want = 0;
    double best = -HUGE_VAL;
    for (size_t i = 0; i < PATTERNS; i++) {
        double dot = 0;
        for (size_t k = 0; k < DIM; k++)
            dot += (double)work->prototypes[i * DIM + k] * (double)work->x[k];
        want = dot > best ? i : want;
        best = fmax(best, dot);
    }
    const size_t got = hierarchy_classify(work->prototypes, PATTERNS, DIM, work->x, &cosine);
    assay_expect(b, got == want, "pattern %zu instead of %zu", got, want);
    b->bytes = sizeof work->prototypes;
    b->items = PATTERNS;
}

ASSAY_BENCH(cognition, .description = "the nearest of 64 patterns of 64 numbers",
            .setup = prepare_layers, .check = check_cognition, .tags = "traffic")
{
    const struct layers *work = b->state;
    float cosine;
    ASSAY_LOOP(b)
    {
        assay_keep(hierarchy_classify(work->prototypes, PATTERNS, DIM, work->x, &cosine));
    }
}

static struct hierarchy_plan plan_of(const struct layers *work)
{
    return (struct hierarchy_plan){work->durations, TASKS, work->edges, EDGES, WORKERS};
}

/* Every task after those it waits for, never more at once than workers, and no longer than Graham's
 * bound: the work over all workers plus the longest path. */
static void check_orchestration(struct assay_bench *b)
{
    struct layers *work = b->state;
    const struct hierarchy_plan plan = plan_of(work);
    const uint64_t end = hierarchy_schedule(&plan, work->starts);
    uint64_t longest[TASKS] = {0}, path = 0, total = 0;
    for (size_t i = 0; i < EDGES; i++) {
        const struct hierarchy_edge *edge = &work->edges[i];
        assay_expect(b,
                     work->starts[edge->after] >=
                         work->starts[edge->before] + work->durations[edge->before],
                     "task %u begins too early", edge->after);
    }
    for (size_t t = 0; t < TASKS; t++) { /* edges lead to higher numbers */
        size_t busy = 0;
        longest[t] += work->durations[t];
        path = longest[t] > path ? longest[t] : path;
        total += work->durations[t];
        for (size_t i = 0; i < EDGES; i++)
            if (work->edges[i].before == t && longest[work->edges[i].after] < longest[t])
                longest[work->edges[i].after] = longest[t];
        for (size_t u = 0; u < TASKS; u++)
            busy += work->starts[u] <= work->starts[t] &&
                    work->starts[t] < work->starts[u] + work->durations[u];
        assay_expect(b, busy <= WORKERS, "%zu tasks at once", busy);
    }
    assay_expect(b, end >= path && end <= total / WORKERS + path, "the schedule takes %llu",
                 (unsigned long long)end);
    b->items = TASKS;
}

ASSAY_BENCH(orchestration, .description = "64 tasks with 128 dependencies on 4 workers, scheduled",
            .setup = prepare_layers, .check = check_orchestration)
{
    struct layers *work = b->state;
    const struct hierarchy_plan plan = plan_of(work);
    ASSAY_LOOP(b)
    {
        assay_keep(hierarchy_schedule(&plan, work->starts));
    }
}

static size_t infer(struct layers *work)
{
    memset(work->known, 0, sizeof work->known);
    for (size_t f = 0; f < FACTS; f += 4)
        work->known[f] = 1;
    return hierarchy_infer(work->rules, RULES, FACTS, work->known, work->scratch);
}

static void check_intelligence(struct assay_bench *b)
{
    struct layers *work = b->state;
    bool want[FACTS] = {false};
    size_t count = 0;
    for (size_t f = 0; f < FACTS; f += 4)
        want[f] = true;
    for (bool moved = true; moved;) {
        moved = false;
        for (size_t r = 0; r < RULES; r++) {
            bool holds = !want[work->rules[r].conclusion];
            for (size_t k = 0; k < work->rules[r].premise_count; k++)
                holds = holds && want[work->premises[r][k]];
            want[work->rules[r].conclusion] |= holds;
            moved |= holds;
        }
    }
    for (size_t f = 0; f < FACTS; f++)
        count += want[f];
    const size_t got = infer(work);
    assay_expect(b, got == count, "%zu facts hold instead of %zu", got, count);
    b->items = RULES;
}

ASSAY_BENCH(intelligence, .description = "all that follows from 64 facts by 512 rules",
            .setup = prepare_layers, .check = check_intelligence)
{
    struct layers *work = b->state;
    ASSAY_LOOP(b)
    {
        assay_keep(infer(work));
    }
}

/* ---- neurons ---- */

#define STEPS 20u /* of a burst */

struct activity {
    struct neural_graph *graph;
    struct neural_rule rule;
    uint32_t *active, *burst, *quiet, *next;
    size_t neurons, count, burst_count, quiet_count;
    bool bursty, cascade;
};

static void connect_all(struct assay_bench *b, struct activity *work, size_t fan_in)
{
    uint64_t state = assay_random(b);
    for (uint32_t to = 0; to < work->neurons; to++) {
        while (neural_degree_in(work->graph, to) < fan_in) {
            const uint32_t from = (uint32_t)(random_bits(&state) % work->neurons);
            const float weight = random_number(&state) / (float)fan_in;
            if (fan_in == work->neurons)
                neural_connect(work->graph, (uint32_t)neural_degree_in(work->graph, to), to,
                               weight);
            else
                neural_connect(work->graph, from, to, weight);
        }
    }
}

/* Every `every`-th neuron, and how many they are. */
static size_t choose(const struct activity *work, size_t every, uint32_t *ret)
{
    size_t count = 0;
    for (size_t i = 0; i < work->neurons; i += every)
        ret[count++] = (uint32_t)i;
    return count;
}

static void prepare_activity(struct assay_bench *b)
{
    struct activity *work = assay_alloc(b, sizeof *work);
    const char *pattern = assay_param_text(b, "pattern");
    b->state = work;
    work->neurons = (size_t)assay_param(b, "neurons");
    const size_t asked = (size_t)assay_param(b, "fan_in");
    const size_t fan_in = asked < work->neurons ? asked : work->neurons;
    const enum neural_status status = neural_graph_new(work->neurons, &work->graph);
    assay_expect(b, status == NEURAL_OK, "%s", neural_status_text(status));
    if (status != NEURAL_OK)
        return;
    connect_all(b, work, fan_in);
    work->active = assay_alloc(b, work->neurons * sizeof *work->active);
    work->burst = assay_alloc(b, work->neurons * sizeof *work->burst);
    work->quiet = assay_alloc(b, work->neurons * sizeof *work->quiet);
    work->next = assay_alloc(b, work->neurons * sizeof *work->next);
    work->rule = (struct neural_rule){0.9f, strcmp(pattern, "cascade") == 0 ? 0.002f : 0.05f};
    work->count = choose(work,
                         strcmp(pattern, "sparse") == 0    ? 20
                         : strcmp(pattern, "cascade") == 0 ? 100
                                                           : 1,
                         work->active);
    work->burst_count = choose(work, 2, work->burst);
    work->quiet_count = choose(work, 100, work->quiet);
    work->bursty = strcmp(pattern, "bursty") == 0;
    work->cascade = strcmp(pattern, "cascade") == 0;
    b->items = (double)work->neurons * (work->bursty ? STEPS : 1);
}

static void free_activity(struct assay_bench *b)
{
    struct activity *work = b->state;
    if (work != NULL)
        neural_graph_free(work->graph);
}

static size_t fire(const struct activity *work, const uint32_t *active, size_t count)
{
    size_t next = 0;
    neural_fire(work->graph, &work->rule, active, count, work->next, &next);
    return next;
}

/* One iteration, from rest; how many neurons fired. */
static size_t run_pattern(const struct activity *work)
{
    size_t fired = 0;
    neural_rest(work->graph);
    if (work->cascade)
        return neural_cascade(work->graph, &work->rule, work->active, work->count, STEPS, NULL);
    if (!work->bursty)
        return fire(work, work->active, work->count);
    for (unsigned step = 0; step < STEPS; step++) {
        const bool loud = step % 5 == 0;
        fired += fire(work, loud ? work->burst : work->quiet,
                      loud ? work->burst_count : work->quiet_count);
    }
    return fired;
}

/* One step from rest against sums in doubles, and as many active ones as the pattern says. */
static void check_activity(struct assay_bench *b)
{
    const struct activity *work = b->state;
    size_t next = 0;
    neural_rest(work->graph);
    const size_t fired = fire(work, work->active, work->count);
    for (uint32_t to = 0; to < work->neurons; to++) {
        double sum = 0;
        for (size_t i = 0; i < work->count; i++) {
            float weight;
            sum +=
                neural_connection(work->graph, work->active[i], to, &weight) ? (double)weight : 0;
        }
        const bool fires = next < fired && work->next[next] == to;
        const bool near = fabs(sum - (double)work->rule.threshold) < 1e-5;
        assay_expect(b, near || fires == (sum >= (double)work->rule.threshold), "neuron %u has %g",
                     to, sum);
        next += fires;
    }
    assay_expect(b, next == fired, "%zu neurons fire instead of %zu", fired, next);
    assay_metric(b, "fired", "", ASSAY_HIGHER_IS_BETTER, (double)run_pattern(work));
    assay_metric(b, "connections", "", ASSAY_LOWER_IS_BETTER,
                 (double)neural_graph_connections(work->graph));
}

#define ACTIVATION_BENCH(id, ...)                                                                  \
    ASSAY_BENCH(id, __VA_ARGS__, .setup = prepare_activity, .check = check_activity,               \
                .teardown = free_activity)                                                         \
    {                                                                                              \
        const struct activity *work = b->state;                                                    \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            assay_keep(run_pattern(work));                                                         \
        }                                                                                          \
    }

ACTIVATION_BENCH(activation,
                 .description = "neurons that integrate and fire: all, 5 %, bursts, cascade",
                 .sweep = "neurons=10,100,1000 fan_in=16 pattern=dense,sparse,bursty,cascade")
ACTIVATION_BENCH(activation_fan_in, .description = "all neurons active, by connections a neuron",
                 .sweep = "neurons=1000 fan_in=16,128,1000 pattern=dense",
                 .tags = "slow[fan_in=1000]") /* a million connections in each launch */

/* ---- connections ---- */

#define EDITS 4096u
#define KEPT 100000u /* connections that are there all the time */

struct edits {
    struct neural_graph *graph;
    uint32_t from[EDITS], to[EDITS];
    size_t neurons;
};

static void prepare_edits(struct assay_bench *b)
{
    struct edits *work = assay_alloc(b, sizeof *work);
    uint64_t state = assay_random(b);
    b->state = work;
    work->neurons = (size_t)assay_param(b, "neurons");
    const enum neural_status status = neural_graph_new(work->neurons, &work->graph);
    assay_expect(b, status == NEURAL_OK, "%s", neural_status_text(status));
    if (status != NEURAL_OK)
        return;
    const size_t kept =
        work->neurons * work->neurons / 10 < KEPT ? work->neurons * work->neurons / 10 : KEPT;
    while (neural_graph_connections(work->graph) < kept) {
        const uint64_t bits = random_bits(&state);
        neural_connect(work->graph, (uint32_t)(bits % work->neurons),
                       (uint32_t)((bits >> 32) % work->neurons), 1);
    }
    for (size_t i = 0; i < EDITS;) {
        const uint64_t bits = random_bits(&state);
        work->from[i] = (uint32_t)(bits % work->neurons);
        work->to[i] = (uint32_t)((bits >> 32) % work->neurons);
        i += !neural_connection(work->graph, work->from[i], work->to[i], NULL);
    }
    b->items = 1;
}

static void free_edits(struct assay_bench *b)
{
    struct edits *work = b->state;
    if (work != NULL)
        neural_graph_free(work->graph);
}

/* Connections that were added are there, removed ones are not, and degrees add up. */
static void check_edits(struct assay_bench *b)
{
    const struct edits *work = b->state;
    const size_t before = neural_graph_connections(work->graph);
    size_t added = 0, out = 0, in = 0;
    for (size_t i = 0; i < EDITS; i++) {
        added += !neural_connection(work->graph, work->from[i], work->to[i], NULL);
        neural_connect(work->graph, work->from[i], work->to[i], 0.5f);
    }
    for (uint32_t i = 0; i < work->neurons; i++) {
        out += neural_degree_out(work->graph, i);
        in += neural_degree_in(work->graph, i);
    }
    assay_expect(b, neural_graph_connections(work->graph) == before + added,
                 "connections are lost");
    assay_expect(b, out == before + added && in == out, "degrees do not add up");
    assay_expect(b, neural_prune(work->graph, 0.75f) == added, "pruning takes others");
    assay_expect(b, neural_graph_connections(work->graph) == before, "connections are left");
}

ASSAY_BENCH(connect, .description = "a connection added and removed, beside 100 000 others",
            .sweep = "neurons=100,1000,10000", .setup = prepare_edits, .check = check_edits,
            .teardown = free_edits)
{
    const struct edits *work = b->state;
    size_t i = 0;
    ASSAY_LOOP(b)
    {
        assay_keep(neural_connect(work->graph, work->from[i], work->to[i], 0.5f));
        assay_keep(neural_disconnect(work->graph, work->from[i], work->to[i]));
        i = (i + 1) % EDITS;
    }
}

ASSAY_BENCH(find, .description = "a connection looked up that is not there",
            .sweep = "neurons=100,1000,10000", .setup = prepare_edits, .check = check_edits,
            .teardown = free_edits)
{
    const struct edits *work = b->state;
    size_t i = 0;
    ASSAY_LOOP(b)
    {
        assay_keep(neural_connection(work->graph, work->from[i], work->to[i], NULL));
        i = (i + 1) % EDITS;
    }
}

ASSAY_BENCH(prune, .description = "all connections looked at, none taken", .sweep = "neurons=1000",
            .setup = prepare_edits, .check = check_edits, .teardown = free_edits)
{
    const struct edits *work = b->state;
    b->items = (double)neural_graph_connections(work->graph);
    ASSAY_LOOP(b)
    {
        assay_keep(neural_prune(work->graph, 0.25f));
    }
}
