/* components/neural: the five kinds of work, the graph of neurons and the router, each against its
 * definition. */
#include <pthread.h>
#include <stdint.h>

#include "../harness.h"
#include "graph.h"
#include "hierarchy.h"
#include "kernels.h"
#include "router.h"

static uint64_t random_bits(uint64_t *state) /* splitmix64, Vigna's public-domain reference */
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static float random_number(uint64_t *state)
{
    return (float)(random_bits(state) >> 40) * 0x1p-23f - 1;
}

/* ---- five kinds of work ---- */

TEST(differing_bits_are_counted)
{
    uint64_t a[100], b[100], got[100], state = 1, want = 0;
    for (size_t i = 0; i < 100; i++) {
        a[i] = random_bits(&state);
        b[i] = random_bits(&state);
        for (unsigned bit = 0; bit < 64; bit++) {
            want += (a[i] >> bit & 1) != (b[i] >> bit & 1);
        }
    }
    CHECK_EQ(hierarchy_difference(a, b, 100, got), want);
    hierarchy_difference(got, b, 100, got); /* in place, and back again */
    CHECK(memcmp(got, a, sizeof a) == 0);
    for (size_t k = 0; neural_kernels[k] != NULL; k++) {
        if (neural_kernel_available(neural_kernels[k])) {
            CHECK_EQ(neural_kernels[k]->difference(a, b, 100, got), want);
            CHECK_EQ(got[99], a[99] ^ b[99]);
        }
    }
}

static uint32_t slow_crc(const uint8_t *data, size_t size)
{
    uint32_t crc = UINT32_MAX;
    for (size_t i = 0; i < size; i++) {
        crc ^= data[i];
        for (unsigned bit = 0; bit < 8; bit++) {
            crc = crc >> 1 ^ (crc & 1 ? 0x82F63B78u : 0);
        }
    }
    return ~crc;
}

TEST(checksums_are_those_of_the_polynomial)
{
    uint8_t data[100];
    uint64_t state = 2;
    CHECK(hierarchy_crc32c("123456789", 9) == 0xE3069283u);
    for (size_t size = 0; size < sizeof data; size++) {
        for (size_t i = 0; i < size; i++) {
            data[i] = (uint8_t)random_bits(&state);
        }
        CHECK(hierarchy_crc32c(data, size) == slow_crc(data, size));
        for (size_t k = 0; neural_kernels[k] != NULL; k++) {
            CHECK(!neural_kernel_available(neural_kernels[k]) ||
                  ~neural_kernels[k]->remainder(UINT32_MAX, data, size) == slow_crc(data, size));
        }
    }
}

TEST(frames_come_back_and_damaged_ones_do_not)
{
    uint8_t frame[80];
    struct hierarchy_frame got;
    const size_t size = hierarchy_encode(7, "sixteen numbers!", 16, frame);
    CHECK_EQ(size, 16 + HIERARCHY_FRAME_OVERHEAD);
    CHECK(hierarchy_decode(frame, size + 5, &got)); /* what follows is the next one */
    CHECK(got.type == 7 && got.size == 16 && memcmp(got.payload, "sixteen numbers!", 16) == 0);
    for (size_t cut = 0; cut < size; cut++) {
        CHECK(!hierarchy_decode(frame, cut, &got));
    }
    for (size_t i = 0; i < size; i++) {
        for (unsigned bit = 0; bit < 8; bit++) {
            frame[i] ^= (uint8_t)(1 << bit);
            CHECK(!hierarchy_decode(frame, size, &got));
            frame[i] ^= (uint8_t)(1 << bit);
        }
    }
    CHECK_EQ(hierarchy_encode(1, NULL, 0, frame), HIERARCHY_FRAME_OVERHEAD);
    CHECK(hierarchy_decode(frame, HIERARCHY_FRAME_OVERHEAD, &got) && got.size == 0);
    CHECK_EQ(hierarchy_encode(1, frame, HIERARCHY_PAYLOAD_MAX + 1, frame), 0);
}

