/* Signals as messages: each layer of a net has an inbox, and a table says where its results go.
 *
 * A router belongs to one thread at a time; several may share a net whose weights nobody changes.
 */
#ifndef NEURAL_ROUTER_H
#define NEURAL_ROUTER_H

#include "neural.h"

#define NEURAL_KINDS 4u  /* of messages */
#define NEURAL_INBOX 16u /* messages that wait at a layer */
#define NEURAL_HOPS_MAX 64u
#define NEURAL_DONE SIZE_MAX

struct neural_router;

/* Every kind goes from each layer to the next, and from the last to NEURAL_DONE.  The net is lent.
 * NEURAL_ERR_ARGUMENT, NEURAL_ERR_MEMORY. */
enum neural_status neural_router_new(const struct neural_net *net,
                                     struct neural_router **ret_router);

/* NULL is allowed. */
void neural_router_free(struct neural_router *router);

/* Results of `layer` for messages of `kind` go to layer `next`, or are done.  NEURAL_ERR_ARGUMENT:
 * out of range, or `next` takes another number of numbers. */
enum neural_status neural_route(struct neural_router *router, size_t layer, unsigned kind,
                                size_t next);

/* Takes `count` signals through the layers, and returns when all are done.
 *
 * kinds        of each signal; NULL: all are 0.
 * inputs       count rows of width(0) numbers.
 * ret_outputs  count rows of width(layers) numbers; a route that ends at another layer leaves what
 *              is beyond its width as it was.
 *
 * NEURAL_ERR_ARGUMENT; NEURAL_ERR_LIMIT: a message took NEURAL_HOPS_MAX hops, since its route is a
 * circle.  Messages that meet a full inbox wait, so that memory does not grow. */
enum neural_status neural_router_run(struct neural_router *router, const float *inputs,
                                     const uint8_t *kinds, size_t count, float *ret_outputs);

#endif
