/* Building the commands.  Every line is split and filled before the first process is started, so
 * that a mistake costs nothing.
 *
 * Why a line is multiplied only by the parameters that it mentions: a reference without parameters
 * beside a scanned command is one row, not ten equal ones. */
#include "session/time/commands.h"

#include <string.h>

#include "session/time/words.h"

/* One line as a template, with all that belongs to it. */
struct template
{
    const struct time_request *request;
    const char *line, *name, *prepare;
    struct arena *arena;
    struct buf *error;
};

static assay_status read_ranges(const struct time_request *request, struct arena *arena,
                                parameter_range_vec *ranges, struct buf *error)
{
    size_t scans = request->scans.count / 3, lists = request->lists.count / 2;
    if (request->steps.count > scans)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "%zu steps for %zu scanned parameters",
                         request->steps.count, scans);
    for (size_t i = 0; i < scans; i++)
        TRY(parameters_add_scan(request->scans.items + 3 * i,
                                i < request->steps.count ? request->steps.items[i] : NULL, arena,
                                ranges, error));
    for (size_t i = 0; i < lists; i++)
        TRY(parameters_add_list(request->lists.items[2 * i], request->lists.items[2 * i + 1], arena,
                                ranges, error));
    return ASSAY_OK;
}

static bool mentions(const struct template *template, const char *name)
{
    const char *const texts[] = {template->line, template->prepare, template->request->setup,
                                 template->request->cleanup};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (texts[i] != NULL && words_mention(texts[i], name))
            return true;
    return false;
}

/* The words that run `line`: split first and filled then, or whole for the shell. */
static assay_status make_argv(const struct template *template, const char *line,
                              const time_parameter_vec *parameters, char ***ret_argv)
{
    char **words;
    *ret_argv = NULL;
    if (line == NULL)
        return ASSAY_OK;
    if (template->request->shell) {
        words = arena_alloc(template->arena, 4 * sizeof *words);
        char *filled = words_fill(line, parameters, template->arena);
        char *shell = arena_copy(template->arena, "sh"),
             *option = arena_copy(template->arena, "-c");
        if (words == NULL || filled == NULL || shell == NULL || option == NULL)
            return ASSAY_ERR_MEMORY;
        memcpy(words, (char *[]){shell, option, filled, NULL}, 4 * sizeof *words);
    } else {
        TRY(words_split(line, template->arena, &words, template->error));
        for (size_t i = 0; words[i] != NULL; i++)
            if ((words[i] = words_fill(words[i], parameters, template->arena)) == NULL)
                return ASSAY_ERR_MEMORY;
    }
    *ret_argv = words;
    return ASSAY_OK;
}

/* The name of one combination: the template's, and what it does not mention behind it. */
static const char *make_name(const struct template *template, const time_parameter_vec *parameters)
{
    BUF_AUTO name;
    buf_init(&name, 1 << 20);
    const char *base = template->name ? template->name : template->line;
    const char *filled = words_fill(base, parameters, template->arena), *separator = " (";
    buf_puts(&name, filled ? filled : "");
    for (size_t i = 0; i < parameters->count; i++) {
        const struct time_parameter *parameter = &parameters->items[i];
        if (words_mention(base, parameter->name))
            continue;
        buf_printf(&name, "%s%s=%s", separator, parameter->name, parameter->value);
        separator = ", ";
    }
    buf_puts(&name, separator[0] == ',' ? ")" : "");
    return filled && name.status == ASSAY_OK ? arena_copy(template->arena, name.text) : NULL;
}

assay_status commands_add(const char *name, char **argv, struct timing *timing,
                          time_command_vec *commands)
{
    struct timed_command *timed = vec_add(&timing->commands);
    if (timed == NULL)
        return ASSAY_ERR_MEMORY;
    *timed = (struct timed_command){.name = name, .line = name, .reason = "", .warning = ""};
    struct time_command *command = vec_add(commands);
    if (command == NULL)
        return ASSAY_ERR_MEMORY;
    *command = (struct time_command){.argv = argv};
    return ASSAY_OK;
}

