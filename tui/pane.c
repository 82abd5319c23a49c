#include "pane.h"

#include <stdio.h>
#include <string.h>

const struct pane_ops *const pane_table[PANE_COUNT] = {
    [PANE_SOURCE] = &pane_source_ops,     [PANE_VARIABLES] = &pane_variables_ops,
    [PANE_STACK] = &pane_stack_ops,       [PANE_BREAKPOINTS] = &pane_breakpoints_ops,
    [PANE_TERMINAL] = &pane_terminal_ops, [PANE_CONSOLE] = &pane_console_ops,
};

/* Text that is pasted without brackets comes as a million keys: names that cannot be meant are not read. */
static bool is_letter(const struct key *key)
{
    return key->kind == KEY_KIND_CHAR && key->modifiers == 0 && key->codepoint > ' ' && key->codepoint < 0x7f;
}

bool pane_key_is(const struct key *key, const char *names)
{
    bool letter = is_letter(key);
    while (*names) {
        size_t length = strcspn(names, " ");
        char name[32];
        struct key wanted;
        if (!letter || length == 1) {
            snprintf(name, sizeof name, "%.*s", (int)length, names);
            if (key_parse(name, &wanted) && key_equal(key, &wanted))
                return true;
        }
        names += length + (names[length] == ' ');
    }
    return false;
}
