/* What `assay trend` was asked, and the series that answer it. */
#ifndef CLI_TREND_OPTIONS_H
#define CLI_TREND_OPTIONS_H

#include "cli/common.h"
#include "cli/selection.h"
#include "model/history/trend.h"

struct trend_options {
    struct common_options common;
    struct selection_options selection;
    const char *metric, *from, *unit, *suite, *svg, *html;
    const char *target;
    unsigned last, days, horizon;
    bool higher_is_better, forecast, correlate;
};

/* Series out of the store, or of the table that --from names.  Not yet judged.  Free with
 * trend_release, also after a failure. */
ASSAY_USE_RESULT assay_status trend_options_load(struct cli *cli,
                                                 const struct trend_options *options,
                                                 struct workplace *workplace,
                                                 const struct words *operands,
                                                 struct trend *ret_trend);

#endif
