/* Modules kept beside the store, so that a baseline can be measured again, paired, much later. */
#ifndef SESSION_PLACE_KEEP_H
#define SESSION_PLACE_KEEP_H

#include "model/model.h"

/* Copies the module `path` to `folder`/<sha256>.so, unless it is there already.
 * `ret_kept` gets the copy's path in `arena`.  ASSAY_ERR_IO with the path in `error`. */
ASSAY_USE_RESULT assay_status keep_module(const char *folder, const char *path, struct arena *arena,
                                          const char **ret_kept, struct buf *error);

/* The folder for kept modules of a store: ".assay/history.db" -> ".assay/modules", which is also
 * that of a server, since modules are measured here. */
const char *keep_folder(const char *store, struct arena *arena);

#endif
