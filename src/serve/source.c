/* Keeping the store open between requests.  Why the file is looked at each time: an open database
 * goes on to exist after its name is gone, and a server would show the past for ever.
 * Invariant: `store` is open exactly when it is the file that `where` named at the last look. */
#include "serve/source.h"

#include <assert.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

/* All that one request may ask of the store. */
#define REQUEST_SECONDS 5.0

void source_close(struct source *source)
{
    kept_trends_release(&source->kept);
    store_close(source->store);
    source->store = NULL;
    releases_forget(&source->releases);
}

static assay_status open_file(struct source *source, const struct stat *file, struct buf *error)
{
    TRY(store_open(source->where, false, &source->store, error));
    source->store->ops->read_only(source->store);
    source->device = file->st_dev;
    source->inode = file->st_ino;
    source->opened++;
    return ASSAY_OK;
}

static assay_status open_server(struct source *source, struct buf *error)
{
    TRY(store_open(source->where, false, &source->store, error));
    source->store->ops->read_only(source->store);
    source->opened++;
    return ASSAY_OK;
}

/* The connection may have ended since the last request: then a new one is tried, once. */
static assay_status follow_server(struct source *source, struct buf *error)
{
    uint64_t version;
    if (source->store != NULL && source->store->ops->version(source->store, &version) == ASSAY_OK)
        return ASSAY_OK;
    source_close(source);
    return open_server(source, error);
}

/* Opens, closes or leaves the store, as the file under its name says. */
static assay_status follow_file(struct source *source, struct buf *error)
{
    struct stat file;
    if (stat(source->where, &file) != 0) {
        int reason = errno;
        source_close(source);
        return buf_error(error, ASSAY_ERR_IO, "the store '%s' is gone: %s", source->where,
                         strerror(reason));
    }
    if (source->store != NULL && file.st_dev == source->device && file.st_ino == source->inode)
        return ASSAY_OK;
    source_close(source);
    return open_file(source, &file, error);
}

assay_status source_open(const char *where, const claim_vec *claims, struct source *ret_source,
                         struct buf *error)
{
    struct stat file;
    *ret_source = (struct source){.where = where, .claims = claims};
    if (!store_is_file(where))
        return open_server(ret_source, error);
    if (stat(where, &file) != 0) /* store_open says it best */
        return store_open(where, false, &ret_source->store, error);
    return open_file(ret_source, &file, error);
}

assay_status source_store(struct source *source, struct store **ret_store, uint64_t *ret_state,
                          struct buf *error)
{
    uint64_t version;
    TRY(store_is_file(source->where) ? follow_file(source, error) : follow_server(source, error));
    assert(source->store != NULL); /* else it had failed */
    source->store->ops->time_limit(source->store, REQUEST_SECONDS);
    assay_status status = source->store->ops->version(source->store, &version);
    if (status != ASSAY_OK)
        return buf_error(error, status, "%s", source->store->error.text);
    *ret_store = source->store;
    *ret_state = source->opened << 32 | (version & UINT32_MAX);
    return ASSAY_OK;
}
