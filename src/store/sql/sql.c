/* Helpers over the table of an engine: kept statements, texts of rows, ends of loops.
 * Invariant: a kept statement is always ready to be bound, also after a failure. */
#include "store/sql/known/names.h"

assay_status sql_keep(struct sql_store *self, enum kept_statement which, const char *text,
                      struct sql_statement **ret_statement)
{
    if (self->kept[which] == NULL)
        TRY(self->engine->prepare(self, text, true, &self->kept[which]));
    *ret_statement = self->kept[which];
    return ASSAY_OK;
}

assay_status sql_run_kept(struct sql_store *self, struct sql_statement *statement, int64_t *ret_key)
{
    enum sql_step wanted = ret_key ? SQL_ROW : SQL_DONE, step = sql_step(statement);
    assay_status status = step == wanted ? ASSAY_OK : sql_failed(self, "write to the store");
    if (status == ASSAY_OK && ret_key != NULL)
        *ret_key = sql_integer(statement, 0);
    self->engine->reset(statement);
    return status;
}

assay_status sql_begin_writing(struct sql_store *self)
{
    TRY(self->engine->begin_writing(self));
    self->writes++;
    if (!self->keys_hold) {
        keys_release(&self->benchmarks);
        self->tail.known = false;
    }
    self->keys_hold = true;
    return ASSAY_OK;
}

assay_status sql_end_writing(struct sql_store *self, assay_status status)
{
    status = self->engine->end_writing(self, status);
    if (status != ASSAY_OK)
        self->keys_hold = false;
    return status;
}

void sql_release(struct sql_store *self)
{
    keys_release(&self->benchmarks);
    sql_forget_trends(self);
    names_let_go(self->names);
    for (int i = 0; i < KEPT_COUNT; i++)
        sql_finalize_auto(&self->kept[i]);
    buf_release(&self->store.error);
    buf_release(&self->store.notice);
}

void sql_finalize_auto(struct sql_statement **statement)
{
    if (*statement != NULL)
        (*statement)->engine->finalize(*statement);
    *statement = NULL;
}

assay_status sql_rows_end(struct sql_store *self, enum sql_step step)
{
    return step == SQL_DONE ? ASSAY_OK : sql_failed(self, "read the store");
}

assay_status sql_run(struct sql_store *self, struct sql_statement *statement)
{
    return sql_step(statement) == SQL_DONE ? ASSAY_OK : sql_failed(self, "write to the store");
}

assay_status sql_run_with_key(struct sql_store *self, const char *text, int64_t key)
{
    STATEMENT_AUTO *statement = NULL;
    TRY(sql_prepare(self, text, &statement));
    sql_bind_integer(statement, 1, key);
    return sql_run(self, statement);
}

assay_status sql_text(struct sql_statement *statement, int at, struct arena *arena,
                      const char **ret_text)
{
    const char *text = statement->engine->text(statement, at);
    if (text == NULL && !statement->engine->is_null(statement, at))
        return ASSAY_ERR_MEMORY;
    const char *copy = arena_copy(arena, text ? text : "");
    if (copy == NULL)
        return ASSAY_ERR_MEMORY;
    *ret_text = copy;
    return ASSAY_OK;
}

assay_status sql_texts(struct sql_statement *statement, struct arena *arena,
                       const char **const *places, int count)
{
    for (int i = 0; i < count; i++)
        TRY(sql_text(statement, i, arena, places[i]));
    return ASSAY_OK;
}
