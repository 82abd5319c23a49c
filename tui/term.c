/* Opening, closing and lending the terminal; its size, keys and clipboard. Showing is in term_paint.c.
 *
 * The device is opened twice: reading must not block, writing must (curses loses what a full terminal
 * does not take), and that is a property of the open file, not of the descriptor. */
#include "term_internal.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "log.h"
#include "loop.h"
#include "term_care.h"
#include "width.h"
#include "xalloc.h"

#define ESCAPE_DELAY_MS     25
#define ESCAPE_DELAY_SSH_MS 100
#define PASTE_DELAY_MS      1000
#define PASTE_ESC_DELAY_MS  250 /* longer than that of a key: the rest of a mark would be commands */
#define TYPE_MAX            128
#define ROWS_MAX            1000
#define COLUMNS_MAX         2000
#define COPY_MAX            (75 * 1024) /* terminals cut longer ones: 100 KB of base64 */

#define MODES_ON       "\033[?2004h"
#define MODES_OFF      "\033[?2004l"
#define MOUSE_ON       "\033[?1000h\033[?1002h\033[?1006h"
#define MOUSE_OFF      "\033[?1006l\033[?1002l\033[?1000l"
#define ASK_BACKGROUND "\033]11;?\033\\"

void term_write(struct term *term, const char *bytes, size_t length)
{
    while (length > 0) {
        ssize_t count = write(term->output_fd, bytes, length);
        if (count < 0 && errno != EINTR) {
            log_errno("cannot write to the terminal");
            return;
        }
        bytes += count > 0 ? count : 0;
        length -= count > 0 ? (size_t)count : 0;
    }
}

static void write_string(struct term *term, const char *text)
{
    term_write(term, text, strlen(text));
}

/* A terminfo string, or NULL. */
static const char *capability(const char *name)
{
    const char *value = tigetstr(name);
    return value == (const char *)-1 ? NULL : value;
}

struct sequence_buffer {
    char bytes[TERM_CARE_RESTORE_MAX];
    size_t length;
};

/* Add a terminfo string without its padding ($<5>). */
static void add_sequence(struct sequence_buffer *buffer, const char *text)
{
    while (text != NULL && *text != '\0' && buffer->length < sizeof buffer->bytes) {
        const char *end = text[0] == '$' && text[1] == '<' ? strchr(text, '>') : NULL;
        if (end != NULL)
            text = end + 1;
        else
            buffer->bytes[buffer->length++] = *text++;
    }
}

