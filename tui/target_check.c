/* What can be said about a program before it is started: whether it is there, and which file it is. */
#include "target_check.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "install_paths.h"
#include "interpreter.h"
#include "target.h"
#include "xalloc.h"

enum { EOCD_SIZE = 22, ENTRY_SIZE = 46, COMMENT_MAX = 65535 };

/* Zip files, as zipimport sees them: the end record stands within the last 64 KiB, the directory right before it. */

static uint32_t get_le(const unsigned char *bytes, int count)
{
    uint32_t value = 0;
    for (int i = count - 1; i >= 0; i--)
        value = value << 8 | bytes[i];
    return value;
}

/* LENGTH bytes at OFFSET; NULL. The caller frees them. */
static unsigned char *read_at(int fd, off_t offset, size_t length)
{
    unsigned char *bytes = xcalloc(length, 1);
    for (size_t done = 0; done < length;) {
        ssize_t count = pread(fd, bytes + done, length - done, offset + (off_t)done);
        if (count <= 0) {
            free(bytes);
            return NULL;
        }
        done += (size_t)count;
    }
    return bytes;
}

static bool directory_has_main(const unsigned char *bytes, size_t length)
{
    for (size_t at = 0; at + ENTRY_SIZE <= length && memcmp(bytes + at, "PK\1\2", 4) == 0;) {
        const unsigned char *entry = bytes + at;
        size_t name = get_le(entry + 28, 2), extra = get_le(entry + 30, 2), comment = get_le(entry + 32, 2);
        if (at + ENTRY_SIZE + name > length)
            return false;
        static const char *const mains[] = {"__main__.py", "__main__.pyc"};
        for (size_t i = 0; i < 2; i++) {
            if (name == strlen(mains[i]) && memcmp(entry + ENTRY_SIZE, mains[i], name) == 0)
                return true;
        }
        at += ENTRY_SIZE + name + extra + comment;
    }
    return false;
}

enum zip { ZIP_NONE, ZIP_WITH_MAIN, ZIP_WITHOUT_MAIN };

static enum zip look_into_zip(int fd, off_t size)
{
    size_t tail = size < EOCD_SIZE + COMMENT_MAX ? (size_t)size : EOCD_SIZE + COMMENT_MAX;
    unsigned char *bytes = read_at(fd, size - (off_t)tail, tail);
    enum zip result = ZIP_NONE;
    for (size_t at = tail; bytes != NULL && result == ZIP_NONE && at-- > 0;) {
        if (at + EOCD_SIZE > tail || memcmp(bytes + at, "PK\5\6", 4) != 0)
            continue;
        off_t end = size - (off_t)tail + (off_t)at;
        size_t length = get_le(bytes + at + 12, 4);
        if ((off_t)length > end)
            break;
        unsigned char *directory = read_at(fd, end - (off_t)length, length);
        result = directory != NULL && directory_has_main(directory, length) ? ZIP_WITH_MAIN : ZIP_WITHOUT_MAIN;
        free(directory);
    }
    free(bytes);
    return result;
}

/* Scripts */

static bool check_directory(const char *path, char *error, size_t size)
{
    char *source = xasprintf("%s/__main__.py", path), *compiled = xasprintf("%s/__main__.pyc", path);
    bool there = access(source, R_OK) == 0 || access(compiled, R_OK) == 0;
    if (!there && access(source, F_OK) == 0)
        snprintf(error, size, "%s cannot be read: %s", source, strerror(errno));
    else if (!there)
        snprintf(error, size, "%s is a directory without a __main__.py", path);
    free(source);
    free(compiled);
    return there;
}

static bool check_file(const char *path, char *error, size_t size)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    struct stat info;
    if (fd < 0 || fstat(fd, &info) != 0) {
        snprintf(error, size, "%s cannot be read: %s", path, strerror(errno));
        return false;
    }
    bool ok = info.st_size < EOCD_SIZE || look_into_zip(fd, info.st_size) != ZIP_WITHOUT_MAIN;
    if (!ok)
        snprintf(error, size, "%s is a zip file without a __main__.py", path);
    close(fd);
    return ok;
}

static bool check_script(const char *path, char *error, size_t size)
{
    struct stat info;
    if (path[0] == '\0' || stat(path, &info) != 0) {
        snprintf(error, size, "there is no script %s: %s", path[0] != '\0' ? path : "''",
                 path[0] != '\0' ? strerror(errno) : "the name is empty");
        return false;
    }
    if (S_ISDIR(info.st_mode))
        return check_directory(path, error, size);
    if (S_ISREG(info.st_mode))
        return check_file(path, error, size);
    /* A pipe (process substitution): to open it would take what it holds away from the program. */
    if (access(path, R_OK) == 0)
        return true;
    snprintf(error, size, "%s cannot be read: %s", path, strerror(errno));
    return false;
}

bool target_check(const struct target_options *options, char *error, size_t size)
{
    if (options->kind == TARGET_SCRIPT && !check_script(options->what, error, size))
        return false;
    if (options->kind == TARGET_MODULE && options->what[0] == '\0') {
        snprintf(error, size, "-m needs the name of a module");
        return false;
    }
    struct interpreter interpreter;
    struct install_paths paths;
    if (!interpreter_find(options->python, &interpreter, error, size))
        return false;
    interpreter_finish(&interpreter);
    if (!install_paths_find(options->home, &paths, error, size))
        return false;
    install_paths_finish(&paths);
    return true;
}

/* The main file */

/* PATH as the interpreter will write it into its code objects: absolute, otherwise untouched. Takes PATH. */
static char *as_python_names_it(char *path)
{
    char directory[PATH_MAX];
    if (path[0] == '/' || getcwd(directory, sizeof(directory)) == NULL)
        return path;
    const char *relative = path[0] == '.' && path[1] == '/' ? path + 2 : path;
    char *absolute = xasprintf("%s/%s", strcmp(directory, "/") != 0 ? directory : "", relative);
    free(path);
    return absolute;
}

static bool is_readable_file(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) && access(path, R_OK) == 0;
}

/* Takes PATH; gives it back if it is a file that can be read. */
static char *if_readable(char *path)
{
    if (is_readable_file(path))
        return as_python_names_it(path);
    free(path);
    return NULL;
}

static char *script_path(const char *script)
{
    struct stat info;
    if (stat(script, &info) != 0)
        return NULL;
    if (S_ISDIR(info.st_mode))
        return if_readable(xasprintf("%s/__main__.py", script));
    int fd = S_ISREG(info.st_mode) ? open(script, O_RDONLY | O_CLOEXEC) : -1;
    if (fd < 0)
        return NULL;
    bool zip = look_into_zip(fd, info.st_size) != ZIP_NONE;
    close(fd);
    return zip ? NULL : as_python_names_it(xstrdup(script));
}

/* Where a module of the current directory is; others are found by the interpreter alone. */
static char *module_path(const char *module)
{
    char *relative = xstrdup(module);
    for (char *dot = relative; (dot = strchr(dot, '.')) != NULL;)
        *dot = '/';
    char *package = xasprintf("%s/__init__.py", relative);
    bool is_package = is_readable_file(package);
    char *path = if_readable(is_package ? xasprintf("%s/__main__.py", relative) : xasprintf("%s.py", relative));
    free(package);
    free(relative);
    return path;
}

char *target_find_main(const struct target_options *options)
{
    if (options->kind == TARGET_SCRIPT)
        return script_path(options->what);
    if (options->kind == TARGET_MODULE)
        return module_path(options->what);
    return NULL;
}
