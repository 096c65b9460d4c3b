/* 64 messages of 100 bytes into a descriptor: a call of the kernel each, or one for all. */
#define ASSAY_SUITE "tips"
#include <assay.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { MESSAGES = 64, BYTES = 100 };

static char messages[MESSAGES][BYTES];
static int sink = -1;

static void prepare(struct assay_bench *b)
{
    memset(messages, 'x', sizeof messages);
    sink = open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (sink < 0)
        assay_fail(b, "cannot open /dev/null");
}

static void done(struct assay_bench *b)
{
    (void)b;
    close(sink);
}

static long send_all(int to)
{
#ifdef AFTER
    return write(to, messages, sizeof messages);
#else
    long sent = 0;
    for (int m = 0; m < MESSAGES; m++)
        sent += write(to, messages[m], BYTES);
    return sent;
#endif
}

static void check(struct assay_bench *b)
{
    char got[MESSAGES * BYTES];
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) {
        assay_fail(b, "no pair of sockets");
        return;
    }
    if (send_all(ends[0]) != (long)sizeof got ||
        recv(ends[1], got, sizeof got, MSG_WAITALL) != (long)sizeof got ||
        memcmp(got, messages, sizeof got) != 0)
        assay_fail(b, "other bytes arrived");
    close(ends[0]);
    close(ends[1]);
}

ASSAY_BENCH(batch, .setup = prepare, .check = check, .teardown = done, .items = MESSAGES)
{
    ASSAY_LOOP(b) assay_keep(send_all(sink));
}
