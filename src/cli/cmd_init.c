/* assay init: files to start from.
 * Why a sweep and an oracle in the first benchmark somebody writes: what is not in the example is
 * not in the benchmarks that grow from it.  What is printed are commands that work as they stand,
 * with the program's path where the shell would not find it.  Invariant: an existing file is never
 * touched. */
#include <stdlib.h>
#include <string.h>

#include "cli/common.h"
#include "report/values/json_values.h"
#include "session/scaffold/scaffold.h"

struct init_options {
    struct common_options common;
    const char *language;
};

#define OPTION(field) offsetof(struct init_options, field)
static const struct option_row ROWS[] = {
    {"language", 'L', "NAME", "c, cpp, python or node (default: c)", OPTION_TEXT, OPTION(language)},
    COMMON_ROWS(struct init_options),
    OPTION_END};

/* Two commands to type next. */
enum { NEXT_COUNT = 2 };
struct next {
    struct buf commands[NEXT_COUNT];
};

static bool is_on_path(const char *folder)
{
    const char *list = getenv("PATH");
    while (list != NULL && *list != '\0') {
        size_t length = strcspn(list, ":");
        if (strlen(folder) == length && strncmp(folder, list, length) == 0)
            return true;
        list += length + (list[length] == ':');
    }
    return false;
}

static void add_assay(const struct cli *cli, struct buf *out)
{
    if (!is_on_path(cli->program))
        buf_printf(out, "%s/", cli->program);
    buf_puts(out, "assay");
}

static void next_of_bench(const struct cli *cli, const struct scaffold_language *language,
                          const struct scaffold *scaffold, struct next *next)
{
    struct buf *first = &next->commands[0], *second = &next->commands[1];
    if (language->build != NULL) {
        buf_printf(first, "%s ", language->build);
        scaffold_cflags(cli->program, first);
        buf_printf(first, "%s%s -o %s", first->text[first->length - 1] == ' ' ? "" : " ",
                   scaffold->source, scaffold->module);
    } else {
        add_assay(cli, first);
        buf_printf(first, " list ./%s", scaffold->module);
    }
    add_assay(cli, second);
    buf_printf(second, " run ./%s", scaffold->module);
}

static void next_of_suite(const struct cli *cli, const struct scaffold_language *language,
                          const struct scaffold *scaffold, struct next *next)
{
    struct buf *first = &next->commands[0], *second = &next->commands[1];
    size_t folder = strcspn(scaffold->module, "/");
    bool built = language->build != NULL;
    if (built)
        buf_printf(first, "make -C %.*s%s", (int)folder, scaffold->module,
                   is_on_path(cli->program) ? "" : " ASSAY=");
    if (!built || !is_on_path(cli->program))
        add_assay(cli, first);
    add_assay(cli, second);
    buf_puts(second, " run ");
    if (scaffold->has_project)
        buf_add(second, scaffold->module, folder);
    else
        buf_printf(second, "./%s", scaffold->module);
    if (!built)
        buf_printf(first, " list%s", strstr(second->text, " run ") + strlen(" run"));
}

static void next_of_project(const struct cli *cli, struct next *next)
{
    add_assay(cli, &next->commands[0]);
    buf_puts(&next->commands[0], " init suite NAME");
    add_assay(cli, &next->commands[1]);
    buf_puts(&next->commands[1], " run");
}

static void describe(const struct scaffold *scaffold, const struct next *next, struct buf *out)
{
    buf_puts(out, "wrote");
    for (size_t i = 0; i < scaffold->files.count; i++)
        buf_printf(out, "%s %s", i ? "," : "", scaffold->files.items[i]);
    buf_puts(out, "; now:\n");
    for (int i = 0; i < NEXT_COUNT; i++)
        buf_printf(out, "  %s\n", next->commands[i].text);
    if (scaffold->module != NULL && strchr(scaffold->module, '/') != NULL && !scaffold->has_project)
        buf_printf(out, "to have it in every run, name it in assay.yaml: suites: [%.*s]\n",
                   (int)strcspn(scaffold->module, "/"), scaffold->module);
}

