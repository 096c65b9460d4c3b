/* YAML through libfyaml's events.
 *
 * Why events and not libfyaml's documents: an event says where it stands, an alias arrives as what
 * it is and can be refused before anything is expanded, and nesting is bounded by our own stack, so
 * that a file from outside costs no more than its size.  The tree built here is freed with its
 * arena.
 *
 * What libfyaml 0.7.12 needs help with, each found by trying: it prints to stderr unless handed a
 * diagnostics object that collects; it accepts raw control characters; it takes time quadratic in
 * the number of blank lines in a row inside a scalar (40 000 of them: 1.3 s), hence
 * BLANK_LINES_MAX; some refusals (`%YAML 3.0`) come without any message; two quotes in a row inside
 * single quotes come out as three, so they are refused; fy_token_get_text misjudges lengths, see
 * collect_text.
 *
 * Order: check the bytes, then one event after the other, then the end of the stream must follow.
 *
 * Invariant: tree.open[0 .. depth-1] are the lists and maps that have not ended, the outermost
 * first. */
#include "config/yaml.h"

#include <errno.h>
#include <libfyaml.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"

/* A text is not longer than the file, except that an escape of two bytes can stand for three. */
enum { BLANK_LINES_MAX = 256, TEXT_BYTES_MAX = 2 * YAML_BYTES_MAX };

assay_status yaml_error(struct buf *error, struct yaml_place place, const char *format, ...)
{
    if (error == NULL)
        return ASSAY_ERR_PARSE;
    va_list args;
    va_start(args, format);
    buf_clear(error);
    buf_printf(error, "%s:%u:%u: ", place.name, place.line, place.column);
    buf_vprintf(error, format, args);
    va_end(args);
    return ASSAY_ERR_PARSE;
}

const char *yaml_describe(const struct yaml_node *node, char described[YAML_DESCRIBED_MAX])
{
    char shown[TEXT_SHOWN_MAX];
    switch (node->kind) {
    case YAML_EMPTY:
        return "nothing";
    case YAML_LIST:
        return "a list";
    case YAML_MAP:
        return "keys and values";
    case YAML_TEXT:
        break;
    }
    snprintf(described, YAML_DESCRIBED_MAX, "'%s'", text_shown(node->text, shown));
    return described;
}

assay_status yaml_read_file(const char *path, struct buf *text, struct buf *error)
{
    char chunk[8192];
    size_t total = 0, got;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s': %s", path, strerror(errno));
    errno = 0;
    while (total <= YAML_BYTES_MAX && (got = fread(chunk, 1, sizeof chunk, file)) > 0) {
        buf_add(text, chunk, got);
        total += got;
    }
    bool failed = ferror(file) != 0;
    int reason = errno;
    (void)fclose(file);
    if (failed)
        return buf_error(error, ASSAY_ERR_IO, "cannot read '%s': %s", path, strerror(reason));
    if (total > YAML_BYTES_MAX)
        return buf_error(error, ASSAY_ERR_LIMIT, "'%s' is larger than 1 MiB", path);
    if (text->status != ASSAY_OK)
        return buf_error(error, text->status, "cannot read '%s': %s", path,
                         status_text(text->status));
    return ASSAY_OK;
}

/* Place of the byte `offset`, all bytes before it being UTF-8. */
static struct yaml_place place_of(const struct yaml_source *source, size_t offset)
{
    struct yaml_place place = {source->name, 1, 1};
    for (size_t i = 0; i < offset; i++) {
        bool follows = ((unsigned char)source->text[i] & 0xc0) == 0x80;
        place.column += !follows;
        if (source->text[i] == '\n') {
            place.line++;
            place.column = 1;
        }
    }
    return place;
}

/* What can be said of the bytes before YAML is looked at. */
static assay_status check_bytes(const struct yaml_source *source, struct buf *error)
{
    if (source->length > YAML_BYTES_MAX)
        return buf_error(error, ASSAY_ERR_LIMIT, "'%s' is larger than 1 MiB", source->name);
    size_t valid = text_utf8_prefix(source->text, source->length), blank_lines = 0;
    bool blank = true;
    for (size_t i = 0; i < valid; i++) {
        char c = source->text[i];
        if (((unsigned char)c < 0x20 && strchr("\t\r\n", c) == NULL) || c == '\0' || c == 0x7f)
            return yaml_error(error, place_of(source, i), "control character 0x%02x", c);
        if (c == '\n' || (c == '\r' && source->text[i + (i + 1 < valid)] != '\n')) {
            blank_lines = blank ? blank_lines + 1 : 0;
            blank = true;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            blank = false;
        }
        if (blank_lines > BLANK_LINES_MAX)
            return yaml_error(error, place_of(source, i), "more than %d blank lines in a row",
                              BLANK_LINES_MAX);
    }
    if (valid < source->length)
        return yaml_error(error, place_of(source, valid), "this is not UTF-8 text");
    return ASSAY_OK;
}

