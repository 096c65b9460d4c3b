/* The runner behind harness.h.
 *
 * Why our own: the packaged C test libraries either share one process between tests (a crash takes
 * the rest along) or load two dozen libraries.  fork + alarm per test and TAP on stdout is all we
 * need. The linker collects the cases; gcc emits them in reverse order, clang in order, so they are
 * sorted by line.  `PROGRAM [PART]` runs the tests whose name contains PART. */
#include "harness.h"

#include <errno.h>
#include <ftw.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TEST_SECONDS_MAX = 600, EXIT_SKIPPED = 77 };

extern const struct test_case *const __start_test_cases[];
extern const struct test_case *const __stop_test_cases[];

static char folder[64];

__attribute__((noreturn)) static void finish(int code)
{
    fflush(stdout);
    exit(code);
}

void test_fail(const char *file, int line, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("# %s:%d: ", file, line);
    vprintf(format, args);
    printf("\n");
    va_end(args);
    finish(1);
}

void test_skip(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    printf("# skipped: ");
    vprintf(format, args);
    printf("\n");
    va_end(args);
    finish(EXIT_SKIPPED);
}

void test_equal(const char *file, int line, const char *what, double got, double want)
{
    if (!(got == want))
        test_fail(file, line, "%s is %.17g, want %.17g", what, got, want);
}

void test_near(const char *file, int line, const char *what, const double v[3])
{
    double allowed = fmax(fabs(v[1]) * v[2], 1e-12);
    if (!(fabs(v[0] - v[1]) <= allowed))
        test_fail(file, line, "%s is %.17g, want %.17g within %g", what, v[0], v[1], v[2]);
}

void test_string(const char *file, int line, const char *got, const char *want)
{
    if (got == NULL || strcmp(got, want) != 0)
        test_fail(file, line, "got \"%s\", want \"%s\"", got ? got : "(null)", want);
}

void test_contains(const char *file, int line, const char *text, const char *part)
{
    if (text == NULL || strstr(text, part) == NULL)
        test_fail(file, line, "no \"%s\" in \"%s\"", part, text ? text : "(null)");
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static void remove_folder(void)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

const char *test_folder(void)
{
    if (folder[0] == '\0') {
        snprintf(folder, sizeof folder, "/tmp/assay-test-XXXXXX");
        if (mkdtemp(folder) == NULL)
            test_fail(__FILE__, __LINE__, "mkdtemp: %s", strerror(errno));
        atexit(remove_folder);
    }
    return folder;
}

/* --wrap'd allocators: defined only in programs linked with the torture flags. */
static long fault_countdown = -1;
static bool fault_hit;

static bool fault_now(void)
{
    if (fault_countdown < 0 || fault_countdown-- > 0)
        return false;
    fault_hit = true;
    return true;
}

#ifdef TEST_TORTURE
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *old, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *old, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);

void *__wrap_malloc(size_t size)
{
    return fault_now() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fault_now() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *old, size_t size)
{
    return fault_now() ? NULL : __real_realloc(old, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
    return fault_now() ? NULL : __real_aligned_alloc(alignment, size);
}
#endif

long torture(bool (*fn)(void *arg), void *arg)
{
    for (long n = 0; n < 10000; n++) {
        fault_hit = false;
        fault_countdown = n;
        bool succeeded = fn(arg);
        fault_countdown = -1;
        if (!fault_hit) {
            CHECK(succeeded);
            return n;
        }
        (void)fault_now;
    }
    test_fail(__FILE__, __LINE__, "still failing after 10000 faults");
}

static int by_line(const void *a, const void *b)
{
    const struct test_case *const *x = a, *const *y = b;
    return ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

static void report(int number, const char *name, int status)
{
    bool skipped = WIFEXITED(status) && WEXITSTATUS(status) == EXIT_SKIPPED;
    bool passed = WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (WIFSIGNALED(status))
        printf("# ended by signal %d (%s)\n", WTERMSIG(status), strsignal(WTERMSIG(status)));
    printf("%s %d - %s%s\n", passed || skipped ? "ok" : "not ok", number, name,
           skipped ? " # SKIP" : "");
}

int test_main(int argc, char **argv)
{
    size_t count = (size_t)(__stop_test_cases - __start_test_cases);
    const struct test_case **cases = calloc(count + 1, sizeof *cases);
    int number = 0;
    bool good = true;
    for (size_t i = 0; i < count; i++)
        cases[i] = __start_test_cases[i];
    qsort(cases, count, sizeof *cases, by_line);
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < count; i++) {
        if (argc > 1 && strstr(cases[i]->name, argv[1]) == NULL)
            continue;
        int status = 0;
        pid_t child = fork();
        if (child == 0) {
            alarm(TEST_SECONDS_MAX);
            cases[i]->run();
            finish(0);
        }
        if (child < 0 || waitpid(child, &status, 0) != child)
            status = 1 << 8;
        report(++number, cases[i]->name, status);
        good = good && WIFEXITED(status) && (!WEXITSTATUS(status) || WEXITSTATUS(status) == 77);
    }
    printf("1..%d\n", number);
    free(cases);
    return good ? 0 : 1;
}
