#include "command.h"

#include "xalloc.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct binding {
    struct key key;
    const struct command *command;
};

struct keymap {
    struct binding *bindings; /* owned; in the table's order */
    size_t count, capacity;
};

const char *command_scope_name(enum command_scope scope)
{
    static const char *const names[SCOPE_COUNT] = {
        [SCOPE_GLOBAL] = "everywhere",       [SCOPE_SOURCE] = "Source",
        [SCOPE_VARIABLES] = "Variables",     [SCOPE_STACK] = "Stack",
        [SCOPE_BREAKPOINTS] = "Breakpoints", [SCOPE_TERMINAL] = "Terminal",
        [SCOPE_CONSOLE] = "Console",         [SCOPE_EXCEPTION] = "the exception viewer",
    };
    return names[scope];
}

/* Walk words separated by spaces; NULL at the end. */
static const char *next_word(const char **cursor, size_t *length)
{
    const char *start = *cursor + strspn(*cursor, " ");
    *length = strcspn(start, " ");
    *cursor = start + *length;
    return *length ? start : NULL;
}

static bool named(const struct command *command, const char *name, bool prefix)
{
    size_t length = strlen(name);
    if (prefix ? strncmp(command->name, name, length) == 0 : strcmp(command->name, name) == 0)
        return true;
    const char *cursor = command->aliases ? command->aliases : "";
    size_t size;
    for (const char *word; (word = next_word(&cursor, &size));)
        if ((prefix ? size >= length : size == length) && strncmp(word, name, length) == 0)
            return true;
    return false;
}

const struct command *command_find_exact(const char *name)
{
    for (size_t i = 0; *name && i < command_count; i++)
        if (named(&commands[i], name, false))
            return &commands[i];
    return NULL;
}

const struct command *command_find(const char *name)
{
    const struct command *found = command_find_exact(name);
    if (found || !*name)
        return found;
    for (size_t i = 0; i < command_count; i++) {
        if (!named(&commands[i], name, true))
            continue;
        if (found)
            return NULL;
        found = &commands[i];
    }
    return found;
}

static void add_binding(struct keymap *keymap, const struct key *key, const struct command *command)
{
    xgrow(&keymap->bindings, &keymap->capacity, keymap->count + 1, sizeof *keymap->bindings);
    keymap->bindings[keymap->count++] = (struct binding){.key = *key, .command = command};
}

static void remove_at(struct keymap *keymap, size_t index)
{
    memmove(&keymap->bindings[index], &keymap->bindings[index + 1],
            (--keymap->count - index) * sizeof *keymap->bindings);
}

/* Parse the names in TEXT and bind each key. False with the first bad name in BAD. */
static bool add_keys(struct keymap *keymap, const struct command *command, const char *text, char *bad, size_t size)
{
    size_t length;
    for (const char *word; (word = next_word(&text, &length));) {
        char name[32];
        snprintf(name, sizeof name, "%.*s", (int)(length < sizeof name ? length : sizeof name - 1), word);
        struct key key;
        if (!key_parse(name, &key)) {
            snprintf(bad, size, "%s", name);
            return false;
        }
        add_binding(keymap, &key, command);
    }
    return true;
}

struct keymap *keymap_create(void)
{
    struct keymap *keymap = xcalloc(1, sizeof *keymap);
    char bad[32];
    for (size_t i = 0; i < command_count; i++)
        add_keys(keymap, &commands[i], commands[i].keys ? commands[i].keys : "", bad, sizeof bad);
    return keymap;
}

void keymap_destroy(struct keymap *keymap)
{
    if (!keymap)
        return;
    free(keymap->bindings);
    free(keymap);
}

/* A key that the user gives to one command is taken from others of the same scope. */
static void merge(struct keymap *keymap, const struct keymap *added, const struct command *command)
{
    for (size_t i = keymap->count; i-- > 0;) {
        const struct binding *old = &keymap->bindings[i];
        bool taken = old->command == command;
        for (size_t j = 0; j < added->count; j++)
            taken = taken || (old->command->scope == command->scope && key_equal(&old->key, &added->bindings[j].key));
        if (taken)
            remove_at(keymap, i);
    }
    for (size_t j = 0; j < added->count; j++)
        add_binding(keymap, &added->bindings[j].key, command);
}

bool keymap_bind(struct keymap *keymap, const char *command, const char *key_names, char *error, size_t size)
{
    const struct command *row = command_find_exact(command);
    if (!row) {
        snprintf(error, size, "no command is named '%s'", command);
        return false;
    }
    struct keymap added = {0};
    char bad[32];
    bool ok = strcmp(key_names, "none") == 0 || add_keys(&added, row, key_names, bad, sizeof bad);
    if (ok)
        merge(keymap, &added, row);
    else
        snprintf(error, size, "'%s' is no key; keys are written n, Ctrl-x, F5, Shift-F11, Enter, …", bad);
    free(added.bindings);
    return ok;
}

static const struct command *find_in(const struct keymap *keymap, enum command_scope scope, const struct key *key)
{
    for (size_t i = 0; i < keymap->count; i++)
        if (keymap->bindings[i].command->scope == scope && key_equal(&keymap->bindings[i].key, key))
            return keymap->bindings[i].command;
    return NULL;
}

/* In the console printable keys are text, even those of commands marked everywhere. */
static bool is_text(const struct key *key)
{
    return key->kind == KEY_KIND_CHAR && !(key->modifiers & (KEY_CTRL | KEY_ALT));
}

const struct command *keymap_find(const struct keymap *keymap, enum command_scope scope, const struct key *key)
{
    const struct command *command = find_in(keymap, scope, key);
    if (command || scope == SCOPE_GLOBAL || scope == SCOPE_TERMINAL)
        return command;
    command = find_in(keymap, SCOPE_GLOBAL, key);
    if (command && scope == SCOPE_CONSOLE && (!command->everywhere || is_text(key)))
        return NULL;
    return command;
}

void keymap_keys(const struct keymap *keymap, const struct command *command, char *buffer, size_t size)
{
    size_t used = 0;
    if (size > 0)
        buffer[0] = '\0';
    for (size_t i = 0; i < keymap->count; i++) {
        if (keymap->bindings[i].command != command)
            continue;
        char name[32];
        key_format(&keymap->bindings[i].key, name, sizeof name);
        int length = snprintf(buffer + used, size - used, "%s%s", used ? ", " : "", name);
        if (length < 0 || (size_t)length >= size - used)
            return;
        used += (size_t)length;
    }
}
