/* Texts of /proc and /sys from memory: every parser takes every text; numbers are in their range or
 * not known, words are printable and fit. */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "probe/parse.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void require_within(double value, double low, double high)
{
    require(isnan(value) || (value >= low && value <= high));
}

static void check_words(const char *text)
{
    char words[4][8];
    parse_word(text, words[0], sizeof words[0]);
    parse_chosen(text, words[1], sizeof words[1]);
    parse_cgroup(text, words[2], sizeof words[2]);
    parse_field_text(text, "flags", words[3], sizeof words[3]);
    for (int i = 0; i < 4; i++)
        require(memchr(words[i], '\0', sizeof words[i]) != NULL);
    for (int i = 0; i < 2; i++)
        for (const char *at = words[i]; *at != '\0'; at++)
            require(isgraph((unsigned char)*at));
    require(words[2][0] == '\0' || words[2][0] == '/');
}

static void check_numbers(const char *text)
{
    double load, running;
    struct machine_ticks ticks;
    require(!isinf(parse_number(text)));
    require_within(parse_cpu_list(text), 0, HUGE_VAL);
    require_within(parse_pressure(text), 0, 1);
    require_within(parse_autogroup_nice(text), -20, 19);
    require_within(parse_quota(text), 0, HUGE_VAL);
    require(!isinf(parse_field(text, "MemTotal")));
    require_within(parse_cpu_flag(text, "hypervisor"), 0, 1);
    parse_load(text, &load, &running);
    require(isnan(load) == isnan(running));
    require_within(load, 0, HUGE_VAL);
    require_within(parse_pressure_total(text), 0, HUGE_VAL);
    struct process_stat stat = {.rss_pages = -1};
    if (parse_process_stat(text, &stat))
        require(stat.rss_pages >= 0 && stat.threads >= 0 && stat.state > ' ');
    else
        require(stat.rss_pages < 0);
    if (parse_ticks(text, &ticks))
        require(ticks.total >= ticks.busy + ticks.steal - 1e-6 * ticks.total);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    check_words(text);
    check_numbers(text);
    free(text);
    return 0;
}
