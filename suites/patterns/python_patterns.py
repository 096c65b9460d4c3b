"""What repeats in a sequence of words, in plain Python, the way a competent programmer writes it.

Only the standard library, but for the functions that take numpy as their first argument.  Features
are those of components/patterns/patterns.h under the same names.  A sequence is a list of numbers.
"""

import cmath
import math
from collections import Counter
from operator import eq


def numbers_of(words):
    """Numbers from 0 in order of first appearance."""
    known = {}
    return [known.setdefault(word, len(known)) for word in words]


def entropy(counts):
    total = sum(counts)
    return -sum(c / total * math.log2(c / total) for c in counts if c)


def matches(sequence):
    """How many equal symbols stand at each distance; comparing is faster here than transforms."""
    return [sum(map(eq, sequence, sequence[lag:])) for lag in range(len(sequence))]


def fft(values):
    """Cooley and Tukey's transform of a power of two values, else the definition."""
    n = len(values)
    if n == 1:
        return list(values)
    roots = [cmath.exp(-2j * math.pi * k / n) for k in range(n)]
    if n % 2:
        return [sum(v * roots[i * k % n] for i, v in enumerate(values)) for k in range(n)]
    even, odd = fft(values[::2]), fft(values[1::2])
    turned = [root * value for root, value in zip(roots, odd)]
    return [a + b for a, b in zip(even, turned)] + [a - b for a, b in zip(even, turned)]


def circular(found):
    """Matches around the end of the sequence, whose transform is the power spectrum."""
    return [found[0]] + [a + b for a, b in zip(found[1:], found[:0:-1])]


