/* Random numbers for resampling: the state is the caller's, the same seed gives the same numbers on
 * every machine.  Pure.
 *
 * The generator is wyrand (Wang Yi 2019, wyhash final version 3, public domain): a Weyl sequence
 * whose words are multiplied with themselves and folded.  It passes PractRand and BigCrush, and its
 * two multiplications a word are what makes ten million draws fit into a few milliseconds. */
#ifndef STATS_BOOTSTRAP_RANDOM_H
#define STATS_BOOTSTRAP_RANDOM_H

#include <math.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 random_wide;

struct random {
    uint64_t state;
};

static inline uint64_t random_word(struct random *random)
{
    random->state += 0xa0761d6478bd642fULL;
    random_wide product = (random_wide)random->state * (random->state ^ 0xe7037ed1a0b428dbULL);
    return (uint64_t)(product >> 64) ^ (uint64_t)product;
}

/* In (0, 1): never 0, so that its logarithm is finite. */
static inline double random_uniform(struct random *random)
{
    return ((double)(random_word(random) >> 11) + 0.5) * 0x1p-53;
}

/* In [0, count); count below 2^40, where the bias is below 2^-24 of each probability.
 * Source: Lemire 2019, ACM Transactions on Modeling and Computer Simulation 29(1), section 3. */
static inline uint64_t random_below(struct random *random, uint64_t count)
{
    return (uint64_t)(((random_wide)random_word(random) * count) >> 64);
}

/* Mean 0, variance 1.  Source: Marsaglia & Bray 1964, SIAM Review 6(3), 260-264. */
static inline double random_normal(struct random *random)
{
    double u, v, square;
    do {
        u = 2 * random_uniform(random) - 1;
        v = 2 * random_uniform(random) - 1;
        square = u * u + v * v;
    } while (square >= 1 || square <= 0);
    return u * sqrt(-2 * log(square) / square);
}

/* Shape `shape` >= 1, scale 1.  Source: Marsaglia & Tsang 2000, A Simple Method for Generating
 * Gamma Variables, ACM Transactions on Mathematical Software 26(3), 363-372. */
static inline double random_gamma(struct random *random, double shape)
{
    double d = shape - 1.0 / 3, c = 1 / sqrt(9 * d);
    for (;;) {
        double x = random_normal(random), root = 1 + c * x;
        if (root <= 0)
            continue;
        double v = root * root * root;
        double x2 = x * x, u = random_uniform(random);
        if (u < 1 - 0.0331 * x2 * x2 || log(u) < x2 / 2 + d * (1 - v + log(v)))
            return d * v;
    }
}

/* The `rank`-th smallest of `count` uniform values, 1 <= rank <= count: Beta(rank, count + 1 -
 * rank).  Source: Devroye 1986, Non-Uniform Random Variate Generation, section V.3.1. */
static inline double random_order_statistic(struct random *random, double rank, double count)
{
    double below = random_gamma(random, rank), above = random_gamma(random, count + 1 - rank);
    return below / (below + above);
}

#endif
