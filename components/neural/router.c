/* Messages between layers: see router.h.
 *
 * Layers take turns, the last one first, so that what is nearly done makes room; a layer handles a
 * message only when the inbox after it has a place.  Circles in the routes can fill all inboxes:
 * then nobody can move, which is told like too many hops.
 *
 * Invariant: each buffer is in one message, or free. */
#include "router.h"

#include <stdlib.h>
#include <string.h>

struct message {
    float *numbers;
    size_t index; /* of the signal */
    unsigned hops;
    uint8_t kind;
};

/* A ring: `taken` and `put` only grow. */
struct inbox {
    struct message items[NEURAL_INBOX];
    size_t taken, put;
};

struct neural_router {
    const struct neural_net *net;
    size_t layers, buffers, free_count;
    size_t next[NEURAL_LAYERS_MAX][NEURAL_KINDS];
    struct inbox inboxes[NEURAL_LAYERS_MAX];
    float *memory, **free;
};

/* What one run is about. */
struct job {
    const float *inputs;
    const uint8_t *kinds;
    float *outputs;
    size_t count, begun, done;
    bool lost; /* a message took too many hops */
};

enum neural_status neural_router_new(const struct neural_net *net,
                                     struct neural_router **ret_router)
{
    if (net == NULL || ret_router == NULL) {
        return NEURAL_ERR_ARGUMENT;
    }
    struct neural_router *router = calloc(1, sizeof *router);
    if (router == NULL) {
        return NEURAL_ERR_MEMORY;
    }
    size_t widest = 1;
    router->net = net;
    router->layers = neural_layers(net);
    router->buffers = router->layers * NEURAL_INBOX + 1;
    for (size_t l = 0; l <= router->layers; l++) {
        widest = neural_width(net, l) > widest ? neural_width(net, l) : widest;
    }
    router->memory = calloc(router->buffers * widest, sizeof *router->memory);
    router->free = calloc(router->buffers, sizeof *router->free);
    if (router->memory == NULL || router->free == NULL) {
        neural_router_free(router);
        return NEURAL_ERR_MEMORY;
    }
    router->free_count = router->buffers;
    for (size_t i = 0; i < router->buffers; i++) {
        router->free[i] = router->memory + i * widest;
    }
    for (size_t l = 0; l < router->layers; l++) {
        for (unsigned kind = 0; kind < NEURAL_KINDS; kind++) {
            router->next[l][kind] = l + 1 < router->layers ? l + 1 : NEURAL_DONE;
        }
    }
    *ret_router = router;
    return NEURAL_OK;
}

void neural_router_free(struct neural_router *router)
{
    if (router != NULL) {
        free(router->memory);
        free((void *)router->free);
        free(router);
    }
}

enum neural_status neural_route(struct neural_router *router, size_t layer, unsigned kind,
                                size_t next)
{
    if (router == NULL || layer >= router->layers || kind >= NEURAL_KINDS ||
        (next != NEURAL_DONE &&
         (next >= router->layers ||
          neural_width(router->net, next) != neural_width(router->net, layer + 1)))) {
        return NEURAL_ERR_ARGUMENT;
    }
    router->next[layer][kind] = next;
    return NEURAL_OK;
}

static bool is_full(const struct inbox *inbox)
{
    return inbox->put - inbox->taken == NEURAL_INBOX;
}

static void deliver(struct inbox *inbox, struct message message)
{
    inbox->items[inbox->put++ % NEURAL_INBOX] = message;
}

/* Signals wait at the first layer while it has places. */
static bool begin(struct neural_router *router, struct job *job)
{
    const size_t width = neural_width(router->net, 0), before = job->begun;
    while (job->begun < job->count && !is_full(&router->inboxes[0])) {
        float *numbers = router->free[--router->free_count];
        memcpy(numbers, job->inputs + job->begun * width, width * sizeof *numbers);
        deliver(&router->inboxes[0],
                (struct message){.numbers = numbers,
                                 .index = job->begun,
                                 .kind = job->kinds != NULL ? job->kinds[job->begun] : 0});
        job->begun++;
    }
    return job->begun > before;
}

/* One message at a layer; false when there is none, or no place for its result. */
static bool handle(struct neural_router *router, struct job *job, size_t layer)
{
    struct inbox *inbox = &router->inboxes[layer];
    if (inbox->taken == inbox->put) {
        return false;
    }
    struct message message = inbox->items[inbox->taken % NEURAL_INBOX];
    const size_t next = router->next[layer][message.kind];
    const size_t last = neural_width(router->net, router->layers);
    if (next != NEURAL_DONE && is_full(&router->inboxes[next])) {
        return false;
    }
    if (message.hops++ == NEURAL_HOPS_MAX) {
        job->lost = true;
        return false;
    }
    float *result = router->free[--router->free_count];
    inbox->taken++;
    neural_layer(router->net, layer, message.numbers, result);
    router->free[router->free_count++] = message.numbers;
    message.numbers = result;
    if (next != NEURAL_DONE) {
        deliver(&router->inboxes[next], message);
        return true;
    }
    const size_t width = neural_width(router->net, layer + 1);
    memcpy(job->outputs + message.index * last, result,
           (width < last ? width : last) * sizeof *result);
    router->free[router->free_count++] = result;
    job->done++;
    return true;
}

static void clear(struct neural_router *router)
{
    for (size_t l = 0; l < router->layers; l++) {
        struct inbox *inbox = &router->inboxes[l];
        while (inbox->taken < inbox->put) {
            router->free[router->free_count++] =
                inbox->items[inbox->taken++ % NEURAL_INBOX].numbers;
        }
    }
}

static bool sound_kinds(const uint8_t *kinds, size_t count)
{
    bool sound = true;
    for (size_t i = 0; sound && kinds != NULL && i < count; i++) {
        sound = kinds[i] < NEURAL_KINDS;
    }
    return sound;
}

/* NOLINTNEXTLINE(readability-non-const-parameter): the jobs' handlers write there */
enum neural_status neural_router_run(struct neural_router *router, const float *inputs,
                                     const uint8_t *kinds, size_t count, float *ret_outputs)
{
    if (router == NULL || (count > 0 && (inputs == NULL || ret_outputs == NULL)) ||
        !sound_kinds(kinds, count)) {
        return NEURAL_ERR_ARGUMENT;
    }
    struct job job = {inputs, kinds, ret_outputs, count, 0, 0, false};
    bool moved = true;
    while (job.done < count && moved && !job.lost) {
        moved = begin(router, &job);
        for (size_t l = router->layers; l-- > 0;) {
            while (handle(router, &job, l)) {
                moved = true;
            }
        }
    }
    clear(router);
    return job.done == count ? NEURAL_OK : NEURAL_ERR_LIMIT;
}
