/* Rows from files in which others keep vectors. */
#ifndef VECTOR_FILES_H
#define VECTOR_FILES_H

#include "vector.h"

enum vector_format {
    VECTOR_FVECS, /* of each vector: its dim as a little-endian int32, then its floats */
    VECTOR_WORDS, /* GloVe's and word2vec's text: a line each, a word, then its numbers; a first
                     line of two numbers alone is passed over */
};

/* Read rows; `rows` is freed with free(). */
struct vector_file {
    float *rows;
    size_t count, dim;
};

/* The first `most` rows of the bytes of a file (0: all).
 *
 * ret_file  written only on VECTOR_OK.
 *
 * VECTOR_EMPTY (no row), VECTOR_ERR_ARGUMENT, VECTOR_ERR_MEMORY, VECTOR_ERR_LIMIT (a dim),
 * VECTOR_ERR_CORRUPT (rows of different dims, a row that ends early, something that is no number),
 * VECTOR_ERR_NOT_FINITE. */
enum vector_status vector_file_read(const void *bytes, size_t size, enum vector_format format,
                                    size_t most, struct vector_file *ret_file);

#endif