TEST(patterns_are_those_with_the_greatest_cosine)
{
    float prototypes[20 * 50], x[50], cosine;
    uint64_t state = 3;
    for (unsigned round = 0; round < 50; round++) {
        double best = -2;
        size_t want = 0;
        for (size_t i = 0; i < 20; i++) {
            double square = 0;
            for (size_t k = 0; k < 50; k++) {
                prototypes[50 * i + k] = random_number(&state);
                square += pow((double)prototypes[50 * i + k], 2);
            }
            for (size_t k = 0; k < 50; k++) {
                prototypes[50 * i + k] /= (float)sqrt(square);
            }
        }
        for (size_t k = 0; k < 50; k++) {
            x[k] = random_number(&state);
        }
        for (size_t i = 0; i < 20; i++) {
            double dot = 0, square = 0;
            for (size_t k = 0; k < 50; k++) {
                dot += (double)prototypes[50 * i + k] * (double)x[k];
                square += (double)x[k] * (double)x[k];
            }
            want = dot / sqrt(square) > best ? i : want;
            best = fmax(best, dot / sqrt(square));
        }
        CHECK_EQ(hierarchy_classify(prototypes, 20, 50, x, &cosine), want);
        CHECK_NEAR((double)cosine, best, 1e-5);
    }
    memset(x, 0, sizeof x);
    CHECK_EQ(hierarchy_classify(prototypes, 20, 50, x, &cosine), 0);
    CHECK(cosine == 0);
}

/* The rule read aloud: at each time, whoever may begin, the longest path first. */
static uint64_t slow_schedule(const struct hierarchy_plan *plan, uint64_t *ret_starts)
{
    uint64_t path[64] = {0}, ends[64], end = 0;
    bool begun[64] = {false};
    for (size_t round = 0; round < plan->tasks; round++) {
        for (size_t t = 0; t < plan->tasks; t++) {
            uint64_t longest = 0;
            for (size_t i = 0; i < plan->edge_count; i++) {
                if (plan->edges[i].before == t && path[plan->edges[i].after] > longest) {
                    longest = path[plan->edges[i].after];
                }
            }
            path[t] = longest + plan->durations[t];
        }
    }
    for (uint64_t now = 0; now < 5000; now++) {
        for (;;) {
            size_t busy = 0, best = SIZE_MAX;
            for (size_t t = 0; t < plan->tasks; t++) {
                bool may = !begun[t];
                busy += begun[t] && ends[t] > now;
                for (size_t i = 0; i < plan->edge_count; i++) {
                    const size_t before = plan->edges[i].before;
                    may &= plan->edges[i].after != t || (begun[before] && ends[before] <= now);
                }
                best = may && (best == SIZE_MAX || path[t] > path[best]) ? t : best;
            }
            if (best == SIZE_MAX || busy == plan->workers) {
                break;
            }
            begun[best] = true;
            ret_starts[best] = now;
            ends[best] = now + plan->durations[best];
            end = ends[best] > end ? ends[best] : end;
        }
    }
    return end;
}

TEST(schedules_follow_the_rule)
{
    uint64_t state = 4, got[64], want[64];
    for (unsigned round = 0; round < 60; round++) {
        uint32_t durations[64];
        struct hierarchy_edge edges[200];
        struct hierarchy_plan plan = {durations, 1 + random_bits(&state) % 40, edges, 0,
                                      1 + random_bits(&state) % 5};
        for (size_t t = 0; t < plan.tasks; t++) {
            durations[t] = 1 + (uint32_t)(random_bits(&state) % 9);
        }
        for (size_t i = 0; i < 60; i++) {
            const uint16_t a = (uint16_t)(random_bits(&state) % plan.tasks);
            const uint16_t b = (uint16_t)(random_bits(&state) % plan.tasks);
            if (a < b) {
                edges[plan.edge_count++] = (struct hierarchy_edge){a, b};
            }
        }
        CHECK_EQ(hierarchy_schedule(&plan, got), slow_schedule(&plan, want));
        CHECK(memcmp(got, want, plan.tasks * sizeof *got) == 0);
    }
}

