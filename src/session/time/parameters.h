/* Parameters of command lines: a name and the values that it takes in turn.  Pure. */
#ifndef SESSION_TIME_PARAMETERS_H
#define SESSION_TIME_PARAMETERS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/vec.h"

enum { PARAMETER_VALUES_MAX = 1000 };

struct parameter_range {
    const char *name;
    VEC(const char *) values;
};
typedef VEC(struct parameter_range) parameter_range_vec;

/* `low`, `low` + `step` ... up to `high`, with as many decimals as `low` and `step` have, so that
 * 0.1 to 0.3 by 0.1 is "0.1", "0.2", "0.3".  `step` NULL is 1.
 * ASSAY_ERR_PARSE: not decimal numbers, a step that is not above 0, `high` below `low`, a bad name.
 * ASSAY_ERR_LIMIT: more than PARAMETER_VALUES_MAX values.  ASSAY_ERR_MEMORY. */
ASSAY_USE_RESULT assay_status parameters_add_scan(const char *const name_low_high[3],
                                                  const char *step, struct arena *arena,
                                                  parameter_range_vec *ranges, struct buf *error);

/* The values of "a,b,c"; "\," is a comma in a value.  Fails as parameters_add_scan. */
ASSAY_USE_RESULT assay_status parameters_add_list(const char *name, const char *values,
                                                  struct arena *arena, parameter_range_vec *ranges,
                                                  struct buf *error);

void parameters_release(parameter_range_vec *ranges);

#endif
