/* Statements of the PostgreSQL engine: parameters and rows travel in binary, a result arrives
 * whole. Why no cursor: what is read fits in memory, and one round trip is what costs.  What runs
 * once goes without a name, in one message; what is kept is parsed by the server once. Invariant: a
 * text that is no UTF-8 is stored with U+FFFD in place of each bad byte, since the server would
 * refuse the whole row. */
#include <endian.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "store/postgres/connection.h"

enum { PARAMETERS_MAX = 64, OID_BYTEA = 17, OID_INT8 = 20, OID_TEXT = 25, OID_FLOAT8 = 701 };

struct postgres_statement {
    struct sql_statement base; /* must be first */
    struct postgres_store *self;
    struct buf text;
    struct arena texts; /* those that had to be mended */
    bool kept, prepared, failed;
    char name[24];
    int count; /* of parameters that are bound */
    Oid types[PARAMETERS_MAX];
    uint64_t numbers[PARAMETERS_MAX]; /* in network order */
    const char *values[PARAMETERS_MAX];
    int lengths[PARAMETERS_MAX], formats[PARAMETERS_MAX];
    PGresult *result;
    int row;
};

static struct postgres_statement *cast(struct sql_statement *statement)
{
    return (struct postgres_statement *)statement;
}

assay_status postgres_prepare(struct sql_store *store, const char *text, bool kept,
                              struct sql_statement **ret_statement)
{
    struct postgres_statement *statement = calloc(1, sizeof *statement);
    if (statement == NULL)
        return ASSAY_ERR_MEMORY;
    statement->base.engine = &POSTGRES_ENGINE;
    statement->self = (struct postgres_store *)store;
    statement->kept = kept;
    buf_init(&statement->text, 64 * 1024);
    buf_puts(&statement->text, text);
    if (statement->text.status != ASSAY_OK) {
        free(statement);
        return ASSAY_ERR_MEMORY;
    }
    *ret_statement = &statement->base;
    return ASSAY_OK;
}

static void bind(struct postgres_statement *statement, int at, Oid type, const void *value,
                 size_t length)
{
    if (at < 1 || at > PARAMETERS_MAX || length > INT32_MAX) {
        statement->failed = true;
        return;
    }
    statement->types[at - 1] = type;
    statement->values[at - 1] = value;
    statement->lengths[at - 1] = (int)length;
    statement->formats[at - 1] = 1;
    if (statement->count < at)
        statement->count = at;
}

static void bind_bits(struct sql_statement *statement, int at, Oid type, uint64_t bits)
{
    struct postgres_statement *own = cast(statement);
    if (at >= 1 && at <= PARAMETERS_MAX)
        own->numbers[at - 1] = htobe64(bits);
    bind(own, at, type, &own->numbers[at < 1 || at > PARAMETERS_MAX ? 0 : at - 1], sizeof bits);
}

static void bind_integer(struct sql_statement *statement, int at, int64_t value)
{
    bind_bits(statement, at, OID_INT8, (uint64_t)value);
}

static void bind_real(struct sql_statement *statement, int at, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    if (isnan(value))
        bind(cast(statement), at, OID_FLOAT8, NULL, 0);
    else
        bind_bits(statement, at, OID_FLOAT8, bits);
}

/* `text` with U+FFFD in place of each byte that is no UTF-8; NULL when memory is out. */
static const char *mended(const char *text, struct arena *arena)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    while (*text != '\0') {
        size_t good = text_utf8_prefix(text, strlen(text));
        buf_add(&out, text, good);
        text += good;
        if (*text != '\0') {
            buf_puts(&out, "\xEF\xBF\xBD");
            text++;
        }
    }
    return out.status == ASSAY_OK ? arena_copy(arena, out.text) : NULL;
}

static void bind_text(struct sql_statement *statement, int at, const char *text)
{
    struct postgres_statement *own = cast(statement);
    size_t length = text ? strlen(text) : 0;
    if (text != NULL && !text_is_utf8(text, length)) {
        text = mended(text, &own->texts);
        own->failed = own->failed || text == NULL;
        length = text ? strlen(text) : 0;
    }
    bind(own, at, OID_TEXT, text, length);
}

static void bind_blob(struct sql_statement *statement, int at, const void *bytes, size_t length)
{
    bind(cast(statement), at, OID_BYTEA, bytes ? bytes : "", length);
}

/* Names the statement for the server, once.  Types are known now: everything is bound. */
static bool name_it(struct postgres_statement *statement)
{
    PGconn *connection = statement->self->connection;
    if (!statement->kept || statement->prepared)
        return true;
    snprintf(statement->name, sizeof statement->name, "kept%u", statement->self->statements++);
    PGresult *result = PQprepare(connection, statement->name, statement->text.text,
                                 statement->count, statement->types);
    statement->prepared = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!statement->prepared)
        postgres_keep_reason(statement->self, result);
    PQclear(result);
    return statement->prepared;
}

