/* Three forges as rows of tables.  What differs is where things lie and what members are called;
 * what is done with them is in post.c.
 * Invariant: the token is in no text that is made here; whatever goes to a person passes
 * forge_hide_secrets first. */
#include "ci/forge.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

const char FORGE_ISSUE_TITLE[] = "Performance regression found by assay";

static const struct {
    const char *name, *in_job, *token;
    const char *api_variable, *api_usual; /* NULL: there is no usual one */
    const char *repository_variable;
    const char *edit_method;
    unsigned page_size;
    struct reply_shape comment, issue;
} FORGES[FORGE_COUNT] = {
    {"github",
     "GITHUB_ACTIONS",
     "GITHUB_TOKEN",
     "GITHUB_API_URL",
     "https://api.github.com",
     "GITHUB_REPOSITORY",
     "PATCH",
     100,
     {"id", "body", "html_url"},
     {"number", "body", "html_url"}},
    {"gitlab",
     "GITLAB_CI",
     "GITLAB_TOKEN",
     "CI_API_V4_URL",
     "https://gitlab.com/api/v4",
     "CI_PROJECT_ID",
     "PUT",
     100,
     {"id", "body", NULL},
     {"iid", "description", "web_url"}},
    {"forgejo",
     "FORGEJO_ACTIONS",
     "FORGEJO_TOKEN",
     "GITHUB_API_URL",
     NULL,
     "GITHUB_REPOSITORY",
     "PATCH",
     50,
     {"id", "body", "html_url"},
     {"number", "body", "html_url"}},
};

const char *forge_name(enum forge_kind kind)
{
    return FORGES[kind].name;
}

/* A variable's value, NULL when it is empty. */
static const char *variable(const char *name)
{
    const char *value = getenv(name);
    return value != NULL && value[0] != '\0' ? value : NULL;
}

static assay_status find_kind(const char *name, enum forge_kind *ret_kind, struct buf *error)
{
    static const enum forge_kind ORDER[] = {FORGE_FORGEJO, FORGE_GITLAB, FORGE_GITHUB};
    for (unsigned i = 0; i < FORGE_COUNT; i++) {
        enum forge_kind kind = ORDER[i]; /* Forgejo's jobs have GitHub's variables, too */
        if (name != NULL ? strcmp(FORGES[kind].name, name) == 0
                         : variable(FORGES[kind].in_job) != NULL) {
            *ret_kind = kind;
            return ASSAY_OK;
        }
    }
    return name != NULL
               ? buf_error(error, ASSAY_ERR_ARGUMENT, "no forge '%s': github, gitlab or forgejo",
                           name)
               : buf_error(error, ASSAY_ERR_ARGUMENT,
                           "which forge? --forge github, gitlab or forgejo (no job of one runs "
                           "here)");
}

static bool is_local(const char *address)
{
    static const char *const HOSTS[] = {"127.0.0.1", "localhost", "[::1]"};
    for (size_t i = 0; i < sizeof HOSTS / sizeof *HOSTS; i++) {
        size_t length = strlen(HOSTS[i]);
        if (strncmp(address, HOSTS[i], length) == 0 && strchr(":/", address[length]) != NULL)
            return true; /* strchr finds the end, too */
    }
    return false;
}

static assay_status check_api(const char *api, struct buf *error)
{
    bool plain = strncmp(api, "http://", 7) == 0;
    if (!plain && strncmp(api, "https://", 8) != 0)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "the API's address has to start with https://");
    if (strpbrk(api + 8, " \t\r\n\"@?#\\") != NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "the API's address has a name, a question or a blank in it");
    return plain && !is_local(api + 7)
               ? buf_error(error, ASSAY_ERR_ARGUMENT,
                           "the API's address is http:// and not on this machine: a token would be "
                           "read on its way; use https://")
               : ASSAY_OK;
}