TEST(schedules_of_circles_and_of_too_much_are_refused)
{
    uint32_t durations[3] = {1, 1, 1};
    uint64_t starts[3];
    struct hierarchy_edge edges[] = {{0, 1}, {1, 2}, {2, 0}};
    struct hierarchy_plan plan = {durations, 3, edges, 3, 2};
    CHECK_EQ(hierarchy_schedule(&plan, starts), 0);
    plan.edge_count = 2;
    CHECK_EQ(hierarchy_schedule(&plan, starts), 3);
    edges[1].after = 3;
    CHECK_EQ(hierarchy_schedule(&plan, starts), 0);
    plan.edge_count = 0;
    plan.workers = 0;
    CHECK_EQ(hierarchy_schedule(&plan, starts), 0);
    plan.workers = 1;
    plan.tasks = HIERARCHY_TASKS_MAX + 1;
    CHECK_EQ(hierarchy_schedule(&plan, starts), 0);
}

TEST(inference_finds_all_that_follows)
{
    uint64_t state = 5;
    for (unsigned round = 0; round < 200; round++) {
        struct hierarchy_rule rules[80];
        uint16_t premises[80][3];
        uint8_t known[50] = {0}, want[50] = {0};
        size_t count = 0;
        for (size_t r = 0; r < 80; r++) {
            for (size_t k = 0; k < 3; k++) {
                premises[r][k] = (uint16_t)(random_bits(&state) % 50);
            }
            rules[r] = (struct hierarchy_rule){premises[r], (uint16_t)(random_bits(&state) % 4),
                                               (uint16_t)(random_bits(&state) % 50)};
            if (rules[r].premise_count == 0 && r > 2) {
                rules[r].premise_count = 1;
            }
        }
        known[7] = want[7] = 1;
        for (bool moved = true; moved;) {
            moved = false;
            for (size_t r = 0; r < 80; r++) {
                bool holds = true;
                for (size_t k = 0; k < rules[r].premise_count; k++) {
                    holds &= want[premises[r][k]];
                }
                moved |= holds && !want[rules[r].conclusion];
                want[rules[r].conclusion] |= holds;
            }
        }
        for (size_t f = 0; f < 50; f++) {
            count += want[f];
        }
        void *scratch = malloc(hierarchy_infer_scratch(rules, 80, 50));
        CHECK_EQ(hierarchy_infer(rules, 80, 50, known, scratch), count);
        CHECK(memcmp(known, want, sizeof known) == 0);
        rules[3].conclusion = 50;
        CHECK(hierarchy_infer(rules, 80, 50, known, scratch) == SIZE_MAX);
        free(scratch);
    }
}

/* ---- connections ---- */

#define NEURONS 60u

static void check_graph(const struct neural_graph *graph, float (*want)[NEURONS])
{
    size_t count = 0;
    for (uint32_t from = 0; from < NEURONS; from++) {
        size_t out = 0, in = 0;
        for (uint32_t to = 0; to < NEURONS; to++) {
            float weight = 0;
            CHECK(neural_connection(graph, from, to, &weight) == (want[from][to] != 0));
            CHECK(weight == want[from][to]);
            out += want[from][to] != 0;
            in += want[to][from] != 0;
        }
        CHECK_EQ(neural_degree_out(graph, from), out);
        CHECK_EQ(neural_degree_in(graph, from), in);
        count += out;
    }
    CHECK_EQ(neural_graph_connections(graph), count);
}

TEST(a_million_edits_keep_the_graph_whole)
{
    static float want[NEURONS][NEURONS];
    struct neural_graph *graph = NULL;
    uint64_t state = 6;
    CHECK(neural_graph_new(NEURONS, &graph) == NEURAL_OK);
    CHECK_EQ(neural_graph_neurons(graph), NEURONS);
    for (size_t i = 0; i < 1000000; i++) {
        const uint64_t bits = random_bits(&state);
        const uint32_t from = (uint32_t)(bits % NEURONS), to = (uint32_t)(bits >> 32) % NEURONS;
        const bool more = (bits >> 20 & 255) < (i < 500000 ? 160 : 96); /* grows, then shrinks */
        if (more) {
            const float weight = (float)(1 + (bits >> 12 & 255)) / 256;
            CHECK(neural_connect(graph, from, to, weight) == NEURAL_OK);
            want[from][to] = weight;
        } else {
            CHECK(neural_disconnect(graph, from, to) == (want[from][to] != 0));
            want[from][to] = 0;
        }
        if (i % 100000 == 7) {
            check_graph(graph, want);
        }
    }
    size_t small = 0;
    for (size_t i = 0; i < (size_t)NEURONS * NEURONS; i++) {
        float *weight = &want[i / NEURONS][i % NEURONS];
        small += *weight != 0 && *weight < 0.5f;
        *weight = *weight < 0.5f ? 0 : *weight;
    }
    CHECK_EQ(neural_prune(graph, 0.5f), small);
    check_graph(graph, want);
    neural_graph_free(graph);
}

