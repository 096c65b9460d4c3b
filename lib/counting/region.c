/* Counting one region.
 *
 * Why instrumentation is switched and not only collection: what runs outside of the region (setup,
 * oracle, the code before the loop) then runs without callgrind's bookkeeping, at a tenth of its
 * price; and the switch holds for all threads.  Outside of valgrind a client request is a few
 * instructions without effect. Invariant: nothing of ours but a return and a call lies between the
 * switches and the loop, so that what does is the same in every slot and drops out of a slope. */
#include "counting/region.h"

#include <dlfcn.h>
#include <stddef.h>
#include <sys/resource.h>
#include <time.h>

#include "counting/allocs.h"

#if HAVE_VALGRIND
#include <valgrind/callgrind.h>
#else
#define RUNNING_ON_VALGRIND 0
#define CALLGRIND_START_INSTRUMENTATION (void)0
#define CALLGRIND_STOP_INSTRUMENTATION (void)0
#define CALLGRIND_DUMP_STATS (void)0
#endif

static const struct alloc_counts *alloc_counts(void)
{
    static const struct alloc_counts *found;
    static bool looked;
    if (!looked)
        found = (const struct alloc_counts *)dlsym(RTLD_DEFAULT, ALLOC_COUNTS_SYMBOL);
    looked = true;
    return found;
}

static struct region_counts counts_now(void)
{
    struct rusage used;
    struct timespec cpu;
    const struct alloc_counts *allocs = alloc_counts();
    getrusage(RUSAGE_SELF, &used);
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
    struct region_counts now = {
        .page_faults = (double)used.ru_minflt + (double)used.ru_majflt,
        .context_switches = (double)used.ru_nvcsw + (double)used.ru_nivcsw,
        .cpu_ns = (double)cpu.tv_sec * 1e9 + (double)cpu.tv_nsec,
    };
    if (allocs != NULL) {
        now.allocations = (double)__atomic_load_n(&allocs->allocations, __ATOMIC_RELAXED);
        now.allocated_bytes = (double)__atomic_load_n(&allocs->bytes, __ATOMIC_RELAXED);
    }
    return now;
}

void region_begin(struct region *region)
{
    *region = (struct region){.counts_allocations = alloc_counts() != NULL};
    region->at_begin = counts_now();
    CALLGRIND_START_INSTRUMENTATION;
}

static void add_spent(struct region *region)
{
    struct region_counts now = counts_now();
    const struct region_counts *before = &region->at_begin;
    struct region_counts *spent = &region->spent;
    spent->allocations += now.allocations - before->allocations;
    spent->allocated_bytes += now.allocated_bytes - before->allocated_bytes;
    spent->page_faults += now.page_faults - before->page_faults;
    spent->context_switches += now.context_switches - before->context_switches;
    spent->cpu_ns += now.cpu_ns - before->cpu_ns;
}

void region_pause(struct region *region)
{
    CALLGRIND_STOP_INSTRUMENTATION;
    add_spent(region);
    region->is_paused = true;
}

void region_resume(struct region *region)
{
    region->is_paused = false;
    region->at_begin = counts_now();
    CALLGRIND_START_INSTRUMENTATION;
}

void region_end(struct region *region)
{
    CALLGRIND_STOP_INSTRUMENTATION;
    if (!region->is_paused)
        add_spent(region);
    region->is_dumped = RUNNING_ON_VALGRIND;
    CALLGRIND_DUMP_STATS;
}
