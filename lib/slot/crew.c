/* The crew.  Between slots its threads sleep on a condition; before a loop they spin at the start
 * line, since waking from sleep takes tens of microseconds, which would be in the time of those
 * that wake last.  Where there are fewer processors than threads spinning would keep the late ones
 * from coming, so it yields. Invariant: `pending` counts the helpers of the present job that have
 * not ended. */
#include "slot/crew.h"

#include <pthread.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/vec.h"
#include "probe/clock.h"

enum { SPINS = 2000 };

struct crew {
    pthread_mutex_t mutex;
    pthread_cond_t job_is_there, job_is_done;
    VEC(struct helper *) helpers;
    uint64_t job; /* number of the present one */
    unsigned threads, pending;
    void (*work)(void *context, unsigned thread);
    void *context;
    bool ends;
};

struct helper {
    struct crew *crew;
    pthread_t thread;
    unsigned number; /* 1 for the first: 0 is the caller */
    uint64_t job;    /* the last that it saw */
};

static void *help(void *self_)
{
    struct helper *self = self_;
    struct crew *crew = self->crew;
    pthread_mutex_lock(&crew->mutex);
    while (!crew->ends) {
        if (self->job == crew->job || self->number >= crew->threads) {
            self->job = crew->job;
            pthread_cond_wait(&crew->job_is_there, &crew->mutex);
            continue;
        }
        self->job = crew->job;
        pthread_mutex_unlock(&crew->mutex);
        crew->work(crew->context, self->number);
        pthread_mutex_lock(&crew->mutex);
        if (--crew->pending == 0)
            pthread_cond_signal(&crew->job_is_done);
    }
    pthread_mutex_unlock(&crew->mutex);
    return NULL;
}

static struct crew *crew_new(void)
{
    struct crew *crew = calloc(1, sizeof *crew);
    if (crew == NULL)
        return NULL;
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->job_is_there, NULL);
    pthread_cond_init(&crew->job_is_done, NULL);
    return crew;
}

static assay_status add_helper(struct crew *crew, struct buf *error)
{
    struct helper *helper = calloc(1, sizeof *helper);
    struct helper **place = helper ? vec_add(&crew->helpers) : NULL;
    if (place == NULL) {
        free(helper);
        return ASSAY_ERR_MEMORY;
    }
    *place = helper;
    *helper =
        (struct helper){.crew = crew, .number = (unsigned)crew->helpers.count, .job = crew->job};
    int code = pthread_create(&helper->thread, NULL, help, helper);
    if (code == 0)
        return ASSAY_OK;
    crew->helpers.count--;
    unsigned number = helper->number;
    free(helper);
    return buf_error(error, ASSAY_ERR_LIMIT, "cannot start thread %u: %s", number + 1,
                     strerror(code));
}

assay_status crew_grow(struct crew **crew, unsigned threads, struct buf *error)
{
    if (*crew == NULL && (*crew = crew_new()) == NULL)
        return ASSAY_ERR_MEMORY;
    while ((*crew)->helpers.count + 1 < threads)
        TRY(add_helper(*crew, error));
    return ASSAY_OK;
}

unsigned crew_helpers(const struct crew *crew)
{
    return crew == NULL ? 0 : (unsigned)crew->helpers.count;
}

void crew_run(struct crew *crew, unsigned threads, void (*work)(void *context, unsigned thread),
              void *context)
{
    pthread_mutex_lock(&crew->mutex);
    crew->work = work;
    crew->context = context;
    crew->threads = threads;
    crew->pending = threads - 1;
    crew->job++;
    pthread_cond_broadcast(&crew->job_is_there);
    pthread_mutex_unlock(&crew->mutex);
    work(context, 0);
    pthread_mutex_lock(&crew->mutex);
    while (crew->pending > 0)
        pthread_cond_wait(&crew->job_is_done, &crew->mutex);
    pthread_mutex_unlock(&crew->mutex);
}

void crew_release(struct crew *crew)
{
    if (crew == NULL)
        return;
    pthread_mutex_lock(&crew->mutex);
    crew->ends = true;
    pthread_cond_broadcast(&crew->job_is_there);
    pthread_mutex_unlock(&crew->mutex);
    for (size_t i = 0; i < crew->helpers.count; i++) {
        pthread_join(crew->helpers.items[i]->thread, NULL);
        free(crew->helpers.items[i]);
    }
    vec_release(&crew->helpers);
    pthread_cond_destroy(&crew->job_is_done);
    pthread_cond_destroy(&crew->job_is_there);
    pthread_mutex_destroy(&crew->mutex);
    free(crew);
}

void start_line_set(struct start_line *line, unsigned wanted)
{
    line->wanted = wanted;
    atomic_store(&line->arrived, 0);
    atomic_store(&line->is_open, false);
}

void start_line_give_up(struct start_line *line)
{
    if (atomic_fetch_add(&line->arrived, 1) + 1 < line->wanted)
        return;
    atomic_store(&line->opened_ns, clock_now_ns());
    atomic_store_explicit(&line->is_open, true, memory_order_release);
}

void start_line_wait(struct start_line *line)
{
    start_line_give_up(line);
    for (int i = 0; !atomic_load_explicit(&line->is_open, memory_order_acquire); i++)
        if (i >= SPINS)
            sched_yield();
}
