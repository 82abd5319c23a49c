/* The real terminal layer on a pty, whose other end is read by our own embedded terminal. */
#include "unit.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "tui/term.h"
#include "tui/term_care.h"
#include "tui/vt.h"
#include "tui/width.h"

#define ROWS    12
#define COLUMNS 60
#define SYNC    "\x1b]777;sync\a"

/* A user with a terminal: what arrives is gathered by a thread, as a pty holds a few KiB only. */
struct user {
    int master, slave;
    char tty[128];
    struct vt *vt;
    pthread_t reader;
    pthread_mutex_t lock;
    pthread_cond_t arrived;
    char bytes[1 << 20];
    size_t length, seen; /* SEEN of them went to vt */
};

static void *read_all(void *data)
{
    struct user *user = data;
    char bytes[4096];
    ssize_t count;
    while ((count = read(user->master, bytes, sizeof bytes)) > 0) {
        pthread_mutex_lock(&user->lock);
        size_t room = sizeof user->bytes - user->length;
        size_t taken = (size_t)count < room ? (size_t)count : room;
        memcpy(user->bytes + user->length, bytes, taken);
        user->length += taken;
        pthread_cond_signal(&user->arrived);
        pthread_mutex_unlock(&user->lock);
    }
    return NULL;
}

static void ignore_answer(void *data, const char *bytes, size_t length)
{
    (void)data;
    (void)bytes;
    (void)length;
}

static struct user *sit_down(void)
{
    static const struct vt_callbacks callbacks = {.write = ignore_answer};
    struct user *user = calloc(1, sizeof *user);
    struct winsize size = {.ws_row = ROWS, .ws_col = COLUMNS};
    assert_non_null(user);
    assert_int_equal(openpty(&user->master, &user->slave, user->tty, NULL, &size), 0);
    user->vt = vt_create(ROWS, COLUMNS, 0, &callbacks);
    pthread_mutex_init(&user->lock, NULL);
    pthread_cond_init(&user->arrived, NULL);
    assert_int_equal(pthread_create(&user->reader, NULL, read_all, user), 0);
    return user;
}

/* Everything written so far has arrived and is on the screen. Gives the bytes since the last call. */
static size_t sync_screen(struct user *user)
{
    assert_int_equal(write(user->slave, SYNC, strlen(SYNC)), strlen(SYNC));
    pthread_mutex_lock(&user->lock);
    char *mark;
    while ((mark = memmem(user->bytes + user->seen, user->length - user->seen, SYNC, strlen(SYNC))) == NULL)
        pthread_cond_wait(&user->arrived, &user->lock);
    size_t count = (size_t)(mark - user->bytes) - user->seen;
    for (size_t done = 0; done < count;) {
        size_t part = count - done < 2048 ? count - done : 2048;
        vt_feed(user->vt, user->bytes + user->seen + done, part);
        done += part;
    }
    user->seen += count + strlen(SYNC);
    pthread_mutex_unlock(&user->lock);
    return count;
}

static bool received(struct user *user, const char *text)
{
    return memmem(user->bytes, user->seen, text, strlen(text)) != NULL;
}

static void leave(struct user *user)
{
    close(user->slave);
    pthread_join(user->reader, NULL);
    close(user->master);
    vt_destroy(user->vt);
    pthread_mutex_destroy(&user->lock);
    pthread_cond_destroy(&user->arrived);
    free(user);
}

static struct term *open_term(struct user *user, const char *type)
{
    const struct term_options options = {.tty = user->tty, .term = type, .mouse = true, .colour = true};
    char error[512] = "";
    struct term *term = term_create(&options, error, sizeof error);
    if (term == NULL && strstr(error, "does not know") != NULL) {
        print_message("skipped %s: %s\n", type, error);
        return NULL;
    }
    if (term == NULL)
        fail_msg("%s", error);
    return term;
}

static void expect_row(struct user *user, int row, const char *expected)
{
    char *text = vt_line_text(user->vt, row);
    if (strcmp(text, expected) != 0)
        fail_msg("row %d: '%s', expected '%s'", row, text, expected);
    free(text);
}

