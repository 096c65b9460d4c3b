/* Suite `vector`: the ten nearest of 100 to 100 000 vectors, by every way, kernel and engine.
 *
 * Each iteration is one query of 64, in turn.  Before it is timed, what the first query finds is
 * held against engines/naive.c, and more against exact search: ways that promise exactness must
 * give all of 16, the others get their recall of all 64 beside their time.  b->bytes is what a scan
 * of f32 rows would read, whatever is read instead. */
#define ASSAY_SUITE "vector"
#include <assay.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "data.h"
#include "engines/engine.h"
#include "vector.h"
#include "vector_graph.h"

/* Rows whose first launch makes sets and graphs, for minutes. */
#define SLOW SLOW_AND("")
#define SLOW_AND(tags_) .tags = tags_ "slow", .limit_seconds = 1200
#define EXACT_READS "traffic[way=exact] " /* what it states; others read codes */

#define SCORE_ERROR 1e-5 /* of a cosine in f32 */

enum way { EXACT, F16, INT8, INT4, BITS, CASCADE, CERTAIN, ENGINE };
static const char *const WAYS[] = {"exact", "f16", "int8", "int4", "bits", "cascade", "certain"};

struct work {
    struct data data;
    enum way way;
    struct vectors *vectors;
    struct vector_search *search;
    const struct engine *engine;
    void *index;
    size_t beam, next, batch;
    bool is_flat; /* the engine looks at all rows */
    struct vector_hit *hits;
    uint32_t ids[K];
};

/* ---- one query ---- */

static size_t find(struct work *work, const float *query)
{
    size_t found = 0;
    enum vector_status status = VECTOR_OK;
    if (work->way == ENGINE)
        return work->engine->find(work->index, query, K, work->beam, work->ids);
    if (work->way == EXACT)
        status = vector_exact(work->search, query, K, work->hits, &found);
    else if (work->way == CASCADE)
        status = vector_cascade(work->search, query, K, NULL, work->hits, &found);
    else if (work->way == CERTAIN)
        status = vector_certain(work->search, query, K, work->hits, &found);
    else {
        static const struct vector_rerank_options OPTIONS[] = {
            [F16] = {VECTOR_F16, 20},
            [INT8] = {VECTOR_INT8, 20},
            [INT4] = {VECTOR_INT4, 128},
            [BITS] = {VECTOR_BITS, 256},
        };
        status = vector_rerank(work->search, query, K, &OPTIONS[work->way], work->hits, &found);
    }
    return status == VECTOR_OK ? found : 0;
}

static const float *next_query(struct work *work)
{
    const float *query = work->data.queries + work->next * work->data.rows.dim;
    work->next = (work->next + 1) % QUERIES;
    return query;
}

/* ---- the oracle ---- */

static size_t hits_in(const uint32_t *ids, size_t found, const uint32_t *truth)
{
    size_t hits = 0;
    for (size_t i = 0; i < found * K; i++)
        hits += ids[i / K] == truth[i % K];
    return hits;
}

/* Of two rows that are equally near within f32, either may be the tenth. */
static void check_first(struct assay_bench *b, const struct work *work)
{
    uint32_t want[K], other[K];
    double scores[K], own[K];
    naive_search(&work->data.rows, work->data.queries, K, want, scores);
    for (size_t i = 0; i < K; i++) {
        const uint32_t id = work->data.truth[i];
        const struct engine_rows one = {work->data.rows.rows + id * work->data.rows.dim, 1,
                                        work->data.rows.dim};
        naive_search(&one, work->data.queries, 1, other, own);
        assay_expect(b, own[0] >= scores[i] - SCORE_ERROR, "place %zu has row %u, the oracle %u",
                     i + 1, id, want[i]);
    }
}

/* A search of all rows misses none, or is wrong; only a recall needs many queries. */
static size_t queries_of(const struct work *work)
{
    const bool looks_at_all = work->way == EXACT || work->way == CERTAIN || work->is_flat;
    return looks_at_all ? QUERIES / 4 : QUERIES;
}

