/*
 * vtdrive [-r FILE] ROWS COLS COMMAND [ARG…]: the eyes and hands of the screen tests. With -r all that COMMAND writes
 * to its terminal goes to FILE as well, as it is.
 *
 * It runs COMMAND on a pty of its own and reads the pty into a libvterm screen, as a terminal would. A test talks to it
 * on stdin, one command a line, and gets one line of JSON back for each:
 *
 *     send HEX           type these bytes (queued: a child that does not read blocks nobody)
 *     wait SERIAL MS     answer as soon as output came after SERIAL and all there is has been read, or the child has
 * ended and SERIAL was before that, or MS milliseconds have passed cells              a snapshot with the attributes of
 * every cell resize ROWS COLS   of the terminal mark               start counting bytes from 0 signal NUMBER      to
 * the child hangup             close the terminal, as closing its window does quit               SIGKILL to the child
 * if it still runs; the terminal closes
 *
 * Every answer is a snapshot (see snapshot_write), so no test ever has to guess how far the other side is: it compares,
 * and waits for what comes after the snapshot's serial. The pty's slave side is held open, so that what the child left
 * in the terminal's settings can still be read after its end.
 */
#include "filter.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include <utmp.h>
#include <vterm.h>

enum { COLS_MIN = 2, SIZE_MAX_CELLS = 1000, FEED_MAX = 4096, LINE_MAX_BYTES = 1 << 20, TITLE_MAX = 256 };

/* Bits of a run's "flags" in the answer to `cells`; screen.py has the same. */
enum { ATTR_BOLD = 1, ATTR_UNDERLINE = 2, ATTR_ITALIC = 4, ATTR_BLINK = 8, ATTR_REVERSE = 16, ATTR_STRIKE = 32 };

/* Colours in a run: the terminal's own, a palette index, or COLOR_RGB + 0xrrggbb. */
enum { COLOR_DEFAULT = -1, COLOR_RGB = 0x1000000 };

struct buffer {
    char *data; /* owned */
    size_t len, size;
};

struct drive {
    int master; /* -1 after a hangup */
    int slave;
    int signals;
    int record; /* -1: not asked for */
    pid_t child;
    bool ended;
    int status; /* as from waitpid, once ended */
    int rows, cols;
    VTerm *vt;           /* owned */
    VTermScreen *screen; /* borrowed from vt */
    struct filter filter;
    bool alternate;
    int mouse;
    char title[TITLE_MAX];
    int bells;
    struct buffer input;  /* commands not yet carried out */
    struct buffer typed;  /* bytes that the pty did not take yet */
    struct buffer answer; /* the line being written */
    uint64_t serial;      /* grows with every read from the pty, and once at the child's end */
    uint64_t bytes;       /* since the last mark */
    uint64_t started_ns, sent_ns, first_ns, last_ns;
    bool waiting;
    uint64_t wait_serial;
    int64_t wait_until_ns;
    bool quit;
};

static int64_t now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

static void die(const char *what)
{
    fprintf(stderr, "vtdrive: %s: %s\n", what, strerror(errno));
    exit(125);
}

static void buffer_append(struct buffer *buffer, const char *bytes, size_t len)
{
    if (buffer->len + len > buffer->size) {
        buffer->size = (buffer->len + len) * 2;
        buffer->data = realloc(buffer->data, buffer->size);
        if (buffer->data == NULL)
            die("out of memory");
    }
    memcpy(buffer->data + buffer->len, bytes, len);
    buffer->len += len;
}

static void buffer_consume(struct buffer *buffer, size_t len)
{
    memmove(buffer->data, buffer->data + len, buffer->len - len);
    buffer->len -= len;
}