/* The state of one yaml_parse. */
struct tree {
    const struct yaml_source *source;
    struct arena *arena;
    struct buf *error;
    struct fy_diag *diag;
    struct fy_parser *parser;
    struct yaml_place place; /* of the last event that has one */
    struct yaml_node *root;
    struct yaml_node *open[YAML_DEPTH_MAX];
    struct yaml_node *last[YAML_DEPTH_MAX]; /* newest item of open[i], or NULL */
    struct yaml_node *key[YAML_DEPTH_MAX];  /* of a map: the key whose value comes next, or NULL */
    size_t depth;
    size_t documents;
};

static assay_status no_memory(struct tree *tree)
{
    return buf_error(tree->error, ASSAY_ERR_MEMORY, "cannot read '%s': %s", tree->source->name,
                     status_text(ASSAY_ERR_MEMORY));
}

/* libfyaml's first complaint, at its place. */
static assay_status syntax_error(struct tree *tree)
{
    void *position = NULL;
    const struct fy_diag_error *first = fy_diag_errors_iterate(tree->diag, &position);
    if (first == NULL || first->msg == NULL)
        return yaml_error(tree->error, tree->place, "this is not valid YAML");
    struct yaml_place place = tree->place;
    if (first->line > 0 && first->column > 0) {
        place.line = (unsigned)first->line;
        place.column = (unsigned)first->column;
    }
    char shown[TEXT_SHOWN_MAX];
    return yaml_error(tree->error, place, "%s", text_shown(first->msg, shown));
}

/* A scalar's text piece by piece.  fy_token_get_text would be shorter, but first guesses the
 * length, and where the guess is too low (quotes over several lines) it yields a cut text and a
 * leak. */
static assay_status collect_text(struct tree *tree, struct fy_token *token, struct buf *text)
{
    int failed = 0;
    const struct fy_iter_chunk *chunk = NULL;
    struct fy_token_iter *pieces = fy_token_iter_create(token);
    if (pieces == NULL)
        return no_memory(tree);
    while ((chunk = fy_token_iter_chunk_next(pieces, chunk, &failed)) != NULL)
        buf_add(text, chunk->str, chunk->len);
    fy_token_iter_destroy(pieces);
    if (failed)
        return yaml_error(tree->error, tree->place, "a text that cannot be read");
    return text->status == ASSAY_OK ? ASSAY_OK : no_memory(tree);
}

static bool is_null(const char *text)
{
    return *text == '\0' || strcmp(text, "~") == 0 || strcmp(text, "null") == 0;
}

/* Copies a scalar's text without the line ends behind it, which block scalars have. */
static assay_status read_text(struct tree *tree, struct fy_token *token, struct yaml_node *node)
{
    BUF_AUTO text;
    buf_init(&text, TEXT_BYTES_MAX);
    enum fy_scalar_style style = fy_token_scalar_style(token); /* NULL is plain, and empty */
    if (token != NULL)
        TRY(collect_text(tree, token, &text));
    if (memchr(text.text, '\0', text.length) != NULL)
        return yaml_error(tree->error, node->place, "a text with a NUL character in it");
    if (style == FYSS_SINGLE_QUOTED && strstr(text.text, "''") != NULL)
        return yaml_error(
            tree->error, node->place,
            "two quotes in a row inside single quotes: use double quotes around them");
    node->kind = style == FYSS_PLAIN && is_null(text.text) ? YAML_EMPTY : YAML_TEXT;
    size_t length = text.length;
    while (length > 0 && (text.text[length - 1] == '\n' || text.text[length - 1] == '\r'))
        length--;
    node->text = arena_copy_n(tree->arena, text.text, length);
    return node->text == NULL ? no_memory(tree) : ASSAY_OK;
}

/* Hangs `node` where the tree is open: as root, item, key or value. */
static assay_status attach(struct tree *tree, struct yaml_node *node)
{
    if (tree->depth == 0) {
        tree->root = node;
        return ASSAY_OK;
    }
    size_t top = tree->depth - 1;
    struct yaml_node *parent = tree->open[top];
    if (parent->kind == YAML_MAP && tree->key[top] == NULL) {
        if (node->kind != YAML_TEXT)
            return yaml_error(tree->error, node->place, "a key must be a text");
        tree->key[top] = node;
        return ASSAY_OK;
    }
    node->key = tree->key[top];
    tree->key[top] = NULL;
    *(tree->last[top] ? &tree->last[top]->next : &parent->first) = node;
    tree->last[top] = node;
    return ASSAY_OK;
}

static assay_status open_node(struct tree *tree, struct yaml_node *node)
{
    if (tree->depth == YAML_DEPTH_MAX)
        return yaml_error(tree->error, node->place, "more than %d levels", YAML_DEPTH_MAX);
    tree->open[tree->depth] = node;
    tree->last[tree->depth] = tree->key[tree->depth] = NULL;
    tree->depth++;
    return ASSAY_OK;
}