static void check(struct assay_bench *b)
{
    struct work *work = b->state;
    const size_t queries = queries_of(work);
    size_t hits = 0;
    check_first(b, work);
    for (size_t q = 0; q < queries; q++) {
        const size_t found = find(work, work->data.queries + q * work->data.rows.dim);
        assay_expect(b, found == K, "query %zu found %zu of %u", q, found, K);
        for (size_t i = 0; i < found && work->way != ENGINE; i++)
            work->ids[i] = work->hits[i].id;
        hits += hits_in(work->ids, found, work->data.truth + q * K);
    }
    const double recall = (double)hits / (double)(queries * K);
    if (work->way == EXACT || work->way == CERTAIN)
        assay_expect(b, hits == queries * K, "recall %.4f of a search that promises all", recall);
    else
        assay_quality(b, "recall", recall);
    assay_metric(b, "contrast", "", ASSAY_HIGHER_IS_BETTER, work->data.contrast);
}

static void teardown(struct assay_bench *b)
{
    struct work *work = b->state;
    if (work == NULL)
        return;
    vector_search_free(work->search);
    vectors_free(work->vectors);
    if (work->index != NULL)
        work->engine->drop(work->index);
}

/* ---- preparations ---- */

static struct work *prepare_data(struct assay_bench *b, const char *kind, size_t dim)
{
    struct work *work = assay_alloc(b, sizeof *work);
    const size_t count = (size_t)assay_param(b, "n");
    b->state = work;
    work->data = data_of(b, kind, count, dim);
    b->bytes = (double)(count * dim * sizeof(float));
    b->items = (double)count;
    return work;
}

/* Codes that a way reads; VECTOR_F32 ends them. */
static const enum vector_code CODES[ENGINE][4] = {
    [F16] = {VECTOR_F16},
    [INT8] = {VECTOR_INT8},
    [INT4] = {VECTOR_INT4},
    [BITS] = {VECTOR_BITS},
    [CASCADE] = {VECTOR_BITS, VECTOR_BITS_REST, VECTOR_INT4},
    [CERTAIN] = {VECTOR_INT5, VECTOR_INT5_REST},
};

static size_t bytes_of(const struct work *work)
{
    size_t bytes = 0;
    for (const enum vector_code *code = CODES[work->way]; *code != VECTOR_F32; code++)
        bytes += vectors_bytes(work->vectors, *code);
    return bytes;
}

static enum vector_status encode(const struct work *work)
{
    enum vector_status status = VECTOR_OK;
    const enum vector_code *code = CODES[work->way];
    for (; *code != VECTOR_F32 && status == VECTOR_OK; code++)
        status = vectors_encode(work->vectors, *code);
    return status;
}

/* A search of all rows in the benchmark's way. */
static void prepare_way(struct assay_bench *b, struct work *work, enum way way)
{
    const struct data *data = &work->data;
    const struct vectors_options options = {.dim = data->rows.dim, .metric = VECTOR_COSINE};
    if (data->truth == NULL)
        return;
    work->way = way;
    work->hits = assay_alloc(b, QUERIES * K * sizeof *work->hits);
    enum vector_status status = vectors_new(&options, &work->vectors);
    if (status == VECTOR_OK)
        status = vectors_view(work->vectors, data->rows.rows, data->rows.count, 0);
    if (status == VECTOR_OK)
        status = encode(work);
    if (status == VECTOR_OK)
        status = vector_search_new(work->vectors, &work->search);
    assay_expect(b, status == VECTOR_OK, "%s", vector_status_text(status));
    if (status == VECTOR_OK && way != EXACT)
        assay_metric(b, "code_bytes", "B", ASSAY_LOWER_IS_BETTER, (double)bytes_of(work));
}

static enum way way_of(struct assay_bench *b)
{
    const char *name = assay_param_text(b, "way");
    for (int way = EXACT; way < ENGINE; way++)
        if (strcmp(name, WAYS[way]) == 0)
            return (enum way)way;
    assay_fail(b, "no way '%s'", name);
    return EXACT;
}

static void prepare_search(struct assay_bench *b)
{
    prepare_way(b, prepare_data(b, "clustered", (size_t)assay_param(b, "d")), EXACT);
}

static void prepare_ways(struct assay_bench *b)
{
    const char *kind = assay_param_text(b, "kind");
    prepare_way(b, prepare_data(b, kind, (size_t)assay_param(b, "d")), way_of(b));
}

