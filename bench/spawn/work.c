/* A command of about 5 ms: a chain of xorshift steps, the same work every time.
 *
 *     work [STEPS]      3 000 000 by default */
#include <stdint.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    long steps = argc > 1 ? strtol(argv[1], NULL, 10) : 3000000;
    uint64_t x = 88172645463325252;
    for (long i = 0; i < steps; i++) {
        x ^= x << 13;
        x ^= x >> 7;
        x ^= x << 17;
    }
    return x == 0; /* never, but the compiler cannot know */
}
