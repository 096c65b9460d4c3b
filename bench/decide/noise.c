/* A noisy neighbour: streams memory in bursts of 2 to 60 ms, with pauses of the same kind between
 * them, until it is ended; it ends with its parent, too. */
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "bodies.h"

enum { BYTES = 64 << 20, PIECE = 1 << 20, LEAST_MS = 2, MOST_MS = 60 };

static double now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec / 1e6;
}

static unsigned draw_ms(uint64_t *random)
{
    *random = xorshift(*random);
    return LEAST_MS + (unsigned)(*random % (MOST_MS - LEAST_MS + 1));
}

int main(void)
{
    prctl(PR_SET_PDEATHSIG, SIGTERM);
    uint64_t random = (uint64_t)getpid() * 2654435761u + 12345;
    char *memory = (char *)malloc(BYTES);
    if (memory == NULL) {
        fprintf(stderr, "noise: no memory\n");
        return 1;
    }
    memset(memory, 1, BYTES);
    for (;;) {
        double end_ms = now_ms() + draw_ms(&random);
        for (size_t at = 0; now_ms() < end_ms; at = (at + PIECE) % (BYTES / 2))
            memcpy(memory + at, memory + BYTES / 2 + at, PIECE);
        usleep(draw_ms(&random) * 1000);
    }
}
