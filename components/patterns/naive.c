/* The features by their definitions: what everything else is checked against.
 *
 * Nothing here is shared with the fast ways but the search for the best lag, which is a loop over
 * exact counts, and the choice among equal powers.  Powers are sums of the transform itself, symbol
 * by symbol; moments go along the sequence, not along counts; turns are angles; the hull wraps its
 * points. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "internal.h"

#define PI 3.14159265358979323846

struct sample {
    const uint8_t *numbers;
    size_t length, symbols;
};

static void count_matches(struct sample sample, uint16_t *ret_matches)
{
    for (size_t lag = 0; lag < sample.length; lag++) {
        ret_matches[lag] = 0;
        for (size_t i = 0; i + lag < sample.length; i++) {
            ret_matches[lag] =
                (uint16_t)(ret_matches[lag] + (sample.numbers[i] == sample.numbers[i + lag]));
        }
    }
}

/* The sum over symbols of |sum over their places of exp(-2 pi i k place / length)|^2. */
static double power_at(struct sample sample, size_t k, const double *cosines, const double *sines)
{
    double re[PATTERNS_SYMBOLS_MAX] = {0}, im[PATTERNS_SYMBOLS_MAX] = {0}, power = 0;
    for (size_t i = 0; i < sample.length; i++) {
        re[sample.numbers[i]] += cosines[k * i % sample.length];
        im[sample.numbers[i]] += sines[k * i % sample.length];
    }
    for (size_t symbol = 0; symbol < sample.symbols; symbol++) {
        power += re[symbol] * re[symbol] + im[symbol] * im[symbol];
    }
    return power;
}

static enum patterns_status find_powers(struct sample sample, double *ret_powers)
{
    double *cosines = malloc(sample.length * sizeof *cosines);
    double *sines = malloc(sample.length * sizeof *sines);
    const bool enough = cosines && sines;
    for (size_t i = 0; enough && i < sample.length; i++) {
        cosines[i] = cos(2 * PI * (double)i / (double)sample.length);
        sines[i] = sin(2 * PI * (double)i / (double)sample.length);
    }
    for (size_t k = 0; enough && k <= sample.length / 2; k++) {
        ret_powers[k] = power_at(sample, k, cosines, sines);
    }
    free(cosines);
    free(sines);
    return enough ? PATTERNS_OK : PATTERNS_ERR_MEMORY;
}

static double bits_of(double part, double whole)
{
    return part > 0 ? part / whole * log2(whole / part) : 0;
}

/* Powers of zero are rounding errors here: a term of the sum is exact to 1e-15. */
static struct patterns_spectrum describe(struct sample sample, double *powers)
{
    struct patterns_spectrum spectrum = {0};
    const double length = (double)sample.length;
    double total = 0, greatest = 0;
    for (size_t k = 1; k <= sample.length / 2; k++) {
        powers[k] = powers[k] > length * length * 1e-15 ? powers[k] : 0;
        total += powers[k];
        greatest = powers[k] > greatest ? powers[k] : greatest;
    }
    if (sample.length < 2 || total <= 0) {
        return (struct patterns_spectrum){0};
    }
    for (size_t k = 1; k <= sample.length / 2; k++) {
        spectrum.centroid += (double)k / length * powers[k] / total;
        spectrum.entropy_bits += bits_of(powers[k], total);
    }
    spectrum.peak = frequency_peak(powers, greatest);
    spectrum.period = length / (double)spectrum.peak;
    spectrum.share = powers[spectrum.peak] / total;
    return spectrum;
}

static struct patterns_statistics find_statistics(struct sample sample)
{
    struct patterns_statistics found = {0};
    const double length = (double)sample.length;
    size_t counts[PATTERNS_SYMBOLS_MAX] = {0};
    double third = 0, fourth = 0;
    for (size_t i = 0; i < sample.length; i++) {
        found.mean += sample.numbers[i] / length;
        counts[sample.numbers[i]]++;
    }
    for (size_t i = 0; i < sample.length; i++) {
        const double away = sample.numbers[i] - found.mean;
        found.variance += away * away / length;
        third += away * away * away / length;
        fourth += away * away * away * away / length;
    }
    for (size_t symbol = 0; symbol < sample.symbols; symbol++) {
        found.distinct += counts[symbol] > 0;
        found.entropy_bits += bits_of((double)counts[symbol], length);
    }
    if (found.distinct < 2) {
        found.variance = 0;
        return found;
    }
    found.skewness = third / pow(found.variance, 1.5);
    found.kurtosis = fourth / (found.variance * found.variance) - 3;
    return found;
}

/* How many of the pairs equal pair `i`: all of it, or just its first symbol. */
static size_t equal_pairs(struct sample sample, size_t i, bool whole)
{
    size_t count = 0;
    for (size_t j = 0; j + 1 < sample.length; j++) {
        count += sample.numbers[j] == sample.numbers[i] &&
                 (!whole || sample.numbers[j + 1] == sample.numbers[i + 1]);
    }
    return count;
}

