/* 64 bytes from a file of a path: opened for each request, or kept open, as connections are in a
 * pool. */
#define ASSAY_SUITE "tips"
#include <assay.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

static const char PATH[] = "/proc/self/exe";
static int kept = -1;

static void prepare(struct assay_bench *b)
{
    kept = open(PATH, O_RDONLY | O_CLOEXEC);
    if (kept < 0)
        assay_fail(b, "cannot open %s", PATH);
}

static void done(struct assay_bench *b)
{
    (void)b;
    close(kept);
}

static long request(char *into, size_t bytes)
{
#ifdef AFTER
    return pread(kept, into, bytes, 0);
#else
    const int file = open(PATH, O_RDONLY | O_CLOEXEC);
    const long got = read(file, into, bytes);
    close(file);
    return got;
#endif
}

static void check(struct assay_bench *b)
{
    char bytes[64] = "";
    if (request(bytes, sizeof bytes) != sizeof bytes || memcmp(bytes, "\177ELF", 4) != 0)
        assay_fail(b, "a program starts with other bytes");
}

ASSAY_BENCH(pool, .setup = prepare, .check = check, .teardown = done)
{
    char bytes[64];
    ASSAY_LOOP(b) assay_keep(request(bytes, sizeof bytes));
}