static assay_status find_api(const struct forge_request *request, struct arena *arena,
                             struct forge *forge, struct buf *error)
{
    const char *said = variable(FORGES[forge->kind].api_variable);
    const char *api = request->api ? request->api : said ? said : FORGES[forge->kind].api_usual;
    if (api == NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "where is the forge? --api https://HOST/api/v1, or %s in the environment",
                         FORGES[forge->kind].api_variable);
    TRY(check_api(api, error));
    size_t length = strlen(api);
    while (length > 0 && api[length - 1] == '/')
        length--;
    forge->api = arena_copy_n(arena, api, length);
    return forge->api ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* A '/' divides nothing in GitLab's addresses: "group/name" is one word there. */
static assay_status find_repository(const struct forge_request *request, struct arena *arena,
                                    struct forge *forge, struct buf *error)
{
    const char *name = FORGES[forge->kind].repository_variable;
    const char *said = request->repository ? request->repository : variable(name);
    BUF_AUTO out;
    buf_init(&out, 4096);
    if (said == NULL)
        return buf_error(error, ASSAY_ERR_ARGUMENT,
                         "which repository? --repository OWNER/NAME, or %s in the environment",
                         name);
    bool good = said[0] != '/' && strstr(said, "..") == NULL;
    for (const char *at = said; *at != '\0'; at++) {
        good = good && (isalnum((unsigned char)*at) || strchr("-_./", *at) != NULL);
        if (*at == '/' && forge->kind == FORGE_GITLAB)
            buf_puts(&out, "%2F");
        else
            buf_putc(&out, *at);
    }
    if (!good || out.status != ASSAY_OK)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "the repository has to look like OWNER/NAME");
    forge->repository = arena_copy(arena, out.text);
    return forge->repository ? ASSAY_OK : ASSAY_ERR_MEMORY;
}

/* "refs/pull/12/merge" -> "12"; "" for anything else. */
static const char *number_of_ref(const char *ref, struct arena *arena)
{
    static const char START[] = "refs/pull/";
    const char *number = ref ? ref : "";
    if (strncmp(number, START, strlen(START)) != 0)
        return "";
    number += strlen(START);
    return arena_copy_n(arena, number, strspn(number, "0123456789"));
}

static assay_status find_number(const struct forge_request *request, struct arena *arena,
                                struct forge *forge, struct buf *error)
{
    const char *number = request->number;
    if (number == NULL && forge->kind == FORGE_GITLAB)
        number = variable("CI_MERGE_REQUEST_IID");
    else if (number == NULL)
        number = number_of_ref(variable("GITHUB_REF"), arena);
    forge->number = number ? number : "";
    size_t digits = strspn(forge->number, "0123456789");
    if (forge->number[digits] != '\0' || digits > 18)
        return buf_error(error, ASSAY_ERR_ARGUMENT, "the number of a pull request is a number");
    return digits > 0 || !request->needs_number
               ? ASSAY_OK
               : buf_error(error, ASSAY_ERR_ARGUMENT,
                           "which pull request? --number N, or %s in the environment",
                           forge->kind == FORGE_GITLAB ? "CI_MERGE_REQUEST_IID"
                                                       : "GITHUB_REF=refs/pull/N/merge");
}

static assay_status find_token(const struct forge_request *request, struct forge *forge,
                               struct buf *error)
{
    const char *name = FORGES[forge->kind].token;
    const char *token = variable(name);
    forge->token = token ? token : "";
    for (const char *at = forge->token; *at != '\0'; at++)
        if (!isgraph((unsigned char)*at))
            return buf_error(error, ASSAY_ERR_ARGUMENT,
                             "%s has a blank or a line's end in it, which no token has", name);
    return token != NULL || !request->needs_token
               ? ASSAY_OK
               : buf_error(error, ASSAY_ERR_ARGUMENT,
                           "no token: %s has to be in the environment (--dry-run needs none)",
                           name);
}

assay_status forge_find(const struct forge_request *request, struct arena *arena,
                        struct forge *ret_forge, struct buf *error)
{
    struct forge forge = {0};
    TRY(find_kind(request->name, &forge.kind, error));
    forge.name = FORGES[forge.kind].name;
    TRY(find_api(request, arena, &forge, error));
    TRY(find_repository(request, arena, &forge, error));
    TRY(find_number(request, arena, &forge, error));
    TRY(find_token(request, &forge, error));
    *ret_forge = forge;
    return ASSAY_OK;
}

