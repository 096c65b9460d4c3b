/* Writing files to start from.  Why texts inside the program and not files beside it: what makes
 * the first benchmark must not depend on how assay was installed.  Why a client is copied and not
 * referred to: a suite then runs wherever its folder is, and changes of a later client cannot
 * change what it measures. Invariants: 1. a file that exists is never touched (O_EXCL); 2. when one
 * file cannot be written, those written before it are removed, and so is a folder that was made. */
#include "session/scaffold/scaffold.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "config/config.h"
#include "templates.h"

enum { TEXT_MAX = 1 << 20 };

static const struct scaffold_language LANGUAGES[] = {
    {"c", "NAME_bench.c", "NAME_bench.so", "cc -O2 -shared -fPIC"},
    {"cpp", "NAME_bench.cc", "NAME_bench.so", "c++ -std=c++20 -O2 -shared -fPIC"},
    {"python", "NAME_bench.py", "NAME_bench.py", NULL},
    {"node", "NAME_bench.mjs", "NAME_bench.mjs", NULL},
};
enum { LANGUAGE_COUNT = sizeof LANGUAGES / sizeof *LANGUAGES };

/* What becomes a file: its name and text with words to replace; flags say when. */
enum { IN_SUITE = 1, IN_BENCH = 2, IS_PROGRAM = 4 };
struct part {
    const char *language; /* NULL: every one */
    const char *name, *text;
    unsigned flags;
};

static const struct part PARTS[] = {
    {"c", "SOURCE", TEMPLATE_bench_c, IN_SUITE | IN_BENCH},
    {"c", "Makefile", TEMPLATE_makefile, IN_SUITE},
    {"cpp", "SOURCE", TEMPLATE_bench_cc, IN_SUITE | IN_BENCH},
    {"cpp", "Makefile", TEMPLATE_makefile, IN_SUITE},
    {"python", "SOURCE", TEMPLATE_bench_py, IN_SUITE | IN_BENCH | IS_PROGRAM},
    {"python", "assay.py", TEMPLATE_assay_py, IN_SUITE | IN_BENCH},
    {"node", "SOURCE", TEMPLATE_bench_mjs, IN_SUITE | IN_BENCH | IS_PROGRAM},
    {"node", "assay.mjs", TEMPLATE_assay_mjs, IN_SUITE | IN_BENCH},
    {NULL, "targets.yaml", TEMPLATE_targets_yaml, IN_SUITE},
    {NULL, "README.md", TEMPLATE_readme, IN_SUITE},
};

struct word {
    const char *word, *value;
};
enum { WORD_COUNT = 6 };

assay_status scaffold_language(const char *name, const struct scaffold_language **ret_language,
                               struct buf *error)
{
    for (size_t i = 0; i < LANGUAGE_COUNT; i++)
        if (strcmp(LANGUAGES[i].name, name) == 0) {
            *ret_language = &LANGUAGES[i];
            return ASSAY_OK;
        }
    return buf_error(error, ASSAY_ERR_ARGUMENT, "no language '%s': one of c, cpp, python, node",
                     name);
}

/* Appends `text` with each of the words replaced by its value. */
static void fill(const char *text, const struct word *words, struct buf *out)
{
    while (*text != '\0') {
        const struct word *hit = NULL;
        for (const struct word *word = words; word->word != NULL && hit == NULL; word++)
            if (strncmp(text, word->word, strlen(word->word)) == 0)
                hit = word;
        if (hit != NULL)
            buf_puts(out, hit->value);
        else
            buf_putc(out, *text);
        text += hit ? strlen(hit->word) : 1;
    }
}

static const char *filled(const char *text, const struct word *words, struct arena *arena)
{
    BUF_AUTO out;
    buf_init(&out, TEXT_MAX);
    fill(text, words, &out);
    return out.status == ASSAY_OK ? arena_copy(arena, out.text) : NULL;
}

static assay_status check_name(const char *name, struct buf *error)
{
    bool good = name[0] != '\0' && strlen(name) <= SCAFFOLD_NAME_MAX;
    for (const char *p = name; *p != '\0'; p++)
        good = good && (isalpha((unsigned char)*p) || *p == '_' ||
                        (p > name && isdigit((unsigned char)*p)));
    return good ? ASSAY_OK
                : buf_error(error, ASSAY_ERR_ARGUMENT,
                            "'%s' is no C name: letters, digits and '_', not a digit first", name);
}

static assay_status write_new(const char *path, const char *text, mode_t mode, struct buf *error)
{
    int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    if (file < 0)
        return buf_error(error, ASSAY_ERR_IO, "cannot create '%s': %s", path, strerror(errno));
    ssize_t written = write(file, text, strlen(text));
    if (close(file) != 0 || written != (ssize_t)strlen(text)) {
        unlink(path);
        return buf_error(error, ASSAY_ERR_IO, "cannot write '%s': %s", path, strerror(errno));
    }
    return ASSAY_OK;
}

/* Writes one file and notes its path. */
static assay_status add_file(struct scaffold *scaffold, const char *path, const char *text,
                             mode_t mode, struct buf *error)
{
    const char **slot = path && text ? vec_add(&scaffold->files) : NULL;
    if (slot == NULL)
        return ASSAY_ERR_MEMORY;
    *slot = path;
    assay_status status = write_new(path, text, mode, error);
    if (status != ASSAY_OK)
        scaffold->files.count--;
    return status;
}

static void take_back(struct scaffold *scaffold)
{
    while (scaffold->files.count > 0)
        unlink(scaffold->files.items[--scaffold->files.count]);
}

