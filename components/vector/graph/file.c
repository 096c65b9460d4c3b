/* A graph as bytes, and back.
 *
 *   header   struct header
 *   nodes    per node: id, 8 bytes; level, 8 bytes; `dim` floats
 *   links    per node and level, from 0: a number of links, then the links, 4 bytes each
 *   padding  zeros up to a multiple of 8
 *
 * Codes are made again from the rows.  Numbers are those of a little-endian machine, and a machine
 * of the other kind refuses them by the magic number.  What is loaded may come from anywhere: each
 * invariant of graph_nodes.h is checked, so that the worst that a forged file can do is to find
 * badly. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "graph_nodes.h"
#include "vector_plan.h"

#define MAGIC UINT64_C(0x3148505247525641) /* "AVRGRPH1" */

struct header {
    uint64_t magic, sum, size; /* sum: over all that follows it */
    uint64_t dim, metric, links, beam, random;
    uint64_t count, entry;
};

static uint64_t sum_of(const uint8_t *bytes, size_t size)
{
    uint64_t sum = UINT64_C(0xCBF29CE484222325);
    for (size_t i = 0; i + 8 <= size; i += 8) {
        uint64_t word;
        memcpy(&word, bytes + i, sizeof word);
        sum = (sum ^ word) * UINT64_C(0x9FB21C651E98DF25);
        sum ^= sum >> 29;
    }
    return sum;
}

#define SUMMED offsetof(struct header, size) /* where what is summed begins */

/* ---- saving ---- */

struct writer {
    uint8_t *bytes; /* NULL: only counts */
    size_t size;
};

static void put(struct writer *writer, const void *data, size_t size)
{
    if (writer->bytes != NULL) {
        memcpy(writer->bytes + writer->size, data, size);
    }
    writer->size += size;
}

static void put_links(struct writer *writer, const struct graph *graph, uint32_t node,
                      const uint32_t *numbers)
{
    for (unsigned level = 0; level <= graph->levels[node]; level++) {
        const uint32_t *links = links_of(graph, node, level);
        put(writer, &links[0], sizeof *links);
        for (uint32_t i = 1; i <= links[0]; i++) {
            put(writer, &numbers[links[i]], sizeof *numbers);
        }
    }
}

/* Nodes in use get numbers without gaps. */
static void put_all(struct writer *writer, const struct graph *graph, struct header *header,
                    const uint32_t *numbers)
{
    static const uint8_t zeros[8] = {0};
    put(writer, header, sizeof *header);
    for (uint32_t node = 0; node < graph->count; node++) {
        if (graph->states[node] == NODE_USED) {
            const uint64_t level = graph->levels[node];
            put(writer, &graph->ids[node], sizeof *graph->ids);
            put(writer, &level, sizeof level);
            put(writer, graph->rows + node * graph->dim, graph->dim * sizeof *graph->rows);
        }
    }
    for (uint32_t node = 0; node < graph->count; node++) {
        if (graph->states[node] == NODE_USED) {
            put_links(writer, graph, node, numbers);
        }
    }
    put(writer, zeros, (8 - writer->size % 8) % 8);
}

