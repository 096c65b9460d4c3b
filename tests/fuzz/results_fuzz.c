/* Results in a file: any bytes are either read into a run that can be compared or refused with the
 * file's name. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "compare/verdict.h"
#include "session/versions/results_file.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_result(const struct result *result)
{
    if (result->benchmark.id[0] == '\0' || result->benchmark.suite[0] == '\0' ||
        result->reason == NULL)
        abort();
    if (result->measurements.count == 0)
        return;
    const struct outline_point time = outline_point_of(&result->measurements.items[0]);
    const struct verdict_rules rules = VERDICT_RULES_DEFAULT;
    struct comparison row = {0};
    if (!(time.median > 0) || !isfinite(time.median) || time.launch_count < 1)
        abort();
    if (verdict_from_stored(&time, &time, &rules, &row) == ASSAY_OK &&
        !(row.interval.low <= row.ratio && row.ratio <= row.interval.high &&
          isfinite(row.interval.high)))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct buf error;
    struct run run;
    buf_init(&error, 4096);
    assay_status status = results_parse((const char *)data, size, "r.json", &run, &error);
    if (status == ASSAY_OK) {
        for (size_t i = 0; i < run.results.count; i++)
            check_result(&run.results.items[i]);
        run_release(&run);
    } else if (status != ASSAY_ERR_PARSE || strncmp(error.text, "r.json:", 7) != 0) {
        abort();
    }
    buf_release(&error);
    return 0;
}
