/* Columns of whole numbers as bytes: each as its smallest number and, for every row, how much it is
 * above that, in as few bytes as the largest needs.  A column of equal numbers takes nine bytes,
 * and any row is read without the others. */
#ifndef STORE_CLOSED_COLUMNS_H
#define STORE_CLOSED_COLUMNS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/buf.h"

/* Appends the column: its width in bytes (u8), its smallest number (u64), the rows; little-endian.
 */
void pack_column(const uint64_t *numbers, size_t count, struct buf *out);

struct packed_column {
    const unsigned char *rows;
    uint64_t base;
    unsigned width;
};

/* Columns of one table, of which one may be another one's twin: that takes one byte. */
enum { TABLE_COLUMNS_MAX = 96 };
struct packed_table {
    size_t rows, count;
    struct packed_column columns[TABLE_COLUMNS_MAX];
};

/* What is read next, up to `end`. */
struct packed_reader {
    const unsigned char *at, *end;
};

/* Reads a column of `count` rows.  ASSAY_ERR_PARSE: cut off or damaged. */
ASSAY_USE_RESULT assay_status unpack_column(struct packed_reader *reader, size_t count,
                                            struct packed_column *ret_column);

/* Appends a column that is the same as the one with this index in its table. */
void pack_twin(size_t index, struct buf *out);
/* Reads the table's next column, packed by either of both. */
ASSAY_USE_RESULT assay_status unpack_next(struct packed_reader *reader, struct packed_table *table);

/* Row `row`, which must be below the count that the column was read with. */
static inline uint64_t packed_number(const struct packed_column *column, size_t row)
{
    const unsigned char *at = column->rows + row * column->width;
    uint64_t above = 0;
    for (unsigned i = 0; i < column->width; i++)
        above |= (uint64_t)at[i] << 8 * i;
    return column->base + above;
}

/* The first `count` rows, which must not be more than the column was read with: several times as
 * fast as one by one. */
void packed_numbers(const struct packed_column *column, size_t count, uint64_t *ret_numbers);

/* Appends a whole number in as many bytes as it needs, seven bits each. */
void pack_count(uint64_t count, struct buf *out);
/* At most `most`.  ASSAY_ERR_PARSE. */
ASSAY_USE_RESULT assay_status unpack_count(struct packed_reader *reader, uint64_t most,
                                           uint64_t *ret_count);

/* Numbers whose order is that of the doubles, so that near ones are near; -0 and NaN keep their
 * bits. */
static inline uint64_t ordered_of_bits(uint64_t bits)
{
    return bits >> 63 ? ~bits : bits | (uint64_t)1 << 63;
}

static inline uint64_t ordered_of_double(double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    return ordered_of_bits(bits);
}

static inline double double_of_ordered(uint64_t number)
{
    const uint64_t bits = number >> 63 ? number & ~((uint64_t)1 << 63) : ~number;
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#endif