static void prepare_kernel(struct assay_bench *b)
{
    const char *name = assay_param_text(b, "kernel");
    struct work *work = prepare_data(b, "clustered", (size_t)assay_param(b, "d"));
    prepare_way(b, work, way_of(b));
    for (size_t i = 0; vector_kernels[i] != NULL && work->search != NULL; i++) {
        if (strcmp(vector_kernels[i]->name, name) != 0)
            continue;
        if (vector_kernels[i]->available())
            vector_search_use(work->search, vector_kernels[i]);
        else
            assay_skip(b, "this processor lacks the instructions of '%s'", name);
    }
}

/* ---- engines ---- */

/* NULL, and skipped with what to do, for one that was not there when this was built. */
static const struct engine *engine_of(struct assay_bench *b, bool is_flat)
{
    const char *name = assay_param_text(b, "engine");
    if (strcmp(name, "graph") == 0)
        return &engine_graph;
#ifdef HAVE_HNSWLIB
    if (strcmp(name, "hnswlib") == 0)
        return &engine_hnswlib;
#endif
#ifndef HAVE_FAISS
    (void)is_flat;
#else
    if (strcmp(name, "faiss") == 0)
        return is_flat ? &engine_faiss_flat : &engine_faiss;
#endif
#ifdef HAVE_SQLITE_VEC
    if (strcmp(name, "sqlite-vec") == 0)
        return &engine_sqlite_vec;
#endif
    if (strcmp(name, "sqlite-vec") == 0)
        assay_skip(b, "no sqlite-vec: run 'npm ci' in suites/vector, then build again");
    else
        assay_skip(b, "built without %s: apt-get install lib%s-dev g++, then build again", name,
                   name);
    return NULL;
}

static void prepare_flat(struct assay_bench *b)
{
    const struct engine *engine = engine_of(b, true);
    if (engine == NULL)
        return;
    struct work *work = prepare_data(b, "clustered", (size_t)assay_param(b, "d"));
    if (work->data.truth == NULL)
        return;
    work->way = ENGINE;
    work->is_flat = true;
    work->engine = engine;
    work->index = engine->build(&work->data.rows);
    assay_expect(b, work->index != NULL, "%s built no index", engine->name);
}

static void prepare_graph(struct assay_bench *b)
{
    const struct engine *engine = engine_of(b, false);
    if (engine == NULL)
        return;
    const char *kind = assay_param_text(b, "kind");
    struct work *work = prepare_data(b, kind, (size_t)assay_param(b, "d"));
    double build_s = 0;
    if (work->data.truth == NULL)
        return;
    work->way = ENGINE;
    work->engine = engine;
    work->beam = (size_t)assay_param(b, "beam");
    work->index = data_index(b, kind, engine, &work->data, &build_s);
    assay_metric(b, "build_cpu", "s", ASSAY_LOWER_IS_BETTER, build_s);
    b->bytes = 0;
    b->items = 0;
}

#define SEARCH_BENCH(id, ...)                                                                      \
    ASSAY_BENCH(id, __VA_ARGS__, .check = check, .teardown = teardown)                             \
    {                                                                                              \
        struct work *work = b->state;                                                              \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            assay_keep(find(work, next_query(work)));                                              \
        }                                                                                          \
    }

SEARCH_BENCH(search, .description = "exact search of f32 rows",
             .sweep = "n=100,1000,10000,100000 d=64,128,256,512", .tags = "traffic",
             .setup = prepare_search)
SEARCH_BENCH(search_wide, .description = "exact search of f32 rows, 1536 numbers each",
             .sweep = "n=100,1000,10000 d=1536", .tags = "traffic", .setup = prepare_search)
SEARCH_BENCH(ways, .description = "codes and exact scores of the best",
             .sweep = "n=10000,100000 d=128 kind=clustered,normal "
                      "way=exact,f16,int8,int4,bits,cascade,certain",
             .tags = EXACT_READS, .setup = prepare_ways)
