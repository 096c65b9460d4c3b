/* Texts: likeness, patterns, encoding.
 *
 * Why plain Levenshtein with one row and not a bit-parallel method: the words are keys and names of
 * a few dozen bytes, compared once, when somebody mistyped one.
 *
 * Why text_glob does not call itself for '*': the usual recursion is exponential in the number of
 * stars.  It is enough to remember the last star: if what follows it cannot match from here, the
 * star takes one byte more, and an earlier star never needs to be looked at again, since the last
 * one can take whatever that would have given up.  Source: R. Cox, "Glob Matching Can Be Simple And
 * Fast Too", 2017. */
#include "base/text.h"

#include <string.h>

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

size_t text_distance(const char *a, const char *b)
{
    size_t a_length = strlen(a), b_length = strlen(b);
    if (a_length > TEXT_WORD_MAX || b_length > TEXT_WORD_MAX)
        return a_length > b_length ? a_length : b_length;
    size_t rows[3][TEXT_WORD_MAX + 1]; /* [i % 3][j]: of a's first i bytes and b's first j */
    for (size_t j = 0; j <= b_length; j++)
        rows[0][j] = j;
    for (size_t i = 1; i <= a_length; i++) {
        size_t *row = rows[i % 3], *above = rows[(i + 2) % 3];
        row[0] = i;
        for (size_t j = 1; j <= b_length; j++) {
            row[j] = smallest(above[j - 1] + (a[i - 1] != b[j - 1]), above[j] + 1, row[j - 1] + 1);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                row[j] = smallest(row[j], rows[(i + 1) % 3][j - 2] + 1, row[j]);
        }
    }
    return rows[a_length % 3][b_length];
}

const char *text_nearest(const char *word, const char *const *words, size_t count)
{
    const char *nearest = NULL;
    size_t best = TEXT_WORD_MAX, length = strlen(word);
    for (size_t i = 0; i < count; i++) {
        size_t other = strlen(words[i]);
        size_t longer = length > other ? length : other;
        size_t allowed = longer / 3 > 1 ? longer / 3 : 1;
        size_t distance = text_distance(word, words[i]);
        if (distance <= allowed && distance < longer && distance < best) {
            nearest = words[i];
            best = distance;
        }
    }
    return nearest;
}

bool text_glob(const char *pattern, const char *text)
{
    return text_glob_n(pattern, text, strlen(text));
}

bool text_glob_n(const char *pattern, const char *text, size_t length)
{
    const char *star = NULL, *resume = NULL, *end = text + length;
    while (text < end) {
        if (*pattern == '*') {
            star = ++pattern;
            resume = text;
        } else if (*pattern == '?' || *pattern == *text) {
            pattern++;
            text++;
        } else if (star != NULL) {
            pattern = star;
            text = ++resume;
        } else {
            return false;
        }
    }
    while (*pattern == '*')
        pattern++;
    return *pattern == '\0';
}

/* One row of table 3-7: first byte, how many follow, and the range of the second. */
static const struct {
    unsigned char first_low, first_high, follow, second_low, second_high;
} UTF8_ROWS[] = {
    {0x00, 0x7f, 0, 0x00, 0x00}, {0xc2, 0xdf, 1, 0x80, 0xbf}, {0xe0, 0xe0, 2, 0xa0, 0xbf},
    {0xe1, 0xec, 2, 0x80, 0xbf}, {0xed, 0xed, 2, 0x80, 0x9f}, {0xee, 0xef, 2, 0x80, 0xbf},
    {0xf0, 0xf0, 3, 0x90, 0xbf}, {0xf1, 0xf3, 3, 0x80, 0xbf}, {0xf4, 0xf4, 3, 0x80, 0x8f},
};

/* Length of the sequence at `bytes`, of which `length` are there; 0 when it is none. */
static size_t utf8_length(const unsigned char *bytes, size_t length)
{
    for (size_t i = 0; i < sizeof UTF8_ROWS / sizeof UTF8_ROWS[0]; i++) {
        if (bytes[0] < UTF8_ROWS[i].first_low || bytes[0] > UTF8_ROWS[i].first_high)
            continue;
        size_t follow = UTF8_ROWS[i].follow;
        if (follow >= length)
            return 0;
        if (follow > 0 &&
            (bytes[1] < UTF8_ROWS[i].second_low || bytes[1] > UTF8_ROWS[i].second_high))
            return 0;
        for (size_t k = 2; k <= follow; k++)
            if ((bytes[k] & 0xc0) != 0x80)
                return 0;
        return follow + 1;
    }
    return 0;
}

size_t text_utf8_prefix(const char *text, size_t length)
{
    size_t valid = 0;
    while (valid < length) {
        size_t step = utf8_length((const unsigned char *)text + valid, length - valid);
        if (step == 0)
            break;
        valid += step;
    }
    return valid;
}

bool text_is_utf8(const char *text, size_t length)
{
    return text_utf8_prefix(text, length) == length;
}

char *text_shown(const char *text, char shown[TEXT_SHOWN_MAX])
{
    enum { KEPT_MAX = 60 };
    size_t length = strlen(text);
    size_t kept = length;
    if (length > KEPT_MAX) {
        kept = KEPT_MAX;
        while (kept > 0 && ((unsigned char)text[kept] & 0xc0) == 0x80)
            kept--;
    }
    memcpy(shown, text, kept);
    for (size_t i = 0; i < kept; i++)
        if ((unsigned char)text[i] < 0x20 || text[i] == 0x7f)
            shown[i] = '?';
    memcpy(shown + kept, length > kept ? "..." : "", length > kept ? 4 : 1);
    return shown;
}

bool text_ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

const char *text_file_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}