static const struct style plain;
static const struct style loud = {
    .foreground = {.kind = COLOUR_RGB, .red = 200, .green = 40, .blue = 40},
    .background = {.kind = COLOUR_INDEX, .red = 4},
    .attributes = STYLE_BOLD,
};

static const char *const types[] = {"xterm-256color", "tmux-256color", "xterm-direct2", "linux", "xterm", "vt100"};

static void every_terminal_shows_what_was_drawn(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        struct user *user = sit_down();
        struct term *term = open_term(user, types[i]);
        if (term != NULL) {
            struct canvas canvas = term_canvas(term);
            assert_int_equal(canvas.rows, ROWS);
            assert_int_equal(canvas.columns, COLUMNS);
            canvas_printf(canvas, 0, 0, plain, "plain text");
            canvas_printf(canvas, 1, 3, loud, "loud │ 世界 e\u0301 end");
            canvas_printf(canvas, ROWS - 1, COLUMNS - 6, plain, "corner");
            term_present(term);
            sync_screen(user);
            expect_row(user, 0, "plain text");
            /* the console's glyphs do not combine */
            bool console = strcmp(types[i], "linux") == 0;
            expect_row(user, 1, console ? "   loud │ 世界 e end" : "   loud │ 世界 e\u0301 end");
            canvas_printf(canvas, 1, 10, plain, "x");
            canvas_fill(canvas, 0, 5, 1, 5, plain);
            term_present(term);
            sync_screen(user);
            expect_row(user, 0, "plain");
            expect_row(user, 1, console ? "   loud │ x 界 e end" : "   loud │ x 界 e\u0301 end");
            char *last = vt_line_text(user->vt, ROWS - 1);
            assert_string_equal(last + COLUMNS - 6, "corner");
            free(last);
            term_destroy(term);
        }
        leave(user);
    }
}

static void only_changes_are_sent(void **state)
{
    (void)state;
    struct user *user = sit_down();
    struct term *term = open_term(user, "xterm-256color");
    struct canvas canvas = term_canvas(term);
    for (int row = 0; row < ROWS; row++)
        canvas_printf(canvas, row, 0, plain, "line %d of a screen that stays as it is", row);
    term_present(term);
    sync_screen(user);
    term_present(term);
    assert_int_equal(sync_screen(user), 0);
    canvas_clear(canvas, loud); /* drawn over before it is shown */
    canvas_clear(canvas, plain);
    for (int row = 0; row < ROWS; row++)
        canvas_printf(canvas, row, 0, plain, "line %d of a screen that stays as it is", row);
    term_present(term);
    assert_int_equal(sync_screen(user), 0);
    canvas_printf(canvas, 4, 10, plain, "X");
    term_present(term);
    assert_int_in_range(sync_screen(user), 1, 20);
    expect_row(user, 4, "line 4 of X screen that stays as it is");
    term_destroy(term);
    leave(user);
}

/* Other programs wrote over the screen: Ctrl-L. */
static void redraw_repairs_the_screen(void **state)
{
    (void)state;
    struct user *user = sit_down();
    struct term *term = open_term(user, "xterm-256color");
    canvas_printf(term_canvas(term), 2, 0, plain, "ours");
    term_present(term);
    assert_int_equal(write(user->slave, "\x1b[3;1Htheirs", 12), 12);
    sync_screen(user);
    expect_row(user, 2, "theirs");
    term_redraw(term);
    term_present(term);
    sync_screen(user);
    expect_row(user, 2, "ours");
    term_destroy(term);
    leave(user);
}

/* xterm has 64 colour pairs: more of them are used here, in every frame others. */
static void colours_stay_right_when_pairs_run_out(void **state)
{
    (void)state;
    struct user *user = sit_down();
    struct term *term = open_term(user, "xterm");
    assert_int_equal(term_colours(term), 8);
    struct canvas canvas = term_canvas(term);
    for (int frame = 0; frame < 8; frame++) {
        for (int i = 0; i < 40; i++) {
            struct style style = {
                .foreground = {.kind = COLOUR_INDEX, .red = (uint8_t)((i + frame) % 8)},
                .background = {.kind = COLOUR_INDEX, .red = (uint8_t)(i / 5)},
            };
            canvas_printf(canvas, frame, i, style, "#");
        }
        term_present(term);
        sync_screen(user);
        for (int i = 0; i < 40; i++) {
            struct cell cell;
            vt_cell(user->vt, frame, i, &cell);
            assert_int_equal(cell.style.foreground.red, (i + frame) % 8);
            assert_int_equal(cell.style.background.red, i / 5);
        }
        canvas_clear(canvas, plain);
    }
    term_destroy(term);
    leave(user);
}

