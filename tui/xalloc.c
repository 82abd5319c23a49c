#include "xalloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "log.h"

/* abort() and not exit(): its handler restores the terminal and the keeper sees an unclean end. */
static void *checked(void *memory)
{
    if (memory == NULL) {
        log_write("out of memory");
        abort();
    }
    return memory;
}

void *xcalloc(size_t count, size_t size)
{
    if (count == 0 || size == 0)
        count = size = 1;
    return checked(calloc(count, size));
}

void *xreallocarray(void *old, size_t count, size_t size)
{
    if (count == 0 || size == 0)
        count = size = 1;
    return checked(reallocarray(old, count, size));
}

char *xstrdup(const char *text)
{
    return text == NULL ? NULL : checked(strdup(text));
}

char *xmemdup(const void *bytes, size_t length)
{
    char *copy = checked(length < SIZE_MAX ? malloc(length + 1) : NULL);
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = '\0';
    return copy;
}

char *xasprintf(const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    int length = vasprintf(&text, format, arguments);
    va_end(arguments);
    return checked(length < 0 ? NULL : text);
}

void xgrow(void *array_pointer, size_t *capacity, size_t count, size_t size)
{
    if (count <= *capacity)
        return;
    size_t wanted = *capacity < 8 ? 8 : *capacity;
    while (wanted < count)
        wanted = wanted > SIZE_MAX / 2 ? count : wanted * 2;
    void *array;
    memcpy(&array, array_pointer, sizeof array); /* a T ** may not be read as a void ** */
    array = xreallocarray(array, wanted, size);
    memcpy(array_pointer, &array, sizeof array);
    *capacity = wanted;
}
