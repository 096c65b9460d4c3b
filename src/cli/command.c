/* The table of subcommands and their help.
 * A new subcommand is a name in COMMANDS_EACH and a file cmd_NAME.c that defines command_NAME. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/examples.h"

#define COMMANDS_EACH(X)                                                                           \
    X(run)                                                                                         \
    X(list)                                                                                        \
    X(show)                                                                                        \
    X(summary)                                                                                     \
    X(time)                                                                                        \
    X(compare)                                                                                     \
    X(gate)                                                                                        \
    X(audit)                                                                                       \
    X(baseline)                                                                                    \
    X(history)                                                                                     \
    X(trend)                                                                                       \
    X(watch)                                                                                       \
    X(doctor)                                                                                      \
    X(serve)                                                                                       \
    X(init)                                                                                        \
    X(completions)                                                                                 \
    X(import)                                                                                      \
    X(export)                                                                                      \
    X(ci)
#define DECLARE(id) extern const struct command command_##id;
#define ROW(id) &command_##id,
COMMANDS_EACH(DECLARE)
const struct command *const COMMANDS[] = {COMMANDS_EACH(ROW) NULL};

const struct command *command_find(const char *name)
{
    for (const struct command *const *command = COMMANDS; *command != NULL; command++)
        if (strcmp((*command)->name, name) == 0)
            return *command;
    return NULL;
}

static void help_all(struct buf *out)
{
    buf_puts(out, "usage: assay COMMAND [OPTIONS] [OPERANDS]\n\n"
                  "assay measures code, remembers every result, and says what changed.\n\n");
    for (const struct command *const *command = COMMANDS; *command != NULL; command++)
        buf_printf(out, "  %-11s %s\n", (*command)->name, (*command)->summary);
    buf_puts(out, "\nto start: assay init suite NAME; make -C NAME; assay run NAME\n"
                  "\n'assay COMMAND --help' explains a command, 'assay help --keys' the keys of\n"
                  "assay.yaml, targets.yaml and audit files, 'assay --cflags' what a compiler\n"
                  "needs to find assay.h.\n"
                  "exit codes: 0 good, 1 regression or missed target, 2 usage, 3 environment or\n"
                  "a failed benchmark, 4 undecided\n");
}

/* A blank line in the text parts paragraphs; the lines of one are filled. */
static void add_paragraphs(const char *text, struct buf *out)
{
    for (const char *next; text != NULL; text = next) {
        BUF_AUTO paragraph;
        buf_init(&paragraph, 1 << 16);
        const char *end = strstr(text, "\n\n");
        next = end != NULL ? end + strlen("\n\n") : NULL;
        buf_printf(&paragraph, "%.*s", end != NULL ? (int)(end - text) : (int)strlen(text), text);
        buf_wrap(out, paragraph.text, 0);
        buf_puts(out, next != NULL ? "\n" : "");
    }
}

void command_help(const struct command *command, struct buf *out)
{
    if (command == NULL) {
        help_all(out);
        return;
    }
    buf_printf(out, "usage: assay %s [OPTIONS]%s", command->name, *command->operands ? " " : "");
    buf_wrap(out, command->operands, strlen("usage: assay "));
    buf_printf(out, "\n%s.\n\n", command->summary);
    examples_help(command->name, out);
    add_paragraphs(command->details, out);
    buf_puts(out, "\noptions:\n");
    options_help(command->rows, out);
}

assay_status cli_check_operands(struct cli *cli, char *const *operands, int count, int max)
{
    return count <= max ? ASSAY_OK
                        : buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                                    "unexpected operand '%s'; see --help", operands[max]);
}

assay_status cli_find_program(const struct cli *cli, const char *name, struct buf *path)
{
    buf_init(path, 1 << 16);
    buf_printf(path, "%s/%s", cli->program, name);
    if (path->status == ASSAY_OK && access(path->text, X_OK) != 0) {
        buf_clear(path);
        buf_printf(path, ASSAY_LIBEXECDIR "/%s", name);
    }
    return path->status;
}

assay_status cli_print(struct cli *cli, const struct buf *text)
{
    if (text->status != ASSAY_OK)
        return text->status;
    if (fwrite(text->text, 1, text->length, stdout) != text->length || fflush(stdout) != 0) {
        cli->is_left = errno == EPIPE;
        return buf_error(&cli->error, ASSAY_ERR_IO, "cannot write to the standard output: %s",
                         strerror(errno));
    }
    return ASSAY_OK;
}
