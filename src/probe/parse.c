/* Reading by hand rather than by sscanf: "%lf" takes "nan", "inf" and "0x10", which no kernel
 * writes, and a damaged text must come out as not known.
 * Invariant: a cursor never passes the NUL of its text. */
#include "probe/parse.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *skip_blanks(const char *at)
{
    return at + strspn(at, " \t");
}

/* The decimal number at `*at`, which is moved behind it; NOT_KNOWN without one. */
static double take_number(const char **at)
{
    const char *start = skip_blanks(*at), *end = start + (*start == '-');
    if (!isdigit((unsigned char)*end))
        return NOT_KNOWN;
    end += strspn(end, "0123456789");
    if (*end == '.')
        end += 1 + strspn(end + 1, "0123456789");
    if (end - start > 30)
        return NOT_KNOWN;
    char digits[32];
    memcpy(digits, start, (size_t)(end - start));
    digits[end - start] = '\0';
    *at = end;
    return strtod(digits, NULL);
}

static bool at_end(const char *at)
{
    return at[strspn(at, " \t\n")] == '\0';
}

double parse_number(const char *text)
{
    double value = take_number(&text);
    return at_end(text) ? value : NOT_KNOWN;
}

static void keep_word(const char *start, size_t length, char *word, size_t size)
{
    bool plain = length < size;
    for (size_t i = 0; plain && i < length; i++)
        plain = isgraph((unsigned char)start[i]);
    snprintf(word, size, "%.*s", plain ? (int)length : 0, start);
}

void parse_word(const char *text, char *word, size_t size)
{
    const char *start = skip_blanks(text);
    keep_word(start, strcspn(start, " \t\n"), word, size);
}

void parse_chosen(const char *text, char *word, size_t size)
{
    const char *start = strchr(text, '[');
    const char *end = start ? strchr(start, ']') : NULL;
    word[0] = '\0';
    if (end != NULL)
        keep_word(start + 1, (size_t)(end - start - 1), word, size);
}

double parse_cpu_list(const char *text)
{
    enum { CPUS_MAX = 1 << 16 };
    double count = 0;
    while (!at_end(text)) {
        double first = take_number(&text), last = first;
        if (*text == '-') {
            text++;
            last = take_number(&text);
        }
        if (!(first >= 0 && last >= first && last < CPUS_MAX))
            return NOT_KNOWN;
        count += last - first + 1;
        if (*text == ',')
            text++;
        else if (!at_end(text))
            return NOT_KNOWN;
    }
    return count;
}

/* What stands behind `key` at the start of a line, or NULL. */
static const char *find_line(const char *text, const char *key)
{
    size_t length = strlen(key);
    for (const char *line = text; line != NULL && *line != '\0';) {
        if (strncmp(line, key, length) == 0)
            return line + length;
        line = strchr(line, '\n');
        line = line ? line + 1 : NULL;
    }
    return NULL;
}

double parse_pressure(const char *text)
{
    const char *at = find_line(text, "some avg10=");
    double percent = at ? take_number(&at) : NOT_KNOWN;
    return percent >= 0 && percent <= 100 ? percent / 100 : NOT_KNOWN;
}

double parse_pressure_total(const char *text)
{
    static const char WORD[] = " total=";
    const char *line = find_line(text, "some ");
    const char *at = line ? strstr(line, WORD) : NULL;
    if (at == NULL || memchr(line, '\n', (size_t)(at - line)) != NULL)
        return NOT_KNOWN;
    at += strlen(WORD);
    double total = take_number(&at);
    return total >= 0 ? total : NOT_KNOWN;
}

double parse_autogroup_nice(const char *text)
{
    static const char WORD[] = " nice ";
    const char *at = strncmp(text, "/autogroup-", 11) == 0 ? strstr(text, WORD) : NULL;
    double nice = at ? parse_number(at + strlen(WORD)) : NOT_KNOWN;
    return nice >= -20 && nice <= 19 ? nice : NOT_KNOWN;
}

double parse_quota(const char *text)
{
    bool unlimited = strncmp(text, "max", 3) == 0;
    const char *at = unlimited ? text + 3 : text;
    double quota = unlimited ? HUGE_VAL : take_number(&at);
    double period = take_number(&at);
    return quota > 0 && period > 0 && at_end(at) ? quota / period : NOT_KNOWN;
}

