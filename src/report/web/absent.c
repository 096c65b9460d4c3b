/* A build without the front end: node or the packages of web/ were not there.
 * The static page stands in its place, so nothing else has to know. */
#include "report/web/web.h"

const struct web_app WEB_APP = {NULL, NULL, NULL, NULL};