static void type(struct user *user, const char *bytes)
{
    assert_int_equal(write(user->master, bytes, strlen(bytes)), strlen(bytes));
}

static void expect_keys(struct term *term, const char *expected)
{
    char keys[256] = "";
    struct key key;
    while (strlen(keys) < strlen(expected)) {
        struct pollfd wait = {.fd = term_fd(term), .events = POLLIN};
        int timeout = term_timeout(term);
        poll(&wait, 1, timeout < 0 ? 5000 : timeout);
        while (term_read_key(term, &key)) {
            char name[32];
            key_format(&key, name, sizeof name);
            snprintf(keys + strlen(keys), sizeof keys - strlen(keys), "%s ", name);
        }
        if (timeout < 0 && wait.revents == 0)
            break;
    }
    assert_string_equal(keys, expected);
}

static void keys_come_in_order_and_unharmed(void **state)
{
    (void)state;
    struct user *user = sit_down();
    struct term *term = open_term(user, "xterm-256color");
    type(user, "n\x1b[A\x1bOB\x03\x1a\x1c\r\x7f");
    expect_keys(term, "n Up Down Ctrl-c Ctrl-z Ctrl-\\ Enter Backspace ");
    assert_int_equal(term_timeout(term), -1);
    type(user, "\x1b");
    expect_keys(term, "Esc ");
    type(user, "\x1b[1");
    struct pollfd wait = {.fd = term_fd(term), .events = POLLIN};
    poll(&wait, 1, 5000);
    struct key key;
    assert_false(term_read_key(term, &key));
    assert_int_in_range(term_timeout(term), 0, 100);
    type(user, ";5Ax");
    expect_keys(term, "Ctrl-Up x ");
    term_destroy(term);
    leave(user);
}

static void background_is_learnt_from_the_terminal(void **state)
{
    (void)state;
    struct user *user = sit_down();
    unsetenv("COLORFGBG");
    struct term *term = open_term(user, "xterm-256color");
    bool light = true;
    sync_screen(user);
    assert_true(received(user, "\x1b]11;?"));
    assert_false(term_background(term, &light));
    type(user, "\x1b]11;rgb:1000/1000/1000\x1b\\");
    expect_keys(term, "Resize ");
    assert_true(term_background(term, &light));
    assert_false(light);
    term_destroy(term);
    leave(user);
}

static void size_follows_the_terminal(void **state)
{
    (void)state;
    struct user *user = sit_down();
    setenv("LINES", "99", 1);
    setenv("COLUMNS", "199", 1);
    struct term *term = open_term(user, "xterm-256color");
    assert_int_equal(term_rows(term), ROWS);
    assert_int_equal(term_columns(term), COLUMNS);
    assert_false(term_resize(term));
    static const struct winsize sizes[] = {{.ws_row = 5, .ws_col = 20},
                                           {.ws_row = 1, .ws_col = 1},
                                           {.ws_row = 100, .ws_col = 300},
                                           {.ws_row = ROWS, .ws_col = COLUMNS}};
    for (size_t i = 0; i < COUNT(sizes); i++) {
        ioctl(user->master, TIOCSWINSZ, &sizes[i]);
        vt_resize(user->vt, sizes[i].ws_row, sizes[i].ws_col);
        assert_true(term_resize(term));
        assert_int_equal(term_canvas(term).rows, sizes[i].ws_row);
        assert_int_equal(term_canvas(term).columns, sizes[i].ws_col);
        term_set_cursor(term, 50, 50, true);
        canvas_printf(term_canvas(term), 0, 0, plain, "size %zu", i);
        term_present(term);
        sync_screen(user);
    }
    expect_row(user, 0, "size 3");
    static const struct winsize none = {0};
    ioctl(user->master, TIOCSWINSZ, &none);
    assert_false(term_resize(term));
    term_destroy(term);
    leave(user);
    unsetenv("LINES");
    unsetenv("COLUMNS");
}

