/* components/vector: every allocation fails once; nothing may leak, and what was there stays. */
#include "../harness.h"
#include "patterns.h"
#include "tiers.h"
#include "vector.h"
#include "vector_graph.h"

#define DIM 8u
#define COUNT 200u

static float numbers[COUNT * DIM];

static enum vector_status search_all(struct vectors *vectors, struct vector_search *search)
{
    struct vector_hit hits[3 * 4];
    size_t found;
    enum vector_status status = vector_exact(search, numbers, 4, hits, &found);
    if (status == VECTOR_OK) {
        status = vector_exact_batch(search, numbers, 3, 4, hits, &found);
    }
    for (int code = VECTOR_F16; code < VECTOR_CODES && status == VECTOR_OK; code++) {
        status = vectors_encode(vectors, (enum vector_code)code);
    }
    if (status == VECTOR_OK) {
        status = vector_certain(search, numbers, 4, hits, &found);
    }
    return status == VECTOR_OK ? vector_cascade(search, numbers, 4, NULL, hits, &found) : status;
}

static bool use(void *unused)
{
    (void)unused;
    struct vectors *vectors = NULL;
    struct vector_search *search = NULL;
    enum vector_status status = vectors_new(&(struct vectors_options){.dim = DIM}, &vectors);
    if (status == VECTOR_OK) {
        status = vectors_add(vectors, numbers, COUNT);
    }
    if (status == VECTOR_OK) {
        status = vector_search_new(vectors, &search);
    }
    if (status == VECTOR_OK) {
        status = search_all(vectors, search);
    }
    CHECK(status == VECTOR_OK || vectors == NULL || vectors_count(vectors) % COUNT == 0);
    vector_search_free(search);
    vectors_free(vectors);
    CHECK(status == VECTOR_OK || status == VECTOR_ERR_MEMORY);
    return status == VECTOR_OK;
}

TEST(any_allocation_may_fail)
{
    for (size_t i = 0; i < COUNT * DIM; i++) {
        numbers[i] = (float)(i * 37 % 101) - 50;
    }
    CHECK(torture(use, NULL) > 15);
}

static bool use_graph(void *unused)
{
    (void)unused;
    struct graph *graph = NULL, *loaded = NULL;
    struct graph_search *search = NULL;
    struct graph_hit hits[4];
    void *bytes = NULL;
    size_t found = 0, size = 0, inserted = 0;
    enum vector_status status =
        graph_new(&(struct graph_options){.dim = DIM, .metric = VECTOR_L2, .links = 2}, &graph);
    for (; inserted < 100 && status == VECTOR_OK; inserted++) {
        status = graph_insert(graph, inserted, numbers + inserted * DIM);
    }
    CHECK(graph == NULL || graph_count(graph) == inserted - (status != VECTOR_OK));
    if (status == VECTOR_OK) {
        status = graph_search_new(graph, &search);
    }
    if (status == VECTOR_OK) {
        status = graph_find(search, numbers, 4, 200, hits, &found);
    }
    if (status == VECTOR_OK) {
        status = graph_save(graph, &bytes, &size);
    }
    if (status == VECTOR_OK) {
        status = graph_load(bytes, size, &loaded);
    }
    free(bytes);
    graph_search_free(search);
    graph_free(graph);
    graph_free(loaded);
    CHECK(status == VECTOR_OK || status == VECTOR_ERR_MEMORY);
    return status == VECTOR_OK;
}

TEST(any_allocation_of_a_graph_may_fail)
{
    for (size_t i = 0; i < COUNT * DIM; i++) {
        numbers[i] = (float)(i * 37 % 101) - 50;
    }
    CHECK(torture(use_graph, NULL) > 30);
}

static bool use_patterns(void *unused)
{
    (void)unused;
    struct patterns *patterns = NULL;
    struct pattern_hit hits[4];
    size_t found = 0, added = 0;
    enum vector_status status = patterns_new(DIM, &patterns);
    for (; added < 50 && status == VECTOR_OK; added++) {
        status = patterns_add(patterns, added, numbers + added * DIM);
    }
    CHECK(patterns == NULL || patterns_count(patterns) == added - (status != VECTOR_OK));
    if (status == VECTOR_OK) {
        status = patterns_match(patterns, &(struct pattern_cue){numbers, NULL}, 4, hits, &found);
    }
    if (status == VECTOR_OK) {
        status = patterns_consolidate(patterns, 0.5f);
    }
    if (status == VECTOR_OK) {
        status = patterns_recall(patterns, numbers, 4, hits, &found);
    }
    patterns_free(patterns);
    CHECK(status == VECTOR_OK || status == VECTOR_ERR_MEMORY);
    return status == VECTOR_OK;
}

TEST(any_allocation_of_patterns_may_fail)
{
    for (size_t i = 0; i < COUNT * DIM; i++) {
        numbers[i] = (float)(i * 37 % 101) - 50;
    }
    CHECK(torture(use_patterns, NULL) > 20);
}

static enum vector_status keep(void *context, uint64_t id, const float *vector, size_t dim)
{
    (void)context;
    return id < COUNT && vector != NULL && dim == DIM ? VECTOR_OK : VECTOR_ERR_STORE;
}

static enum vector_status fetch(void *context, uint64_t id, float *ret_vector, size_t dim)
{
    (void)context;
    memcpy(ret_vector, numbers + id * dim, dim * sizeof *ret_vector);
    return VECTOR_OK;
}

static bool use_tiers(void *unused)
{
    (void)unused;
    struct tiers *tiers = NULL;
    float got[DIM];
    const struct tiers_options options = {DIM, 4, 60, {NULL, keep, fetch}};
    enum vector_status status = tiers_new(&options, &tiers);
    for (uint64_t id = 0; id < COUNT && status == VECTOR_OK; id++) {
        status = tiers_put(tiers, id, numbers + id * DIM);
    }
    if (status == VECTOR_OK) {
        status = tiers_get(tiers, 3, got, NULL);
    }
    tiers_free(tiers);
    CHECK(status == VECTOR_OK || status == VECTOR_ERR_MEMORY);
    return status == VECTOR_OK;
}

TEST(any_allocation_of_tiers_may_fail)
{
    CHECK(torture(use_tiers, NULL) > 6);
}

TEST_MAIN
