"""Pure arithmetic: bounds of shares, quantiles, and the tests that the peers decide by."""

import math

BOUND_TAIL = 0.05


def binomial_cdf(hits, count, share):
    """P(X <= hits) of binomial(count, share)."""
    if hits >= count or share <= 0:
        return 1.0
    if hits < 0 or share >= 1:
        return 0.0
    log_terms = [math.lgamma(count + 1) - math.lgamma(i + 1) - math.lgamma(count - i + 1)
                 + i * math.log(share) + (count - i) * math.log1p(-share) for i in range(hits + 1)]
    return min(math.fsum(map(math.exp, log_terms)), 1.0)


def bisect(is_below):
    low, high = 0.0, 1.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if is_below(middle) else (low, middle)
    return low


def upper_bound(hits, count, tail=BOUND_TAIL):
    """Clopper and Pearson 1934: the largest share under which so few hits are no surprise."""
    if hits >= count:
        return 1.0
    return bisect(lambda share: binomial_cdf(hits, count, share) > tail)


def lower_bound(hits, count, tail=BOUND_TAIL):
    return 1 - upper_bound(count - hits, count, tail)


def most_hits(count, share, chance=0.001):
    """The fewest hits that more than which come with less than `chance` at this share: 21 of 1000
    at 1 %."""
    hits = 0
    while binomial_cdf(hits, count, share) < 1 - chance:
        hits += 1
    return hits


def quantile(values, share):
    """The smallest value that at least `share` of them do not exceed."""
    return sorted(values)[max(math.ceil(share * len(values)) - 1, 0)]


def median(values):
    ordered, count = sorted(values), len(values)
    return (ordered[count // 2] + ordered[(count - 1) // 2]) / 2


def normal_tails(deviation):
    """The chance that a normal variable is at least so many deviations off, on either side."""
    return math.erfc(abs(deviation) / math.sqrt(2))


def rank_sum_p(old, new):
    """Two-sided U test, Mann and Whitney 1947: the normal approximation with corrections for
    continuity and ties, which Google Benchmark's compare.py uses for ten repetitions."""
    both = sorted(old + new)
    ranks, ties, start = {}, 0, 0
    while start < len(both):
        end = start
        while end < len(both) and both[end] == both[start]:
            end += 1
        ranks[both[start]] = (start + end + 1) / 2
        ties += (end - start) ** 3 - (end - start)
        start = end
    pairs, total = len(old) * len(new), len(both)
    above = sum(ranks[value] for value in old) - len(old) * (len(old) + 1) / 2
    variance = pairs / 12 * (total + 1 - ties / (total * (total - 1)))
    if variance <= 0:
        return 1.0
    return min(normal_tails(max(abs(above - pairs / 2) - 0.5, 0) / math.sqrt(variance)), 1.0)


def beta_fraction(first, second, share):
    """Continued fraction of the incomplete beta function by Lentz's method: Numerical Recipes,
    3rd ed., 6.4."""
    tiny, total = 1e-300, first + second
    above, below = 1.0, 1 / (1 - total * share / (first + 1) or tiny)
    value = below
    for step in range(1, 500):
        twice = first + 2 * step
        for term in (step * (second - step) * share / ((twice - 1) * twice),
                     -(first + step) * (total + step) * share / (twice * (twice + 1))):
            below = 1 / (1 + term * below or tiny)
            above = 1 + term / above or tiny
            value *= above * below
        if abs(above * below - 1) < 1e-15:
            break
    return value


def beta_share(first, second, share):
    """The regularized incomplete beta function."""
    if share <= 0 or share >= 1:
        return float(share >= 1)
    front = math.exp(math.lgamma(first + second) - math.lgamma(first) - math.lgamma(second)
                     + first * math.log(share) + second * math.log1p(-share))
    if share < (first + 1) / (first + second + 2):
        return front * beta_fraction(first, second, share) / first
    return 1 - front * beta_fraction(second, first, 1 - share) / second


def mean_and_error(values):
    """Mean, and the square of its standard error."""
    mean = math.fsum(values) / len(values)
    return mean, math.fsum((x - mean) ** 2 for x in values) / (len(values) - 1) / len(values)


def welch_p(old, new):
    """Two-sided t test with unequal variances, Welch 1947: what hyperfine's own script does."""
    (old_mean, old_error), (new_mean, new_error) = mean_and_error(old), mean_and_error(new)
    error = old_error + new_error
    if error <= 0:
        return float(old_mean == new_mean)
    squared = (old_mean - new_mean) ** 2 / error
    freedom = error ** 2 / (old_error ** 2 / (len(old) - 1) + new_error ** 2 / (len(new) - 1))
    return beta_share(freedom / 2, 0.5, freedom / (freedom + squared))