static bool same_modes(int fd, const struct termios *modes)
{
    struct termios now;
    assert_int_equal(tcgetattr(fd, &now), 0);
    return now.c_lflag == modes->c_lflag && now.c_iflag == modes->c_iflag && now.c_oflag == modes->c_oflag;
}

static void the_terminal_is_given_back(void **state)
{
    (void)state;
    struct user *user = sit_down();
    struct termios modes;
    tcgetattr(user->slave, &modes);
    struct term *term = open_term(user, "xterm-256color");
    assert_false(same_modes(user->slave, &modes));
    canvas_printf(term_canvas(term), 0, 0, plain, "here");
    term_present(term);
    term_suspend(term);
    assert_true(same_modes(user->slave, &modes));
    sync_screen(user);
    assert_true(received(user, "\x1b[?2004l") && received(user, "\x1b[?1000l") && received(user, "\x1b[?1049l"));
    term_present(term); /* nothing while it is lent */
    assert_int_equal(sync_screen(user), 0);
    term_resume(term);
    assert_false(same_modes(user->slave, &modes));
    sync_screen(user);
    expect_row(user, 0, "here");
    size_t before = user->seen;
    term_destroy(term);
    assert_true(same_modes(user->slave, &modes));
    sync_screen(user);
    assert_non_null(memmem(user->bytes + before, user->seen - before, "\x1b[?1049l", 8));
    leave(user);
}

static void a_crash_gives_the_terminal_back(void **state)
{
    (void)state;
    static const int signals[] = {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGQUIT};
    for (size_t i = 0; i < COUNT(signals); i++) {
        struct user *user = sit_down();
        struct termios modes;
        tcgetattr(user->slave, &modes);
        pid_t child = fork();
        if (child == 0) {
            /* Anew: a thread of ours may hold the allocator's lock, and nobody would release it here. */
            char number[16];
            snprintf(number, sizeof number, "%d", signals[i]);
            execl("/proc/self/exe", "test_term", "--crash", user->tty, number, (char *)NULL);
            _exit(127);
        }
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFSIGNALED(status));
        assert_int_equal(WTERMSIG(status), signals[i]);
        assert_true(same_modes(user->slave, &modes));
        sync_screen(user);
        assert_true(received(user, "\x1b[?1049h") && received(user, "\x1b[?1049l") && received(user, "\x1b[?2004l"));
        leave(user);
    }
}

static void text_is_copied_to_the_clipboard(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *bytes;
    } cases[] = {
        {"", "\x1b]52;c;\a"},
        {"a", "\x1b]52;c;YQ==\a"},
        {"ab", "\x1b]52;c;YWI=\a"},
        {"abc\xff", "\x1b]52;c;YWJj/w==\a"},
    };
    struct user *user = sit_down();
    struct term *term = open_term(user, "xterm-256color");
    for (size_t i = 0; i < COUNT(cases); i++) {
        term_copy(term, cases[i].text, strlen(cases[i].text));
        sync_screen(user);
        assert_true(received(user, cases[i].bytes));
    }
    term_destroy(term);
    leave(user);
}

static void notifications_hold_no_control_characters(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *bytes;
    } cases[] = {
        {"stepme.py: stopped", "\x1b]9;stepme.py: stopped\a"},
        {"a\a\x1b]0;b\nc\x7f", "\x1b]9;a]0;bc\a"},
        {"\xc2\x9c.py", "\x1b]9;??.py\a"},
    };
    struct user *user = sit_down();
    struct term *term = open_term(user, "xterm-256color");
    for (size_t i = 0; i < COUNT(cases); i++) {
        term_notify(term, cases[i].text);
        sync_screen(user);
        assert_true(received(user, cases[i].bytes));
    }
    term_destroy(term);
    leave(user);
}