__attribute__((format(printf, 2, 3))) static void buffer_printf(struct buffer *buffer, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    int len = vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    if (len > 0)
        buffer_append(buffer, text, (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1);
}

/* The screen */

static int on_property(VTermProp property, VTermValue *value, void *user)
{
    struct drive *drive = user;
    switch (property) {
    case VTERM_PROP_ALTSCREEN:
        drive->alternate = value->boolean;
        return 1;
    case VTERM_PROP_MOUSE:
        drive->mouse = value->number;
        return 1;
    case VTERM_PROP_TITLE:
#if VTERM_VERSION_MAJOR == 0 && VTERM_VERSION_MINOR < 2
        snprintf(drive->title, sizeof(drive->title), "%s", value->string);
#else
        if (value->string.initial)
            drive->title[0] = '\0';
        size_t used = strlen(drive->title);
        snprintf(drive->title + used, sizeof(drive->title) - used, "%.*s", (int)value->string.len, value->string.str);
#endif
        return 1;
    default:
        return 0;
    }
}

static void on_output(const char *bytes, size_t len, void *user)
{
    struct drive *drive = user;
    buffer_append(&drive->typed, bytes, len);
}

static int on_bell(void *user)
{
    struct drive *drive = user;
    drive->bells++;
    return 1;
}

static const VTermScreenCallbacks screen_callbacks = {.settermprop = on_property, .bell = on_bell};

static void screen_create(struct drive *drive)
{
    drive->vt = vterm_new(drive->rows, drive->cols);
    if (drive->vt == NULL)
        die("vterm_new");
    vterm_set_utf8(drive->vt, 1);
    drive->screen = vterm_obtain_screen(drive->vt);
    vterm_screen_enable_altscreen(drive->screen, 1);
    vterm_screen_set_callbacks(drive->screen, &screen_callbacks, drive);
    vterm_screen_reset(drive->screen, 1);
    vterm_output_set_callback(drive->vt, on_output, drive);
}

static VTermPos cursor_position(const struct drive *drive)
{
    VTermPos pos;
    vterm_state_get_cursorpos(vterm_obtain_state(drive->vt), &pos);
    pos.row = pos.row < 0 ? 0 : pos.row >= drive->rows ? drive->rows - 1 : pos.row;
    pos.col = pos.col < 0 ? 0 : pos.col >= drive->cols ? drive->cols - 1 : pos.col;
    return pos;
}

static void screen_feed(struct drive *drive, char *bytes, size_t len)
{
    filter_run(&drive->filter, bytes, len);
    vterm_input_write(drive->vt, bytes, len);
}

/* libvterm keeps margins and the saved cursor of the old size, which then lie outside the new one: set them anew. */
static void screen_resize(struct drive *drive, int rows, int cols)
{
    drive->rows = rows < 1 ? 1 : rows > SIZE_MAX_CELLS ? SIZE_MAX_CELLS : rows;
    drive->cols = cols < COLS_MIN ? COLS_MIN : cols > SIZE_MAX_CELLS ? SIZE_MAX_CELLS : cols;
    vterm_set_size(drive->vt, drive->rows, drive->cols);
    if (filter_is_ground(&drive->filter)) {
        VTermPos pos = cursor_position(drive);
        char text[64];
        int len = snprintf(text, sizeof(text), "\033[?6l\033[?69l\033[r\033[%d;%dH\0337", pos.row + 1, pos.col + 1);
        vterm_input_write(drive->vt, text, (size_t)len);
    }
    /* A terminal of one column is more than libvterm can do, but the command is to see it. */
    struct winsize size = {.ws_row = (unsigned short)drive->rows,
                           .ws_col = cols == 1 ? 1 : (unsigned short)drive->cols};
    if (drive->master >= 0)
        ioctl(drive->master, TIOCSWINSZ, &size);
}

/* The answer */

static void json_codepoint(struct buffer *out, uint32_t c)
{
    if (c == '"' || c == '\\')
        buffer_printf(out, "\\%c", (char)c);
    else if (c < 0x20 || c == 0x7f)
        buffer_printf(out, "\\u%04x", (unsigned)c);
    else if (c < 0x7f)
        buffer_append(out, &(char){(char)c}, 1);
    else if (c < 0x10000)
        buffer_printf(out, "\\u%04x", (unsigned)c);
    else if (c <= 0x10ffff)
        buffer_printf(out, "\\u%04x\\u%04x", (unsigned)(0xd800 + ((c - 0x10000) >> 10)),
                      (unsigned)(0xdc00 + ((c - 0x10000) & 0x3ff)));
}

static void json_string(struct buffer *out, const char *text)
{
    buffer_append(out, "\"", 1);
    for (const char *p = text; *p != '\0'; p++)
        json_codepoint(out, (unsigned char)*p < 0x80 ? (uint32_t)(unsigned char)*p : '?');
    buffer_append(out, "\"", 1);
}

/* One row as text: an unused cell is a blank; the second half of a wide character is nothing. */
static void json_row(struct drive *drive, int row)
{
    struct buffer *out = &drive->answer;
    buffer_append(out, "\"", 1);
    for (int col = 0; col < drive->cols; col++) {
        VTermScreenCell cell;
        if (!vterm_screen_get_cell(drive->screen, (VTermPos){.row = row, .col = col}, &cell))
            continue;
        if (cell.chars[0] == (uint32_t)-1)
            continue;
        if (cell.chars[0] == 0)
            buffer_append(out, " ", 1);
        for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell.chars[i] != 0; i++)
            json_codepoint(out, cell.chars[i]);
    }
    buffer_append(out, "\"", 1);
}