/* ---- addresses ------------------------------------------------------------------------------- */

const struct reply_shape *forge_shape(const struct forge *forge, enum forge_thing thing)
{
    return thing == FORGE_COMMENT ? &FORGES[forge->kind].comment : &FORGES[forge->kind].issue;
}

const char *forge_edit_method(const struct forge *forge)
{
    return FORGES[forge->kind].edit_method;
}

unsigned forge_page_size(const struct forge *forge)
{
    return FORGES[forge->kind].page_size;
}

const char *forge_new_url(const struct forge *forge, enum forge_thing thing, struct arena *arena)
{
    bool gitlab = forge->kind == FORGE_GITLAB;
    const char *root = gitlab ? "projects" : "repos";
    if (thing == FORGE_ISSUE)
        return arena_printf(arena, "%s/%s/%s/issues", forge->api, root, forge->repository);
    return gitlab ? arena_printf(arena, "%s/%s/%s/merge_requests/%s/notes", forge->api, root,
                                 forge->repository, forge->number)
                  : arena_printf(arena, "%s/%s/%s/issues/%s/comments", forge->api, root,
                                 forge->repository, forge->number);
}

const char *forge_list_url(const struct forge *forge, enum forge_thing thing, unsigned page,
                           struct arena *arena)
{
    static const char *const OPEN_ISSUES[FORGE_COUNT] = {
        "state=open&labels=assay&", "state=opened&labels=assay&",
        "state=open&type=issues&q=Performance+regression+found+by+assay&"};
    const char *url = forge_new_url(forge, thing, arena);
    if (url == NULL)
        return NULL;
    return arena_printf(
        arena, "%s?%s%s=%u&page=%u", url, thing == FORGE_ISSUE ? OPEN_ISSUES[forge->kind] : "",
        forge->kind == FORGE_FORGEJO ? "limit" : "per_page", forge_page_size(forge), page);
}

const char *forge_edit_url(const struct forge *forge, enum forge_thing thing, uint64_t id,
                           struct arena *arena)
{
    const unsigned long long number = id;
    if (thing == FORGE_COMMENT && forge->kind != FORGE_GITLAB)
        return arena_printf(arena, "%s/repos/%s/issues/comments/%llu", forge->api,
                            forge->repository, number);
    const char *url = forge_new_url(forge, thing, arena);
    return url ? arena_printf(arena, "%s/%llu", url, number) : NULL;
}

/* ---- secrets --------------------------------------------------------------------------------- */

static void replace_all(struct buf *text, const char *secret)
{
    BUF_AUTO clean;
    buf_init(&clean, text->length_max);
    const char *at = text->text, *hit;
    if (secret == NULL || strstr(at, secret) == NULL)
        return;
    for (; (hit = strstr(at, secret)) != NULL; at = hit + strlen(secret)) {
        buf_add(&clean, at, (size_t)(hit - at));
        buf_puts(&clean, "[token]");
    }
    buf_puts(&clean, at);
    buf_clear(text);
    if (clean.status == ASSAY_OK)
        buf_add(text, clean.text, clean.length);
}

/* "https://me:secret@host/" -> "https://host/". */
static void drop_users(struct buf *text)
{
    BUF_AUTO clean;
    buf_init(&clean, text->length_max);
    const char *at = text->text, *hit;
    for (; (hit = strstr(at, "://")) != NULL; at = hit) {
        hit += strlen("://");
        buf_add(&clean, at, (size_t)(hit - at));
        size_t length = strcspn(hit, "/@ \t\r\n'\"");
        hit += hit[length] == '@' ? length + 1 : 0;
    }
    buf_puts(&clean, at);
    buf_clear(text);
    if (clean.status == ASSAY_OK)
        buf_add(text, clean.text, clean.length);
}

void forge_hide_secrets(struct buf *text)
{
    if (text->text == NULL || text->length == 0)
        return;
    drop_users(text);
    for (size_t i = 0; i < FORGE_COUNT; i++)
        replace_all(text, variable(FORGES[i].token));
}
