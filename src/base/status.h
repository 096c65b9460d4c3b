/* The one table of error codes: code, text, exit code of the command line tool.
 * A function returns `assay_status` and writes its ret_ parameters only on ASSAY_OK. */
#ifndef BASE_STATUS_H
#define BASE_STATUS_H

#define ASSAY_STATUSES(X)                                                                          \
    X(ASSAY_OK, 0, "no error", 0)                                                                  \
    X(ASSAY_ERR_ARGUMENT, -1, "bad arguments; see assay --help", 2)                                \
    X(ASSAY_ERR_NOT_FOUND, -2, "there is no such run", 2)                                          \
    X(ASSAY_ERR_MEMORY, -3, "out of memory", 3)                                                    \
    X(ASSAY_ERR_IO, -4, "input or output failed", 3)                                               \
    X(ASSAY_ERR_BENCHMARK, -5, "a benchmark failed", 3)
#define ASSAY_STATUS_ENUM(name, code, text, exit_code) name = (code),
typedef enum { ASSAY_STATUSES(ASSAY_STATUS_ENUM) } assay_status;

#define ASSAY_USE_RESULT __attribute__((warn_unused_result))

/* Hands a failure to the caller at once. */
#define TRY(expression)                                                                            \
    do {                                                                                           \
        assay_status try_status_ = (expression);                                                   \
        if (try_status_ != ASSAY_OK)                                                               \
            return try_status_;                                                                    \
    } while (0)

#endif
