/* The application: everything that one running pytui owns, passed down to whoever needs it.
 *
 * app.c starts and paints, app_input.c hands keys on, app_leave.c knows the ways out and app_restart.c the way back. */
#pragma once

#include "canvas.h"
#include "key.h"
#include "pane.h"
#include "target.h"
#include "theme.h"

#include <stdbool.h>
#include <stdint.h>

struct attach;
struct breakpoint_store;
struct watch_store;
struct completer;
struct display_list;
struct config;
struct dialog;
struct history;
struct keymap;
struct layout;
struct loop;
struct options;
struct prompt;
struct script;
struct session;
struct source_store;
struct term;
struct vt;

struct app {
    struct loop *loop; /* owned, as all below unless said otherwise */
    struct term *term;
    struct theme *theme;
    struct config *config;
    struct keymap *keymap;
    struct source_store *sources;
    struct layout *layout;
    struct prompt *prompt;                /* NULL unless a one-line prompt is open (:, /, L) */
    struct dialog *dialog;                /* NULL unless one is open; it takes all keys */
    struct breakpoint_store *breakpoints; /* kept per project; NULL: not kept */
    struct watch_store *watches;          /* the same */
    struct history *history;              /* of `:` and the console */
    struct script *script;                /* aliases, and commands that wait; made on first use */
    struct display_list *displays;        /* `display`; made on first use */
    struct completer *completer;          /* candidates for what is being typed there */
    struct browser *browser;              /* modules that are being looked for, for a dialog; NULL */

    struct session **sessions; /* owned; one today, attach and children add rows */
    size_t session_count;
    size_t session_focused;
    struct target *target;         /* of the launched program; NULL for other ways in */
    struct attach *attach;         /* borrowed: the program was attached to (attach.h); NULL: launched */
    const struct options *options; /* borrowed: the command line, for launching again */
    char **arguments;              /* the program's own, given to :restart; NULL: those of the command line */
    struct vt *vt;                 /* the program's terminal */

    void *panes[PANE_COUNT]; /* each pane's private data */
    enum pane_kind focus;
    enum pane_kind shell_from; /* where the focus was before a shell */
    bool terminal_zoomed;
    bool zoomed;       /* the focused pane has the whole screen */
    struct zoom *zoom; /* the terminal zoomed by itself (zoom.h) */
    bool shared;       /* the terminal is the program's, as long as that runs (shared_terminal.h) */
    bool lent;         /* the user's terminal is another program's for a while (lend.h) */

    struct {
        uint64_t stop;
        int64_t frame;
        int line;
    } listed; /* how far `list` has come, and where */

    char message[512]; /* one line at the bottom until the next key; "" for none */
    bool message_error;
    bool dirty;                    /* draw at the end of this turn */
    int cursor_row, cursor_column; /* where the terminal's cursor goes, set while drawing */
    bool cursor_visible;
    int exit_status; /* pytui's own, once known */
    bool quitting;
    char farewell[1024]; /* for standard error, once the terminal is restored; "" for nothing */

    /* of app*.c alone */
    uint64_t keyboard;   /* the terminal's descriptor in the loop */
    bool hushed;         /* keys wait for the move before them */
    int64_t hold_until;  /* … until then at most; µs, as all times here */
    int64_t awaited;     /* the request whose answer opens a dialog for those keys; 0: none */
    int64_t dirty_since; /* 0: clean */
    int64_t painted;     /* when, last */
    bool hurried;        /* a key or a stop wants to be seen */
    int64_t last_bell;
    bool given, given_to_end; /* of shared_terminal.c: the program has the terminal; for good */
    uint64_t given_at;        /* and how many stops there had been */
    int64_t running_since;    /* of notify.c: 0: it does not run */
    int64_t pending_since;    /* moves or answers are on their way since; 0: none are */
    bool ended;               /* the program ended: exit_status is its */
    bool asking;              /* the question of `q` is open */
    bool leaving;             /* leave as soon as it has ended */
    bool restarting;          /* launch it again as soon as it has ended */
    const char *no_restart;   /* why it cannot be launched again; NULL: it can */
    int stopped_by;           /* the signal that suspended the program; 0: none */
    uint64_t patience;        /* timer: a program that was told to end has not */
    char *themes;             /* directory of theme files; NULL: none */
    bool colour;
};