static int color_number(const VTermColor *color, bool background)
{
    if (background ? VTERM_COLOR_IS_DEFAULT_BG(color) : VTERM_COLOR_IS_DEFAULT_FG(color))
        return COLOR_DEFAULT;
    if (VTERM_COLOR_IS_INDEXED(color))
        return color->indexed.idx;
    return COLOR_RGB + (color->rgb.red << 16) + (color->rgb.green << 8) + color->rgb.blue;
}

struct run {
    int start, len, fg, bg, flags;
};

static struct run cell_run(const VTermScreenCell *cell, int col)
{
    const VTermScreenCellAttrs *attrs = &cell->attrs;
    return (struct run){
        .start = col,
        .len = 1,
        .fg = color_number(&cell->fg, false),
        .bg = color_number(&cell->bg, true),
        .flags = (attrs->bold ? ATTR_BOLD : 0) | (attrs->underline ? ATTR_UNDERLINE : 0) |
                 (attrs->italic ? ATTR_ITALIC : 0) | (attrs->blink ? ATTR_BLINK : 0) |
                 (attrs->reverse ? ATTR_REVERSE : 0) | (attrs->strike ? ATTR_STRIKE : 0),
    };
}

static void json_run(struct buffer *out, const struct run *run)
{
    buffer_printf(out, "%s[%d,%d,%d,%d,%d]", run->start > 0 ? "," : "", run->start, run->len, run->fg, run->bg,
                  run->flags);
}

/* Cells of one row as runs of equal attributes: [column, cells, foreground, background, flags]. */
static void json_row_runs(struct drive *drive, int row)
{
    struct buffer *out = &drive->answer;
    struct run run = {0};
    buffer_append(out, "[", 1);
    for (int col = 0; col < drive->cols; col++) {
        VTermScreenCell cell;
        if (!vterm_screen_get_cell(drive->screen, (VTermPos){.row = row, .col = col}, &cell))
            continue;
        struct run next = cell_run(&cell, col);
        if (run.len > 0 && next.fg == run.fg && next.bg == run.bg && next.flags == run.flags) {
            run.len++;
            continue;
        }
        if (run.len > 0)
            json_run(out, &run);
        run = next;
    }
    if (run.len > 0)
        json_run(out, &run);
    buffer_append(out, "]", 1);
}

static void json_end(struct drive *drive)
{
    struct buffer *out = &drive->answer;
    if (!drive->ended)
        buffer_printf(out, ",\"status\":null");
    else if (WIFSIGNALED(drive->status))
        buffer_printf(out, ",\"status\":%d", -WTERMSIG(drive->status));
    else
        buffer_printf(out, ",\"status\":%d", WEXITSTATUS(drive->status));
}

