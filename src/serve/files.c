/* The files that pages load: style sheets, scripts, the icon.
 * All are texts inside the program, so a server needs no folder and can hand out nothing else. */
#include "report/html/html.h"
#include "report/web/web.h"
#include "serve/answer.h"
#include "served.h"

assay_status file_style(struct asked *asked)
{
    html_style(asked->out);
    buf_puts(asked->out, TEMPLATE_site_css);
    return asked->out->status;
}

assay_status file_script(struct asked *asked)
{
    buf_puts(asked->out, TEMPLATE_live_js);
    return asked->out->status;
}

assay_status file_icon(struct asked *asked)
{
    buf_puts(asked->out, TEMPLATE_icon_svg);
    return asked->out->status;
}

static assay_status add_file(struct asked *asked, const char *text)
{
    if (text == NULL)
        return buf_error(asked->error, ASSAY_ERR_NOT_FOUND, "this assay was built without web/");
    buf_puts(asked->out, text);
    return asked->out->status;
}

assay_status file_app_style(struct asked *asked)
{
    return add_file(asked, WEB_APP.style);
}

assay_status file_app_script(struct asked *asked)
{
    return add_file(asked, WEB_APP.script);
}
