/* assay.h: write a benchmark, build it as a shared object, run it with `assay run ./NAME.so`.
 *
 *     #include <assay.h>
 *     ASSAY_BENCH(add) { ASSAY_LOOP(b) assay_keep(assay_opaque(1) + 2); }
 *
 * There is nothing to link: all calls go through a table that the measuring host hands in with `b`.
 * Life of a benchmark, once per launch (a launch is one fresh process):
 *     setup  ->  check  ->  body, once per slot  ->  teardown
 * Only what stands inside ASSAY_LOOP is timed; inside it only assay_keep and assay_opaque may be
 * called.  Nothing here is thread-safe.  Needs C11 and gcc or clang. */
#ifndef ASSAY_H
#define ASSAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ASSAY_MAGIC 0x59415341u
#define ASSAY_ABI 1 /* a module of another number is refused */
#ifndef ASSAY_SUITE
#define ASSAY_SUITE "module" /* the first part of each benchmark's id */
#endif

/* One open benchmark; `setup` may change all but the first two. */
struct assay_bench {
    const struct assay_host *host;
    uint64_t iterations;
    void *state;         /* the benchmark's own */
    double bytes, items; /* that one iteration works on; 0: not stated */
};

/* What the host offers; the macros below call it. */
struct assay_host {
    void (*begin)(struct assay_bench *b);
    void (*end)(struct assay_bench *b);
    void *(*alloc)(struct assay_bench *b, size_t bytes);
    __attribute__((format(printf, 3, 4))) void (*stop)(struct assay_bench *b, bool skip,
                                                       const char *format, ...);
};

/* ASSAY_BENCH sets the first three fields, the others are optional. */
struct assay_definition {
    const char *name, *suite;
    void (*body)(struct assay_bench *b);
    void (*setup)(struct assay_bench *b);
    void (*check)(struct assay_bench *b); /* the oracle: after assay_fail() nothing is timed */
    void (*teardown)(struct assay_bench *b);
    double bytes, items; /* per iteration; each adds a throughput */
};

struct assay_module { /* the one symbol that a module exports */
    uint32_t magic, abi;
    const struct assay_definition *const *first, *const *last;
};

/* Defines and registers a benchmark; the body follows in braces and gets `b`. */
#define ASSAY_BENCH(...) ASSAY_BENCH_(__VA_ARGS__, )
#define ASSAY_BENCH_(id, ...)                                                                      \
    static void assay_body_##id(struct assay_bench *b);                                            \
    static const struct assay_definition assay_definition_##id = {                                 \
        .name = #id, .suite = ASSAY_SUITE, .body = assay_body_##id, __VA_ARGS__};                  \
    static const struct assay_definition *const assay_pointer_##id                                 \
        __attribute__((section("assay_benches"), used)) = &assay_definition_##id;                  \
    static void assay_body_##id(struct assay_bench *b)

/* Runs the statement that follows as often as the host asks and times the whole.  A body that does
 * not run exactly one to its end, without break or return, is a failure. */
#define ASSAY_LOOP(b)                                                                              \
    for (uint64_t assay_left_ = ((b)->host->begin(b), (b)->iterations);                            \
         assay_left_ != 0 || ((b)->host->end(b), false); assay_left_--)

/* Makes the optimizer believe that `value` (any scalar) is used, and all memory with it. */
#define assay_keep(value)                                                                          \
    do {                                                                                           \
        __extension__ __auto_type assay_kept_ = (value);                                           \
        __asm__ volatile("" : : "r,m"(assay_kept_) : "memory");                                    \
    } while (0)

/* `value`, an integer or a pointer, with all that the optimizer knows of it forgotten. */
#define assay_opaque(value)                                                                        \
    __extension__({                                                                                \
        __auto_type assay_hidden_ = (value);                                                       \
        __asm__ volatile("" : "+r"(assay_hidden_));                                                \
        assay_hidden_;                                                                             \
    })

/* Ends this benchmark with a reason (printf format). */
#define assay_fail(b, ...) ((b)->host->stop((b), false, __VA_ARGS__))
#define assay_skip(b, ...) ((b)->host->stop((b), true, __VA_ARGS__))

/* `bytes` of zeroed memory, aligned to 64, never NULL; for the whole launch.  For `setup`. */
#define assay_alloc(b, bytes) ((b)->host->alloc((b), (bytes)))

#ifndef ASSAY_HOST
__attribute__((
    visibility("hidden"))) extern const struct assay_definition *const __start_assay_benches[],
    *const __stop_assay_benches[];
__attribute__((weak, visibility("default"))) struct assay_module assay_module = {
    ASSAY_MAGIC, ASSAY_ABI, __start_assay_benches, __stop_assay_benches};
#endif

#endif