TEST(activity_spreads_by_the_rule)
{
    static float weights[NEURONS][NEURONS];
    const struct neural_rule rule = {0.5f, 0.6f};
    struct neural_graph *graph = NULL;
    uint32_t active[NEURONS] = {1, 5, 9}, next[NEURONS];
    double potentials[NEURONS] = {0};
    size_t count = 3, next_count, fired = 3, steps = 0, got_steps;
    uint64_t state = 8;
    CHECK(neural_graph_new(NEURONS, &graph) == NEURAL_OK);
    for (size_t i = 0; i < 400; i++) {
        const uint64_t bits = random_bits(&state);
        const uint32_t from = (uint32_t)(bits % NEURONS), to = (uint32_t)(bits >> 32) % NEURONS;
        weights[from][to] = (float)(1 + (bits >> 12 & 15)) / 32; /* sums are exact */
        CHECK(neural_connect(graph, from, to, weights[from][to]) == NEURAL_OK);
    }
    for (; count > 0 && steps < 20; steps++) {
        CHECK(neural_fire(graph, &rule, active, count, next, &next_count) == NEURAL_OK);
        size_t want = 0;
        for (uint32_t to = 0; to < NEURONS; to++) {
            potentials[to] *= 0.5;
            for (size_t i = 0; i < count; i++) {
                potentials[to] += (double)weights[active[i]][to];
            }
            if (potentials[to] >= (double)rule.threshold) {
                CHECK(want < next_count && next[want] == to);
                want++;
                potentials[to] = 0;
            }
            CHECK_NEAR((double)neural_potentials(graph)[to], potentials[to], 1e-6);
        }
        CHECK_EQ(next_count, want);
        memcpy(active, next, sizeof active);
        count = next_count;
        fired += count;
    }
    neural_rest(graph);
    const uint32_t first[] = {1, 5, 9};
    CHECK_EQ(neural_cascade(graph, &rule, first, 3, steps, &got_steps), fired);
    CHECK_EQ(got_steps, steps);
    const uint32_t away[] = {NEURONS};
    CHECK(neural_fire(graph, &rule, away, 1, next, &next_count) == NEURAL_ERR_ARGUMENT);
    CHECK_EQ(neural_cascade(graph, &rule, away, 1, 5, NULL), 0);
    neural_graph_free(graph);
}

TEST(graphs_refuse_what_is_not_there)
{
    struct neural_graph *graph = NULL;
    CHECK(neural_graph_new(0, &graph) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_graph_new(NEURAL_NEURONS_MAX + 1u, &graph) == NEURAL_ERR_LIMIT);
    CHECK(neural_graph_new(4, &graph) == NEURAL_OK);
    CHECK(neural_connect(graph, 4, 0, 1) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_connect(graph, 0, 4, 1) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_connect(graph, 0, 1, NAN) == NEURAL_ERR_NOT_FINITE);
    CHECK(!neural_disconnect(graph, 0, 1) && !neural_disconnect(graph, 9, 1));
    CHECK(!neural_connection(graph, 0, 1, NULL) && !neural_connection(graph, 9, 9, NULL));
    CHECK_EQ(neural_degree_out(graph, 9), 0);
    CHECK_EQ(neural_degree_in(graph, 9), 0);
    neural_graph_free(graph);
    neural_graph_free(NULL);
}

/* ---- routing ---- */

static struct neural_net *new_net(void)
{
    struct neural_net *net = NULL;
    CHECK(neural_new(
              &(struct neural_shape){(size_t[]){6, 9, 9, 9, 4}, 5, NEURAL_TANH, NEURAL_SQUARE, 3},
              &net) == NEURAL_OK);
    return net;
}

