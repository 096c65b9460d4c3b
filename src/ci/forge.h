/* GitHub, GitLab, Forgejo: where their APIs are and how they want to be spoken to. */
#ifndef CI_FORGE_H
#define CI_FORGE_H

#include "base/arena.h"
#include "base/buf.h"
#include "ci/reply.h"

enum forge_kind { FORGE_GITHUB, FORGE_GITLAB, FORGE_FORGEJO, FORGE_COUNT };

/* What a user may say instead of what the environment of a job says; NULL members are not said. */
struct forge_request {
    const char *name, *api, *repository, *number;
    bool needs_number; /* of a pull request */
    bool needs_token;
};

/* Texts belong to the arena, the token to the environment. */
struct forge {
    enum forge_kind kind;
    const char *name;
    const char *api;        /* "https://api.github.com" */
    const char *repository; /* as it stands in addresses */
    const char *number;     /* of the pull request; "" for none */
    const char *token;      /* "" for none */
};

const char *forge_name(enum forge_kind kind);

/* From the request and the environment: GITHUB_ACTIONS, GITLAB_CI or FORGEJO_ACTIONS say which,
 * GITHUB_API_URL, CI_API_V4_URL, GITHUB_REPOSITORY, CI_PROJECT_ID, GITHUB_REF and
 * CI_MERGE_REQUEST_IID the rest; GITHUB_TOKEN, GITLAB_TOKEN or FORGEJO_TOKEN is the token.
 * ASSAY_ERR_ARGUMENT: something is not said or no such thing; the text has the option and the
 * variable.  A token goes to https and to this machine only. */
ASSAY_USE_RESULT assay_status forge_find(const struct forge_request *request, struct arena *arena,
                                         struct forge *ret_forge, struct buf *error);

/* What is asked for. */
enum forge_thing { FORGE_COMMENT, FORGE_ISSUE };

const struct reply_shape *forge_shape(const struct forge *forge, enum forge_thing thing);

/* Addresses; NULL: no memory.  Pages count from 1. */
const char *forge_list_url(const struct forge *forge, enum forge_thing thing, unsigned page,
                           struct arena *arena);
const char *forge_new_url(const struct forge *forge, enum forge_thing thing, struct arena *arena);
const char *forge_edit_url(const struct forge *forge, enum forge_thing thing, uint64_t id,
                           struct arena *arena);
const char *forge_edit_method(const struct forge *forge);
unsigned forge_page_size(const struct forge *forge);

/* The title of the one issue, by which Forgejo finds it, and the label by which the others do. */
extern const char FORGE_ISSUE_TITLE[];

/* Replaces every occurrence of the token, and of passwords in addresses. */
void forge_hide_secrets(struct buf *text);

#endif
