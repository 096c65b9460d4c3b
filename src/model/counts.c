/* The one place that knows what "not counted" looks like: every number NAN, every reason set.
 * Invariant: a number and the reason why it is absent never stand side by side. */
#include "model/counts.h"

#include <math.h>

struct counts counts_none(const char *reason)
{
    return (struct counts){NAN, NAN, NAN, NAN, NAN, NAN, reason, reason, reason, "", 0, OUTCOME_OK};
}