static assay_status add_filled(const struct template *template,
                               const time_parameter_vec *parameters, struct timing *timing,
                               time_command_vec *commands)
{
    const struct time_request *request = template->request;
    if (commands->count == TIME_COMMANDS_MAX)
        return buf_error(template->error, ASSAY_ERR_LIMIT, "more than %d commands",
                         TIME_COMMANDS_MAX);
    TRY(commands_add(make_name(template, parameters), NULL, timing, commands));
    struct time_command *command = &commands->items[commands->count - 1];
    struct timed_command *timed = &timing->commands.items[timing->commands.count - 1];
    TRY(make_argv(template, template->line, parameters, &command->argv));
    TRY(make_argv(template, template->prepare, parameters, &command->prepare));
    TRY(make_argv(template, request->setup, parameters, &command->setup));
    TRY(make_argv(template, request->cleanup, parameters, &command->cleanup));
    timed->line = words_fill(template->line, parameters, template->arena);
    for (size_t i = 0; i < parameters->count; i++) {
        struct time_parameter *parameter = vec_add(&timed->parameters);
        if (parameter == NULL)
            return ASSAY_ERR_MEMORY;
        *parameter = parameters->items[i];
    }
    return timed->line && timed->name ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* Counts through the combinations like an odometer; `at` has the position of each range. */
static bool next_combination(const parameter_range_vec *ranges, const bool *used, size_t *at)
{
    for (size_t i = ranges->count; i-- > 0;) {
        if (!used[i])
            continue;
        if (++at[i] < ranges->items[i].values.count)
            return true;
        at[i] = 0;
    }
    return false;
}

static assay_status add_combinations(const struct template *template,
                                     const parameter_range_vec *ranges, struct timing *timing,
                                     time_command_vec *commands)
{
    time_parameter_vec parameters = {0};
    bool *used = arena_alloc(template->arena, ranges->count * sizeof *used + 1);
    size_t *at = arena_alloc(template->arena, ranges->count * sizeof *at + 1);
    assay_status status = used && at ? ASSAY_OK : ASSAY_ERR_MEMORY;
    for (size_t i = 0; status == ASSAY_OK && i < ranges->count; i++)
        used[i] = mentions(template, ranges->items[i].name);
    while (status == ASSAY_OK) {
        parameters.count = 0;
        for (size_t i = 0; status == ASSAY_OK && i < ranges->count; i++) {
            struct time_parameter *parameter = used[i] ? vec_add(&parameters) : NULL;
            if (parameter != NULL)
                *parameter = (struct time_parameter){ranges->items[i].name,
                                                     ranges->items[i].values.items[at[i]]};
            else if (used[i])
                status = ASSAY_ERR_MEMORY;
        }
        if (status == ASSAY_OK)
            status = add_filled(template, &parameters, timing, commands);
        if (status == ASSAY_OK && !next_combination(ranges, used, at))
            break;
    }
    vec_release(&parameters);
    return status;
}

/* A parameter that nothing mentions is a slip of the keyboard. */
static assay_status check_mentioned(const struct time_request *request,
                                    const parameter_range_vec *ranges, struct buf *error)
{
    for (size_t i = 0; i < ranges->count; i++) {
        const char *name = ranges->items[i].name;
        bool found = (request->setup && words_mention(request->setup, name)) ||
                     (request->cleanup && words_mention(request->cleanup, name));
        for (size_t k = 0; k < request->lines.count; k++)
            found = found || words_mention(request->lines.items[k], name);
        for (size_t k = 0; k < request->prepares.count; k++)
            found = found || words_mention(request->prepares.items[k], name);
        if (!found)
            return buf_error(error, ASSAY_ERR_ARGUMENT, "no command has the parameter '{%s}'",
                             name);
    }
    return ASSAY_OK;
}

static assay_status check_counts(const struct time_request *request, struct buf *error)
{
    size_t lines = request->lines.count, prepares = request->prepares.count;
    if (request->names.count > lines)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "%zu names for %zu commands",
                         request->names.count, lines);
    if (prepares > 1 && prepares != lines)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "%zu prepare commands for %zu commands; give one, or one for each",
                         prepares, lines);
    return ASSAY_OK;
}

static assay_status find_reference(const struct time_request *request, struct timing *timing,
                                   struct buf *error)
{
    if (request->reference == NULL)
        return ASSAY_OK;
    for (size_t i = 0; i < timing->commands.count; i++)
        if (strcmp(timing->commands.items[i].name, request->reference) == 0 ||
            strcmp(timing->commands.items[i].line, request->reference) == 0) {
            timing->reference = i;
            return ASSAY_OK;
        }
    return buf_error(error, ASSAY_ERR_ARGUMENT, "no command is called '%s'", request->reference);
}

static assay_status build(const struct time_request *request, const parameter_range_vec *ranges,
                          struct timing *timing, time_command_vec *commands, struct buf *error)
{
    TRY(check_counts(request, error));
    TRY(check_mentioned(request, ranges, error));
    for (size_t i = 0; i < request->lines.count; i++) {
        const struct time_texts *prepares = &request->prepares;
        const struct template template = {
            .request = request,
            .line = request->lines.items[i],
            .name = i < request->names.count ? request->names.items[i] : NULL,
            .prepare = prepares->count > 0 ? prepares->items[prepares->count > 1 ? i : 0] : NULL,
            .arena = &timing->arena,
            .error = error};
        TRY(add_combinations(&template, ranges, timing, commands));
    }
    return find_reference(request, timing, error);
}

assay_status commands_build(const struct time_request *request, struct timing *timing,
                            time_command_vec *commands, struct buf *error)
{
    parameter_range_vec ranges = {0};
    assay_status status = read_ranges(request, &timing->arena, &ranges, error);
    if (status == ASSAY_OK)
        status = build(request, &ranges, timing, commands, error);
    parameters_release(&ranges);
    return status;
}
