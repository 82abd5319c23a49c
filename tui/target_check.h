/* What can be said about a program before it is started; target_check() is declared in target.h. */
#pragma once

struct target_options;

/* The file that will be __main__, absolute and spelled as the interpreter will spell it; NULL when that
 * is not known or it cannot be read. The caller frees it. */
char *target_find_main(const struct target_options *options);