void parse_cgroup(const char *text, char *path, size_t size)
{
    const char *at = find_line(text, "0::");
    size_t length = at ? strcspn(at, "\n") : 0;
    path[0] = '\0';
    if (at == NULL || *at != '/' || length == 1 || length >= size)
        return;
    snprintf(path, size, "%.*s", (int)length, at);
    if (strstr(path, "..") != NULL)
        path[0] = '\0';
}

/* Behind "KEY", blanks and a colon. */
static const char *find_field(const char *text, const char *key)
{
    for (const char *at = find_line(text, key); at != NULL; at = find_line(at, key)) {
        const char *colon = skip_blanks(at);
        if (*colon == ':')
            return skip_blanks(colon + 1);
        at = strchr(at, '\n');
        if (at++ == NULL)
            break;
    }
    return NULL;
}

double parse_field(const char *text, const char *key)
{
    const char *at = find_field(text, key);
    double value = at ? take_number(&at) : NOT_KNOWN;
    return at && strchr(" \t\n", *at) != NULL ? value : NOT_KNOWN;
}

void parse_field_text(const char *text, const char *key, char *value, size_t size)
{
    const char *at = find_field(text, key);
    snprintf(value, size, "%.*s", at ? (int)strcspn(at, "\n") : 0, at ? at : "");
}

double parse_cpu_flag(const char *text, const char *flag)
{
    const char *at = find_field(text, "flags");
    const char *end = at ? at + strcspn(at, "\n") : NULL;
    if (at == NULL)
        return NOT_KNOWN;
    while (at < end) {
        size_t length = strcspn(at, " \t\n");
        if (length == strlen(flag) && strncmp(at, flag, length) == 0)
            return 1;
        at = skip_blanks(at + length);
    }
    return 0;
}

void parse_load(const char *text, double *ret_load, double *ret_running)
{
    double load = take_number(&text);
    take_number(&text);
    take_number(&text);
    double running = take_number(&text);
    bool whole = *text == '/' && load >= 0 && running >= 0;
    *ret_load = whole ? load : NOT_KNOWN;
    *ret_running = whole ? running : NOT_KNOWN;
}

bool parse_ticks(const char *text, struct machine_ticks *ret_ticks)
{
    enum { IDLE = 3, IO_WAIT = 4, STEAL = 7, FIELDS = 8 };
    struct machine_ticks ticks = {0};
    if (strncmp(text, "cpu ", 4) != 0)
        return false;
    text += 4;
    for (int i = 0; i < FIELDS; i++) {
        double field = take_number(&text);
        if (!(field >= 0))
            return false;
        ticks.total += field;
        ticks.busy += i == IDLE || i == IO_WAIT || i == STEAL ? 0 : field;
        ticks.steal += i == STEAL ? field : 0;
    }
    *ret_ticks = ticks;
    return true;
}

/* The name in the second field is the program's own choice: spaces, brackets, line ends; no field
 * after it has a bracket. */
bool parse_process_stat(const char *text, struct process_stat *ret_stat)
{
    enum { MINOR = 10, MAJOR = 12, USER = 14, SYSTEM = 15, THREADS = 20, START = 22, RSS = 24 };
    double fields[RSS + 1];
    const char *at = strrchr(text, ')');
    if (!isdigit((unsigned char)text[0]) || at == NULL || at[1] != ' ' || at[2] <= ' ')
        return false;
    char state = at[2];
    at += 3;
    for (int field = 4; field <= RSS; field++)
        fields[field] = take_number(&at);
    const double wanted[] = {fields[MINOR],   fields[MAJOR], fields[USER], fields[SYSTEM],
                             fields[THREADS], fields[START], fields[RSS]};
    for (size_t i = 0; i < sizeof wanted / sizeof *wanted; i++)
        if (!(wanted[i] >= 0))
            return false;
    *ret_stat = (struct process_stat){state,     wanted[0], wanted[1], wanted[2],
                                      wanted[3], wanted[4], wanted[5], wanted[6]};
    return true;
}
