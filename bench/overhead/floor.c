/* The floor: the same bodies in hand-written loops, timed by minima at n and 2n iterations, whose
 * difference is free of every fixed cost.  Prints "NAME NANOSECONDS" per line.
 * Why minima: an interruption can only add time, so of 300 rounds the least is the undisturbed one.
 */
#include <stdio.h>
#include <time.h>

#include "xorshift.h"

#define KEEP(x) __asm__ volatile("" : "+r"(x) : : "memory")
enum { ROUNDS = 300 };

static double now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC_RAW, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static double time_add(uint64_t n)
{
    uint64_t x = 1;
    double began = now_ns();
    for (uint64_t i = 0; i < n; i++) {
        x += 3;
        KEEP(x);
    }
    return now_ns() - began;
}

static double time_xorshift(uint64_t n)
{
    uint64_t x = XORSHIFT_SEED;
    double began = now_ns();
    for (uint64_t i = 0; i < n; i++) {
        x = xorshift(x);
        KEEP(x);
    }
    return now_ns() - began;
}

static double slope_ns(double (*body)(uint64_t n), uint64_t n)
{
    double least[2] = {1e30, 1e30};
    for (int round = 0; round < ROUNDS; round++)
        for (unsigned i = 0; i < 2; i++) {
            double ns = body(n << i);
            least[i] = ns < least[i] ? ns : least[i];
        }
    return (least[1] - least[0]) / (double)n;
}

int main(void)
{
    printf("add %.6f\n", slope_ns(time_add, 100000));
    printf("xorshift %.6f\n", slope_ns(time_xorshift, 50000));
    printf("steps2000 %.3f\n", slope_ns(time_xorshift, 50000) * 2000);
    return 0;
}
