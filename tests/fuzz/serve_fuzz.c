/* Command lines from memory to the host's side of the protocol, with a small module that is part of
 * this program: each line is answered by readable lines, of which exactly the last closes the
 * answer. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/protocol.h"
#include "serve.h"

enum { SLOTS_MAX = 20 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition)
        abort();
}

/* However many slots and iterations a line asks for, it comes to an end. */
static void work(struct assay_bench *b)
{
    unsigned *slots = b->state;
    if (++*slots > SLOTS_MAX)
        assay_fail(b, "enough of %s", assay_param_text(b, "n"));
    b->iterations %= 16;
    ASSAY_LOOP_WITH(b, unsigned, input, *slots) assay_keep(*input);
    assay_quality(b, "recall", *slots);
}

static void prepare(struct assay_bench *b)
{
    b->state = assay_alloc(b, sizeof(unsigned));
    b->items = (double)assay_random_below(b, 100);
}

static void refuse(struct assay_bench *b)
{
    assay_skip(b, "no %s here", "engine");
}

static const struct assay_definition WORK = {
    .name = "work", .body = work, .file = "f", .line = 2, .sweep = "n=1,2", .setup = prepare};
static const struct assay_definition SKIPS = {
    .name = "skips", .body = work, .file = "f", .line = 1, .setup = refuse};
static const struct assay_definition *const DEFINITIONS[] = {&WORK, &SKIPS};
static const struct assay_module TABLE = {ASSAY_MAGIC,
                                          ASSAY_ABI,
                                          "cc",
                                          DEFINITIONS,
                                          DEFINITIONS + 2,
                                          sizeof(struct assay_definition),
                                          sizeof(struct assay_host)};

static bool is_closing(const char *verb)
{
    return strcmp(verb, "ok") == 0 || strcmp(verb, "error") == 0 || strcmp(verb, "skip") == 0;
}

static void check_answer(char *answer, size_t length)
{
    require(length > 0 && answer[length - 1] == '\n' && strlen(answer) == length);
    answer[length - 1] = '\0';
    for (char *line; (line = strsep(&answer, "\n")) != NULL;) {
        struct message message;
        require(strlen(line) < PROTOCOL_LINE_MAX);
        require(message_parse(line, &message) == ASSAY_OK);
        require(is_closing(message.verb) == (answer == NULL));
    }
}

static void serve_one(struct serve *serve, char *line)
{
    char *answer = NULL;
    size_t length = 0;
    if (strncmp(line, "load ", 5) == 0)
        return; /* files are not this target's subject */
    serve->out = open_memstream(&answer, &length);
    require(serve->out != NULL);
    serve_line(serve, line);
    require(fclose(serve->out) == 0);
    check_answer(answer, length);
    free(answer);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static int handle;
    struct serve serve = {.has_quit = false};
    char *text = malloc(size + 1), *rest = text, *line;
    require(text != NULL);
    memcpy(text, data, size);
    text[size] = '\0';
    for (enum side side = size % 2 ? SIDE_A : SIDE_B; side < SIDE_COUNT; side++) {
        require(module_read(&TABLE, "table", &serve.modules[side], NULL) == ASSAY_OK);
        serve.modules[side].handle = &handle;
    }
    while ((line = strsep(&rest, "\n")) != NULL && !serve.has_quit)
        serve_one(&serve, line);
    serve_end(&serve);
    free(text);
    return 0;
}