static void json_terminal(struct drive *drive)
{
    struct buffer *out = &drive->answer;
    struct termios settings;
    bool known = tcgetattr(drive->slave, &settings) == 0;
    buffer_printf(
        out, ",\"icanon\":%s,\"echo\":%s,\"isig\":%s,\"opost\":%s",
        known && (settings.c_lflag & ICANON) ? "true" : "false", known && (settings.c_lflag & ECHO) ? "true" : "false",
        known && (settings.c_lflag & ISIG) ? "true" : "false", known && (settings.c_oflag & OPOST) ? "true" : "false");
    buffer_printf(out, ",\"modes\":[");
    for (size_t i = 0; i < drive->filter.modes_len; i++)
        buffer_printf(out, "%s%d", i > 0 ? "," : "", drive->filter.modes[i]);
    buffer_printf(out, "]");
}

static void answer_flush(struct drive *drive)
{
    buffer_append(&drive->answer, "\n", 1);
    for (size_t done = 0; done < drive->answer.len;) {
        ssize_t n = write(STDOUT_FILENO, drive->answer.data + done, drive->answer.len - done);
        if (n < 0 && errno != EINTR)
            exit(0); /* the test is gone */
        if (n > 0)
            done += (size_t)n;
    }
    drive->answer.len = 0;
}

static void snapshot_write(struct drive *drive, bool with_cells)
{
    struct buffer *out = &drive->answer;
    VTermPos cursor = cursor_position(drive);
    vterm_screen_flush_damage(drive->screen);
    buffer_printf(out, "{\"serial\":%" PRIu64 ",\"rows\":%d,\"cols\":%d,\"cursor\":[%d,%d]", drive->serial, drive->rows,
                  drive->cols, cursor.row, cursor.col);
    buffer_printf(out, ",\"bells\":%d,\"visible\":%s,\"alternate\":%s,\"mouse\":%d,\"title\":", drive->bells,
                  drive->filter.cursor_hidden ? "false" : "true", drive->alternate ? "true" : "false", drive->mouse);
    json_string(out, drive->title);
    buffer_printf(out, ",\"pid\":%d,\"bytes\":%" PRIu64, (int)drive->child, drive->bytes);
    buffer_printf(out, ",\"started_ns\":%" PRIu64, drive->started_ns);
    buffer_printf(out, ",\"sent_ns\":%" PRIu64 ",\"first_ns\":%" PRIu64 ",\"last_ns\":%" PRIu64, drive->sent_ns,
                  drive->first_ns, drive->last_ns);
    json_end(drive);
    json_terminal(drive);
    buffer_printf(out, ",\"lines\":[");
    for (int row = 0; row < drive->rows; row++) {
        if (row > 0)
            buffer_append(out, ",", 1);
        json_row(drive, row);
    }
    buffer_printf(out, "]");
    if (with_cells) {
        buffer_printf(out, ",\"cells\":[");
        for (int row = 0; row < drive->rows; row++) {
            if (row > 0)
                buffer_append(out, ",", 1);
            json_row_runs(drive, row);
        }
        buffer_printf(out, "]");
    }
    buffer_printf(out, "}");
    answer_flush(drive);
}

/* The child and its terminal */

