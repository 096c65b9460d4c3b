/* Vectors: rows of their own or borrowed ones, with their lengths.
 *
 * Everything that could make a sum overflow or a direction meaningless is refused here, so that
 * searches need not look at rows again. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "vector_plan.h"

#define ROOM_FIRST 64u

const char *vector_status_text(enum vector_status status)
{
    switch (status) {
    case VECTOR_EMPTY:
        return "nothing to search";
    case VECTOR_OK:
        return "ok";
    case VECTOR_ERR_ARGUMENT:
        return "invalid argument";
    case VECTOR_ERR_MEMORY:
        return "out of memory";
    case VECTOR_ERR_LIMIT:
        return "too many numbers, or a vector that is too long";
    case VECTOR_ERR_NOT_FINITE:
        return "a number that is not finite";
    case VECTOR_ERR_ZERO:
        return "a vector without direction";
    case VECTOR_ERR_CODE:
        return "rows without the codes that this needs";
    case VECTOR_ERR_ABSENT:
        return "no vector has this id";
    case VECTOR_ERR_EXISTS:
        return "a vector has this id already";
    case VECTOR_ERR_CORRUPT:
        return "stored bytes are not what was stored";
    case VECTOR_ERR_STORE:
        return "the database or file failed";
    }
    return "unknown status";
}

enum vector_status vectors_new(const struct vectors_options *options, struct vectors **ret_vectors)
{
    if (options == NULL || ret_vectors == NULL || options->dim == 0 ||
        (options->metric != VECTOR_DOT && options->metric != VECTOR_COSINE &&
         options->metric != VECTOR_L2)) {
        return VECTOR_ERR_ARGUMENT;
    }
    if (options->dim > VECTOR_DIM_MAX) {
        return VECTOR_ERR_LIMIT;
    }
    struct vectors *vectors = calloc(1, sizeof *vectors);
    if (vectors == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    vectors->dim = vectors->stride = options->dim;
    vectors->metric = options->metric;
    vectors->signs = malloc(ROTATIONS * options->dim * sizeof *vectors->signs);
    if (vectors->signs == NULL) {
        free(vectors);
        return VECTOR_ERR_MEMORY;
    }
    vector_rotate_signs(options->seed, options->dim, vectors->signs);
    *ret_vectors = vectors;
    return VECTOR_OK;
}

void vectors_free(struct vectors *vectors)
{
    if (vectors == NULL) {
        return;
    }
    for (unsigned code = 0; code < VECTOR_CODES; code++) {
        free(vectors->codes[code].bytes);
        free(vectors->codes[code].scales);
        free(vectors->codes[code].errors);
        free(vectors->codes[code].ones);
        free(vectors->codes[code].shares);
    }
    free(vectors->rows);
    free(vectors->lengths);
    free(vectors->signs);
    free(vectors);
}

enum vector_status vector_length(const float *numbers, size_t dim, enum vector_metric metric,
                                 double *ret_length)
{
    double parts[4] = {0};
    for (size_t k = 0; k < dim; k++) {
        parts[k % 4] += (double)numbers[k] * (double)numbers[k];
    }
    const double length = sqrt(parts[0] + parts[1] + parts[2] + parts[3]);
    if (!isfinite(length)) {
        return VECTOR_ERR_NOT_FINITE;
    }
    if (length > VECTOR_NORM_MAX) {
        return VECTOR_ERR_LIMIT;
    }
    if (length < VECTOR_NORM_LEAST && metric == VECTOR_COSINE) {
        return VECTOR_ERR_ZERO;
    }
    *ret_length = length;
    return VECTOR_OK;
}

/* Lengths of the rows that come behind the present ones. */
static enum vector_status measure(struct vectors *vectors, const float *rows, size_t count,
                                  size_t stride)
{
    for (size_t r = 0; r < count; r++) {
        double length;
        const enum vector_status status =
            vector_length(rows + r * stride, vectors->dim, vectors->metric, &length);
        if (status != VECTOR_OK) {
            return status;
        }
        vectors->lengths[vectors->count + r] = (float)length;
    }
    return VECTOR_OK;
}

static bool grow(struct vectors *vectors, size_t count)
{
    size_t room = vectors->room > 0 ? vectors->room : ROOM_FIRST;
    while (room < count) {
        room += room / 2;
    }
    if (room == vectors->room) {
        return true;
    }
    float *lengths = realloc(vectors->lengths, room * sizeof *lengths);
    if (lengths == NULL) {
        return false;
    }
    vectors->lengths = lengths;
    float *rows = realloc(vectors->rows, room * vectors->dim * sizeof *rows);
    if (rows == NULL) {
        return false;
    }
    vectors->view = vectors->rows = rows;
    vectors->room = room;
    return true;
}

enum vector_status vectors_add(struct vectors *vectors, const float *rows, size_t count)
{
    if (vectors == NULL || (rows == NULL && count > 0) ||
        (vectors->view != NULL && vectors->rows == NULL)) {
        return VECTOR_ERR_ARGUMENT;
    }
    if (count > VECTOR_COUNT_MAX - vectors->count) {
        return VECTOR_ERR_LIMIT;
    }
    if (count == 0) {
        return VECTOR_OK;
    }
    if (!grow(vectors, vectors->count + count)) {
        return VECTOR_ERR_MEMORY;
    }
    float *to = vectors->rows + vectors->count * vectors->dim;
    memcpy(to, rows, count * vectors->dim * sizeof *rows);
    const enum vector_status status = measure(vectors, to, count, vectors->dim);
    vectors->count += status == VECTOR_OK ? count : 0;
    return status;
}

enum vector_status vectors_view(struct vectors *vectors, const float *rows, size_t count,
                                size_t stride)
{
    if (vectors == NULL || rows == NULL || vectors->view != NULL ||
        (stride != 0 && stride < vectors->dim)) {
        return VECTOR_ERR_ARGUMENT;
    }
    if (count > VECTOR_COUNT_MAX) {
        return VECTOR_ERR_LIMIT;
    }
    free(vectors->lengths);
    vectors->lengths = malloc((count > 0 ? count : 1) * sizeof *vectors->lengths);
    if (vectors->lengths == NULL) {
        return VECTOR_ERR_MEMORY;
    }
    stride = stride != 0 ? stride : vectors->dim;
    const enum vector_status status = measure(vectors, rows, count, stride);
    if (status == VECTOR_OK) {
        vectors->view = rows;
        vectors->stride = stride;
        vectors->count = count;
    }
    return status;
}

size_t vectors_count(const struct vectors *vectors)
{
    return vectors->count;
}

size_t vectors_dim(const struct vectors *vectors)
{
    return vectors->dim;
}

const float *vectors_row(const struct vectors *vectors, uint32_t id)
{
    return vectors->view + id * vectors->stride;
}
