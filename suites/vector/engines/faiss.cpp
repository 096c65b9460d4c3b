/* FAISS as an engine: its flat index and its graph, on one thread.  Debian's library is built for
 * any x86-64 machine, without AVX2: that is what these rows measure. */
#include <cstdlib>
#include <cstring>
#include <faiss/IndexFlat.h>
#include <faiss/IndexHNSW.h>
#include <faiss/impl/io.h>
#include <faiss/index_io.h>
#include <memory>
#include <omp.h>
#include <vector>

#include "engine.h"

namespace
{

faiss::Index::idx_t signed_of(size_t count)
{
    return static_cast<faiss::Index::idx_t>(count);
}

void *build_flat(const struct engine_rows *rows)
try {
    omp_set_num_threads(1);
    auto index = std::make_unique<faiss::IndexFlatL2>(signed_of(rows->dim));
    index->add(signed_of(rows->count), rows->rows);
    return static_cast<faiss::Index *>(index.release());
} catch (...) {
    return nullptr;
}

void *build_graph(const struct engine_rows *rows)
try {
    omp_set_num_threads(1);
    auto index = std::make_unique<faiss::IndexHNSWFlat>(static_cast<int>(rows->dim), 16);
    index->hnsw.efConstruction = 200;
    index->add(signed_of(rows->count), rows->rows);
    return static_cast<faiss::Index *>(index.release());
} catch (...) {
    return nullptr;
}

bool save(void *index, void **ret_bytes, size_t *ret_size)
try {
    faiss::VectorIOWriter writer;
    faiss::write_index(static_cast<faiss::Index *>(index), &writer);
    void *bytes = malloc(writer.data.size());
    if (bytes == nullptr)
        return false;
    memcpy(bytes, writer.data.data(), writer.data.size());
    *ret_bytes = bytes;
    *ret_size = writer.data.size();
    return true;
} catch (...) {
    return false;
}

void *load(const struct engine_rows *rows, const void *bytes, size_t size)
try {
    (void)rows;
    omp_set_num_threads(1);
    faiss::VectorIOReader reader;
    const auto *begin = static_cast<const uint8_t *>(bytes);
    reader.data.assign(begin, begin + size);
    return faiss::read_index(&reader);
} catch (...) {
    return nullptr;
}

size_t find(void *index, const float *query, size_t k, size_t beam, uint32_t *ret_ids)
try {
    auto *own = static_cast<faiss::Index *>(index);
    if (auto *graph = dynamic_cast<faiss::IndexHNSW *>(own))
        graph->hnsw.efSearch = static_cast<int>(beam);
    std::vector<float> distances(k);
    std::vector<faiss::Index::idx_t> labels(k);
    own->search(1, query, signed_of(k), distances.data(), labels.data());
    size_t count = 0;
    for (size_t i = 0; i < k; i++)
        if (labels[i] >= 0)
            ret_ids[count++] = static_cast<uint32_t>(labels[i]);
    return count;
} catch (...) {
    return 0;
}

void drop(void *index)
{
    delete static_cast<faiss::Index *>(index);
}

} /* namespace */

extern "C" const struct engine engine_faiss = {"faiss", build_graph, save, load, find, drop};
extern "C" const struct engine engine_faiss_flat = {"faiss", build_flat, nullptr,
                                                    nullptr, find,       drop};
