/* Suite, name and sweep from memory, one a line: refused with a text and nothing added, or expanded
 * to ids that no shell interprets, with sorted keys. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/sweep.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

static void check_sorted(const char *params)
{
    const char *before = "";
    size_t before_length = 0;
    while (*params != '\0') {
        size_t length = strcspn(params, "="), least = length;
        require(length > 0 && params[length] == '=');
        if (before_length < least)
            least = before_length;
        int order = memcmp(before, params, least);
        require(order < 0 || (order == 0 && before_length < length));
        before = params;
        before_length = length;
        params += strcspn(params, ",");
        params += *params == ',';
    }
}

static void check_benchmark(const struct benchmark *benchmark)
{
    size_t length = strlen(benchmark->id);
    require(length <= ID_LENGTH_MAX);
    require(strspn(benchmark->id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_.+-/:=,") == length);
    check_sorted(benchmark->params);
}

/* The next line of the text, NUL-terminated in place. */
static char *next_line(char **rest)
{
    static char none[] = "";
    char *line = strsep(rest, "\n");
    return line ? line : none;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    benchmark_vec benchmarks = {0};
    struct buf error;
    char *text = malloc(size + 1), *rest = text;
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    buf_init(&error, 100000);
    struct sweep_request request = {.suite = next_line(&rest),
                                    .name = next_line(&rest),
                                    .sweep = next_line(&rest),
                                    .description = "",
                                    .module = "",
                                    .compiler = ""};
    assay_status status = sweep_expand(&request, &arena, &benchmarks, &error);
    if (status == ASSAY_OK) {
        require(benchmarks.count > 0 && benchmarks.count <= SWEEP_COMBINATIONS_MAX);
    } else {
        require(status == ASSAY_ERR_PARSE || status == ASSAY_ERR_LIMIT);
        require(benchmarks.count == 0 && error.length > 0);
    }
    for (size_t i = 0; i < benchmarks.count; i++)
        check_benchmark(&benchmarks.items[i]);
    vec_release(&benchmarks);
    arena_release(&arena);
    buf_release(&error);
    free(text);
    return 0;
}
