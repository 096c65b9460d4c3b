/* A crew: threads that wait for work by spinning for a while and then sleeping in a futex.
 *
 * Work of some microseconds cannot pay for a system call on each side, so a thread that has just
 * worked looks for more before it sleeps.  A spinning thread may keep the very thread that it waits
 * for from running, so it yields its processor now and then; and where threads outnumber the
 * processors that this process may use, it sleeps at once.
 *
 * `generation` numbers the work.  Whoever wants to sleep says so first (`sleepers`,
 * `caller_sleeps`) and the kernel then compares the number again, while the other side changes the
 * number first and looks for sleepers afterwards; all of it sequentially consistent, so one of both
 * sees the other. */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "panel.h"

#define SPINS 600u /* of some 30 ns */
#define SPINS_PER_YIELD 32u
#define LINE 64u

struct experts_crew {
    unsigned size;
    uint32_t spins;
    unsigned started; /* threads */
    void (*work)(void *state, unsigned member);
    void *state;
    atomic_bool ends;
    pthread_t threads[EXPERTS_THREADS_MAX];
    struct member {
        struct experts_crew *crew;
        unsigned number;
    } members[EXPERTS_THREADS_MAX];

    _Alignas(LINE) atomic_uint generation;
    atomic_uint sleepers;
    _Alignas(LINE) atomic_uint left; /* threads that still work */
    atomic_uint caller_sleeps;
};

static inline void relax(void)
{
#if EXPERTS_X86
    __builtin_ia32_pause();
#endif
}

static void futex_sleep(atomic_uint *word, unsigned value)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(atomic_uint *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT32_MAX, NULL, NULL, 0);
}

/* Waits until *word is not `value` any more; returns what it is then. */
static unsigned wait_change(atomic_uint *word, unsigned value, atomic_uint *sleepers,
                            uint32_t spins)
{
    unsigned now = atomic_load(word);
    for (uint32_t i = 0; i < spins && now == value; i++) {
        if (i % SPINS_PER_YIELD == SPINS_PER_YIELD - 1) {
            sched_yield();
        } else {
            relax();
        }
        now = atomic_load(word);
    }
    if (now != value) {
        return now;
    }
    atomic_fetch_add(sleepers, 1);
    while ((now = atomic_load(word)) == value) {
        futex_sleep(word, value);
    }
    atomic_fetch_sub(sleepers, 1);
    return now;
}

static void *thread_main(void *argument)
{
    const struct member *member = argument;
    struct experts_crew *crew = member->crew;
    for (unsigned seen = 0;;) {
        seen = wait_change(&crew->generation, seen, &crew->sleepers, crew->spins);
        if (atomic_load(&crew->ends)) {
            return NULL;
        }
        crew->work(crew->state, member->number);
        if (atomic_fetch_sub(&crew->left, 1) == 1 && atomic_load(&crew->caller_sleeps)) {
            futex_wake(&crew->left);
        }
    }
}

static void call(struct experts_crew *crew)
{
    atomic_fetch_add(&crew->generation, 1);
    if (atomic_load(&crew->sleepers)) {
        futex_wake(&crew->generation);
    }
}

static unsigned processors(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof set, &set) == 0 ? (unsigned)CPU_COUNT(&set) : 1;
}

enum experts_status experts_crew_new(unsigned threads, uint32_t spins,
                                     struct experts_crew **ret_crew)
{
    if (!ret_crew || threads < 1 || threads > EXPERTS_THREADS_MAX) {
        return EXPERTS_ERR_ARGUMENT;
    }
    struct experts_crew *crew = aligned_alloc(LINE, sizeof *crew);
    if (!crew) {
        return EXPERTS_ERR_MEMORY;
    }
    *crew = (struct experts_crew){.size = threads, .spins = spins};
    if (spins == EXPERTS_SPINS_DEFAULT) {
        crew->spins = threads <= processors() ? SPINS : 0;
    }
    for (unsigned i = 1; i < threads; i++) {
        crew->members[i] = (struct member){crew, i};
        if (pthread_create(&crew->threads[i], NULL, thread_main, &crew->members[i])) {
            experts_crew_free(crew);
            return EXPERTS_ERR_THREADS;
        }
        crew->started++;
    }
    *ret_crew = crew;
    return EXPERTS_OK;
}

void experts_crew_free(struct experts_crew *crew)
{
    if (!crew) {
        return;
    }
    atomic_store(&crew->ends, true);
    call(crew);
    for (unsigned i = 1; i <= crew->started; i++) {
        pthread_join(crew->threads[i], NULL);
    }
    free(crew);
}

unsigned experts_crew_size(const struct experts_crew *crew)
{
    return crew ? crew->size : 1;
}

void experts_crew_run(struct experts_crew *crew, void (*work)(void *state, unsigned member),
                      void *state)
{
    if (experts_crew_size(crew) == 1) {
        work(state, 0);
        return;
    }
    crew->work = work;
    crew->state = state;
    atomic_store(&crew->left, crew->started);
    call(crew);
    work(state, 0);
    for (unsigned left = atomic_load(&crew->left); left > 0;) {
        left = wait_change(&crew->left, left, &crew->caller_sleeps, crew->spins);
    }
}