static PGresult *ask(struct postgres_statement *own)
{
    PGconn *connection = own->self->connection;
    return own->prepared ? PQexecPrepared(connection, own->name, own->count, own->values,
                                          own->lengths, own->formats, 1)
                         : PQexecParams(connection, own->text.text, own->count, own->types,
                                        own->values, own->lengths, own->formats, 1);
}

static bool start(struct postgres_statement *own)
{
    if (own->failed) {
        buf_clear(&own->self->reason);
        buf_puts(&own->self->reason, "out of memory");
        return false;
    }
    if (postgres_is_late(own->self) || !name_it(own))
        return false;
    own->result = ask(own);
    own->row = -1;
    ExecStatusType status = PQresultStatus(own->result);
    if (status == PGRES_TUPLES_OK || status == PGRES_COMMAND_OK)
        return true;
    postgres_keep_reason(own->self, own->result);
    PQclear(own->result);
    own->result = NULL;
    return false;
}

static enum sql_step step(struct sql_statement *statement)
{
    struct postgres_statement *own = cast(statement);
    if (own->result == NULL && !start(own))
        return SQL_FAILED;
    if (postgres_is_late(own->self))
        return SQL_FAILED;
    return ++own->row < PQntuples(own->result) ? SQL_ROW : SQL_DONE;
}

static bool is_null(struct sql_statement *statement, int at)
{
    return PQgetisnull(cast(statement)->result, cast(statement)->row, at) != 0;
}

/* The bytes of a field in network order as a number; 0 for NULL. */
static uint64_t bits_of(struct sql_statement *statement, int at)
{
    const struct postgres_statement *own = cast(statement);
    const unsigned char *bytes = (const unsigned char *)PQgetvalue(own->result, own->row, at);
    int length = PQgetlength(own->result, own->row, at);
    uint64_t bits = 0;
    for (int i = 0; i < length && i < 8; i++)
        bits = bits << 8 | bytes[i];
    return bits;
}

static int64_t integer(struct sql_statement *statement, int at)
{
    const struct postgres_statement *own = cast(statement);
    const int length = PQgetlength(own->result, own->row, at);
    const uint64_t bits = bits_of(statement, at);
    return length == 4 ? (int32_t)bits : (int64_t)bits;
}

static double real(struct sql_statement *statement, int at)
{
    const uint64_t bits = bits_of(statement, at);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

static const char *text(struct sql_statement *statement, int at)
{
    const struct postgres_statement *own = cast(statement);
    return is_null(statement, at) ? NULL : PQgetvalue(own->result, own->row, at);
}

static const void *blob(struct sql_statement *statement, int at, size_t *ret_length)
{
    const struct postgres_statement *own = cast(statement);
    *ret_length = (size_t)PQgetlength(own->result, own->row, at);
    return text(statement, at);
}

static void reset(struct sql_statement *statement)
{
    struct postgres_statement *own = cast(statement);
    PQclear(own->result);
    own->result = NULL;
    own->failed = false;
    arena_release(&own->texts);
}

static void finalize(struct sql_statement *statement)
{
    struct postgres_statement *own = cast(statement);
    reset(statement);
    buf_release(&own->text);
    free(own);
}

static assay_status insert(struct sql_store *store, struct sql_statement *statement,
                           int64_t *ret_key)
{
    const enum sql_step came = step(statement);
    const assay_status status =
        came == SQL_FAILED ? postgres_failed(store, "write to the store") : ASSAY_OK;
    *ret_key = came == SQL_ROW ? integer(statement, 0) : 0;
    reset(statement);
    return status;
}

const struct sql_engine POSTGRES_ENGINE = {
    .prepare = postgres_prepare,
    .bind_integer = bind_integer,
    .bind_real = bind_real,
    .bind_text = bind_text,
    .bind_blob = bind_blob,
    .step = step,
    .is_null = is_null,
    .integer = integer,
    .real = real,
    .text = text,
    .blob = blob,
    .reset = reset,
    .finalize = finalize,
    .failed = postgres_failed,
    .begin_writing = postgres_begin_writing,
    .end_writing = postgres_end_writing,
    .begin_reading = postgres_begin_reading,
    .end_reading = postgres_end_reading,
    .insert = insert,
    .returning_key = " RETURNING key",
    .insert_chunks = postgres_insert_chunks,
    .hold = postgres_hold,
    .is_held = postgres_is_held,
};
