/* The PostgreSQL engine of a build without libpq: it says so.
 * The address is shown without its password here too. */
#include "store/postgres/postgres.h"

assay_status postgres_open(const char *where, bool create, struct store **ret_store,
                           struct buf *error)
{
    BUF_AUTO shown;
    buf_init(&shown, 4096);
    (void)create;
    (void)ret_store;
    postgres_add_shown(where, &shown);
    return buf_error(
        error, ASSAY_ERR_VERSION,
        "cannot open store '%s': this assay was built without libpq; install libpq-dev "
        "and build again",
        shown.text);
}

bool postgres_is_lost(const struct store *store)
{
    (void)store;
    return false;
}
