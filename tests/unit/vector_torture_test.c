/* components/vector: every allocation fails once; nothing may leak, and what was there stays. */
#include "../harness.h"
#include "vector.h"

#define DIM 8u
#define COUNT 200u

static float numbers[COUNT * DIM];

static enum vector_status search_all(struct vectors *vectors, struct vector_search *search)
{
    struct vector_hit hits[3 * 4];
    size_t found;
    enum vector_status status = vector_exact(search, numbers, 4, hits, &found);
    if (status == VECTOR_OK) {
        status = vector_exact_batch(search, numbers, 3, 4, hits, &found);
    }
    for (int code = VECTOR_F16; code < VECTOR_CODES && status == VECTOR_OK; code++) {
        status = vectors_encode(vectors, (enum vector_code)code);
    }
    if (status == VECTOR_OK) {
        status = vector_certain(search, numbers, 4, hits, &found);
    }
    return status == VECTOR_OK ? vector_cascade(search, numbers, 4, NULL, hits, &found) : status;
}

static bool use(void *unused)
{
    (void)unused;
    struct vectors *vectors = NULL;
    struct vector_search *search = NULL;
    enum vector_status status = vectors_new(&(struct vectors_options){.dim = DIM}, &vectors);
    if (status == VECTOR_OK) {
        status = vectors_add(vectors, numbers, COUNT);
    }
    if (status == VECTOR_OK) {
        status = vector_search_new(vectors, &search);
    }
    if (status == VECTOR_OK) {
        status = search_all(vectors, search);
    }
    CHECK(status == VECTOR_OK || vectors == NULL || vectors_count(vectors) % COUNT == 0);
    vector_search_free(search);
    vectors_free(vectors);
    CHECK(status == VECTOR_OK || status == VECTOR_ERR_MEMORY);
    return status == VECTOR_OK;
}

TEST(any_allocation_may_fail)
{
    for (size_t i = 0; i < COUNT * DIM; i++) {
        numbers[i] = (float)(i * 37 % 101) - 50;
    }
    CHECK(torture(use, NULL) > 15);
}

TEST_MAIN
