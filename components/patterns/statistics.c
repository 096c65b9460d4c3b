/* Moments, entropies and transitions: from counts, in time O(length + symbols).
 *
 * Entropies need the logarithm of counts only, and counts are whole numbers up to the length, so a
 * table of c log2 c replaces all logarithms: H = log2 n - sum of c log2 c / n.  Pairs are found and
 * their counts cleared by going along the sequence, since most of the symbols^2 pairs never occur.
 */
#include <math.h>

#include "internal.h"

/* The probability that two places have equal symbols. */
double statistics_chance(const uint16_t *counts, size_t symbols, size_t length)
{
    uint64_t squares = 0;
    for (size_t symbol = 0; symbol < symbols; symbol++) {
        squares += (uint64_t)counts[symbol] * counts[symbol];
    }
    return (double)squares / ((double)length * (double)length);
}

/* In exact whole numbers up to the second moment, then around the mean. */
void statistics_run(struct patterns *patterns, struct patterns_statistics *ret_statistics)
{
    const double length = (double)patterns->length;
    uint64_t sum = 0;
    double logs = 0;
    size_t distinct = 0;
    for (size_t symbol = 0; symbol < patterns->symbols; symbol++) {
        const size_t count = patterns->counts[symbol];
        sum += symbol * count;
        logs += patterns->count_logs[count];
        distinct += count > 0;
    }
    const double mean = (double)sum / length;
    double second = 0, third = 0, fourth = 0;
    for (size_t symbol = 0; symbol < patterns->symbols; symbol++) {
        const double away = (double)symbol - mean, square = away * away * patterns->counts[symbol];
        second += square;
        third += square * away;
        fourth += square * away * away;
    }
    const double variance = distinct > 1 ? second / length : 0;
    *ret_statistics = (struct patterns_statistics){
        .distinct = distinct,
        .mean = mean,
        .variance = variance,
        .skewness = distinct > 1 ? third / length / (variance * sqrt(variance)) : 0,
        .kurtosis = distinct > 1 ? fourth / length / (variance * variance) - 3 : 0,
        .entropy_bits = distinct > 1 ? log2(length) - logs / length : 0,
    };
}

/* Conditional entropy is that of pairs less that of their first symbols, which are all symbols but
 * the last one. */
void transitions_run(struct patterns *patterns, struct patterns_transitions *ret_transitions)
{
    const uint8_t *sequence = patterns->left;
    const size_t length = patterns->length, symbols = patterns->symbols;
    if (length < 2) {
        return;
    }
    uint16_t *pairs = patterns->pairs;
    for (size_t i = 0; i + 1 < length; i++) {
        pairs[sequence[i] * symbols + sequence[i + 1]]++;
    }
    struct patterns_transitions found = {0};
    double logs = 0, first_logs = 0;
    for (size_t i = 0; i + 1 < length; i++) {
        uint16_t *count = &pairs[sequence[i] * symbols + sequence[i + 1]];
        found.distinct += *count > 0;
        found.most = *count > found.most ? *count : found.most;
        logs += patterns->count_logs[*count];
        *count = 0;
    }
    for (size_t symbol = 0; symbol < symbols; symbol++) {
        first_logs +=
            patterns->count_logs[patterns->counts[symbol] - (symbol == sequence[length - 1])];
    }
    const double number = (double)(length - 1);
    const double bits = log2(number) - logs / number;
    const double conditional = (first_logs - logs) / number;
    found.entropy_bits = found.distinct > 1 && bits > 0 ? bits : 0;
    found.conditional_bits = conditional > 0 ? conditional : 0;
    *ret_transitions = found;
}
