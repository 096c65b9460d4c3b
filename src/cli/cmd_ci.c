/* assay ci: what continuous integration needs beside a gate: a workflow to start from, a place for
 * the history, and texts at the forge. Subcommands as rows of a table. */
#include <string.h>
#include <unistd.h>

#include "ci/workflow.h"
#include "cli/ci.h"
#include "session/outputs.h"

#define OPTION(field) offsetof(struct ci_options, field)
static const struct option_row ROWS[] = {
    {"dry-run", 'n', NULL, "print what would be written or sent, and do neither", OPTION_FLAG,
     OPTION(dry_run)},
    {"force", 0, NULL, "of a workflow: overwrite the file that is there", OPTION_FLAG,
     OPTION(force)},
    {"main", 0, "BRANCH", "of a workflow: the main branch (default: main)", OPTION_TEXT,
     OPTION(main_branch)},
    {"install", 0, "COMMANDS", "of a workflow: what puts assay on PATH", OPTION_TEXT,
     OPTION(install)},
    {"build", 0, "COMMANDS", "of a workflow: what builds the benchmarks", OPTION_TEXT,
     OPTION(build)},
    {"only", 0, "WORDS", "of a workflow: what is measured (default: all suites that are found)",
     OPTION_TEXT, OPTION(only)},
    {"forge", 0, "NAME", "github, gitlab or forgejo (default: whose job this is)", OPTION_TEXT,
     OPTION(forge)},
    {"api", 0, "URL", "the forge's API (default: what the job's environment says)", OPTION_TEXT,
     OPTION(api)},
    {"repository", 0, "OWNER/NAME", "the repository there (default: the job's)", OPTION_TEXT,
     OPTION(repository)},
    {"number", 0, "N", "the pull request (default: the job's)", OPTION_TEXT, OPTION(number)},
    {"key", 0, "NAME", "tells comments of several jobs apart (default: gate)", OPTION_TEXT,
     OPTION(key)},
    {"link", 0, "URL", "where the job's log is", OPTION_TEXT, OPTION(link)},
    {"against", 0, "BRANCH", "what this is going to be merged into (default: the job's)",
     OPTION_TEXT, OPTION(against)},
    {"good", 0, NULL, "of baseline: only commits that passed their gate", OPTION_FLAG,
     OPTION(good)},
    {"remote", 0, "NAME", "of fetch and push: where the branch is (default: origin)", OPTION_TEXT,
     OPTION(remote)},
    {"branch", 0, "NAME", "of fetch and push: the branch (default: assay-history)", OPTION_TEXT,
     OPTION(branch)},
    {"folder", 0, "FOLDER", "of fetch and push: a folder that the job keeps, instead of a branch",
     OPTION_TEXT, OPTION(folder)},
    {"keep", 0, "N", "of push: so many baselines keep their modules (default: 50)", OPTION_COUNT,
     OPTION(keep)},
    COMMON_ROWS(struct ci_options),
    OPTION_END,
};

assay_status ci_print(const struct ci_call *call, const struct ci_report *report)
{
    BUF_AUTO out;
    buf_init(&out, BUF_LENGTH_MAX);
    if (call->options->common.json)
        TRY(report_json_ci(report, &out));
    else
        report_text_ci(report, &out);
    return cli_print(call->cli, &out);
}

/* Writes to PATH, whose folders are made: ".github/workflows/assay.yml". */
static assay_status write_file(const struct workflow *workflow, const struct buf *text,
                               struct buf *error)
{
    char folder[64];
    for (const char *slash = workflow->path; (slash = strchr(slash, '/')) != NULL; slash++) {
        size_t length = (size_t)(slash - workflow->path);
        memcpy(folder, workflow->path, length);
        folder[length] = '\0';
        TRY(outputs_make_folder(folder, error));
    }
    return outputs_write_file(folder, strrchr(workflow->path, '/') + 1, text, error);
}

assay_status ci_write_workflow(const struct ci_call *call)
{
    const struct ci_options *options = call->options;
    const struct workflow *workflow = workflow_find(call->name);
    const struct workflow_request request = {options->main_branch ? options->main_branch : "main",
                                             options->install, options->build, options->only};
    struct buf *error = &call->cli->error;
    BUF_AUTO text;
    buf_init(&text, 1 << 20);
    TRY(workflow_render(workflow, &request, &text, error));
    if (!options->dry_run && !options->force && access(workflow->path, F_OK) == 0)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "there is '%s' already; --force overwrites it, --dry-run prints",
                         workflow->path);
    if (!options->dry_run)
        TRY(write_file(workflow, &text, error));
    const struct ci_report report = {
        .command = call->name,
        .did = options->dry_run ? "dry_run" : "written",
        .path = workflow->path,
        .hint = workflow->hint,
        .text = options->dry_run ? text.text : NULL,
    };
    return ci_print(call, &report);
}

static const struct {
    const char *name;
    assay_status (*run)(const struct ci_call *call);
    int operands_max;
} SUBCOMMANDS[] = {
    {"github", ci_write_workflow, 0},
    {"gitlab", ci_write_workflow, 0},
    {"forgejo", ci_write_workflow, 0},
    {"comment", ci_comment, 1},
    {"issue", ci_issue, 1},
    {"baseline", ci_find_baseline, 0},
    {"fetch", ci_fetch, 0},
    {"push", ci_push, 0},
};

static assay_status ci(struct cli *cli, int argc, char **argv)
{
    struct ci_options options = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    const int count = argc - first;
    const struct ci_call call = {cli, &options, count > 0 ? argv[first] : "",
                                 count > 1 ? argv[first + 1] : NULL};
    for (size_t i = 0; i < sizeof SUBCOMMANDS / sizeof *SUBCOMMANDS; i++)
        if (strcmp(SUBCOMMANDS[i].name, call.name) == 0 && count <= 1 + SUBCOMMANDS[i].operands_max)
            return SUBCOMMANDS[i].run(&call);
    return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                     "usage: assay ci github|gitlab|forgejo|baseline|fetch|push, or assay ci "
                     "comment|issue GATE.json");
}

const struct command command_ci = {
    "ci",
    "FORGE|baseline|fetch|push|comment FILE|issue FILE",
    "workflows, baselines and reports for continuous integration",
    "FORGE, one of github, gitlab and forgejo, writes a workflow that gates each push and pull\n"
    "request and runs daily. baseline prints the name of what to measure against: the fork point,\n"
    "else the nearest parent that was measured, else the newest; nothing when there is none. "
    "fetch\n"
    "and push keep the store and its modules on a branch of the repository, or in a folder.\n\n"
    "comment puts what 'assay gate --json' printed (FILE, '-': standard input) on a pull request,\n"
    "issue opens an issue on a regression and closes it when it is gone; both update what they\n"
    "once made. The token comes from GITHUB_TOKEN, GITLAB_TOKEN or FORGEJO_TOKEN and is never\n"
    "printed or stored. docs/ci.md tells more.\n",
    ROWS,
    ci,
};