static void arm_care(struct term *term)
{
    struct sequence_buffer buffer = {.length = 0};
    if (term->like_xterm)
        add_sequence(&buffer, MOUSE_OFF MODES_OFF);
    /* the cursor last: going back to the main screen may restore an old state of it */
    static const char *const names[] = {"sgr0", "op", "rmcup", "cnorm"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        add_sequence(&buffer, capability(names[i]));
    add_sequence(&buffer, "\r");
    term_care_arm(term->output_fd, buffer.bytes, buffer.length, &term->saved_modes);
}

/* Whether curses can use TYPE; it would only say "no" or even end the program. */
static bool check_type(const char *type, int fd, char *error, size_t size)
{
    static const char advice[] = "set TERM to what your terminal is, for example TERM=xterm-256color";
    if (type == NULL || type[0] == '\0') {
        snprintf(error, size, "TERM is not set: %s", advice);
        return false;
    }
    int found = 0;
    bool known = strlen(type) <= TYPE_MAX && setupterm(type, fd, &found) == OK;
    bool moves = known && capability("cup") != NULL && tigetflag("gn") <= 0 && tigetflag("hc") <= 0;
    if (known)
        del_curterm(set_curterm(NULL));
    if (moves)
        return true;
    if (known || found == 1) /* found, but a hardcopy terminal */
        snprintf(error, size, "the terminal type '%.*s' cannot move the cursor, which a full-screen program needs: %s",
                 TYPE_MAX, type, advice);
    else
        snprintf(error, size, "this system does not know the terminal type '%.*s': %s (package ncurses-term has more)",
                 TYPE_MAX, type, advice);
    return false;
}

static FILE *open_stream(const char *tty, int flags, const char *mode)
{
    int fd = open(tty, flags | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return NULL;
    FILE *stream = fdopen(fd, mode);
    if (stream == NULL)
        close(fd);
    return stream;
}

static bool open_device(struct term *term, const char *tty, char *error, size_t size)
{
    term->output = open_stream(tty, O_RDWR, "r+");
    term->input = term->output != NULL ? open_stream(tty, O_RDONLY | O_NONBLOCK, "r") : NULL;
    if (term->input == NULL) {
        if (errno == ENXIO || errno == ENOENT)
            snprintf(error, size, "there is no terminal here (%s: %s): pytui draws on the terminal it was started from",
                     tty, strerror(errno));
        else
            snprintf(error, size, "cannot open the terminal %s: %s", tty, strerror(errno));
        return false;
    }
    term->output_fd = fileno(term->output);
    term->input_fd = fileno(term->input);
    if (tcgetattr(term->output_fd, &term->saved_modes) != 0) {
        snprintf(error, size, "%s is no terminal: %s", tty, strerror(errno));
        return false;
    }
    return true;
}

/* newterm() catches these if nobody else does; signals are the loop's. */
static const int curses_signals[] = {SIGINT, SIGTERM, SIGTSTP, SIGWINCH};
#define CURSES_SIGNALS (sizeof curses_signals / sizeof curses_signals[0])

static SCREEN *new_screen(const char *type, FILE *output, FILE *input)
{
    struct sigaction saved[CURSES_SIGNALS];
    for (size_t i = 0; i < CURSES_SIGNALS; i++)
        sigaction(curses_signals[i], NULL, &saved[i]);
    use_env(FALSE); /* LINES and COLUMNS are those of somebody else */
    use_tioctl(TRUE);
    SCREEN *screen = newterm(type, output, input);
    for (size_t i = 0; i < CURSES_SIGNALS; i++)
        sigaction(curses_signals[i], &saved[i], NULL);
    return screen;
}

static void set_up_colours(struct term *term, bool wanted)
{
    if (!wanted || !has_colors() || start_color() == ERR || COLORS < 8 || COLOR_PAIRS < 8)
        return;
    term->default_colours = use_default_colors() == OK;
    term->depth.colours = COLORS >= 1 << 24 ? 1 << 24 : COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : 8;
    term->depth.indexed = term->depth.colours;
    if (term->depth.colours > 256) {
        /* xterm-direct has 8 palette entries, xterm-direct16 and xterm-direct256 more. */
        const char *type = termname();
        term->depth.indexed = strstr(type, "direct256") != NULL ? 256 : strstr(type, "direct16") != NULL ? 16 : 8;
    }
}

static bool read_size(const struct term *term, int *rows, int *columns)
{
    struct winsize window = {0};
    if (ioctl(term->output_fd, TIOCGWINSZ, &window) != 0 || window.ws_row == 0 || window.ws_col == 0)
        return false;
    *rows = window.ws_row < ROWS_MAX ? window.ws_row : ROWS_MAX;
    *columns = window.ws_col < COLUMNS_MAX ? window.ws_col : COLUMNS_MAX;
    return true;
}

static void set_up_curses(struct term *term, const struct term_options *options)
{
    raw();
    noecho();
    nonl();
    typeahead(-1); /* curses would put off drawing while keys wait */
    scrollok(stdscr, FALSE);
    set_up_colours(term, options->colour);
    term->can_hide_cursor = capability("civis") != NULL && capability("cnorm") != NULL;
    term->cursor_shown = true;
    /* The Linux console's entry has mouse reports, but they come from a daemon and it prints what it does not know. */
    const char *mouse = capability("kmous");
    bool console = strncmp(termname(), "linux", 5) == 0;
    term->like_xterm = mouse != NULL && strncmp(mouse, "\033[", 2) == 0 && !console;
    term->mouse = options->mouse && term->like_xterm;
}

static void add_named_keys(struct key_decoder *decoder)
{
    static const struct {
        const char *capability;
        enum key_name name;
        unsigned modifiers;
    } table[] = {
        {"kcuu1", KEY_NAME_UP, 0},
        {"kcud1", KEY_NAME_DOWN, 0},
        {"kcub1", KEY_NAME_LEFT, 0},
        {"kcuf1", KEY_NAME_RIGHT, 0},
        {"khome", KEY_NAME_HOME, 0},
        {"kend", KEY_NAME_END, 0},
        {"kpp", KEY_NAME_PAGE_UP, 0},
        {"knp", KEY_NAME_PAGE_DOWN, 0},
        {"kich1", KEY_NAME_INSERT, 0},
        {"kdch1", KEY_NAME_DELETE, 0},
        {"kbs", KEY_NAME_BACKSPACE, 0},
        {"kent", KEY_NAME_ENTER, 0},
        {"kcbt", KEY_NAME_TAB, KEY_SHIFT},
        {"kri", KEY_NAME_UP, KEY_SHIFT},
        {"kind", KEY_NAME_DOWN, KEY_SHIFT},
        {"kLFT", KEY_NAME_LEFT, KEY_SHIFT},
        {"kRIT", KEY_NAME_RIGHT, KEY_SHIFT},
        {"kHOM", KEY_NAME_HOME, KEY_SHIFT},
        {"kEND", KEY_NAME_END, KEY_SHIFT},
        {"kPRV", KEY_NAME_PAGE_UP, KEY_SHIFT},
        {"kNXT", KEY_NAME_PAGE_DOWN, KEY_SHIFT},
        {"kDC", KEY_NAME_DELETE, KEY_SHIFT},
        {"kIC", KEY_NAME_INSERT, KEY_SHIFT},
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        struct key key = {.kind = KEY_KIND_NAMED, .name = table[i].name, .modifiers = table[i].modifiers};
        key_decoder_add(decoder, capability(table[i].capability), key);
    }
}

static void add_known_keys(struct term *term)
{
    add_named_keys(term->decoder);
    /* F13 to F24 are Shift-F1 to Shift-F12 on keyboards of today */
    for (int i = 0; i < 24; i++) {
        char name[16];
        snprintf(name, sizeof name, "kf%d", i + 1);
        struct key key = {
            .kind = KEY_KIND_NAMED,
            .name = (enum key_name)(KEY_NAME_F1 + i % 12),
            .modifiers = i >= 12 ? KEY_SHIFT : 0,
        };
        key_decoder_add(term->decoder, capability(name), key);
    }
    key_decoder_set_erase(term->decoder, term->saved_modes.c_cc[VERASE] == 0x08);
}

/* rxvt and some others say so in the environment: the last number is the background's index. */
static void guess_background(struct term *term)
{
    const char *value = getenv("COLORFGBG");
    const char *last = value != NULL ? strrchr(value, ';') : NULL;
    if (last == NULL || last[1] < '0' || last[1] > '9')
        return;
    int index = atoi(last + 1);
    term->background_known = true;
    term->background_light = index == 7 || index > 8;
}

static void modes_on(struct term *term)
{
    if (!term->like_xterm)
        return;
    write_string(term, MODES_ON);
    if (term->mouse)
        write_string(term, MOUSE_ON);
}

static void modes_off(struct term *term)
{
    if (!term->like_xterm)
        return;
    if (term->mouse)
        write_string(term, MOUSE_OFF);
    write_string(term, MODES_OFF);
}

void term_set_mouse(struct term *term, bool on)
{
    bool mouse = on && term->like_xterm;
    if (mouse != term->mouse && !term->suspended)
        write_string(term, mouse ? MOUSE_ON : MOUSE_OFF);
    term->mouse = mouse;
}

static void ask_background(struct term *term)
{
    guess_background(term);
    if (!term->like_xterm || term->background_known || term->depth.colours < 256)
        return;
    write_string(term, ASK_BACKGROUND);
    term->asked_background = loop_now();
}

static void close_device(struct term *term)
{
    if (term->input != NULL)
        fclose(term->input);
    if (term->output != NULL)
        fclose(term->output);
}

struct term *term_create(const struct term_options *options, char *error, size_t size)
{
    const char *tty = options->tty != NULL ? options->tty : "/dev/tty";
    const char *type = options->term != NULL ? options->term : getenv("TERM");
    struct term *term = xcalloc(1, sizeof *term);
    bool utf8 = width_set_locale();
    if (!open_device(term, tty, error, size) || !check_type(type, term->output_fd, error, size))
        goto failed;
    term->screen = new_screen(type, term->output, term->input);
    if (term->screen == NULL) {
        snprintf(error, size, "cannot use the terminal type '%.*s'", TYPE_MAX, type);
        goto failed;
    }
    set_up_curses(term, options);
    term->glyphs = !utf8                            ? TERM_GLYPHS_ASCII
                   : strncmp(type, "linux", 5) == 0 ? TERM_GLYPHS_CONSOLE
                                                    : TERM_GLYPHS_UNICODE;
    term->decoder = key_decoder_create();
    add_known_keys(term);
    term->escape_delay = getenv("SSH_CONNECTION") != NULL ? ESCAPE_DELAY_SSH_MS : ESCAPE_DELAY_MS;
    term->rows = LINES > 0 ? LINES : 24;
    term->columns = COLS > 0 ? COLS : 80;
    if (read_size(term, &term->rows, &term->columns))
        resizeterm(term->rows, term->columns);
    term->grid = grid_create(term->rows, term->columns);
    term_paint_init(term);
    arm_care(term);
    term_care_catch_signals();
    modes_on(term);
    ask_background(term);
    return term;

failed:
    close_device(term);
    free(term);
    return NULL;
}

/* An answer that comes after we have gone would be typed into the shell. */
static void await_background(struct term *term)
{
    int64_t patience = term->asked_background + 1000000;
    if (term->asked_background == 0 || loop_now() > patience)
        return;
    struct pollfd wait = {.fd = term->input_fd, .events = POLLIN};
    struct key key;
    if (poll(&wait, 1, 100) > 0) {
        while (term_read_key(term, &key))
            continue;
    }
}

void term_destroy(struct term *term)
{
    if (term == NULL)
        return;
    if (!term->suspended) {
        await_background(term);
        modes_off(term);
        endwin();
        tcsetattr(term->output_fd, TCSADRAIN, &term->saved_modes);
    }
    term_care_disarm();
    term_paint_finish(term);
    delscreen(term->screen);
    close_device(term);
    grid_destroy(term->grid);
    key_decoder_destroy(term->decoder);
    free(term);
}

void term_suspend(struct term *term)
{
    if (term->suspended)
        return;
    modes_off(term);
    endwin();
    term->cursor_shown = true; /* endwin() shows it */
    term_care_disarm();
    term->suspended = true;
}

void term_note_modes(struct term *term)
{
    if (term->suspended && tcgetattr(term->output_fd, &term->saved_modes) == 0)
        def_shell_mode();
}

void term_resume(struct term *term)
{
    if (!term->suspended)
        return;
    term->suspended = false;
    reset_prog_mode();
    arm_care(term);
    term_resize(term);
    /* The first doupdate() after endwin() switches to the alternate screen again. */
    term->repaint = true;
    modes_on(term);
    term_present(term);
}

int term_fd(const struct term *term)
{
    return term->input_fd;
}

int term_rows(const struct term *term)
{
    return term->rows;
}

int term_columns(const struct term *term)
{
    return term->columns;
}

int term_colours(const struct term *term)
{
    return term->depth.colours;
}

bool term_background(const struct term *term, bool *light)
{
    *light = term->background_light;
    return term->background_known;
}

bool term_resize(struct term *term)
{
    int rows, columns;
    if (!read_size(term, &rows, &columns) || (rows == term->rows && columns == term->columns))
        return false;
    term->rows = rows;
    term->columns = columns;
    resizeterm(rows, columns);
    grid_resize(term->grid, rows, columns);
    term_paint_resized(term);
    term_set_cursor(term, term->cursor_row, term->cursor_column, term->cursor_visible);
    /* Terminals move text about in their own ways when they change size. */
    term->repaint = true;
    return true;
}

struct canvas term_canvas(struct term *term)
{
    return canvas_whole(term->grid);
}

void term_set_cursor(struct term *term, int row, int column, bool visible)
{
    term->cursor_row = row < 0 ? 0 : row >= term->rows ? term->rows - 1 : row;
    term->cursor_column = column < 0 ? 0 : column >= term->columns ? term->columns - 1 : column;
    term->cursor_visible = visible;
}

static bool take_input(struct term *term)
{
    char bytes[4096];
    ssize_t count = read(term->input_fd, bytes, sizeof bytes);
    if (count <= 0) /* a terminal that hung up is told by SIGHUP and the loop */
        return false;
    int64_t now = loop_now();
    key_decoder_feed_after(term->decoder, bytes, (size_t)count, (now - term->last_input) / 1000);
    term->last_input = now;
    return true;
}

/* The answer has come: the application is told as of a change of size. */
static bool learn_background(struct term *term)
{
    unsigned red, green, blue;
    if (term->asked_background == 0 || !key_decoder_background(term->decoder, &red, &green, &blue))
        return false;
    term->asked_background = 0;
    term->background_known = true;
    term->background_light = 299 * red + 587 * green + 114 * blue > 127500;
    return true;
}

bool term_read_key(struct term *term, struct key *out)
{
    bool got = key_decoder_next(term->decoder, false, out);
    while (!got && take_input(term))
        got = key_decoder_next(term->decoder, false, out);
    if (!got && term_timeout(term) == 0)
        got = key_decoder_next(term->decoder, true, out);
    if (!got && learn_background(term)) {
        *out = (struct key){.kind = KEY_KIND_RESIZE};
        got = true;
    }
    return got;
}

int term_timeout(const struct term *term)
{
    enum key_decoder_state state = key_decoder_state(term->decoder);
    if (state == KEY_DECODER_IDLE)
        return -1;
    int64_t delay = state == KEY_DECODER_PASTING       ? PASTE_DELAY_MS
                    : state == KEY_DECODER_PASTING_ESC ? PASTE_ESC_DELAY_MS
                                                       : (int64_t)term->escape_delay;
    int64_t left = (term->last_input + delay * 1000 - loop_now() + 999) / 1000;
    return left > 0 ? (int)left : 0;
}

void term_bell(struct term *term)
{
    if (!term->suspended)
        beep();
}

static char *encode_base64(const char *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    char *text = xcalloc(length / 3 + 1, 4 + 1), *out = text;
    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i;
        uint32_t group = (uint32_t)(unsigned char)bytes[i] << 16;
        group |= left > 1 ? (uint32_t)(unsigned char)bytes[i + 1] << 8 : 0;
        group |= left > 2 ? (uint32_t)(unsigned char)bytes[i + 2] : 0;
        *out++ = digits[group >> 18];
        *out++ = digits[group >> 12 & 63];
        *out++ = left > 1 ? digits[group >> 6 & 63] : '=';
        *out++ = left > 2 ? digits[group & 63] : '=';
    }
    *out = '\0';
    return text;
}

void term_copy(struct term *term, const char *text, size_t length)
{
    if (!term->like_xterm || term->suspended)
        return;
    if (length > COPY_MAX) {
        length = COPY_MAX;
        while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
            length--; /* not within a character */
    }
    char *encoded = encode_base64(text, length);
    write_string(term, "\033]52;c;");
    write_string(term, encoded);
    write_string(term, "\a");
    free(encoded);
}

/* Text that may come from the program: control characters would end the sequence early,
 * and so would bytes above ASCII on some terminals. */
void term_notify(struct term *term, const char *text)
{
    char safe[256];
    size_t length = 0;
    if (!term->like_xterm || term->suspended)
        return;
    for (; *text && length < sizeof safe - 1; text++)
        if ((unsigned char)*text >= ' ' && *text != 0x7f)
            safe[length++] = (unsigned char)*text < 0x80 ? *text : '?';
    safe[length] = '\0';
    write_string(term, "\033]9;");
    write_string(term, safe);
    write_string(term, "\a");
}
