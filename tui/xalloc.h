/* Allocation that ends the program when memory runs out: a screen cannot be drawn without it, and
 * the keeper then restores the terminal and lets the debugged program go on. */
#pragma once

#include <stddef.h>

void *xcalloc(size_t count, size_t size);                  /* zeroed */
void *xreallocarray(void *old, size_t count, size_t size); /* overflow-checked */
char *xstrdup(const char *text);                           /* NULL gives NULL */
char *xmemdup(const void *bytes, size_t length);           /* with a NUL behind */
char *xasprintf(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Make *ARRAY hold at least COUNT items of SIZE bytes, doubling; *CAPACITY is kept in items. */
void xgrow(void *array_pointer, size_t *capacity, size_t count, size_t size);
