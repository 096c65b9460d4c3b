/* Status texts and exit codes, generated from the table in status.h so that none can be forgotten.
 * Invariant: every function here answers for any integer, also for codes that do not exist. */
#include "base/status.h"

#define TEXT_CASE(name, code, text, exit_code)                                                     \
    case name:                                                                                     \
        return text;
#define EXIT_CASE(name, code, text, exit_code)                                                     \
    case name:                                                                                     \
        return exit_code;

const char *status_text(assay_status status)
{
    switch (status) {
        ASSAY_STATUSES(TEXT_CASE)
    }
    return "unknown status";
}

int status_exit_code(assay_status status)
{
    switch (status) {
        ASSAY_STATUSES(EXIT_CASE)
    }
    return 3;
}
