/* Clopper and Pearson's bound by bisection: the cumulative binomial falls as the share rises, and
 * sixty halvings are the whole width of a double. */
#include "stats/share.h"

#include "stats/special.h"

double share_upper_bound(size_t hits, size_t count, double level)
{
    double low = 0, high = 1;
    if (hits >= count)
        return 1;
    for (int i = 0; i < 60; i++) {
        double middle = (low + high) / 2;
        if (binomial_cdf(hits, count, middle) > 1 - level)
            low = middle;
        else
            high = middle;
    }
    return high;
}
