/* Settings: one table (config.c) of name, type, default, limits and help; the file config.ini, `:set`
 * and the help all come from it.
 *
 * The file is `name = value` lines, and a section [keys] of `command = key key…`. What is wrong in it
 * costs the user that line and nothing else; every complaint is kept, to be shown. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

enum config_setting {
    CONFIG_THEME,              /* text */
    CONFIG_COLOUR,             /* one of auto, none */
    CONFIG_MOUSE,              /* flag */
    CONFIG_LAYOUT,             /* one of source-first, wide, tall, terminal-first */
    CONFIG_SIDEBAR,            /* one of right, left */
    CONFIG_SIDEBAR_WIDTH,      /* number: percent of the columns, in the layout tall of the rows */
    CONFIG_SLOT_HEIGHT,        /* number: percent of the rows, for Terminal and Console */
    CONFIG_STACK_HEIGHT,       /* number: percent of the sidebar's rows */
    CONFIG_BREAKPOINTS_HEIGHT, /* the same */
    CONFIG_VARIABLES_WIDTH,    /* percent of the screen, in the layout tall */
    CONFIG_FOLD_LIBRARY,       /* flag: library frames are one row */
    CONFIG_NOTIFY,             /* one of bell, desktop, both, none */
    CONFIG_NOTIFY_AFTER,       /* number: seconds that the program ran */
    CONFIG_FINISH,             /* one of stay, ask, quit: what follows the program's end */
    CONFIG_HINTS,              /* one of top, bottom, none */
    CONFIG_LINE_NUMBERS,       /* flag */
    CONFIG_INLINE_VALUES,      /* flag */
    CONFIG_SCROLLBACK,         /* number: lines of the Terminal */
    CONFIG_HISTORY,            /* number: lines of the prompts */
    CONFIG_JUST_MY_CODE,       /* flag */
    CONFIG_USER_CODE,          /* list of paths with wildcards and of modules */
    CONFIG_LIBRARY_CODE,       /* the same */
    CONFIG_ZOOM_FULL_SCREEN,   /* flag */
    CONFIG_KEEP_BREAKPOINTS,   /* flag */
    CONFIG_COMPLETION,         /* one of typing, tab: when words are offered at the prompts */
    CONFIG_SHELL,              /* one of internal, auto, plain, ipython, ptpython, bpython: what `!` opens */
    CONFIG_QUIT,               /* one of ask, end, leave: what q does to a running program */
    CONFIG_PATH_MAP,           /* list of THERE=HERE */
    CONFIG_WHEN_LOST,          /* one of continue, wait: what a stopped program does without us */
    CONFIG_REATTACH,           /* flag: a launched program that is left listens */
    CONFIG_COUNT,
};

enum config_type { CONFIG_TYPE_TEXT, CONFIG_TYPE_FLAG, CONFIG_TYPE_NUMBER, CONFIG_TYPE_CHOICE, CONFIG_TYPE_LIST };

struct config_info {
    const char *name; /* as in the file: "sidebar-width" */
    enum config_type type;
    const char *initial;
    int smallest, largest; /* of a number */
    const char *choices;   /* of a choice, separated by spaces */
    bool later;            /* a change holds from the next start on */
    const char *help;      /* one line */
};

struct config;

struct config *config_create(void); /* with the defaults */
void config_destroy(struct config *config);

/* A line of [keys]: false with the reason in ERROR. */
typedef bool (*config_bind_handler)(void *data, const char *command, const char *keys, char *error, size_t size);

/* Read FILE, or $XDG_CONFIG_HOME/pytui/config.ini when it is NULL; that one need not exist. BIND may be
 * NULL. False if there are complaints. */
bool config_load(struct config *config, const char *file, config_bind_handler bind, void *data);
/* The same from memory; NAME is for messages. */
bool config_parse(struct config *config, const char *name, const char *text, size_t length, config_bind_handler bind,
                  void *data);

/* What was wrong: "config.ini:7: unknown setting 'them'; did you mean 'theme'?". Borrowed. */
size_t config_complaint_count(const struct config *config);
const char *config_complaint(const struct config *config, size_t index);

/* Change one by name, for `:set` and options. False with a message for the user in ERROR. */
bool config_set(struct config *config, const char *name, const char *value, char *error, size_t size);

const char *config_text(const struct config *config, enum config_setting setting); /* any type, as written */
int config_number(const struct config *config, enum config_setting setting);
bool config_flag(const struct config *config, enum config_setting setting);

const struct config_info *config_info(enum config_setting setting);