/* Each pair contributes 1 / count of its kind, so that kinds count once. */
static struct patterns_transitions find_transitions(struct sample sample)
{
    struct patterns_transitions found = {0};
    const double number = (double)sample.length - 1;
    double distinct = 0;
    for (size_t i = 0; i + 1 < sample.length; i++) {
        const size_t pairs = equal_pairs(sample, i, true), firsts = equal_pairs(sample, i, false);
        distinct += 1 / (double)pairs;
        found.most = pairs > found.most ? pairs : found.most;
        found.entropy_bits += log2(number / (double)pairs) / number;
        found.conditional_bits += log2((double)firsts / (double)pairs) / number;
    }
    found.distinct = (size_t)(distinct + 0.5);
    return found;
}

struct place {
    double x, y;
};

static struct place place_of(struct sample sample, size_t i)
{
    return (struct place){sample.numbers[i], sample.numbers[i + 1]};
}

static struct place step_of(struct sample sample, size_t i)
{
    const struct place a = place_of(sample, i), b = place_of(sample, i + 1);
    return (struct place){b.x - a.x, b.y - a.y};
}

static double length_of(struct place step)
{
    return sqrt(step.x * step.x + step.y * step.y);
}

static double cross_of(struct place o, struct place a, struct place b)
{
    return (a.x - o.x) * (b.y - o.y) - (a.y - o.y) * (b.x - o.x);
}

/* Is `to` a better next corner than `best` when wrapping counterclockwise from `from`? */
static bool wraps(struct place from, struct place best, struct place to)
{
    const double cross = cross_of(from, best, to);
    const struct place near = {best.x - from.x, best.y - from.y};
    const struct place far = {to.x - from.x, to.y - from.y};
    return cross < 0 || (cross <= 0 && length_of(far) > length_of(near));
}

/* Jarvis's march (1973): from the lowest point of the leftmost ones, corner to corner. */
static void wrap(struct sample sample, struct patterns_geometry *geometry)
{
    const size_t points = sample.length - 1;
    struct place start = place_of(sample, 0);
    for (size_t i = 1; i < points; i++) {
        const struct place p = place_of(sample, i);
        start = p.x < start.x || (p.x <= start.x && p.y < start.y) ? p : start;
    }
    struct place corner = start;
    do {
        struct place next = corner;
        for (size_t i = 0; i < points; i++) {
            const struct place p = place_of(sample, i);
            next = wraps(corner, next, p) ? p : next;
        }
        const struct place side = {next.x - corner.x, next.y - corner.y};
        geometry->hull_corners++;
        geometry->hull_area += (corner.x * next.y - corner.y * next.x) / 2;
        geometry->hull_perimeter += length_of(side);
        corner = next;
    } while (length_of((struct place){corner.x - start.x, corner.y - start.y}) > 0);
}

static struct patterns_geometry find_geometry(struct sample sample)
{
    struct patterns_geometry found = {0};
    double cosines = 0, sines = 0;
    for (size_t i = 0; i + 2 < sample.length; i++) {
        found.path += length_of(step_of(sample, i));
    }
    for (size_t i = 0; i + 3 < sample.length; i++) {
        const struct place a = step_of(sample, i), b = step_of(sample, i + 1);
        if (length_of(a) > 0 && length_of(b) > 0) {
            const double angle = atan2(a.x * b.y - a.y * b.x, a.x * b.x + a.y * b.y);
            found.turns++;
            cosines += cos(angle);
            sines += sin(angle);
        }
    }
    if (found.turns > 0) {
        found.turn_mean = atan2(sines, cosines);
        found.turn_concentration = hypot(sines, cosines) / (double)found.turns;
    }
    wrap(sample, &found);
    return found;
}

static double chance(struct sample sample, const uint16_t *matches)
{
    /* Each pair of places is met twice, each place with itself once. */
    double sum = matches[0];
    for (size_t lag = 1; lag < sample.length; lag++) {
        sum += 2.0 * matches[lag];
    }
    return sum / ((double)sample.length * (double)sample.length);
}

enum patterns_status patterns_analyze_naive(struct patterns *patterns, const uint8_t *sequence,
                                            unsigned groups, struct patterns_features *ret_features)
{
    const struct sample sample = {sequence, patterns->length, patterns->symbols};
    struct patterns_features found = {0};
    for (size_t i = 0; i < sample.length; i++) {
        if (sequence[i] >= sample.symbols) {
            return PATTERNS_ERR_SYMBOL;
        }
    }
    if (groups & PATTERNS_FREQUENCY && sample.length > 0) {
        count_matches(sample, patterns->matches);
        const double q = chance(sample, patterns->matches);
        found.periodicity = frequency_periodicity(patterns->matches, sample.length, q);
        const enum patterns_status status = find_powers(sample, patterns->powers);
        if (status) {
            return status;
        }
        found.spectrum = describe(sample, patterns->powers);
    }
    if (groups & PATTERNS_STATISTICS && sample.length > 0) {
        found.statistics = find_statistics(sample);
    }
    if (groups & PATTERNS_TRANSITIONS && sample.length > 1) {
        found.transitions = find_transitions(sample);
    }
    if (groups & PATTERNS_GEOMETRY && sample.length > 1) {
        found.geometry = find_geometry(sample);
    }
    *ret_features = found;
    return PATTERNS_OK;
}
