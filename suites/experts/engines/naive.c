/* Consensus without a trick: each response's words sorted, equal ones counted, and the sorted lists
 * of each pair merged.  Shares no code with components/experts: it is what that is checked against.
 */
#include "naive.h"

#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct term {
    struct text_span word;
    double count;
};

struct terms {
    struct term *items;
    size_t count;
};

static int compare_words(struct text_span a, struct text_span b)
{
    int order = memcmp(a.bytes, b.bytes, a.length < b.length ? a.length : b.length);
    return order != 0 ? order : (a.length > b.length) - (a.length < b.length);
}

static int compare_terms(const void *a, const void *b)
{
    const struct term *left = a, *right = b;
    return compare_words(left->word, right->word);
}

static size_t split(struct text_span text, struct term *ret_terms)
{
    size_t count = 0;
    for (size_t i = 0; i < text.length;) {
        size_t begin = i;
        while (i < text.length && !isspace((unsigned char)text.bytes[i]))
            i++;
        if (i > begin)
            ret_terms[count++] = (struct term){{text.bytes + begin, i - begin}, 1};
        else
            i++;
    }
    return count;
}

/* A text of n bytes has at most (n + 1) / 2 words. */
static bool read_terms(struct text_span text, struct terms *ret_terms)
{
    struct term *items = malloc((text.length / 2 + 1) * sizeof *items);
    if (items == NULL)
        return false;
    size_t words = split(text, items), count = 0;
    qsort(items, words, sizeof *items, compare_terms);
    for (size_t i = 0; i < words; i++) {
        if (count > 0 && compare_terms(&items[count - 1], &items[i]) == 0)
            items[count - 1].count += 1;
        else
            items[count++] = items[i];
    }
    *ret_terms = (struct terms){items, count};
    return true;
}

static double product(struct terms a, struct terms b)
{
    double sum = 0;
    for (size_t i = 0, j = 0; i < a.count && j < b.count;) {
        int order = compare_terms(&a.items[i], &b.items[j]);
        sum += order == 0 ? a.items[i].count * b.items[j].count : 0;
        i += order <= 0;
        j += order >= 0;
    }
    return sum;
}

static void judge(const struct terms *terms, size_t count, struct experts_verdict *ret_verdict)
{
    struct experts_verdict verdict = {0, -1, 0};
    for (size_t i = 0; i < count; i++) {
        double sum = 0, own = product(terms[i], terms[i]);
        for (size_t j = 0; j < count; j++)
            if (j != i)
                sum += product(terms[i], terms[j]) / sqrt(own * product(terms[j], terms[j]));
        double agreement = sum / (double)(count - 1);
        if (agreement > verdict.score) {
            verdict.winner = i;
            verdict.score = agreement;
        }
        verdict.mean += agreement / (double)count;
    }
    *ret_verdict = verdict;
}

enum experts_status naive_judge(const struct text_span *responses, size_t count,
                                struct experts_verdict *ret_verdict)
{
    struct terms *terms = calloc(count, sizeof *terms);
    size_t read = 0;
    while (terms != NULL && read < count && read_terms(responses[read], &terms[read]))
        read++;
    bool complete = terms != NULL && read == count;
    if (complete)
        judge(terms, count, ret_verdict);
    while (read > 0)
        free(terms[--read].items);
    free(terms);
    return complete ? EXPERTS_OK : EXPERTS_ERR_MEMORY;
}
