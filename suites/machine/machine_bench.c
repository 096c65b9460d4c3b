/* Suite `machine`: what one core reads, copies and multiplies at the most.
 *
 * Other suites are held against these rows: `bench/suite-table` divides a row's data rate by the
 * best rate of `read` at its size, and operations by the best of `multiply`.  So each row is the
 * best of what is known to help: streams side by side, fetching ahead, large pages where the kernel
 * gives them.  Work is checked exactly: sums of whole numbers, copies byte by byte, numbers that
 * binary fractions hold. */
#define ASSAY_SUITE "machine"
#include <assay.h>
#include <string.h>
#include <sys/mman.h>

#include "machine.h"

#define PAGE ((size_t)1 << 21) /* a large one */
#define ROUNDS 10000u
#define SIZES                                                                                      \
    "bytes=16384,65536,262144,524288,1048576,4194304,16777216,67108864,268435456,1073741824 "
#define LARGE "slow[bytes=268435456,1073741824]" /* a second to prepare, in each launch */

struct room {
    void *memory;
    size_t bytes;
};

struct work {
    struct room source, target;
    const struct machine_kernel *kernel; /* NULL: the C library */
    struct machine_design design;
    uint32_t *from, *to;
    size_t count;
    uint32_t sum; /* what must come out */
};

static void choose_engine(struct assay_bench *b, struct work *work)
{
    const char *name = assay_param_text(b, "engine");
    work->kernel = strcmp(name, "auto") == 0 ? machine_fastest() : NULL;
    for (size_t i = 0; machine_kernels[i] != NULL; i++)
        work->kernel =
            strcmp(machine_kernels[i]->name, name) == 0 ? machine_kernels[i] : work->kernel;
    bool ours = strcmp(name, "libc") != 0;
    if (ours && (work->kernel == NULL || !work->kernel->available()))
        assay_skip(b, "this processor lacks the instructions of '%s'", name);
}

/* Memory in large pages where the kernel gives them; assay_alloc would touch it before we can ask.
 */
static uint32_t *map_room(struct assay_bench *b, struct room *room, size_t bytes)
{
    room->bytes = bytes + PAGE;
    room->memory =
        mmap(NULL, room->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room->memory == MAP_FAILED) {
        room->memory = NULL;
        assay_skip(b, "there is no memory for %zu bytes", bytes);
        return NULL;
    }
    char *begin = room->memory;
    begin += (PAGE - (uintptr_t)begin % PAGE) % PAGE;
    madvise(begin, bytes, MADV_HUGEPAGE);
    return (uint32_t *)(void *)begin;
}

/* Weyl's sequence: all numbers differ, and no part sums to what another part does. */
static void fill(struct work *work)
{
    for (size_t i = 0; i < work->count; i++) {
        work->from[i] = (uint32_t)(i + 1) * UINT32_C(0x9E3779B9);
        work->sum += work->from[i];
    }
}

static struct work *prepare_memory(struct assay_bench *b)
{
    struct work *work = assay_alloc(b, sizeof *work);
    b->state = work;
    choose_engine(b, work);
    work->count = (size_t)assay_param(b, "bytes") / sizeof *work->from;
    work->from = map_room(b, &work->source, work->count * sizeof *work->from);
    if (work->from != NULL)
        fill(work);
    b->bytes = (double)(work->count * sizeof *work->from);
    return work;
}

static void teardown(struct assay_bench *b)
{
    struct work *work = b->state;
    if (work != NULL && work->source.memory != NULL)
        munmap(work->source.memory, work->source.bytes);
    if (work != NULL && work->target.memory != NULL)
        munmap(work->target.memory, work->target.bytes);
}

/* ---- reading ---- */

static void prepare_read(struct assay_bench *b)
{
    static const struct named_design {
        const char *name;
        struct machine_design design;
    } DESIGNS[] = {{"plain", {1, false}}, {"streams4", {4, true}}, {"streams8", {8, true}}};
    struct work *work = prepare_memory(b);
    const char *name = assay_param_text(b, "design");
    for (size_t i = 0; i < sizeof DESIGNS / sizeof *DESIGNS; i++)
        work->design = strcmp(DESIGNS[i].name, name) == 0 ? DESIGNS[i].design : work->design;
}

