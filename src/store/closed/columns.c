/* Packing column by column: what a run says of all its benchmarks is mostly the same thing.
 * Invariant: unpacking reads no byte behind the end and believes no count that the length denies.
 */
#include "store/closed/columns.h"

#include <endian.h>
#include <string.h>

/* A first byte is a width, or says which column this one is a twin of. */
enum { HEADER_BYTES = 9, WIDTH_MAX = 8, TWIN_FIRST = WIDTH_MAX + 1 };

static unsigned bytes_for(uint64_t number)
{
    unsigned bytes = 0;
    for (; number != 0; number >>= 8)
        bytes++;
    return bytes;
}

static void put_bytes(uint64_t number, unsigned bytes, struct buf *out)
{
    char text[8];
    for (unsigned i = 0; i < bytes; i++)
        text[i] = (char)(number >> 8 * i);
    buf_add(out, text, bytes);
}

/* Eight bytes anywhere.  Why not memcpy: with its checks it is a call here. */
struct __attribute__((packed, may_alias)) word {
    uint64_t bits;
};

/* Rows are written eight bytes at once, of which the next row covers what is not its own. */
void pack_column(const uint64_t *numbers, size_t count, struct buf *out)
{
    uint64_t least = count > 0 ? numbers[0] : 0, most = least;
    for (size_t i = 1; i < count; i++) {
        least = numbers[i] < least ? numbers[i] : least;
        most = numbers[i] > most ? numbers[i] : most;
    }
    const unsigned width = bytes_for(most - least);
    buf_putc(out, (char)width);
    put_bytes(least, 8, out);
    enum { AT_ONCE = 512 };
    char rows[8 * AT_ONCE + 8];
    for (size_t first = 0; width > 0 && first < count; first += AT_ONCE) {
        char *at = rows;
        for (size_t i = first; i < count && i < first + AT_ONCE; i++, at += width)
            ((struct word *)at)->bits = htole64(numbers[i] - least);
        buf_add(out, rows, (size_t)(at - rows));
    }
}

assay_status unpack_column(struct packed_reader *reader, size_t count,
                           struct packed_column *ret_column)
{
    const unsigned char *at = reader->at;
    const size_t left = (size_t)(reader->end - at);
    if (left < HEADER_BYTES || at[0] > WIDTH_MAX)
        return ASSAY_ERR_PARSE;
    *ret_column = (struct packed_column){.rows = at + HEADER_BYTES, .width = at[0]};
    for (int i = 0; i < 8; i++)
        ret_column->base |= (uint64_t)at[1 + i] << 8 * i;
    if (ret_column->width > 0 && count > (left - HEADER_BYTES) / ret_column->width)
        return ASSAY_ERR_PARSE;
    reader->at = ret_column->rows + count * ret_column->width;
    return ASSAY_OK;
}

/* Eight bytes at once and a mask, up to the rows from which that would reach behind the end. */
void packed_numbers(const struct packed_column *column, size_t count, uint64_t *ret_numbers)
{
    const size_t width = column->width, bytes = count * width;
    const uint64_t mask = width < 8 ? ((uint64_t)1 << 8 * width) - 1 : UINT64_MAX;
    const unsigned char *at = column->rows;
    size_t row = 0;
    for (; row * width + 8 <= bytes; row++, at += width) {
        uint64_t above;
        memcpy(&above, at, sizeof above);
        ret_numbers[row] = column->base + (le64toh(above) & mask);
    }
    for (; row < count; row++)
        ret_numbers[row] = packed_number(column, row);
}

void pack_twin(size_t index, struct buf *out)
{
    buf_putc(out, (char)(TWIN_FIRST + index));
}

assay_status unpack_next(struct packed_reader *reader, struct packed_table *table)
{
    if (table->count == TABLE_COLUMNS_MAX || reader->at >= reader->end)
        return ASSAY_ERR_PARSE;
    struct packed_column *column = &table->columns[table->count];
    if (*reader->at < TWIN_FIRST) {
        TRY(unpack_column(reader, table->rows, column));
    } else {
        const size_t twin = (size_t)*reader->at++ - TWIN_FIRST;
        if (twin >= table->count)
            return ASSAY_ERR_PARSE;
        *column = table->columns[twin];
    }
    table->count++;
    return ASSAY_OK;
}

void pack_count(uint64_t count, struct buf *out)
{
    for (; count >= 0x80; count >>= 7)
        buf_putc(out, (char)(count | 0x80));
    buf_putc(out, (char)count);
}

assay_status unpack_count(struct packed_reader *reader, uint64_t most, uint64_t *ret_count)
{
    uint64_t count = 0;
    for (unsigned shift = 0; reader->at < reader->end && shift < 64; shift += 7) {
        const unsigned char byte = *reader->at++;
        count |= (uint64_t)(byte & 0x7f) << shift;
        if (byte < 0x80) {
            *ret_count = count;
            return count <= most ? ASSAY_OK : ASSAY_ERR_PARSE;
        }
    }
    return ASSAY_ERR_PARSE;
}
