/* One parameter's values against each other: engines, variants, configurations of one module. */
#ifndef SESSION_VERSIONS_PARAMETER_H
#define SESSION_VERSIONS_PARAMETER_H

#include "session/compare.h"

struct parameter_request {
    const struct catalog *catalog;
    const char *parameter;
    const char *base;                        /* the value that the others are set against; NULL:
                                                the first that the catalogue has */
    const struct compare_request *measuring; /* without catalogues */
};

/* Appends a row for every benchmark that has the parameter and not the base value, set against the
 * one that differs from it in nothing but that value; its id is the row's `versus`.  Where there is
 * none, the row has a reason and no verdict.
 *
 * ASSAY_ERR_ARGUMENT  no benchmark has the parameter, or none has that value; the text lists what
 *                     there is.   ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status parameter_compare(const struct parameter_request *request,
                                                struct arena *arena, comparison_vec *rows,
                                                struct buf *error);

/* Finds "parameter=value" in "key=value,key=value": returns where the value starts and sets its
 * length, or NULL. */
const char *parameter_value(const char *params, const char *parameter, size_t *ret_length);

#endif
