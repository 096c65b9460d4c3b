/* ITIMER_PROF counts the CPU time of all threads, and its SIGPROF goes to the one that is running:
 * so threads which wait are in no sample, and no thread needs a timer of its own.  The kernel looks
 * at such timers once a tick, which bounds the rate (250 times a second on most systems).
 *
 * What the handler does is async-signal-safe: memory is there before the first signal, a place in
 * it is taken by one atomic addition, and backtrace() was called once before, since its first call
 * loads a library.  The unwinder works by the tables that every compiler writes (.eh_frame), so
 * that modules need no frame pointers.
 * Invariant: the handler stays installed after sampler_stop: a signal may still be on its way. */
#include "stacks/sampler.h"

#include <errno.h>
#include <signal.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <ucontext.h>

#ifdef HAVE_BACKTRACE
#include <execinfo.h>
#else
#define backtrace(frames, count) 0
#endif

#define HEAD_CUT ((uint64_t)1 << 32) /* beside the count */
enum { HANDLER_FRAMES = 4 };         /* ours, the kernel's, and what a sanitizer puts between */

/* What the handler knows; it has no other argument. */
static struct {
    uint64_t *words;
    atomic_size_t used;
    atomic_uint_fast64_t samples, lost, cut;
    atomic_bool is_on;
} recorder;

static uint64_t interrupted_at(const ucontext_t *context)
{
#if defined(__x86_64__)
    return (uint64_t)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
    return context->uc_mcontext.pc;
#else
    (void)context;
    return 0;
#endif
}

/* The interrupted function itself is at its next instruction; its callers are behind a call, which
 * may be the last of their instructions. */
static void record(uint64_t at, void *const *callers, size_t count, bool is_cut)
{
    size_t place = atomic_fetch_add(&recorder.used, count + 2);
    if (place + count + 2 > STACK_WORDS_MAX) { /* nor will any later one find a place */
        atomic_fetch_add(&recorder.lost, 1);
        return;
    }
    uint64_t *words = recorder.words + place;
    words[1] = at;
    for (size_t i = 0; i < count; i++)
        words[2 + i] = (uint64_t)(uintptr_t)callers[i] - 1;
    words[0] = (count + 1) | (is_cut ? HEAD_CUT : 0);
    atomic_fetch_add(&recorder.samples, 1);
    if (is_cut)
        atomic_fetch_add(&recorder.cut, 1);
}

static void on_tick(int signal, siginfo_t *info, void *context)
{
    const int error = errno;
    void *frames[STACK_FRAMES_MAX + HANDLER_FRAMES];
    (void)signal;
    (void)info;
    if (atomic_load(&recorder.is_on)) {
        const int most = (int)(sizeof frames / sizeof *frames);
        const int count = backtrace(frames, most);
        const uint64_t at = interrupted_at(context);
        int from = 0;
        while (from < count && (uint64_t)(uintptr_t)frames[from] != at)
            from++;
        from = from < count ? from + 1 : count; /* not found: the walk ended before it */
        int left = count - from < STACK_FRAMES_MAX ? count - from : STACK_FRAMES_MAX - 1;
        record(at, frames + from, (size_t)left, count == most);
    }
    errno = error;
}

static bool has_walker(void)
{
#ifdef HAVE_BACKTRACE
    void *frames[HANDLER_FRAMES];
    return backtrace(frames, HANDLER_FRAMES) > 0; /* and loads what it needs */
#else
    return false;
#endif
}

static void set_timer(double rate_hz)
{
    const double microseconds = rate_hz > 0 ? 1e6 / rate_hz : 0;
    const struct timeval each = {(time_t)(microseconds / 1e6), (suseconds_t)microseconds % 1000000};
    const struct itimerval timer = {each, each};
    setitimer(ITIMER_PROF, &timer, NULL);
}

assay_status sampler_start(struct sampler *sampler, double rate_hz)
{
    struct sigaction action = {.sa_sigaction = on_tick, .sa_flags = SA_SIGINFO | SA_RESTART};
    *sampler = (struct sampler){0};
    if (!has_walker())
        return ASSAY_ERR_HOST;
    /* Pages of it are taken as they are written. */
    void *words = mmap(NULL, STACK_WORDS_MAX * sizeof(uint64_t), PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (words == MAP_FAILED)
        return ASSAY_ERR_MEMORY;
    sampler->words = words;
    recorder.words = words;
    atomic_store(&recorder.used, 0);
    atomic_store(&recorder.samples, 0);
    atomic_store(&recorder.lost, 0);
    atomic_store(&recorder.cut, 0);
    sigemptyset(&action.sa_mask);
    if (sigaction(SIGPROF, &action, NULL) != 0) {
        sampler_release(sampler);
        return ASSAY_ERR_HOST;
    }
    atomic_store(&recorder.is_on, true);
    set_timer(rate_hz);
    return ASSAY_OK;
}

void sampler_stop(struct sampler *sampler)
{
    struct sigaction now = {.sa_handler = SIG_DFL};
    set_timer(0);
    atomic_store(&recorder.is_on, false);
    sigaction(SIGPROF, NULL, &now);
    sampler->was_displaced = !(now.sa_flags & SA_SIGINFO) || now.sa_sigaction != on_tick;
    const size_t used = atomic_load(&recorder.used);
    sampler->used = used < STACK_WORDS_MAX ? used : STACK_WORDS_MAX;
    sampler->samples = atomic_load(&recorder.samples);
    sampler->lost = atomic_load(&recorder.lost);
    sampler->cut = atomic_load(&recorder.cut);
}

bool sampler_next(const struct sampler *sampler, size_t *at, struct stack_sample *ret_sample)
{
    if (*at >= sampler->used || sampler->words[*at] == 0)
        return false; /* one that found no place, or a handler that had not ended yet */
    const uint64_t head = sampler->words[*at];
    *ret_sample = (struct stack_sample){sampler->words + *at + 1, (size_t)(head & UINT32_MAX),
                                        (head & HEAD_CUT) != 0};
    *at += 1 + ret_sample->count;
    return true;
}

void sampler_release(struct sampler *sampler)
{
    if (sampler->words != NULL)
        munmap(sampler->words, STACK_WORDS_MAX * sizeof(uint64_t));
    sampler->words = NULL;
}
