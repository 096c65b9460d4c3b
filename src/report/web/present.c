/* The front end as it was built from web/; meson makes the header of it.
 * Only this file knows that header, so that the texts stand in the program once. */
#include "app.h"
#include "report/web/web.h"

const struct web_app WEB_APP = {TEMPLATE_app_js, TEMPLATE_app_css, TEMPLATE_app_packed,
                                TEMPLATE_loader_js};
