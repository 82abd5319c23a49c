#include "unit.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tui/app.h"
#include "tui/command.h"
#include "tui/help.h"
#include "tui/key.h"

static struct key key_named(const char *name)
{
    struct key key;
    if (!key_parse(name, &key))
        fail_msg("%s is no key", name);
    return key;
}

/* Calls EACH with every word of TEXT. */
static void each_word(const char *text, const struct command *command,
                      void (*each)(const struct command *command, const char *word))
{
    char copy[256];
    snprintf(copy, sizeof copy, "%s", text ? text : "");
    for (char *save = NULL, *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save))
        each(command, word);
}

static void no_other_has_the_key(const struct command *command, const char *name)
{
    struct key key = key_named(name);
    struct keymap *keymap = keymap_create();
    const struct command *found = keymap_find(keymap, command->scope, &key);
    if (found != command)
        fail_msg("%s of %s belongs to %s", name, command->name, found ? found->name : "nobody");
    keymap_destroy(keymap);
}

static void a_key_means_one_command_in_a_scope(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++)
        each_word(commands[i].keys, &commands[i], no_other_has_the_key);
}

static void the_name_is_only_its(const struct command *command, const char *name)
{
    size_t found = 0;
    for (size_t i = 0; i < command_count; i++) {
        char names[256];
        snprintf(names, sizeof names, " %s %s ", commands[i].name, commands[i].aliases ? commands[i].aliases : "");
        char word[64];
        snprintf(word, sizeof word, " %s ", name);
        found += strstr(names, word) != NULL;
    }
    if (found != 1)
        fail_msg("%s names %zu commands (of %s)", name, found, command->name);
    assert_ptr_equal(command_find(name), command);
}

static void names_and_aliases_are_unique(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        the_name_is_only_its(&commands[i], commands[i].name);
        each_word(commands[i].aliases, &commands[i], the_name_is_only_its);
    }
}

static void every_command_has_help_and_does_something(void **state)
{
    (void)state;
    for (size_t i = 0; i < command_count; i++) {
        assert_non_null(commands[i].run);
        assert_true(strlen(commands[i].help) > 5 && strlen(commands[i].help) < 90);
        assert_true(isupper((unsigned char)commands[i].help[0]));
        for (const char *at = commands[i].name; *at; at++)
            assert_true(islower((unsigned char)*at) || *at == '-');
    }
}

static void help_says_which_global_keys_a_pane_hides(void **state)
{
    (void)state;
    struct app app = {.keymap = keymap_create(), .focus = PANE_SOURCE};
    char *text = help_text(&app);
    for (size_t i = 0; i < command_count; i++) {
        if (commands[i].scope == SCOPE_GLOBAL || !commands[i].keys)
            continue;
        char keys[128], *save = NULL;
        snprintf(keys, sizeof keys, "%s", commands[i].keys);
        for (char *name = strtok_r(keys, " ", &save); name; name = strtok_r(NULL, " ", &save)) {
            struct key key = key_named(name);
            const struct command *hidden = keymap_find(app.keymap, SCOPE_GLOBAL, &key);
            char note[128];
            snprintf(note, sizeof note, "%s (here instead of %s)", commands[i].help, hidden ? hidden->name : "");
            if (hidden && !strstr(text, note))
                fail_msg("help does not say that %s in %s hides %s", name, command_scope_name(commands[i].scope),
                         hidden->name);
        }
    }
    free(text);
    keymap_destroy(app.keymap);
}

static void names_can_be_shortened_while_they_are_clear(void **state)
{
    (void)state;
    assert_string_equal(command_find("step-o")->name, "step-over");
    assert_string_equal(command_find("cond")->name, "condition");
    assert_null(command_find("focus"));
    assert_null(command_find(""));
    assert_null(command_find("no-such"));
    assert_string_equal(command_find("n")->name, "step-over");
    assert_string_equal(command_find("c")->name, "continue");
    assert_null(command_find_exact("cond"));
}

