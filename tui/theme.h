/* Themes: named roles and the style of each, read from data files (themes/NAME.theme).
 *
 * A file has one line a role: `role = foreground [on background] [bold|dim|italic|underline|reverse]…`,
 * colours being default, a name (red, bright-blue), an index 0..255 or #rrggbb. Sections [256], [16], [8]
 * and [mono] override for terminals with at most so many colours, [dark] and [light] for those that tell
 * their background. Roles that a file does not name fall back along the table's parent. */
#pragma once

#include "style.h"

#include <stdbool.h>
#include <stddef.h>

enum role {
    ROLE_TEXT,           /* everything not said otherwise */
    ROLE_DIM,            /* secondary text: types, hints, empty notes */
    ROLE_STATUS,         /* the status line on top */
    ROLE_STATUS_RUNNING, /* its state word: running */
    ROLE_STATUS_STOPPED,
    ROLE_STATUS_ERROR, /* exception, lost connection */
    ROLE_HINT_KEY,     /* a key in the footer's or status line's hints */
    ROLE_HINT_TEXT,
    ROLE_BORDER,
    ROLE_TITLE, /* a pane's title */
    ROLE_TITLE_FOCUSED,
    ROLE_TITLE_HOTKEY, /* its underlined letter */
    ROLE_SELECTED,     /* the cursor's row in a pane without focus */
    ROLE_SELECTED_FOCUSED,
    ROLE_LINE_NUMBER,
    ROLE_LINE_CURRENT,    /* background of the line about to run */
    ROLE_LINE_CALLER,     /* the same for an outer frame's line */
    ROLE_SUB_EXPRESSION,  /* what of a line is being evaluated; laid over its colours */
    ROLE_MARK_CURRENT,    /* ▶ */
    ROLE_MARK_BREAKPOINT, /* ● */
    ROLE_MARK_DISABLED,   /* ○ */
    ROLE_MARK_PENDING,    /* ◌ */
    ROLE_INLINE_VALUE,
    ROLE_SEARCH_HIT,
    ROLE_VARIABLE_NAME,
    ROLE_VARIABLE_VALUE,
    ROLE_VARIABLE_TYPE,
    ROLE_VARIABLE_CHANGED,
    ROLE_STACK_FUNCTION,
    ROLE_STACK_LOCATION,
    ROLE_STACK_CURRENT,
    ROLE_BREAKPOINT_LOCATION,
    ROLE_BREAKPOINT_DETAIL,
    ROLE_MESSAGE, /* one-line messages at the bottom */
    ROLE_MESSAGE_ERROR,
    ROLE_PROMPT,
    ROLE_INPUT,
    ROLE_DIALOG,
    ROLE_DIALOG_TITLE,
    ROLE_DIALOG_FIELD,
    ROLE_DIALOG_BUTTON,
    ROLE_DIALOG_HINT, /* secondary text in a dialog */
    ROLE_SCROLLBAR,
    ROLE_SYNTAX_KEYWORD,
    ROLE_SYNTAX_SOFT_KEYWORD,
    ROLE_SYNTAX_BUILTIN,
    ROLE_SYNTAX_STRING,
    ROLE_SYNTAX_ESCAPE, /* escapes and the braces of f-strings */
    ROLE_SYNTAX_NUMBER,
    ROLE_SYNTAX_COMMENT,
    ROLE_SYNTAX_DECORATOR,
    ROLE_SYNTAX_DEFINITION, /* the name after def and class */
    ROLE_SYNTAX_OPERATOR,
    ROLE_SYNTAX_CONSTANT, /* None, True, False, … */
    ROLE_SYNTAX_SELF,
    ROLE_SYNTAX_ERROR,
    ROLE_COUNT,
};

struct theme;

/* The built-in default: the terminal's own background, colour only where it means something. */
struct theme *theme_create_default(void);

/* Read NAME: a path with a slash, or a name looked up in the user's themes folder
 * ($XDG_CONFIG_HOME/pytui/themes), then in DIRECTORY. NULL with a message for the user in ERROR
 * ("gruvbox.theme:12: unknown colour 'gren'"). The caller owns the result. */
struct theme *theme_load(const char *name, const char *directory, char *error, size_t size);
void theme_destroy(struct theme *theme);

/* The names that theme_load() knows, sorted: default, the user's own and those in DIRECTORY (NULL: none). A NULL ends
 * them; the caller frees them with theme_free_names(). */
char **theme_names(const char *directory);
void theme_free_names(char **names);

/* The same from memory; NAME is for messages. */
struct theme *theme_parse(const char *name, const char *text, size_t length, char *error, size_t size);

/* Choose the variant for a terminal of COLOURS colours (0, 8, 16, 256 or 1<<24). Without colours
 * every role still differs where it must: by bold, reverse and underline. */
void theme_set_colours(struct theme *theme, int colours);

/* What the terminal's own background is, when it tells (term_background()): sections [dark] and [light]
 * apply with 256 colours and more. Without a call it is unknown. */
enum theme_background { THEME_BACKGROUND_UNKNOWN, THEME_BACKGROUND_DARK, THEME_BACKGROUND_LIGHT };
void theme_set_background(struct theme *theme, enum theme_background background);

struct style theme_style(const struct theme *theme, enum role role);
const char *theme_role_name(enum role role);
