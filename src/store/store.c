/* Which engine keeps a store is said by its address: a path is a SQLite file, a URI a server.
 * Nothing else knows the engines. */
#include "store/store.h"

#include <string.h>

#include "store/postgres/postgres.h"
#include "store/sqlite/sqlite.h"

static void (*listener)(const char *notice);

void store_listen(void (*tell)(const char *notice))
{
    listener = tell;
}

static assay_status open_engine(const char *where, bool create, struct store **ret_store,
                                struct buf *error)
{
    if (postgres_is_address(where))
        return postgres_open(where, create, ret_store, error);
    if (strstr(where, "://") != NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "cannot open store '%.*s...': a path is a SQLite file, and "
                         "postgresql://USER@HOST/DATABASE a server",
                         (int)strcspn(where, ":") + 3, where);
    return sqlite_open(where, create, ret_store, error);
}

assay_status store_open(const char *where, bool create, struct store **ret_store, struct buf *error)
{
    TRY(open_engine(where, create, ret_store, error));
    struct buf *notice = &(*ret_store)->notice;
    if (listener != NULL && notice->length > 0) {
        listener(notice->text);
        buf_clear(notice);
    }
    return ASSAY_OK;
}

bool store_is_file(const char *where)
{
    return !postgres_is_address(where);
}

void store_add_shown(const char *where, struct buf *out)
{
    if (postgres_is_address(where))
        postgres_add_shown(where, out);
    else
        buf_puts(out, where);
}

void store_close(struct store *store)
{
    if (store != NULL)
        store->ops->close(store);
}
