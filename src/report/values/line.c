/* Texts of others in lines of ours: names, reasons and paths may hold any bytes, and a terminal
 * obeys some of them. */
#include "report/values/line.h"

#include <stdbool.h>
#include <string.h>

#include "base/text.h"

/* Whether an invisible character starts here that turns the direction of what follows: U+200E and
 * 200F, 202A to 202E, 2066 to 2069 (Unicode 15.0, 23.2 and 23.3). */
static bool turns_direction(const char *text)
{
    const unsigned char *at = (const unsigned char *)text;
    if (at[0] != 0xE2)
        return false;
    return (at[1] == 0x80 &&
            (at[2] == 0x8E || at[2] == 0x8F || (at[2] >= 0xAA && at[2] <= 0xAE))) ||
           (at[1] == 0x81 && at[2] >= 0xA6 && at[2] <= 0xA9);
}

/* Bytes of sound UTF-8. */
static void add_sound(const char *text, size_t length, struct buf *out)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        bool is_c1 = c == 0xC2 && (unsigned char)text[i + 1] < 0xA0; /* U+0080..009F */
        bool turns = turns_direction(&text[i]);
        bool harmless = c >= ' ' && c != 0x7F && !is_c1 && !turns;
        buf_add(out, harmless ? &text[i] : "?", 1);
        i += turns ? 2 : is_c1;
    }
}

void report_text_line(const char *text, struct buf *out)
{
    for (size_t left = strlen(text); left > 0;) {
        size_t sound = text_utf8_prefix(text, left);
        add_sound(text, sound, out);
        if (sound == left)
            return;
        buf_putc(out, '?');
        text += sound + 1;
        left -= sound + 1;
    }
}

void report_text_mended(const char *text, struct buf *out)
{
    static const char REPLACEMENT[] = "\xEF\xBF\xBD"; /* U+FFFD */
    for (size_t left = strlen(text); left > 0;) {
        size_t sound = text_utf8_prefix(text, left);
        buf_add(out, text, sound);
        if (sound < left)
            buf_puts(out, REPLACEMENT);
        text += sound + (sound < left);
        left -= sound + (sound < left);
    }
}
