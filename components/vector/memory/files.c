/* Rows from files: fvecs, and lines of words with their numbers.
 *
 * Bytes need not end in a NUL, so that files can be mapped: no number is read in place. */
#include "files.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define ROOM_FIRST 1024u
#define TOKEN_MAX 63u

struct reader {
    const char *at, *end;
    struct vector_file file;
    size_t room, filled; /* numbers in `rows` */
    bool is_first;       /* no line of text was read yet */
};

static enum vector_status add_number(struct reader *reader, float number)
{
    if (!isfinite(number)) {
        return VECTOR_ERR_NOT_FINITE;
    }
    if (reader->filled == reader->room) {
        const size_t room = reader->room > 0 ? 2 * reader->room : ROOM_FIRST;
        float *rows = realloc(reader->file.rows, room * sizeof *rows);
        if (rows == NULL) {
            return VECTOR_ERR_MEMORY;
        }
        reader->file.rows = rows;
        reader->room = room;
    }
    reader->file.rows[reader->filled++] = number;
    return VECTOR_OK;
}

/* A row of `dim` numbers is complete. */
static enum vector_status end_row(struct reader *reader, size_t dim)
{
    if (dim == 0 || (reader->file.count > 0 && dim != reader->file.dim)) {
        return VECTOR_ERR_CORRUPT;
    }
    if (dim > VECTOR_DIM_MAX || reader->file.count == VECTOR_COUNT_MAX) {
        return VECTOR_ERR_LIMIT;
    }
    reader->file.dim = dim;
    reader->file.count++;
    return VECTOR_OK;
}

/* ---- fvecs ---- */

static enum vector_status read_fvec(struct reader *reader)
{
    int32_t dim;
    const size_t left = (size_t)(reader->end - reader->at);
    if (left < sizeof dim) {
        return VECTOR_ERR_CORRUPT;
    }
    memcpy(&dim, reader->at, sizeof dim);
    if (dim <= 0 || (size_t)dim > (left - sizeof dim) / sizeof(float)) {
        return VECTOR_ERR_CORRUPT;
    }
    reader->at += sizeof dim;
    for (int32_t k = 0; k < dim; k++) {
        float number;
        memcpy(&number, reader->at, sizeof number);
        reader->at += sizeof number;
        const enum vector_status status = add_number(reader, number);
        if (status != VECTOR_OK) {
            return status;
        }
    }
    return end_row(reader, (size_t)dim);
}

/* ---- text ---- */

static bool is_blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\r';
}

/* The next word of the line that ends at `end`: its length, 0 when there is none. */
static size_t next_token(struct reader *reader, const char *end)
{
    while (reader->at < end && is_blank(*reader->at)) {
        reader->at++;
    }
    size_t length = 0;
    while (reader->at + length < end && !is_blank(reader->at[length])) {
        length++;
    }
    return length;
}

/* A copy with an end, since strtof wants one; the whole token must be a number. */
static bool parse_number(const char *token, size_t length, float *ret_number)
{
    char copy[TOKEN_MAX + 1];
    char *stopped;
    if (length > TOKEN_MAX) {
        return false;
    }
    memcpy(copy, token, length);
    copy[length] = '\0';
    *ret_number = strtof(copy, &stopped);
    return stopped == copy + length;
}

static enum vector_status read_numbers(struct reader *reader, const char *end, size_t *ret_count)
{
    size_t length;
    for (*ret_count = 0; (length = next_token(reader, end)) > 0; (*ret_count)++) {
        float number;
        if (!parse_number(reader->at, length, &number)) {
            return VECTOR_ERR_CORRUPT;
        }
        const enum vector_status status = add_number(reader, number);
        if (status != VECTOR_OK) {
            return status;
        }
        reader->at += length;
    }
    return VECTOR_OK;
}

/* One line: a word, then numbers.  Empty lines are passed over, and so is a first line with one
 * number, which says how many rows follow and how many numbers they have. */
static enum vector_status read_line(struct reader *reader)
{
    const size_t left = (size_t)(reader->end - reader->at), filled = reader->filled;
    const char *newline = memchr(reader->at, '\n', left);
    const char *end = newline != NULL ? newline : reader->end;
    const size_t word = next_token(reader, end);
    size_t count = 0;
    reader->at += word;
    enum vector_status status = word > 0 ? read_numbers(reader, end, &count) : VECTOR_OK;
    if (status == VECTOR_OK && word > 0) {
        if (reader->is_first && count == 1) {
            reader->filled = filled;
        } else {
            status = end_row(reader, count);
        }
        reader->is_first = false;
    }
    reader->at = newline != NULL ? newline + 1 : reader->end;
    return status;
}

enum vector_status vector_file_read(const void *bytes, size_t size, enum vector_format format,
                                    size_t most, struct vector_file *ret_file)
{
    if (bytes == NULL || ret_file == NULL || (format != VECTOR_FVECS && format != VECTOR_WORDS)) {
        return VECTOR_ERR_ARGUMENT;
    }
    struct reader reader = {.at = bytes, .end = (const char *)bytes + size, .is_first = true};
    enum vector_status status = VECTOR_OK;
    while (status == VECTOR_OK && reader.at < reader.end &&
           (most == 0 || reader.file.count < most)) {
        status = format == VECTOR_FVECS ? read_fvec(&reader) : read_line(&reader);
    }
    if (status == VECTOR_OK && reader.file.count == 0) {
        status = VECTOR_EMPTY;
    }
    if (status != VECTOR_OK) {
        free(reader.file.rows);
        return status;
    }
    *ret_file = reader.file;
    return VECTOR_OK;
}
