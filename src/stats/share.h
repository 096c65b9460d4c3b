/* What a count of rare events proves of their share.  Pure: no I/O, no clock, no globals. */
#ifndef STATS_SHARE_H
#define STATS_SHARE_H

#include <stddef.h>

/* One-sided upper bound at `level`, in (0, 1), of a share of which `hits` of `count` trials hit:
 * the largest share under which so few hits have a probability of 1 - level or more.  1 when all
 * trials hit or there were none; 0 of n gives 1 - (1 - level)^(1/n).  `count` is at most 1e9.
 * Source: Clopper and Pearson 1934, Biometrika 26(4), 404-413. */
double share_upper_bound(size_t hits, size_t count, double level);

#endif