/* The values of the words in templates; `words` ends with a NULL word. */
static assay_status make_words(const struct scaffold_language *language, const char *name,
                               struct arena *arena, struct word *words)
{
    const struct word only_name[] = {{"NAME", name}, {NULL, NULL}};
    bool cpp = strcmp(language->name, "cpp") == 0, built = language->build != NULL;
    words[0] = (struct word){"NAME", name};
    words[1] = (struct word){"SOURCE", filled(language->source, only_name, arena)};
    words[2] = (struct word){"MODULE", filled(language->module, only_name, arena)};
    words[3] = (struct word){"BUILDER", cpp ? "$(CXX) $(CXXFLAGS)" : "$(CC) $(CFLAGS)"}; /* first */
    words[4] = (struct word){"BUILD", built ? arena_printf(arena, "make -C %s\n", name) : ""};
    words[5] = (struct word){"COMPILE",
                             built ? arena_printf(arena, "%s $(assay --cflags) %s -o %s",
                                                  language->build, words[1].value, words[2].value)
                                   : ""};
    words[6] = (struct word){NULL, NULL};
    for (size_t i = 0; i < WORD_COUNT; i++)
        if (words[i].value == NULL)
            return ASSAY_ERR_MEMORY;
    return ASSAY_OK;
}

/* Writes the parts of `language` with one of the flags into `folder` ("" or with a '/' at its end).
 */
static assay_status write_parts(const struct scaffold_language *language, const char *name,
                                const char *folder, unsigned flags, struct scaffold *scaffold,
                                struct buf *error)
{
    struct word words[WORD_COUNT + 1];
    TRY(make_words(language, name, &scaffold->arena, words));
    scaffold->source = arena_printf(&scaffold->arena, "%s%s", folder, words[1].value);
    scaffold->module = arena_printf(&scaffold->arena, "%s%s", folder, words[2].value);
    for (size_t i = 0; i < sizeof PARTS / sizeof *PARTS; i++) {
        const struct part *part = &PARTS[i];
        if ((part->flags & flags) == 0 ||
            (part->language != NULL && strcmp(part->language, language->name) != 0))
            continue;
        const char *file = filled(part->name, words, &scaffold->arena);
        const char *path = file ? arena_printf(&scaffold->arena, "%s%s", folder, file) : NULL;
        bool client = strncmp(part->name, "assay.", 6) == 0; /* copied as it is */
        TRY(add_file(scaffold, path,
                     client ? part->text : filled(part->text, words, &scaffold->arena),
                     part->flags & IS_PROGRAM ? 0777 : 0666, error));
    }
    return scaffold->source && scaffold->module ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

static assay_status write_project(const char *suites, struct scaffold *scaffold, struct buf *error)
{
    const struct word words[] = {{"SUITES", suites}, {NULL, NULL}};
    return add_file(scaffold, "assay.yaml", filled(TEMPLATE_assay_yaml, words, &scaffold->arena),
                    0666, error);
}

/* Whether assay.yaml is here or in a folder above; one with mistakes in it is one, too. */
static bool has_project(void)
{
    struct config config = {0};
    bool found = config_find(".", &config, NULL) != ASSAY_OK || config.path[0] != '\0';
    config_release(&config);
    return found;
}

assay_status scaffold_bench(const struct scaffold_language *language, const char *name,
                            struct scaffold *ret_scaffold, struct buf *error)
{
    *ret_scaffold = (struct scaffold){0};
    TRY(check_name(name, error));
    assay_status status = write_parts(language, name, "", IN_BENCH, ret_scaffold, error);
    if (status != ASSAY_OK)
        take_back(ret_scaffold);
    return status;
}

assay_status scaffold_suite(const struct scaffold_language *language, const char *name,
                            struct scaffold *ret_scaffold, struct buf *error)
{
    struct scaffold *scaffold = ret_scaffold;
    *scaffold = (struct scaffold){0};
    TRY(check_name(name, error));
    const char *folder = arena_printf(&scaffold->arena, "%s/", name);
    const char *suites = arena_printf(&scaffold->arena, "suites: [%s]", name);
    if (folder == NULL || suites == NULL)
        return ASSAY_ERR_MEMORY;
    bool made = mkdir(folder, 0777) == 0;
    if (!made && errno != EEXIST)
        return buf_error(error, ASSAY_ERR_IO, "cannot create folder '%s': %s", name,
                         strerror(errno));
    assay_status status = write_parts(language, name, folder, IN_SUITE, scaffold, error);
    if (status == ASSAY_OK && !has_project()) {
        status = write_project(suites, scaffold, error);
        scaffold->has_project = true;
    }
    if (status != ASSAY_OK) {
        take_back(scaffold);
        if (made)
            rmdir(folder);
    }
    return status;
}

assay_status scaffold_project(struct scaffold *ret_scaffold, struct buf *error)
{
    *ret_scaffold = (struct scaffold){0};
    return write_project("#suites: [suites]", ret_scaffold, error);
}

void scaffold_release(struct scaffold *scaffold)
{
    vec_release(&scaffold->files);
    arena_release(&scaffold->arena);
}

void scaffold_cflags(const char *program, struct buf *out)
{
    BUF_AUTO header;
    buf_init(&header, 1 << 16);
    buf_printf(&header, "%s/assay.h", program);
    if (header.status == ASSAY_OK && access(header.text, F_OK) == 0)
        buf_printf(out, "-I%s", program);
    else if (strcmp(ASSAY_INCLUDEDIR, "/usr/include") != 0 &&
             strcmp(ASSAY_INCLUDEDIR, "/usr/local/include") != 0)
        buf_puts(out, "-I" ASSAY_INCLUDEDIR);
}