static void borders_are_ascii_where_the_locale_is(void **state)
{
    (void)state;
    struct user *user = sit_down();
    setenv("LC_ALL", "C", 1);
    struct term *term = open_term(user, "vt100");
    canvas_printf(term_canvas(term), 0, 0, plain, "┌─ ▶ ● 世 é");
    term_present(term);
    sync_screen(user);
    expect_row(user, 0, "+- > * ?  ?");
    term_destroy(term);
    leave(user);
    setenv("LC_ALL", "C.UTF-8", 1);
}

static void what_cannot_work_is_told(void **state)
{
    (void)state;
    struct user *user = sit_down();
    struct termios modes;
    tcgetattr(user->slave, &modes);
    const struct {
        struct term_options options;
        const char *error;
    } cases[] = {
        {{.tty = user->tty, .term = ""}, "TERM is not set"},
        {{.tty = user->tty, .term = "no-such-terminal"}, "does not know the terminal type 'no-such-terminal'"},
        {{.tty = user->tty, .term = "dumb"}, "the terminal type 'dumb' cannot move the cursor"},
        {{.tty = "/nowhere", .term = "xterm"}, "there is no terminal here (/nowhere: No such file or directory)"},
        {{.tty = "/dev/null", .term = "xterm"}, "/dev/null is no terminal"},
    };
    for (size_t i = 0; i < COUNT(cases); i++) {
        char error[512] = "";
        assert_null(term_create(&cases[i].options, error, sizeof error));
        if (strstr(error, cases[i].error) == NULL)
            fail_msg("'%s', expected '%s'", error, cases[i].error);
    }
    assert_true(same_modes(user->slave, &modes));
    assert_int_equal(sync_screen(user), 0);
    leave(user);
    term_destroy(NULL);
}

static void without_colours_there_are_none(void **state)
{
    (void)state;
    struct user *user = sit_down();
    const struct term_options options = {.tty = user->tty, .term = "xterm-256color"};
    char error[512];
    struct term *term = term_create(&options, error, sizeof error);
    assert_non_null(term);
    assert_int_equal(term_colours(term), 0);
    canvas_printf(term_canvas(term), 0, 0, loud, "loud");
    term_present(term);
    sync_screen(user);
    assert_false(received(user, "\x1b[?1000h"));
    struct cell cell;
    vt_cell(user->vt, 0, 0, &cell);
    assert_int_equal(cell.style.foreground.kind, COLOUR_DEFAULT);
    assert_int_equal(cell.style.background.kind, COLOUR_DEFAULT);
    assert_true(cell.style.attributes & STYLE_BOLD);
    term_destroy(term);
    leave(user);
}

/* The process that crashes: on the terminal TTY by signal NUMBER. */
static int crash(const char *tty, int number)
{
    char error[512] = "";
    const struct term_options options = {.tty = tty, .term = "xterm-256color", .mouse = true, .colour = true};
    signal(number, SIG_DFL); /* a sanitizer's own handler would end it in another way */
    struct term *term = term_create(&options, error, sizeof error);
    if (term == NULL)
        return 1;
    term_care_catch_signals(); /* once more: it must not become its own predecessor */
    term_present(term);
    raise(number);
    return 0;
}

int main(int argc, char **argv)
{
    setenv("LC_ALL", "C.UTF-8", 1);
    if (argc == 4 && strcmp(argv[1], "--crash") == 0)
        return crash(argv[2], atoi(argv[3]));
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_terminal_shows_what_was_drawn),
        cmocka_unit_test(only_changes_are_sent),
        cmocka_unit_test(redraw_repairs_the_screen),
        cmocka_unit_test(colours_stay_right_when_pairs_run_out),
        cmocka_unit_test(keys_come_in_order_and_unharmed),
        cmocka_unit_test(background_is_learnt_from_the_terminal),
        cmocka_unit_test(size_follows_the_terminal),
        cmocka_unit_test(the_terminal_is_given_back),
        cmocka_unit_test(a_crash_gives_the_terminal_back),
        cmocka_unit_test(text_is_copied_to_the_clipboard),
        cmocka_unit_test(notifications_hold_no_control_characters),
        cmocka_unit_test(borders_are_ascii_where_the_locale_is),
        cmocka_unit_test(what_cannot_work_is_told),
        cmocka_unit_test(without_colours_there_are_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