def frequency(sequence):
    found = matches(sequence)
    powers = [value.real for value in fft(circular(found))[: len(sequence) // 2 + 1]]
    return describe(sequence, found, powers)


def describe(sequence, found, powers):
    """Periodicity and spectrum from matches and powers."""
    n, half = len(sequence), len(sequence) // 2
    chance = sum(c * c for c in Counter(sequence).values()) / (n * n)
    scores = [
        (found[lag] - (n - lag) * chance) / math.sqrt((n - lag) * chance * (1 - chance))
        for lag in range(1, half + 1)
    ]
    best = max(range(half), key=scores.__getitem__)
    used = [power if power > n * n * 1e-15 else 0.0 for power in powers[1:]]
    total = sum(used)
    peak = used.index(max(used)) + 1
    return {
        "lag": best + 1,
        "matches": found[best + 1],
        "score": scores[best],
        "peak": peak,
        "period": n / peak,
        "share": used[peak - 1] / total,
        "centroid": sum(k * power for k, power in enumerate(used, 1)) / total / n,
        "spectrum_bits": entropy(used),
    }


def statistics(sequence):
    n, counts = len(sequence), Counter(sequence)
    mean = sum(sequence) / n
    second, third, fourth = (
        sum((x - mean) ** power * count for x, count in counts.items()) / n for power in (2, 3, 4)
    )
    pairs = Counter(zip(sequence, sequence[1:]))
    pair_bits = entropy(pairs.values())
    return {
        "distinct": len(counts),
        "mean": mean,
        "variance": second,
        "skewness": third / second**1.5,
        "kurtosis": fourth / second**2 - 3,
        "entropy_bits": entropy(counts.values()),
        "pairs": len(pairs),
        "most": max(pairs.values()),
        "pair_bits": pair_bits,
        "conditional_bits": pair_bits - entropy(Counter(sequence[:-1]).values()),
    }


def half_hull(points):
    """Andrew's monotone chain over points in order, the last one left out."""
    chain = []
    for x, y in points:
        while len(chain) > 1 and (chain[-1][0] - chain[-2][0]) * (y - chain[-2][1]) <= (
            chain[-1][1] - chain[-2][1]
        ) * (x - chain[-2][0]):
            chain.pop()
        chain.append((x, y))
    return chain[:-1]


def geometry(sequence):
    points = list(zip(sequence, sequence[1:]))
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in zip(points, points[1:])]
    turns = [
        math.atan2(a[0] * b[1] - a[1] * b[0], a[0] * b[0] + a[1] * b[1])
        for a, b in zip(steps, steps[1:])
        if a != (0, 0) and b != (0, 0)
    ]
    sines, cosines = sum(map(math.sin, turns)), sum(map(math.cos, turns))
    ordered = sorted(set(points))
    hull = half_hull(ordered) + half_hull(ordered[::-1]) or ordered
    sides = list(zip(hull, hull[1:] + hull[:1]))
    return {
        "turns": len(turns),
        "path": sum(math.hypot(*step) for step in steps),
        "turn_mean": math.atan2(sines, cosines),
        "turn_concentration": math.hypot(sines, cosines) / len(turns) if turns else 0.0,
        "hull_corners": len(hull),
        "hull_area": sum(a[0] * b[1] - a[1] * b[0] for a, b in sides) / 2,
        "hull_perimeter": sum(math.dist(a, b) for a, b in sides),
    }


def analysis(sequence):
    return {**frequency(sequence), **statistics(sequence), **geometry(sequence)}


def frequency_numpy(np, sequence):
    """All symbols at once: a table of indicators, transformed row by row."""
    values = np.asarray(sequence)
    n, size = len(values), 1 << (2 * len(values) - 2).bit_length()
    indicators = (values[None, :] == np.arange(values.max() + 1)[:, None]).astype(float)
    powers = (np.abs(np.fft.rfft(indicators, size, axis=1)) ** 2).sum(axis=0)
    found = np.rint(np.fft.irfft(powers, size)[:n]).astype(int)
    around = np.concatenate((found[:1], found[1:] + found[:0:-1]))
    return describe_numpy(np, values, found, np.fft.rfft(around).real)


def describe_numpy(np, values, found, powers):
    n, half = len(values), len(values) // 2
    chance = (np.bincount(values).astype(float) ** 2).sum() / (n * n)
    pairs = n - np.arange(1, half + 1)
    scores = (found[1 : half + 1] - pairs * chance) / np.sqrt(pairs * chance * (1 - chance))
    best = int(scores.argmax())
    used = np.where(powers[1:] > n * n * 1e-15, powers[1:], 0.0)
    total = used.sum()
    peak = int(used.argmax()) + 1
    return {
        "lag": best + 1,
        "matches": int(found[best + 1]),
        "score": float(scores[best]),
        "peak": peak,
        "period": n / peak,
        "share": float(used[peak - 1] / total),
        "centroid": float((np.arange(1, half + 1) * used).sum() / total / n),
        "spectrum_bits": float(entropy_numpy(np, used)),
    }


def entropy_numpy(np, counts):
    shares = counts[counts > 0] / counts.sum()
    return -(shares * np.log2(shares)).sum()


def statistics_numpy(np, sequence):
    values = np.asarray(sequence)
    counts = np.bincount(values)
    away = values - values.mean()
    second = (away**2).mean()
    pairs = np.bincount(values[:-1] * len(counts) + values[1:])
    pair_bits = entropy_numpy(np, pairs)
    return {
        "distinct": int((counts > 0).sum()),
        "mean": float(values.mean()),
        "variance": float(second),
        "skewness": float((away**3).mean() / second**1.5),
        "kurtosis": float((away**4).mean() / second**2 - 3),
        "entropy_bits": float(entropy_numpy(np, counts)),
        "pairs": int((pairs > 0).sum()),
        "most": int(pairs.max()),
        "pair_bits": float(pair_bits),
        "conditional_bits": float(pair_bits - entropy_numpy(np, np.bincount(values[:-1]))),
    }


def geometry_numpy(np, sequence):
    """Turns by numpy; the hull has few points and stays a loop."""
    values = np.asarray(sequence)
    change = np.diff(values).astype(float)
    a, b, c = change[:-2], change[1:-1], change[2:]
    moved = (a * a + b * b > 0) & (b * b + c * c > 0)
    angles = np.arctan2(a * c - b * b, b * (a + c))[moved]
    sines, cosines = np.sin(angles).sum(), np.cos(angles).sum()
    ordered = sorted(set(zip(sequence, sequence[1:])))
    hull = half_hull(ordered) + half_hull(ordered[::-1]) or ordered
    x, y = np.array(hull).T
    next_x, next_y = np.roll(x, -1), np.roll(y, -1)
    return {
        "turns": len(angles),
        "path": float(np.hypot(change[:-1], change[1:]).sum()),
        "turn_mean": math.atan2(sines, cosines),
        "turn_concentration": float(math.hypot(sines, cosines) / max(len(angles), 1)),
        "hull_corners": len(hull),
        "hull_area": float((x * next_y - y * next_x).sum() / 2),
        "hull_perimeter": float(np.hypot(next_x - x, next_y - y).sum()),
    }


def analysis_numpy(np, sequence):
    return {
        **frequency_numpy(np, sequence),
        **statistics_numpy(np, sequence),
        **geometry_numpy(np, sequence),
    }