static assay_status print_json(struct cli *cli, const struct scaffold *scaffold,
                               const struct next *next)
{
    BUF_AUTO out;
    buf_init(&out, 1 << 20);
    json_t *document = json_object(), *files = json_array(), *commands = json_array();
    report_json_member(&document, "schema", json_string("assay.init/1"));
    for (size_t i = 0; i < scaffold->files.count; i++)
        report_json_element(&files, report_json_text(scaffold->files.items[i]));
    for (int i = 0; i < NEXT_COUNT; i++)
        report_json_element(&commands, report_json_text(next->commands[i].text));
    report_json_member(&document, "file", report_json_text(scaffold->files.items[0]));
    report_json_member(&document, "files", files);
    report_json_member(&document, "next", commands);
    TRY(report_json_write(document, &out));
    return cli_print(cli, &out);
}

static assay_status print(struct cli *cli, const struct scaffold *scaffold, const struct next *next,
                          bool json)
{
    BUF_AUTO out;
    buf_init(&out, 1 << 20);
    for (int i = 0; i < NEXT_COUNT; i++)
        TRY(next->commands[i].status);
    if (json)
        return print_json(cli, scaffold, next);
    describe(scaffold, next, &out);
    return cli_print(cli, &out);
}

/* What `words` ask for: nothing, `bench NAME`, or `suite NAME`. */
static assay_status write_files(struct cli *cli, const struct init_options *options,
                                char *const *words, struct scaffold *scaffold, struct next *next)
{
    const struct scaffold_language *language = NULL;
    TRY(scaffold_language(options->language ? options->language : "c", &language, &cli->error));
    if (words[0] == NULL) {
        TRY(scaffold_project(scaffold, &cli->error));
        next_of_project(cli, next);
    } else if (strcmp(words[0], "bench") == 0) {
        TRY(scaffold_bench(language, words[1], scaffold, &cli->error));
        next_of_bench(cli, language, scaffold, next);
    } else {
        TRY(scaffold_suite(language, words[1], scaffold, &cli->error));
        next_of_suite(cli, language, scaffold, next);
    }
    return ASSAY_OK;
}

static assay_status init(struct cli *cli, int argc, char **argv)
{
    struct init_options options = {0};
    struct scaffold scaffold = {0};
    struct next next;
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    char *const *words = argv + first;
    bool known = argc - first == 2 && (!strcmp(words[0], "bench") || !strcmp(words[0], "suite"));
    if (argc - first != 0 && !known)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "usage: assay init [bench NAME|suite NAME]");
    for (int i = 0; i < NEXT_COUNT; i++)
        buf_init(&next.commands[i], 1 << 16);
    assay_status status = write_files(cli, &options, words, &scaffold, &next);
    if (status == ASSAY_OK)
        status = print(cli, &scaffold, &next, options.common.json);
    for (int i = 0; i < NEXT_COUNT; i++)
        buf_release(&next.commands[i]);
    scaffold_release(&scaffold);
    return status;
}

const struct command command_init = {
    "init",
    "[bench NAME|suite NAME]",
    "write a project file, a benchmark or a suite to start from",
    "Alone: assay.yaml in this folder, with its keys as comments. 'bench NAME': NAME_bench.c, a\n"
    "benchmark with a sweep and an oracle check that compiles and runs as it stands. 'suite "
    "NAME':\n"
    "a folder NAME with such a benchmark, a Makefile that needs nothing but assay, targets.yaml\n"
    "and a page; and assay.yaml, where neither this folder nor one above has it. Benchmarks in\n"
    "Python and JavaScript get the client that they import beside them. Existing files are left\n"
    "alone: then nothing is written. Prints the next two commands to type.\n",
    ROWS,
    init,
};