static void check_read(struct assay_bench *b)
{
    const struct work *work = b->state;
    uint32_t sum = work->kernel->read(work->from, work->count, &work->design);
    assay_expect(b, sum == work->sum, "the sum is %u instead of %u", sum, work->sum);
}

#define READ_BENCH(id, ...)                                                                        \
    ASSAY_BENCH(id, __VA_ARGS__, .setup = prepare_read, .check = check_read, .teardown = teardown, \
                .kind = ASSAY_THROUGHPUT)                                                          \
    {                                                                                              \
        const struct work *work = b->state;                                                        \
        ASSAY_LOOP(b)                                                                              \
        {                                                                                          \
            assay_keep(work->kernel->read(work->from, work->count, &work->design));                \
        }                                                                                          \
    }

READ_BENCH(read, .description = "sum of all numbers, by size of what is read again and again",
           .sweep = SIZES "design=plain,streams4,streams8 engine=auto", .tags = LARGE)
READ_BENCH(read_kernels, .description = "the same by kernel",
           .sweep = "bytes=16384,524288,16777216 design=plain engine=scalar,avx2,avx512")

/* ---- copying ---- */

static void prepare_copy(struct assay_bench *b)
{
    struct work *work = prepare_memory(b);
    work->to = map_room(b, &work->target, work->count * sizeof *work->to);
}

static void copy(const struct work *work)
{
    if (work->kernel == NULL)
        memcpy(work->to, work->from, work->count * sizeof *work->to);
    else
        work->kernel->copy(work->to, work->from, work->count);
}

static void check_copy(struct assay_bench *b)
{
    const struct work *work = b->state;
    memset(work->to, 0, work->count * sizeof *work->to);
    copy(work);
    assay_expect(b, memcmp(work->to, work->from, work->count * sizeof *work->to) == 0,
                 "the copy differs from what was copied");
}

ASSAY_BENCH(copy, .description = "memcpy (libc), and stores past the caches; bytes read",
            .sweep = "bytes=16384,524288,16777216,268435456 engine=libc,avx2,avx512",
            .setup = prepare_copy, .check = check_copy, .teardown = teardown,
            .kind = ASSAY_THROUGHPUT, .tags = "slow[bytes=268435456]")
{
    const struct work *work = b->state;
    ASSAY_LOOP(b)
    {
        copy(work);
        assay_keep(work->to[0]);
    }
}

/* ---- multiplying ---- */

static void prepare_multiply(struct assay_bench *b)
{
    struct work *work = assay_alloc(b, sizeof *work);
    b->state = work;
    choose_engine(b, work);
    if (work->kernel != NULL)
        b->items = 2.0 * ROUNDS * MACHINE_CHAINS * work->kernel->width;
}

/* The same in plain C: halves and their sums are exact, or rounded once, so that a multiplication
 * fused with its addition gives the same numbers. */
static void check_multiply(struct assay_bench *b)
{
    const struct work *work = b->state;
    for (uint64_t rounds = 0; rounds < 40; rounds++) {
        float want = 0, got = work->kernel->multiply(rounds);
        for (unsigned i = 0; i < MACHINE_CHAINS; i++) {
            float x = (float)i;
            for (uint64_t round = 0; round < rounds; round++)
                x = x * 0.5f + 0.5f;
            want += x;
        }
        assay_expect(b, got == want, "%g instead of %g after %u rounds", (double)got, (double)want,
                     (unsigned)rounds);
    }
}

ASSAY_BENCH(multiply, .description = "x * y + z in f32, 12 chains of vectors; items are operations",
            .sweep = "engine=scalar,avx2,avx512", .setup = prepare_multiply,
            .check = check_multiply, .kind = ASSAY_THROUGHPUT, .tags = "operations")
{
    const struct work *work = b->state;
    ASSAY_LOOP(b)
    {
        assay_keep(work->kernel->multiply(ROUNDS));
    }
}