TEST(routed_signals_are_the_composition_of_layers)
{
    struct neural_net *net = new_net();
    struct neural_router *router = NULL;
    static float inputs[100 * 6], outputs[100 * 4], want[4];
    uint64_t state = 9;
    for (size_t i = 0; i < 600; i++) {
        inputs[i] = random_number(&state);
    }
    CHECK(neural_router_new(net, &router) == NEURAL_OK);
    CHECK(neural_router_run(router, inputs, NULL, 100, outputs) == NEURAL_OK);
    for (size_t i = 0; i < 100; i++) {
        CHECK(neural_signal(net, inputs + 6 * i, want) == NEURAL_OK);
        CHECK(memcmp(outputs + 4 * i, want, sizeof want) == 0);
    }
    CHECK(neural_router_run(router, NULL, NULL, 0, NULL) == NEURAL_OK);
    neural_router_free(router);
    neural_free(net);
}

struct crew {
    struct neural_net *net;
    const float *inputs;
    float outputs[100 * 4];
};

static void *run_crew(void *context)
{
    struct crew *crew = context;
    struct neural_router *router = NULL;
    bool good = neural_router_new(crew->net, &router) == NEURAL_OK;
    for (int round = 0; round < 50 && good; round++) {
        memset(crew->outputs, 0, sizeof crew->outputs);
        good = neural_router_run(router, crew->inputs, NULL, 100, crew->outputs) == NEURAL_OK;
    }
    neural_router_free(router);
    return good ? crew : NULL;
}

TEST(routers_of_two_threads_give_bit_for_bit_what_one_gives)
{
    static float inputs[100 * 6];
    static struct crew alone, crews[2];
    pthread_t threads[2];
    uint64_t state = 11;
    for (size_t i = 0; i < 600; i++) {
        inputs[i] = random_number(&state);
    }
    alone = crews[0] = crews[1] = (struct crew){.net = new_net(), .inputs = inputs};
    CHECK(run_crew(&alone) == &alone);
    for (size_t i = 0; i < 2; i++) {
        CHECK(pthread_create(&threads[i], NULL, run_crew, &crews[i]) == 0);
    }
    for (size_t i = 0; i < 2; i++) {
        void *good = NULL;
        CHECK(pthread_join(threads[i], &good) == 0 && good == &crews[i]);
        CHECK(memcmp(crews[i].outputs, alone.outputs, sizeof alone.outputs) == 0);
    }
    neural_free(alone.net);
}

TEST(routes_by_kind_skip_layers_and_circles_are_found)
{
    struct neural_net *net = new_net();
    struct neural_router *router = NULL;
    float inputs[3 * 6], outputs[3 * 4], a[9], b[9], want[4];
    const uint8_t kinds[] = {0, 1, 1}, circle[] = {0, 2, 1}, wrong[] = {0, 4, 1};
    uint64_t state = 10;
    for (size_t i = 0; i < 18; i++) {
        inputs[i] = random_number(&state);
    }
    CHECK(neural_router_new(net, &router) == NEURAL_OK);
    CHECK(neural_route(router, 0, 1, 3) == NEURAL_OK);
    CHECK(neural_route(router, 1, 2, 1) == NEURAL_OK);           /* a circle */
    CHECK(neural_route(router, 3, 0, 1) == NEURAL_ERR_ARGUMENT); /* 4 numbers, where 9 are taken */
    CHECK(neural_route(router, 4, 0, NEURAL_DONE) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_route(router, 0, NEURAL_KINDS, 1) == NEURAL_ERR_ARGUMENT);
    CHECK(neural_router_run(router, inputs, wrong, 3, outputs) == NEURAL_ERR_ARGUMENT);
    for (unsigned again = 0; again < 2; again++) { /* a run that failed leaves nothing behind */
        CHECK(neural_router_run(router, inputs, circle, 3, outputs) == NEURAL_ERR_LIMIT);
        CHECK(neural_router_run(router, inputs, kinds, 3, outputs) == NEURAL_OK);
        neural_layer(net, 0, inputs + 6, a);
        neural_layer(net, 3, a, want);
        CHECK(memcmp(outputs + 4, want, sizeof want) == 0);
        neural_layer(net, 0, inputs, a);
        neural_layer(net, 1, a, b);
        neural_layer(net, 2, b, a);
        neural_layer(net, 3, a, want);
        CHECK(memcmp(outputs, want, sizeof want) == 0);
    }
    neural_router_free(router);
    neural_router_free(NULL);
    neural_free(net);
}

TEST_MAIN
