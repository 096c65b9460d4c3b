/* The tail: closed runs that no segment has yet, which trends read one by one.
 *
 * How many there are is asked once and counted from then on, as long as nobody else writes: every
 * run that is stored wants to know.  Why also the first of them: a run that left the tail is still
 * in the server's index of it until the next vacuum, and asking from the first one on steps over
 * all of those. */
#include "store/closed/segment.h"

assay_status tail_know(struct sql_store *self)
{
    STATEMENT_AUTO *statement = NULL;
    if (self->tail.known)
        return ASSAY_OK;
    TRY(sql_prepare(self,
                    "SELECT count(*), coalesce(min(run), 9223372036854775807) FROM closed"
                    " WHERE segment IS NULL",
                    &statement));
    if (sql_step(statement) != SQL_ROW)
        return sql_failed(self, "read the store");
    self->tail = (struct tail){true, sql_integer(statement, 0), sql_integer(statement, 1)};
    return ASSAY_OK;
}

void tail_add(struct sql_store *self, int64_t run)
{
    self->tail.count++;
    if (run < self->tail.first)
        self->tail.first = run;
}

assay_status tail_leave(struct sql_store *self, int64_t segment)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, "UPDATE closed SET segment = $1 WHERE segment IS NULL AND run >= $2",
                    &statement));
    sql_bind_integer(statement, 1, segment);
    sql_bind_integer(statement, 2, self->tail.first);
    TRY(sql_run(self, statement));
    self->tail = (struct tail){true, 0, INT64_MAX};
    return ASSAY_OK;
}

void gathered_release(struct gathered *gathered)
{
    vec_release(&gathered->runs);
    vec_release(&gathered->points);
}

static assay_status add_run(struct gathered *gathered, int64_t run, const void *bytes,
                            size_t length)
{
    int64_t *key = vec_add(&gathered->runs);
    if (key == NULL)
        return ASSAY_ERR_MEMORY;
    *key = run;
    return closed_add_points(bytes, length, (uint32_t)(gathered->runs.count - 1),
                             &gathered->points);
}

assay_status tail_gather(struct sql_store *self, int64_t first, struct gathered *gathered)
{
    STATEMENT_AUTO *statement = NULL;
    enum sql_step step;
    TRY(sql_prepare(self,
                    "SELECT closed.run, measurements FROM closed JOIN detail"
                    " ON detail.run = closed.run WHERE segment IS NULL AND closed.run >= $1"
                    " ORDER BY closed.run",
                    &statement));
    sql_bind_integer(statement, 1, first);
    while ((step = sql_step(statement)) == SQL_ROW) {
        size_t length;
        const void *bytes = sql_blob(statement, 1, &length);
        TRY(segment_damaged(self, add_run(gathered, sql_integer(statement, 0), bytes, length)));
    }
    return sql_rows_end(self, step);
}
