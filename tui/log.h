/* The log: --log FILE or PYTUI_LOG, never the screen. Silent until log_open(). */
#pragma once

#include <stdbool.h>

/* Append to FILE; false (errno set) when it cannot be opened. */
bool log_open(const char *file);
void log_close(void);

/* One line with time and pid. */
void log_write(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same with ": strerror(errno)"; errno is kept. */
void log_errno(const char *format, ...) __attribute__((format(printf, 1, 2)));
