/* A whole document of JSON that is read once and thrown away: jansson's objects in an arena. */
#ifndef EXCHANGE_READ_JSON_TEXT_H
#define EXCHANGE_READ_JSON_TEXT_H

#include <jansson.h>

#include "base/arena.h"

/* Like json_loadb with JSON_REJECT_DUPLICATES.  The document and all of its parts belong to
 * `arena`: they are not given back by json_decref, and must not be changed.  NULL: `ret_error` says
 * why. */
json_t *json_text_load(const char *text, size_t length, struct arena *arena,
                       json_error_t *ret_error);

#endif