SEARCH_BENCH(kernels, .description = "the same by kernel",
             .sweep = "n=10000 d=128 way=exact,f16,int8,int4,cascade,certain "
                      "kernel=scalar,avx2,avx512,vnni",
             .tags = EXACT_READS, .setup = prepare_kernel)
SEARCH_BENCH(wide, .description = "the same of 100 000 rows with 1536 numbers (614 MB)",
             .sweep = "n=100000 d=1536 kind=clustered,normal "
                      "way=exact,f16,int8,int4,bits,cascade,certain",
             .setup = prepare_ways, SLOW_AND(EXACT_READS))
SEARCH_BENCH(words, .description = "the same of real word vectors (GloVe)",
             .sweep = "n=100000 d=100 kind=words way=exact,int8,int4,bits,cascade,certain",
             .tags = EXACT_READS, .setup = prepare_ways)
SEARCH_BENCH(words_graph, .description = "approximate: graphs of real word vectors",
             .sweep = "n=100000 d=100 kind=words beam=16,32,64,128,256,512 engine=graph,hnswlib",
             .setup = prepare_graph, SLOW)
SEARCH_BENCH(flat, .description = "other engines that look at all rows",
             .sweep = "n=1000,10000,100000 d=128 engine=faiss,sqlite-vec", .tags = "traffic",
             .setup = prepare_flat)
SEARCH_BENCH(flat_wide, .description = "the same with 1536 numbers (614 MB)",
             .sweep = "n=100000 d=1536 engine=faiss,sqlite-vec", .setup = prepare_flat,
             SLOW_AND("traffic "))
SEARCH_BENCH(graph, .description = "approximate: graphs by the width of their beam",
             .sweep = "n=10000 d=128 kind=clustered,normal beam=16,32,64,128,256,512 "
                      "engine=graph,hnswlib",
             .setup = prepare_graph)
SEARCH_BENCH(graph_large, .description = "the same of 100 000 rows",
             .sweep = "n=100000 d=128 kind=clustered beam=16,24,32,48,64,128 engine=graph,hnswlib",
             .setup = prepare_graph, SLOW)

/* ---- many queries at once ---- */

static void prepare_batch(struct assay_bench *b)
{
    struct work *work = prepare_data(b, "clustered", (size_t)assay_param(b, "d"));
    prepare_way(b, work, EXACT);
    work->batch = (size_t)assay_param(b, "queries");
    b->items = (double)work->batch;
    b->bytes = 0;
}

static enum vector_status find_batch(const struct work *work)
{
    size_t found = 0;
    return vector_exact_batch(work->search, work->data.queries, work->batch, K, work->hits, &found);
}

static void check_batch(struct assay_bench *b)
{
    const struct work *work = b->state;
    const enum vector_status status = find_batch(work);
    assay_expect(b, status == VECTOR_OK, "%s", vector_status_text(status));
    check_first(b, work);
    for (size_t i = 0; i < work->batch * K; i++)
        assay_expect(b, work->hits[i].id == work->data.truth[i], "query %zu differs", i / K);
}

ASSAY_BENCH(batch, .description = "exact search for many queries at once; items: queries",
            .sweep = "n=10000,100000 d=128 queries=1,4,16,64", .setup = prepare_batch,
            .check = check_batch, .teardown = teardown)
{
    const struct work *work = b->state;
    ASSAY_LOOP(b)
    {
        assay_keep(find_batch(work));
    }
}

/* ---- builds ---- */

static void prepare_build(struct assay_bench *b)
{
    const struct engine *engine = engine_of(b, false);
    if (engine == NULL)
        return;
    struct work *work = prepare_data(b, "clustered", (size_t)assay_param(b, "d"));
    work->way = ENGINE;
    work->engine = engine;
    work->beam = 128;
    b->bytes = 0;
}

/* What is built must find. */
static void check_build(struct assay_bench *b)
{
    struct work *work = b->state;
    if (work->data.truth == NULL)
        return;
    work->index = work->engine->build(&work->data.rows);
    assay_expect(b, work->index != NULL, "%s built no index", work->engine->name);
    if (work->index != NULL)
        check(b);
}

