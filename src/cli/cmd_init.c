/* assay init bench NAME: writes a benchmark that compiles and runs as it stands.
 * Why a sweep and an oracle in the first benchmark somebody writes: what is not in the example is
 * not in the benchmarks that grow from it.  Invariant: an existing file is never touched. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/common.h"

struct init_options {
    struct common_options common;
};

static const struct option_row ROWS[] = {COMMON_ROWS(struct init_options), OPTION_END};

static const char TEMPLATE[] =
    "/* Build:  cc -O2 -shared -fPIC @_bench.c -o @_bench.so\n"
    " * Run:    assay run ./@_bench.so */\n"
    "#include <assay.h>\n"
    "\n"
    "static uint64_t sum(const unsigned char *data, size_t bytes)\n"
    "{\n"
    "    uint64_t total = 0;\n"
    "    for (size_t i = 0; i < bytes; i++)\n"
    "        total += data[i];\n"
    "    return total;\n"
    "}\n"
    "\n"
    "/* The oracle: a known input with a known answer, before anything is timed. */\n"
    "static void check(struct assay_bench *b)\n"
    "{\n"
    "    const unsigned char known[] = {1, 2, 3};\n"
    "    assay_expect(b, sum(known, 3) == 6, \"1 + 2 + 3 is %d\", (int)sum(known, 3));\n"
    "}\n"
    "\n"
    "ASSAY_BENCH(@, .description = \"sums bytes\", .sweep = \"n=64,4096\", .check = check)\n"
    "{\n"
    "    size_t n = (size_t)assay_param(b, \"n\");\n"
    "    unsigned char *data = assay_random_bytes(b, n);\n"
    "    b->bytes = (double)n;\n"
    "    ASSAY_LOOP(b) assay_keep(sum(data, n));\n"
    "}\n";

/* Appends `template` with each '@' replaced by `name`. */
static void fill(const char *template, const char *name, struct buf *out)
{
    for (const char *p = template; *p != '\0'; p++)
        if (*p == '@')
            buf_puts(out, name);
        else
            buf_putc(out, *p);
}

static bool is_identifier(const char *name)
{
    for (const char *p = name; *p != '\0'; p++)
        if (!isalpha((unsigned char)*p) && *p != '_' && (p == name || !isdigit((unsigned char)*p)))
            return false;
    return name[0] != '\0' && strlen(name) < 64;
}

static assay_status write_new(struct cli *cli, const char *path, const struct buf *text)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return buf_error(&cli->error, ASSAY_ERR_IO, "cannot create '%s': %s", path,
                         strerror(errno));
    ssize_t written = write(file, text->text, text->length);
    if (close(file) != 0 || written != (ssize_t)text->length) {
        unlink(path);
        return buf_error(&cli->error, ASSAY_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    }
    return ASSAY_OK;
}

static assay_status init_bench(struct cli *cli, const char *name, bool json)
{
    BUF_AUTO path, text, out;
    buf_init(&path, 256);
    buf_init(&text, 8192);
    buf_init(&out, 4096);
    if (!is_identifier(name))
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT,
                         "'%s' is no C name: letters, digits and '_', not a digit first", name);
    buf_printf(&path, "%s_bench.c", name);
    fill(TEMPLATE, name, &text);
    TRY(text.status);
    TRY(write_new(cli, path.text, &text));
    if (json)
        buf_printf(&out, "{\"schema\": \"assay.init/1\", \"file\": \"%s\"}\n", path.text);
    else
        fill("wrote @_bench.c; now:\n"
             "  cc -O2 -shared -fPIC @_bench.c -o @_bench.so\n"
             "  assay run ./@_bench.so\n",
             name, &out);
    return cli_print(cli, &out);
}

static assay_status init(struct cli *cli, int argc, char **argv)
{
    struct init_options options = {0};
    int first;
    TRY(options_parse(ROWS, argc, argv, &options, &first, &cli->error));
    if (argc - first != 2 || strcmp(argv[first], "bench") != 0)
        return buf_error(&cli->error, ASSAY_ERR_ARGUMENT, "usage: assay init bench NAME");
    return init_bench(cli, argv[first + 1], options.common.json);
}

const struct command command_init = {
    "init",
    "bench NAME",
    "write a benchmark to start from",
    "Creates NAME_bench.c in this folder, a benchmark with a sweep and an oracle check that\n"
    "compiles and runs as it stands. An existing file is left alone.\n",
    ROWS,
    init,
};
