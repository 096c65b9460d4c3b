/* components/vector/graph: recall against exact search, the same graph from the same insertions,
 * what removals and repairs leave, threads, and bytes that are not what was saved. */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>

#include "../harness.h"
#include "graph_nodes.h"
#include "vector_graph.h"

#define DIM 24u
#define COUNT 1500u
#define K 10u

static float rows[COUNT * DIM];

/* splitmix64, Vigna's public-domain reference; uniform in [-1, 1). */
static float random_number(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9E3779B97F4A7C15);
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return (float)((double)((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1);
}

/* Around 30 points. */
static void make_rows(void)
{
    uint64_t seed = 11;
    float points[30 * DIM];
    for (size_t i = 0; i < 30 * DIM; i++) {
        points[i] = random_number(&seed);
    }
    for (size_t i = 0; i < COUNT * DIM; i++) {
        rows[i] = points[i / DIM % 30 * DIM + i % DIM] + 0.3f * random_number(&seed);
    }
}

static struct graph *graph_of(enum vector_metric metric, size_t count)
{
    const struct graph_options options = {.dim = DIM, .metric = metric, .links = 8, .beam = 60};
    struct graph *graph = NULL;
    make_rows();
    CHECK(graph_new(&options, &graph) == VECTOR_OK);
    for (size_t i = 0; i < count; i++) {
        CHECK(graph_insert(graph, 1000 + i, rows + i * DIM) == VECTOR_OK);
    }
    return graph;
}

static double score_of(enum vector_metric metric, const float *a, const float *b)
{
    double product = 0, own = 0, other = 0, square = 0;
    for (size_t k = 0; k < DIM; k++) {
        const double difference = (double)a[k] - (double)b[k];
        product += (double)a[k] * (double)b[k];
        own += (double)a[k] * (double)a[k];
        other += (double)b[k] * (double)b[k];
        square += difference * difference;
    }
    return metric == VECTOR_L2 ? -square : product / sqrt(own * other);
}

/* How many of the hits are at least as good as the K-th best of the rows in [first, COUNT). */
static size_t hits_of(struct graph_search *search, enum vector_metric metric, const float *query,
                      size_t first)
{
    struct graph_hit hits[K];
    size_t found = 0, good = 0;
    CHECK(graph_find(search, query, K, 80, hits, &found) == VECTOR_OK);
    CHECK_EQ(found, K);
    for (size_t i = 0; i < K; i++) {
        size_t better = 0;
        CHECK(hits[i].id >= 1000 + first && hits[i].id < 1000 + COUNT);
        const double own = score_of(metric, query, rows + (hits[i].id - 1000) * DIM);
        CHECK(fabs(own - (double)hits[i].score) < 1e-5);
        CHECK(i == 0 || hits[i].score <= hits[i - 1].score);
        for (size_t r = first; r < COUNT; r++) {
            better += score_of(metric, query, rows + r * DIM) > own;
        }
        good += better < K;
    }
    return good;
}

static void check_recall(struct graph *graph, enum vector_metric metric, size_t first)
{
    struct graph_search *search = NULL;
    size_t good = 0;
    CHECK(graph_search_new(graph, &search) == VECTOR_OK);
    for (size_t q = 0; q < 50; q++) {
        float query[DIM];
        uint64_t seed = q;
        for (size_t k = 0; k < DIM; k++) {
            query[k] = rows[q * 29 * DIM + k] + 0.1f * random_number(&seed);
        }
        good += hits_of(search, metric, query, first);
    }
    CHECK(good >= 495);
    graph_search_free(search);
}

/* Invariants 1 to 3 of graph_nodes.h. */
static void check_links(const struct graph *graph)
{
    size_t used = 0;
    for (uint32_t node = 0; node < graph->count; node++) {
        const bool is_free = graph->states[node] == NODE_FREE;
        used += graph->states[node] == NODE_USED;
        CHECK(graph->states[node] != NODE_USED || *map_place(graph, graph->ids[node]) == node);
        CHECK(is_free || graph->levels[node] <= graph->levels[graph->entry]);
        for (unsigned level = 0; level <= graph->levels[node]; level++) {
            const uint32_t *links = links_of(graph, node, level);
            CHECK(links[0] <= links_max(graph, level));
            for (uint32_t i = 1; i <= links[0]; i++) {
                CHECK(links[i] < graph->count && links[i] != node);
                CHECK(graph->states[links[i]] != NODE_FREE);
                CHECK(graph->levels[links[i]] >= level);
            }
        }
    }
    CHECK_EQ(used, graph->used);
}

TEST(a_graph_finds_nearly_what_exact_search_finds)
{
    for (int metric = VECTOR_COSINE; metric <= VECTOR_L2; metric++) {
        struct graph *graph = graph_of((enum vector_metric)metric, COUNT);
        CHECK_EQ(graph_count(graph), COUNT);
        check_links(graph);
        for (size_t i = 0; vector_kernels[i] != NULL; i++) {
            if (vector_kernels[i]->available()) {
                graph_use(graph, vector_kernels[i]);
                check_recall(graph, (enum vector_metric)metric, 0);
            }
        }
        graph_free(graph);
    }
}

/* Links come from int8 sums, which are the same in all kernels. */
TEST(all_kernels_make_the_same_graph)
{
    void *first = NULL, *bytes = NULL;
    size_t size = 0, other;
    make_rows();
    for (size_t i = 0; vector_kernels[i] != NULL; i++) {
        struct graph *graph = NULL;
        if (!vector_kernels[i]->available()) {
            continue;
        }
        CHECK(graph_new(&(struct graph_options){.dim = DIM, .metric = VECTOR_L2}, &graph) ==
              VECTOR_OK);
        graph_use(graph, vector_kernels[i]);
        for (size_t r = 0; r < 300; r++) {
            CHECK(graph_insert(graph, r, rows + r * DIM) == VECTOR_OK);
        }
        CHECK(graph_save(graph, &bytes, &other) == VECTOR_OK);
        CHECK(first == NULL || (other == size && memcmp(first, bytes, size) == 0));
        free(first);
        first = bytes;
        size = other;
        graph_free(graph);
    }
    free(first);
}

TEST(removed_vectors_are_never_found_before_and_after_a_repair)
{
    struct graph *graph = graph_of(VECTOR_COSINE, COUNT);
    float row[DIM];
    for (uint64_t id = 1000; id < 1500; id++) {
        CHECK(graph_remove(graph, id) == VECTOR_OK);
    }
    CHECK(graph_remove(graph, 1000) == VECTOR_ERR_ABSENT);
    CHECK(graph_get(graph, 1000, row) == VECTOR_ERR_ABSENT);
    CHECK_EQ(graph_count(graph), COUNT - 500);
    CHECK_EQ(graph_removed(graph), 500);
    check_recall(graph, VECTOR_COSINE, 500);
    CHECK(graph_repair(graph) == VECTOR_OK);
    CHECK_EQ(graph_removed(graph), 0);
    check_links(graph);
    check_recall(graph, VECTOR_COSINE, 500);
    for (size_t i = 0; i < 500; i++) {
        CHECK(graph_insert(graph, 1000 + i, rows + i * DIM) == VECTOR_OK);
    }
    CHECK_EQ(graph->count, COUNT);
    check_links(graph);
    check_recall(graph, VECTOR_COSINE, 0);
    CHECK(graph_get(graph, 1007, row) == VECTOR_OK);
    CHECK(memcmp(row, rows + 7 * DIM, sizeof row) == 0);
    graph_free(graph);
}

TEST(a_graph_may_lose_all_and_begin_again)
{
    struct graph *graph = graph_of(VECTOR_L2, 40);
    struct graph_search *search = NULL;
    struct graph_hit hits[K];
    size_t found = 5;
    CHECK(graph_search_new(graph, &search) == VECTOR_OK);
    for (uint64_t id = 1000; id < 1040; id++) {
        CHECK(graph_remove(graph, id) == VECTOR_OK);
    }
    CHECK(graph_find(search, rows, K, 10, hits, &found) == VECTOR_EMPTY);
    CHECK_EQ(found, 0);
    CHECK(graph_repair(graph) == VECTOR_OK);
    CHECK(graph_find(search, rows, K, 10, hits, &found) == VECTOR_EMPTY);
    CHECK(graph_insert(graph, 3, rows) == VECTOR_OK);
    CHECK(graph_find(search, rows, K, 10, hits, &found) == VECTOR_OK);
    CHECK_EQ(found, 1);
    CHECK_EQ(hits[0].id, 3);
    graph_search_free(search);
    graph_free(graph);
}

/* ---- threads ---- */

struct worker {
    struct graph *graph;
    unsigned number;
    size_t found;
};

static void *search_some(void *argument)
{
    struct worker *worker = argument;
    struct graph_search *search = NULL;
    struct graph_hit hits[K];
    CHECK(graph_search_new(worker->graph, &search) == VECTOR_OK);
    for (size_t q = 0; q < 300; q++) {
        size_t found = 0;
        const float *query = rows + (q * 7 + worker->number) % COUNT * DIM;
        CHECK(graph_find(search, query, K, 40, hits, &found) == VECTOR_OK);
        worker->found += found;
    }
    graph_search_free(search);
    return NULL;
}

static void *change_some(void *argument)
{
    struct worker *worker = argument;
    for (size_t i = 500; i < 700; i++) {
        CHECK(graph_insert(worker->graph, 1000 + i, rows + i * DIM) == VECTOR_OK);
        CHECK(graph_remove(worker->graph, 1000 + i - 500) == VECTOR_OK);
        if (i % 50 == 0) {
            CHECK(graph_repair(worker->graph) == VECTOR_OK);
        }
    }
    return NULL;
}

TEST(threads_search_while_one_inserts_and_removes)
{
    struct graph *graph = graph_of(VECTOR_COSINE, 500);
    struct worker workers[4];
    pthread_t threads[4];
    for (unsigned i = 0; i < 4; i++) {
        workers[i] = (struct worker){graph, i, 0};
        CHECK(pthread_create(&threads[i], NULL, i == 0 ? change_some : search_some, &workers[i]) ==
              0);
    }
    for (unsigned i = 0; i < 4; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
        CHECK_EQ(workers[i].found, i == 0 ? 0 : 300 * K);
    }
    CHECK_EQ(graph_count(graph), 500);
    check_links(graph);
    graph_free(graph);
}

/* ---- bytes ---- */

TEST(a_loaded_graph_finds_the_same)
{
    struct graph *graph = graph_of(VECTOR_L2, COUNT), *loaded = NULL;
    void *bytes = NULL, *again = NULL;
    size_t size, other;
    CHECK(graph_remove(graph, 1003) == VECTOR_OK);
    CHECK(graph_save(graph, &bytes, &size) == VECTOR_OK);
    CHECK(graph_load(bytes, size, &loaded) == VECTOR_OK);
    CHECK_EQ(graph_count(loaded), COUNT - 1);
    check_links(loaded);
    CHECK(graph_save(loaded, &again, &other) == VECTOR_OK);
    CHECK(size == other && memcmp(bytes, again, size) == 0);
    CHECK(graph_insert(graph, 1003, rows + 3 * DIM) == VECTOR_OK);
    CHECK(graph_insert(loaded, 1003, rows + 3 * DIM) == VECTOR_OK);
    check_recall(loaded, VECTOR_L2, 0);
    free(bytes);
    free(again);
    graph_free(graph);
    graph_free(loaded);
}

TEST(an_empty_graph_is_saved_and_loaded)
{
    struct graph *graph = graph_of(VECTOR_COSINE, 0), *loaded = NULL;
    void *bytes = NULL;
    size_t size;
    CHECK(graph_save(graph, &bytes, &size) == VECTOR_OK);
    CHECK(graph_load(bytes, size, &loaded) == VECTOR_OK);
    CHECK_EQ(graph_count(loaded), 0);
    CHECK(graph_insert(loaded, 1, rows) == VECTOR_OK);
    free(bytes);
    graph_free(graph);
    graph_free(loaded);
}

TEST(damaged_bytes_are_corrupt)
{
    struct graph *graph = graph_of(VECTOR_COSINE, 30), *loaded = NULL;
    void *saved = NULL;
    size_t size;
    CHECK(graph_save(graph, &saved, &size) == VECTOR_OK);
    uint8_t *bytes = saved;
    for (size_t cut = 0; cut < size; cut += 1 + cut / 16) {
        CHECK(graph_load(bytes, cut, &loaded) == VECTOR_ERR_CORRUPT);
    }
    for (size_t i = 0; i < size; i += 1 + i / 64) {
        bytes[i] ^= 0x40;
        CHECK(graph_load(bytes, size, &loaded) == VECTOR_ERR_CORRUPT);
        bytes[i] ^= 0x40;
    }
    CHECK(loaded == NULL);
    CHECK(graph_load(bytes, size, &loaded) == VECTOR_OK);
    graph_free(loaded);
    graph_free(graph);
    free(saved);
}

/* ---- what is refused ---- */

TEST(what_makes_no_sense_is_refused)
{
    struct graph *graph = NULL;
    struct graph_search *search = NULL;
    struct graph_hit hits[K];
    float row[DIM] = {0};
    size_t found;
    CHECK(graph_new(NULL, &graph) == VECTOR_ERR_ARGUMENT);
    CHECK(graph_new(&(struct graph_options){.dim = 0, .metric = VECTOR_L2}, &graph) ==
          VECTOR_ERR_ARGUMENT);
    CHECK(graph_new(&(struct graph_options){.dim = 3, .metric = VECTOR_DOT}, &graph) ==
          VECTOR_ERR_ARGUMENT);
    CHECK(graph_new(&(struct graph_options){.dim = 3, .metric = VECTOR_L2, .links = 1}, &graph) ==
          VECTOR_ERR_LIMIT);
    graph = graph_of(VECTOR_COSINE, 20);
    CHECK(graph_insert(graph, 1, row) == VECTOR_ERR_ZERO);
    row[3] = NAN;
    CHECK(graph_insert(graph, 1, row) == VECTOR_ERR_NOT_FINITE);
    CHECK(graph_insert(graph, 1000, rows) == VECTOR_ERR_EXISTS);
    CHECK(graph_insert(graph, 1, NULL) == VECTOR_ERR_ARGUMENT);
    CHECK(graph_search_new(graph, &search) == VECTOR_OK);
    CHECK(graph_find(search, row, K, 10, hits, &found) == VECTOR_ERR_NOT_FINITE);
    CHECK(graph_find(search, rows, 0, 10, hits, &found) == VECTOR_ERR_ARGUMENT);
    CHECK(graph_find(search, rows, GRAPH_BEAM_MAX + 1, 10, hits, &found) == VECTOR_ERR_LIMIT);
    CHECK(graph_find(search, rows, K, 1, hits, &found) == VECTOR_OK);
    CHECK_EQ(found, K);
    CHECK_EQ(graph_count(graph), 20);
    CHECK(graph_bytes(graph) > 20 * DIM * sizeof(float));
    graph_search_free(search);
    graph_search_free(NULL);
    graph_free(graph);
    graph_free(NULL);
}

/* k beyond all, and equal vectors without number. */
TEST(equal_vectors_are_all_found)
{
    struct graph *graph = NULL;
    struct graph_search *search = NULL;
    struct graph_hit hits[100];
    const float row[3] = {1, 2, 3};
    size_t found;
    CHECK(graph_new(&(struct graph_options){.dim = 3, .metric = VECTOR_L2, .links = 4}, &graph) ==
          VECTOR_OK);
    for (uint64_t id = 0; id < 5; id++) {
        CHECK(graph_insert(graph, id, row) == VECTOR_OK);
    }
    CHECK(graph_search_new(graph, &search) == VECTOR_OK);
    CHECK(graph_find(search, row, 100, 0, hits, &found) == VECTOR_OK);
    CHECK_EQ(found, 5);
    graph_search_free(search);
    graph_free(graph);
}

TEST_MAIN
