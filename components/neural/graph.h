/* Neurons and their connections: edits, and activity that spreads.
 *
 *   struct neural_graph *graph = NULL;
 *   neural_graph_new(1000, &graph);
 *   neural_connect(graph, 3, 17, 0.5f);
 *   neural_fire(graph, &rule, active, count, next, &next_count);
 *   neural_graph_free(graph);
 *
 * Connections are kept twice: in a hash table, for finding one, and in a list of each neuron, for
 * following them; a connection knows its place in the list, so that every edit takes constant time.
 *
 * A graph belongs to one thread at a time. */
#ifndef NEURAL_GRAPH_H
#define NEURAL_GRAPH_H

#include "neural.h"

#define NEURAL_NEURONS_MAX (1u << 24)
#define NEURAL_CONNECTIONS_MAX (1u << 28)

struct neural_graph;

/* A graph without connections.  NEURAL_ERR_ARGUMENT, NEURAL_ERR_LIMIT, NEURAL_ERR_MEMORY. */
enum neural_status neural_graph_new(size_t neurons, struct neural_graph **ret_graph);

/* NULL is allowed. */
void neural_graph_free(struct neural_graph *graph);

size_t neural_graph_neurons(const struct neural_graph *graph);
size_t neural_graph_connections(const struct neural_graph *graph);

/* Connections that leave, that arrive. */
size_t neural_degree_out(const struct neural_graph *graph, uint32_t neuron);
size_t neural_degree_in(const struct neural_graph *graph, uint32_t neuron);

/* Adds a connection, or gives it another weight.  NEURAL_ERR_ARGUMENT (a neuron that is not there),
 * NEURAL_ERR_NOT_FINITE (the weight), NEURAL_ERR_MEMORY, NEURAL_ERR_LIMIT; nothing is changed then.
 * O(1) on average. */
enum neural_status neural_connect(struct neural_graph *graph, uint32_t from, uint32_t to,
                                  float weight);

/* False when there was none. */
bool neural_disconnect(struct neural_graph *graph, uint32_t from, uint32_t to);

/* False when there is none; ret_weight may be NULL. */
bool neural_connection(const struct neural_graph *graph, uint32_t from, uint32_t to,
                       float *ret_weight);

/* Removes connections with a magnitude below `least`; returns how many. */
size_t neural_prune(struct neural_graph *graph, float least);

/* Integrate and fire (Lapicque 1907): each step potentials are multiplied with `decay`, active
 * neurons add their connections' weights to the potentials of others, and those that then reach
 * `threshold` are active next and start again at 0. */
struct neural_rule {
    float decay, threshold;
};

/* One step from `active` to ret_next (room for all neurons), in rising order of neurons.  O(neurons
 * + connections of active ones). */
enum neural_status neural_fire(struct neural_graph *graph, const struct neural_rule *rule,
                               const uint32_t *active, size_t count, uint32_t *ret_next,
                               size_t *ret_next_count);

/* Steps until nothing is active, or `most` of them; returns how often neurons were active, the
 * first ones included.  ret_steps may be NULL. */
size_t neural_cascade(struct neural_graph *graph, const struct neural_rule *rule,
                      const uint32_t *active, size_t count, size_t most, size_t *ret_steps);

/* All potentials 0. */
void neural_rest(struct neural_graph *graph);

/* Potentials of all neurons. */
const float *neural_potentials(const struct neural_graph *graph);

#endif
