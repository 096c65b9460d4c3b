/* What a word can become follows from the tables: the name that help gives a value ("FILE", "RUN",
 * "a|b") says what completes it, and so do the names of the operands.  bash and zsh share one
 * `case`; fish has a line for each option.  Ids and runs come from `assay list --ids` and `assay
 * history
 * --ids` when they are asked for, so that nothing has to be kept up to date.
 * Invariant: texts from a table stand in single quotes. */
#include "cli/completions.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* What completes a value or an operand, as the words that the scripts know. */
static const struct {
    const char *name, *kind;
} KINDS[] = {
    {"FILE", "files"}, {"FOLDER", "files"}, {"MODULE", "files"}, {"COMMAND", "files"},
    {"RUN", "runs"},   {"OLD", "runs"},     {"NEW", "runs"},     {"PATTERN", "ids"},
};

static bool has_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    for (const char *at = text; (at = strstr(at, word)) != NULL; at += length)
        if ((at == text || !isalpha((unsigned char)at[-1])) && !isalpha((unsigned char)at[length]))
            return true;
    return false;
}

/* "files runs": each kind that a word of `text` asks for, once. */
static void add_kinds(const char *text, struct buf *out)
{
    size_t before = out->length;
    for (size_t i = 0; i < sizeof KINDS / sizeof *KINDS; i++)
        if (has_word(text, KINDS[i].name) && strstr(out->text + before, KINDS[i].kind) == NULL)
            buf_printf(out, "%s%s", out->length > before ? " " : "", KINDS[i].kind);
}

/* The words that an operand can be as they stand: those in lower case. */
static void add_literals(const char *operands, struct buf *out)
{
    for (const char *at = operands; *at != '\0';) {
        size_t length = strcspn(at, " |[].");
        size_t lower = strspn(at, "abcdefghijklmnopqrstuvwxyz-");
        if (length > 0 && lower == length)
            buf_printf(out, "%.*s ", (int)length, at);
        at += length + (at[length] != '\0');
    }
}

/* The words of a choice, a blank between them. */
static void add_choices(const struct option_row *row, struct buf *out)
{
    for (const char *at = row->argument; *at != '\0'; at++)
        buf_putc(out, *at == '|' ? ' ' : *at);
}

static void add_quoted(const char *text, const char *quote, struct buf *out)
{
    buf_putc(out, '\'');
    for (; *text != '\0'; text++)
        if (*text == '\'')
            buf_puts(out, quote);
        else
            buf_putc(out, *text);
    buf_putc(out, '\'');
}

static void add_commands(struct buf *out)
{
    for (const struct command *const *command = COMMANDS; *command != NULL; command++)
        buf_printf(out, "%s ", (*command)->name);
    buf_puts(out, "help");
}

/* ---- bash and zsh ---- */

/* "'run --format' | 'run -f') choices='text json' ;;" for each option that wants a value. */
static void add_case_values(const struct command *command, struct buf *out)
{
    for (const struct option_row *row = command->rows; row->name != NULL; row++) {
        if (row->argument == NULL)
            continue;
        buf_printf(out, "    '%s --%s'", command->name, row->name);
        if (row->letter)
            buf_printf(out, " | '%s -%c'", command->name, row->letter);
        buf_puts(out, row->kind == OPTION_CHOICE ? ") choices='" : ") kinds='");
        if (row->kind == OPTION_CHOICE)
            add_choices(row, out);
        else
            add_kinds(row->argument, out);
        buf_puts(out, "' ;;\n");
    }
}

static void add_case(struct buf *out)
{
    buf_puts(out, "    case \"$command $previous\" in\n");
    for (const struct command *const *command = COMMANDS; *command != NULL; command++)
        add_case_values(*command, out);
    buf_puts(out, "    *)\n        case \"$command $current\" in\n");
    for (const struct command *const *command = COMMANDS; *command != NULL; command++) {
        buf_printf(out, "        '%s -'*) choices='", (*command)->name);
        for (const struct option_row *row = (*command)->rows; row->name != NULL; row++)
            buf_printf(out, "--%s ", row->name);
        buf_printf(out, "--help' ;;\n        '%s '*) choices='", (*command)->name);
        add_literals((*command)->operands, out);
        buf_puts(out, "' kinds='");
        add_kinds((*command)->operands, out);
        buf_puts(out, "' ;;\n");
    }
    buf_puts(out, "        'help '*) choices='");
    add_commands(out);
    buf_puts(out, "' ;;\n        esac ;;\n    esac\n");
}

static const char GATHER[] =
    "    case $kinds in *ids*) choices=\"$choices $(\"$assay\" list --ids 2>/dev/null)\" ;; esac\n"
    "    case $kinds in *runs*) choices=\"$choices $(\"$assay\" history --ids 2>/dev/null)\" ;; "
    "esac\n";