/* Takes over where a token starts; `led` when a quote, & or * stands before its mark.  NULL changes
 * nothing. */
static void move_to(struct tree *tree, const struct fy_mark *mark, bool led)
{
    if (mark == NULL)
        return;
    tree->place.line = (unsigned)mark->line + 1;
    tree->place.column = (unsigned)mark->column + 1 - (led && mark->column > 0);
}

/* Complains about a property in front of a node. */
static assay_status refuse(struct tree *tree, struct fy_token *token, bool led, const char *what)
{
    move_to(tree, fy_token_start_mark(token), led);
    return yaml_error(tree->error, tree->place, "%s are not supported", what);
}

/* A scalar, or the start of a list or map. */
static assay_status read_node(struct tree *tree, struct fy_event *event)
{
    if (fy_event_get_anchor_token(event) != NULL)
        return refuse(tree, fy_event_get_anchor_token(event), true, "anchors (&)");
    if (fy_event_get_tag_token(event) != NULL)
        return refuse(tree, fy_event_get_tag_token(event), false, "tags (!)");
    struct yaml_node *node = arena_alloc(tree->arena, sizeof *node);
    if (node == NULL)
        return no_memory(tree);
    node->place = tree->place;
    if (event->type == FYET_SCALAR) {
        TRY(read_text(tree, event->scalar.value, node));
        return attach(tree, node);
    }
    node->kind = event->type == FYET_MAPPING_START ? YAML_MAP : YAML_LIST;
    TRY(attach(tree, node));
    return open_node(tree, node);
}

static assay_status read_event(struct tree *tree, struct fy_event *event)
{
    bool scalar = event->type == FYET_SCALAR && event->scalar.value != NULL;
    enum fy_scalar_style style = scalar ? fy_token_scalar_style(event->scalar.value) : FYSS_PLAIN;
    move_to(tree, fy_event_start_mark(event),
            style == FYSS_SINGLE_QUOTED || style == FYSS_DOUBLE_QUOTED);
    switch (event->type) {
    case FYET_NONE:
    case FYET_STREAM_START:
    case FYET_STREAM_END:
    case FYET_DOCUMENT_END:
        return ASSAY_OK;
    case FYET_DOCUMENT_START:
        if (tree->documents++ > 0)
            return yaml_error(tree->error, tree->place, "a second document in one file");
        return ASSAY_OK;
    case FYET_ALIAS:
        return refuse(tree, event->alias.anchor, true, "aliases (*)");
    case FYET_SEQUENCE_END:
    case FYET_MAPPING_END:
        tree->depth--;
        return ASSAY_OK;
    case FYET_SCALAR:
    case FYET_SEQUENCE_START:
    case FYET_MAPPING_START:
        break;
    }
    return read_node(tree, event);
}

static assay_status read_events(struct tree *tree)
{
    bool ended = false;
    struct fy_event *event;
    while ((event = fy_parser_parse(tree->parser)) != NULL) {
        ended = event->type == FYET_STREAM_END;
        assay_status status = read_event(tree, event);
        fy_parser_event_free(tree->parser, event);
        TRY(status);
    }
    return ended ? ASSAY_OK : syntax_error(tree);
}

static assay_status start_parser(struct tree *tree)
{
    struct fy_diag_cfg diagnostics;
    fy_diag_cfg_default(&diagnostics);
    diagnostics.fp = NULL;
    tree->diag = fy_diag_create(&diagnostics);
    if (tree->diag == NULL)
        return no_memory(tree);
    fy_diag_set_collect_errors(tree->diag, true);
    struct fy_parse_cfg config = {
        .flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG | FYPCF_DEFAULT_VERSION_1_2 | FYPCF_JSON_NONE,
        .diag = tree->diag,
    };
    tree->parser = fy_parser_create(&config);
    if (tree->parser == NULL ||
        fy_parser_set_string(tree->parser, tree->source->text, tree->source->length) != 0)
        return no_memory(tree);
    return ASSAY_OK;
}

assay_status yaml_parse(const struct yaml_source *source, struct arena *arena,
                        const struct yaml_node **ret_root, struct buf *error)
{
    TRY(check_bytes(source, error));
    struct tree tree = {
        .source = source, .arena = arena, .error = error, .place = {source->name, 1, 1}};
    tree.root = arena_alloc(arena, sizeof *tree.root);
    if (tree.root == NULL)
        return no_memory(&tree);
    tree.root->place = tree.place;
    assay_status status = start_parser(&tree);
    if (status == ASSAY_OK && source->length > 0)
        status = read_events(&tree);
    if (tree.parser != NULL)
        fy_parser_destroy(tree.parser);
    if (tree.diag != NULL)
        fy_diag_destroy(tree.diag);
    TRY(status);
    *ret_root = tree.root;
    return ASSAY_OK;
}
