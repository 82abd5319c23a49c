#include <string.h>

#include "vt_internal.h"
#include "width.h"
#include "xalloc.h"

#include <stdlib.h>

/* Keys as the program expects them. libvterm knows cursor and keypad modes and the forms with
 * modifiers; characters are encoded here, because it sends Ctrl-i, Shift-Enter and the like as CSI u,
 * which only programs that asked for it understand. */

static void write_bytes(struct vt *vt, const char *bytes, size_t length)
{
    if (length > 0)
        vt->callbacks.write(vt->callbacks.data, bytes, length);
}

/* A byte with ESC before it when Alt is held. */
static void write_byte(struct vt *vt, char byte, unsigned modifiers)
{
    char bytes[2] = {0x1b, byte};
    bool alt = (modifiers & KEY_ALT) != 0;
    write_bytes(vt, alt ? bytes : bytes + 1, alt ? 2 : 1);
}

/* What Ctrl makes of a character; -1: nothing. */
static int control_of(uint32_t codepoint)
{
    if (codepoint >= 'a' && codepoint <= 'z')
        return (int)(codepoint - 'a' + 1);
    if (codepoint >= '@' && codepoint <= '_')
        return (int)(codepoint - '@');
    if (codepoint == ' ' || codepoint == '2')
        return 0;
    if (codepoint >= '3' && codepoint <= '7')
        return (int)(codepoint - '3' + 0x1b);
    if (codepoint == '?' || codepoint == '8')
        return 0x7f;
    return codepoint == '/' ? 0x1f : -1;
}

static void write_character(struct vt *vt, const struct key *key)
{
    int control = (key->modifiers & KEY_CTRL) != 0 ? control_of(key->codepoint) : -1;
    if (control >= 0) {
        write_byte(vt, (char)control, key->modifiers);
        return;
    }
    char text[1 + WIDTH_UTF8_MAX] = {0x1b};
    size_t length = 1 + width_encode(key->codepoint, text + 1);
    bool alt = (key->modifiers & KEY_ALT) != 0;
    write_bytes(vt, alt ? text : text + 1, alt ? length : length - 1);
}

static VTermKey named_key(enum key_name name)
{
    static const VTermKey keys[] = {
        [KEY_NAME_UP] = VTERM_KEY_UP,          [KEY_NAME_DOWN] = VTERM_KEY_DOWN,
        [KEY_NAME_LEFT] = VTERM_KEY_LEFT,      [KEY_NAME_RIGHT] = VTERM_KEY_RIGHT,
        [KEY_NAME_HOME] = VTERM_KEY_HOME,      [KEY_NAME_END] = VTERM_KEY_END,
        [KEY_NAME_PAGE_UP] = VTERM_KEY_PAGEUP, [KEY_NAME_PAGE_DOWN] = VTERM_KEY_PAGEDOWN,
        [KEY_NAME_INSERT] = VTERM_KEY_INS,     [KEY_NAME_DELETE] = VTERM_KEY_DEL,
    };
    if (name >= KEY_NAME_F1 && name <= KEY_NAME_F12)
        return (VTermKey)VTERM_KEY_FUNCTION(name - KEY_NAME_F1 + 1);
    return (size_t)name < sizeof keys / sizeof keys[0] ? keys[name] : VTERM_KEY_NONE;
}

static VTermModifier vterm_modifiers(unsigned modifiers)
{
    return (VTermModifier)(((modifiers & KEY_SHIFT) != 0 ? VTERM_MOD_SHIFT : 0) |
                           ((modifiers & KEY_ALT) != 0 ? VTERM_MOD_ALT : 0) |
                           ((modifiers & KEY_CTRL) != 0 ? VTERM_MOD_CTRL : 0));
}

static void write_named(struct vt *vt, const struct key *key)
{
    unsigned alt = key->modifiers & KEY_ALT;
    switch (key->name) {
    case KEY_NAME_ENTER: /* by libvterm: \r\n in newline mode */
        vterm_keyboard_key(vt->vterm, VTERM_KEY_ENTER, vterm_modifiers(alt));
        break;
    case KEY_NAME_TAB:
        if ((key->modifiers & KEY_SHIFT) != 0)
            vterm_keyboard_key(vt->vterm, VTERM_KEY_TAB, VTERM_MOD_SHIFT);
        else
            write_byte(vt, '\t', alt);
        break;
    case KEY_NAME_ESC:
        write_byte(vt, 0x1b, alt);
        break;
    case KEY_NAME_BACKSPACE:
        write_byte(vt, (key->modifiers & KEY_CTRL) != 0 ? 0x08 : 0x7f, alt);
        break;
    default:
        vterm_keyboard_key(vt->vterm, named_key(key->name), vterm_modifiers(key->modifiers));
    }
}

void vt_key(struct vt *vt, const struct key *key)
{
    switch (key->kind) {
    case KEY_KIND_CHAR:
        write_character(vt, key);
        break;
    case KEY_KIND_NAMED:
        write_named(vt, key);
        break;
    case KEY_KIND_PASTE:
        vt_paste(vt, key->text, key->length);
        break;
    case KEY_KIND_MOUSE:
        vt_mouse(vt, key, key->row, key->column);
        break;
    case KEY_KIND_NONE:
    case KEY_KIND_RESIZE:
        break;
    }
}

/* Line ends as Enter sends them; other controls go, so that pasted text cannot end the bracket and
 * give commands. */
void vt_paste(struct vt *vt, const char *text, size_t length)
{
    char *clean = xcalloc(length + 1, 1);
    size_t kept = 0;
    for (size_t i = 0; i < length; i++) {
        char byte = text[i];
        if (byte == '\n' && i > 0 && text[i - 1] == '\r')
            continue;
        if (byte == '\n')
            byte = '\r';
        if ((unsigned char)byte >= ' ' ? byte != 0x7f : byte == '\r' || byte == '\t')
            clean[kept++] = byte;
    }
    vterm_keyboard_start_paste(vt->vterm);
    write_bytes(vt, clean, kept);
    vterm_keyboard_end_paste(vt->vterm);
    free(clean);
}

/* 0.1.4 reports the mouse even to programs that never asked. */
void vt_mouse(struct vt *vt, const struct key *key, int row, int column)
{
    if (!vt_wants_mouse(vt) || row < 0 || column < 0 || row >= vt->rows || column >= vt->columns)
        return;
    VTermModifier modifiers = vterm_modifiers(key->modifiers);
    int button = key->button >= 1 && key->button <= 3 ? key->button : 1;
    vterm_mouse_move(vt->vterm, row, column, modifiers);
    switch (key->mouse) {
    case KEY_MOUSE_PRESS:
    case KEY_MOUSE_RELEASE:
        vterm_mouse_button(vt->vterm, button, key->mouse == KEY_MOUSE_PRESS, modifiers);
        break;
    case KEY_MOUSE_WHEEL_UP:
    case KEY_MOUSE_WHEEL_DOWN:
        vterm_mouse_button(vt->vterm, key->mouse == KEY_MOUSE_WHEEL_UP ? 4 : 5, true, modifiers);
        break;
    case KEY_MOUSE_DRAG:
        break;
    }
}
