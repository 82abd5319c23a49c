/* A directory of a test's own, and files in it; removed with everything at the end. */
#pragma once

#include <ftw.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static char scratch_directory[64];

static inline int scratch_setup(void **state)
{
    (void)state;
    strcpy(scratch_directory, "/tmp/pytui-test-XXXXXX");
    return mkdtemp(scratch_directory) == NULL || chdir(scratch_directory) != 0;
}

static inline int scratch_remove(const char *path, const struct stat *info, int type, struct FTW *walk)
{
    (void)info, (void)type, (void)walk;
    return remove(path);
}

static inline int scratch_teardown(void **state)
{
    (void)state;
    return chdir("/") != 0 || nftw(scratch_directory, scratch_remove, 16, FTW_DEPTH | FTW_PHYS) != 0;
}

static inline void scratch_write(const char *name, const char *text, mode_t mode)
{
    FILE *file = fopen(name, "w");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0 || chmod(name, mode) != 0)
        abort();
}

/* What a file holds, "" when it is not there; static. */
static inline const char *scratch_read(const char *name)
{
    static char text[4096];
    FILE *file = fopen(name, "r");
    size_t length = file != NULL ? fread(text, 1, sizeof(text) - 1, file) : 0;
    if (file != NULL)
        fclose(file);
    text[length] = '\0';
    return text;
}

/* Wait until another process has written TEXT to the file: at most 20 seconds. */
static inline bool scratch_wait(const char *name, const char *text)
{
    for (int i = 0; i < 4000; i++) {
        if (strcmp(scratch_read(name), text) == 0)
            return true;
        nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
    }
    return false;
}
