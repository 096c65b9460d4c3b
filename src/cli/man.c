/* Man pages as scdoc source, from the same tables as --help, so that neither can be forgotten.
 * Why scdoc and not roff: its source is what a person would write, and it escapes roff for us.
 * Invariant: text from a table goes through add_escaped, what is written here does not. */
#include <stdbool.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/examples.h"

static void add_escaped(const char *text, struct buf *out)
{
    for (bool starts_line = true; *text != '\0'; starts_line = *text == '\n', text++) {
        if (strchr("\\*_#[]|<>~", *text) != NULL || (starts_line && strchr("-.", *text) != NULL))
            buf_putc(out, '\\');
        buf_putc(out, *text);
    }
}

static void add_title(const char *name, const char *summary, struct buf *out)
{
    buf_printf(out, "%s(1) \"assay " ASSAY_VERSION "\" \"assay\"\n\n# NAME\n\n%s - ", name, name);
    add_escaped(summary, out);
    buf_puts(out, "\n\n");
}

static void add_options(const struct option_row *rows, struct buf *out)
{
    buf_puts(out, "# OPTIONS\n\n");
    for (; rows->name != NULL; rows++) {
        if (rows->letter)
            buf_printf(out, "*-%c*, ", rows->letter);
        buf_printf(out, "*--%s*", rows->name);
        if (rows->argument != NULL)
            buf_printf(out, " _%s_", rows->argument);
        buf_puts(out, "\n\t");
        add_escaped(rows->help, out);
        buf_puts(out, "\n\n");
    }
    buf_puts(out, "*-h*, *--help*\n\tprint a summary of this page\n\n");
}

static void add_examples(const char *command, struct buf *out)
{
    const char *title = "# EXAMPLES\n\n";
    for (const struct example *example = EXAMPLES; example->command != NULL; example++) {
        if (strcmp(example->command, command) != 0)
            continue;
        buf_printf(out, "%s*assay %s", title, command);
        add_escaped(example->line, out);
        buf_puts(out, "*\n\t");
        add_escaped(example->meaning, out);
        buf_puts(out, "\n\n");
        title = "";
    }
}

struct entry {
    const char *term, *text;
};

static const struct entry EXIT_CODES[] = {
    {"*0*", "good; warnings, too"},
    {"*1*", "a regression or a missed target"},
    {"*2*", "wrong usage, or a mistake in a file that was read"},
    {"*3*", "the environment failed, or a benchmark did"},
    {"*4*", "undecided"},
    {NULL, NULL},
};

static const struct entry VARIABLES[] = {
    {"*ASSAY_STORE*", "the database, unless *--store* names one"},
    {"*ASSAY_SUITES*", "folders with suites, separated by ':', beside those of assay.yaml"},
    {"*ASSAY_HOST*", "the program that loads and runs benchmark modules"},
    {"*ASSAY_LOCK*", "the file that one measuring process at a time locks; *off*: none does"},
    {"*ASSAY_HINTS*", "*off*: *run* says nothing when the machine is not quiet"},
    {NULL, NULL},
};

static const struct entry FILES[] = {
    {"_assay.yaml_", "the project file, in the working folder or the nearest above it"},
    {"_targets.yaml_", "bounds that results must keep, beside the suite they are for"},
    {"_audit.yaml_, _audits/_", "claims for *assay audit*, beside the suite or the project file"},
    {"_.assay/history.db_", "all runs, an SQLite database"},
    {"_benchmark-results/RUN/_",
     "_report.html_, _summary.json_, _results.csv_ and _summary.md_ of a run"},
    {"_benchmark-results/audit-TIME/_", "the evidence of an audit"},
    {NULL, NULL},
};

static void add_entries(const char *title, const struct entry *entries, struct buf *out)
{
    buf_printf(out, "# %s\n\n", title);
    for (; entries->term != NULL; entries++)
        buf_printf(out, "%s\n\t%s\n\n", entries->term, entries->text);
}

/* What is the same on every page. */
static void add_surroundings(struct buf *out)
{
    add_entries("EXIT STATUS", EXIT_CODES, out);
    buf_puts(out, "Where several hold: 2 before 3 before 1 before 4.\n\n");
    add_entries("ENVIRONMENT", VARIABLES, out);
    add_entries("FILES", FILES, out);
}

static void add_see_also(const struct command *but, struct buf *out)
{
    const char *comma = "";
    buf_puts(out, "# SEE ALSO\n\n");
    if (but != NULL) {
        buf_puts(out, "*assay*(1)");
        comma = ", ";
    }
    for (const struct command *const *command = COMMANDS; *command != NULL; command++) {
        if (*command == but)
            continue;
        buf_printf(out, "%s*assay-%s*(1)", comma, (*command)->name);
        comma = ", ";
    }
    buf_putc(out, '\n');
}

static void man_all(struct buf *out)
{
    add_title("assay", "measures code, remembers every result, and says what changed", out);
    buf_puts(out, "# SYNOPSIS\n\n*assay* _COMMAND_ \\[OPTIONS\\] \\[OPERANDS\\]\n\n"
                  "*assay* *--version*\n\n*assay* *--cflags*\n\n# COMMANDS\n\n");
    for (const struct command *const *command = COMMANDS; *command != NULL; command++) {
        buf_printf(out, "*%s*\n\t", (*command)->name);
        add_escaped((*command)->summary, out);
        buf_printf(out, "; see *assay-%s*(1)\n\n", (*command)->name);
    }
    add_surroundings(out);
    add_see_also(NULL, out);
}

void command_man(const struct command *command, struct buf *out)
{
    BUF_AUTO name;
    buf_init(&name, 64);
    if (command == NULL) {
        man_all(out);
        return;
    }
    buf_printf(&name, "assay-%s", command->name);
    add_title(name.text, command->summary, out);
    buf_printf(out, "# SYNOPSIS\n\n*assay %s* \\[OPTIONS\\] ", command->name);
    add_escaped(command->operands, out);
    buf_puts(out, "\n\n# DESCRIPTION\n\n");
    add_escaped(command->details, out);
    buf_putc(out, '\n');
    add_options(command->rows, out);
    add_examples(command->name, out);
    add_surroundings(out);
    add_see_also(command, out);
}
