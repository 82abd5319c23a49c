#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "width.h"

static int log_fd = -1;

bool log_open(const char *file)
{
    int fd = open(file, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOCTTY, 0600);
    if (fd < 0)
        return false;
    log_close();
    log_fd = fd;
    return true;
}

void log_close(void)
{
    if (log_fd >= 0)
        close(log_fd);
    log_fd = -1;
}

/* Lines may quote what the program or a peer sent: nothing in them may break the line, or harm the terminal of somebody
 * who reads it there. How much of LINE was used. */
static size_t escape(char *line, size_t size, const char *text)
{
    size_t used = 0, length = strlen(text);
    for (size_t at = 0; at < length;) {
        struct width_glyph glyph;
        width_glyph_next(text + at, length - at, 0, &glyph);
        char bytes[WIDTH_GLYPH_MAX];
        size_t count = width_glyph_encode(&glyph, bytes);
        if (used + count > size)
            break;
        memcpy(line + used, bytes, count);
        used += count;
        at += glyph.bytes;
    }
    return used;
}

static void write_line(const char *message)
{
    struct timespec now;
    struct tm local;
    char clock[32], line[6000];
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    strftime(clock, sizeof clock, "%H:%M:%S", &local);
    int begin = snprintf(line, sizeof line, "%s.%03ld %d ", clock, now.tv_nsec / 1000000, (int)getpid());
    if (begin < 0)
        return;
    size_t length = (size_t)begin + escape(line + begin, sizeof line - (size_t)begin - 1, message);
    line[length++] = '\n';
    /* One write for one line, so that the keeper's and ours do not mix. There is nobody to tell about a full disk. */
    ssize_t written = write(log_fd, line, length);
    (void)written;
}

/* ERROR is told behind the message unless it is 0. errno stays as it is. */
__attribute__((format(printf, 1, 0))) static void write_message(const char *format, va_list arguments, int error)
{
    int saved_errno = errno;
    char message[4096];
    vsnprintf(message, sizeof message, format, arguments);
    size_t length = strlen(message);
    if (error != 0)
        snprintf(message + length, sizeof message - length, ": %s", strerror(error));
    write_line(message);
    errno = saved_errno;
}

void log_write(const char *format, ...)
{
    if (log_fd < 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_message(format, arguments, 0);
    va_end(arguments);
}

void log_errno(const char *format, ...)
{
    if (log_fd < 0)
        return;
    va_list arguments;
    va_start(arguments, format);
    write_message(format, arguments, errno);
    va_end(arguments);
}
