/* hnswlib as an engine, with the options of its examples: 16 links, insertions with a beam of 200.
 * Compiled with what this machine has, since the library is headers alone. */
#include <cstdio>
#include <cstdlib>
#include <hnswlib/hnswlib.h>
#include <memory>
#include <string>
#include <unistd.h>

#include "engine.h"

namespace
{

struct Index {
    explicit Index(size_t dim) : space(dim)
    {
    }
    hnswlib::L2Space space;
    std::unique_ptr<hnswlib::HierarchicalNSW<float>> graph;
};

/* It reads and writes files alone: one without a name that lasts. */
class TemporaryFile
{
  public:
    TemporaryFile()
    {
        char name[] = "/tmp/assay-hnswlib-XXXXXX";
        const int descriptor = mkstemp(name);
        if (descriptor >= 0)
            close(descriptor);
        path = name;
    }
    ~TemporaryFile()
    {
        unlink(path.c_str());
    }
    TemporaryFile(const TemporaryFile &) = delete;
    TemporaryFile &operator=(const TemporaryFile &) = delete;
    std::string path;
};

void *build(const struct engine_rows *rows)
try {
    auto index = std::make_unique<Index>(rows->dim);
    index->graph =
        std::make_unique<hnswlib::HierarchicalNSW<float>>(&index->space, rows->count, 16, 200);
    for (size_t i = 0; i < rows->count; i++)
        index->graph->addPoint(rows->rows + i * rows->dim, i);
    return index.release();
} catch (...) {
    return nullptr;
}

bool save(void *index, void **ret_bytes, size_t *ret_size)
try {
    const TemporaryFile file;
    static_cast<Index *>(index)->graph->saveIndex(file.path);
    std::unique_ptr<FILE, int (*)(FILE *)> stream(fopen(file.path.c_str(), "rb"), fclose);
    if (!stream || fseek(stream.get(), 0, SEEK_END) != 0)
        return false;
    const size_t size = static_cast<size_t>(ftell(stream.get()));
    rewind(stream.get());
    void *bytes = malloc(size);
    if (bytes == nullptr || fread(bytes, 1, size, stream.get()) != size) {
        free(bytes);
        return false;
    }
    *ret_bytes = bytes;
    *ret_size = size;
    return true;
} catch (...) {
    return false;
}

void *load(const struct engine_rows *rows, const void *bytes, size_t size)
try {
    const TemporaryFile file;
    {
        std::unique_ptr<FILE, int (*)(FILE *)> stream(fopen(file.path.c_str(), "wb"), fclose);
        if (!stream || fwrite(bytes, 1, size, stream.get()) != size)
            return nullptr;
    }
    auto index = std::make_unique<Index>(rows->dim);
    index->graph =
        std::make_unique<hnswlib::HierarchicalNSW<float>>(&index->space, file.path, false);
    return index.release();
} catch (...) {
    return nullptr;
}

size_t find(void *index, const float *query, size_t k, size_t beam, uint32_t *ret_ids)
try {
    auto &graph = *static_cast<Index *>(index)->graph;
    graph.setEf(beam);
    auto found = graph.searchKnn(query, k);
    size_t count = 0;
    for (; !found.empty() && count < k; found.pop())
        ret_ids[count++] = static_cast<uint32_t>(found.top().second);
    return count;
} catch (...) {
    return 0;
}

void drop(void *index)
{
    delete static_cast<Index *>(index);
}

} /* namespace */

extern "C" const struct engine engine_hnswlib = {"hnswlib", build, save, load, find, drop};
