/* The one table of error codes: code, text, exit code of the command line tool.
 *
 * A function returns `assay_status`, writes its ret_ parameters only on ASSAY_OK, and puts the
 * details (what, where, what to do) as text into the `struct buf` or handle that its header names.
 */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#define ASSAY_STATUSES(X)                                                                          \
    X(ASSAY_OK, 0, "no error", 0)                                                                  \
    X(ASSAY_ERR_ARGUMENT, -1, "bad argument", 2)                                                   \
    X(ASSAY_ERR_PARSE, -2, "cannot be understood", 2)                                              \
    X(ASSAY_ERR_NOT_FOUND, -3, "not found", 2)                                                     \
    X(ASSAY_ERR_MEMORY, -4, "out of memory", 3)                                                    \
    X(ASSAY_ERR_IO, -5, "input or output failed", 3)                                               \
    X(ASSAY_ERR_LIMIT, -6, "over a limit", 3)                                                      \
    X(ASSAY_ERR_TOO_FEW, -7, "too few samples", 3)                                                 \
    X(ASSAY_ERR_HOST, -8, "the benchmark host failed", 3)                                          \
    X(ASSAY_ERR_TIMEOUT, -9, "the time limit was reached", 3)                                      \
    X(ASSAY_ERR_VERSION, -10, "another version", 3)                                                \
    X(ASSAY_ERR_STOPPED, -11, "interrupted", 3)

#define ASSAY_STATUS_ENUM(name, code, text, exit_code) name = (code),
typedef enum { ASSAY_STATUSES(ASSAY_STATUS_ENUM) } assay_status;

/* Text of a status, never NULL. */
const char *status_text(assay_status status);

/* Exit code of `assay` for a status: 0, 2 (usage) or 3 (environment). */
int status_exit_code(assay_status status);

#define ASSAY_USE_RESULT __attribute__((warn_unused_result))

/* Hands a failure to the caller at once. */
#define TRY(expression)                                                                            \
    do {                                                                                           \
        assay_status try_status_ = (expression);                                                   \
        if (try_status_ != ASSAY_OK)                                                               \
            return try_status_;                                                                    \
    } while (0)

#endif