static void global_keys_act_where_they_may(void **state)
{
    (void)state;
    struct keymap *keymap = keymap_create();
    static const struct {
        enum command_scope scope;
        const char *key, *command; /* NULL: the key is the pane's own */
    } cases[] = {
        {SCOPE_SOURCE, "n", "step-over"},
        {SCOPE_VARIABLES, "n", "watch"},
        {SCOPE_STACK, "n", "step-over"},
        {SCOPE_SOURCE, "d", "frame-down"},
        {SCOPE_BREAKPOINTS, "d", "delete-breakpoint"},
        {SCOPE_CONSOLE, "n", NULL},
        {SCOPE_CONSOLE, "F10", "step-over"},
        {SCOPE_CONSOLE, "Ctrl-x", "toggle-console"},
        {SCOPE_CONSOLE, "!", NULL},
        {SCOPE_CONSOLE, "?", NULL},
        {SCOPE_TERMINAL, "F10", NULL},
        {SCOPE_TERMINAL, "Ctrl-c", NULL},
        {SCOPE_TERMINAL, "q", NULL},
        {SCOPE_TERMINAL, "Ctrl-]", "leave-terminal"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct key key = key_named(cases[i].key);
        const struct command *found = keymap_find(keymap, cases[i].scope, &key);
        const char *name = found ? found->name : "none", *wanted = cases[i].command ? cases[i].command : "none";
        if (strcmp(name, wanted) != 0)
            fail_msg("%s in %s is %s, not %s", cases[i].key, command_scope_name(cases[i].scope), name, wanted);
    }
    keymap_destroy(keymap);
}

static void the_user_can_bind_keys(void **state)
{
    (void)state;
    struct keymap *keymap = keymap_create();
    char error[128] = "", keys[64];
    assert_true(keymap_bind(keymap, "step-over", "F8 Ctrl-n", error, sizeof error));
    keymap_keys(keymap, command_find("step-over"), keys, sizeof keys);
    assert_string_equal(keys, "F8, Ctrl-n");
    struct key n = key_named("n"), f5 = key_named("F5");
    assert_null(keymap_find(keymap, SCOPE_SOURCE, &n));
    assert_true(keymap_bind(keymap, "step-into", "F5", error, sizeof error)); /* taken from continue */
    assert_string_equal(keymap_find(keymap, SCOPE_SOURCE, &f5)->name, "step-into");
    keymap_keys(keymap, command_find("continue"), keys, sizeof keys);
    assert_string_equal(keys, "c");
    assert_true(keymap_bind(keymap, "help", "none", error, sizeof error));
    keymap_keys(keymap, command_find("help"), keys, sizeof keys);
    assert_string_equal(keys, "");
    assert_false(keymap_bind(keymap, "no-such-command", "x", error, sizeof error));
    assert_non_null(strstr(error, "no-such-command"));
    assert_false(keymap_bind(keymap, "quit", "Hyper-q", error, sizeof error));
    assert_non_null(strstr(error, "Hyper-q"));
    keymap_keys(keymap, command_find("quit"), keys, sizeof keys);
    assert_string_equal(keys, "q"); /* as it was */
    keymap_destroy(keymap);
}

/* Every command of the pdb of 3.15, with its short names. */
static void pdb_commands_are_known(void **state)
{
    (void)state;
    static const struct {
        const char *pdb, *ours;
    } cases[] = {
        {"alias", "alias"},
        {"a", "args"},
        {"args", "args"},
        {"b", "break"},
        {"break", "break"},
        {"cl", "clear"},
        {"clear", "clear"},
        {"commands", "commands"},
        {"condition", "condition"},
        {"c", "continue"},
        {"cont", "continue"},
        {"continue", "continue"},
        {"debug", "debug"},
        {"disable", "disable"},
        {"display", "display"},
        {"d", "frame-down"},
        {"down", "frame-down"},
        {"enable", "enable"},
        {"exceptions", "exceptions"},
        {"h", "help"},
        {"help", "help"},
        {"ignore", "ignore"},
        {"interact", "interact"},
        {"j", "jump"},
        {"jump", "jump"},
        {"l", "list"},
        {"list", "list"},
        {"ll", "longlist"},
        {"longlist", "longlist"},
        {"n", "step-over"},
        {"next", "step-over"},
        {"p", "print"},
        {"pp", "pretty-print"},
        {"q", "quit"},
        {"quit", "quit"},
        {"exit", "quit"},
        {"restart", "restart"},
        {"run", "restart"},
        {"retval", "retval"},
        {"rv", "retval"},
        {"r", "finish"},
        {"return", "finish"},
        {"source", "source"},
        {"s", "step-into"},
        {"step", "step-into"},
        {"tbreak", "tbreak"},
        {"unalias", "unalias"},
        {"undisplay", "undisplay"},
        {"unt", "until"},
        {"until", "until"},
        {"u", "frame-up"},
        {"up", "frame-up"},
        {"w", "where"},
        {"bt", "where"},
        {"where", "where"},
        {"whatis", "whatis"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        const struct command *found = command_find_exact(cases[i].pdb);
        if (!found || strcmp(found->name, cases[i].ours) != 0)
            fail_msg("%s is %s, not %s", cases[i].pdb, found ? found->name : "unknown", cases[i].ours);
    }
}

static void help_tells_of_one_command(void **state)
{
    (void)state;
    struct app app = {.keymap = keymap_create()};
    for (size_t i = 0; i < command_count; i++) {
        char *text = help_command_text(&app, &commands[i]);
        assert_non_null(strstr(text, commands[i].name));
        assert_non_null(strstr(text, commands[i].help));
        if (commands[i].aliases)
            assert_non_null(strstr(text, commands[i].aliases));
        free(text);
    }
    char *text = help_command_text(&app, command_find_exact("commands"));
    assert_non_null(strstr(text, "silent"));
    free(text);
    keymap_destroy(app.keymap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pdb_commands_are_known),
        cmocka_unit_test(help_tells_of_one_command),
        cmocka_unit_test(a_key_means_one_command_in_a_scope),
        cmocka_unit_test(names_and_aliases_are_unique),
        cmocka_unit_test(every_command_has_help_and_does_something),
        cmocka_unit_test(help_says_which_global_keys_a_pane_hides),
        cmocka_unit_test(names_can_be_shortened_while_they_are_clear),
        cmocka_unit_test(global_keys_act_where_they_may),
        cmocka_unit_test(the_user_can_bind_keys),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
