/* Test harness: each TEST runs in a process of its own, reports in TAP, registers itself.
 *
 *   TEST(a_sentence_that_is_true) { CHECK(1 + 1 == 2); }
 *   TEST_MAIN
 *
 * A failed CHECK prints where and what and ends that test alone.  SKIP(reason) ends it as skipped.
 * torture(fn, arg) fails allocation 0, 1, 2 ... of `fn` until it succeeds; it needs
 * `-Wl,--wrap=` of each allocating function (the `torture` dependency in tests/meson.build).
 */
#ifndef TESTS_HARNESS_H
#define TESTS_HARNESS_H

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct test_case {
    const char *name;
    void (*run)(void);
    int line;
};

#define TEST(id)                                                                                   \
    static void test_##id(void);                                                                   \
    static const struct test_case test_case_##id = {#id, test_##id, __LINE__};                     \
    static const struct test_case *const test_pointer_##id                                         \
        __attribute__((section("test_cases"), used)) = &test_case_##id;                            \
    static void test_##id(void)

#define CHECK(condition) ((condition) ? (void)0 : test_fail(__FILE__, __LINE__, "%s", #condition))
#define CHECK_EQ(got, want) test_equal(__FILE__, __LINE__, #got, (double)(got), (double)(want))
#define CHECK_NEAR(got, want, relative)                                                            \
    test_near(__FILE__, __LINE__, #got, (double[]){(got), (want), (relative)})
#define CHECK_STR(got, want) test_string(__FILE__, __LINE__, (got), (want))
#define CHECK_CONTAINS(text, part) test_contains(__FILE__, __LINE__, (text), (part))
#define SKIP(...) test_skip(__VA_ARGS__)

void test_fail(const char *file, int line, const char *format, ...)
    __attribute__((noreturn, format(printf, 3, 4)));
void test_skip(const char *format, ...) __attribute__((noreturn, format(printf, 1, 2)));
void test_equal(const char *file, int line, const char *what, double got, double want);
/* v[0] is what was got, v[1] what is wanted, v[2] the relative tolerance (absolute below 1e-12). */
void test_near(const char *file, int line, const char *what, const double v[3]);
void test_string(const char *file, int line, const char *got, const char *want);
void test_contains(const char *file, int line, const char *text, const char *part);

/* Calls `fn(arg)` with its n-th allocation failing, n = 0, 1, 2 ..., until no fault was hit;
 * `fn` returns true when it succeeded and must leave nothing behind when it did not.  The whole is
 * bounded to 10 000 rounds.  Returns the number of faults that were injected. */
long torture(bool (*fn)(void *arg), void *arg);

/* A fresh empty folder that is removed when the test ends; the string lives as long. */
const char *test_folder(void);

int test_main(int argc, char **argv);
#define TEST_MAIN                                                                                  \
    int main(int argc, char **argv)                                                                \
    {                                                                                              \
        return test_main(argc, argv);                                                              \
    }

#endif