static void child_exec(char **argv)
{
    sigset_t none;
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    /* What runs the tests may ignore some (a job in the background SIGINT, nohup SIGHUP): a login would not. */
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    execvp(argv[0], argv);
    fprintf(stderr, "vtdrive: cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

static void child_start(struct drive *drive, char **argv)
{
    struct winsize size = {.ws_row = (unsigned short)drive->rows, .ws_col = (unsigned short)drive->cols};
    if (openpty(&drive->master, &drive->slave, NULL, NULL, &size) < 0)
        die("openpty");
    fcntl(drive->master, F_SETFD, FD_CLOEXEC);
    drive->started_ns = (uint64_t)now_ns();
    drive->child = fork();
    if (drive->child < 0)
        die("fork");
    if (drive->child == 0) {
        close(drive->master);
        if (login_tty(drive->slave) < 0)
            _exit(127);
        child_exec(argv);
    }
    fcntl(drive->slave, F_SETFD, FD_CLOEXEC);
    fcntl(drive->master, F_SETFL, O_NONBLOCK);
}

/* Reads one piece; false when there is nothing (more) to read now. */
static bool master_read(struct drive *drive)
{
    char bytes[FEED_MAX];
    if (drive->master < 0)
        return false;
    ssize_t n = read(drive->master, bytes, sizeof(bytes));
    if (n <= 0)
        return false;
    drive->last_ns = (uint64_t)now_ns();
    if (drive->bytes == 0)
        drive->first_ns = drive->last_ns;
    drive->bytes += (uint64_t)n;
    drive->serial++;
    if (drive->record >= 0 && write(drive->record, bytes, (size_t)n) != n)
        die("cannot record");
    screen_feed(drive, bytes, (size_t)n);
    return true;
}

static void master_write(struct drive *drive)
{
    if (drive->master < 0) {
        drive->typed.len = 0;
        return;
    }
    ssize_t n = write(drive->master, drive->typed.data, drive->typed.len);
    if (n > 0)
        buffer_consume(&drive->typed, (size_t)n);
}

static void child_reap(struct drive *drive)
{
    struct signalfd_siginfo info;
    while (read(drive->signals, &info, sizeof(info)) > 0) {
    }
    if (drive->ended || waitpid(drive->child, &drive->status, WNOHANG) != drive->child)
        return;
    while (master_read(drive)) {
    }
    drive->ended = true;
    drive->serial++;
}

static void hangup(struct drive *drive)
{
    if (drive->master < 0)
        return;
    close(drive->slave);
    close(drive->master);
    drive->master = drive->slave = -1;
}

/* Commands */

static int hex_digit(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c != '\0' ? strchr(digits, c) : NULL;
    return found != NULL ? (int)(found - digits) : 0;
}

static void command_send(struct drive *drive, const char *args)
{
    for (; args[0] != '\0' && args[1] != '\0'; args += 2)
        buffer_append(&drive->typed, &(char){(char)(hex_digit(args[0]) * 16 + hex_digit(args[1]))}, 1);
    drive->sent_ns = (uint64_t)now_ns();
    master_write(drive);
    snapshot_write(drive, false);
}

static void command_wait(struct drive *drive, const char *args)
{
    long timeout_ms = 0;
    sscanf(args, "%" SCNu64 " %ld", &drive->wait_serial, &timeout_ms);
    drive->wait_until_ns = now_ns() + (int64_t)timeout_ms * 1000000;
    drive->waiting = true;
}

static void command_cells(struct drive *drive, const char *args)
{
    (void)args;
    snapshot_write(drive, true);
}

static void command_resize(struct drive *drive, const char *args)
{
    int rows = 0, cols = 0;
    if (sscanf(args, "%d %d", &rows, &cols) == 2)
        screen_resize(drive, rows, cols);
    snapshot_write(drive, false);
}

static void command_mark(struct drive *drive, const char *args)
{
    (void)args;
    drive->bytes = 0;
    snapshot_write(drive, false);
}

static void command_signal(struct drive *drive, const char *args)
{
    if (!drive->ended)
        kill(drive->child, atoi(args));
    snapshot_write(drive, false);
}

static void command_hangup(struct drive *drive, const char *args)
{
    (void)args;
    hangup(drive);
    snapshot_write(drive, false);
}

static void command_quit(struct drive *drive, const char *args)
{
    (void)args;
    drive->quit = true;
}

static const struct {
    const char *name;
    void (*run)(struct drive *drive, const char *args);
} commands[] = {
    {"cells", command_cells},   {"hangup", command_hangup}, {"mark", command_mark},     {"quit", command_quit},
    {"resize", command_resize}, {"send", command_send},     {"signal", command_signal}, {"wait", command_wait},
};

static void command_run(struct drive *drive, char *line)
{
    char *args = line + strcspn(line, " ");
    if (*args != '\0')
        *args++ = '\0';
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(line, commands[i].name) == 0) {
            commands[i].run(drive, args);
            return;
        }
    }
    buffer_printf(&drive->answer, "{\"error\":\"unknown command\"}");
    answer_flush(drive);
}

