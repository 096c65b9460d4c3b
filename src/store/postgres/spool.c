/* What becomes of results while the server is away, or has no room for them: they go to a SQLite
 * file here, and the next command that reaches a server that takes them sends them.
 *
 * A run whose server goes away in its middle goes on here under the same id, so it is there in two
 * parts.  Sending puts both together, in one transaction a run, and leaves out what the server has
 * already: a commit of which nobody knows whether it was made, or a sender that was killed before
 * it could forget, makes nothing twice.  Invariant: a run is forgotten here only after the server
 * has committed all of it. */
#include "store/postgres/spool.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "store/postgres/postgres.h"
#include "store/sqlite/sqlite.h"

enum { RUNS_MAX = 1000000 };

/* One file a server; FNV-1a of the address as it is shown, since a password may change. */
static void add_path(const char *shown, struct buf *out)
{
    uint64_t hash = 14695981039346656037U;
    for (const char *at = shown; *at != '\0'; at++)
        hash = (hash ^ (unsigned char)*at) * 1099511628211U;
    buf_printf(out, ".assay/spool-%016" PRIx64 ".db", hash);
}

static assay_status start(struct postgres_store *self, const struct run *run)
{
    const char *what = self->is_exhausted ? "cannot take more" : "went away";
    struct buf *error = &self->sql.store.error;
    BUF_AUTO why, path;
    buf_init(&why, 8192);
    buf_init(&path, 256);
    buf_puts(&why, error->text);
    add_path(self->shown.text, &path);
    assay_status status = path.status;
    if (status == ASSAY_OK)
        status = sqlite_open(path.text, true, &self->spool, error);
    if (status == ASSAY_OK && run != NULL)
        status = self->spool->ops->begin(self->spool, run);
    if (status != ASSAY_OK)
        return buf_error(error, status, "%s; nor could it be kept here: %s", why.text,
                         self->spool ? self->spool->error.text : "no file for it");
    buf_error(&self->sql.store.notice, ASSAY_OK,
              "the server %s (%s): the rest is in %s, and the next command that reaches "
              "the server sends it",
              what, why.text, path.text);
    return ASSAY_OK;
}

/* `status` of asking the server: whether to go on here.  A server without room answers. */
static bool is_away(const struct postgres_store *self, assay_status status)
{
    return status == ASSAY_ERR_IO && (self->is_exhausted || postgres_is_lost(&self->sql.store));
}

static assay_status of_spool(struct postgres_store *self, assay_status status)
{
    return status == ASSAY_OK
               ? ASSAY_OK
               : buf_error(&self->sql.store.error, status, "%s", self->spool->error.text);
}

assay_status postgres_begin(struct store *store, const struct run *run)
{
    struct postgres_store *self = (struct postgres_store *)store;
    assay_status status = sql_begin(store, run);
    return is_away(self, status) ? start(self, run) : status;
}

assay_status postgres_put(struct store *store, const struct run *run, const struct result *result)
{
    struct postgres_store *self = (struct postgres_store *)store;
    if (self->spool == NULL) {
        assay_status status = sql_put(store, run, result);
        if (!is_away(self, status))
            return status;
        TRY(start(self, run));
    }
    return of_spool(self, self->spool->ops->put(self->spool, run, result));
}

assay_status postgres_finish(struct store *store, const struct run *run)
{
    struct postgres_store *self = (struct postgres_store *)store;
    if (self->spool == NULL) {
        assay_status status = sql_finish(store, run);
        if (!is_away(self, status))
            return status;
        TRY(start(self, run));
    }
    return of_spool(self, self->spool->ops->finish(self->spool, run));
}

assay_status postgres_put_run(struct store *store, const struct run *run)
{
    struct postgres_store *self = (struct postgres_store *)store;
    if (self->spool == NULL) {
        assay_status status = sql_put_run(store, run);
        if (!is_away(self, status))
            return status;
        TRY(start(self, NULL));
    }
    return of_spool(self, self->spool->ops->put_run(self->spool, run));
}

/* One run of the spool, unless somebody measures it right now; `why` says what failed. */
static assay_status send_run(struct postgres_store *self, struct store *spool,
                             const struct run_row *row, size_t *sent, struct buf *why)
{
    struct run run = {0};
    if (strcmp(row->status, "running") == 0)
        return ASSAY_OK;
    assay_status status = spool->ops->load(spool, row->id, &run);
    if (status != ASSAY_OK)
        return buf_error(why, status, "%s", spool->error.text);
    status = sql_complete_run(&self->sql, &run);
    run_release(&run);
    if (status != ASSAY_OK)
        return buf_error(why, status, "%s", self->sql.store.error.text);
    ++*sent;
    status = spool->ops->prune(spool, &row->id, 1);
    return status == ASSAY_OK ? ASSAY_OK : buf_error(why, status, "%s", spool->error.text);
}

static assay_status send_runs(struct postgres_store *self, struct store *spool, size_t *sent,
                              struct buf *why)
{
    struct arena arena = {0};
    run_row_vec rows = {0};
    assay_status status = spool->ops->runs(spool, RUNS_MAX, &arena, &rows);
    if (status != ASSAY_OK)
        buf_error(why, status, "%s", spool->error.text);
    for (size_t i = rows.count; status == ASSAY_OK && i > 0; i--) /* oldest first */
        status = send_run(self, spool, &rows.items[i - 1], sent, why);
    vec_release(&rows);
    arena_release(&arena);
    return status;
}

void postgres_send_spooled(struct postgres_store *self)
{
    struct store *spool = NULL;
    size_t sent = 0;
    BUF_AUTO path, why;
    buf_init(&path, 256);
    buf_init(&why, 8192);
    add_path(self->shown.text, &path);
    if (path.status != ASSAY_OK || access(path.text, F_OK) != 0)
        return;
    assay_status status = sqlite_open(path.text, false, &spool, &why);
    if (status == ASSAY_OK)
        status = send_runs(self, spool, &sent, &why);
    store_close(spool);
    if (status != ASSAY_OK)
        buf_error(&self->sql.store.notice, status,
                  "what is in %s could not be sent to the server (%s): it stays there until a "
                  "command can send it, so mend that and ask again, with 'assay history'",
                  path.text, why.length > 0 ? why.text : status_text(status));
    else if (sent > 0)
        buf_error(&self->sql.store.notice, ASSAY_OK, "sent %zu run%s from %s to the server", sent,
                  sent == 1 ? "" : "s", path.text);
}