static void write_bash(struct buf *out)
{
    buf_puts(
        out,
        "# bash completion for assay, made by 'assay completions bash'.\n"
        "# Ids have ':' and '=', at which bash splits words: the word is taken from the line,\n"
        "# and what stands before the last of those signs is cut off the replies.\n"
        "_assay()\n{\n"
        "    local line=${COMP_LINE:0:COMP_POINT} choices= kinds= cut=\n"
        "    local current=${line##* }\n"
        "    local -a before\n"
        "    read -ra before <<<\"${line%\"$current\"}\"\n"
        "    local assay=${before[0]} command=${before[1]} previous=${before[-1]}\n"
        "    if ((${#before[@]} < 2)); then\n        choices='");
    add_commands(out);
    buf_puts(out, "'\n    else\n");
    add_case(out);
    buf_puts(out, "    fi\n");
    buf_puts(out, GATHER);
    buf_puts(out, "    local IFS=$' \\n'\n"
                  "    COMPREPLY=($(compgen -W \"$choices\" -- \"$current\"))\n"
                  "    IFS=$'\\n'\n"
                  "    case $kinds in *files*) COMPREPLY+=($(compgen -f -- \"$current\")) ;; esac\n"
                  "    [[ $COMP_WORDBREAKS == *:* ]] && cut=${current%\"${current##*[:=]}\"}\n"
                  "    COMPREPLY=(\"${COMPREPLY[@]#\"$cut\"}\")\n"
                  "}\n"
                  "complete -o filenames -F _assay assay\n");
}

static void write_zsh(struct buf *out)
{
    buf_puts(out, "#compdef assay\n"
                  "# zsh completion for assay, made by 'assay completions zsh'.\n"
                  "_assay()\n{\n"
                  "    local assay=$words[1] command=$words[2] previous=$words[CURRENT-1]\n"
                  "    local current=$words[CURRENT] choices= kinds=\n"
                  "    if ((CURRENT == 2)); then\n        choices='");
    add_commands(out);
    buf_puts(out, "'\n    else\n");
    add_case(out);
    buf_puts(out, "    fi\n");
    buf_puts(out, GATHER);
    buf_puts(out,
             "    compadd -- ${=choices}\n"
             "    case $kinds in *files*) _files ;; esac\n"
             "}\n"
             "if [[ $funcstack[1] == _assay ]]; then _assay \"$@\"; else compdef _assay assay; "
             "fi\n");
}

/* ---- fish ---- */

static void add_fish_values(const struct option_row *row, struct buf *out)
{
    BUF_AUTO kinds;
    buf_init(&kinds, 256);
    if (row->argument == NULL)
        return;
    if (row->kind == OPTION_CHOICE) {
        buf_puts(out, " -x -a '");
        add_choices(row, out);
        buf_putc(out, '\'');
        return;
    }
    add_kinds(row->argument, &kinds);
    if (strcmp(kinds.text, "files") == 0)
        buf_puts(out, " -r -F");
    else if (kinds.length > 0)
        buf_printf(out, " -x -a '(__assay_%s)'", kinds.text);
    else
        buf_puts(out, " -x");
}

static void add_fish_operands(const struct command *command, const char *when, struct buf *out)
{
    static const char *const LISTED[] = {"ids", "runs"};
    BUF_AUTO kinds, literals;
    buf_init(&kinds, 256);
    buf_init(&literals, 1024);
    add_kinds(command->operands, &kinds);
    add_literals(command->operands, &literals);
    if (literals.length > 0)
        buf_printf(out, "%s -a '%s'\n", when, literals.text);
    for (int i = 0; i < 2; i++)
        if (strstr(kinds.text, LISTED[i]) != NULL)
            buf_printf(out, "%s -a '(__assay_%s)'\n", when, LISTED[i]);
    if (strstr(kinds.text, "files") != NULL)
        buf_printf(out, "%s -F\n", when);
}

static void add_fish_command(const struct command *command, struct buf *out)
{
    BUF_AUTO when;
    buf_init(&when, 256);
    buf_printf(&when, "complete -c assay -n '__fish_seen_subcommand_from %s'", command->name);
    buf_printf(out, "complete -c assay -n __fish_use_subcommand -a %s -d ", command->name);
    add_quoted(command->summary, "\\'", out);
    buf_putc(out, '\n');
    for (const struct option_row *row = command->rows; row->name != NULL; row++) {
        buf_printf(out, "%s -l %s", when.text, row->name);
        if (row->letter)
            buf_printf(out, " -s %c", row->letter);
        add_fish_values(row, out);
        buf_puts(out, " -d ");
        add_quoted(row->help, "\\'", out);
        buf_putc(out, '\n');
    }
    add_fish_operands(command, when.text, out);
}

static void write_fish(struct buf *out)
{
    buf_puts(out, "# fish completion for assay, made by 'assay completions fish'.\n"
                  "function __assay_ids\n"
                  "    set -l words (commandline -opc)\n"
                  "    $words[1] list --ids 2>/dev/null\nend\n"
                  "function __assay_runs\n"
                  "    set -l words (commandline -opc)\n"
                  "    $words[1] history --ids 2>/dev/null\nend\n"
                  "complete -c assay -f\n");
    for (const struct command *const *command = COMMANDS; *command != NULL; command++)
        add_fish_command(*command, out);
}

void completions_write(enum shell shell, struct buf *out)
{
    static void (*const WRITERS[])(struct buf *) = {write_bash, write_zsh, write_fish};
    WRITERS[shell](out);
}
