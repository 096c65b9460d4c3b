/* Fuzz target: a graph from foreign bytes is refused, or can be searched, changed and saved.
 *
 * The bytes are also loaded with the sum put right, as someone would who forges a file. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "vector_graph.h"

#define SIZE_MAX_TRIED (1u << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void use(struct graph *graph)
{
    struct graph_search *search = NULL;
    struct graph_hit hits[4];
    void *bytes = NULL;
    size_t found, size;
    float *query = malloc(VECTOR_DIM_MAX * sizeof *query);
    require(query != NULL && graph_search_new(graph, &search) == VECTOR_OK);
    for (size_t k = 0; k < VECTOR_DIM_MAX; k++) {
        query[k] = (float)(k % 7) - 2;
    }
    require(graph_find(search, query, 4, 8, hits, &found) >= VECTOR_OK);
    for (size_t i = 0; i < found; i++) {
        require(graph_remove(graph, hits[i].id) == VECTOR_OK);
    }
    const enum vector_status status = graph_insert(graph, 77, query);
    require(status == VECTOR_OK || status == VECTOR_ERR_EXISTS);
    require(graph_save(graph, &bytes, &size) == VECTOR_OK);
    free(bytes);
    free(query);
    graph_search_free(search);
}

static void load(const uint8_t *data, size_t size)
{
    struct graph *graph = NULL;
    const enum vector_status status = graph_load(data, size, &graph);
    require(status == VECTOR_OK || status == VECTOR_ERR_CORRUPT);
    if (status == VECTOR_OK) {
        use(graph);
        graph_free(graph);
    }
}

/* As file.c sums: over all words from the third one on. */
static void put_sum(uint8_t *bytes, size_t size)
{
    uint64_t sum = UINT64_C(0xCBF29CE484222325), word = size;
    memcpy(bytes + 16, &word, sizeof word);
    for (size_t i = 16; i + 8 <= size; i += 8) {
        memcpy(&word, bytes + i, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x9FB21C651E98DF25);
        sum ^= sum >> 29;
    }
    memcpy(bytes + 8, &sum, sizeof sum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    load(data, size);
    if (size >= 24 && size % 8 == 0 && size <= SIZE_MAX_TRIED) {
        uint8_t *forged = malloc(size);
        require(forged != NULL);
        memcpy(forged, data, size);
        put_sum(forged, size);
        load(forged, size);
        free(forged);
    }
    return 0;
}
