/* The word splitter and the filling in of parameters.
 *
 * Why not wordexp: it runs commands and expands names, and a library call that may start a shell is
 * the last thing wanted here.  Parameters are filled in after splitting, so that a value with
 * blanks or quotes in it stays one word. Source of the rules: POSIX.1-2017, Shell Command
 * Language, 2.2 Quoting. */
#include "session/time/words.h"

#include <ctype.h>
#include <string.h>

enum { PLAIN = 0, SINGLE = '\'', DOUBLE = '"' };

struct splitter {
    const char *at;
    struct buf word;
    bool in_word;
    char quote; /* PLAIN, SINGLE or DOUBLE */
    VEC(char *) words;
};

/* Whether a shell would do more with what stands at `at` than pass it on. */
static bool needs_shell(const struct splitter *splitter)
{
    char c = splitter->at[0], next = splitter->at[1];
    if (c == '$')
        return isalpha((unsigned char)next) || next == '_' || next == '{' || next == '(';
    return c == '`' || (splitter->quote == PLAIN && strchr("|&;<>", c) != NULL);
}

static assay_status end_word(struct splitter *splitter, struct arena *arena)
{
    if (!splitter->in_word)
        return ASSAY_OK;
    char **slot = vec_add(&splitter->words);
    if (splitter->word.status != ASSAY_OK || slot == NULL)
        return ASSAY_ERR_MEMORY;
    *slot = arena_copy(arena, splitter->word.text);
    splitter->in_word = false;
    buf_clear(&splitter->word);
    if (splitter->words.count > WORDS_MAX)
        return ASSAY_ERR_LIMIT;
    return *slot ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* A backslash at `at`; in double quotes it is itself before most characters. */
static void take_backslash(struct splitter *splitter)
{
    char next = splitter->at[1];
    bool escapes = splitter->quote == PLAIN || (next != '\0' && strchr("\"\\$`\n", next) != NULL);
    splitter->in_word = true;
    if (!escapes)
        buf_putc(&splitter->word, '\\');
    else if (next != '\n')
        buf_putc(&splitter->word, next);
    splitter->at += escapes ? 2 : 1;
}

/* One character outside single quotes, or what belongs to it. */
static assay_status take(struct splitter *splitter, struct arena *arena)
{
    char c = *splitter->at;
    if (c == '\\') {
        take_backslash(splitter);
        return ASSAY_OK;
    }
    splitter->at++;
    if (splitter->quote == PLAIN && isspace((unsigned char)c))
        return end_word(splitter, arena);
    splitter->in_word = true;
    if (c == splitter->quote)
        splitter->quote = PLAIN;
    else if (splitter->quote == PLAIN && (c == SINGLE || c == DOUBLE))
        splitter->quote = c;
    else
        buf_putc(&splitter->word, c);
    return ASSAY_OK;
}

static void take_single_quoted(struct splitter *splitter)
{
    size_t length = strcspn(splitter->at, "'");
    buf_add(&splitter->word, splitter->at, length);
    splitter->at += length;
    if (*splitter->at == '\'') {
        splitter->quote = PLAIN;
        splitter->at++;
    }
}

static assay_status split(struct splitter *splitter, const char *line, struct arena *arena,
                          struct buf *error)
{
    while (*splitter->at != '\0') {
        if (splitter->quote == SINGLE) {
            take_single_quoted(splitter);
            continue;
        }
        if (needs_shell(splitter))
            return buf_error(error, ASSAY_ERR_PARSE,
                             "'%c' in '%s' needs a shell: quote it, or use --shell", *splitter->at,
                             line);
        if (*splitter->at == '\\' && splitter->at[1] == '\0')
            return buf_error(error, ASSAY_ERR_PARSE, "'%s' ends with a backslash", line);
        TRY(take(splitter, arena));
    }
    if (splitter->quote != PLAIN)
        return buf_error(error, ASSAY_ERR_PARSE, "unclosed %c in '%s'", splitter->quote, line);
    TRY(end_word(splitter, arena));
    if (splitter->words.count == 0)
        return buf_error(error, ASSAY_ERR_PARSE, "an empty command");
    return ASSAY_OK;
}

assay_status words_split(const char *line, struct arena *arena, char ***ret_words,
                         struct buf *error)
{
    struct splitter splitter = {.at = line};
    char **words = NULL;
    buf_init(&splitter.word, 1 << 20);
    assay_status status = split(&splitter, line, arena, error);
    if (status == ASSAY_OK) {
        words = arena_alloc(arena, (splitter.words.count + 1) * sizeof *words);
        status = words ? ASSAY_OK : ASSAY_ERR_MEMORY;
    }
    if (words != NULL) {
        memcpy(words, splitter.words.items, splitter.words.count * sizeof *words);
        *ret_words = words;
    }
    buf_release(&splitter.word);
    vec_release(&splitter.words);
    return status;
}

/* The parameter whose {name} stands at `text`, or NULL. */
static const struct time_parameter *parameter_at(const char *text,
                                                 const time_parameter_vec *parameters)
{
    for (size_t i = 0; i < parameters->count; i++) {
        size_t length = strlen(parameters->items[i].name);
        if (text[0] == '{' && strncmp(text + 1, parameters->items[i].name, length) == 0 &&
            text[length + 1] == '}')
            return &parameters->items[i];
    }
    return NULL;
}

char *words_fill(const char *text, const time_parameter_vec *parameters, struct arena *arena)
{
    BUF_AUTO filled;
    buf_init(&filled, 1 << 20);
    while (*text != '\0') {
        const struct time_parameter *parameter = parameter_at(text, parameters);
        if (parameter != NULL) {
            buf_puts(&filled, parameter->value);
            text += strlen(parameter->name) + 2;
        } else {
            buf_putc(&filled, *text++);
        }
    }
    return filled.status == ASSAY_OK ? arena_copy(arena, filled.text) : NULL;
}

bool words_mention(const char *text, const char *name)
{
    struct time_parameter parameter = {name, ""};
    time_parameter_vec one = {&parameter, 1, 1};
    for (; *text != '\0'; text++)
        if (parameter_at(text, &one) != NULL)
            return true;
    return false;
}
