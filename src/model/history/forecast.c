/* Words of forecasts.
 * Invariant: in the order of the enum. */
#include "model/history/forecast.h"

const char *forecast_kind_name(enum forecast_kind kind)
{
    static const char *const NAMES[] = {"too_few", "within", "not_before", "not_within"};
    return NAMES[kind];
}
