/* Many rows in one message stream: COPY in the binary format.  One insertion after the other would
 * wait for the server's answer each time.
 * Source: the PostgreSQL manual, COPY, "Binary Format": a signature, flags and the length of an
 * extension; then of each row the number of fields and each field behind its length; -1 ends. */
#include <endian.h>
#include <string.h>

#include "store/closed/segment.h"
#include "store/postgres/connection.h"

enum { AT_ONCE = 1 << 20 };

static void add16(struct buf *out, uint16_t number)
{
    number = htobe16(number);
    buf_add(out, (const char *)&number, sizeof number);
}

static void add32(struct buf *out, uint32_t number)
{
    number = htobe32(number);
    buf_add(out, (const char *)&number, sizeof number);
}

static void add_bigint(struct buf *out, int64_t number)
{
    const uint64_t bits = htobe64((uint64_t)number);
    add32(out, sizeof bits);
    buf_add(out, (const char *)&bits, sizeof bits);
}

static void add_row(struct buf *out, const char *bytes, const struct chunk_row *row)
{
    add16(out, 4);
    add_bigint(out, CHUNK_KEY(row->segment, row->series));
    add_bigint(out, row->segment);
    add_bigint(out, row->series);
    add32(out, (uint32_t)row->length);
    buf_add(out, bytes + row->offset, row->length);
}

static bool send_out(struct postgres_store *self, struct buf *out)
{
    const bool good = out->status == ASSAY_OK && out->length <= INT32_MAX &&
                      PQputCopyData(self->connection, out->text, (int)out->length) == 1;
    buf_clear(out);
    return good;
}

static bool send_rows(struct postgres_store *self, const char *bytes, const struct chunk_row *rows,
                      size_t count)
{
    static const char HEADER[] = "PGCOPY\n\377\r\n\0\0\0\0\0\0\0\0";
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    buf_add(&out, HEADER,
            sizeof HEADER); /* its last NUL is the last byte of the signature's rest */
    for (size_t i = 0; i < count; i++) {
        add_row(&out, bytes, &rows[i]);
        if (out.length > AT_ONCE && !send_out(self, &out))
            return false;
    }
    add16(&out, UINT16_MAX);
    return send_out(self, &out);
}

/* The answer to the whole; without one more the connection would stay in copying. */
static bool finish(struct postgres_store *self, bool sent)
{
    bool good = PQputCopyEnd(self->connection, sent ? NULL : "the rows could not be sent") == 1;
    for (PGresult *result; (result = PQgetResult(self->connection)) != NULL; PQclear(result))
        if (PQresultStatus(result) != PGRES_COMMAND_OK) {
            postgres_keep_reason(self, result);
            good = false;
        }
    return good && sent;
}

assay_status postgres_insert_chunks(struct sql_store *store, const char *bytes,
                                    const struct chunk_row *rows, size_t count)
{
    struct postgres_store *self = (struct postgres_store *)store;
    PGresult *result = PQexec(
        self->connection, "COPY chunk(key, segment, series, points) FROM STDIN (FORMAT binary)");
    bool good = PQresultStatus(result) == PGRES_COPY_IN;
    if (!good)
        postgres_keep_reason(self, result);
    PQclear(result);
    good = good && finish(self, send_rows(self, bytes, rows, count));
    return good ? ASSAY_OK : postgres_failed(store, "write to the store");
}
