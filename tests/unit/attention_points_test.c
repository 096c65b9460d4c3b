/* components/attention: points at the boundary of the ball and behind it, and the curves that
 * distances and weights are made with, against the C library's doubles. */
#include "../harness.h"
#include "attention.h"
#define KERNEL
#define WIDTH 4u
#include "curves.h"

static enum attention_status ball_status(float query, float key, float value, float *ret_output)
{
    const struct attention_options options = {
        .heads = 1, .dim = 1, .score = ATTENTION_POINCARE, .curvature = 4}; /* the radius is 1/2 */
    const float keys[] = {0.1f, key}, values[] = {0.1f, value};
    const struct attention_memory memory = {.keys = keys, .values = values, .count = 2};
    struct attention *attention = NULL;
    float other;
    CHECK(attention_new(&options, &attention) == ATTENTION_OK);
    const enum attention_status status =
        attention_flash(attention, &memory, &query, ret_output, NULL);
    CHECK(attention_plain(attention, &memory, &query, &other, NULL) == status);
    attention_free(attention);
    return status;
}

TEST(points_must_be_inside_of_the_ball_and_may_be_close_to_its_boundary)
{
    float output = 7;
    CHECK(ball_status(0.5f, 0, 0, &output) == ATTENTION_ERR_BALL);
    CHECK(ball_status(0, -0.5f, 0, &output) == ATTENTION_ERR_BALL);
    CHECK(ball_status(0, 0, 0.75f, &output) == ATTENTION_ERR_BALL);
    CHECK(ball_status(NAN, 0, 0, &output) == ATTENTION_ERR_NOT_FINITE);
    CHECK(ball_status(0, INFINITY, 0, &output) == ATTENTION_ERR_NOT_FINITE);
    CHECK(ball_status(0, 0, NAN, &output) == ATTENTION_ERR_NOT_FINITE);
    CHECK(output == 7);
    const float edge = 0.5f - 0x1p-25f; /* the last number inside */
    CHECK(ball_status(edge, edge, edge, &output) == ATTENTION_OK);
    CHECK(isfinite(output) && fabsf(output) <= 0.5f);
    CHECK(ball_status(edge, -edge, -edge, &output) == ATTENTION_OK);
    CHECK(isfinite(output) && fabsf(output) <= 0.5f);
}

TEST(a_length_that_is_given_must_be_that_of_a_point_of_the_ball)
{
    const float point = 0.5f, inside = 0.25f, outside = 1, nothing = NAN;
    const struct attention_options options = {.heads = 1, .dim = 1, .score = ATTENTION_POINCARE};
    struct attention_memory memory = {
        .keys = &point, .values = &point, .count = 1, .key_norms = &inside};
    struct attention *attention = NULL;
    float output = 7;
    CHECK(attention_new(&options, &attention) == ATTENTION_OK);
    memory.value_norms = &outside;
    CHECK(attention_flash(attention, &memory, &point, &output, NULL) == ATTENTION_ERR_BALL);
    memory.value_norms = &nothing;
    CHECK(attention_flash(attention, &memory, &point, &output, NULL) == ATTENTION_ERR_NOT_FINITE);
    CHECK(output == 7);
    memory.value_norms = &inside;
    CHECK(attention_flash(attention, &memory, &point, &output, NULL) == ATTENTION_OK);
    CHECK(fabsf(output - point) < 1e-6f);
    attention_free(attention);
}

TEST(exponential_and_logarithms_keep_their_stated_errors)
{
    for (uint32_t i = 0; i <= 2000000; i++) {
        const float x = -87.0f * (float)i / 2000000.0f;
        CHECK(fabs((double)exp_of(same(x))[0] / exp((double)x) - 1) < 2e-7);
    }
    for (uint32_t bits = bits_of(1.0f + 0x1p-23f); bits < bits_of(1e30f); bits += 997) {
        const float x = float_of(bits);
        CHECK(fabs((double)log_of(x) / log((double)x) - 1) < 3e-7);
    }
    for (uint32_t bits = bits_of(1e-30f); bits < bits_of(1e18f); bits += 997) {
        const double u = (double)float_of(bits);
        const double want = u < 1e-3 ? log1p(u + sqrt(u * (u + 2))) : acosh(1 + u);
        CHECK(fabs((double)acosh1p_of((float)u) / want - 1) < 5e-7);
    }
    const wide edges = exp_of((wide){0, -88, -INFINITY, NAN});
    CHECK(edges[0] == 1 && edges[1] == 0 && edges[2] == 0 && isnan(edges[3]));
    CHECK(acosh1p_of(-1) == 0 && isfinite(acosh1p_of(INFINITY)) && isnan(acosh1p_of(NAN)));
}

TEST_MAIN
