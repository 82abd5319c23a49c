#include "log.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

/* Lines may quote what the program or a peer sent: nothing in them may break the line. */
static void make_one_line(char *text)
{
    for (; *text != '\0'; text++) {
        if ((unsigned char)*text < 0x20 || *text == 0x7f)
            *text = ' ';
    }
}

static void write_line(const char *message)
{
    struct timespec now;
    struct tm local;
    char clock[32], line[4200];
    clock_gettime(CLOCK_REALTIME, &now);
    localtime_r(&now.tv_sec, &local);
    strftime(clock, sizeof clock, "%H:%M:%S", &local);
    int length =
        snprintf(line, sizeof line - 1, "%s.%03ld %d %s", clock, now.tv_nsec / 1000000, (int)getpid(), message);
    if (length < 0)
        return;
    if ((size_t)length > sizeof line - 2)
        length = (int)sizeof line - 2;
    line[length] = '\0';
    make_one_line(line);
    line[length] = '\n';
    /* One write for one line, so that the keeper's and ours do not mix. There is nobody to tell about a full disk. */
    ssize_t written = write(log_fd, line, (size_t)length + 1);
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
