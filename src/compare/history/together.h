/* Which series of a trend move together, run by run. */
#ifndef COMPARE_HISTORY_TOGETHER_H
#define COMPARE_HISTORY_TOGETHER_H

#include "model/history/together.h"
#include "model/history/trend.h"

/* Correlates the innovations of judged series at the runs that they have in common (of tables: at
 * the same first cell).  Numbers of series are those in `trend`.  Free with together_release, also
 * after a failure.  ASSAY_ERR_MEMORY, ASSAY_ERR_LIMIT. */
ASSAY_USE_RESULT assay_status trend_together(const struct trend *trend,
                                             struct together *ret_together);

#endif