static enum vector_status save(const struct graph *graph, uint32_t *numbers,
                               struct writer *ret_writer)
{
    uint32_t next = 0;
    for (uint32_t node = 0; node < graph->count; node++) {
        numbers[node] = next;
        next += graph->states[node] == NODE_USED;
    }
    struct header header = {
        .magic = MAGIC,
        .dim = graph->dim,
        .metric = (uint64_t)graph->metric,
        .links = graph->links,
        .beam = graph->beam,
        .random = graph->random,
        .count = graph->used,
        .entry = graph->entry != NONE ? numbers[graph->entry] : NONE,
    };
    struct writer writer = {NULL, 0};
    put_all(&writer, graph, &header, numbers);
    header.size = writer.size;
    writer.bytes = malloc(writer.size);
    if (writer.bytes == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    writer.size = 0;
    put_all(&writer, graph, &header, numbers);
    header.sum = sum_of(writer.bytes + SUMMED, writer.size - SUMMED);
    memcpy(writer.bytes, &header, sizeof header);
    *ret_writer = writer;
    return VECTOR_OK;
}

enum vector_status graph_save(struct graph *graph, void **ret_bytes, size_t *ret_size)
{
    if (graph == NULL || ret_bytes == NULL || ret_size == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    struct writer writer = {NULL, 0};
    pthread_rwlock_wrlock(&graph->lock);
    enum vector_status status = links_repair(graph);
    uint32_t *numbers = malloc((graph->count + 1) * sizeof *numbers);
    if (status == VECTOR_OK) {
        status = numbers != NULL ? save(graph, numbers, &writer) : VECTOR_ERR_MEMORY;
    }
    pthread_rwlock_unlock(&graph->lock);
    free(numbers);
    if (status == VECTOR_OK) {
        *ret_bytes = writer.bytes;
        *ret_size = writer.size;
    }
    return status;
}

/* ---- loading ---- */

struct reader {
    const uint8_t *bytes;
    size_t left;
};

static bool take(struct reader *reader, void *ret_data, size_t size)
{
    if (reader->left < size) {
        return false;
    }
    memcpy(ret_data, reader->bytes, size);
    reader->bytes += size;
    reader->left -= size;
    return true;
}

static bool is_header_sound(const struct header *header, const uint8_t *bytes, size_t size)
{
    return header->magic == MAGIC && header->size == size && size % 8 == 0 &&
           header->sum == sum_of(bytes + SUMMED, size - SUMMED) && header->dim > 0 &&
           header->dim <= VECTOR_DIM_MAX && header->links >= 2 &&
           header->links <= GRAPH_LINKS_MAX && header->beam > 0 && header->beam <= GRAPH_BEAM_MAX &&
           header->count < GRAPH_COUNT_MAX &&
           header->count <= size / (16 + header->dim * sizeof(float)) &&
           (header->count > 0 ? header->entry < header->count : header->entry == NONE);
}

/* A new node, and its level. */
static enum vector_status load_node(struct graph *graph, struct reader *reader, float *row)
{
    uint64_t id, level;
    double length;
    uint32_t node;
    if (!take(reader, &id, sizeof id) || !take(reader, &level, sizeof level) || level > LEVEL_MAX ||
        !take(reader, row, graph->dim * sizeof *row) ||
        vector_length(row, graph->dim, graph->metric, &length) != VECTOR_OK ||
        (graph->map_room > 0 && *map_place(graph, id) != NONE)) {
        return VECTOR_ERR_CORRUPT;
    }
    const enum vector_status status = node_take(graph, (unsigned)level, &node);
    if (status == VECTOR_OK) {
        node_fill(graph, node, id, row, length);
    }
    return status;
}

static bool load_links(struct graph *graph, struct reader *reader, uint32_t node)
{
    for (unsigned level = 0; level <= graph->levels[node]; level++) {
        uint32_t *links = links_of(graph, node, level), count;
        if (!take(reader, &count, sizeof count) || count > links_max(graph, level) ||
            !take(reader, links + 1, count * sizeof *links)) {
            return false;
        }
        for (uint32_t i = 1; i <= count; i++) {
            if (links[i] >= graph->count || links[i] == node || graph->levels[links[i]] < level) {
                return false;
            }
        }
        links[0] = count;
    }
    return true;
}

static enum vector_status load_all(struct graph *graph, struct reader *reader,
                                   const struct header *header, float *row)
{
    enum vector_status status = VECTOR_OK;
    for (uint64_t i = 0; i < header->count && status == VECTOR_OK; i++) {
        status = load_node(graph, reader, row);
    }
    for (uint32_t node = 0; node < header->count && status == VECTOR_OK; node++) {
        status = load_links(graph, reader, node) ? VECTOR_OK : VECTOR_ERR_CORRUPT;
    }
    if (status != VECTOR_OK) {
        return status;
    }
    graph->entry = (uint32_t)header->entry;
    for (uint32_t node = 0; node < header->count; node++) {
        if (graph->levels[node] > graph->levels[graph->entry]) {
            return VECTOR_ERR_CORRUPT;
        }
    }
    return reader->left < 8 ? VECTOR_OK : VECTOR_ERR_CORRUPT;
}

enum vector_status graph_load(const void *bytes, size_t size, struct graph **ret_graph)
{
    if (bytes == NULL || ret_graph == NULL) {
        return VECTOR_ERR_ARGUMENT;
    }
    struct reader reader = {bytes, size};
    struct header header;
    if (!take(&reader, &header, sizeof header) || !is_header_sound(&header, bytes, size)) {
        return VECTOR_ERR_CORRUPT;
    }
    const struct graph_options options = {
        .dim = header.dim,
        .metric = (enum vector_metric)header.metric,
        .links = header.links,
        .beam = header.beam,
        .seed = header.random,
    };
    struct graph *graph = NULL;
    if (header.metric > VECTOR_L2) {
        return VECTOR_ERR_CORRUPT;
    }
    enum vector_status status = graph_new(&options, &graph);
    if (status != VECTOR_OK) {
        return status == VECTOR_ERR_MEMORY ? status : VECTOR_ERR_CORRUPT;
    }
    float *row = malloc(graph->dim * sizeof *row);
    status = row != NULL ? load_all(graph, &reader, &header, row) : VECTOR_ERR_MEMORY;
    free(row);
    if (status != VECTOR_OK) {
        graph_free(graph);
        return status;
    }
    *ret_graph = graph;
    return VECTOR_OK;
}
