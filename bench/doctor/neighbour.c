/* A noisy neighbour: copies 32 MiB back and forth until it is ended, and takes a whole core for it.
 * It ends with its parent, so that nothing is left running when the script is killed. */
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

enum { BYTES = 32 << 20 };

static char from[BYTES], to[BYTES];

int main(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    memset(from, 1, sizeof from);
    for (;;) {
        memcpy(to, from, sizeof to);
        memcpy(from, to, sizeof from);
        __asm__ volatile("" ::: "memory");
    }
}
