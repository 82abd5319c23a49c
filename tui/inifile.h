/* Settings files: `[section]` and `name = value` lines, comments with # or ;. Used by themes and the
 * configuration; syntax is inih's, this adds line numbers and limits. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* One value. To refuse it, write why into ERROR and return false; reading goes on. */
typedef bool (*inifile_handler)(void *data, const char *section, const char *name, const char *value, char *error,
                                size_t size);
/* A line that was refused, or is none: MESSAGE is "NAME:LINE: why". */
typedef void (*inifile_complaint)(void *data, const char *message);

struct inifile_reader {
    inifile_handler handler;
    inifile_complaint complaint; /* may be NULL */
    void *data;                  /* borrowed, for both */
};

/* Read LENGTH bytes of TEXT; NAME is for messages. True if every line was fine. */
bool inifile_parse(const char *name, const char *text, size_t length, const struct inifile_reader *reader);
/* Read a file; messages name its last component. False with errno set when it cannot be read (ENOENT:
 * there is none; EFBIG: over 1 MiB), and with errno 0 when a line was refused. */
bool inifile_read(const char *path, const struct inifile_reader *reader);
/* The whole file in memory that the caller frees, NULL with errno. */
char *inifile_load(const char *path, size_t *length);

/* Of COUNT names, the one that a typing mistake most likely meant; NULL if none is near. NAMES_AT gives
 * the name at an index. */
const char *inifile_nearest(const char *name, const char *(*name_at)(size_t index), size_t count);
