/* components/neural: every allocation fails once; nothing may leak, and graphs stay as they were.
 */
#include "../harness.h"
#include "graph.h"
#include "router.h"

static bool use_net(void *unused)
{
    (void)unused;
    struct neural_net *net = NULL;
    struct neural_router *router = NULL;
    const size_t widths[] = {4, 3, 2};
    float x[4] = {1, 2, 3, 4}, y[2];
    enum neural_status status =
        neural_new(&(struct neural_shape){widths, 3, NEURAL_TANH, NEURAL_SQUARE, 1}, &net);
    if (status == NEURAL_OK) {
        status = neural_router_new(net, &router);
    }
    if (status == NEURAL_OK) {
        status = neural_router_run(router, x, NULL, 1, y);
    }
    neural_router_free(router);
    neural_free(net);
    CHECK(status == NEURAL_OK || status == NEURAL_ERR_MEMORY);
    return status == NEURAL_OK;
}

/* Enough connections for lists and table to grow. */
static bool use_graph(void *unused)
{
    (void)unused;
    struct neural_graph *graph = NULL;
    enum neural_status status = neural_graph_new(20, &graph);
    for (uint32_t i = 0; i < 60 && status == NEURAL_OK; i++) {
        const size_t before = neural_graph_connections(graph);
        status = neural_connect(graph, i % 3, i / 3, 1);
        CHECK_EQ(neural_graph_connections(graph), before + (status == NEURAL_OK));
        CHECK(neural_connection(graph, i % 3, i / 3, NULL) == (status == NEURAL_OK));
    }
    neural_graph_free(graph);
    CHECK(status == NEURAL_OK || status == NEURAL_ERR_MEMORY);
    return status == NEURAL_OK;
}

TEST(any_allocation_may_fail)
{
    CHECK(torture(use_net, NULL) >= 6);
    CHECK(torture(use_graph, NULL) >= 12);
}

TEST_MAIN
