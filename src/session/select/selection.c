/* Words of a command line as choices.  Why '~' for expressions and '%' for tags: ids consist of
 * letters, digits and "_.+-/:=,", paths start with '.' or '/', git's revisions have '@' and '^',
 * and neither sign means anything to a shell in front of such a word. Invariant: a word means the
 * same for every command that takes words. */
#include "session/select/selection.h"

#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { REGEX_LENGTH_MAX = 1000 };

bool selection_is_marked(const char *word)
{
    return word[0] != '\0' && strchr("!~%", word[0]) != NULL;
}

bool selection_is_path(const char *word)
{
    if (selection_is_marked(word))
        return false;
    if (word[0] == '/' || strncmp(word, "./", 2) == 0 || strncmp(word, "../", 3) == 0 ||
        text_ends_with(word, ".so"))
        return true;
    return strchr(word, '/') != NULL && access(word, F_OK) == 0;
}

/* Bytes of the longest start of the expression that is one: the mistake stands behind it.  regcomp
 * itself does not say where it stopped. */
static size_t sound_length(const char *expression)
{
    char start[REGEX_LENGTH_MAX + 1];
    size_t length = strlen(expression);
    memcpy(start, expression, length + 1);
    for (; length > 0; length--) {
        regex_t regex;
        start[length] = '\0';
        if (regcomp(&regex, start, REG_EXTENDED | REG_NOSUB) == 0) {
            regfree(&regex);
            break;
        }
    }
    return length;
}

static assay_status read_regex(struct choice *choice, struct buf *error)
{
    char reason[128], shown[TEXT_SHOWN_MAX];
    if (strlen(choice->text) > REGEX_LENGTH_MAX)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "'~%s': longer than %d bytes",
                         text_shown(choice->text, shown), REGEX_LENGTH_MAX);
    int code = regcomp(&choice->regex, choice->text, REG_EXTENDED | REG_NOSUB);
    if (code == 0) {
        choice->kind = CHOICE_REGEX; /* from now on there is something to free */
        return ASSAY_OK;
    }
    regerror(code, &choice->regex, reason, sizeof reason);
    return buf_error(error, ASSAY_ERR_ARGUMENT, "'~%s' is no regular expression: %s, at byte %zu",
                     text_shown(choice->text, shown), reason, sound_length(choice->text) + 1);
}

static assay_status read_word(const char *word, struct choice *choice, struct buf *error)
{
    const char *text = word;
    choice->excludes = *text == '!';
    text += choice->excludes;
    const char mark = selection_is_marked(text) ? *text : '\0';
    choice->text = mark == '~' || mark == '%' ? text + 1 : text;
    if (choice->text[0] == '\0' && (mark != '\0' || choice->excludes))
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "'%s': a pattern, an expression or a tag is "
                         "missing",
                         word);
    if (mark == '~')
        return read_regex(choice, error);
    choice->kind = mark == '%'               ? CHOICE_TAG
                   : selection_is_path(text) ? CHOICE_PATH
                                             : CHOICE_PATTERN;
    return ASSAY_OK;
}

assay_status selection_open(char *const *words, int count, struct selection *ret_selection,
                            struct buf *error)
{
    *ret_selection = (struct selection){0};
    for (int i = 0; i < count; i++) {
        struct choice *choice = vec_add(&ret_selection->choices);
        if (choice == NULL)
            return ASSAY_ERR_MEMORY;
        *choice = (struct choice){.kind = CHOICE_PATTERN};
        TRY(read_word(words[i], choice, error));
    }
    return ASSAY_OK;
}

void selection_release(struct selection *selection)
{
    for (size_t i = 0; i < selection->choices.count; i++)
        if (selection->choices.items[i].kind == CHOICE_REGEX)
            regfree(&selection->choices.items[i].regex);
    vec_release(&selection->choices);
}

/* Whether `part` occurs in `text` with its numbers whole: "n=10" is no part of "n=100". */
static bool has_part(const char *text, const char *part)
{
    size_t length = strlen(part);
    for (const char *at = text; length > 0 && (at = strstr(at, part)) != NULL; at++) {
        bool cut_left = at > text && isdigit((unsigned char)at[-1]) && isdigit((unsigned char)*at);
        bool cut_right =
            isdigit((unsigned char)at[length - 1]) && isdigit((unsigned char)at[length]);
        if (!cut_left && !cut_right)
            return true;
    }
    return false;
}

bool selection_has_tag(const struct benchmark *benchmark, const char *tag)
{
    size_t length = strlen(tag);
    for (const char *at = benchmark->tags; at != NULL && *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (word == length && strncmp(at, tag, length) == 0)
            return true;
        at += word + (at[word] == ' ');
    }
    return false;
}

