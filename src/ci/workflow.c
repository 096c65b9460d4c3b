/* Filling templates.  A line that is nothing but @NAME@ becomes the lines of its value, each as far
 * from the margin as the name was, so that scripts stay inside a block of YAML; elsewhere @NAME@ is
 * the value itself.
 * Why scripts are files of their own and not part of three templates: the same steps run at all
 * forges, and a test runs them as they are. */
#include "ci/workflow.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "workflows.h"

enum { SCRIPT_MAX = 1 << 16 };

static const struct workflow WORKFLOWS[] = {
    {"github", ".github/workflows/assay.yml",
     "allow workflows to write in the repository's settings (Actions, General)",
     TEMPLATE_github_yml},
    {"gitlab", ".gitlab/assay.yml",
     "add 'include: {local: .gitlab/assay.yml}' to .gitlab-ci.yml, a variable GITLAB_TOKEN "
     "(masked; "
     "scopes api and write_repository), and a daily schedule",
     TEMPLATE_gitlab_yml},
    {"forgejo", ".forgejo/workflows/assay.yml", "add a secret ASSAY_TOKEN that may write issues",
     TEMPLATE_forgejo_yml},
};

const struct workflow *workflow_find(const char *forge)
{
    for (size_t i = 0; i < sizeof WORKFLOWS / sizeof *WORKFLOWS; i++)
        if (strcmp(WORKFLOWS[i].forge, forge) == 0)
            return &WORKFLOWS[i];
    return NULL;
}

struct slot {
    const char *name, *value;
};

/* The slot that stands at `text`, NULL for none. */
static const struct slot *slot_at(const char *text, const struct slot *slots)
{
    for (const struct slot *slot = slots; slot->name != NULL; slot++)
        if (strncmp(text, slot->name, strlen(slot->name)) == 0)
            return slot;
    return NULL;
}

static void add_lines(const char *value, size_t indent, struct buf *out)
{
    while (*value != '\0') {
        size_t length = strcspn(value, "\n");
        if (length > 0)
            buf_printf(out, "%*s%.*s", (int)indent, "", (int)length, value);
        buf_putc(out, '\n');
        value += length + (value[length] == '\n');
    }
}

static void add_inline(const char *line, size_t length, const struct slot *slots, struct buf *out)
{
    for (const char *at = line; at < line + length;) {
        const struct slot *slot = slot_at(at, slots);
        if (slot != NULL)
            buf_puts(out, slot->value);
        else
            buf_putc(out, *at);
        at += slot ? strlen(slot->name) : 1;
    }
    buf_putc(out, '\n');
}

static void fill_lines(const char *template, const struct slot *slots, struct buf *out)
{
    while (*template != '\0') {
        size_t length = strcspn(template, "\n"), indent = strspn(template, " ");
        const struct slot *slot = slot_at(template + indent, slots);
        if (slot != NULL && indent + strlen(slot->name) == length)
            add_lines(slot->value, indent, out);
        else
            add_inline(template, length, slots, out);
        template += length + (template[length] == '\n');
    }
}

static bool is_branch(const char *name)
{
    for (const char *at = name; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr("-_./", *at) == NULL)
            return false;
    return name[0] != '\0' && name[0] != '-' && name[0] != '/';
}

/* A block of YAML takes all printable text; its first line says how far it is indented. */
static bool is_script(const char *text)
{
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at < ' ' && *at != '\n' && *at != '\t')
            return false;
    return text[0] != '\0' && strchr(" \t\n", text[0]) == NULL && strstr(text, "${{") == NULL;
}

/* Words that a shell takes as they are. */
static bool is_plain(const char *words)
{
    for (const char *at = words; *at != '\0'; at++)
        if (!isalnum((unsigned char)*at) && strchr("-_./,:=% ", *at) == NULL)
            return false;
    return words[0] != '-' && strstr(words, " -") == NULL;
}

/* "measure @ONLY@" -> "measure words". */
static void add_script(const char *script, const char *only, struct buf *out)
{
    static const char SLOT[] = " @ONLY@";
    const char *hit;
    for (; (hit = strstr(script, SLOT)) != NULL; script = hit + strlen(SLOT)) {
        buf_add(out, script, (size_t)(hit - script));
        buf_printf(out, "%s%s", only[0] != '\0' ? " " : "", only);
    }
    buf_puts(out, script);
}

assay_status workflow_render(const struct workflow *workflow,
                             const struct workflow_request *request, struct buf *out,
                             struct buf *error)
{
    const char *install =
        request->install ? request->install
                         : "command -v assay || { echo 'put assay on PATH here' >&2; exit 1; }";
    const char *build = request->build ? request->build : ": # what builds the benchmarks";
    const char *only = request->only ? request->only : "";
    BUF_AUTO gate, keep;
    buf_init(&gate, SCRIPT_MAX);
    buf_init(&keep, SCRIPT_MAX);
    add_script(TEMPLATE_gate_sh, only, &gate);
    add_script(TEMPLATE_keep_sh, only, &keep);
    const struct slot slots[] = {
        {"@BRANCH@", request->branch},
        {"@INSTALL@", install},
        {"@BUILD@", build},
        {"@GATE@", gate.text},
        {"@KEEP@", keep.text},
        {"@DECIDE@", TEMPLATE_decide_sh},
        {NULL, NULL},
    };
    if (!is_branch(request->branch))
        return buf_error(error, ASSAY_ERR_ARGUMENT, "'%s' is no name of a branch", request->branch);
    if (!is_script(install) || !is_script(build))
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "a command has to start with a word, and may have no ${{ and no control "
                         "characters");
    if (!is_plain(only))
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "'%s': what is measured has to be plain words, without quotes and options",
                         only);
    TRY(gate.status);
    TRY(keep.status);
    fill_lines(workflow->template, slots, out);
    return out->status;
}