#define BUILD_BENCH(id, ...)                                                                       \
    ASSAY_BENCH(id, __VA_ARGS__, .setup = prepare_build, .check = check_build,                     \
                .teardown = teardown)                                                              \
    {                                                                                              \
        const struct work *work = b->state;                                                        \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            void *index = work->engine->build(&work->data.rows);                                   \
            assay_keep(index);                                                                     \
            if (index != NULL)                                                                     \
                work->engine->drop(index);                                                         \
        }                                                                                          \
    }

BUILD_BENCH(build, .description = "a graph of all rows, on one thread",
            .sweep = "n=1000 d=128 engine=graph,hnswlib,faiss")
BUILD_BENCH(build_large, .description = "the same of more rows",
            .sweep = "n=10000,100000 d=128 engine=graph,hnswlib", SLOW, .samples = 1)

/* ---- queries side by side ---- */

#define THREADS_MAX 8u

struct crowd {
    struct data data;
    void *index; /* of engine_graph, which owns the graph */
    struct graph *graph;
    struct graph_search *searches[THREADS_MAX];
    bool is_mixed;
};

static void prepare_crowd(struct assay_bench *b)
{
    struct crowd *crowd = assay_alloc(b, sizeof *crowd);
    double build_s = 0;
    b->state = crowd;
    b->items = 1;
    crowd->is_mixed = strcmp(assay_param_text(b, "mode"), "mixed") == 0;
    crowd->data = data_of(b, "clustered", (size_t)assay_param(b, "n"), 128);
    if (crowd->data.truth != NULL)
        crowd->index = data_index(b, "clustered", &engine_graph, &crowd->data, &build_s);
    if (crowd->index == NULL)
        return;
    crowd->graph = engine_graph_of(crowd->index);
    enum vector_status status = VECTOR_OK;
    for (size_t i = 0; i < THREADS_MAX && status == VECTOR_OK; i++)
        status = graph_search_new(crowd->graph, &crowd->searches[i]);
    assay_expect(b, status == VECTOR_OK, "%s", vector_status_text(status));
}

static void drop_crowd(struct assay_bench *b)
{
    struct crowd *crowd = b->state;
    for (size_t i = 0; crowd != NULL && i < THREADS_MAX; i++)
        graph_search_free(crowd->searches[i]);
    if (crowd != NULL && crowd->index != NULL)
        engine_graph.drop(crowd->index);
}

static enum vector_status visit(const struct crowd *crowd, uint32_t thread, size_t turn)
{
    const size_t dim = crowd->data.rows.dim;
    struct graph_hit hits[K];
    size_t found;
    if (crowd->is_mixed && turn % 10 == 9) {
        /* One in ten writes: a row under another id, and out again. */
        const uint64_t id = UINT64_C(1) << 40 | (uint64_t)thread << 32;
        const enum vector_status status =
            graph_insert(crowd->graph, id, crowd->data.queries + turn % QUERIES * dim);
        return status == VECTOR_OK ? graph_remove(crowd->graph, id) : status;
    }
    return graph_find(crowd->searches[thread], crowd->data.queries + turn % QUERIES * dim, K, 32,
                      hits, &found);
}

static void check_crowd(struct assay_bench *b)
{
    const struct crowd *crowd = b->state;
    size_t good = 0;
    for (size_t q = 0; q < QUERIES && crowd->graph != NULL; q++) {
        struct graph_hit hits[K];
        size_t found = 0;
        graph_find(crowd->searches[0], crowd->data.queries + q * crowd->data.rows.dim, K, 32, hits,
                   &found);
        for (size_t i = 0; i < found * K; i++)
            good += hits[i / K].id == crowd->data.truth[q * K + i % K];
    }
    assay_quality(b, "recall", (double)good / (QUERIES * K));
}

ASSAY_BENCH(concurrent,
            .description = "searches of one graph by several threads; one in ten writes",
            .sweep = "n=10000 mode=read,mixed threads=1,2,4", .setup = prepare_crowd,
            .check = check_crowd, .teardown = drop_crowd, .threads = ASSAY_SWEPT)
{
    const struct crowd *crowd = b->state;
    const uint32_t thread = assay_thread(b);
    size_t turn = 7 * thread;
    ASSAY_LOOP(b)
    {
        assay_keep(visit(crowd, thread, turn++));
    }
}