/* Carries out the lines that are complete, up to one that has to wait. */
static void commands_run(struct drive *drive)
{
    while (!drive->waiting && !drive->quit && drive->input.len > 0) {
        char *end = memchr(drive->input.data, '\n', drive->input.len);
        if (end == NULL)
            return;
        *end = '\0';
        command_run(drive, drive->input.data);
        buffer_consume(&drive->input, (size_t)(end - drive->input.data) + 1);
    }
}

static void stdin_read(struct drive *drive)
{
    char bytes[65536];
    ssize_t n = read(STDIN_FILENO, bytes, sizeof(bytes));
    if (n <= 0 || drive->input.len > LINE_MAX_BYTES) {
        drive->quit = true;
        return;
    }
    buffer_append(&drive->input, bytes, (size_t)n);
}

static void wait_check(struct drive *drive, bool drained)
{
    if (!drive->waiting)
        return;
    bool news = drive->serial > drive->wait_serial && drained;
    if (!news && now_ns() < drive->wait_until_ns)
        return;
    drive->waiting = false;
    snapshot_write(drive, false);
}

static int poll_timeout(const struct drive *drive)
{
    if (!drive->waiting)
        return -1;
    int64_t left = (drive->wait_until_ns - now_ns() + 999999) / 1000000;
    return left < 0 ? 0 : left > 60000 ? 60000 : (int)left;
}

static void turn(struct drive *drive)
{
    struct pollfd fds[] = {
        {.fd = drive->waiting ? -1 : STDIN_FILENO, .events = POLLIN},
        {.fd = drive->signals, .events = POLLIN},
        {.fd = drive->master, .events = (short)(POLLIN | (drive->typed.len > 0 ? POLLOUT : 0))},
    };
    if (poll(fds, 3, poll_timeout(drive)) < 0 && errno != EINTR)
        die("poll");
    if (fds[0].revents & (POLLIN | POLLHUP))
        stdin_read(drive);
    if (fds[2].revents & POLLOUT)
        master_write(drive);
    bool drained = true;
    if (fds[2].revents & (POLLIN | POLLHUP)) {
        for (int i = 0; i < 64 && master_read(drive); i++) {
        }
        struct pollfd more = {.fd = drive->master, .events = POLLIN};
        drained = poll(&more, 1, 0) <= 0;
    }
    if (fds[1].revents & POLLIN)
        child_reap(drive);
    wait_check(drive, drained);
    commands_run(drive);
    wait_check(drive, drained);
}

static int signals_open(void)
{
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGCHLD);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    signal(SIGPIPE, SIG_IGN);
    return signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
}

int main(int argc, char **argv)
{
    const char *record = argc > 2 && strcmp(argv[1], "-r") == 0 ? argv[2] : NULL;
    argv += record != NULL ? 2 : 0;
    argc -= record != NULL ? 2 : 0;
    if (argc < 4) {
        fprintf(stderr, "usage: vtdrive [-r FILE] ROWS COLS COMMAND [ARG...]\n");
        return 2;
    }
    struct drive drive = {.rows = atoi(argv[1]), .cols = atoi(argv[2]), .master = -1, .slave = -1, .record = -1};
    if (drive.rows < 1 || drive.cols < COLS_MIN || drive.rows > SIZE_MAX_CELLS || drive.cols > SIZE_MAX_CELLS) {
        fprintf(stderr, "vtdrive: a screen has 1 to %d rows and %d to %d columns\n", SIZE_MAX_CELLS, COLS_MIN,
                SIZE_MAX_CELLS);
        return 2;
    }
    drive.signals = signals_open();
    if (drive.signals < 0)
        die("signalfd");
    if (record != NULL && (drive.record = open(record, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600)) < 0)
        die(record);
    screen_create(&drive);
    child_start(&drive, argv + 3);
    while (!drive.quit)
        turn(&drive);
    if (!drive.ended)
        kill(drive.child, SIGKILL);
    hangup(&drive);
    if (!drive.ended)
        waitpid(drive.child, &drive.status, 0);
    vterm_free(drive.vt);
    close(drive.signals);
    free(drive.input.data);
    free(drive.typed.data);
    free(drive.answer.data);
    return 0;
}
