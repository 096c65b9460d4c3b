/* assay completions: a script that lets a shell complete commands, options, ids and runs.
 * Why printed and not only installed: who works in a build tree has no installed one. */
#include <string.h>

#include "cli/cli.h"
#include "cli/completions.h"

static const struct option_row ROWS[] = {OPTION_END};

static assay_status completions(struct cli *cli, int argc, char **argv)
{
    static const char *const NAMES[] = {"bash", "zsh", "fish"};
    int first;
    TRY(options_parse(ROWS, argc, argv, NULL, &first, &cli->error));
    for (int i = 0; i < 3 && argc - first == 1; i++) {
        BUF_AUTO out;
        buf_init(&out, 1 << 20);
        if (strcmp(argv[first], NAMES[i]) != 0)
            continue;
        completions_write((enum shell)i, &out);
        return cli_print(cli, &out);
    }
    return buf_error(&cli->error, ASSAY_ERR_ARGUMENT, "usage: assay completions bash|zsh|fish");
}

const struct command command_completions = {
    "completions",
    "bash|zsh|fish",
    "print a completion script for a shell",
    "The scripts are installed with assay. To try one: 'source <(assay completions bash)', or\n"
    "'assay completions fish | source'; for zsh write it to a file '_assay' in a folder of "
    "$fpath.\n"
    "Ids of benchmarks and runs are completed, too.\n",
    ROWS,
    completions,
};