static bool means(const struct choice *choice, const struct benchmark *benchmark)
{
    switch (choice->kind) {
    case CHOICE_PATH:
        return strcmp(text_file_name(choice->text), text_file_name(benchmark->module)) == 0;
    case CHOICE_REGEX:
        return regexec(&choice->regex, benchmark->id, 0, NULL, 0) == 0;
    case CHOICE_TAG:
        return selection_has_tag(benchmark, choice->text);
    case CHOICE_PATTERN:
    case CHOICE_KINDS:
        break;
    }
    return strcmp(choice->text, "all") == 0 || strcmp(choice->text, benchmark->suite) == 0 ||
           has_part(benchmark->id, choice->text) || benchmark_is_meant(choice->text, benchmark->id);
}

static bool names_all_of_its_suite(const struct choice *choice, const struct benchmark *benchmark)
{
    return choice->kind == CHOICE_PATTERN &&
           (strcmp(choice->text, "all") == 0 || strcmp(choice->text, benchmark->suite) == 0);
}

bool selection_asks(const struct selection *selection, const struct benchmark *benchmark)
{
    for (size_t i = 0; i < selection->choices.count; i++) {
        const struct choice *choice = &selection->choices.items[i];
        if (!choice->excludes && means(choice, benchmark) &&
            !names_all_of_its_suite(choice, benchmark))
            return true;
    }
    return false;
}

bool selection_takes(struct selection *selection, const struct benchmark *benchmark)
{
    bool asked[CHOICE_KINDS] = {false}, met[CHOICE_KINDS] = {false}, excluded = false;
    for (size_t i = 0; i < selection->choices.count; i++) {
        struct choice *choice = &selection->choices.items[i];
        /* Patterns and expressions are two ways to say the same. */
        enum choice_kind kind = choice->kind == CHOICE_REGEX ? CHOICE_PATTERN : choice->kind;
        bool hit = means(choice, benchmark);
        choice->hits += hit;
        if (choice->excludes) {
            excluded = excluded || hit;
        } else {
            asked[kind] = true;
            met[kind] = met[kind] || hit || (kind == CHOICE_PATH && selection->paths_are_met);
        }
    }
    for (int kind = 0; kind < CHOICE_KINDS; kind++)
        excluded = excluded || (asked[kind] && !met[kind]);
    return !excluded;
}

assay_status selection_check_hits(const struct selection *selection, struct buf *error)
{
    static const char *const MARKS[CHOICE_KINDS] = {"", "", "~", "%"};
    for (size_t i = 0; i < selection->choices.count; i++) {
        const struct choice *choice = &selection->choices.items[i];
        if (choice->excludes || choice->hits > 0 || choice->kind == CHOICE_PATH)
            continue;
        buf_error(error, ASSAY_ERR_NOT_FOUND,
                  "no benchmark matches '%s%s'; 'assay list' shows what there is",
                  MARKS[choice->kind], choice->text);
        if (choice->kind == CHOICE_PATTERN && strpbrk(choice->text, "*?") != NULL)
            buf_puts(error, "; with '*' or '?' a pattern is all of suite/name, not a part of it");
        if (choice->kind == CHOICE_PATTERN && access(choice->text, F_OK) == 0)
            buf_printf(error, ", './%s' is what is there by that name", choice->text);
        return ASSAY_ERR_NOT_FOUND;
    }
    return ASSAY_OK;
}

static assay_status check_kept(size_t kept, char *const *words, int count, const char *run_id,
                               struct buf *error)
{
    return kept > 0 || count == 0
               ? ASSAY_OK
               : buf_error(error, ASSAY_ERR_NOT_FOUND, "no benchmark of run '%s' matches '%s'",
                           run_id, words[0]);
}

assay_status selection_keep_outline(char *const *words, int count, struct outline *outline,
                                    struct buf *error)
{
    struct selection selection;
    size_t kept = 0;
    assay_status status = selection_open(words, count, &selection, error);
    for (size_t i = 0; i < outline->results.count && status == ASSAY_OK; i++)
        if (selection_takes(&selection, outline->results.items[i].benchmark))
            outline->results.items[kept++] = outline->results.items[i];
    selection_release(&selection);
    TRY(status);
    outline->results.count = kept;
    return check_kept(kept, words, count, outline->run.id, error);
}

assay_status selection_keep(char *const *words, int count, struct run *run, struct buf *error)
{
    struct selection selection;
    size_t kept = 0;
    assay_status status = selection_open(words, count, &selection, error);
    for (size_t i = 0; i < run->results.count && status == ASSAY_OK; i++) {
        struct result *result = &run->results.items[i];
        if (selection_takes(&selection, &result->benchmark))
            run->results.items[kept++] = *result;
        else
            result_release(result);
    }
    selection_release(&selection);
    TRY(status);
    run->results.count = kept;
    return check_kept(kept, words, count, run->id, error);
}
