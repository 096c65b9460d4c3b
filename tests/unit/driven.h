/* What the tests that start real hosts share. */
#ifndef TESTS_DRIVEN_H
#define TESTS_DRIVEN_H

#include "harness.h"
#include "measure/benchmark.h"

/* FIXTURES_FOLDER/NAME.so; the string lives until the eighth call after it. */
const char *fixture_path(const char *name);

/* Before the first host is started: a lost host must not end us, and a sanitizer's handlers in the
 * host must not turn a signal into an exit code. */
void prepare_hosts(void);

/* Whether the process does no more work, looked at for up to two seconds. */
bool is_gone(long pid);

/* The number in a file that a benchmark wrote. */
long read_number(const char *path);

/* The whole of a file, NUL-terminated; the caller frees it. */
char *read_whole(const char *path, size_t *ret_length);
void write_whole(const char *path, const void *bytes, size_t length);

#endif
