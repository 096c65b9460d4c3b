/* assay: finds the command, runs it, says its error once, exits with its code.
 * Invariant: nothing else in the program writes to stderr but progress, and nothing but cli_print
 * to stdout. */
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/cli.h"
#include "cli/progress.h"
#include "config/config.h"
#include "session/scaffold/scaffold.h"
#include "store/store.h"

static const char *executable_folder(void)
{
    static char path[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = '\0';
    return dirname(path);
}

/* Words that others have for it, which no slip of the fingers explains. */
static const char *other_word(const char *name)
{
    static const char *const WORDS[][2] = {
        {"bench", "run"},       {"measure", "run"}, {"diff", "compare"},
        {"report", "show"},     {"check", "gate"},  {"log", "history"},
        {"dashboard", "serve"}, {"new", "init"},    {"version", "--version"},
    };
    for (size_t i = 0; i < sizeof WORDS / sizeof *WORDS; i++)
        if (strcmp(name, WORDS[i][0]) == 0)
            return WORDS[i][1];
    return NULL;
}

static assay_status no_command(struct cli *cli, const char *name)
{
    const char *names[64];
    size_t count = 0;
    for (const struct command *const *command = COMMANDS; *command != NULL; command++)
        names[count++] = (*command)->name;
    const char *other = other_word(name);
    const char *near = other ? other : text_nearest(name, names, count);
    return near ? buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                            "unknown command '%s' (did you mean '%s'?)", name, near)
                : buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                            "unknown command '%s'; see assay --help", name);
}

static bool asks_help(int argc, char **argv)
{
    for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
        if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0)
            return true;
    return false;
}

static assay_status print_help(struct cli *cli, const struct command *command)
{
    BUF_AUTO text;
    buf_init(&text, 1 << 20);
    command_help(command, &text);
    return cli_print(cli, &text);
}

static assay_status print_version(struct cli *cli)
{
    BUF_AUTO text;
    buf_init(&text, 256);
    buf_puts(&text, "assay " ASSAY_VERSION "\n");
    return cli_print(cli, &text);
}

/* `assay --cflags`: what `cc $(assay --cflags) ..` needs to find assay.h. */
static assay_status print_cflags(struct cli *cli)
{
    BUF_AUTO text;
    buf_init(&text, 1 << 17);
    scaffold_cflags(cli->program, &text);
    buf_putc(&text, '\n');
    return cli_print(cli, &text);
}

/* `assay help --man [COMMAND]`: for the build, which makes the man pages of it. */
static assay_status print_man(struct cli *cli, const char *name)
{
    BUF_AUTO text;
    buf_init(&text, 1 << 20);
    const struct command *command = name ? command_find(name) : NULL;
    if (name != NULL && command == NULL)
        return no_command(cli, name);
    command_man(command, &text);
    return cli_print(cli, &text);
}

/* The keys of assay.yaml, targets.yaml and audit files as Markdown: docs/config.md. */
static assay_status print_keys(struct cli *cli)
{
    BUF_AUTO text;
    buf_init(&text, 1 << 20);
    config_describe(&text);
    return cli_print(cli, &text);
}

static assay_status dispatch(struct cli *cli, int argc, char **argv)
{
    bool helps = argc < 2 || strcmp(argv[1], "help") == 0;
    const char *name = helps ? (argc > 2 ? argv[2] : NULL) : argv[1];
    if (name != NULL && (strcmp(name, "--help") == 0 || strcmp(name, "-h") == 0))
        return print_help(cli, NULL);
    if (name != NULL && strcmp(name, "--version") == 0)
        return print_version(cli);
    if (name != NULL && strcmp(name, "--cflags") == 0)
        return print_cflags(cli);
    if (helps && name != NULL && strcmp(name, "--man") == 0)
        return print_man(cli, argv[3]);
    if (helps && name != NULL && strcmp(name, "--keys") == 0)
        return print_keys(cli);
    const struct command *command = name ? command_find(name) : NULL;
    if (name != NULL && command == NULL)
        return no_command(cli, name);
    if (helps || asks_help(argc - 1, argv + 1)) {
        cli->exit_code = argc < 2 ? 2 : 0;
        return print_help(cli, command);
    }
    return command->run(cli, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
    struct cli cli = {.program = executable_folder()};
    buf_init(&cli.error, 64 * 1024);
    signal(SIGPIPE, SIG_IGN);
    store_listen(progress_note);
    assay_status status = dispatch(&cli, argc, argv);
    if (status != ASSAY_OK && !cli.is_left)
        fprintf(stderr, "assay: %s\n", cli.error.length ? cli.error.text : status_text(status));
    int exit_code = status == ASSAY_OK ? cli.exit_code : status_exit_code(status);
    buf_release(&cli.error);
    return exit_code;
}
