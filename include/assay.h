/* assay.h: write a benchmark, build it as a shared object, run it with `assay run ./NAME.so`.
 *
 *     #include <assay.h>
 *     ASSAY_BENCH(add) { ASSAY_LOOP(b) assay_keep(assay_opaque(1) + 2); }
 *
 * There is nothing to link: all calls go through a table of functions that the measuring host hands
 * in with `b`.  Needs C11 or C++20 (for the fields) and gcc or clang.
 *
 * Life of a benchmark, once per launch (a launch is one fresh process):
 *     setup  ->  check  ->  body, once per slot  ->  teardown
 * Only what stands inside ASSAY_LOOP is timed.  What stands before it runs again for each slot;
 * costly preparation belongs into `setup` (once per launch) or a fixture (once for all launches).
 *
 * Ownership: memory from assay_alloc() belongs to the host; got in `setup` it lives until teardown,
 * got in the body until the end of the slot.  No function here may be called inside ASSAY_LOOP
 * except assay_keep, assay_opaque, assay_pause, assay_resume and assay_manual_ns.  Nothing here is
 * thread-safe: call from the thread that runs the body, with the `b` that it was given.
 *
 * How to write a benchmark, with an example of everything: docs/writing.md. */
#ifndef ASSAY_H
#define ASSAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#ifdef __cplusplus
extern "C" {
#endif

/* The binary contract between module and host.  Fields are only ever added at the ends of structs:
 * a host runs modules of its own number and of all before it; a module of a later one is refused.
 */
#define ASSAY_ABI 2
#define ASSAY_MAGIC 0x59415341u

/* The suite's name; without it the suite is the stem of the module's file name. */
#ifndef ASSAY_SUITE
#define ASSAY_SUITE NULL
#endif

/* One open benchmark.  `state` is the benchmark's own.  `bytes` and `items` are what one iteration
 * works on (0: not stated); they start with the fields of the same name, `setup` may change them.
 */
struct assay_bench {
    const struct assay_host *host;
    uint64_t iterations;
    void *state;
    double bytes;
    double items;
    uint32_t thread;  /* which of `threads` runs this body, from 0 */
    uint32_t threads; /* that run it side by side; 1 without .threads */
};

/* What leads in tables and reports: the time of an iteration, a rate, or memory. */
enum assay_kind { ASSAY_LATENCY, ASSAY_THROUGHPUT, ASSAY_RESOURCE };

/* For the field .threads: as many as the swept parameter `threads` says. */
#define ASSAY_SWEPT (-1)

enum assay_better { ASSAY_LOWER_IS_BETTER, ASSAY_HIGHER_IS_BETTER };

/* A metric of a benchmark's own; see assay_metric. */
struct assay_metric_info {
    const char *name;
    const char *unit;
    enum assay_better better;
    bool quality;
};

/* Inputs made in one go; see ASSAY_LOOP_WITH. */
struct assay_batch {
    void *inputs;
    uint64_t count;
};

/* Appends fixture data; see assay_fixture. */
typedef void assay_builder(struct assay_bench *b);

/* What the host offers.  Call it through the assay_ functions below. */
struct assay_host {
    uint32_t abi;
    uint32_t size;
    void (*begin)(struct assay_bench *b);
    void (*end)(struct assay_bench *b);
    void *(*alloc)(struct assay_bench *b, size_t bytes);
    uint64_t (*random)(struct assay_bench *b);
    const char *(*param)(struct assay_bench *b, const char *name);
    void (*fail)(struct assay_bench *b, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
    void (*skip)(struct assay_bench *b, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
    const void *(*fixture)(struct assay_bench *b, const char *key, assay_builder *build,
                           size_t *ret_bytes);
    void (*fixture_put)(struct assay_bench *b, const void *data, size_t bytes);
    /* Since number 2. */
    void (*pause)(struct assay_bench *b);
    void (*resume)(struct assay_bench *b);
    bool (*batch)(struct assay_bench *b, struct assay_batch *batch, size_t input_bytes);
    void (*manual)(struct assay_bench *b, double ns);
    void (*metric)(struct assay_bench *b, const struct assay_metric_info *metric, double value);
};

/* A benchmark's definition.  The first five fields are set by ASSAY_BENCH; the others are optional
 * and are given in this order, which C++20 insists on. */
struct assay_definition {
    const char *name;
    void (*body)(struct assay_bench *b);
    const char *suite;
    const char *file;
    int line;
    const char *description; /* one line for `assay list` and reports */
    const char *sweep;       /* parameters, "n=10,100 kind=dp,myers": all combinations */
    void (*setup)(struct assay_bench *b); /* once per launch, before `check` */
    void (*check)(struct assay_bench *b); /* the oracle: assay_fail() here and nothing is timed */
    void (*teardown)(struct assay_bench *b); /* once per launch, also after a failure */
    double bytes;                            /* bytes per iteration: adds a throughput in bytes/s */
    double items;                            /* items per iteration: adds a throughput in items/s */
    /* Since number 2. */
    enum assay_kind kind; /* what leads in tables; ASSAY_LATENCY when it is not given */
    const char *tags;     /* words to select it by: "simd slow", "slow[n=4096,16384]" */
    uint32_t
        samples; /* samples per launch, where the command line says nothing; 0: as time allows */
    int32_t threads;      /* so many run the body side by side, or ASSAY_SWEPT; 0 and 1: one */
    uint32_t batch;       /* inputs that ASSAY_LOOP_WITH makes in one go; 0: what caches hold */
    double limit_seconds; /* a launch may take so long, unless --time-limit or assay.yaml says how
                             long one may take; 0: as long as the profile says */
};

/* The one symbol that a module exports. */
struct assay_module {
    uint32_t magic;
    uint32_t abi;
    const char *compiler;
    const struct assay_definition *const *first;
    const struct assay_definition *const *last;
    /* Since number 2. */
    uint32_t definition_bytes; /* the size of struct assay_definition, as the module knows it */
    uint32_t host_bytes;       /* and of struct assay_host */
};

/* g++ warns of fields left out although they are designated. */
#ifdef __cplusplus
#define ASSAY_QUIET_                                                                               \
    _Pragma("GCC diagnostic push")                                                                 \
        _Pragma("GCC diagnostic ignored \"-Wmissing-field-initializers\"")
#define ASSAY_LOUD_ _Pragma("GCC diagnostic pop")
#else
#define ASSAY_QUIET_
#define ASSAY_LOUD_
#endif

/* Compilers align large objects more than they need; ours must not be what forbids the host to load
 * a module at odd places (docs/protocol.md, `load`). */
#define ASSAY_ALIGNED_ __attribute__((aligned(8)))

/* Defines and registers a benchmark; the body follows in braces and gets `struct assay_bench *b`.
 */
#define ASSAY_BENCH(...) ASSAY_BENCH_(__VA_ARGS__, )
#define ASSAY_BENCH_(id, ...)                                                                      \
    static void assay_body_##id(struct assay_bench *b);                                            \
    ASSAY_QUIET_                                                                                   \
    static const struct assay_definition ASSAY_ALIGNED_ assay_definition_##id = {                  \
        .name = #id,                                                                               \
        .body = assay_body_##id,                                                                   \
        .suite = ASSAY_SUITE,                                                                      \
        .file = __FILE__,                                                                          \
        .line = __LINE__,                                                                          \
        __VA_ARGS__};                                                                              \
    ASSAY_LOUD_                                                                                    \
    static const struct assay_definition *const assay_pointer_##id                                 \
        __attribute__((section("assay_benches"), used)) = &assay_definition_##id;                  \
    static void assay_body_##id(struct assay_bench *b)

/* Runs the statement that follows as often as the host asks and times the whole.  Exactly one in
 * each body; leaving it with break or return is a failure of the benchmark.  The loop itself is not
 * opaque: a body that the optimizer removes takes the loop along, and is reported as optimized out.
 */
#define ASSAY_LOOP(b)                                                                              \
    for (uint64_t assay_left_ = assay_begin_(b); assay_left_ != 0 || assay_end_(b); assay_left_--)

static inline uint64_t assay_begin_(struct assay_bench *b)
{
    b->host->begin(b);
    return b->iterations;
}

static inline bool assay_end_(struct assay_bench *b)
{
    b->host->end(b);
    return false;
}

/* The same over inputs that are made untimed: `make` is an expression of type `type` that is
 * evaluated once for each iteration, in batches that caches hold (.batch says another number), and
 * `input` points at what it gave; each is handed out exactly once.
 *
 *     ASSAY_LOOP_WITH(b, struct text, input, copy_of(b, &original)) sort(input);
 *
 * Memory that `make` gets from assay_alloc lives until its batch is consumed and is then handed out
 * again.  `type` must be copyable as bytes: a number, a pointer, a plain struct.  The clock stands
 * still between the batches; what stopping it costs is taken off.  ASSAY_LOOP_WITH_DROP also
 * evaluates `drop` for each `input` of a consumed batch, untimed: what was malloc'ed is freed
 * there. */
/* NOLINTBEGIN(bugprone-macro-parentheses): a type and a declared name in parentheses are none */
#define ASSAY_LOOP_WITH(b, type, input, make) ASSAY_LOOP_WITH_DROP(b, type, input, make, (void)0)
#define ASSAY_LOOP_WITH_DROP(b, type, input, make, drop)                                           \
    ASSAY_COPYABLE_(type)                                                                          \
    for (struct assay_batch assay_batch_ = {NULL, 0};                                              \
         (b)->host->batch((b), &assay_batch_, sizeof(type)) && __extension__({                     \
             type *assay_inputs_ = (type *)assay_batch_.inputs;                                    \
             for (uint64_t assay_made_ = 0; assay_made_ < assay_batch_.count; assay_made_++)       \
                 assay_inputs_[assay_made_] = (make);                                              \
             true;                                                                                 \
         });                                                                                       \
         __extension__({                                                                           \
             type *input = (type *)assay_batch_.inputs;                                            \
             for (uint64_t assay_made_ = 0; assay_made_ < assay_batch_.count; assay_made_++) {     \
                 drop;                                                                             \
                 input++;                                                                          \
             }                                                                                     \
             (void)input;                                                                          \
         }))                                                                                       \
        for (__typeof__(type) *input = (type *)assay_batch_start_((b), &assay_batch_),             \
                              *const assay_inputs_end_ = input + assay_batch_.count;               \
             input != assay_inputs_end_ || assay_batch_stop_(b); input++)
/* NOLINTEND(bugprone-macro-parentheses) */

#ifdef __cplusplus
#define ASSAY_COPYABLE_(type)                                                                      \
    static_assert(__is_trivially_copyable(type), "ASSAY_LOOP_WITH wants a type without a copy "    \
                                                 "constructor of its own; use a pointer");
#else
#define ASSAY_COPYABLE_(type)
#endif

static inline void *assay_batch_start_(struct assay_bench *b, const struct assay_batch *batch)
{
    b->host->resume(b);
    return batch->inputs;
}

static inline bool assay_batch_stop_(struct assay_bench *b)
{
    b->host->pause(b);
    return false;
}

/* Stops the clock of the loop, and lets it go on.  What a stop costs beside is measured and taken
 * off, to some nanoseconds: not for iterations shorter than a microsecond, for which
 * ASSAY_LOOP_WITH is made. */
static inline void assay_pause(struct assay_bench *b)
{
    b->host->pause(b);
}

static inline void assay_resume(struct assay_bench *b)
{
    b->host->resume(b);
}

/* States what iterations took, for work that the clock of this thread does not see (a device, a
 * simulation).  What is stated inside a loop adds up and takes the place of the loop's time; a body
 * that states once states in each slot. */
static inline void assay_manual_ns(struct assay_bench *b, double ns)
{
    b->host->manual(b, ns);
}

/* Which of the threads of .threads runs this body, from 0; and how many there are. */
static inline uint32_t assay_thread(const struct assay_bench *b)
{
    return b->thread;
}

static inline uint32_t assay_threads(const struct assay_bench *b)
{
    return b->threads;
}

/* A value of a metric of the benchmark's own, from setup, check, teardown (once a launch) or the
 * body outside of its loop (once a slot; the last value counts).  `name`: 1 to 64 letters, digits
 * and
 * "_.+-"; `unit`: at most 16 bytes without blanks, "" for a plain number.  At most 32 a benchmark.
 */
static inline void assay_metric(struct assay_bench *b, const char *name, const char *unit,
                                enum assay_better better, double value)
{
    const struct assay_metric_info metric = {name, unit, better, false};
    b->host->metric(b, &metric, value);
}

/* How good results are, more is better: recall, accuracy.  Comparisons and gates hold it against
 * any gain of speed. */
static inline void assay_quality(struct assay_bench *b, const char *name, double value)
{
    const struct assay_metric_info metric = {name, "", ASSAY_HIGHER_IS_BETTER, true};
    b->host->metric(b, &metric, value);
}

/* The same where less is better: an error rate, a distance from the exact result. */
static inline void assay_quality_loss(struct assay_bench *b, const char *name, double value)
{
    const struct assay_metric_info metric = {name, "", ASSAY_LOWER_IS_BETTER, true};
    b->host->metric(b, &metric, value);
}

#if defined(__x86_64__) || defined(__i386__)
#define ASSAY_REGISTER_ "r,x,m"
#define ASSAY_INOUT_ "+rx"
#elif defined(__aarch64__)
#define ASSAY_REGISTER_ "r,w,m"
#define ASSAY_INOUT_ "+rw"
#else
#define ASSAY_REGISTER_ "r,m"
#define ASSAY_INOUT_ "+r"
#endif
#ifdef __cplusplus
#define ASSAY_AUTO_ auto
#else
#define ASSAY_AUTO_ __auto_type
#endif

/* Makes the optimizer believe that `value` is used and that all memory whose address got out may be
 * read and written here.  Costs no instruction for an integer or a pointer in a register; clang
 * stores a double to the stack, outside of any chain of dependences.  Any type but an array. */
#define assay_keep(value)                                                                          \
    do {                                                                                           \
        __extension__ ASSAY_AUTO_ assay_kept_ = (value);                                           \
        __asm__ volatile("" : : ASSAY_REGISTER_(assay_kept_) : "memory");                          \
    } while (0)

/* `value`, with all that the optimizer knows of it forgotten.  Integers, pointers, float, double.
 */
#define assay_opaque(value)                                                                        \
    __extension__({                                                                                \
        ASSAY_AUTO_ assay_hidden_ = (value);                                                       \
        __asm__ volatile("" : ASSAY_INOUT_(assay_hidden_));                                        \
        assay_hidden_;                                                                             \
    })

/* Fails this benchmark with a text (printf format); the body's loop then runs zero times. */
#define assay_fail(b, ...) ((b)->host->fail((b), __VA_ARGS__))
/* Skips this benchmark with a reason, e.g. an engine that is not installed. */
#define assay_skip(b, ...) ((b)->host->skip((b), __VA_ARGS__))
/* Fails unless `condition` holds: the line of an oracle check. */
#define assay_expect(b, condition, ...) ((condition) ? (void)0 : assay_fail((b), __VA_ARGS__))

/* `bytes` of zeroed memory, aligned to 64; never NULL (the host fails the benchmark instead). */
static inline void *assay_alloc(struct assay_bench *b, size_t bytes)
{
    return b->host->alloc(b, bytes);
}

/* The next 64 random bits.  The sequence depends on the run's seed and the benchmark's id only and
 * starts anew in setup and in each slot, so that every slot does the same work. */
static inline uint64_t assay_random(struct assay_bench *b)
{
    return b->host->random(b);
}

/* A random integer in [0, limit); `limit` > 0.  Lemire, "Fast Random Integer Generation in an
 * Interval", ACM TOMACS 29(1), 2019, without the rejection: bias below limit / 2^64. */
static inline uint64_t assay_random_below(struct assay_bench *b, uint64_t limit)
{
    __extension__ typedef unsigned __int128 assay_wide_;
    return (uint64_t)(((assay_wide_)assay_random(b) * limit) >> 64);
}

/* A random double in [0, 1), a multiple of 2^-53. */
static inline double assay_random_unit(struct assay_bench *b)
{
    return (double)(assay_random(b) >> 11) * 0x1p-53;
}

/* `bytes` of random data in memory from assay_alloc. */
static inline unsigned char *assay_random_bytes(struct assay_bench *b, size_t bytes)
{
    unsigned char *data = (unsigned char *)assay_alloc(b, bytes);
    for (size_t i = 0; i < bytes; i++)
        data[i] = (unsigned char)(assay_random(b) >> 56);
    return data;
}

/* The value of the swept parameter `name` as text; "" and a failure when there is none. */
static inline const char *assay_param_text(struct assay_bench *b, const char *name)
{
    return b->host->param(b, name);
}

/* The value of the swept parameter `name` as an integer. */
static inline long long assay_param(struct assay_bench *b, const char *name)
{
    return strtoll(assay_param_text(b, name), NULL, 10);
}

/* Costly data, built once and mapped read-only by every later launch.  `build` runs when no fixture
 * named `key` with this seed and sound checksum exists, and hands its data to assay_fixture_put.
 * Change the key when what is built changes.  The pointer is aligned to 64 and lives until
 * teardown; on failure the benchmark is failed and the pointer leads to a few zero bytes. */
static inline const void *assay_fixture(struct assay_bench *b, const char *key,
                                        assay_builder *build, size_t *ret_bytes)
{
    return b->host->fixture(b, key, build, ret_bytes);
}

static inline void assay_fixture_put(struct assay_bench *b, const void *data, size_t bytes)
{
    b->host->fixture_put(b, data, bytes);
}

#ifndef ASSAY_HOST
extern const struct assay_definition *const __start_assay_benches[]
    __attribute__((weak, visibility("hidden")));
extern const struct assay_definition *const __stop_assay_benches[]
    __attribute__((weak, visibility("hidden")));
extern struct assay_module assay_module;
/* NOLINTNEXTLINE(misc-definitions-in-headers): weak, so that several files may have it */
__attribute__((weak, visibility("default"), aligned(8))) struct assay_module assay_module = {
    ASSAY_MAGIC,
    ASSAY_ABI,
    __VERSION__,
    __start_assay_benches,
    __stop_assay_benches,
    sizeof(struct assay_definition),
    sizeof(struct assay_host)};
#endif

#ifdef __cplusplus
}
#endif

#endif
