/* components/weights: every allocation fails once, in every format; nothing may leak. */
#include "../harness.h"
#include "weights.h"

#define ROWS 3u
#define COLS 40u

static struct weights_options FORMATS[] = {
    {.format = WEIGHTS_INT4},
    {.format = WEIGHTS_TERNARY},
    {.format = WEIGHTS_SEEDLM},
    {.format = WEIGHTS_VECTORS, .vector = 4, .book_bits = 3, .rest_bits = 2},
};

static bool encode(void *options)
{
    struct weights_matrix *matrix = NULL;
    float w[ROWS * COLS], restored[ROWS * COLS], y[ROWS];
    double snr = 0;
    for (size_t i = 0; i < ROWS * COLS; i++) {
        w[i] = (float)(i * 7 % 13) - 6;
    }
    enum weights_status status = weights_encode(options, w, ROWS, COLS, &matrix);
    if (status == WEIGHTS_OK) {
        weights_decode(matrix, restored);
        CHECK(weights_multiply(matrix, w, y) == WEIGHTS_OK);
        status = weights_snr(matrix, w, &snr);
    } else {
        CHECK(matrix == NULL);
    }
    weights_free(matrix);
    CHECK(status == WEIGHTS_OK || status == WEIGHTS_ERR_MEMORY);
    return status == WEIGHTS_OK;
}

TEST(any_allocation_may_fail)
{
    for (size_t i = 0; i < sizeof FORMATS / sizeof *FORMATS; i++) {
        CHECK(torture(encode, &FORMATS[i]) >= 6);
    }
}

TEST_MAIN
