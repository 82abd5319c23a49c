#include "key.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "width.h"

struct key_label {
    const char *label;
    enum key_name name;
};

/* The first label of a name is the canonical one. */
static const struct key_label named_keys[] = {
    {"Enter", KEY_NAME_ENTER},    {"Return", KEY_NAME_ENTER},
    {"Tab", KEY_NAME_TAB},        {"Esc", KEY_NAME_ESC},
    {"Escape", KEY_NAME_ESC},     {"Backspace", KEY_NAME_BACKSPACE},
    {"Up", KEY_NAME_UP},          {"Down", KEY_NAME_DOWN},
    {"Left", KEY_NAME_LEFT},      {"Right", KEY_NAME_RIGHT},
    {"Home", KEY_NAME_HOME},      {"End", KEY_NAME_END},
    {"PgUp", KEY_NAME_PAGE_UP},   {"PageUp", KEY_NAME_PAGE_UP},
    {"PgDn", KEY_NAME_PAGE_DOWN}, {"PageDown", KEY_NAME_PAGE_DOWN},
    {"Insert", KEY_NAME_INSERT},  {"Ins", KEY_NAME_INSERT},
    {"Delete", KEY_NAME_DELETE},  {"Del", KEY_NAME_DELETE},
    {"F1", KEY_NAME_F1},          {"F2", KEY_NAME_F2},
    {"F3", KEY_NAME_F3},          {"F4", KEY_NAME_F4},
    {"F5", KEY_NAME_F5},          {"F6", KEY_NAME_F6},
    {"F7", KEY_NAME_F7},          {"F8", KEY_NAME_F8},
    {"F9", KEY_NAME_F9},          {"F10", KEY_NAME_F10},
    {"F11", KEY_NAME_F11},        {"F12", KEY_NAME_F12},
};

static const struct {
    const char *label;
    unsigned modifier;
} modifiers[] = {
    {"Ctrl", KEY_CTRL}, {"Alt", KEY_ALT}, {"Shift", KEY_SHIFT}, {"Control", KEY_CTRL}, {"Meta", KEY_ALT},
};

/* Take one "Ctrl-" off the front of *NAME; 0 if there is none. */
static unsigned parse_modifier(const char **name)
{
    for (size_t i = 0; i < sizeof modifiers / sizeof modifiers[0]; i++) {
        size_t length = strlen(modifiers[i].label);
        const char *end = *name + length;
        /* "Ctrl--" is Ctrl and minus: something must follow the dash. */
        if (strncasecmp(*name, modifiers[i].label, length) == 0 && (*end == '-' || *end == '+') && end[1] != '\0') {
            *name = end + 1;
            return modifiers[i].modifier;
        }
    }
    return 0;
}

/* What a terminal sends alike is one key here: a binding for Ctrl-I is one for Tab. */
static bool parse_character(uint32_t codepoint, unsigned held, struct key *out)
{
    if (held & KEY_CTRL) {
        if (codepoint >= 'A' && codepoint <= 'Z')
            codepoint += 'a' - 'A';
        enum key_name name = codepoint == 'i'   ? KEY_NAME_TAB
                             : codepoint == 'm' ? KEY_NAME_ENTER
                             : codepoint == '[' ? KEY_NAME_ESC
                                                : 0;
        if (name != 0) {
            *out = (struct key){.kind = KEY_KIND_NAMED, .name = name, .modifiers = held & ~(unsigned)KEY_CTRL};
            return true;
        }
    }
    if ((held & KEY_SHIFT) && !(held & KEY_CTRL)) {
        if (codepoint >= 'a' && codepoint <= 'z')
            codepoint -= 'a' - 'A';
        held &= ~(unsigned)KEY_SHIFT;
    }
    *out = (struct key){.kind = KEY_KIND_CHAR, .codepoint = codepoint, .modifiers = held};
    return true;
}

bool key_parse(const char *name, struct key *out)
{
    unsigned held = 0, one;
    while ((one = parse_modifier(&name)) != 0)
        held |= one;
    size_t length = strlen(name);
    uint32_t codepoint;
    if (length > 0 && width_decode(name, length, &codepoint) == length && codepoint > ' ' && codepoint != 0x7f)
        return parse_character(codepoint, held, out);
    if (strcasecmp(name, "Space") == 0)
        return parse_character(' ', held, out);
    for (size_t i = 0; i < sizeof named_keys / sizeof named_keys[0]; i++) {
        if (strcasecmp(name, named_keys[i].label) == 0) {
            *out = (struct key){.kind = KEY_KIND_NAMED, .name = named_keys[i].name, .modifiers = held};
            return true;
        }
    }
    return false;
}

static const char *name_label(enum key_name name)
{
    for (size_t i = 0; i < sizeof named_keys / sizeof named_keys[0]; i++) {
        if (named_keys[i].name == name)
            return named_keys[i].label;
    }
    return "?";
}

void key_format(const struct key *key, char *buffer, size_t size)
{
    static const char *const mouse_labels[] = {"MousePress", "MouseRelease", "MouseDrag", "WheelUp", "WheelDown"};
    char character[WIDTH_UTF8_MAX + 1];
    const char *base = "";
    switch (key->kind) {
    case KEY_KIND_CHAR:
        character[width_encode(key->codepoint, character)] = '\0';
        base = key->codepoint == ' ' ? "Space" : character;
        break;
    case KEY_KIND_NAMED:
        base = name_label(key->name);
        break;
    case KEY_KIND_MOUSE:
        base = mouse_labels[key->mouse];
        break;
    case KEY_KIND_PASTE:
        base = "Paste";
        break;
    case KEY_KIND_RESIZE:
        base = "Resize";
        break;
    case KEY_KIND_NONE:
        break;
    }
    snprintf(buffer, size, "%s%s%s%s", key->modifiers & KEY_CTRL ? "Ctrl-" : "", key->modifiers & KEY_ALT ? "Alt-" : "",
             key->modifiers & KEY_SHIFT ? "Shift-" : "", base);
}

bool key_equal(const struct key *a, const struct key *b)
{
    if (a->kind != b->kind)
        return false;
    unsigned ignored = a->kind == KEY_KIND_CHAR ? KEY_SHIFT : 0;
    if ((a->modifiers & ~ignored) != (b->modifiers & ~ignored))
        return false;
    switch (a->kind) {
    case KEY_KIND_CHAR:
        return a->codepoint == b->codepoint;
    case KEY_KIND_NAMED:
        return a->name == b->name;
    case KEY_KIND_MOUSE:
        return a->mouse == b->mouse && a->button == b->button;
    case KEY_KIND_NONE:
    case KEY_KIND_PASTE:
    case KEY_KIND_RESIZE:
        break;
    }
    return true;
}