/* The focused session and its model; never NULL after start. */
struct session *app_session(struct app *app);
struct model *app_model(struct app *app);

/* Draw at the end of this turn. */
void app_damage(struct app *app);
/* Show a line at the bottom until the next key. */
void app_message(struct app *app, bool error, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* Whether the line at the bottom has room for all of TEXT. */
bool app_message_fits(const struct app *app, const char *text);
void app_focus(struct app *app, enum pane_kind kind);
/* The console in the slot, without the focus; a zoomed terminal stays. */
void app_show_console(struct app *app);
/* Paint all of the screen anew. */
void app_redraw(struct app *app);
/* Feed one key through dialog, prompt, pane and global bindings. */
void app_key(struct app *app, const struct key *key);
/* The answer to what the program was just asked opens a dialog: the next keys are for it, and wait. */
void app_await_dialog(struct app *app);
/* The same while `browser` is there. */
void app_hold_keys(struct app *app);
/* Leave with STATUS once the terminal is restored. */
void app_quit(struct app *app, int status);
/* Run it all; the status to exit with. What goes wrong before the screen opens is said on standard error. */
int app_run(const struct options *options);

/* The user's `q`: asks while the program is alive. */
void app_leave(struct app *app);
/* Leave it at once; the program goes on. */
void app_detach(struct app *app);
/* The program anew, with ARGUMENTS if they are not blank; asks while it is alive. */
void app_restart(struct app *app, const char *arguments);
/* Back to the shell until `fg`. */
void app_suspend(struct app *app);
/* Use the theme NAME; false with a message in ERROR, and the theme as it was. */
bool app_set_theme(struct app *app, const char *name, char *error, size_t size);
/* Settings changed: take them over. */
void app_apply_settings(struct app *app);
/* Style of a role in the current theme. */
struct style app_style(const struct app *app, enum role role);

/* While drawing: the terminal's cursor is to stand at this place of CANVAS (the focused pane's caret). */
void app_set_cursor(struct app *app, struct canvas canvas, int row, int column);

/* The program's pty: read into app->vt from now on (pane_terminal.c). Call once the target runs. */
void pane_terminal_attach(struct app *app);
void pane_terminal_detach(struct app *app);
/* Show what the program printed last, and forget what it has not read. */
void pane_terminal_drain(struct app *app);
/* Bytes for the program; vt's write callback comes here. */
void pane_terminal_write(struct app *app, const char *bytes, size_t length);
/* The program's terminal as large as its pane is now; called after layout_place(). */
void pane_terminal_fit(struct app *app);
/* What the program calls its window; "" for nothing. */
void pane_terminal_title(struct app *app, const char *title);
/* Lines scrolled back; 0 shows the screen. */
void pane_terminal_scroll(struct app *app, int lines);

/* Offered by pane_source.c to commands and the prompt. */
void pane_source_show(struct app *app, const char *path, int line); /* moves its cursor there */
bool pane_source_cursor(struct app *app, const char **path, int *line);
char *pane_source_line(struct app *app, int line); /* its text; the caller owns it */
/* Incremental search from where it began; "" ends it. False when there is no hit. */
bool pane_source_search(struct app *app, const char *needle);
/* The next or previous hit of the last needle. */
bool pane_source_search_again(struct app *app, bool backwards);
void pane_source_search_begin(struct app *app);  /* remember where it starts */
void pane_source_search_cancel(struct app *app); /* back to there */
void pane_source_go_to(struct app *app, int line);
/* Follow the selected frame: after a stop, or when another frame was chosen. */
void pane_source_follow(struct app *app);
